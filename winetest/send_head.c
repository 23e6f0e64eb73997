/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send_head.c: the head of a response: status line and headers.
 */
#include "sending.h"

#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"

#define TEXT_MAX 4096

/* The response to the request in hand, and what the client gets. */
static void answer(struct scene *x, struct reply *r, char text[TEXT_MAX])
{
    ok_eq(reply_send(x->queue, x->in.v1.RequestId, 0, r, NULL), NO_ERROR);
    ok(recv_answer(x->client, text, TEXT_MAX) > 0, "no answer");
}

/* [rp] The Date header is the API's: always there, once, also when the program brings one. */
static void test_date(int version)
{
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderDate, "yesterday");
    answer(&x, &r, text);
    ok_eq(count_of(text, "\r\nDate: "), 1);
    ok_eq(strlen(value_of(text, "Date")), strlen("Sun, 06 Nov 1994 08:49:37 GMT"));
    ok(!strstr(text, "yesterday"), "got %s", text);
    scene_close(&x);
}

/* [rp] The version in the structure doesn't matter; a reason may be missing, and its blank stays. */
static void test_status_line(int version)
{
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 999, "");
    r.response.Version.MajorVersion = 1;
    answer(&x, &r, text);
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
    char text[TEXT_MAX];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = 3;
    r.response.Headers.pUnknownHeaders = unknown;
    reply_header(&r, HttpHeaderContentType, "text/plain");
    reply_header(&r, HttpHeaderLocation, "");
    answer(&x, &r, text);
    ok(strstr(text, "\r\nName1: Value1\r\nName2: Value2\r\nName3: \r\n") != NULL, "got %s", text);
    ok_str(value_of(text, "Content-Type"), "text/plain");
    ok_str(value_of(text, "Location"), "(none)");
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
    char text[TEXT_MAX], expected[512];

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
             value_of(text, "Date"));
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
    char text[TEXT_MAX];
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
    char text[TEXT_MAX];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &unknown;
    answer(&x, &r, text);
    ok_str(value_of(text, "Connection"), "Upgrade");
    scene_take(&x, GET_FOOBAR, 0);
    unknown.RawValueLength = 5;
    unknown.pRawValue = "close";
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    check_ends(&x);
    scene_close(&x);
}

/* [doc] A Server header of the program's gets the API's name appended. */
static void test_server_header(int version)
{
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderServer, "mine");
    answer(&x, &r, text);
    ok_str(value_of(text, "Server"), "mine Microsoft-HTTPAPI/2.0");
    ok_eq(count_of(text, "\r\nServer: "), 1);
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
    char text[TEXT_MAX];

    reply_multiple(&r, &info, &multiple, HttpHeaderWwwAuthenticate, values, 3);
    multiple.Flags = HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER;
    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    answer(&x, &r, text);
    ok(strstr(text, "\r\nWWW-Authenticate: a\r\nWWW-Authenticate: b\r\n") != NULL, "got %s", text);
    ok_eq(count_of(text, "WWW-Authenticate"), 2);
    check_alive(&x);
    scene_close(&x);
}

/* [rp] Bytes above 127 go out as they are. */
static void test_eight_bits(int version)
{
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderEtag, "\"\xc3\xa4\xff\"");
    answer(&x, &r, text);
    ok_str(value_of(text, "ETag"), "\"\xc3\xa4\xff\"");
    scene_close(&x);
}

