/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * head.h: HTTP_RESPONSE, read and written as a response's head.
 */
#ifndef HTTPAPI_API_HEAD_H
#define HTTPAPI_API_HEAD_H

#include <http.h>

#include "op.h"

struct http_queue;

static inline struct text header_text(const HTTP_KNOWN_HEADER *h)
{
    return (struct text){h->pRawValue, h->pRawValue ? h->RawValueLength : 0};
}

/*
 * Before anything is held: the structure makes sense. A version 1 queue's structure ends where HTTP_RESPONSE_V1 ends.
 * ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED, ERROR_NOACCESS for what is misaligned.
 */
ULONG head_check(const struct http_queue *q, const HTTP_RESPONSE_V1 *r);

/* Reads all of it. h->bad, or h->len beyond `size`, tell that it can't be used. */
void head_write(struct head *h, char *buffer, size_t size, const struct http_queue *q, const HTTP_RESPONSE_V1 *r);

/*
 * The op's head is `head`, which was written into `text`: the op's own buffer but for a pooled op. One that is too large
 * is written again, into memory of its own. ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_PARAMETER when it grew meanwhile.
 */
ULONG head_attach(struct op *op, const struct head *head, const char *text, const HTTP_RESPONSE_V1 *r);

#endif
