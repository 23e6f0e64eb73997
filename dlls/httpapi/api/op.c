/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op.c: beginning, completing and recycling operations.
 */
#include "op.h"

#include <pthread.h>
#include <stdlib.h>

#include "../engine/guard.h"
#include "../host/host.h"
#include "api.h"
#include "queue_object.h"
#include "status.h"

/*
 * A free op waits in the thread that completed it: in steady state a few threads begin and complete all of them, so
 * that neither a lock nor malloc is on the request path. A thread that ends frees its own.
 */
#define POOL_MAX 64

static __thread struct list pool; /* all zero until first used */
static __thread unsigned pool_count;
static pthread_key_t pool_key;
static bool have_pool_key;
static pthread_once_t pool_once = PTHREAD_ONCE_INIT;

static void pool_drain(void *arg)
{
    struct list *l;

    (void)arg;
    while ((l = list_pop(&pool)))
        free(container_of(l, struct op, io.node));
    pool_count = 0;
}

static void pool_make_key(void)
{
    have_pool_key = !pthread_key_create(&pool_key, pool_drain);
}

/* From now on the thread's end calls pool_drain(). */
static bool pool_open(void)
{
    pthread_once(&pool_once, pool_make_key);
    return have_pool_key && !pthread_setspecific(pool_key, &pool); /* any value */
}

static struct op *op_alloc(void)
{
    struct list *l = pool.next ? list_pop(&pool) : NULL;

    if (!l)
        return malloc(sizeof(struct op));
    pool_count--;
    return container_of(l, struct op, io.node);
}

static void op_free(struct op *op)
{
    if (!pool.next)
        list_init(&pool);
    if (pool_count == POOL_MAX || (!pool_count && !pool_open())) {
        free(op);
        return;
    }
    pool_count++;
    list_init(&op->io.node);
    list_add(&pool, &op->io.node);
}

/* The event of the call, without the bit that keeps its packet from the port. */
static HANDLE event_of(const struct op *op)
{
    return (HANDLE)((ULONG_PTR)op->event & ~(ULONG_PTR)1);
}

static __thread bool has_own; /* of this thread: an operation with an OVERLAPPED on a queue without port */

bool op_thread_has_own(void)
{
    return has_own;
}

/* The signals of an operation that ended before are taken back. */
static void reset_signals(const struct op *op)
{
    HANDLE event = event_of(op);

    if (event)
        host_event_begin(event);
    else
        queue_object_reset(op->queue);
    if (op->queue->port)
        port_at_work(op->queue->port);
    else
        has_own = true;
}

struct op *op_begin(struct http_queue *q, OVERLAPPED *overlapped, struct op *stack)
{
    struct op *op = stack;
    HANDLE event = NULL;

    if (overlapped) { /* it may fault: before anything is held */
        overlapped->InternalHigh = 0;
        overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
        event = overlapped->hEvent;
    }
    if (!queue_object_hold(q)) {
        if (overlapped)
            overlapped->Internal = (ULONG_PTR)STATUS_INVALID_HANDLE;
        return NULL;
    }
    if (overlapped)
        op = op_alloc();
    if (!op) {
        queue_object_release(q);
        overlapped->Internal = (ULONG_PTR)STATUS_NO_MEMORY;
        return NULL;
    }
    io_init(&op->io, op_io_done);
    op->io.owner = op;
    op->queue = q;
    op->overlapped = overlapped;
    op->event = event;
    op->thread = host_thread_id();
    op->head = op->inline_head;
    op->cleanup = NULL;
    op->waits_for_disconnect = false;
    waiter_init(&op->waiter);
    if (overlapped)
        reset_signals(op);
    return op;
}

ULONG op_begin_error(const struct http_queue *q)
{
    return queue_object_engine(q) ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_HANDLE;
}

struct ending {
    OVERLAPPED *overlapped;
    NTSTATUS status;
    ULONGLONG bytes;
};

/*
 * Bytes, then the status with release order: a program that polls Internal finds both. Afterwards the OVERLAPPED may
 * be gone.
 */
