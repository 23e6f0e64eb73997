/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * head.c: known headers by number, then unknown ones, then those that version 2 can give several times.
 */
#include "head.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "queue_object.h"

static ULONG check_multiple(const HTTP_RESPONSE_INFO *info)
{
    const HTTP_MULTIPLE_KNOWN_HEADERS *m = info->pInfo;

    if (!API_IS_ALIGNED(m))
        return ERROR_NOACCESS;
    if (!m || info->Length < sizeof *m || (unsigned)m->HeaderId >= RESP_MAX)
        return ERROR_INVALID_PARAMETER;
    if (!API_IS_ALIGNED(m->KnownHeaders))
        return ERROR_NOACCESS;
    return m->KnownHeaderCount && !m->KnownHeaders ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

static ULONG check_info(const HTTP_RESPONSE_INFO *info)
{
    switch (info->Type) {
    case HttpResponseInfoTypeMultipleKnownHeaders:
        return check_multiple(info);
    case HttpResponseInfoTypeQoSProperty:
    case HttpResponseInfoTypeChannelBind:
        FIXME("response info type %u isn't built yet", info->Type);
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

ULONG head_check(const struct http_queue *q, const HTTP_RESPONSE_V1 *r)
{
    const HTTP_RESPONSE_V2 *v2 = (const HTTP_RESPONSE_V2 *)r;
    ULONG error = NO_ERROR;

    probe_read(r, q->version == 2 ? sizeof *v2 : sizeof *r);
    if (r->StatusCode < 100 || r->StatusCode > 999)
        return ERROR_INVALID_PARAMETER;
    if (!API_IS_ALIGNED(r->Headers.pUnknownHeaders))
        return ERROR_NOACCESS;
    if (r->Headers.UnknownHeaderCount && !r->Headers.pUnknownHeaders)
        return ERROR_INVALID_PARAMETER;
    if (q->version == 1 || !v2->ResponseInfoCount)
        return NO_ERROR;
    if (!v2->pResponseInfo)
        return ERROR_INVALID_PARAMETER;
    if (!API_IS_ALIGNED(v2->pResponseInfo))
        return ERROR_NOACCESS;
    for (USHORT i = 0; i < v2->ResponseInfoCount && !error; i++)
        error = check_info(&v2->pResponseInfo[i]);
    return error;
}

/* http.sys's order of challenges, the strongest first; others come behind. */
static const struct text schemes[] = {{"Negotiate", 9}, {"NTLM", 4}, {"Digest", 6}, {"Basic", 5}};

#define SCHEMES (sizeof schemes / sizeof *schemes)

static unsigned strength(struct text challenge)
{
    const char *blank = memchr(challenge.ptr, ' ', challenge.len);
    struct text scheme = {challenge.ptr, blank ? (size_t)(blank - challenge.ptr) : challenge.len};
    unsigned i = 0;

    while (i < SCHEMES && !text_equal_nocase(scheme, schemes[i]))
        i++;
    return i;
}

static void write_challenges(struct head *h, const HTTP_MULTIPLE_KNOWN_HEADERS *m)
{
    for (unsigned rank = 0; rank <= SCHEMES; rank++)
        for (USHORT i = 0; i < m->KnownHeaderCount; i++) {
            struct text value = header_text(&m->KnownHeaders[i]);

            if (value.len && strength(value) == rank)
                head_repeated(h, RESP_WwwAuthenticate, value);
        }
}

static void write_multiple(struct head *h, const HTTP_MULTIPLE_KNOWN_HEADERS *m)
{
    unsigned id = (unsigned)m->HeaderId; /* again: another thread may have changed it since the check */

    h->bad |= id >= RESP_MAX;
    if (id == RESP_WwwAuthenticate && !(m->Flags & HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER))
        return write_challenges(h, m);
    for (USHORT i = 0; i < m->KnownHeaderCount && id < RESP_MAX; i++)
        head_repeated(h, (enum response_header)id, header_text(&m->KnownHeaders[i]));
}

/* What only a version 2 structure has. */
static void write_response_info(struct head *h, const HTTP_RESPONSE_V2 *r)
{
    for (USHORT i = 0; i < r->ResponseInfoCount; i++)
        if (r->pResponseInfo[i].Type == HttpResponseInfoTypeMultipleKnownHeaders)
            write_multiple(h, r->pResponseInfo[i].pInfo);
}

void head_write(struct head *h, char *buffer, size_t size, const struct http_queue *q, const HTTP_RESPONSE_V1 *r)
{
    const HTTP_RESPONSE_HEADERS *headers = &r->Headers;

    head_begin(h, buffer, size, r->StatusCode, (struct text){r->pReason, r->pReason ? r->ReasonLength : 0});
    for (unsigned id = 0; id < RESP_MAX; id++)
        head_known(h, (enum response_header)id, header_text(&headers->KnownHeaders[id]));
    head_server(h);
    for (USHORT i = 0; i < headers->UnknownHeaderCount; i++) {
        const HTTP_UNKNOWN_HEADER *u = &headers->pUnknownHeaders[i];

        head_other(h, (struct text){u->pName, u->pName ? u->NameLength : 0},
                   (struct text){u->pRawValue, u->pRawValue ? u->RawValueLength : 0});
    }
    if (q->version == 2)
        write_response_info(h, (const HTTP_RESPONSE_V2 *)r);
}

static ULONG write_large(struct op *op, const HTTP_RESPONSE_V1 *r)
{
    size_t size = op->send.head.len + HEAD_TRAILER_MAX;

    op->head = malloc(size);
    if (!op->head) {
        op->head = op->inline_head;
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    head_write(&op->send.head, op->head, size, op->queue, r);
    return op->send.head.bad || op->send.head.len + HEAD_TRAILER_MAX > size ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

ULONG head_attach(struct op *op, const struct head *head, const char *text, const HTTP_RESPONSE_V1 *r)
{
    op->send.with_head = true;
    op->send.head = *head;
    if (head->len + HEAD_TRAILER_MAX > OP_HEAD_SIZE)
        return write_large(op, r);
    if (text != op->inline_head)
        memcpy(op->inline_head, text, head->len);
    op->send.head.buffer = op->inline_head;
    return NO_ERROR;
}
