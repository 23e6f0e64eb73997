/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c: SIGINT and SIGTERM as console events.
 *
 * SIGINT's handler writes to a pipe; a thread reads there and calls the program's handlers. Both come with the first
 * handler, and stay. SIGTERM has a thread of its own (engine/stop.h), because requests are finished first.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../engine/list.h"
#include "../../engine/log.h"
#include "../../engine/stop.h"
#include "console.h"
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

static void on_interrupt(int number)
{
    int error = errno;

    (void)number;
    if (write(signal_pipe[1], "", 1) < 0)
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

static void die_of(int number)
{
    signal(number, SIG_DFL);
    kill(getpid(), number);
}

static void *console_run(void *unused)
{
    char byte;

    (void)unused;
    for (;;)
        if (read(signal_pipe[0], &byte, 1) == 1 && !is_ignored(CTRL_C_EVENT) && !is_handled(CTRL_C_EVENT))
            die_of(SIGINT);
    return NULL;
}

static void *tell_program(void *unused)
{
    (void)unused;
    if (!is_handled(CTRL_SHUTDOWN_EVENT))
        die_of(SIGTERM);
    return NULL;
}

static void *stop_run(void *unused)
{
    (void)unused;
    stop_await();
    if (thread_start_detached(tell_program, NULL))
        stop_expire();
    die_of(SIGTERM);
    return NULL;
}

void console_see_to_stop(void)
{
    static atomic_flag seen = ATOMIC_FLAG_INIT;

    if (!atomic_flag_test_and_set(&seen) && stop_catch() && !thread_start_detached(stop_run, NULL))
        signal(SIGTERM, SIG_DFL);
}

/* A signal that whoever started us wants ignored (a shell, of what runs in the background) stays so. */
static void catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART}, before;

    sigemptyset(&action.sa_mask);
    if (!sigaction(SIGINT, NULL, &before) && before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
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
    catch_interrupt();
    console_see_to_stop();
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
