/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.c: HttpSendHttpResponse and HttpSendResponseEntityBody: what reaches the client, and what the calls say of it.
 */
#include "scene.h"

#define TEAPOT "HTTP/1.1 418 I'm a teapot\r\n"
#define GET_1_0 "GET /foobar HTTP/1.0\r\nHost: localhost:%u\r\n\r\n"
#define HEAD_FOOBAR "HEAD /foobar HTTP/1.1\r\nHost: localhost:%u\r\n\r\n"

/* A header of the answer in `text`: its value, or -- when there is none -- "(none)". */
static const char *header(const char *text, const char *name)
{
    static char value[512];

    return answer_header(text, name, value, sizeof value) < 0 ? "(none)" : value;
}

static int count(const char *text, const char *what)
{
    int n = 0;

    while ((text = strstr(text, what))) {
        text++;
        n++;
    }
    return n;
}

/* The connection takes another request. */
static void check_alive(struct scene *x)
{
    scene_take(x, GET_FOOBAR, 0);
    scene_finish(x);
}

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
    ok_str(header(text, "Retry-After"), "120");
    ok_str(header(text, "Content-Length"), "8");
    ok_str(answer_body(text), "pingpong");
    check_alive(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] The Date header is the API's: always there, once, also when the program brings one. */
static void test_date(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderDate, "yesterday");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(count(text, "\r\nDate: "), 1);
    ok_eq(strlen(header(text, "Date")), strlen("Sun, 06 Nov 1994 08:49:37 GMT"));
    ok(!strstr(text, "yesterday"), "got %s", text);
    scene_close(&x);
}

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
    ok_str(header(text, "Content-Length"), "6");
    ok_eq(count(text, "Content-Length"), 1);
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
    ok_str(header(text, "Content-Length"), "(none)");
    ok_str(header(text, "Transfer-Encoding"), "(none)");
    ok_str(answer_body(text), "pongpangfoobar");
    /* With the last part the id is gone. */
    ok_eq(body_send(x.queue, id, 0, "foobar", NULL), ERROR_CONNECTION_INVALID);
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
    ok_str(header(text, "Content-Length"), "0");
    ok_str(header(text, "Server"), "Microsoft-HTTPAPI/2.0");
    /* And there is nothing else. */
    snprintf(expected, sizeof expected,
             "HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: %s\r\nContent-Length: 0\r\n\r\n",
             header(text, "Date"));
    ok_eq(strlen(text), strlen(expected));
    check_alive(&x);
    scene_close(&x);
}

/* [rp] The version in the structure doesn't matter; a reason may be missing, and its blank stays. */
static void test_status_line(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 999, "");
    r.response.Version.MajorVersion = 1;
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok(!strncmp(text, "HTTP/1.1 999 \r\n", 15), "got %s", text);
    check_alive(&x);
    scene_close(&x);
}

/* [rp] Unknown headers keep their order, an empty one is sent; an empty known one is not. */
static void test_headers(int version)
{
    HTTP_UNKNOWN_HEADER unknown[] = {{5, 6, "Name1", "Value1"}, {5, 6, "Name2", "Value2"}, {5, 0, "Name3", ""}};
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = 3;
    r.response.Headers.pUnknownHeaders = unknown;
    reply_header(&r, HttpHeaderContentType, "text/plain");
    reply_header(&r, HttpHeaderLocation, "");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok(strstr(text, "\r\nName1: Value1\r\nName2: Value2\r\nName3: \r\n") != NULL, "got %s", text);
    ok_str(header(text, "Content-Type"), "text/plain");
    ok_str(header(text, "Location"), "(none)");
    check_alive(&x);
    scene_close(&x);
}

/*
 * [rp] The order: the program's headers, Server, Date, and last what the API says of the connection. The request has
 * both a length and a coding, so the connection ends.
 */
