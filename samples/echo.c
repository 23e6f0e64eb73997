/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * echo: sends a request's body back while it still comes in, so that an upload of any size needs little memory. A body of
 * known length goes back with that length, a chunked one chunked: the framing is the program's, as HTTP Server API
 * programs do it.
 */
#include "sample.h"

#define REQUEST_BUFFER 16384
#define BODY_BUFFER 131072

struct echo {
    HANDLE queue;
    HTTP_REQUEST *request;
    ULONG size; /* of the request's buffer */
    char *body;
    BOOL chunked;
};

static void set_memory(HTTP_DATA_CHUNK *c, void *data, ULONG length)
{
    memset(c, 0, sizeof *c);
    c->DataChunkType = HttpDataChunkFromMemory;
    c->FromMemory.pBuffer = data;
    c->FromMemory.BufferLength = length;
}

static ULONG send_parts(struct echo *e, HTTP_DATA_CHUNK *chunks, USHORT count, ULONG flags)
{
    ULONG sent;

    return HttpSendResponseEntityBody(e->queue, e->request->RequestId, flags, count, chunks, &sent, NULL, 0, NULL,
                                      NULL);
}

static ULONG send_piece(struct echo *e, ULONG length)
{
    HTTP_DATA_CHUNK chunks[3];
    char size[16];

    if (!e->chunked) {
        set_memory(&chunks[0], e->body, length);
        return send_parts(e, chunks, 1, HTTP_SEND_RESPONSE_FLAG_MORE_DATA);
    }
    set_memory(&chunks[0], size, (ULONG)snprintf(size, sizeof size, "%lx\r\n", (unsigned long)length));
    set_memory(&chunks[1], e->body, length);
    set_memory(&chunks[2], "\r\n", 2);
    return send_parts(e, chunks, 3, HTTP_SEND_RESPONSE_FLAG_MORE_DATA);
}

static ULONG send_end(struct echo *e)
{
    HTTP_DATA_CHUNK chunk;

    set_memory(&chunk, "0\r\n\r\n", 5);
    return send_parts(e, &chunk, e->chunked ? 1 : 0, 0);
}

static ULONG send_head(struct echo *e)
{
    HTTP_KNOWN_HEADER *known = e->request->Headers.KnownHeaders;
    HTTP_RESPONSE response;
    ULONG sent;

    init_response(&response, 200, "OK");
    e->chunked = known[HttpHeaderTransferEncoding].RawValueLength != 0;
    if (e->chunked)
        set_header(&response, HttpHeaderTransferEncoding, "chunked");
    else
        set_header(&response, HttpHeaderContentLength,
                   known[HttpHeaderContentLength].RawValueLength ? known[HttpHeaderContentLength].pRawValue : "0");
    if (known[HttpHeaderContentType].RawValueLength)
        set_header(&response, HttpHeaderContentType, known[HttpHeaderContentType].pRawValue);
    return HttpSendHttpResponse(e->queue, e->request->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response, NULL,
                                &sent, NULL, 0, NULL, NULL);
}

/* ERROR_HANDLE_EOF when the body is over. */
static ULONG receive_piece(struct echo *e, ULONG *bytes)
{
    return HttpReceiveRequestEntityBody(e->queue, e->request->RequestId, 0, e->body, BODY_BUFFER, bytes, NULL);
}

static void echo_request(struct echo *e)
{
    /* Before the answer begins: a client that waits for 100 Continue gets it when the body is asked for. */
    ULONG bytes, received = receive_piece(e, &bytes), sent = send_head(e);

    while (sent == NO_ERROR && received == NO_ERROR) {
        sent = send_piece(e, bytes);
        if (sent == NO_ERROR)
            received = receive_piece(e, &bytes);
    }
    if (sent == NO_ERROR && received == ERROR_HANDLE_EOF)
        send_end(e);
    else
        HttpCancelHttpRequest(e->queue, e->request->RequestId, NULL);
}

/* One that was larger than the buffer, in a buffer of its size. */
static ULONG receive_large(struct echo *e, ULONG size)
{
    HTTP_REQUEST_ID id = e->request->RequestId;
    HTTP_REQUEST *larger = realloc(e->request, size);

    if (!larger)
        return HttpCancelHttpRequest(e->queue, id, NULL), ERROR_CONNECTION_INVALID;
    e->request = larger;
    e->size = size;
    return HttpReceiveHttpRequest(e->queue, id, 0, e->request, size, &size, NULL);
}

/* ERROR_CONNECTION_INVALID when its client has left meanwhile. */
static ULONG receive_request(struct echo *e)
{
    ULONG bytes, error = HttpReceiveHttpRequest(e->queue, HTTP_NULL_ID, 0, e->request, e->size, &bytes, NULL);

    return error == ERROR_MORE_DATA ? receive_large(e, bytes) : error;
}

static DWORD WINAPI work(void *arg)
{
    struct server *s = arg;
    struct echo e = {s->queue, malloc(REQUEST_BUFFER), REQUEST_BUFFER, malloc(BODY_BUFFER), FALSE};
    ULONG error;

    while ((error = receive_request(&e)) == NO_ERROR || error == ERROR_CONNECTION_INVALID)
        if (error == NO_ERROR)
            echo_request(&e);
    free(e.request);
    free(e.body);
    return 0;
}

int main(int argc, char **argv)
{
    struct server s;

    server_open(&s, argc, argv);
    server_ready(argc, argv);
    run_threads(&s, work);
    server_close(&s);
    return 0;
}
