/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_response.c: a response's head, byte for byte, in the order that traces of Windows show.
 */
#include "engine/response.h"

#include <stdlib.h>

#include "engine/date.h"
#include "unit.h"

static char buffer[2048];
static struct head head;

static void begin(uint16_t status, const char *reason)
{
    head_begin(&head, buffer, sizeof buffer, status, text_of(reason));
}

static void known(enum response_header id, const char *value)
{
    head_known(&head, id, text_of(value));
}

static void other(const char *name, const char *value)
{
    head_other(&head, text_of(name), text_of(value));
}

static const char *text(void)
{
    cr_assert(head.len < head.size);
    buffer[head.len] = 0;
    return buffer;
}

/* The text with the date replaced by "DATE". */
static const char *text_without_date(void)
{
    char *at = strstr((char *)text(), "Date: ");

    cr_assert(at, "%s", buffer);
    memmove(at + 10, at + 6 + DATE_LEN, strlen(at + 6 + DATE_LEN) + 1);
    memcpy(at + 6, "DATE", 4);
    return buffer;
}

Test(response, status_line)
{
    begin(418, "I'm a teapot");
    cr_assert_str_eq(text(), "HTTP/1.1 418 I'm a teapot\r\n");
    begin(999, "");
    cr_assert_str_eq(text(), "HTTP/1.1 999 \r\n");
    begin(100, "\t\xc3\xa4");
    cr_assert_str_eq(text(), "HTTP/1.1 100 \t\xc3\xa4\r\n");
}

/* The whole of the simplest response: 106 bytes with the Content-Length, as .NET's tests count. */
Test(response, the_least)
{
    begin(200, "OK");
    head_server(&head);
    head_finish(&head, false, true, 0);
    cr_assert_eq(head.len, 106u);
    cr_assert_str_eq(text_without_date(),
                     "HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: DATE\r\nContent-Length: 0\r\n\r\n");
}

