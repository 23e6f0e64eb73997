/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * httpsys.c: the calls of ASP.NET Core's HttpSys server, in its order, with its flags and sizes.
 *
 * Its threads wait at a completion port, and a call that succeeds at once has no packet (the notification modes): see
 * finish(). Each test is a part of its life; all facts are what its source does [src] or its tests assert [net].
 */
#include "scene.h"

#define PREFIXES 3
#define ACCEPTS 5
#define ACCEPT_BUFFER 4088    /* 4096 less what it keeps in front */
#define READ_MAX (128 * 1024) /* per read of a body */

struct httpsys {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue, io;
    USHORT port;
};

static const char *const prefixes[PREFIXES] = {"/", "/app/", "/app/api/"};

static void set_timeouts(HTTP_URL_GROUP_ID group)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts;

    memset(&timeouts, 0, sizeof timeouts);
    timeouts.Flags.Present = 1;
    ok_eq(HttpSetUrlGroupProperty(group, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts), NO_ERROR);
}

/* The prefixes' contexts count from 1; they are added when the group is bound already. */
static void add_prefixes(struct httpsys *h)
{
    for (int i = 0; i < PREFIXES; i++)
        ok_eq(HttpAddUrlToUrlGroup(h->group, local_url(h->port, prefixes[i]), i + 1, 0), NO_ERROR);
}

static void start(struct httpsys *h)
{
    memset(h, 0, sizeof *h);
    h->port = free_port();
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    ok_eq(HttpCreateServerSession(version_2, &h->session, 0), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &h->queue), NO_ERROR);
    ok(SetFileCompletionNotificationModes(h->queue,
                                          FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE),
       "error %lu", UL(GetLastError()));
    h->io = CreateIoCompletionPort(h->queue, NULL, 0, 0);
    ok(h->io != NULL, "error %lu", UL(GetLastError()));
    ok_eq(HttpCreateUrlGroup(h->session, &h->group, 0), NO_ERROR);
    set_timeouts(h->group);
    ok_eq(bind_group(h->group, h->queue), NO_ERROR);
    add_prefixes(h);
}

/* The queue's handle is closed as any handle. It never calls HttpTerminate; we do, for the next families. */
static void stop(struct httpsys *h)
{
    for (int i = 0; i < PREFIXES; i++)
        ok_eq(HttpRemoveUrlFromUrlGroup(h->group, local_url(h->port, prefixes[i]), 0), NO_ERROR);
    ok_eq(bind_group(h->group, NULL), NO_ERROR);
    ok(CloseHandle(h->queue), "error %lu", UL(GetLastError()));
    ok_eq(HttpCloseUrlGroup(h->group), NO_ERROR);
    ok_eq(HttpCloseServerSession(h->session), NO_ERROR);
    CloseHandle(h->io);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
}

/* --- the end of a call */

static ULONG next_packet(struct httpsys *h, OVERLAPPED **which, DWORD *bytes)
{
    ULONG_PTR key;

    *which = NULL;
    *bytes = 0;
    if (GetQueuedCompletionStatus(h->io, bytes, &key, which, DEADLINE))
        return NO_ERROR;
    return GetLastError();
}

static int no_packet(struct httpsys *h)
{
    OVERLAPPED *which;
    ULONG_PTR key;
    DWORD bytes;

    return !GetQueuedCompletionStatus(h->io, &bytes, &key, &which, QUIET) && !which;
}

/* The code and the bytes of the only call that is under way: of the call itself, or of its packet when it pended. */
static ULONG finish(struct httpsys *h, OVERLAPPED *overlapped, ULONG returned, DWORD *bytes)
{
    OVERLAPPED *which;

    if (returned != ERROR_IO_PENDING) {
        *bytes = (DWORD)overlapped->InternalHigh;
        return returned;
    }
    returned = next_packet(h, &which, bytes);
    ok(which == overlapped, "another call's packet");
    return returned;
}

/* --- accepting */

struct accept {
    OVERLAPPED overlapped;
    union {
        HTTP_REQUEST_V2 request;
        char bytes[ACCEPT_BUFFER];
    } data;
    ULONG needed;
};

static ULONG accept_start(struct httpsys *h, struct accept *a)
{
    memset(a, 0, sizeof *a);
    return HttpReceiveHttpRequest(h->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&a->data, sizeof a->data, &a->needed,
                                  &a->overlapped);
}

