/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_timeouts.c: which timer runs when, by a clock that the test puts forward.
 */
#include "engine/connection.h"

#include <sys/socket.h>

#include "engine/parameters.h"
#include "engine/tcp_stats.h"
#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"

#define TimeoutTest(name) LoopbackTest(timeouts, name)

/* For what is routed from now on; the timers that a test doesn't name don't run. */
static void limit(struct limits limits)
{
    router_limit(&l.target, &limits);
}

static void lives(double seconds)
{
    loopback_pass(seconds);
    cr_assert_eq(connections_count(), 1u, "the connection ended too soon");
}

static void ends(double seconds)
{
    loopback_pass(seconds);
    cr_assert_eq(connections_count(), 0u, "the connection goes on");
}

/* A client whose first exchange is over: the group's limits count. */
static int client_with_history(void)
{
    int fd = client_open(&l);

    client_send(fd, GET);
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    loopback_settle();
    return fd;
}

/* --- idle */

TimeoutTest(idle_before_the_first_request)
{
    int fd = client_open(&l);

    limit((struct limits){.idle = 1, .head = 1});
    loopback_settle();
    lives(119);
    ends(2);
    client_expect_end(fd);
    client_close(fd);
}

TimeoutTest(idle_after_a_request)
{
    int fd;

    limit((struct limits){.idle = 5});
    fd = client_with_history();
    lives(4);
    ends(2);
    client_expect_end(fd);
    client_close(fd);
}

/* The limits are those of the latest request's group, as they were when it was routed. */
TimeoutTest(idle_changes)
{
    int fd;

    limit((struct limits){.idle = 5});
    fd = client_with_history();
    limit((struct limits){.idle = 20});
    lives(4);
    client_send(fd, GET);
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    loopback_settle();
    lives(19);
    ends(2);
    client_close(fd);
}

/* --- head */

TimeoutTest(head_of_the_first_request)
{
    int fd = client_open(&l);

    limit((struct limits){.idle = 1, .head = 1});
    client_send(fd, "GET /");
    loopback_settle();
    lives(119);
    ends(2);
    client_expect_end(fd);
    client_close(fd);
}

/* From the first byte to the last: bytes in between win nothing. */
TimeoutTest(head_of_the_second_request)
{
    int fd;

    limit((struct limits){.head = 10});
    fd = client_with_history();
    lives(1000);
    client_send(fd, "GET /");
    loopback_settle();
    lives(6);
    client_send(fd, "a HTTP/1.1\r\n");
    loopback_settle();
    ends(5);
    client_close(fd);
}

/* Half of it came with the request before. */
TimeoutTest(head_of_a_pipelined_request)
{
    int fd = client_open(&l);

    limit((struct limits){.head = 10});
    client_send(fd, GET "GET /");
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    loopback_settle();
    lives(9);
    ends(2);
    client_close(fd);
}

/* --- queue */

TimeoutTest(queue)
{
    int fd = client_open(&l);

    limit((struct limits){.queue = 10});
    client_send(fd, GET);
    loopback_settle();
    lives(9);
    ends(2);
    cr_assert(list_empty(&l.queue->lanes[0].ready));
    cr_assert_eq(l.queue->lanes[0].ready_count, 0u);
    client_expect_end(fd);
    client_close(fd);
}

