/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stop.c: the signal handler writes the time to a pipe; the thread that reads it does the rest.
 */
#include "stop.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "any_thread.h"
#include "clock.h"
#include "connections.h"
#include "endpoint.h"
#include "error_log.h"
#include "log.h"
#include "router.h"
#include "shard.h"

#define STOP_SECONDS 10 /* Docker kills after ten */
#define EXIT_SECONDS 60 /* .NET's hosts give their services thirty, systemd kills after ninety */
#define LOOK 20         /* milliseconds between two looks whether all is done: who would tell us pays for it with each request */
#define ONE_SIGNAL 50000000 /* nanoseconds: timeout(1) and some supervisors signal a process and then its group */

atomic_bool stop_begun;
static int signal_pipe[2] = {-1, -1};

/* The time is that of clock_ns(). */
IN_ANY_THREAD static void on_signal(int number)
{
    long now[2]; /* seconds and nanoseconds, as the kernel has them */
    uint64_t time;

    (void)number;
    bare_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (long)now, 0);
    time = (uint64_t)now[0] * 1000000000 + (uint64_t)now[1];
    bare_syscall(SYS_write, signal_pipe[1], (long)&time, sizeof time); /* what fails is full of the same */
}

static bool is_default(void)
{
    struct sigaction now;

    return !sigaction(SIGTERM, NULL, &now) && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_DFL;
}

/* On the signal stack: Wine's threads may be on a Windows one. */
bool stop_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};

    if (!is_default() || pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK))
        return false;
    sigemptyset(&action.sa_mask);
    return !sigaction(SIGTERM, &action, NULL);
}

/* Whether there is a signal, or comes one in so many milliseconds (-1: some time). Those that come together are one. */
static bool take_signal(int milliseconds)
{
    static uint64_t last;
    struct pollfd p = {.fd = signal_pipe[0], .events = POLLIN};
    uint64_t before = last;

    if (poll(&p, 1, milliseconds) <= 0 || read(signal_pipe[0], &last, sizeof last) != sizeof last)
        return false;
    return !before || last - before > ONE_SIGNAL;
}

static uint64_t end_of(const char *variable, unsigned seconds)
{
    const char *text = getenv(variable);
    char *end;
    unsigned long given = text ? strtoul(text, &end, 10) : 0;

    if (text && *text >= '0' && *text <= '9' && !*end && given < 1000000)
        seconds = (unsigned)given;
    return clock_ns() + (uint64_t)seconds * 1000000000;
}

/* Whether there is anything to be waited for: loops that are made later than this get no connections. */
static bool stop_begin(void)
{
    bool serving;

    INFO("SIGTERM: requests that are under way are finished");
    atomic_store(&stop_begun, true);
    pthread_mutex_lock(&config_lock);
    endpoints_stop();
    serving = shard_count;
    pthread_mutex_unlock(&config_lock);
    if (serving)
        connections_stop();
    return serving;
}

void stop_await(void)
{
    uint64_t end;
    bool serving;

    while (!take_signal(-1))
        ;
    serving = stop_begin();
    end = end_of("HTTPAPI_STOP_SECONDS", STOP_SECONDS);
    while (serving && connections_busy() && clock_ns() < end && !take_signal(LOOK))
        ;
    error_log_flush(ERROR_LOG_PATIENCE);
    INFO("the program is told");
}

void stop_expire(void)
{
    uint64_t end = end_of("HTTPAPI_EXIT_SECONDS", EXIT_SECONDS);

    while (clock_ns() < end && !take_signal(LOOK))
        ;
    WARN("the program didn't end: it is killed");
}
