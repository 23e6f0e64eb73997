/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * framing.c: Content-Length, Transfer-Encoding and Expect.
 */
#include "framing.h"

#include "request.h"

/* The last member of a list, empty when it has none; *chunked has one more for each of that name. */
static struct text last_coding(struct text list, unsigned *chunked)
{
    struct text element, last = {NULL, 0};

    while (text_next_element(&list, &element)) {
        if (!element.len)
            continue;
        last = element;
        *chunked += text_equal_nocase(element, TEXT("chunked"));
    }
    return last;
}

/*
 * The last coding must be chunked, and chunked must be there once; other codings are the application's. A line without any
 * is what counts for some.
 */
static enum page frame_by_coding(struct request *r)
{
    const struct header *first = request_first_header(r, REQ_TransferEncoding);
    struct text last = {NULL, 0};
    unsigned chunked = 0;

    for (const struct header *h = first; h; h = request_next_header(r, h)) {
        last = last_coding(request_text(r, h->value), &chunked);
        if (!last.len)
            return PAGE_NO_CODING;
    }
    if (chunked != 1 || !text_equal_nocase(last, TEXT("chunked")))
        return PAGE_NO_CODING;
    /* Lists, of several lines or with empty elements, are where parsers differ. */
    if (first->same || !text_equal_nocase(request_text(r, first->value), TEXT("chunked")))
        r->close_after = true;
    r->body.kind = BODY_CHUNKED;
    r->body.left = 0;
    return PAGE_NONE;
}

/* It is a number, and there is one of it: parse.c has refused all others. */
static void frame_by_length(struct request *r)
{
    struct text length = request_header(r, REQ_ContentLength);

    text_to_u64(length, &r->body.left);
    /* Octal for some. */
    if (length.len > 1 && length.ptr[0] == '0')
        r->close_after = true;
    r->body.kind = r->body.left ? BODY_LENGTH : BODY_NONE;
}

/* RFC 9112 section 6. */
static enum page frame_body(struct request *r)
{
    bool length = r->known[REQ_ContentLength], coding = r->known[REQ_TransferEncoding];
    enum page page = PAGE_NONE;

    if (length)
        frame_by_length(r);
    /* Two lengths: whoever is in front of us may have believed the other one. */
    if (length && coding)
        r->close_after = true;
    if (coding)
        page = frame_by_coding(r);
    if (!length && !coding && (r->verb == VERB_POST || r->verb == VERB_PUT))
        page = PAGE_LENGTH_REQUIRED;
    /* Whether bytes behind its head are content or the tunnel's isn't agreed upon. */
    if (!page && r->verb == VERB_CONNECT && r->body.kind != BODY_NONE)
        page = PAGE_BAD_REQUEST;
    return page;
}

/* Expectations are a list, too; others than this one are the application's. */
static bool expects_continue(const struct request *r)
{
    return r->minor > 0 && r->body.kind != BODY_NONE && request_has_element(r, REQ_Expect, TEXT("100-continue"));
}

enum page framing_judge(struct request *r)
{
    enum page page;

    r->body = (struct body){.kind = BODY_NONE, .start = r->head_len, .end = r->head_len};
    page = frame_body(r);
    r->body.complete = r->body.kind == BODY_NONE;
    r->expects_continue = expects_continue(r);
    return page;
}
