/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits.c: how long the parts of a request may be where nobody changed the registry's values of http.sys: Microsoft's page
 * "Http.sys registry settings for Windows". A machine with others of them fails here.
 */
#include "scene.h"

#define HEAD_MAX 16384 /* MaxRequestBytes, and MaxFieldLength */

static char text[4 * HEAD_MAX];

/* Its length: a target that ends with `filler` characters, a header whose value does. */
static int make_request(USHORT port, const char *path, int filler, const char *header, int header_filler)
{
    int n = sprintf(text, "GET %s", path);

    memset(text + n, 'q', (size_t)filler);
    n += filler;
    n += sprintf(text + n, " HTTP/1.1\r\nHost: localhost:%u\r\n%s", port, header);
    memset(text + n, 'v', (size_t)header_filler);
    n += header_filler;
    return n + sprintf(text + n, *header ? "\r\n\r\n" : "\r\n");
}

static void is_delivered(struct scene *x, int length, const char *what)
{
    static union {
        HTTP_REQUEST_V2 v2;
        char bytes[8 * HEAD_MAX];
    } in;

    send_bytes(x->client, text, length);
    if (!ok(receive_into(x->queue, HTTP_NULL_ID, 0, &in, sizeof in, NULL) == NO_ERROR, "%s isn't delivered", what))
        return scene_reconnect(x);
    scene_answer(x, in.v2.RequestId);
}

/* The page's length tells which it is: facts 7.2. */
static void is_refused(struct scene *x, int length, int status, int page, const char *what)
{
    char answer[4096], value[16];

    send_bytes(x->client, text, length);
    ok(recv_all(x->client, answer, sizeof answer) > 0, "%s: no answer", what);
    ok(answer_status(answer) == status, "%s: status %d", what, answer_status(answer));
    ok(answer_header(answer, "Content-Length", value, sizeof value) > 0 && atoi(value) == page, "%s: a page of %s bytes",
       what, value);
    ok(queue_is_empty(x->queue), "%s is delivered", what);
    scene_reconnect(x);
}

/* "/", n characters, and what is behind them */
static int make_segment(USHORT port, int n, const char *unit, const char *behind)
{
    static char path[8192];
    int i, at = sprintf(path, "/");

    for (i = 0; i < n; i++)
        at += sprintf(path + at, "%s", unit);
    sprintf(path + at, "%s", behind);
    return make_request(port, path, 0, "", 0);
}

/* [doc] UrlSegmentMaxLength: 260 characters between the slashes */
static void test_segment(int version)
{
    static const char *const behind[] = {"", "/", "/b", "%2Fb"};
    struct scene x;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(behind); i++) {
        is_delivered(&x, make_segment(x.port, 260, "a", behind[i]), "a segment of 260");
        is_refused(&x, make_segment(x.port, 261, "a", behind[i]), 400, 324, "a segment of 261");
    }
    /* [own] an escape is one character */
    if (!test_on_windows()) {
        is_delivered(&x, make_segment(x.port, 260, "%61", ""), "a segment of 260 escapes");
        is_refused(&x, make_segment(x.port, 261, "%61", ""), 400, 324, "a segment of 261 escapes");
    }
    scene_close(&x);
}

static int make_segments(USHORT port, int n)
{
    static char path[1024];
    int i, at = 0;

    for (i = 0; i < n; i++)
        at += sprintf(path + at, "/a");
    return make_request(port, path, 0, "", 0);
}

/* [doc] UrlSegmentMaxCount: 255 */
static void test_segments(int version)
{
    struct scene x;

    scene_open(&x, version);
    is_delivered(&x, make_segments(x.port, 255), "a URL of 255 segments");
    is_refused(&x, make_segments(x.port, 256), 400, 324, "a URL of 256 segments");
    scene_close(&x);
}

/* [doc] MaxRequestBytes: request line and headers; the line alone over it has a page of its own */
static void test_head(int version)
{
    struct scene x;
    int rest, line;

    scene_open(&x, version);
    rest = make_request(x.port, "/?", 0, "", 0);
    line = (int)strlen("GET /? HTTP/1.1\r\n");
    is_delivered(&x, make_request(x.port, "/?", HEAD_MAX - rest - 200, "", 0), "a head that is nearly too long");
    is_refused(&x, make_request(x.port, "/?", HEAD_MAX - line - 4, "", 0), 400, 346, "a head with a long URL");
    is_refused(&x, make_request(x.port, "/?", HEAD_MAX - line + 200, "", 0), 414, 329, "a URL that is too long");
    is_refused(&x, make_request(x.port, "/", 0, "X: ", HEAD_MAX), 400, 346, "a head with a long header");
    /* [own] to the byte */
    if (!test_on_windows()) {
        is_delivered(&x, make_request(x.port, "/?", HEAD_MAX - rest, "", 0), "the longest head");
        is_refused(&x, make_request(x.port, "/?", HEAD_MAX - rest + 1, "", 0), 400, 346, "a head with a byte more");
        is_refused(&x, make_request(x.port, "/?", HEAD_MAX - line, "", 0), 400, 346, "the longest request line");
        is_refused(&x, make_request(x.port, "/?", HEAD_MAX - line + 1, "", 0), 414, 329, "one with a byte more");
    }
    scene_close(&x);
}

/* [own] as a request could not have it, so a prefix can't */
static void test_prefixes(int version)
{
    char ascii[512];
    WCHAR url[512];
    struct server server;
    int n, i;

    if (server_start(&server, version))
        for (n = 259; n <= 262; n++) {
            i = sprintf(ascii, "http://localhost:%u/", server.port);
            memset(ascii + i, 'p', (size_t)n);
            strcpy(ascii + i + n, "/");
            for (i = 0; ascii[i]; i++)
                url[i] = (WCHAR)ascii[i];
            url[i] = 0;
            ok_eq(HttpAddUrlToUrlGroup(server.group, url, 0, 0), n > 260 ? ERROR_INVALID_PARAMETER : NO_ERROR);
        }
    server_stop(&server);
}

START_TEST(limits)
{
    BOTH(test_segment);
    BOTH(test_segments);
    BOTH(test_head);
    if (!test_on_windows())
        test_prefixes(2);
}
