/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * body.c: request bodies: HttpReceiveRequestEntityBody, and what HttpReceiveHttpRequest copies of them.
 */
#include "scene.h"

#define POST_FIVE "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\nabcde"
#define POST_FIVE_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\n"
#define EXPECTING_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
#define POST_CHUNKED_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nTransfer-Encoding: chunked\r\n\r\n"
#define LARGE 2048

static ULONG wire_length(const char *request, USHORT port)
{
    char text[LARGE * 2];

    return (ULONG)snprintf(text, sizeof text, request, port);
}

/* A request with a body of LARGE bytes. */
static void make_large(char *text, size_t size)
{
    int n = snprintf(text, size, "POST /foobar HTTP/1.1\r\nHost: localhost:%%u\r\nContent-Length: %d\r\n\r\n", LARGE);
    int i;

    for (i = 0; i < LARGE; i++)
        text[n + i] = (char)('a' + i % 26);
    text[n + LARGE] = 0;
}

static int is_large(const char *text, ULONG from, ULONG length)
{
    ULONG i;

    for (i = 0; i < length; i++)
        if (text[i] != (char)('a' + (from + i) % 26))
            return 0;
    return 1;
}

static int is_loss(ULONG error)
{
    return error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID || error == ERROR_OPERATION_ABORTED;
}

/* [rp] Without a queue, and for ids that name nothing. */
static void test_arguments(int version)
{
    struct scene x;
    struct call c;
    char buffer[64];
    ULONG bytes;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpReceiveRequestEntityBody(NULL, HTTP_NULL_ID, 0, buffer, sizeof buffer, &bytes, NULL),
          ERROR_INVALID_HANDLE);
    ok_eq(HttpReceiveRequestEntityBody(NULL, HTTP_NULL_ID, 0, buffer, sizeof buffer, NULL, &c.overlapped),
          ERROR_INVALID_HANDLE);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, HTTP_NULL_ID, 0, buffer, sizeof buffer, &bytes, NULL),
          ERROR_CONNECTION_INVALID);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, HTTP_NULL_ID, 0, buffer, sizeof buffer, NULL, &c.overlapped),
          ERROR_CONNECTION_INVALID);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A body that isn't asked for stays behind the request: the flag says that there is one. */
static void test_not_copied(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, POST_FIVE, 0);
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    ok_eq(x.in.v1.EntityChunkCount, 0);
    ok(!x.in.v1.pEntityChunks, "chunks that weren't asked for");
    /* The head and what has come of the body. */
    ok_eq(x.in.v1.BytesReceived, wire_length(POST_FIVE, x.port));
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] A read gives what there is, and the end at once, whatever the style of the call. */
static void test_read(int version)
{
    struct scene x;
    struct call c;
    char buffer[2000];
    ULONG bytes = 0xdeadbeef;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, &bytes, NULL), NO_ERROR);
    ok_eq(bytes, 5);
    ok(!memcmp(buffer, "abcde", 5), "got %.5s", buffer);
    bytes = 0xdeadbeef;
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, &bytes, NULL), ERROR_HANDLE_EOF);
    ok(bytes == 0 || broken(bytes == 0xdeadbeef), "%lu bytes at the end", UL(bytes));
    bytes = 0xdeadbeef;
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, &bytes, &c.overlapped),
          ERROR_HANDLE_EOF);
    ok(bytes == 0 || broken(bytes == 0xdeadbeef), "%lu bytes at the end", UL(bytes));
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    scene_finish(&x);

    /* The id of an answered request. */
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, &bytes, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped),
          ERROR_CONNECTION_INVALID);
    call_close(&c);
    scene_close(&x);
}

/* [rp] In pieces of the caller's size; the last read doesn't wait for more than there is. */
static void test_piecewise(int version)
{
    struct scene x;
    char buffer[4];
    ULONG bytes = 0xdeadbeef;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, POST_FIVE, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, 2, &bytes, NULL), NO_ERROR);
    ok_eq(bytes, 2);
    ok(!memcmp(buffer, "ab", 2), "got %.2s", buffer);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, 1, NULL, NULL), NO_ERROR);
    ok(!memcmp(buffer, "c", 1), "got %.1s", buffer);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, 4, &bytes, NULL), NO_ERROR);
    ok_eq(bytes, 2);
    ok(!memcmp(buffer, "de", 2), "got %.2s", buffer);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, 4, &bytes, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] With an OVERLAPPED: at once or later, with the same outcome. */
static void test_async(int version)
{
    struct scene x;
    struct call c;
    char buffer[2000];
    ULONG bytes = 0, error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE, 0);
    error = HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    ok(!memcmp(buffer, "abcde", 5), "got %.5s", buffer);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A read before the bytes pends, and ends with the first that come. */
