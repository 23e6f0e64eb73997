/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fill.c: one walk over the request that writes as long as there is room and counts on when there isn't.
 */
#include "fill.h"

#include <assert.h>
#include <string.h>

#include "../engine/body.h"
#include "../engine/clock.h"
#include "../engine/connection.h"
#include "../engine/request.h"
#include "../host/host.h"

/* The caller's buffer, filled from the front. */
struct writer {
    char *base;
    ULONG size, used;
};

/* The engine's numbers are Windows' numbers. */
#define X(name, text) _Static_assert((int)VERB_##name == (int)HttpVerb##name, text);
VERBS(X)
#undef X
#define X(name, text) _Static_assert((int)REQ_##name == (int)HttpHeader##name, text);
REQUEST_HEADERS(X)
#undef X
#define X(name, text) _Static_assert((int)RESP_##name == (int)HttpHeader##name, text);
RESPONSE_HEADERS(X)
#undef X

/* Room for an aligned object, zeroed; NULL when it doesn't fit. */
static void *take(struct writer *w, ULONG size, ULONG align)
{
    ULONG at = (w->used + align - 1) & ~(align - 1);

    w->used = at + size;
    if (w->used > w->size)
        return NULL;
    memset(w->base + at, 0, size);
    return w->base + at;
}

static char *take_bytes(struct writer *w, ULONG size)
{
    ULONG at = w->used;

    w->used = at + size;
    return w->used <= w->size ? w->base + at : NULL;
}

/* A NUL-terminated copy. */
static PCSTR put_text(struct writer *w, struct text t)
{
    char *p = take_bytes(w, (ULONG)t.len + 1);

    if (!p)
        return NULL;
    memcpy(p, t.ptr, t.len);
    p[t.len] = 0;
    return p;
}

/* The values of all headers of one name, joined by ", " in the order in which they came. */
static PCSTR put_joined(struct writer *w, const struct request *r, const struct header *h, USHORT *length)
{
    size_t n = request_joined_length(r, h);
    char *start = take_bytes(w, (ULONG)n + 1), *p = start;

    *length = (USHORT)n;
    if (!p)
        return NULL;
    for (;;) {
        memcpy(p, r->in + h->value.off, h->value.len);
        p += h->value.len;
        h = request_next_header(r, h);
        if (!h)
            break;
        memcpy(p, ", ", 2);
        p += 2;
    }
    *p = 0;
    return start;
}

static PSOCKADDR put_address(struct writer *w, const union address *a)
{
    bool v6 = a->any.sa_family == AF_INET6;
    union address *p = take(w, v6 ? sizeof a->v6 : sizeof a->v4, 8);

    if (!p)
        return NULL;
    memcpy(p, a, v6 ? sizeof a->v6 : sizeof a->v4);
    if (v6)
        memcpy(p, &host_af_inet6, sizeof host_af_inet6); /* the family's number differs */
    return (PSOCKADDR)p;
}

static void put_known(struct writer *w, const struct request *r, HTTP_REQUEST_V1 *q)
{
    for (unsigned id = 0; id < REQ_MAX; id++) {
        USHORT length;
        PCSTR value;

        if (!r->known[id])
            continue;
        value = put_joined(w, r, request_first_header(r, (enum request_header)id), &length);
        q->Headers.KnownHeaders[id].RawValueLength = length;
        q->Headers.KnownHeaders[id].pRawValue = value;
    }
}

static unsigned count_unknown(const struct request *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->header_count; i++)
        n += r->headers[i].id == HEADER_UNKNOWN && !r->headers[i].repeated;
    return n;
}

static void put_unknown(struct writer *w, const struct request *r, HTTP_REQUEST_V1 *q)
{
    unsigned count = count_unknown(r);
    HTTP_UNKNOWN_HEADER *u, none;

    if (!count)
        return;
    u = take(w, count * (ULONG)sizeof *u, 8);
    q->Headers.UnknownHeaderCount = (USHORT)count;
    q->Headers.pUnknownHeaders = u;
    for (unsigned i = 0; i < r->header_count; i++) {
        const struct header *h = &r->headers[i];
        HTTP_UNKNOWN_HEADER *to;

        if (h->id != HEADER_UNKNOWN || h->repeated)
            continue;
        to = u ? u++ : &none; /* goes on counting without room */
        to->NameLength = (USHORT)h->name.len;
        to->pName = put_text(w, request_text(r, h->name));
        to->pRawValue = put_joined(w, r, h, &to->RawValueLength);
    }
}

