/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare_url.c: HttpPrepareUrl and HttpFindUrlGroupId.
 */
#include "server.h"

static const char *narrow(const WCHAR *text)
{
    static char buffers[4][1000];
    static unsigned turn;
    char *buffer = buffers[turn++ % 4];

    buffer[0] = 0;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, buffer, 1000, NULL, NULL);
    return buffer;
}

static const WCHAR *widen(const char *text)
{
    static WCHAR buffers[4][1000];
    static unsigned turn;
    WCHAR *buffer = buffers[turn++ % 4];

    buffer[0] = 0;
    MultiByteToWideChar(CP_UTF8, 0, text, -1, buffer, 1000);
    return buffer;
}

/* The string comes from the process heap, and is the caller's. */
static void check_prepared(const char *url, const char *expected)
{
    WCHAR *prepared = NULL;
    ULONG error = HttpPrepareUrl(NULL, 0, widen(url), &prepared);

    if (!ok(error == NO_ERROR && prepared, "%s: %lu", url, UL(error)))
        return;
    ok_str(narrow(prepared), expected);
    ok(HeapFree(GetProcessHeap(), 0, prepared), "%s: HeapFree: error %lu", url, UL(GetLastError()));
}

/* [doc] both parameters that are reserved, and both that are not */
static void test_arguments(void)
{
    WCHAR *const untouched = (WCHAR *)&untouched;
    WCHAR *prepared = untouched;
    const WCHAR *url = L"http://localhost:80/";

    ok_eq(HttpPrepareUrl(&prepared, 0, url, &prepared), ERROR_INVALID_PARAMETER);
    ok_eq(HttpPrepareUrl(NULL, 1, url, &prepared), ERROR_INVALID_PARAMETER);
    ok_eq(HttpPrepareUrl(NULL, 0, NULL, &prepared), ERROR_INVALID_PARAMETER);
    ok_eq(HttpPrepareUrl(NULL, 0, url, NULL), ERROR_INVALID_PARAMETER);
    ok(prepared == untouched, "a pointer was returned");
}

/* [doc] a name in Unicode or in punycode becomes one that the other functions take: .NET says that this is Unicode */
static void test_names(void)
{
    check_prepared("http://localhost:80/", "http://localhost:80/");
    check_prepared("http://m\xc3\xbcller.example:80/", "http://m\xc3\xbcller.example:80/");
    check_prepared("http://xn--mller-kva.example:80/", "http://m\xc3\xbcller.example:80/");
    check_prepared("https://xn--wgv71a119e.example:443/foo/",
                   "https://\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.example:443/foo/");
}

/* [own] what else isn't in the form that a prefix has */
static void test_normalised(void)
{
    check_prepared("HTTP://LocalHost", "http://localhost:80/");
    check_prepared("https://localhost", "https://localhost:443/");
    check_prepared("http://M\xc3\x9cLLER.example/", "http://m\xc3\xbcller.example:80/");
    check_prepared("http://fa\xc3\x9f.example/", "http://fass.example:80/");
    check_prepared("http://[0:0::1]:080/", "http://[0:0::1]:80/");
    check_prepared("http://+:80/foo", "http://+:80/foo");
    check_prepared("http://localhost:80/a//b/../%C3%A4%20c", "http://localhost:80/a/\xc3\xa4 c");
    check_prepared("http://localhost:80/%uD83D%uDCA9", "http://localhost:80/\xf0\x9f\x92\xa9");
    check_prepared("http://localhost:80\\a?b=%20", "http://localhost:80/a?b=%20");
}

