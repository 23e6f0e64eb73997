/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_connection.c: the life of a connection, from the first byte to the last FIN, seen from both ends.
 */
#include "engine/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "engine/connections.h"
#include "engine/parameters.h"
#include "engine/sweep.h"
#include "faults.h"
#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: localhost\r\n"

#define ConnectionTest(name, ...) LoopbackTest(connection, name, ##__VA_ARGS__)

/* As if the only connection's time were over. */
static void pass_deadline(void)
{
    struct connection *c = loopback_connection();

    cr_assert(c->deadline > 0);
    shard_lock(shards[0]);
    c->deadline = 0.1;
    connections_sweep(shards[0]);
    shard_unlock(shards[0]);
}

static bool has(const struct reply *r, const char *line)
{
    return strstr(r->head, line) != NULL;
}

/* --- one request, many requests */

ConnectionTest(a_request_and_its_answer)
{
    int fd = client_open(&l);
    const struct reply *reply;
    struct request *r;

    client_send(fd, GET "\r\n");
    r = app_receive(&l);
    cr_assert_eq(r->verb, VERB_GET);
    assert_text(request_text(r, r->target), "/a");
    cr_assert_eq(r->url_context, LOOPBACK_CONTEXT);
    cr_assert(r->body.complete && r->connection->id && r->id && r->connection->id != r->id);
    app_answer(&l, r->id, "hello");
    reply = client_reply(fd);
    cr_assert_eq(reply->status, 200);
    cr_assert_str_eq(reply->body, "hello");
    cr_assert(has(reply, "\r\nContent-Length: 5\r\n") && !has(reply, "Connection"));
    client_close(fd);
}

static int send_buffer(void)
{
    int size = 0;
    socklen_t len = sizeof size;

    cr_assert_eq(getsockopt(loopback_connection()->fd, SOL_SOCKET, SO_SNDBUF, &size, &len), 0);
    return size;
}

/* MaxBytesPerSend is the window of a connection's sends; by default Linux says how large it is. (It doubles what it is told.) */
ConnectionTest(the_window_of_sends)
{
    int fd = client_open(&l), usual;

    client_send(fd, "G");
    loopback_settle();
    usual = send_buffer();
    client_reset(fd);
    loopback_settle();
    parameters.MaxBytesPerSend = 20000;
    fd = client_open(&l);
    client_send(fd, "G");
    loopback_settle();
    cr_assert_eq(send_buffer(), 40000);
    cr_assert_neq(usual, 2 * DEFAULT_MaxBytesPerSend);
    client_reset(fd);
    loopback_settle();
}

ConnectionTest(keep_alive)
{
    int fd = client_open(&l);
    uint64_t connection = 0, before = 0;

    for (int i = 0; i < 5; i++) {
        struct request *r;
        uint64_t id;

        client_send(fd, GET "\r\n");
        r = app_receive(&l);
        id = r->id;
        cr_assert(id != before);
        cr_assert(!connection || connection == r->connection->id);
        before = id;
        connection = r->connection->id;
        app_answer(&l, id, "x");
        cr_assert_str_eq(client_reply(fd)->body, "x");
        cr_assert_eq(request_lock(l.queue, id), NULL, "an answered request's id is gone");
    }
    client_close(fd);
}