static void put_cooked_url(struct writer *w, const struct request *r, HTTP_REQUEST_V1 *q)
{
    const struct url *u = &r->url;
    WCHAR *text = take(w, (u->len + 1) * (ULONG)sizeof *text, sizeof *text);
    HTTP_COOKED_URL *c = &q->CookedUrl;

    c->FullUrlLength = (USHORT)(u->len * sizeof *text);
    c->HostLength = (USHORT)(u->host_len * sizeof *text);
    c->AbsPathLength = (USHORT)(u->path_len * sizeof *text);
    c->QueryStringLength = (USHORT)(u->query_len * sizeof *text);
    if (!text)
        return;
    memcpy(text, u->text, (u->len + 1) * sizeof *text);
    c->pFullUrl = text;
    c->pHost = text + u->host;
    c->pAbsPath = text + u->path;
    c->pQueryString = u->query_len ? text + u->query : NULL;
}

static void put_request_line(struct writer *w, const struct request *r, HTTP_REQUEST_V1 *q)
{
    q->Version.MajorVersion = r->major;
    q->Version.MinorVersion = r->minor;
    q->Verb = (HTTP_VERB)r->verb;
    if (r->verb == VERB_UNKNOWN) {
        q->UnknownVerbLength = (USHORT)r->verb_text.len;
        q->pUnknownVerb = put_text(w, request_text(r, r->verb_text));
    }
    q->RawUrlLength = (USHORT)r->target.len;
    q->pRawUrl = put_text(w, request_text(r, r->target));
}

/* Windows' clock is the engine's; stages that plain HTTP/1.1 doesn't have stay zero. */
static void put_timing(const struct request *r, void *to)
{
    HTTP_REQUEST_TIMING_INFO *info = to;
    ULONGLONG *at = info->RequestTiming;

    info->RequestTimingCount = HttpRequestTimingTypeMax;
    at[HttpRequestTimingTypeConnectionStart] = r->connection->begun;
    at[HttpRequestTimingTypeDataStart] = r->reached[STAGE_BEGUN];
    at[HttpRequestTimingTypeRequestHeaderParseStart] = r->reached[STAGE_BEGUN];
    at[HttpRequestTimingTypeRequestHeaderParseEnd] = r->reached[STAGE_PARSED];
    at[HttpRequestTimingTypeRequestRoutingStart] = r->reached[STAGE_PARSED];
    at[HttpRequestTimingTypeRequestRoutingEnd] = r->reached[STAGE_QUEUED];
    at[HttpRequestTimingTypeRequestQueuedForIO] = r->reached[STAGE_QUEUED];
    at[HttpRequestTimingTypeRequestDeliveredForIO] = clock_ticks();
}

static void put_sizing(const struct request *r, void *to)
{
    HTTP_REQUEST_SIZING_INFO *info = to;

    info->Flags = r->index ? 0 : HTTP_REQUEST_SIZING_INFO_FLAG_FIRST_REQUEST;
    info->RequestIndex = r->index;
    info->RequestSizingCount = HttpRequestSizingTypeMax;
    info->RequestSizing[HttpRequestSizingTypeHeaders] = r->head_len;
}

/* What a request of version 2 tells besides. TLS and other transports will have more. */
static const struct {
    HTTP_REQUEST_INFO_TYPE type;
    ULONG size;
    void (*put)(const struct request *r, void *info); /* into zeroed memory */
} request_infos[] = {
    {HttpRequestInfoTypeRequestTiming, sizeof(HTTP_REQUEST_TIMING_INFO), put_timing},
    {HttpRequestInfoTypeRequestSizing, sizeof(HTTP_REQUEST_SIZING_INFO), put_sizing},
};

#define INFO_COUNT (sizeof request_infos / sizeof *request_infos)

