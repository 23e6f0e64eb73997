/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cooked_url.c: what HTTP_COOKED_URL and pRawUrl make of a request's target and host, and which targets are refused.
 */
#include "scene.h"

struct cooked {
    const char *target, *host; /* NULL: localhost:PORT */
    const char *url_host;      /* as cooked; NULL: localhost:PORT */
    const char *path, *query;
};

/* With the real port for each `$`. */
static void with_port(char *out, size_t size, const char *text, USHORT port)
{
    size_t n = 0;

    for (out[0] = 0; *text && n + 6 < size; text++)
        n += *text == '$' ? snprintf(out + n, size - n, "%u", port) : snprintf(out + n, size - n, "%c", *text);
}

/* The part of the request's buffer that a length and a pointer name is the text. */
static void check_part(const struct cooked *c, const char *what, const WCHAR *part, USHORT length, const char *expected)
{
    WCHAR wide[600];
    int units = MultiByteToWideChar(CP_UTF8, 0, expected, -1, wide, ARRAYSIZE(wide)) - 1;
    char got[900] = "";

    if (part && length)
        WideCharToMultiByte(CP_UTF8, 0, part, length / 2, got, sizeof got - 1, NULL, NULL);
    ok(length == 2 * units && (!units || (part && !memcmp(part, wide, length))), "%s (host %s): %s is %s, not %s",
       c->target, c->host ? c->host : "localhost", what, got, expected);
}

/* The parts, and that they lie behind each other in one string that ends with a NUL. */
static void check_cooked(const struct scene *x, const struct cooked *c)
{
    const HTTP_COOKED_URL *u = &x->in.v1.CookedUrl;
    char host[300], full[900];

    with_port(host, sizeof host, c->url_host ? c->url_host : "localhost:$", x->port);
    snprintf(full, sizeof full, "http://%s%s%s", host, c->path, c->query);
    check_part(c, "the URL", u->pFullUrl, u->FullUrlLength, full);
    check_part(c, "the host", u->pHost, u->HostLength, host);
    check_part(c, "the path", u->pAbsPath, u->AbsPathLength, c->path);
    check_part(c, "the query", u->pQueryString, u->QueryStringLength, c->query);
    ok(u->pHost == u->pFullUrl + 7 && u->pAbsPath == u->pHost + u->HostLength / 2, "%s: the parts aren't in the URL",
       c->target);
    ok(u->pQueryString == (*c->query ? u->pAbsPath + u->AbsPathLength / 2 : NULL), "%s: query at %p", c->target,
       (const void *)u->pQueryString);
    ok(u->pFullUrl[u->FullUrlLength / 2] == 0, "%s: no NUL behind the URL", c->target);
}

/* [doc] what came is there, byte for byte, with a NUL behind it */
static void check_raw(const struct scene *x, const char *target)
{
    ok(x->in.v1.RawUrlLength == strlen(target) && !strcmp(x->in.v1.pRawUrl, target), "RawUrl is %.*s, not %s",
       x->in.v1.RawUrlLength, x->in.v1.pRawUrl, target);
}

static int take(struct scene *x, const struct cooked *c)
{
    char target[600], host[300];

    with_port(target, sizeof target, c->target, x->port);
    with_port(host, sizeof host, c->host ? c->host : "localhost:$", x->port);
    send_text(x->client, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, host);
    memset(&x->in, 0xcc, sizeof x->in);
    if (!ok(receive_into(x->queue, HTTP_NULL_ID, 0, &x->in, sizeof x->in, NULL) == NO_ERROR, "%s isn't delivered",
            target))
        return 0;
    check_raw(x, target);
    return 1;
}

static void check_all(struct scene *x, const struct cooked *all, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (take(x, &all[i])) {
            check_cooked(x, &all[i]);
            scene_finish(x);
        } else {
            scene_reconnect(x);
        }
}

#define PATH(target, path) {target, NULL, NULL, path, ""}