/* HTTP/1.1 405 of WinRM, with an empty reason. */
Test(response, order)
{
    begin(405, "");
    known(RESP_Allow, "POST");
    head_server(&head);
    other("X-A", "1");
    other("x-b", "2");
    head_finish(&head, true, true, 0);
    cr_assert_str_eq(text_without_date(),
                     "HTTP/1.1 405 \r\nAllow: POST\r\nServer: Microsoft-HTTPAPI/2.0\r\nX-A: 1\r\nx-b: 2\r\n"
                     "Date: DATE\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

Test(response, every_known_header)
{
    char want[64];

    for (unsigned id = 0; id < RESP_MAX; id++) {
        begin(200, "OK");
        known((enum response_header)id, "v");
        snprintf(want, sizeof want, "HTTP/1.1 200 OK\r\n%.*s: v\r\n", PRINT(response_header_names[id]));
        if (id == RESP_Date || id == RESP_Connection)
            cr_assert_str_eq(text(), "HTTP/1.1 200 OK\r\n");
        else if (id != RESP_Server)
            cr_assert_str_eq(text(), want);
    }
}

Test(response, server_token)
{
    begin(200, "");
    known(RESP_Server, "Microsoft-IIS/10.0");
    head_server(&head);
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\nServer: Microsoft-IIS/10.0 Microsoft-HTTPAPI/2.0\r\n");
    begin(200, "");
    known(RESP_Server, "");
    head_server(&head);
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\nServer: Microsoft-HTTPAPI/2.0\r\n");
    begin(200, "");
    head_server(&head);
    other("Server", "mine");
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\nServer: Microsoft-HTTPAPI/2.0\r\nServer: mine\r\n");
}

/* A known header without a value is left out, another one is sent without it. */
Test(response, empty_values)
{
    begin(200, "");
    known(RESP_Location, "");
    head_known(&head, RESP_Etag, (struct text){NULL, 0});
    other("Name3", "");
    head_other(&head, TEXT("Name4"), (struct text){NULL, 0});
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\nName3: \r\nName4: \r\n");
}

Test(response, connection)
{
    begin(200, "");
    known(RESP_Connection, "keep-alive");
    cr_assert(!head.wants_close);
    known(RESP_Connection, "Upgrade, Close");
    cr_assert(head.wants_close);
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\n");
    begin(101, "");
    other("Connection", "Upgrade");
    cr_assert(!head.wants_close);
    cr_assert_str_eq(text(), "HTTP/1.1 101 \r\nConnection: Upgrade\r\n");
    other("connection", "CLOSE");
    cr_assert(head.wants_close);
}

Test(response, framing_of_the_application)
{
    begin(200, "");
    cr_assert(!head.has_length && !head.has_coding && !head.has_date);
    known(RESP_ContentLength, "6");
    cr_assert(head.has_length && !head.has_coding);
    known(RESP_TransferEncoding, "chunked");
    cr_assert(head.has_coding);
    begin(200, "");
    other("content-length", "6");
    cr_assert(head.has_length && !head.has_coding);
    other("transfer-encoding", "chunked");
    cr_assert(head.has_coding);
    begin(200, "");
    known(RESP_ContentLength, "");
    known(RESP_TransferEncoding, "");
    cr_assert(!head.has_length && !head.has_coding);
}

/* In the known slot it is replaced; as any other header it stands for ours. */
Test(response, date)
{
    begin(200, "");
    known(RESP_Date, "yesterday");
    head_finish(&head, false, false, 0);
    cr_assert(!strstr(text(), "yesterday") && strstr(text(), "Date: "));
    begin(200, "");
    other("date", "yesterday");
    head_finish(&head, false, false, 0);
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\ndate: yesterday\r\n\r\n");
}

Test(response, bytes_of_values_are_untouched)
{
    begin(200, "");
    known(RESP_Location, "/\xc3\xa4\xff\t ");
    other("X", " \x01:\x7f ");
    cr_assert(!head.bad);
    cr_assert_str_eq(text(), "HTTP/1.1 200 \r\nLocation: /\xc3\xa4\xff\t \r\nX:  \x01:\x7f \r\n");
}

static bool is_bad_anywhere(struct text t)
{
    bool all = true;

    head_begin(&head, buffer, sizeof buffer, 200, t);
    all &= head.bad;
    for (unsigned id = 0; id < RESP_MAX; id++) {
        begin(200, "");
        head_known(&head, (enum response_header)id, t);
        all &= head.bad || id == RESP_Connection || id == RESP_Date; /* those aren't sent */
    }
    begin(200, "");
    head_other(&head, TEXT("X"), t);
    all &= head.bad;
    begin(200, "");
    head_other(&head, t, TEXT("x"));
    return all && head.bad;
}

Test(response, injected_line_ends)
{
    cr_assert(is_bad_anywhere(TEXT("a\r\nSet-Cookie: b")));
    cr_assert(is_bad_anywhere(TEXT("a\nb")));
    cr_assert(is_bad_anywhere(TEXT("a\rb")));
    cr_assert(is_bad_anywhere(TEXT("a\0b")));
    cr_assert(is_bad_anywhere(TEXT("\n")));
    cr_assert(is_bad_anywhere(TEXT("a\r")));
    begin(200, "");
    other("", "x");
    cr_assert(head.bad, "a header without a name");
}

static size_t write_all(char *to, size_t size)
{
    head_begin(&head, to, size, 200, TEXT("OK"));
    known(RESP_ContentType, "text/plain");
    known(RESP_Server, "mine");
    head_server(&head);
    other("X-Other", "value");
    return head.len;
}

/* Every size from nothing to enough, in memory of exactly that size: the need is always the same. */
Test(response, counts_on_without_room)
{
    size_t need = write_all(buffer, sizeof buffer);

    for (size_t size = 0; size <= need; size++) {
        char *small = malloc(size ? size : 1);

        cr_assert_eq(write_all(small, size), need, "%zu", size);
        if (size == need)
            cr_assert(!memcmp(small, buffer, need));
        free(small);
    }
}

/* What head_finish() adds at most fits HEAD_TRAILER_MAX. */
Test(response, the_trailer_fits)
{
    size_t before;

    begin(200, "OK");
    head_server(&head);
    before = head.len;
    head_finish(&head, true, true, UINT64_MAX);
    cr_assert(head.len - before <= HEAD_TRAILER_MAX);
    cr_assert(strstr(text(), "Content-Length: 18446744073709551615\r\n\r\n"));
}
