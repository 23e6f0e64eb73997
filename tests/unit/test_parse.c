/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_parse.c: request line and headers. Each request is fed whole, byte by byte and cut in two at each offset, and has
 * to come to the same end. What is accepted and refused is what published tests show of Windows.
 */
#include "engine/parse.h"
#include "engine/parameters.h"

#include <stdlib.h>

#include "faults.h"
#include "feed.h"
#include "requests.h"
#include "unit.h"

#define HEAD_MAX 16384 /* MaxRequestBytes, by default */

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
    refused(TEXT("foo\r\n"), PAGE_BAD_VERB);
    refused(TEXT("foo\n"), PAGE_BAD_VERB);
    line_refused(TEXT("NoSpaces"), PAGE_BAD_VERB);
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

/* Win32's documentation: a line may end with a bare line feed. Others would see other lines, so nothing may follow. */
Test(parse, line_feeds_alone)
{
    gives(TEXT("GET /a HTTP/1.1\nHost: h\nX: y\n\n"), SEEN_GET "|X: y|close|body none");
    gives(TEXT("GET /a HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"), SEEN_GET "|X: y|close|body none");
    gives(TEXT("GET /a HTTP/1.1\r\nHost: h\r\nX: y\r\n\n"), SEEN_GET "|X: y|close|body none");
    gives(TEXT("GET /a HTTP/1.1\nHost: h\r\nX: y\r\n\r\n"), SEEN_GET "|X: y|close|body none");
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
    refused(TEXT("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), PAGE_BAD_HEADER);
    refused(TEXT("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), PAGE_BAD_HEADER);
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

/* The line's end doesn't count; a carriage return that isn't its end does. */
Test(parse, the_longest_field)
{
    static const char fields[][100] = {"X: \r\n\r\n", "X: \n\n", "X: \rX\r\n\r\n"};
    static const unsigned lengths[] = {3, 3, 5};

    for (size_t f = 0; f < COUNT(fields); f++) {
        char head[600] = GET;
        size_t n = strlen(head);

        for (unsigned fill = 60; fill <= 64; fill++) {
            bool too_long = lengths[f] + fill > 64;
            enum page want = too_long ? PAGE_FIELD_TOO_LONG : f == 2 ? PAGE_BAD_LINE_END : PAGE_NONE;

            memcpy(head + n, fields[f], 3);
            memset(head + n + 3, 'v', fill);
            strcpy(head + n + 3 + fill, fields[f] + 3);
            parameters.MaxFieldLength = 64;
            for (size_t piece = 1; piece < strlen(head); piece++) {
                enum page page = page_of(head, strlen(head), piece);

                cr_assert_eq(page, want, "%u in pieces of %zu: page %d", lengths[f] + fill, piece, page);
            }
            parameters.MaxFieldLength = 16384;
        }
    }
}

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

/* As many as ever fit: three bytes each. */
Test(parse, the_most_headers)
{
    size_t n = sizeof GET - 1;
    char *head = malloc(HEAD_MAX);

    memcpy(head, GET, n);
    for (; n + 5 <= HEAD_MAX; n += 3)
        memcpy(head + n, "a:\n", 3);
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
