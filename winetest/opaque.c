/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * opaque.c: HTTP_SEND_RESPONSE_FLAG_OPAQUE: behind a 101 the connection is a stream of bytes.
 */
#include "scene.h"

#define OPAQUE_MORE (HTTP_SEND_RESPONSE_FLAG_OPAQUE | HTTP_SEND_RESPONSE_FLAG_MORE_DATA)
#define RAW "HTTP/1.1 200 OK\r\n\r\n" /* looks like HTTP, and isn't meant */

/* As ASP.NET Core and HttpListener send it: Connection is no known header. */
static ULONG send_switch(struct scene *x, ULONG flags)
{
    HTTP_UNKNOWN_HEADER connection = {10, 7, "Connection", "Upgrade"};
    struct reply r;

    reply_init(&r, 101, "Switching Protocols");
    reply_header(&r, HttpHeaderUpgrade, "websocket");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &connection;
    return reply_send(x->queue, x->in.v1.RequestId, flags, &r, NULL);
}

/* The client has the head of the 101, and nothing else yet. */
static void check_switched(struct scene *x)
{
    char text[4096];

    ok(recv_until(x->client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_eq(answer_status(text), 101);
    ok(strstr(text, "\r\nConnection: Upgrade\r\n") != NULL, "got %s", text);
    ok(strstr(text, "\r\nUpgrade: websocket\r\n") != NULL, "got %s", text);
    ok(!strstr(text, "Content-Length") && !strstr(text, "close"), "got %s", text);
}

/* A request that came, answered by a 101. */
static HTTP_REQUEST_ID open_stream(struct scene *x, const char *request)
{
    HTTP_REQUEST_ID id = scene_take(x, request, 0);

    ok_eq(send_switch(x, OPAQUE_MORE | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA), NO_ERROR);
    check_switched(x);
    return id;
}

/* The program reads what the client has sent. */
static void check_read(struct scene *x, const char *expected)
{
    char text[100];
    ULONG bytes = 0;

    ok_eq(read_body(x->queue, x->in.v1.RequestId, 0, text, sizeof text - 1, &bytes), NO_ERROR);
    text[bytes] = 0;
    ok_str(text, expected);
}

static void check_write(struct scene *x, ULONG flags, const char *text)
{
    char got[100];
    ULONG bytes = 0;

    ok_eq(body_send(x->queue, x->in.v1.RequestId, flags, text, &bytes), NO_ERROR);
    ok_eq(bytes, strlen(text));
    ok(recv_until(x->client, got, sizeof got, text) > 0, "%s didn't come", text);
    ok_str(got, text);
}

/* [net] Bytes both ways, as they are, whatever they look like; .NET gives BUFFER_DATA, and the flag only with the head. */
static void test_both_ways(int version)
{
    struct scene x;

    scene_open(&x, version);
    open_stream(&x, GET_FOOBAR);
    send_text(x.client, "ping");
    check_read(&x, "ping");
    check_write(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, "pong");
    check_write(&x, OPAQUE_MORE, RAW);
    send_text(x.client, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", x.port);
    ok(queue_is_empty(x.queue), "bytes of the stream became a request");
    scene_close(&x);
}

/* [net] Any verb, with no body: known or not, also HEAD, and POST with a length of zero. */
static void test_verbs(int version)
{
    static const char *const verbs[] = {"OPTIONS", "HEAD", "DELETE", "TRACE", "TRACK", "PROPFIND", "PROPPATCH",
                                        "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "PATCH", "CONNECT", "CUSTOMVERB"};
    char request[200];
    struct scene x;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(verbs); i++) {
        snprintf(request, sizeof request, "%s /foobar HTTP/1.1\r\nHost: localhost:%%u\r\n\r\n", verbs[i]);
        open_stream(&x, request);
        send_text(x.client, "ping");
        check_read(&x, "ping");
        check_write(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "pong");
        scene_reconnect(&x);
    }
    open_stream(&x, POST_HEAD "Content-Length: 0\r\n\r\n");
    check_write(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "pong");
    scene_close(&x);
}

/* [doc] With no other status, for neither function; the request can be answered afterwards. */
static void test_other_status(int version)
{
    static const USHORT statuses[] = {100, 102, 200, 426};
    struct reply r;
    struct scene x;
    char text[4096];
    size_t i;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    for (i = 0; i < ARRAYSIZE(statuses); i++) {
        reply_init(&r, statuses[i], "-");
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, OPAQUE_MORE, &r, NULL), ERROR_INVALID_PARAMETER);
    }
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "4");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, x.in.v1.RequestId, OPAQUE_MORE, "ping", NULL), ERROR_INVALID_PARAMETER);
    ok_eq(body_send(x.queue, x.in.v1.RequestId, 0, "pong", NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "pong");
    scene_close(&x);
}

