/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receive.c: HttpReceiveHttpRequest.
 *
 *   from the queue or by id -> the request is TAKEN -> copied without locks -> delivered -> the op completes
 *
 * With FLUSH_BODY an operation goes on as a body read until the buffer is full or the body ends.
 */
#include <string.h>

#include "../engine/guard.h"
#include "../engine/request.h"
#include "api.h"
#include "fill.h"
#include "op.h"
#include "queue_object.h"
#include "status.h"

#define RECEIVE_FLAGS (ULONG)(HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY | HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY)

static void add_body(void *arg)
{
    struct op *op = arg;

    fill_add_body(op->buffer, &op->filled, (ULONG)op->io.bytes, &op->read);
}

/*
 * The second half of a flushed receive: body bytes were read behind the copied ones. Who cancels that, or has no memory for
 * more, gets the request as far as it came: it is delivered, and without its id nobody could answer it. Closing the queue
 * ends it for good.
 */
static enum result flush_end(struct op *op, enum result result)
{
    bool stopped = result == RESULT_NO_MEMORY || (result == RESULT_CANCELED && queue_object_engine(op->queue));

    if (result != RESULT_OK && result != RESULT_EOF && !stopped)
        return result;
    if (!guard_run(add_body, op))
        return RESULT_FAULT;
    op->io.bytes = op->filled.used;
    return RESULT_OK;
}

static void flush_done(struct io *io)
{
    struct op *op = container_of(io, struct op, io);
    enum result result = flush_end(op, io->result);

    op_complete(op, result_to_status(result), io->bytes);
}

static enum result flush_body(struct op *op, struct queue *engine, uint64_t id)
{
    ULONG at = op->filled.body_offset + op->filled.body;
    enum result result;

    io_init(&op->io, flush_done);
    op->io.owner = op;
    op->read.done = flush_done;
    op->read.buffer = (char *)op->buffer + at;
    op->read.size = op->size - at;
    op->read.fill = true;
    result = body_read(engine, id, &op->read);
    return result == RESULT_PENDING ? result : flush_end(op, result);
}

/* A flushed receive has room for more of the body, and more will come. */
static bool wants_more(const struct op *op, const struct request *r)
{
    const struct filled *f = &op->filled;

    return op->flags & HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY && f->whole && !r->body.complete && f->body_offset &&
           f->body_offset + f->body < op->size;
}

struct filling {
    struct op *op;
    const struct request *request;
};

static void fill(void *arg)
{
    struct filling *f = arg;
    struct op *op = f->op;

    op->filled = fill_request(f->request, op->queue->version, op->flags & RECEIVE_FLAGS, op->buffer, op->size);
}

/* The buffer was there when the call began, and isn't any more. */
static enum result give_back(struct request *r, bool by_id)
{
    if (by_id)
        request_deliver(r, false, 0); /* the program knows it */
    else
        request_return(r);
    return RESULT_FAULT;
}

/* Copies the request the op has taken. RESULT_PENDING when the op waits for more of the body. */
static enum result deliver(struct op *op, struct request *r, bool by_id)
{
    struct queue *engine = r->queue;
    uint64_t id = r->id;
    bool more;

    if (op->flags & RECEIVE_FLAGS)
        request_top_up(r);
    if (!guard_run(fill, &(struct filling){op, r}))
        return give_back(r, by_id);
    op->io.bytes = op->filled.used;
    more = wants_more(op, r);
    request_deliver(r, op->filled.whole, op->filled.body);
    if (more)
        return flush_body(op, engine, id);
    return op->filled.whole ? RESULT_OK : RESULT_MORE;
}

/* As io.run of a receive that waited. */
static void receive_done(struct io *io)
{
    struct op *op = container_of(io, struct op, io);
    enum result result = io->result;

    if (result == RESULT_OK)
        result = deliver(op, op->receive.request, false);
    if (result != RESULT_PENDING)
        op_complete(op, result_to_status(result), op->io.bytes);
}

static enum result take_request(struct op *op, struct queue *engine, HTTP_REQUEST_ID id)
{
    if (!HTTP_IS_NULL_ID(&id))
        return request_take(engine, id, &op->receive.request);
    op->io.run = receive_done;
    op->receive.blocked = op->overlapped ? NULL : &op->waiter;
    return queue_receive(engine, &op->receive);
}

static ULONG receive(struct http_queue *q, HTTP_REQUEST_ID id, struct op *op, ULONG *returned)
{
    struct queue *engine = queue_object_engine(q);
    bool blocking = !op->overlapped;
    enum result result = engine ? take_request(op, engine, id) : RESULT_CANCELED;

    if (result == RESULT_OK)
        result = deliver(op, op->receive.request, !HTTP_IS_NULL_ID(&id));
    return op_return(op, blocking, result, returned);
}

static ULONG check_buffer(const struct http_queue *q, const void *buffer, ULONG size, ULONG *returned)
{
    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    if ((ULONG_PTR)buffer & 7)
        return ERROR_NOACCESS;
    if (size >= fill_minimum(q->version))
        return NO_ERROR;
    if (returned)
        *returned = 0;
    return ERROR_INSUFFICIENT_BUFFER;
}

ULONG api_HttpReceiveHttpRequest(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, PHTTP_REQUEST buffer, ULONG size,
                                 PULONG returned, LPOVERLAPPED overlapped)
{
    struct http_queue *q = queue_object_find(queue);
    struct op stack, *op;
    ULONG error;

    TRACE("queue %p id %llx flags %x buffer %p size %u returned %p overlapped %p", queue, (unsigned long long)id,
          flags, (void *)buffer, size, (void *)returned, (void *)overlapped);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (flags & ~RECEIVE_FLAGS)
        return ERROR_INVALID_PARAMETER;
    error = check_buffer(q, buffer, size, returned);
    if (error)
        return error;
    probe_write(buffer, size);
    if (returned)
        probe_write(returned, sizeof *returned);
    op = op_begin(q, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    op->buffer = buffer;
    op->size = size;
    op->flags = flags;
    return receive(q, id, op, returned);
}

/* HttpReceiveRequestEntityBody. */
ULONG api_HttpReceiveRequestEntityBody(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, PVOID buffer, ULONG size,
                                       PULONG returned, LPOVERLAPPED overlapped)
{
    struct http_queue *q = queue_object_find(queue);
    struct queue *engine;
    struct op stack, *op;
    enum result result;

    TRACE("queue %p id %llx flags %x buffer %p size %u returned %p overlapped %p", queue, (unsigned long long)id,
          flags, buffer, size, (void *)returned, (void *)overlapped);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (flags & ~(ULONG)HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER || (!buffer && size))
        return ERROR_INVALID_PARAMETER;
    probe_write(buffer, size);
    if (returned)
        probe_write(returned, sizeof *returned);
    op = op_begin(q, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    op->read.done = op_io_done;
    op->read.buffer = buffer;
    op->read.size = size;
    op->read.fill = flags;
    engine = queue_object_engine(q);
    result = engine ? body_read(engine, id, &op->read) : RESULT_GONE;
    return op_return(op, !overlapped, result, returned);
}
