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
    bool has_coding;    /* the application gave Transfer-Encoding */
    bool has_date;
    bool wants_close;   /* the application gave Connection: close */
    bool bad;           /* a name or value would break the message apart */
};

/* Room that head_finish() needs behind the application's part. */
#define HEAD_TRAILER_MAX 160

void head_begin(struct head *h, char *buffer, size_t size, uint16_t status, struct text reason);

/* Known headers come in the order of their numbers; one without a value is left out. */
void head_known(struct head *h, enum response_header id, struct text value);

/* Behind the known headers, before the others. */
void head_server(struct head *h);

/* Any other header, or one of several of the same known name; an empty value is sent. */
void head_other(struct head *h, struct text name, struct text value);

/* What the engine adds, and the blank line. `length` is written when `add_length`. Doesn't fail. */
void head_finish(struct head *h, bool close, bool add_length, uint64_t length);

#endif
