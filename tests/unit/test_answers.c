/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_answers.c: answers of the engine's own, and the end of the connection behind them: every byte of the answer
 * reaches a client that is still sending, and no earlier answer is cut.
 */
#include "engine/connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "engine/parameters.h"
#include "faults.h"
#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n"
#define BAD "GET /% HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define BAD_BODY 324 /* bytes of that page */

#define AnswerTest(name, ...) LoopbackTest(answers, name, ##__VA_ARGS__)

static void expect_page(int fd, int status, size_t length)
{
    const struct reply *reply = client_reply(fd);

    cr_assert_eq(reply->status, status, "%s", reply->head);
    cr_assert_eq(reply->body_len, length);
    cr_assert(strstr(reply->head, "\r\nConnection: close\r\n"));
    client_expect_end(fd);
}

/* The next turns of the client; it may fail when the server has had enough. */
static ssize_t write_some(int fd, const char *bytes, size_t size)
{
    ssize_t n = sendto(fd, bytes, size, MSG_NOSIGNAL, NULL, 0);

    loopback_settle();
    return n;
}

/* --- a client that sends on */

AnswerTest(ten_megabytes_behind_a_refused_head)
{
    static char body[10 << 20];
    int fd = client_open(&l);

    client_send(fd, BAD);
    client_write(fd, body, sizeof body);
    expect_page(fd, 400, BAD_BODY);
    client_close(fd);
}

/* Announced as a body, and refused all the same before it is there. */
AnswerTest(ten_megabytes_of_a_refused_body)
{
    static char body[10 << 20];
    int fd = client_open(&l);

    client_send(fd, "POST /a HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 10485760\r\n\r\n");
    client_write(fd, body, sizeof body);
    expect_page(fd, 400, 334);
    client_close(fd);
}

/* Quiet for five seconds: it has had its time. */
AnswerTest(a_client_that_stays_and_says_nothing)
{
    int fd = client_open(&l);

    client_send(fd, BAD);
    expect_page(fd, 400, BAD_BODY);
    loopback_pass(4);
    cr_assert_eq(connections_count(), 1u);
    loopback_pass(2);
    cr_assert_eq(connections_count(), 0u);
    client_close(fd);
}

/* A byte now and then holds the connection, but not for ever. */
AnswerTest(a_client_that_trickles)
{
    int fd = client_open(&l), seconds = 0;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* each byte at once */
    client_send(fd, BAD);
    expect_page(fd, 400, BAD_BODY);
    while (connections_count() && seconds < 200) {
        write_some(fd, "x", 1);
        loopback_pass(4);
        seconds += 4;
    }
    cr_assert(seconds >= 116 && seconds <= 124, "%d seconds", seconds);
    client_close(fd);
}

AnswerTest(a_client_that_floods)
{
    static char waste[1 << 20];
    int fd = client_open(&l);
    size_t sent = 0;

    client_send(fd, BAD);
    loopback_settle();
    while (connections_count() && sent < 256u << 20) {
        ssize_t n = write_some(fd, waste, sizeof waste);

        cr_assert(n > 0 || errno == EAGAIN || !connections_count(), "%s", strerror(errno));
        sent += n > 0 ? (size_t)n : 0;
    }
    cr_assert(sent > 60u << 20 && sent < 100u << 20, "%zu bytes", sent);
    client_close(fd);
}

AnswerTest(a_client_that_resets)
{
    static char waste[100000];
    int fd = client_open(&l);

    client_send(fd, BAD);
    write_some(fd, waste, sizeof waste);
    cr_assert_eq(connections_count(), 1u);
    client_reset(fd);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
}

AnswerTest(a_client_that_half_closes)
{
    int fd = client_open(&l);

    client_send(fd, BAD);
    client_shutdown(fd);
    expect_page(fd, 400, BAD_BODY);
    loopback_settle();
    cr_assert_eq(connections_count(), 0u);
    client_close(fd);
}

/* The page lies in the kernel, and what happens there is none of our memory. */
AnswerTest(a_client_that_never_reads)
{
    int fd = client_open(&l);

    client_send(fd, BAD);
    loopback_settle();
    loopback_pass(6);
    cr_assert_eq(connections_count(), 0u);
    expect_page(fd, 400, BAD_BODY);
    client_close(fd);
}

/* --- short writes, failing memory */

