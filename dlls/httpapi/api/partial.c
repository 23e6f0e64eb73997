/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * partial.c: from a whole response to the part of it that was asked for.
 *
 * A rare thing, so it is done to the finished op: the head is written again with another status, and the pieces are cut
 * out of those that are there.
 */
#include "partial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../engine/guard.h"
#include "../engine/page.h"
#include "../engine/ranges.h"
#include "head.h"
#include "pieces.h"
#include "queue_object.h"

#define BOUNDARY_MAX 33
#define CONTENT_RANGE_MAX 80
#define PART_HEAD_MAX 256 /* without the type */

/* What is being made. */
struct partial {
    struct op *op;
    HTTP_REQUEST_ID id;
    const HTTP_RESPONSE_V1 *whole; /* the caller's */
    ULONG error;
    HTTP_RESPONSE_V2 response; /* a copy, of which a version 1 queue's has the first part */
    uint64_t size;             /* of the whole body */
    struct range ranges[RANGES_MAX];
    unsigned count;
    struct piece *pieces;      /* the new ones; the first is the head's */
    unsigned piece_count;
    char *text;                /* what is between the parts, or a page; becomes op->extra */
    size_t text_len;
    struct text content_range; /* in text */
    char boundary[BOUNDARY_MAX], type[64];
};

static struct text known_text(const HTTP_RESPONSE_V1 *r, HTTP_HEADER_ID id)
{
    return header_text(&r->Headers.KnownHeaders[id]);
}

static void set_known(struct partial *p, HTTP_HEADER_ID id, const char *value)
{
    p->response.Headers.KnownHeaders[id] = (HTTP_KNOWN_HEADER){value ? (USHORT)strlen(value) : 0, value};
}

static void set_status(struct partial *p, USHORT status, const char *reason)
{
    p->response.StatusCode = status;
    p->response.pReason = reason;
    p->response.ReasonLength = (USHORT)strlen(reason);
    set_known(p, HttpHeaderContentLength, NULL);
}

/* --- the new pieces */

static bool allocate(struct partial *p)
{
    size_t pieces = 2 + (size_t)(p->count ? p->count : 1) * (p->op->send.count + 1);
    size_t part = PART_HEAD_MAX + known_text((HTTP_RESPONSE_V1 *)&p->response, HttpHeaderContentType).len;

    p->pieces = malloc(pieces * sizeof *p->pieces);
    p->text = malloc(CONTENT_RANGE_MAX + PAGE_SIZE_MAX + (p->count + 1) * part);
    if (p->pieces && p->text) {
        p->pieces[p->piece_count++] = (struct piece){.fd = -1};
        return true;
    }
    free(p->pieces);
    free(p->text);
    return false;
}

static void discard(struct partial *p)
{
    for (unsigned i = 0; i < p->piece_count; i++)
        if (p->pieces[i].fd >= 0)
            close(p->pieces[i].fd);
    free(p->pieces);
    free(p->text);
}

/* The next `len` bytes of the text. */
static struct text take_text(struct partial *p, int len)
{
    struct text t = {p->text + p->text_len, (size_t)len};

    p->text_len += (size_t)len;
    return t;
}

static void add_text(struct partial *p, struct text t)
{
    p->pieces[p->piece_count++] = (struct piece){.memory = t.ptr, .fd = -1, .length = t.len};
}

/* The part of a piece from `skip` on, at most `most` bytes of it. */
static bool add_cut(struct partial *p, const struct piece *from, uint64_t skip, uint64_t most)
{
    struct piece cut = *from;

    cut.memory += cut.fd < 0 ? skip : 0;
    cut.offset += skip;
    cut.length = cut.length - skip < most ? cut.length - skip : most;
    if (cut.fd >= 0 && (cut.fd = dup(cut.fd)) < 0)
        return false;
    p->pieces[p->piece_count++] = cut;
    return true;
}

/* A range of the body. False when a file can't be had once more. */
static bool add_range(struct partial *p, const struct range *range)
{
    const struct send *s = &p->op->send;
    uint64_t at = 0;

    for (unsigned i = 1; i < s->count && at <= range->last; i++) {
        uint64_t end = at + s->pieces[i].length, skip = range->first > at ? range->first - at : 0;

        if (range->first < end && !add_cut(p, &s->pieces[i], skip, range->last + 1 - at - skip))
            return false;
        at = end;
    }
    return true;
}

/* Of a range, or of none. */
static int format_range(char to[CONTENT_RANGE_MAX], const struct range *range, uint64_t size)
{
    if (!range)
        return snprintf(to, CONTENT_RANGE_MAX, "bytes */%llu", (unsigned long long)size);
    return snprintf(to, CONTENT_RANGE_MAX, "bytes %llu-%llu/%llu", (unsigned long long)range->first,
                    (unsigned long long)range->last, (unsigned long long)size);
}

static void set_content_range(struct partial *p, const struct range *range)
{
    p->content_range = take_text(p, format_range(p->text + p->text_len, range, p->size));
}

/* --- several parts */

static void make_boundary(struct partial *p)
{
    unsigned char random[(BOUNDARY_MAX - 1) / 2] = {0};

    if (getrandom(random, sizeof random, 0) < 0)
        random[0] = 1; /* a kernel that can't: any boundary does that isn't in the content */
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(p->boundary + 2 * i, 3, "%02x", random[i]);
    snprintf(p->type, sizeof p->type, "multipart/byteranges; boundary=%s", p->boundary);
}

