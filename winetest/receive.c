/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receive.c: HttpReceiveHttpRequest: arguments and results, completion, buffers that are too small.
 */
#include "scene.h"

static BOOL signalled(const struct call *c)
{
    return WaitForSingleObject(c->event, 0) == WAIT_OBJECT_0;
}

static ULONG begin_receive(struct scene *x, union inbox *in, struct call *c)
{
    return HttpReceiveHttpRequest(x->queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)in, sizeof *in, NULL, &c->overlapped);
}

/* [rp] No queue: a bad handle, and the event stays as it is. */
static void test_no_queue(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpReceiveHttpRequest(NULL, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, NULL),
          ERROR_INVALID_HANDLE);
    ok_eq(HttpReceiveHttpRequest(NULL, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, &c.overlapped),
          ERROR_INVALID_HANDLE);
    ok(!signalled(&c), "a call that failed at once signalled its event");
    call_close(&c);
    scene_close(&x);
}

/* [rp] An id that never was: refused at once, also with an OVERLAPPED. */
static void test_unknown_id(int version)
{
    struct scene x;
    struct call c;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(HttpReceiveHttpRequest(x.queue, 0xdeadbeef, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, &c.overlapped),
          ERROR_CONNECTION_INVALID);
    ok(!signalled(&c), "a call that failed at once signalled its event");
    call_close(&c);
    scene_close(&x);
}

/* [doc] The buffer has to be there, and aligned as the structure is; the request is still there afterwards. */
static void test_bad_buffer(int version)
{
    struct scene x;
    struct call c;
    ULONG i;

    scene_open(&x, version);
    call_open(&c);
    send_text(x.client, GET_FOOBAR, x.port);
    for (i = 1; i < sizeof(ULONGLONG); i++)
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, x.in.bytes + i, sizeof x.in - i, NULL), ERROR_NOACCESS);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, NULL, sizeof x.in, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)(x.in.bytes + 4), sizeof x.in - 4, NULL,
                                 &c.overlapped),
          ERROR_NOACCESS);
    ok(!signalled(&c), "a call that failed at once signalled its event");
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] Without a request the call pends: neither a connection nor half a request ends it. */
static void test_pending(int version)
{
    struct scene x;
    struct call c;
    ULONG bytes = 0xdeadbeef;

    scene_open(&x, version);
    call_open(&c);
    /* Nothing waits: the call pends; a connection without a request doesn't end it (x.client is one). */
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok(call_pending(x.queue, &c), "the call isn't pending");
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    ok(call_pending(x.queue, &c), "a bare connection ended the call");

    /* Half a request doesn't end it either, the whole one does. */
    send_text(x.client, "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\n", x.port);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    send_text(x.client, "\r\n");
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), NO_ERROR);
    /* The count is all that was written: the structure and what it points to. */
    ok(bytes > sizeof(HTTP_REQUEST_V1), "%lu bytes", UL(bytes));
    ok(bytes <= sizeof x.in, "%lu bytes", UL(bytes));
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] At once: 100 ms on an idle machine. This one may be busy; what matters is that no timer is involved. */
static void test_prompt(int version)
{
    struct scene x;
    struct call c;
    ULONGLONG begin;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    begin = GetTickCount64();
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    ok(GetTickCount64() - begin < 1000, "%lu ms", UL(GetTickCount64() - begin));
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] Receives are served in the order of the calls, and each begins with its event reset. */
static void test_order(int version)
{
    struct scene x;
    struct call first, second;
    union inbox in;

    scene_open(&x, version);
    call_open(&first);
    call_open(&second);
    for (int round = 0; round < 2; round++) {
        /* A new receive resets its event: the first round left both signalled. */
        ok_eq(begin_receive(&x, &x.in, &first), ERROR_IO_PENDING);
        ok_eq(begin_receive(&x, &in, &second), ERROR_IO_PENDING);
        ok(!signalled(&first) && !signalled(&second), "round %d: an event is still set", round);

        /* Receives are served in the order of the calls. */
        send_text(x.client, GET_FOOBAR, x.port);
        ok_eq(call_end(x.queue, &first, ERROR_IO_PENDING, NULL), NO_ERROR);
        ok_eq(WaitForSingleObject(second.event, QUIET), WAIT_TIMEOUT);
        ok(call_pending(x.queue, &second), "round %d: one request ended both receives", round);
        scene_finish(&x);

        send_text(x.client, GET_FOOBAR, x.port);
        ok_eq(call_end(x.queue, &second, ERROR_IO_PENDING, NULL), NO_ERROR);
        check_walk(&in, sizeof in, version);
        scene_answer(&x, in.v1.RequestId);
    }
    call_close(&first);
    call_close(&second);
    scene_close(&x);
}