/* [doc] Challenges without PRESERVE_ORDER come strongest first, others behind them; with it, as they are given. */
static void v2_test_challenges(void)
{
    HTTP_KNOWN_HEADER values[] = {{13, "Basic realm=x"}, {6, "Custom"}, {6, "digest"}, {9, "Negotiate"}, {4, "NTLM"}};
    static const struct {
        ULONG flags;
        const char *expected;
    } cases[] = {{0, "\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: digest\r\n"
                     "WWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Custom\r\n"},
                 {HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER,
                  "\r\nWWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Custom\r\nWWW-Authenticate: digest\r\n"
                  "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n"}};
    HTTP_MULTIPLE_KNOWN_HEADERS multiple;
    HTTP_RESPONSE_INFO info;
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];
    size_t i;

    scene_open(&x, 2);
    for (i = 0; i < ARRAYSIZE(cases); i++) {
        reply_multiple(&r, &info, &multiple, HttpHeaderWwwAuthenticate, values, ARRAYSIZE(values));
        multiple.Flags = cases[i].flags;
        scene_take(&x, GET_FOOBAR, 0);
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
        ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
        ok(strstr(text, cases[i].expected) != NULL, "got %s", text);
        ok_eq(count_of(text, "WWW-Authenticate"), ARRAYSIZE(values));
    }
    scene_close(&x);
}

/* [net] Any known header may be given several times, beside its single value; none keep their order. */
static void v2_test_multiple_others(void)
{
    HTTP_KNOWN_HEADER values[] = {{1, "b"}, {1, "a"}};
    HTTP_MULTIPLE_KNOWN_HEADERS multiple;
    HTTP_RESPONSE_INFO info;
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];

    scene_open(&x, 2);
    reply_multiple(&r, &info, &multiple, HttpHeaderSetCookie, values, 2);
    reply_header(&r, HttpHeaderSetCookie, "first");
    reply_unknown(&r, "X-Last", "1");
    scene_take(&x, GET_FOOBAR, 0);
    answer(&x, &r, text);
    ok(strstr(text, "\r\nSet-Cookie: first\r\nServer: Microsoft-HTTPAPI/2.0\r\nX-Last: 1\r\nSet-Cookie: b\r\n"
                    "Set-Cookie: a\r\nDate: ") != NULL,
       "got %s", text);
    /* What the API keeps for itself doesn't get out in this way either. */
    values[1].pRawValue = "Close";
    values[1].RawValueLength = 5;
    reply_multiple(&r, &info, &multiple, HttpHeaderConnection, values, 2);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    check_ends(&x);
    reply_multiple(&r, &info, &multiple, HttpHeaderDate, values, 2);
    scene_take(&x, GET_FOOBAR, 0);
    answer(&x, &r, text);
    ok_eq(count_of(text, "\r\nDate: "), 1);
    ok_eq(strlen(value_of(text, "Date")), strlen(MODIFIED));
    scene_close(&x);
}

/* [doc] ResponseInfo that can't be used is refused, and the request can be answered afterwards. */
static void v2_test_bad_info(void)
{
    HTTP_KNOWN_HEADER value = {1, "a"};
    HTTP_MULTIPLE_KNOWN_HEADERS multiple;
    HTTP_RESPONSE_INFO info;
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, 2);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_multiple(&r, &info, &multiple, HttpHeaderResponseMaximum, &value, 1);
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    reply_multiple(&r, &info, &multiple, HttpHeaderVia, NULL, 1);
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    reply_multiple(&r, &info, &multiple, HttpHeaderVia, &value, 1);
    info.Length = sizeof multiple - 1;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    info.Length = sizeof multiple;
    info.pInfo = NULL;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    info.pInfo = &multiple;
    info.Type = 99;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    info.Type = HttpResponseInfoTypeMultipleKnownHeaders;
    r.response.pResponseInfo = NULL;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] The known headers go out in the order of their numbers, whatever the order they are set in. */
static void test_known_order(int version)
{
    static const HTTP_HEADER_ID ids[] = {HttpHeaderWwwAuthenticate, HttpHeaderCacheControl, HttpHeaderVary,
                                         HttpHeaderContentType, HttpHeaderEtag, HttpHeaderLastModified, HttpHeaderAllow,
                                         HttpHeaderServer};
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];
    size_t i;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    for (i = 0; i < ARRAYSIZE(ids); i++)
        reply_header(&r, ids[i], "v");
    answer(&x, &r, text);
    ok(strstr(text, "HTTP/1.1 200 OK\r\nCache-Control: v\r\nAllow: v\r\nContent-Type: v\r\nLast-Modified: v\r\nETag: v\r\n"
                    "Server: v Microsoft-HTTPAPI/2.0\r\nVary: v\r\nWWW-Authenticate: v\r\nDate: ") == text,
       "got %s", text);
    scene_close(&x);
}

