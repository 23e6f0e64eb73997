/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_framing.c: what a head says about its body, and chunked bodies. Each request is fed whole, byte by byte and cut
 * in two at each offset.
 */
#include "engine/framing.h"

#include <stdlib.h>

#include "feed.h"
#include "requests.h"
#include "unit.h"

Test(framing, expect)
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
    gives(TEXT(POST "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"),
          SEEN_POST "|Transfer-Encoding: chunked|Expect: 100-continue|continue|body chunked \"\"... received 0");
}

Test(framing, other_expectations)
{
    gives(TEXT(POST "Content-Length: 1\r\nExpect: x, 100-CONTINUE\r\n\r\n"),
          SEEN_POST "|Content-Length: 1|Expect: x, 100-CONTINUE|continue|body length left 1");
    gives(TEXT(POST "Content-Length: 1\r\nExpect: x\r\nExpect: 100-continue\r\n\r\n"),
          SEEN_POST "|Content-Length: 1|Expect: x|Expect: 100-continue|continue|body length left 1");
    gives(TEXT(POST "Content-Length: 1\r\nExpect: 100-continued\r\n\r\n"),
          SEEN_POST "|Content-Length: 1|Expect: 100-continued|body length left 1");
    gives(TEXT(POST "Content-Length: 1\r\nExpect:\r\n\r\n"),
          SEEN_POST "|Content-Length: 1|Expect: |body length left 1");
}

Test(framing, content_length)
{
    gives(TEXT(POST "Content-Length: 5\r\n\r\n"), SEEN_POST "|Content-Length: 5|body length left 5");
    gives(TEXT(POST "Content-Length: 5\r\n\r\nab"), SEEN_POST "|Content-Length: 5|body length left 3");
    gives(TEXT(POST "Content-Length: 0\r\n\r\n"), SEEN_POST "|Content-Length: 0|body none");
    gives(TEXT(GET "Content-Length: 1\r\n\r\n"), SEEN_GET "|Content-Length: 1|body length left 1");
    gives(TEXT(POST "Content-Length: 9223372036854775807\r\n\r\n"),
          SEEN_POST "|Content-Length: 9223372036854775807|body length left 9223372036854775807");
    gives(TEXT(POST "Content-Length: 9223372036854775808\r\n\r\n"),
          SEEN_POST "|Content-Length: 9223372036854775808|body length left 9223372036854775808");
    gives(TEXT(POST "Content-Length: 18446744073709551615 \r\n\r\n"),
          SEEN_POST "|Content-Length: 18446744073709551615|body length left 18446744073709551615");
}

Test(framing, blanks_around_a_content_length)
{
    gives(TEXT(POST "Content-Length:\t 1 \t\r\n\r\n"), SEEN_POST "|Content-Length: 1|body length left 1");
}

/* Eight, for who reads octal numbers: nothing may follow. */
Test(framing, leading_zeros_in_a_content_length)
{
    gives(TEXT(POST "Content-Length: 010\r\n\r\n"), SEEN_POST "|Content-Length: 010|close|body length left 10");
    gives(TEXT(POST "Content-Length: 00\r\n\r\n"), SEEN_POST "|Content-Length: 00|close|body none");
    gives(TEXT(POST "Content-Length: 00000000000000000000000000000000000001\r\n\r\n"),
          SEEN_POST "|Content-Length: 00000000000000000000000000000000000001|close|body length left 1");
}

Test(framing, bad_content_lengths)
{
    static const char *const bad[] = {"-10", "-9223372036854775809", "18446744073709551616", "1x", "0x1", "+1", "1 2",
                                      "1,2", "1, 1", "", " ", "1.0", "1e1", "\"1\"",
                                      "1 1", "1;", ",1", "1,", "- 1", "--1", "\xef\xbc\x91", "99999999999999999999",
                                      "1_0"};

    for (size_t i = 0; i < COUNT(bad); i++) {
        char request[128];

        snprintf(request, sizeof request, POST "Content-Length: %s\r\n\r\n", bad[i]);
        refused(text_of(request), PAGE_BAD_NUMBER);
        snprintf(request, sizeof request, POST "Content-Length: %s\r\nTransfer-Encoding: chunked\r\n\r\n", bad[i]);
        refused(text_of(request), PAGE_BAD_NUMBER);
    }
}

Test(framing, two_different_content_lengths)
{
    refused(TEXT(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), PAGE_BAD_HEADER);
    refused(TEXT(POST "Content-Length: 1\r\nContent-Length: 1, 2\r\n\r\n"), PAGE_BAD_NUMBER);
    refused(TEXT(POST "Content-Length: 1\r\nContent-Length: 01\r\n\r\n"), PAGE_BAD_HEADER);
    refused(TEXT(POST "Content-Length: 0\r\nContent-Length: 1\r\n\r\n"), PAGE_BAD_HEADER);
    refused(TEXT(POST "Content-Length:\r\nContent-Length: 1\r\n\r\n"), PAGE_BAD_NUMBER);
    refused(TEXT(POST "Content-Length: 1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"),
            PAGE_BAD_HEADER);
}

