/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_body.c: reads of a body, and what becomes of them when it breaks; docs/completions.md, "Bodies that break", has
 * a line for most of these.
 *
 * A test can do something in the middle of a copy to the application, when the shard's lock is free: as another thread.
 */
#include "engine/body.h"

#include <stdlib.h>

#include "engine/connections.h"
#include "engine/guard.h"
#include "faults.h"
#include "loopback.h"
#include "unit.h"

#define POST "POST /a HTTP/1.1\r\nHost: localhost\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define BAD "2\r\nab!\r\n0\r\n\r\n" /* two bytes are good */

#define BodyTest(name) LoopbackTest(body, name)

static void (*during_copy)(void); /* the next one */

static struct reading second;
static char second_body[8];
static uint64_t read_id;

static void begin_second(void)
{
    cr_assert_eq(app_read_begin(&l, read_id, &second, second_body, sizeof second_body, false), RESULT_PENDING);
}

bool __real_guard_copy(void *to, const void *from, size_t n);
bool __wrap_guard_copy(void *to, const void *from, size_t n);

bool __wrap_guard_copy(void *to, const void *from, size_t n)
{
    void (*now)(void) = during_copy;

    during_copy = NULL;
    if (now)
        now();
    return __real_guard_copy(to, from, n);
}

static void expect_refusal(int fd)
{
    cr_assert_eq(client_reply(fd)->status, 400);
    client_expect_end(fd);
    client_close(fd);
}

static enum result read_now(uint64_t id)
{
    char body[8];
    size_t got;

    return app_read(&l, id, body, sizeof body, false, &got);
}

/* --- several reads */

