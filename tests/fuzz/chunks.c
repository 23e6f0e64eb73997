/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chunks: a chunked body, however its bytes are cut into pieces; and what a second decoder makes of it.
 */
#include "fuzz.h"

#include "engine/chunks.h"

/* What became of a body. */
struct outcome {
    bool good, done;
    size_t used, len;
    char *data;
};

/* In memory of exactly the size of the piece, as the next bytes of a connection's buffer are. */
static void feed_piece(struct chunks *k, struct outcome *o, const char *bytes, size_t n)
{
    char *piece = exact_copy(bytes, n);
    size_t data, used;

    o->good = chunks_decode(k, piece, n, &data, &used);
    must(data <= used && used <= n);
    memcpy(o->data + o->len, piece, data);
    o->len += data;
    o->used += used;
    o->done = k->state == CHUNKS_DONE;
    must(o->done || !o->good || used == n, "%zu of %zu bytes were looked at", used, n);
    free(piece);
}

static struct outcome decode(const char *bytes, size_t size, size_t first, size_t step)
{
    struct outcome o = {.good = true, .data = malloc(size + 1)};
    struct chunks k = {0};
    size_t n;

    must(o.data);
    for (size_t i = 0; i < size && o.good && !o.done; i += n) {
        n = i ? step : first;
        n = n < size - i ? n : size - i;
        feed_piece(&k, &o, bytes + i, n);
    }
    return o;
}

static void must_be_same(const struct outcome *whole, const char *bytes, size_t size, size_t first, size_t step)
{
    struct outcome cut = decode(bytes, size, first, step);

    must(cut.good == whole->good && cut.done == whole->done, "cut at %zu, steps of %zu: good %d %d, done %d %d", first,
         step, whole->good, cut.good, whole->done, cut.done);
    if (cut.good)
        must(cut.used == whole->used && cut.len == whole->len && !memcmp(cut.data, whole->data, cut.len));
    free(cut.data);
}

/* --- the second decoder: reads whole lines */

enum verdict { WANTS_MORE, GOOD, BAD };

/*
 * A line that ends with CR LF, and contains no other control characters but tabs. It is *ended when its CR is there;
 * the LF may still be missing.
 */
static enum verdict read_line(struct input *in, struct text *line, bool *ended)
{
    const char *p = in->at;
    bool complete;

    while (p < in->end && *p != '\r') {
        if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
            return BAD;
        p++;
    }
    *ended = p < in->end;
    complete = in->end - p > 1;
    if (complete && p[1] != '\n')
        return BAD;
    *line = (struct text){in->at, (size_t)(p - in->at)};
    in->at = complete ? p + 2 : in->end;
    return complete ? GOOD : WANTS_MORE;
}

/* Whether quotes are closed again, with what stands behind a backslash in them left out. */
static bool is_closed(struct text extension)
{
    bool quoted = false;

    for (size_t i = 0; i < extension.len; i++) {
        if (extension.ptr[i] == '"')
            quoted = !quoted;
        else if (quoted && extension.ptr[i] == '\\')
            i++;
    }
    return !quoted;
}

/* Up to 16 digits, then nothing or an extension. False when it can't become a size. */
static bool read_size(struct text line, bool ended, uint64_t *size)
{
    size_t i = 0, digits;

    for (*size = 0; i < line.len && hex_digit((unsigned char)line.ptr[i]) >= 0; i++)
        *size = *size * 16 + (unsigned)hex_digit((unsigned char)line.ptr[i]);
    digits = i;
    if (digits > 16 || (!digits && (ended || line.len)))
        return false;
    if (i == line.len)
        return true;
    while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'))
        i++;
    if (i == line.len)
        return !ended;
    return line.ptr[i] == ';' && (!ended || is_closed((struct text){line.ptr + i, line.len - i}));
}

static bool is_token_byte(unsigned char c)
{
    return c && (strchr("!#$%&'*+-.^_`|~", c) || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
}

static bool may_be_trailer(struct text line, bool complete)
{
    size_t i = 0;

    while (i < line.len && is_token_byte((unsigned char)line.ptr[i]))
        i++;
    return i == line.len ? !complete : i && line.ptr[i] == ':';
}

static enum verdict read_trailers(struct input *in)
{
    struct text line;
    enum verdict v;
    bool ended;

    while ((v = read_line(in, &line, &ended)) != BAD) {
        if (ended && !line.len)
            return v;
        if (!may_be_trailer(line, ended))
            return BAD;
        if (v == WANTS_MORE)
            break;
    }
    return v;
}

/* CR LF behind a chunk's data. */
static enum verdict read_end(struct input *in)
{
    static const char end[] = {'\r', '\n'};
    size_t n = input_left(in) < 2 ? input_left(in) : 2;

    if (memcmp(in->at, end, n))
        return BAD;
    in->at += n;
    return n == 2 ? GOOD : WANTS_MORE;
}

static enum verdict read_body(struct input *in, struct outcome *o)
{
    for (;;) {
        struct text line;
        bool ended;
        enum verdict v = read_line(in, &line, &ended);
        uint64_t size;

        if (v == BAD || !read_size(line, ended, &size))
            return BAD;
        if (v == WANTS_MORE)
            return v;
        if (!size)
            return read_trailers(in);
        if (size > input_left(in))
            size = input_left(in), v = WANTS_MORE;
        memcpy(o->data + o->len, in->at, (size_t)size);
        o->len += (size_t)size;
        in->at += size;
        if (v == GOOD)
            v = read_end(in);
        if (v != GOOD)
            return v;
    }
}

static void check_by_second(const struct outcome *got, const char *bytes, size_t size)
{
    struct outcome o = {.data = malloc(size + 1)};
    struct input in = {bytes, bytes + size};
    enum verdict v = read_body(&in, &o);

    must(o.data);
    must(got->good == (v != BAD), "%s", got->good ? "accepted" : "refused");
    must(got->done == (v == GOOD));
    if (got->good)
        must(o.len == got->len && !memcmp(o.data, got->data, o.len));
    if (got->done)
        must(got->used == (size_t)(in.at - bytes));
    free(o.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct outcome whole = decode(bytes, size, size, size);

    must(whole.len <= size);
    must_be_same(&whole, bytes, size, 1, 1);
    for (size_t i = 1; i < size && i < 64; i++)
        must_be_same(&whole, bytes, size, i, size);
    check_by_second(&whole, bytes, size);
    free(whole.data);
    return 0;
}
