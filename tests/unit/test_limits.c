/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_limits.c: how long a head and its parts may be (Microsoft's page "Http.sys registry settings for Windows"; facts
 * 7.3). Each at, below and above its limit, and however it is cut: the verdict doesn't depend on how it comes.
 */
#include <stdlib.h>

#include "engine/parameters.h"
#include "engine/parse.h"
#include "feed.h"
#include "unit.h"

#define FIELD 64
#define REQUEST 256

static void set_limits(void)
{
    parameters.MaxFieldLength = FIELD;
    parameters.MaxRequestBytes = REQUEST;
}

TestSuite(limits, .init = set_limits);

struct text_buffer {
    char text[200000];
    size_t len;
} t;

static void begin(void)
{
    t.len = 0;
}

static void add(const char *s)
{
    strcpy(t.text + t.len, s);
    t.len += strlen(s);
}

static void add_many(char c, size_t n)
{
    memset(t.text + t.len, c, n);
    t.len += n;
}

/* The verdict on the first n bytes in pieces of this size; -1 when more is wanted. */
static int verdict(const char *text, size_t n, size_t piece)
{
    struct feed f;
    int page;

    feed_begin(&f);
    for (size_t at = 0; at < n && f.result == PARSE_MORE; at += piece)
        feed_bytes(&f, text + at, n - at < piece ? n - at : piece);
    page = f.result == PARSE_MORE ? -1 : (int)f.page;
    feed_end(&f);
    return page;
}

static void is_judged(enum page want)
{
    for (size_t piece = 1; piece <= t.len; piece = piece < 8 ? piece + 1 : piece * 3 / 2) {
        int got = verdict(t.text, t.len, piece);

        cr_assert_eq(got, (int)want, "%zu bytes, in pieces of %zu: page %d, not %d\n%.*s", t.len, piece, got, (int)want,
                     (int)(t.len < 400 ? t.len : 400), t.text);
    }
    cr_assert_eq(verdict(t.text, t.len, t.len), (int)want);
}

static void begin_request(void)
{
    begin();
    add("GET / HTTP/1.1\r\nHost: h\r\n");
}

/* A field's line, without its end, of n bytes. */
static void add_field(size_t n, const char *end)
{
    add("X: ");
    add_many('x', n - 3);
    add(end);
}

Test(limits, fields)
{
    static const char *const ends[] = {"\r\n", "\n"};

    for (size_t i = 0; i < COUNT(ends); i++)
        for (size_t n = FIELD - 1; n <= FIELD + 3; n++) {
            begin_request();
            add_field(n, ends[i]);
            add("Y: y\r\n\r\n");
            is_judged(n <= FIELD ? PAGE_NONE : PAGE_FIELD_TOO_LONG);
            begin_request();
            add("Y: y\r\n");
            add_field(n, ends[i]);
            add("\n");
            is_judged(n <= FIELD ? PAGE_NONE : PAGE_FIELD_TOO_LONG);
        }
}

/* The name belongs to the field. */
Test(limits, names)
{
    for (size_t n = FIELD - 1; n <= FIELD + 1; n++) {
        begin_request();
        add_many('n', n - 1);
        add(":\r\n\r\n");
        is_judged(n <= FIELD ? PAGE_NONE : PAGE_FIELD_TOO_LONG);
    }
}

/* A field that never ends is refused as soon as it is too long. */
Test(limits, fields_without_end)
{
    begin_request();
    add_many('x', FIELD);
    cr_assert_eq(verdict(t.text, t.len, 1), -1);
    add_many('x', 1);
    is_judged(PAGE_FIELD_TOO_LONG);
    add_many('x', REQUEST);
    is_judged(PAGE_FIELD_TOO_LONG);
}

static void add_lines_up_to(size_t n)
{
    while (n - t.len > 40)
        add("Y: yyyyyyyyyyyyyyyyyy\r\n");
    add("Z: ");
    add_many('z', n - t.len - 2);
    add("\r\n");
}

