/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.c: HttpSendHttpResponse and HttpSendResponseEntityBody.
 *
 * The caller's structures are read completely before the engine hears of the call: the head's text is made, the chunks
 * become pieces, file handles become descriptors. Memory chunks themselves are read when they are sent; they stay the
 * caller's until the operation is over.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../host/host.h"
#include "api.h"
#include "op.h"
#include "queue_object.h"
#include "status.h"

#define CHUNKS_MAX 9999 /* documented for HttpSendResponseEntityBody */

/* Flags we act on. ENABLE_NAGLING is documented as without effect since Vista. */
#define SEND_FLAGS \
    (ULONG)(HTTP_SEND_RESPONSE_FLAG_DISCONNECT | HTTP_SEND_RESPONSE_FLAG_MORE_DATA | \
            HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA | HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING | \
            HTTP_SEND_RESPONSE_FLAG_OPAQUE)
#define UNBUILT_SEND_FLAGS \
    (ULONG)(HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES | HTTP_SEND_RESPONSE_FLAG_GOAWAY | HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING)

static ULONG check_flags(ULONG flags)
{
    if (flags & ~(SEND_FLAGS | UNBUILT_SEND_FLAGS))
        return ERROR_INVALID_PARAMETER;
    if (!(flags & UNBUILT_SEND_FLAGS))
        return NO_ERROR;
    FIXME("flags %x aren't built yet", flags & UNBUILT_SEND_FLAGS);
    return ERROR_INVALID_PARAMETER; /* what a Windows older than the flag answers; .NET then goes on without */
}

static void close_files(struct send *s)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->pieces[i].fd >= 0)
            close(s->pieces[i].fd);
}

/* As op.cleanup. */
static void send_cleanup(struct op *op)
{
    close_files(&op->send);
    if (op->send.pieces != op->send.few)
        free(op->send.pieces);
    if (op->head != op->inline_head)
        free(op->head);
}

/* Bytes [StartingOffset, StartingOffset + Length) of a regular file; "to the end" is all that is there now. */
static ULONG file_piece(struct piece *p, const HTTP_DATA_CHUNK *c)
{
    const HTTP_BYTE_RANGE *range = &c->FromFileHandle.ByteRange;
    ULONGLONG start = range->StartingOffset.QuadPart, length = range->Length.QuadPart;
    struct stat st;
    NTSTATUS status = host_file_fd(c->FromFileHandle.FileHandle, &p->fd);

    if (status)
        return ERROR_INVALID_HANDLE;
    if (fstat(p->fd, &st) || !S_ISREG(st.st_mode) || start > (ULONGLONG)st.st_size)
        return ERROR_INVALID_PARAMETER;
    if (length == HTTP_BYTE_RANGE_TO_EOF)
        length = (ULONGLONG)st.st_size - start;
    if (length > (ULONGLONG)st.st_size - start)
        return ERROR_HANDLE_EOF;
    p->offset = start;
    p->length = length;
    return NO_ERROR;
}