TimeoutTest(queue_and_a_request_that_was_taken)
{
    int fd = client_open(&l);
    uint64_t id;

    limit((struct limits){.queue = 10});
    client_send(fd, GET);
    id = app_receive(&l)->id;
    lives(11);
    lives(100000);
    app_answer(&l, id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* A request whose time in the queue, 10 seconds, goes by while a receive has it in its hands. */
static struct request *take_too_long(int fd)
{
    struct request *r;

    limit((struct limits){.queue = 10});
    client_send(fd, GET);
    r = app_take(&l);
    lives(11);
    return r;
}

TimeoutTest(queue_and_a_request_that_is_being_taken)
{
    int fd = client_open(&l);
    struct request *r = take_too_long(fd);

    request_deliver(r, true, 0);
    app_answer(&l, r->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* The receive can't take it after all: it waits for as long again. */
TimeoutTest(queue_and_a_request_that_comes_back)
{
    int fd = client_open(&l);
    struct request *r = take_too_long(fd);

    request_return(r);
    lives(9);
    ends(3);
    client_close(fd);
}

/* --- body */

TimeoutTest(body)
{
    int fd = client_open(&l);

    limit((struct limits){.body = 10});
    client_send(fd, POST "\r\n0123");
    app_receive(&l);
    lives(9);
    ends(2);
    client_expect_end(fd);
    client_close(fd);
}

/* Each piece has its time. */
TimeoutTest(body_that_comes_slowly)
{
    int fd = client_open(&l);

    limit((struct limits){.body = 10});
    client_send(fd, POST "\r\n");
    app_receive(&l);
    for (int i = 0; i < 5; i++) {
        lives(9);
        client_send(fd, "0");
        loopback_settle();
    }
    ends(11);
    client_close(fd);
}

TimeoutTest(body_that_is_complete)
{
    int fd = client_open(&l);
    uint64_t id;
    char text[101];

    limit((struct limits){.body = 10});
    client_send(fd, POST "\r\n");
    id = app_receive(&l)->id;
    client_write(fd, memset(text, 'x', sizeof text), 100);
    loopback_settle();
    lives(100000);
    app_answer(&l, id, "x");
    client_reply(fd);
    client_close(fd);
}

TimeoutTest(body_that_a_read_waits_for)
{
    int fd = client_open(&l);
    struct reading x;
    uint64_t id;
    char buffer[10];

    limit((struct limits){.body = 10});
    client_send(fd, POST "\r\n0123");
    id = app_receive(&l)->id;
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, sizeof buffer, true), RESULT_PENDING);
    lives(9);
    client_send(fd, "4");
    loopback_settle();
    lives(9);
    cr_assert(!x.over);
    ends(2);
    cr_assert(x.over);
    cr_assert_eq(x.read.io.result, RESULT_RESET);
    client_close(fd);
}

/* A client that is ahead of the application isn't late: nobody reads what it sends. */
TimeoutTest(body_that_the_application_leaves_alone)
{
    static char flood[16384], buffer[BODY_WINDOW];
    int fd = client_open(&l);
    struct connection *c;
    uint64_t id;
    size_t got;

    limit((struct limits){.body = 10});
    client_send(fd, "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n");
    id = app_receive(&l)->id;
    c = loopback_connection();
    while (!c->parked) {
        cr_assert(send(fd, flood, sizeof flood, MSG_DONTWAIT) > 0);
        loopback_settle();
    }
    lives(100000);
    /* It is late when there is room again, and nothing comes. */
    while (!c->body_due)
        cr_assert_eq(app_read(&l, id, buffer, sizeof buffer, false, &got), RESULT_OK);
    lives(9);
    ends(1000);
    client_close(fd);
}

/* Nor is one that was asked to hold its body back. */
TimeoutTest(body_that_was_not_invited)
{
    int fd = client_open(&l);
    struct reading x;
    uint64_t id;
    char buffer[10];

    limit((struct limits){.body = 10});
    client_send(fd, POST "Expect: 100-continue\r\n\r\n");
    id = app_receive(&l)->id;
    lives(100000);
    cr_assert_eq(app_read_begin(&l, id, &x, buffer, sizeof buffer, false), RESULT_PENDING);
    lives(9);
    ends(2);
    cr_assert_eq(x.read.io.result, RESULT_RESET);
    client_close(fd);
}

/* A stream may rest, as a WebSocket's does; what isn't read is dropped by nobody's timer either. */
TimeoutTest(body_that_became_a_stream)
{
    int fd = client_open(&l);
    struct answer a;
    uint64_t id;
    char byte;
    size_t got;

    limit((struct limits){.body = 10, .drain = 10});
    client_send(fd, GET);
    id = app_receive(&l)->id;
    answer_begin(&a, 101, "-");
    cr_assert_eq(answer_send(&l, id, &a, OPAQUE | MORE), RESULT_OK);
    client_reply_to_head(fd);
    client_send(fd, "0");
    cr_assert_eq(app_read(&l, id, &byte, 1, false, &got), RESULT_OK);
    loopback_settle();
    lives(100000);
    client_close(fd);
}

/* --- drain */

/* All of the rest in that time: bytes win nothing, and the time of each counts no longer. */
TimeoutTest(drain)
{
    int fd = client_open(&l);

    limit((struct limits){.body = 5, .drain = 10});
    client_send(fd, POST "\r\n0123");
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    lives(9);
    client_send(fd, "4");
    loopback_settle();
    ends(2);
    client_close(fd);
}

#define MEGABYTE (1 << 20)

static char content[16 * MEGABYTE];

/* A client that asked for more than sockets hold, and has taken nothing yet. */
static int client_behind(struct answer *a, unsigned flags)
{
    int fd = client_open(&l);

    client_send(fd, GET);
    answer_begin(a, 200, "OK");
    answer_memory(a, content, sizeof content);
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, a, flags), RESULT_PENDING);
    loopback_settle();
    return fd;
}

static void take(int fd, size_t bytes)
{
    static char buffer[65536];

    while (bytes) {
        ssize_t n = client_read(fd, buffer, bytes < sizeof buffer ? bytes : sizeof buffer);

        cr_assert(n > 0);
        bytes -= (size_t)n;
    }
    loopback_settle();
}

/* The rest of its body has the time to drain only when the answer is out. */
TimeoutTest(body_behind_an_answer_that_is_still_sent)
{
    static struct answer a; /* the client's end tells its end */
    int fd = client_open(&l);

    limit((struct limits){.body = 10});
    client_send(fd, POST "\r\n0123");
    answer_begin(&a, 200, "OK");
    answer_memory(&a, content, sizeof content);
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, &a, LAST), RESULT_PENDING);
    loopback_settle();
    lives(100000);
    cr_assert(!a.over);
    client_close(fd);
}