/*
 * A request's memory is moved, and every pointer in it by the same distance; the old place is overwritten. `at` gives
 * the new address of a pointer and counts one that didn't point into the buffer.
 */
struct moved {
    char *copy;
    const char *old;
    size_t size;
    int stray;
};

static const void *at(struct moved *m, const void *p)
{
    size_t offset = (const char *)p - m->old;

    if (offset < m->size)
        return m->copy + offset;
    m->stray++;
    return "";
}

static void check_moved_infos(struct moved *m, const HTTP_REQUEST_V2 *r)
{
    const HTTP_REQUEST_INFO *infos = r->RequestInfoCount ? at(m, r->pRequestInfo) : NULL;

    for (int i = 0; i < r->RequestInfoCount && !m->stray; i++) {
        at(m, infos[i].pInfo);
        at(m, (const char *)infos[i].pInfo + infos[i].InfoLength - 1);
        for (int k = 0; k < i; k++)
            ok(infos[k].InfoType != infos[i].InfoType, "info %d twice", infos[i].InfoType);
    }
}

static void check_moved_headers(struct moved *m, const HTTP_REQUEST_V2 *r)
{
    const HTTP_UNKNOWN_HEADER *unknown = at(m, r->Headers.pUnknownHeaders);

    for (int i = 0; i < HttpHeaderRequestMaximum; i++)
        if (r->Headers.KnownHeaders[i].pRawValue)
            at(m, r->Headers.KnownHeaders[i].pRawValue);
    ok_str(at(m, r->Headers.KnownHeaders[HttpHeaderUserAgent].pRawValue), "winetest");
    if (ok_eq(r->Headers.UnknownHeaderCount, 1) && !m->stray) {
        ok_str(at(m, unknown[0].pName), "X-Mark");
        ok_str(at(m, unknown[0].pRawValue), "here");
    }
}

static void check_moved(struct accept *a, const char *raw_url, ULONGLONG context)
{
    struct moved m = {malloc(sizeof a->data), a->data.bytes, sizeof a->data, 0};
    const HTTP_REQUEST_V2 *r = (const HTTP_REQUEST_V2 *)m.copy;
    const SOCKADDR *address;

    memcpy(m.copy, a->data.bytes, sizeof a->data);
    memset(a->data.bytes, 0xdd, sizeof a->data);
    ok_str(at(&m, r->pRawUrl), raw_url);
    ok_eq(r->UrlContext, context);
    ok(r->pSslInfo == NULL, "TLS without TLS");
    at(&m, r->CookedUrl.pFullUrl);
    at(&m, r->CookedUrl.pAbsPath);
    address = at(&m, r->Address.pRemoteAddress);
    ok_eq(address->sa_family, AF_INET);
    at(&m, r->Address.pLocalAddress);
    check_moved_headers(&m, r);
    check_moved_infos(&m, r);
    ok_eq(m.stray, 0);
    memcpy(a->data.bytes, m.copy, sizeof a->data);
    free(m.copy);
}

#define MARKED_GET "GET %s HTTP/1.1\r\nHost: localhost:%u\r\nUser-Agent: winetest\r\nX-Mark: here\r\n\r\n"

/* --- answering */

static void answer_init(struct reply *r)
{
    reply_init(r, 200, "OK");
    r->response.Version.MajorVersion = 1;
    r->response.Version.MinorVersion = 1;
}

/* The policy is always given, and an OVERLAPPED even when nobody waits. */
static ULONG answer(struct httpsys *h, HTTP_REQUEST_ID id, ULONG flags, struct reply *r)
{
    HTTP_CACHE_POLICY policy = {HttpCachePolicyNocache, 0};
    OVERLAPPED overlapped;
    DWORD bytes;
    ULONG error;

    memset(&overlapped, 0, sizeof overlapped);
    error = HttpSendHttpResponse(h->queue, id, flags, (PHTTP_RESPONSE)&r->response, &policy, NULL, NULL, 0, &overlapped,
                                 NULL);
    return finish(h, &overlapped, error, &bytes);
}

static ULONG answer_part(struct httpsys *h, HTTP_REQUEST_ID id, ULONG flags, HTTP_DATA_CHUNK *chunks, USHORT count)
{
    OVERLAPPED overlapped;
    DWORD bytes;
    ULONG error;

    memset(&overlapped, 0, sizeof overlapped);
    error = HttpSendResponseEntityBody(h->queue, id, flags, count, chunks, NULL, NULL, 0, &overlapped, NULL);
    return finish(h, &overlapped, error, &bytes);
}

