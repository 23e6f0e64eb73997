/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.c: HttpSendHttpResponse and HttpSendResponseEntityBody: ids, parameters, order, bytes sent, clients that leave.
 */
#include "sending.h"

#define KNOWN_FLAGS 0x36f /* DISCONNECT to AUTOMATIC_CHUNKING; 0x10 and 0x80 were never any */
#define TEAPOT "HTTP/1.1 418 I'm a teapot\r\n"

/* [rp] An unknown id is refused at once, also with an OVERLAPPED. */
static void test_unknown_id(int version)
{
    struct reply r;
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    reply_init(&r, 200, "OK");
    ok_eq(HttpSendHttpResponse(x.queue, 0xdeadbeef, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0, &c.overlapped,
                               NULL),
          ERROR_CONNECTION_INVALID);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    ok_eq(reply_send(x.queue, HTTP_NULL_ID, 0, &r, NULL), ERROR_CONNECTION_INVALID);
    /* No queue. */
    ok_eq(reply_send(NULL, 0xdeadbeef, 0, &r, NULL), ERROR_INVALID_HANDLE);
    call_close(&c);
    scene_close(&x);
}

/* [rp] An answered request can't be answered again. */
static void test_answered_id(int version)
{
    struct reply r;
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(body_send(x.queue, x.in.v1.RequestId, 0, "late", NULL), ERROR_CONNECTION_INVALID);
    scene_close(&x);
}

/*
 * [rp] A whole response: one call, one recv; the byte count is all that went out. Status and reason are the program's,
 * the chunks follow the head in their order, and the length is added.
 */
static void test_whole(int version)
{
    struct reply r;
    struct scene x;
    struct call c;
    char text[4096];
    ULONG bytes = 0, error;
    DWORD direct = 0;
    int got;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 418, "I'm a teapot");
    reply_header(&r, HttpHeaderRetryAfter, "120");
    reply_text(&r, "ping");
    reply_text(&r, "pong");
    error = HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c.overlapped, NULL);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    /* When it returned NO_ERROR the result is there at once. */
    if (error == NO_ERROR)
        ok(GetOverlappedResult(x.queue, &c.overlapped, &direct, FALSE), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok(error == ERROR_IO_PENDING || direct == bytes, "%lu and %lu bytes", UL(direct), UL(bytes));
    got = recv_once(x.client, text, sizeof text);
    ok_eq(got, bytes);
    ok(!strncmp(text, TEAPOT, strlen(TEAPOT)), "got %s", text);
    ok_str(value_of(text, "Retry-After"), "120");
    ok_str(value_of(text, "Content-Length"), "8");
    ok_str(answer_body(text), "pingpong");
    check_alive(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] No request has the null id. */
static void test_body_without_request(int version)
{
    struct scene x;

    scene_open(&x, version);
    ok_eq(body_send(x.queue, HTTP_NULL_ID, 0, "foobar", NULL), ERROR_CONNECTION_INVALID);
    ok_eq(body_send(NULL, HTTP_NULL_ID, 0, "foobar", NULL), ERROR_INVALID_HANDLE);
    scene_close(&x);
}

/* [rp] On a version 1 queue the structure ends where version 1's ends: behind it is no memory. */
static void v1_test_structure_size(void)
{
    enum { PAGE = 65536 };
    char *memory = VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    HTTP_RESPONSE_V1 *r = (HTTP_RESPONSE_V1 *)(memory + PAGE - sizeof *r);
    struct scene x;
    char text[4096];
    DWORD before;

    scene_open(&x, 1);
    ok(VirtualProtect(memory + PAGE, PAGE, PAGE_NOACCESS, &before), "VirtualProtect: %lu", UL(GetLastError()));
    scene_take(&x, GET_FOOBAR, 0);
    memset(r, 0, sizeof *r);
    r->StatusCode = 200;
    ok_eq(HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)r, NULL, NULL, NULL, 0, NULL, NULL),
          NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 200);
    VirtualFree(memory, 0, MEM_RELEASE);
    scene_close(&x);
}