static void test_pending(int version)
{
    struct scene x;
    struct call c;
    char buffer[2000];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    ok(call_pending(x.queue, &c), "the read has ended");
    send_text(x.client, "abc");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, 3);
    send_text(x.client, "de");
    ok_eq(read_body(x.queue, id, 0, buffer + 3, sizeof buffer - 3, &bytes), NO_ERROR);
    ok_eq(bytes, 2);
    ok(!memcmp(buffer, "abcde", 5), "got %.5s", buffer);
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] FILL_BUFFER waits until the buffer is full or the body ends. */
static void test_fill_buffer(int version)
{
    struct scene x;
    struct call c;
    char buffer[8];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, 4, NULL,
                                       &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, "abc");
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "de");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, 4);
    ok(!memcmp(buffer, "abcd", 4), "got %.4s", buffer);
    /* The end of the body is as good as a full buffer. */
    ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, sizeof buffer, &bytes),
          NO_ERROR);
    ok_eq(bytes, 1);
    ok_eq(buffer[0], 'e');
    ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, sizeof buffer, NULL),
          ERROR_HANDLE_EOF);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] No room: tells whether there is something (.NET's zero-byte reads). */
static void test_zero_length(int version)
{
    struct scene x;
    char buffer[8];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, POST_FIVE, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, NULL, 0, &bytes, NULL), ERROR_MORE_DATA);
    ok_eq(bytes, 1);
    /* It took nothing away. */
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] And waits until there is something. */
static void test_zero_length_pending(int version)
{
    struct scene x;
    struct call c;
    char buffer[8];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, NULL, 0, NULL, &c.overlapped), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "abcde");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), ERROR_MORE_DATA);
    ok_eq(bytes, 1);
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A request without a body is at its end; cpprestsdk reads from every GET. */
static void test_no_body(int version)
{
    struct scene x;
    char buffer[8];
    ULONG bytes;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY);
    ok_eq(x.in.v1.Flags, 0);
    ok_eq(x.in.v1.EntityChunkCount, 0);
    ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, sizeof buffer, &bytes),
          ERROR_HANDLE_EOF);
    scene_finish(&x);
    scene_close(&x);
}

/* The one chunk of x->in, which lies in the buffer; NULL and a failed check without it. */
static const HTTP_DATA_CHUNK *the_chunk(const struct scene *x)
{
    const HTTP_DATA_CHUNK *chunk = x->in.v1.pEntityChunks;
    const char *data;

    if (!ok_eq(x->in.v1.EntityChunkCount, 1) || !ok_eq(chunk->DataChunkType, HttpDataChunkFromMemory))
        return NULL;
    data = chunk->FromMemory.pBuffer;
    ok((const char *)chunk >= x->in.bytes && (const char *)(chunk + 1) <= x->in.bytes + sizeof x->in,
       "the chunk isn't in the buffer");
    ok(data >= x->in.bytes && data + chunk->FromMemory.BufferLength <= x->in.bytes + sizeof x->in,
       "the chunk's data isn't in the buffer");
    return chunk;
}

/* All of a body came with its request: "abcde". */
static void check_five(const struct scene *x)
{
    const HTTP_DATA_CHUNK *chunk = the_chunk(x);

    if (chunk && ok_eq(chunk->FromMemory.BufferLength, 5))
        ok(!memcmp(chunk->FromMemory.pBuffer, "abcde", 5), "got %.5s", (char *)chunk->FromMemory.pBuffer);
}

/* [rp] COPY_BODY with room for all of it: a chunk behind the request, and no flag. */
static void test_copy_body(int version)
{
    struct scene x;
    char buffer[8];
    ULONG bytes;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, POST_FIVE, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY);
    ok_eq(x.in.v1.Flags, 0);
    ok_eq(x.in.v1.BytesReceived, wire_length(POST_FIVE, x.port));
    check_five(&x);
    /* Nothing is left to read. */
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, &bytes, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] COPY_BODY with too little room is a success that fills the buffer; the rest is there to be read. */
static void test_copy_part(int version)
{
    const HTTP_DATA_CHUNK *chunk;
    struct scene x;
    char request[LARGE * 2], rest[LARGE];
    ULONG bytes = 0, part = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    make_large(request, sizeof request);
    send_text(x.client, request, x.port);
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, 2000, &bytes), NO_ERROR);
    ok_eq(bytes, 2000);
    id = x.in.v1.RequestId;
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    ok_eq(x.in.v1.BytesReceived, wire_length(request, x.port));
    chunk = the_chunk(&x);
    if (chunk) {
        part = chunk->FromMemory.BufferLength;
        ok(part > 0 && part < 2000, "%lu bytes in the chunk", UL(part));
        ok((char *)chunk->FromMemory.pBuffer + part == x.in.bytes + 2000, "the chunk doesn't fill the buffer");
        ok(is_large(chunk->FromMemory.pBuffer, 0, part), "other bytes than sent");
    }
    ok_eq((unsigned char)x.in.bytes[2000], 0xcc);
    ok_eq(read_body(x.queue, id, 0, rest, sizeof rest, &bytes), NO_ERROR);
    ok_eq(bytes, LARGE - part);
    ok(is_large(rest, part, bytes), "other bytes than sent");
    ok_eq(read_body(x.queue, id, 0, rest, sizeof rest, &bytes), ERROR_HANDLE_EOF);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] A buffer that the head alone overfills is ERROR_MORE_DATA with COPY_BODY too; then the body comes along. */