static void answer_text(struct httpsys *h, HTTP_REQUEST_ID id, const char *text)
{
    struct reply r;

    answer_init(&r);
    reply_text(&r, text);
    ok_eq(answer(h, id, 0, &r), NO_ERROR);
}

/* The next request, for a test with a single client. */
static HTTP_REQUEST_ID take(struct httpsys *h, struct accept *a, SOCKET s, const char *head)
{
    DWORD bytes;
    ULONG error = accept_start(h, a);

    send_text(s, head, h->port);
    ok_eq(finish(h, &a->overlapped, error, &bytes), NO_ERROR);
    return a->data.request.RequestId;
}

/* --- its life */

/* [src] 64-bit values for properties of 32 bits; detaching twice; prefixes of a stopped server can be had again. */
static void test_options(void)
{
    ULONGLONG length = 1001, verbosity = Http503ResponseVerbosityLimited;
    struct httpsys h;

    start(&h);
    ok_eq(HttpSetRequestQueueProperty(h.queue, HttpServerQueueLengthProperty, &length, sizeof length, 0, NULL),
          NO_ERROR);
    ok_eq(HttpSetRequestQueueProperty(h.queue, HttpServer503VerbosityProperty, &verbosity, sizeof verbosity, 0, NULL),
          NO_ERROR);
    ok_eq(bind_group(h.group, NULL), NO_ERROR);
    ok_eq(get_status(h.port, "localhost", "/"), 503);
    ok_eq(bind_group(h.group, NULL), NO_ERROR);
    ok_eq(bind_group(h.group, h.queue), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(h.group, local_url(h.port, prefixes[0]), 4, 0), ERROR_ALREADY_EXISTS);
    stop(&h);
}

/* The accept whose packet comes next. */
static struct accept *accepted(struct httpsys *h, struct accept *accepts)
{
    OVERLAPPED *which;
    DWORD bytes;

    ok_eq(next_packet(h, &which, &bytes), NO_ERROR);
    for (int i = 0; i < ACCEPTS; i++)
        if (which == &accepts[i].overlapped) {
            ok_eq(bytes, accepts[i].overlapped.InternalHigh);
            return &accepts[i];
        }
    ok(0, "no accept's packet");
    return NULL;
}

/* [src] Several accepts wait; what comes is moved with all its pointers; the context says which prefix matched. */
static void test_accepts(void)
{
    static const char *const paths[ACCEPTS] = {"/", "/app", "/app/api/x?y=z", "/other", "/app/other"};
    static const ULONGLONG contexts[ACCEPTS] = {1, 2, 3, 1, 2};
    struct accept *accepts = malloc(ACCEPTS * sizeof *accepts), *a;
    SOCKET clients[ACCEPTS];
    struct httpsys h;
    char text[1024];
    int i;

    start(&h);
    for (i = 0; i < ACCEPTS; i++)
        ok_eq(accept_start(&h, &accepts[i]), ERROR_IO_PENDING);
    for (i = 0; i < ACCEPTS; i++) {
        clients[i] = connect_local(h.port);
        send_text(clients[i], MARKED_GET, paths[i], h.port);
        a = accepted(&h, accepts);
        if (a) {
            check_moved(a, paths[i], contexts[i]);
            answer_text(&h, a->data.request.RequestId, paths[i]);
        }
        ok(recv_answer(clients[i], text, sizeof text) > 0, "no answer");
        ok_str(answer_body(text), paths[i]);
    }
    ok(no_packet(&h), "a packet too many");
    for (i = 0; i < ACCEPTS; i++)
        closesocket(clients[i]);
    stop(&h);
    free(accepts);
}

/* The request is fetched again by the id that the small buffer has, into as many bytes as were said. */
static void fetch_all(struct httpsys *h, struct accept *a, DWORD needed)
{
    HTTP_REQUEST_V2 *r = malloc(needed);
    HTTP_REQUEST_ID id = a->data.request.RequestId;
    OVERLAPPED overlapped;
    DWORD bytes;
    ULONG error;

    ok(needed > ACCEPT_BUFFER, "needs %lu bytes", UL(needed));
    ok(id != 0, "no id");
    memset(&overlapped, 0, sizeof overlapped);
    error = HttpReceiveHttpRequest(h->queue, id, 0, (PHTTP_REQUEST)r, needed, NULL, &overlapped);
    ok_eq(finish(h, &overlapped, error, &bytes), NO_ERROR);
    ok_eq(bytes, needed);
    ok_eq(r->RequestId, id);
    answer_text(h, id, "large");
    free(r);
}

