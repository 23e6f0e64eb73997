/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * websocket: sends every WebSocket message back (RFC 6455). Behind a 101 with HTTP_SEND_RESPONSE_FLAG_OPAQUE the
 * connection is a stream of bytes: what the client sends is read as a request's body, what the program sends are parts
 * of the response.
 *
 * No frame is kept: a read's bytes are turned into the answer where they lie, a header without its mask, the payload
 * unmasked, a ping into a pong; then they are sent, and then comes the next read. So a message may have any size.
 * Windows' thread pool calls back when an operation is over; the sample's second argument means nothing here.
 *
 * Text isn't checked to be UTF-8: the client gets its own bytes.
 */
#include "sample.h"
#include "sha1.h"

#include <ctype.h>

#define REQUEST_BUFFER 16384
#define READ_SIZE 65536
#define HEADROOM 14 /* a frame's header: the answer to one that came in two reads may begin before the second */
#define RECEIVES 16
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_MAX 64

/* --- frames */

enum opcode { CONTINUATION = 0, CLOSE = 8, PING = 9, PONG = 10, CONTROL = 8 };

#define FIN 0x80
#define MASKED 0x80

static const BYTE protocol_error[] = {FIN | CLOSE, 2, 1002 >> 8, 1002 & 0xff};

/* Where the client is in its stream of frames. */
struct frames {
    BYTE header[HEADROOM];
    ULONG have;     /* bytes of the header; all of them while the payload comes */
    ULONGLONG left; /* bytes of the payload */
    ULONG phase;    /* of the mask */
    BOOL in_message;
    BOOL over;      /* a Close is answered */
};

/* Bytes of a header of which the first two are there. */
static ULONG header_size(const BYTE *h)
{
    return 2 + ((h[1] & 127) == 127 ? 8 : (h[1] & 127) == 126 ? 2 : 0) + (h[1] & MASKED ? 4 : 0);
}

static BOOL header_complete(const struct frames *f)
{
    return f->have >= 2 && f->have == header_size(f->header);
}

/* No reserved bit, a mask, control frames short and whole, continuations of something. */
static BOOL header_valid(const struct frames *f)
{
    BYTE op = f->header[0] & 15;

    if (f->header[0] & 0x70 || !(f->header[1] & MASKED))
        return FALSE;
    if (op & CONTROL)
        return op <= PONG && f->header[0] & FIN && (f->header[1] & 127) < 126;
    return op <= 2 && f->in_message == (op == CONTINUATION);
}

static ULONGLONG payload_length(const struct frames *f)
{
    ULONGLONG length = 0;
    ULONG end = f->have - 4;

    if (end == 2)
        return f->header[1] & 127;
    for (ULONG i = 2; i < end; i++)
        length = length << 8 | f->header[i];
    return length;
}

/* The answer's header for a complete one; its size. */
static ULONG answer_header(struct frames *f, BYTE *to)
{
    BYTE op = f->header[0] & 15;

    if (!header_valid(f)) {
        f->over = TRUE;
        memcpy(to, protocol_error, sizeof protocol_error);
        return sizeof protocol_error;
    }
    f->left = payload_length(f);
    f->phase = 0;
    if (!(op & CONTROL))
        f->in_message = !(f->header[0] & FIN);
    memcpy(to, f->header, f->have - 4);
    to[0] = op == PING ? FIN | PONG : f->header[0];
    to[1] &= ~MASKED;
    return f->have - 4;
}

static void end_payload(struct frames *f)
{
    if (f->left)
        return;
    f->have = 0;
    f->over |= (f->header[0] & 15) == CLOSE;
}

static ULONG answer_payload(struct frames *f, const BYTE *from, ULONG length, BYTE *to)
{
    const BYTE *mask = f->header + f->have - 4;
    ULONG n = length < f->left ? length : (ULONG)f->left;

    for (ULONG i = 0; i < n; i++)
        to[i] = from[i] ^ mask[f->phase++ & 3];
    f->left -= n;
    return n;
}

/* Turns the bytes [from, from + length) into their answer; its length. It may begin up to HEADROOM before `from`. */
static ULONG answer_frames(struct frames *f, const BYTE *from, ULONG length, BYTE *to)
{
    const BYTE *end = from + length;
    BYTE *start = to;

    while (from < end && !f->over) {
        if (!header_complete(f)) {
            f->header[f->have++] = *from++;
            if (!header_complete(f))
                continue;
            to += answer_header(f, to);
        } else {
            ULONG n = answer_payload(f, from, (ULONG)(end - from), to);

            from += n;
            to += n;
        }
        if (!f->over)
            end_payload(f);
    }
    return (ULONG)(to - start);
}

