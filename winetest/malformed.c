/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * malformed.c: what a client that doesn't speak HTTP is told.
 */
#include "server.h"

static int contains(const char *answer, const char *name, const char *value)
{
    char text[128];

    return answer_header(answer, name, text, sizeof text) >= 0 && !strcmp(text, value);
}

/* [rp] one bad line is enough for a 400, which comes in one piece and announces the end of the connection; the end is
 * a graceful one: what the client still sends is taken, and it reads an end of stream */
static void test_one_line(int version)
{
    struct server server;
    char answer[4096], length[16];
    SOCKET s;
    int got;

    if (!server_start(&server, version))
        return;
    s = connect_local(server.port);
    send_text(s, "foo\r\n");
    got = recv_once(s, answer, sizeof answer);
    ok(got > 0 && !strncmp(answer, "HTTP/1.1 400 Bad Request\r\n", 26), "got %d bytes: %.40s", got, answer);
    ok(contains(answer, "Connection", "close"), "no `Connection: close`");
    ok(answer_header(answer, "Content-Length", length, sizeof length) > 0, "no Content-Length");
    ok_eq(strlen(answer_body(answer)), atoi(length));
    send_text(s, "bar\r\n");
    ok_eq(recv_once(s, answer, sizeof answer), 0);
    /* [own] nor does that make the server reset the connection */
    if (!test_on_windows())
        send_text(s, "bar\r\n");
    closesocket(s);
    ok(queue_is_empty(server.queue), "it was delivered");
    server_stop(&server);
}

/* [own] what the server hasn't read doesn't turn the end into a reset, which would take the answer along */
static void test_much_more(int version)
{
    struct server server;
    char *text, answer[4096];
    SOCKET s;

    if (!server_start(&server, version))
        return;
    text = malloc(100000);
    memset(text, 'x', 100000);
    memcpy(text, "foo\r\n", 5);
    s = connect_local(server.port);
    send_bytes(s, text, 100000);
    ok(recv_all(s, answer, sizeof answer) > 0, "no end of stream");
    ok_eq(answer_status(answer), 400);
    closesocket(s);
    free(text);
    server_stop(&server);
}

struct bad {
    const char *text;
    int length;
    int status;
};

/* A request line and, behind the Host header, more headers; NULs are part of it. */
#define BAD(status, line, headers) \
    {line "\r\nHost: localhost\r\n" headers "\r\n", sizeof(line "\r\nHost: localhost\r\n" headers "\r\n") - 1, status}
#define BAD_LINE(line) BAD(400, line, "")
#define BAD_HEADER(headers) BAD(400, "GET / HTTP/1.1", headers)