/* [rp] [net] [doc] escapes are undone; \, %2F and %5C separate; empty segments go first, then those of dots */
static const struct cooked paths[] = {
    PATH("/", "/"),
    PATH("/foobar", "/foobar"),
    PATH("/foobar/", "/foobar/"),
    PATH("/FooBar", "/FooBar"),
    PATH("/foo%20bar", "/foo bar"),
    PATH("/%66oo%62ar", "/foobar"),
    PATH("/%252F", "/%2F"),
    PATH("/base%2fball", "/base/ball"),
    PATH("/base%5cball", "/base/ball"),
    PATH("/base\\ball", "/base/ball"),
    PATH("///base//ball", "/base/ball"),
    PATH("/base/call/../ball", "/base/ball"),
    PATH("/base/call/.%2e/ball", "/base/ball"),
    PATH("/base/call//../ball", "/base/ball"),
    PATH("/a/./b", "/a/b"),
    PATH("/a/d/../b", "/a/b"),
    PATH("/a/..", "/"),
    PATH("/a...b/..c/d..", "/a...b/..c/d.."),
    /* UTF-8 */
    PATH("/%C3%A4", "/\xc3\xa4"),
    PATH("/\xc3\xa4", "/\xc3\xa4"),
    PATH("/%E2%82%AC", "/\xe2\x82\xac"),
    PATH("/%F0%9F%98%80", "/\xf0\x9f\x98\x80"),
    /* of four digits: one character */
    PATH("/%u0041", "/A"),
    PATH("/%u20AC", "/\xe2\x82\xac"),
};

/* [own] bytes that aren't UTF-8, as a western Windows reads them; what is left at the end of a path */
static const struct cooked paths_here[] = {
    PATH("/%E4", "/\xc3\xa4"),
    PATH("/\xe4", "/\xc3\xa4"),
    PATH("/%80", "/\xe2\x82\xac"),
    PATH("/%C0%A4", "/\xc3\x80\xc2\xa4"),
    PATH("/%C3%A4%E4", "/\xc3\x83\xc2\xa4\xc3\xa4"),
    PATH("/%uD83D%uDE00", "/\xf0\x9f\x98\x80"),
    PATH("/a/b/..", "/a/"),
    PATH("/a/.", "/a/"),
    PATH("/a//", "/a/"),
    PATH("/a%u002f..%u005cb", "/b"),
};

static void test_paths(int version)
{
    struct scene x;

    scene_open(&x, version);
    check_all(&x, paths, ARRAYSIZE(paths));
    if (!test_on_windows())
        check_all(&x, paths_here, ARRAYSIZE(paths_here));
    scene_close(&x);
}

/* [net] no character from blank to tilde is refused, escaped; and, but for %, ? and the blank, as it is */
static void test_printable(int version)
{
    struct scene x;
    char target[16], path[16];
    struct cooked c = PATH(target, path);
    int i;

    scene_open(&x, version);
    for (i = 0x20; i < 0x7f; i++) {
        int separator = i == '/' || i == '\\';

        snprintf(path, sizeof path, separator ? "/x/y" : "/x%cy", i);
        snprintf(target, sizeof target, "/x%%%02Xy", i);
        check_all(&x, &c, i != '$');
        snprintf(target, sizeof target, "/x%cy", i);
        /* [own] a fragment isn't sent by any client; it counts as a part of the path */
        if (i != ' ' && i != '%' && i != '?' && i != '$' && (i != '#' || !test_on_windows()))
            check_all(&x, &c, 1);
    }
    scene_close(&x);
}