static void test_copy_after_more_data(int version)
{
    struct scene x;
    ULONG needed = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    send_text(x.client, POST_FIVE, x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, smallest_request(version),
                       &needed),
          ERROR_MORE_DATA);
    id = x.in.v1.RequestId;
    ok_eq(receive_into(x.queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, sizeof x.in, NULL), NO_ERROR);
    the_chunk(&x);
    ok_eq(x.in.v1.Flags, 0);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] FLUSH_BODY: all of the body is copied, so the call waits for it. */
static void test_flush_body(int version)
{
    struct scene x;
    struct call c;
    char buffer[8];

    scene_open(&x, version);
    call_open(&c);
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY, &x.in.v2, sizeof x.in,
                                 NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, POST_FIVE_HEAD "abc", x.port);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "de");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    ok_eq(x.in.v1.Flags, 0);
    check_five(&x);
    ok_eq(read_body(x.queue, x.in.v1.RequestId, 0, buffer, sizeof buffer, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] FLUSH_BODY of a chunked body, and of one longer than the server keeps: the whole of it, and the count of all. */
static void test_flush_long(int version)
{
    enum { LONG_BODY = 150000, ROOM = 200000 };
    static const char head[] = "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 150000\r\n\r\n";
    HTTP_REQUEST_V1 *r = malloc(ROOM);
    char *body = malloc(LONG_BODY);
    struct scene x;
    struct call c;
    ULONG bytes = 0;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY, (PHTTP_REQUEST)&x.in,
                                 sizeof x.in, NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, POST_CHUNKED_HEAD, x.port);
    send_text(x.client, "3\r\nabc\r\n");
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "2\r\nde\r\n0\r\n\r\n");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    check_walk(&x.in, bytes, version);
    ok_eq(x.in.v1.Flags, 0);
    ok_eq(x.in.v1.BytesReceived, wire_length(POST_CHUNKED_HEAD, x.port) + sizeof "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" - 1);
    check_five(&x);
    scene_finish(&x);

    memset(body, 'x', LONG_BODY);
    body[0] = 'a';
    body[LONG_BODY - 1] = 'z';
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY, (PHTTP_REQUEST)r, ROOM,
                                 NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, head, x.port);
    send_bytes(x.client, body, LONG_BODY);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    check_walk(r, bytes, version);
    ok_eq(r->Flags, 0);
    ok_eq(r->BytesReceived, wire_length(head, x.port) + LONG_BODY);
    if (ok_eq(r->EntityChunkCount, 1) && ok_eq(r->pEntityChunks->FromMemory.BufferLength, LONG_BODY))
        ok(!memcmp(r->pEntityChunks->FromMemory.pBuffer, body, LONG_BODY), "other bytes than sent");
    scene_answer(&x, r->RequestId);
    free(r);
    free(body);
    call_close(&c);
    scene_close(&x);
}

/* [doc] FLUSH_BODY beyond the room: the buffer is filled, the rest is read as usual. No body, no wait. */
static void test_flush_part(int version)
{
    const HTTP_DATA_CHUNK *chunk;
    struct scene x;
    char request[LARGE * 2], rest[LARGE];
    ULONG bytes = 0, part = 0, head = 0, flags;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    make_large(request, sizeof request);
    send_text(x.client, request, x.port);
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY, &x.in, 2000, &bytes), NO_ERROR);
    ok_eq(bytes, 2000);
    id = x.in.v1.RequestId;
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    chunk = the_chunk(&x);
    if (chunk) {
        part = chunk->FromMemory.BufferLength;
        head = (ULONG)((char *)chunk->FromMemory.pBuffer - x.in.bytes);
        ok(is_large(chunk->FromMemory.pBuffer, 0, part), "other bytes than sent");
    }
    ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, rest, sizeof rest, &bytes),
          NO_ERROR);
    ok_eq(bytes, LARGE - part);
    ok(is_large(rest, part, bytes), "other bytes than sent");
    scene_finish(&x);

    /* As much room as it takes, to the byte, with either flag. [own] With both. */
    for (flags = HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY; flags <= (test_on_windows() ? 2u : 3u); flags++) {
        send_text(x.client, request, x.port);
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, flags, &x.in, head + LARGE, &bytes), NO_ERROR);
        ok_eq(bytes, head + LARGE);
        ok_eq(x.in.v1.Flags, 0);
        chunk = the_chunk(&x);
        ok(chunk && chunk->FromMemory.BufferLength == LARGE, "the chunk isn't the body");
        scene_finish(&x);
    }

    scene_take(&x, GET_FOOBAR, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY);
    ok_eq(x.in.v1.Flags, 0);
    ok_eq(x.in.v1.EntityChunkCount, 0);
    ok(!x.in.v1.pEntityChunks, "chunks without a body");
    scene_finish(&x);
    scene_close(&x);
}

