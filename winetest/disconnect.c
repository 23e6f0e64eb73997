/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disconnect.c: HttpCancelHttpRequest in each state of a request, HttpWaitForDisconnect and HttpWaitForDisconnectEx.
 */
#include "scene.h"

#define POST_FIVE_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\n"

static int is_loss(ULONG error)
{
    return error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID || error == ERROR_OPERATION_ABORTED;
}

static void check_cancel(struct scene *x, HTTP_REQUEST_ID id)
{
    ok_eq(HttpCancelHttpRequest(x->queue, id, NULL), NO_ERROR);
    /* The client sees an error, not an end in good order. */
    ok(is_reset(x->client), "the connection wasn't reset");
    /* The id is gone. */
    ok_eq(HttpCancelHttpRequest(x->queue, id, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(respond(x->queue, id, "late"), ERROR_CONNECTION_INVALID);
    scene_reconnect(x);
}

/* [rp] No queue; no such request. */
static void test_cancel_arguments(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpCancelHttpRequest(NULL, 0xdeadbeef, NULL), ERROR_INVALID_HANDLE);
    ok_eq(HttpCancelHttpRequest(x.queue, 0xdeadbeef, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(HttpCancelHttpRequest(x.queue, HTTP_NULL_ID, NULL), ERROR_CONNECTION_INVALID);
    ok_eq(HttpCancelHttpRequest(x.queue, 0xdeadbeef, &c.overlapped), ERROR_CONNECTION_INVALID);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A request that was received, and nothing more: the client's connection is reset. */
static void test_cancel_received(int version)
{
    struct scene x;

    scene_open(&x, version);
    check_cancel(&x, scene_take(&x, GET_FOOBAR, 0));
    /* With its body still to come. */
    check_cancel(&x, scene_take(&x, POST_FIVE_HEAD, 0));
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] A request of which only the ids were received. */
static void test_cancel_held(int version)
{
    struct scene x;

    scene_open(&x, version);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, smallest_request(version), NULL), ERROR_MORE_DATA);
    check_cancel(&x, x.in.v1.RequestId);
    scene_close(&x);
}

/* [rp] While a read waits for the body: the read ends, too. */
static void test_cancel_reading(int version)
{
    struct scene x;
    struct call c;
    char buffer[16];
    ULONG error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    check_cancel(&x, id);
    error = call_end(x.queue, &c, ERROR_IO_PENDING, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    call_close(&c);
    scene_close(&x);
}

/* [rp] With the response begun: .NET aborts so when the program wrote less than it promised. */
static void test_cancel_begun(int version)
{
    struct scene x;
    struct reply r;
    char text[4096];
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "8");
    reply_text(&r, "ping");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok(recv_until(x.client, text, sizeof text, "ping") > 0, "no answer");
    check_cancel(&x, id);
    scene_close(&x);
}

/* [rp] While a part of the response waits for the client: the send ends, too. */
static void test_cancel_sending(int version)
{
    enum { LARGE = 16 * 1024 * 1024 };
    struct scene x;
    struct reply r;
    struct call c;
    char *data = calloc(1, LARGE);
    ULONG error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_text(&r, "");
    r.chunks[0].FromMemory.pBuffer = data;
    r.chunks[0].FromMemory.BufferLength = LARGE;
    error = HttpSendHttpResponse(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, (PHTTP_RESPONSE)&r.response, NULL,
                                 NULL, NULL, 0, &c.overlapped, NULL);
    ok_eq(error, ERROR_IO_PENDING);
    check_cancel(&x, id);
    error = call_end(x.queue, &c, error, NULL);
    ok(is_loss(error), "got %lu", UL(error));
    free(data);
    call_close(&c);
    scene_close(&x);
}

/* [rp] With the last byte written the id is gone: there is nothing to cancel. */
static void test_cancel_answered(int version)
{
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    ok_eq(HttpCancelHttpRequest(x.queue, id, NULL), ERROR_CONNECTION_INVALID);
    /* The connection doesn't suffer. */
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] The client is gone already: the id may be known still, and whatever the answer, nothing hangs. */
static void test_cancel_abandoned(int version)
{
    struct scene x;
    ULONG error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    reset(x.client);
    error = HttpCancelHttpRequest(x.queue, id, NULL);
    ok(error == NO_ERROR || error == ERROR_CONNECTION_INVALID, "got %lu", UL(error));
    x.client = connect_local(x.port);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] With an OVERLAPPED the cancelling itself ends like any call (cpprestsdk). */
static void test_cancel_overlapped(int version)
{
    struct scene x;
    struct call c;
    ULONG error;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, GET_FOOBAR, 0);
    error = HttpCancelHttpRequest(x.queue, id, &c.overlapped);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    ok_eq(call_end(x.queue, &c, error, NULL), NO_ERROR);
    ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0); /* seen after the status */
    ok(is_reset(x.client), "the connection wasn't reset");
    call_close(&c);
    scene_close(&x);
}

