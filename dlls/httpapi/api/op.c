/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op.c: beginning, completing and recycling operations.
 */
#include "op.h"

#include <pthread.h>
#include <stdlib.h>

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
    pthread_key_create(&pool_key, pool_drain);
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
    if (pool_count == POOL_MAX) {
        free(op);
        return;
    }
    if (!pool_count++) {
        pthread_once(&pool_once, pool_make_key);
        pthread_setspecific(pool_key, &pool); /* any value: the thread's end calls pool_drain() */
    }
    list_init(&op->io.node);
    list_add(&pool, &op->io.node);
}

/* The event of the call, without the bit that keeps its packet from the port. */
static HANDLE event_of(const OVERLAPPED *o)
{
    return (HANDLE)((ULONG_PTR)o->hEvent & ~(ULONG_PTR)1);
}

struct op *op_begin(struct http_queue *q, OVERLAPPED *overlapped, struct op *stack)
{
    struct op *op = stack;

    if (overlapped)
        probe_write(overlapped, sizeof *overlapped); /* it may fault: before anything is held */
    if (!queue_object_hold(q))
        return NULL;
    if (overlapped) {
        HANDLE event = event_of(overlapped);

        op = op_alloc();
        if (!op) {
            queue_object_release(q);
            return NULL;
        }
        overlapped->InternalHigh = 0;
        overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
        if (event)
            host_event_begin(event);
        else
            queue_object_reset(q);
        if (q->port)
            port_at_work(q->port);
    }
    io_init(&op->io, op_io_done);
    op->io.owner = op;
    op->queue = q;
    op->overlapped = overlapped;
    op->thread = host_thread_id();
    op->head = op->inline_head;
    op->cleanup = NULL;
    op->waits_for_disconnect = false;
    waiter_init(&op->waiter);
    return op;
}

ULONG op_begin_error(const struct http_queue *q)
{
    return queue_object_engine(q) ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_HANDLE;
}

static void op_release(struct op *op)
{
    struct http_queue *q = op->queue;

    if (op->cleanup)
        op->cleanup(op);
    if (op->overlapped)
        op_free(op);
    queue_object_release(q);
}

/*
 * Bytes, then the status with release order: a program that polls Internal finds both. Afterwards the OVERLAPPED may
 * be gone, so its event is read before.
 */
static void tell(struct op *op, NTSTATUS status, ULONGLONG bytes, bool packet)
{
    struct http_queue *q = op->queue;
    OVERLAPPED *o = op->overlapped;
    HANDLE event = event_of(o);

    packet = packet && !((ULONG_PTR)o->hEvent & 1);
    o->InternalHigh = (ULONG_PTR)bytes;
    __atomic_store_n(&o->Internal, (ULONG_PTR)status, __ATOMIC_RELEASE);
    if (event)
        host_event_end(event);
    else
        queue_object_signal(q);
    if (packet)
        queue_object_post(q, o, status, bytes);
}

void op_complete(struct op *op, NTSTATUS status, ULONGLONG bytes)
{
    if (op->overlapped) {
        tell(op, status, bytes, true);
        op_release(op);
        return;
    }
    op->status = status;
    op->bytes = bytes;
    waiter_end(&op->waiter); /* the op is on the waiting thread's stack: gone from here on */
}

void op_io_done(struct io *io)
{
    op_complete(container_of(io, struct op, io), result_to_status(io->result), io->bytes);
}

/* Not for other errors: Windows leaves the variable alone then. */
static void return_bytes(ULONG error, ULONGLONG bytes, ULONG *returned)
{
    if (returned && (error == NO_ERROR || error == ERROR_MORE_DATA || error == ERROR_HANDLE_EOF))
        *returned = (ULONG)bytes;
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
        op->overlapped->Internal = (ULONG_PTR)error_to_status(error);
    op_release(op);
}

ULONG op_return(struct op *op, bool blocking, enum result result, ULONG *returned)
{
    if (result == RESULT_PENDING)
        return blocking ? blocking_return(op, returned) : ERROR_IO_PENDING;
    return_bytes(result_to_error(result), op->io.bytes, returned);
    if (!blocking && result == RESULT_OK)
        tell(op, STATUS_SUCCESS, op->io.bytes, !queue_object_skips_success(op->queue));
    else if (!blocking)
        op->overlapped->Internal = (ULONG_PTR)result_to_status(result);
    op_release(op);
    return result_to_error(result);
}
