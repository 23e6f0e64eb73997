/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_send.c: an application's answers on the wire: nothing of them is kept back, none is taken for whole that isn't, and
 * none is taken for a part of another.
 */
#include "engine/send.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/limits.h"
#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define HEAD "HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST(length) "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: " #length "\r\n\r\n"
#define CHUNKED "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
#define TEN "0123456789"

#define SendTest(name) LoopbackTest(send, name)

static uint64_t ask(int fd, const char *request)
{
    client_send(fd, request);
    return app_receive(&l)->id;
}

/* The connection takes another request. */
static void goes_on(int fd)
{
    app_answer(&l, ask(fd, GET), "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    client_close(fd);
}

static void ends(int fd)
{
    client_expect_end(fd);
    client_close(fd);
}

static void is_reset(int fd)
{
    client_expect_reset(fd);
    client_close(fd);
}

/* --- nothing is kept back until a timer of the kernel's pushes it, which takes 200 ms */

static void comes_at_once(int fd, uint64_t id, struct answer *a)
{
    struct pollfd p = {fd, POLLIN, 0};

    cr_assert_eq(answer_send(&l, id, a, LAST), RESULT_OK);
    cr_assert_eq(poll(&p, 1, 100), 1, "nothing comes");
    cr_assert_eq(client_pending(fd), a->send.sent);
    cr_assert_neq(a->send.sent, 0);
    client_reply_to_head(fd);
    goes_on(fd);
}

SendTest(the_head_of_an_empty_file)
{
    int fd = client_open(&l), file = memfd_create("empty", 0);
    struct answer a;

    answer_begin(&a, 200, "OK");
    answer_file(&a, file, 0, 0);
    comes_at_once(fd, ask(fd, GET), &a);
    close(file);
}

SendTest(the_head_of_a_file)
{
    int fd = client_open(&l), file = memfd_create("ten", 0);
    struct answer a;

    cr_assert_eq(write(file, TEN, 10), 10);
    answer_begin(&a, 200, "OK");
    answer_file(&a, file, 0, 10);
    comes_at_once(fd, ask(fd, HEAD), &a);
    close(file);
}

/* More pieces than one system call takes. */
SendTest(the_head_of_many_pieces)
{
    static struct piece pieces[200];
    int fd = client_open(&l);
    struct answer a;

    answer_begin(&a, 200, "OK");
    pieces[0] = a.send.pieces[0];
    for (unsigned i = 1; i < COUNT(pieces); i++)
        pieces[i] = (struct piece){.memory = TEN, .fd = -1, .length = 10};
    a.send.pieces = pieces;
    a.send.count = COUNT(pieces);
    comes_at_once(fd, ask(fd, HEAD), &a);
}

/* --- an answer that only the connection's end would end, and something else ends the connection */

/* Its first part is with the client. */
static uint64_t begin_undelimited(int fd, const char *request)
{
    uint64_t id = ask(fd, request);
    struct answer a;
    char got[1024];

    answer_begin(&a, 200, "OK");
    answer_memory(&a, TEN, 10);
    cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_OK);
    cr_assert(client_read(fd, got, sizeof got) > 10);
    return id;
}

static void send_last(uint64_t id, unsigned flags)
{
    struct answer a;

    answer_part(&a);
    answer_memory(&a, TEN, 10);
    cr_assert_eq(answer_send(&l, id, &a, flags), RESULT_OK);
}

static void reads_ten(int fd)
{
    char got[11] = {0};

    cr_assert_eq(client_read(fd, got, sizeof got), 10);
    cr_assert_str_eq(got, TEN);
}

SendTest(whole_and_ended)
{
    int fd = client_open(&l);

    send_last(begin_undelimited(fd, GET), DISCONNECT);
    reads_ten(fd);
    ends(fd);
}

SendTest(whole_and_not_ended)
{
    int fd = client_open(&l);

    send_last(begin_undelimited(fd, GET), LAST);
    reads_ten(fd);
    goes_on(fd);
}

SendTest(cut_by_bad_chunks)
{
    int fd = client_open(&l);

    begin_undelimited(fd, CHUNKED);
    client_send(fd, "x\r\n");
    loopback_settle();
    is_reset(fd);
}

SendTest(cut_by_a_client_that_ends_its_body)
{
    int fd = client_open(&l);

    begin_undelimited(fd, POST(5));
    client_shutdown(fd);
    loopback_settle();
    is_reset(fd);
}

SendTest(cut_by_a_body_that_does_not_come)
{
    int fd = client_open(&l);

    begin_undelimited(fd, POST(5));
    loopback_pass(121);
    cr_assert_eq(connections_count(), 0u);
    is_reset(fd);
}

/* The kernel closes the sockets of a process that is killed as close() does. */
SendTest(cut_by_the_end_of_the_process)
{
    int fd = client_open(&l), socket;
    struct linger linger;
    socklen_t size = sizeof linger;
    uint64_t id = begin_undelimited(fd, GET);

    socket = loopback_connection()->fd;
    cr_assert(!getsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, &size));
    cr_assert(linger.l_onoff && !linger.l_linger);
    send_last(id, LAST);
    cr_assert(!getsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, &size));
    cr_assert(!linger.l_onoff);
    client_close(fd);
}

