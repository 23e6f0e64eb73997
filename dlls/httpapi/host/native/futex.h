/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * futex.h: sleeping and waking, the lock built on it, and deadlines.
 */
#ifndef HTTPAPI_HOST_NATIVE_FUTEX_H
#define HTTPAPI_HOST_NATIVE_FUTEX_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <windef.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
typedef uint64_t deadline;

#define DEADLINE_PAST ((deadline)0)
#define DEADLINE_NEVER UINT64_MAX

static inline uint64_t monotonic_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* INFINITE is never, 0 is past: no clock is read for these two. */
static inline deadline deadline_in(DWORD milliseconds)
{
    if (milliseconds == 0xffffffffu)
        return DEADLINE_NEVER;
    return milliseconds ? monotonic_ns() + (uint64_t)milliseconds * 1000000 : DEADLINE_PAST;
}

/* Sleeps while *word is `value`, until woken or the deadline. False after the deadline. May return early. */
static inline bool futex_wait(atomic_uint *word, unsigned value, deadline until)
{
    struct timespec t = {.tv_sec = (time_t)(until / 1000000000), .tv_nsec = (long)(until % 1000000000)};

    return !syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, until == DEADLINE_NEVER ? NULL : &t, NULL,
                    FUTEX_BITSET_MATCH_ANY) ||
           errno != ETIMEDOUT;
}

/* The word may be gone already: it is an address to the kernel. */
static inline void futex_wake(atomic_uint *word, int sleepers)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, sleepers, NULL, NULL, 0);
}

/*
 * A lock of four bytes. Held for some instructions, never while calling out. (A pthread mutex is ten times as big, and
 * ThreadSanitizer takes the order in waitable.c, safe because of its gate, for a deadlock.)
 */
struct lock {
    atomic_uint word; /* 0 free, 1 held, 2 held and somebody may sleep */
};

static inline void lock_take(struct lock *l)
{
    unsigned free = 0;

    if (atomic_compare_exchange_strong_explicit(&l->word, &free, 1, memory_order_acquire, memory_order_relaxed))
        return;
    while (atomic_exchange_explicit(&l->word, 2, memory_order_acquire))
        futex_wait(&l->word, 2, DEADLINE_NEVER);
}

static inline void lock_drop(struct lock *l)
{
    if (atomic_exchange_explicit(&l->word, 0, memory_order_release) == 2)
        futex_wake(&l->word, 1);
}

#endif
