/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_url.c: from the request target to the cooked URL. What is accepted, refused and taken for the same is what
 * tests that pass on Windows show; the choices beyond that are in docs/behaviour.md, "Request targets".
 */
#include "engine/url.h"

#include <stdlib.h>

#include "engine/parameters.h"
#include "faults.h"
#include "unit.h"

static const struct text none = {NULL, 0};
static char text[70000];

/* A part of the URL as UTF-8. */
static const char *part(const struct url *u, uint32_t at, uint32_t len)
{
    return narrow(text, sizeof text, u->text + at, len);
}

/* The decoded path, in a buffer of exactly the promised size; NULL when it is refused. */
static const char *decode(struct text path)
{
    utf16 *out = malloc(path.len * sizeof *out);
    int32_t n = url_decode_path(path, out);

    cr_assert(n <= (int32_t)path.len);
    if (n >= 0)
        narrow(text, sizeof text, out, (size_t)n);
    free(out);
    return n < 0 ? NULL : text;
}

static void decodes(const char *path, const char *want)
{
    const char *got = decode(text_of(path));

    cr_assert(got && !strcmp(got, want), "%s: %s, not %s", path, got ? got : "refused", want);
}

static void refuses(struct text path)
{
    cr_assert(!decode(path), "%.*s: %s", PRINT(path), text);
}

Test(url, plain_paths_stay)
{
    decodes("/", "/");
    decodes("/foobar", "/foobar");
    decodes("/a/b/c.d/e", "/a/b/c.d/e");
    decodes("/a/", "/a/");
    decodes("/a.b/..c/d..", "/a.b/..c/d..");
    decodes("/.../.a", "/.../.a");
}

Test(url, every_printable_character_escaped_and_not)
{
    for (int c = 0x21; c < 0x7f; c++) {
        char escaped[16], plain[16], want[16];
        bool separator = c == '/' || c == '\\', dot = c == '.';

        snprintf(escaped, sizeof escaped, "/x%%%02Xy", c);
        snprintf(plain, sizeof plain, "/x%cy", c);
        snprintf(want, sizeof want, separator ? "/x/y" : "/x%cy", c);
        decodes(escaped, want);
        if (c != '%')
            decodes(plain, want);
        snprintf(escaped, sizeof escaped, "/%%%02x", c);
        snprintf(want, sizeof want, separator || dot ? "/" : "/%c", c);
        decodes(escaped, want);
    }
    decodes("/a%20b", "/a b");
}

Test(url, escaped_percent_is_not_undone_twice)
{
    decodes("/%252F", "/%2F");
    decodes("/%25", "/%");
    decodes("/%2541", "/%41");
}

Test(url, separators)
{
    decodes("/base%2fball", "/base/ball");
    decodes("/base%5cball", "/base/ball");
    decodes("/base%5Cball", "/base/ball");
    decodes("/baSe\\ball", "/baSe/ball");
    decodes("/%2f%2F", "/");
    decodes("/a%u002Fb", "/a/b");
    decodes("/a%u005cb", "/a/b");
}

Test(url, empty_and_dot_segments)
{
    decodes("///base//ball", "/base/ball");
    decodes("/base/call/../ball", "/base/ball");
    decodes("/base/call/.%2e/ball", "/base/ball");
    decodes("/base/call/%2E%2e/ball", "/base/ball");
    decodes("/base/call//../ball", "/base/ball");
    decodes("/a/./b", "/a/b");
    decodes("/a/d/../b", "/a/b");
    decodes("/a/..", "/");
    decodes("/a/../", "/");
    decodes("/a/b/..", "/a/");
    decodes("/a/b/../", "/a/");
    decodes("/a/.", "/a/");
    decodes("/a/./", "/a/");
    decodes("/.", "/");
    refuses(TEXT("/.."));
    refuses(TEXT("/../../a"));
    refuses(TEXT("/a/../.."));
    refuses(TEXT("/a/%2e%2e\\../b"));
    decodes("/a/b/../..", "/");
    refuses(TEXT("/a/../../../b/../c"));
    decodes("/a\\..\\b", "/b");
    decodes("/a%2f..%2fb", "/b");
    decodes("//", "/");
    decodes("/a//", "/a/");
}