static void send_large(SOCKET s, USHORT port)
{
    char value[5001];

    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = 0;
    send_text(s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\nX-Large: %s\r\n\r\n", port, value);
}

/* [src] A head that is larger than the buffer: the size comes with the packet of an accept that waited. */
static void test_more_data_later(void)
{
    struct accept *a = malloc(sizeof *a);
    struct httpsys h;
    char text[1024];
    DWORD needed;
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    ok_eq(accept_start(&h, a), ERROR_IO_PENDING);
    send_large(s, h.port);
    ok_eq(finish(&h, &a->overlapped, ERROR_IO_PENDING, &needed), ERROR_MORE_DATA);
    fetch_all(&h, a, needed);
    ok(recv_answer(s, text, sizeof text) > 0, "no answer");
    closesocket(s);
    stop(&h);
    free(a);
}

/* [src] The same for an accept that finds the request there: the size is in the variable, and there is no packet. */
static void test_more_data_at_once(void)
{
    struct accept *a = malloc(sizeof *a);
    struct httpsys h;
    char text[1024];
    DWORD needed;
    ULONG error;
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    send_large(s, h.port);
    is_quiet(s, QUIET); /* it lies in the queue, most likely */
    error = accept_start(&h, a);
    if (error == ERROR_MORE_DATA) {
        needed = a->needed;
        ok(no_packet(&h), "a packet for a call that failed at once");
    } else {
        ok_eq(finish(&h, &a->overlapped, error, &needed), ERROR_MORE_DATA);
    }
    fetch_all(&h, a, needed);
    ok(recv_answer(s, text, sizeof text) > 0, "no answer");
    closesocket(s);
    stop(&h);
    free(a);
}

static ULONG read_part(struct httpsys *h, HTTP_REQUEST_ID id, void *buffer, ULONG size, DWORD *bytes)
{
    OVERLAPPED overlapped;
    ULONG error;

    memset(&overlapped, 0, sizeof overlapped);
    error = HttpReceiveRequestEntityBody(h->queue, id, 0, buffer, size, NULL, &overlapped);
    return finish(h, &overlapped, error, bytes);
}

/* [src] Reads of up to 128 KB, after one of no bytes that tells whether there is any; the end is an error code. */
static void test_body(void)
{
    enum { BODY = 300000 };
    struct accept *a = malloc(sizeof *a);
    char *body = malloc(BODY), *buffer = malloc(READ_MAX), text[1024];
    DWORD bytes, all = 0;
    HTTP_REQUEST_ID id;
    struct httpsys h;
    ULONG error;
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    memset(body, 'b', BODY);
    id = take(&h, a, s, "POST / HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 300000\r\n\r\n");
    ok_eq(a->data.request.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    send_bytes(s, body, 5);
    error = read_part(&h, id, buffer, 0, &bytes);
    ok(error == ERROR_MORE_DATA || error == NO_ERROR, "a read of no bytes: %lu", UL(error));
    send_bytes(s, body + 5, BODY - 5);
    while ((error = read_part(&h, id, buffer, READ_MAX, &bytes)) == NO_ERROR && bytes > 0 && bytes <= READ_MAX)
        all += bytes;
    ok_eq(error, ERROR_HANDLE_EOF);
    ok_eq(all, BODY);
    answer_text(&h, id, "read");
    ok(recv_answer(s, text, sizeof text) > 0, "no answer");
    closesocket(s);
    stop(&h);
    free(a);
    free(body);
    free(buffer);
}

/* [src] Of unknown length: the coding is the program's, a part is three chunks, and the last call has none. */
static void test_chunked(void)
{
    struct accept *a = malloc(sizeof *a);
    HTTP_DATA_CHUNK chunks[3];
    HTTP_REQUEST_ID id;
    struct httpsys h;
    struct reply r;
    char text[2048];
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    id = take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    answer_init(&r);
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(answer(&h, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r), NO_ERROR);
    chunk_text(&chunks[0], "b\r\n");
    chunk_text(&chunks[1], "Hello World");
    chunk_text(&chunks[2], "\r\n");
    ok_eq(answer_part(&h, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, chunks, 3), NO_ERROR);
    chunk_text(&chunks[0], "0\r\n\r\n");
    ok_eq(answer_part(&h, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, chunks, 1), NO_ERROR);
    ok_eq(answer_part(&h, id, 0, NULL, 0), NO_ERROR);
    ok(recv_until(s, text, sizeof text, "\r\n0\r\n\r\n") > 0, "no end");
    ok_str(answer_body(text), "b\r\nHello World\r\n0\r\n\r\n");
    closesocket(s);
    stop(&h);
    free(a);
}

/* [src] A file between two pieces of memory, opened for overlapped and sequential reading; it isn't on any port. */
static void test_file(void)
{
    char folder[MAX_PATH], path[MAX_PATH], text[1024];
    struct accept *a = malloc(sizeof *a);
    HTTP_DATA_CHUNK chunks[3];
    HTTP_REQUEST_ID id;
    struct httpsys h;
    struct reply r;
    DWORD written;
    HANDLE file;
    SOCKET s;

    start(&h);
    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "htp", 0, path);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    ok(WriteFile(file, "0123456789", 10, &written, NULL), "error %lu", UL(GetLastError()));
    CloseHandle(file);
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", UL(GetLastError()));
    s = connect_local(h.port);
    id = take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    answer_init(&r);
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    ok_eq(answer(&h, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r), NO_ERROR);
    chunk_text(&chunks[0], "5\r\n");
    memset(&chunks[1], 0, sizeof chunks[1]);
    chunks[1].DataChunkType = HttpDataChunkFromFileHandle;
    chunks[1].FromFileHandle.FileHandle = file;
    chunks[1].FromFileHandle.ByteRange.StartingOffset.QuadPart = 3;
    chunks[1].FromFileHandle.ByteRange.Length.QuadPart = 5;
    chunk_text(&chunks[2], "\r\n0\r\n\r\n");
    ok_eq(answer_part(&h, id, 0, chunks, 3), NO_ERROR);
    ok(recv_until(s, text, sizeof text, "\r\n0\r\n\r\n") > 0, "no end");
    ok_str(answer_body(text), "5\r\n34567\r\n0\r\n\r\n");
    CloseHandle(file);
    DeleteFileA(path);
    closesocket(s);
    stop(&h);
    free(a);
}

/* [src] An upgrade: Connection is an unknown header, and the body is the stream. */
static void test_upgrade(void)
{
    const ULONG flags = HTTP_SEND_RESPONSE_FLAG_OPAQUE | HTTP_SEND_RESPONSE_FLAG_MORE_DATA |
                        HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA;
    HTTP_UNKNOWN_HEADER connection = {10, 7, "Connection", "Upgrade"};
    struct accept *a = malloc(sizeof *a);
    HTTP_DATA_CHUNK chunk;
    HTTP_REQUEST_ID id;
    struct httpsys h;
    struct reply r;
    char text[1024];
    DWORD bytes;
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    id = take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    answer_init(&r);
    r.response.StatusCode = 101;
    reply_header(&r, HttpHeaderUpgrade, "websocket");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &connection;
    ok_eq(answer(&h, id, flags, &r), NO_ERROR);
    ok(recv_until(s, text, sizeof text, "\r\n\r\n") > 0, "no answer");
    ok_eq(answer_status(text), 101);
    ok(strstr(text, "\r\nConnection: Upgrade\r\n") != NULL, "got %s", text);
    send_bytes(s, "up", 2);
    ok_eq(read_part(&h, id, text, sizeof text, &bytes), NO_ERROR);
    ok(bytes == 2 && !memcmp(text, "up", 2), "%lu bytes", UL(bytes));
    chunk_text(&chunk, "down");
    ok_eq(answer_part(&h, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, &chunk, 1),
          NO_ERROR);
    ok(recv_until(s, text, sizeof text, "down") == 4, "got %s", text);
    ok_eq(answer_part(&h, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, NULL, 0), NO_ERROR);
    ok(is_closed(s), "the stream goes on");
    closesocket(s);
    stop(&h);
    free(a);
}

/* [src] Several known headers of one kind, whichever it is; GOAWAY is tried and left out if unknown. */
static void test_headers(void)
{
    HTTP_KNOWN_HEADER values[] = {{3, "a=b"}, {3, "c=d"}};
    HTTP_MULTIPLE_KNOWN_HEADERS cookies = {HttpHeaderSetCookie, HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER, 2, values};
    HTTP_RESPONSE_INFO info = {HttpResponseInfoTypeMultipleKnownHeaders, sizeof cookies, &cookies};
    struct accept *a = malloc(sizeof *a);
    HTTP_REQUEST_ID id;
    struct httpsys h;
    struct reply r;
    char text[2048];
    ULONG error;
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    id = take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    answer_init(&r);
    r.response.ResponseInfoCount = 1;
    r.response.pResponseInfo = &info;
    error = answer(&h, id, HTTP_SEND_RESPONSE_FLAG_GOAWAY, &r);
    if (error == ERROR_INVALID_PARAMETER)
        error = answer(&h, id, 0, &r);
    ok_eq(error, NO_ERROR);
    ok(recv_answer(s, text, sizeof text) > 0, "no answer");
    ok(strstr(text, "\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n") != NULL, "got %s", text);
    closesocket(s);
    stop(&h);
    free(a);
}

/* [src] One wait for the end of a connection, over all of its requests; whatever its code, the client is gone. */
static void test_disconnect(void)
{
    struct accept *a = malloc(sizeof *a);
    OVERLAPPED wait, *which;
    struct httpsys h;
    char text[1024];
    DWORD bytes;
    SOCKET s;
    int i;

    start(&h);
    s = connect_local(h.port);
    memset(&wait, 0, sizeof wait);
    for (i = 0; i < 2; i++) {
        take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
        if (i == 0)
            ok_eq(HttpWaitForDisconnectEx(h.queue, a->data.request.ConnectionId, 0, &wait), ERROR_IO_PENDING);
        answer_text(&h, a->data.request.RequestId, "more");
        ok(recv_answer(s, text, sizeof text) > 0, "no answer");
        ok(no_packet(&h), "the wait is over");
    }
    reset(s);
    next_packet(&h, &which, &bytes);
    ok(which == &wait, "no packet for the wait");
    stop(&h);
    free(a);
}

/* [src] Aborting resets the connection; with the last write begun the id is gone. */
static void test_abort(void)
{
    struct accept *a = malloc(sizeof *a);
    HTTP_REQUEST_ID id;
    struct httpsys h;
    char text[1024];
    SOCKET s;

    start(&h);
    s = connect_local(h.port);
    id = take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    ok_eq(HttpCancelHttpRequest(h.queue, id, NULL), NO_ERROR);
    ok(is_reset(s), "the client isn't told");
    closesocket(s);
    s = connect_local(h.port);
    id = take(&h, a, s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    answer_text(&h, id, "whole");
    ok_eq(HttpCancelHttpRequest(h.queue, id, NULL), ERROR_CONNECTION_INVALID);
    ok(recv_answer(s, text, sizeof text) > 0, "no answer");
    closesocket(s);
    stop(&h);
    free(a);
}

/* [src] Stopping ends all accepts: each has a packet with an error. [net] A request in the program's hand is reset. */
static void test_stop(void)
{
    struct accept *accepts = malloc(ACCEPTS * sizeof *accepts);
    OVERLAPPED *which;
    struct httpsys h;
    DWORD bytes;
    SOCKET s;
    int i;

    start(&h);
    s = connect_local(h.port);
    take(&h, &accepts[0], s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n");
    for (i = 0; i < ACCEPTS; i++)
        ok_eq(accept_start(&h, &accepts[i]), ERROR_IO_PENDING);
    for (i = 0; i < PREFIXES; i++)
        ok_eq(HttpRemoveUrlFromUrlGroup(h.group, local_url(h.port, prefixes[i]), 0), NO_ERROR);
    ok_eq(bind_group(h.group, NULL), NO_ERROR);
    ok(CloseHandle(h.queue), "error %lu", UL(GetLastError()));
    for (i = 0; i < ACCEPTS; i++) {
        ok_eq(next_packet(&h, &which, &bytes), ERROR_OPERATION_ABORTED);
        ok(which != NULL, "no packet");
    }
    ok(is_reset(s), "the client isn't told");
    closesocket(s);
    ok_eq(HttpCloseUrlGroup(h.group), NO_ERROR);
    ok_eq(HttpCloseServerSession(h.session), NO_ERROR);
    CloseHandle(h.io);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    free(accepts);
}

START_TEST(httpsys)
{
    test_options();
    test_accepts();
    test_more_data_later();
    test_more_data_at_once();
    test_body();
    test_chunked();
    test_file();
    test_upgrade();
    test_headers();
    test_disconnect();
    test_abort();
    test_stop();
}
