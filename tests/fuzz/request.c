/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request: the head of a request and the framing of its body, however the bytes are cut into pieces.
 *
 * The input is what a client sends. It is fed whole, byte by byte, and cut in two at some places (at all, when there
 * are few): what comes of it must be the same. What is accepted must also be what a second, simple reader makes of it.
 */
#include "fuzz.h"

#include "feed.h"

#define CUTS 24 /* places to cut a longer input at */

/* In a buffer of its own: feed_show() has one. */
static char *outcome(const char *bytes, size_t size, size_t step, size_t first)
{
    struct feed f;
    char *shown;

    feed_begin(&f);
    feed_bytes(&f, bytes, first);
    for (size_t i = first; i < size; i += step)
        feed_bytes(&f, bytes + i, step < size - i ? step : size - i);
    shown = strdup(feed_show(&f));
    must(shown);
    feed_end(&f);
    return shown;
}

static void must_be_same(const char *whole, const char *bytes, size_t size, size_t step, size_t first)
{
    char *cut = outcome(bytes, size, step, first);

    must(!strcmp(whole, cut), "whole:               %s\n    cut at %zu, steps of %zu: %s", whole, first, step, cut);
    free(cut);
}

static void check_cuts(const char *bytes, size_t size)
{
    char *whole = outcome(bytes, size, size, 0);
    uint32_t place = (uint32_t)size;

    must_be_same(whole, bytes, size, 1, 0);
    for (size_t i = 1; i < size && size <= 2 * CUTS; i++)
        must_be_same(whole, bytes, size, size, i);
    for (size_t i = 0; i < CUTS && size > 2 * CUTS; i++) {
        place = place * 1664525 + 1013904223;
        must_be_same(whole, bytes, size, size, 1 + (place >> 8) % (size - 1));
    }
    free(whole);
}

/* --- the second reader: knows only what is well-formed */

static bool is_one_of(unsigned char c, const char *set)
{
    return c && strchr(set, c);
}

static bool is_token(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.ptr[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
            !is_one_of(c, "!#$%&'*+-.^_`|~"))
            return false;
    }
    return t.len > 0;
}

static bool is_clean(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (((unsigned char)t.ptr[i] < 0x20 && t.ptr[i] != '\t') || t.ptr[i] == 0x7f)
            return false;
    return true;
}

static struct text next_line(struct input *in)
{
    struct text line = input_line(in);

    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

static void skip_blank_lines(struct input *in)
{
    while (in->at < in->end && (*in->at == '\n' || (*in->at == '\r' && in->end - in->at > 1 && in->at[1] == '\n')))
        in->at++;
}

static void check_request_line(const struct request *r, struct text line)
{
    const char *space = memchr(line.ptr, ' ', line.len), *last = memrchr(line.ptr, ' ', line.len);
    struct text version;

    must(space && last > space);
    must(is_token((struct text){line.ptr, (size_t)(space - line.ptr)}));
    must(request_text(r, r->target).ptr == r->in + (space + 1 - line.ptr) + r->verb_text.off);
    must(r->target.len == (size_t)(last - space - 1) && !memchr(space + 1, ' ', r->target.len));
    version = (struct text){last + 1, (size_t)(line.ptr + line.len - last - 1)};
    must(version.len == 8 && !memcmp(version.ptr, "HTTP/1.", 7) && version.ptr[7] >= '0' && version.ptr[7] <= '9');
}

/* What the second reader finds in the header lines. */
struct found {
    unsigned lines, hosts, lengths, codings;
    uint64_t length;
    bool chunked_last;
};

static bool ends_with_chunked(struct text value)
{
    struct text element;
    bool last = false;

    while (text_next_element(&value, &element))
        if (element.len)
            last = text_equal_nocase(element, TEXT("chunked"));
    return last;
}

static void note_framing(struct found *f, struct text name, struct text value)
{
    f->hosts += text_equal_nocase(name, TEXT("Host"));
    if (text_equal_nocase(name, TEXT("Content-Length"))) {
        uint64_t length = 0;

        must(text_to_u64(value, &length), "Content-Length: %.*s", PRINT(value));
        must(!f->lengths || length == f->length, "two lengths");
        f->length = length;
        f->lengths++;
    }
    if (text_equal_nocase(name, TEXT("Transfer-Encoding"))) {
        f->chunked_last = ends_with_chunked(value);
        f->codings++;
    }
}

/* The engine has dropped the header: it was there before, with the same value. */
static bool is_known_already(const struct request *r, unsigned count, struct text name, struct text value)
{
    for (unsigned i = 0; i < count; i++) {
        struct text before = request_text(r, r->headers[i].value);

        if (text_equal_nocase(request_text(r, r->headers[i].name), name) && before.len == value.len &&
            !memcmp(before.ptr, value.ptr, value.len))
            return true;
    }
    return false;
}

/* The header is among those the engine found, in this order. */
static void check_field(const struct request *r, struct text line, struct found *f, unsigned *next)
{
    const char *colon = memchr(line.ptr, ':', line.len);
    struct text name, value, got;

    must(colon, "no colon");
    name = (struct text){line.ptr, (size_t)(colon - line.ptr)};
    value = text_trim((struct text){colon + 1, line.len - name.len - 1});
    must(is_token(name) && is_clean(value));
    note_framing(f, name, value);
    f->lines++;
    got = *next < r->header_count ? request_text(r, r->headers[*next].name) : (struct text){NULL, 0};
    if (!text_equal_nocase(got, name) && is_known_already(r, *next, name, value))
        return;
    must(text_equal_nocase(got, name), "a header is missing: %.*s", PRINT(line));
    got = request_text(r, r->headers[*next].value);
    must(got.len == value.len && !memcmp(got.ptr, value.ptr, got.len), "%.*s", PRINT(line));
    ++*next;
}

static void check_body(const struct request *r, const struct found *f)
{
    if (f->codings)
        must(f->chunked_last && r->body.kind == BODY_CHUNKED, "a coding that isn't chunked");
    else
        must(r->body.kind == (f->length ? BODY_LENGTH : BODY_NONE));
    if (f->codings && f->lengths)
        must(r->close_after, "two framings, and the connection goes on");
    must(f->hosts == 1 || (r->minor == 0 && !f->hosts), "%u hosts", f->hosts);
}

static void check_head(const struct request *r, const char *bytes, size_t size)
{
    struct input in = {bytes, bytes + size};
    struct found f = {0};
    unsigned next = 0;
    struct text line;

    skip_blank_lines(&in);
    check_request_line(r, next_line(&in));
    while ((line = next_line(&in)).len)
        if (f.lines || text_trim(line).len) /* blanks may stand alone behind the request line */
            check_field(r, line, &f, &next);
    must(next == r->header_count, "%u headers more", r->header_count - next);
    must(in.at == bytes + r->head_len, "the head's end");
    check_body(r, &f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = exact_copy(data, size);
    struct feed f;

    check_cuts(bytes, size);
    feed_begin(&f);
    feed_bytes(&f, bytes, size);
    if (f.result == PARSE_DONE)
        check_head(&f.r, bytes, size);
    feed_end(&f);
    free(bytes);
    return 0;
}