/* --- waiting for the end of a connection */

static ULONG begin_wait(struct scene *x, struct call *c)
{
    return HttpWaitForDisconnect(x->queue, x->in.v1.ConnectionId, &c->overlapped);
}

/* The end of a connection is no failure of the wait, and has no bytes. */
static void check_disconnected(struct scene *x, struct call *c)
{
    ULONG bytes = 0xdeadbeef;

    ok_eq(call_end(x->queue, c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    ok_eq(bytes, 0);
}

/* [doc] No queue; no such connection; what is reserved stays so. */
static void test_wait_arguments(int version)
{
    struct scene x;
    struct call c;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpWaitForDisconnect(NULL, 0xdeadbeef, &c.overlapped), ERROR_INVALID_HANDLE);
    ok_eq(HttpWaitForDisconnectEx(NULL, 0xdeadbeef, 0, &c.overlapped), ERROR_INVALID_HANDLE);
    /* .NET takes anything but success and pending for "is disconnected". */
    error = HttpWaitForDisconnect(x.queue, 0xdeadbeef, &c.overlapped);
    ok(error != NO_ERROR && error != ERROR_IO_PENDING, "got %lu", UL(error));
    error = HttpWaitForDisconnectEx(x.queue, 0xdeadbeef, 0, NULL);
    ok(error != NO_ERROR && error != ERROR_IO_PENDING, "got %lu", UL(error));
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(HttpWaitForDisconnectEx(x.queue, x.in.v1.ConnectionId, 1, &c.overlapped), ERROR_INVALID_PARAMETER);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] It pends over requests and answers, and ends when the client resets the connection. Both functions do. */
static void test_client_reset(int version)
{
    struct scene x;
    struct call wait, wait_ex;

    scene_open(&x, version);
    call_open(&wait);
    call_open(&wait_ex);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &wait), ERROR_IO_PENDING);
    ok_eq(HttpWaitForDisconnectEx(x.queue, x.in.v1.ConnectionId, 0, &wait_ex.overlapped), ERROR_IO_PENDING);
    scene_finish(&x);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(WaitForSingleObject(wait.event, QUIET), WAIT_TIMEOUT);
    ok(call_pending(x.queue, &wait_ex), "the wait has ended");
    reset(x.client);
    check_disconnected(&x, &wait);
    check_disconnected(&x, &wait_ex);
    x.client = connect_local(x.port);
    call_close(&wait);
    call_close(&wait_ex);
    scene_close(&x);
}

