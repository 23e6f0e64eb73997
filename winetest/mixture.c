/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mixture.c: requests of every kind, received with every flag into buffers of every size. What must be true of all of
 * them is checked: each pointer (walk.h), what was sent, the exact size, memory behind the buffer, the whole body.
 *
 * The mixture is the same each time: a failure's round can be run again.
 */
#include "scene.h"

#include <stdarg.h>

#define ROUNDS 150
#define BODY_MAX 3000

struct dice {
    unsigned long state;
};

/* 0 to n - 1. */
static unsigned roll(struct dice *d, unsigned n)
{
    d->state = (d->state * 1103515245ul + 12345ul) & 0x7ffffffful;
    return (unsigned)(d->state >> 8) % n;
}

/* A request as its client sees it. */
struct sent {
    char wire[BODY_MAX * 2 + 4096];
    int length; /* of wire */
    char verb[16], target[64];
    unsigned unknown; /* headers of different names */
    char body[BODY_MAX];
    ULONG body_length;
};

static void add(struct sent *s, const char *format, ...) TEST_PRINTF(2);

static void add(struct sent *s, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    s->length += vsnprintf(s->wire + s->length, sizeof s->wire - (size_t)s->length, format, arguments);
    va_end(arguments);
}

static void add_line(struct sent *s, struct dice *d, USHORT port)
{
    static const char *const verbs[] = {"GET", "POST", "PUT", "X", "xyzzy", "PROPFIND"};

    strcpy(s->verb, verbs[roll(d, ARRAYSIZE(verbs))]);
    sprintf(s->target, "/%.*s%s%.*s", (int)roll(d, 12), "pathpathpath", roll(d, 2) ? "?" : "/", (int)roll(d, 9),
            "querystring");
    add(s, "%s %s HTTP/1.1\r\nHost: localhost:%u\r\n", s->verb, s->target, port);
}

static void add_headers(struct sent *s, struct dice *d)
{
    static const char *const known[] = {"Accept", "Cookie", "Via", "Accept-Language", "TE"};
    unsigned seen = 0, i, n;

    for (n = roll(d, 6); n; n--)
        add(s, "%s:%.*s\r\n", known[roll(d, ARRAYSIZE(known))], (int)roll(d, 8), " a, b,cdefgh");
    s->unknown = 0;
    for (n = roll(d, 8); n; n--) {
        i = roll(d, 5);
        add(s, "%c-%u: %.*s\r\n", roll(d, 2) ? 'X' : 'x', i, (int)roll(d, 10), "0123456789");
        s->unknown += !(seen >> i & 1);
        seen |= 1u << i;
    }
}

static void add_chunked(struct sent *s, struct dice *d)
{
    ULONG at, n;

    add(s, "Transfer-Encoding: chunked\r\n\r\n");
    for (at = 0; at < s->body_length; at += n) {
        n = 1 + roll(d, s->body_length - at);
        add(s, "%lx\r\n%.*s\r\n", UL(n), (int)n, s->body + at);
    }
    add(s, "0\r\n\r\n");
}

static void make_request(struct sent *s, struct dice *d, USHORT port)
{
    ULONG i;

    s->length = 0;
    s->body_length = roll(d, 4) ? roll(d, roll(d, 2) ? 20 : BODY_MAX) : 0;
    for (i = 0; i < s->body_length; i++)
        s->body[i] = (char)('a' + roll(d, 26));
    add_line(s, d, port);
    add_headers(s, d);
    if (roll(d, 2))
        add_chunked(s, d);
    else
        add(s, "Content-Length: %lu\r\n\r\n%.*s", UL(s->body_length), (int)s->body_length, s->body);
}

/* The first receive, which begins when some of the request was sent; then comes the rest. */
static ULONG receive_first(struct scene *x, struct dice *d, const struct sent *s, ULONG flags, ULONG size, ULONG *bytes)
{
    int first = roll(d, 2) ? s->length : (int)roll(d, (unsigned)s->length + 1);
    struct call c;
    ULONG error;

    call_open(&c);
    send_bytes(x->client, s->wire, first);
    error = HttpReceiveHttpRequest(x->queue, HTTP_NULL_ID, flags, (PHTTP_REQUEST)&x->in, size, bytes, &c.overlapped);
    send_bytes(x->client, s->wire + first, s->length - first);
    error = call_end(x->queue, &c, error, bytes);
    call_close(&c);
    if (error == NO_ERROR)
        check_walk(&x->in, *bytes, x->version);
    return error;
}