/* [rp] For a request that is there the call may end at once or pend; its outcome is the same. */
static void test_request_waits(int version)
{
    struct scene x;
    struct call c;
    ULONG bytes = 0, error;

    scene_open(&x, version);
    call_open(&c);
    send_text(x.client, GET_FOOBAR, x.port);
    error = begin_receive(&x, &x.in, &c);
    ok(error == NO_ERROR || error == ERROR_IO_PENDING, "got %lu", UL(error));
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok(signalled(&c), "the event isn't set");
    ok(bytes > sizeof(HTTP_REQUEST_V1), "%lu bytes", UL(bytes));
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [rp] Without an OVERLAPPED the byte count may be NULL too. */
static void test_no_byte_count(int version)
{
    struct scene x;

    scene_open(&x, version);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, NULL), NO_ERROR);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] An answered request's id is as good as unknown. */
static void test_answered_id(int version)
{
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    ULONG bytes = 0xdeadbeef;

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    ok_eq(HttpReceiveHttpRequest(x.queue, id, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, &bytes, NULL),
          ERROR_CONNECTION_INVALID);
    ok_eq(HttpReceiveHttpRequest(x.queue, id, 0, (PHTTP_REQUEST)&x.in, sizeof x.in, NULL, &c.overlapped),
          ERROR_CONNECTION_INVALID);
    call_close(&c);
    scene_close(&x);
}

/* [rp] Cancelling ends the call: event set, aborted, no bytes; and takes no request along. */
static void test_cancel(int version)
{
    struct scene x;
    struct call c;
    ULONG bytes = 0xdeadbeef;

    scene_open(&x, version);
    call_open(&c);
    ok_eq(begin_receive(&x, &x.in, &c), ERROR_IO_PENDING);
    ok(CancelIo(x.queue), "CancelIo: %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &bytes), ERROR_OPERATION_ABORTED);
    ok(signalled(&c), "the event isn't set");
    ok_eq(bytes, 0);

    /* No request went with it. */
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] A flag that doesn't exist is refused. */
static void test_unknown_flags(int version)
{
    struct scene x;
    ULONG bytes;

    scene_open(&x, version);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0x80000000, &x.in, sizeof x.in, &bytes), ERROR_INVALID_PARAMETER);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] Less than the structure: refused, the request stays. The count becomes 0 (Windows 10) or isn't touched. */
static void test_no_room_for_structure(int version)
{
    struct scene x;
    struct call c;
    ULONG bytes = 0xdeadbeef;

    scene_open(&x, version);
    call_open(&c);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, sizeof(HTTP_REQUEST_V1) - 1, &bytes,
                                 NULL),
          ERROR_INSUFFICIENT_BUFFER);
    ok(bytes == 0 || broken(bytes == 0xdeadbeef), "%lu bytes", UL(bytes));
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, 0, NULL, &c.overlapped),
          ERROR_INSUFFICIENT_BUFFER);
    ok(!signalled(&c), "a call that failed at once signalled its event");
    /* [own] The structure is that of the queue's version. */
    if (!test_on_windows())
        ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, smallest_request(version) - 1,
                                     &bytes, NULL),
              ERROR_INSUFFICIENT_BUFFER);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* Nothing but the ids of a request that didn't fit. */