Test(url, utf8)
{
    decodes("/%C3%A4", "/\u00e4");
    decodes("/\xc3\xa4", "/\u00e4");
    decodes("/%e2%82%ac", "/\u20ac");
    decodes("/%F0%9F%98%80", "/\U0001f600");
    decodes("/\xc3%A4", "/\u00e4");
    decodes("/%C2%A0", "/\u00a0");
    decodes("/%EF%BF%BF", "/\uffff");
}

/* One byte that isn't UTF-8 makes the whole path code page 1252. */
Test(url, what_is_not_utf8_is_code_page_1252)
{
    decodes("/%E4", "/\u00e4");
    decodes("/\xe4", "/\u00e4");
    decodes("/%80", "/\u20ac");
    decodes("/%C0%A4", "/\u00c0\u00a4");
    decodes("/%E0%9F%BF", "/\u00e0\u0178\u00bf");
    decodes("/%F0%80%80%AF", "/\u00f0\u20ac\u20ac\u00af");
    decodes("/%F0%80%BF%BF", "/\u00f0\u20ac\u00bf\u00bf");
    decodes("/%C0%32%A4", "/\u00c0""2\u00a4");
    decodes("/%C3%A4%E4", "/\u00c3\u00a4\u00e4");
}

/* 81, 8D, 8F, 90 and 9D are no characters there, and to Windows control characters. */
Test(url, bytes_that_the_code_page_leaves_undefined)
{
    refuses(TEXT("/%81"));
    refuses(TEXT("/%8D"));
    refuses(TEXT("/%F0%8F%8F%BF"));
    refuses(TEXT("/a\x90"));
    refuses(TEXT("/%E4%9D"));
}

Test(url, percent_u)
{
    decodes("/%u0041", "/A");
    decodes("/%U0041", "/A");
    decodes("/%u20aC", "/\u20ac");
    decodes("/%uD83D%uDE00", "/\U0001f600");
    decodes("/%u0041%C3%A4", "/A\u00e4");
    decodes("/%u0041%E4", "/A\u00e4");
    decodes("/a%u002e%u002E/b", "/a../b");
    decodes("/a/%u002e%u002E/b", "/b");
}

