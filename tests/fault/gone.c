/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gone.c: memory that a program takes away while a call still needs it.
 *
 * That is the program's mistake, and what becomes of the call is no concern. But it ends, once, and the server goes on:
 * whoever completed the call did it in the middle of something else, like running the loop for a wait of its own.
 */
#include "pages.h"
#include "scene.h"

#define POST_FIVE_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\n"

/* How the program learns of the end. */
enum style { EVENT, PORT, STYLES };

/* A call whose OVERLAPPED and buffer lie in memory of their own. */
struct lost {
    struct pages overlapped, buffer;
    OVERLAPPED *o;
    HANDLE event, port;
};

static void lost_open(struct lost *l, struct scene *x, enum style style)
{
    memset(l, 0, sizeof *l);
    pages_open(&l->overlapped, PAGE);
    pages_open(&l->buffer, PAGE);
    l->o = pages_place(&l->overlapped, NULL, sizeof *l->o, 0);
    if (style == PORT)
        l->port = CreateIoCompletionPort(x->queue, NULL, 1, 0);
    else
        l->o->hEvent = l->event = CreateEventW(NULL, TRUE, FALSE, NULL);
}

/* Of those that come within the time, stopping at the first; other calls' packets come here, too. */
static int count_packets(struct lost *l, DWORD milliseconds)
{
    OVERLAPPED *o;
    ULONG_PTR key;
    DWORD bytes;

    for (;;) {
        o = NULL;
        GetQueuedCompletionStatus(l->port, &bytes, &key, &o, milliseconds);
        if (!o || o == l->o)
            return o != NULL;
    }
}

/* The call's end comes, whatever it says; and never a second one. */
static void check_end(struct lost *l)
{
    if (l->event) {
        ok_eq(WaitForSingleObject(l->event, DEADLINE), WAIT_OBJECT_0);
        return;
    }
    ok_eq(count_packets(l, DEADLINE), 1);
    ok_eq(count_packets(l, QUIET), 0);
}

static void lost_close(struct lost *l)
{
    pages_close(&l->overlapped);
    pages_close(&l->buffer);
    if (l->event)
        CloseHandle(l->event);
    if (l->port)
        CloseHandle(l->port);
}

static void take_away(struct lost *l, BOOL overlapped, BOOL buffer)
{
    if (overlapped)
        pages_close(&l->overlapped);
    if (buffer)
        pages_close(&l->buffer);
}

/* Another thread in a blocking wait for a connection of its own: it runs the loop in which the calls of others end. */
struct leader {
    struct scene *x;
    SOCKET client;
    HTTP_CONNECTION_ID connection;
    HANDLE thread;
    ULONG error;
};

static DWORD WINAPI lead(void *arg)
{
    struct leader *l = arg;

    l->error = HttpWaitForDisconnect(l->x->queue, l->connection, NULL);
    return 0;
}

/* Before the call that is to be lost, for it takes a request. */
static void leader_connect(struct leader *l, struct scene *x)
{
    SOCKET client = x->client;

    l->x = x;
    x->client = l->client = connect_local(x->port);
    scene_take(x, GET_FOOBAR, 0);
    l->connection = x->in.v1.ConnectionId;
    scene_finish(x);
    x->client = client;
}

static void leader_start(struct leader *l)
{
    l->thread = CreateThread(NULL, 0, lead, l, 0, NULL);
    ok_eq(WaitForSingleObject(l->thread, QUIET), WAIT_TIMEOUT);
}

/* Its own wait goes on as if nothing had happened. */
static void leader_end(struct leader *l)
{
    ok_eq(WaitForSingleObject(l->thread, QUIET), WAIT_TIMEOUT);
    reset(l->client);
    ok_eq(WaitForSingleObject(l->thread, DEADLINE), WAIT_OBJECT_0);
    ok_eq(l->error, NO_ERROR);
    CloseHandle(l->thread);
}

/* The server still answers. */
static void check_alive(struct scene *x)
{
    scene_reconnect(x);
    scene_take(x, GET_FOOBAR, 0);
    scene_finish(x);
}

