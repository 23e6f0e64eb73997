/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mormot.c: the calls of mORMot's http.sys server, in its order, with its flags and sizes: threads that block in
 * receives, a queue with a name, files to their end. All facts are what its source does [src].
 */
#include "scene.h"
#include "watch.h"

#define THREADS 4                                     /* 32 there */
#define BUFFER (16 * 1024 + sizeof(HTTP_REQUEST_V2)) /* of a request, the first time */
#define READ_MAX (1 << 20)                            /* per read of a body */

struct mormot {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue, threads[THREADS];
    USHORT port;
    volatile LONG served;
    struct watch watch;
};

/* [src] What it looks up by name, without a library to link with: the first are mandatory, without the rest it takes
 * version 1 of the API. */
static void test_exports(void)
{
    static const char *const names[] = {
        "HttpInitialize", "HttpTerminate", "HttpCreateHttpHandle", "HttpAddUrl", "HttpRemoveUrl",
        "HttpReceiveHttpRequest", "HttpSendHttpResponse", "HttpReceiveRequestEntityBody", "HttpSendResponseEntityBody",
        "HttpSetServiceConfiguration", "HttpDeleteServiceConfiguration", "HttpFlushResponseCache",
        "HttpCancelHttpRequest", "HttpCreateServerSession", "HttpCloseServerSession", "HttpCreateRequestQueue",
        "HttpSetServerSessionProperty", "HttpQueryServerSessionProperty", "HttpCreateUrlGroup", "HttpCloseUrlGroup",
        "HttpAddUrlToUrlGroup", "HttpRemoveUrlFromUrlGroup", "HttpSetUrlGroupProperty", "HttpQueryUrlGroupProperty",
        "HttpSetRequestQueueProperty", "HttpQueryRequestQueueProperty",
    };
    HMODULE module = LoadLibraryA("httpapi.dll");
    size_t i;

    if (!ok(module != NULL, "error %lu", UL(GetLastError())))
        return;
    for (i = 0; i < ARRAYSIZE(names); i++)
        ok(GetProcAddress(module, names[i]) != NULL, "%s isn't there", names[i]);
    FreeLibrary(module);
}

/* The queue's name is the session's id in decimal digits. */
static void start(struct mormot *m)
{
    char digits[32];
    WCHAR name[32];

    memset(m, 0, sizeof *m);
    m->port = free_port();
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpCreateServerSession(version_2, &m->session, 0), NO_ERROR);
    ok_eq(HttpCreateUrlGroup(m->session, &m->group, 0), NO_ERROR);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)m->session);
    MultiByteToWideChar(CP_UTF8, 0, digits, -1, name, ARRAYSIZE(name));
    ok_eq(HttpCreateRequestQueue(version_2, name, NULL, 0, &m->queue), NO_ERROR);
    watch_start(&m->watch, m->queue);
    ok_eq(bind_group(m->group, m->queue), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(m->group, local_url(m->port, "/root/"), 0, 0), NO_ERROR);
}