static void test_order(int version)
{
    struct reply r;
    struct scene x;
    char text[4096], expected[512];

    scene_open(&x, version);
    scene_take(&x,
               "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\n"
               "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    reply_text(&r, "B\r\nHello World\r\n0\r\n\r\n");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_all(x.client, text, sizeof text) > 0, "no answer");
    snprintf(expected, sizeof expected,
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: %s\r\n"
             "Connection: close\r\n\r\nB\r\nHello World\r\n0\r\n\r\n",
             header(text, "Date"));
    ok_str(text, expected);
    scene_close(&x);
}

/* [rp] A length of 0 that the program gives goes out with any status, and nothing else: sizes as HttpListener's. */
static void test_sizes(int version)
{
    static const struct {
        USHORT status;
        const char *reason;
        ULONG size;
    } answers[] = {{200, "OK", 106}, {100, "Continue", 112}, {101, "Switching Protocols", 123},
                   {204, "No Content", 114}, {205, "Reset Content", 117}, {304, "Not Modified", 116}};
    struct reply r;
    struct scene x;
    char text[4096];
    ULONG bytes;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(answers); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, answers[i].status, answers[i].reason);
        reply_header(&r, HttpHeaderContentLength, "0");
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, &bytes), NO_ERROR);
        ok(bytes == answers[i].size, "status %u: %lu bytes, expected %lu", answers[i].status, UL(bytes),
           UL(answers[i].size));
        ok_eq(recv_answer(x.client, text, sizeof text), answers[i].size);
    }
    scene_close(&x);
}

/* [rp] Connection as an unknown header is sent as it is (.NET's way to upgrade). */
static void test_unknown_connection(int version)
{
    HTTP_UNKNOWN_HEADER unknown = {10, 7, "Connection", "Upgrade"};
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &unknown;
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(header(text, "Connection"), "Upgrade");
    scene_close(&x);
}

/* [doc] A Server header of the program's gets the API's name appended. */
static void test_server_header(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderServer, "mine");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(header(text, "Server"), "mine Microsoft-HTTPAPI/2.0");
    ok_eq(count(text, "\r\nServer: "), 1);
    scene_close(&x);
}

/* [rp] Version 2 can send a known header several times, each a line; empty values are left out. */
static void v2_test_multiple_headers(void)
{
    HTTP_KNOWN_HEADER values[] = {{0, ""}, {1, "a"}, {1, "b"}};
    HTTP_MULTIPLE_KNOWN_HEADERS multiple;
    HTTP_RESPONSE_INFO info;
    struct reply r;
    struct scene x;
    char text[4096];

    memset(&multiple, 0, sizeof multiple);
    multiple.HeaderId = HttpHeaderWwwAuthenticate;
    multiple.Flags = HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER;
    multiple.KnownHeaderCount = 3;
    multiple.KnownHeaders = values;
    memset(&info, 0, sizeof info);
    info.Type = HttpResponseInfoTypeMultipleKnownHeaders;
    info.Length = sizeof multiple;
    info.pInfo = &multiple;
    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 401, "Unauthorized");
    r.response.ResponseInfoCount = 1;
    r.response.pResponseInfo = &info;
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok(strstr(text, "\r\nWWW-Authenticate: a\r\nWWW-Authenticate: b\r\n") != NULL, "got %s", text);
    ok_eq(count(text, "WWW-Authenticate"), 2);
    check_alive(&x);
    scene_close(&x);
}

/* [rp] Bytes above 127 go out as they are. */
static void test_eight_bits(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderEtag, "\"\xc3\xa4\xff\"");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_str(header(text, "ETag"), "\"\xc3\xa4\xff\"");
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
    ok_str(header(text, "Content-Length"), "(none)");
    ok_str(header(text, "Transfer-Encoding"), "(none)");
    check_alive(&x);

    scene_take(&x, HEAD_FOOBAR, 0);
    reply_header(&r, HttpHeaderContentLength, "20");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_str(header(text, "Content-Length"), "20");
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
    ok_str(header(text, "Content-Length"), "(none)");
    ok_str(header(text, "Transfer-Encoding"), "(none)");
    check_alive(&x);
    scene_close(&x);
}

