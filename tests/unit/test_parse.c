/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_parse.c: request line, headers and framing. Each request is fed whole, byte by byte and cut in two at each
 * offset, and has to come to the same end. What is accepted and refused is what published tests show of Windows.
 */
#include "engine/parse.h"

#include <stdlib.h>

#include "faults.h"
#include "feed.h"
#include "unit.h"

static void feed_in_two(struct feed *f, struct text t, size_t cut)
{
    feed_begin(f);
    feed_bytes(f, t.ptr, cut);
    feed_bytes(f, t.ptr + cut, t.len - cut);
}

static void feed_bytewise(struct feed *f, struct text t)
{
    feed_begin(f);
    for (size_t i = 0; i < t.len; i++)
        feed_bytes(f, t.ptr + i, 1);
}

/* What becomes of the text, however it is cut. The string is the caller's to free. */
static char *parse(struct text t)
{
    struct feed f;
    char *want;
    bool same = true;

    feed_in_two(&f, t, 0);
    want = strdup(feed_show(&f));
    feed_end(&f);
    for (size_t cut = 1; cut <= t.len && same; cut++) {
        if (cut < t.len)
            feed_in_two(&f, t, cut);
        else
            feed_bytewise(&f, t);
        same = !strcmp(feed_show(&f), want);
        cr_expect(same, "cut at %zu of %zu: %s\nwhole: %s", cut, t.len, feed_show(&f), want);
        feed_end(&f);
    }
    return want;
}

static void gives(struct text t, const char *want)
{
    char *got = parse(t);

    cr_expect(!strcmp(got, want), "%.*s\n gives %s\n   not %s", PRINT(t), got, want);
    free(got);
}

static void refused(struct text t, enum page page)
{
    char want[32];

    snprintf(want, sizeof want, "refused, page %d", page);
    gives(t, want);
}

/* With whatever page. */
static void refused_somehow(struct text t)
{
    char *got = parse(t);

    cr_expect(!strncmp(got, "refused", 7), "%.*s\n gives %s", PRINT(t), got);
    free(got);
}

static void body_refused(struct text t)
{
    char *got = parse(t);

    cr_expect(strstr(got, "|bad body"), "%.*s\n gives %s", PRINT(t), got);
    free(got);
}

/* Request line, then a Host header. */
static void line_gives(const char *line, const char *want)
{
    char request[512], whole[512];

    snprintf(request, sizeof request, "%s\r\nHost: h\r\n\r\n", line);
    snprintf(whole, sizeof whole, "%s|Host: h|body none", want);
    gives(text_of(request), whole);
}

static void line_refused(struct text line, enum page page)
{
    char request[512];
    size_t n = line.len;

    memcpy(request, line.ptr, n);
    n += (size_t)snprintf(request + n, sizeof request - n, "\r\nHost: h\r\n\r\n");
    refused((struct text){request, n}, page);
}

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: h\r\n"
#define SEEN_GET "GET /a 1.1|Host: h"
#define SEEN_POST "POST /a 1.1|Host: h"

Test(parse, a_request)
{
    gives(TEXT("GET /foobar?a=b HTTP/1.1\r\nHost: localhost:50000\r\nConnection: keep-alive\r\nUser-Agent: test\r\n\r\n"),
          "GET /foobar?a=b 1.1|Host: localhost:50000|Connection: keep-alive|User-Agent: test|body none");
}

Test(parse, not_the_whole_of_it_yet)
{
    static const char whole[] = GET "X: y\r\n\r\n";

    for (size_t n = 0; n < sizeof whole - 1; n++)
        gives((struct text){whole, n}, "more");
}

Test(parse, verbs)
{
    line_gives("GET / HTTP/1.1", "GET / 1.1");
    line_gives("SEARCH / HTTP/1.1", "SEARCH / 1.1");
    line_gives("CONNECT / HTTP/1.1", "CONNECT / 1.1");
    line_gives("get / HTTP/1.1", "get? / 1.1");
    line_gives("NOSUCH / HTTP/1.1", "NOSUCH? / 1.1");
    line_gives("PATCH / HTTP/1.1", "PATCH? / 1.1");
    line_gives("GE / HTTP/1.1", "GE? / 1.1");
    line_gives("!#$%&'*+-.^_`|~09Az / HTTP/1.1", "!#$%&'*+-.^_`|~09Az? / 1.1");
}