/* Closing the queue's handle is what ends the threads' receives. */
static void stop(struct mormot *m)
{
    ok_eq(HttpRemoveUrlFromUrlGroup(m->group, NULL, HTTP_URL_FLAG_REMOVE_ALL), NO_ERROR);
    ok_eq(HttpCloseUrlGroup(m->group), NO_ERROR);
    watch_stop(&m->watch);
    ok(CloseHandle(m->queue), "error %lu", UL(GetLastError()));
    for (int i = 0; i < THREADS && m->threads[i]; i++) {
        ok_eq(WaitForSingleObject(m->threads[i], DEADLINE), WAIT_OBJECT_0);
        CloseHandle(m->threads[i]);
    }
    ok_eq(HttpCloseServerSession(m->session), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

/* The body, when the flag says that there is one: into pieces of 1 MB, until the length is reached or it ends. */
static ULONGLONG read_all(struct mormot *m, const HTTP_REQUEST_V2 *r)
{
    const HTTP_KNOWN_HEADER *length = &r->Headers.KnownHeaders[HttpHeaderContentLength];
    ULONGLONG all = 0, expected = length->pRawValue ? strtoull(length->pRawValue, NULL, 10) : 0;
    char *buffer = malloc(READ_MAX);
    ULONG bytes, error = NO_ERROR;

    while (r->Flags & HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS && all < expected && error == NO_ERROR) {
        bytes = 0;
        error = HttpReceiveRequestEntityBody(m->queue, r->RequestId, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER,
                                             buffer, READ_MAX, &bytes, NULL);
        all += bytes;
    }
    ok(error == NO_ERROR || error == ERROR_HANDLE_EOF, "got %lu", UL(error));
    free(buffer);
    return all;
}

/* The answer has the request's version; the bytes are counted. */
static void answer(struct mormot *m, const HTTP_REQUEST_V2 *request)
{
    HTTP_UNKNOWN_HEADER powered = {12, 6, "X-Powered-By", "mORMot"};
    struct reply r;
    char text[64];
    ULONG sent = 0;

    snprintf(text, sizeof text, "%llu bytes", (unsigned long long)read_all(m, request));
    reply_init(&r, 200, "OK");
    r.response.Version = request->Version;
    reply_header(&r, HttpHeaderServer, "mORMot2 (Windows)");
    reply_header(&r, HttpHeaderContentType, "text/plain");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &powered;
    reply_text(&r, text);
    ok_eq(reply_send(m->queue, request->RequestId, 0, &r, &sent), NO_ERROR);
    ok(sent > strlen(text), "%lu bytes sent", UL(sent));
    InterlockedIncrement(&m->served);
}

/* A thread's loop; it gives the code that ended it. */
static DWORD WINAPI serve(void *context)
{
    struct mormot *m = context;
    ULONG size = BUFFER, bytes, error;
    HTTP_REQUEST_V2 *r = malloc(size);
    HTTP_REQUEST_ID id = HTTP_NULL_ID;

    for (;;) {
        memset(r, 0, sizeof *r);
        bytes = 0;
        error = HttpReceiveHttpRequest(m->queue, id, 0, (PHTTP_REQUEST)r, size, &bytes, NULL);
        if (error == ERROR_MORE_DATA) {
            id = r->RequestId;
            r = realloc(r, size = bytes);
        } else if (error == NO_ERROR) {
            answer(m, r);
            id = HTTP_NULL_ID;
        } else if (error == ERROR_CONNECTION_INVALID && id != HTTP_NULL_ID) {
            id = HTTP_NULL_ID; /* the client left while the buffer grew */
        } else {
            break;
        }
    }
    free(r);
    return error;
}

static void start_threads(struct mormot *m)
{
    for (int i = 0; i < THREADS; i++)
        m->threads[i] = CreateThread(NULL, 0, serve, m, 0, NULL);
}

static void exchange_text(SOCKET s, const char *expected)
{
    char got[1024], server[64] = "";

    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    ok_str(answer_body(got), expected);
    answer_header(got, "Server", server, sizeof server);
    ok_str(server, "mORMot2 (Windows) Microsoft-HTTPAPI/2.0");
}

/* [src] Requests of several clients, heads that don't fit, bodies of more than a piece; closing ends all threads. */
static void test_threads(void)
{
    enum { CLIENTS = 6, BODY = 1500000 };
    char value[8001], *body = malloc(BODY);
    SOCKET clients[CLIENTS];
    struct mormot m;
    int i;

    memset(body, 'b', BODY);
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = 0;
    start(&m);
    start_threads(&m);
    for (i = 0; i < CLIENTS; i++) {
        clients[i] = connect_local(m.port);
        send_get(clients[i], m.port, "/root/x");
    }
    for (i = 0; i < CLIENTS; i++)
        exchange_text(clients[i], "0 bytes");
    send_text(clients[0], "GET /root/?%.4000s HTTP/1.1\r\nHost: localhost\r\n", value);
    send_text(clients[0], "Referer: %s\r\n\r\n", value);
    exchange_text(clients[0], "0 bytes");
    send_text(clients[1], "POST /root/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %u\r\n\r\n", (unsigned)BODY);
    send_bytes(clients[1], body, BODY);
    exchange_text(clients[1], "1500000 bytes");
    stop(&m);
    ok_eq(m.served, CLIENTS + 2);
    for (i = 0; i < CLIENTS; i++)
        closesocket(clients[i]);
    free(body);
}

static HANDLE make_file(char path[MAX_PATH], const char *text)
{
    char folder[MAX_PATH];
    DWORD written;
    HANDLE file;

    GetTempPathA(sizeof folder, folder);
    GetTempFileNameA(folder, "htp", 0, path);
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL,
                       NULL);
    ok(file != INVALID_HANDLE_VALUE, "no file %s: %lu", path, UL(GetLastError()));
    ok(WriteFile(file, text, (DWORD)strlen(text), &written, NULL), "error %lu", UL(GetLastError()));
    return file;
}

/* [src] A file to its end is a chunk with offset 0 and length -1; Accept-Ranges goes with it. */
static void test_file(void)
{
    char path[MAX_PATH], got[1024], value[32] = "";
    struct receive receive;
    HTTP_DATA_CHUNK chunk;
    struct mormot m;
    struct reply r;
    HANDLE file;
    SOCKET s;

    start(&m);
    s = connect_local(m.port);
    file = make_file(path, "the file");
    send_get(s, m.port, "/root/file");
    receive_next(&receive, m.queue);
    reply_init(&r, 200, "OK");
    r.response.Version = receive.data.request.Version;
    reply_header(&r, HttpHeaderAcceptRanges, "bytes");
    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkFromFileHandle;
    chunk.FromFileHandle.FileHandle = file;
    chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    r.response.EntityChunkCount = 1;
    r.response.pEntityChunks = &chunk;
    ok_eq(reply_send(m.queue, receive.data.request.RequestId, 0, &r, NULL), NO_ERROR);
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    ok_str(answer_body(got), "the file");
    answer_header(got, "Content-Length", value, sizeof value);
    ok_str(value, "8");
    receive_close(&receive);
    CloseHandle(file);
    DeleteFileA(path);
    closesocket(s);
    stop(&m);
}

/* [src] The queue's length, in 4 bytes; and it is asked for its name and its group's binding by nobody. */
static void test_queue_length(void)
{
    ULONG length = 10000, got = 0, returned = 0;
    struct mormot m;

    start(&m);
    ok_eq(HttpSetRequestQueueProperty(m.queue, HttpServerQueueLengthProperty, &length, sizeof length, 0, NULL),
          NO_ERROR);
    ok_eq(HttpQueryRequestQueueProperty(m.queue, HttpServerQueueLengthProperty, &got, sizeof got, 0, &returned, NULL),
          NO_ERROR);
    ok_eq(got, 10000);
    ok_eq(returned, sizeof got);
    stop(&m);
}

/* [src] Its sockets' reads have an OVERLAPPED and a pointer for the bytes, too; the packet and InternalHigh count. */
static void test_both_pointers(void)
{
    struct receive receive;
    OVERLAPPED overlapped, *which = NULL;
    char buffer[64], got[1024];
    ULONG bytes = 0, error;
    struct mormot m;
    ULONG_PTR key = 1;
    DWORD told = 0;
    HANDLE io;
    SOCKET s;

    start(&m);
    s = connect_local(m.port);
    send_text(s, "POST /root/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
    receive_next(&receive, m.queue);
    io = CreateIoCompletionPort(m.queue, NULL, 0, 0);
    memset(&overlapped, 0, sizeof overlapped);
    error = HttpReceiveRequestEntityBody(m.queue, receive.data.request.RequestId, 0, buffer, sizeof buffer, &bytes,
                                         &overlapped);
    ok_eq(error, ERROR_IO_PENDING);
    send_bytes(s, "hello", 5);
    ok(GetQueuedCompletionStatus(io, &told, &key, &which, DEADLINE), "error %lu", UL(GetLastError()));
    ok(which == &overlapped, "another packet");
    ok_eq(key, 0);
    ok_eq(told, 5);
    ok_eq(overlapped.InternalHigh, 5);
    ok_eq(respond(m.queue, receive.data.request.RequestId, "done"), NO_ERROR);
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    receive_close(&receive);
    CloseHandle(io);
    closesocket(s);
    stop(&m);
}

/* The packets of its sends are thrown away. */
static void drop_packets(HANDLE io)
{
    OVERLAPPED *which;
    ULONG_PTR key;
    DWORD bytes;

    while (GetQueuedCompletionStatus(io, &bytes, &key, &which, 0) || which)
        ;
}

/* [src] All sends of all its WebSockets share one OVERLAPPED: the data is copied before the call returns, and nobody
 * looks at how it ends. The end of a stream is DISCONNECT with one piece of no bytes. */
static void test_shared_overlapped(void)
{
    enum { STREAMS = 3, PARTS = 5 };
    const ULONG flags = HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA | HTTP_SEND_RESPONSE_FLAG_MORE_DATA;
    struct receive receives[STREAMS];
    SOCKET clients[STREAMS];
    OVERLAPPED shared;
    HTTP_DATA_CHUNK chunk;
    struct mormot m;
    struct reply r;
    char text[32], got[2048];
    HANDLE io;
    int i, part;

    start(&m);
    for (i = 0; i < STREAMS; i++) {
        clients[i] = connect_local(m.port);
        send_get(clients[i], m.port, "/root/stream");
        receive_next(&receives[i], m.queue);
        reply_init(&r, 200, "OK");
        ok_eq(reply_send(m.queue, receives[i].data.request.RequestId, flags, &r, NULL), NO_ERROR);
    }
    io = CreateIoCompletionPort(m.queue, NULL, 0, 0);
    memset(&shared, 0, sizeof shared);
    for (part = 0; part < PARTS; part++)
        for (i = 0; i < STREAMS; i++) {
            ULONG error;

            snprintf(text, sizeof text, "%d%d,", i, part);
            chunk_text(&chunk, text);
            error = HttpSendResponseEntityBody(m.queue, receives[i].data.request.RequestId, flags, 1, &chunk, NULL,
                                               NULL, 0, &shared, NULL);
            ok(error == NO_ERROR || error == ERROR_IO_PENDING, "part %d of %d: %lu", part, i, UL(error));
            memset(text, 'x', sizeof text);
        }
    chunk_text(&chunk, "");
    for (i = 0; i < STREAMS; i++) {
        ok_eq(HttpSendResponseEntityBody(m.queue, receives[i].data.request.RequestId,
                                         HTTP_SEND_RESPONSE_FLAG_DISCONNECT, 1, &chunk, NULL, NULL, 0, NULL, NULL),
              NO_ERROR);
        ok(recv_all(clients[i], got, sizeof got) > 0, "no end");
        snprintf(text, sizeof text, "%d0,", i);
        ok(!strncmp(answer_body(got), text, 3), "got %s", answer_body(got));
        ok_eq(strlen(answer_body(got)), PARTS * 3);
        receive_close(&receives[i]);
        closesocket(clients[i]);
    }
    drop_packets(io);
    CloseHandle(io);
    stop(&m);
}

/* [src] A WebSocket: the 101 is sent by a blocking call, the rest isn't; reads have an OVERLAPPED and a pointer. */
static void test_websocket(void)
{
    const ULONG more = HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA | HTTP_SEND_RESPONSE_FLAG_MORE_DATA;
    HTTP_UNKNOWN_HEADER connection = {10, 7, "Connection", "Upgrade"};
    OVERLAPPED reading, writing, *which = NULL;
    char buffer[64], got[1024];
    struct receive receive;
    HTTP_DATA_CHUNK chunk;
    HTTP_REQUEST_ID id;
    ULONG bytes = 0;
    struct mormot m;
    struct reply r;
    ULONG_PTR key;
    DWORD told = 0;
    HANDLE io;
    SOCKET s;

    start(&m);
    s = connect_local(m.port);
    send_text(s, "GET /root/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    id = receive_next(&receive, m.queue);
    io = CreateIoCompletionPort(m.queue, NULL, 0, 0);
    reply_init(&r, 101, "Switching Protocols");
    reply_header(&r, HttpHeaderUpgrade, "websocket");
    r.response.Headers.UnknownHeaderCount = 1;
    r.response.Headers.pUnknownHeaders = &connection;
    ok_eq(reply_send(m.queue, id, more | HTTP_SEND_RESPONSE_FLAG_OPAQUE, &r, NULL), NO_ERROR);
    ok(recv_until(s, got, sizeof got, "\r\n\r\n") > 0, "no answer");

    memset(&reading, 0, sizeof reading);
    ok_eq(HttpReceiveRequestEntityBody(m.queue, id, 0, buffer, sizeof buffer, &bytes, &reading), ERROR_IO_PENDING);
    send_bytes(s, "frame", 5);
    ok(GetQueuedCompletionStatus(io, &told, &key, &which, DEADLINE), "error %lu", UL(GetLastError()));
    ok(which == &reading, "another packet");
    ok_eq(reading.InternalHigh, 5);
    ok(!memcmp(buffer, "frame", 5), "other bytes");
    memset(&writing, 0, sizeof writing);
    chunk_text(&chunk, "answer");
    ok_eq(HttpSendResponseEntityBody(m.queue, id, more, 1, &chunk, NULL, NULL, 0, &writing, NULL), NO_ERROR);
    ok(recv_until(s, got, sizeof got, "answer") == 6, "got %s", got);
    chunk_text(&chunk, "");
    ok_eq(HttpSendResponseEntityBody(m.queue, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, 1, &chunk, NULL, NULL, 0, NULL,
                                     NULL), NO_ERROR);
    ok(is_closed(s), "the stream goes on");
    drop_packets(io);
    CloseHandle(io);
    receive_close(&receive);
    closesocket(s);
    stop(&m);
}

START_TEST(mormot)
{
    test_exports();
    test_threads();
    test_file();
    test_queue_length();
    test_both_pointers();
    test_shared_overlapped();
    test_websocket();
}