/* [net] Connection belongs to the API: of a known one only "close" counts, alone or in a list. */
static void test_known_connection(int version)
{
    static const char *const ignored[] = {"keep-alive", "Upgrade", "closed", "x, y"};
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(ignored); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, 200, "OK");
        reply_header(&r, HttpHeaderConnection, ignored[i]);
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
        ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
        ok_str(value_of(text, "Connection"), "(none)");
    }
    scene_take(&x, GET_FOOBAR, 0);
    reply_header(&r, HttpHeaderConnection, "Upgrade, CLOSE");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
    check_ends(&x);
    scene_close(&x);
}

/* [doc] Flags of the structure are hints for the cache; its version means nothing. */
static void test_ignored_members(int version)
{
    static const ULONG flags[] = {HTTP_RESPONSE_FLAG_MULTIPLE_ENCODINGS_AVAILABLE,
                                  HTTP_RESPONSE_FLAG_MORE_ENTITY_BODY_EXISTS};
    struct reply r;
    struct scene x;
    char text[TEXT_MAX];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(flags); i++) {
        scene_take(&x, GET_FOOBAR, 0);
        reply_init(&r, 200, "OK");
        r.response.Flags = flags[i];
        r.response.Version.MajorVersion = 9;
        reply_text(&r, "pong");
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), NO_ERROR);
        ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
        ok(!strncmp(text, "HTTP/1.1 200 OK\r\n", 17), "got %s", text);
        ok_str(answer_body(text), "pong");
    }
    scene_close(&x);
}

/* [doc] A status is three digits. */
static void test_status_range(int version)
{
    static const USHORT bad[] = {0, 1, 99, 1000, 65535};
    struct reply r;
    struct scene x;
    HTTP_REQUEST_ID id;
    size_t i;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    for (i = 0; i < ARRAYSIZE(bad); i++) {
        reply_init(&r, bad[i], "-");
        ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    }
    /* Unknown headers that are counted and not there. */
    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = 1;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    reply_unknown(&r, "", "a header without a name");
    r.response.Headers.UnknownHeaderCount = 1;
    ok_eq(reply_send(x.queue, id, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    scene_finish(&x);
    scene_close(&x);
}

/* [own] A head of any size, and values of all the length that the structure can say. */
static void test_large_head(int version)
{
    enum { LONGEST = 65535 };
    char *value = malloc(LONGEST + 1), *text = malloc(4 * LONGEST);
    struct reply r;
    struct scene x;
    ULONG bytes = 0;

    memset(value, 'v', LONGEST);
    value[LONGEST] = 0;
    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, value);
    reply_header(&r, HttpHeaderLocation, value);
    reply_unknown(&r, "X", value);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, &bytes), NO_ERROR);
    ok_eq(recv_until(x.client, text, 4 * LONGEST, "\r\n\r\n"), bytes);
    ok(bytes > 3 * LONGEST, "only %lu bytes", UL(bytes));
    check_alive(&x);
    free(value);
    free(text);
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

START_TEST(send_head)
{
    BOTH(test_status_line);
    BOTH(test_date);
    BOTH(test_headers);
    BOTH(test_order);
    BOTH(test_sizes);
    BOTH(test_unknown_connection);
    BOTH(test_server_header);
    v2_test_multiple_headers();
    v2_test_challenges();
    v2_test_multiple_others();
    v2_test_bad_info();
    BOTH(test_known_order);
    BOTH(test_known_connection);
    BOTH(test_ignored_members);
    BOTH(test_status_range);
    BOTH(test_eight_bits);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_injection);
    BOTH(test_large_head);
}
