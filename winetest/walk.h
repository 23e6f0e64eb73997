/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * walk.h: follows every pointer of a request that was received.
 *
 * A program may move the buffer and shift the pointers (.NET does), or free what lies behind the byte count: so each
 * must point into the bytes that the receive returned, to memory of its own, aligned for what it points to, and each
 * text must end with a NUL there. What is empty has neither length nor pointer.
 */
#ifndef WINETEST_WALK_H
#define WINETEST_WALK_H

#include "test.h"

/*
 * Checks the request in the buffer's first `bytes` bytes. `version` is that of the queue that it came from; 0 when it isn't
 * known: what only version 2 has isn't looked at then. False, and a failed check, for the first pointer that is wrong.
 */
#define check_walk(buffer, bytes, version) check_walk_at(__FILE__, __LINE__, (buffer), (bytes), (version))
int check_walk_at(const char *file, int line, const void *buffer, ULONG bytes, int version);

#endif