Test(url, bad_escapes)
{
    static const char *const bad[] = {
        "/path%", "/path%XY", "/path%F", "/%%32", "/%%20", "/%", "/%%", "/%A", "/%Y", "/%2", "/%u", "/%uF",
        "/%uFF", "/%uFFF", "/%uXXXX", "/%u004", "/%u004G", "/%0x", "/%-1", "/% 1", "/a%/b", "/a%2/b", "/%G0",
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        refuses(text_of(bad[i]));
}

Test(url, control_characters)
{
    char path[16];

    for (int c = 0; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
        snprintf(path, sizeof path, "/a%%%02Xb", c);
        refuses(text_of(path));
        snprintf(path, sizeof path, "/a%%u00%02Xb", c);
        refuses(text_of(path));
        refuses((struct text){(char[]){'/', 'a', (char)c, '/', 'b'}, 5});
    }
    for (int c = 0x80; c < 0xa0; c++) {
        snprintf(path, sizeof path, "/a%%u00%02Xb", c);
        refuses(text_of(path));
    }
}

/* Well-formed UTF-8 of a control character isn't something else in another code page. */
Test(url, control_characters_in_utf8)
{
    char path[16];

    for (int c = 0x80; c < 0xa0; c++) {
        snprintf(path, sizeof path, "/a%%C2%%%02Xb", c);
        refuses(text_of(path));
    }
}

/* NUL is how undo_escapes() marks %u: a NUL of the client's mustn't pass for one. */
Test(url, a_raw_nul_is_no_escape)
{
    refuses(TEXT("/a\0" "0041"));
    refuses(TEXT("/a\0"));
}

/* Cooks the target with this Host header; local port 8080. */
static enum page cook(struct url *u, const char *target, const char *host)
{
    if (!url_is_clean(text_of(target)))
        return PAGE_BAD_URL;
    return url_cook(u, text_of(target), host ? text_of(host) : none, TEXT("127.0.0.1"), 8080);
}

static void cooks(const char *target, const char *host, const char *full, const char *name)
{
    struct url u = {0};
    enum page page = cook(&u, target, host);

    cr_assert_eq(page, PAGE_NONE, "%s: page %d", target, page);
    cr_assert_str_eq(part(&u, 0, u.len), full);
    cr_assert_eq(u.text[u.len], 0);
    assert_text(u.name, name);
    url_free(&u);
}

static void is_refused(const char *target, const char *host, enum page want)
{
    struct url u = {0};
    enum page page = cook(&u, target, host);

    cr_assert_eq(page, want, "%s, host %s: page %d", target, host ? host : "(none)", page);
    url_free(&u);
}

/* Lengths and places as the published test of HttpReceiveHttpRequest wants them. */
Test(url, parts)
{
    struct url u = {0};

    cr_assert_eq(cook(&u, "/foobar?a=b", "localhost:50000"), PAGE_NONE);
    cr_assert_str_eq(part(&u, 0, u.len), "http://localhost:50000/foobar?a=b");
    cr_assert_str_eq(part(&u, u.host, u.host_len), "localhost:50000");
    cr_assert_str_eq(part(&u, u.path, u.path_len), "/foobar");
    cr_assert_str_eq(part(&u, u.query, u.query_len), "?a=b");
    cr_assert_eq(u.host, 7u);
    cr_assert_eq(u.path, 22u);
    cr_assert_eq(u.query, 29u);
    url_free(&u);
}

Test(url, without_a_query)
{
    struct url u = {0};

    cr_assert_eq(cook(&u, "/foobar", "h"), PAGE_NONE);
    cr_assert_eq(u.query_len, 0u);
    cr_assert_eq(cook(&u, "/foobar?", "h"), PAGE_NONE);
    cr_assert_str_eq(part(&u, u.query, u.query_len), "?");
    url_free(&u);
}

/* Only the path is decoded. */
Test(url, the_query_is_as_it_came)
{
    cooks("/%41?%41/../b?%zz", "h:80", "http://h:80/A?%41/../b?%zz", "h");
    cooks("/?\xe1\x88\xb4", "h:80", "http://h:80/?\xc3\xa1\xc2\x88\xc2\xb4", "h");
    cooks("/a?x=%u0041%", "h:80", "http://h:80/a?x=%u0041%", "h");
}

Test(url, the_local_port_is_added)
{
    cooks("/", "example.org", "http://example.org:8080/", "example.org");
    cooks("/", "example.org:81", "http://example.org:81/", "example.org");
    cooks("/", "[::1]", "http://[::1]:8080/", "::1");
    cooks("/", "[::1]:81", "http://[::1]:81/", "::1");
}

/* A name in another script is never encoded in the cooked URL, and always for the router. */
Test(url, hosts_in_other_scripts)
{
    cooks("/a", "m\xc3\xbcller:81", "http://m\u00fcller:81/a", "xn--mller-kva");
    cooks("/a", "m\xc3\xbcller", "http://m\u00fcller:8080/a", "xn--mller-kva");
    cooks("/a", "M\xc3\x9cLLER", "http://m\u00fcller:8080/a", "xn--mller-kva");
    cooks("/a", "m\xfcller", "http://m\u00fcller:8080/a", "xn--mller-kva");
    cooks("/a", "xn--mller-kva:81", "http://m\u00fcller:81/a", "xn--mller-kva");
    cooks("/a", "XN--mller-KVA", "http://m\u00fcller:8080/a", "XN--mller-KVA");
    cooks("/a", "www.xn--bcher-kva.Example", "http://www.b\u00fccher.example:8080/a", "www.xn--bcher-kva.Example");
    cooks("http://m\xc3\xbcller/a?b", "h", "http://m\u00fcller:8080/a?b", "xn--mller-kva");
    cooks("/a", "\xef\xbc\xa1" "bc:81", "http://abc:81/a", "abc");
    cooks("/", "xn--ls8h", "http://\U0001f4a9:8080/", "xn--ls8h");
    /* looks encoded, and isn't */
    cooks("/a", "xn--zzzzzz9999:81", "http://xn--zzzzzz9999:81/a", "xn--zzzzzz9999");
    is_refused("/", "\xc3\xbc\x81", PAGE_BAD_HOST);
    is_refused("/", "-\xc3\xbc", PAGE_BAD_HOST);
    is_refused("/", "\xc2\xad", PAGE_BAD_HOST);
}

/* As many characters as a name may have, each of two units. */
Test(url, a_long_host_in_another_script)
{
    char host[300] = "xn--ls8h";
    struct url u = {0};

    memset(host + 8, 'a', 50);
    cr_assert_eq(cook(&u, "/", host), PAGE_NONE);
    cr_assert_eq(u.host_len, 2 * 51 + 5u);
    url_free(&u);
    memset(host + 8, 'a', sizeof host - 9);
    cr_assert_eq(cook(&u, "/", host), PAGE_NONE);
    cr_assert_eq(u.host_len, sizeof host - 1 + 5u);
    url_free(&u);
}

/* One spelling for the router; a scope means something on the client's machine only. */
Test(url, ipv6_hosts)
{
    cooks("/", "[0:0:0:0:0:0:0:1]", "http://[0:0:0:0:0:0:0:1]:8080/", "::1");
    cooks("/", "[FE80::A]:81", "http://[FE80::A]:81/", "fe80::a");
    cooks("/", "[fe80::1%25eth0]:81", "http://[fe80::1%25eth0]:81/", "fe80::1");
    cooks("/", "[fe80::1%3]", "http://[fe80::1%3]:8080/", "fe80::1");
    cooks("http://[::2]:7/a", "ignored", "http://[::2]:7/a", "::2");
    is_refused("/", "[::1%]x", PAGE_BAD_HOST);
    is_refused("/", "[1.2.3.4]", PAGE_BAD_HOST);
    is_refused("/", "[::::]", PAGE_BAD_HOST);
    is_refused("/", "[1:2:3:4:5:6:7:8:9]", PAGE_BAD_HOST);
    is_refused("/", "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]", PAGE_BAD_HOST);
    /* published for Windows: IPv4 addresses in this form are refused, also with a wildcard prefix */
    is_refused("/", "[::ffff:127.0.0.1]:81", PAGE_BAD_HOST);
    is_refused("/", "[::ffff:7f00:1]:81", PAGE_BAD_HOST);
}

Test(url, asterisk)
{
    cooks("*", "h:1", "http://h:1/*", "h");
    is_refused("**", "h:1", PAGE_BAD_URL);
    is_refused("*/a", "h:1", PAGE_BAD_URL);
}

/* HTTP/1.0 without Host: the address the request came in on. */
Test(url, without_a_host)
{
    cooks("/a", NULL, "http://127.0.0.1:8080/a", "127.0.0.1");
    cooks("http://there/a", NULL, "http://there:8080/a", "there");
}

Test(url, absolute_form)
{
    cooks("http://localhost:5001", "ignored", "http://localhost:5001/", "localhost");
    cooks("http://localhost:5001/", "ignored", "http://localhost:5001/", "localhost");
    cooks("http://localhost/a/../b?c", "ignored", "http://localhost:8080/b?c", "localhost");
    cooks("HTTP://LocalHost:1/a", "ignored", "http://LocalHost:1/a", "LocalHost");
    cooks("http://[::1]:7/a", "ignored", "http://[::1]:7/a", "::1");
    cooks("http://a", "not a host", "http://a:8080/", "a");
}

Test(url, bad_absolute_forms)
{
    is_refused("http://localhost:5001?query=value/1/2", "h", PAGE_BAD_URL);
    is_refused("http://ab?cd/x/", "h", PAGE_BAD_URL);
    is_refused("http:///a", "h", PAGE_BAD_HOST);
    is_refused("http://", "h", PAGE_BAD_HOST);
    is_refused("http://user@host/", "h", PAGE_BAD_HOST);
    is_refused("http:/a", "h", PAGE_BAD_URL);
    is_refused("ftp://a/b", "h", PAGE_BAD_URL);
    is_refused("a", "h", PAGE_BAD_URL);
    is_refused("localhost:80", "h", PAGE_BAD_URL);
    is_refused("\\a", "h", PAGE_BAD_URL);
    is_refused("?a", "h", PAGE_BAD_URL);
}

Test(url, bad_paths)
{
    is_refused("/a%", "h", PAGE_BAD_URL);
    is_refused("/a%00", "h", PAGE_BAD_URL);
    is_refused("http://h/a%", "h", PAGE_BAD_URL);
}

/* AllowRestrictedChars: "hex-escaped chars ... that decode to U+0000 - U+001F and U+007F - U+009F"; but never NUL. */
Test(url, restricted_characters_may_be_allowed)
{
    char path[16], want[16];

    parameters.AllowRestrictedChars = 1;
    for (int c = 1; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
        snprintf(want, sizeof want, "/a%cb", c);
        snprintf(path, sizeof path, "/a%%%02Xb", c);
        decodes(path, want);
        snprintf(path, sizeof path, "/a%%u00%02xb", c);
        decodes(path, want);
        refuses((struct text){(char[]){'/', 'a', (char)c, '/', 'b'}, 5});
    }
    decodes("/%C2%80%C2%9F", "/\xc2\x80\xc2\x9f");
    decodes("/%u0080%u009f", "/\xc2\x80\xc2\x9f");
    decodes("/%81%E4", "/\xc2\x81\u00e4");
    refuses(TEXT("/a%00b"));
    refuses(TEXT("/%u0000"));
    refuses(TEXT("/\0"));
    refuses(TEXT("/%0"));
}

/* AllowUnEscapedRestrictedChars: "All ASCII control characters except NUL, LF, CR and Horizontal Tab", also in queries. */
Test(url, raw_control_characters_may_be_allowed)
{
    char path[16], want[64], query[16], host[32];

    parameters.AllowUnEscapedRestrictedChars = 1;
    for (int c = 1; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
        snprintf(path, sizeof path, "/a%cb", c);
        snprintf(query, sizeof query, "/?a%cb", c);
        snprintf(host, sizeof host, "http://a%cb/", c);
        is_refused(host, "h", c == '\t' || c == '\n' || c == '\r' ? PAGE_BAD_URL : PAGE_BAD_HOST);
        if (c == '\t' || c == '\n' || c == '\r') {
            refuses(text_of(path));
            is_refused(query, "h", PAGE_BAD_URL);
        } else {
            decodes(path, path);
            snprintf(want, sizeof want, "http://h:8080%s", query);
            cooks(query, "h", want, "h");
        }
        snprintf(path, sizeof path, "/a%%%02Xb", c);
        refuses(text_of(path));
    }
    refuses(TEXT("/a\0b"));
}

Test(url, control_characters_in_the_query)
{
    char query[16];

    for (int c = 1; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
        snprintf(query, sizeof query, "/?a%cb", c);
        is_refused(query, "h", PAGE_BAD_URL);
    }
    cooks("/?%01%00", "h:1", "http://h:1/?%01%00", "h");
}

/* EnableNonUTF8: "If zero, Http.sys accepts only UTF-8-encoded URLs." */
Test(url, utf8_only)
{
    parameters.EnableNonUTF8 = 0;
    decodes("/%C3%A4\xc3\xa4", "/\u00e4\u00e4");
    refuses(TEXT("/%E4"));
    refuses(TEXT("/\xe4"));
    refuses(TEXT("/%C3%A4%E4"));
    refuses(TEXT("/%C0%A4"));
    cooks("/", "m\xc3\xbcller:81", "http://m\u00fcller:81/", "xn--mller-kva");
    is_refused("/", "m\xfcller:81", PAGE_BAD_HOST);
    parameters.FavorUTF8 = 0; /* which only says what comes first */
    decodes("/%C3%A4", "/\u00e4");
    refuses(TEXT("/%E4"));
}

/* FavorUTF8: "If zero (and EnableNonUTF8 is nonzero), ... ANSI ...; if that is not successful, ... UTF-8": it always is */
Test(url, ansi_first)
{
    parameters.FavorUTF8 = 0;
    decodes("/%C3%A4", "/\u00c3\u00a4");
    decodes("/%E4", "/\u00e4");
    refuses(TEXT("/%C3%81")); /* 81 is a control character then */
    parameters.AllowRestrictedChars = 1;
    decodes("/%C3%81", "/\u00c3\xc2\x81");
    decodes("/%u00e4%C3%A4", "/\u00e4\u00c3\u00a4");
    cooks("/", "m\xfcller:81", "http://m\u00fcller:81/", "xn--mller-kva");
}

Test(url, percent_u_may_be_refused)
{
    parameters.PercentUAllowed = 0;
    refuses(TEXT("/%u0041"));
    refuses(TEXT("/%U0041"));
    decodes("/%41", "/A");
    cooks("/?%u0041", "h:1", "http://h:1/?%u0041", "h");
}

/* '/' and n characters, each of them `unit`. */
static void put_segment(char *out, size_t n, const char *unit)
{
    strcat(out, "/");
    for (; n; n--)
        strcat(out, unit);
}

static char long_path[80000];

static bool decodes_segment(size_t n, const char *before, const char *unit, const char *behind)
{
    strcpy(long_path, before);
    put_segment(long_path, n, unit);
    strcat(long_path, behind);
    return decode(text_of(long_path)) != NULL;
}

/* UrlSegmentMaxLength, in characters: an escape is one. */
Test(url, long_segments)
{
    static const char *const units[] = {"a", "%61", "%C3%A4", "\xc3\xa4", "%u0041", "\xe4", "."};
    static const char *const places[][2] = {{"", ""}, {"", "/"}, {"/b", ""}, {"/b/", "/c"}, {"", "/.."}, {"/%61", "%2fc"}};

    for (size_t i = 0; i < COUNT(units); i++)
        for (size_t j = 0; j < COUNT(places); j++) {
            cr_assert(decodes_segment(259, places[j][0], units[i], places[j][1]));
            cr_assert(decodes_segment(260, places[j][0], units[i], places[j][1]), "%s", long_path);
            cr_assert(!decodes_segment(261, places[j][0], units[i], places[j][1]), "%s", long_path);
        }
    cr_assert(decodes_segment(130, "", "%F0%9F%98%80", "")); /* two units each */
    cr_assert(!decodes_segment(131, "", "%F0%9F%98%80", ""));
}

Test(url, long_segments_as_told)
{
    parameters.UrlSegmentMaxLength = 1;
    decodes("/a/b/", "/a/b/");
    refuses(TEXT("/a/bc/"));
    decodes("/a/b/../..//b", "/b"); /* dots go up whatever the limit */
    parameters.UrlSegmentMaxLength = UINT32_MAX;
    cr_assert(decodes_segment(30000, "", "a", ""));
}

static bool decodes_segments(size_t n, const char *segment, const char *behind)
{
    long_path[0] = 0;
    for (; n; n--)
        strcat(long_path, segment);
    strcat(long_path, behind);
    return decode(text_of(long_path)) != NULL;
}

/* UrlSegmentMaxCount: those of the canonical path. */
Test(url, many_segments)
{
    static const char *const segments[] = {"/a", "//a", "/%61", "/\\a", "/%2fa", "/abcdef", "/./a", "/b/../a"};

    for (size_t i = 0; i < COUNT(segments); i++) {
        const char *s = segments[i];

        cr_assert(decodes_segments(254, s, ""), "%s", s);
        cr_assert(decodes_segments(255, s, ""), "%s", s);
        cr_assert(decodes_segments(255, s, "/"), "%s", s);
        cr_assert(!decodes_segments(256, s, ""), "%s", s);
        cr_assert(!decodes_segments(256, s, "/.."), "%s", s);
        cr_assert(!decodes_segments(255, s, "/b"), "%s", s);
    }
    cr_assert(decodes_segments(10000, "/", ""));
    cr_assert(decodes_segments(10000, "/a/..", ""));
}

Test(url, many_segments_as_told)
{
    parameters.UrlSegmentMaxCount = 1;
    decodes("/abc/", "/abc/");
    decodes("/", "/");
    refuses(TEXT("/a/b"));
    parameters.UrlSegmentMaxCount = UINT32_MAX;
    cr_assert(decodes_segments(10000, "/a", ""));
}

static enum page cook_long(size_t path, size_t query)
{
    struct url u = {0};
    enum page page;

    memset(long_path, 'a', path + query);
    long_path[0] = '/';
    if (query)
        long_path[path] = '?';
    page = url_cook(&u, (struct text){long_path, path + query}, TEXT("h:1"), none, 1);
    url_free(&u);
    return page;
}

/* HTTP_COOKED_URL has lengths of 16 bits, in bytes: no more than 32767 characters. */
Test(url, the_longest_cooked_url)
{
    const size_t before = strlen("http://h:1");

    parameters.UrlSegmentMaxLength = UINT32_MAX;
    cr_assert_eq(cook_long(32767 - before, 0), PAGE_NONE);
    cr_assert_eq(cook_long(32768 - before, 0), PAGE_URL_TOO_LONG);
    cr_assert_eq(cook_long(1, 32766 - before), PAGE_NONE);
    cr_assert_eq(cook_long(1, 32767 - before), PAGE_URL_TOO_LONG);
}

Test(url, bad_hosts)
{
    static const char *const bad[] = {
        "", " ", ":", ":80", "a b", "a:", "a:b", "a:0", "a:65536", "a:-1", "a:1:2", "a/b", "a?b", "a@b", "[", "[]",
        "[::1", "::1", "[::1]x", "[::1]:", "[::1]:x", "[a:z]", "[[::1]]", "a]", "a,b", "a\tb", "a\x7f", "<a>", "a\"",
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        is_refused("/", bad[i], PAGE_BAD_HOST);
}

Test(url, split_host)
{
    static const struct {
        const char *host, *name;
        bool has_port;
    } good[] = {
        {"localhost", "localhost", false}, {"localhost:1", "localhost", true}, {"a.b-c_d~e:65535", "a.b-c_d~e", true},
        {"127.0.0.1:80", "127.0.0.1", true}, {"[::1]", "::1", false}, {"[fe80::1:2.3.4.5]:9", "fe80::1:2.3.4.5", true},
        {"m\xc3\xbcller", "m\xc3\xbcller", false},
    };

    for (size_t i = 0; i < COUNT(good); i++) {
        struct text name;
        bool has_port;

        cr_assert(url_split_host(text_of(good[i].host), &name, &has_port), "%s", good[i].host);
        assert_text(name, good[i].name);
        cr_assert_eq(has_port, good[i].has_port, "%s", good[i].host);
    }
}

/* A long one, then short ones, in the same memory. */
Test(url, memory_is_used_again)
{
    static char target[16001];
    struct url u = {0};
    uint32_t size;

    memset(target, 'a', sizeof target - 1);
    target[0] = '/';
    parameters.UrlSegmentMaxLength = UINT32_MAX;
    cr_assert_eq(cook(&u, target, "h:1"), PAGE_NONE);
    cr_assert_eq(u.path_len, 16000u);
    size = u.size;
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(cook(&u, "/a?b", "h:1"), PAGE_NONE);
        cr_assert_str_eq(part(&u, 0, u.len), "http://h:1/a?b");
        cr_assert_eq(u.size, size);
    }
    url_free(&u);
    cr_assert(!u.text && !u.size);
}

/* The buffer has room for the longest: an absolute target with port, asterisk, local port of five digits. */
Test(url, the_buffer_is_never_too_small)
{
    static const char *const targets[] = {"*", "/", "http://h", "http://h/", "/?", "/a?b", "/%41", "//"};

    for (size_t i = 0; i < COUNT(targets); i++) {
        struct url u = {0};

        cr_assert_eq(url_cook(&u, text_of(targets[i]), TEXT("h"), none, 65535), PAGE_NONE);
        cr_assert(u.len < u.size, "%s", targets[i]);
        url_free(&u);
    }
}

/* Pieces that mean something somewhere, put together at random: no byte outside the buffer, and parts that fit. */
static void make_random(char *out, size_t size, unsigned *seed)
{
    static const char *const pieces[] = {
        "/", "//", "\\", ".", "..", "%", "%2", "%2F", "%5c", "%2e", "%u", "%u00", "%u0041", "%uD83D", "%00", "%C3",
        "%A4", "%E4", "\xc3\xa4", "\xc3", "\xe4", "\x81", "?", "#", "*", ":", ":80", "[", "]", "[::1]", "xn--",
        "xn--ls8h", "-",
        "a", "A", "localhost", "http://", "https://", "@", " ", "\x01", "\xf0\x9f\x98\x80", "127.0.0.1", "%25eth0", "1",
    };
    size_t n = 0;

    out[0] = 0;
    while (rand_r(seed) % 8) {
        const char *piece = pieces[(unsigned)rand_r(seed) % COUNT(pieces)];

        if (n + strlen(piece) + 1 > size)
            break;
        strcpy(out + n, piece);
        n += strlen(piece);
    }
}

/* In memory of exactly its size, so that the sanitizers see what is read behind it. */
static char *exact(const char *s)
{
    char *copy = malloc(strlen(s) + 1);

    memcpy(copy, s, strlen(s));
    return copy;
}

Test(url, whatever_comes)
{
    unsigned seed = 1, good = 0;
    struct url u = {0};

    for (unsigned i = 0; i < 100000; i++) {
        char target[200] = "/", host[200];
        char *t, *h;

        make_random(target + i % 2, sizeof target - 1, &seed);
        make_random(host, sizeof host, &seed);
        if (i % 3 == 0)
            strcpy(host, "h");
        if (!target[0])
            continue;
        t = exact(target);
        h = exact(host);
        if (url_cook(&u, (struct text){t, strlen(target)}, (struct text){h, strlen(host)}, none, 65535) == PAGE_NONE) {
            good++;
            cr_assert(u.len < u.size, "%s, host %s", target, host);
            cr_assert_eq(u.host + u.host_len, u.path);
            cr_assert_eq(u.path + u.path_len, u.query);
            cr_assert_eq(u.query + u.query_len, u.len);
            cr_assert_eq(u.text[u.path], '/');
        }
        free(t);
        free(h);
    }
    cr_assert(good > 5000, "%u", good);
    url_free(&u);
}

/* Each allocation fails once: no crash, no leak, and the page says that it wasn't the client's fault. */
Test(url, without_memory)
{
    bool failed = true;

    for (unsigned nth = 1; failed; nth++) {
        struct url u = {0};
        enum page page;

        faults_fail_alloc(nth);
        page = cook(&u, "/a%20b/../c?d", "h:1");
        failed = faults_alloc_failed();
        cr_assert_eq(page, failed ? PAGE_UNAVAILABLE : PAGE_NONE, "allocation %u: page %d", nth, page);
        url_free(&u);
    }
}
