/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.c: the request line and the header fields, and what they say about the connection.
 *
 * A verdict never depends on how the bytes came: each rule asks for the first bytes of a head, up to MaxRequestBytes,
 * and gives the same answer when more of them are there.
 *
 * llhttp reads the fields along with us, line by line. A head in which it finds an error or another end is refused:
 * whatever two parsers read differently is an attack on one of them. Its verdicts change from version to version; so it
 * gets lines of which each byte has been judged (grammar.h), and what it has an opinion of its own on in some version it
 * is asked to let pass, or doesn't get to see: lengths that aren't numbers, headers that are there twice.
 */
#include "parse.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "framing.h"
#include "grammar.h"
#include "parameters.h"
#include "request.h"
#include "siphash.h"

#define HEADERS_FIRST 16
#define HEADERS_MAX 8192    /* more than 16 KB have room for */
#define VERB_LENGTH_MAX 255 /* as much of one as http.sys's error log holds */
#define LINE_REST 10 /* of a request line, beside verb and target: two spaces and the version */

/*
 * What is over both the limit of a field and that of the whole head is over the latter, however it comes: so the first
 * says nothing about parts that would have to end behind the second.
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

static bool reserve_headers(struct request *r)
{
    uint16_t size = r->header_size ? (uint16_t)(r->header_size * 2) : HEADERS_FIRST;
    struct header *p = NULL;

    if (size <= HEADERS_MAX)
        p = buffer_resize(r->headers, r->header_size * sizeof *p, size * sizeof *p);
    if (!p)
        return false;
    r->headers = p;
    r->header_size = size;
    return true;
}

static struct header *new_header(struct request *r)
{
    if (r->header_count == r->header_size && !reserve_headers(r))
        return NULL;
    r->headers[r->header_count] = (struct header){.id = HEADER_UNKNOWN};
    return &r->headers[r->header_count++];
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

/* Who knew the order of names could send thousands in that order, and make a list of the tree. */
static struct siphash_key name_key;

static bool has_same_name(const struct request *r, const struct header *a, const struct header *b)
{
    return a->hash == b->hash && text_equal_nocase(request_text(r, a->name), request_text(r, b->name));
}

/* The application sees headers of one name as one: each is linked to the ones before it. */
static void link_header(struct request *r, uint16_t index)
{
    struct header *h = &r->headers[index];
    uint16_t *link = &r->unknown;

    if (h->id != HEADER_UNKNOWN)
        return link_same(r, &r->known[h->id], index);
    h->hash = (uint32_t)siphash_nocase(&name_key, request_text(r, h->name));
    while (*link && !has_same_name(r, &r->headers[*link - 1], h))
        link = &r->headers[*link - 1].below[h->hash > r->headers[*link - 1].hash];
    link_same(r, link, index);
}

