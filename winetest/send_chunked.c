/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send_chunked.c: HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING and trailers. The flag is in Microsoft's header and in the
 * list of features, and described nowhere: all but its existence is our choice.
 */
#include "sending.h"

#define CHUNKED HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING
#define MORE HTTP_SEND_RESPONSE_FLAG_MORE_DATA

/* A response whose head is sent alone, to be framed by the API. */
static HTTP_REQUEST_ID begin(struct scene *x, const char *request)
{
    HTTP_REQUEST_ID id = scene_take(x, request, 0);
    struct reply r;

    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x->queue, id, CHUNKED | MORE, &r, NULL), NO_ERROR);
    return id;
}

static ULONG end(struct scene *x, HTTP_REQUEST_ID id, ULONG flags)
{
    return HttpSendResponseEntityBody(x->queue, id, flags, 0, NULL, NULL, NULL, 0, NULL, NULL);
}

/* The answer up to its end; its body is this. */
static void check_body(struct scene *x, const char *expected)
{
    char text[4096];

    ok(recv_until(x->client, text, sizeof text, expected) > 0, "the body doesn't come: %s", expected);
    ok_str(answer_body(text), expected);
    ok_eq(count_of(text, "\r\nTransfer-Encoding: chunked\r\n"), 1);
    ok_str(value_of(text, "Content-Length"), "(none)");
}

/* [own] The head says that the body is chunked; each part is a chunk, an empty one is none, and the last ends the body. */
static void test_parts(int version)
{
    static char long_text[301];
    struct scene x;
    HTTP_REQUEST_ID id;
    char expected[400];
    ULONG bytes = 0;

    memset(long_text, 'x', sizeof long_text - 1);
    scene_open(&x, version);
    id = begin(&x, GET_FOOBAR);
    ok_eq(body_send(x.queue, id, CHUNKED | MORE, "ping", &bytes), NO_ERROR);
    ok_eq(bytes, 9); /* what went out, the framing with it */
    ok_eq(end(&x, id, CHUNKED | MORE), NO_ERROR);
    ok_eq(body_send(x.queue, id, MORE, "", NULL), NO_ERROR); /* the head's flag counts */
    ok_eq(body_send(x.queue, id, MORE, long_text, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, 0, "pong", &bytes), NO_ERROR);
    ok_eq(bytes, 14);
    snprintf(expected, sizeof expected, "4\r\nping\r\n12c\r\n%s\r\n4\r\npong\r\n0\r\n\r\n", long_text);
    check_body(&x, expected);
    check_alive(&x);

    id = begin(&x, GET_FOOBAR);
    ok_eq(body_send(x.queue, id, MORE, "ping", NULL), NO_ERROR);
    ok_eq(end(&x, id, 0), NO_ERROR);
    check_body(&x, "4\r\nping\r\n0\r\n\r\n");
    check_alive(&x);

    id = begin(&x, GET_FOOBAR);
    ok_eq(end(&x, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT), NO_ERROR);
    check_body(&x, "0\r\n\r\n");
    ok(is_closed(x.client), "the connection doesn't end");
    scene_close(&x);
}

/* [own] What comes with the head is a chunk; so are a file and memory of one call together. */
static void test_data_with_head(int version)
{
    struct reply r;
    struct scene x;
    char path[MAX_PATH];
    HANDLE file = make_file(path, "0123456789");
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "ping");
    reply_text(&r, "");
    reply_text(&r, "pong");
    chunk_file(&r.chunks[1], file, 2, 7);
    ok_eq(reply_send(x.queue, id, CHUNKED | MORE, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 3, r.chunks, NULL, NULL, 0, NULL, NULL), NO_ERROR);
    check_body(&x, "f\r\nping2345678pong\r\nf\r\nping2345678pong\r\n0\r\n\r\n");
    check_alive(&x);
    remove_file(file, path);
    scene_close(&x);
}

