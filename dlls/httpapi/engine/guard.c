/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.c: leaving a function that faults.
 *
 * Two kinds of neighbours have handlers for the same signals. On the native host they are the program's, or a
 * sanitizer's: theirs is every fault outside our guards. Wine's come first: a write that Wine only wants to see, or a
 * stack that has to grow, faults too, and the instruction runs again when Wine has dealt with it. When it hasn't, it
 * points the interrupted context to the end of the unix call and returns, and then the guard takes over.
 */
#include "guard.h"

#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "any_thread.h"
#include "log.h"

/* On the stack of guard_run(). */
struct guard {
    sigjmp_buf env;
    struct guard *outer;
};

/* Static: a handler can't have memory allocated for it. */
static __thread struct guard *innermost __attribute__((tls_model("initial-exec")));
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct sigaction before_segv, before_bus;
static bool shared; /* guard_share_signals() */

/* Where guarded functions run: our code, and the C library's memcpy() and the like. */
static struct code {
    uintptr_t start, end;
} codes[2];

static uintptr_t instruction_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__i386__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_EIP];
#else
    (void)context;
    return 0;
#endif
}

/* kill() and the like, not the processor. */
static bool was_sent(const siginfo_t *info)
{
    return info->si_code <= 0;
}

static const struct sigaction *before(int signal)
{
    return signal == SIGSEGV ? &before_segv : &before_bus;
}

/*
 * The instruction runs again when this returns, and faults into the handler that was there before ours. A signal that
 * was sent won't come again by itself.
 */
static void pass_on(int signal, const siginfo_t *info)
{
    sigaction(signal, before(signal), NULL);
    if (was_sent(info))
        raise(signal);
}

/*
 * guard_run() doesn't save the signal mask, which would be a system call each time; the one to go back to is in the
 * context.
 */
static void leave(struct guard *guard, const ucontext_t *interrupted)
{
    pthread_sigmask(SIG_SETMASK, &interrupted->uc_sigmask, NULL);
    siglongjmp(guard->env, 1);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    if (innermost && !was_sent(info))
        leave(innermost, context);
    pass_on(signal, info);
}

/*
 * Nothing of the C library's threads may be touched outside its own code: Windows code of 32 bits has another segment
 * register. Where the fault happened tells.
 */
IN_ANY_THREAD static bool is_our_code(uintptr_t at)
{
    return (at >= codes[0].start && at < codes[0].end) || (at >= codes[1].start && at < codes[1].end);
}

IN_ANY_THREAD static void on_shared_fault(int signal, siginfo_t *info, void *context)
{
    uintptr_t at = instruction_of(context);
    bool guarded = !was_sent(info) && is_our_code(at) && innermost;

    before(signal)->sa_sigaction(signal, info, context);
    if (guarded && instruction_of(context) != at)
        leave(innermost, context);
}

static void install_one(int signal, struct sigaction *previous)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    if (shared) {
        sigaction(signal, NULL, previous);
        if (!(previous->sa_flags & SA_SIGINFO)) {
            WARN("nobody handles signal %d: a bad pointer ends the process", signal);
            return;
        }
        action.sa_sigaction = on_shared_fault;
        action.sa_mask = previous->sa_mask;
        action.sa_flags = previous->sa_flags;
    }
    if (sigaction(signal, &action, previous))
        ERR("no handler for faults: %m");
}

static void install(void)
{
    install_one(SIGSEGV, &before_segv);
    install_one(SIGBUS, &before_bus);
}

struct looking {
    uintptr_t address;
    struct code *code;
};

/* As the callback of dl_iterate_phdr(): ends with the segment that holds the address. */
static int find_segment(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct looking *l = arg;

    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + p->p_vaddr;

        if (p->p_type != PT_LOAD || l->address < start || l->address >= start + p->p_memsz)
            continue;
        *l->code = (struct code){start, start + p->p_memsz};
        return 1;
    }
    return 0;
}

void guard_share_signals(void)
{
    dl_iterate_phdr(find_segment, &(struct looking){(uintptr_t)guard_run, &codes[0]});
    dl_iterate_phdr(find_segment, &(struct looking){(uintptr_t)memcpy, &codes[1]});
    shared = true;
    pthread_once(&once, install);
}

/* The handler sees `innermost`, which a compiler that looks into fn() couldn't know. */
#define AS_WRITTEN() __asm__ volatile("" : : : "memory")

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
    AS_WRITTEN();
    fn(arg);
    AS_WRITTEN();
    innermost = guard.outer;
    return true;
}

struct copying {
    void *to;
    const void *from;
    size_t size;
};

static void copy(void *arg)
{
    struct copying *c = arg;

    memcpy(c->to, c->from, c->size);
}

bool guard_copy(void *to, const void *from, size_t size)
{
    return guard_run(copy, &(struct copying){to, from, size});
}
