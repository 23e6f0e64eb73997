/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.h: surviving a program's bad pointer.
 *
 * A fault leaves the guarded function there and then, past whatever it was doing, so that must hold nothing while it
 * touches a program's memory: no lock, no half-made structure.
 *
 * Under Wine a fault in the ELF half that no guard is for leaves the whole unix call, and the PE half sees the status. That
 * is as good for what a call does before it holds anything. It isn't for memory that is written later: that of an
 * operation which ends in a thread that is doing something else, perhaps running a loop.
 */
#ifndef HTTPAPI_ENGINE_GUARD_H
#define HTTPAPI_ENGINE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls fn(arg). False when memory it touched wasn't there (SIGSEGV or SIGBUS in this thread): it was left at once.
 * Guards nest; the innermost one ends. The first call installs the signal handlers, and faults outside any guard go on
 * to the handlers that were there before. Costs about 10 ns.
 */
bool guard_run(void (*fn)(void *), void *arg);

/* memcpy(); false when it came to memory that isn't there, with some of the bytes copied. */
bool guard_copy(void *to, const void *from, size_t size);

/*
 * Once, before any guard, in a process whose owner handles faults by itself, as Wine does (it fixes pages that it watches,
 * grows stacks): its handlers are asked first, and only a fault that they don't put right ends a guard.
 */
void guard_share_signals(void);

#endif
