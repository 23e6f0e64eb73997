/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_error_line.c: a line field by field. The expected lines that name a source were written by Windows.
 */
#include "engine/error_line.h"

#include <arpa/inet.h>

#include "unit.h"

#define NOON 1791375894 /* 2026-10-07 12:24:54 */

static union address v4(const char *address, uint16_t port)
{
    union address a = {.v4 = {.sin_family = AF_INET, .sin_port = htons(port)}};

    cr_assert(inet_pton(AF_INET, address, &a.v4.sin_addr) == 1);
    return a;
}

static union address v6(const char *address, uint16_t port, uint32_t scope)
{
    union address a = {.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope}};

    cr_assert(inet_pton(AF_INET6, address, &a.v6.sin6_addr) == 1);
    return a;
}

static struct error_record record(const char *phrase, unsigned status)
{
    return (struct error_record){.time = NOON, .phrase = phrase, .status = (uint16_t)status,
                                 .client = v4("127.0.0.1", 54517), .server = v4("127.0.0.1", 8123)};
}

static const char *line_of(const struct error_record *r)
{
    static char line[ERROR_LINE_MAX + 1];
    size_t n = error_line_write(r, line);

    cr_assert(n < sizeof line);
    line[n] = 0;
    return line;
}

#define assert_line(r, want) cr_assert_str_eq(line_of(&(r)), "2026-10-07 12:24:54 " want "\r\n")

/* One field alone, of a line whose others are known. */
static const char *uri_of(struct text uri)
{
    static char field[ERROR_LINE_MAX];
    struct error_record r = record("URL", 400);
    const char *start, *end;

    r.uri = uri;
    start = strstr(line_of(&r), " 8123 - - ") + 10;
    end = strstr(start, " - - 400 - URL - TCP - -\r\n");
    cr_assert(end, "%s", line_of(&r));
    snprintf(field, sizeof field, "%.*s", (int)(end - start), start);
    return field;
}

/* Recorded: log2timeline/plaso, test_data/httperr/httperr.log. */
Test(error_line, nothing_parsed)
{
    struct error_record r = record("Verb", 400);

    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 - - - - - 400 - Verb - TCP - -");
}

Test(error_line, whole_request)
{
    struct error_record r = record("Hostname", 400);

    r.major = r.minor = 1;
    r.verb = text_of("GET");
    r.uri = text_of("/test'XOR(1)*!");
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 HTTP/1.1 GET /test'XOR(1)*! - - 400 - Hostname - TCP - -");
}

Test(error_line, verb_alone)
{
    struct error_record r = record("URL_Length", 414);

    r.verb = text_of("GET");
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 - GET - - - 414 - URL_Length - TCP - -");
}

Test(error_line, other_version)
{
    struct error_record r = record("Version_N/S", 505);

    r.major = r.minor = 9;
    r.verb = text_of("GET");
    r.uri = text_of("/a");
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 HTTP/9.9 GET /a - - 505 - Version_N/S - TCP - -");
}

/* KB 820729: numbers of two digits aren't written. */
Test(error_line, version_of_two_digits)
{
    struct error_record r = record("Version_N/S", 505);

    r.major = 10;
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 HTTP/?.? - - - - 505 - Version_N/S - TCP - -");
    r.major = 1, r.minor = 255;
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 HTTP/?.? - - - - 505 - Version_N/S - TCP - -");
    r.major = 0, r.minor = 9;
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 HTTP/0.9 - - - - 505 - Version_N/S - TCP - -");
}

/* KB 820729: no more than three digits. */
Test(error_line, status)
{
    struct error_record r = record("Timer_ConnectionIdle", 0);

    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 - - - - - - - Timer_ConnectionIdle - TCP - -");
    r.status = 999;
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 - - - - - 999 - Timer_ConnectionIdle - TCP - -");
    r.status = 1000;
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 - - - - - - - Timer_ConnectionIdle - TCP - -");
}