/* --- send rate */

TimeoutTest(send_of_a_stream)
{
    static struct answer a, part; /* the queue's end tells the end of the part */
    int fd = client_open(&l);
    uint64_t id;

    limit((struct limits){.send_rate = 6553});
    client_send(fd, GET);
    id = app_receive(&l)->id;
    answer_begin(&a, 101, "-");
    cr_assert_eq(answer_send(&l, id, &a, OPAQUE | MORE), RESULT_OK);
    answer_part(&part);
    answer_memory(&part, content, sizeof content);
    cr_assert_eq(answer_send(&l, id, &part, MORE), RESULT_PENDING);
    loopback_settle();
    lives(1);
    lives(100000);
    client_close(fd);
}

TimeoutTest(send_to_a_client_that_never_reads)
{
    struct answer a;
    int fd;

    limit((struct limits){.send_rate = 6553});
    fd = client_behind(&a, LAST);
    lives(1); /* begins to measure */
    lives(9);
    cr_assert(!a.over);
    ends(2);
    cr_assert(a.over);
    cr_assert_eq(a.send.io.result, RESULT_RESET);
    client_close(fd);
}

TimeoutTest(send_to_a_client_that_reads_slowly)
{
    struct answer a;
    int fd;

    limit((struct limits){.send_rate = 6553});
    fd = client_behind(&a, LAST);
    lives(1);
    for (int i = 0; i < 5; i++) {
        take(fd, MEGABYTE);
        lives(11);
    }
    ends(11);
    cr_assert_eq(a.send.io.result, RESULT_RESET);
    client_close(fd);
}

/* What the kernel says of a connection, but for the bytes acknowledged when a test sets them: no client can dose these. */
static uint64_t acknowledged;
bool __real_tcp_stats_get(int fd, struct tcp_stats *stats);
bool __wrap_tcp_stats_get(int fd, struct tcp_stats *stats);

bool __wrap_tcp_stats_get(int fd, struct tcp_stats *stats)
{
    bool got = __real_tcp_stats_get(fd, stats);

    if (acknowledged)
        stats->acknowledged = acknowledged;
    return got;
}

/* A whole piece each time, and then not quite. */
TimeoutTest(send_to_a_client_that_reads_too_slowly)
{
    struct answer a;
    int fd;

    acknowledged = 1000;
    limit((struct limits){.send_rate = 6553});
    fd = client_behind(&a, LAST);
    lives(1);
    for (int i = 0; i < 3; i++) {
        acknowledged += 65536;
        lives(11);
    }
    acknowledged += 65535;
    ends(11);
    acknowledged = 0;
    client_close(fd);
}

/* MaxBytesPerSend says how large a piece is. */
TimeoutTest(send_in_small_pieces)
{
    struct answer a;
    int fd;

    parameters.MaxBytesPerSend = 20000;
    acknowledged = 1000;
    limit((struct limits){.send_rate = 2000});
    fd = client_behind(&a, LAST);
    lives(1);
    for (int i = 0; i < 3; i++) {
        acknowledged += 20000;
        lives(11);
    }
    acknowledged += 19999;
    ends(11);
    acknowledged = 0;
    client_close(fd);
}

/* The time of a piece is a second at least, whatever the rate: cpprestsdk leaves this member to chance. */
TimeoutTest(send_at_a_rate_out_of_reach)
{
    struct answer a;
    int fd;

    limit((struct limits){.send_rate = 0xcccccccc});
    fd = client_behind(&a, LAST);
    lives(1);
    for (int i = 0; i < 5; i++) {
        take(fd, MEGABYTE);
        lives(1.1);
    }
    ends(1.1);
    client_close(fd);
}

/* Between two sends nothing is measured. */
TimeoutTest(send_that_is_over)
{
    struct answer a;
    int fd;

    limit((struct limits){.send_rate = 6553});
    fd = client_behind(&a, MORE);
    lives(1);
    while (!a.over)
        take(fd, MEGABYTE);
    cr_assert_eq(a.send.io.result, RESULT_OK);
    lives(100000);
    lives(100000);
    client_close(fd);
}

/* --- none */

TimeoutTest(no_limits)
{
    struct answer a;
    int fd;

    limit((struct limits){0});
    fd = client_with_history();
    lives(1e6);
    client_send(fd, POST "\r");
    loopback_settle();
    lives(1e6);
    client_send(fd, "\n0123");
    loopback_settle();
    lives(1e6);
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    lives(1e6);
    client_close(fd);
    loopback_settle();
    fd = client_behind(&a, LAST);
    lives(1e6);
    lives(1e6);
    client_close(fd);
    loopback_settle();
    cr_assert(a.over);
}