/* [own] A flushed receive that is cancelled gives what there is: the request is out of the queue, somebody must get it. */
static void test_flush_cancelled(int version)
{
    static const char *const parts[] = {"", "abc"};
    struct scene x;
    struct call c;
    char buffer[8];
    ULONG bytes = 0;
    size_t i;

    scene_open(&x, version);
    call_open(&c);
    for (i = 0; i < ARRAYSIZE(parts); i++) {
        ULONG came = (ULONG)strlen(parts[i]);
        HTTP_REQUEST_ID id;

        ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY,
                                     (PHTTP_REQUEST)&x.in.v2, sizeof x.in, NULL, &c.overlapped),
              ERROR_IO_PENDING);
        send_text(x.client, POST_FIVE_HEAD "%s", x.port, parts[i]);
        ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
        ok(CancelIoEx(x.queue, &c.overlapped), "error %lu", UL(GetLastError()));
        ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
        check_walk(&x.in, bytes, version);
        id = x.in.v1.RequestId;
        ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
        ok_eq(x.in.v1.EntityChunkCount, came ? 1 : 0);
        if (came)
            ok_eq(x.in.v1.pEntityChunks->FromMemory.BufferLength, came);
        send_text(x.client, "%s", "abcde" + came);
        ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, 5 - came, &bytes),
              NO_ERROR);
        ok_eq(bytes, 5 - came);
        scene_finish(&x);
    }
    call_close(&c);
    scene_close(&x);
}

/* [doc] COPY_BODY with room for the request to the byte: a success without a chunk, and all of the body is left. */
static void test_copy_no_room(int version)
{
    struct scene x;
    char buffer[8];
    ULONG needed = 0, bytes = 0, more;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    for (more = 0; more < sizeof(HTTP_DATA_CHUNK); more += 7) {
        send_text(x.client, POST_FIVE, x.port);
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, smallest_request(version), &needed), ERROR_MORE_DATA);
        id = x.in.v1.RequestId;
        ok_eq(receive_into(x.queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, needed + more, &bytes), NO_ERROR);
        ok(bytes <= needed + more, "%lu bytes", UL(bytes));
        ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
        ok_eq(x.in.v1.EntityChunkCount, 0);
        ok(!x.in.v1.pEntityChunks, "pEntityChunks without a chunk");
        ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, &bytes), NO_ERROR);
        ok_eq(bytes, 5);
        scene_finish(&x);
    }
    scene_close(&x);
}

/* [rp] The chunks of a chunked body are the server's business: the program reads the contents. */
static void test_chunked(int version)
{
    struct scene x;
    struct call c;
    char buffer[64];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_CHUNKED_HEAD, 0);
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    ok_eq(x.in.v1.Headers.KnownHeaders[HttpHeaderTransferEncoding].RawValueLength, 7);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    /* A size is no content. */
    send_text(x.client, "3\r\n");
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "abc\r\n");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, 3);
    ok(!memcmp(buffer, "abc", 3), "got %.3s", buffer);
    /* Several chunks in one read; the last chunk is the end. */
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer,
                                       sizeof buffer, NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, "2\r\nde\r\n4;x=y\r\nfghi\r\n");
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "0\r\n\r\n");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, 6);
    ok(!memcmp(buffer, "defghi", 6), "got %.6s", buffer);
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);

    /* The connection goes on with the next request. */
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A chunked body that came with its head is copied without its framing. */
static void test_copy_chunked(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, POST_CHUNKED_HEAD "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY);
    ok_eq(x.in.v1.Flags, 0);
    ok_eq(x.in.v1.BytesReceived, wire_length(POST_CHUNKED_HEAD, x.port) + sizeof "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" - 1);
    check_five(&x);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] Length and coding: the program sees both headers, the coding counts, and the connection ends with the answer. */
static void test_length_and_coding(int version)
{
    static const char *const heads[] = {"Content-Length: 1\r\nTransfer-Encoding: chunked",
                                        "Transfer-Encoding: chunked\r\nContent-Length: 1"};
    struct scene x;
    char request[256], buffer[16], text[4096];
    ULONG bytes = 0;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(heads); i++) {
        snprintf(request, sizeof request,
                 "POST /foobar HTTP/1.1\r\nHost: localhost:%%u\r\n%s\r\n\r\n3\r\nabc\r\n0\r\n\r\n", heads[i]);
        scene_take(&x, request, 0);
        ok_eq(x.in.v1.Headers.KnownHeaders[HttpHeaderContentLength].RawValueLength, 1);
        ok_eq(x.in.v1.Headers.KnownHeaders[HttpHeaderTransferEncoding].RawValueLength, 7);
        ok_eq(read_body(x.queue, x.in.v1.RequestId, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer,
                        sizeof buffer, &bytes),
              NO_ERROR);
        ok_eq(bytes, 3);
        ok_eq(respond(x.queue, x.in.v1.RequestId, "done"), NO_ERROR);
        ok(recv_all(x.client, text, sizeof text) > 0, "the connection doesn't end");
        ok_str(answer_body(text), "done");
        scene_reconnect(&x);
    }
    scene_close(&x);
}