/* [rp] Several sends of one response may be under way; they keep their order (.NET). */
static void test_sends_under_way(int version)
{
    enum { PART = 256 * 1024, PARTS = 8 };
    HTTP_DATA_CHUNK chunks[PARTS];
    struct call calls[PARTS];
    char *data = malloc(PARTS * PART), *got = malloc(PARTS * PART + 1), length[16];
    ULONG errors[PARTS], bytes = 0;
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;
    int i;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    snprintf(length, sizeof length, "%d", PARTS * PART);
    reply_header(&r, HttpHeaderContentLength, length);
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    for (i = 0; i < PARTS; i++) {
        memset(data + i * PART, 'a' + i, PART);
        chunk_text(&chunks[i], "");
        chunks[i].FromMemory.pBuffer = data + i * PART;
        chunks[i].FromMemory.BufferLength = PART;
        call_open(&calls[i]);
        errors[i] = HttpSendResponseEntityBody(x.queue, id, i < PARTS - 1 ? HTTP_SEND_RESPONSE_FLAG_MORE_DATA : 0, 1,
                                               &chunks[i], NULL, NULL, 0, &calls[i].overlapped, NULL);
        ok(errors[i] == NO_ERROR || errors[i] == ERROR_IO_PENDING, "part %d: %lu", i, UL(errors[i]));
    }
    ok(recv_long_body(x.client, got, PARTS * PART), "the body doesn't come");
    ok(!memcmp(got, data, PARTS * PART), "other bytes than sent");
    for (i = 0; i < PARTS; i++) {
        ok_eq(call_end(x.queue, &calls[i], errors[i], &bytes), NO_ERROR);
        ok_eq(bytes, PART);
        call_close(&calls[i]);
    }
    check_alive(&x);
    free(data);
    free(got);
    scene_close(&x);
}

/* Begins a send of `chunk` with BUFFER_DATA; its memory is the program's again from then on. */
static ULONG begin_buffered(struct scene *x, ULONG flags, HTTP_DATA_CHUNK *chunk, char fill, struct call *c)
{
    ULONG error;

    memset(chunk->FromMemory.pBuffer, fill, chunk->FromMemory.BufferLength);
    error = HttpSendResponseEntityBody(x->queue, x->in.v1.RequestId, flags | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, 1,
                                       chunk, NULL, NULL, 0, &c->overlapped, NULL);
    memset(chunk->FromMemory.pBuffer, 'x', chunk->FromMemory.BufferLength);
    return error;
}

/* [rp] With BUFFER_DATA the memory is copied before the call returns, though the client hasn't read (mORMot). */
static void test_buffered(int version)
{
    enum { PART = 4 * 1024 * 1024, PARTS = 3 };
    char *data = malloc(PART), *got = malloc(PARTS * PART + 1), length[16];
    struct call calls[PARTS];
    ULONG errors[PARTS], bytes = 0;
    HTTP_DATA_CHUNK chunk;
    struct reply r;
    struct scene x;
    int i, same = 1;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    snprintf(length, sizeof length, "%d", PARTS * PART);
    reply_header(&r, HttpHeaderContentLength, length);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId,
                     HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, &r, NULL),
          NO_ERROR);
    chunk_text(&chunk, "");
    chunk.FromMemory.pBuffer = data;
    chunk.FromMemory.BufferLength = PART;
    /* Together they are more than the sockets hold. */
    for (i = 0; i < PARTS; i++) {
        call_open(&calls[i]);
        errors[i] = begin_buffered(&x, i < PARTS - 1 ? HTTP_SEND_RESPONSE_FLAG_MORE_DATA : 0, &chunk, (char)('a' + i),
                                   &calls[i]);
        /* [own] And the call is over, as long as not much waits already: else a client could hold any amount of memory. */
        ok(errors[i] == NO_ERROR || ((i || test_on_windows()) && errors[i] == ERROR_IO_PENDING), "part %d: %lu", i,
           UL(errors[i]));
    }
    ok(recv_long_body(x.client, got, PARTS * PART), "the body doesn't come");
    for (i = 0; i < PARTS * PART; i++)
        same &= got[i] == (char)('a' + i / PART);
    ok(same, "other bytes than given");
    for (i = 0; i < PARTS; i++) {
        ok_eq(call_end(x.queue, &calls[i], errors[i], &bytes), NO_ERROR);
        ok_eq(bytes, PART);
        call_close(&calls[i]);
    }
    check_alive(&x);
    free(data);
    free(got);
    scene_close(&x);
}

