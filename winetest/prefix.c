/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prefix.c: which UrlPrefix strings may be registered, which are the same, and what is told of the others.
 */
#include "server.h"

#define ROUNDS 200 /* times that something is registered again */

/* The form as a string, with the port for each `$`, in one of 16 buffers that are used in turn. */
static const WCHAR *form(const char *text, USHORT port)
{
    static WCHAR forms[16][800];
    static unsigned turn;
    WCHAR *url = forms[turn++ % 16], *to = url;
    char number[8], expanded[800] = "";
    size_t n = 0;

    snprintf(number, sizeof number, "%u", port);
    for (; *text && n + 8 < sizeof expanded; text++)
        n += snprintf(expanded + n, sizeof expanded - n, *text == '$' ? "%s" : "%.1s", *text == '$' ? number : text);
    MultiByteToWideChar(CP_UTF8, 0, expanded, -1, to, 800);
    return url;
}

static ULONG add(const struct server *server, const char *text)
{
    const WCHAR *url = form(text, server->port);

    return server->version == 1 ? HttpAddUrl(server->queue, url, NULL)
                                : HttpAddUrlToUrlGroup(server->group, url, URL_CONTEXT, 0);
}

static ULONG take_away(const struct server *server, const char *text)
{
    const WCHAR *url = form(text, server->port);

    return server->version == 1 ? HttpRemoveUrl(server->queue, url)
                                : HttpRemoveUrlFromUrlGroup(server->group, url, 0);
}

/* [rp] [net] [doc] scheme, host, port and path: each has its mistakes, for all of which there is one error */
static const char *const invalid[] = {
    /* the scheme: http or https, in lower case */
    "", "http", "http:", "http:/", "http://", "HTTP://localhost:$/", "Http://localhost:$/", "ftp://localhost:$/",
    "//localhost:$/", "localhost:$", "localhost:$/", " http://localhost:$/", "http//localhost:$/",
    /* the port: decimal, from 1 to 65535, without a zero in front, and there */
    "http://localhost", "http://localhost/", "http://localhost:/", "http://localhost:0/", "http://localhost:-1/",
    "http://localhost:65536/", "http://localhost:99999999/", "http://localhost:4294967376/", "http://localhost:0$/",
    "http://localhost:trash/", "http://localhost:$a/", "http://localhost:*/", "http://localhost:+/",
    /* the slash behind it */
    "http://localhost:$", "http://+:$", "http://localhost:$?", "http://localhost:$\\",
    /* the host */
    "http://:$/", "http://.:$/", "http://\\:$/", "http://[]:$/", "http://[::1%2]:$/", "http://[::1:$/", "http://::1:$/",
    "http://[g::]:$/", "http://a b:$/", "http://a@b:$/", "http://++:$/", "http://**:$/",
    /* a query, and what a decoded path can't have */
    "http://localhost:$/foo?a=b", "http://localhost:$/?", "http://localhost:$/foo#bar", "http://localhost:$/foo%20bar/",
    "http://localhost:$/invalid%path/", "http://localhost:$/foo//bar/", "http://localhost:$//",
};

/* [own] as are those */
static const char *const invalid_here[] = {
    "http://localhost:$/./", "http://localhost:$/foo/../bar/", "http://localhost:$/..", "http://localhost:$/foo\\bar/",
    "http://localhost:$/foo\tbar/", "http://a..b:$/", "http://a.:$/", "http://.a:$/", "http://a.*.b:$/",
    "http://*.*.a:$/", "http://*a:$/", "http://\xc3\xbc b:$/", "http://[fe80::1%]:$/", "http://[fe80::1%x]:$/",
};

/* [net] what looks like an address, and is none that one could listen on; issues of .NET name the error */
static const char *const unsupported[] = {"http://0.0.0.0:$/", "http://192.:$/"};

/* [own] as are those, which .NET's tests show to fail, or which are like them */
static const char *const unsupported_here[] = {
    "http://[::]:$/", "http://1.2.3:$/", "http://256.1.1.1:$/", "http://[::ffff:127.0.0.1]:$/",
};

/* To add it and to remove it gives the same. */
static void check_refused(const struct server *server, const char *const *forms, size_t count, ULONG error)
{
    size_t i;

    for (i = 0; i < count; i++) {
        ULONG added = add(server, forms[i]), removed = take_away(server, forms[i]);

        ok(added == error, "%s: added: %lu", forms[i], UL(added));
        ok(removed == error, "%s: removed: %lu", forms[i], UL(removed));
    }
}

