/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * response.c: the text of a response's head.
 */
#include "response.h"

#include <assert.h>
#include <string.h>

#include "date.h"
#include "parameters.h"

#define SERVER_TOKEN "Microsoft-HTTPAPI/2.0"

static void put(struct head *h, struct text t)
{
    if (t.len && h->len + t.len <= h->size)
        memcpy(h->buffer + h->len, t.ptr, t.len);
    h->len += t.len;
}

/* Line ends or NUL in a name, value or reason would let it end the header and begin another message. */
static void put_checked(struct head *h, struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (t.ptr[i] == '\r' || t.ptr[i] == '\n' || t.ptr[i] == 0)
            h->bad = true;
    put(h, t);
}

static void put_line(struct head *h, struct text name, struct text value)
{
    put_checked(h, name);
    put(h, TEXT(": "));
    put_checked(h, value);
    put(h, TEXT("\r\n"));
}

/* snprintf() takes a thousand instructions for this, of the thirteen thousand of a whole hello request. */
static void put_number(struct head *h, uint64_t n)
{
    char digits[20];
    size_t i = sizeof digits;

    do
        digits[--i] = (char)('0' + n % 10);
    while (n /= 10);
    put(h, (struct text){digits + i, sizeof digits - i});
}

void head_begin(struct head *h, char *buffer, size_t size, uint16_t status, struct text reason)
{
    *h = (struct head){.buffer = buffer, .size = size, .status = status};
    put(h, TEXT("HTTP/1.1 "));
    put_number(h, status);
    put(h, TEXT(" "));
    put_checked(h, reason);
    put(h, TEXT("\r\n"));
}

/* DisableServerHeader: 1 is about answers of the engine's own only, page.c. */
static bool hides_server(void)
{
    return parameters.DisableServerHeader == 2;
}

static void note_length(struct head *h, struct text value)
{
    uint64_t length = 0;

    h->bad_length |= !text_to_u64(text_trim(value), &length) || (h->has_length && h->length != length);
    h->has_length = true;
    h->length = length;
}

/* What it says of the framing. */
static void note_framing(struct head *h, unsigned id, struct text value)
{
    if (id == RESP_ContentLength)
        note_length(h, value);
    if (id == RESP_TransferEncoding) {
        h->has_coding = true;
        h->has_chunked |= text_has_element(value, TEXT("chunked"));
    }
}

void head_known(struct head *h, enum response_header id, struct text value)
{
    if (!value.len || id == RESP_Date)
        return;
    if (id == RESP_Connection) {
        h->wants_close |= text_has_element(value, TEXT("close"));
        return;
    }
    note_framing(h, id, value);
    if (id != RESP_Server)
        return put_line(h, response_header_names[id], value);
    h->server_known = true;
    put(h, TEXT("Server: "));
    put_checked(h, value);
    if (!hides_server())
        put(h, TEXT(" " SERVER_TOKEN));
    put(h, TEXT("\r\n"));
}

void head_server(struct head *h)
{
    if (!h->server_known && !hides_server())
        put(h, TEXT("Server: " SERVER_TOKEN "\r\n"));
}

void head_other(struct head *h, struct text name, struct text value)
{
    unsigned id = name.len ? response_header_from_text(name) : HEADER_UNKNOWN;

    h->bad |= !name.len;
    if (id == RESP_Connection)
        h->says_close |= text_has_element(value, TEXT("close"));
    h->wants_close |= h->says_close;
    note_framing(h, id, value);
    h->has_date |= id == RESP_Date;
    put_line(h, name, value);
}

void head_repeated(struct head *h, enum response_header id, struct text value)
{
    if (id == RESP_Connection || id == RESP_Date)
        return head_known(h, id, value);
    if (value.len)
        head_other(h, response_header_names[id], value);
}

void head_finish(struct head *h, bool close, enum head_framing framing, uint64_t length)
{
    char date[DATE_LEN + 1];

    assert(h->len + HEAD_TRAILER_MAX <= h->size);
    if (!h->has_date) {
        date_now(date);
        put(h, TEXT("Date: "));
        put(h, (struct text){date, DATE_LEN});
        put(h, TEXT("\r\n"));
    }
    if (close && !h->says_close)
        put(h, TEXT("Connection: close\r\n"));
    if (framing == HEAD_LENGTH) {
        put(h, TEXT("Content-Length: "));
        put_number(h, length);
        put(h, TEXT("\r\n"));
    } else if (framing == HEAD_CHUNKED) {
        put(h, TEXT("Transfer-Encoding: chunked\r\n"));
    }
    if (h->range.ptr)
        put_line(h, TEXT("Content-Range"), h->range);
    put(h, TEXT("\r\n"));
}

void trailers_begin(struct head *h, char *buffer, size_t size)
{
    *h = (struct head){.buffer = buffer, .size = size};
    put(h, TEXT("\r\n0\r\n"));
}

void trailers_add(struct head *h, struct text name, struct text value)
{
    h->bad |= !name.len;
    put_line(h, name, value);
}

void trailers_end(struct head *h)
{
    put(h, TEXT("\r\n"));
}
