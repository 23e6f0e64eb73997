/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_io.c: an operation that is over is told exactly once, in order, outside of io_finish(), by the thread that
 * finished it.
 */
#include "engine/io.h"

#include <pthread.h>

#include "unit.h"

static char told[16];

struct op {
    struct io io;
    char name;
    struct op *ends; /* finishes this one, and flushes, while it is told itself */
};

static void tell(struct io *io)
{
    struct op *op = container_of(io, struct op, io);
    size_t n = strlen(told);

    told[n] = op->name;
    told[n + 1] = 0;
    if (op->ends) {
        io_finish(&op->ends->io, RESULT_OK, 0);
        io_flush();
        cr_assert_eq(strlen(told), n + 1, "a nested flush tells nothing");
    }
}

#define MAKE(var, letter) \
    struct op var = {.name = letter}; \
    io_init(&var.io, tell)

Test(io, nothing_to_tell)
{
    io_flush();
    cr_assert_str_eq(told, "");
}

Test(io, told_at_the_flush_once_and_in_order)
{
    MAKE(a, 'a');
    MAKE(b, 'b');

    io_finish(&a.io, RESULT_OK, 0);
    io_finish(&b.io, RESULT_OK, 0);
    cr_assert_str_eq(told, "");
    io_flush();
    cr_assert_str_eq(told, "ab");
    io_flush();
    cr_assert_str_eq(told, "ab");
}

Test(io, result_and_bytes_are_set_before)
{
    MAKE(a, 'a');

    cr_assert_eq(a.io.result, RESULT_PENDING);
    io_finish(&a.io, RESULT_EOF, 7);
    io_flush();
    cr_assert_eq(a.io.result, RESULT_EOF);
    cr_assert_eq(a.io.bytes, 7u);
    cr_assert(list_empty(&a.io.node));
}

/* What ends while others are told comes after those, from the outer flush. */
Test(io, a_nested_flush_leaves_the_work_to_the_outer_one)
{
    MAKE(a, 'a');
    MAKE(b, 'b');
    MAKE(c, 'c');

    a.ends = &c;
    io_finish(&a.io, RESULT_OK, 0);
    io_finish(&b.io, RESULT_OK, 0);
    io_flush();
    cr_assert_str_eq(told, "abc");
}

static void *flush(void *arg)
{
    io_flush();
    return arg;
}

Test(io, another_thread_does_not_tell)
{
    pthread_t thread;
    MAKE(a, 'a');

    io_finish(&a.io, RESULT_OK, 0);
    pthread_create(&thread, NULL, flush, NULL);
    pthread_join(thread, NULL);
    cr_assert_str_eq(told, "");
    io_flush();
    cr_assert_str_eq(told, "a");
}

/* As body reads do: over for a moment, told, and waiting again. */
static unsigned rounds;

static void again(struct io *io)
{
    if (++rounds < 3)
        io_finish(io, RESULT_PENDING, 0);
}

Test(io, an_operation_may_go_on_from_its_own_end)
{
    struct io io;

    io_init(&io, again);
    io_finish(&io, RESULT_PENDING, 0);
    io_flush();
    cr_assert_eq(rounds, 3u);
}