static void test_refused(int version)
{
    struct server server;

    if (server_start_bare(&server, version)) {
        check_refused(&server, invalid, ARRAYSIZE(invalid), ERROR_INVALID_PARAMETER);
        if (!test_on_windows()) {
            check_refused(&server, invalid_here, ARRAYSIZE(invalid_here), ERROR_INVALID_PARAMETER);
            check_refused(&server, unsupported, ARRAYSIZE(unsupported), ERROR_NOT_SUPPORTED);
            check_refused(&server, unsupported_here, ARRAYSIZE(unsupported_here), ERROR_NOT_SUPPORTED);
        } else {
            ok_eq(add(&server, unsupported[0]), ERROR_NOT_SUPPORTED);
            ok_eq(add(&server, unsupported[1]), ERROR_NOT_SUPPORTED);
        }
        /* [own] https is for later */
        if (!test_on_windows())
            ok_eq(add(&server, "https://localhost:$/"), ERROR_NOT_SUPPORTED);
    }
    server_stop(&server);
}

/* A host with 255 letters, the longest there is, and one more. */
static void test_long_host(int version)
{
    struct server server;
    char text[400] = "http://";

    if (server_start_bare(&server, version)) {
        memset(text + 7, 'h', 255);
        strcpy(text + 7 + 255, ":$/");
        if (!test_on_windows()) {
            ok_eq(add(&server, text), NO_ERROR);
            ok_eq(take_away(&server, text), NO_ERROR);
        }
        /* [net] */
        strcpy(text + 7 + 255, "h:$/");
        ok(add(&server, text) != NO_ERROR, "a host of 256 letters");
    }
    server_stop(&server);
}

/* [doc] the four kinds of host, and paths */
static const char *const accepted[] = {
    "http://localhost:$/", "http://localhost:$/foo/", "http://localhost:$/foo/bar.baz/qux/", "http://LocalHost:$/FOO/",
    "http://+:$/", "http://*:$/", "http://+:$/foo/", "http://www.example.com:$/", "http://www.example.com:$/foo/",
    "http://127.0.0.1:$/", "http://127.0.0.1:$/foo/", "http://a-b.example:$/", "http://1a.example:$/",
    /* a space, and other scripts */
    "http://localhost:$/foo bar/", "http://localhost:$/\xc3\xa4/\xe6\x97\xa5/", "http://localhost:$/\xf0\x9f\x98\x80/",
    /* a host of another script: not encoded */
    "http://m\xc3\xbcller.example:$/", "http://\xe6\x97\xa5\xe6\x9c\xac.example:$/",
    /* since Windows 10: the names of a domain */
    "http://*.example.com:$/", "http://*.example.com:$/foo/",
};

/* [own] without the last slash, encoded, with symbols */
static const char *const accepted_here[] = {
    "http://localhost:$/foo", "http://localhost:$/.foo/bar./..qux/.../", "http://a_b.example:$/",
    "http://xn--mller-kva.example:$/", "http://\xf0\x9f\x92\xa9:$/", "http://*.m\xc3\xbcller.example:$/",
};

/* Added and removed, each once. */
static void check_accepted(const struct server *server, const char *const *forms, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        ULONG error = add(server, forms[i]);

        if (error == ERROR_ACCESS_DENIED && test_on_windows()) {
            skip("no right to register %s", forms[i]);
            continue;
        }
        ok(error == NO_ERROR, "%s: added: %lu", forms[i], UL(error));
        error = add(server, forms[i]);
        ok(error == ERROR_ALREADY_EXISTS, "%s: added twice: %lu", forms[i], UL(error));
        error = take_away(server, forms[i]);
        ok(error == NO_ERROR, "%s: removed: %lu", forms[i], UL(error));
        error = take_away(server, forms[i]);
        ok(error == ERROR_FILE_NOT_FOUND, "%s: removed twice: %lu", forms[i], UL(error));
    }
}

static void test_accepted(int version)
{
    struct server server;

    if (server_start_bare(&server, version)) {
        check_accepted(&server, accepted, ARRAYSIZE(accepted));
        if (!test_on_windows())
            check_accepted(&server, accepted_here, ARRAYSIZE(accepted_here));
    }
    server_stop(&server);
}

/* [rp] [doc] neither the case of host and path nor the last slash makes another prefix */
static const char *const same[][2] = {
    {"http://localhost:$/", "http://LOCALHOST:$/"},
    {"http://localhost:$/foo/", "http://localhost:$/FOO/"},
    {"http://localhost:$/foo/", "http://localhost:$/foo"},
    {"http://localhost:$/\xc3\xa4/", "http://localhost:$/\xc3\x84/"},
    {"http://m\xc3\xbcller.example:$/", "http://M\xc3\x9cLLER.example:$/"},
};

