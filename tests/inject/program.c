/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.c: the server. What a request wants is in its path; /s/ belongs to a queue with a thread that blocks, /p/ to one
 * with a completion port.
 */
#include <winsock2.h>
#include <mstcpip.h>
#include <windows.h>
#include <http.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../dlls/httpapi/engine/connection.h"
#include "../../dlls/httpapi/engine/io.h"
#include "../../dlls/httpapi/engine/shard.h"
#include "../../dlls/httpapi/engine/sweep.h"
#include "calls.h"
#include "scenario.h"

#define RECEIVES 3
#define INBOX 4096
#define WHOLE 200000 /* bytes, for a request with its body */

static HTTP_SERVER_SESSION_ID session;
static HTTP_URL_GROUP_ID groups[4];
static HANDLE blocking_queue, port_queue, full_queue, port, file, threads[2];
static atomic_uint troubles;
static char big[BIG_SIZE];
static const HTTPAPI_VERSION version = {2, 0};

unsigned program_troubles(void)
{
    return atomic_load(&troubles);
}

/* What a call may say when the system has run out of something. */
static bool ran_out(ULONG error)
{
    switch (error) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_TOO_MANY_OPEN_FILES:
    case ERROR_MAX_THRDS_REACHED:
    case ERROR_DISK_FULL: /* open() */
    case ERROR_IO_DEVICE: return true;
    default: return false;
    }
}