AnswerTest(pages_in_pieces)
{
    static const struct {
        const char *request;
        int status;
        size_t length;
    } cases[] = {
        {BAD, 400, BAD_BODY},
        {"(\r\n", 400, 326},
        {"GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n", 400, 334},
        {"GET / HTTP/1.1\r\na b: c\r\n\r\n", 400, 339},
        {"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 411, 344},
        {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501, 343},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        for (unsigned n = 1; n <= 3; n++) {
            int fd = client_open(&l);

            faults_short_send(n);
            client_send(fd, cases[i].request);
            expect_page(fd, cases[i].status, cases[i].length);
            client_close(fd);
        }
}

AnswerTest(pages_byte_by_byte, .timeout = 60)
{
    for (unsigned seed = 1; seed <= 20; seed++) {
        int fd = client_open(&l);

        faults_trickle(seed);
        client_send(fd, BAD "and more of it");
        expect_page(fd, 400, BAD_BODY);
        faults_trickle(0);
        client_close(fd);
    }
}

/* Whatever allocation fails, the client gets the page of its mistake, that there is no memory (503), or nothing at all. */
AnswerTest(without_memory)
{
    bool failed = true;

    for (unsigned nth = 1; failed; nth++) {
        int fd = client_open(&l);
        char first[16] = {0};
        ssize_t n;

        faults_fail_alloc(nth);
        client_send(fd, "GET /b HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
        n = client_read(fd, first, 12);
        failed = faults_alloc_failed();
        cr_assert(n <= 0 || !strcmp(first, "HTTP/1.1 400") || !strcmp(first, "HTTP/1.1 503"), "allocation %u: %s", nth,
                  first);
        cr_assert(failed || n == 12);
        client_close(fd);
        loopback_settle();
    }
}

/* --- behind other answers */

/* The client reads nothing until all is said: the page waits its turn behind four megabytes. */
AnswerTest(behind_an_answer_that_is_still_being_sent)
{
    static char big[4 << 20], got[sizeof big];
    int fd = client_open(&l);
    struct answer a;
    size_t n = 0;

    memset(big, 'b', sizeof big);
    client_send(fd, GET "\r\n" BAD);
    answer_begin(&a, 200, "OK");
    answer_memory(&a, big, sizeof big);
    answer_header(&a, "Content-Length", "4194304");
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, &a, LAST), RESULT_PENDING);
    cr_assert_eq(client_reply_to_head(fd)->status, 200);
    while (n < sizeof got) {
        ssize_t some = client_read(fd, got + n, sizeof got - n);

        cr_assert(some > 0, "cut after %zu", n);
        n += (size_t)some;
    }
    cr_assert(!memcmp(got, big, sizeof big));
    expect_page(fd, 400, BAD_BODY);
    client_close(fd);
}

/* A reset would throw away what the client's system hasn't taken of the answer before: it gets a FIN instead. */
AnswerTest(a_refusal_without_a_word_behind_an_answer)
{
    static char big[1 << 18], got[sizeof big];
    int fd = client_open(&l), other = client_open(&l);
    struct answer a;
    size_t n = 0;
    uint64_t id;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){32768}, sizeof(int));
    client_send(fd, GET "\r\n" GET "\r\n");
    id = app_receive(&l)->id;
    queue_configure(l.queue, 1, true, VERBOSITY_BASIC);
    client_send(other, GET "\r\n");
    loopback_settle(); /* it fills the queue */
    answer_begin(&a, 200, "OK");
    answer_memory(&a, big, sizeof big);
    answer_header(&a, "Content-Length", "262144");
    answer_send(&l, id, &a, LAST);
    cr_assert_eq(client_reply_to_head(fd)->status, 200);
    while (n < sizeof got) {
        ssize_t some = client_read(fd, got + n, sizeof got - n);

        cr_assert(some > 0, "cut after %zu", n);
        n += (size_t)some;
    }
    client_expect_end(fd);
    app_answer(&l, app_receive(&l)->id, "x");
    client_close(fd);
    client_close(other);
}

/* --- what is in them */

static void gets_no_body(const char *request, int status)
{
    int fd = client_open(&l);

    client_send(fd, request);
    cr_assert_eq(client_reply_to_head(fd)->status, status, "%s", request);
    client_expect_end(fd);
    client_close(fd);
}

/* RFC 9110 section 9.3.2, whenever it is noticed what is wrong. */
AnswerTest(no_body_for_head)
{
    gets_no_body("HEAD / HTTP/1.1\r\nHost: elsewhere\r\n\r\n", 400);
    gets_no_body("HEAD /\x01 HTTP/1.1\r\n", 400);
    gets_no_body("HEAD / HTTP/2.0\r\n\r\n", 505);
    gets_no_body("HEAD / HTTP/1.1\r\n:\r\n", 400);
}

/* A page is HTTP/1.1's, whatever the client speaks. */
AnswerTest(for_http_1_0)
{
    int fd = client_open(&l);

    client_send(fd, "GET /% HTTP/1.0\r\n\r\n");
    expect_page(fd, 400, BAD_BODY);
    client_close(fd);
}

static bool page_names_server(void)
{
    int fd = client_open(&l);
    bool named;

    client_send(fd, BAD);
    named = strstr(client_reply(fd)->head, "\r\nServer: Microsoft-HTTPAPI/2.0\r\n");
    client_close(fd);
    return named;
}

static const char *answer_with_server(const char *value)
{
    static char server[64];
    int fd = client_open(&l);
    const char *line;
    struct answer a;

    client_send(fd, GET "\r\n");
    answer_begin(&a, 200, "OK");
    head_known(&a.send.head, RESP_Server, text_of(value));
    cr_assert_eq(answer_send(&l, app_receive(&l)->id, &a, LAST), RESULT_OK);
    line = strstr(client_reply(fd)->head, "\r\nServer: ");
    snprintf(server, sizeof server, "%.*s", line ? (int)strcspn(line + 10, "\r") : 4, line ? line + 10 : "none");
    client_close(fd);
    return server;
}

/* Microsoft's page of http.sys's registry values: 1 is about answers of its own, 2 about all. */
AnswerTest(the_server_header_can_be_switched_off)
{
    cr_assert(page_names_server());
    cr_assert_str_eq(answer_with_server(""), "Microsoft-HTTPAPI/2.0");
    parameters.DisableServerHeader = 1;
    cr_assert(!page_names_server());
    cr_assert_str_eq(answer_with_server(""), "Microsoft-HTTPAPI/2.0");
    cr_assert_str_eq(answer_with_server("mine"), "mine Microsoft-HTTPAPI/2.0");
    parameters.DisableServerHeader = 2;
    cr_assert(!page_names_server());
    cr_assert_str_eq(answer_with_server(""), "none");
    cr_assert_str_eq(answer_with_server("mine"), "mine");
}
