/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listener.c: the calls of .NET's HttpListener, in its order, with its flags and sizes; WCF and PowerShell scripts sit
 * on it. All facts are what its source does [src] or its tests assert [net].
 *
 * A listener has a session and a group for life, and a queue from Start to Stop.
 */
#include "scene.h"
#include "watch.h"

#define BUFFER 4096           /* of a request, the first time */
#define READ_MAX (128 * 1024) /* per read of a body */

struct listener {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
    USHORT port;
    struct watch watch;
};

static void open_listener(struct listener *l)
{
    memset(l, 0, sizeof *l);
    l->port = free_port();
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpCreateServerSession(version_2, &l->session, 0), NO_ERROR);
    ok_eq(HttpCreateUrlGroup(l->session, &l->group, 0), NO_ERROR);
}

static void start(struct listener *l)
{
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &l->queue), NO_ERROR);
    watch_start(&l->watch, l->queue);
    ok_eq(bind_group(l->group, l->queue), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(l->group, local_url(l->port, "/"), 0, 0), NO_ERROR);
}

/* The second call is for a thread that blocks in a receive; the handle names nothing any more. */
static void stop(struct listener *l)
{
    watch_stop(&l->watch);
    ok_eq(HttpRemoveUrlFromUrlGroup(l->group, local_url(l->port, "/"), 0), NO_ERROR);
    ok_eq(bind_group(l->group, NULL), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(l->queue), NO_ERROR);
    CancelIoEx(l->queue, NULL);
    l->queue = NULL;
}