/* Makes the call `once` again when it says so. */
#define CALL(result, once) \
    do { \
        result = (once); \
        for (int tries = 0; tries < 2 && ran_out(result); tries++) { \
            trouble(#once, result); \
            result = (once); \
        } \
    } while (0)

static void trouble(const char *what, ULONG error)
{
    note("error %u of %.60s", (unsigned)error, what);
    atomic_fetch_add(&troubles, 1);
}

/* It has to work, the second time at the latest. */
#define MUST(once) \
    do { \
        ULONG result_; \
\
        CALL(result_, once); \
        if (result_) \
            complain("%.80s: error %u", #once, (unsigned)result_); \
    } while (0)

/* The error of a call that returns a handle, which goes to *handle. */
static ULONG got(HANDLE *handle, HANDLE value)
{
    *handle = value;
    return value && value != INVALID_HANDLE_VALUE ? NO_ERROR : GetLastError();
}

/* --- answers */

struct answer {
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunks[12];
    HTTP_UNKNOWN_HEADER headers[40];
};

static void answer_init(struct answer *a, USHORT status)
{
    memset(a, 0, sizeof *a);
    a->response.StatusCode = status;
    a->response.pReason = "OK";
    a->response.ReasonLength = 2;
    a->response.pEntityChunks = a->chunks;
    a->response.Headers.pUnknownHeaders = a->headers;
}

static void add_memory(struct answer *a, const void *data, size_t size)
{
    HTTP_DATA_CHUNK *c = &a->chunks[a->response.EntityChunkCount++];

    c->DataChunkType = HttpDataChunkFromMemory;
    c->FromMemory.pBuffer = (void *)data;
    c->FromMemory.BufferLength = (ULONG)size;
}

static void add_file(struct answer *a)
{
    HTTP_DATA_CHUNK *c = &a->chunks[a->response.EntityChunkCount++];

    c->DataChunkType = HttpDataChunkFromFileHandle;
    c->FromFileHandle.FileHandle = file;
    c->FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
}

static void add_header(struct answer *a, const char *name, const char *value)
{
    HTTP_UNKNOWN_HEADER *h = &a->headers[a->response.Headers.UnknownHeaderCount++];

    h->pName = name;
    h->NameLength = (USHORT)strlen(name);
    h->pRawValue = value;
    h->RawValueLength = (USHORT)strlen(value);
}

/* With an event and an OVERLAPPED when `event` is given. */
static ULONG send_head(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, struct answer *a, HANDLE event)
{
    OVERLAPPED o = {.hEvent = (HANDLE)((ULONG_PTR)event | 1)};
    ULONG error = HttpSendHttpResponse(queue, id, flags, &a->response, NULL, NULL, NULL, 0, event ? &o : NULL, NULL);
    DWORD bytes;

    if (!event || (error && error != ERROR_IO_PENDING))
        return error;
    return GetOverlappedResult(queue, &o, &bytes, TRUE) ? NO_ERROR : GetLastError();
}

static ULONG send_body(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, struct answer *a)
{
    return HttpSendResponseEntityBody(queue, id, flags, a->response.EntityChunkCount, a->chunks, NULL, NULL, 0, NULL,
                                      NULL);
}

/* An answer can be broken off by its client's connection. */
static void check_sent(HANDLE queue, HTTP_REQUEST_ID id, ULONG error)
{
    if (!error)
        return;
    note("a send ended with %u", (unsigned)error);
    if (error != ERROR_NETNAME_DELETED && error != ERROR_CONNECTION_INVALID && error != ERROR_OPERATION_ABORTED &&
        error != ERROR_HANDLE_EOF && !ran_out(error))
        complain("a send ended with %u", (unsigned)error);
    HttpCancelHttpRequest(queue, id, NULL);
}

/* Where a whole answer is concerned: a file's error has closed the connection, the others can be tried again. */
static ULONG answer_send(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, struct answer *a, HANDLE event)
{
    ULONG error;

    CALL(error, send_head(queue, id, flags, a, event));
    return error;
}

static void respond(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, struct answer *a, HANDLE event)
{
    check_sent(queue, id, answer_send(queue, id, flags, a, event));
}

static void answer_text(HANDLE queue, HTTP_REQUEST_ID id, const char *text, HANDLE event)
{
    struct answer a;

    answer_init(&a, 200);
    add_memory(&a, text, strlen(text));
    respond(queue, id, 0, &a, event);
}

/* --- what requests want */

struct job {
    HANDLE queue;
    const HTTP_REQUEST *request;
    HTTP_REQUEST_ID id;
    HANDLE event; /* of the thread, for calls with an OVERLAPPED; NULL: without */
};

static void do_ok(const struct job *j)
{
    answer_text(j->queue, j->id, "ok", j->event);
}

static void do_headers(const struct job *j)
{
    struct answer a;

    answer_init(&a, 200);
    for (int i = 0; i < 40; i++)
        add_header(&a, "X-Long-Name-Of-A-Header", "a value that makes the head longer than what is kept for it");
    add_memory(&a, "ok", 2);
    respond(j->queue, j->id, 0, &a, j->event);
}

static void do_pieces(const struct job *j)
{
    struct answer a;

    answer_init(&a, 200);
    for (int i = 0; i < 12; i++)
        add_memory(&a, "piece.", 6);
    respond(j->queue, j->id, 0, &a, j->event);
}

static void do_big(const struct job *j)
{
    struct answer a;

    answer_init(&a, 200);
    add_memory(&a, big, sizeof big);
    respond(j->queue, j->id, 0, &a, j->event);
}

/* What the client doesn't take at once is copied: memory, and a file's descriptor. */
static void do_buffered(const struct job *j)
{
    struct answer a;

    answer_init(&a, 200);
    for (int i = 0; i < 9; i++)
        add_memory(&a, "", 0);
    add_memory(&a, big, sizeof big);
    add_file(&a);
    respond(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, &a, j->event);
}

static void do_file(const struct job *j)
{
    struct answer a;

    answer_init(&a, 200);
    add_file(&a);
    respond(j->queue, j->id, 0, &a, j->event);
}

static void do_range(const struct job *j)
{
    struct answer a;

    answer_init(&a, 200);
    add_file(&a);
    respond(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES, &a, j->event);
}

/* Parts that the engine makes chunks of, trailers behind them. */
static void do_parts(const struct job *j)
{
    HTTP_UNKNOWN_HEADER trailer = {.pName = "X-End", .NameLength = 5, .pRawValue = "yes", .RawValueLength = 3};
    struct answer a;
    ULONG error;

    answer_init(&a, 200);
    error = answer_send(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING,
                        &a, j->event);
    for (int i = 0; i < 3 && !error; i++) {
        a.response.EntityChunkCount = 0;
        add_memory(&a, "part.", 5);
        CALL(error, send_body(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, &a));
    }
    a.response.EntityChunkCount = 1;
    a.chunks[0].DataChunkType = HttpDataChunkTrailers;
    a.chunks[0].Trailers.TrailerCount = 1;
    a.chunks[0].Trailers.pTrailers = &trailer;
    if (!error)
        CALL(error, send_body(j->queue, j->id, 0, &a));
    check_sent(j->queue, j->id, error);
}

static ULONG read_body(const struct job *j, void *buffer, ULONG size, ULONG *bytes)
{
    OVERLAPPED o = {.hEvent = (HANDLE)((ULONG_PTR)j->event | 1)};
    ULONG error = HttpReceiveRequestEntityBody(j->queue, j->id, 0, buffer, size, bytes, j->event ? &o : NULL);
    DWORD done = 0;

    if (!j->event || (error && error != ERROR_IO_PENDING))
        return error;
    error = GetOverlappedResult(j->queue, &o, &done, TRUE) ? NO_ERROR : GetLastError();
    *bytes = done;
    return error;
}

static void check_body(const char *bytes, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != pattern(from + i))
            complain("byte %zu of a body is wrong", from + i);
}

union inbox {
    HTTP_REQUEST request;
    char bytes[INBOX];
};

/* The request again, by its id, into memory for the caller to free. */
static ULONG fetch(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, ULONG size, union inbox **again)
{
    ULONG error, bytes;

    calls_outside = true;
    *again = calloc(1, size);
    calls_outside = false;
    CALL(error, HttpReceiveHttpRequest(queue, id, flags, &(*again)->request, size, &bytes, NULL));
    return error;
}

/* What came with the request, of a body that was seen so far; how far it is seen then. */
static size_t check_copied_body(const HTTP_REQUEST *r, size_t total)
{
    for (USHORT i = 0; i < r->EntityChunkCount; i++) {
        const HTTP_DATA_CHUNK *c = &r->pEntityChunks[i];

        check_body(c->FromMemory.pBuffer, total, c->FromMemory.BufferLength);
        total += c->FromMemory.BufferLength;
    }
    return total;
}

/* What becomes of a body whose connection breaks. */
static bool is_lost(ULONG error)
{
    return error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID;
}

/* Reads the rest of a body; the number of its bytes in words. */
static void count_rest(const struct job *j, size_t total)
{
    char buffer[8192], text[32];
    ULONG bytes, error;

    do {
        bytes = 0;
        CALL(error, read_body(j, buffer, sizeof buffer, &bytes));
        check_body(buffer, total, error ? 0 : bytes);
        total += bytes;
    } while (!error);
    if (error == ERROR_HANDLE_EOF) {
        snprintf(text, sizeof text, "%zu bytes", total);
        answer_text(j->queue, j->id, text, j->event);
    } else if (!is_lost(error)) {
        complain("reading a body ended with %u", (unsigned)error);
    }
}

static void do_count(const struct job *j)
{
    count_rest(j, check_copied_body(j->request, 0));
}

/* The same with a body that is received as a whole; without memory to wait for it, as far as it came. */
static void do_whole(const struct job *j)
{
    size_t total = check_copied_body(j->request, 0);
    union inbox *whole;
    ULONG error = fetch(j->queue, j->id, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY, WHOLE, &whole);

    if (!error)
        count_rest(j, check_copied_body(&whole->request, total));
    else if (!is_lost(error))
        complain("receiving a whole body ended with %u", (unsigned)error);
    free(whole);
}

/* A stream of bytes both ways: what comes goes back, until the client's FIN. */
static void do_opaque(const struct job *j)
{
    struct answer a;
    char buffer[256];
    ULONG bytes = 0, error;

    answer_init(&a, 101);
    add_header(&a, "Upgrade", "test");
    error = answer_send(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_OPAQUE | HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &a, j->event);
    while (!error) {
        CALL(error, read_body(j, buffer, sizeof buffer, &bytes));
        if (error)
            break;
        a.response.EntityChunkCount = 0;
        add_memory(&a, buffer, bytes);
        CALL(error, send_body(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &a));
    }
    a.response.EntityChunkCount = 0;
    if (error == ERROR_HANDLE_EOF)
        CALL(error, send_body(j->queue, j->id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, &a));
    check_sent(j->queue, j->id, error);
}

/* Until the client is gone. */
static void do_wait(const struct job *j)
{
    ULONG error;

    CALL(error, HttpWaitForDisconnectEx(j->queue, j->request->ConnectionId, 0, NULL));
    if (error && error != ERROR_CONNECTION_INVALID)
        complain("waiting for a disconnect ended with %u", (unsigned)error);
    HttpCancelHttpRequest(j->queue, j->id, NULL);
}

/* Asks for a property that needs a system call. */
static void do_stats(const struct job *j)
{
    TCP_INFO_v0 info;
    ULONG error, size;

    CALL(error, HttpQueryRequestProperty(j->queue, j->id, HttpRequestPropertyTcpInfoV0, NULL, 0, &info, sizeof info, &size,
                                         NULL));
    if (error && error != ERROR_NOT_SUPPORTED && error != ERROR_CONNECTION_INVALID)
        complain("asking for a property ended with %u", (unsigned)error);
    answer_text(j->queue, j->id, "ok", j->event);
}

static const struct {
    const char *name;
    void (*run)(const struct job *);
} jobs[] = {
    {"ok", do_ok}, {"headers", do_headers}, {"pieces", do_pieces}, {"big", do_big}, {"buffered", do_buffered},
    {"file", do_file}, {"range", do_range}, {"parts", do_parts}, {"count", do_count}, {"whole", do_whole},
    {"opaque", do_opaque}, {"wait", do_wait}, {"stats", do_stats},
};

static void handle(HANDLE queue, const HTTP_REQUEST *r, HANDLE event)
{
    struct job job = {queue, r, r->RequestId, event};
    const char *name = r->pRawUrl + 3; /* behind "/s/" */

    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        if (!strncmp(name, jobs[i].name, strlen(jobs[i].name)))
            return jobs[i].run(&job);
    complain("a request for %s", r->pRawUrl);
}

/* --- the two threads */

static bool ends_thread(ULONG error)
{
    return error == ERROR_OPERATION_ABORTED || error == ERROR_INVALID_HANDLE;
}

/* `error` is how a receive ended. */
static void received(HANDLE queue, const union inbox *in, ULONG error, ULONG bytes, HANDLE event)
{
    union inbox *large = NULL;

    if (error == ERROR_MORE_DATA)
        error = fetch(queue, in->request.RequestId, 0, bytes, &large);
    if (!error)
        handle(queue, large ? &large->request : &in->request, event);
    else if (error != ERROR_CONNECTION_INVALID && !ends_thread(error))
        complain("a receive ended with %u", (unsigned)error);
    free(large);
}

static DWORD WINAPI serve_blocking(void *unused)
{
    union inbox in;
    ULONG error, bytes;

    (void)unused;
    do {
        CALL(error, HttpReceiveHttpRequest(blocking_queue, HTTP_NULL_ID, 0, &in.request, sizeof in, &bytes, NULL));
        received(blocking_queue, &in, error, bytes, NULL);
    } while (!ends_thread(error));
    return 0;
}

struct receive {
    OVERLAPPED overlapped;
    union inbox in;
};

static ULONG receive_begin(struct receive *r)
{
    ULONG error;

    memset(&r->overlapped, 0, sizeof r->overlapped);
    error = HttpReceiveHttpRequest(port_queue, HTTP_NULL_ID, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &r->in.request,
                                   sizeof r->in, NULL, &r->overlapped);
    return error == ERROR_IO_PENDING ? NO_ERROR : error;
}

/* False: the queue is closed. */
static bool receive_again(struct receive *r)
{
    ULONG error;

    CALL(error, receive_begin(r));
    if (error && !ends_thread(error))
        complain("a receive began with %u", (unsigned)error);
    return !error;
}

static DWORD WINAPI serve_port(void *unused)
{
    static struct receive receives[RECEIVES];
    unsigned open = 0;
    HANDLE event = NULL;

    (void)unused;
    MUST(got(&event, CreateEventW(NULL, TRUE, FALSE, NULL)));
    for (unsigned i = 0; i < RECEIVES; i++)
        open += receive_again(&receives[i]);
    while (open) {
        DWORD bytes;
        ULONG_PTR key;
        OVERLAPPED *o = NULL;
        BOOL good = GetQueuedCompletionStatus(port, &bytes, &key, &o, 1000 * WAIT_SECONDS);
        struct receive *r = (struct receive *)o;

        if (!o || key != 17) {
            complain("no packet: %u", (unsigned)GetLastError());
            break;
        }
        received(port_queue, &r->in, good ? NO_ERROR : GetLastError(), bytes, event);
        open -= !receive_again(r);
    }
    CloseHandle(event);
    return 0;
}

/* --- start and stop */

static ULONG add_url(HTTP_URL_GROUP_ID group, const char *format, unsigned port_number)
{
    WCHAR url[128];
    char text[128];

    snprintf(text, sizeof text, format, port_number);
    MultiByteToWideChar(CP_UTF8, 0, text, -1, url, 128);
    return HttpAddUrlToUrlGroup(group, url, 0, 0);
}

/* Also what is told when the socket's own call failed as if somebody else had the address. */
static void must_add_url(HTTP_URL_GROUP_ID group, const char *format, unsigned port_number)
{
    ULONG error = add_url(group, format, port_number);

    if (!error)
        return;
    if (!ran_out(error) && error != ERROR_SHARING_VIOLATION && error != ERROR_ACCESS_DENIED && error != ERROR_INVALID_NETNAME)
        complain("adding a URL ended with %u", (unsigned)error);
    trouble(format, error);
    MUST(add_url(group, format, port_number));
}

static ULONG bind_group(HTTP_URL_GROUP_ID group, HANDLE queue)
{
    HTTP_BINDING_INFO binding;

    memset(&binding, 0, sizeof binding);
    binding.Flags.Present = queue != NULL;
    binding.RequestQueueHandle = queue;
    return HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof binding);
}

