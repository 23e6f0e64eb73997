/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.c: the request line by hand, header fields with llhttp, and what they say about the connection.
 */
#include "parse.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "framing.h"
#include "grammar.h"
#include "hash.h"
#include "parameters.h"
#include "request.h"

#define HEADERS_FIRST 16
#define HEADERS_MAX 4096

#define KNOWN_VERB_MAX 16 /* none has a longer name */
#define LINE_REST 10 /* of a request line, beside verb and target: two spaces and the version */

/*
 * What is over both the limit of a field and that of the whole head is over the latter, however it comes: so the first says
 * nothing about parts that would have to end behind the second.
 */
static bool is_too_long(uint32_t start, uint32_t len)
{
    uint64_t end = (uint64_t)start + parameters.MaxFieldLength + 2;

    return len > parameters.MaxFieldLength && end <= parameters.MaxRequestBytes;
}

static uint32_t offset_of(const struct request *r, const char *at)
{
    return (uint32_t)(at - r->in);
}

static struct header *new_header(struct request *r)
{
    if (r->header_count == r->header_size) {
        uint16_t size = r->header_size ? (uint16_t)(r->header_size * 2) : HEADERS_FIRST;
        struct header *p = size > HEADERS_MAX ? NULL : realloc(r->headers, size * sizeof *p);

        if (!p)
            return NULL;
        r->headers = p;
        r->header_size = size;
    }
    r->headers[r->header_count] = (struct header){.id = HEADER_UNKNOWN};
    return &r->headers[r->header_count++];
}

/* Continues a span: llhttp may report one in pieces. */
static void extend(struct request *r, struct span *s, const char *at, size_t len)
{
    if (!s->len)
        s->off = offset_of(r, at);
    s->len += (uint32_t)len;
}

static int on_header_field(llhttp_t *p, const char *at, size_t len)
{
    struct request *r = p->data;

    if ((!r->header_count || r->in_value) && !new_header(r))
        return HPE_USER;
    r->in_value = false;
    extend(r, &r->headers[r->header_count - 1].name, at, len);
    return 0;
}

static int on_header_value(llhttp_t *p, const char *at, size_t len)
{
    struct request *r = p->data;

    r->in_value = true;
    extend(r, &r->headers[r->header_count - 1].value, at, len);
    return 0;
}

static void set_span(const struct request *r, struct span *s, struct text t)
{
    s->off = offset_of(r, t.ptr);
    s->len = (uint32_t)t.len;
}

/* The header becomes the last of those of its name; `first` links to the first of them, if there is one. */
static void link_same(struct request *r, uint16_t *first, uint16_t index)
{
    uint16_t link = (uint16_t)(index + 1);
    struct header *f;

    if (!*first)
        *first = link;
    f = &r->headers[*first - 1];
    if (f != &r->headers[index]) {
        r->headers[index].repeated = true;
        r->headers[f->last - 1].same = link;
    }
    f->last = link;
}

/* A client that knew it could send thousands of names that all go into one bucket: 14 ms for 16 KB. */
static uint32_t hash_secret;

static unsigned unknown_bucket(struct text name)
{
    uint32_t h = hash_secret;

    for (size_t i = 0; i < name.len; i++)
        h = hash_step(h, (unsigned char)ascii_lower(name.ptr[i]));
    return (h ^ h >> 16) % UNKNOWN_BUCKETS;
}

/* The application sees headers of one name as one: each is linked to the ones before it. */
static void link_header(struct request *r, uint16_t index)
{
    struct header *h = &r->headers[index];
    struct text name = request_text(r, h->name);
    uint16_t *link;

    if (h->id != HEADER_UNKNOWN)
        return link_same(r, &r->known[h->id], index);
    link = &r->unknown[unknown_bucket(name)];
    while (*link && !text_equal_nocase(request_text(r, r->headers[*link - 1].name), name))
        link = &r->headers[*link - 1].chain;
    link_same(r, link, index);
}

static int on_header_value_complete(llhttp_t *p)
{
    struct request *r = p->data;
    struct header *h = &r->headers[r->header_count - 1];

    r->in_value = true; /* also when the value was empty and no span came */
    if (h->value.len)
        set_span(r, &h->value, text_trim(request_text(r, h->value)));
    else
        h->value.off = h->name.off + h->name.len;
    h->id = (uint8_t)request_header_from_text(request_text(r, h->name));
    link_header(r, (uint16_t)(r->header_count - 1));
    return 0;
}