/* [own] A response in one call has a length; one that has a framing keeps it. */
static void test_not_needed(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "ping");
    ok_eq(reply_send(x.queue, id, CHUNKED, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    ok_str(answer_body(text), "ping");

    id = scene_take(&x, GET_FOOBAR, 0);
    reply_header(&r, HttpHeaderContentLength, "8");
    ok_eq(reply_send(x.queue, id, CHUNKED | MORE, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, CHUNKED, "pong", NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    ok_str(answer_body(text), "pingpong");

    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(reply_send(x.queue, id, CHUNKED | MORE, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, CHUNKED, "4\r\npong\r\n0\r\n\r\n", NULL), NO_ERROR);
    check_body(&x, "4\r\npong\r\n0\r\n\r\n");
    check_alive(&x);
    scene_close(&x);
}

/* [own] Without effect where there are no chunks: for HTTP/1.0, HEAD, 204, 304. */
static void test_not_possible(int version)
{
    static const USHORT statuses[] = {204, 304};
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;
    size_t i;

    scene_open(&x, version);
    id = begin(&x, GET_1_0);
    ok_eq(body_send(x.queue, id, 0, "ping", NULL), NO_ERROR);
    ok(recv_all(x.client, text, sizeof text) > 0, "the connection doesn't end");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    ok_str(answer_body(text), "ping");
    scene_reconnect(&x);
    id = begin(&x, HEAD_FOOBAR);
    ok_eq(body_send(x.queue, id, 0, "ping", NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    check_alive(&x);
    for (i = 0; i < ARRAYSIZE(statuses); i++) {
        id = scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, statuses[i], "-");
        ok_eq(reply_send(x.queue, id, CHUNKED | MORE, &r, NULL), NO_ERROR);
        ok_eq(body_send(x.queue, id, 0, "ping", NULL), NO_ERROR);
        ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
        ok_str(value_of(text, "Transfer-Encoding"), "(none)");
        check_alive(&x);
    }
    scene_close(&x);
}

/* [own] Parts under way keep their order and their framing, also when they are copied. */
static void test_many_parts(ULONG flags)
{
    enum { PART = 1024 * 1024, PARTS = 8 };
    char *data = malloc(PART), *got = malloc(PARTS * (PART + 16) + 16), *at = got;
    HTTP_DATA_CHUNK chunk;
    struct call calls[PARTS];
    ULONG errors[PARTS];
    struct scene x;
    HTTP_REQUEST_ID id;
    int i, good = 1;

    memset(data, 'x', PART);
    chunk_text(&chunk, "");
    chunk.FromMemory.pBuffer = data;
    chunk.FromMemory.BufferLength = PART;
    scene_open(&x, 2);
    id = begin(&x, GET_FOOBAR);
    for (i = 0; i < PARTS; i++) {
        call_open(&calls[i]);
        errors[i] = HttpSendResponseEntityBody(x.queue, id, flags | (i < PARTS - 1 ? MORE : 0), 1, &chunk, NULL, NULL,
                                               0, &calls[i].overlapped, NULL);
    }
    ok(recv_long_body(x.client, got, PARTS * (PART + 10) + 5), "the body doesn't come");
    for (i = 0; i < PARTS; i++) {
        good &= !memcmp(at, "100000\r\n", 8) && at[8] == 'x' && !memcmp(at + 8 + PART - 1, "x\r\n", 3);
        at += PART + 10;
        ok_eq(call_end(x.queue, &calls[i], errors[i], NULL), NO_ERROR);
        call_close(&calls[i]);
    }
    ok(good && !memcmp(at, "0\r\n\r\n", 5), "the framing is wrong");
    check_alive(&x);
    free(data);
    free(got);
    scene_close(&x);
}

/* --- trailers */

static const HTTP_UNKNOWN_HEADER trailers[] = {{1, 1, "A", "1"}, {5, 0, "Empty", ""}, {1, 2, "A", "22"}};

#define TRAILERS "A: 1\r\nEmpty: \r\nA: 22\r\n"

static void chunk_trailers(HTTP_DATA_CHUNK *chunk, const HTTP_UNKNOWN_HEADER *headers, USHORT count)
{
    memset(chunk, 0, sizeof *chunk);
    chunk->DataChunkType = HttpDataChunkTrailers;
    chunk->Trailers.TrailerCount = count;
    chunk->Trailers.pTrailers = (HTTP_UNKNOWN_HEADER *)headers;
}

static ULONG send_chunks(struct scene *x, HTTP_REQUEST_ID id, ULONG flags, HTTP_DATA_CHUNK *chunks, USHORT count)
{
    return HttpSendResponseEntityBody(x->queue, id, flags, count, chunks, NULL, NULL, 0, NULL, NULL);
}

/* [own] Trailers are the last piece of the last part, with data or alone; also of a response in one call. */
static void test_trailers(int version)
{
    HTTP_DATA_CHUNK chunks[2];
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    chunk_text(&chunks[0], "pong");
    chunk_trailers(&chunks[1], trailers, 3);
    id = begin(&x, GET_FOOBAR);
    ok_eq(body_send(x.queue, id, MORE, "ping", NULL), NO_ERROR);
    ok_eq(send_chunks(&x, id, 0, chunks, 2), NO_ERROR);
    check_body(&x, "4\r\nping\r\n4\r\npong\r\n0\r\n" TRAILERS "\r\n");
    check_alive(&x);
    id = begin(&x, GET_FOOBAR);
    ok_eq(body_send(x.queue, id, MORE, "ping", NULL), NO_ERROR);
    ok_eq(send_chunks(&x, id, 0, &chunks[1], 1), NO_ERROR);
    check_body(&x, "4\r\nping\r\n0\r\n" TRAILERS "\r\n");
    check_alive(&x);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.EntityChunkCount = 2;
    r.response.pEntityChunks = chunks;
    ok_eq(reply_send(x.queue, id, CHUNKED, &r, NULL), NO_ERROR);
    check_body(&x, "4\r\npong\r\n0\r\n" TRAILERS "\r\n");
    check_alive(&x);
    scene_close(&x);
}

/* [own] They are copied with the rest, when the program asks for it and others are in front of them. */
static void test_buffered_trailers(int version)
{
    enum { LARGE = 16 * 1024 * 1024 };
    char *data = malloc(LARGE), *got = malloc(LARGE + 100), name[] = "A", value[] = "1", *at;
    HTTP_UNKNOWN_HEADER trailer = {1, 1, name, value};
    HTTP_DATA_CHUNK chunk;
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    ULONG error;

    memset(data, 'x', LARGE);
    chunk_text(&chunk, "");
    chunk.FromMemory.pBuffer = data;
    chunk.FromMemory.BufferLength = LARGE;
    scene_open(&x, version);
    call_open(&c);
    id = begin(&x, GET_FOOBAR);
    error = HttpSendResponseEntityBody(x.queue, id, MORE, 1, &chunk, NULL, NULL, 0, &c.overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    chunk_trailers(&chunk, &trailer, 1);
    ok_eq(send_chunks(&x, id, HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, &chunk, 1), NO_ERROR);
    name[0] = value[0] = '!';
    ok(recv_long_body(x.client, got, LARGE + 9 + 2 + 11), "the body doesn't come");
    at = got + 9 + LARGE + 2;
    ok(!memcmp(got, "1000000\r\n", 9) && !memcmp(at, "0\r\nA: 1\r\n\r\n", 11), "other bytes than given");
    ok_eq(call_end(x.queue, &c, error, NULL), NO_ERROR);
    check_alive(&x);
    call_close(&c);
    free(data);
    free(got);
    scene_close(&x);
}

/* [own] A client that can't have chunks gets the body without them. */
static void test_trailers_dropped(int version)
{
    HTTP_DATA_CHUNK chunks[2];
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    chunk_text(&chunks[0], "pong");
    chunk_trailers(&chunks[1], trailers, 3);
    ok_eq(send_chunks(&x, begin(&x, GET_1_0), 0, chunks, 2), NO_ERROR);
    ok(recv_all(x.client, text, sizeof text) > 0, "the connection doesn't end");
    ok_str(answer_body(text), "pong");
    scene_close(&x);
}

/* [own] Trailers elsewhere, none, or such that would be something else, are refused, and so are those without framing. */
static void test_bad_trailers(int version)
{
    static const HTTP_UNKNOWN_HEADER bad[] = {{0, 1, "", "1"}, {1, 3, "A", "1\r\n"}, {3, 1, "A\nB", "1"}, {1, 1, NULL, "1"},
                                              {1, 1, "A", NULL}};
    HTTP_DATA_CHUNK chunks[2];
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;
    size_t i;

    scene_open(&x, version);
    id = begin(&x, GET_FOOBAR);
    chunk_trailers(&chunks[0], trailers, 3);
    chunk_text(&chunks[1], "pong");
    ok_eq(send_chunks(&x, id, 0, chunks, 2), ERROR_INVALID_PARAMETER);
    ok_eq(send_chunks(&x, id, MORE, chunks, 1), ERROR_INVALID_PARAMETER);
    for (i = 0; i < ARRAYSIZE(bad); i++) {
        chunk_trailers(&chunks[0], &bad[i], 1);
        ok_eq(send_chunks(&x, id, 0, chunks, 1), ERROR_INVALID_PARAMETER);
    }
    chunk_trailers(&chunks[0], NULL, 1);
    ok_eq(send_chunks(&x, id, 0, chunks, 1), ERROR_INVALID_PARAMETER);
    chunk_trailers(&chunks[0], trailers, 0);
    ok_eq(send_chunks(&x, id, 0, chunks, 1), ERROR_INVALID_PARAMETER);
    ok_eq(end(&x, id, 0), NO_ERROR);
    check_body(&x, "0\r\n\r\n");

    chunk_trailers(&chunks[0], trailers, 1);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.EntityChunkCount = 1;
    r.response.pEntityChunks = chunks;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(reply_send(x.queue, id, CHUNKED, &r, NULL), ERROR_INVALID_PARAMETER);
    r.response.EntityChunkCount = 0;
    ok_eq(reply_send(x.queue, id, MORE, &r, NULL), NO_ERROR);
    ok_eq(send_chunks(&x, id, 0, chunks, 1), ERROR_INVALID_PARAMETER);
    ok_eq(body_send(x.queue, id, 0, "0\r\n\r\n", NULL), NO_ERROR);
    check_body(&x, "0\r\n\r\n");
    check_alive(&x);
    scene_close(&x);
}

START_TEST(send_chunked)
{
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_parts);
    BOTH(test_data_with_head);
    BOTH(test_not_needed);
    BOTH(test_not_possible);
    test_many_parts(0);
    test_many_parts(HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA);
    BOTH(test_trailers);
    BOTH(test_buffered_trailers);
    BOTH(test_trailers_dropped);
    BOTH(test_bad_trailers);
}