/* A client knows from its length that this one isn't whole. */
SendTest(cut_and_delimited)
{
    int fd = client_open(&l);
    uint64_t id = ask(fd, POST(5));
    struct answer a;
    char got[1024];

    answer_begin(&a, 200, "OK");
    answer_header(&a, "Content-Length", "20");
    answer_memory(&a, TEN, 10);
    cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_OK);
    cr_assert(client_read(fd, got, sizeof got) > 10);
    client_shutdown(fd);
    loopback_settle();
    ends(fd);
}

/* --- a length that isn't the answer's */

/* A 200 to the request with these lengths, and ten bytes. */
static void begin_with(struct answer *a, unsigned status, const char *const lengths[2])
{
    answer_begin(a, status, "-");
    for (int i = 0; i < 2 && lengths[i]; i++)
        answer_header(a, "Content-Length", lengths[i]);
    answer_memory(a, TEN, 10);
}

SendTest(lengths_in_one_call)
{
    static const struct {
        const char *request;
        unsigned status;
        const char *lengths[2];
        bool ends;
    } cases[] = {
        {GET, 200, {"10"}, false},        {GET, 200, {"10", "10"}, false}, {GET, 200, {" 10 "}, false},
        {GET, 200, {"9"}, true},          {GET, 200, {"11"}, true},        {GET, 200, {"0"}, true},
        {GET, 200, {"11", "10"}, true},   {GET, 200, {"-10"}, true},       {GET, 200, {"10, 10"}, true},
        {GET, 200, {""}, true},           {HEAD, 200, {"11"}, false},      {HEAD, 200, {"9", "11"}, false},
        {GET, 304, {"11"}, false},        {GET, 204, {"11"}, false},         {GET, 103, {"10"}, true},
        {GET, 103, {NULL}, true},         {GET, 200, {"18446744073709551615"}, true},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int fd = client_open(&l);
        const struct reply *reply;
        struct answer a;
        char rest[32];

        begin_with(&a, cases[i].status, cases[i].lengths);
        cr_assert_eq(answer_send(&l, ask(fd, cases[i].request), &a, LAST), RESULT_OK);
        reply = client_reply_to_head(fd);
        cr_assert_eq(strstr(reply->head, "\r\nConnection: close\r\n") != NULL, cases[i].ends, "case %zu: %s", i, reply->head);
        while (client_pending(fd))
            client_read(fd, rest, sizeof rest);
        (cases[i].ends ? ends : goes_on)(fd);
    }
}

SendTest(a_length_beside_a_coding)
{
    static const char *const length[2] = {"10"};
    int fd = client_open(&l);
    struct answer a;

    begin_with(&a, 200, length);
    answer_header(&a, "Transfer-Encoding", "chunked");
    cr_assert_eq(answer_send(&l, ask(fd, GET), &a, LAST), RESULT_OK);
    cr_assert(strstr(client_reply_to_head(fd)->head, "\r\nConnection: close\r\n"));
    reads_ten(fd);
    ends(fd);
}

/* RFC 9112 section 6.3: the connection's end is this one's. */
SendTest(another_coding_than_chunked)
{
    int fd = client_open(&l);
    uint64_t id = ask(fd, GET);
    struct answer a;

    answer_begin(&a, 200, "OK");
    answer_header(&a, "Transfer-Encoding", "gzip");
    answer_memory(&a, TEN, 10);
    cr_assert_eq(answer_send(&l, id, &a, LAST), RESULT_OK);
    cr_assert(strstr(client_reply_to_head(fd)->head, "\r\nConnection: close\r\n"));
    reads_ten(fd);
    ends(fd);
}

SendTest(cut_with_a_coding)
{
    static const struct {
        const char *request, *coding;
        void (*then)(int);
    } cases[] = {
        {POST(5), "gzip", is_reset},
        {"POST /a HTTP/1.0\r\nContent-Length: 5\r\nHost: localhost\r\n\r\n", "chunked", is_reset},
        {POST(5), "chunked", ends},
        {POST(5), "gzip, chunked", ends},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int fd = client_open(&l);
        uint64_t id = ask(fd, cases[i].request);
        struct answer a;

        answer_begin(&a, 200, "OK");
        answer_header(&a, "Transfer-Encoding", cases[i].coding);
        answer_memory(&a, TEN, 10);
        cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_OK);
        client_reply_to_head(fd);
        reads_ten(fd);
        client_shutdown(fd);
        loopback_settle();
        cases[i].then(fd);
    }
}

/* Ten bytes, then ten more. */
static void in_parts(const char *length, void (*then)(int))
{
    const char *const lengths[2] = {length};
    int fd = client_open(&l);
    uint64_t id = ask(fd, GET);
    struct answer a;

    begin_with(&a, 200, lengths);
    cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_OK);
    client_reply_to_head(fd);
    reads_ten(fd);
    send_last(id, LAST);
    reads_ten(fd);
    then(fd);
}

SendTest(lengths_of_parts)
{
    in_parts("20", goes_on);
    in_parts("19", ends);
    in_parts("21", ends);
    in_parts("9", ends);
}