static void make_queues(void)
{
    ULONG length = 1, verbosity = Http503ResponseVerbosityLimited;

    MUST(HttpCreateRequestQueue(version, NULL, NULL, 0, &blocking_queue));
    MUST(HttpCreateRequestQueue(version, NULL, NULL, 0, &port_queue));
    MUST(HttpCreateRequestQueue(version, NULL, NULL, 0, &full_queue));
    MUST(HttpSetRequestQueueProperty(full_queue, HttpServerQueueLengthProperty, &length, sizeof length, 0, NULL));
    MUST(HttpSetRequestQueueProperty(full_queue, HttpServer503VerbosityProperty, &verbosity, sizeof verbosity, 0, NULL));
    MUST(got(&port, CreateIoCompletionPort(port_queue, NULL, 17, 0)));
}

/* A URL as people may write it, with a name to encode and one to decode. */
static ULONG prepare(const WCHAR *url)
{
    WCHAR *prepared;
    ULONG error = HttpPrepareUrl(NULL, 0, url, &prepared);

    if (!error)
        HeapFree(GetProcessHeap(), 0, prepared);
    return error;
}

static void make_groups(unsigned port_number)
{
    HANDLE queues[] = {blocking_queue, port_queue, full_queue, NULL};

    MUST(HttpCreateServerSession(version, &session, 0));
    for (int i = 0; i < 4; i++) {
        MUST(HttpCreateUrlGroup(session, &groups[i], 0));
        if (queues[i])
            MUST(bind_group(groups[i], queues[i]));
    }
    must_add_url(groups[0], "http://+:%u/s/", port_number);
    must_add_url(groups[0], "http://b\303\274cher.example:%u/s/", port_number);
    must_add_url(groups[0], "http://127.0.0.1:%u/s/address/", port_number);
    must_add_url(groups[1], "http://*:%u/p/", port_number);
    must_add_url(groups[1], "http://localhost:%u/p/", port_number);
    must_add_url(groups[2], "http://+:%u/full/", port_number);
    must_add_url(groups[3], "http://+:%u/nobody/", port_number);
}