/* [own] nor does it matter how a name is encoded or an address spelled */
static const char *const same_here[][2] = {
    {"http://m\xc3\xbcller.example:$/", "http://xn--mller-kva.example:$/"},
    {"http://mu\xcc\x88ller.example:$/", "http://m\xc3\xbcller.example:$/"},
    {"http://[::1]:$/", "http://[0:0:0:0:0:0:0:1]:$/"},
};

/* The second can't be added beside the first, by anybody. An address may be none of this machine's. */
static void check_same(const struct server *server, const struct server *other, const char *const pairs[][2],
                       size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        ULONG error = add(server, pairs[i][0]);

        if (error == ERROR_ACCESS_DENIED || error == ERROR_INVALID_NETNAME) {
            skip("can't register %s", pairs[i][0]);
            continue;
        }
        ok(error == NO_ERROR, "%s: %lu", pairs[i][0], UL(error));
        error = add(server, pairs[i][1]);
        ok(error == ERROR_ALREADY_EXISTS, "%s beside %s: %lu", pairs[i][1], pairs[i][0], UL(error));
        error = add(other, pairs[i][1]);
        ok(error == ERROR_ALREADY_EXISTS, "%s beside %s, of another: %lu", pairs[i][1], pairs[i][0], UL(error));
        error = take_away(server, pairs[i][0]);
        ok(error == NO_ERROR, "%s: removed: %lu", pairs[i][0], UL(error));
    }
}

static void test_same(int version)
{
    struct server server, other;

    if (server_start_bare(&server, version) && server_start_beside(&other, &server)) {
        check_same(&server, &other, same, ARRAYSIZE(same));
        if (!test_on_windows())
            check_same(&server, &other, same_here, ARRAYSIZE(same_here));
        server_stop(&other);
    }
    server_stop(&server);
}

/* [doc] the kinds of host don't know of each other, and one prefix may lie under another */
static void test_different(int version)
{
    static const char *const beside[] = {
        "http://localhost:$/", "http://+:$/", "http://*:$/", "http://127.0.0.1:$/", "http://www.example.com:$/",
        "http://localhost:$/foo/", "http://localhost:$/foo/bar/", "http://localhost:$/foobar/", "http://+:$/foo/",
        "http://*.example.com:$/", "http://example.com:$/",
    };
    ULONG errors[ARRAYSIZE(beside)];
    struct server server, other;
    size_t i;

    if (server_start_bare(&server, version) && server_start_beside(&other, &server)) {
        for (i = 0; i < ARRAYSIZE(beside); i++) {
            errors[i] = add(i % 2 ? &other : &server, beside[i]);
            if (errors[i] == ERROR_ACCESS_DENIED)
                skip("no right to register %s", beside[i]);
            else
                ok(errors[i] == NO_ERROR, "%s: %lu", beside[i], UL(errors[i]));
        }
        for (i = 0; i < ARRAYSIZE(beside); i++)
            if (!errors[i]) {
                /* [doc] each is its owner's only */
                ok_eq(take_away(i % 2 ? &server : &other, beside[i]), ERROR_FILE_NOT_FOUND);
                ok_eq(take_away(i % 2 ? &other : &server, beside[i]), NO_ERROR);
            }
        server_stop(&other);
    }
    server_stop(&server);
}

/* [doc] HttpRemoveUrl wants the very string: another spelling of an IPv6 address isn't found */
static void test_spelling(int version)
{
    struct server server;
    ULONG error;

    if (server_start_bare(&server, version)) {
        error = add(&server, "http://[0:0:0:0:0:0:0:1]:$/foo/");
        if (error) {
            ok(error == ERROR_INVALID_NETNAME || error == ERROR_ACCESS_DENIED, "got %lu", UL(error));
            skip("no IPv6 here");
        } else {
            ok_eq(take_away(&server, "http://[::1]:$/foo/"), ERROR_FILE_NOT_FOUND);
            ok_eq(take_away(&server, "http://[0:0:0:0:0:0:0:1]:$/foo/"), NO_ERROR);
        }
    }
    server_stop(&server);
}

/* [net] an address that isn't this machine's is refused; by which code depends on the Windows */
static void test_not_local(int version)
{
    static const char *const others[] = {"http://192.0.2.1:$/", "http://192.255.255.255:$/", "http://[2001:db8::1]:$/"};
    struct server server;
    size_t i;

    if (server_start_bare(&server, version)) {
        for (i = 0; i < ARRAYSIZE(others); i++) {
            ULONG error = add(&server, others[i]);

            ok(error == ERROR_INVALID_NETNAME ||
                   broken(error == ERROR_HOST_UNREACHABLE || error == ERROR_ACCESS_DENIED),
               "%s: %lu", others[i], UL(error));
        }
    }
    server_stop(&server);
}

