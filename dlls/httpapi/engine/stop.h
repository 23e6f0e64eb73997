/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stop.h: SIGTERM. The server takes no more work, what is under way ends, and the program hears of it.
 *
 *   serves --SIGTERM--> finishes requests --> the program was told --> is ended
 *
 * While requests are finished new connections are refused, each answer says `Connection: close`, and the program knows of
 * nothing: whatever it does when it is told, it cuts nobody off. That takes HTTPAPI_STOP_SECONDS at most; then the program
 * has HTTPAPI_EXIT_SECONDS to end. Another SIGTERM, 50 ms later at least, ends either time at once.
 *
 * A host has one thread for this. Under Wine nobody else catches SIGTERM.
 */
#ifndef HTTPAPI_ENGINE_STOP_H
#define HTTPAPI_ENGINE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

/* Seconds that a client has for one more request on a connection that has none. */
#define STOP_LAST_REQUEST 1

/* Once in a process. False, and nothing is caught: somebody else does, or wants it ignored; or the system has no more. */
bool stop_catch(void);

/* Returns when it is time to tell the program. No locks. */
void stop_await(void);

/* Returns when the program, which was told, has to be ended. No locks. */
void stop_expire(void);

extern atomic_bool stop_begun;

/* From now on a connection ends with the answer that is under way. Any locks. */
static inline bool stop_has_begun(void)
{
    return atomic_load_explicit(&stop_begun, memory_order_relaxed);
}

#endif