/* [rp] [net] the query begins at the first question mark and stays as it came, a character a byte */
static const struct cooked queries[] = {
    {"/foo?a=b", NULL, NULL, "/foo", "?a=b"},
    {"/foo?", NULL, NULL, "/foo", "?"},
    {"/?a?b", NULL, NULL, "/", "?a?b"},
    {"/f%6Fo?%6F%20", NULL, NULL, "/foo", "?%6F%20"},
    {"/foo/../bar?/../baz\\", NULL, NULL, "/bar", "?/../baz\\"},
    {"/foo%3Fbar", NULL, NULL, "/foo?bar", ""},
    {"/?\xe1\x88\xb4", NULL, NULL, "/", "?\xc3\xa1\xc2\x88\xc2\xb4"},
};

static void test_queries(int version)
{
    struct scene x;

    scene_open(&x, version);
    check_all(&x, queries, ARRAYSIZE(queries));
    scene_close(&x);
}

/* [rp] an absolute target's host counts, the header doesn't; [doc] the URL is http or https */
static const struct cooked absolutes[] = {
    {"http://localhost:$/", "ignored", NULL, "/", ""},
    {"http://localhost:$", "ignored", NULL, "/", ""},
    {"http://localhost:$/foo/../bar%20?a=b", "ignored", NULL, "/bar ", "?a=b"},
};

/* [own] without a port, and whatever its case */
static const struct cooked absolutes_here[] = {
    {"http://localhost/foo", "ignored", NULL, "/foo", ""},
    {"HTTP://LocalHost:$/foo", "ignored", "LocalHost:$", "/foo", ""},
};

static void test_absolute(int version)
{
    struct scene x;

    scene_open(&x, version);
    check_all(&x, absolutes, ARRAYSIZE(absolutes));
    if (!test_on_windows())
        check_all(&x, absolutes_here, ARRAYSIZE(absolutes_here));
    scene_close(&x);
}

/* [rp] the host is what the header says, its port included. [own] without one there is the local port */
static const struct cooked hosts[] = {
    {"/foo", "localhost:$", "localhost:$", "/foo", ""},
};

static const struct cooked hosts_here[] = {
    {"/foo", "localhost", "localhost:$", "/foo", ""},
    {"/foo", "LOCALHOST:$", "LOCALHOST:$", "/foo", ""},
    {"/foo", "localhost:1", "localhost:1", "/foo", ""},
};

static void test_hosts(int version)
{
    struct scene x;

    scene_open(&x, version);
    check_all(&x, hosts, ARRAYSIZE(hosts));
    if (!test_on_windows())
        check_all(&x, hosts_here, ARRAYSIZE(hosts_here));
    scene_close(&x);
}

/* [own] an encoded name is decoded, one that came in UTF-8 is left so; addresses are as they came */
static const struct cooked any_hosts[] = {
    {"/", "www.example.com", "www.example.com:$", "/", ""},
    {"/", "xn--mller-kva.example", "m\xc3\xbcller.example:$", "/", ""},
    {"/", "XN--Mller-KVA.Example:81", "m\xc3\xbcller.example:81", "/", ""},
    {"/", "m\xc3\xbcller.example:81", "m\xc3\xbcller.example:81", "/", ""},
    {"/", "m\xfcller.example", "m\xc3\xbcller.example:$", "/", ""},
    {"/", "xn--zzzzzz9999", "xn--zzzzzz9999:$", "/", ""},
    {"/", "127.0.0.1", "127.0.0.1:$", "/", ""},
    {"/", "[::1]", "[::1]:$", "/", ""},
    {"/", "[::1]:81", "[::1]:81", "/", ""},
    {"/", "[0:0::1]:81", "[0:0::1]:81", "/", ""},
    {"/", "[fe80::1%251]:81", "[fe80::1%251]:81", "/", ""},
    {"http://[::1]:82/foo", "ignored", "[::1]:82", "/foo", ""},
};

static void test_any_host(int version)
{
    const WCHAR *url;
    struct scene x;

    scene_open(&x, version);
    url = make_url("+", x.port, "/");
    ok_eq(version == 1 ? HttpAddUrl(x.queue, url, NULL) : HttpAddUrlToUrlGroup(x.server.group, url, 0, 0), NO_ERROR);
    check_all(&x, any_hosts, ARRAYSIZE(any_hosts));
    scene_close(&x);
}

