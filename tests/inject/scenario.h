/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scenario.h: what happens while one call fails: a server program with two queues, and its clients.
 */
#ifndef TESTS_INJECT_SCENARIO_H
#define TESTS_INJECT_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A broken rule. Printed; the process ends with failure. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints it with INJECT_TRACE set. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define BIG_SIZE 600000
#define FILE_SIZE 300000
#define WAIT_SECONDS 15 /* anything that has to come comes by then */

/* Byte i of each long body. */
static inline char pattern(size_t i)
{
    return (char)('a' + i % 23);
}

/* --- program.c: the server. Each call into the API is made once more when it says that something ran out. */

/* Starts queues, URLs and threads on a port; `path` is a file of FILE_SIZE bytes. */
void program_start(unsigned port, const char *path);

/* Closes all of it. */
void program_stop(void);

/* How often a call said that something ran out, or an operation was broken off that shouldn't. */
unsigned program_troubles(void);

/* Puts the engine's clock forward and lets it look at its connections. */
void program_later(unsigned seconds);

/* What the engine still holds: connections, ids. */
void program_check_empty(void);

/* --- clients.c */

/* All kinds of clients, one after the other; how many were disturbed. Those are served when they try again. */
unsigned clients_run(unsigned port);

/* A few of them, none of which may be disturbed. */
void clients_run_some(unsigned port);

#endif
