/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.h: surviving a program's bad pointer.
 *
 * What Wine does with a fault inside a unix call, for the native host: the call ends there and then, past whatever it
 * was doing, so the callee must hold nothing while it touches a caller's memory.
 */
#ifndef HTTPAPI_HOST_NATIVE_GUARD_H
#define HTTPAPI_HOST_NATIVE_GUARD_H

#include <stdbool.h>

/*
 * Calls fn(arg). False when memory it touched wasn't there (SIGSEGV or SIGBUS in this thread): it was left at once.
 * Guards nest; the innermost one ends. The first call installs the signal handlers, and faults outside any guard go on
 * to the handlers that were there before. Costs about 20 ns.
 */
bool guard_run(void (*fn)(void *), void *arg);

#endif