/* Receives it whole, by as many calls as it takes. What the last one gave. */
static ULONG receive_it(struct scene *x, struct dice *d, const struct sent *s, ULONG flags, int round)
{
    ULONG size = smallest_request(x->version) + roll(d, 1200), needed = 0, error;
    HTTP_REQUEST_ID id = HTTP_NULL_ID;

    for (;;) {
        memset(&x->in, 0xcc, sizeof x->in);
        error = id ? receive_into(x->queue, id, flags, &x->in, size, &needed)
                   : receive_first(x, d, s, flags, size, &needed);
        ok((unsigned char)x->in.bytes[size] == 0xcc, "round %d: it wrote behind %lu bytes", round, UL(size));
        if (error != ERROR_MORE_DATA)
            return error;
        ok(needed > size && id == HTTP_NULL_ID, "round %d: %lu bytes aren't enough, %lu are", round, UL(size),
           UL(needed));
        id = x->in.v1.RequestId;
        size = needed + roll(d, 3) * roll(d, 1000);
    }
}

static void check_head(const struct scene *x, const struct sent *s, int round)
{
    const HTTP_REQUEST_V1 *r = &x->in.v1;

    ok(r->RawUrlLength == strlen(s->target) && !strcmp(r->pRawUrl, s->target), "round %d: %s is %s", round, s->target,
       r->pRawUrl);
    if (r->Verb == HttpVerbUnknown)
        ok(!strcmp(r->pUnknownVerb, s->verb), "round %d: %s is %s", round, s->verb, r->pUnknownVerb);
    ok(r->Headers.UnknownHeaderCount == s->unknown, "round %d: %u unknown headers of %u", round,
       r->Headers.UnknownHeaderCount, s->unknown);
    ok(r->BytesReceived <= (ULONG)s->length, "round %d: %lu bytes of %d", round, UL(r->BytesReceived), s->length);
}

/* The chunk and what is read behind it: the body, no more and no less, and the flag says what is left. */
static void check_body(struct scene *x, struct dice *d, const struct sent *s, int round)
{
    const HTTP_REQUEST_V1 *r = &x->in.v1;
    char got[BODY_MAX + 1];
    ULONG length = 0, bytes = 0, error = NO_ERROR;

    if (r->EntityChunkCount) {
        length = r->pEntityChunks->FromMemory.BufferLength;
        if (!ok(length <= s->body_length, "round %d: %lu bytes of %lu", round, UL(length), UL(s->body_length)))
            return;
        memcpy(got, r->pEntityChunks->FromMemory.pBuffer, length);
    }
    if (!(r->Flags & HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS))
        ok(length == s->body_length, "round %d: nothing behind %lu bytes of %lu", round, UL(length),
           UL(s->body_length));
    while (length < sizeof got && error == NO_ERROR) {
        error = read_body(x->queue, r->RequestId, roll(d, 2), got + length, 1 + roll(d, (unsigned)sizeof got - length),
                          &bytes);
        if (error == NO_ERROR)
            length += bytes;
    }
    ok(error == ERROR_HANDLE_EOF, "round %d: the body ends with %lu", round, UL(error));
    ok(length == s->body_length && !memcmp(got, s->body, length), "round %d: %lu bytes of %lu, or others", round,
       UL(length), UL(s->body_length));
}

/* [rp] [doc] What holds for every request, sent in one piece or in two. */
static void test_mixture(int version)
{
    struct dice d = {(unsigned long)version};
    struct sent *s = malloc(sizeof *s);
    struct scene x;
    ULONG flags;
    int i;

    scene_open(&x, version);
    for (i = 0; i < ROUNDS; i++) {
        make_request(s, &d, x.port);
        flags = roll(&d, 3); /* none, COPY_BODY, FLUSH_BODY */
        if (!ok_eq(receive_it(&x, &d, s, flags, i), NO_ERROR))
            break;
        check_head(&x, s, i);
        check_body(&x, &d, s, i);
        scene_finish(&x);
    }
    free(s);
    scene_close(&x);
}

START_TEST(mixture)
{
    BOTH(test_mixture);
}
