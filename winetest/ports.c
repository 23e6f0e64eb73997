/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ports.c: completion ports: GetQueuedCompletionStatus and -Ex, the notification modes, the thread pool's two ways.
 */
#include "scene.h"

#define KEY 123
#define STATUS_OF_CANCEL 0xc0000120u
#define POST_CHUNKED_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nTransfer-Encoding: chunked\r\n\r\n"

struct packet {
    ULONG error; /* NO_ERROR where the call gave TRUE */
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
};

/* Whether one came. */
static int take_packet(HANDLE port, DWORD milliseconds, struct packet *p)
{
    memset(p, 0xcc, sizeof *p);
    p->overlapped = NULL;
    p->error = NO_ERROR;
    if (!GetQueuedCompletionStatus(port, &p->bytes, &p->key, &p->overlapped, milliseconds))
        p->error = GetLastError();
    return p->overlapped != NULL;
}

/* The packet of `c` comes, with that code. Gives its bytes. */
static DWORD check_packet_at(int line, HANDLE port, struct call *c, ULONG error)
{
    struct packet p;

    if (!ok(take_packet(port, DEADLINE, &p), "line %d: no packet", line))
        return 0;
    ok(p.error == error, "line %d: code %lu, expected %lu", line, UL(p.error), UL(error));
    ok(p.key == KEY, "line %d: key %lu", line, UL(p.key));
    ok(p.overlapped == &c->overlapped, "line %d: another call's packet", line);
    ok(p.bytes == c->overlapped.InternalHigh, "line %d: %lu bytes, in the OVERLAPPED %lu", line, UL(p.bytes),
       UL(c->overlapped.InternalHigh));
    return p.bytes;
}
#define check_packet(port, c, error) check_packet_at(__LINE__, (port), (c), (error))

static void check_no_packet_at(int line, HANDLE port)
{
    struct packet p;
    int came = take_packet(port, QUIET, &p);

    ok(!came, "line %d: a packet: code %lu, key %lu", line, UL(p.error), UL(p.key));
    ok(p.error == WAIT_TIMEOUT, "line %d: code %lu without a packet", line, UL(p.error));
}
#define check_no_packet(port) check_no_packet_at(__LINE__, (port))

static HANDLE bind_port(struct scene *x)
{
    HANDLE port = CreateIoCompletionPort(x->queue, NULL, KEY, 0);

    ok(port != NULL, "CreateIoCompletionPort: %lu", UL(GetLastError()));
    return port;
}

static ULONG begin_receive(struct scene *x, struct call *c)
{
    return HttpReceiveHttpRequest(x->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x->in, sizeof x->in, NULL,
                                  &c->overlapped);
}

static ULONG begin_reply(struct scene *x, struct reply *r, struct call *c)
{
    reply_init(r, 200, "OK");
    reply_text(r, "ping");
    return HttpSendHttpResponse(x->queue, x->in.v1.RequestId, 0, (PHTTP_RESPONSE)&r->response, NULL, NULL, NULL, 0,
                                &c->overlapped, NULL);
}

/* [rp] A request is one packet: the call's OVERLAPPED, the queue's key, the bytes; before and after it nothing. */
static void test_receive(int version)
{
    struct scene x;
    struct call c;
    HANDLE port;
    DWORD bytes;

    scene_open(&x, version);
    call_open_bare(&c);
    port = bind_port(&x);
    check_no_packet(port);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    /* Nor for the connection, which has been there for a while. */
    check_no_packet(port);
    send_text(x.client, GET_FOOBAR, x.port);
    bytes = check_packet(port, &c, NO_ERROR);
    ok(bytes > smallest_request(version), "%lu bytes", UL(bytes));
    check_no_packet(port);
    scene_finish(&x);
    CloseHandle(port);
    scene_close(&x);
}

/* [doc] A port is told of operations that end after it was bound: not of one whose end was seen before. */
static void test_bound_after_the_end(int version)
{
    struct scene x;
    struct call c;
    struct packet p;
    HANDLE port;
    int i;

    for (i = 0; i < 40; i++) {
        scene_open(&x, version);
        call_open(&c);
        ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
        send_text(x.client, GET_FOOBAR, x.port);
        ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
        port = bind_port(&x);
        ok(!take_packet(port, 5, &p), "round %d: a packet", i);
        scene_finish(&x);
        CloseHandle(port);
        call_close(&c);
        scene_close(&x);
    }
}