/* The first recorded: sedwards2009/logjoint's HTTPERR sample. The scope is there when it is 0, too. */
Test(error_line, ipv6)
{
    struct error_record r = record("Timer_ConnectionIdle", 0);

    r.client = v6("2001:4898:0:fff:0:5efe:10.164.167.30", 54697, 0);
    r.server = v6("2001:4898:0:fff:0:5efe:10.85.220.4", 80, 0);
    assert_line(r, "2001:4898:0:fff:0:5efe:10.164.167.30%0 54697 2001:4898:0:fff:0:5efe:10.85.220.4%0 80 "
                   "- - - - - - - Timer_ConnectionIdle - TCP - -");
    r.client = v6("::1", 1, 0);
    r.server = v6("fe80::200:5efe:192.0.2.1", 65535, 12);
    assert_line(r, "::1%0 1 fe80::200:5efe:192.0.2.1%12 65535 - - - - - - - Timer_ConnectionIdle - TCP - -");
    r.client = v6("::5efe:c000:201", 2, 0); /* the other kinds */
    r.server = v6("2001:db8::100:5efe:102:304", 3, 0);
    assert_line(r, "::5efe:192.0.2.1%0 2 2001:db8::100:5efe:102:304%0 3 - - - - - - - Timer_ConnectionIdle - TCP - -");
}

Test(error_line, unknown_addresses)
{
    struct error_record r = {.time = NOON, .phrase = "Connections_Refused", .server = v4("192.0.2.1", 80)};

    assert_line(r, "- - 192.0.2.1 80 - - - - - - - Connections_Refused - TCP - -");
}

Test(error_line, queue)
{
    struct error_record r = record("QueueFull", 503);

    r.queue = text_of("My Queue\t1");
    assert_line(r, "127.0.0.1 54517 127.0.0.1 8123 - - - - - 503 - QueueFull My+Queue+1 TCP - -");
}

/* No client writes a field, a line, or to the terminal of whoever reads the log. */
Test(error_line, escaping)
{
    cr_assert_str_eq(uri_of(text_of("/a b\tc\r\nd\x1b[2J\x7f|<>\"%00")), "/a+b+c++d+[2J+|<>\"%00");
    cr_assert_str_eq(uri_of((struct text){"/a\0b", 4}), "/a+b");
    cr_assert_str_eq(uri_of(text_of("/\xc2\x9b\xc2\x80x\xc2\xa0\xc3\x9b\xc2")), "/++x\xc2\xa0\xc3\x9b\xc2");
}

static struct text many(size_t n, char c)
{
    static char bytes[ERROR_URI_MAX + 100];

    cr_assert(n <= sizeof bytes);
    memset(bytes, c, n);
    return (struct text){bytes, n};
}

Test(error_line, cuts)
{
    struct error_record r = record("URL", 400);
    const char *line;

    cr_assert_eq(strlen(uri_of(many(ERROR_URI_MAX, 'x'))), ERROR_URI_MAX);
    cr_assert_eq(strlen(uri_of(many(ERROR_URI_MAX + 1, 'x'))), ERROR_URI_MAX);
    r.verb = many(256, 'V');
    line = line_of(&r);
    cr_assert_eq(strspn(strchr(line, 'V'), "V"), 255u);
}

/* Not in the middle of a character; what isn't UTF-8 is cut where it is. */
Test(error_line, cuts_whole_characters)
{
    char bytes[] = "ab\xf0\x9f\x98\x80z";

    assert_text(error_line_cut(text_of(bytes), 6), "ab\xf0\x9f\x98\x80");
    assert_text(error_line_cut(text_of(bytes), 5), "ab");
    assert_text(error_line_cut(text_of(bytes), 3), "ab");
    assert_text(error_line_cut(text_of(bytes), 2), "ab");
    cr_assert_eq(error_line_cut(many(10, '\x80'), 9).len, 6u);
    cr_assert_eq(error_line_cut(many(3, '\x80'), 2).len, 0u);
}

/* The longest line there can be. */
Test(error_line, fits)
{
    struct error_record r = record("Connection_Abandoned_By_AppPool", 999);

    r.client = v6("2001:4898:1111:1fff:1111:5efe:110.164.167.130", 65535, UINT32_MAX);
    r.server = r.client;
    r.major = 255;
    r.verb = r.uri = r.queue = many(ERROR_URI_MAX + 100, 'x');
    cr_assert(strlen(line_of(&r)) <= ERROR_LINE_MAX);
}

Test(error_line, head)
{
    char head[ERROR_HEAD_MAX + 1];
    size_t n = error_line_head(NOON, head);

    head[n] = 0;
    cr_assert_str_eq(head, "#Software: Microsoft HTTP API 2.0\r\n#Version: 1.0\r\n#Date: 2026-10-07 12:24:54\r\n"
                           "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid streamid_ex "
                           "sc-status s-siteid s-reason s-queuename transport fault-code extended-fault-code\r\n");
}
