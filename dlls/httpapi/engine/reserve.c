/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reserve.c: libev's allocator and its handler of errors.
 */
#include "reserve.h"

#include <ev.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"

#define RESERVE_LEAST 65536
#define PATIENCE_NS 10000000 /* between two attempts, 10 ms */

static _Atomic(void *) reserve;
static atomic_size_t wanted = RESERVE_LEAST; /* so large the next block has to be */

static void be_patient(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PATIENCE_NS}, NULL);
}

/* An array that grew to this size will have twice as much next time, beside the old one. */
static void expect_growth(size_t size)
{
    if (size > atomic_load_explicit(&wanted, memory_order_relaxed) / 4)
        atomic_store(&wanted, size * 4);
}

/* False: it was spent before. */
static bool spend(void)
{
    void *block = atomic_exchange(&reserve, NULL);

    if (block)
        WARN("no memory: the loops use their reserve");
    free(block);
    return block;
}

/* As realloc(), but for an end without memory; size 0 frees. */
static void *loop_realloc(void *p, long size) EV_NOEXCEPT
{
    void *grown;

    if (!size) {
        free(p);
        return NULL;
    }
    while (!(grown = realloc(p, (size_t)size))) {
        if (spend())
            continue;
        ERR("no memory for a loop: waiting for some");
        be_patient();
    }
    expect_growth((size_t)size);
    return grown;
}

/* libev goes on, and tries again when it has to: not without a rest. */
static void on_loop_error(const char *what) EV_NOEXCEPT
{
    ERR("%s: %m", what);
    be_patient();
}

bool reserve_is_full(void)
{
    void *block, *none = NULL;

    if (atomic_load_explicit(&reserve, memory_order_relaxed))
        return true;
    block = malloc(atomic_load(&wanted));
    if (block && !atomic_compare_exchange_strong(&reserve, &none, block))
        free(block); /* another loop was faster */
    return block;
}

bool reserve_start(void)
{
    ev_set_allocator(loop_realloc);
    ev_set_syserr_cb(on_loop_error);
    return reserve_is_full();
}
