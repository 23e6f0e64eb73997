/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scene.c: see scene.h.
 */
#include "scene.h"

/* --- an overlapped call */

static void fill_garbage(struct call *c, HANDLE event)
{
    memset(&c->overlapped, 0xcc, sizeof c->overlapped);
    c->overlapped.hEvent = c->event = event;
}

void call_open(struct call *c)
{
    fill_garbage(c, CreateEventW(NULL, TRUE, FALSE, NULL));
}

void call_open_bare(struct call *c)
{
    fill_garbage(c, NULL);
}

void call_close(struct call *c)
{
    if (c->event)
        CloseHandle(c->event);
}

BOOL call_pending(HANDLE queue, struct call *c)
{
    DWORD bytes;

    SetLastError(0xdeadbeef);
    return !GetOverlappedResult(queue, &c->overlapped, &bytes, FALSE) && GetLastError() == ERROR_IO_INCOMPLETE;
}

/* A bare call's handle is signalled by any other call's end too, so the status decides. */
static BOOL wait_over(HANDLE queue, struct call *c)
{
    ULONGLONG end = GetTickCount64() + DEADLINE;

    while (!HasOverlappedIoCompleted(&c->overlapped) && GetTickCount64() < end)
        WaitForSingleObject(c->event ? c->event : queue, c->event ? DEADLINE : 10);
    return HasOverlappedIoCompleted(&c->overlapped);
}

ULONG call_end(HANDLE queue, struct call *c, ULONG returned, ULONG *bytes)
{
    DWORD count = 0;
    ULONG error = NO_ERROR;

    if (returned != NO_ERROR && returned != ERROR_IO_PENDING)
        return returned;
    if (!wait_over(queue, c)) {
        CancelIoEx(queue, &c->overlapped);
        wait_over(queue, c);
        return WAIT_TIMEOUT;
    }
    if (!GetOverlappedResult(queue, &c->overlapped, &count, FALSE))
        error = GetLastError();
    if (bytes)
        *bytes = count;
    return error;
}

/* --- a request buffer */

ULONG smallest_request(int version)
{
    return version == 1 ? sizeof(HTTP_REQUEST_V1) : sizeof(HTTP_REQUEST_V2);
}

ULONG receive_into(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, void *buffer, ULONG size, ULONG *bytes)
{
    struct call c;
    ULONG error, count = 0;

    call_open(&c);
    error = HttpReceiveHttpRequest(queue, id, flags, buffer, size, bytes, &c.overlapped);
    if (!bytes)
        bytes = &count;
    error = call_end(queue, &c, error, bytes);
    if (error == NO_ERROR)
        check_walk(buffer, *bytes, queue_version(queue));
    call_close(&c);
    return error;
}

ULONG read_body(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, void *buffer, ULONG size, ULONG *bytes)
{
    struct call c;
    ULONG error;

    call_open(&c);
    error = HttpReceiveRequestEntityBody(queue, id, flags, buffer, size, NULL, &c.overlapped);
    error = call_end(queue, &c, error, bytes);
    call_close(&c);
    return error;
}

/* --- a response */

void reply_init(struct reply *r, USHORT status, const char *reason)
{
    memset(r, 0, sizeof *r);
    r->response.StatusCode = status;
    r->response.pReason = reason;
    r->response.ReasonLength = (USHORT)strlen(reason);
}

void reply_header(struct reply *r, HTTP_HEADER_ID id, const char *value)
{
    r->response.Headers.KnownHeaders[id].pRawValue = value;
    r->response.Headers.KnownHeaders[id].RawValueLength = (USHORT)strlen(value);
}

void chunk_text(HTTP_DATA_CHUNK *chunk, const char *text)
{
    memset(chunk, 0, sizeof *chunk);
    chunk->DataChunkType = HttpDataChunkFromMemory;
    chunk->FromMemory.pBuffer = (void *)text;
    chunk->FromMemory.BufferLength = (ULONG)strlen(text);
}

void reply_text(struct reply *r, const char *text)
{
    chunk_text(&r->chunks[r->response.EntityChunkCount++], text);
    r->response.pEntityChunks = r->chunks;
}

ULONG reply_send(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, struct reply *r, ULONG *sent)
{
    return HttpSendHttpResponse(queue, id, flags, (PHTTP_RESPONSE)&r->response, NULL, sent, NULL, 0, NULL, NULL);
}

ULONG body_send(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, const char *text, ULONG *sent)
{
    HTTP_DATA_CHUNK chunk;

    chunk_text(&chunk, text);
    return HttpSendResponseEntityBody(queue, id, flags, 1, &chunk, sent, NULL, 0, NULL, NULL);
}

/* --- a server and its client */

void scene_open(struct scene *x, int version)
{
    memset(x, 0xcc, sizeof *x);
    server_start(&x->server, version);
    x->queue = x->server.queue;
    x->port = x->server.port;
    x->version = version;
    x->client = connect_local(x->port);
}

void scene_close(struct scene *x)
{
    closesocket(x->client);
    server_stop(&x->server);
}

void scene_reconnect(struct scene *x)
{
    closesocket(x->client);
    x->client = connect_local(x->port);
}

HTTP_REQUEST_ID scene_take(struct scene *x, const char *text, ULONG flags)
{
    send_text(x->client, text, x->port);
    memset(&x->in, 0xcc, sizeof x->in);
    if (!ok_eq(receive_into(x->queue, HTTP_NULL_ID, flags, &x->in, sizeof x->in, NULL), NO_ERROR))
        return 0;
    return x->in.v1.RequestId;
}

void scene_finish(struct scene *x)
{
    check_walk(&x->in, sizeof x->in, x->version);
    scene_answer(x, x->in.v1.RequestId);
}

void scene_answer(struct scene *x, HTTP_REQUEST_ID id)
{
    char text[4096];

    ok_eq(respond(x->queue, id, "done"), NO_ERROR);
    ok(recv_answer(x->client, text, sizeof text) > 0, "no answer");
    ok_str(answer_body(text), "done");
}

int recv_long_body(SOCKET s, char *body, int length)
{
    char head[4096];
    int all = recv_until(s, head, sizeof head, "\r\n\r\n"), got, more;

    if (all < 0)
        return 0;
    got = all - (int)(answer_body(head) - head);
    memcpy(body, answer_body(head), got);
    for (; got < length; got += more) {
        more = recv_once(s, body + got, length + 1 - got);
        if (more <= 0)
            return 0;
    }
    return 1;
}

void reset(SOCKET s)
{
    struct linger linger;

    linger.l_onoff = 1;
    linger.l_linger = 0;
    setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&linger, sizeof linger);
    closesocket(s);
}

/*
 * Under Wine 8 the server eats the socket's error and recv() returns 0, as at an end in good order. But only a socket
 * that was reset refuses to send.
 */
int is_reset(SOCKET s)
{
    DWORD timeout = DEADLINE;
    char waste[4096];
    int got, error;

    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout);
    do
        got = recv(s, waste, sizeof waste, 0);
    while (got > 0);
    error = WSAGetLastError();
    if (got < 0)
        return error == WSAECONNRESET || error == WSAECONNABORTED;
    return send(s, "x", 1, 0) < 0;
}
