/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reserve.h: memory for the loops when there is none.
 *
 * libev ends the process when it gets no memory, and when a system call of its own fails. The process isn't ours. So libev
 * asks here, and when malloc() has nothing it gets a part of a region that is kept for that day. Until there is a fresh
 * region, no connection is accepted, because that is what makes libev's arrays grow. A region that is used up would make
 * the loop stand still until somebody frees memory; it is larger than all that arrays of this size can ask for.
 *
 * libev has one allocator and one handler of errors for a process; these replace what a native program that uses libev itself
 * may have set, which is safe as long as that allocator's memory was realloc()'s.
 */
#ifndef HTTPAPI_ENGINE_RESERVE_H
#define HTTPAPI_ENGINE_RESERVE_H

#include <stdbool.h>

/* Before the first loop is made. False without memory. Config lock. */
bool reserve_start(void);

/* Whether there is a fresh region, if need be by making one: nobody should begin anything new without. Any locks. */
bool reserve_is_full(void);

#endif
