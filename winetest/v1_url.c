/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * v1_url.c: HttpAddUrl and HttpRemoveUrl.
 */
#include "server.h"

static void test_arguments(void)
{
    struct server server;
    ULONG error;
    int i;

    if (server_start_bare(&server, 1)) {
        /* [rp] no queue is a bad handle; before Windows Vista a bad parameter */
        error = HttpAddUrl(NULL, local_url(server.port, "/"), NULL);
        ok(error == ERROR_INVALID_HANDLE || broken(error == ERROR_INVALID_PARAMETER), "got %lu", UL(error));

        /* [rp] the scheme, the port and the slash behind it must be there */
        for (i = 0; i < MALFORMED_URLS; i++)
            ok(HttpAddUrl(server.queue, malformed_urls[i], NULL) == ERROR_INVALID_PARAMETER, "malformed URL %d", i);

        /* [rp] no query belongs to a prefix */
        ok_eq(server_add(&server, "/barfoo?a=b"), ERROR_INVALID_PARAMETER);
    }
    server_stop(&server);
}

static void test_again(void)
{
    struct server server, other;

    if (server_start_bare(&server, 1) && server_start_beside(&other, &server)) {
        ok_eq(server_add(&server, "/barfoo/"), NO_ERROR);
        /* [rp] a URL is taken once, by this queue or another */
        ok_eq(server_add(&server, "/barfoo/"), ERROR_ALREADY_EXISTS);
        ok_eq(server_add(&other, "/barfoo/"), ERROR_ALREADY_EXISTS);
        /* [rp] the last slash is not significant */
        ok_eq(server_add(&server, "/barfoo"), ERROR_ALREADY_EXISTS);
        /* [rp] the query is looked at before the conflict */
        ok_eq(server_add(&server, "/barfoo?a=b"), ERROR_INVALID_PARAMETER);
        /* [own] a path without a last slash is taken when there is no conflict */
        if (!test_on_windows())
            ok_eq(server_add(&server, "/foobar"), NO_ERROR);
        server_stop(&other);
    }
    server_stop(&server);
}

/* [rp] a port that a foreign socket holds is shared with nobody, whether or not the socket listens */
static void test_port_taken(void)
{
    USHORT taken;
    SOCKET s = hold_port(&taken);
    struct server server;

    if (server_start_bare(&server, 1)) {
        ok_eq(HttpAddUrl(server.queue, local_url(taken, "/"), NULL), ERROR_SHARING_VIOLATION);
        closesocket(s);
        ok_eq(HttpAddUrl(server.queue, local_url(taken, "/"), NULL), NO_ERROR);
    } else {
        closesocket(s);
    }
    server_stop(&server);
}

/* [rp] the strong wildcard needs rights; it gets the requests for any host, and has to share no port either */
static void test_strong_wildcard(void)
{
    struct server server;
    USHORT taken;
    ULONG error;
    SOCKET s;

    if (!server_start_bare(&server, 1))
        return;
    error = HttpAddUrl(server.queue, make_url("+", server.port, "/"), NULL);
    if (error == ERROR_ACCESS_DENIED) {
        skip("no right to register http://+:port/");
    } else if (ok_eq(error, NO_ERROR)) {
        s = connect_local(server.port);
        exchange(s, server.port, server.queue, "/foobar");
        closesocket(s);
        s = hold_port(&taken);
        ok_eq(HttpAddUrl(server.queue, make_url("+", taken, "/"), NULL), ERROR_SHARING_VIOLATION);
        closesocket(s);
    }
    server_stop(&server);
}

static void test_remove(void)
{
    struct server server;

    if (server_start(&server, 1)) {
        /* [rp] no queue is a bad parameter here, unlike in HttpAddUrl */
        ok_eq(HttpRemoveUrl(NULL, local_url(server.port, "/")), ERROR_INVALID_PARAMETER);
        ok_eq(server_remove(&server, "/"), NO_ERROR);
        ok_eq(server_remove(&server, "/"), ERROR_FILE_NOT_FOUND);
        ok_eq(server_add(&server, "/"), NO_ERROR);
    }
    server_stop(&server);
}

/* [rp] a URL can be removed while a connection that used it stays open */
static void test_remove_in_use(void)
{
    struct server server;
    SOCKET s;

    if (!server_start(&server, 1))
        return;
    s = connect_local(server.port);
    exchange(s, server.port, server.queue, "/");
    ok_eq(server_remove(&server, "/"), NO_ERROR);
    ok(is_quiet(s, QUIET), "removing the URL ended the connection");
    ok_eq(server_remove(&server, "/"), ERROR_FILE_NOT_FOUND);
    closesocket(s);
    server_stop(&server);
}

START_TEST(v1_url)
{
    test_arguments();
    test_again();
    test_port_taken();
    test_strong_wildcard();
    test_remove();
    test_remove_in_use();
}
