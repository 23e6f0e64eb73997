/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * walk.c: see walk.h.
 */
#include "walk.h"

#include <stdarg.h>

struct part {
    size_t start, end;
    const char *what;
};

struct walk {
    const char *base;
    size_t bytes;
    struct part *parts; /* what pointers lead to, so far */
    size_t count, size;
    char why[200];      /* what is wrong; empty: nothing yet */
};

static void wrong(struct walk *w, const char *format, ...) TEST_PRINTF(2);

static void wrong(struct walk *w, const char *format, ...)
{
    va_list arguments;

    if (w->why[0])
        return;
    va_start(arguments, format);
    vsnprintf(w->why, sizeof w->why, format, arguments);
    va_end(arguments);
}

static void add_part(struct walk *w, const char *what, size_t start, size_t length)
{
    if (w->count == w->size) {
        w->size = w->size ? 2 * w->size : 64;
        w->parts = realloc(w->parts, w->size * sizeof *w->parts);
    }
    w->parts[w->count].what = what;
    w->parts[w->count].start = start;
    w->parts[w->count].end = start + length;
    w->count++;
}

/* `length` bytes that begin at p, aligned. False when it would be dangerous to look at them. */
static int visit(struct walk *w, const char *what, const void *p, size_t length, size_t align)
{
    size_t start = (size_t)((const char *)p - w->base);

    if (!p)
        wrong(w, "%s: NULL, with %lu bytes", what, UL(length));
    else if (start > w->bytes || length > w->bytes - start)
        wrong(w, "%s: %lu bytes at offset %ld of %lu", what, UL(length), (long)start, UL(w->bytes));
    else if ((ULONG_PTR)p % align)
        wrong(w, "%s: not aligned: offset %lu", what, UL(start));
    if (w->why[0])
        return 0;
    add_part(w, what, start, length);
    return 1;
}

/* Neither length nor pointer. True when there is something to look at. */
static int is_there(struct walk *w, const char *what, const void *p, size_t length)
{
    if (!p && length)
        wrong(w, "%s: NULL, with length %lu", what, UL(length));
    return p && !w->why[0];
}

/* A text with a NUL behind it. Empty ones may have a pointer: a header without a value has. */
static void visit_text(struct walk *w, const char *what, const char *p, size_t length)
{
    if (is_there(w, what, p, length) && visit(w, what, p, length + 1, 1) && p[length])
        wrong(w, "%s: no NUL behind it", what);
}

static void visit_headers(struct walk *w, const HTTP_REQUEST_HEADERS *h)
{
    int i;

    for (i = 0; i < HttpHeaderRequestMaximum; i++)
        visit_text(w, "a known header", h->KnownHeaders[i].pRawValue, h->KnownHeaders[i].RawValueLength);
    if (h->TrailerCount || h->pTrailers)
        wrong(w, "trailers, which are reserved");
    if (!h->UnknownHeaderCount != !h->pUnknownHeaders)
        wrong(w, "%u unknown headers at %p", h->UnknownHeaderCount, (void *)h->pUnknownHeaders);
    if (!h->pUnknownHeaders ||
        !visit(w, "pUnknownHeaders", h->pUnknownHeaders, h->UnknownHeaderCount * sizeof *h->pUnknownHeaders,
               sizeof(void *)))
        return;
    for (i = 0; i < h->UnknownHeaderCount; i++) {
        const HTTP_UNKNOWN_HEADER *u = &h->pUnknownHeaders[i];

        if (!u->NameLength)
            wrong(w, "an unknown header without a name");
        visit_text(w, "an unknown header's name", u->pName, u->NameLength);
        visit_text(w, "an unknown header's value", u->pRawValue, u->RawValueLength);
    }
}

/* One text; the parts lie in it, one behind the other, up to its end. */
static void visit_url(struct walk *w, const HTTP_COOKED_URL *u)
{
    const char *full = (const char *)u->pFullUrl, *end = full + u->FullUrlLength;
    const char *query = (const char *)u->pAbsPath + u->AbsPathLength;

    if (!visit(w, "pFullUrl", full, u->FullUrlLength + sizeof(WCHAR), sizeof(WCHAR)))
        return;
    if (u->FullUrlLength % sizeof(WCHAR) || u->pFullUrl[u->FullUrlLength / sizeof(WCHAR)])
        wrong(w, "pFullUrl: no NUL behind it");
    if (!u->pHost || (const char *)u->pHost < full || (const char *)u->pHost + u->HostLength > end)
        wrong(w, "pHost isn't in the URL");
    if ((const char *)u->pAbsPath != (const char *)u->pHost + u->HostLength)
        wrong(w, "pAbsPath isn't behind the host");
    if (u->pQueryString ? (const char *)u->pQueryString != query : u->QueryStringLength != 0)
        wrong(w, "pQueryString isn't behind the path");
    if (query + u->QueryStringLength != end)
        wrong(w, "the parts don't fill the URL");
}

