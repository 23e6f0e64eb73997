/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receive.c: HttpReceiveHttpRequest.
 *
 *   from the queue or by id -> the request is TAKEN -> copied without locks -> delivered -> the op completes
 *
 * With FLUSH_BODY an operation goes on as a body read until the buffer is full or the body ends.
 */
#include <string.h>

#include "../engine/request.h"
#include "api.h"
#include "fill.h"
#include "op.h"
#include "queue_object.h"
#include "status.h"

#define RECEIVE_FLAGS (ULONG)(HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY | HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY)

/* The second half of a flushed receive: body bytes were read behind the copied ones. */
static enum result flush_end(struct op *op, enum result result, ULONGLONG *bytes)
{
    bool failed = result != RESULT_OK && result != RESULT_EOF;

    if (failed)
        return result;
    fill_add_body(op->buffer, &op->filled, (ULONG)*bytes, op->read.filled < op->read.size);
    *bytes = op->filled.used;
    return RESULT_OK;
}

static void flush_done(struct io *io)
{
    struct op *op = container_of(io, struct op, io);
    ULONGLONG bytes = io->bytes;
    enum result result = flush_end(op, io->result, &bytes);

    op_complete(op, result_to_status(result), bytes);
}

static enum result flush_body(struct op *op, struct queue *engine, uint64_t id, ULONGLONG *bytes)
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
    if (result == RESULT_PENDING)
        return result;
    *bytes = op->io.bytes;
    return flush_end(op, result, bytes);
}

/* Copies the request the op has taken. RESULT_PENDING when the op waits for more of the body. */
static enum result deliver(struct op *op, struct request *r, ULONGLONG *bytes)
{
    struct queue *engine = r->queue;
    uint64_t id = r->id;

    if (op->flags & RECEIVE_FLAGS)
        request_top_up(r);
    op->filled = fill_request(r, op->queue->version, op->flags & RECEIVE_FLAGS, op->buffer, op->size);
    *bytes = op->filled.used;
    bool more = !r->body.complete;
    request_deliver(r, op->filled.whole, op->filled.whole ? op->filled.body : 0);
    if (!op->filled.whole)
        return RESULT_MORE;
    if (!more || !(op->flags & HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY) || !op->filled.body_offset ||
        op->filled.body_offset + op->filled.body >= op->size)
        return RESULT_OK;
    return flush_body(op, engine, id, bytes);
}

/* As io.run of a receive that waited. */
static void receive_done(struct io *io)
{
    struct op *op = container_of(io, struct op, io);
    enum result result = io->result;
    ULONGLONG bytes = 0;

    if (result == RESULT_OK)
        result = deliver(op, op->receive.request, &bytes);
    if (result != RESULT_PENDING)
        op_complete(op, result_to_status(result), bytes);
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
    enum result result = engine ? take_request(op, engine, id) : RESULT_CANCELED;
    ULONGLONG bytes = 0;

    if (result == RESULT_OK)
        result = deliver(op, op->receive.request, &bytes);
    return op_return(op, result, bytes, returned);
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
        return ERROR_NOT_ENOUGH_MEMORY;
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
        return ERROR_NOT_ENOUGH_MEMORY;
    op->read.done = op_io_done;
    op->read.buffer = buffer;
    op->read.size = size;
    op->read.fill = flags;
    engine = queue_object_engine(q);
    result = engine ? body_read(engine, id, &op->read) : RESULT_GONE;
    return op_return(op, result, op->io.bytes, returned);
}