/* --- the handshake */

static BOOL equal(const char *a, ULONG length, const char *b)
{
    ULONG i = 0;

    while (i < length && b[i] && tolower((unsigned char)a[i]) == tolower((unsigned char)b[i]))
        i++;
    return i == length && !b[i];
}

static const HTTP_UNKNOWN_HEADER *find_unknown(const HTTP_REQUEST *r, const char *name)
{
    for (USHORT i = 0; i < r->Headers.UnknownHeaderCount; i++)
        if (equal(r->Headers.pUnknownHeaders[i].pName, r->Headers.pUnknownHeaders[i].NameLength, name))
            return &r->Headers.pUnknownHeaders[i];
    return NULL;
}

/* The key of a request for a WebSocket, or NULL. */
static const HTTP_UNKNOWN_HEADER *find_key(const HTTP_REQUEST *r)
{
    const HTTP_KNOWN_HEADER *upgrade = &r->Headers.KnownHeaders[HttpHeaderUpgrade];
    const HTTP_UNKNOWN_HEADER *version = find_unknown(r, "Sec-WebSocket-Version");
    const HTTP_UNKNOWN_HEADER *key = find_unknown(r, "Sec-WebSocket-Key");

    if (r->Verb != HttpVerbGET || !equal(upgrade->pRawValue, upgrade->RawValueLength, "websocket"))
        return NULL;
    if (!version || !equal(version->pRawValue, version->RawValueLength, "13"))
        return NULL;
    return key && key->RawValueLength <= KEY_MAX ? key : NULL;
}

static void make_accept(const HTTP_UNKNOWN_HEADER *key, char accept[BASE64_SIZE(SHA1_SIZE)])
{
    char text[KEY_MAX + sizeof GUID];
    BYTE digest[SHA1_SIZE];

    memcpy(text, key->pRawValue, key->RawValueLength);
    memcpy(text + key->RawValueLength, GUID, sizeof GUID);
    sha1(text, strlen(text), digest);
    base64(digest, sizeof digest, accept);
}

/* --- connections */

/*
 * RECEIVING -> REFUSING -> RECEIVING
 * RECEIVING -> UPGRADING -> READING -> WRITING -> READING;  READING -> LEAVING
 */
enum state { RECEIVING, REFUSING, UPGRADING, READING, WRITING, LEAVING };

/* A receive, and then the connection that the request came on; one operation at a time. */
struct context {
    OVERLAPPED overlapped; /* first: the callback's OVERLAPPED is the context */
    enum state state;
    HTTP_REQUEST *request;
    HTTP_REQUEST_ID id;
    HTTP_RESPONSE response;
    HTTP_UNKNOWN_HEADER headers[2];
    char accept[BASE64_SIZE(SHA1_SIZE)];
    struct frames frames;
    HTTP_DATA_CHUNK chunk;
    BYTE buffer[HEADROOM + READ_SIZE];
};

static struct server server;
static PTP_IO io;
static LONG contexts;
static HANDLE stopping, all_done;

static void start(struct context *c, enum state state);

static void free_context(struct context *c)
{
    free(c->request);
    free(c);
    if (!InterlockedDecrement(&contexts))
        SetEvent(all_done);
}

static void start_receive(void)
{
    struct context *c = calloc(1, sizeof *c);

    InterlockedIncrement(&contexts);
    c->request = malloc(REQUEST_BUFFER);
    start(c, RECEIVING);
}

static void set_unknown(HTTP_UNKNOWN_HEADER *h, const char *name, const char *value)
{
    h->pName = name;
    h->NameLength = (USHORT)strlen(name);
    h->pRawValue = value;
    h->RawValueLength = (USHORT)strlen(value);
}

/* Connection goes out as it is when it isn't given as a known header. */
static void upgrade(struct context *c, const HTTP_UNKNOWN_HEADER *key)
{
    make_accept(key, c->accept);
    init_response(&c->response, 101, "Switching Protocols");
    set_header(&c->response, HttpHeaderUpgrade, "websocket");
    set_unknown(&c->headers[0], "Connection", "Upgrade");
    set_unknown(&c->headers[1], "Sec-WebSocket-Accept", c->accept);
    c->response.Headers.UnknownHeaderCount = 2;
    c->response.Headers.pUnknownHeaders = c->headers;
    start(c, UPGRADING);
    start_receive(); /* this context serves its connection from now on */
}