/* [rp] A send that returned NO_ERROR queues its packet nevertheless; its bytes are those on the wire. */
static void test_send(int version)
{
    struct reply r;
    struct scene x;
    struct call c;
    char text[4096];
    HANDLE port;
    ULONG error;
    DWORD bytes;

    scene_open(&x, version);
    call_open_bare(&c);
    port = bind_port(&x);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    check_packet(port, &c, NO_ERROR);
    error = begin_reply(&x, &r, &c);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    bytes = check_packet(port, &c, NO_ERROR);
    ok_eq(recv_answer(x.client, text, sizeof text), bytes);
    check_no_packet(port);
    CloseHandle(port);
    scene_close(&x);
}

/* [rp] A receive that waited ends with ERROR_MORE_DATA and the size needed in its packet (.NET). */
static void test_more_data(int version)
{
    struct scene x;
    struct call c;
    HANDLE port;
    DWORD needed;

    scene_open(&x, version);
    call_open_bare(&c);
    port = bind_port(&x);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, smallest_request(version), NULL,
                                 &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    needed = check_packet(port, &c, ERROR_MORE_DATA);
    ok(needed > smallest_request(version), "%lu bytes", UL(needed));
    /* The request is named in what was written. */
    ok_eq(HttpReceiveHttpRequest(x.queue, x.in.v1.RequestId, 0, (PHTTP_REQUEST)&x.in, needed, NULL, NULL), NO_ERROR);
    check_no_packet(port);
    scene_finish(&x);
    CloseHandle(port);
    scene_close(&x);
}

/* [rp] The end of a body that a read waited for comes in its packet. */
static void test_end_of_body(int version)
{
    struct scene x;
    struct call c;
    char buffer[16];
    HANDLE port;

    scene_open(&x, version);
    call_open_bare(&c);
    port = bind_port(&x);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    send_text(x.client, POST_CHUNKED_HEAD, x.port);
    check_packet(port, &c, NO_ERROR);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, buffer, sizeof buffer, NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, "3\r\nabc\r\n");
    ok_eq(check_packet(port, &c, NO_ERROR), 3);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, buffer, sizeof buffer, NULL, &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, "0\r\n\r\n");
    ok_eq(check_packet(port, &c, ERROR_HANDLE_EOF), 0);
    scene_finish(&x);
    CloseHandle(port);
    scene_close(&x);
}

/* [rp] Any code but NO_ERROR and ERROR_IO_PENDING is all that there will be: no packet follows. */
static void test_failures(int version)
{
    struct reply r;
    struct scene x;
    struct call c;
    char buffer[16];
    HANDLE port;
    ULONG error;

    scene_open(&x, version);
    call_open_bare(&c);
    port = bind_port(&x);
    reply_init(&r, 200, "OK");
    ok_eq(HttpReceiveHttpRequest(x.queue, 0xdeadbeef, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, &c.overlapped),
          ERROR_CONNECTION_INVALID);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, 8, NULL, &c.overlapped),
          ERROR_INSUFFICIENT_BUFFER);
    ok_eq(HttpSendHttpResponse(x.queue, 0xdeadbeef, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0,
                               &c.overlapped, NULL),
          ERROR_CONNECTION_INVALID);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, NULL), NO_ERROR);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, buffer, sizeof buffer, NULL, &c.overlapped),
          ERROR_HANDLE_EOF);
    scene_finish(&x);
    check_no_packet(port);

    /* A request that doesn't fit: at once and without a packet, or later with one. */
    send_text(x.client, GET_FOOBAR, x.port);
    error = HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, smallest_request(version), NULL,
                                   &c.overlapped);
    if (error == ERROR_IO_PENDING)
        check_packet(port, &c, ERROR_MORE_DATA);
    else
        ok_eq(error, ERROR_MORE_DATA);
    check_no_packet(port);
    scene_answer(&x, x.in.v1.RequestId);
    CloseHandle(port);
    scene_close(&x);
}

