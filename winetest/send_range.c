/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send_range.c: HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES: the program sends everything, the client gets what it asked for.
 */
#include "sending.h"

#define RANGES HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES
#define CONTENT "0123456789abcdefghij"
#define SIZE 20
#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"

/* A GET with these header lines ("Name: value\r\n" ...). */
static HTTP_REQUEST_ID take(struct scene *x, const char *lines)
{
    char request[2048];

    snprintf(request, sizeof request, "GET /foobar HTTP/1.1\r\nHost: localhost:%%u\r\n%s\r\n", lines);
    return scene_take(x, request, 0);
}

/* CONTENT in two pieces, and what servers of files say of it. */
static void add_content(struct reply *r)
{
    reply_header(r, HttpHeaderContentType, "text/x");
    reply_header(r, HttpHeaderLastModified, MODIFIED);
    reply_header(r, HttpHeaderAcceptRanges, "bytes");
    reply_header(r, HttpHeaderEtag, "\"tag\"");
    reply_text(r, "01234567");
    reply_text(r, "89abcdefghij");
}

static void init_content(struct reply *r)
{
    reply_init(r, 200, "OK");
    add_content(r);
}

/* The answer to a request with these lines. */
static const char *ask(struct scene *x, const char *lines, ULONG flags)
{
    static char text[4096];
    struct reply r;
    ULONG bytes = 0;
    int got;

    init_content(&r);
    ok_eq(reply_send(x->queue, take(x, lines), flags, &r, &bytes), NO_ERROR);
    got = recv_answer(x->client, text, sizeof text);
    ok_eq(got, bytes);
    return text;
}

static void check_part(const char *text, const char *range, const char *body)
{
    char length[16];

    snprintf(length, sizeof length, "%d", (int)strlen(body));
    ok_eq(answer_status(text), 206);
    ok(!strncmp(text, "HTTP/1.1 206 Partial Content\r\n", 30), "got %s", text);
    ok_str(value_of(text, "Content-Range"), range);
    ok_str(value_of(text, "Content-Length"), length);
    ok_str(value_of(text, "Content-Type"), "text/x");
    ok_str(value_of(text, "ETag"), "\"tag\"");
    ok_str(answer_body(text), body);
}

static void check_whole(const char *text)
{
    ok_eq(answer_status(text), 200);
    ok_str(value_of(text, "Content-Range"), "(none)");
    ok_str(answer_body(text), CONTENT);
}

/* [net] One range: 206, its place, its length; the other headers stay. */
static void test_one_range(int version)
{
    static const struct {
        const char *lines, *range, *body;
    } cases[] = {
        {"Range: bytes=0-10\r\n", "bytes 0-10/20", "0123456789a"},
        {"Range: bytes=0-0\r\n", "bytes 0-0/20", "0"},
        {"Range: bytes=7-8\r\n", "bytes 7-8/20", "78"}, /* of both pieces */
        {"Range: bytes=8-9\r\n", "bytes 8-9/20", "89"},
        {"Range: bytes=19-19\r\n", "bytes 19-19/20", "j"},
        {"Range: bytes=15-\r\n", "bytes 15-19/20", "fghij"},
        {"Range: bytes=0-\r\n", "bytes 0-19/20", CONTENT},
        {"Range: bytes=-3\r\n", "bytes 17-19/20", "hij"},
        {"Range: bytes=-100\r\n", "bytes 0-19/20", CONTENT},
        {"Range: bytes=18-1000\r\n", "bytes 18-19/20", "ij"},
        {"Range: Bytes = 1 - 2 \r\n", "bytes 1-2/20", "12"},
        {"Range: bytes=,2-3,\r\n", "bytes 2-3/20", "23"},
        {"Range: bytes=30-40,2-3\r\n", "bytes 2-3/20", "23"}, /* one of them is there */
    };
    struct scene x;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(cases); i++)
        check_part(ask(&x, cases[i].lines, RANGES), cases[i].range, cases[i].body);
    check_alive(&x);
    scene_close(&x);
}

/* [doc] The flag is for GET, and for those who set it. */
static void test_not_asked(int version)
{
    struct scene x;
    struct reply r;
    char text[4096];

    scene_open(&x, version);
    check_whole(ask(&x, "Range: bytes=0-10\r\n", 0));
    check_whole(ask(&x, "", RANGES));
    scene_take(&x, POST_HEAD "Range: bytes=0-10\r\nContent-Length: 0\r\n\r\n", 0);
    init_content(&r);
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, RANGES, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    check_whole(text);
    scene_close(&x);
}