static void check_only_ids(const HTTP_REQUEST_V1 *r)
{
    HTTP_REQUEST_V1 rest = *r;
    const char *p = (const char *)&rest;
    size_t i = 0;

    ok(r->ConnectionId, "no connection id");
    ok(r->RequestId, "no request id");
    ok_eq(r->Version.MajorVersion, 0);
    ok_eq(r->BytesReceived, 0);
    rest.ConnectionId = rest.RequestId = 0;
    while (i < sizeof rest && !p[i])
        i++;
    ok(i == sizeof rest, "the byte at %lu isn't zero", UL(i));
}

/* [rp] Room for the structure alone: the ids, and how much all of it takes; from then on its id finds it. */
static void test_room_for_structure_only(int version)
{
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    union inbox other;
    ULONG needed = 0, again = 0;

    scene_open(&x, version);
    call_open(&c);
    send_text(x.client, GET_FOOBAR, x.port);
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, smallest_request(version), &needed,
                                 NULL),
          ERROR_MORE_DATA);
    ok(needed > smallest_request(version), "%lu bytes needed", UL(needed));
    check_only_ids(&x.in.v1);
    ok_eq((unsigned char)x.in.bytes[smallest_request(version)], 0xcc);
    id = x.in.v1.RequestId;

    /* From now on it is found by its id only. */
    ok_eq(begin_receive(&x, &other, &c), ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(c.event, QUIET), WAIT_TIMEOUT);
    CancelIo(x.queue);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);

    /* One byte too few is as bad, with or without a byte count; as many as needed will do. */
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(HttpReceiveHttpRequest(x.queue, id, 0, (PHTTP_REQUEST)&x.in, needed - 1, &again, NULL), ERROR_MORE_DATA);
    ok_eq(again, needed);
    ok(x.in.v1.RequestId == id, "another request id");
    ok_eq(HttpReceiveHttpRequest(x.queue, id, 0, (PHTTP_REQUEST)&x.in, needed - 1, NULL, NULL), ERROR_MORE_DATA);
    ok(x.in.v1.RequestId == id, "another request id");
    ok_eq(HttpReceiveHttpRequest(x.queue, id, 0, (PHTTP_REQUEST)&x.in, needed, &again, NULL), NO_ERROR);
    ok_eq(again, needed);
    ok(x.in.v1.RequestId == id, "another request id");
    ok(x.in.v1.RawUrlLength == 7 && !memcmp(x.in.v1.pRawUrl, "/foobar", 8), "raw URL %s", x.in.v1.pRawUrl);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* Whether the memory is still as memset(..., 0xcc, ...) left it. */
static int is_untouched(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p == 0xcc)
        p++;
    return p == end;
}

/* [rp] Every size from the structure's to one too few gives the ids alone and the same count, and keeps to its memory. */
static void test_each_size(int version)
{
    struct scene x;
    HTTP_REQUEST_ID id;
    ULONG needed = 0, again, size;
    int wrong = 0;

    scene_open(&x, version);
    send_text(x.client, "xyzzy /foobar?a=b HTTP/1.1\r\nHost: localhost:%u\r\nQux: foo\r\nQuux: bar\r\n\r\n", x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, smallest_request(version), &needed), ERROR_MORE_DATA);
    id = x.in.v1.RequestId;
    for (size = smallest_request(version); size < needed; size++) {
        memset(&x.in, 0xcc, sizeof x.in);
        again = 0;
        if (HttpReceiveHttpRequest(x.queue, id, 0, (PHTTP_REQUEST)&x.in, size, &again, NULL) != ERROR_MORE_DATA ||
            again != needed || x.in.v1.RequestId != id || x.in.v1.pRawUrl ||
            !is_untouched(x.in.bytes + size, x.in.bytes + sizeof x.in))
            wrong++;
    }
    ok(!wrong, "%d sizes of %lu", wrong, UL(needed - smallest_request(version)));
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(receive_into(x.queue, id, 0, &x.in, needed, &again), NO_ERROR);
    ok_eq(again, needed);
    ok(is_untouched(x.in.bytes + needed, x.in.bytes + sizeof x.in), "it wrote behind its buffer");
    scene_finish(&x);
    scene_close(&x);
}