/* [own] The invitation to send the body goes out when the program first asks for it. */
static void test_expect_continue(int version)
{
    struct scene x;
    struct call c;
    char buffer[64], text[256];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, EXPECTING_HEAD, 0);
    /* The request is delivered without its body. */
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    if (!test_on_windows())
        ok(is_quiet(x.client, QUIET), "the client was invited before the body was asked for");
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no invitation");
    ok_str(text, "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(x.client, "abcde");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    scene_finish(&x);
    /* Once is enough, and the connection goes on. */
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] A receive that wants the whole body asks for it, one that wants what is there doesn't. */
static void test_expect_flush(int version)
{
    struct scene x;
    struct call c;
    char text[256];

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY, &x.in.v2, sizeof x.in, NULL,
                                 &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, EXPECTING_HEAD, x.port);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no invitation");
    ok_str(text, "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(x.client, "abcde");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    check_five(&x);
    scene_finish(&x);
    scene_take(&x, EXPECTING_HEAD, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY);
    ok_eq(x.in.v1.EntityChunkCount, 0);
    if (!test_on_windows())
        ok(is_quiet(x.client, QUIET), "the client was invited before the body was asked for");
    call_close(&c);
    scene_close(&x);
}

/* [own] Answered before the body was asked for: nobody knows whether it comes, so the connection ends. */
static void test_expect_refused(int version)
{
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, EXPECTING_HEAD, 0);
    ok_eq(respond_status(x.queue, id, 417, "Expectation Failed", "no", 0), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    /* [rfc] The refusal is the whole answer. */
    ok_eq(answer_status(text), 417);
    if (!test_on_windows())
        ok(is_closed(x.client), "the connection goes on");
    scene_close(&x);
}