/* [rfc] A range that makes no sense is as good as none. */
static void test_ignored(int version)
{
    static const char *const lines[] = {
        "Range: bytes=\r\n", "Range: bytes=-\r\n", "Range: bytes=x-1\r\n", "Range: bytes=5-2\r\n", "Range: bytes=1-2,x\r\n",
        "Range: lines=1-2\r\n", "Range: bytes 1-2\r\n", "Range: 1-2\r\n", "Range: bytes=1-2-3\r\n", "Range: \r\n",
        "Range: bytes=0x1-2\r\n", "Range: bytes=+1-2\r\n",
    };
    struct scene x;
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(lines); i++)
        check_whole(ask(&x, lines[i], RANGES));
    scene_close(&x);
}

/* [net] Nothing of what is asked is there: the API's own page, under the program's headers; the connection goes on. */
static void test_unsatisfiable(int version)
{
    static const char *const lines[] = {"Range: bytes=20-\r\n", "Range: bytes=100-200\r\n", "Range: bytes=-0\r\n",
                                        "Range: bytes=20-30,40-\r\n"};
    struct scene x;
    char head[1024];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(lines); i++) {
        const char *text = ask(&x, lines[i], RANGES);

        snprintf(head, sizeof head,
                 "HTTP/1.1 416 Requested Range Not Satisfiable\r\nContent-Type: text/x\r\nLast-Modified: " MODIFIED
                 "\r\nAccept-Ranges: bytes\r\nETag: \"tag\"\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: %s\r\n"
                 "Content-Length: 362\r\nContent-Range: bytes */20\r\n\r\n",
                 value_of(text, "Date"));
        ok(!strncmp(text, head, strlen(head)), "got %s, expected %s", text, head);
        ok_eq(strlen(answer_body(text)), 362);
        ok(strstr(text, "<p>HTTP Error 416. The requested range is not satisfiable.</p>") != NULL, "got %s", text);
    }
    check_alive(&x);
    scene_close(&x);
}

/* [net] The program's other headers stand in the page's head where they stand in the answer's. */
static void test_unsatisfiable_headers(int version)
{
    HTTP_KNOWN_HEADER values[] = {{1, "1"}, {1, "2"}};
    HTTP_MULTIPLE_KNOWN_HEADERS multiple;
    HTTP_RESPONSE_INFO info;
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    take(&x, "Range: bytes=20-\r\n");
    if (version == 2) {
        reply_multiple(&r, &info, &multiple, HttpHeaderVia, values, ARRAYSIZE(values));
        add_content(&r);
    } else {
        init_content(&r);
    }
    reply_unknown(&r, "X", "1");
    ok_eq(reply_send(x.queue, x.in.v1.RequestId, RANGES, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 416);
    ok(strstr(text, version == 2 ? "Server: Microsoft-HTTPAPI/2.0\r\nX: 1\r\nVia: 1\r\nVia: 2\r\nDate: "
                                 : "Server: Microsoft-HTTPAPI/2.0\r\nX: 1\r\nDate: ") != NULL,
       "got %s", text);
    scene_close(&x);
}

/* [net] The numbers of a well-known attack: refused by the API, since Windows was repaired, as if it had read them. */
static void test_attack(int version)
{
    static const char *const lines[] = {"Range: bytes=0-18446744073709551615\r\n",
                                        "Range: bytes=18-99999999999999999999999\r\n"};
    struct reply r;
    struct scene x;
    char text[4096], expected[1024];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(lines); i++) {
        init_content(&r);
        ok_eq(reply_send(x.queue, take(&x, lines[i]), RANGES, &r, NULL), NO_ERROR);
        ok(recv_all(x.client, text, sizeof text) > 0, "the connection doesn't end");
        snprintf(expected, sizeof expected,
                 "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=us-ascii\r\n"
                 "Server: Microsoft-HTTPAPI/2.0\r\nDate: %s\r\nConnection: close\r\nContent-Length: 339\r\n\r\n"
                 "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
                 "<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n"
                 "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"
                 "<BODY><h2>Bad Request - Invalid Header</h2>\r\n"
                 "<hr><p>HTTP Error 400. The request has an invalid header name.</p>\r\n</BODY></HTML>\r\n",
                 value_of(text, "Date"));
        ok_str(text, expected);
        scene_reconnect(&x);
    }
    scene_close(&x);
}

