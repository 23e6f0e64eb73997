/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peer.c: what Windows does and Wine's own httpapi.dll (8.0) doesn't, as far as no other family has it: each test is a
 * program that broke there.
 */
#include "scene.h"

/* One request with that text reaches the queue; it is answered, and the connection goes on. */
static HTTP_REQUEST_ID take_and_keep(struct scene *x, const char *text)
{
    HTTP_REQUEST_ID id = scene_take(x, text, 0);

    if (id)
        scene_finish(x);
    return id;
}

/* [rfc] Header names in lower case, as Node's fetch sends them: the host is found, and the body's length. */
static void test_lower_case(int version)
{
    struct scene x;
    char body[16];
    ULONG bytes = 0;

    scene_open(&x, version);
    take_and_keep(&x, "GET /foobar HTTP/1.1\r\nhost: localhost:%u\r\n\r\n");
    ok_str(x.in.v1.Headers.KnownHeaders[HttpHeaderHost].pRawValue != NULL ? "there" : "absent", "there");
    scene_take(&x, "POST /foobar HTTP/1.1\r\nhost: localhost:%u\r\ncontent-length: 5\r\n\r\nhello", 0);
    ok_eq(read_body(x.queue, x.in.v1.RequestId, 0, body, sizeof body, &bytes), NO_ERROR);
    ok_eq(bytes, 5);
    scene_finish(&x);
    scene_close(&x);
}

/* [rfc] A verb or a header name that only begins like a known one is another one. */
static void test_beginnings(int version)
{
    const HTTP_REQUEST_HEADERS *h;
    struct scene x;
    int i;

    scene_open(&x, version);
    take_and_keep(&x, "G /foobar HTTP/1.1\r\nHost: localhost:%u\r\nC: v\r\nH: w\r\nContent-Lengt: 5\r\n\r\n");
    h = &x.in.v1.Headers;
    ok_eq(x.in.v1.Verb, HttpVerbUnknown);
    ok_str(x.in.v1.pUnknownVerb, "G");
    if (ok_eq(h->UnknownHeaderCount, 3))
        for (i = 0; i < 3; i++)
            ok_str(h->pUnknownHeaders[i].pName, i == 0 ? "C" : i == 1 ? "H" : "Content-Lengt");
    scene_close(&x);
}

/* [rfc] Empty lines before a request are skipped. */
static void test_empty_lines(int version)
{
    struct scene x;

    scene_open(&x, version);
    take_and_keep(&x, "\r\nGET /foobar HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    take_and_keep(&x, "\r\n\r\nGET /foobar HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    scene_close(&x);
}

/* [own] HTTP/1.0 needs no Host: the address that the request came to stands in. */
static void test_no_host(int version)
{
    struct server server;
    struct receive receive;
    char answer[1024];
    SOCKET s;

    if (test_on_windows() || !server_start_bare(&server, version))
        return;
    ok_eq(version == 1 ? HttpAddUrl(server.queue, make_url("127.0.0.1", server.port, "/"), NULL)
                       : HttpAddUrlToUrlGroup(server.group, make_url("127.0.0.1", server.port, "/"), 0, 0), NO_ERROR);
    s = connect_local(server.port);
    send_text(s, "GET / HTTP/1.0\r\n\r\n");
    ok_eq(respond(server.queue, receive_next(&receive, server.queue), "old"), NO_ERROR);
    ok(recv_all(s, answer, sizeof answer) > 0, "no answer, or no end");
    ok_str(answer_body(answer), "old");
    receive_close(&receive);
    closesocket(s);
    server_stop(&server);
}

/* [rp] The strong wildcard takes a Host without a port, too; there that ended every server. */
static void test_host_without_port(int version)
{
    static const char *const hosts[] = {"localhost", "www.example.com", "127.0.0.1", "[::1]"};
    struct server server;
    struct receive receive;
    const WCHAR *url;
    char answer[1024];
    ULONG error;
    SOCKET s;
    size_t i;

    if (!server_start_bare(&server, version))
        return;
    url = make_url("+", server.port, "/");
    error = version == 1 ? HttpAddUrl(server.queue, url, NULL) : HttpAddUrlToUrlGroup(server.group, url, 0, 0);
    if (error == ERROR_ACCESS_DENIED) {
        skip("no right to register http://+:port/");
    } else if (ok_eq(error, NO_ERROR)) {
        s = connect_local(server.port);
        for (i = 0; i < ARRAYSIZE(hosts); i++) {
            send_text(s, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
            ok_eq(respond(server.queue, receive_next(&receive, server.queue), hosts[i]), NO_ERROR);
            ok(recv_answer(s, answer, sizeof answer) > 0, "no answer for %s", hosts[i]);
            ok_str(answer_body(answer), hosts[i]);
            receive_close(&receive);
        }
        closesocket(s);
    }
    server_stop(&server);
}

/* [rp] All of a large answer comes, though the client begins to read when the send is long under way. */
static void test_late_reader(int version)
{
    enum { BODY = 20 * 1000 * 1000 };
    char *body = malloc(BODY), *got = malloc(BODY + 1);
    struct reply r;
    struct scene x;
    struct call c;
    ULONG error, bytes = 0;
    int i;

    for (i = 0; i < BODY; i++)
        body[i] = (char)(i % 251);
    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    r.chunks[0].FromMemory.pBuffer = body;
    r.chunks[0].FromMemory.BufferLength = BODY;
    call_open(&c);
    error = HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                 &c.overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    ok(recv_long_body(x.client, got, BODY), "the body doesn't come");
    ok(!memcmp(got, body, BODY), "other bytes than sent");
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok(bytes > BODY, "%lu bytes", UL(bytes));
    call_close(&c);
    scene_close(&x);
    free(body);
    free(got);
}

/* [rp] Servers come and go beside others: those on other ports, and on the same port, stay reachable. */
static void test_other_servers(int version)
{
    struct server stays, beside, other;
    SOCKET s;

    if (server_start(&stays, version) && server_start_beside(&beside, &stays) && server_start(&other, version)) {
        ok_eq(server_add(&beside, "/beside/"), NO_ERROR);
        s = connect_local(stays.port);
        exchange(s, stays.port, stays.queue, "/first");
        server_stop(&other);
        server_stop(&beside);
        exchange(s, stays.port, stays.queue, "/second");
        closesocket(s);
        s = connect_local(stays.port);
        exchange(s, stays.port, stays.queue, "/third");
        closesocket(s);
    }
    server_stop(&stays);
}

/* [doc] There are versions 1.0 and 2.0 of the API; a reserved parameter is NULL. */
static void test_initialize(void)
{
    static const HTTPAPI_VERSION others[] = {{0, 0}, {1, 1}, {2, 1}, {3, 0}};
    ULONG reserved = 0;
    size_t i;

    for (i = 0; i < ARRAYSIZE(others); i++)
        ok_eq(HttpInitialize(others[i], HTTP_INITIALIZE_SERVER, NULL), ERROR_REVISION_MISMATCH);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, &reserved), ERROR_INVALID_PARAMETER);
    ok_eq(HttpInitialize(version_2, 0, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, &reserved), ERROR_INVALID_PARAMETER);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

START_TEST(peer)
{
    test_initialize();
    BOTH(test_lower_case);
    BOTH(test_beginnings);
    BOTH(test_empty_lines);
    BOTH(test_no_host);
    BOTH(test_host_without_port);
    BOTH(test_late_reader);
    BOTH(test_other_servers);
}