/* [doc] The end of an idle connection counts: the client closes it. */
static void test_client_closes_idle(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    scene_finish(&x);
    scene_reconnect(&x);
    check_disconnected(&x, &c);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A client that ends only its own side is still there for its answer; after that the connection is over. */
static void test_client_ends_side(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    shutdown(x.client, SD_SEND);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    scene_finish(&x);
    check_disconnected(&x, &c);
    call_close(&c);
    scene_close(&x);
}

/* [rp] A client that closes with half of its body unsent. */
static void test_client_leaves_body(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, POST_FIVE_HEAD "abc", 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    closesocket(x.client);
    check_disconnected(&x, &c);
    x.client = connect_local(x.port);
    call_close(&c);
    scene_close(&x);
}

/* [rp] The server ends the connection: by flag, because the client asked for it, or by cancelling. */
static void test_server_ends(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    ok_eq(respond_status(x.queue, x.in.v1.RequestId, 200, "OK", "bye", HTTP_SEND_RESPONSE_FLAG_DISCONNECT), NO_ERROR);
    check_disconnected(&x, &c);
    scene_reconnect(&x);

    scene_take(&x, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nConnection: close\r\n\r\n", 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    ok_eq(respond(x.queue, x.in.v1.RequestId, "bye"), NO_ERROR);
    check_disconnected(&x, &c);
    scene_reconnect(&x);

    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    ok_eq(HttpCancelHttpRequest(x.queue, x.in.v1.RequestId, NULL), NO_ERROR);
    check_disconnected(&x, &c);
    call_close(&c);
    scene_close(&x);
}

/* [rp] After the end its id names nothing. */
static void test_wait_too_late(int version)
{
    struct scene x;
    struct call c;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    reset(x.client);
    check_disconnected(&x, &c);
    error = begin_wait(&x, &c);
    ok(error != NO_ERROR && error != ERROR_IO_PENDING, "got %lu", UL(error));
    x.client = connect_local(x.port);
    call_close(&c);
    scene_close(&x);
}

/* [doc] The wait is cancelled like any call; the connection isn't touched. */
static void test_wait_cancelled(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    ok(CancelIoEx(x.queue, &c.overlapped), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    scene_finish(&x);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

struct waiting {
    struct scene *x;
    ULONG error;
};

static DWORD WINAPI wait_blocking(void *arg)
{
    struct waiting *w = arg;

    w->error = HttpWaitForDisconnect(w->x->queue, w->x->in.v1.ConnectionId, NULL);
    return 0;
}

/* [doc] Without an OVERLAPPED it blocks. */
static void test_wait_blocking(int version)
{
    struct waiting w;
    struct scene x;
    HANDLE thread;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    w.x = &x;
    w.error = 0xdeadbeef;
    thread = CreateThread(NULL, 0, wait_blocking, &w, 0, NULL);
    ok_eq(WaitForSingleObject(thread, QUIET), WAIT_TIMEOUT);
    reset(x.client);
    ok_eq(WaitForSingleObject(thread, DEADLINE), WAIT_OBJECT_0);
    ok_eq(w.error, NO_ERROR);
    CloseHandle(thread);
    x.client = connect_local(x.port);
    scene_close(&x);
}

/* [rp] The end of a connection of which a request waits unreceived: that request isn't delivered any more, or its
 * answer fails or goes nowhere; the next client isn't disturbed. */
static void test_abandoned_request(int version)
{
    struct scene x;
    struct call c;
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_wait(&x, &c), ERROR_IO_PENDING);
    scene_finish(&x);
    send_text(x.client, GET_FOOBAR, x.port);
    reset(x.client);
    check_disconnected(&x, &c);
    x.client = connect_local(x.port);
    send_text(x.client, "GET /next HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    if (strcmp(x.in.v1.pRawUrl, "/next")) {
        error = respond(x.queue, x.in.v1.RequestId, "late");
        ok(error == NO_ERROR || is_loss(error), "got %lu", UL(error));
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    }
    ok_str(x.in.v1.pRawUrl, "/next");
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

START_TEST(disconnect)
{
    BOTH(test_cancel_arguments);
    BOTH(test_cancel_received);
    BOTH(test_cancel_held);
    BOTH(test_cancel_reading);
    BOTH(test_cancel_begun);
    BOTH(test_cancel_sending);
    BOTH(test_cancel_answered);
    BOTH(test_cancel_abandoned);
    BOTH(test_cancel_overlapped);
    BOTH(test_wait_arguments);
    BOTH(test_client_reset);
    BOTH(test_client_closes_idle);
    BOTH(test_client_ends_side);
    BOTH(test_client_leaves_body);
    BOTH(test_server_ends);
    BOTH(test_wait_too_late);
    BOTH(test_wait_cancelled);
    BOTH(test_wait_blocking);
    BOTH(test_abandoned_request);
}