/* [rp] [doc] the two versions of the API share one namespace, and so do all sessions and queues of a process */
static void test_versions(void)
{
    struct server first, second;

    if (server_start(&first, 1)) {
        if (server_start_bare(&second, 2)) {
            second.port = first.port;
            ok_eq(server_add(&second, "/"), ERROR_ALREADY_EXISTS);
            ok_eq(server_remove(&second, "/"), ERROR_FILE_NOT_FOUND);
            ok_eq(server_add(&second, "/foo/"), NO_ERROR);
            ok_eq(server_add(&first, "/foo/"), ERROR_ALREADY_EXISTS);
            ok_eq(server_remove(&first, "/foo/"), ERROR_FILE_NOT_FOUND);
        }
        server_stop(&second);
        ok_eq(server_add(&first, "/foo/"), NO_ERROR);
    }
    server_stop(&first);
}

/* [doc] HttpAddUrl takes a queue of version 2, too; its URLs need no group and have no context */
static void test_v1_url_on_v2_queue(void)
{
    const WCHAR *url;
    struct server server;
    struct receive receive;
    SOCKET s;

    if (server_start_bare(&server, 2)) {
        url = local_url(server.port, "/");
        ok_eq(HttpAddUrl(server.queue, url, NULL), NO_ERROR);
        ok_eq(server_add(&server, "/"), ERROR_ALREADY_EXISTS);
        s = connect_local(server.port);
        send_get(s, server.port, "/foo");
        ok_eq(respond(server.queue, receive_next(&receive, server.queue), "pong"), NO_ERROR);
        ok_eq(receive.data.request.UrlContext, 0);
        receive_close(&receive);
        closesocket(s);
        ok_eq(HttpRemoveUrl(server.queue, url), NO_ERROR);
        ok_eq(HttpRemoveUrl(server.queue, url), ERROR_FILE_NOT_FOUND);
    }
    server_stop(&server);
}

/* [rp] [doc] closing a queue, a group or a session frees its URLs and their port, and as often as one likes */
static void test_freed(void)
{
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    const WCHAR *url;
    HANDLE queue;
    int i;

    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    url = local_url(free_port(), "/foo/");
    for (i = 0; i < ROUNDS; i++) {
        ULONG error = ERROR_INVALID_FUNCTION;

        if (i % 3) {
            HttpCreateServerSession(version_2, &session, 0);
            HttpCreateUrlGroup(session, &group, 0);
            error = HttpAddUrlToUrlGroup(group, url, 0, 0);
            if (i % 3 == 1)
                HttpCloseUrlGroup(group);
            HttpCloseServerSession(session);
        } else if (!HttpCreateHttpHandle(&queue, 0)) {
            error = HttpAddUrl(queue, url, NULL);
            CloseHandle(queue);
        }
        if (!ok(error == NO_ERROR, "round %d: %lu", i, UL(error)))
            break;
    }
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

/* [doc] what isn't a string, and reserved parameters */
static void test_arguments(void)
{
    struct server server;
    const WCHAR *url;

    if (server_start_bare(&server, 2)) {
        url = local_url(server.port, "/");
        ok_eq(HttpAddUrlToUrlGroup(server.group, NULL, 0, 0), ERROR_INVALID_PARAMETER);
        ok_eq(HttpAddUrlToUrlGroup(server.group, url, 0, 1), ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrlFromUrlGroup(server.group, NULL, 0), ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrlFromUrlGroup(server.group, url, 2), ERROR_INVALID_PARAMETER);
        ok_eq(HttpAddUrl(server.queue, NULL, NULL), ERROR_INVALID_PARAMETER);
        ok_eq(HttpAddUrl(server.queue, url, &server), ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrl(server.queue, NULL), ERROR_INVALID_PARAMETER);
        /* nothing of that has been registered */
        ok_eq(server_remove(&server, "/"), ERROR_FILE_NOT_FOUND);
    }
    server_stop(&server);
}

START_TEST(prefix)
{
    int version;

    for (version = 1; version <= 2; version++) {
        test_refused(version);
        test_long_host(version);
        test_accepted(version);
        test_same(version);
        test_different(version);
        test_spelling(version);
        test_not_local(version);
    }
    test_versions();
    test_v1_url_on_v2_queue();
    test_freed();
    test_arguments();
}