/* [net] */
static const struct bad bad_requests[] = {
    BAD_LINE("NoSpaces"),
    BAD_LINE("Two Spaces"),
    BAD_LINE("Lots Of Extra Spaces"),
    BAD_LINE("GET / http/1.1"),
    BAD_LINE("GET / a\0bc/1.1"),
    BAD_LINE("GET / 12345678"),
    BAD_LINE("GET / HTTP/0.1"),
    BAD_LINE("GET / HTTP/1.1.1"),
    BAD_LINE("GET / HTTP/aaa"),
    BAD_LINE("G\0T / HTTP/1.1"),
    BAD_LINE("G\xc3\xa9T / HTTP/1.1"),
    BAD(505, "GET / HTTP/2.2", ""),
    BAD(505, "GET / HTTP/2.0", ""),
    BAD(505, "GET / HTTP/3.0", ""),
    BAD_HEADER("Content-Length: -10\r\n"),
    BAD_HEADER("Content-Length: -9223372036854775809\r\n"),
    BAD_HEADER("Content-Length: 1\r\nContent-Length: 2\r\n"),
    BAD_HEADER("NoValue\r\n"),
    BAD_HEADER(":\r\n"),
    BAD_HEADER("\0:value\r\n"),
    BAD_HEADER("name:value\0\r\n"),
    BAD(501, "GET / HTTP/1.1", "Transfer-Encoding: garbage\r\n"),
    BAD(501, "POST / HTTP/1.1", "Transfer-Encoding: garbage\r\n"),
    BAD(501, "POST / HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    /* Recordings of IIS (restlet-framework-java issue 1055, dotnet/aspnetcore issue 20388). */
    BAD_HEADER("User-Agent: Jetty/9.2.6\r\nUser-Agent: Restlet/2.3.1\r\n"),
    BAD_HEADER("Accept-Encoding: application/gzip, gzip, deflate\r\n"),
    BAD(411, "POST / HTTP/1.1", ""),
    BAD(411, "PUT / HTTP/1.1", ""),
    BAD_LINE("GET /path% HTTP/1.1"),
    BAD_LINE("GET /path%XY HTTP/1.1"),
    BAD_LINE("GET /path with spaces HTTP/1.1"),
    BAD_LINE("GET /path%00 HTTP/1.1"),
    BAD_LINE("GET /path%1F HTTP/1.1"),
    BAD_LINE("GET http://localhost?query=value/1/2 HTTP/1.1"),
    BAD(403, "GET /a/../../b HTTP/1.1", ""),
};

#define RAW(text) {text, sizeof text - 1, 400}

/* [net] [rfc] HTTP/1.1 needs a host */
static const struct bad bad_hosts[] = {
    RAW("GET / HTTP/1.1\r\n\r\n"),
    RAW("GET / HTTP/1.1\r\nHost: \r\n\r\n"),
};

static void check_refused(USHORT port, const struct bad *bad)
{
    SOCKET s = connect_local(port);
    char answer[4096];

    send_bytes(s, bad->text, bad->length);
    ok(recv_answer(s, answer, sizeof answer) > 0, "no answer for %s", bad->text);
    ok(answer_status(answer) == bad->status, "%d for %s", answer_status(answer), bad->text);
    ok(contains(answer, "Connection", "close"), "no `Connection: close` for %s", bad->text);
    ok(is_closed(s), "the connection stays open after %s", bad->text);
    closesocket(s);
}

/* [net] none of these characters is part of a verb */
static void check_separators(USHORT port)
{
    static const char separators[] = "()<>@,;:\\\"/[]?={}";
    struct bad bad = {NULL, 0, 400};
    char text[64];
    int i;

    for (i = 0; separators[i]; i++) {
        bad.length = snprintf(text, sizeof text, "%c / HTTP/1.1\r\nHost: localhost\r\n\r\n", separators[i]);
        bad.text = text;
        check_refused(port, &bad);
    }
}

/* [rec] the lengths of recorded pages; tests/wire has them byte for byte */
static void check_pages(USHORT port)
{
    static const struct {
        const char *text, *length;
    } pages[] = {
        {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", "311"},
        {"( / HTTP/1.1\r\n", "326"},
        {"GET /% HTTP/1.1\r\nHost: localhost\r\n\r\n", "324"},
        {"GET / HTTP/1.1\r\nHost: not-ours\r\n\r\n", "334"},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nNoValue\r\n\r\n", "339"},
        {"GET /a/../../b HTTP/1.1\r\nHost: localhost\r\n\r\n", "312"},
        {"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", "344"},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", "343"},
    };
    char answer[4096];

    for (size_t i = 0; i < ARRAYSIZE(pages); i++) {
        SOCKET s = connect_local(port);

        send_bytes(s, pages[i].text, (int)strlen(pages[i].text));
        ok(recv_answer(s, answer, sizeof answer) > 0, "no answer for %s", pages[i].text);
        ok(contains(answer, "Content-Length", pages[i].length), "%s: %.400s", pages[i].text, answer);
        ok(contains(answer, "Content-Type", "text/html; charset=us-ascii"), "%s: %.400s", pages[i].text, answer);
        closesocket(s);
    }
}

static void test_refused(int version)
{
    struct server server;
    size_t i;

    if (server_start(&server, version)) {
        for (i = 0; i < ARRAYSIZE(bad_requests); i++)
            check_refused(server.port, &bad_requests[i]);
        for (i = 0; i < ARRAYSIZE(bad_hosts); i++)
            check_refused(server.port, &bad_hosts[i]);
        check_separators(server.port);
        check_pages(server.port);
        ok(queue_is_empty(server.queue), "one of them was delivered");
    }
    server_stop(&server);
}

START_TEST(malformed)
{
    int version;

    for (version = 1; version <= 2; version++) {
        test_one_line(version);
        if (!test_on_windows())
            test_much_more(version);
        test_refused(version);
    }
}
