/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io.c: ends of operations, kept by the thread that caused them until it holds no lock.
 */
#include "io.h"

#include <assert.h>

static __thread struct list finished; /* of this thread; all zero until its first use */
static __thread bool flushing;

void io_init(struct io *io, void (*run)(struct io *))
{
    list_init(&io->node);
    io->run = run;
    io->owner = NULL;
    io->result = RESULT_PENDING;
    io->bytes = 0;
}

void io_finish(struct io *io, enum result result, uint64_t bytes)
{
    assert(list_empty(&io->node));
    if (!finished.next)
        list_init(&finished);
    io->result = result;
    io->bytes = bytes;
    list_add_tail(&finished, &io->node);
}

void io_flush(void)
{
    struct list *first;

    if (flushing || !finished.next)
        return;
    flushing = true;
    while ((first = list_pop(&finished))) {
        struct io *io = container_of(first, struct io, node);

        io->run(io);
    }
    flushing = false;
}