/* [own] what can't be registered in any form */
static void test_refused(void)
{
    static const char *const bad[] = {
        "", "localhost", "ftp://localhost:80/", "http://:80/", "http://localhost:0/", "http://localhost:65536/",
        "http://localhost:x/", "http://a b:80/", "http://xn--zzzzzz9999:80/", "http://[::1:80/",
        "http://localhost:80/%", "http://localhost:80/%00", "http://localhost:80/a#b",
        "http://localhost:80/%uD83D", "http://localhost:80/%uD83D%uD83D", "http://localhost:80/a%uDCA9b",
    };
    size_t i;

    for (i = 0; i < ARRAYSIZE(bad); i++) {
        WCHAR *prepared = NULL;
        ULONG error = HttpPrepareUrl(NULL, 0, widen(bad[i]), &prepared);

        ok(error == ERROR_INVALID_PARAMETER, "%s: %lu", bad[i], UL(error));
        ok(!prepared, "%s: something was returned", bad[i]);
    }
}

/* A prepared URL can be registered, and gets the requests for the name in either form. */
static void test_registered(void)
{
    struct server server;
    struct receive receive;
    char url[64], answer[2048];
    WCHAR *prepared;
    ULONG error;
    SOCKET s;

    if (!server_start_bare(&server, 2))
        return;
    snprintf(url, sizeof url, "http://xn--mller-kva.example:%u/", server.port);
    if (ok_eq(HttpPrepareUrl(NULL, 0, widen(url), &prepared), NO_ERROR)) {
        error = HttpAddUrlToUrlGroup(server.group, prepared, 0, 0);
        HeapFree(GetProcessHeap(), 0, prepared);
        if (error == ERROR_ACCESS_DENIED) {
            skip("no right to register that name");
        } else if (ok_eq(error, NO_ERROR)) {
            s = connect_local(server.port);
            send_text(s, "GET / HTTP/1.1\r\nHost: xn--mller-kva.example\r\n\r\n");
            ok_eq(respond(server.queue, receive_next(&receive, server.queue), "pong"), NO_ERROR);
            ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "no answer");
            receive_close(&receive);
            closesocket(s);
        }
    }
    server_stop(&server);
}

/* [doc] the group that has the URL, of those that are bound to the queue */
static void test_find_group(void)
{
    struct server server, other;
    HTTP_URL_GROUP_ID group = 0xdead;
    const WCHAR *url;

    if (server_start(&server, 2) && server_start_beside(&other, &server)) {
        url = local_url(server.port, "/");
        ok_eq(HttpFindUrlGroupId(url, server.queue, &group), NO_ERROR);
        ok(group == server.group, "another group");
        ok_eq(server_add(&other, "/foo/"), NO_ERROR);
        ok_eq(HttpFindUrlGroupId(local_url(server.port, "/foo/"), other.queue, &group), NO_ERROR);
        ok(group == other.group, "another group");
        group = 0xdead;
        /* [own] the codes */
        if (!test_on_windows()) {
            ok_eq(HttpFindUrlGroupId(local_url(server.port, "/foo/bar"), other.queue, &group), NO_ERROR);
            ok(group == other.group, "another group");
            group = 0xdead;
            ok_eq(HttpFindUrlGroupId(url, other.queue, &group), ERROR_FILE_NOT_FOUND);
            ok_eq(HttpFindUrlGroupId(make_url("127.0.0.1", server.port, "/"), server.queue, &group),
                  ERROR_FILE_NOT_FOUND);
            ok_eq(HttpFindUrlGroupId(L"http://localhost", server.queue, &group), ERROR_INVALID_PARAMETER);
            ok_eq(HttpFindUrlGroupId(NULL, server.queue, &group), ERROR_INVALID_PARAMETER);
            ok_eq(HttpFindUrlGroupId(url, server.queue, NULL), ERROR_INVALID_PARAMETER);
            ok_eq(HttpFindUrlGroupId(url, NULL, &group), ERROR_INVALID_HANDLE);
            ok_eq(bind_group(server.group, NULL), NO_ERROR);
            ok_eq(HttpFindUrlGroupId(url, server.queue, &group), ERROR_FILE_NOT_FOUND);
        }
        ok_eq(group, 0xdead);
        server_stop(&other);
    }
    server_stop(&server);
}

START_TEST(prepare_url)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_arguments();
    test_names();
    if (!test_on_windows()) {
        test_normalised();
        test_refused();
    }
    test_registered();
    test_find_group();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