/* [net] The client's FIN ends what can be read, and nothing else: the program may go on sending. */
static void test_client_ends(int version)
{
    struct scene x;
    struct call c;
    char byte;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    open_stream(&x, GET_FOOBAR);
    error = HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, &byte, 1, NULL, &c.overlapped);
    ok_eq(error, ERROR_IO_PENDING);
    shutdown(x.client, SD_SEND);
    ok_eq(call_end(x.queue, &c, error, NULL), ERROR_HANDLE_EOF);
    ok_eq(read_body(x.queue, x.in.v1.RequestId, 0, &byte, 1, NULL), ERROR_HANDLE_EOF);
    check_write(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "pong");
    /* What was sent before the FIN is read first. */
    scene_reconnect(&x);
    open_stream(&x, GET_FOOBAR);
    send_text(x.client, "last");
    shutdown(x.client, SD_SEND);
    check_read(&x, "last");
    ok_eq(read_body(x.queue, x.in.v1.RequestId, 0, &byte, 1, NULL), ERROR_HANDLE_EOF);
    call_close(&c);
    scene_close(&x);
}

/* [rp] DISCONNECT with an empty chunk (mORMot) or with a last one ends the stream in good order; the id is gone. */
static void test_program_ends(int version)
{
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = open_stream(&x, GET_FOOBAR);
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, "", NULL), NO_ERROR);
    ok(is_closed(x.client), "the connection doesn't end");
    ok_eq(body_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "late", NULL), ERROR_CONNECTION_INVALID);
    scene_reconnect(&x);
    open_stream(&x, GET_FOOBAR);
    check_write(&x, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, "last");
    ok(is_closed(x.client), "the connection doesn't end");
    scene_close(&x);
}

/* [net] Both directions at once: a read that waits doesn't hold up the sends, nor they the read. */
static void test_read_under_way(int version)
{
    struct scene x;
    struct call c;
    char text[10];
    ULONG error, bytes = 0;

    scene_open(&x, version);
    call_open(&c);
    open_stream(&x, GET_FOOBAR);
    error = HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, text, sizeof text, NULL, &c.overlapped);
    ok_eq(error, ERROR_IO_PENDING);
    check_write(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "one");
    check_write(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "two");
    ok(call_pending(x.queue, &c), "the read has ended");
    send_text(x.client, "three");
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    ok(!memcmp(text, "three", 5), "other bytes than sent");
    call_close(&c);
    scene_close(&x);
}

/* [net] An abort (HttpCancelHttpRequest) or a client's reset ends a waiting read with an error. */
static void test_broken(int version)
{
    struct scene x;
    struct call c;
    char byte;
    ULONG error;
    int way;

    scene_open(&x, version);
    call_open(&c);
    for (way = 0; way < 2; way++) {
        open_stream(&x, GET_FOOBAR);
        error = HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, &byte, 1, NULL, &c.overlapped);
        ok_eq(error, ERROR_IO_PENDING);
        if (way == 0) {
            ok_eq(HttpCancelHttpRequest(x.queue, x.in.v1.RequestId, NULL), NO_ERROR);
            ok(is_reset(x.client), "the connection isn't reset");
            closesocket(x.client);
        } else {
            reset(x.client);
        }
        error = call_end(x.queue, &c, error, NULL);
        ok(error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID || error == ERROR_OPERATION_ABORTED,
           "got %lu", UL(error));
        x.client = connect_local(x.port);
    }
    call_close(&c);
    scene_close(&x);
}

/* [own] What the client sends before it has seen the 101 is the beginning of its stream. */
static void test_sent_ahead(int version)
{
    struct scene x;
    char text[14];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR "ahead ", 0);
    send_text(x.client, "and more");
    ok_eq(send_switch(&x, OPAQUE_MORE), NO_ERROR);
    check_switched(&x);
    ok_eq(read_body(x.queue, x.in.v1.RequestId, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, text, sizeof text,
                    NULL),
          NO_ERROR);
    ok(!memcmp(text, "ahead and more", sizeof text), "got %.14s", text);
    scene_close(&x);
}

/* [own] A request with a body can't be switched: where the body ends would be where the stream begins. */
static void test_with_body(int version)
{
    static const char *const requests[] = {POST_HEAD "Content-Length: 4\r\n\r\nbody",
                                           POST_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"};
    struct scene x;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(requests); i++) {
        scene_take(&x, requests[i], 0);
        ok_eq(send_switch(&x, OPAQUE_MORE), ERROR_INVALID_PARAMETER);
        scene_finish(&x);
    }
    scene_close(&x);
}

/* [own] A 101 without the flag is a response like any; a part behind it may bring the flag. */
static void test_flag_later(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(send_switch(&x, HTTP_SEND_RESPONSE_FLAG_MORE_DATA), NO_ERROR);
    check_switched(&x);
    ok_eq(read_body(x.queue, x.in.v1.RequestId, 0, &x.in, 1, NULL), ERROR_HANDLE_EOF);
    check_write(&x, OPAQUE_MORE, "pong");
    send_text(x.client, "ping");
    check_read(&x, "ping");
    scene_close(&x);
}

/* [own] OPAQUE without MORE_DATA: there is no stream, and the connection ends behind the head. */
static void test_no_stream(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(send_switch(&x, HTTP_SEND_RESPONSE_FLAG_OPAQUE), NO_ERROR);
    check_switched(&x);
    ok(is_closed(x.client), "the connection doesn't end");
    scene_close(&x);
}

START_TEST(opaque)
{
    BOTH(test_both_ways);
    BOTH(test_verbs);
    BOTH(test_other_status);
    BOTH(test_client_ends);
    BOTH(test_program_ends);
    BOTH(test_read_under_way);
    BOTH(test_broken);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_sent_ahead);
    BOTH(test_with_body);
    BOTH(test_flag_later);
    BOTH(test_no_stream);
}
