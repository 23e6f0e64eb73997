/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * framing.c: Content-Length, Transfer-Encoding and Expect.
 */
#include "framing.h"

#include "request.h"

/* The last coding must be chunked, and chunked must be there once; other codings are the application's. */
static enum page frame_by_coding(struct request *r)
{
    struct text element, last = {NULL, 0};
    unsigned chunked = 0;

    for (uint16_t i = r->known[REQ_TransferEncoding]; i; i = r->headers[i - 1].same) {
        struct text list = request_text(r, r->headers[i - 1].value);

        while (text_next_element(&list, &element)) {
            if (!element.len)
                continue;
            last = element;
            chunked += text_equal_nocase(element, TEXT("chunked"));
        }
    }
    if (chunked != 1 || !text_equal_nocase(last, TEXT("chunked")))
        return PAGE_NO_CODING;
    r->body.kind = BODY_CHUNKED;
    return PAGE_NONE;
}

static enum page frame_by_length(struct request *r)
{
    if (!text_to_u64(request_header(r, REQ_ContentLength), &r->body.left))
        return PAGE_BAD_REQUEST;
    if (r->headers[r->known[REQ_ContentLength] - 1].same)
        return PAGE_BAD_REQUEST;
    r->body.kind = r->body.left ? BODY_LENGTH : BODY_NONE;
    return PAGE_NONE;
}

/* RFC 9112 section 6. */
static enum page frame_body(struct request *r)
{
    bool length = r->known[REQ_ContentLength], coding = r->known[REQ_TransferEncoding];

    /* Two lengths: whoever is in front of us may have believed the other one. */
    if (length && coding)
        r->close_after = true;
    if (coding)
        return frame_by_coding(r);
    if (length)
        return frame_by_length(r);
    if (r->verb == VERB_POST || r->verb == VERB_PUT)
        return PAGE_LENGTH_REQUIRED;
    return PAGE_NONE;
}

enum page framing_judge(struct request *r)
{
    enum page page;

    r->body = (struct body){.kind = BODY_NONE, .start = r->head_len, .end = r->head_len};
    page = frame_body(r);
    r->body.complete = r->body.kind == BODY_NONE;
    r->expects_continue = r->minor > 0 && r->body.kind != BODY_NONE &&
                          text_equal_nocase(request_header(r, REQ_Expect), TEXT("100-continue"));
    return page;
}
