/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpprest.c: the calls of cpprestsdk's http_listener, in its order, with its flags and sizes: a thread that receives
 * nothing but ids, the thread pool's I/O for the rest. All facts are what its source does [src].
 */
#include "scene.h"
#include "watch.h"

#define PIECE (64 * 1024) /* of a body, both ways */

struct cpprest {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue, over; /* `over` is an auto-reset event: a call has ended */
    PTP_IO io;
    USHORT port;
    ULONG error; /* of that call */
    ULONG_PTR bytes;
    struct watch watch;
};

static void WINAPI on_io(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped, ULONG error, ULONG_PTR bytes,
                         PTP_IO io)
{
    struct cpprest *c = context;

    (void)instance, (void)overlapped, (void)io;
    c->error = error;
    c->bytes = bytes;
    SetEvent(c->over);
}

/* The URL is added before the group is bound; the rate isn't initialised, so any value is taken. */
static void open(struct cpprest *c)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts;

    memset(c, 0, sizeof *c);
    c->port = free_port();
    c->over = CreateEventW(NULL, FALSE, FALSE, NULL);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpCreateServerSession(version_2, &c->session, 0), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &c->queue), NO_ERROR);
    watch_start(&c->watch, c->queue);
    c->io = CreateThreadpoolIo(c->queue, on_io, c, NULL);
    ok(c->io != NULL, "error %lu", UL(GetLastError()));
    ok_eq(HttpCreateUrlGroup(c->session, &c->group, 0), NO_ERROR);
    memset(&timeouts, 0xcc, sizeof timeouts);
    timeouts.Flags.Present = 1;
    timeouts.EntityBody = timeouts.DrainEntityBody = timeouts.RequestQueue = 120;
    timeouts.IdleConnection = timeouts.HeaderWait = 120;
    ok_eq(HttpSetUrlGroupProperty(c->group, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts), NO_ERROR);
    timeouts.MinSendRate = 150; /* with garbage a client on a busy machine might be too slow, here as on Windows */
    ok_eq(HttpSetUrlGroupProperty(c->group, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(c->group, local_url(c->port, "/path1/"), (HTTP_URL_CONTEXT)(ULONG_PTR)c, 0), NO_ERROR);
    ok_eq(bind_group(c->group, c->queue), NO_ERROR);
}