Test(parse, bad_verbs)
{
    static const char separators[] = "()<>@,;:\\\"/[]?={}\t\x7f\x80\xff\x01";

    line_refused(TEXT("\0 / HTTP/1.1"), PAGE_BAD_VERB);
    line_refused(TEXT("G\0T / HTTP/1.1"), PAGE_BAD_VERB);
    line_refused(TEXT(" / HTTP/1.1"), PAGE_BAD_VERB);
    line_refused(TEXT(" GET / HTTP/1.1"), PAGE_BAD_VERB);
    for (size_t i = 0; i < sizeof separators - 1; i++) {
        char line[] = "G?T / HTTP/1.1";

        line[1] = separators[i];
        line_refused(text_of(line), PAGE_BAD_VERB);
        line[0] = separators[i];
        line_refused(text_of(line), PAGE_BAD_VERB);
    }
}

/* The first bytes of a TLS handshake: refused at once, without waiting for a line's end. */
Test(parse, tls_on_a_plain_port)
{
    refused(TEXT("\x16\x03\x01\x02"), PAGE_BAD_VERB);
}

Test(parse, versions)
{
    for (char minor = '0'; minor <= '9'; minor++) {
        char line[] = "GET / HTTP/1.?", want[] = "GET / 1.?";

        line[13] = want[8] = minor;
        if (minor > '0')
            line_gives(line, want);
    }
    line_refused(TEXT("GET / HTTP/2.0"), PAGE_BAD_VERSION);
    line_refused(TEXT("GET / HTTP/2.2"), PAGE_BAD_VERSION);
    line_refused(TEXT("GET / HTTP/3.0"), PAGE_BAD_VERSION);
    line_refused(TEXT("PRI * HTTP/2.0"), PAGE_BAD_VERSION);
}

