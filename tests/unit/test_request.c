/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_request.c: what the application does with a request it holds: taking it again, asking for its times and its
 * transport, marking its packets.
 */
#include "engine/request.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "engine/connections.h"
#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"

#define RequestTest(name, ...) LoopbackTest(request, name, ##__VA_ARGS__)

/* --- taking by id */

RequestTest(one_that_was_delivered_whole_has_ended)
{
    int fd = client_open(&l);
    struct request *r, *again;

    client_send(fd, GET);
    r = app_receive(&l);
    cr_assert_eq(request_take(l.queue, r->id, &again), RESULT_EOF);
    app_answer(&l, r->id, "");
    client_close(fd);
}

/* As long as there is something to read; each time the whole request. */
RequestTest(one_with_a_body_is_taken_again)
{
    int fd = client_open(&l);
    struct request *r, *again = NULL;
    char buffer[8];
    uint64_t id;
    size_t got;

    client_send(fd, POST);
    r = app_receive(&l);
    id = r->id;
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(request_take(l.queue, id, &again), RESULT_OK);
        cr_assert_eq(again, r);
        assert_text(request_text(r, r->target), "/a");
        cr_assert_eq(request_lock(l.queue, id), NULL, "it is taken");
        request_deliver(r, true, 0);
        if (i == 0)
            client_send(fd, "abc");
    }
    client_send(fd, "de");
    cr_assert_eq(app_read(&l, id, buffer, 5, true, &got), RESULT_OK);
    cr_assert(got == 5 && !memcmp(buffer, "abcde", 5));
    cr_assert_eq(request_take(l.queue, id, &again), RESULT_EOF);
    app_answer(&l, id, "");
    client_close(fd);
}

RequestTest(one_that_is_read_isn_t_taken)
{
    int fd = client_open(&l);
    struct request *again;
    struct reading x;
    char buffer[8];
    uint64_t id;

    client_send(fd, POST);
    id = app_receive(&l)->id;
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, 5, true), RESULT_PENDING);
    cr_assert_eq(request_take(l.queue, id, &again), RESULT_INVALID);
    client_send(fd, "abcde");
    loopback_run(&x.over);
    app_answer(&l, id, "");
    client_close(fd);
}

/* The client leaves while the request is taken: it is still there for the taker, and gone behind him. */
RequestTest(one_taken_again_outlives_its_client)
{
    int fd = client_open(&l);
    struct request *r;
    uint64_t id;

    client_send(fd, POST);
    id = app_receive(&l)->id;
    cr_assert_eq(request_take(l.queue, id, &r), RESULT_OK);
    client_reset(fd);
    loopback_settle();
    assert_text(request_text(r, r->target), "/a");
    request_deliver(r, true, 0);
    cr_assert_eq(request_take(l.queue, id, &r), RESULT_GONE);
}

/* --- whether a read has come to the end */

static bool all(const struct io *io, const void *arg)
{
    (void)io, (void)arg;
    return true;
}

RequestTest(a_read_knows_the_end)
{
    int fd = client_open(&l);
    struct reading x;
    char buffer[8];
    uint64_t id;

    client_send(fd, POST "abc");
    id = app_receive(&l)->id;
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, 2, false), RESULT_OK);
    cr_assert(!x.read.at_end, "more is here");
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, 2, false), RESULT_OK);
    cr_assert(!x.read.at_end, "more will come");
    client_send(fd, "de");
    loopback_settle();
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, 2, true), RESULT_OK);
    cr_assert(x.read.at_end);
    app_answer(&l, id, "");
    client_close(fd);
}

/* It ends well, with the bytes that it has, but not at the end. */
RequestTest(a_cancelled_read_isn_t_at_the_end)
{
    int fd = client_open(&l);
    struct reading x;
    char buffer[8];
    uint64_t id;

    client_send(fd, POST "abc");
    id = app_receive(&l)->id;
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, 5, true), RESULT_PENDING);
    cr_assert_eq(connections_cancel(all, NULL), 1u);
    cr_assert(x.over && x.read.io.result == RESULT_OK && x.read.io.bytes == 3 && !x.read.at_end);
    app_answer(&l, id, "");
    client_close(fd);
}

/* --- times and numbers */

