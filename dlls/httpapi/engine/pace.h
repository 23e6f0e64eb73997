/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pace.h: whether the threads that come back for work take it fast enough, or sleepers are to be woken for it.
 *
 * A thread that needs some microseconds for a request is back before a sleeper would be awake, and two threads that
 * take turns are slower than one that goes on. A thread that computes or blocks for longer leaves its work to others.
 */
#ifndef HTTPAPI_ENGINE_PACE_H
#define HTTPAPI_ENGINE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_QUICK_NS 50000  /* a thread back in this time, on average, needs no help */
#define PACE_PERIOD_NS 500000 /* what it is averaged over, at least */

/* Under the lock of what is taken from. */
struct pace {
    unsigned taken;   /* so far; counted by who takes */
    unsigned seen;    /* at the last look */
    uint64_t looked;  /* clock_ns() of that look */
};

/* Looks: true when nobody is to be woken now. */
static inline bool pace_is_quick(struct pace *p, uint64_t now)
{
    uint64_t period = now - p->looked, taken = p->taken - p->seen;

    if (period < PACE_PERIOD_NS)
        return true;
    p->seen = p->taken;
    p->looked = now;
    return taken * PACE_QUICK_NS >= period;
}

#endif