/* The body's next part; what is behind it. */
static const char *check_next_part(const char *at, const char *boundary, const char *range, const char *body)
{
    char expected[512];

    snprintf(expected, sizeof expected, "\r\n--%s\r\nContent-Type: text/x\r\nContent-Range: %s\r\n\r\n%s", boundary, range,
             body);
    ok(!strncmp(at, expected, strlen(expected)), "got %s, expected %s", at, expected);
    return at + strlen(expected);
}

/* [net] Several ranges: as many parts, in the order asked for, also overlapping ones. */
static void test_several_ranges(int version)
{
    static const char type[] = "multipart/byteranges; boundary=";
    struct scene x;
    char boundary[128], end[160];
    const char *text, *at;

    scene_open(&x, version);
    text = ask(&x, "Range: bytes=6-9,0-0, -2,50-60,5-7\r\n", RANGES);
    ok_eq(answer_status(text), 206);
    ok_str(value_of(text, "Content-Range"), "(none)");
    ok(!strncmp(value_of(text, "Content-Type"), type, strlen(type)), "got %s", text);
    ok_eq(count_of(text, "\r\nContent-Length: "), 1);
    snprintf(boundary, sizeof boundary, "%s", value_of(text, "Content-Type") + strlen(type));
    at = answer_body(text);
    at = check_next_part(at, boundary, "bytes 6-9/20", "6789");
    at = check_next_part(at, boundary, "bytes 0-0/20", "0");
    at = check_next_part(at, boundary, "bytes 18-19/20", "ij");
    at = check_next_part(at, boundary, "bytes 5-7/20", "567");
    snprintf(end, sizeof end, "\r\n--%s--\r\n", boundary);
    ok_str(at, end);
    check_alive(&x);
    scene_close(&x);
}

/* [own] More than 32 ranges: everything, once. */
static void test_many_ranges(int version)
{
    char lines[512] = "Range: bytes=0-0";
    struct scene x;
    int i;

    for (i = 1; i < 32; i++)
        strcat(lines, ",1-1");
    strcat(lines, "\r\n");
    scene_open(&x, version);
    ok_eq(answer_status(ask(&x, lines, RANGES)), 206);
    snprintf(lines + strlen(lines) - 2, 8, ",2-2\r\n");
    check_whole(ask(&x, lines, RANGES));
    check_alive(&x);
    scene_close(&x);
}

