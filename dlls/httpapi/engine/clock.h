/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock.h: the time that programs see, and moments to wait for.
 */
#ifndef HTTPAPI_ENGINE_CLOCK_H
#define HTTPAPI_ENGINE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_TICKS_PER_SECOND 10000000
#define CLOCK_NEVER UINT64_MAX /* a deadline that doesn't come */

/*
 * Units of 100 ns on the clock behind QueryPerformanceCounter, under Wine and on the native host (winetest/request.c
 * checks that). No system call; some 25 ns.
 */
static inline uint64_t clock_ticks(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * CLOCK_TICKS_PER_SECOND + (uint64_t)now.tv_nsec / 100;
}

/* Nanoseconds of CLOCK_MONOTONIC, in which deadlines are given. No system call. */
static inline uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline struct timespec clock_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
}

/* The moment in so many milliseconds. */
static inline struct timespec clock_in(clockid_t clock, unsigned milliseconds)
{
    struct timespec t;

    clock_gettime(clock, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

#endif