static void write_ending(void *arg)
{
    const struct ending *e = arg;

    e->overlapped->InternalHigh = (ULONG_PTR)e->bytes;
    __atomic_store_n(&e->overlapped->Internal, (ULONG_PTR)e->status, __ATOMIC_RELEASE);
}

/* Into the OVERLAPPED, which the program may have freed meanwhile. */
static void note_ending(struct op *op, NTSTATUS status, ULONGLONG bytes)
{
    struct ending e = {op->overlapped, status, bytes};

    if (!guard_run(write_ending, &e))
        WARN("the OVERLAPPED %p of a pending call is gone", (void *)op->overlapped);
}

static void clean_up(struct op *op)
{
    if (op->cleanup)
        op->cleanup(op);
}

/* Ends it without a word. */
static void op_release(struct op *op)
{
    struct http_queue *q = op->queue;

    clean_up(op);
    if (op->overlapped)
        op_free(op);
    queue_object_release(q);
}

/* The packet that lay in it is taken. */
static void free_late(struct late_packet *late)
{
    free(container_of(late, struct op, late));
}

/* The last of an op. */
static void post(struct op *op, struct port *port, NTSTATUS status, ULONGLONG bytes)
{
    struct http_queue *q = op->queue;
    OVERLAPPED *overlapped = op->overlapped;

    op->late.free = free_late;
    if (!port || !queue_object_post(q, port, overlapped, status, bytes, &op->late))
        op_free(op);
}

/*
 * Ends it, with a word to the program. The port is looked for before the program hears of the end: one that it binds then is
 * for later operations, and an end that was told already has no packet there.
 */
static void tell(struct op *op, NTSTATUS status, ULONGLONG bytes, bool packet)
{
    struct http_queue *q = op->queue;
    struct port *port = packet && !((ULONG_PTR)op->event & 1) ? queue_object_port(q) : NULL;
    HANDLE event = event_of(op);

    clean_up(op);
    note_ending(op, status, bytes);
    if (event)
        host_event_end(event);
    else
        queue_object_signal(q);
    post(op, port, status, bytes);
    queue_object_release(q);
}

void op_complete(struct op *op, NTSTATUS status, ULONGLONG bytes)
{
    if (op->overlapped)
        return tell(op, status, bytes, true);
    op->status = status;
    op->bytes = bytes;
    waiter_end(&op->waiter); /* the op is on the waiting thread's stack: gone from here on */
}

void op_io_done(struct io *io)
{
    op_complete(container_of(io, struct op, io), result_to_status(io->result), io->bytes);
}

/* Not for other errors: Windows leaves the variable alone then. It was probed; if it is gone since, nobody misses it. */
static void return_bytes(ULONG error, ULONGLONG bytes, ULONG *returned)
{
    ULONG count = (ULONG)bytes;

    if (returned && (error == NO_ERROR || error == ERROR_MORE_DATA || error == ERROR_HANDLE_EOF))
        guard_copy(returned, &count, sizeof count);
}

static ULONG blocking_return(struct op *op, ULONG *returned)
{
    ULONG error;

    waiter_wait(&op->waiter);
    error = status_to_error(op->status);
    return_bytes(error, op->bytes, returned);
    op_release(op);
    return error;
}

void op_discard(struct op *op, ULONG error)
{
    if (op->overlapped)
        note_ending(op, error_to_status(error), 0);
    op_release(op);
}

ULONG op_return(struct op *op, bool blocking, enum result result, ULONG *returned)
{
    if (result == RESULT_PENDING)
        return blocking ? blocking_return(op, returned) : ERROR_IO_PENDING;
    return_bytes(result_to_error(result), op->io.bytes, returned);
    if (!blocking && result == RESULT_OK) {
        tell(op, STATUS_SUCCESS, op->io.bytes, !queue_object_skips_success(op->queue));
        return NO_ERROR;
    }
    if (!blocking)
        note_ending(op, result_to_status(result), 0);
    op_release(op);
    return result_to_error(result);
}