/* The group is closed with its URL. */
static void close_rest(struct cpprest *c)
{
    watch_stop(&c->watch);
    ok_eq(HttpCloseUrlGroup(c->group), NO_ERROR);
    ok_eq(HttpShutdownRequestQueue(c->queue), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(c->queue), NO_ERROR);
    ok_eq(HttpCloseServerSession(c->session), NO_ERROR);
    CloseThreadpoolIo(c->io);
    CloseHandle(c->over);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

/* How a call that was begun ended: NO_ERROR and ERROR_IO_PENDING are told by a callback, anything else isn't. */
static ULONG finish(struct cpprest *c, ULONG returned)
{
    if (returned != NO_ERROR && returned != ERROR_IO_PENDING) {
        CancelThreadpoolIo(c->io);
        c->bytes = 0;
        return returned;
    }
    if (!ok(WaitForSingleObject(c->over, DEADLINE) == WAIT_OBJECT_0, "a call doesn't end"))
        return WAIT_TIMEOUT;
    return c->error;
}

/* The receiver thread's part: a buffer for the structure alone, so that only the id and the size come. */
static HTTP_REQUEST_ID receive_id(struct cpprest *c, ULONG *needed)
{
    HTTP_REQUEST_V2 request;
    ULONG error;

    memset(&request, 0, sizeof request);
    *needed = 0;
    error = HttpReceiveHttpRequest(c->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&request, sizeof request, needed, NULL);
    ok_eq(error, ERROR_MORE_DATA);
    ok(*needed > sizeof request, "%lu bytes", UL(*needed));
    return request.RequestId;
}

/* The request itself, into just as much memory. */
static HTTP_REQUEST_V2 *receive_request(struct cpprest *c)
{
    ULONG needed;
    HTTP_REQUEST_ID id = receive_id(c, &needed);
    HTTP_REQUEST_V2 *r = calloc(1, needed + 1);
    OVERLAPPED overlapped;

    memset(&overlapped, 0, sizeof overlapped);
    StartThreadpoolIo(c->io);
    ok_eq(finish(c, HttpReceiveHttpRequest(c->queue, id, 0, (PHTTP_REQUEST)r, needed, NULL, &overlapped)), NO_ERROR);
    ok_eq(c->bytes, needed);
    ok_eq(r->RequestId, id);
    ok_eq(r->UrlContext, (ULONG_PTR)c);
    return r;
}

/* Reads until the end of the body, which each request has, with or without one. */
static size_t read_to_end(struct cpprest *c, HTTP_REQUEST_ID id)
{
    char *buffer = malloc(PIECE);
    OVERLAPPED overlapped;
    size_t all = 0;
    ULONG error;

    for (;;) {
        memset(&overlapped, 0, sizeof overlapped);
        StartThreadpoolIo(c->io);
        error = finish(c, HttpReceiveRequestEntityBody(c->queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER,
                                                       buffer, PIECE, NULL, &overlapped));
        if (error != NO_ERROR)
            break;
        all += c->bytes;
    }
    ok_eq(error, ERROR_HANDLE_EOF);
    free(buffer);
    return all;
}

/* All headers are unknown ones, and the structure is zero besides, its version too. */
static ULONG send_head(struct cpprest *c, HTTP_REQUEST_ID id, ULONG flags, HTTP_UNKNOWN_HEADER *headers, USHORT count)
{
    OVERLAPPED overlapped;
    struct reply r;

    reply_init(&r, 200, "OK");
    r.response.Headers.UnknownHeaderCount = count;
    r.response.Headers.pUnknownHeaders = headers;
    memset(&overlapped, 0, sizeof overlapped);
    StartThreadpoolIo(c->io);
    return finish(c, HttpSendHttpResponse(c->queue, id, flags, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                                          &overlapped, NULL));
}

static ULONG send_piece(struct cpprest *c, HTTP_REQUEST_ID id, ULONG flags, void *data, ULONG size)
{
    OVERLAPPED overlapped;
    HTTP_DATA_CHUNK chunk;

    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = data;
    chunk.FromMemory.BufferLength = size;
    memset(&overlapped, 0, sizeof overlapped);
    StartThreadpoolIo(c->io);
    return finish(c, HttpSendResponseEntityBody(c->queue, id, flags, 1, &chunk, NULL, NULL, 0, &overlapped, NULL));
}

/* [src] Of a GET, too, the body is read at once; an answer without content is one call, and the length is added. */
static void test_empty(void)
{
    HTTP_REQUEST_V2 *r;
    struct cpprest c;
    char got[1024];
    SOCKET s;

    open(&c);
    s = connect_local(c.port);
    send_get(s, c.port, "/path1/path2?q=1");
    r = receive_request(&c);
    ok_str(r->pRawUrl, "/path1/path2?q=1");
    ok_eq(read_to_end(&c, r->RequestId), 0);
    ok_eq(send_head(&c, r->RequestId, 0, NULL, 0), NO_ERROR);
    ok(recv_answer(s, got, sizeof got) > 0, "no answer");
    ok(strstr(got, "\r\nContent-Length: 0\r\n") != NULL, "got %s", got);
    free(r);
    ok_eq(get_status(c.port, "localhost", "/path3/"), 404);
    closesocket(s);
    close_rest(&c);
}

/* [src] A length among the unknown headers; the head alone, then pieces of 64 KB, MORE_DATA with all but the last. */
static void test_length(void)
{
    enum { BODY = 200000 };
    HTTP_UNKNOWN_HEADER headers[] = {{12, 10, "Content-Type", "text/plain"}, {14, 6, "Content-Length", "200000"}};
    char *body = malloc(BODY), *got = malloc(BODY + 1);
    HTTP_REQUEST_V2 *r;
    struct cpprest c;
    SOCKET s;
    int at;

    memset(body, 'b', BODY);
    open(&c);
    s = connect_local(c.port);
    send_text(s, "POST /path1/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %u\r\n\r\n", (unsigned)BODY);
    send_bytes(s, body, BODY);
    r = receive_request(&c);
    ok_eq(read_to_end(&c, r->RequestId), BODY);
    ok_eq(send_head(&c, r->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, headers, 2), NO_ERROR);
    for (at = 0; at < BODY; at += PIECE) {
        int size = BODY - at < PIECE ? BODY - at : PIECE;

        ok_eq(send_piece(&c, r->RequestId, at + size < BODY ? HTTP_SEND_RESPONSE_FLAG_MORE_DATA : 0, body + at, size),
              NO_ERROR);
        ok_eq(c.bytes, size);
    }
    ok(recv_long_body(s, got, BODY), "no body");
    ok(!memcmp(got, body, BODY), "another body");
    free(r);
    closesocket(s);
    close_rest(&c);
    free(body);
    free(got);
}

/* [src] The coding among the unknown headers; the library frames the chunks, the last call has the end. */
static void test_chunked(void)
{
    HTTP_UNKNOWN_HEADER coding = {17, 7, "Transfer-Encoding", "chunked"};
    static char first[] = "4\r\nping\r\n", last[] = "0\r\n\r\n";
    HTTP_REQUEST_V2 *r;
    struct cpprest c;
    char got[1024];
    SOCKET s;

    open(&c);
    s = connect_local(c.port);
    send_get(s, c.port, "/path1/");
    r = receive_request(&c);
    ok_eq(send_head(&c, r->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &coding, 1), NO_ERROR);
    ok_eq(send_piece(&c, r->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, first, sizeof first - 1), NO_ERROR);
    ok_eq(send_piece(&c, r->RequestId, 0, last, sizeof last - 1), NO_ERROR);
    ok(recv_until(s, got, sizeof got, "\r\n0\r\n\r\n") > 0, "no end");
    ok_str(answer_body(got), "4\r\nping\r\n0\r\n\r\n");
    ok(strstr(got, "Content-Length") == NULL, "got %s", got);
    free(r);
    closesocket(s);
    close_rest(&c);
}

/* [src] Cancelling has an OVERLAPPED of its own, and ends with a callback or an error. */
static void test_cancel(void)
{
    OVERLAPPED overlapped;
    HTTP_REQUEST_V2 *r;
    struct cpprest c;
    SOCKET s;

    open(&c);
    s = connect_local(c.port);
    send_get(s, c.port, "/path1/");
    r = receive_request(&c);
    memset(&overlapped, 0, sizeof overlapped);
    StartThreadpoolIo(c.io);
    ok_eq(finish(&c, HttpCancelHttpRequest(c.queue, r->RequestId, &overlapped)), NO_ERROR);
    ok(is_reset(s), "the client isn't told");
    free(r);
    closesocket(s);
    close_rest(&c);
}

static DWORD WINAPI receive_ids(void *context)
{
    struct cpprest *c = context;
    HTTP_REQUEST_V2 request;
    ULONG bytes;

    return HttpReceiveHttpRequest(c->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&request, sizeof request, &bytes, NULL);
}

/* [src] Shutting the queue down ends the thread's receive; the thread ends for any code but those of a request. */
static void test_stop(void)
{
    struct cpprest c;
    HANDLE thread;
    DWORD error = 0;

    open(&c);
    thread = CreateThread(NULL, 0, receive_ids, &c, 0, NULL);
    ok_eq(WaitForSingleObject(thread, QUIET), WAIT_TIMEOUT);
    ok_eq(HttpShutdownRequestQueue(c.queue), NO_ERROR);
    ok_eq(WaitForSingleObject(thread, DEADLINE), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &error);
    ok(error != NO_ERROR && error != ERROR_MORE_DATA, "got %lu", UL(error));
    CloseHandle(thread);
    close_rest(&c);
}

/* [src] A port that another program's socket holds, and a prefix that is taken, are told apart from other errors. */
static void test_taken(void)
{
    struct cpprest c;
    USHORT taken;
    SOCKET s;

    open(&c);
    s = hold_port(&taken);
    ok_eq(HttpAddUrlToUrlGroup(c.group, local_url(taken, "/path1/"), 0, 0), ERROR_SHARING_VIOLATION);
    ok_eq(HttpAddUrlToUrlGroup(c.group, local_url(c.port, "/path1/"), 0, 0), ERROR_ALREADY_EXISTS);
    ok_eq(HttpAddUrlToUrlGroup(c.group, local_url(c.port, "/path1/path2/"), 0, 0), NO_ERROR);
    closesocket(s);
    close_rest(&c);
}

START_TEST(cpprest)
{
    test_empty();
    test_length();
    test_chunked();
    test_cancel();
    test_stop();
    test_taken();
}