void program_start(unsigned port_number, const char *path)
{
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = pattern(i);
    MUST(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    make_queues();
    make_groups(port_number);
    MUST(prepare(u"http://b\u00fccher.example/a%20b"));
    MUST(prepare(u"http://xn--bcher-kva.example/"));
    MUST(got(&file, CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL)));
    MUST(got(&threads[0], CreateThread(NULL, 0, serve_blocking, NULL, 0, NULL)));
    MUST(got(&threads[1], CreateThread(NULL, 0, serve_port, NULL, 0, NULL)));
}

void program_stop(void)
{
    MUST(HttpShutdownRequestQueue(blocking_queue));
    MUST(HttpCloseRequestQueue(blocking_queue));
    MUST(HttpCloseRequestQueue(port_queue));
    MUST(HttpCloseRequestQueue(full_queue));
    for (int i = 0; i < 2; i++) {
        if (WaitForSingleObject(threads[i], 1000 * WAIT_SECONDS) != WAIT_OBJECT_0)
            complain("thread %d doesn't end", i);
        CloseHandle(threads[i]);
    }
    CloseHandle(port);
    CloseHandle(file);
    MUST(HttpCloseServerSession(session));
    MUST(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL));
}

/* --- inside the engine */

static atomic_uint forward;

double __real_shard_now(void);
double __wrap_shard_now(void);

double __wrap_shard_now(void)
{
    return __real_shard_now() + atomic_load(&forward);
}

void program_later(unsigned seconds)
{
    atomic_fetch_add(&forward, seconds);
    for (unsigned i = 0; i < shard_count; i++) {
        shard_lock(shards[i]);
        connections_sweep(shards[i]);
        shard_unlock(shards[i]);
    }
    io_flush();
}

static unsigned ids_in_use(const struct slots *t)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < t->count; i++)
        count += t->slots[i].object != NULL;
    return count;
}

void program_check_empty(void)
{
    for (unsigned i = 0; i < shard_count; i++) {
        unsigned requests = ids_in_use(&shards[i]->request_ids), connections = ids_in_use(&shards[i]->connection_ids);

        if (requests || connections || !list_empty(&shards[i]->connections))
            complain("left behind: ids of %u requests and %u connections", requests, connections);
    }
}