/* [net] hosts that are none */
static const char *const bad_hosts[] = {
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]:80",
};

/* [own] and those */
static const char *const bad_hosts_here[] = {
    ":80", "localhost:", "localhost:x", "localhost:0", "localhost:65536", "local host", "a@b", "[", "[::1", "[::1]x",
    "[g]", "[1.2.3.4]", "::1", "a/b", "a,b", "-\xc3\xbc",
};

static void check_bad_hosts(USHORT port, const char *const *list, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        ok(get_status(port, list[i], "/") == 400, "Host: %s isn't refused", list[i]);
}

static void test_bad_hosts(int version)
{
    struct server server;
    const WCHAR *url;
    ULONG error;

    if (server_start_bare(&server, version)) {
        url = make_url("*", server.port, "/");
        error = version == 1 ? HttpAddUrl(server.queue, url, NULL) : HttpAddUrlToUrlGroup(server.group, url, 0, 0);
        if (error == ERROR_ACCESS_DENIED) {
            skip("no right to register http://*:port/");
        } else if (ok_eq(error, NO_ERROR)) {
            check_bad_hosts(server.port, bad_hosts, ARRAYSIZE(bad_hosts));
            if (!test_on_windows())
                check_bad_hosts(server.port, bad_hosts_here, ARRAYSIZE(bad_hosts_here));
            ok(queue_is_empty(server.queue), "one of them was delivered");
        }
    }
    server_stop(&server);
}

/* [net] bad escapes, and an authority that is followed by a query */
static const char *const bad_targets[] = {
    "/path%", "/path%XY", "/path%F", "/path with spaces", "/%%32", "/%%20", "/%", "/%%", "/%A", "/%Y",
    "/%F0%8F%8F%BF", "http://localhost?query=value/1/2", "http://ab?cd/foo/", "/foo/%2", "/foo/%u", "/foo/%uF",
    "/foo/%uFF", "/foo/%uFFF",
};

static void test_bad_targets(int version)
{
    struct server server;
    char target[16];
    size_t i;

    if (server_start(&server, version)) {
        for (i = 0; i < ARRAYSIZE(bad_targets); i++)
            ok(get_status(server.port, "localhost", bad_targets[i]) == 400, "%s isn't refused", bad_targets[i]);
        for (i = 0; i < 0x20; i++) {
            snprintf(target, sizeof target, "/a%%%02Xb", (unsigned)i);
            ok(get_status(server.port, "localhost", target) == 400, "%s isn't refused", target);
            snprintf(target, sizeof target, "/a%cb", (char)i);
            /* as it is, a tab may pass, and a line feed ends the line */
            if (i && i != '\t' && i != '\n')
                ok(get_status(server.port, "localhost", target) == 400, "a byte %02x isn't refused", (unsigned)i);
        }
        ok(queue_is_empty(server.queue), "one of them was delivered");
    }
    server_stop(&server);
}

/* [net] overlong and broken UTF-8 is something in the other code page, and delivered */
static void test_broken_utf8(int version)
{
    static const char *const targets[] = {
        "/%C0%A4", "/%C1%BF", "/%E0%80%AF", "/%E0%9F%BF", "/%F0%80%80%AF", "/%F0%80%BF%BF", "/%C0%32%A4",
    };
    struct scene x;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(targets); i++) {
        struct cooked c = PATH(targets[i], "");

        if (take(&x, &c))
            scene_finish(&x);
    }
    scene_close(&x);
}

START_TEST(cooked_url)
{
    BOTH(test_paths);
    BOTH(test_printable);
    BOTH(test_queries);
    BOTH(test_absolute);
    BOTH(test_hosts);
    if (!test_on_windows())
        BOTH(test_any_host);
    BOTH(test_bad_hosts);
    BOTH(test_bad_targets);
    BOTH(test_broken_utf8);
}
