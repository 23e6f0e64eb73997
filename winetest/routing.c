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

/* One request; the context of the URL that it was routed to, or -1. */
static HTTP_URL_CONTEXT context_of(const struct server *server, const char *path)
{
    SOCKET s = connect_local(server->port);
    HTTP_URL_CONTEXT context = (HTTP_URL_CONTEXT)-1;
    struct receive receive;
    char answer[2048];

    send_get(s, server->port, path);
    if (ok_eq(respond(server->queue, receive_next(&receive, server->queue), "pong"), NO_ERROR)) {
        context = receive.data.request.UrlContext;
        ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "no answer for %s", path);
    }
    receive_close(&receive);
    closesocket(s);
    return context;
}

/* [net] the longest prefix of one group gives its context */
static void test_v2_contexts(void)
{
    static const char *const prefixes[] = {"/", "/11", "/2/3", "/2", "/11/2"};
    static const struct {
        const char *path;
        int prefix;
    } requests[] = {{"/", 1}, {"/1", 1}, {"/111", 1}, {"/11", 2}, {"/11/", 2}, {"/11/3", 2}, {"/2", 4}, {"/2/33", 4},
                    {"/2/3", 3}, {"/2/3?/4", 3}, {"/11/2/4", 5}, {"/11//2", 5}, {"/2/3/..", 4}, {"/22", 1}};
    struct server server;
    size_t i;

    if (server_start_bare(&server, 2)) {
        for (i = 0; i < ARRAYSIZE(prefixes); i++) {
            char path[16];

            snprintf(path, sizeof path, "%s%s", prefixes[i], i ? "/" : "");
            ok_eq(HttpAddUrlToUrlGroup(server.group, local_url(server.port, path), i + 1, 0), NO_ERROR);
        }
        for (i = 0; i < ARRAYSIZE(requests); i++)
            ok(context_of(&server, requests[i].path) == (HTTP_URL_CONTEXT)requests[i].prefix, "%s", requests[i].path);
    }
    server_stop(&server);
}

#define MANY 10000

/* A group may have thousands; each is found, and all go at once */
static void test_v2_many_urls(void)
{
    struct server server;
    char path[32];
    ULONG error;
    int i;

    if (server_start_bare(&server, 2)) {
        for (i = 0, error = NO_ERROR; i < MANY && !error; i++) {
            snprintf(path, sizeof path, "/%d/%d/", i % 100, i);
            error = HttpAddUrlToUrlGroup(server.group, local_url(server.port, path), i, 0);
        }
        ok(error == NO_ERROR, "number %d: %lu", i, UL(error));
        for (i = 0; i < MANY; i += MANY / 20 - 1) {
            snprintf(path, sizeof path, "/%d/%d/%d", i % 100, i, i);
            ok(context_of(&server, path) == (HTTP_URL_CONTEXT)i, "number %d", i);
        }
        ok_eq(get_status(server.port, "localhost", "/1/2"), 404);
        ok_eq(HttpRemoveUrlFromUrlGroup(server.group, NULL, HTTP_URL_FLAG_REMOVE_ALL), NO_ERROR);
        ok_eq(server_add(&server, "/1/101/"), NO_ERROR);
        ok_eq(get_status(server.port, "localhost", "/2/102"), 404);
        ok(context_of(&server, "/1/101") == URL_CONTEXT, "not the new one");
    }
    server_stop(&server);
}

/* [doc] no queue at the group that is matched: 503; that doesn't change what is said of other paths and hosts */
static void test_v2_without_queue(void)
{
    struct server server;

    if (server_start_bare(&server, 2)) {
        ok_eq(server_add(&server, "/foo/"), NO_ERROR);
        ok_eq(bind_group(server.group, NULL), NO_ERROR);
        ok_eq(get_status(server.port, "localhost", "/foo/"), 503);
        ok_eq(get_status(server.port, "localhost", "/foo/bar?baz"), 503);
        ok_eq(get_status(server.port, "localhost", "/bar/"), 404);
        ok_eq(get_status(server.port, "www.example.com", "/foo/"), 400);
        ok_eq(bind_group(server.group, server.queue), NO_ERROR);
        check_delivered(&server, "localhost", "/foo/");
    }
    server_stop(&server);
}