/* [rp] Bodies are larger than any buffer: 1 MB in reads of 128 KB, which is .NET's and mORMot's way. */
static void test_large(int version)
{
    enum { PIECE = 128 * 1024, PIECES = 8 };
    struct scene x;
    struct call c;
    char *data = malloc(PIECE), *got = malloc(PIECE);
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;
    int i;

    scene_open(&x, version);
    call_open(&c);
    memset(data, 'x', PIECE);
    id = scene_take(&x, "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 1048576\r\n\r\n", 0);
    for (i = 0; i < PIECES; i++) {
        data[0] = data[PIECE - 1] = (char)('a' + i);
        ok_eq(HttpReceiveRequestEntityBody(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, got, PIECE,
                                           NULL, &c.overlapped),
              ERROR_IO_PENDING);
        send_bytes(x.client, data, PIECE);
        ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
        ok_eq(bytes, PIECE);
        ok(!memcmp(got, data, PIECE), "piece %d: other bytes than sent", i);
    }
    ok_eq(read_body(x.queue, id, 0, got, PIECE, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    free(data);
    free(got);
    call_close(&c);
    scene_close(&x);
}

/* [rp] mORMot reads 1 MB at once, and waits for all of it. */
static void test_one_large_read(int version)
{
    enum { SIZE = 1 << 20 };
    char *data = malloc(SIZE), *got = malloc(SIZE);
    struct scene x;
    struct call c;
    ULONG bytes = 0, i;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    for (i = 0; i < SIZE; i++)
        data[i] = (char)(i * 7 + (i >> 10));
    id = scene_take(&x, "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 1048576\r\n\r\n", 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, got, SIZE, NULL,
                                       &c.overlapped),
          ERROR_IO_PENDING);
    send_bytes(x.client, data, SIZE);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, SIZE);
    ok(!memcmp(got, data, SIZE), "other bytes than sent");
    ok_eq(read_body(x.queue, id, 0, got, SIZE, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    free(data);
    free(got);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A client that goes away in the middle of its body ends the read that waits for the rest. */
static void test_client_leaves(int version)
{
    struct scene x;
    struct call c;
    char buffer[64];
    ULONG error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    reset(x.client);
    error = call_end(x.queue, &c, ERROR_IO_PENDING, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    /* And those that come after it. */
    error = read_body(x.queue, id, 0, buffer, sizeof buffer, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    x.client = connect_local(x.port);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A client that ends its side early gets a 400, and the read fails. */
static void test_client_ends_early(int version)
{
    struct scene x;
    struct call c;
    char buffer[64], text[4096];
    ULONG error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    shutdown(x.client, SD_SEND);
    error = call_end(x.queue, &c, ERROR_IO_PENDING, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 400);
    call_close(&c);
    scene_close(&x);
}

/* [own] An answer ends a read that waits for the body: nobody wants the rest. */
static void test_answered_while_reading(int version)
{
    struct scene x;
    struct call c;
    char buffer[64];
    HTTP_REQUEST_ID id;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    ok_eq(respond(x.queue, id, "done"), NO_ERROR);
    error = call_end(x.queue, &c, ERROR_IO_PENDING, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    call_close(&c);
    scene_close(&x);
}

/* [doc] A buffer has to be there; where it lies and how long it is doesn't matter. */
static void test_buffers(int version)
{
    struct scene x;
    char buffer[16];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, POST_FIVE, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, NULL, 5, &bytes, NULL), ERROR_INVALID_PARAMETER);
    memset(buffer, 0xcc, sizeof buffer);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer + 1, 3, &bytes, NULL), NO_ERROR);
    ok_eq(bytes, 3);
    ok(!memcmp(buffer + 1, "abc\xcc", 4), "got %.4s", buffer + 1);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer + 7, 9, &bytes, NULL), NO_ERROR);
    ok_eq(bytes, 2);
    ok(!memcmp(buffer + 7, "de\xcc", 3), "got %.3s", buffer + 7);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] No room, and something there: with each flag, with or without a pointer. Nothing there any more: the end. */
static void test_zero_length_forms(int version)
{
    struct scene x;
    struct call c;
    char buffer[8];
    ULONG bytes, flags;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE, 0);
    for (flags = 0; flags <= HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER; flags++) {
        bytes = 0;
        ok_eq(HttpReceiveRequestEntityBody(x.queue, id, flags, buffer, 0, &bytes, NULL), ERROR_MORE_DATA);
        ok_eq(bytes, 1);
        bytes = 0;
        ok_eq(HttpReceiveRequestEntityBody(x.queue, id, flags, NULL, 0, &bytes, &c.overlapped), ERROR_MORE_DATA);
        ok_eq(bytes, 1);
        ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    }
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, NULL, 0, &bytes, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* --- a read that blocks a thread of its own */

struct reader {
    HANDLE thread;
    struct scene *x;
    HTTP_REQUEST_ID id;
    ULONG flags, size, error;
    ULONG bytes;
    char buffer[64];
};

static DWORD WINAPI reader_thread(void *arg)
{
    struct reader *r = arg;

    r->error = HttpReceiveRequestEntityBody(r->x->queue, r->id, r->flags, r->buffer, r->size, &r->bytes, NULL);
    return 0;
}

static void reader_start(struct reader *r, struct scene *x, HTTP_REQUEST_ID id, ULONG flags, ULONG size)
{
    memset(r, 0, sizeof *r);
    r->x = x;
    r->id = id;
    r->flags = flags;
    r->size = size;
    r->bytes = 0xdeadbeef;
    r->thread = CreateThread(NULL, 0, reader_thread, r, 0, NULL);
}

static ULONG reader_end(struct reader *r)
{
    ok_eq(WaitForSingleObject(r->thread, DEADLINE), WAIT_OBJECT_0);
    CloseHandle(r->thread);
    return r->error;
}

/* [doc] Without an OVERLAPPED the call waits for bytes, for as many as its flag says, for the end, for the loss. */
static void test_blocking(int version)
{
    struct reader r;
    struct scene x;
    HTTP_REQUEST_ID id;
    ULONG error;

    scene_open(&x, version);
    id = scene_take(&x, POST_CHUNKED_HEAD, 0);
    reader_start(&r, &x, id, 0, sizeof r.buffer);
    ok_eq(WaitForSingleObject(r.thread, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "3\r\nabc\r\n");
    ok_eq(reader_end(&r), NO_ERROR);
    ok(r.bytes == 3 && !memcmp(r.buffer, "abc", 3), "%lu bytes: %.3s", UL(r.bytes), r.buffer);

    reader_start(&r, &x, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, 4);
    send_text(x.client, "2\r\nde\r\n");
    ok_eq(WaitForSingleObject(r.thread, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "2\r\nfg\r\n");
    ok_eq(reader_end(&r), NO_ERROR);
    ok(r.bytes == 4 && !memcmp(r.buffer, "defg", 4), "%lu bytes: %.4s", UL(r.bytes), r.buffer);

    reader_start(&r, &x, id, 0, 0);
    ok_eq(WaitForSingleObject(r.thread, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "1\r\nh\r\n");
    ok_eq(reader_end(&r), ERROR_MORE_DATA);
    ok_eq(r.bytes, 1);
    reader_start(&r, &x, id, 0, 1);
    ok_eq(reader_end(&r), NO_ERROR);

    reader_start(&r, &x, id, 0, sizeof r.buffer);
    ok_eq(WaitForSingleObject(r.thread, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "0\r\n\r\n");
    ok_eq(reader_end(&r), ERROR_HANDLE_EOF);
    ok(r.bytes == 0 || broken(r.bytes == 0xdeadbeef), "%lu bytes at the end", UL(r.bytes));
    scene_finish(&x);

    id = scene_take(&x, POST_FIVE_HEAD, 0);
    reader_start(&r, &x, id, 0, sizeof r.buffer);
    ok_eq(WaitForSingleObject(r.thread, QUIET), WAIT_TIMEOUT);
    reset(x.client);
    error = reader_end(&r);
    ok(is_loss(error), "got %lu", UL(error));
    x.client = connect_local(x.port);
    scene_close(&x);
}

/* [own] Several reads at once are served one after the other, each as its flag says; what is over is the end for all. */
static void test_several_reads(int version)
{
    enum { COUNT = 4 };
    static const ULONG sizes[COUNT] = {2, 3, 10, 1};
    static const ULONG flags[COUNT] = {0, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, 0, 0};
    static const ULONG expected[COUNT] = {2, 3, 1, 0};
    static const char *const texts[COUNT] = {"ab", "cde", "f", ""};
    struct scene x;
    struct call calls[COUNT];
    char buffers[COUNT][16];
    ULONG bytes;
    HTTP_REQUEST_ID id;
    int i;

    scene_open(&x, version);
    id = scene_take(&x, "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 6\r\n\r\n", 0);
    for (i = 0; i < COUNT; i++) {
        call_open(&calls[i]);
        ok_eq(HttpReceiveRequestEntityBody(x.queue, id, flags[i], buffers[i], sizes[i], NULL, &calls[i].overlapped),
              ERROR_IO_PENDING);
    }
    send_text(x.client, "abcd");
    ok_eq(call_end(x.queue, &calls[0], ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, expected[0]);
    for (i = 1; i < COUNT; i++)
        ok(call_pending(x.queue, &calls[i]), "read %d has ended", i);
    send_text(x.client, "ef");
    for (i = 1; i < COUNT; i++) {
        bytes = 0xdeadbeef;
        ok_eq(call_end(x.queue, &calls[i], ERROR_IO_PENDING, &bytes), expected[i] ? NO_ERROR : ERROR_HANDLE_EOF);
        ok_eq(bytes, expected[i]);
    }
    for (i = 0; i < COUNT; i++) {
        ok(!memcmp(buffers[i], texts[i], expected[i]), "read %d: %.*s", i, (int)expected[i], buffers[i]);
        call_close(&calls[i]);
    }
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] The end of a client that has said all is no loss: the body is read and the answer arrives. */
static void test_client_has_said_all(int version)
{
    struct scene x;
    char buffer[64], text[4096];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, POST_FIVE, 0);
    shutdown(x.client, SD_SEND);
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, NULL), ERROR_HANDLE_EOF);
    ok_eq(respond(x.queue, id, "done"), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "done");
    scene_close(&x);
}

/* [doc] A request's id is good until the last byte of the answer: its body can be read beside the answer. */
static void test_read_while_answering(int version)
{
    struct scene x;
    struct call c;
    struct reply r;
    char buffer[8], text[4096];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "5");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no head");
    ok(call_pending(x.queue, &c), "the read has ended");
    send_text(x.client, "ab");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok(bytes == 2 && !memcmp(buffer, "ab", 2), "%lu bytes: %.2s", UL(bytes), buffer);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "ba", NULL), NO_ERROR);
    ok(recv_once(x.client, text, sizeof text) == 2, "no piece");
    send_text(x.client, "cde");
    ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, 3, &bytes), NO_ERROR);
    ok(bytes == 3 && !memcmp(buffer, "cde", 3), "%lu bytes: %.3s", UL(bytes), buffer);
    ok_eq(body_send(x.queue, id, 0, "edc", NULL), NO_ERROR);
    ok(recv_once(x.client, text, sizeof text) == 3, "no end");
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [own] So can that of a request that was left because its buffer was too small. */
static void test_read_left_request(int version)
{
    struct scene x;
    char buffer[8];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    send_text(x.client, POST_FIVE, x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, smallest_request(version), NULL), ERROR_MORE_DATA);
    id = x.in.v1.RequestId;
    ok_eq(read_body(x.queue, id, 0, buffer, 3, &bytes), NO_ERROR);
    ok(bytes == 3 && !memcmp(buffer, "abc", 3), "%lu bytes: %.3s", UL(bytes), buffer);
    ok_eq(receive_into(x.queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, sizeof x.in, NULL), NO_ERROR);
    if (ok_eq(x.in.v1.EntityChunkCount, 1) && ok_eq(x.in.v1.pEntityChunks->FromMemory.BufferLength, 2))
        ok(!memcmp(x.in.v1.pEntityChunks->FromMemory.pBuffer, "de", 2), "another body");
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] The flags that there are; any other is refused. */
static void test_unknown_flags(int version)
{
    struct scene x;
    char buffer[64];
    ULONG bytes;

    scene_open(&x, version);
    scene_take(&x, POST_FIVE, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0x80000000, buffer, sizeof buffer, &bytes, NULL),
          ERROR_INVALID_PARAMETER);
    scene_finish(&x);
    scene_close(&x);
}