Test(limits, heads)
{
    for (size_t n = REQUEST - 3; n <= REQUEST + 3; n++) {
        begin_request();
        add_lines_up_to(n - 2);
        add("\r\n");
        cr_assert_eq(t.len, n);
        is_judged(n <= REQUEST ? PAGE_NONE : PAGE_TOO_LONG);
    }
}

/* Behind the head another limit holds. */
Test(limits, bodies_do_not_count)
{
    begin();
    add("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n");
    add_lines_up_to(REQUEST - 2);
    add("\r\n");
    add_many('b', 500);
    is_judged(PAGE_NONE);
}

/* What is over both limits: the head's, when the field could only end behind it. */
Test(limits, fields_at_the_end_of_the_head)
{
    for (size_t start = REQUEST - FIELD - 8; start <= REQUEST - FIELD + 8; start++)
        for (size_t n = FIELD - 2; n <= FIELD + 8; n++) {
            bool field = n > FIELD && start + FIELD + 2 <= REQUEST;

            begin_request();
            add_lines_up_to(start);
            add_field(n, "\r\n");
            add("\r\n");
            is_judged(field ? PAGE_FIELD_TOO_LONG : t.len > REQUEST ? PAGE_TOO_LONG : PAGE_NONE);
        }
}

/* The same limits, as they are by default: only the head's is ever met. */
Test(limits, equal_limits)
{
    parameters.MaxFieldLength = REQUEST;
    for (size_t n = REQUEST - 60; n <= REQUEST + 10; n++) {
        begin_request();
        add_field(n, "\r\n");
        add("\r\n");
        is_judged(t.len > REQUEST ? PAGE_TOO_LONG : PAGE_NONE);
    }
}

Test(limits, targets)
{
    for (size_t n = FIELD - 2; n <= FIELD + 2; n++) {
        begin();
        add("GET /");
        add_many('u', n - 1);
        add(" HTTP/1.1\r\nHost: h\r\n\r\n");
        is_judged(n <= FIELD ? PAGE_NONE : PAGE_URL_TOO_LONG);
        begin();
        add("GET /?");
        add_many('u', n - 2);
        add(" HTTP/1.1\r\nHost: h\r\n\r\n");
        is_judged(n <= FIELD ? PAGE_NONE : PAGE_URL_TOO_LONG);
    }
}

/* The request line alone over the limit is 414; the line fits and the head doesn't: 400. */
Test(limits, request_lines)
{
    parameters.MaxFieldLength = REQUEST;
    for (size_t n = REQUEST - 30; n <= REQUEST + 30; n++) {
        begin();
        add("GET /");
        add_many('u', n - 5 - 11);
        add(" HTTP/1.1\r\nHost: h\r\n\r\n");
        is_judged(n > REQUEST ? PAGE_URL_TOO_LONG : t.len > REQUEST ? PAGE_TOO_LONG : PAGE_NONE);
    }
}

/* A line that never ends is refused when no target could be this long. */
Test(limits, lines_without_end)
{
    parameters.MaxRequestBytes = 1 << 24;
    for (int blank = 0; blank < 2; blank++) {
        begin();
        add("GET /");
        if (blank)
            add(" ");
        add_many('x', 2 * FIELD + 10 - t.len);
        cr_assert_eq(verdict(t.text, t.len, 1), -1);
        add_many('x', 1);
        is_judged(PAGE_URL_TOO_LONG);
        add("\r\n");
        is_judged(PAGE_URL_TOO_LONG);
    }
}

Test(limits, verbs)
{
    for (size_t n = FIELD - 1; n <= FIELD + 1; n++) {
        begin();
        add_many('V', n);
        add(" / HTTP/1.1\r\nHost: h\r\n\r\n");
        is_judged(n <= FIELD ? PAGE_NONE : PAGE_BAD_VERB);
    }
    begin();
    add_many('V', 100000);
    is_judged(PAGE_BAD_VERB);
}

