/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion.c: how a call ends without a port, and all the ways to end it early.
 */
#include "scene.h"

#define POST_FIVE_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\n"

static ULONG begin_receive(struct scene *x, union inbox *in, struct call *c)
{
    return HttpReceiveHttpRequest(x->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)in, sizeof *in, NULL, &c->overlapped);
}

/* --- something another thread does */

struct job {
    HANDLE thread, done, leave; /* it stays until `leave`: on Windows its calls would end with it */
    void (*work)(struct job *);
    struct scene *x;
    struct call *call;
    union inbox in;
    ULONG error;
    DWORD bytes;
};

static DWORD WINAPI job_thread(void *arg)
{
    struct job *j = arg;

    j->work(j);
    SetEvent(j->done);
    WaitForSingleObject(j->leave, DEADLINE);
    return 0;
}

static void job_start(struct job *j, struct scene *x, struct call *call, void (*work)(struct job *))
{
    memset(j, 0, sizeof *j);
    j->x = x;
    j->call = call;
    j->work = work;
    j->error = 0xdeadbeef;
    j->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    j->leave = CreateEventW(NULL, TRUE, FALSE, NULL);
    j->thread = CreateThread(NULL, 0, job_thread, j, 0, NULL);
}

/* The thread is in its call, as far as can be told from outside. */
static void job_waits(struct job *j)
{
    ok_eq(WaitForSingleObject(j->done, QUIET), WAIT_TIMEOUT);
}

static void job_end(struct job *j)
{
    ok_eq(WaitForSingleObject(j->done, DEADLINE), WAIT_OBJECT_0);
    SetEvent(j->leave);
    ok_eq(WaitForSingleObject(j->thread, DEADLINE), WAIT_OBJECT_0);
    CloseHandle(j->thread);
    CloseHandle(j->done);
    CloseHandle(j->leave);
}

static void blocking_receive(struct job *j)
{
    ULONG bytes = 0;

    j->error = HttpReceiveHttpRequest(j->x->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&j->in, sizeof j->in, &bytes, NULL);
    j->bytes = bytes;
}

static void begin_in_thread(struct job *j)
{
    j->error = begin_receive(j->x, &j->in, j->call);
}

static void wait_for_result(struct job *j)
{
    j->error = GetOverlappedResult(j->x->queue, &j->call->overlapped, &j->bytes, TRUE) ? NO_ERROR : GetLastError();
}

/* --- the styles */

/* [doc] Without an OVERLAPPED the call blocks until the request is there. */
static void test_blocking(int version)
{
    struct scene x;
    struct job j;

    scene_open(&x, version);
    job_start(&j, &x, NULL, blocking_receive);
    job_waits(&j);
    send_text(x.client, GET_FOOBAR, x.port);
    job_end(&j);
    ok_eq(j.error, NO_ERROR);
    ok(j.bytes > smallest_request(version), "%lu bytes", UL(j.bytes));
    scene_answer(&x, j.in.v1.RequestId);
    scene_close(&x);
}

/* [doc] The event tells; at that moment the status and the bytes are there. */
static void test_event(int version)
{
    struct scene x;
    struct call c;
    DWORD bytes = 0;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok(!HasOverlappedIoCompleted(&c.overlapped), "the status doesn't say pending");
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0);
    ok(HasOverlappedIoCompleted(&c.overlapped), "the event came before the status");
    ok(c.overlapped.InternalHigh > smallest_request(version), "%lu bytes", UL(c.overlapped.InternalHigh));
    ok(GetOverlappedResult(x.queue, &c.overlapped, &bytes, FALSE), "error %lu", UL(GetLastError()));
    ok_eq(bytes, c.overlapped.InternalHigh);
    /* As often as one likes. */
    ok(GetOverlappedResult(x.queue, &c.overlapped, &bytes, TRUE), "error %lu", UL(GetLastError()));
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] An auto-reset event does too: one wait takes the signal. */
static void test_auto_reset_event(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    CloseHandle(c.event);
    c.overlapped.hEvent = c.event = CreateEventW(NULL, FALSE, TRUE, NULL);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] Without event and port the queue's own handle tells: GetOverlappedResult waits on it. */