#define BAD_CHUNKS "2\r\nab!\r\n0\r\n\r\n" /* two bytes are good */

/* The client has its 400, and the connection ends in good order; another one connects. */
static void check_told(struct scene *x)
{
    char text[4096];

    ok(recv_answer(x->client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 400);
    ok(is_closed(x->client), "the connection stays open");
    scene_reconnect(x);
}

/* [own] A body that is none is told the client though nobody reads it, whether its bytes come with the head or later. */
static void test_bad_chunks_unread(int version)
{
    struct scene x;
    char buffer[8];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, POST_CHUNKED_HEAD BAD_CHUNKS, 0);
    check_told(&x);
    ok_eq(read_body(x.queue, id, 0, buffer, sizeof buffer, NULL), ERROR_CONNECTION_INVALID);
    scene_take(&x, POST_CHUNKED_HEAD BAD_CHUNKS, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY);
    check_told(&x);
    scene_take(&x, POST_CHUNKED_HEAD, 0);
    send_text(x.client, BAD_CHUNKS);
    check_told(&x);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    scene_close(&x);
}

static ULONG begin_read(struct scene *x, HTTP_REQUEST_ID id, char buffer[8], struct call *c)
{
    return HttpReceiveRequestEntityBody(x->queue, id, 0, buffer, 8, NULL, &c->overlapped);
}