static void on_request(struct context *c, ULONG error)
{
    const HTTP_UNKNOWN_HEADER *key = error == NO_ERROR ? find_key(c->request) : NULL;

    if (error != NO_ERROR && error != ERROR_MORE_DATA) {
        free_context(c);
        SetEvent(stopping);
        return;
    }
    c->id = c->request->RequestId;
    if (key) {
        upgrade(c, key);
        return;
    }
    init_response(&c->response, 426, "Upgrade Required");
    set_header(&c->response, HttpHeaderUpgrade, "websocket");
    start(c, REFUSING);
}

static void set_answer(struct context *c, ULONG length)
{
    memset(&c->chunk, 0, sizeof c->chunk);
    c->chunk.DataChunkType = HttpDataChunkFromMemory;
    c->chunk.FromMemory.pBuffer = c->buffer;
    c->chunk.FromMemory.BufferLength = length;
}

static void on_read(struct context *c, ULONG error, ULONG bytes)
{
    ULONG length = 0;

    if (error == NO_ERROR)
        length = answer_frames(&c->frames, c->buffer + HEADROOM, bytes, c->buffer);
    set_answer(c, length);
    if (error == ERROR_HANDLE_EOF || c->frames.over)
        start(c, LEAVING);
    else if (error != NO_ERROR)
        free_context(c);
    else
        start(c, length ? WRITING : READING);
}

/* The operation of c->state is over. */
static void step(struct context *c, ULONG error, ULONG bytes)
{
    switch (c->state) {
    case RECEIVING:
        on_request(c, error);
        break;
    case REFUSING:
        start(c, RECEIVING); /* also when the client is gone */
        break;
    case READING:
        on_read(c, error, bytes);
        break;
    case UPGRADING:
    case WRITING:
        if (error == NO_ERROR)
            start(c, READING);
        else
            free_context(c);
        break;
    case LEAVING:
        free_context(c);
        break;
    }
}

static ULONG begin(struct context *c)
{
    switch (c->state) {
    case RECEIVING:
        return HttpReceiveHttpRequest(server.queue, HTTP_NULL_ID, 0, c->request, REQUEST_BUFFER, NULL, &c->overlapped);
    case REFUSING:
        return HttpSendHttpResponse(server.queue, c->id, 0, &c->response, NULL, NULL, NULL, 0, &c->overlapped, NULL);
    case UPGRADING:
        return HttpSendHttpResponse(server.queue, c->id,
                                    HTTP_SEND_RESPONSE_FLAG_OPAQUE | HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &c->response,
                                    NULL, NULL, NULL, 0, &c->overlapped, NULL);
    case READING:
        return HttpReceiveRequestEntityBody(server.queue, c->id, 0, c->buffer + HEADROOM, READ_SIZE, NULL,
                                            &c->overlapped);
    case WRITING:
    case LEAVING:
        break;
    }
    return HttpSendResponseEntityBody(server.queue, c->id,
                                      c->state == WRITING ? HTTP_SEND_RESPONSE_FLAG_MORE_DATA
                                                          : HTTP_SEND_RESPONSE_FLAG_DISCONNECT,
                                      1, &c->chunk, NULL, NULL, 0, &c->overlapped, NULL);
}

/* Begins an operation. From then on another thread may go on with the context. */
static void start(struct context *c, enum state state)
{
    ULONG error;

    c->state = state;
    memset(&c->overlapped, 0, sizeof c->overlapped);
    StartThreadpoolIo(io);
    error = begin(c);
    if (error == NO_ERROR || error == ERROR_IO_PENDING)
        return;
    CancelThreadpoolIo(io);
    step(c, error, 0);
}

static void CALLBACK on_completion(PTP_CALLBACK_INSTANCE instance, PVOID unused, PVOID overlapped, ULONG error,
                                   ULONG_PTR bytes, PTP_IO object)
{
    (void)instance, (void)unused, (void)object;
    step(overlapped, error, (ULONG)bytes);
}

int main(int argc, char **argv)
{
    server_open(&server, argc, argv);
    stopping = CreateEventW(NULL, TRUE, FALSE, NULL);
    all_done = CreateEventW(NULL, TRUE, FALSE, NULL);
    io = CreateThreadpoolIo(server.queue, on_completion, NULL, NULL);
    if (!io)
        check("CreateThreadpoolIo", GetLastError());
    for (int i = 0; i < RECEIVES; i++)
        start_receive();
    server_ready(argc, argv);
    WaitForSingleObject(stopping, INFINITE);
    /* The connections end with their queue, and the operations on them. */
    server_close(&server);
    WaitForSingleObject(all_done, INFINITE);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CloseThreadpoolIo(io);
    CloseHandle(all_done);
    CloseHandle(stopping);
    return 0;
}