/* Both limits again: the line's, when the verb could only end behind it. */
Test(limits, verbs_at_the_end_of_the_head)
{
    parameters.MaxRequestBytes = FIELD;
    begin();
    add_many('V', FIELD + 1);
    add(" / HTTP/1.1\r\n\r\n");
    is_judged(PAGE_URL_TOO_LONG);
}

/* A wrong verb is refused at its first byte, however much comes behind it. */
Test(limits, a_wrong_verb_before_a_long_line)
{
    begin();
    add("\x16");
    add_many('x', 2 * REQUEST);
    add("\r\n");
    is_judged(PAGE_BAD_VERB);
}

Test(limits, blank_lines_without_end)
{
    begin();
    for (size_t i = 0; i < REQUEST; i++)
        add("\r\n");
    is_judged(PAGE_TOO_LONG);
}

/* Each field's line is as long as may be, the whole head 16 MB. */
static char *make_largest_head(size_t size)
{
    char *head = malloc(size), line[8];
    size_t n = (size_t)sprintf(head, "GET / HTTP/1.0\r\n");

    memset(head + n, 'x', size - n);
    for (unsigned i = 0; size - n > 65536 + 20; i++, n += 65536) {
        sprintf(line, "%05u:", i);
        memcpy(head + n, line, 6);
        memcpy(head + n + 65534, "\r\n", 2);
    }
    memcpy(head + n, "last:", 5);
    memcpy(head + size - 4, "\r\n\r\n", 4);
    return head;
}

Test(limits, sixteen_megabytes)
{
    const uint32_t max = 1 << 24;
    static const size_t cuts[] = {1 << 25, 1 << 23, 6000000};

    parameters.MaxFieldLength = 65534;
    parameters.MaxRequestBytes = max;
    for (int over = 0; over < 2; over++) {
        char *head = make_largest_head(max + (size_t)over);

        for (size_t i = 0; i < COUNT(cuts); i++)
            cr_assert_eq(verdict(head, max + (size_t)over, cuts[i]), over ? PAGE_TOO_LONG : PAGE_NONE);
        free(head);
    }
}

/* Many are refused, and a length that is said again and again doesn't count. */
Test(limits, numbers_of_headers)
{
    parameters.MaxFieldLength = 65534;
    parameters.MaxRequestBytes = 1 << 24;
    for (unsigned n = 8191; n <= 8193; n++) {
        begin();
        add("POST / HTTP/1.0\r\nContent-Length: 1\r\n");
        for (unsigned i = 1; i < n; i++)
            add(i % 1000 ? "a:\r\n" : "a:\r\nContent-Length: 1\r\n");
        add("\r\nb");
        cr_assert_eq(verdict(t.text, t.len, t.len), n > 8192 ? PAGE_TOO_LONG : PAGE_NONE);
    }
}

/* HTTP_REQUEST has one header for all of a name, and 16 bits for its length. */
Test(limits, joined_fields)
{
    parameters.MaxFieldLength = 65534;
    parameters.MaxRequestBytes = 1 << 24;
    for (int over = 0; over < 2; over++)
        for (int known = 0; known < 2; known++) {
            begin_request();
            for (int i = 0; i < 3; i++) {
                add(known ? "Accept:" : "X:");
                add_many('v', 21843 + (i == 2 ? 2 + over : 0)); /* 3 * 21843 + 2 * 2 + 2 = 65535 */
                add("\r\n");
            }
            add("Y: y\r\n\r\n");
            cr_assert_eq(verdict(t.text, t.len, t.len), over ? PAGE_FIELD_TOO_LONG : PAGE_NONE);
        }
}