/*
 * [own] A copy of more than 4 GB, most of it not taken by the client: a process of 32 bits has no memory for that. (One of
 * 64 bits might have.) In 32 bits the parts' sum is 64 MB.
 */
static void test_buffered_too_large(int version)
{
    enum { PARTS = 33, PART = 132184139 };
    char *data = sizeof(void *) > 4 ? NULL : VirtualAlloc(NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    HTTP_DATA_CHUNK chunks[PARTS];
    struct reply r;
    struct scene x;
    int i;

    if (!data)
        return;
    for (i = 0; i < PARTS; i++) {
        chunk_text(&chunks[i], "");
        chunks[i].FromMemory.pBuffer = data;
        chunks[i].FromMemory.BufferLength = PART;
    }
    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, PARTS, chunks,
                                     NULL, NULL, 0, NULL, NULL),
          ERROR_NOT_ENOUGH_MEMORY);
    scene_reconnect(&x);
    check_alive(&x);
    scene_close(&x);
    VirtualFree(data, 0, MEM_RELEASE);
}

/* [rp] A flag that doesn't exist is refused (.NET tries again without it); so is what makes no sense. */
static void test_bad_parameters(int version)
{
    struct reply r;
    struct scene x;
    HTTP_DATA_CHUNK chunk;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x.queue, id, 0x80000000, &r, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSendHttpResponse(x.queue, id, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0x80000000, 0, NULL, NULL, NULL, 0, NULL, NULL),
          ERROR_INVALID_PARAMETER);
    /* A count without an array. */
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 1, NULL, NULL, NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    /* OPAQUE belongs to status 101. */
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_OPAQUE, &r, NULL), ERROR_INVALID_PARAMETER);
    /* A kind of chunk that doesn't exist. */
    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = 99;
    r.response.EntityChunkCount = 1;
    r.response.pEntityChunks = &chunk;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    /* After all of that the request can be answered. */
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] 9999 chunks in one call are allowed, not more. */
static void test_many_chunks(int version)
{
    enum { MOST = 9999 };
    HTTP_DATA_CHUNK *chunks = malloc((MOST + 1) * sizeof *chunks);
    struct reply r;
    struct scene x;
    char body[MOST + 1];
    HTTP_REQUEST_ID id;
    ULONG bytes = 0;
    int i;

    for (i = 0; i <= MOST; i++)
        chunk_text(&chunks[i], "x");
    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "9999");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, MOST + 1, chunks, NULL, NULL, 0, NULL, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, MOST, chunks, &bytes, NULL, 0, NULL, NULL), NO_ERROR);
    ok_eq(bytes, MOST);
    ok(recv_long_body(x.client, body, MOST), "the body doesn't come");
    for (i = 0; i < MOST && body[i] == 'x'; i++)
        ;
    ok_eq(i, MOST);
    check_alive(&x);
    free(chunks);
    scene_close(&x);
}

/* [rp] Nothing that is optional is given, to both functions. */
static void test_nothing_optional(int version)
{
    struct reply r;
    struct scene x;
    struct call c;
    char text[4096];
    ULONG error, bytes = 0;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "4");
    ok_eq(HttpSendHttpResponse(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA,
                               (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0, NULL, NULL),
          NO_ERROR);
    chunk_text(r.chunks, "ping");
    error = HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, 0, 1, r.chunks, NULL, NULL, 0, &c.overlapped, NULL);
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok_eq(bytes, 4);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    check_alive(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] The client is gone: the send tells, or has put its bytes on the way already; nothing hangs. */
static void test_client_gone(int version)
{
    enum { SIZE = 16 * 1024 * 1024 };
    char *data = calloc(1, SIZE);
    struct reply r;
    struct scene x;
    struct call c;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    r.chunks[0].FromMemory.pBuffer = data;
    r.chunks[0].FromMemory.BufferLength = SIZE;
    /* More than the sockets hold, so this waits for the client -- which leaves. */
    error = HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c.overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    ok(call_pending(x.queue, &c), "the send has ended");
    reset(x.client);
    error = call_end(x.queue, &c, error, NULL);
    ok(error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID || error == ERROR_OPERATION_ABORTED,
       "got %lu", UL(error));
    x.client = connect_local(x.port);
    check_alive(&x);
    free(data);
    call_close(&c);
    scene_close(&x);
}

