/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send_body.c: where a response's body ends: lengths, parts, no body at all, the end of the connection.
 */
#include "sending.h"

/* [rp] A Content-Length of the program's is sent as it is; the body isn't cut to it. */
static void test_given_length(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "6");
    reply_text(&r, "ping");
    reply_text(&r, "pong");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "pingpong") > 0, "no body");
    ok_str(value_of(text, "Content-Length"), "6");
    ok_eq(count_of(text, "Content-Length"), 1);
    scene_close(&x);
}

/* [rp] With MORE_DATA and no length nothing is added, neither a length nor a coding; the body is what is given. */
static void test_more_data_raw(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    ULONG bytes = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "pong");
    reply_text(&r, "pang");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    /* A part may be empty. */
    ok_eq(HttpSendResponseEntityBody(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 0, NULL, NULL, NULL, 0, NULL,
                                     NULL),
          NO_ERROR);
    /* The count of the last part is that of this part's bytes. */
    ok_eq(body_send(x.queue, id, 0, "foobar", &bytes), NO_ERROR);
    ok_eq(bytes, 6);
    ok(recv_until(x.client, text, sizeof text, "foobar") > 0, "no body");
    ok_str(value_of(text, "Content-Length"), "(none)");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    ok_str(answer_body(text), "pongpangfoobar");
    /* With the last part the id is gone. */
    ok_eq(body_send(x.queue, id, 0, "foobar", NULL), ERROR_CONNECTION_INVALID);
    scene_close(&x);
}

/* [rp] Nothing given but a status: the length is 0, and the server signs. */
static void test_empty(int version)
{
    struct reply r;
    struct scene x;
    char text[4096], expected[256];
    ULONG bytes = 0;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, &bytes), NO_ERROR);
    ok_eq(recv_answer(x.client, text, sizeof text), bytes);
    ok_str(value_of(text, "Content-Length"), "0");
    ok_str(value_of(text, "Server"), "Microsoft-HTTPAPI/2.0");
    /* And there is nothing else. */
    snprintf(expected, sizeof expected,
             "HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: %s\r\nContent-Length: 0\r\n\r\n",
             value_of(text, "Date"));
    ok_eq(strlen(text), strlen(expected));
    check_alive(&x);
    scene_close(&x);
}

/* [rp] The answer to HEAD has no body; a length is the program's or isn't there. */
static void test_head(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, HEAD_FOOBAR, 0);
    ok_eq(x.in.v1.Verb, HttpVerbHEAD);
    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_str(value_of(text, "Content-Length"), "(none)");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    check_alive(&x);

    scene_take(&x, HEAD_FOOBAR, 0);
    reply_header(&r, HttpHeaderContentLength, "20");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_str(value_of(text, "Content-Length"), "20");
    check_alive(&x);
    scene_close(&x);
}

/* [rp] 204 needs no length. */
static void test_no_content(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 204, "No Content");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_str(value_of(text, "Content-Length"), "(none)");
    ok_str(value_of(text, "Transfer-Encoding"), "(none)");
    check_alive(&x);
    scene_close(&x);
}

/* [rp] When the connection ends with the answer, the answer says so, once. */
static void test_connection_ends(int version)
{
    struct reply r;
    struct scene x;

    scene_open(&x, version);
    reply_init(&r, 200, "OK");
    /* Because the client wants it. */
    scene_take(&x, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nConnection: close\r\n\r\n", 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    check_ends(&x);
    /* Because the client speaks 1.0; the answer is 1.1 nevertheless. */
    scene_take(&x, GET_1_0, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    check_ends(&x);
    /* Because of the flag. */
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, &r, NULL), NO_ERROR);
    check_ends(&x);
    /* Because of the flag that would be a GOAWAY frame in HTTP/2 (.NET sets both). */
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_GOAWAY | HTTP_SEND_RESPONSE_FLAG_DISCONNECT, &r,
                     NULL),
          NO_ERROR);
    check_ends(&x);
    /* Because of the program's header, however it is written; with the flag too. */
    reply_header(&r, HttpHeaderConnection, "Close");
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    check_ends(&x);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, &r, NULL), NO_ERROR);
    check_ends(&x);
    scene_close(&x);
}

/* [rp] To HTTP/1.0, body and end are the same; no chunks. */
static void test_http_1_0(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_1_0, 0);
    reply_init(&r, 200, "OK");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "ping", NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, "pong", NULL), NO_ERROR);
    ok(recv_all(x.client, text, sizeof text) > 0, "the connection doesn't end");
    ok(!strncmp(text, "HTTP/1.1 200 OK\r\n", 17), "got %s", text);
    ok_str(value_of(text, "Connection"), "close");
    ok_str(answer_body(text), "pingpong");
    scene_close(&x);
}