Test(limits, verbs_in_any_case)
{
    static const char *const verbs[] = {"get", "Get", "GET", "dELETE", "propPATCH", "nosuch", "getx", "averylongverbthatisnone"};
    static const int known[] = {VERB_GET, VERB_GET, VERB_GET, VERB_DELETE, VERB_PROPPATCH, VERB_UNKNOWN, VERB_UNKNOWN,
                                VERB_UNKNOWN};

    for (int allowed = 0; allowed < 2; allowed++)
        for (size_t i = 0; i < COUNT(verbs); i++) {
            struct feed f;

            parameters.AllowCaseInsensitiveVerbs = (uint32_t)allowed;
            feed_begin(&f);
            feed_bytes(&f, verbs[i], strlen(verbs[i]));
            feed_bytes(&f, " / HTTP/1.0\r\n\r\n", 15);
            cr_assert_eq(f.result, PARSE_DONE);
            cr_assert_eq((int)f.r.verb, allowed || i == 2 ? known[i] : VERB_UNKNOWN, "%s: %d", verbs[i], f.r.verb);
            feed_end(&f);
        }
}

static void shows(const char *field, const char *want)
{
    char text[200], all[200];
    struct feed f;

    snprintf(text, sizeof text, "GET / HTTP/1.0\r\n%s\r\nY: y\r\n%s\r\n\r\n", field, field);
    snprintf(all, sizeof all, "GET / 1.0|%s|Y: y|%s|close|body none", want, want);
    feed_begin(&f);
    feed_bytes(&f, text, strlen(text));
    cr_assert_str_eq(feed_show(&f), all);
    feed_end(&f);
}

static enum page page_of_field(struct text field)
{
    begin();
    add("GET / HTTP/1.0\r\n");
    memcpy(t.text + t.len, field.ptr, field.len);
    t.len += field.len;
    add("\r\n\r\n");
    return (enum page)verdict(t.text, t.len, t.len);
}

/* Microsoft's page "Parsing Exceptions". */
Test(limits, weak_names)
{
    static const char separators[] = "()<>@,;\\\"/[]?={}";
    char field[16];

    for (size_t i = 0; separators[i]; i++)
        for (unsigned allowed = 0; allowed < 2; allowed++) {
            snprintf(field, sizeof field, "A%cb:  v ", separators[i]);
            parameters.AllowWeakHeaderNameSyntax = allowed;
            if (!allowed)
                cr_assert_eq(page_of_field(text_of(field)), PAGE_BAD_HEADER, "%s", field);
            else
                shows(field, (char[]){'A', separators[i], 'b', ':', ' ', 'v', 0});
        }
    cr_assert_eq(page_of_field(TEXT("A : v")), PAGE_BAD_HEADER);
    cr_assert_eq(page_of_field(TEXT("A\t: v")), PAGE_BAD_HEADER);
    cr_assert_eq(page_of_field(TEXT("A\0b: v")), PAGE_BAD_HEADER);
    cr_assert_eq(page_of_field(TEXT("A\x80: v")), PAGE_BAD_HEADER);
    cr_assert_eq(page_of_field(TEXT(": v")), PAGE_BAD_HEADER);
    cr_assert_eq(page_of_field(TEXT("A?b")), PAGE_BAD_HEADER);
    cr_assert_neq(page_of_field(TEXT("A?b: v\x01")), PAGE_NONE);
}

Test(limits, weak_values)
{
    parameters.AllowWeakHeaderValueSyntax = 1;
    shows("A: v\x01w\x1f\x7f", "A: v\\01w\\1f\\7f");
    cr_assert_neq(page_of_field(TEXT("A: \0")), PAGE_NONE);
    cr_assert_neq(page_of_field(TEXT("A: v\rw")), PAGE_NONE);
    cr_assert_neq(page_of_field(TEXT("A?b: v")), PAGE_NONE);
    /* What is for us to read isn't read leniently. */
    cr_assert_neq(page_of_field(TEXT("Content-Length: 1\x01")), PAGE_NONE);
    cr_assert_neq(page_of_field(TEXT("Transfer-Encoding: chunked\x01")), PAGE_NONE);
    parameters.AllowWeakHeaderValueSyntax = 0;
    cr_assert_neq(page_of_field(TEXT("A: v\x01w")), PAGE_NONE);
}