/* [doc] With FILE_SKIP_COMPLETION_PORT_ON_SUCCESS a call that returned NO_ERROR has no packet; one that pended has. */
static void check_skip(int version, int modes_first)
{
    const UCHAR modes = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;
    struct reply r;
    struct scene x;
    struct call c;
    char text[4096];
    HANDLE port = NULL;
    ULONG error;

    scene_open(&x, version);
    call_open_bare(&c);
    if (!modes_first)
        port = bind_port(&x);
    ok(SetFileCompletionNotificationModes(x.queue, modes), "error %lu", UL(GetLastError()));
    if (modes_first)
        port = bind_port(&x);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    check_packet(port, &c, NO_ERROR);
    error = begin_reply(&x, &r, &c);
    if (error == ERROR_IO_PENDING)
        check_packet(port, &c, NO_ERROR);
    else
        ok_eq(error, NO_ERROR);
    check_no_packet(port);
    ok_eq(c.overlapped.InternalHigh, recv_answer(x.client, text, sizeof text));

    /* A receive for a request that is there already. */
    send_text(x.client, GET_FOOBAR, x.port);
    error = begin_receive(&x, &c);
    if (error == ERROR_IO_PENDING)
        check_packet(port, &c, NO_ERROR);
    else
        ok_eq(error, NO_ERROR);
    check_no_packet(port);
    scene_finish(&x);
    CloseHandle(port);
    scene_close(&x);
}

static void test_skip_on_success(int version)
{
    check_skip(version, FALSE);
    check_skip(version, TRUE);
}

/* [doc] The event of a call is set, port or not; with its lowest bit set the call has no packet. */
static void test_event_and_port(int version)
{
    struct scene x;
    struct call c;
    HANDLE port;

    scene_open(&x, version);
    call_open(&c);
    port = bind_port(&x);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0);
    check_packet(port, &c, NO_ERROR);
    scene_finish(&x);

    c.overlapped.hEvent = (HANDLE)((ULONG_PTR)c.event | 1);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0);
    check_no_packet(port);
    scene_finish(&x);
    call_close(&c);
    CloseHandle(port);
    scene_close(&x);
}

/* [rp] A call without OVERLAPPED leaves the port alone (mORMot has both kinds on one queue). */
static void test_blocking(int version)
{
    struct scene x;
    HANDLE port;

    scene_open(&x, version);
    port = bind_port(&x);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, NULL), NO_ERROR);
    scene_finish(&x);
    check_no_packet(port);
    CloseHandle(port);
    scene_close(&x);
}

/* [doc] Packets that the program posts itself come out of the same port, in order and with their own keys. */
static void test_posted(int version)
{
    struct scene x;
    struct call c;
    struct packet p;
    OVERLAPPED own[2];
    HANDLE port;

    scene_open(&x, version);
    call_open_bare(&c);
    port = bind_port(&x);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    ok(PostQueuedCompletionStatus(port, 1, 77, &own[0]), "error %lu", UL(GetLastError()));
    ok(PostQueuedCompletionStatus(port, 2, 78, &own[1]), "error %lu", UL(GetLastError()));
    ok(take_packet(port, DEADLINE, &p) && p.overlapped == &own[0] && p.bytes == 1 && p.key == 77, "the first packet");
    ok(take_packet(port, DEADLINE, &p) && p.overlapped == &own[1] && p.bytes == 2 && p.key == 78, "the second packet");
    send_text(x.client, GET_FOOBAR, x.port);
    check_packet(port, &c, NO_ERROR);
    scene_finish(&x);

    /* A posted packet behind one of ours. */
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    CancelIo(x.queue);
    ok(PostQueuedCompletionStatus(port, 0, 79, &own[0]), "error %lu", UL(GetLastError()));
    check_packet(port, &c, ERROR_OPERATION_ABORTED);
    ok(take_packet(port, DEADLINE, &p) && p.key == 79, "the third packet");
    check_no_packet(port);
    CloseHandle(port);
    scene_close(&x);
}