/* The answer says that the connection ends, once, and it does. */
static void check_ends(struct scene *x)
{
    char text[4096];

    ok(recv_all(x->client, text, sizeof text) > 0, "the connection doesn't end");
    ok_eq(count(text, "\r\nConnection: close\r\n"), 1);
    ok_eq(count(text, "\r\nConnection: "), 1);
    scene_reconnect(x);
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
    ok_str(header(text, "Connection"), "close");
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
    ok_str(header(text, "Transfer-Encoding"), "chunked");
    ok_str(header(text, "Content-Length"), "(none)");
    ok_str(answer_body(text), "b\r\nHello World\r\n0\r\n\r\n");
    check_alive(&x);
    scene_close(&x);
}

/* [rp] A length or coding among the unknown headers steers the framing as the known ones do (cpprestsdk). */
static void test_unknown_framing(int version)
{
    HTTP_UNKNOWN_HEADER length = {14, 1, "Content-Length", "4"};
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &length;
    reply_text(&r, "ping");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, 0, 0, NULL, NULL, NULL, 0, NULL, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(count(text, "Content-Length"), 1);
    ok_str(answer_body(text), "ping");
    check_alive(&x);
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
        /* [own] And the call is over. */
        ok(errors[i] == NO_ERROR || (test_on_windows() && errors[i] == ERROR_IO_PENDING), "part %d: %lu", i,
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

/* --- files */

#define CONTENT "0123456789abcdef"

static HANDLE make_file(char path[MAX_PATH])
{
    char folder[MAX_PATH];
    HANDLE file;
    DWORD written;

    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "htp", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    ok(file != INVALID_HANDLE_VALUE, "no file %s: %lu", path, UL(GetLastError()));
    ok(WriteFile(file, CONTENT, sizeof CONTENT - 1, &written, NULL), "WriteFile: %lu", UL(GetLastError()));
    return file;
}

static void chunk_file(HTTP_DATA_CHUNK *chunk, HANDLE file, ULONGLONG start, ULONGLONG length)
{
    memset(chunk, 0, sizeof *chunk);
    chunk->DataChunkType = HttpDataChunkFromFileHandle;
    chunk->FromFileHandle.FileHandle = file;
    chunk->FromFileHandle.ByteRange.StartingOffset.QuadPart = start;
    chunk->FromFileHandle.ByteRange.Length.QuadPart = length;
}

/* [doc] A file's bytes from an offset: as many as said, or all to the end. The file's own position doesn't matter. */
static void test_file(int version)
{
    static const struct {
        ULONGLONG start, length;
        const char *expected;
    } ranges[] = {{0, HTTP_BYTE_RANGE_TO_EOF, CONTENT}, {0, 16, CONTENT}, {4, 6, "456789"},
                  {10, HTTP_BYTE_RANGE_TO_EOF, "abcdef"}, {15, 1, "f"}};
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096], length[16];
    HANDLE file = make_file(path);
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(ranges); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, 200, "OK");
        reply_text(&r, "");
        chunk_file(&r.chunks[0], file, ranges[i].start, ranges[i].length);
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
        ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
        snprintf(length, sizeof length, "%d", (int)strlen(ranges[i].expected));
        ok_str(header(text, "Content-Length"), length);
        ok_str(answer_body(text), ranges[i].expected);
    }
    CloseHandle(file);
    DeleteFileA(path);
    scene_close(&x);
}