/* [rp] The same response counts the same bytes, however they are told. */
static void test_bytes_sent(int version)
{
    HANDLE port;
    ULONG_PTR key = 0;
    OVERLAPPED *done = NULL;
    struct reply r;
    struct scene x;
    struct call c;
    char text[4096];
    ULONG sync = 0, async = 0, error;
    DWORD packet = 0;

    scene_open(&x, version);
    call_open(&c);
    reply_init(&r, 200, "OK");
    reply_text(&r, "pong");
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, &sync), NO_ERROR);
    ok_eq(recv_answer(x.client, text, sizeof text), sync);
    scene_take(&x, GET_FOOBAR, 0);
    error = HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c.overlapped, NULL);
    ok_eq(call_end(x.queue, &c, error, &async), NO_ERROR);
    ok_eq(async, sync);
    ok_eq(c.overlapped.InternalHigh, sync);
    ok_eq(recv_answer(x.client, text, sizeof text), sync);
    scene_take(&x, GET_FOOBAR, 0);
    port = CreateIoCompletionPort(x.queue, NULL, 7, 0);
    ok(port != NULL, "CreateIoCompletionPort: %lu", UL(GetLastError()));
    error = HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c.overlapped, NULL);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    ok(GetQueuedCompletionStatus(port, &packet, &key, &done, DEADLINE), "no packet: %lu", UL(GetLastError()));
    ok_eq(packet, sync);
    ok(done == &c.overlapped && key == 7, "another packet");
    ok_eq(recv_answer(x.client, text, sizeof text), sync);
    CloseHandle(port);
    call_close(&c);
    scene_close(&x);
}

