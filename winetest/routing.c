/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * routing.c: which queue gets a request, and what the client is told when none does.
 */
#include "server.h"

static ULONG add_at(const struct server *server, const char *host, USHORT port, const char *path)
{
    const WCHAR *url = make_url(host, port, path);

    return server->version == 1 ? HttpAddUrl(server->queue, url, NULL)
                                : HttpAddUrlToUrlGroup(server->group, url, URL_CONTEXT, 0);
}

static ULONG add_for_host(const struct server *server, const char *host, const char *path)
{
    return add_at(server, host, server->port, path);
}

/* [rp] a queue may have URLs on several ports, and gets the requests for all of them */
static void test_several_ports(int version)
{
    struct server server;
    USHORT ports[3];
    SOCKET s;
    int i;

    if (!server_start_bare(&server, version))
        return;
    for (i = 0; i < 3; i++) {
        ports[i] = free_port();
        ok_eq(add_at(&server, "localhost", ports[i], "/"), NO_ERROR);
    }
    for (i = 0; i < 3; i++) {
        s = connect_local(ports[i]);
        exchange(s, ports[i], server.queue, "/");
        closesocket(s);
    }
    server_stop(&server);
}

/* [rp] a receive is legal before there is a URL; one that is added later completes it */
static void test_receive_first(int version)
{
    struct server server;
    struct receive receive;
    SOCKET s;

    if (!server_start_bare(&server, version))
        return;
    receive_init(&receive, server.queue);
    ok_eq(receive_start(&receive, HTTP_NULL_ID, 0), ERROR_IO_PENDING);
    ok_eq(server_add(&server, "/"), NO_ERROR);
    s = connect_local(server.port);
    send_get(s, server.port, "/");
    ok_eq(receive_wait(&receive, DEADLINE), NO_ERROR);
    receive_close(&receive);
    closesocket(s);
    server_stop(&server);
}

/* [rp] the longest prefix wins, across queues that share a port; on one connection each request goes its own way */
static void test_longest_prefix(int version)
{
    struct server root, foo;
    SOCKET s;

    if (server_start(&root, version) && server_start_beside(&foo, &root)) {
        ok_eq(server_add(&foo, "/foobar/foo/"), NO_ERROR);
        s = connect_local(root.port);
        exchange(s, root.port, root.queue, "/foobar");
        exchange(s, root.port, foo.queue, "/foobar/foo/bar");
        exchange(s, root.port, foo.queue, "/foobar/foo");
        exchange(s, root.port, root.queue, "/");
        exchange(s, root.port, foo.queue, "/foobar/foo?a=b");
        /* [doc] whole segments are compared */
        exchange(s, root.port, root.queue, "/foobar/foobar");
        /* [doc] neither the path's nor the host's case matters */
        exchange(s, root.port, foo.queue, "/FOObar/Foo/");
        closesocket(s);
        server_stop(&foo);
    }
    server_stop(&root);
}

/* [net] routing looks at the canonical path: without escapes, dot segments, empty segments and backslashes */
static void test_canonical_path(int version)
{
    static const char *const inside[] = {
        "/base/ball",          "/base/ball/",            "/base%2fball",         "/base%5cball",     "/baSe\\ball",
        "///base//ball",       "/base/call/../ball",     "/base/call//../ball",  "/base/./ball/foo", "/b%61se/ball",
        "/base/call/.%2e/ball", "/x/%2E%2e/base/ball?a", "/base/ball/a/b/c?d=/../e",
    };
    struct server server;
    SOCKET s;
    size_t i;

    if (server_start_bare(&server, version)) {
        ok_eq(server_add(&server, "/base/ball/"), NO_ERROR);
        s = connect_local(server.port);
        for (i = 0; i < ARRAYSIZE(inside); i++)
            exchange(s, server.port, server.queue, inside[i]);
        closesocket(s);
        ok_eq(get_status(server.port, "localhost", "/base/ball/../"), 404);
    }
    server_stop(&server);
}

/* One request for that host is delivered to the queue. */
static void check_delivered(const struct server *server, const char *host, const char *path)
{
    SOCKET s = connect_local(server->port);
    struct receive receive;
    char answer[2048];

    send_text(s, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
    ok_eq(respond(server->queue, receive_next(&receive, server->queue), "pong"), NO_ERROR);
    ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "%s%s", host, path);
    receive_close(&receive);
    closesocket(s);
}