static int pause_parser(llhttp_t *p)
{
    (void)p;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = pause_parser,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static llhttp_t after_request_line; /* a parser that has seen a request line and expects headers */

static void make_template(void)
{
    static const char line[] = "POST / HTTP/1.1\r\n";

    llhttp_init(&after_request_line, LLHTTP_REQUEST, &settings);
    /* Codings and two lengths are ours to judge: docs/behaviour.md, "Framing". */
    llhttp_set_lenient_chunked_length(&after_request_line, 1);
    llhttp_set_lenient_transfer_encoding(&after_request_line, 1);
    llhttp_execute(&after_request_line, line, sizeof line - 1);
    if (getrandom(&hash_secret, sizeof hash_secret, GRND_NONBLOCK) != sizeof hash_secret)
        hash_secret = HASH_START ^ (uint32_t)clock_ticks();
}

/*
 * Where the verb ends: at its space, or at the end of what there is. What can't become a verb is refused at once; only
 * a line feed, or a carriage return that may be before one, is left to be judged with the whole line.
 */
static enum page scan_verb(struct request *r, uint32_t start, uint32_t end)
{
    uint32_t i = start;

    while (i < end && is_token_char((unsigned char)r->in[i]))
        i++;
    r->verb_text = (struct span){start, i - start};
    if (is_too_long(start, i - start))
        return PAGE_BAD_VERB;
    if (i == end || (r->in[i] == '\r' && i + 1 == r->in_len))
        return PAGE_NONE;
    return i == start || r->in[i] != ' ' ? PAGE_BAD_VERB : PAGE_NONE;
}

/* "HTTP/1.0" to "HTTP/1.9"; other major versions are known, but not served. */
static enum page parse_version(struct request *r, struct text v)
{
    if (v.len != 8 || memcmp(v.ptr, "HTTP/", 5) || v.ptr[6] != '.' || v.ptr[5] < '0' ||
        v.ptr[5] > '9' || v.ptr[7] < '0' || v.ptr[7] > '9')
        return PAGE_BAD_REQUEST;
    r->major = (uint8_t)(v.ptr[5] - '0');
    r->minor = (uint8_t)(v.ptr[7] - '0');
    if (r->major == 0)
        return PAGE_BAD_REQUEST;
    return r->major == 1 ? PAGE_NONE : PAGE_BAD_VERSION;
}

/* AllowCaseInsensitiveVerbs: "get" is GET. */
static enum verb verb_in_any_case(struct text t)
{
    char upper[KNOWN_VERB_MAX];

    if (t.len > sizeof upper)
        return VERB_UNKNOWN;
    for (size_t i = 0; i < t.len; i++)
        upper[i] = ascii_upper(t.ptr[i]);
    return verb_from_text((struct text){upper, t.len});
}

static enum verb parse_verb(struct text t)
{
    enum verb verb = verb_from_text(t);

    return verb == VERB_UNKNOWN && parameters.AllowCaseInsensitiveVerbs ? verb_in_any_case(t) : verb;
}

static enum page parse_target(struct request *r, struct text target)
{
    if (!target.len || !url_is_clean(target))
        return PAGE_BAD_URL;
    set_span(r, &r->target, target);
    return target.len > parameters.MaxFieldLength ? PAGE_URL_TOO_LONG : PAGE_NONE;
}

/* Target and version between the verb's space and `end`, the line's end. */
static enum page parse_line(struct request *r, uint32_t end)
{
    uint32_t start = r->verb_text.off + r->verb_text.len + 1;
    const char *target = r->in + start, *space = start < end ? memchr(target, ' ', end - start) : NULL;
    enum page page;

    if (!space)
        return PAGE_BAD_REQUEST;
    page = parse_target(r, (struct text){target, (size_t)(space - target)});
    if (page)
        return page;
    r->verb = (uint8_t)parse_verb(request_text(r, r->verb_text));
    return parse_version(r, (struct text){space + 1, end - offset_of(r, space) - 1});
}

/* Blank lines before a request line are skipped: some clients send one behind a body. */
static uint32_t skip_blank_lines(const struct request *r, uint32_t i)
{
    while (i < r->in_len && (r->in[i] == '\n' ||
                             (r->in[i] == '\r' && i + 1 < r->in_len && r->in[i + 1] == '\n')))
        i++;
    return i;
}

/* A line of the head as it lies between [r->parsed, lf]; without lf as much as certainly belongs to it: no carriage return. */
static struct text line_of(const struct request *r, const char *lf)
{
    const char *start = r->in + r->parsed, *end = lf ? lf : r->in + r->in_len;

    return (struct text){start, (size_t)(end - start) - (end > start && (!lf || end[-1] == '\r'))};
}

/* Whether the head is too long, with a line that ends at lf or hasn't ended yet. */
static bool is_long_head(const struct request *r, const char *lf)
{
    return (lf ? offset_of(r, lf) : r->in_len) >= parameters.MaxRequestBytes;
}

static enum parse_result parse_request_line(struct request *r, enum page *page)
{
    const char *lf;
    struct text line;

    r->parsed = skip_blank_lines(r, r->parsed);
    lf = memchr(r->in + r->parsed, '\n', r->in_len - r->parsed);
    line = line_of(r, lf);
    *page = scan_verb(r, r->parsed, lf ? r->parsed + (uint32_t)line.len : r->in_len);
    if (!*page && (is_long_head(r, lf) || line.len > 2 * parameters.MaxFieldLength + LINE_REST))
        *page = PAGE_URL_TOO_LONG;
    if (!*page && !lf)
        return PARSE_MORE;
    if (!*page)
        *page = parse_line(r, r->parsed + (uint32_t)line.len);
    if (*page)
        return PARSE_REFUSED;
    r->parsed = r->line_end = offset_of(r, lf) + 1;
    r->parser = after_request_line;
    r->parser.data = r;
    return PARSE_DONE;
}

/* The same length said again, which Windows lets pass and llhttp doesn't: such a line is dropped. */
static bool repeats_length(const struct request *r, struct text line)
{
    const char *colon = memchr(line.ptr, ':', line.len);
    struct text name = {line.ptr, (size_t)(colon - line.ptr)};
    struct text value = text_trim((struct text){colon + 1, line.len - name.len - 1});

    if (!text_equal_nocase(name, TEXT("Content-Length")))
        return false;
    for (unsigned i = 0; i < r->header_count; i++)
        if (text_equal_nocase(request_text(r, r->headers[i].name), name) &&
            text_equal_nocase(text_trim(request_text(r, r->headers[i].value)), value))
            return true;
    return false;
}

/* llhttp wants CR LF, and gets it where the client sent LF alone. */
static enum page feed_line(struct request *r, struct text line)
{
    llhttp_errno_t error = llhttp_execute(&r->parser, line.ptr, line.len);

    if (error == HPE_OK)
        error = llhttp_execute(&r->parser, "\r\n", 2);
    if (error == HPE_OK || error == HPE_PAUSED)
        return PAGE_NONE;
    return error == HPE_USER ? PAGE_TOO_LONG : PAGE_BAD_REQUEST;
}

static enum page take_field(struct request *r, struct text line)
{
    enum page page = grammar_check_field(line);

    if (page || repeats_length(r, line))
        return page;
    return feed_line(r, line);
}

static enum parse_result parse_fields(struct request *r, enum page *page)
{
    while (!r->head_len) {
        const char *lf = memchr(r->in + r->parsed, '\n', r->in_len - r->parsed);
        struct text line = line_of(r, lf);

        *page = is_too_long(r->parsed, (uint32_t)line.len) ? PAGE_FIELD_TOO_LONG
                : is_long_head(r, lf)                      ? PAGE_TOO_LONG
                                                           : PAGE_NONE;
        if (!*page && !lf)
            return PARSE_MORE;
        if (!*page)
            *page = line.len ? take_field(r, line) : feed_line(r, line);
        if (*page)
            return PARSE_REFUSED;
        r->parsed = offset_of(r, lf) + 1;
        r->head_len = line.len ? 0 : r->parsed;
    }
    return PARSE_DONE;
}

/* The application gets headers of one name as one, whose length has 16 bits: only a long head has too long ones. */
static bool fits_when_joined(const struct request *r, const struct header *h)
{
    size_t n = h->value.len;

    while (h->same) {
        h = &r->headers[h->same - 1];
        n += 2 + h->value.len;
    }
    return n <= UINT16_MAX;
}

static bool all_fit_when_joined(const struct request *r)
{
    for (unsigned i = 0; r->head_len > UINT16_MAX && i < r->header_count; i++)
        if (!r->headers[i].repeated && !fits_when_joined(r, &r->headers[i]))
            return false;
    return true;
}

static enum page judge_head(struct request *r)
{
    enum page page = all_fit_when_joined(r) ? framing_judge(r) : PAGE_FIELD_TOO_LONG;
    uint16_t host = r->known[REQ_Host];

    if (page)
        return page;
    if (host ? r->headers[host - 1].same : r->minor > 0)
        return PAGE_BAD_HOST;
    if (r->minor == 0 || request_has_element(r, REQ_Connection, TEXT("close")))
        r->close_after = true;
    return PAGE_NONE;
}

enum parse_result parse_head(struct request *r, enum page *page)
{
    enum parse_result result;

    *page = PAGE_NONE;
    pthread_once(&once, make_template);
    if (!r->line_end) {
        result = parse_request_line(r, page);
        if (result != PARSE_DONE)
            return result;
    }
    result = parse_fields(r, page);
    if (result != PARSE_DONE)
        return result;
    *page = judge_head(r);
    return *page ? PARSE_REFUSED : PARSE_DONE;
}

bool parse_chunks(struct request *r)
{
    struct body *b = &r->body;
    char *raw = r->in + b->end;
    size_t n = r->in_len - b->end, data, used;
    bool good = chunks_decode(&b->chunks, raw, n, &data, &used);

    memmove(raw + data, raw + used, n - used); /* the next request */
    b->end += (uint32_t)data;
    b->received += used;
    b->complete = b->chunks.state == CHUNKS_DONE;
    r->in_len = b->end + (uint32_t)(n - used);
    return good;
}