/* [rp] A request that was left in its queue belongs to its id until its client leaves. */
static void test_left_request(int version)
{
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    HTTP_CONNECTION_ID connection;

    scene_open(&x, version);
    call_open(&c);
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, smallest_request(version), NULL), ERROR_MORE_DATA);
    id = x.in.v1.RequestId;
    connection = x.in.v1.ConnectionId;
    ok_eq(HttpWaitForDisconnect(x.queue, connection, &c.overlapped), ERROR_IO_PENDING);
    reset(x.client);
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), NO_ERROR);
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), ERROR_CONNECTION_INVALID);
    x.client = connect_local(x.port);

    /* [own] It can be answered as it is. */
    send_text(x.client, GET_FOOBAR, x.port);
    ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, smallest_request(version), NULL), ERROR_MORE_DATA);
    scene_answer(&x, x.in.v1.RequestId);
    call_close(&c);
    scene_close(&x);
}

/* [rp] Requests that wait are received in the order in which they came. */
static void test_order_of_requests(int version)
{
    enum { COUNT = 5 };
    struct server beside;
    struct scene x;
    SOCKET clients[COUNT];
    char path[16], text[4096];
    int i;

    scene_open(&x, version);
    server_start_beside(&beside, &x.server);
    ok_eq(server_add(&beside, "/beside/"), NO_ERROR);
    for (i = 0; i < COUNT; i++) {
        clients[i] = connect_local(x.port);
        snprintf(path, sizeof path, "/%d", i);
        send_get(clients[i], x.port, path);
        /* When a later one was answered, it is there. */
        exchange(x.client, x.port, beside.queue, "/beside/");
    }
    for (i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, "/%d", i);
        ok_eq(receive_into(x.queue, HTTP_NULL_ID, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
        ok_str(x.in.v1.pRawUrl, path);
        ok_eq(respond(x.queue, x.in.v1.RequestId, path), NO_ERROR);
        ok(recv_answer(clients[i], text, sizeof text) > 0, "no answer");
        ok_str(answer_body(text), path);
        closesocket(clients[i]);
    }
    server_stop(&beside);
    scene_close(&x);
}

/* [rp] .NET and cpprestsdk: the size needed comes with the completion, the second call names the request. */
static void test_more_data_pending(int version)
{
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    ULONG needed = 0, bytes = 0;

    scene_open(&x, version);
    call_open(&c);
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(HttpReceiveHttpRequest(x.queue, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&x.in, smallest_request(version), NULL,
                                 &c.overlapped),
          ERROR_IO_PENDING);
    send_text(x.client, GET_FOOBAR, x.port);
    /* The call that waited ends with the same code, and its byte count is the size needed. */
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, &needed), ERROR_MORE_DATA);
    ok(needed > smallest_request(version) && needed <= sizeof x.in, "%lu bytes", UL(needed));
    check_only_ids(&x.in.v1);
    id = x.in.v1.RequestId;
    ok_eq(receive_into(x.queue, id, 0, &x.in, needed, &bytes), NO_ERROR);
    ok_eq(bytes, needed);
    ok(x.in.v1.RequestId == id, "another request id");
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] A request that was retrieved completely has reached its end. */
static void test_received_twice(int version)
{
    struct scene x;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), ERROR_HANDLE_EOF);
    ok_eq(respond(x.queue, id, "done"), NO_ERROR);
    scene_close(&x);
}

#define POST_FIVE "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\nabcde"