/* [doc] since Windows 10: the leftmost label may be an asterisk, [net] which stands for one label */
static void test_domain(int version)
{
    struct server domain, name;
    ULONG error;

    if (server_start_bare(&domain, version) && server_start_beside(&name, &domain)) {
        error = add_for_host(&domain, "*.example.com", "/");
        if (error && test_on_windows()) {
            skip("*.example.com: %lu", UL(error));
        } else if (ok_eq(error, NO_ERROR)) {
            ok_eq(add_for_host(&name, "www.example.com", "/foo/"), NO_ERROR);
            check_delivered(&domain, "intranet.example.com", "/");
            check_delivered(&domain, "BLOGS.Example.COM", "/foo/");
            check_delivered(&name, "www.example.com", "/foo/");
            check_delivered(&domain, "www.example.com", "/");
            ok_eq(get_status(domain.port, "example.com", "/"), 400);
            ok_eq(get_status(domain.port, "a.b.example.com", "/"), 400);
            ok_eq(get_status(domain.port, "www.example.org", "/"), 400);
        }
        server_stop(&name);
    }
    server_stop(&domain);
}

/* [doc] a name in another script is registered as it is read, and asked for as it is encoded */
static void test_other_scripts(int version)
{
    struct server server;
    ULONG error;

    if (server_start_bare(&server, version)) {
        error = add_for_host(&server, "m\xc3\xbcller.example", "/");
        if (error == ERROR_ACCESS_DENIED) {
            skip("no right to register that name");
        } else if (ok_eq(error, NO_ERROR)) {
            check_delivered(&server, "xn--mller-kva.example", "/");
            check_delivered(&server, "XN--Mller-KVA.Example:80", "/");
            ok_eq(get_status(server.port, "muller.example", "/"), 400);
        }
        /* [own] the other way round, and in UTF-8 */
        if (!test_on_windows()) {
            check_delivered(&server, "m\xc3\xbcller.example", "/");
            check_delivered(&server, "M\xc3\x9cLLER.example", "/");
            ok_eq(add_for_host(&server, "xn--bcher-kva.example", "/"), NO_ERROR);
            check_delivered(&server, "b\xc3\xbc" "cher.example", "/");
            check_delivered(&server, "xn--bcher-kva.example", "/");
        }
    }
    server_stop(&server);
}

/* INVALID_SOCKET when there is no IPv6 here. */
static SOCKET connect_ipv6(USHORT port)
{
    SOCKET s = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 address;

    memset(&address, 0, sizeof address);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr.s6_addr[15] = 1;
    if (s != INVALID_SOCKET && connect(s, (struct sockaddr *)&address, sizeof address)) {
        closesocket(s);
        return INVALID_SOCKET;
    }
    return s;
}

/* The next request on the connection, for that host, is the queue's. */
static void check_on(SOCKET s, const struct server *server, const char *host)
{
    struct receive receive;
    char answer[2048];

    send_text(s, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    ok_eq(respond(server->queue, receive_next(&receive, server->queue), "pong"), NO_ERROR);
    ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "no answer for %s", host);
    receive_close(&receive);
}

/* [net] localhost is ::1, too. [doc] an IPv6 address in a prefix; [own] in whatever spelling it is asked for */
static void test_ipv6(int version)
{
    struct server name, address;
    SOCKET s;

    if (server_start(&name, version) && server_start_beside(&address, &name)) {
        s = connect_ipv6(name.port);
        if (s == INVALID_SOCKET) {
            skip("no IPv6 here");
        } else {
            check_on(s, &name, "localhost");
            ok_eq(add_for_host(&address, "[::1]", "/"), NO_ERROR);
            check_on(s, &name, "localhost");
            check_on(s, &address, "[::1]");
            if (!test_on_windows()) {
                check_on(s, &address, "[0:0:0:0:0:0:0:1]:80");
                check_on(s, &address, "www.example.com");
            }
            closesocket(s);
        }
        server_stop(&address);
    }
    server_stop(&name);
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
        test_domain(version);
        test_other_scripts(version);
        test_ipv6(version);
    }
    test_v2_contexts();
    test_v2_many_urls();
    test_v2_without_queue();
}