/* [doc] Several packets in one call; each holds its call's status and bytes. */
static void test_several(int version)
{
    enum { CALLS = 3 };
    OVERLAPPED_ENTRY entries[8];
    struct call calls[CALLS];
    struct scene x;
    union inbox *in = malloc(CALLS * sizeof *in);
    HANDLE port;
    ULONG count = 0;
    int i;

    scene_open(&x, version);
    port = bind_port(&x);
    ok(!GetQueuedCompletionStatusEx(port, entries, 8, &count, QUIET, FALSE), "%lu packets", UL(count));
    ok_eq(GetLastError(), WAIT_TIMEOUT);
    for (i = 0; i < CALLS; i++) {
        call_open_bare(&calls[i]);
        ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&in[i], sizeof in[i], NULL,
                                     &calls[i].overlapped),
              ERROR_IO_PENDING);
    }
    ok(CancelIoEx(x.queue, NULL), "error %lu", UL(GetLastError()));
    for (i = 0; i < CALLS; i += (int)count) {
        if (!ok(GetQueuedCompletionStatusEx(port, entries + i, 8 - i, &count, DEADLINE, FALSE), "error %lu",
                UL(GetLastError())))
            break;
    }
    ok_eq(i, CALLS);
    for (i = 0; i < CALLS; i++) {
        ok_eq(entries[i].lpCompletionKey, KEY);
        ok(entries[i].lpOverlapped == &calls[i].overlapped, "packet %d is another call's", i);
        ok_eq((ULONG)entries[i].Internal, STATUS_OF_CANCEL);
        ok_eq(entries[i].dwNumberOfBytesTransferred, 0);
    }
    check_no_packet(port);

    /* And a success. */
    ok_eq(begin_receive(&x, &calls[0]), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    ok(GetQueuedCompletionStatusEx(port, entries, 8, &count, DEADLINE, FALSE), "error %lu", UL(GetLastError()));
    ok_eq(count, 1);
    ok_eq((ULONG)entries[0].Internal, 0);
    ok(entries[0].dwNumberOfBytesTransferred > smallest_request(version), "%lu bytes",
       UL(entries[0].dwNumberOfBytesTransferred));
    scene_finish(&x);
    free(in);
    CloseHandle(port);
    scene_close(&x);
}

/* [doc] A queue is bound once; a port takes several queues, each with its key. */
static void test_binding(int version)
{
    struct scene x, y;
    struct call c;
    struct packet p;
    HANDLE port, other;

    scene_open(&x, version);
    scene_open(&y, version);
    call_open_bare(&c);
    port = bind_port(&x);
    other = CreateIoCompletionPort(x.queue, NULL, 5, 0);
    ok(!other, "the queue is bound twice");
    ok_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ok(CreateIoCompletionPort(y.queue, port, 456, 0) == port, "error %lu", UL(GetLastError()));
    ok_eq(begin_receive(&y, &c), ERROR_IO_PENDING);
    send_text(y.client, GET_FOOBAR, y.port);
    ok(take_packet(port, DEADLINE, &p) && p.key == 456 && p.overlapped == &c.overlapped, "another packet");
    scene_finish(&y);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    check_packet(port, &c, NO_ERROR);
    scene_finish(&x);
    scene_close(&y);
    scene_close(&x);
    CloseHandle(port);
}

/* [rp] Closing the queue ends its pending calls, each with one packet. */
static void test_closed_queue(int version)
{
    struct scene x;
    struct call calls[2];
    union inbox in;
    HANDLE port;

    scene_open(&x, version);
    port = bind_port(&x);
    call_open_bare(&calls[0]);
    call_open_bare(&calls[1]);
    ok_eq(begin_receive(&x, &calls[0]), ERROR_IO_PENDING);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&in, sizeof in, NULL, &calls[1].overlapped),
          ERROR_IO_PENDING);
    scene_close(&x);
    ok_eq(check_packet(port, &calls[0], ERROR_OPERATION_ABORTED), 0);
    ok_eq(check_packet(port, &calls[1], ERROR_OPERATION_ABORTED), 0);
    check_no_packet(port);
    CloseHandle(port);
}

/* --- threads that serve from one port */

#define THREADS 4
#define CLIENTS 4
#define ROUNDS 10