/* A receive: its buffer, its OVERLAPPED, or both are gone when a request comes. */
static void check_receive(int version, enum style style, BOOL overlapped, BOOL buffer)
{
    struct leader leader;
    struct scene x;
    struct lost l;

    scene_open(&x, version);
    leader_connect(&leader, &x);
    lost_open(&l, &x, style);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)l.buffer.base, PAGE, NULL, l.o),
          ERROR_IO_PENDING);
    leader_start(&leader);
    take_away(&l, overlapped, buffer);
    send_text(x.client, GET_FOOBAR, x.port);
    check_end(&l);
    if (buffer) {
        /* The request isn't lost: it goes to the next receive. */
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
        ok_str(x.in.v1.pRawUrl, "/foobar");
        scene_finish(&x);
    }
    leader_end(&leader);
    lost_close(&l);
    check_alive(&x);
    scene_close(&x);
}

static void test_receive(int version)
{
    int style;

    for (style = EVENT; style < STYLES; style++) {
        check_receive(version, style, FALSE, TRUE);
        check_receive(version, style, TRUE, FALSE);
        check_receive(version, style, TRUE, TRUE);
    }
}

/* A body read. Its bytes aren't lost, either. */
static void check_read(int version, enum style style, BOOL overlapped, BOOL buffer)
{
    struct leader leader;
    HTTP_REQUEST_ID id;
    struct scene x;
    struct lost l;
    char body[8];
    ULONG bytes = 0;

    scene_open(&x, version);
    leader_connect(&leader, &x);
    lost_open(&l, &x, style);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, l.buffer.base, PAGE, NULL, l.o), ERROR_IO_PENDING);
    leader_start(&leader);
    take_away(&l, overlapped, buffer);
    send_text(x.client, "abcde");
    check_end(&l);
    if (buffer) {
        ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, body, sizeof body, &bytes, NULL), NO_ERROR);
        ok_eq(bytes, 5);
    }
    scene_answer(&x, id);
    leader_end(&leader);
    lost_close(&l);
    check_alive(&x);
    scene_close(&x);
}

static void test_read(int version)
{
    int style;

    for (style = EVENT; style < STYLES; style++) {
        check_read(version, style, FALSE, TRUE);
        check_read(version, style, TRUE, FALSE);
        check_read(version, style, TRUE, TRUE);
    }
}

/* More than the sockets hold. */
#define LARGE (16 * 1024 * 1024)

/* A send that waits for its client: the rest of its bytes is gone. Nobody can make them up, so the connection breaks. */
static void check_send(int version, enum style style, BOOL overlapped)
{
    struct leader leader;
    struct pages data;
    struct reply r;
    struct scene x;
    struct lost l;

    scene_open(&x, version);
    leader_connect(&leader, &x);
    lost_open(&l, &x, style);
    pages_open(&data, LARGE);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    r.chunks[0].FromMemory.pBuffer = data.base;
    r.chunks[0].FromMemory.BufferLength = LARGE;
    ok_eq(HttpSendHttpResponse(x.queue, x.in.v1.RequestId, 0, (PHTTP_RESPONSE)&r.response, NULL, NULL, NULL, 0, l.o,
                               NULL), ERROR_IO_PENDING);
    leader_start(&leader);
    take_away(&l, overlapped, FALSE);
    pages_close(&data);
    ok(is_reset(x.client), "the connection wasn't reset");
    check_end(&l);
    leader_end(&leader);
    lost_close(&l);
    check_alive(&x);
    scene_close(&x);
}

static void test_send(int version)
{
    check_send(version, EVENT, FALSE);
    check_send(version, PORT, TRUE);
}

/* A wait for the end of a connection; and cancelling, closing, which write into OVERLAPPEDs as well. */
static void check_wait(int version, enum style style, int how)
{
    struct leader leader;
    struct scene x;
    struct lost l;

    scene_open(&x, version);
    leader_connect(&leader, &x);
    lost_open(&l, &x, style);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(HttpWaitForDisconnect(x.queue, x.in.v1.ConnectionId, l.o), ERROR_IO_PENDING);
    leader_start(&leader);
    take_away(&l, TRUE, TRUE);
    if (how == 0) {
        reset(x.client);
        x.client = connect_local(x.port);
    } else {
        ok(CancelIoEx(x.queue, l.o), "error %lu", UL(GetLastError()));
    }
    check_end(&l);
    leader_end(&leader);
    lost_close(&l);
    check_alive(&x);
    scene_close(&x);
}

static void test_wait(int version)
{
    check_wait(version, EVENT, 0);
    check_wait(version, PORT, 0);
    check_wait(version, EVENT, 1);
    check_wait(version, PORT, 1);
}

START_TEST(gone)
{
    BOTH(test_receive);
    BOTH(test_read);
    BOTH(test_send);
    BOTH(test_wait);
}