/* [own] Reads that wait get what is good in front, in order; all others end at once. */
static void test_bad_chunks_two_reads(int version)
{
    struct scene x;
    struct call a, b;
    char first[8], second[8];
    ULONG bytes = 0, begun, error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&a);
    call_open(&b);
    id = scene_take(&x, POST_CHUNKED_HEAD, 0);
    ok_eq(begin_read(&x, id, first, &a), ERROR_IO_PENDING);
    ok_eq(begin_read(&x, id, second, &b), ERROR_IO_PENDING);
    send_text(x.client, BAD_CHUNKS);
    ok_eq(call_end(x.queue, &a, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok(bytes == 2 && !memcmp(first, "ab", 2), "%lu bytes: %.2s", UL(bytes), first);
    ok_eq(call_end(x.queue, &b, ERROR_IO_PENDING, NULL), ERROR_NETNAME_DELETED);
    check_told(&x);

    /* With the head it is chance whether they are told by their bytes or by an id that is gone. */
    id = scene_take(&x, POST_CHUNKED_HEAD BAD_CHUNKS, 0);
    begun = begin_read(&x, id, first, &a);
    error = begin_read(&x, id, second, &b);
    error = call_end(x.queue, &b, error, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    error = call_end(x.queue, &a, begun, &bytes);
    ok(is_loss(error) || (error == NO_ERROR && bytes == 2), "got %lu", UL(error));
    check_told(&x);
    call_close(&a);
    call_close(&b);
    scene_close(&x);
}

/* [own] A read that wants more than came before the bad chunk fails: less would mean that this was all. */
static void test_bad_chunks_fill(int version)
{
    struct scene x;
    struct call c;
    char buffer[8];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_CHUNKED_HEAD "2\r\nab", 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer,
                                       sizeof buffer, NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, "!");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), ERROR_NETNAME_DELETED);
    check_told(&x);
    call_close(&c);
    scene_close(&x);
}

START_TEST(body)
{
    BOTH(test_arguments);
    BOTH(test_not_copied);
    BOTH(test_read);
    BOTH(test_piecewise);
    BOTH(test_async);
    BOTH(test_pending);
    BOTH(test_fill_buffer);
    BOTH(test_zero_length);
    BOTH(test_zero_length_pending);
    BOTH(test_no_body);
    BOTH(test_copy_body);
    BOTH(test_copy_part);
    BOTH(test_copy_after_more_data);
    BOTH(test_flush_body);
    BOTH(test_chunked);
    BOTH(test_copy_chunked);
    BOTH(test_length_and_coding);
    BOTH(test_expect_continue);
    BOTH(test_expect_flush);
    BOTH(test_expect_refused);
    BOTH(test_large);
    BOTH(test_client_leaves);
    BOTH(test_client_ends_early);
    BOTH(test_unknown_flags);
    BOTH(test_buffers);
    BOTH(test_zero_length_forms);
    BOTH(test_blocking);
    BOTH(test_client_has_said_all);
    BOTH(test_read_while_answering);
    BOTH(test_copy_no_room);
    BOTH(test_flush_part);
    BOTH(test_flush_long);
    BOTH(test_one_large_read);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_answered_while_reading);
    BOTH(test_several_reads);
    BOTH(test_flush_cancelled);
    BOTH(test_read_left_request);
    BOTH(test_bad_chunks_unread);
    BOTH(test_bad_chunks_two_reads);
    BOTH(test_bad_chunks_fill);
}
