/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * futex.h: sleeping until a word of this process changes.
 */
#ifndef HTTPAPI_ENGINE_FUTEX_H
#define HTTPAPI_ENGINE_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"

/* Sleeps while *word is `value`, until woken or the deadline, of clock_ns(). False after the deadline. May return early. */
static inline bool futex_wait(atomic_uint *word, unsigned value, uint64_t deadline)
{
    struct timespec t = clock_timespec(deadline);

    return !syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, deadline == CLOCK_NEVER ? NULL : &t, NULL,
                    FUTEX_BITSET_MATCH_ANY) ||
           errno != ETIMEDOUT;
}

/* The word may be gone already: it is an address to the kernel. */
static inline void futex_wake(atomic_uint *word, int sleepers)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, sleepers, NULL, NULL, 0);
}

#endif
