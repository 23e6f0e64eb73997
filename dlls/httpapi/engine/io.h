/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io.h: an operation inside the engine, and how its end is told.
 *
 * Exactly once is structural. While an operation waits, it is a member of exactly one list, under that list's
 * lock. Whoever takes it off (data, cancel, disconnect, close) owns it, alone, and calls io_finish() once;
 * nobody else can find it any more. docs/completions.md has the state machine.
 *
 * io_finish() may be called with locks held: it only puts the io on a list of the calling thread. io_flush()
 * runs them, with no lock held; what may end operations does it last, and so does each turn of a loop.
 */
#ifndef HTTPAPI_ENGINE_IO_H
#define HTTPAPI_ENGINE_IO_H

#include <stdint.h>

#include "list.h"
#include "result.h"

struct io {
    struct list node;         /* the list it waits on: the engine's; while there is no operation, its owner's */
    void (*run)(struct io *); /* what to do at its end; called without locks, in any thread */
    const void *owner;        /* the caller's mark, for cancelling; NULL: the engine's own */
    enum result result;       /* set before run() */
    uint64_t bytes;           /* set before run() */
};

void io_init(struct io *io, void (*run)(struct io *));

/* Picks operations to cancel, of those that have an owner. Called with locks held. */
typedef bool io_match(const struct io *io, const void *arg);

/* The end of an operation that the caller has taken off its list. Any locks. */
void io_finish(struct io *io, enum result result, uint64_t bytes);

/* Runs what this thread has finished. No locks. A nested call leaves the work to the outer one. */
void io_flush(void);

#endif
