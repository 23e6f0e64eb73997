/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.c: HttpSendHttpResponse and HttpSendResponseEntityBody.
 *
 * The caller's structures are read completely before the engine hears of the call: the head's text is made, the chunks
 * become pieces, file handles become descriptors. Memory chunks themselves are read when they are sent; they stay the
 * caller's until the operation is over.
 */
#include <stdlib.h>

#include "../engine/guard.h"
#include "api.h"
#include "head.h"
#include "partial.h"
#include "pieces.h"
#include "queue_object.h"

/* Flags we act on. ENABLE_NAGLING is documented as without effect since Vista. */
#define SEND_FLAGS \
    (ULONG)(HTTP_SEND_RESPONSE_FLAG_DISCONNECT | HTTP_SEND_RESPONSE_FLAG_MORE_DATA | \
            HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA | HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING | \
            HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES | HTTP_SEND_RESPONSE_FLAG_OPAQUE | \
            HTTP_SEND_RESPONSE_FLAG_GOAWAY | HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING)

/* HTTP/1's GOAWAY is `Connection: close`. */
#define ENDING_FLAGS (ULONG)(HTTP_SEND_RESPONSE_FLAG_DISCONNECT | HTTP_SEND_RESPONSE_FLAG_GOAWAY)

/* As op.cleanup. */
static void send_cleanup(struct op *op)
{
    pieces_free(op);
    if (op->head != op->inline_head)
        free(op->head);
}

static struct op *send_op(struct http_queue *q, ULONG flags, OVERLAPPED *overlapped, struct op *stack)
{
    struct op *op = op_begin(q, overlapped, stack);

    if (!op)
        return NULL;
    send_init(&op->send, op_io_done);
    op->io.owner = op;
    op->cleanup = send_cleanup;
    op->extra = NULL;
    op->send.more = flags & HTTP_SEND_RESPONSE_FLAG_MORE_DATA;
    op->send.disconnect = flags & ENDING_FLAGS;
    op->send.opaque = flags & HTTP_SEND_RESPONSE_FLAG_OPAQUE;
    op->send.chunking = op->send.framable = flags & HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING;
    op->send.buffered = flags & HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA;
    return op;
}

static ULONG begin_send(struct op *op, HTTP_REQUEST_ID id, ULONG *sent)
{
    struct queue *engine = queue_object_engine(op->queue);
    bool blocking = !op->overlapped;

    return op_return(op, blocking, engine ? send_begin(engine, id, &op->send) : RESULT_GONE, sent);
}

/* The call fails before the engine hears of it. */
static ULONG fail_send(struct op *op, ULONG error)
{
    op_discard(op, error);
    return error;
}

/* What an op takes over from the call. */
struct preparing {
    struct op *op;
    const HTTP_RESPONSE_V1 *response; /* NULL: a part without head */
    const struct head *head;
    const char *text;
    const HTTP_DATA_CHUNK *chunks; /* of such a part */
    USHORT count;
    ULONG error;
};

static void prepare(void *arg)
{
    struct preparing *p = arg;
    const HTTP_RESPONSE_V1 *r = p->response;
    bool framable = p->op->send.framable;

    p->error = r ? head_attach(p->op, p->head, p->text, r) : NO_ERROR;
    if (!p->error)
        p->error = r ? pieces_make(p->op, 1 + framable, framable, r->pEntityChunks, r->EntityChunkCount)
                     : pieces_make(p->op, 1, 1, p->chunks, p->count);
}

/* Reads the caller's memory once more, which another thread may have freed since it was probed: the op isn't lost. */
static ULONG prepare_send(struct preparing *p)
{
    return guard_run(prepare, p) ? p->error : ERROR_NOACCESS;
}

static ULONG check_response(const struct http_queue *q, const HTTP_RESPONSE_V1 *r, ULONG flags, const void *reserved1,
                            ULONG reserved2)
{
    ULONG error;

    if (!r || reserved1 || reserved2 || flags & ~SEND_FLAGS)
        return ERROR_INVALID_PARAMETER;
    if (flags & HTTP_SEND_RESPONSE_FLAG_OPAQUE && r->StatusCode != 101)
        return ERROR_INVALID_PARAMETER;
    error = head_check(q, r);
    return error ? error : pieces_check(r->pEntityChunks, r->EntityChunkCount, flags);
}

/* What a program asks for beside the response, and would be a hint or a line in a log. */
static void ignore_extras(const HTTP_CACHE_POLICY *policy, const HTTP_LOG_DATA *log_data)
{
    probe_read(policy, policy ? sizeof *policy : 0);
    probe_read(log_data, log_data ? sizeof *log_data : 0);
    if (policy && policy->Policy != HttpCachePolicyNocache)
        FIXME("responses aren't cached yet");
    if (log_data)
        FIXME("responses aren't logged yet");
}

ULONG api_HttpSendHttpResponse(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, PHTTP_RESPONSE response,
                               PHTTP_CACHE_POLICY policy, PULONG sent, PVOID reserved1, ULONG reserved2,
                               LPOVERLAPPED overlapped, PHTTP_LOG_DATA log_data)
{
    struct http_queue *q = queue_object_find(queue);
    const HTTP_RESPONSE_V1 *r = (const HTTP_RESPONSE_V1 *)response;
    struct op stack, *op;
    struct head head;
    ULONG error;

    TRACE("queue %p id %llx flags %x response %p policy %p sent %p overlapped %p log %p", queue,
          (unsigned long long)id, flags, (void *)response, (void *)policy, (void *)sent, (void *)overlapped,
          (void *)log_data);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    error = check_response(q, r, flags, reserved1, reserved2);
    if (error)
        return error;
    ignore_extras(policy, log_data);
    head_write(&head, stack.inline_head, OP_HEAD_SIZE, q, r);
    if (head.bad)
        return ERROR_INVALID_PARAMETER;
    if (sent)
        probe_write(sent, sizeof *sent);
    op = send_op(q, flags, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    error = prepare_send(&(struct preparing){.op = op, .response = r, .head = &head, .text = stack.inline_head});
    if (!error && flags & HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES)
        error = partial_make(op, id, r);
    return error ? fail_send(op, error) : begin_send(op, id, sent);
}

ULONG api_HttpSendResponseEntityBody(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, USHORT count,
                                     PHTTP_DATA_CHUNK chunks, PULONG sent, PVOID reserved1, ULONG reserved2,
                                     LPOVERLAPPED overlapped, PHTTP_LOG_DATA log_data)
{
    struct http_queue *q = queue_object_find(queue);
    struct op stack, *op;
    ULONG error;

    TRACE("queue %p id %llx flags %x count %u chunks %p sent %p overlapped %p log %p", queue,
          (unsigned long long)id, flags, count, (void *)chunks, (void *)sent, (void *)overlapped,
          (void *)log_data);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (reserved1 || reserved2 || flags & ~SEND_FLAGS)
        return ERROR_INVALID_PARAMETER;
    error = pieces_check(chunks, count, flags);
    if (error)
        return error;
    ignore_extras(NULL, log_data);
    if (sent)
        probe_write(sent, sizeof *sent);
    op = send_op(q, flags, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    op->send.framable = true;
    error = prepare_send(&(struct preparing){.op = op, .chunks = chunks, .count = count});
    return error ? fail_send(op, error) : begin_send(op, id, sent);
}
