/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hello.h: the answer that all hello samples give.
 */
#ifndef SAMPLE_HELLO_H
#define SAMPLE_HELLO_H

#include "sample.h"

#define REQUEST_BUFFER 16384

/* A response and what it points to; must stay until an asynchronous send is over. */
struct hello {
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK body;
};

static inline void hello_init(struct hello *h)
{
    static char text[] = "Hello, World!";

    init_response(&h->response, 200, "OK");
    set_header(&h->response, HttpHeaderContentType, "text/plain");
    memset(&h->body, 0, sizeof h->body);
    h->body.DataChunkType = HttpDataChunkFromMemory;
    h->body.FromMemory.pBuffer = text;
    h->body.FromMemory.BufferLength = sizeof text - 1;
    h->response.EntityChunkCount = 1;
    h->response.pEntityChunks = &h->body;
}

#endif