ConnectionTest(two_connections)
{
    int a = client_open(&l), b = client_open(&l);
    struct request *first, *second;

    client_send(a, "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    first = app_receive(&l);
    client_send(b, "GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    second = app_receive(&l);
    cr_assert(first->id != second->id && first->connection->id != second->connection->id);
    app_answer(&l, second->id, "two");
    app_answer(&l, first->id, "one");
    cr_assert_str_eq(client_reply(a)->body, "one");
    cr_assert_str_eq(client_reply(b)->body, "two");
    client_close(a);
    client_close(b);
}

/* A pipelined request isn't seen before the one in front of it is answered. */
ConnectionTest(pipelining)
{
    int fd = client_open(&l);
    char body[8], want[32];

    for (int i = 0; i < 4; i++) {
        snprintf(want, sizeof want, "GET /%d HTTP/1.1\r\n", i);
        client_send(fd, want);
        client_send(fd, "Host: localhost\r\n\r\n");
    }
    for (int i = 0; i < 4; i++) {
        struct request *r = app_receive(&l);

        snprintf(want, sizeof want, "/%d", i);
        assert_text(request_text(r, r->target), want);
        loopback_settle();
        cr_assert(list_empty(&l.queue->lanes[0].ready));
        snprintf(body, sizeof body, "%d", i);
        app_answer(&l, r->id, body);
    }
    for (int i = 0; i < 4; i++) {
        snprintf(body, sizeof body, "%d", i);
        cr_assert_str_eq(client_reply(fd)->body, body);
    }
    client_close(fd);
}

ConnectionTest(a_receive_that_waits_gets_the_pipelined_request)
{
    int fd = client_open(&l);
    struct receiving x;
    struct request *r;

    client_send(fd, GET "\r\n" GET "\r\n");
    r = app_receive(&l);
    cr_assert_eq(app_receive_begin(&l, &x), RESULT_PENDING);
    loopback_settle();
    cr_assert(!x.over);
    app_answer(&l, r->id, "1");
    loopback_run(&x.over);
    cr_assert_eq(x.receive.io.result, RESULT_OK);
    request_deliver(x.receive.request, true, 0);
    app_answer(&l, x.receive.request->id, "2");
    cr_assert_str_eq(client_reply(fd)->body, "1");
    cr_assert_str_eq(client_reply(fd)->body, "2");
    client_close(fd);
}

/* Thousands of them in one write, more than any buffer holds. */
ConnectionTest(a_long_pipeline)
{
    enum { REQUESTS = 3000 };
    static char all[REQUESTS * 64];
    int fd = client_open(&l), answered = 0;
    size_t n = 0, sent = 0;

    for (int i = 0; i < REQUESTS; i++)
        n += (size_t)sprintf(all + n, "GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n", i);
    while (answered < REQUESTS) {
        ssize_t more = sendto(fd, all + sent, n - sent, MSG_NOSIGNAL, NULL, 0);
        struct request *r = app_receive(&l);
        char want[32];

        sent += more > 0 ? (size_t)more : 0;
        snprintf(want, sizeof want, "/%d", answered++);
        assert_text(request_text(r, r->target), want);
        app_answer(&l, r->id, want);
        cr_assert_str_eq(client_reply(fd)->body, want);
    }
    client_close(fd);
}

/* --- how connections end */

ConnectionTest(connection_close)
{
    int fd = client_open(&l);

    client_send(fd, GET "Connection: close\r\n\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    cr_assert(has(client_reply(fd), "\r\nConnection: close\r\n"));
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(the_application_closes)
{
    int fd = client_open(&l);
    struct answer a;

    client_send(fd, GET "\r\n");
    answer_begin(&a, 200, "OK");
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, &a, DISCONNECT), RESULT_OK);
    cr_assert(has(client_reply(fd), "\r\nConnection: close\r\n"));
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(http_1_0)
{
    int fd = client_open(&l);
    const struct reply *reply;

    client_send(fd, "GET /a HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    reply = client_reply(fd);
    cr_assert(has(reply, "HTTP/1.1 200 OK\r\n") && has(reply, "\r\nConnection: close\r\n"));
    client_expect_end(fd);
    client_close(fd);
}

/* A FIN and no reset, although the client sends on: every byte of the answer arrives. */
ConnectionTest(lingering)
{
    static char waste[100000];
    int fd = client_open(&l);

    client_send(fd, GET "Connection: close\r\n\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    loopback_settle();
    client_write(fd, waste, sizeof waste);
    loopback_settle();
    client_write(fd, waste, sizeof waste);
    cr_assert_str_eq(client_reply(fd)->body, "x");
    client_expect_end(fd);
    cr_assert_eq(connections_count(), 1u, "it waits for the client's FIN");
    client_close(fd);
}

ConnectionTest(a_client_that_never_closes)
{
    int fd = client_open(&l);

    client_send(fd, GET "Connection: close\r\n\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    client_expect_end(fd);
    pass_deadline();
    cr_assert_eq(connections_count(), 0u);
    client_close(fd);
}

ConnectionTest(an_idle_connection)
{
    int fd = client_open(&l);

    loopback_settle();
    pass_deadline();
    cr_assert_eq(connections_count(), 0u);
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(half_a_head_for_too_long)
{
    int fd = client_open(&l);

    client_send(fd, "GET /a HTT");
    loopback_settle();
    pass_deadline();
    cr_assert_eq(connections_count(), 0u);
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(the_client_closes)
{
    int fd = client_open(&l);

    loopback_settle();
    client_close(fd);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
}

ConnectionTest(the_client_resets)
{
    int fd = client_open(&l);

    client_send(fd, "GET /a");
    loopback_settle();
    client_reset(fd);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
}

/* Its FIN says that no more requests come, not that nobody reads. */
ConnectionTest(half_closed_behind_the_request)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, GET "\r\n");
    client_shutdown(fd);
    r = app_receive(&l);
    loopback_settle();
    app_answer(&l, r->id, "x");
    cr_assert_str_eq(client_reply(fd)->body, "x");
    client_expect_end(fd);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
    client_close(fd);
}

ConnectionTest(half_closed_behind_two_requests)
{
    int fd = client_open(&l);

    client_send(fd, GET "\r\n" GET "\r\n");
    client_shutdown(fd);
    app_answer(&l, app_receive(&l)->id, "1");
    app_answer(&l, app_receive(&l)->id, "2");
    cr_assert_str_eq(client_reply(fd)->body, "1");
    cr_assert_str_eq(client_reply(fd)->body, "2");
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(half_closed_in_the_head)
{
    int fd = client_open(&l);

    client_send(fd, "GET /a HTTP/1.1\r\nHost");
    client_shutdown(fd);
    cr_assert_eq(client_reply(fd)->status, 400);
    client_expect_end(fd);
    client_close(fd);
}

/* --- the engine's own answers */

static void gets_page(const char *request, int status, size_t length)
{
    int fd = client_open(&l);
    const struct reply *reply;

    client_send(fd, request);
    reply = client_reply(fd);
    cr_assert(reply->status == status && reply->body_len == length, "%s: %d, %zu bytes", request, reply->status,
              reply->body_len);
    cr_assert(has(reply, "\r\nConnection: close\r\n"));
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(pages)
{
    gets_page("foo\r\n", 400, 326);
    gets_page("(", 400, 326);
    gets_page(GET "a(b: c\r\n\r\n", 400, 339);
    gets_page("GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, 324);
    gets_page("GET / HTTP/1.1\r\n\r\n", 400, 334);
    gets_page("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, 334);
    gets_page("GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n", 400, 334);
    gets_page("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 411, 344);
    gets_page(POST "Transfer-Encoding: garbage\r\n\r\n", 501, 343);
    cr_assert(list_empty(&l.queue->lanes[0].ready), "none of them reached the application");
}

/* The whole answer comes at once, then a FIN; the client may send on. */
ConnectionTest(a_refused_request_ends_gracefully)
{
    int fd = client_open(&l);

    client_send(fd, "foo\r\n");
    cr_assert_eq(client_reply(fd)->status, 400);
    client_send(fd, "bar\r\n");
    loopback_settle();
    client_send(fd, "baz\r\n");
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(a_refused_request_behind_a_good_one)
{
    int fd = client_open(&l);

    client_send(fd, GET "\r\nfoo\r\n" GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    cr_assert_str_eq(client_reply(fd)->body, "x");
    cr_assert_eq(client_reply(fd)->status, 400);
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(unknown_path)
{
    utf16 wide[64];
    char text[64];
    struct prefix p;

    router_remove_all(&l.target);
    snprintf(text, sizeof text, "http://localhost:%u/known/", l.port);
    cr_assert_eq(prefix_parse(&p, widen(wide, COUNT(wide), text)), RESULT_OK);
    cr_assert_eq(router_add(&l.target, &p, 1), RESULT_OK);
    gets_page("GET /unknown HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, 315);
    gets_page("GET /known/.. HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, 315);
    gets_page("GET /known HTTP/1.1\r\nHost: unknown\r\n\r\n", 400, 334);
}

/* What a client is told by a queue that doesn't take its request. */
static void is_refused(const char *reason)
{
    int fd = client_open(&l);

    client_send(fd, GET "\r\n");
    if (reason)
        cr_assert(has(client_reply(fd), reason), "not%s", reason);
    else
        client_expect_reset(fd);
    client_close(fd);
}

ConnectionTest(verbosity)
{
    int fd = client_open(&l);

    queue_configure(l.queue, 1, false, VERBOSITY_BASIC);
    is_refused(NULL);
    queue_configure(l.queue, 1, false, VERBOSITY_LIMITED);
    is_refused(" 503 Service Unavailable\r\n");
    queue_configure(l.queue, 1, false, VERBOSITY_FULL);
    is_refused(" 503 Disabled\r\n");
    queue_configure(l.queue, 1, true, VERBOSITY_FULL);
    client_send(fd, GET "\r\n");
    loopback_settle();
    is_refused(" 503 QueueFull\r\n");
    queue_configure(l.queue, 1, true, VERBOSITY_LIMITED);
    is_refused(" 503 Service Unavailable\r\n");
    queue_configure(l.queue, 1, true, VERBOSITY_BASIC);
    is_refused(NULL);
    app_answer(&l, app_receive(&l)->id, "x");
    client_close(fd);
}

/* Inactive means new requests; and so does a group's new queue. */
ConnectionTest(what_waits_in_a_queue_stays)
{
    struct queue *other = queue_open();
    int fd = client_open(&l);

    client_send(fd, GET "\r\n");
    loopback_settle();
    queue_configure(l.queue, 10, false, VERBOSITY_BASIC);
    router_bind(&l.target, other);
    app_answer(&l, app_receive(&l)->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    router_bind(&l.target, l.queue);
    queue_close(other);
    queue_recycle(other);
    client_close(fd);
}

ConnectionTest(unbound_disabled_full)
{
    int fd = client_open(&l);

    router_bind(&l.target, NULL);
    gets_page(GET "\r\n", 503, 326);
    router_bind(&l.target, l.queue);
    router_disable(&l.target, true);
    gets_page(GET "\r\n", 503, 326);
    router_disable(&l.target, false);
    queue_configure(l.queue, 1000, false, VERBOSITY_LIMITED);
    gets_page(GET "\r\n", 503, 326);
    queue_configure(l.queue, 1, true, VERBOSITY_LIMITED);
    client_send(fd, GET "\r\n");
    loopback_settle();
    gets_page(GET "\r\n", 503, 326);
    app_answer(&l, app_receive(&l)->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

ConnectionTest(a_page_for_head)
{
    int fd = client_open(&l);

    client_send(fd, "HEAD / HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
    cr_assert(has(client_reply_to_head(fd), "\r\nContent-Length: 334\r\n"));
    client_expect_end(fd);
    client_close(fd);
}

/* --- what content there is */

static void sends_no_content(const char *request, unsigned status, bool with_length)
{
    int fd = client_open(&l);
    struct answer a;
    const struct reply *reply;

    client_send(fd, request);
    answer_begin(&a, status, "");
    if (with_length)
        answer_header(&a, "Content-Length", "20");
    answer_memory(&a, "abcde", 5);
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, &a, LAST), RESULT_OK);
    reply = client_reply_to_head(fd);
    cr_assert_eq(has(reply, "Content-Length: 20\r\n"), with_length);
    cr_assert(with_length || !has(reply, "Content-Length"));
    cr_assert_eq(a.send.io.bytes, strlen(reply->head), "%s", request);
    client_send(fd, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "next");
    cr_assert_str_eq(client_reply(fd)->body, "next");
    client_close(fd);
}

ConnectionTest(no_content)
{
    sends_no_content("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, false);
    sends_no_content("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, true);
    sends_no_content(GET "\r\n", 204, false);
    sends_no_content(GET "\r\n", 304, true);
}

/* MORE and no length: neither a length nor chunks are invented. */
ConnectionTest(more_without_a_length)
{
    int fd = client_open(&l);
    struct answer a, b;
    uint64_t id;
    char rest[32] = {0};

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    answer_begin(&a, 200, "OK");
    answer_memory(&a, "ping", 4);
    cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_OK);
    cr_assert(!has(client_reply_to_head(fd), "Content-Length"));
    answer_part(&b);
    answer_memory(&b, "pong", 4);
    cr_assert_eq(answer_send(&l, id, &b, DISCONNECT), RESULT_OK);
    cr_assert_eq(b.send.io.bytes, 4u);
    cr_assert_eq(client_read(fd, rest, 8), 8);
    cr_assert_str_eq(rest, "pingpong");
    client_expect_end(fd);
    client_close(fd);
}

/* --- bodies the application doesn't read */

ConnectionTest(an_unread_body_is_dropped)
{
    static char body[300000];
    int fd = client_open(&l);

    client_send(fd, POST "Content-Length: 300000\r\n\r\n");
    app_answer(&l, app_receive(&l)->id, "1");
    client_write(fd, body, sizeof body);
    client_send(fd, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "2");
    cr_assert_str_eq(client_reply(fd)->body, "1");
    cr_assert_str_eq(client_reply(fd)->body, "2");
    client_close(fd);
}

ConnectionTest(an_unread_chunked_body_is_dropped)
{
    int fd = client_open(&l);

    client_send(fd, POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhel");
    app_answer(&l, app_receive(&l)->id, "1");
    loopback_settle();
    client_send(fd, "lo\r\n0\r\n\r\n" GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "2");
    cr_assert_str_eq(client_reply(fd)->body, "1");
    cr_assert_str_eq(client_reply(fd)->body, "2");
    client_close(fd);
}

/* What is wrong with a body doesn't take the answer away that was given before: a FIN behind it, no reset. */
ConnectionTest(a_bad_body_behind_the_answer)
{
    static char waste[300000];
    int fd = client_open(&l);

    client_send(fd, POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhel");
    app_answer(&l, app_receive(&l)->id, "1");
    loopback_settle();
    client_send(fd, "lo!");
    client_write(fd, waste, sizeof waste);
    client_send(fd, GET "\r\n");
    cr_assert_str_eq(client_reply(fd)->body, "1");
    client_expect_end(fd);
    client_close(fd);
}

/* The application sees the request, and that its body is none; however the bytes come. */
static void bad_body(const char *at_once, const char *later)
{
    int fd = client_open(&l);
    struct request *r;
    char body[8] = {0};
    size_t got;

    client_send(fd, at_once);
    r = app_receive(&l);
    client_send(fd, later);
    cr_assert_eq(app_read(&l, r->id, body, 2, true, &got), RESULT_OK);
    cr_assert(got == 2 && !memcmp(body, "ab", 2));
    cr_assert_eq(app_read(&l, r->id, body, sizeof body, false, &got), RESULT_RESET);
    cr_assert_eq(client_reply(fd)->status, 400);
    client_expect_end(fd);
    client_close(fd);
}

ConnectionTest(a_bad_chunk)
{
    bad_body(POST "Transfer-Encoding: chunked\r\n\r\n2\r\nab!\r\n0\r\n\r\n", "");
    bad_body(POST "Transfer-Encoding: chunked\r\n\r\n2\r\nab!", "\r\n0\r\n\r\n" GET "\r\n");
}

/* What a receive that takes the body along found isn't forgotten: the rest mustn't look like a body's. */
ConnectionTest(a_bad_chunk_that_is_taken_along)
{
    int fd = client_open(&l);
    struct request *r;
    char body[8];
    size_t got;

    client_send(fd, POST "Transfer-Encoding: chunked\r\n\r\n");
    r = app_take(&l);
    client_send(fd, "2\r\nab!");
    request_top_up(r);
    request_deliver(r, true, 2);
    client_send(fd, "\r\n0\r\n\r\n" GET "\r\n");
    cr_assert_eq(app_read(&l, r->id, body, sizeof body, false, &got), RESULT_RESET);
    cr_assert_eq(client_reply(fd)->status, 400);
    client_expect_end(fd);
    client_close(fd);
}

/* --- 100 Continue */

ConnectionTest(invited)
{
    int fd = client_open(&l);
    struct reading x;
    struct request *r;
    char body[8];

    client_send(fd, POST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    r = app_receive(&l);
    loopback_settle();
    cr_assert_eq(client_pending(fd), 0u, "not before the application asks");
    cr_assert_eq(app_read_begin(&l, r->id, &x, body, sizeof body, false), RESULT_PENDING);
    cr_assert_str_eq(client_reply_to_head(fd)->head, "HTTP/1.1 100 Continue\r\n\r\n");
    client_send(fd, "ab");
    loopback_run(&x.over);
    cr_assert(x.read.io.result == RESULT_OK && x.read.io.bytes == 2);
    app_answer(&l, r->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_send(fd, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "y");
    cr_assert_str_eq(client_reply(fd)->body, "y");
    client_close(fd);
}

ConnectionTest(the_body_came_without_invitation)
{
    int fd = client_open(&l);
    struct request *r;
    char body[8];
    size_t got;

    client_send(fd, POST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\nab");
    r = app_receive(&l);
    cr_assert_eq(app_read(&l, r->id, body, sizeof body, false, &got), RESULT_OK);
    app_answer(&l, r->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* Nobody knows whether the body will come, so nobody could tell what the next byte is. */
ConnectionTest(answered_without_invitation)
{
    int fd = client_open(&l);

    client_send(fd, POST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    cr_assert(has(client_reply(fd), "\r\nConnection: close\r\n"));
    client_expect_end(fd);
    client_close(fd);
}

/* A full socket buffer takes a part of the invitation: the rest must come before the answer. */
ConnectionTest(the_invitation_is_sent_whole)
{
    int fd = client_open(&l);
    struct reading x;
    struct request *r;
    char body[8];

    client_send(fd, POST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    r = app_receive(&l);
    faults_short_send(1);
    cr_assert_eq(app_read_begin(&l, r->id, &x, body, sizeof body, false), RESULT_PENDING);
    client_send(fd, "ab");
    loopback_run(&x.over);
    app_answer(&l, r->id, "x");
    cr_assert_str_eq(client_reply_to_head(fd)->head, "HTTP/1.1 100 Continue\r\n\r\n");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* --- resets */

ConnectionTest(reset_while_the_request_waits)
{
    static struct receiving x; /* pending until the queue is closed */
    int fd = client_open(&l);

    client_send(fd, GET "\r\n");
    loopback_settle();
    cr_assert(!list_empty(&l.queue->lanes[0].ready));
    client_reset(fd);
    loopback_settle();
    cr_assert(list_empty(&l.queue->lanes[0].ready));
    cr_assert_eq(connections_count(), 0u);
    cr_assert_eq(app_receive_begin(&l, &x), RESULT_PENDING);
}

ConnectionTest(reset_while_a_receive_copies)
{
    int fd = client_open(&l);
    struct request *r;
    uint64_t id;

    client_send(fd, GET "\r\n");
    r = app_take(&l);
    id = r->id;
    client_reset(fd);
    loopback_settle();
    assert_text(request_text(r, r->target), "/a");
    request_deliver(r, true, 0);
    cr_assert(!request_lock(l.queue, id));
    cr_assert_eq(connections_count(), 0u);
}

/* The buffer was too small, the application asks again, and then the client goes. */
ConnectionTest(reset_while_a_second_receive_copies)
{
    int fd = client_open(&l);
    struct request *r;
    uint64_t id;

    client_send(fd, GET "\r\n");
    r = app_take(&l);
    id = r->id;
    request_deliver(r, false, 0);
    cr_assert_eq(request_take(l.queue, id, &r), RESULT_OK);
    client_reset(fd);
    loopback_settle();
    request_deliver(r, true, 0);
    cr_assert_eq(connections_count(), 0u);
}

/* --- a receive whose buffer has gone gives its request back */

ConnectionTest(a_request_for_another_receive)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, GET "\r\n");
    r = app_take(&l);
    request_return(r);
    cr_assert_eq(app_receive(&l), r);
    app_answer(&l, r->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

ConnectionTest(a_request_given_back_behind_its_client)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, GET "\r\n");
    r = app_take(&l);
    client_reset(fd);
    loopback_settle();
    request_return(r);
    cr_assert_eq(connections_count(), 0u);
}

ConnectionTest(a_request_given_back_to_a_queue_that_takes_none)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, GET "\r\n");
    r = app_take(&l);
    queue_configure(l.queue, QUEUE_LENGTH_DEFAULT, false, VERBOSITY_BASIC);
    request_return(r);
    client_expect_reset(fd);
    client_close(fd);
    cr_assert_eq(connections_count(), 0u);
}

ConnectionTest(reset_while_the_application_works)
{
    int fd = client_open(&l);
    struct answer a;
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    client_reset(fd);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
    answer_begin(&a, 200, "OK");
    cr_assert_eq(answer_send(&l, id, &a, LAST), RESULT_GONE);
}

ConnectionTest(reset_while_a_body_is_read)
{
    int fd = client_open(&l);
    struct reading x;
    char body[8];
    uint64_t id;

    client_send(fd, POST "Content-Length: 10\r\n\r\n");
    id = app_receive(&l)->id;
    cr_assert_eq(app_read_begin(&l, id, &x, body, sizeof body, false), RESULT_PENDING);
    client_reset(fd);
    loopback_run(&x.over);
    cr_assert_eq(x.read.io.result, RESULT_RESET);
    cr_assert_eq(connections_count(), 0u);
}

ConnectionTest(reset_while_an_answer_is_sent)
{
    static char large[8 << 20];
    int fd = client_open(&l);
    struct answer a;
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    answer_begin(&a, 200, "OK");
    answer_memory(&a, large, sizeof large);
    cr_assert_eq(answer_send(&l, id, &a, LAST), RESULT_PENDING);
    client_reset(fd);
    loopback_run(&a.over);
    cr_assert_eq(a.send.io.result, RESULT_RESET);
    cr_assert_eq(connections_count(), 0u);
}

ConnectionTest(reset_while_nobody_reads)
{
    int fd = client_open(&l);

    client_send(fd, GET "\r\n");
    app_receive(&l);
    client_send(fd, GET "\r\n");
    loopback_settle();
    cr_assert(loopback_connection()->parked);
    client_reset(fd);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
}

/* --- the application gives up */

ConnectionTest(a_cancelled_request_resets_its_client)
{
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, POST "Content-Length: 10\r\n\r\nabc");
    id = app_receive(&l)->id;
    cr_assert_eq(request_cancel(l.queue, id), RESULT_OK);
    cr_assert_eq(request_cancel(l.queue, id), RESULT_GONE);
    client_expect_reset(fd);
    client_close(fd);
}

ConnectionTest(shutdown_of_the_queue)
{
    int waits = client_open(&l), held = client_open(&l);
    uint64_t id;
    struct receiving x;

    client_send(held, GET "\r\n");
    id = app_receive(&l)->id;
    client_send(waits, GET "\r\n");
    loopback_settle();
    queue_shutdown(l.queue);
    cr_assert_eq(client_reply(waits)->status, 503);
    client_expect_end(waits);
    app_answer(&l, id, "x");
    cr_assert_str_eq(client_reply(held)->body, "x");
    cr_assert_eq(app_receive_begin(&l, &x), RESULT_CANCELED);
    client_close(waits);
    client_close(held);
}

ConnectionTest(closing_the_queue_resets_what_is_held)
{
    int waits = client_open(&l), held = client_open(&l), idle = client_open(&l);
    struct receiving x;

    client_send(held, GET "\r\n");
    app_receive(&l);
    client_send(waits, GET "\r\n");
    loopback_settle();
    cr_assert(!list_empty(&l.queue->lanes[0].ready));
    queue_close(l.queue);
    client_expect_reset(held);
    cr_assert_eq(client_reply(waits)->status, 503);
    cr_assert_eq(app_receive_begin(&l, &x), RESULT_CANCELED);
    client_close(waits);
    client_close(held);
    client_close(idle);
    l.queue = queue_open(); /* for loopback_close() */
}

/* --- waiting for the end */

static void disconnected(struct io *io)
{
    io->bytes = 1;
}

static enum result wait_for_end(struct io *io, uint64_t connection)
{
    io_init(io, disconnected);
    io->owner = io;
    return connection_wait_disconnect(connection, io);
}

ConnectionTest(disconnect_is_told_to_all_who_wait)
{
    int fd = client_open(&l);
    struct io a, b;
    struct request *r;
    uint64_t connection;

    client_send(fd, GET "Connection: close\r\n\r\n");
    r = app_receive(&l);
    connection = r->connection->id;
    cr_assert_eq(wait_for_end(&a, connection), RESULT_PENDING);
    cr_assert_eq(wait_for_end(&b, connection), RESULT_PENDING);
    loopback_settle();
    cr_assert(!a.bytes && !b.bytes);
    app_answer(&l, r->id, "x");
    cr_assert(a.bytes && b.bytes && a.result == RESULT_OK && b.result == RESULT_OK);
    cr_assert_eq(wait_for_end(&a, connection), RESULT_GONE);
    client_close(fd);
}

/* Real Windows: a FIN doesn't end the wait while the request is being worked on, a reset does. */
ConnectionTest(disconnect_and_the_client)
{
    int fd = client_open(&l);
    struct io io;

    client_send(fd, GET "\r\n");
    cr_assert_eq(wait_for_end(&io, app_receive(&l)->connection->id), RESULT_PENDING);
    client_shutdown(fd);
    loopback_settle();
    cr_assert(!io.bytes);
    client_reset(fd);
    loopback_settle();
    cr_assert(io.bytes);
}

static bool is_this(const struct io *io, const void *arg)
{
    return io == arg;
}

ConnectionTest(a_cancelled_wait_for_the_end)
{
    int fd = client_open(&l);
    struct io a, b;
    uint64_t connection;

    client_send(fd, GET "\r\n");
    connection = app_receive(&l)->connection->id;
    cr_assert_eq(wait_for_end(&a, connection), RESULT_PENDING);
    cr_assert_eq(wait_for_end(&b, connection), RESULT_PENDING);
    cr_assert_eq(connections_cancel(is_this, &a), 1u);
    cr_assert(a.bytes && a.result == RESULT_CANCELED && !b.bytes);
    cr_assert_eq(connections_cancel(is_this, &a), 0u);
    client_reset(fd);
    loopback_settle();
    cr_assert(b.bytes && b.result == RESULT_OK);
}

ConnectionTest(no_such_connection)
{
    struct io io;

    cr_assert_eq(wait_for_end(&io, 0), RESULT_GONE);
    cr_assert_eq(wait_for_end(&io, 0xdead), RESULT_GONE);
    cr_assert_eq(wait_for_end(&io, UINT64_MAX), RESULT_GONE);
}

/* Both tables begin to count at one: a program that mixes up its ids must not be believed. */
ConnectionTest(a_request_id_is_no_connection_id)
{
    int fd = client_open(&l);
    struct request *r;
    struct io io;

    client_send(fd, GET "\r\n");
    r = app_receive(&l);
    cr_assert(r->id != r->connection->id);
    cr_assert_eq(wait_for_end(&io, r->id), RESULT_GONE);
    client_close(fd);
}

/* Someone who waits for the end of a send breaks the connection by taking the wait back. */
ConnectionTest(a_cancelled_send)
{
    static char large[8 << 20];
    int fd = client_open(&l);
    struct answer a;

    client_send(fd, GET "\r\n");
    answer_begin(&a, 200, "OK");
    answer_memory(&a, large, sizeof large);
    a.send.io.owner = &a;
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, &a, LAST), RESULT_PENDING);
    cr_assert_eq(connections_cancel(is_this, &a.send.io), 1u);
    cr_assert(a.over && a.send.io.result == RESULT_CANCELED);
    cr_assert_eq(connections_count(), 0u);
    client_close(fd);
}

/* --- everything one byte at a time, with interruptions */

static void exchange(int fd, const char *length_or_coding, const char *wire, const char *body)
{
    struct request *r;
    char got[64] = {0};
    size_t n;

    client_send(fd, POST);
    client_send(fd, length_or_coding);
    client_send(fd, "\r\n\r\n");
    client_send(fd, wire);
    r = app_receive(&l);
    cr_assert_eq(app_read(&l, r->id, got, sizeof got, true, &n), RESULT_OK);
    cr_assert(n == strlen(body) && !memcmp(got, body, n), "%.*s", (int)n, got);
    cr_assert_eq(app_read(&l, r->id, got, sizeof got, true, &n), RESULT_EOF);
    app_answer(&l, r->id, body);
    cr_assert_str_eq(client_reply(fd)->body, body);
}

ConnectionTest(short_reads_short_writes_and_interruptions)
{
    int fd = client_open(&l);

    for (unsigned seed = 1; seed <= 20; seed++) {
        faults_trickle(seed * 7919);
        exchange(fd, "Content-Length: 11", "hello world", "hello world");
        exchange(fd, "Transfer-Encoding: chunked", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world");
        client_send(fd, GET "\r\n" GET "\r\n");
        app_answer(&l, app_receive(&l)->id, "1");
        app_answer(&l, app_receive(&l)->id, "2");
        cr_assert_str_eq(client_reply(fd)->body, "1");
        cr_assert_str_eq(client_reply(fd)->body, "2");
    }
    faults_trickle(0);
    client_close(fd);
}

ConnectionTest(pages_in_trickles)
{
    for (unsigned seed = 1; seed <= 5; seed++) {
        faults_trickle(seed * 104729);
        gets_page("GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, 324);
        gets_page("GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n", 400, 334);
        gets_page("foo\r\n", 400, 326);
    }
    faults_trickle(0);
}

/* --- MaxConnections */

ConnectionTest(no_more_than_there_may_be)
{
    int one, two, third;

    parameters.MaxConnections = 2;
    one = client_open(&l);
    two = client_open(&l);
    loopback_settle();
    cr_assert_eq(connections_count(), 2u);
    third = client_open(&l);
    client_expect_reset(third);
    client_close(third);
    client_reset(two);
    loopback_settle();
    cr_assert_eq(connections_count(), 1u);
    third = client_open(&l);
    client_send(third, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "there is a place again");
    cr_assert_eq(client_reply(third)->status, 200);
    client_close(third);
    client_close(one);
}

/* --- without memory: a connection is lost, nothing else */

/* The loop has memory put aside for itself: when it needs that, the request is served. */
static bool is_queued(const struct connection *c)
{
    return c->request && c->request->state == REQUEST_READY;
}

ConnectionTest(without_memory)
{
    bool failed = true;

    for (unsigned nth = 1; failed; nth++) {
        int fd = client_open(&l);
        char c;

        client_send(fd, GET "a: 1\r\nb: 2\r\n\r\n");
        faults_fail_alloc(nth);
        loopback_settle();
        failed = faults_alloc_failed();
        if (failed && connections_count() && !is_queued(loopback_connection()))
            client_read(fd, &c, 1);
        client_reset(fd);
        loopback_settle();
        cr_assert_eq(connections_count(), 0u);
    }
}

/* A buffered part behind one that waits is copied first: when that fails, those before it go on. */
ConnectionTest(a_buffered_part_that_fails)
{
    static char large[8 << 20];
    int fd = client_open(&l);
    struct answer first, part;
    enum result result;
    bool failed = true;
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    answer_begin(&first, 200, "OK");
    answer_memory(&first, large, sizeof large);
    cr_assert_eq(answer_send(&l, id, &first, MORE), RESULT_PENDING);
    for (unsigned nth = 1; failed; nth++) {
        answer_part(&part);
        answer_memory(&part, "x", 1);
        faults_fail_alloc(nth);
        result = answer_send(&l, id, &part, MORE | BUFFERED);
        failed = faults_alloc_failed();
        cr_assert_eq(result, failed ? RESULT_NO_MEMORY : RESULT_OK);
    }
    answer_part(&part);
    part.send.trailers = TEXT("\r\n0\r\n\r\n"); /* of a body that isn't framed by us */
    cr_assert_eq(answer_send(&l, id, &part, BUFFERED), RESULT_INVALID);
    cr_assert(!first.over);
    client_reset(fd);
    loopback_run(&first.over);
    cr_assert_eq(first.send.io.result, RESULT_RESET);
}
