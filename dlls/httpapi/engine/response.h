/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * response.h: writing a response's head.
 *
 * In http.sys's order: status line, known headers by number, Server, other headers; behind them, when the request
 * it answers is at hand, Date, Connection and Content-Length (head_finish). The caller's memory is read without
 * locks. A writer whose buffer is too small goes on counting: h->len is then what it needs.
 */
#ifndef HTTPAPI_ENGINE_RESPONSE_H
#define HTTPAPI_ENGINE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "text.h"

struct head {
    char *buffer;
    size_t size, len;
    uint16_t status;
    bool server_known;  /* a Server header is out */
    bool has_length;    /* the application gave Content-Length */
    bool bad_length;    /* which is no number, or given twice and not the same */
    uint64_t length;    /* that number */
    bool has_coding;    /* the application gave Transfer-Encoding */
    bool has_chunked;   /* with chunked in it */
    bool has_date;
    bool wants_close;   /* the application gave Connection: close */
    bool says_close;    /* as a header of its own, which is out */
    bool bad;           /* a name or value would break the message apart */
    struct text range;  /* the value of Content-Range that head_finish() adds; NULL: none */
};

/* Room that head_finish() needs behind the application's part. */
#define HEAD_TRAILER_MAX 192

/* Which framing head_finish() adds. */
enum head_framing {
    HEAD_AS_GIVEN, /* none: there is one, or the body ends with the connection, or there is no body */
    HEAD_LENGTH,
    HEAD_CHUNKED,
};

void head_begin(struct head *h, char *buffer, size_t size, uint16_t status, struct text reason);

/* Known headers come in the order of their numbers; one without a value is left out. */
void head_known(struct head *h, enum response_header id, struct text value);

/* Behind the known headers, before the others. */
void head_server(struct head *h);

/* Any other header; an empty value is sent. */
void head_other(struct head *h, struct text name, struct text value);

/* One of several of the same known name, behind head_server(); one without a value is left out. */
void head_repeated(struct head *h, enum response_header id, struct text value);

/* What the engine adds, and the blank line. `length` is that of HEAD_LENGTH. Doesn't fail. */
void head_finish(struct head *h, bool close, enum head_framing framing, uint64_t length);

/* What ends a chunked body behind the last chunk's data, by the same writer: begin, each trailer, end. */
void trailers_begin(struct head *h, char *buffer, size_t size);
void trailers_add(struct head *h, struct text name, struct text value);
void trailers_end(struct head *h);

#endif