static void visit_address(struct walk *w, const char *what, const SOCKADDR *a)
{
    if (!visit(w, what, a, sizeof a->sa_family, sizeof a->sa_family))
        return;
    w->count--; /* the family's bytes belong to the whole */
    if (a->sa_family == AF_INET)
        visit(w, what, a, sizeof(SOCKADDR_IN), 4);
    else if (a->sa_family == AF_INET6)
        visit(w, what, a, sizeof(SOCKADDR_IN6), 4);
    else
        wrong(w, "%s: family %u", what, a->sa_family);
}

static void visit_chunks(struct walk *w, const HTTP_REQUEST_V1 *r)
{
    int i;

    if (!r->EntityChunkCount != !r->pEntityChunks)
        wrong(w, "%u chunks at %p", r->EntityChunkCount, (void *)r->pEntityChunks);
    if (!r->pEntityChunks || !visit(w, "pEntityChunks", r->pEntityChunks,
                                    r->EntityChunkCount * sizeof *r->pEntityChunks, sizeof(void *)))
        return;
    for (i = 0; i < r->EntityChunkCount; i++) {
        const HTTP_DATA_CHUNK *c = &r->pEntityChunks[i];

        if (c->DataChunkType != HttpDataChunkFromMemory || !c->FromMemory.BufferLength)
            wrong(w, "chunk %d: type %d, %lu bytes", i, c->DataChunkType, UL(c->FromMemory.BufferLength));
        else
            visit(w, "a chunk's bytes", c->FromMemory.pBuffer, c->FromMemory.BufferLength, 1);
    }
}

/* .NET puts them in a dictionary: a type comes once. */
static void visit_infos(struct walk *w, const HTTP_REQUEST_V2 *r)
{
    int i, k;

    if (!r->RequestInfoCount != !r->pRequestInfo)
        wrong(w, "%u infos at %p", r->RequestInfoCount, (void *)r->pRequestInfo);
    if (!r->pRequestInfo || !visit(w, "pRequestInfo", r->pRequestInfo, r->RequestInfoCount * sizeof *r->pRequestInfo,
                                   sizeof(void *)))
        return;
    for (i = 0; i < r->RequestInfoCount; i++) {
        visit(w, "an info", r->pRequestInfo[i].pInfo, r->pRequestInfo[i].InfoLength, sizeof(void *));
        for (k = 0; k < i; k++)
            if (r->pRequestInfo[i].InfoType == r->pRequestInfo[k].InfoType)
                wrong(w, "info type %d twice", r->pRequestInfo[i].InfoType);
    }
}

static int by_start(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static void check_overlaps(struct walk *w)
{
    size_t i;

    qsort(w->parts, w->count, sizeof *w->parts, by_start);
    for (i = 1; i < w->count; i++)
        if (w->parts[i].start < w->parts[i - 1].end)
            wrong(w, "%s, at offset %lu, overlaps %s, which ends at %lu", w->parts[i].what, UL(w->parts[i].start),
                  w->parts[i - 1].what, UL(w->parts[i - 1].end));
}

int check_walk_at(const char *file, int line, const void *buffer, ULONG bytes, int version)
{
    struct walk w = {(const char *)buffer, bytes, NULL, 0, 0, ""};
    const HTTP_REQUEST_V1 *r = buffer;
    size_t structure = version == 2 ? sizeof(HTTP_REQUEST_V2) : sizeof(HTTP_REQUEST_V1);

    if (visit(&w, "the structure", buffer, structure, sizeof(void *))) {
        visit_text(&w, "pUnknownVerb", r->pUnknownVerb, r->UnknownVerbLength);
        visit_text(&w, "pRawUrl", r->pRawUrl, r->RawUrlLength);
        visit_url(&w, &r->CookedUrl);
        visit_address(&w, "pRemoteAddress", r->Address.pRemoteAddress);
        visit_address(&w, "pLocalAddress", r->Address.pLocalAddress);
        visit_headers(&w, &r->Headers);
        visit_chunks(&w, r);
        if (version == 2)
            visit_infos(&w, buffer);
        check_overlaps(&w);
    }
    free(w.parts);
    return test_ok(file, line, !w.why[0], "%s", w.why);
}
