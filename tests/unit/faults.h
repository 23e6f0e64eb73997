/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * faults.h: allocations and socket calls of the engine that fail on purpose.
 *
 * The linker's --wrap puts faults.c between our objects and libc; libraries aren't concerned (libev ends the process
 * when it gets no memory). A test's client uses read(), write() and sendto(), which aren't wrapped.
 */
#ifndef TESTS_UNIT_FAULTS_H
#define TESTS_UNIT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* The nth allocation of this thread from now on fails, the others don't; 0: none fails. */
void faults_fail_alloc(unsigned nth);

/* Whether it came to that; no more allocation fails afterwards. */
bool faults_alloc_failed(void);

/*
 * From now on each recv, send, sendmsg and sendfile takes one byte at most, or is interrupted (EINTR), by chance; 0
 * ends it. All threads.
 */
void faults_trickle(unsigned seed);

/* The next n dup() fail with EMFILE. */
void faults_fail_dup(unsigned n);

/* The next n send() take one byte. */
void faults_short_send(unsigned n);

#endif