struct serving {
    HANDLE queue, port;
    volatile LONG begun, received, sent, strange;
};

/* One request at a time: received, then answered. */
struct work {
    OVERLAPPED overlapped; /* first: the packet's pointer is the work's */
    int sending;
    struct reply reply;
    union inbox in;
};

static void work_receive(struct serving *s, struct work *w)
{
    ULONG error;

    w->sending = FALSE;
    w->overlapped.hEvent = NULL;
    error = HttpReceiveHttpRequest(s->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&w->in, sizeof w->in, NULL,
                                   &w->overlapped);
    if (error != NO_ERROR && error != ERROR_IO_PENDING)
        InterlockedIncrement(&s->strange);
    InterlockedIncrement(&s->begun);
}

static void work_send(struct serving *s, struct work *w)
{
    ULONG error;

    InterlockedIncrement(&s->received);
    w->sending = TRUE;
    reply_init(&w->reply, 200, "OK");
    reply_text(&w->reply, "ping");
    error = HttpSendHttpResponse(s->queue, w->in.v1.RequestId, 0, (PHTTP_RESPONSE)&w->reply.response, NULL, NULL, NULL,
                                 0, &w->overlapped, NULL);
    if (error != NO_ERROR && error != ERROR_IO_PENDING)
        InterlockedIncrement(&s->strange);
}

static DWORD WINAPI serve(void *arg)
{
    struct serving *s = arg;
    struct packet p;

    while (take_packet(s->port, DEADLINE, &p) && p.error == NO_ERROR) {
        struct work *w = (struct work *)p.overlapped;

        if (w->sending) {
            InterlockedIncrement(&s->sent);
            work_receive(s, w);
        } else {
            work_send(s, w);
        }
    }
    return 0;
}

static int all_begun(struct serving *s)
{
    return InterlockedExchangeAdd(&s->begun, 0) == CLIENTS * (ROUNDS + 1);
}

/* [doc] Several threads on one port: each completion reaches exactly one of them. */
static void test_threads(int version)
{
    struct serving s;
    struct work *works = calloc(CLIENTS, sizeof *works);
    SOCKET clients[CLIENTS];
    HANDLE threads[THREADS];
    struct scene x;
    char text[4096];
    ULONGLONG end;
    int i, round;

    memset(&s, 0, sizeof s);
    scene_open(&x, version);
    s.queue = x.queue;
    s.port = bind_port(&x);
    for (i = 0; i < CLIENTS; i++) {
        clients[i] = connect_local(x.port);
        work_receive(&s, &works[i]);
    }
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, serve, &s, 0, NULL);
    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < CLIENTS; i++)
            send_get(clients[i], x.port, "/");
        for (i = 0; i < CLIENTS; i++) {
            ok(recv_answer(clients[i], text, sizeof text) > 0, "no answer");
            ok_str(answer_body(text), "ping");
        }
    }
    /* A client has its answer before the thread has the packet of the send. */
    for (end = GetTickCount64() + DEADLINE; !all_begun(&s) && GetTickCount64() < end;)
        Sleep(1);
    /* The cancelled receives' packets end the threads, one each. */
    for (i = 0; i < CLIENTS; i++)
        closesocket(clients[i]);
    scene_close(&x);
    ok_eq(WaitForMultipleObjects(THREADS, threads, TRUE, DEADLINE), WAIT_OBJECT_0);
    ok_eq(s.received, CLIENTS * ROUNDS);
    ok_eq(s.sent, CLIENTS * ROUNDS);
    ok_eq(s.strange, 0);
    for (i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    CloseHandle(s.port);
    free(works);
}

/* --- the thread pool */

struct told {
    HANDLE event; /* set by each call */
    volatile LONG calls;
    ULONG error;
    ULONG_PTR bytes;
    void *overlapped;
};

static struct told told; /* BindIoCompletionCallback passes no context */

static void tell(struct told *t, ULONG error, ULONG_PTR bytes, void *overlapped)
{
    t->error = error;
    t->bytes = bytes;
    t->overlapped = overlapped;
    InterlockedIncrement(&t->calls);
    SetEvent(t->event);
}