/* One that has a part of what it wants stays in front of one that began while that was copied. */
BodyTest(reads_keep_their_order)
{
    int fd = client_open(&l);
    struct reading x;
    char body[4];

    client_send(fd, POST "Content-Length: 6\r\n\r\nab");
    read_id = app_receive(&l)->id;
    during_copy = begin_second;
    cr_assert_eq(app_read_begin(&l, read_id, &x, body, sizeof body, true), RESULT_PENDING);
    client_send(fd, "cdef");
    loopback_run(&second.over);
    loopback_run(&x.over);
    cr_assert(x.read.io.bytes == 4 && !memcmp(body, "abcd", 4), "%.4s", body);
    cr_assert(second.read.io.bytes == 2 && !memcmp(second_body, "ef", 2), "%.2s", second_body);
    app_answer(&l, read_id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

static struct reading first;
static char first_body[8];

static bool match_io(const struct io *io, const void *arg)
{
    return io == arg;
}

static void cancel_first(void)
{
    cr_assert_eq(connections_cancel(match_io, &first.read.io), 1u);
}

/* What is copied at this moment is what it ends with; it doesn't go on to wait for more. */
BodyTest(a_read_is_cancelled_while_it_copies)
{
    int fd = client_open(&l);

    client_send(fd, POST "Content-Length: 10\r\n\r\nab");
    read_id = app_receive(&l)->id;
    during_copy = cancel_first;
    cr_assert_eq(app_read_begin(&l, read_id, &first, first_body, sizeof first_body, true), RESULT_OK);
    cr_assert_eq(first.read.io.bytes, 2u);

    cr_assert_eq(app_read_begin(&l, read_id, &first, first_body, sizeof first_body, true), RESULT_PENDING);
    during_copy = cancel_first;
    client_send(fd, "cd");
    loopback_run(&first.over);
    cr_assert(first.read.io.result == RESULT_OK && first.read.io.bytes == 2 && !memcmp(first_body, "cd", 2));
    client_send(fd, "efghij");
    app_answer(&l, read_id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

static void take_again(void)
{
    struct request *r;

    cr_assert_eq(request_take(l.queue, read_id, &r), RESULT_INVALID);
}

/* A receive by id isn't let at bytes that a read is at: both would count them as theirs. */
BodyTest(no_receive_beside_a_read)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, POST "Content-Length: 4\r\n\r\nab");
    r = app_take(&l);
    read_id = r->id;
    request_deliver(r, false, 0);
    during_copy = take_again;
    cr_assert_eq(app_read_begin(&l, read_id, &first, first_body, sizeof first_body, false), RESULT_OK);
    cr_assert_eq(app_read_begin(&l, read_id, &first, first_body, sizeof first_body, false), RESULT_PENDING);
    take_again();
    client_send(fd, "cd");
    loopback_run(&first.over);
    cr_assert_eq(request_take(l.queue, read_id, &r), RESULT_OK);
    request_deliver(r, true, 0);
    app_answer(&l, read_id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* --- bad chunks that nobody has to look for */

BodyTest(nobody_reads_what_is_bad)
{
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, CHUNKED BAD);
    id = app_receive(&l)->id;
    loopback_settle();
    cr_assert_eq(read_now(id), RESULT_GONE);
    expect_refusal(fd);
}

/* A receive that waits for a larger buffer is no different. */
BodyTest(nobody_reads_what_is_bad_of_a_request_that_was_left)
{
    int fd = client_open(&l);
    struct request *r, *again;
    uint64_t id;

    client_send(fd, CHUNKED BAD);
    r = app_take(&l);
    id = r->id;
    request_deliver(r, false, 0);
    loopback_settle();
    cr_assert_eq(request_take(l.queue, id, &again), RESULT_GONE);
    expect_refusal(fd);
}

/* Until a program has the request, bytes that come later wouldn't be read; these aren't told, either. */
BodyTest(what_is_bad_waits_with_its_request)
{
    int fd = client_open(&l);
    struct request *r;

    client_send(fd, CHUNKED BAD);
    loopback_settle();
    cr_assert_eq(client_pending(fd), 0u);
    r = app_take(&l);
    loopback_settle();
    cr_assert_eq(client_pending(fd), 0u);
    request_deliver(r, true, 0);
    expect_refusal(fd);
}

BodyTest(what_was_taken_along_is_bad)
{
    int fd = client_open(&l);
    struct request *r;
    uint64_t id;

    client_send(fd, CHUNKED);
    r = app_take(&l);
    id = r->id;
    client_send(fd, BAD);
    request_top_up(r);
    request_deliver(r, true, 2);
    loopback_settle();
    cr_assert_eq(read_now(id), RESULT_GONE);
    expect_refusal(fd);
}

/* Taken by id meanwhile: told when it is delivered again. */
BodyTest(what_is_bad_waits_for_a_second_receive)
{
    int fd = client_open(&l);
    struct request *r, *again;

    client_send(fd, CHUNKED BAD);
    r = app_receive(&l);
    cr_assert_eq(request_take(l.queue, r->id, &again), RESULT_OK);
    loopback_settle();
    cr_assert_eq(client_pending(fd), 0u);
    request_deliver(again, true, 0);
    expect_refusal(fd);
}

/* The first read has enough with what is good; the second began while that was copied. */
BodyTest(a_second_read_of_what_is_bad)
{
    int fd = client_open(&l);
    char body[8];
    size_t got;

    client_send(fd, CHUNKED BAD);
    read_id = app_receive(&l)->id;
    during_copy = begin_second;
    cr_assert_eq(app_read(&l, read_id, body, sizeof body, false, &got), RESULT_OK);
    cr_assert(got == 2 && !memcmp(body, "ab", 2));
    loopback_run(&second.over);
    cr_assert_eq(second.read.io.result, RESULT_RESET);
    expect_refusal(fd);
}

/* What is good before it comes to the read that waits for it, in one packet or in two. */
static void two_wait(const char *first, const char *then)
{
    int fd = client_open(&l);
    struct reading x;
    char body[8];

    client_send(fd, CHUNKED);
    read_id = app_receive(&l)->id;
    cr_assert_eq(app_read_begin(&l, read_id, &x, body, sizeof body, false), RESULT_PENDING);
    begin_second();
    client_send(fd, first);
    loopback_settle();
    client_send(fd, then);
    loopback_run(&x.over);
    loopback_run(&second.over);
    cr_assert(x.read.io.result == RESULT_OK && x.read.io.bytes == 2 && !memcmp(body, "ab", 2));
    cr_assert_eq(second.read.io.result, RESULT_RESET);
    expect_refusal(fd);
}

BodyTest(two_reads_wait_for_what_is_bad)
{
    two_wait(BAD, "");
    two_wait("2\r\nab", "!\r\n0\r\n\r\n");
    two_wait("2\r\nab!", "\r\n0\r\n\r\n");
}

/* Less than the buffer holds would look like the end of the body. */
static void fill_from(const char *at_once, const char *first_part, const char *then)
{
    int fd = client_open(&l);
    enum result result;
    uint64_t id;

    client_send(fd, at_once);
    id = app_receive(&l)->id;
    client_send(fd, first_part);
    result = app_read_begin(&l, id, &first, first_body, sizeof first_body, true);
    if (result == RESULT_PENDING) {
        loopback_settle();
        client_send(fd, then);
        loopback_run(&first.over);
        result = first.read.io.result;
    }
    cr_assert(result == RESULT_RESET && first.read.io.bytes == 0, "%d", result);
    expect_refusal(fd);
}

BodyTest(a_part_of_what_is_bad_is_no_success)
{
    fill_from(CHUNKED BAD, "", "");
    fill_from(CHUNKED "2\r\nab", "!", "");
    fill_from(CHUNKED "2\r\nab", "", "!");
    fill_from(CHUNKED, BAD, "");
    fill_from(CHUNKED, "2\r\nab", "!");
    fill_from(CHUNKED, "", BAD);
}

static void answer_it(void)
{
    app_answer(&l, read_id, "x");
}

BodyTest(answered_while_a_read_copies)
{
    int fd = client_open(&l);

    client_send(fd, POST "Content-Length: 10\r\n\r\nab");
    read_id = app_receive(&l)->id;
    during_copy = answer_it;
    cr_assert_eq(app_read_begin(&l, read_id, &first, first_body, sizeof first_body, true), RESULT_GONE);
    client_send(fd, "cdefghij");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

/* The program has its answer under way before the loop's next turn. */
static void answer_bad(unsigned flags, const char *seen)
{
    int fd = client_open(&l);
    struct answer a, b;
    char text[512] = "";
    size_t len = 0;
    ssize_t n;
    uint64_t id;

    client_send(fd, CHUNKED BAD);
    id = app_receive(&l)->id;
    answer_begin(&a, 200, "OK");
    answer_memory(&a, "ping", 4);
    cr_assert_eq(answer_send(&l, id, &a, flags), RESULT_OK);
    loopback_settle();
    answer_part(&b);
    answer_memory(&b, "pong", 4);
    cr_assert_eq(answer_send(&l, id, &b, LAST), RESULT_GONE);
    while ((n = client_read(fd, text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)n;
    cr_assert_eq(n, flags & MORE ? -1 : 0, "a reset for what a client would take for whole, else a FIN");
    cr_assert(!strncmp(text, "HTTP/1.1 200", 12) && len > 4 && !strcmp(text + len - strlen(seen), seen), "%s", text);
    client_close(fd);
}

BodyTest(what_is_bad_behind_an_answer)
{
    answer_bad(LAST, "ping");
    answer_bad(MORE, "ping");
}

/* The kernel says once that the client has reset the connection; asked again, it would be a client that has said all. */
BodyTest(a_reset_is_met_by_a_receive)
{
    int fd = client_open(&l);
    struct request *r;
    struct io wait;

    client_send(fd, POST "Content-Length: 2\r\n\r\n");
    r = app_take(&l);
    io_init(&wait, NULL);
    client_reset(fd);
    request_top_up(r);
    cr_assert_eq(connection_wait_disconnect(r->connection->id, &wait), RESULT_GONE);
    request_deliver(r, true, 0);
    cr_assert_eq(connections_count(), 0u);
}

/* --- no memory */

/* The head fills its buffer to the byte, so that nothing of the body has room: the read fails, and isn't left waiting. */
BodyTest(no_room_for_a_first_byte)
{
    int fd = client_open(&l);
    char head[INPUT_FIRST + 1], body[8];
    int n = snprintf(head, sizeof head, POST "Content-Length: 2\r\nA: ");

    memset(head + n, 'a', sizeof head - 1 - (size_t)n);
    memcpy(head + sizeof head - 5, "\r\n\r\n", 5);
    client_send(fd, head);
    read_id = app_receive(&l)->id;
    faults_fail_alloc(1);
    cr_assert_eq(app_read_begin(&l, read_id, &first, body, sizeof body, false), RESULT_NO_MEMORY);
    cr_assert(faults_alloc_failed());
    faults_fail_alloc(1);
    client_send(fd, "ab");
    loopback_settle();
    cr_assert(faults_alloc_failed());
    cr_assert_eq(read_now(read_id), RESULT_OK);
    app_answer(&l, read_id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}