/* [rfc] If-Range: the part only of what the client has the rest of. */
static void test_if_range(int version)
{
    static const char *const same[] = {"If-Range: \"tag\"\r\n", "If-Range: " MODIFIED "\r\n"};
    static const char *const other[] = {"If-Range: \"other\"\r\n", "If-Range: W/\"tag\"\r\n", "If-Range: tag\r\n",
                                        "If-Range: Sun, 06 Nov 1994 08:49:38 GMT\r\n", "If-Range: \r\n"};
    struct reply r;
    struct scene x;
    char lines[128], text[4096];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(same); i++) {
        snprintf(lines, sizeof lines, "Range: bytes=2-4\r\n%s", same[i]);
        check_part(ask(&x, lines, RANGES), "bytes 2-4/20", "234");
    }
    for (i = 0; i < ARRAYSIZE(other); i++) {
        snprintf(lines, sizeof lines, "%sRange: bytes=2-4\r\n", other[i]);
        check_whole(ask(&x, lines, RANGES));
    }
    /* A weak tag never says that the bytes are the same. */
    init_content(&r);
    reply_header(&r, HttpHeaderEtag, "W/\"tag\"");
    ok_eq(reply_send(x.queue, take(&x, "If-Range: W/\"tag\"\r\nRange: bytes=2-4\r\n"), RANGES, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    check_whole(text);
    scene_close(&x);
}

/* A response other than a plain 200 with ranges asked for: it goes out as it is. */
static void check_unchanged(struct scene *x, struct reply *r, USHORT status)
{
    char text[4096];

    ok_eq(reply_send(x->queue, take(x, "Range: bytes=2-4\r\n"), RANGES, r, NULL), NO_ERROR);
    ok(recv_until(x->client, text, sizeof text, CONTENT) > 0, "no answer");
    ok_eq(answer_status(text), status);
    ok_str(answer_body(text), CONTENT);
}

/* [own] A program that answers ranges itself and sets the flag nevertheless (mORMot); a length that isn't the body's. */
static void test_unchanged(int version)
{
    struct reply r;
    struct scene x;

    scene_open(&x, version);
    init_content(&r);
    r.response.StatusCode = 206;
    reply_header(&r, HttpHeaderContentRange, "bytes 0-19/100");
    check_unchanged(&x, &r, 206);
    init_content(&r);
    r.response.StatusCode = 404;
    check_unchanged(&x, &r, 404);
    init_content(&r);
    reply_header(&r, HttpHeaderTransferEncoding, "x");
    check_unchanged(&x, &r, 200);
    scene_reconnect(&x);
    init_content(&r);
    reply_header(&r, HttpHeaderContentLength, "21");
    check_unchanged(&x, &r, 200);
    scene_close(&x);
}

/* [own] A body that comes in parts isn't there to be cut. */
static void test_parts(int version)
{
    struct reply r;
    struct scene x;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = take(&x, "Range: bytes=2-4\r\n");
    init_content(&r);
    reply_header(&r, HttpHeaderContentLength, "24");
    ok_eq(reply_send(x.queue, id, RANGES | HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(body_send(x.queue, id, RANGES, "more", NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 200);
    ok_str(answer_body(text), CONTENT "more");
    check_alive(&x);
    scene_close(&x);
}

/* [doc] The content may be files; a length that the program gives for all of it makes way for the part's. */
static void test_files(int version)
{
    struct reply r;
    struct scene x;
    char path[MAX_PATH], text[4096];
    HANDLE file = make_file(path, CONTENT);

    scene_open(&x, version);
    init_content(&r);
    chunk_file(&r.chunks[1], file, 8, HTTP_BYTE_RANGE_TO_EOF);
    reply_header(&r, HttpHeaderContentLength, "20");
    ok_eq(reply_send(x.queue, take(&x, "Range: bytes=6-12\r\n"), RANGES, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    check_part(text, "bytes 6-12/20", "6789abc");
    ok_eq(count_of(text, "Content-Length"), 1);
    /* The same bytes of a file several times. */
    ok_eq(reply_send(x.queue, take(&x, "Range: bytes=10-11,9-12,10-11\r\n"), RANGES, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(count_of(text, "\r\n\r\nab"), 2);
    ok_eq(count_of(text, "\r\n\r\n9abc"), 1);
    check_alive(&x);
    remove_file(file, path);
    scene_close(&x);
}

/* [own] A request that is gone is told by the send. */
static void test_no_request(int version)
{
    struct reply r;
    struct scene x;

    scene_open(&x, version);
    init_content(&r);
    ok_eq(reply_send(x.queue, 0xdeadbeef, RANGES, &r, NULL), ERROR_CONNECTION_INVALID);
    scene_close(&x);
}

/* [net] What is answered to a range has the headers that version 2 gives several times, too. */
static void v2_test_multiple_headers(void)
{
    HTTP_KNOWN_HEADER values[] = {{1, "a"}, {1, "b"}};
    HTTP_MULTIPLE_KNOWN_HEADERS multiple;
    HTTP_RESPONSE_INFO info;
    struct reply r;
    struct scene x;
    char text[4096];

    scene_open(&x, 2);
    reply_multiple(&r, &info, &multiple, HttpHeaderSetCookie, values, 2);
    add_content(&r);
    ok_eq(reply_send(x.queue, take(&x, "Range: bytes=2-4\r\n"), RANGES, &r, NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    check_part(text, "bytes 2-4/20", "234");
    ok(strstr(text, "\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n") != NULL, "got %s", text);
    scene_close(&x);
}

START_TEST(send_range)
{
    BOTH(test_one_range);
    BOTH(test_not_asked);
    BOTH(test_ignored);
    BOTH(test_unsatisfiable);
    BOTH(test_unsatisfiable_headers);
    BOTH(test_attack);
    BOTH(test_several_ranges);
    BOTH(test_if_range);
    BOTH(test_files);
    v2_test_multiple_headers();
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_many_ranges);
    BOTH(test_unchanged);
    BOTH(test_parts);
    BOTH(test_no_request);
}