static void add_part_head(struct partial *p, const struct range *range, struct text type)
{
    char value[CONTENT_RANGE_MAX];

    format_range(value, range, p->size);
    add_text(p, take_text(p, snprintf(p->text + p->text_len, PART_HEAD_MAX + type.len,
                                      "\r\n--%s\r\n%s%.*s%sContent-Range: %s\r\n\r\n", p->boundary,
                                      type.len ? "Content-Type: " : "", (int)type.len, type.ptr,
                                      type.len ? "\r\n" : "", value)));
}

static bool add_parts(struct partial *p)
{
    struct text type = known_text((HTTP_RESPONSE_V1 *)&p->response, HttpHeaderContentType);

    make_boundary(p);
    for (unsigned i = 0; i < p->count; i++) {
        add_part_head(p, &p->ranges[i], type);
        if (!add_range(p, &p->ranges[i]))
            return false;
    }
    add_text(p, take_text(p, snprintf(p->text + p->text_len, PART_HEAD_MAX, "\r\n--%s--\r\n", p->boundary)));
    set_known(p, HttpHeaderContentType, p->type);
    return true;
}

/* --- the new response */

/* The op has it from now on. */
static ULONG install(struct partial *p)
{
    const HTTP_RESPONSE_V1 *r = (const HTTP_RESPONSE_V1 *)&p->response;
    struct op *op = p->op;
    struct head head;
    ULONG error;

    pieces_free(op);
    op->send.pieces = p->pieces;
    op->send.count = p->piece_count;
    op->send.framable = op->send.chunking = false;
    op->extra = p->text;
    p->pieces = NULL; /* the op frees both, also when the headers can't be read any more */
    if (op->head != op->inline_head)
        free(op->head);
    op->head = op->inline_head;
    head_write(&head, op->inline_head, OP_HEAD_SIZE, op->queue, r);
    error = head_attach(op, &head, op->inline_head, r);
    op->send.head.range = p->content_range;
    return error;
}

static ULONG send_some(struct partial *p)
{
    set_status(p, 206, "Partial Content");
    if (!allocate(p))
        return ERROR_NOT_ENOUGH_MEMORY;
    if (p->count == 1)
        set_content_range(p, &p->ranges[0]);
    if (p->count == 1 ? add_range(p, &p->ranges[0]) : add_parts(p))
        return install(p);
    discard(p);
    return ERROR_NO_SYSTEM_RESOURCES;
}

/* The application's headers stay, also what they say of a type. */
static ULONG send_unsatisfiable(struct partial *p)
{
    set_status(p, 416, "Requested Range Not Satisfiable");
    if (!allocate(p))
        return ERROR_NOT_ENOUGH_MEMORY;
    set_content_range(p, NULL);
    add_text(p, take_text(p, (int)page_body(PAGE_BAD_RANGE, p->text + p->text_len)));
    return install(p);
}

/* --- whether there is something to do */

static uint64_t body_size(const struct send *s)
{
    uint64_t sum = 0;

    for (unsigned i = 1; i < s->count; i++)
        sum += s->pieces[i].length;
    return sum;
}

/* A 200, all of whose body is here, and whose length is ours to say. */
static bool is_whole(const struct op *op, const HTTP_RESPONSE_V1 *r)
{
    struct text length = known_text(r, HttpHeaderContentLength);
    uint64_t value;

    if (r->StatusCode != 200 || op->send.more || op->send.head.has_coding || op->send.trailers.ptr)
        return false;
    if (!op->send.head.has_length)
        return true;
    return text_to_u64(length, &value) && value == body_size(&op->send);
}

static bool same_text(struct text a, struct text b)
{
    return a.len && a.len == b.len && !memcmp(a.ptr, b.ptr, a.len);
}

/* If-Range names what the client has a part of; a weak tag names nothing that exactly. */
static bool is_the_same(struct text if_range, const HTTP_RESPONSE_V1 *r)
{
    if (!if_range.ptr)
        return true;
    if (if_range.len && (if_range.ptr[0] == '"' || if_range.ptr[0] == 'W'))
        return if_range.ptr[0] == '"' && same_text(if_range, known_text(r, HttpHeaderEtag));
    return same_text(if_range, known_text(r, HttpHeaderLastModified));
}

static void make(void *arg)
{
    struct partial *p = arg;
    const HTTP_RESPONSE_V1 *r = p->whole;
    struct queue *engine = queue_object_engine(p->op->queue);
    struct ranges_asked asked;

    if (!engine || !is_whole(p->op, r) || ranges_ask(engine, p->id, &asked))
        return;
    if (!asked.range_text.ptr || !is_the_same(asked.if_range_text, r))
        return;
    memcpy(&p->response, r, p->op->queue->version == 1 ? sizeof(HTTP_RESPONSE_V1) : sizeof(HTTP_RESPONSE_V2));
    switch (ranges_parse(asked.range_text, p->size, p->ranges, &p->count)) {
    case RANGES_ALL: break;
    case RANGES_SOME: p->error = send_some(p); break;
    case RANGES_UNSATISFIABLE: p->error = send_unsatisfiable(p); break;
    case RANGES_REFUSED: p->op->send.refusal = PAGE_BAD_HEADER; break; /* since http.sys was attacked with such numbers */
    }
}

/* What is made is outside of the guard: it can be given back when the caller's memory turns out to be gone. */
ULONG partial_make(struct op *op, HTTP_REQUEST_ID id, const HTTP_RESPONSE_V1 *r)
{
    struct partial p = {.op = op, .id = id, .whole = r, .size = body_size(&op->send)};

    if (guard_run(make, &p))
        return p.error;
    if (p.pieces)
        discard(&p);
    return ERROR_NOACCESS;
}