/* [rp] the strong wildcard gets requests for localhost, [doc] and for any other host */
static void test_strong_wildcard(int version)
{
    struct server server;
    char host[32];
    ULONG error;

    if (!server_start_bare(&server, version))
        return;
    error = add_for_host(&server, "+", "/");
    if (error == ERROR_ACCESS_DENIED) {
        skip("no right to register http://+:port/");
    } else if (ok_eq(error, NO_ERROR)) {
        snprintf(host, sizeof host, "localhost:%u", server.port);
        check_delivered(&server, host, "/");
        check_delivered(&server, "localhost", "/foobar");
        check_delivered(&server, "www.example.com", "/");
        check_delivered(&server, "127.0.0.1", "/");
    }
    server_stop(&server);
}

/* [doc] the strong wildcard comes before names, those before addresses, those before the weak wildcard */
static void test_host_order(int version)
{
    static const char *const hosts[] = {"+", "localhost", "127.0.0.1", "*"};
    struct server servers[4];
    int i;

    if (!server_start_bare(&servers[0], version))
        return;
    for (i = 1; i < 4; i++)
        server_start_beside(&servers[i], &servers[0]);
    /* the longest path doesn't help a class that comes later */
    if (add_for_host(&servers[0], hosts[0], "/foo/") == ERROR_ACCESS_DENIED ||
        add_for_host(&servers[3], hosts[3], "/foo/bar/") == ERROR_ACCESS_DENIED) {
        skip("no right to register wildcards");
    } else {
        ok_eq(add_for_host(&servers[1], hosts[1], "/"), NO_ERROR);
        ok_eq(add_for_host(&servers[2], hosts[2], "/"), NO_ERROR);
        ok_eq(add_for_host(&servers[3], hosts[3], "/"), NO_ERROR);
        check_delivered(&servers[0], "localhost", "/foo/bar/");
        check_delivered(&servers[1], "localhost", "/bar");
        check_delivered(&servers[1], "LocalHost", "/");
        check_delivered(&servers[2], "127.0.0.1", "/bar");
        /* the address is that of the connection, whatever the client calls the host */
        check_delivered(&servers[2], "www.example.com", "/");
    }
    for (i = 3; i >= 0; i--)
        server_stop(&servers[i]);
}

/* [doc] a weak wildcard gets what nothing else matches */
static void test_weak_wildcard(int version)
{
    struct server named, weak;
    ULONG error;

    if (server_start(&named, version) && server_start_beside(&weak, &named)) {
        error = add_for_host(&weak, "*", "/");
        if (error == ERROR_ACCESS_DENIED) {
            skip("no right to register http://*:port/");
        } else if (ok_eq(error, NO_ERROR)) {
            check_delivered(&named, "localhost", "/");
            check_delivered(&weak, "www.example.com", "/");
        }
        server_stop(&weak);
    }
    server_stop(&named);
}

static void test_nobody(int version)
{
    struct server server;
    SOCKET s;

    if (server_start_bare(&server, version)) {
        ok_eq(server_add(&server, "/foo/"), NO_ERROR);
        /* [doc] a host that nobody registered */
        ok_eq(get_status(server.port, "www.example.com", "/foo/"), 400);
        /* [net] a path that nobody registered */
        ok_eq(get_status(server.port, "localhost", "/"), 404);
        ok_eq(get_status(server.port, "localhost", "/fo"), 404);
        ok_eq(get_status(server.port, "localhost", "/foobar/"), 404);
        ok_eq(get_status(server.port, "localhost", "/foo/../"), 404);
        ok(queue_is_empty(server.queue), "one of them was delivered");
        s = connect_local(server.port);
        exchange(s, server.port, server.queue, "/foo/");
        closesocket(s);
    }
    server_stop(&server);
}

/* [doc] a URL that is removed gets nothing any more; the next shorter one does */
static void test_after_remove(int version)
{
    struct server server, foo;
    SOCKET s;

    if (server_start(&server, version) && server_start_beside(&foo, &server)) {
        ok_eq(server_add(&foo, "/foo/"), NO_ERROR);
        s = connect_local(server.port);
        exchange(s, server.port, foo.queue, "/foo/");
        ok_eq(server_remove(&foo, "/foo/"), NO_ERROR);
        exchange(s, server.port, server.queue, "/foo/");
        closesocket(s);
        server_stop(&foo);
    }
    server_stop(&server);
}

START_TEST(routing)
{
    int version;

    for (version = 1; version <= 2; version++) {
        test_several_ports(version);
        test_receive_first(version);
        test_longest_prefix(version);
        test_canonical_path(version);
        test_strong_wildcard(version);
        test_host_order(version);
        test_weak_wildcard(version);
        test_nobody(version);
        test_after_remove(version);
    }
}