static void put_infos(struct writer *w, const struct request *r, HTTP_REQUEST_V2 *q)
{
    HTTP_REQUEST_INFO *to = take(w, INFO_COUNT * (ULONG)sizeof *to, 8);

    q->RequestInfoCount = INFO_COUNT;
    q->pRequestInfo = to;
    for (size_t i = 0; i < INFO_COUNT; i++) {
        void *info = take(w, request_infos[i].size, 8);

        if (!info)
            continue; /* goes on counting without room */
        to[i] = (HTTP_REQUEST_INFO){request_infos[i].type, request_infos[i].size, info};
        request_infos[i].put(r, info);
    }
}

static void put_ids(const struct request *r, HTTP_REQUEST_V1 *q)
{
    q->ConnectionId = r->connection->id;
    q->RequestId = r->id;
}

/* All but the body, into the zeroed structure q. */
static void put_head(struct writer *w, const struct request *r, HTTP_REQUEST_V1 *q)
{
    put_ids(r, q);
    q->UrlContext = r->url_context;
    q->RawConnectionId = r->connection->id;
    q->BytesReceived = r->head_len + r->body.received;
    q->Address.pRemoteAddress = put_address(w, &r->connection->remote);
    q->Address.pLocalAddress = put_address(w, &r->connection->local);
    put_unknown(w, r, q);
    put_cooked_url(w, r, q);
    put_request_line(w, r, q);
    put_known(w, r, q);
}

/* The chunk and, behind it, as much of the body as fits. */
static void put_body(struct writer *w, const struct request *r, HTTP_REQUEST_V1 *q, struct filled *f)
{
    ULONG there = r->body.end - r->body.start, room;
    ULONG at = (w->used + 7) & ~7u;
    HTTP_DATA_CHUNK *chunk;

    if (at + sizeof *chunk >= w->size)
        return;
    room = w->size - at - (ULONG)sizeof *chunk;
    f->body = there < room ? there : room;
    f->body_offset = at + (ULONG)sizeof *chunk;
    if (!f->body)
        return;
    chunk = take(w, sizeof *chunk, 8);
    chunk->DataChunkType = HttpDataChunkFromMemory;
    chunk->FromMemory.pBuffer = take_bytes(w, f->body);
    chunk->FromMemory.BufferLength = f->body;
    memcpy(chunk->FromMemory.pBuffer, r->in + r->body.start, f->body);
    q->EntityChunkCount = 1;
    q->pEntityChunks = chunk;
}

/* What a caller with too small a buffer gets. */
static struct filled only_ids(const struct request *r, HTTP_REQUEST_V1 *q, ULONG structure, ULONG needed)
{
    memset(q, 0, structure);
    put_ids(r, q);
    return (struct filled){.used = needed};
}

struct filled fill_request(const struct request *r, unsigned version, bool copy_body, void *buffer, ULONG size)
{
    ULONG structure = fill_minimum(version);
    struct writer w = {.base = buffer, .size = size};
    HTTP_REQUEST_V1 *q = take(&w, structure, 8);
    struct filled f = {.whole = true, .head = r->head_len};

    assert(q);
    put_head(&w, r, q);
    if (version > 1)
        put_infos(&w, r, (HTTP_REQUEST_V2 *)q);
    if (w.used > size)
        return only_ids(r, q, structure, w.used);
    if (copy_body && !(r->body.complete && r->body.start == r->body.end))
        put_body(&w, r, q, &f);
    if (!r->body.complete || r->body.end - r->body.start > f.body)
        q->Flags |= HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS;
    f.used = w.used;
    return f;
}

void fill_add_body(void *buffer, struct filled *f, ULONG more, const struct body_read *read)
{
    HTTP_REQUEST_V1 *q = buffer;
    HTTP_DATA_CHUNK *chunk = (HTTP_DATA_CHUNK *)((char *)buffer + f->body_offset - sizeof *chunk);

    q->BytesReceived = f->head + read->received;
    if (read->at_end)
        q->Flags &= ~(ULONG)HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS;
    if (!more)
        return;
    f->body += more;
    f->used = f->body_offset + f->body;
    *chunk = (HTTP_DATA_CHUNK){.DataChunkType = HttpDataChunkFromMemory};
    chunk->FromMemory.pBuffer = (char *)buffer + f->body_offset;
    chunk->FromMemory.BufferLength = f->body;
    q->EntityChunkCount = 1;
    q->pEntityChunks = chunk;
}