/* [rp] The flag on the last part, which may be empty, ends the connection in good order. */
static void test_disconnect_at_end(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "ping");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, 0, NULL, NULL, NULL, 0, NULL,
                                     NULL),
          NO_ERROR);
    ok(recv_all(x.client, text, sizeof text) > 0, "the connection doesn't end");
    ok_str(answer_body(text), "ping");
    scene_close(&x);
}

/* [rp] Head first, then parts with MORE_DATA, then an empty last one: with a length the connection goes on. */
static void test_parts_with_length(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;
    ULONG bytes = 0;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "8");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "ping", &bytes), NO_ERROR);
    ok_eq(bytes, 4);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "pong", NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, id, 0, 0, NULL, &bytes, NULL, 0, NULL, NULL), NO_ERROR);
    ok_eq(bytes, 0);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "pingpong");
    check_alive(&x);
    scene_close(&x);
}

/* [rp] A program that frames its chunks itself: three memory chunks a part (.NET). */
static void test_own_chunks(int version)
{
    HTTP_DATA_CHUNK chunks[3];
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    chunk_text(&chunks[0], "b\r\n");
    chunk_text(&chunks[1], "Hello World");
    chunk_text(&chunks[2], "\r\n");
    ok_eq(HttpSendResponseEntityBody(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 3, chunks, NULL, NULL, 0, NULL,
                                     NULL),
          NO_ERROR);
    ok_eq(body_send(x.queue, id, 0, "0\r\n\r\n", NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "0\r\n\r\n") > 0, "no body");
    ok_str(value_of(text, "Transfer-Encoding"), "chunked");
    ok_str(value_of(text, "Content-Length"), "(none)");
    ok_str(answer_body(text), "b\r\nHello World\r\n0\r\n\r\n");
    check_alive(&x);
    scene_close(&x);
}

/* [rp] A length or coding among the unknown headers steers the framing as the known ones do (cpprestsdk). */
static void test_unknown_framing(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_unknown(&r, "Content-Length", "4");
    reply_text(&r, "ping");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, 0, 0, NULL, NULL, NULL, 0, NULL, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(count_of(text, "Content-Length"), 1);
    ok_str(answer_body(text), "ping");
    check_alive(&x);
    scene_close(&x);
}

/* [own] GOAWAY alone says the same as DISCONNECT: HTTP/1.1 has no other words for it. */
static void test_goaway(int version)
{
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    reply_init(&r, 200, "OK");
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_GOAWAY, &r, NULL), NO_ERROR);
    check_ends(&x);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_GOAWAY | HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL),
          NO_ERROR);
    ok_eq(body_send(x.queue, id, 0, "pong", NULL), NO_ERROR);
    check_ends(&x);
    scene_close(&x);
}

/* [own] Parts of a body that isn't sent count no bytes. */
static void test_no_bytes(int version)
{
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;
    ULONG bytes = 1;
    char text[4096];

    scene_open(&x, version);
    id = scene_take(&x, HEAD_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "8");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "ping", &bytes), NO_ERROR);
    ok_eq(bytes, 0);
    ok_eq(body_send(x.queue, id, 0, "pong", &bytes), NO_ERROR);
    ok_eq(bytes, 0);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_str(value_of(text, "Content-Length"), "8");
    check_alive(&x);
    scene_close(&x);
}

/* [rfc] A body that the program gives for HEAD, 204 or 304 isn't sent. */
static void test_body_where_none_is(int version)
{
    static const USHORT statuses[] = {204, 304};
    struct scene x;
    char text[4096];
    size_t i;

    scene_open(&x, version);
    scene_take(&x, HEAD_FOOBAR, 0);
    ok_eq(respond(x.queue, x.in.v1.RequestId, "ping"), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok(is_quiet(x.client, QUIET) && !*answer_body(text), "a body came");
    check_alive(&x);
    for (i = 0; i < ARRAYSIZE(statuses); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        ok_eq(respond_status(x.queue, x.in.v1.RequestId, statuses[i], "-", "ping", 0), NO_ERROR);
        ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
        ok(is_quiet(x.client, QUIET) && !*answer_body(text), "status %u: a body came", statuses[i]);
        check_alive(&x);
    }
    scene_close(&x);
}

START_TEST(send_body)
{
    BOTH(test_empty);
    BOTH(test_given_length);
    BOTH(test_more_data_raw);
    BOTH(test_head);
    BOTH(test_no_content);
    BOTH(test_connection_ends);
    BOTH(test_http_1_0);
    BOTH(test_disconnect_at_end);
    BOTH(test_parts_with_length);
    BOTH(test_own_chunks);
    BOTH(test_unknown_framing);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_body_where_none_is);
    BOTH(test_no_bytes);
    BOTH(test_goaway);
}
