/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * page.c: writes an error answer.
 */
#include "page.h"

#include <stdio.h>

#include "date.h"
#include "parameters.h"

struct page_text {
    unsigned status;
    const char *reason, *title, *heading, *message, *phrase;
};

static const struct page_text pages[PAGE_MAX] = {
#define X(name, status, reason, title, heading, message, phrase) \
    [PAGE_##name] = {status, reason, title, heading, message, phrase},
    PAGES(X)
#undef X
};

size_t page_body(enum page page, char buffer[PAGE_SIZE_MAX])
{
    const struct page_text *p = &pages[page];

    return (size_t)snprintf(
        buffer, PAGE_SIZE_MAX,
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
        "<HTML><HEAD><TITLE>%s</TITLE>\r\n"
        "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"
        "<BODY><h2>%s</h2>\r\n"
        "<hr><p>HTTP Error %u. %s</p>\r\n"
        "</BODY></HTML>\r\n",
        p->title, p->heading, p->status, p->message);
}

size_t page_write(enum page page, bool head_only, bool detailed, char buffer[PAGE_SIZE_MAX])
{
    const struct page_text *p = &pages[page];
    char body[PAGE_SIZE_MAX], date[DATE_LEN + 1];
    const char *server = parameters.DisableServerHeader ? "" : "Server: Microsoft-HTTPAPI/2.0\r\n";
    const char *reason = detailed && p->status == 503 ? p->phrase : p->reason;
    size_t body_len = page_body(page, body);

    date_now(date);
    return (size_t)snprintf(buffer, PAGE_SIZE_MAX,
                            "HTTP/1.1 %u %s\r\n"
                            "Content-Type: text/html; charset=us-ascii\r\n"
                            "%s"
                            "Date: %s\r\n"
                            "Connection: close\r\n"
                            "Content-Length: %zu\r\n"
                            "\r\n"
                            "%s",
                            p->status, reason, server, date, body_len, head_only ? "" : body);
}

unsigned page_status(enum page page)
{
    return pages[page].status;
}

const char *page_phrase(enum page page)
{
    return pages[page].phrase;
}