/* .NET's HttpListener test: accepted, and the application sees a single "1". */
Test(framing, the_same_content_length_twice)
{
    char *got = parse_each_way(TEXT(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"));

    cr_assert(strstr(got, "|body length left 1"), "%s", got);
    free(got);
}

Test(framing, length_required)
{
    refused(TEXT(POST "\r\n"), PAGE_LENGTH_REQUIRED);
    refused(TEXT("PUT / HTTP/1.1\r\nHost: h\r\n\r\n"), PAGE_LENGTH_REQUIRED);
    refused(TEXT("POST / HTTP/1.0\r\n\r\n"), PAGE_LENGTH_REQUIRED);
    gives(TEXT("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"), "DELETE / 1.1|Host: h|body none");
    gives(TEXT("post / HTTP/1.1\r\nHost: h\r\n\r\n"), "post? / 1.1|Host: h|body none");
}

#define CHUNKS "5\r\nhello\r\n0\r\n\r\n"
#define SEEN_CHUNKS "|body chunked \"hello\" received 15"

static void chunks_behind(const char *headers, const char *seen)
{
    char request[256], want[256];

    snprintf(request, sizeof request, POST "%s\r\n" CHUNKS, headers);
    snprintf(want, sizeof want, SEEN_POST "%s" SEEN_CHUNKS, seen);
    gives(text_of(request), want);
}

Test(framing, chunked)
{
    chunks_behind("Transfer-Encoding: chunked\r\n", "|Transfer-Encoding: chunked");
    chunks_behind("transfer-encoding:CHUNKED\r\n", "|transfer-encoding: CHUNKED");
    chunks_behind("Transfer-Encoding: \t chunked \t\r\n", "|Transfer-Encoding: chunked");
}

/* .NET's tests of HTTP.sys: accepted. They leave open what becomes of the connection; it ends, as with two lengths. */
Test(framing, codings_that_end_with_chunked)
{
    chunks_behind("Transfer-Encoding: gzip, chunked\r\n", "|Transfer-Encoding: gzip, chunked|close");
    chunks_behind("Transfer-Encoding: gzip,chunked\r\n", "|Transfer-Encoding: gzip,chunked|close");
    chunks_behind("Transfer-Encoding: gzip\t,\tchunked\r\n", "|Transfer-Encoding: gzip\\09,\\09chunked|close");
    chunks_behind("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
                  "|Transfer-Encoding: gzip|Transfer-Encoding: chunked|close");
    chunks_behind("Transfer-Encoding: chunked,\r\n", "|Transfer-Encoding: chunked,|close");
    chunks_behind("Transfer-Encoding: , chunked ,, \r\n", "|Transfer-Encoding: , chunked ,,|close");
}

/* RFC 9112 section 6.1: to be taken for a mistake. Behind the answer nothing is read. */
Test(framing, chunked_in_http_1_0)
{
    gives(TEXT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS),
          "POST / 1.0|Transfer-Encoding: chunked|close" SEEN_CHUNKS);
    refused(TEXT("POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n"), PAGE_NO_CODING);
}

Test(framing, other_codings)
{
    static const char *const bad[] = {
        "Transfer-Encoding: garbage\r\n", "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunkedx\r\n", "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding: chunked x\r\n",
        "Transfer-Encoding: \r\n", "Transfer-Encoding: ,\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
        "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: ,\r\n", "Transfer-Encoding: \x0b" "chunked\r\n",
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
Test(framing, length_and_coding)
{
    gives(TEXT(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS),
          SEEN_POST "|Content-Length: 3|Transfer-Encoding: chunked|close" SEEN_CHUNKS);
    gives(TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" CHUNKS),
          SEEN_POST "|Transfer-Encoding: chunked|Content-Length: 3|close" SEEN_CHUNKS);
    gives(TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" CHUNKS),
          SEEN_POST "|Transfer-Encoding: chunked|Content-Length: 0|close" SEEN_CHUNKS);
    refused(TEXT(POST "Content-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\n"), PAGE_NO_CODING);
}

/* Each verb may have a body but CONNECT, whose body some take for the tunnel's first bytes. */
Test(framing, bodies_of_any_verb)
{
    static const char *const verbs[] = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "post", "X"};

    for (size_t i = 0; i < COUNT(verbs); i++) {
        char request[128], want[128];
        const char *unknown = i == 5 || i > 6 ? "?" : "";

        snprintf(request, sizeof request, "%s /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabGET", verbs[i]);
        snprintf(want, sizeof want, "%s%s /a 1.1|Host: h|Content-Length: 2|body length left 0 then \"GET\"", verbs[i],
                 unknown);
        gives(text_of(request), want);
    }
    refused(TEXT("CONNECT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"), PAGE_BAD_REQUEST);
    refused(TEXT("CONNECT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"), PAGE_BAD_REQUEST);
    gives(TEXT("CONNECT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
          "CONNECT /a 1.1|Host: h|Content-Length: 0|body none");
}

/* Upgrade headers mean something to llhttp; the framing stays the same. */
Test(framing, a_body_with_an_upgrade)
{
    gives(TEXT(POST "Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS),
          SEEN_POST "|Connection: Upgrade|Upgrade: x|Transfer-Encoding: chunked" SEEN_CHUNKS);
    gives(TEXT(POST "Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nab"),
          SEEN_POST "|Connection: Upgrade|Upgrade: x|Content-Length: 5|body length left 3");
}

#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define SEEN_CHUNKED SEEN_POST "|Transfer-Encoding: chunked"

Test(framing, chunks)
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
Test(framing, chunk_extensions)
{
    gives(TEXT(CHUNKED "2;ext\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 16");
    gives(TEXT(CHUNKED "2;a=b;c=d\r\nab\r\n0;e\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 22");
    gives(TEXT(CHUNKED "2;a=\"b c\"\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 20");
    gives(TEXT(CHUNKED "2 \t; a = b\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 21");
    gives(TEXT(CHUNKED "2;a=\"\\\"b\";c\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 22");
    gives(TEXT(CHUNKED "2;\r\nab\r\n0;;\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 15");
    gives(TEXT(CHUNKED "2;\xff\t=\r\nab\r\n0\r\n\r\n"), SEEN_CHUNKED "|body chunked \"ab\" received 16");
}

/* Some parsers look for the end of the string, and others for the end of the line. */
Test(framing, strings_without_end)
{
    body_refused(TEXT(CHUNKED "2;a=\"b\r\nab\r\n0;\"\r\n\r\n"));
    body_refused(TEXT(CHUNKED "2;a=\"b\\\"\r\nab\r\n0\r\n\r\n"));
    body_refused(TEXT(CHUNKED "2;a=\"\\\r\nab\r\n0\r\n\r\n"));
    body_refused(TEXT(CHUNKED "2;a=\"\nb\"\r\nab\r\n0\r\n\r\n"));
    body_refused(TEXT(CHUNKED "2;a=\"\rb\"\r\nab\r\n0\r\n\r\n"));
}

Test(framing, the_largest_chunks)
{
    gives(TEXT(CHUNKED "ffffffffffffffff\r\nab"), SEEN_CHUNKED "|body chunked \"ab\"... received 20");
    gives(TEXT(CHUNKED "FFFFFFFFFFFFFFFF;a\r\nab"), SEEN_CHUNKED "|body chunked \"ab\"... received 22");
    gives(TEXT(CHUNKED "0000000000000002\r\nab\r\n0000000000000000\r\n\r\n"),
          SEEN_CHUNKED "|body chunked \"ab\" received 42");
    body_refused(TEXT(CHUNKED "00000000000000002\r\nab"));
    body_refused(TEXT(CHUNKED "2\r\nab\r\n00000000000000000"));
    body_refused(TEXT(CHUNKED "10000000000000002\r\nab"));
}

/* A body of `n` bytes of framing that are read and dropped, between the two texts. */
static bool is_taken(const char *before, size_t n, const char *behind)
{
    struct feed f;
    char *x = malloc(n);
    bool taken;

    memset(x, 'x', n);
    feed_begin(&f);
    feed_bytes(&f, CHUNKED, sizeof CHUNKED - 1);
    feed_bytes(&f, before, strlen(before));
    feed_bytes(&f, x, n);
    feed_bytes(&f, behind, strlen(behind));
    taken = !f.bad_body && f.r.body.complete;
    feed_end(&f);
    free(x);
    return taken;
}

Test(framing, too_much_that_nobody_reads)
{
    cr_expect(is_taken("1;", 16000, "\r\na\r\n0\r\n\r\n"));
    cr_expect(!is_taken("1;", 17000, "\r\na\r\n0\r\n\r\n"));
    cr_expect(is_taken("1;\"", 16000, "\"\r\na\r\n0\r\n\r\n"));
    cr_expect(!is_taken("1;\"", 17000, "\"\r\na\r\n0\r\n\r\n"));
    cr_expect(is_taken("0\r\nX: ", 16000, "\r\n\r\n"));
    cr_expect(!is_taken("0\r\nX: ", 17000, "\r\n\r\n"));
    cr_expect(!is_taken("0\r\n", 17000, ": x\r\n\r\n"));
    cr_expect(!is_taken("0\r\nA: b\r\n", 17000, ": x\r\n\r\n"));
}

/* All bytes of a chunk, and a chunk in many parts. */
Test(framing, any_bytes_in_a_chunk)
{
    char request[512], *got;
    size_t n = (size_t)snprintf(request, sizeof request, CHUNKED "100\r\n");

    for (int c = 0; c < 256; c++)
        request[n++] = (char)c;
    memcpy(request + n, "\r\n0\r\n\r\n", 7);
    got = parse_each_way((struct text){request, n + 7});
    cr_assert(strstr(got, "\\fe\\ff\" received 268"), "%s", got);
    free(got);
}

Test(framing, behind_the_last_chunk)
{
    gives(TEXT(CHUNKED "2\r\nab\r\n0\r\n\r\nGET /next"),
          SEEN_CHUNKED "|body chunked \"ab\" received 12 then \"GET /next\"");
    gives(TEXT(CHUNKED "0\r\n\r\n" CHUNKED "0\r\n\r\n"),
          SEEN_CHUNKED "|body chunked \"\" received 5 then \"POST /a HTTP/1.1\\0d\\0aHost: h\\0d\\0a"
                       "Transfer-Encoding: chunked\\0d\\0a\\0d\\0a0\\0d\\0a\\0d\\0a\"");
}

Test(framing, behind_a_request_without_a_body)
{
    gives(TEXT(GET "\r\nGET /b"), SEEN_GET "|body none then \"GET /b\"");
    gives(TEXT(POST "Content-Length: 0\r\n\r\n\r\nX"), SEEN_POST "|Content-Length: 0|body none then \"\\0d\\0aX\"");
}

Test(framing, bad_chunks)
{
    static const struct text bad[] = {
        TEXT(CHUNKED "x\r\n"), TEXT(CHUNKED "\r\n"), TEXT(CHUNKED "-1\r\n"), TEXT(CHUNKED " 1\r\na\r\n"),
        TEXT(CHUNKED "0x1\r\na\r\n"), TEXT(CHUNKED "2\r\nabc\r\n"), TEXT(CHUNKED "2\r\nabXX0\r\n\r\n"),
        TEXT(CHUNKED "2\r\nab0\r\n\r\n"), TEXT(CHUNKED "10000000000000000\r\n"),
        TEXT(CHUNKED "fffffffffffffffff\r\n"), TEXT(CHUNKED "1 1\r\na\r\n"), TEXT(CHUNKED "1,\r\na\r\n"),
        TEXT(CHUNKED "1 \r\na\r\n"),
        TEXT(CHUNKED "+1\r\na\r\n"), TEXT(CHUNKED "\t1\r\na\r\n"), TEXT(CHUNKED "1h\r\na\r\n"), TEXT(CHUNKED ";a\r\n"),
        TEXT(CHUNKED "1\r\na\r\n\r\n"), TEXT(CHUNKED "1 a\r\na\r\n"), TEXT(CHUNKED "1;a\0\r\na\r\n"),
        TEXT(CHUNKED "1_0\r\na"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        body_refused(bad[i]);
}

/* Bare carriage returns and line feeds in the framing: proxies read them in different ways. */
Test(framing, bare_line_ends_between_chunks)
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
Test(framing, trailers_are_no_headers)
{
    gives(TEXT(CHUNKED "0\r\nX-Trailer: a\r\n\r\n"), SEEN_CHUNKED "|body chunked \"\" received 19");
    gives(TEXT(CHUNKED "0\r\nA:\r\nB: \xff\t\r\n\r\n"), SEEN_CHUNKED "|body chunked \"\" received 16");
    gives(TEXT(CHUNKED "2\r\nab\r\n0\r\nHost: evil\r\nContent-Length: 7\r\n\r\nGET"),
          SEEN_CHUNKED "|body chunked \"ab\" received 43 then \"GET\"");
}

Test(framing, bad_trailers)
{
    static const struct text bad[] = {
        TEXT(CHUNKED "0\r\nX\r\n\r\n"), TEXT(CHUNKED "0\r\n: a\r\n\r\n"), TEXT(CHUNKED "0\r\nX : a\r\n\r\n"),
        TEXT(CHUNKED "0\r\nX: a\r\n b\r\n\r\n"), TEXT(CHUNKED "0\r\n X: a\r\n\r\n"), TEXT(CHUNKED "0\r\nX: a\n\r\n"),
        TEXT(CHUNKED "0\r\nX: a\0\r\n\r\n"), TEXT(CHUNKED "0\r\n\n"), TEXT(CHUNKED "0\r\nGET / HTTP/1.1\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        body_refused(bad[i]);
}
