/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reserve.h: memory for the loops when there is none.
 *
 * libev ends the process when it gets no memory, and when a system call of its own fails. The process isn't ours. So libev
 * asks here: a block is kept for the day when malloc() has nothing, and given back to it then. Until it has been replaced, no
 * connection is accepted, because that is what makes libev's arrays grow. If even that isn't enough, the loop stands still
 * until somebody frees memory.
 *
 * libev has one allocator and one handler of errors for a process; these replace what a native program that uses libev itself
 * may have set, which is safe as long as that allocator's memory was realloc()'s.
 */
#ifndef HTTPAPI_ENGINE_RESERVE_H
#define HTTPAPI_ENGINE_RESERVE_H

#include <stdbool.h>

/* Before the first loop is made. False without memory. Config lock. */
bool reserve_start(void);

/* Whether the block is there, if need be again: nobody should begin anything new without. Any locks. */
bool reserve_is_full(void);

#endif