static ULONG piece_from_chunk(struct piece *p, const HTTP_DATA_CHUNK *c)
{
    *p = (struct piece){.fd = -1};
    switch (c->DataChunkType) {
    case HttpDataChunkFromMemory:
        if (!c->FromMemory.pBuffer && c->FromMemory.BufferLength)
            return ERROR_INVALID_PARAMETER;
        p->memory = c->FromMemory.pBuffer;
        p->length = c->FromMemory.BufferLength;
        return NO_ERROR;
    case HttpDataChunkFromFileHandle:
        return file_piece(p, c);
    case HttpDataChunkFromFragmentCache:
    case HttpDataChunkFromFragmentCacheEx:
    case HttpDataChunkTrailers:
        FIXME("data chunk type %u isn't built yet", c->DataChunkType);
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

/* `skip` pieces are left free at the front. On failure what was opened is in the pieces for send_cleanup(). */
static ULONG add_chunks(struct send *s, unsigned skip, const HTTP_DATA_CHUNK *chunks, USHORT count)
{
    ULONG error = NO_ERROR;

    if (skip + count > SEND_PIECES) {
        struct piece *p = malloc((skip + count) * sizeof *p);

        if (!p)
            return ERROR_NOT_ENOUGH_MEMORY;
        s->pieces = p;
    }
    for (unsigned i = 0; i < skip; i++)
        s->pieces[i] = (struct piece){.fd = -1};
    s->count = skip;
    for (USHORT i = 0; i < count && !error; i++)
        error = piece_from_chunk(&s->pieces[s->count++], &chunks[i]);
    return error;
}

/* The chunk array is there and each of its memory chunks can be read; nothing is held yet. */
static ULONG probe_chunks(const HTTP_DATA_CHUNK *chunks, USHORT count)
{
    if (count > CHUNKS_MAX || (count && !chunks))
        return ERROR_INVALID_PARAMETER;
    probe_read(chunks, count * sizeof *chunks);
    for (USHORT i = 0; i < count; i++)
        if (chunks[i].DataChunkType == HttpDataChunkFromMemory && chunks[i].FromMemory.pBuffer)
            probe_read(chunks[i].FromMemory.pBuffer, chunks[i].FromMemory.BufferLength);
    return NO_ERROR;
}

static struct text known_text(const HTTP_KNOWN_HEADER *h)
{
    return (struct text){h->pRawValue, h->pRawValue ? h->RawValueLength : 0};
}

static void write_multiple(struct head *h, const HTTP_MULTIPLE_KNOWN_HEADERS *m)
{
    if ((unsigned)m->HeaderId >= RESP_MAX) {
        h->bad = true;
        return;
    }
    for (USHORT i = 0; i < m->KnownHeaderCount; i++) {
        struct text value = known_text(&m->KnownHeaders[i]);

        if (value.len)
            head_other(h, response_header_names[m->HeaderId], value);
    }
}

/* What only a version 2 structure has. */
static void write_response_info(struct head *h, const HTTP_RESPONSE_V2 *r)
{
    for (USHORT i = 0; i < r->ResponseInfoCount; i++) {
        const HTTP_RESPONSE_INFO *info = &r->pResponseInfo[i];

        if (info->Type == HttpResponseInfoTypeMultipleKnownHeaders && info->pInfo)
            write_multiple(h, info->pInfo);
        else
            FIXME("response info type %u isn't built yet", info->Type);
    }
}

static void write_head(struct head *h, char *buffer, size_t size, const struct http_queue *q,
                       const HTTP_RESPONSE_V1 *r)
{
    const HTTP_RESPONSE_HEADERS *headers = &r->Headers;

    head_begin(h, buffer, size, r->StatusCode, (struct text){r->pReason, r->pReason ? r->ReasonLength : 0});
    for (unsigned id = 0; id < RESP_MAX; id++)
        head_known(h, (enum response_header)id, known_text(&headers->KnownHeaders[id]));
    head_server(h);
    for (USHORT i = 0; i < headers->UnknownHeaderCount; i++) {
        const HTTP_UNKNOWN_HEADER *u = &headers->pUnknownHeaders[i];

        head_other(h, (struct text){u->pName, u->pName ? u->NameLength : 0},
                   (struct text){u->pRawValue, u->pRawValue ? u->RawValueLength : 0});
    }
    if (q->version == 2)
        write_response_info(h, (const HTTP_RESPONSE_V2 *)r);
}

/* A head larger than the op's own buffer: written again, into memory of its own. */
static ULONG write_large_head(struct op *op, const HTTP_RESPONSE_V1 *r)
{
    size_t size = op->send.head.len + HEAD_TRAILER_MAX;

    op->head = malloc(size);
    if (!op->head) {
        op->head = op->inline_head;
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    write_head(&op->send.head, op->head, size, op->queue, r);
    return op->send.head.len + HEAD_TRAILER_MAX <= size ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

/* The head was written into `first`, which is the op's own buffer but for a pooled op. */
static ULONG attach_head(struct op *op, const struct head *head, const char *first, const HTTP_RESPONSE_V1 *r)
{
    op->send.with_head = true;
    op->send.head = *head;
    if (head->len + HEAD_TRAILER_MAX > OP_HEAD_SIZE)
        return write_large_head(op, r);
    if (first != op->inline_head)
        memcpy(op->inline_head, first, head->len);
    op->send.head.buffer = op->inline_head;
    return NO_ERROR;
}

static struct op *send_op(struct http_queue *q, ULONG flags, OVERLAPPED *overlapped, struct op *stack)
{
    struct op *op = op_begin(q, overlapped, stack);

    if (!op)
        return NULL;
    send_init(&op->send, op_io_done);
    op->io.owner = op;
    op->cleanup = send_cleanup;
    op->send.more = flags & HTTP_SEND_RESPONSE_FLAG_MORE_DATA;
    op->send.disconnect = flags & HTTP_SEND_RESPONSE_FLAG_DISCONNECT;
    op->send.opaque = flags & HTTP_SEND_RESPONSE_FLAG_OPAQUE;
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

static ULONG check_response(unsigned version, const HTTP_RESPONSE_V1 *r, ULONG flags, const void *reserved1,
                            ULONG reserved2)
{
    if (!r || reserved1 || reserved2)
        return ERROR_INVALID_PARAMETER;
    probe_read(r, version == 2 ? sizeof(HTTP_RESPONSE_V2) : sizeof *r);
    if (r->StatusCode < 100 || r->StatusCode > 999)
        return ERROR_INVALID_PARAMETER;
    if (flags & HTTP_SEND_RESPONSE_FLAG_OPAQUE && r->StatusCode != 101)
        return ERROR_INVALID_PARAMETER;
    if ((r->Headers.UnknownHeaderCount && !r->Headers.pUnknownHeaders))
        return ERROR_INVALID_PARAMETER;
    if (!check_flags(flags))
        return probe_chunks(r->pEntityChunks, r->EntityChunkCount);
    return check_flags(flags);
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
    error = check_response(q->version, r, flags, reserved1, reserved2);
    if (error)
        return error;
    ignore_extras(policy, log_data);
    write_head(&head, stack.inline_head, OP_HEAD_SIZE, q, r);
    if (head.bad)
        return ERROR_INVALID_PARAMETER;
    if (sent)
        probe_write(sent, sizeof *sent);
    op = send_op(q, flags, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    error = attach_head(op, &head, stack.inline_head, r);
    if (!error)
        error = add_chunks(&op->send, 1, r->pEntityChunks, r->EntityChunkCount);
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
    if (reserved1 || reserved2)
        return ERROR_INVALID_PARAMETER;
    error = check_flags(flags);
    if (!error)
        error = probe_chunks(chunks, count);
    if (error)
        return error;
    ignore_extras(NULL, log_data);
    if (sent)
        probe_write(sent, sizeof *sent);
    op = send_op(q, flags, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    error = add_chunks(&op->send, 0, chunks, count);
    return error ? fail_send(op, error) : begin_send(op, id, sent);
}
