/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c: SIGINT and SIGTERM as console events.
 *
 * The signal handler writes the signal's number to a pipe; a thread reads it there and calls the program's handlers.
 * Both come with the first handler, and stay.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../engine/list.h"
#include "../../engine/log.h"
#include "native.h"
#include "thread.h"

struct handler {
    struct list node; /* in `handlers`, the latest first */
    PHANDLER_ROUTINE routine;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list handlers = LIST_INIT(handlers);
static bool ignore_ctrl_c;
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    unsigned char byte = (unsigned char)number;
    int error = errno;

    if (write(signal_pipe[1], &byte, 1) < 0)
        errno = error; /* the pipe is full of the same */
    errno = error;
}

/* The handlers, copied, because one may add or remove some. Returns how many; *routines is given to free(). */
static size_t copy_handlers(PHANDLER_ROUTINE **routines)
{
    struct list *pos;
    size_t count = 0, n = 0;

    pthread_mutex_lock(&lock);
    list_for_each(pos, &handlers)
        count++;
    *routines = malloc((count + 1) * sizeof **routines);
    if (*routines)
        list_for_each(pos, &handlers)
            (*routines)[n++] = container_of(pos, struct handler, node)->routine;
    pthread_mutex_unlock(&lock);
    return n;
}

static bool is_ignored(DWORD event)
{
    bool ignored;

    pthread_mutex_lock(&lock);
    ignored = event == CTRL_C_EVENT && ignore_ctrl_c;
    pthread_mutex_unlock(&lock);
    return ignored;
}

static bool is_handled(DWORD event)
{
    PHANDLER_ROUTINE *routines;
    size_t count = copy_handlers(&routines);
    bool handled = false;

    for (size_t i = 0; i < count && !handled; i++)
        handled = routines[i](event);
    free(routines);
    return handled;
}

static void deliver(int number)
{
    DWORD event = number == SIGINT ? CTRL_C_EVENT : CTRL_CLOSE_EVENT;

    if (is_ignored(event) || is_handled(event))
        return;
    signal(number, SIG_DFL);
    kill(getpid(), number);
}

static void *console_run(void *unused)
{
    unsigned char number;

    (void)unused;
    for (;;)
        if (read(signal_pipe[0], &number, 1) == 1)
            deliver(number);
    return NULL;
}

/* A signal that whoever started us wants ignored (nohup) stays so. */
static void catch_signal(int number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;

    sigemptyset(&action.sa_mask);
    if (!sigaction(number, NULL, &before) && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

/* Lock. */
static bool start(void)
{
    if (signal_pipe[0] >= 0)
        return true;
    if (pipe2(signal_pipe, O_CLOEXEC))
        return fail_errno();
    fcntl(signal_pipe[1], F_SETFL, O_NONBLOCK);
    if (!thread_start_detached(console_run, NULL)) {
        close(signal_pipe[0]);
        close(signal_pipe[1]);
        signal_pipe[0] = -1;
        return fail(ERROR_MAX_THRDS_REACHED);
    }
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    return true;
}

/* Lock. */
static bool add_handler(PHANDLER_ROUTINE routine)
{
    struct handler *h = malloc(sizeof *h);

    if (!h)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    h->routine = routine;
    list_add(&handlers, &h->node);
    return true;
}

/* Lock. */
static bool remove_handler(PHANDLER_ROUTINE routine)
{
    struct list *pos, *next;

    list_for_each_safe(pos, next, &handlers) {
        struct handler *h = container_of(pos, struct handler, node);

        if (h->routine == routine) {
            list_del(pos);
            free(h);
            return true;
        }
    }
    return fail(ERROR_INVALID_PARAMETER);
}

/* handler NULL: whether CTRL_C_EVENT is ignored. */
NATIVE_EXPORT BOOL SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add)
{
    bool done;

    pthread_mutex_lock(&lock);
    done = start();
    if (done && handler)
        done = add ? add_handler(handler) : remove_handler(handler);
    else if (done)
        ignore_ctrl_c = add;
    pthread_mutex_unlock(&lock);
    return done;
}
