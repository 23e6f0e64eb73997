/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.h: a lock of four bytes. Held for some instructions, never while calling out. (A pthread mutex is ten times as big, and
 * ThreadSanitizer takes the order in waitable.c, safe because of its gate, for a deadlock.)
 */
#ifndef HTTPAPI_HOST_NATIVE_LOCK_H
#define HTTPAPI_HOST_NATIVE_LOCK_H

#include "../../engine/futex.h"

struct lock {
    atomic_uint word; /* 0 free, 1 held, 2 held and somebody may sleep */
};

static inline void lock_take(struct lock *l)
{
    unsigned free = 0;

    if (atomic_compare_exchange_strong_explicit(&l->word, &free, 1, memory_order_acquire, memory_order_relaxed))
        return;
    while (atomic_exchange_explicit(&l->word, 2, memory_order_acquire))
        futex_wait(&l->word, 2, CLOCK_NEVER);
}

static inline void lock_drop(struct lock *l)
{
    if (atomic_exchange_explicit(&l->word, 0, memory_order_release) == 2)
        futex_wake(&l->word, 1);
}

#endif
