/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * coding.c: the transfer codings a request may name, and what the program sees of them.
 */
#include "scene.h"

#define HELLO_CHUNKED "5\r\nhello\r\n0\r\n\r\n"

/* The request's body is what the chunks hold. */
static void check_hello(struct scene *x)
{
    char body[64];
    ULONG bytes = 0;

    ok_eq(read_body(x->queue, x->in.v1.RequestId, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, body, sizeof body,
                    &bytes), NO_ERROR);
    ok(bytes == 5 && !memcmp(body, "hello", 5), "%lu bytes", UL(bytes));
    ok_eq(read_body(x->queue, x->in.v1.RequestId, 0, body, sizeof body, &bytes), ERROR_HANDLE_EOF);
}

/* [net] A coding that ends in chunked is chunked; whatever was applied before it is the program's business. */
static void test_last_is_chunked(int version)
{
    static const char *const codings[] = {
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: Chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked,\r\n",
    };
    struct scene x;
    char text[256];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(codings); i++) {
        snprintf(text, sizeof text, POST_HEAD "%s\r\n%s", (unsigned)x.port, codings[i], HELLO_CHUNKED);
        if (scene_take(&x, text, 0)) {
            ok(x.in.v1.Headers.KnownHeaders[HttpHeaderTransferEncoding].pRawValue != NULL, "no coding in %s",
               codings[i]);
            check_hello(&x);
            scene_finish(&x);
        }
        scene_reconnect(&x);
    }
    scene_close(&x);
}

/* [net] Two lines of one header are one value, each part as it came. */
static void test_value(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, POST_HEAD "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" HELLO_CHUNKED, 0);
    ok_str(x.in.v1.Headers.KnownHeaders[HttpHeaderTransferEncoding].pRawValue, "gzip, chunked");
    check_hello(&x);
    scene_finish(&x);
    scene_close(&x);
}

/* [net] A length beside the coding, before or behind it: the program sees both, and the coding counts. */
static void test_length_too(int version)
{
    static const char *const headers[] = {
        "Content-Length: 100\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 100\r\n",
    };
    const HTTP_KNOWN_HEADER *known;
    struct scene x;
    char text[256];
    size_t i;

    scene_open(&x, version);
    for (i = 0; i < ARRAYSIZE(headers); i++) {
        snprintf(text, sizeof text, POST_HEAD "%s\r\n%s", (unsigned)x.port, headers[i], HELLO_CHUNKED);
        if (scene_take(&x, text, 0)) {
            known = x.in.v1.Headers.KnownHeaders;
            ok_str(known[HttpHeaderContentLength].pRawValue, "100");
            ok_str(known[HttpHeaderTransferEncoding].pRawValue, "chunked");
            check_hello(&x);
            scene_finish(&x);
            ok(is_closed(x.client), "the connection stays open");
        }
        scene_reconnect(&x);
    }
    scene_close(&x);
}

START_TEST(coding)
{
    BOTH(test_last_is_chunked);
    BOTH(test_value);
    BOTH(test_length_too);
}