/* [doc] One whose body is still there can be received again, with it; then it has reached its end, too. */
static void test_received_twice_with_body(int version)
{
    struct scene x;
    struct call c;
    HTTP_REQUEST_ID id;
    char buffer[8];

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, POST_FIVE, 0);
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    ok_eq(x.in.v1.Flags, HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS);
    memset(&x.in, 0xcc, sizeof x.in);
    ok_eq(receive_into(x.queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, sizeof x.in, NULL), NO_ERROR);
    ok(x.in.v1.RequestId == id, "another request id");
    ok_eq(x.in.v1.Flags, 0);
    if (ok_eq(x.in.v1.EntityChunkCount, 1) && ok_eq(x.in.v1.pEntityChunks->FromMemory.BufferLength, 5))
        ok(!memcmp(x.in.v1.pEntityChunks->FromMemory.pBuffer, "abcde", 5), "another body");
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), ERROR_HANDLE_EOF);
    scene_answer(&x, id);

    /* The same when the body was read by pieces. */
    id = scene_take(&x, POST_FIVE, 0);
    ok_eq(read_body(x.queue, id, 0, buffer, 2, NULL), NO_ERROR);
    ok_eq(receive_into(x.queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, &x.in, sizeof x.in, NULL), NO_ERROR);
    if (ok_eq(x.in.v1.EntityChunkCount, 1) && ok_eq(x.in.v1.pEntityChunks->FromMemory.BufferLength, 3))
        ok(!memcmp(x.in.v1.pEntityChunks->FromMemory.pBuffer, "cde", 3), "another body");
    ok_eq(read_body(x.queue, id, 0, buffer, 2, NULL), ERROR_HANDLE_EOF);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [own] Not while a read is at the body, and not behind the beginning of the answer. */
static void test_received_twice_in_use(int version)
{
    struct scene x;
    struct call c;
    struct reply r;
    HTTP_REQUEST_ID id;
    char buffer[8], text[4096];

    scene_open(&x, version);
    call_open(&c);
    id = scene_take(&x, "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n\r\n", 0);
    ok_eq(HttpReceiveRequestEntityBody(x.queue, id, 0, buffer, sizeof buffer, NULL, &c.overlapped), ERROR_IO_PENDING);
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), ERROR_INVALID_PARAMETER);
    ok(CancelIoEx(x.queue, &c.overlapped), "error %lu", UL(GetLastError()));
    ok_eq(call_end(x.queue, &c, ERROR_IO_PENDING, NULL), ERROR_OPERATION_ABORTED);
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), NO_ERROR);
    reply_init(&r, 200, "OK");
    reply_header(&r, HttpHeaderContentLength, "4");
    ok_eq(reply_send(x.queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &r, NULL), NO_ERROR);
    ok_eq(receive_into(x.queue, id, 0, &x.in, sizeof x.in, NULL), ERROR_HANDLE_EOF);
    ok_eq(body_send(x.queue, id, 0, "done", NULL), NO_ERROR);
    ok(recv_answer(x.client, text, sizeof text) > 0, "no answer");
    call_close(&c);
    scene_close(&x);
}

/* [own] The id belongs to the queue that received the request. */
static void test_other_queue(int version)
{
    struct scene x, y;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    scene_open(&y, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(receive_into(y.queue, id, 0, &y.in, sizeof y.in, NULL), ERROR_CONNECTION_INVALID);
    scene_finish(&x);
    scene_close(&y);
    scene_close(&x);
}

START_TEST(receive)
{
    BOTH(test_no_queue);
    BOTH(test_unknown_id);
    BOTH(test_bad_buffer);
    BOTH(test_pending);
    BOTH(test_prompt);
    BOTH(test_order);
    BOTH(test_request_waits);
    BOTH(test_no_byte_count);
    BOTH(test_answered_id);
    BOTH(test_cancel);
    BOTH(test_unknown_flags);
    BOTH(test_no_room_for_structure);
    BOTH(test_room_for_structure_only);
    BOTH(test_more_data_pending);
    BOTH(test_each_size);
    BOTH(test_left_request);
    BOTH(test_order_of_requests);
    BOTH(test_received_twice);
    BOTH(test_received_twice_with_body);
    if (test_on_windows()) {
        skip("our own choices");
        return;
    }
    BOTH(test_other_queue);
    BOTH(test_received_twice_in_use);
}