static void close_listener(struct listener *l)
{
    ok_eq(HttpCloseUrlGroup(l->group), NO_ERROR);
    ok_eq(HttpCloseServerSession(l->session), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

static void open_started(struct listener *l)
{
    open_listener(l);
    start(l);
}

static void close_started(struct listener *l)
{
    stop(l);
    close_listener(l);
}

/*
 * GetContext: a blocking receive with COPY_BODY into 4 KB, and another one by its id when that was too little. The
 * result is allocated.
 */
static HTTP_REQUEST_V2 *get_context(struct listener *l)
{
    HTTP_REQUEST_V2 *r = calloc(1, BUFFER);
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    ULONG error, size = BUFFER, bytes = 0;

    while ((error = HttpReceiveHttpRequest(l->queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, (PHTTP_REQUEST)r, size,
                                           &bytes, NULL)) == ERROR_MORE_DATA) {
        if (!ok(bytes > size, "%lu bytes needed, %lu are there", UL(bytes), UL(size)))
            break;
        id = r->RequestId;
        size = bytes;
        free(r);
        r = calloc(1, size);
    }
    ok_eq(error, NO_ERROR);
    return r;
}

static ULONG send_head(struct listener *l, HTTP_REQUEST_ID id, ULONG flags, struct reply *r)
{
    r->response.Version.MajorVersion = 1;
    r->response.Version.MinorVersion = 1;
    return HttpSendHttpResponse(l->queue, id, flags, (PHTTP_RESPONSE)&r->response, NULL, NULL, NULL, 0, NULL, NULL);
}

static ULONG send_part(struct listener *l, HTTP_REQUEST_ID id, ULONG flags, const char *text)
{
    HTTP_DATA_CHUNK chunk;

    chunk_text(&chunk, text);
    return HttpSendResponseEntityBody(l->queue, id, flags, *text != 0, *text ? &chunk : NULL, NULL, NULL, 0, NULL,
                                      NULL);
}

/* Close() of a response whose length is known. */
static void answer(struct listener *l, HTTP_REQUEST_ID id, const char *text)
{
    struct reply r;
    char length[16];

    reply_init(&r, 200, "OK");
    snprintf(length, sizeof length, "%u", (unsigned)strlen(text));
    reply_header(&r, HttpHeaderContentLength, length);
    ok_eq(send_head(l, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r), NO_ERROR);
    ok_eq(send_part(l, id, 0, text), NO_ERROR);
}

static void serve(struct listener *l, const char *text)
{
    SOCKET s = connect_local(l->port);
    HTTP_REQUEST_V2 *r;
    char got[1024];

    send_get(s, l->port, "/");
    r = get_context(l);
    ok_eq(r->UrlContext, 0);
    answer(l, r->RequestId, text);
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    ok_str(answer_body(got), text);
    free(r);
    closesocket(s);
}

/* [src] Start, Stop and Start again with the same group and the same prefixes, and a new queue. */
static void test_restart(void)
{
    struct listener l;
    int i;

    open_listener(&l);
    for (i = 0; i < 3; i++) {
        start(&l);
        serve(&l, "again");
        stop(&l);
    }
    close_listener(&l);
}

/* [net] The timeouts of a group that has none are zeros, before Start and after Stop; there needn't be a length. */
static void test_timeouts(void)
{
    HTTP_TIMEOUT_LIMIT_INFO got, set;
    struct listener l;

    open_listener(&l);
    memset(&got, 0xcc, sizeof got);
    ok_eq(HttpQueryUrlGroupProperty(l.group, HttpServerTimeoutsProperty, &got, sizeof got, NULL), NO_ERROR);
    ok_eq(got.EntityBody | got.DrainEntityBody | got.RequestQueue | got.IdleConnection | got.HeaderWait, 0);
    ok_eq(got.MinSendRate, 0);
    memset(&set, 0, sizeof set);
    set.Flags.Present = 1;
    set.EntityBody = set.DrainEntityBody = set.RequestQueue = set.IdleConnection = set.HeaderWait = 65535;
    set.MinSendRate = 0xfffffffe;
    ok_eq(HttpSetUrlGroupProperty(l.group, HttpServerTimeoutsProperty, &set, sizeof set), NO_ERROR);
    start(&l);
    serve(&l, "slowly");
    stop(&l);
    memset(&got, 0xcc, sizeof got);
    ok_eq(HttpQueryUrlGroupProperty(l.group, HttpServerTimeoutsProperty, &got, sizeof got, NULL), NO_ERROR);
    ok_eq(got.HeaderWait, 65535);
    ok_eq(got.MinSendRate, 0xfffffffe);
    close_listener(&l);
}

/* [net] A prefix that this listener or another one has; prefixes below it and beside it; and after Stop it is free. */
static void test_prefixes(void)
{
    struct listener l, other;

    open_started(&l);
    open_listener(&other);
    other.port = l.port;
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &other.queue), NO_ERROR);
    watch_start(&other.watch, other.queue);
    ok_eq(bind_group(other.group, other.queue), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(l.group, local_url(l.port, "/"), 0, 0), ERROR_ALREADY_EXISTS);
    ok_eq(HttpAddUrlToUrlGroup(other.group, local_url(l.port, "/"), 0, 0), ERROR_ALREADY_EXISTS);
    ok_eq(HttpAddUrlToUrlGroup(other.group, local_url(l.port, "/below/"), 0, 0), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(other.group, make_url("127.0.0.1", l.port, "/"), 0, 0), NO_ERROR);
    ok_eq(HttpRemoveUrlFromUrlGroup(other.group, local_url(l.port, "/below/"), 0), NO_ERROR);
    ok_eq(HttpRemoveUrlFromUrlGroup(other.group, make_url("127.0.0.1", l.port, "/"), 0), NO_ERROR);
    stop(&l);
    ok_eq(HttpAddUrlToUrlGroup(other.group, local_url(l.port, "/"), 0, 0), NO_ERROR);
    stop(&other);
    close_listener(&other);
    close_listener(&l);
}