Test(parse, bad_versions)
{
    static const struct text bad[] = {
        TEXT("GET / http/1.1"), TEXT("GET / a\0bc/1.1"), TEXT("GET / 12345678"), TEXT("GET / HTTP/0.1"),
        TEXT("GET / HTTP/0.9"), TEXT("GET / HTTP/1.1.1"), TEXT("GET / HTTP/aaa"), TEXT("GET / HTTP/1."),
        TEXT("GET / HTTP/.1"), TEXT("GET / HTTP/11"), TEXT("GET / HTTP/1.11"), TEXT("GET / HTTP/1.1 "),
        TEXT("GET /  HTTP/1.1"), TEXT("GET / "), TEXT("GET /path with spaces HTTP/1.1"), TEXT("GET / HTTPS/1.1"),
        TEXT("Two Spaces "), TEXT("Lots Of Extra Spaces"), TEXT("MYTEST . HT/9.9"), TEXT("GET / HTTP/1.1\t"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        line_refused(bad[i], PAGE_BAD_REQUEST);
}

Test(parse, half_a_request_line)
{
    refused(TEXT("foo\r\n"), PAGE_BAD_REQUEST);
    refused(TEXT("foo\n"), PAGE_BAD_REQUEST);
    line_refused(TEXT("NoSpaces"), PAGE_BAD_REQUEST);
    line_refused(TEXT("Two Spaces"), PAGE_BAD_REQUEST);
    line_refused(TEXT("GET /"), PAGE_BAD_REQUEST);
    line_refused(TEXT("GET "), PAGE_BAD_REQUEST);
}

Test(parse, targets_are_left_as_they_came)
{
    line_gives("GET /%41//..?\xe1\x88\xb4 HTTP/1.1", "GET /%41//..?\\e1\\88\\b4 1.1");
    line_gives("OPTIONS * HTTP/1.1", "OPTIONS * 1.1");
    line_gives("GET http://localhost:5001 HTTP/1.1", "GET http://localhost:5001 1.1");
    line_gives("GET \\ HTTP/1.1", "GET \\ 1.1");
}

/* Raw control characters; a line feed would end the line, and the recorded tests leave out the tab. */
Test(parse, control_characters_in_the_target)
{
    for (int c = 0; c < 0x20; c++) {
        char line[] = "GET /a?b HTTP/1.1";

        line[6] = (char)c;
        if (c != '\t' && c != '\n')
            line_refused((struct text){line, sizeof line - 1}, PAGE_BAD_URL);
    }
    line_refused(TEXT("GET  HTTP/1.1"), PAGE_BAD_URL);
}

/* A carriage return separates nothing: what stands before us may see another request. */
Test(parse, carriage_returns_in_the_request_line)
{
    static const struct text bad[] = {
        TEXT("GET\r/ HTTP/1.1\r\nHost: h\r\n\r\n"), TEXT("\r/ HTTP/1.1\r\nHost: h\r\n\r\n"),
        TEXT("\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"), TEXT("G\rET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        TEXT("GET / HTTP/1.1\r\r\nHost: h\r\n\r\n"), TEXT("GET /\rHTTP/1.1\r\nHost: h\r\n\r\n"),
        TEXT("GET / HTTP/1.1\rHost: h\r\n\r\n"), TEXT("GET \r/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        refused_somehow(bad[i]);
}

/* Some clients send a line end behind a body. */
Test(parse, blank_lines_before_the_request_line)
{
    gives(TEXT("\r\n" GET "\r\n"), SEEN_GET "|body none");
    gives(TEXT("\r\n\r\n\n\r\n" GET "\r\n"), SEEN_GET "|body none");
    gives(TEXT("\r\n\r\n"), "more");
}

/* Win32's documentation: a line may end with a bare line feed. */
Test(parse, line_feeds_alone)
{
    gives(TEXT("GET /a HTTP/1.1\nHost: h\nX: y\n\n"), SEEN_GET "|X: y|body none");
    gives(TEXT("GET /a HTTP/1.1\r\nHost: h\nX: y\r\n\n"), SEEN_GET "|X: y|body none");
}

Test(parse, header_values)
{
    gives(TEXT(GET "name:value\r\n\r\n"), SEEN_GET "|name: value|body none");
    gives(TEXT(GET "Qux: foo baz \r\n\r\n"), SEEN_GET "|Qux: foo baz|body none");
    gives(TEXT(GET "a: \t b\tc \t \r\n\r\n"), SEEN_GET "|a: b\\09c|body none");
    gives(TEXT(GET "Accept: Test, Test2,Test3 ,  Test4\r\n\r\n"), SEEN_GET "|Accept: Test, Test2,Test3 ,  Test4|body none");
    gives(TEXT(GET "X: \xc3\xa4\xe4\r\n\r\n"), SEEN_GET "|X: \\c3\\a4\\e4|body none");
    gives(TEXT(GET "!#$%&'*+-.^_`|~09Az: b\r\n\r\n"), SEEN_GET "|!#$%&'*+-.^_`|~09Az: b|body none");
}

Test(parse, empty_header_values)
{
    gives(TEXT(GET "User-Agent: \r\n\r\n"), SEEN_GET "|User-Agent: |body none");
    gives(TEXT(GET "User-Agent:\r\nX:\r\nY: \t \r\n\r\n"), SEEN_GET "|User-Agent: |X: |Y: |body none");
    gives(TEXT(GET "A:\r\nB: b\r\n\r\n"), SEEN_GET "|A: |B: b|body none");
}

Test(parse, bad_headers)
{
    static const struct text bad[] = {
        TEXT(GET "NoValue\r\n\r\n"), TEXT(GET ":\r\n\r\n"), TEXT(GET ": v\r\n\r\n"), TEXT(GET "\0:value\r\n\r\n"),
        TEXT(GET "a b: c\r\n\r\n"), TEXT(GET "a : c\r\n\r\n"), TEXT(GET "a\t: c\r\n\r\n"), TEXT(GET "a(b: c\r\n\r\n"),
        TEXT(GET "\xc3\xa4: c\r\n\r\n"), TEXT(GET "a\"b: c\r\n\r\n"), TEXT(GET "a@b: c\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        refused(bad[i], PAGE_BAD_HEADER);
    refused(TEXT(GET "value:\0\r\n\r\n"), PAGE_BAD_REQUEST);
    refused(TEXT(GET "value: a\0b\r\n\r\n"), PAGE_BAD_REQUEST);
    refused(TEXT(GET "value: a\x01\r\n\r\n"), PAGE_BAD_REQUEST);
    refused(TEXT(GET "value: a\x7f\r\n\r\n"), PAGE_BAD_REQUEST);
}

/* Whatever the page: a header line doesn't end at a carriage return alone (CVE-2023-30589). */
Test(parse, carriage_returns_in_headers)
{
    static const struct text bad[] = {
        TEXT(GET "X: a\rY: b\r\n\r\n"), TEXT(GET "X: a\rContent-Length: 5\r\n\r\n"), TEXT(GET "X:\rY: b\r\n\r\n"),
        TEXT(GET "X: a\r\rY: b\r\n\r\n"), TEXT(GET "X\rY: b\r\n\r\n"), TEXT(GET "\rX: b\r\n\r\n"),
        TEXT(GET "X: a\r\r\n\r\n"), TEXT(GET "X: a\r\n\rX\r\n\r\n"), TEXT(GET "X: \ra\r\n\r\n"),
        TEXT("GET /a HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"), TEXT(POST "Content-Length: 1\rX: y\r\n\r\n"),
        TEXT(POST "Content-Length: \r1\r\n\r\n"), TEXT(POST "Transfer-Encoding: chunked\rX: y\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        refused_somehow(bad[i]);
}

/* RFC 9112 section 5.2; docs/behaviour.md: 400. */
Test(parse, folded_headers)
{
    static const struct text folded[] = {
        TEXT(GET "X: a\r\n b\r\n\r\n"), TEXT(GET "X: a\r\n\tb\r\n\r\n"), TEXT(GET "X: a\n b\r\n\r\n"),
        TEXT(GET "X:\r\n b\r\n\r\n"), TEXT(GET "X: \r\n b\r\n\r\n"), TEXT(GET "X: \r\n \r\n b\r\n\r\n"),
        TEXT(POST "Content-Length:\r\n 5\r\n\r\n"), TEXT(POST "Content-Length: 1\r\n 5\r\n\r\n"),
        TEXT(POST "Transfer-Encoding:\r\n chunked\r\n\r\n"), TEXT(POST "Transfer-Encoding: x\r\n chunked\r\n\r\n"),
        TEXT("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"),
        TEXT("GET / HTTP/1.1\r\nHost:\r\n h\r\n\r\n"), TEXT(GET "X: a\r\n \r\n\r\n"), TEXT(GET "X:\r\n \r\n\r\n"),
        TEXT(GET "Connection:\r\n close\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(folded); i++)
        refused_somehow(folded[i]);
}

Test(parse, hosts)
{
    gives(TEXT("GET / HTTP/1.0\r\n\r\n"), "GET / 1.0|close|body none");
    gives(TEXT("GET / HTTP/1.0\r\nHost: h\r\n\r\n"), "GET / 1.0|Host: h|close|body none");
    refused(TEXT("GET / HTTP/1.1\r\n\r\n"), PAGE_BAD_HOST);
    refused(TEXT("GET http://h/ HTTP/1.1\r\n\r\n"), PAGE_BAD_HOST);
    refused(TEXT("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), PAGE_BAD_HOST);
    refused(TEXT("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), PAGE_BAD_HOST);
}

Test(parse, connection)
{
    gives(TEXT(GET "Connection: close\r\n\r\n"), SEEN_GET "|Connection: close|close|body none");
    gives(TEXT(GET "Connection: Keep-Alive, CLOSE\r\n\r\n"), SEEN_GET "|Connection: Keep-Alive, CLOSE|close|body none");
    gives(TEXT(GET "Connection: closed\r\n\r\n"), SEEN_GET "|Connection: closed|body none");
    gives(TEXT(GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
          SEEN_GET "|Connection: Upgrade|Upgrade: websocket|body none");
    gives(TEXT("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), "GET / 1.0|Connection: Keep-Alive|close|body none");
}

/* Headers of one name are one header, so the second line counts as well. */
Test(parse, close_on_a_second_line)
{
    gives(TEXT(GET "Connection: keep-alive\r\nConnection: close\r\n\r\n"),
          SEEN_GET "|Connection: keep-alive|Connection: close|close|body none");
}

Test(parse, expect)
{
    gives(TEXT(POST "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n"),
          SEEN_POST "|Content-Length: 1|Expect: 100-continue|continue|body length left 1");
    gives(TEXT(POST "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n"),
          SEEN_POST "|Content-Length: 1|Expect: 100-Continue|continue|body length left 1");
    gives(TEXT(POST "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n"),
          SEEN_POST "|Content-Length: 0|Expect: 100-continue|body none");
    gives(TEXT(GET "Expect: 100-continue\r\n\r\n"), SEEN_GET "|Expect: 100-continue|body none");
    gives(TEXT("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"),
          "POST / 1.0|Content-Length: 1|Expect: 100-continue|close|body length left 1");
}

Test(parse, content_length)
{
    gives(TEXT(POST "Content-Length: 5\r\n\r\n"), SEEN_POST "|Content-Length: 5|body length left 5");
    gives(TEXT(POST "Content-Length: 5\r\n\r\nab"), SEEN_POST "|Content-Length: 5|body length left 3");
    gives(TEXT(POST "Content-Length: 0\r\n\r\n"), SEEN_POST "|Content-Length: 0|body none");
    gives(TEXT(POST "Content-Length: 007\r\n\r\n"), SEEN_POST "|Content-Length: 007|body length left 7");
    gives(TEXT(GET "Content-Length: 1\r\n\r\n"), SEEN_GET "|Content-Length: 1|body length left 1");
    gives(TEXT(POST "Content-Length: 9223372036854775807\r\n\r\n"),
          SEEN_POST "|Content-Length: 9223372036854775807|body length left 9223372036854775807");
    gives(TEXT(POST "Content-Length: 9223372036854775808\r\n\r\n"),
          SEEN_POST "|Content-Length: 9223372036854775808|body length left 9223372036854775808");
    gives(TEXT(POST "Content-Length: 18446744073709551615 \r\n\r\n"),
          SEEN_POST "|Content-Length: 18446744073709551615|body length left 18446744073709551615");
}

Test(parse, bad_content_lengths)
{
    static const char *const bad[] = {"-10", "-9223372036854775809", "18446744073709551616", "1x", "0x1", "+1", "1 2",
                                      "1,2", "1, 1", "", " ", "1.0", "1e1", "\"1\""};

    for (size_t i = 0; i < COUNT(bad); i++) {
        char request[128];

        snprintf(request, sizeof request, POST "Content-Length: %s\r\n\r\n", bad[i]);
        refused(text_of(request), PAGE_BAD_REQUEST);
    }
}

Test(parse, two_different_content_lengths)
{
    refused(TEXT(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), PAGE_BAD_REQUEST);
    refused(TEXT(POST "Content-Length: 1\r\nContent-Length: 1, 2\r\n\r\n"), PAGE_BAD_REQUEST);
}

/* .NET's HttpListener test: accepted, and the application sees a single "1". */
Test(parse, the_same_content_length_twice)
{
    char *got = parse(TEXT(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"));

    cr_assert(strstr(got, "|body length left 1"), "%s", got);
    free(got);
}

Test(parse, length_required)
{
    refused(TEXT(POST "\r\n"), PAGE_LENGTH_REQUIRED);
    refused(TEXT("PUT / HTTP/1.1\r\nHost: h\r\n\r\n"), PAGE_LENGTH_REQUIRED);
    refused(TEXT("POST / HTTP/1.0\r\n\r\n"), PAGE_LENGTH_REQUIRED);
    gives(TEXT("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"), "DELETE / 1.1|Host: h|body none");
    gives(TEXT("post / HTTP/1.1\r\nHost: h\r\n\r\n"), "post? / 1.1|Host: h|body none");
}

#define CHUNKS "5\r\nhello\r\n0\r\n\r\n"
#define SEEN_CHUNKS "|body chunked \"hello\" received 15"

Test(parse, codings_that_end_with_chunked)
{
    static const struct {
        struct text headers;
        const char *seen;
    } good[] = {
        {TEXT("Transfer-Encoding: chunked\r\n"), "|Transfer-Encoding: chunked"},
        {TEXT("transfer-encoding:CHUNKED\r\n"), "|transfer-encoding: CHUNKED"},
        {TEXT("Transfer-Encoding: chunked \t\r\n"), "|Transfer-Encoding: chunked"},
        {TEXT("Transfer-Encoding: gzip, chunked\r\n"), "|Transfer-Encoding: gzip, chunked"},
        {TEXT("Transfer-Encoding: gzip,chunked\r\n"), "|Transfer-Encoding: gzip,chunked"},
        {TEXT("Transfer-Encoding: gzip\t,\tchunked\r\n"), "|Transfer-Encoding: gzip\\09,\\09chunked"},
        {TEXT("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
         "|Transfer-Encoding: gzip|Transfer-Encoding: chunked"},
        {TEXT("Transfer-Encoding: chunked,\r\n"), "|Transfer-Encoding: chunked,"},
        {TEXT("Transfer-Encoding: , chunked ,, \r\n"), "|Transfer-Encoding: , chunked ,,"},
        {TEXT("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"),
         "|Transfer-Encoding: chunked|Transfer-Encoding: "},
    };

    for (size_t i = 0; i < COUNT(good); i++) {
        char request[256], want[256];

        snprintf(request, sizeof request, POST "%s\r\n" CHUNKS, good[i].headers.ptr);
        snprintf(want, sizeof want, SEEN_POST "%s" SEEN_CHUNKS, good[i].seen);
        gives(text_of(request), want);
    }
}

Test(parse, other_codings)
{
    static const char *const bad[] = {
        "Transfer-Encoding: garbage\r\n", "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunkedx\r\n", "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding: chunked x\r\n",
        "Transfer-Encoding: \r\n", "Transfer-Encoding: ,\r\n", "Transfer-Encoding: \x0b" "chunked\r\n",
    };

    for (size_t i = 0; i < COUNT(bad); i++) {
        char request[256];
        bool control = strchr(bad[i], '\x0b');

        snprintf(request, sizeof request, POST "%s\r\n" CHUNKS, bad[i]);
        refused(text_of(request), control ? PAGE_BAD_REQUEST : PAGE_NO_CODING);
        snprintf(request, sizeof request, GET "%s\r\n", bad[i]);
        refused(text_of(request), control ? PAGE_BAD_REQUEST : PAGE_NO_CODING);
    }
}

/* The coding counts, and the connection ends: somebody before us may have believed the length. */
Test(parse, length_and_coding)
{
    gives(TEXT(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS),
          SEEN_POST "|Content-Length: 3|Transfer-Encoding: chunked|close" SEEN_CHUNKS);
    gives(TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" CHUNKS),
          SEEN_POST "|Transfer-Encoding: chunked|Content-Length: 3|close" SEEN_CHUNKS);
    gives(TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" CHUNKS),
          SEEN_POST "|Transfer-Encoding: chunked|Content-Length: 0|close" SEEN_CHUNKS);
    refused(TEXT(POST "Content-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\n"), PAGE_NO_CODING);
}

/* Upgrade headers mean something to llhttp; the framing stays the same. */
Test(parse, a_body_with_an_upgrade)
{
    gives(TEXT(POST "Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS),
          SEEN_POST "|Connection: Upgrade|Upgrade: x|Transfer-Encoding: chunked" SEEN_CHUNKS);
    gives(TEXT(POST "Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nab"),
          SEEN_POST "|Connection: Upgrade|Upgrade: x|Content-Length: 5|body length left 3");
}

#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define SEEN_CHUNKED SEEN_POST "|Transfer-Encoding: chunked"

Test(parse, chunks)
{
    gives(TEXT(CHUNKED "0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"\" received 5");
    gives(TEXT(CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
          SEEN_CHUNKED "|body chunked \"hello world\" received 26");
    gives(TEXT(CHUNKED "1\r\na\r\n01\r\nb\r\n000\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 20");
    gives(TEXT(CHUNKED "A\r\n0123456789\r\na\r\n\r\n0\r\n\r\n\r\nx\r\n0\r\n\r\n"),
          SEEN_CHUNKED "|body chunked \"0123456789\\0d\\0a0\\0d\\0a\\0d\\0a\\0d\\0ax\" received 35");
    gives(TEXT(CHUNKED "2\r\nab\r\n"), SEEN_CHUNKED "|body chunked \"ab\"... received 7");
}

/* RFC 9112 section 7.1.1: ignored. */
Test(parse, chunk_extensions)
{
    gives(TEXT(CHUNKED "2;ext\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 16");
    gives(TEXT(CHUNKED "2;a=b;c=d\r\nab\r\n0;e\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 22");
    gives(TEXT(CHUNKED "2;a=\"b c\"\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 20");
}

/* All bytes of a chunk, and a chunk in many parts. */
Test(parse, any_bytes_in_a_chunk)
{
    char request[512], *got;
    size_t n = (size_t)snprintf(request, sizeof request, CHUNKED "100\r\n");

    for (int c = 0; c < 256; c++)
        request[n++] = (char)c;
    memcpy(request + n, "\r\n0\r\n\r\n", 7);
    got = parse((struct text){request, n + 7});
    cr_assert(strstr(got, "\\fe\\ff\" received 268"), "%s", got);
    free(got);
}

Test(parse, behind_the_last_chunk)
{
    gives(TEXT(CHUNKED "2\r\nab\r\n0\r\n\r\nGET /next"),
          SEEN_CHUNKED "|body chunked \"ab\" received 12 then \"GET /next\"");
    gives(TEXT(CHUNKED "0\r\n\r\n" CHUNKED "0\r\n\r\n"),
          SEEN_CHUNKED "|body chunked \"\" received 5 then \"POST /a HTTP/1.1\\0d\\0aHost: h\\0d\\0a"
                       "Transfer-Encoding: chunked\\0d\\0a\\0d\\0a0\\0d\\0a\\0d\\0a\"");
}

Test(parse, behind_a_request_without_a_body)
{
    gives(TEXT(GET "\r\nGET /b"), SEEN_GET "|body none then \"GET /b\"");
    gives(TEXT(POST "Content-Length: 0\r\n\r\n\r\nX"), SEEN_POST "|Content-Length: 0|body none then \"\\0d\\0aX\"");
}

Test(parse, bad_chunks)
{
    static const struct text bad[] = {
        TEXT(CHUNKED "x\r\n"), TEXT(CHUNKED "\r\n"), TEXT(CHUNKED "-1\r\n"), TEXT(CHUNKED " 1\r\na\r\n"),
        TEXT(CHUNKED "0x1\r\na\r\n"), TEXT(CHUNKED "2\r\nabc\r\n"), TEXT(CHUNKED "2\r\nabXX0\r\n\r\n"),
        TEXT(CHUNKED "2\r\nab0\r\n\r\n"), TEXT(CHUNKED "10000000000000000\r\n"),
        TEXT(CHUNKED "fffffffffffffffff\r\n"), TEXT(CHUNKED "1 1\r\na\r\n"), TEXT(CHUNKED "1,\r\na\r\n"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        body_refused(bad[i]);
}

/* Bare carriage returns and line feeds in the framing: proxies read them in different ways. */
Test(parse, bare_line_ends_between_chunks)
{
    static const struct text bad[] = {
        TEXT(CHUNKED "2\rab\r\n0\r\n\r\n"), TEXT(CHUNKED "2\r\rab\r\n0\r\n\r\n"), TEXT(CHUNKED "2\r\nab\r0\r\n\r\n"),
        TEXT(CHUNKED "2;a\rb\r\nab\r\n0\r\n\r\n"), TEXT(CHUNKED "2;a\nab\r\n0\r\n\r\n"),
        TEXT(CHUNKED "2\nab\r\n0\r\n\r\n"), TEXT(CHUNKED "2\r\nab\n0\r\n\r\n"), TEXT(CHUNKED "0\r\n\rX"),
        TEXT(CHUNKED "0\r\nX: a\rY: b\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        body_refused(bad[i]);
}

/* Fields behind the last chunk aren't headers (RFC 9110 section 6.5.1): they would come past every check. */
Test(parse, trailers_are_no_headers)
{
    gives(TEXT(CHUNKED "0\r\nX-Trailer: a\r\n\r\n"), SEEN_CHUNKED "|body chunked \"\" received 19");
    gives(TEXT(CHUNKED "2\r\nab\r\n0\r\nHost: evil\r\nContent-Length: 7\r\n\r\nGET"),
          SEEN_CHUNKED "|body chunked \"ab\" received 43 then \"GET\"");
}

/* Links between headers of one name, as fill.c follows them. */
static const char *joined(const struct request *r, const struct header *h)
{
    static char text[256];
    size_t n = 0;

    for (;;) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s", PRINT(request_text(r, h->value)));
        if (!h->same)
            return text;
        h = &r->headers[h->same - 1];
        cr_assert(h->repeated);
        text[n++] = ';';
    }
}

Test(parse, headers_of_one_name)
{
    static const char request[] = GET "Accept: a\r\nX-1: 1\r\nx-2: 2\r\naccept: b\r\nX-2: 3\r\nX-1: 4\r\nACCEPT: c\r\n"
                                      "x-2:\r\n\r\n";
    struct feed f;

    feed_begin(&f);
    feed_bytes(&f, request, sizeof request - 1);
    cr_assert_eq(f.result, PARSE_DONE);
    cr_assert_str_eq(joined(&f.r, &f.r.headers[f.r.known[REQ_Accept] - 1]), "a;b;c");
    cr_assert_str_eq(joined(&f.r, &f.r.headers[2]), "1;4");
    cr_assert_str_eq(joined(&f.r, &f.r.headers[3]), "2;3;");
    cr_assert(!f.r.headers[1].repeated && !f.r.headers[2].repeated && !f.r.headers[3].repeated);
    feed_end(&f);
}

/* More names than buckets, each twice. */
Test(parse, many_names)
{
    struct feed f;
    char line[64];

    feed_begin(&f);
    feed_bytes(&f, GET, sizeof GET - 1);
    for (unsigned i = 0; i < 400; i++)
        feed_bytes(&f, line, (size_t)snprintf(line, sizeof line, "N%u: %u\r\n", i % 200, i));
    feed_bytes(&f, "\r\n", 2);
    cr_assert_eq(f.result, PARSE_DONE);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(line, sizeof line, "%u;%u", i, i + 200);
        cr_assert_str_eq(joined(&f.r, &f.r.headers[1 + i]), line);
    }
    feed_end(&f);
}

static void check_known(const struct request *r, unsigned id)
{
    struct text value = request_header(r, (enum request_header)id);
    char want[8];

    snprintf(want, sizeof want, "v%u", id);
    assert_text(value, want);
}

Test(parse, every_known_header)
{
    struct feed f;
    char line[64];

    feed_begin(&f);
    feed_bytes(&f, "GET / HTTP/1.1\r\n", 16);
    for (unsigned id = 0; id < REQ_MAX; id++)
        if (id != REQ_ContentLength && id != REQ_TransferEncoding)
            feed_bytes(&f, line, (size_t)snprintf(line, sizeof line, "%.*s: v%u\r\n",
                                                  PRINT(request_header_names[id]), id));
    feed_bytes(&f, "\r\n", 2);
    cr_assert_eq(f.result, PARSE_DONE, "%s", feed_show(&f));
    for (unsigned id = 0; id < REQ_MAX; id++)
        if (id != REQ_ContentLength && id != REQ_TransferEncoding)
            check_known(&f.r, id);
    cr_assert(!request_header(&f.r, REQ_ContentLength).ptr);
    feed_end(&f);
}

/* A value that is there and empty isn't the same as none. */
Test(parse, an_empty_known_header_is_there)
{
    struct feed f;

    feed_begin(&f);
    feed_bytes(&f, GET "User-Agent:\r\n\r\n", sizeof GET + 14);
    cr_assert_eq(f.result, PARSE_DONE);
    cr_assert(request_header(&f.r, REQ_UserAgent).ptr);
    cr_assert_eq(request_header(&f.r, REQ_UserAgent).len, 0u);
    feed_end(&f);
}

/* A head of exactly n bytes, filled up in the value of a header. */
static char *make_head(size_t n)
{
    static const char start[] = GET "X: ", end[] = "\r\n\r\n";
    char *head = malloc(n);

    memset(head, 'x', n);
    memcpy(head, start, sizeof start - 1);
    memcpy(head + n - 4, end, 4);
    return head;
}

/* What a text comes to that is fed in pieces of this size; also how much of it was looked at. */
static enum page page_of(const char *text, size_t n, size_t piece)
{
    struct feed f;
    enum page page;

    feed_begin(&f);
    for (size_t at = 0; at < n && f.result == PARSE_MORE; at += piece)
        feed_bytes(&f, text + at, n - at < piece ? n - at : piece);
    cr_assert(f.result != PARSE_MORE);
    page = f.page;
    feed_end(&f);
    return page;
}

static const size_t pieces[] = {1000000, 16384, 4096, 1000, 7};

Test(parse, the_longest_head)
{
    for (size_t n = HEAD_MAX - 2; n <= HEAD_MAX + 2; n++) {
        char *head = make_head(n);

        for (size_t i = 0; i < COUNT(pieces); i++) {
            enum page page = page_of(head, n, pieces[i]);

            cr_assert_eq(page, n <= HEAD_MAX ? PAGE_NONE : PAGE_TOO_LONG, "%zu in pieces of %zu: page %d", n,
                         pieces[i], page);
        }
        free(head);
    }
}

Test(parse, a_head_without_end)
{
    char *head = make_head(3 * HEAD_MAX);

    for (size_t i = 0; i < COUNT(pieces); i++)
        cr_assert_eq(page_of(head, 3 * HEAD_MAX, pieces[i]), PAGE_TOO_LONG, "%zu", pieces[i]);
    free(head);
}

/* A request line alone over the limit: 414. */
Test(parse, the_longest_request_line)
{
    static const char end[] = " HTTP/1.1\r\nHost: h\r\n\r\n";

    for (size_t n = HEAD_MAX - 40; n <= HEAD_MAX + 40; n += 8) {
        char *head = malloc(n + sizeof end);
        size_t line = n + 11, whole = n + sizeof end - 1;
        enum page want = line > HEAD_MAX ? PAGE_URL_TOO_LONG : whole > HEAD_MAX ? PAGE_TOO_LONG : PAGE_NONE;

        memset(head, 'a', n);
        memcpy(head, "GET /", 5);
        memcpy(head + n, end, sizeof end);
        for (size_t i = 0; i < COUNT(pieces); i++) {
            enum page page = page_of(head, whole, pieces[i]);

            cr_assert_eq(page, want, "%zu in pieces of %zu: page %d", line, pieces[i], page);
        }
        free(head);
    }
}

/* About a thousand headers of some twelve bytes fit. */
Test(parse, many_headers)
{
    struct feed f;
    char line[32];

    feed_begin(&f);
    feed_bytes(&f, GET, sizeof GET - 1);
    for (unsigned i = 0; i < 1000; i++)
        feed_bytes(&f, line, (size_t)snprintf(line, sizeof line, "custom%03u:v\r\n", i));
    feed_bytes(&f, "\r\n", 2);
    cr_assert_eq(f.result, PARSE_DONE);
    cr_assert_eq(f.r.header_count, 1001);
    feed_end(&f);
}

/* As many as ever fit: four bytes each. */
Test(parse, the_most_headers)
{
    size_t n = sizeof GET - 1;
    char *head = malloc(HEAD_MAX);

    memcpy(head, GET, n);
    for (; n + 6 <= HEAD_MAX; n += 4)
        memcpy(head + n, "a:\r\n", 4);
    memcpy(head + n, "\r\n", 2);
    for (size_t i = 0; i < COUNT(pieces); i++)
        cr_assert_eq(page_of(head, n + 2, pieces[i]), PAGE_NONE, "%zu", pieces[i]);
    free(head);
}

#define NINE "a:1\r\nb:2\r\nc:3\r\nd:4\r\ne:5\r\nf:6\r\ng:7\r\nh:8\r\ni:9\r\n"
#define PARTS NINE NINE NINE NINE

/* Each allocation of the parser fails once: the request is refused, and nothing leaks. */
Test(parse, without_memory)
{
    bool failed = true;

    for (unsigned nth = 1; failed; nth++) {
        struct feed f;
        enum parse_result want;

        feed_begin(&f);
        f.r.in = strdup(GET PARTS "\r\n");
        f.r.in_len = f.r.in_size = (uint32_t)strlen(f.r.in);
        faults_fail_alloc(nth);
        f.result = parse_head(&f.r, &f.page);
        failed = faults_alloc_failed();
        want = failed ? PARSE_REFUSED : PARSE_DONE;
        cr_assert_eq(f.result, want, "allocation %u: %s", nth, feed_show(&f));
        feed_end(&f);
    }
}