/* [rp] Once the server knows that the client is gone, its request's id is gone. */
static void test_client_known_to_be_gone(int version)
{
    struct reply r;
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID ids[2];
    ULONG error;
    int i;

    scene_open(&x, version);
    call_open(&c);
    for (i = 0; i < 2; i++) {
        ids[i] = scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, 200, "OK");
        reply_header(&r, HttpHeaderContentLength, "4");
        if (i == 1)
            ok_eq(reply_send(x.queue, ids[i], HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
        reset(x.client);
        error = call_end(x.queue, &c, HttpWaitForDisconnect(x.queue, x.in.v1.ConnectionId, &c.overlapped), NULL);
        ok(error == NO_ERROR || error == ERROR_CONNECTION_INVALID, "got %lu", UL(error)); /* over, or over already */
        x.client = connect_local(x.port);
    }
    ok_eq(reply_send(x.queue, ids[0], 0, &r, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(body_send(x.queue, ids[1], 0, "ping", NULL), ERROR_CONNECTION_INVALID);
    check_alive(&x);
    call_close(&c);
    scene_close(&x);
}

/* [net] With the last part under way the id is gone, though the client hasn't got it. */
static void test_last_part_under_way(int version)
{
    enum { SIZE = 16 * 1024 * 1024 };
    char *data = calloc(1, SIZE), *got = malloc(SIZE + 1);
    struct reply r;
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    r.chunks[0].FromMemory.pBuffer = data;
    r.chunks[0].FromMemory.BufferLength = SIZE;
    error = HttpSendHttpResponse(x.queue, id, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0, &c.overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    ok_eq(body_send(x.queue, id, 0, "more", NULL), ERROR_CONNECTION_INVALID);
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(HttpCancelHttpRequest(x.queue, id, NULL), ERROR_CONNECTION_INVALID);
    ok(recv_long_body(x.client, got, SIZE), "the body doesn't come");
    ok_eq(call_end(x.queue, &c, error, NULL), NO_ERROR);
    check_alive(&x);
    free(data);
    free(got);
    call_close(&c);
    scene_close(&x);
}

/* [doc] A blocking send returns when all of it is sent: the client has to read first. */
static DWORD WINAPI read_later(void *arg)
{
    struct scene *x = arg;
    enum { SIZE = 16 * 1024 * 1024 };
    char *got = malloc(SIZE + 1);
    BOOL came;

    Sleep(QUIET);
    came = recv_long_body(x->client, got, SIZE);
    free(got);
    return came;
}

static void test_blocking(int version)
{
    enum { SIZE = 16 * 1024 * 1024 };
    char *data = calloc(1, SIZE);
    struct reply r;
    struct scene x;
    HANDLE reader;
    ULONG bytes = 0;
    DWORD came = 0;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    r.chunks[0].FromMemory.pBuffer = data;
    r.chunks[0].FromMemory.BufferLength = SIZE;
    reader = CreateThread(NULL, 0, read_later, &x, 0, NULL);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, &bytes), NO_ERROR);
    ok(bytes > SIZE, "only %lu bytes", UL(bytes));
    ok_eq(WaitForSingleObject(reader, DEADLINE), WAIT_OBJECT_0);
    ok(GetExitCodeThread(reader, &came) && came, "the body doesn't come");
    check_alive(&x);
    CloseHandle(reader);
    free(data);
    scene_close(&x);
}

/* [doc] Reserved arguments are NULL and zero. */
static void test_reserved(int version)
{
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    ok_eq(HttpSendHttpResponse(x.queue, id, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, &r, 0, NULL, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(HttpSendHttpResponse(x.queue, id, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 1, NULL, NULL),
          ERROR_INVALID_PARAMETER);
    reply_header(&r, HttpHeaderContentLength, "0");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 0, NULL, NULL, &r, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 0, NULL, NULL, NULL, 1, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 0, NULL, NULL, NULL, 0, NULL, NULL), NO_ERROR);
    scene_close(&x);
}

/* [doc] Each documented flag is one, for both functions; every other bit isn't. */
static void test_flags(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;
    ULONG bit;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "4");
    for (bit = 1; bit; bit <<= 1)
        if (!(bit & KNOWN_FLAGS))
            ok_eq(reply_send(x.queue, id, bit, &r, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(reply_send(x.queue, id,
                     HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA |
                         HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING | HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES,
                     &r, NULL),
          NO_ERROR);
    for (bit = 1; bit; bit <<= 1)
        if (!(bit & KNOWN_FLAGS))
            ok_eq(body_send(x.queue, id, bit, "ping", NULL), ERROR_INVALID_PARAMETER);
    ok_eq(body_send(x.queue, id,
                    HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA | HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING |
                        HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES,
                    "ping", NULL),
          NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "ping");
    check_alive(&x);
    scene_close(&x);
}

/* [own] A body without a head, and a second head, are no sequence: refused, and the response goes on. */
static void test_sequence(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "ping", NULL), ERROR_INVALID_PARAMETER);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "4");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(body_send(x.queue, id, 0, "ping", NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "ping");
    check_alive(&x);
    scene_close(&x);
}

START_TEST(send)
{
    BOTH(test_unknown_id);
    BOTH(test_answered_id);
    BOTH(test_body_without_request);
    BOTH(test_whole);
    v1_test_structure_size();
    BOTH(test_bad_parameters);
    BOTH(test_reserved);
    BOTH(test_flags);
    BOTH(test_bytes_sent);
    BOTH(test_blocking);
    BOTH(test_last_part_under_way);
    BOTH(test_client_known_to_be_gone);
    BOTH(test_nothing_optional);
    BOTH(test_many_chunks);
    BOTH(test_sends_under_way);
    BOTH(test_buffered);
    BOTH(test_client_gone);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_buffered_too_large);
    BOTH(test_sequence);
}