static void told_init(struct told *t)
{
    memset(t, 0, sizeof *t);
    t->event = CreateEventW(NULL, FALSE, FALSE, NULL);
}

static void WINAPI on_completion(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    tell(&told, error, bytes, overlapped);
}

/* The callback has been called for `c`; then nothing more. */
static void check_told(struct told *t, struct call *c, LONG calls)
{
    ok_eq(WaitForSingleObject(t->event, DEADLINE), WAIT_OBJECT_0);
    ok_eq(t->calls, calls);
    ok(t->overlapped == &c->overlapped, "another call's end");
    ok_eq(t->bytes, c->overlapped.InternalHigh);
    ok_eq(WaitForSingleObject(t->event, QUIET), WAIT_TIMEOUT);
}

/* [doc] BindIoCompletionCallback: each end of a call, a send that returned NO_ERROR included, is one callback. */
static void test_bind_callback(int version)
{
    struct reply r;
    struct scene x;
    struct call c;
    char text[4096];
    ULONG error;

    told_init(&told);
    scene_open(&x, version);
    call_open_bare(&c);
    ok(BindIoCompletionCallback(x.queue, on_completion, 0), "error %lu", UL(GetLastError()));
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(told.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    check_told(&told, &c, 1);
    ok_eq(told.error, 0);
    ok(told.bytes > smallest_request(version), "%lu bytes", UL(told.bytes));
    error = begin_reply(&x, &r, &c);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    check_told(&told, &c, 2);
    ok_eq(recv_answer(x.client, text, sizeof text), told.bytes);
    scene_close(&x);
    CloseHandle(told.event);
}

static void WINAPI on_io(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped, ULONG error, ULONG_PTR bytes,
                         PTP_IO io)
{
    (void)instance, (void)io;
    tell(context, error, bytes, overlapped);
}

/* [rp] CreateThreadpoolIo as cpprestsdk uses it: cancelled only for calls that failed at once. */
static void test_threadpool_io(int version)
{
    struct reply r;
    struct told t;
    struct scene x;
    struct call c;
    PTP_IO io;
    ULONG error;

    told_init(&t);
    scene_open(&x, version);
    call_open_bare(&c);
    io = CreateThreadpoolIo(x.queue, on_io, &t, NULL);
    if (!ok(io != NULL, "CreateThreadpoolIo: %lu", UL(GetLastError()))) {
        scene_close(&x);
        return;
    }
    StartThreadpoolIo(io);
    ok_eq(HttpReceiveHttpRequest(x.queue, 0xdeadbeef, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, &c.overlapped),
          ERROR_CONNECTION_INVALID);
    CancelThreadpoolIo(io);
    ok_eq(WaitForSingleObject(t.event, QUIET), WAIT_TIMEOUT);
    StartThreadpoolIo(io);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    check_told(&t, &c, 1);
    ok_eq(t.error, NO_ERROR);
    StartThreadpoolIo(io);
    error = begin_reply(&x, &r, &c);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    check_told(&t, &c, 2);
    ok_eq(t.error, NO_ERROR);

    /* A cancelled call is told too. */
    StartThreadpoolIo(io);
    ok_eq(begin_receive(&x, &c), ERROR_IO_PENDING);
    ok(CancelIoEx(x.queue, &c.overlapped), "error %lu", UL(GetLastError()));
    check_told(&t, &c, 3);
    ok_eq(t.error, ERROR_OPERATION_ABORTED);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    scene_close(&x);
    CloseThreadpoolIo(io);
    CloseHandle(t.event);
}

START_TEST(ports)
{
    BOTH(test_receive);
    BOTH(test_bound_after_the_end);
    BOTH(test_send);
    BOTH(test_more_data);
    BOTH(test_end_of_body);
    BOTH(test_failures);
    BOTH(test_skip_on_success);
    BOTH(test_event_and_port);
    BOTH(test_blocking);
    BOTH(test_posted);
    BOTH(test_several);
    BOTH(test_binding);
    BOTH(test_closed_queue);
    BOTH(test_threads);
    BOTH(test_bind_callback);
    BOTH(test_threadpool_io);
}
