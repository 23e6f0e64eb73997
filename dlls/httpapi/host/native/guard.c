/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.c: leaving a function that faults.
 */
#include "guard.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

#include "../../engine/log.h"

/* On the stack of guard_run(). */
struct guard {
    sigjmp_buf env;
    struct guard *outer;
};

static __thread struct guard *innermost;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct sigaction before_segv, before_bus;

/* kill() and the like, not the processor. */
static bool was_sent(const siginfo_t *info)
{
    return info->si_code <= 0;
}

/*
 * The instruction runs again when this returns, and faults into the handler that was there before ours. A signal that
 * was sent won't come again by itself.
 */
static void pass_on(int signal, const siginfo_t *info)
{
    sigaction(signal, signal == SIGSEGV ? &before_segv : &before_bus, NULL);
    if (was_sent(info))
        raise(signal);
}

/*
 * guard_run() doesn't save the signal mask, which would be a system call each time; the one to go back to is in the
 * context.
 */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    const ucontext_t *interrupted = context;
    struct guard *guard = innermost;

    if (guard && !was_sent(info)) {
        pthread_sigmask(SIG_SETMASK, &interrupted->uc_sigmask, NULL);
        siglongjmp(guard->env, 1);
    }
    pass_on(signal, info);
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSEGV, &action, &before_segv) || sigaction(SIGBUS, &action, &before_bus))
        ERR("no handler for faults: %m");
}

bool guard_run(void (*fn)(void *), void *arg)
{
    struct guard guard;

    pthread_once(&once, install);
    guard.outer = innermost;
    if (sigsetjmp(guard.env, 0)) {
        innermost = guard.outer;
        return false;
    }
    innermost = &guard;
    fn(arg);
    innermost = guard.outer;
    return true;
}