/* [rp] A file between two pieces of memory, in a later part too (.NET). */
static void test_file_between_memory(int version)
{
    HTTP_DATA_CHUNK chunks[3];
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096];
    HANDLE file = make_file(path);
    HTTP_REQUEST_ID id;
    ULONG bytes = 0;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    chunk_text(&chunks[0], "6\r\n");
    chunk_file(&chunks[1], file, 4, 6);
    chunk_text(&chunks[2], "\r\n");
    ok_eq(HttpSendResponseEntityBody(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 3, chunks, &bytes, NULL, 0, NULL,
                                     NULL),
          NO_ERROR);
    ok_eq(bytes, 11);
    ok_eq(body_send(x.queue, id, 0, "0\r\n\r\n", NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "0\r\n\r\n") > 0, "no body");
    ok_str(answer_body(text), "6\r\n456789\r\n0\r\n\r\n");
    check_alive(&x);
    CloseHandle(file);
    DeleteFileA(path);
    scene_close(&x);
}

/* [own] A range that the file doesn't have, and a handle that is no file, are refused; the request can be answered. */
static void test_file_refused(int version)
{
    static const struct {
        ULONGLONG start, length;
    } ranges[] = {{17, HTTP_BYTE_RANGE_TO_EOF}, {17, 1}, {0, 17}, {15, 2}};
    struct reply r;
    struct scene x;
    char path[MAX_PATH];
    HANDLE file = make_file(path);
    ULONG error;
    size_t i;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    for (i = 0; i < ARRAYSIZE(ranges); i++) {
        chunk_file(&r.chunks[0], file, ranges[i].start, ranges[i].length);
        error = reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL);
        ok(error == ERROR_HANDLE_EOF || error == ERROR_INVALID_PARAMETER, "range %d: %lu", (int)i, UL(error));
    }
    chunk_file(&r.chunks[0], (HANDLE)(ULONG_PTR)0xdeadbeec, 0, 1);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), ERROR_INVALID_HANDLE);
    scene_finish(&x);
    CloseHandle(file);
    DeleteFileA(path);
    scene_close(&x);
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

/* [own] A line end or a NUL in a header or reason would be another header: refused. */
static void test_injection(int version)
{
    static const char *const values[] = {"a\r\nb: c", "a\nb", "a\rb"};
    HTTP_UNKNOWN_HEADER unknown = {1, 1, "n", "v"};
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;
    size_t i;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    for (i = 0; i < ARRAYSIZE(values); i++) {
        reply_init(&r, 200, values[i]);
        ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
        reply_init(&r, 200, "OK");
        reply_header(&r, HttpHeaderLocation, values[i]);
        ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
        reply_init(&r, 200, "OK");
        unknown.pRawValue = values[i];
        unknown.RawValueLength = (USHORT)strlen(values[i]);
        r.response.Headers.UnknownHeaderCount = 1;
        r.response.Headers.pUnknownHeaders = &unknown;
        ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    }
    scene_finish(&x);
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

START_TEST(send)
{
    BOTH(test_unknown_id);
    BOTH(test_answered_id);
    BOTH(test_whole);
    BOTH(test_date);
    BOTH(test_given_length);
    BOTH(test_more_data_raw);
    BOTH(test_body_without_request);
    v1_test_structure_size();
    BOTH(test_empty);
    BOTH(test_status_line);
    BOTH(test_headers);
    BOTH(test_order);
    BOTH(test_sizes);
    BOTH(test_unknown_connection);
    BOTH(test_server_header);
    v2_test_multiple_headers();
    BOTH(test_eight_bits);
    BOTH(test_head);
    BOTH(test_no_content);
    BOTH(test_connection_ends);
    BOTH(test_http_1_0);
    BOTH(test_disconnect_at_end);
    BOTH(test_parts_with_length);
    BOTH(test_own_chunks);
    BOTH(test_unknown_framing);
    BOTH(test_sends_under_way);
    BOTH(test_buffered);
    BOTH(test_file);
    BOTH(test_file_between_memory);
    BOTH(test_bad_parameters);
    BOTH(test_many_chunks);
    BOTH(test_nothing_optional);
    BOTH(test_client_gone);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_buffered_too_large);
    BOTH(test_file_refused);
    BOTH(test_injection);
    BOTH(test_sequence);
    BOTH(test_body_where_none_is);
}
