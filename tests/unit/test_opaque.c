/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_opaque.c: connections that stopped to speak HTTP.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n"

#define OpaqueTest(name, ...) LoopbackTest(opaque, name, ##__VA_ARGS__)

static enum result send_switch(uint64_t id, unsigned status, unsigned flags)
{
    struct answer a;

    answer_begin(&a, status, "-");
    return answer_send(&l, id, &a, flags);
}

static enum result send_part(uint64_t id, const char *text, unsigned flags)
{
    struct answer a;

    answer_part(&a);
    answer_memory(&a, text, strlen(text));
    return answer_send(&l, id, &a, flags);
}

/* A request answered with a 101; the id. */
static uint64_t open_stream(int fd, const char *request)
{
    uint64_t id;

    client_send(fd, request);
    id = app_receive(&l)->id;
    cr_assert_eq(send_switch(id, 101, OPAQUE | MORE), RESULT_OK);
    cr_assert_eq(client_reply_to_head(fd)->status, 101);
    return id;
}

static void expect_read(uint64_t id, const char *want)
{
    char text[64];
    size_t got;

    cr_assert_eq(app_read(&l, id, text, strlen(want), true, &got), RESULT_OK);
    cr_assert(got == strlen(want) && !memcmp(text, want, got), "got %.*s", (int)got, text);
}

static void expect_end(uint64_t id)
{
    char byte;
    size_t got;

    cr_assert_eq(app_read(&l, id, &byte, 1, false, &got), RESULT_EOF);
}

OpaqueTest(bytes_both_ways)
{
    int fd = client_open(&l);
    uint64_t id = open_stream(fd, GET "\r\n");
    char got[8];

    client_send(fd, GET);
    expect_read(id, GET);
    cr_assert_eq(send_part(id, "answer", MORE), RESULT_OK);
    cr_assert_eq(client_read(fd, got, 6), 6);
    cr_assert(!memcmp(got, "answer", 6));
    cr_assert_eq(send_part(id, "", DISCONNECT), RESULT_OK);
    client_expect_end(fd);
    client_close(fd);
}

/* A connection that would end with its answer says so in the head, but not when the head is a 101's. */
OpaqueTest(the_head_says_nothing_of_the_end)
{
    int fd = client_open(&l);

    client_send(fd, GET "Connection: close\r\n\r\n");
    cr_assert_eq(send_switch(app_receive(&l)->id, 101, OPAQUE | MORE), RESULT_OK);
    cr_assert_eq(strstr(client_reply_to_head(fd)->head, "Connection"), NULL);
    client_close(fd);
}

/* Also what made the loop stop reading, because a request was under way. */
OpaqueTest(what_was_sent_ahead)
{
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, GET "\r\nwith the head,");
    id = app_receive(&l)->id;
    client_send(fd, " later");
    loopback_settle();
    cr_assert(loopback_connection()->parked);
    cr_assert_eq(send_switch(id, 101, OPAQUE | MORE), RESULT_OK);
    cr_assert_eq(client_reply_to_head(fd)->status, 101);
    expect_read(id, "with the head, later");
    client_close(fd);
}

OpaqueTest(a_fin_before_the_switch)
{
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, GET "\r\nlast");
    client_shutdown(fd);
    id = app_receive(&l)->id;
    loopback_settle();
    cr_assert(loopback_connection()->client_done);
    cr_assert_eq(send_switch(id, 101, OPAQUE | MORE), RESULT_OK);
    expect_read(id, "last");
    expect_end(id);
    client_close(fd);
}

OpaqueTest(a_fin_ends_reading_only)
{
    int fd = client_open(&l);
    uint64_t id = open_stream(fd, GET "\r\n");
    struct reading x;
    char got[8];

    cr_assert_eq(app_read_begin(&l, id, &x, got, sizeof got, false), RESULT_PENDING);
    client_shutdown(fd);
    loopback_run(&x.over);
    cr_assert_eq(x.read.io.result, RESULT_EOF);
    loopback_settle();
    expect_end(id);
    cr_assert_eq(send_part(id, "answer", MORE), RESULT_OK);
    cr_assert_eq(client_read(fd, got, sizeof got), 6);
    client_close(fd);
}

/* An application that doesn't read: TCP holds the client up, and nothing is lost. */
OpaqueTest(nobody_reads)
{
    enum { SIZE = 4 << 20 };
    char *sent = malloc(SIZE), *got = malloc(SIZE);
    int fd = client_open(&l);
    uint64_t id = open_stream(fd, GET "\r\n");
    size_t out = 0, in = 0, n;

    for (int i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 31 >> 8);
    while (out < SIZE) {
        ssize_t more = send(fd, sent + out, SIZE - out, MSG_NOSIGNAL);

        if (more > 0) {
            out += (size_t)more;
            continue;
        }
        loopback_settle();
        cr_assert(loopback_connection()->parked);
        cr_assert(loopback_connection()->request->in_size < 4 * BODY_WINDOW);
        cr_assert_eq(app_read(&l, id, got + in, SIZE - in, false, &n), RESULT_OK);
        in += n;
    }
    cr_assert_eq(app_read(&l, id, got + in, SIZE - in, true, &n), RESULT_OK);
    cr_assert_eq(in + n, SIZE);
    cr_assert(!memcmp(sent, got, SIZE));
    free(sent);
    free(got);
    client_close(fd);
}

OpaqueTest(no_deadline)
{
    int fd = client_open(&l);

    open_stream(fd, GET "\r\n");
    loopback_settle();
    cr_assert_eq(loopback_connection()->deadline, 0);
    client_close(fd);
}

OpaqueTest(refused)
{
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    cr_assert_eq(send_switch(id, 200, OPAQUE | MORE), RESULT_INVALID);
    app_answer(&l, id, "x");
    client_reply(fd);
    client_send(fd, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
    id = app_receive(&l)->id;
    cr_assert_eq(send_switch(id, 101, OPAQUE | MORE), RESULT_INVALID);
    app_answer(&l, id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* A 101 without the flag has no body; the flag may come with a part, and the answer to HEAD has one then. */
/* A switch that is refused for its trailers leaves the request as it was. */
OpaqueTest(refused_with_trailers)
{
    struct answer a;
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    answer_begin(&a, 101, "-");
    a.send.trailers = text_of("a: b\r\n");
    cr_assert_eq(answer_send(&l, id, &a, OPAQUE | MORE), RESULT_INVALID);
    app_answer(&l, id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_send(fd, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "y");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

OpaqueTest(the_flag_comes_later)
{
    int fd = client_open(&l);
    uint64_t id;
    char got[8];

    client_send(fd, "HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    id = app_receive(&l)->id;
    cr_assert_eq(send_switch(id, 101, MORE), RESULT_OK);
    expect_end(id);
    cr_assert_eq(client_reply_to_head(fd)->status, 101);
    cr_assert_eq(send_part(id, "answer", OPAQUE | MORE), RESULT_OK);
    cr_assert_eq(client_read(fd, got, sizeof got), 6);
    client_send(fd, "x");
    expect_read(id, "x");
    client_close(fd);
}

OpaqueTest(reset_while_a_read_waits)
{
    int fd = client_open(&l);
    uint64_t id = open_stream(fd, GET "\r\n");
    struct reading x;
    char byte;

    cr_assert_eq(app_read_begin(&l, id, &x, &byte, 1, false), RESULT_PENDING);
    client_reset(fd);
    loopback_run(&x.over);
    cr_assert_eq(x.read.io.result, RESULT_RESET);
}
