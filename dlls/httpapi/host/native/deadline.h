/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deadline.h: Windows' timeouts as moments.
 */
#ifndef HTTPAPI_HOST_NATIVE_DEADLINE_H
#define HTTPAPI_HOST_NATIVE_DEADLINE_H

#include <windef.h>

#include "../../engine/clock.h"

/* Of clock_ns(). */
typedef uint64_t deadline;

#define DEADLINE_PAST ((deadline)0)
#define DEADLINE_NEVER CLOCK_NEVER

/* INFINITE is never, 0 is past: no clock is read for these two. */
static inline deadline deadline_in(DWORD milliseconds)
{
    if (milliseconds == 0xffffffffu)
        return DEADLINE_NEVER;
    return milliseconds ? clock_ns() + (uint64_t)milliseconds * 1000000 : DEADLINE_PAST;
}

#endif
