/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * feed.c: feeding a request, and telling what became of it.
 */
#include "feed.h"

#include <stdarg.h>
#include <stdlib.h>

#include "engine/body.h"
#include "engine/buffer.h"
#include "unit.h"

void feed_begin(struct feed *f)
{
    *f = (struct feed){.result = PARSE_MORE};
    list_init(&f->r.node);
    list_init(&f->r.reads);
    list_init(&f->r.sends);
}

void feed_end(struct feed *f)
{
    url_free(&f->r.url);
    buffer_resize(f->r.headers, f->r.header_size * sizeof *f->r.headers, 0);
    buffer_resize(f->r.in, f->r.in_size, 0);
}

static void append(struct request *r, const char *bytes, size_t n)
{
    char *in = buffer_resize(NULL, 0, r->in_len + n);

    cr_assert(in);
    if (r->in_len)
        memcpy(in, r->in, r->in_len);
    memcpy(in + r->in_len, bytes, n);
    buffer_resize(r->in, r->in_size, 0);
    r->in = in;
    r->in_len += (uint32_t)n;
    r->in_size = r->in_len;
}

/* Bytes behind the head; body.c's add_bytes() does the same. */
static void body_bytes(struct feed *f, size_t n)
{
    struct body *b = &f->r.body;

    if (b->complete)
        return;
    if (b->kind == BODY_CHUNKED) {
        f->bad_body = !parse_chunks(&f->r);
        return;
    }
    n = n < b->left ? n : (size_t)b->left;
    b->end += (uint32_t)n;
    b->left -= n;
    b->complete = !b->left;
}

void feed_bytes(struct feed *f, const char *bytes, size_t n)
{
    if (f->result == PARSE_REFUSED || f->bad_body || !n)
        return;
    append(&f->r, bytes, n);
    if (f->result == PARSE_DONE)
        return body_bytes(f, n);
    f->result = parse_head(&f->r, &f->page);
    if (f->result == PARSE_DONE)
        f->bad_body = !body_begin(&f->r);
}

static char shown[100000];
static size_t used;

__attribute__((format(printf, 1, 2))) static void show(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    used += (size_t)vsnprintf(shown + used, sizeof shown - used, format, args);
    va_end(args);
    cr_assert(used < sizeof shown);
}

static void show_text(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.ptr[i];

        if (c >= 0x20 && c < 0x7f)
            show("%c", c);
        else
            show("\\%02x", c);
    }
}

static void show_body(const struct request *r)
{
    static const char *const kinds[] = {"none", "length", "chunked"};
    const struct body *b = &r->body;

    show("|body %s", kinds[b->kind]);
    if (b->kind == BODY_LENGTH)
        show(" left %llu", (unsigned long long)b->left);
    if (b->kind == BODY_CHUNKED) {
        show(" \"");
        show_text((struct text){r->in + b->start, b->end - b->start});
        show("\"%s received %llu", b->complete ? "" : "...", (unsigned long long)b->received);
    }
    if (b->complete && r->in_len > b->end) {
        show(" then \"");
        show_text((struct text){r->in + b->end, r->in_len - b->end});
        show("\"");
    }
}

static void show_head(const struct request *r)
{
    show_text(request_text(r, r->verb_text));
    show("%s ", r->verb == VERB_UNKNOWN ? "?" : "");
    show_text(request_text(r, r->target));
    show(" %u.%u", r->major, r->minor);
    for (unsigned i = 0; i < r->header_count; i++) {
        show("|");
        show_text(request_text(r, r->headers[i].name));
        show(": ");
        show_text(request_text(r, r->headers[i].value));
    }
}

const char *feed_show(const struct feed *f)
{
    used = 0;
    if (f->result == PARSE_MORE) {
        show("more");
    } else if (f->result == PARSE_REFUSED) {
        show("refused, page %d", f->page);
    } else {
        show_head(&f->r);
        show("%s%s", f->r.close_after ? "|close" : "", f->r.expects_continue ? "|continue" : "");
        if (f->bad_body)
            show("|bad body");
        else
            show_body(&f->r);
    }
    return shown;
}

static void feed_in_two(struct feed *f, struct text t, size_t cut)
{
    feed_begin(f);
    feed_bytes(f, t.ptr, cut);
    feed_bytes(f, t.ptr + cut, t.len - cut);
}

static void feed_bytewise(struct feed *f, struct text t)
{
    feed_begin(f);
    for (size_t i = 0; i < t.len; i++)
        feed_bytes(f, t.ptr + i, 1);
}

char *parse_each_way(struct text t)
{
    struct feed f;
    char *want;
    bool same = true;

    feed_in_two(&f, t, 0);
    want = strdup(feed_show(&f));
    feed_end(&f);
    for (size_t cut = 1; cut <= t.len && same; cut++) {
        if (cut < t.len)
            feed_in_two(&f, t, cut);
        else
            feed_bytewise(&f, t);
        same = !strcmp(feed_show(&f), want);
        cr_expect(same, "cut at %zu of %zu: %s\nwhole: %s", cut, t.len, feed_show(&f), want);
        feed_end(&f);
    }
    return want;
}

void gives(struct text t, const char *want)
{
    char *got = parse_each_way(t);

    cr_expect(!strcmp(got, want), "%.*s\n gives %s\n   not %s", PRINT(t), got, want);
    free(got);
}

void refused(struct text t, enum page page)
{
    char want[32];

    snprintf(want, sizeof want, "refused, page %d", page);
    gives(t, want);
}

void refused_somehow(struct text t)
{
    char *got = parse_each_way(t);

    cr_expect(!strncmp(got, "refused", 7), "%.*s\n gives %s", PRINT(t), got);
    free(got);
}

void body_refused(struct text t)
{
    char *got = parse_each_way(t);

    cr_expect(strstr(got, "|bad body"), "%.*s\n gives %s", PRINT(t), got);
    free(got);
}