/* [src] A head of more than 4 KB is fetched again by its id, into a buffer of the size that was told. */
static void test_large_head(void)
{
    char value[6001], got[1024];
    HTTP_REQUEST_V2 *r;
    struct listener l;
    SOCKET s;

    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = 0;
    open_started(&l);
    s = connect_local(l.port);
    send_text(s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\nReferer: %s\r\n\r\n", l.port, value);
    r = get_context(&l);
    ok_str(r->Headers.KnownHeaders[HttpHeaderReferer].pRawValue, value);
    answer(&l, r->RequestId, "fits");
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    free(r);
    closesocket(s);
    close_started(&l);
}

/* The first bytes of the body came with the request; how many. */
static ULONG copied(const HTTP_REQUEST_V2 *r)
{
    ULONG length = 0;

    for (int i = 0; i < r->EntityChunkCount; i++) {
        ok_eq(r->pEntityChunks[i].DataChunkType, HttpDataChunkFromMemory);
        length += r->pEntityChunks[i].FromMemory.BufferLength;
    }
    return length;
}

/* [src] The rest of a body is read with the flag's value of COPY_BODY, which is FILL_BUFFER here, 128 KB at most. */
static void test_body(void)
{
    enum { BODY = 200000 };
    char *body = malloc(BODY), *buffer = malloc(READ_MAX), got[1024];
    ULONG all, bytes, error;
    HTTP_REQUEST_V2 *r;
    struct listener l;
    SOCKET s;

    memset(body, 'b', BODY);
    open_started(&l);
    s = connect_local(l.port);
    send_text(s, "POST / HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: %u\r\n\r\n", l.port, (unsigned)BODY);
    send_bytes(s, body, BODY);
    r = get_context(&l);
    all = copied(r);
    ok_eq(r->Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    do {
        bytes = 0;
        error = HttpReceiveRequestEntityBody(l.queue, r->RequestId, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, buffer,
                                             READ_MAX, &bytes, NULL);
        all += bytes;
    } while (error == NO_ERROR && bytes);
    ok(error == ERROR_HANDLE_EOF, "ends with %lu", UL(error));
    ok_eq(all, BODY);
    answer(&l, r->RequestId, "read");
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    free(r);
    closesocket(s);
    close_started(&l);
    free(body);
    free(buffer);
}

/* [src] A chunk is one piece of memory with its framing; cookies are unknown headers; the end is sent without flags. */
static void test_chunked(void)
{
    HTTP_UNKNOWN_HEADER cookies[] = {{10, 3, "Set-Cookie", "a=b"}, {10, 3, "Set-Cookie", "c=d"}};
    HTTP_REQUEST_V2 *context;
    HTTP_REQUEST_ID id;
    struct listener l;
    struct reply r;
    char got[1024];
    SOCKET s;

    open_started(&l);
    s = connect_local(l.port);
    send_get(s, l.port, "/");
    context = get_context(&l);
    id = context->RequestId;
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderTransferEncoding, "chunked");
    r.response.Headers.UnknownHeaderCount = 2;
    r.response.Headers.pUnknownHeaders = cookies;
    ok_eq(send_head(&l, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r), NO_ERROR);
    ok_eq(send_part(&l, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "b\r\nHello World\r\n"), NO_ERROR);
    ok_eq(send_part(&l, id, 0, "0\r\n\r\n"), NO_ERROR);
    ok(recv_until(s, got, sizeof got, "\r\n0\r\n\r\n") > 0, "no end");
    ok(strstr(got, "\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n") != NULL, "got %s", got);
    ok_str(answer_body(got), "b\r\nHello World\r\n0\r\n\r\n");
    free(context);
    closesocket(s);
    close_started(&l);
}

/*
 * [net] Whole answers, by their lengths on the wire: nothing is added but Server, Date, and `Connection: close` once
 * when the connection ends. The head goes first, then the last part of the body with the flags.
 */
static const struct exact {
    const char *version; /* of the request */
    const char *length, *coding, *keep_alive, *connection;
    const char *body;
    ULONG flags;
    int size;
} exact_answers[] = {
    {"1.1", NULL, "chunked", NULL, NULL, "0\r\n\r\n", 0, 120},
    {"1.1", "0", NULL, NULL, NULL, "", 0, 106},
    {"1.1", "5", NULL, NULL, NULL, "hello", 0, 111},
    {"1.1", NULL, "chunked", NULL, "close", "0\r\n\r\n", HTTP_SEND_RESPONSE_FLAG_DISCONNECT, 139},
    {"1.0", "0", NULL, "true", NULL, "", 0, 143},
    {"1.0", NULL, NULL, NULL, NULL, "hello", HTTP_SEND_RESPONSE_FLAG_DISCONNECT, 111},
    {"1.0", "5", NULL, "true", NULL, "hello", 0, 148},
};

static void set_header(struct reply *r, HTTP_HEADER_ID id, const char *value)
{
    if (value)
        reply_header(r, id, value);
}

static void check_exact(struct listener *l, const struct exact *e)
{
    SOCKET s = connect_local(l->port);
    HTTP_REQUEST_V2 *context;
    struct reply r;
    char got[1024];

    send_text(s, "GET / HTTP/%s\r\nHost: localhost:%u\r\n\r\n", e->version, l->port);
    context = get_context(l);
    reply_init(&r, 200, "OK");
    set_header(&r, HttpHeaderContentLength, e->length);
    set_header(&r, HttpHeaderTransferEncoding, e->coding);
    set_header(&r, HttpHeaderKeepAlive, e->keep_alive);
    set_header(&r, HttpHeaderConnection, e->connection);
    ok_eq(send_head(l, context->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r), NO_ERROR);
    ok_eq(send_part(l, context->RequestId, e->flags, e->body), NO_ERROR);
    shutdown(s, SD_SEND);
    ok(recv_all(s, got, sizeof got) == e->size, "%d bytes, expected %d: %s", (int)strlen(got), e->size, got);
    free(context);
    closesocket(s);
}

static void test_exact_sizes(void)
{
    struct listener l;
    size_t i;

    open_started(&l);
    for (i = 0; i < ARRAYSIZE(exact_answers); i++)
        check_exact(&l, &exact_answers[i]);
    close_started(&l);
}

/* [net] A thousand headers of one's own, within the 16 KB of a head. */
static void test_thousand_headers(void)
{
    HTTP_REQUEST_V2 *context;
    struct listener l;
    char got[1024];
    SOCKET s;
    int i;

    open_started(&l);
    s = connect_local(l.port);
    send_text(s, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n", l.port);
    for (i = 0; i < 1000; i++)
        send_text(s, "h%03d: v%03d\r\n", i, i);
    send_text(s, "\r\n");
    context = get_context(&l);
    if (ok_eq(context->Headers.UnknownHeaderCount, 1000)) {
        ok_str(context->Headers.pUnknownHeaders[999].pName, "h999");
        ok_str(context->Headers.pUnknownHeaders[999].pRawValue, "v999");
    }
    answer(&l, context->RequestId, "many");
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    free(context);
    closesocket(s);
    close_started(&l);
}

/* [src] An error with two challenges: unknown headers, and a length of 0; the connection goes on. */
static void test_challenge(void)
{
    HTTP_UNKNOWN_HEADER challenges[] = {
        {16, 4, "WWW-Authenticate", "NTLM"}, {16, 13, "WWW-Authenticate", "Basic realm=x"},
    };
    HTTP_REQUEST_V2 *context;
    struct listener l;
    struct reply r;
    char got[1024];
    SOCKET s;

    open_started(&l);
    s = connect_local(l.port);
    send_get(s, l.port, "/");
    context = get_context(&l);
    reply_init(&r, 401, "Unauthorized");
    reply_header(&r, HttpHeaderContentLength, "0");
    r.response.Headers.UnknownHeaderCount = 2;
    r.response.Headers.pUnknownHeaders = challenges;
    ok_eq(send_head(&l, context->RequestId, 0, &r), NO_ERROR);
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    ok_eq(answer_status(got), 401);
    ok(strstr(got, "\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm=x\r\n") != NULL, "got %s", got);
    free(context);
    send_get(s, l.port, "/");
    context = get_context(&l);
    answer(&l, context->RequestId, "in");
    ok(recv_answer(s, got, sizeof got) > 0, "no second answer");
    free(context);
    closesocket(s);
    close_started(&l);
}

/* [src] An aborted response: the request is cancelled, and the client sees a reset. [net] It is no orderly end. */
static void test_abort(void)
{
    HTTP_REQUEST_V2 *context;
    struct listener l;
    struct reply r;
    SOCKET s;

    open_started(&l);
    s = connect_local(l.port);
    send_get(s, l.port, "/");
    context = get_context(&l);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "100");
    ok_eq(send_head(&l, context->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r), NO_ERROR);
    ok_eq(send_part(&l, context->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, "half"), NO_ERROR);
    ok_eq(HttpCancelHttpRequest(l.queue, context->RequestId, NULL), NO_ERROR);
    ok(is_reset(s), "the client isn't told");
    free(context);
    closesocket(s);
    close_started(&l);
}

/* [src] The first asynchronous call binds the queue to the thread pool's port; the modes are set before that. */
static void test_asynchronous(void)
{
    HTTP_REQUEST_V2 *r = calloc(1, BUFFER);
    OVERLAPPED overlapped, *which = NULL;
    struct listener l;
    char got[1024];
    ULONG_PTR key;
    DWORD bytes;
    HANDLE io;
    SOCKET s;

    open_started(&l);
    ok(SetFileCompletionNotificationModes(l.queue,
                                          FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE),
       "error %lu", UL(GetLastError()));
    io = CreateIoCompletionPort(l.queue, NULL, 0, 0);
    ok(io != NULL, "error %lu", UL(GetLastError()));
    memset(&overlapped, 0, sizeof overlapped);
    ok_eq(HttpReceiveHttpRequest(l.queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, (PHTTP_REQUEST)r, BUFFER,
                                 NULL, &overlapped), ERROR_IO_PENDING);
    s = connect_local(l.port);
    send_get(s, l.port, "/");
    ok(GetQueuedCompletionStatus(io, &bytes, &key, &which, DEADLINE), "error %lu", UL(GetLastError()));
    ok(which == &overlapped, "another packet");
    answer(&l, r->RequestId, "later");
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    closesocket(s);
    CloseHandle(io);
    free(r);
    close_started(&l);
}

static DWORD WINAPI block(void *context)
{
    struct listener *l = context;
    union inbox *in = calloc(1, sizeof *in);
    ULONG bytes, error = HttpReceiveHttpRequest(l->queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY,
                                                (PHTTP_REQUEST)in, BUFFER, &bytes, NULL);

    free(in);
    return error;
}

/* [src] Stop ends a GetContext of another thread; which of three errors it gets doesn't matter to the listener. */
static void test_stop_blocked(void)
{
    struct listener l;
    DWORD error = 0;
    HANDLE thread;

    open_started(&l);
    thread = CreateThread(NULL, 0, block, &l, 0, NULL);
    ok_eq(WaitForSingleObject(thread, QUIET), WAIT_TIMEOUT);
    stop(&l);
    ok_eq(WaitForSingleObject(thread, DEADLINE), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &error);
    ok(error == ERROR_OPERATION_ABORTED || error == ERROR_INVALID_HANDLE || error == ERROR_HANDLE_EOF, "got %lu",
       UL(error));
    CloseHandle(thread);
    close_listener(&l);
}

START_TEST(listener)
{
    test_restart();
    test_timeouts();
    test_prefixes();
    test_large_head();
    test_body();
    test_chunked();
    test_exact_sizes();
    test_thousand_headers();
    test_challenge();
    test_abort();
    test_asynchronous();
    test_stop_blocked();
}