static void test_handle(int version)
{
    struct scene x;
    struct call c;
    struct job j;
    int i;

    scene_open(&x, version);
    call_open_bare(&c);
    /* Twice: the second call has to reset the handle. */
    for (i = 0; i < 2; i++) {
        ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
        job_start(&j, &x, &c, wait_for_result);
        job_waits(&j);
        send_text(x.client, GET_FOOBAR, x.port);
        job_end(&j);
        ok_eq(j.error, NO_ERROR);
        ok(j.bytes > smallest_request(version), "%lu bytes", UL(j.bytes));
        scene_finish(&x);
    }
    scene_close(&x);
}

/* [doc] The same by a wait on the handle, that was begun when nothing had happened yet, and by one that comes late. */
static void test_wait_on_handle(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open_bare(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(x.queue, QUIET), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(WaitForSingleObject(x.queue, DEADLINE), WAIT_OBJECT_0);
    ok(HasOverlappedIoCompleted(&c.overlapped), "the handle came before the status");
    scene_finish(&x);

    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok_eq(WaitForMultipleObjects(1, &x.queue, FALSE, 0), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    /* The status is seen before the handle. */
    ok_eq(WaitForMultipleObjects(1, &x.queue, FALSE, DEADLINE), WAIT_OBJECT_0);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] A wait with a limit. */
static void test_limited_wait(int version)
{
    struct scene x;
    struct call c;
    DWORD bytes;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok(!GetOverlappedResultEx(x.queue, &c.overlapped, &bytes, QUIET, FALSE), "%lu bytes", UL(bytes));
    ok_eq(GetLastError(), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    ok(GetOverlappedResultEx(x.queue, &c.overlapped, &bytes, DEADLINE, FALSE), "error %lu", UL(GetLastError()));
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] FILE_SKIP_SET_EVENT_ON_HANDLE leaves the handle alone; a call's own event is set as ever. */
static void test_skip_handle(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    ok(SetFileCompletionNotificationModes(x.queue, FILE_SKIP_SET_EVENT_ON_HANDLE), "error %lu", UL(GetLastError()));
    call_open(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0); /* seen after the status */
    ok_eq(WaitForSingleObject(x.queue, 0), WAIT_TIMEOUT);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* --- cancelling */

/* [doc] CancelIo ends the calls of the thread that calls it, not those of others. */
static void test_cancel_own(int version)
{
    struct scene x;
    struct call mine, other;
    struct job j;

    scene_open(&x, version);
    call_open(&mine);
    call_open(&other);
    job_start(&j, &x, &other, begin_in_thread);
    ok_eq(WaitForSingleObject(j.done, DEADLINE), WAIT_OBJECT_0);
    ok_eq(j.error, ERROR_IO_PENDING);
    ok_eq(begin_receive(&x, &x.in, &mine), ERROR_IO_PENDING);
    ok(CancelIo(x.queue), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &mine, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    ok_eq(WaitForSingleObject(other.event, QUIET), WAIT_TIMEOUT);
    /* With nothing to cancel it succeeds as well. */
    ok(CancelIo(x.queue), "error %lu", UL(GetLastError()));
    /* The other thread's call gets the request. */
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(call_end(x.queue, &other, ERROR_IO_PENDING, NULL), NO_ERROR);
    job_end(&j);
    scene_answer(&x, j.in.v1.RequestId);
    call_close(&mine);
    call_close(&other);
    scene_close(&x);
}

/* [doc] CancelIoEx ends one call, whoever began it, and says so when there is none. */
static void test_cancel_one(int version)
{
    struct scene x;
    struct call first, second;
    struct job j;
    ULONG bytes = 0xdeadbeef;

    scene_open(&x, version);
    call_open(&first);
    call_open(&second);
    job_start(&j, &x, &first, begin_in_thread);
    ok_eq(WaitForSingleObject(j.done, DEADLINE), WAIT_OBJECT_0);
    ok_eq(begin_receive(&x, &x.in, &second), ERROR_IO_PENDING);
    ok(CancelIoEx(x.queue, &first.overlapped), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &first, ERROR_IO_PENDING, &bytes), ERROR_OPERATION_ABORTED);
    ok_eq(bytes, 0);
    ok_eq(WaitForSingleObject(second.event, QUIET), WAIT_TIMEOUT);
    SetLastError(0xdeadbeef);
    ok(!CancelIoEx(x.queue, &first.overlapped), "a call that has ended was cancelled");
    ok_eq(GetLastError(), ERROR_NOT_FOUND);
    job_end(&j);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(call_end(x.queue, &second, ERROR_IO_PENDING, NULL), NO_ERROR);
    SetLastError(0xdeadbeef);
    ok(!CancelIoEx(x.queue, &second.overlapped), "a call that has ended was cancelled");
    ok_eq(GetLastError(), ERROR_NOT_FOUND);
    scene_finish(&x);
    call_close(&first);
    call_close(&second);
    scene_close(&x);
}

/* [doc] CancelIoEx without a call ends all of the queue's, of each thread and kind; those of another queue stay. */
static void test_cancel_all(int version)
{
    struct scene x, y;
    struct call calls[4], elsewhere;
    struct job j;
    char buffer[16];
    HTTP_REQUEST_ID id;
    int i;

    scene_open(&x, version);
    scene_open(&y, version);
    for (i = 0; i < 4; i++)
        call_open(&calls[i]);
    call_open(&elsewhere);
    ok_eq(begin_receive(&y, &y.in, &elsewhere), ERROR_IO_PENDING);
    id = scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &calls[0].overlapped),
          ERROR_IO_PENDING);
    ok_eq(HttpWaitForDisconnect(x.queue, x.in.v1.ConnectionId, &calls[1].overlapped), ERROR_IO_PENDING);
    ok_eq(begin_receive(&x, &x.in, &calls[2]), ERROR_IO_PENDING);
    job_start(&j, &x, &calls[3], begin_in_thread);
    ok_eq(WaitForSingleObject(j.done, DEADLINE), WAIT_OBJECT_0);
    ok(CancelIoEx(x.queue, NULL), "error %lu", UL(GetLastError()));
    for (i = 0; i < 4; i++)
        ok_eq(call_end(x.queue, &calls[i], ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    job_end(&j);
    ok_eq(WaitForSingleObject(elsewhere.event, 0), WAIT_TIMEOUT);
    SetLastError(0xdeadbeef);
    ok(!CancelIoEx(x.queue, NULL), "calls that have ended were cancelled");
    ok_eq(GetLastError(), ERROR_NOT_FOUND);
    CancelIo(y.queue);
    ok_eq(call_end(y.queue, &elsewhere, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);

    /* [own] The request outlives the read that was cancelled: its body and its answer go on. */
    send_text(x.client, "abcde");
    ok_eq(read_body(x.queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, buffer, 5, NULL), NO_ERROR);
    scene_answer(&x, id);
    for (i = 0; i < 4; i++)
        call_close(&calls[i]);
    call_close(&elsewhere);
    scene_close(&y);
    scene_close(&x);
}

/* A response that the client doesn't read: more than the sockets hold. */
#define LARGE (16 * 1024 * 1024)

static ULONG begin_large_send(struct scene *x, struct reply *r, char *data, struct call *c)
{
    reply_init(r, 200, "OK");
    reply_text(r, "");
    r->chunks[0].FromMemory.pBuffer = data;
    r->chunks[0].FromMemory.BufferLength = LARGE;
    return HttpSendHttpResponse(x->queue, x->in.v1.RequestId, 0, (PHTTP_RESPONSE)&r->response, NULL, NULL, NULL, 0,
                                &c->overlapped, NULL);
}

/* [rp] CancelIoEx on the last write tears the transfer down, and the connection with it (.NET's way to abort). */
static void test_cancel_send(int version)
{
    struct scene x;
    struct reply r;
    struct call c;
    char *data = calloc(1, LARGE);

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_large_send(&x, &r, data, &c), ERROR_IO_PENDING);
    /* The id is gone with the last write, so the request can't be cancelled any more. */
    ok_eq(HttpCancelHttpRequest(x.queue, x.in.v1.RequestId, NULL), ERROR_CONNECTION_INVALID);
    ok(CancelIoEx(x.queue, &c.overlapped), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    ok(is_reset(x.client), "the connection goes on");
    free(data);
    call_close(&c);
    scene_close(&x);
}

/* --- the end of the queue */

typedef void end_queue(struct scene *x);

static void by_closing(struct scene *x)
{
    /* scene_close() has nothing left to close. */
    if (x->version == 1)
        ok(CloseHandle(x->queue), "error %lu", UL(GetLastError()));
    else
        ok_eq(HttpCloseRequestQueue(x->queue), NO_ERROR);
}

static void by_shutdown(struct scene *x)
{
    ok_eq(HttpShutdownRequestQueue(x->queue), NO_ERROR);
}

/* What server_stop() does, less the queue. */
static void close_rest(struct scene *x)
{
    closesocket(x->client);
    if (x->version == 2) {
        ok_eq(HttpCloseUrlGroup(x->server.group), NO_ERROR);
        ok_eq(HttpCloseServerSession(x->server.session), NO_ERROR);
    }
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

/* What a lost connection may be called on Windows, where the order of the steps isn't known. */
static int is_end(ULONG error)
{
    return error == ERROR_OPERATION_ABORTED ||
           broken(error == ERROR_CONNECTION_INVALID || error == ERROR_NETNAME_DELETED);
}

/* [rp] Closing the queue ends all its calls, each once; a client that waits for an answer is cut off. */
static void test_close_pending(int version)
{
    struct scene x;
    struct call receive, read, disconnect;
    union inbox in;
    char buffer[16];
    ULONG error;

    scene_open(&x, version);
    call_open(&receive);
    call_open(&read);
    call_open(&disconnect);
    scene_take(&x, POST_FIVE_HEAD, 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, x.in.v1.RequestId, 0, buffer, sizeof buffer, NULL, &read.overlapped),
          ERROR_IO_PENDING);
    ok_eq(HttpWaitForDisconnect(x.queue, x.in.v1.ConnectionId, &disconnect.overlapped), ERROR_IO_PENDING);
    ok_eq(begin_receive(&x, &in, &receive), ERROR_IO_PENDING);
    by_closing(&x);
    ok_eq(call_end(x.queue, &receive, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    error = call_end(x.queue, &read, ERROR_IO_PENDING, NULL);
    ok(is_end(error), "read: %lu", UL(error));
    error = call_end(x.queue, &disconnect, ERROR_IO_PENDING, NULL);
    ok(is_end(error) || broken(error == NO_ERROR), "disconnect: %lu", UL(error));
    ok(is_reset(x.client), "the connection wasn't reset");
    /* The handle's value is no queue any more. */
    ok_eq(begin_receive(&x, &in, &receive), ERROR_INVALID_HANDLE);
    call_close(&receive);
    call_close(&read);
    call_close(&disconnect);
    close_rest(&x);
}

/* The send too. */
static void test_close_sending(int version)
{
    struct scene x;
    struct reply r;
    struct call c;
    char *data = calloc(1, LARGE);
    ULONG error;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(begin_large_send(&x, &r, data, &c), ERROR_IO_PENDING);
    by_closing(&x);
    error = call_end(x.queue, &c, ERROR_IO_PENDING, NULL);
    ok(is_end(error), "send: %lu", UL(error));
    free(data);
    call_close(&c);
    close_rest(&x);
}

/* [doc] CloseHandle is as good as HttpCloseRequestQueue. */
static void v2_test_close_handle(void)
{
    struct scene x;
    struct call c;

    scene_open(&x, 2);
    call_open(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok(CloseHandle(x.queue), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    call_close(&c);
    close_rest(&x);
}

/* [doc] Shutdown ends receives and disconnect waits; responses to requests in hand complete. */
static void test_shutdown(int version)
{
    struct scene x;
    struct call receive, disconnect;
    union inbox in;
    ULONG error;

    scene_open(&x, version);
    call_open(&receive);
    call_open(&disconnect);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(HttpWaitForDisconnect(x.queue, x.in.v1.ConnectionId, &disconnect.overlapped), ERROR_IO_PENDING);
    ok_eq(begin_receive(&x, &in, &receive), ERROR_IO_PENDING);
    by_shutdown(&x);
    ok_eq(call_end(x.queue, &receive, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    ok_eq(call_end(x.queue, &disconnect, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    /* No receive from now on. */
    error = receive_into(x.queue, HTTP_NULL_ID, 0, &in, sizeof in, NULL);
    ok(error != NO_ERROR && error != WAIT_TIMEOUT, "a receive after the shutdown: %lu", UL(error));
    /* [own] The documentation says both that held requests are cancelled and that they may be answered. */
    if (!test_on_windows())
        scene_finish(&x);
    call_close(&receive);
    call_close(&disconnect);
    scene_close(&x);
}

/* [own] A request that came and wasn't received is answered 503 by a shutdown; so are those that come later. */
static void test_shutdown_waiting(int version)
{
    struct scene x;
    char text[4096];

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    send_text(x.client, GET_FOOBAR, x.port);
    ok(is_quiet(x.client, QUIET), "an answer before the shutdown");
    by_shutdown(&x);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    ok_eq(answer_status(text), 503);
    ok_eq(get_status(x.port, "localhost", "/"), 503);
    scene_close(&x);
}

static void cancel_any(struct scene *x)
{
    ok(CancelIoEx(x->queue, NULL), "error %lu", UL(GetLastError()));
}

/* [rp] A thread in a blocking receive comes back (mORMot closes, cpprestsdk shuts down, HttpListener cancels). */
static void check_blocked(int version, end_queue *end)
{
    struct scene x;
    struct job j;

    scene_open(&x, version);
    job_start(&j, &x, NULL, blocking_receive);
    job_waits(&j);
    end(&x);
    job_end(&j);
    ok(j.error == ERROR_OPERATION_ABORTED || broken(j.error == ERROR_INVALID_HANDLE || j.error == ERROR_HANDLE_EOF),
       "got %lu", UL(j.error));
    if (end == by_closing)
        close_rest(&x);
    else
        scene_close(&x);
}

static void test_blocked(int version)
{
    check_blocked(version, by_closing);
    check_blocked(version, by_shutdown);
    check_blocked(version, cancel_any);
}

/* [doc] A duplicate is as good as the handle; the queue lives until the last is closed, and so do its calls. */
static void test_duplicate(int version)
{
    struct scene x;
    struct call c;
    HANDLE other = NULL;

    scene_open(&x, version);
    call_open(&c);
    ok(DuplicateHandle(GetCurrentProcess(), x.queue, GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS),
       "error %lu", UL(GetLastError()));
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok(CloseHandle(x.queue), "error %lu", UL(GetLastError()));
    x.queue = x.server.queue = other;
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] A port that is bound when an operation has ended has no packet of it, however soon after the end that is. */
static void test_bound_after_the_end(int version)
{
    enum { ROUNDS = 20 };
    struct scene x;
    struct call c;
    HANDLE port;
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;
    ULONG error;
    int i, packets = 0;

    for (i = 0; i < ROUNDS; i++) {
        scene_open(&x, version);
        call_open(&c);
        error = begin_receive(&x, &x.in, &c);
        send_get(x.client, x.port, "/foobar");
        ok_eq(WaitForSingleObject(c.event, DEADLINE), WAIT_OBJECT_0);
        port = CreateIoCompletionPort(x.queue, NULL, 123, 0);
        ok_eq(call_end(x.queue, &c, error, NULL), NO_ERROR);
        packets += GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, QUIET / 8);
        CloseHandle(port);
        call_close(&c);
        scene_close(&x);
    }
    ok_eq(packets, 0);
}

START_TEST(completion)
{
    BOTH(test_blocking);
    BOTH(test_event);
    BOTH(test_auto_reset_event);
    BOTH(test_handle);
    BOTH(test_wait_on_handle);
    BOTH(test_limited_wait);
    BOTH(test_skip_handle);
    BOTH(test_cancel_own);
    BOTH(test_cancel_one);
    BOTH(test_cancel_all);
    BOTH(test_cancel_send);
    BOTH(test_close_pending);
    BOTH(test_close_sending);
    v2_test_close_handle();
    BOTH(test_shutdown);
    BOTH(test_blocked);
    BOTH(test_duplicate);
    BOTH(test_bound_after_the_end);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_shutdown_waiting);
}