RequestTest(stages_follow_each_other)
{
    int fd = client_open(&l);

    for (uint32_t i = 0; i < 3; i++) {
        uint64_t before = clock_ticks();
        struct request *r;

        client_send(fd, GET);
        r = app_receive(&l);
        cr_assert_eq(r->index, i);
        cr_assert(r->connection->begun <= r->reached[STAGE_BEGUN]);
        cr_assert(before <= r->reached[STAGE_BEGUN], "the first byte came after it was sent");
        cr_assert(r->reached[STAGE_BEGUN] <= r->reached[STAGE_PARSED]);
        cr_assert(r->reached[STAGE_PARSED] <= r->reached[STAGE_QUEUED]);
        cr_assert(r->reached[STAGE_QUEUED] <= clock_ticks());
        app_answer(&l, r->id, "");
        client_reply(fd);
    }
    client_close(fd);
}

/* --- the transport */

RequestTest(the_transport_counts_bytes)
{
    int fd = client_open(&l);
    struct transport t;
    uint64_t id;

    client_send(fd, GET);
    id = app_receive(&l)->id;
    cr_assert_eq(request_transport(l.queue, id, &t), RESULT_OK);
    cr_assert_eq(t.tcp.state, TCP_STATE_ESTABLISHED);
    cr_assert_eq(t.tcp.received, strlen(GET));
    cr_assert_eq(t.tcp.sent, 0u);
    cr_assert(t.tcp.mss && t.tcp.congestion_window >= t.tcp.mss && t.tcp.receive_buffer);
    app_answer(&l, id, "hello");
    client_reply(fd);
    cr_assert_eq(request_transport(l.queue, id, &t), RESULT_GONE);
    client_close(fd);
}

RequestTest(a_client_that_said_all_shows)
{
    int fd = client_open(&l);
    struct transport t;
    uint64_t id;

    client_send(fd, GET);
    id = app_receive(&l)->id;
    client_shutdown(fd);
    loopback_settle();
    cr_assert_eq(request_transport(l.queue, id, &t), RESULT_OK);
    cr_assert_eq(t.tcp.state, TCP_STATE_CLOSE_WAIT);
    app_answer(&l, id, "");
    client_close(fd);
}

/* What the client doesn't take is in flight, or waits here. Both sockets' buffers may grow to 10 MB together. */
RequestTest(bytes_in_flight)
{
    static char large[16 << 20];
    int fd = client_open(&l);
    struct transport t;
    struct answer a;
    uint64_t id;

    client_send(fd, GET);
    id = app_receive(&l)->id;
    answer_begin(&a, 200, "OK");
    answer_header(&a, "Content-Length", "16777217");
    answer_memory(&a, large, sizeof large);
    cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_PENDING);
    loopback_settle();
    cr_assert_eq(request_transport(l.queue, id, &t), RESULT_OK);
    cr_assert(t.tcp.sent > 0 && t.tcp.sent < sizeof large);
    cr_assert(t.tcp.in_flight <= t.tcp.sent);
    client_reset(fd);
    loopback_run(&a.over);
}

static int tos_of(const struct connection *c)
{
    int tos = -1;
    socklen_t size = sizeof tos;

    cr_assert(!getsockopt(c->fd, IPPROTO_IP, IP_TOS, &tos, &size));
    return tos;
}

/* Of this answer's packets, not of the next one's. */
RequestTest(packets_are_marked)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, GET);
    r = app_receive(&l);
    cr_assert_eq(request_set_dscp(l.queue, r->id, 0x2e), RESULT_OK);
    cr_assert_eq(tos_of(r->connection), 0x2e << 2);
    app_answer(&l, r->id, "");
    client_reply(fd);
    client_send(fd, GET);
    r = app_receive(&l);
    cr_assert_eq(tos_of(r->connection), 0);
    cr_assert_eq(request_set_dscp(l.queue, r->id + 1, 1), RESULT_GONE);
    app_answer(&l, r->id, "");
    client_close(fd);
}

/* --- idling */

/* What the application says of one request is over with the next. */
RequestTest(an_idle_time_of_its_own)
{
    int fd = client_open(&l);
    struct request *r;

    for (int i = 0; i < 2; i++) {
        double before = shard_now(), until;

        client_send(fd, GET);
        r = app_receive(&l);
        if (i == 0)
            cr_assert_eq(request_set_idle(l.queue, r->id, 7), RESULT_OK);
        cr_assert_eq(request_set_idle(l.queue, r->id + 1, 7), RESULT_GONE);
        app_answer(&l, r->id, "");
        client_reply(fd);
        loopback_settle();
        until = loopback_connection()->deadline - before;
        cr_assert(i ? until > 100 : until >= 6.9 && until < 60, "idle for %f s", until);
    }
    client_close(fd);
}