static int pause_parser(llhttp_t *p)
{
    (void)p;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_headers_complete = pause_parser,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static llhttp_t after_request_line; /* a parser that has seen a request line and expects headers */

static void make_template(void)
{
    static const char line[] = "POST / HTTP/1.1\r\n";

    llhttp_init(&after_request_line, LLHTTP_REQUEST, &settings);
    /* Bytes of values, codings and lengths are ours to judge: docs/behaviour.md, "The head" and "Framing". */
    llhttp_set_lenient_headers(&after_request_line, 1);
    llhttp_set_lenient_chunked_length(&after_request_line, 1);
    llhttp_set_lenient_transfer_encoding(&after_request_line, 1);
    llhttp_execute(&after_request_line, line, sizeof line - 1);
    siphash_make_key(&name_key);
}

/* The verb up to its space, as far as it is here. What can't become one is refused at once, a verb alone, too. */
static enum page scan_verb(struct request *r, uint32_t start, uint32_t end)
{
    uint32_t i = start;

    while (i < end && is_token_char((unsigned char)r->in[i]))
        i++;
    r->verb_text = (struct span){start, i - start};
    if (i - start > VERB_LENGTH_MAX || is_too_long(start, i - start))
        return PAGE_BAD_VERB;
    if (i == end)
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

union longest_verb {
#define X(name, text) char name[sizeof text - 1];
    VERBS(X)
#undef X
};

/* AllowCaseInsensitiveVerbs: "get" is GET. */
static enum verb verb_in_any_case(struct text t)
{
    char upper[sizeof(union longest_verb)];

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

/* `*` is OPTIONS' alone (RFC 9112 section 3.2.4). */
static enum page judge_target(const struct request *r, struct text target)
{
    bool asterisk = target.len == 1 && target.ptr[0] == '*';

    if (!target.len || !url_is_clean(target) || (asterisk && r->verb != VERB_OPTIONS))
        return PAGE_BAD_URL;
    return target.len > parameters.MaxFieldLength ? PAGE_URL_TOO_LONG : PAGE_NONE;
}

/* Target and version between the verb's space and the line's end; the version's page comes before the target's. */
static enum page parse_line(struct request *r, struct text line)
{
    size_t verb = r->verb_text.len + 1;
    struct text rest = {line.ptr + verb, line.len - verb};
    const char *space = memchr(rest.ptr, ' ', rest.len);
    enum page page;

    if (!space)
        return PAGE_BAD_REQUEST;
    r->verb = (uint8_t)parse_verb(request_text(r, r->verb_text));
    set_span(r, &r->target, (struct text){rest.ptr, (size_t)(space - rest.ptr)});
    page = parse_version(r, (struct text){space + 1, rest.len - r->target.len - 1});
    return page ? page : judge_target(r, request_text(r, r->target));
}

/* The end of what a head may have of the bytes that are here: nothing behind it is looked at. */
static uint32_t limit_of(const struct request *r)
{
    return r->in_len < parameters.MaxRequestBytes ? r->in_len : parameters.MaxRequestBytes;
}

/* The end of the line that begins at r->parsed. */
static const char *find_line_end(const struct request *r)
{
    uint32_t limit = limit_of(r);

    return r->parsed < limit ? memchr(r->in + r->parsed, '\n', limit - r->parsed) : NULL;
}

/* The line that begins at r->parsed, without its end; without lf what is here of it, but for a carriage return. */
static struct text line_of(const struct request *r, const char *lf)
{
    const char *start = r->in + r->parsed, *end = lf ? lf : r->in + limit_of(r);

    return (struct text){start, (size_t)(end - start) - (end > start && end[-1] == '\r')};
}

/*
 * Windows takes a line feed alone for a line's end, and others don't: they may see one request where we see two. So this one
 * is the last.
 */
static void note_line_end(struct request *r, const char *lf)
{
    if (lf == r->in || lf[-1] != '\r')
        r->close_after = true;
}

/* A head of which a line would have to end behind the limit. */
static bool is_long_head(const struct request *r, const char *lf)
{
    return !lf && r->in_len >= parameters.MaxRequestBytes;
}

/* Blank lines before a request line are skipped: some clients send one behind a body. */
static void skip_blank_lines(struct request *r)
{
    uint32_t i = r->parsed, limit = limit_of(r);

    while (i < limit && (r->in[i] == '\n' || (r->in[i] == '\r' && i + 1 < limit && r->in[i + 1] == '\n')))
        i++;
    r->parsed = i;
}

/* What there is of a request line. */
static enum page judge_beginning(struct request *r, struct text line, const char *lf)
{
    enum page page;

    /* Blank lines so far, and perhaps the carriage return of another. */
    if (!line.len && !lf)
        return is_long_head(r, lf) ? PAGE_TOO_LONG : PAGE_NONE;
    page = scan_verb(r, r->parsed, lf ? offset_of(r, lf) + 1 : limit_of(r));
    if (page)
        return page;
    return is_long_head(r, lf) || line.len > 2 * parameters.MaxFieldLength + LINE_REST ? PAGE_URL_TOO_LONG : PAGE_NONE;
}

static enum parse_result parse_request_line(struct request *r, enum page *page)
{
    const char *lf;
    struct text line;

    skip_blank_lines(r);
    lf = find_line_end(r);
    line = line_of(r, lf);
    *page = judge_beginning(r, line, lf);
    if (!*page && !lf)
        return PARSE_MORE;
    if (!*page)
        *page = parse_line(r, line);
    if (*page)
        return PARSE_REFUSED;
    note_line_end(r, lf);
    r->parsed = r->line_end = offset_of(r, lf) + 1;
    r->parser = after_request_line;
    r->parser.data = r;
    return PARSE_DONE;
}

/* llhttp wants CR LF, and gets it where the client sent LF alone. The empty line ends the head for it, too. */
static enum page read_along(struct request *r, struct text line)
{
    llhttp_errno_t error = llhttp_execute(&r->parser, line.ptr, line.len);

    if (error == HPE_OK)
        error = llhttp_execute(&r->parser, "\r\n", 2);
    return error == (line.len ? HPE_OK : HPE_PAUSED) ? PAGE_NONE : PAGE_BAD_REQUEST;
}

static enum page add_field(struct request *r, unsigned id, struct text name, struct text value)
{
    struct header *h = new_header(r);

    if (!h)
        return r->header_count == HEADERS_MAX ? PAGE_TOO_LONG : PAGE_UNAVAILABLE; /* there is no memory */
    h->id = (uint8_t)id;
    set_span(r, &h->name, name);
    set_span(r, &h->value, value);
    link_header(r, (uint16_t)(r->header_count - 1));
    return PAGE_NONE;
}

/*
 * A header that can be there once only: the same again is dropped, as Windows does with Content-Length; another value
 * is refused as Windows does with User-Agent and Content-Length. RFC 9112 section 3.2 wants no second Host at all.
 */
static enum page judge_repetition(const struct request *r, enum request_header id, struct text value)
{
    struct text first = request_header(r, id);

    if (id == REQ_Host || first.len != value.len || memcmp(first.ptr, value.ptr, value.len))
        return PAGE_BAD_HEADER;
    return PAGE_NONE;
}

static enum page take_field(struct request *r, struct text line)
{
    struct text name, value;
    enum page page = grammar_check_field(line, &name);
    uint64_t length;
    unsigned id;

    if (page)
        return page;
    value = text_trim((struct text){name.ptr + name.len + 1, line.len - name.len - 1});
    id = request_header_from_text(name);
    if (id == REQ_ContentLength && !text_to_u64(value, &length))
        return PAGE_BAD_NUMBER;
    if (request_header_is_single(id) && r->known[id])
        return judge_repetition(r, (enum request_header)id, value);
    page = add_field(r, id, name, value);
    /* llhttp knows nothing of weak names. */
    if (page || (parameters.AllowWeakHeaderNameSyntax && !grammar_is_token(name)))
        return page;
    line.len = (size_t)(value.ptr + value.len - line.ptr); /* llhttp knows no tab behind a length */
    return read_along(r, line);
}

/*
 * A line without its end. White space between the request line and the first field is let pass (Microsoft's page
 * "Parser Enhancements") where nobody can take it for a part of a field.
 */
static enum page take_line(struct request *r, struct text line)
{
    if (!line.len)
        return read_along(r, line);
    if (!r->header_count && !text_trim(line).len) {
        r->close_after = true; /* who takes such a line for an empty one sees the head's end */
        return PAGE_NONE;
    }
    return take_field(r, line);
}

static enum parse_result parse_fields(struct request *r, enum page *page)
{
    while (!r->head_len) {
        const char *lf = find_line_end(r);
        struct text line = line_of(r, lf);

        *page = is_too_long(r->parsed, (uint32_t)line.len) ? PAGE_FIELD_TOO_LONG
                : is_long_head(r, lf)                      ? PAGE_TOO_LONG
                                                           : PAGE_NONE;
        if (!*page && !lf)
            return PARSE_MORE;
        if (!*page)
            *page = take_line(r, line);
        if (*page)
            return PARSE_REFUSED;
        note_line_end(r, lf);
        r->parsed = offset_of(r, lf) + 1;
        r->head_len = line.len ? 0 : r->parsed;
    }
    return PARSE_DONE;
}

/* HTTP/1.1 needs a Host, which must make sense where the target names the host, too (RFC 9112 section 3.2). */
static bool has_proper_host(const struct request *r)
{
    struct text host = request_header(r, REQ_Host), name;
    bool has_port;

    if (!host.ptr)
        return r->minor == 0;
    return r->in[r->target.off] == '/' || url_split_host(host, &name, &has_port);
}

static bool has_proper_codings(const struct request *r)
{
    for (const struct header *h = request_first_header(r, REQ_AcceptEncoding); h; h = request_next_header(r, h)) {
        struct text list = request_text(r, h->value), element;

        while (text_next_element(&list, &element))
            if (element.len && !grammar_is_coding(element))
                return false;
    }
    return true;
}

/* The application gets headers of one name as one, whose length has 16 bits: only a long head has too long ones. */
static bool all_fit_when_joined(const struct request *r)
{
    for (unsigned i = 0; r->head_len > UINT16_MAX && i < r->header_count; i++)
        if (!r->headers[i].repeated && request_joined_length(r, &r->headers[i]) > UINT16_MAX)
            return false;
    return true;
}

static enum page judge_head(struct request *r)
{
    enum page page = all_fit_when_joined(r) ? framing_judge(r) : PAGE_FIELD_TOO_LONG;

    if (page)
        return page;
    if (!has_proper_host(r))
        return PAGE_BAD_HOST;
    if (!has_proper_codings(r))
        return PAGE_BAD_REQUEST;
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
