/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_error_report.c: which line of the error log each end of a request or a connection is, and that it is one.
 *
 * The reasons' meanings: Microsoft's KB 820729.
 */
#include "engine/error_report.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "engine/connections.h"
#include "engine/error_log.h"
#include "engine/tcp_stats.h"
#include "loopback.h"
#include "unit.h"

#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"
#define BIG (8u << 20) /* more than a socket takes */

static char folder[] = "/tmp/error_report.XXXXXX";

static void open_all(void)
{
    loopback_open(&l);
    cr_assert(mkdtemp(folder));
    error_log_open(folder, 0);
}

static void close_all(void)
{
    char command[64];

    loopback_close(&l);
    error_log_flush(10000);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

#define ReportTest(name) Test(error_report, name, .init = open_all, .fini = close_all)

/* The lines so far, without heads; of each what is behind the addresses, less " - TCP - -", with '\n'. */
static const char *lines(void)
{
    static char text[20000];
    char path[64], line[8192];
    FILE *f;

    cr_assert(error_log_flush(10000));
    snprintf(path, sizeof path, "%s/HTTPERR/httperr1.log", folder);
    f = fopen(path, "r");
    text[0] = 0;
    while (f && fgets(line, sizeof line, f)) {
        int fields = 0;
        char *end = strstr(line, " TCP - -\r\n");

        if (*line == '#')
            continue;
        cr_assert(end, "%s", line);
        *end = 0;
        cr_assert(!sscanf(line, "%*s %*s 127.0.0.1 %*u 127.0.0.1 %*u %n", &fields) && fields, "%s", line);
        strcat(strcat(text, line + fields), "\n");
    }
    if (f)
        fclose(f);
    return text;
}

#define assert_lines(want) cr_assert_str_eq(lines(), want)

static int asked(const char *request)
{
    int fd = client_open(&l);

    client_send(fd, request);
    loopback_settle();
    return fd;
}

/* --- answers */

static void refused(const char *request, int status, const char *want)
{
    int fd = asked(request);

    cr_assert_eq(client_reply(fd)->status, status);
    client_expect_end(fd);
    client_close(fd);
    loopback_settle();
    assert_lines(want);
}

ReportTest(refused_verb)
{
    refused("G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "- - - - - 400 - Verb -\n");
}

ReportTest(refused_url_as_it_came)
{
    refused("GET /%zz\x80?q HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "HTTP/1.1 GET /%zz\x80?q - - 400 - URL -\n");
}

ReportTest(refused_url_cooked)
{
    refused("GET /a%20%C3%A4/../%E2%82%AC?x=%20y HTTP/1.1\r\nHost: other\r\n\r\n", 400,
            "HTTP/1.1 GET /\xe2\x82\xac?x=%20y - - 400 - Hostname -\n");
}

/* The field has 4096 bytes: 1360 of its three bytes each fit behind 14 slashes, and no part of the next. */
ReportTest(refused_url_too_long_for_the_field)
{
    char request[20000] = "GET ", want[8192] = "HTTP/1.1 GET ";

    for (unsigned i = 0; i < 1400; i++) {
        strcat(strcat(request, i % 100 ? "" : "/"), "%E2%82%AC");
        if (i < 1360)
            strcat(strcat(want, i % 100 ? "" : "/"), "\xe2\x82\xac");
    }
    strcat(request, " HTTP/1.1\r\nHost: other\r\n\r\n");
    strcat(want, " - - 400 - Hostname -\n");
    refused(request, 400, want);
}

ReportTest(refused_version)
{
    refused("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505, "HTTP/2.0 GET / - - 505 - Version_N/S -\n");
}

ReportTest(refused_version_of_two_digits)
{
    refused("GET / HTTP/10.0\r\nHost: localhost\r\n\r\n", 400, "HTTP/?.? GET / - - 400 - BadRequest -\n");
}

ReportTest(refused_version_of_two_digits_minor)
{
    refused("GET / HTTP/1.10\r\nHost: localhost\r\n\r\n", 400, "HTTP/?.? GET / - - 400 - BadRequest -\n");
}

ReportTest(refused_no_version)
{
    refused("GET / HTTP/1.\r\nHost: localhost\r\n\r\n", 400, "- GET / - - 400 - BadRequest -\n");
}

ReportTest(refused_half_a_head)
{
    int fd = client_open(&l);

    client_send(fd, "GET /b HTTP/1.1\r\nHo");
    client_shutdown(fd);
    loopback_settle();
    cr_assert_eq(client_reply(fd)->status, 400);
    client_close(fd);
    assert_lines("HTTP/1.1 GET /b - - 400 - BadRequest -\n");
}

ReportTest(refused_each_of_several)
{
    router_disable(&l.target, true);
    refused(GET, 503, "HTTP/1.1 GET /a - - 503 - Disabled -\n");
    router_disable(&l.target, false);
    router_bind(&l.target, NULL);
    refused(GET, 503, "HTTP/1.1 GET /a - - 503 - Disabled -\nHTTP/1.1 GET /a - - 503 - N/A -\n");
    router_bind(&l.target, l.queue);
}

/* By default the client isn't told anything: the log is all there is. */
ReportTest(refused_by_reset)
{
    int fd;

    queue_set_name(l.queue, "Main queue");
    queue_configure(l.queue, 0, true, VERBOSITY_BASIC);
    fd = asked(GET);
    client_expect_reset(fd);
    client_close(fd);
    assert_lines("HTTP/1.1 GET /a - - 503 - QueueFull Main+queue\n");
}

/* Behind answered ones on its connection, and the connection's end is no second line. */
ReportTest(refused_second)
{
    int fd = asked(GET "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");

    app_answer(&l, app_receive(&l)->id, "x");
    cr_assert_eq(client_reply(fd)->status, 200);
    cr_assert_eq(client_reply(fd)->status, 400);
    client_reset(fd);
    loopback_settle();
    assert_lines("HTTP/1.1 GET /%zz - - 400 - URL -\n");
}

/* --- nothing */

static int served(void)
{
    int fd = asked(GET);

    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    loopback_settle();
    return fd;
}

ReportTest(nothing_of_a_served_request)
{
    client_close(served());
    loopback_settle();
    assert_lines("");
}

ReportTest(nothing_when_a_client_leaves_between_requests)
{
    int fd = client_open(&l);

    loopback_settle();
    client_reset(fd);
    client_reset(served());
    client_close(client_open(&l));
    loopback_settle();
    assert_lines("");
}

/* A part of the next one's line end: skipped, and not a request. */
ReportTest(nothing_when_it_half_closes)
{
    int fd = asked(GET);

    client_shutdown(fd);
    loopback_settle();
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    client_expect_end(fd);
    client_close(fd);
    assert_lines("");
}

/* --- the client */

ReportTest(client_resets_in_the_head)
{
    client_reset(asked("GE"));
    client_reset(asked("GET /c HTTP/1.1\r\nHost: x\r\n"));
    loopback_settle();
    assert_lines("- - - - - - - Client_Reset -\nHTTP/1.1 GET /c - - - - Client_Reset -\n");
}

ReportTest(client_resets_while_it_waits)
{
    queue_set_name(l.queue, "q");
    client_reset(asked(GET));
    loopback_settle();
    assert_lines("HTTP/1.1 GET /a - - - - Client_Reset q\n");
}

ReportTest(client_resets_before_its_answer)
{
    int fd = asked(GET);

    app_receive(&l);
    client_reset(fd);
    loopback_settle();
    assert_lines("HTTP/1.1 GET /a - - - - Connection_Dropped -\n");
}

ReportTest(client_resets_in_its_body)
{
    int fd = asked(POST "123");

    app_receive(&l);
    client_reset(fd);
    loopback_settle();
    assert_lines("HTTP/1.1 POST /a - - - - Connection_Dropped -\n");
}

/* Facts 7.3: the client gets a 400 when it half-closes there. */
ReportTest(client_ends_in_its_body)
{
    int fd = asked(POST "123");

    app_receive(&l);
    client_shutdown(fd);
    loopback_settle();
    client_close(fd);
    loopback_settle();
    assert_lines("HTTP/1.1 POST /a - - 400 - BadRequest -\n");
}

static char big[BIG];

/* An answer that stays half in our hands. */
static int half_answered(struct answer *a)
{
    int fd = asked(GET);
    struct request *r = app_receive(&l);

    answer_begin(a, 200, "OK");
    answer_memory(a, big, sizeof big);
    a->send.io.owner = &l; /* somebody's, so that it can be cancelled */
    cr_assert_eq(answer_send(&l, r->id, a, LAST), RESULT_PENDING);
    return fd;
}

ReportTest(client_resets_in_its_answer)
{
    struct answer a;

    client_reset(half_answered(&a));
    loopback_run(&a.over);
    loopback_settle();
    assert_lines("HTTP/1.1 GET /a - - - - Connection_Dropped -\n");
}

/* Nobody reads its socket meanwhile: the send finds out. */
ReportTest(client_is_gone_when_it_is_answered)
{
    struct answer a;
    int fd = asked(GET);
    struct request *r = app_receive(&l);

    client_shutdown(fd);
    loopback_settle();
    client_close(fd);
    for (int parts = 0; parts < 2; parts++) { /* the first one's answer is the reset */
        if (parts)
            answer_part(&a);
        else
            answer_begin(&a, 200, "OK");
        answer_memory(&a, "x", 1);
        answer_send(&l, r->id, &a, parts ? LAST : MORE);
    }
    loopback_settle();
    assert_lines("HTTP/1.1 GET /a - - - - Connection_Dropped -\n");
}

/* --- timers */

static void limit(struct limits limits)
{
    router_limit(&l.target, &limits);
}

ReportTest(timer_idle)
{
    int first = client_open(&l), second;

    limit((struct limits){.idle = 10});
    loopback_settle();
    second = served();
    loopback_pass(121);
    client_expect_end(first);
    client_expect_end(second);
    client_close(first);
    client_close(second);
    assert_lines("- - - - - - - Timer_ConnectionIdle -\n- - - - - - - Timer_ConnectionIdle -\n");
}

ReportTest(timer_head)
{
    int first = asked("GET /b HTTP/1.1\r\n"), second = asked("GET /c HTT");

    loopback_pass(121);
    client_close(first);
    client_close(second);
    assert_lines("HTTP/1.1 GET /b - - - - Timer_HeaderWait -\n- GET - - - - - Timer_HeaderWait -\n");
}

ReportTest(timer_queue)
{
    int fd;

    limit((struct limits){.queue = 5});
    fd = asked(GET);
    loopback_pass(7);
    client_expect_end(fd);
    client_close(fd);
    assert_lines("HTTP/1.1 GET /a - - - - Timer_ReqQueue -\n");
}

ReportTest(timer_body)
{
    int fd;

    limit((struct limits){.body = 5});
    fd = asked(POST);
    app_receive(&l);
    loopback_pass(7);
    client_close(fd);
    assert_lines("HTTP/1.1 POST /a - - - - Timer_EntityBody -\n");
}

ReportTest(timer_drain)
{
    int fd;

    limit((struct limits){.drain = 5});
    fd = asked(POST);
    app_answer(&l, app_receive(&l)->id, "x");
    loopback_pass(7);
    client_close(fd);
    assert_lines("HTTP/1.1 POST /a - - - - Timer_EntityBody -\n");
}

ReportTest(timer_send)
{
    struct answer a;
    int fd;

    limit((struct limits){.send_rate = 1u << 20});
    fd = half_answered(&a);
    for (int i = 0; i < 10 && !a.over; i++)
        loopback_pass(3);
    cr_assert(a.over);
    client_close(fd);
    assert_lines("HTTP/1.1 GET /a - - - - Timer_MinBytesPerSecond -\n");
}

/* --- the program */

ReportTest(queue_closed)
{
    int held = asked("GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n"), waiting;

    queue_set_name(l.queue, "q");
    app_receive(&l);
    waiting = asked("GET /waiting HTTP/1.1\r\nHost: localhost\r\n\r\n");
    queue_shutdown(l.queue);
    loopback_settle();
    cr_assert_eq(client_reply(waiting)->status, 503);
    assert_lines("HTTP/1.1 GET /waiting - - 503 - AppShutdown q\n");
    queue_close(l.queue);
    client_expect_reset(held);
    client_close(held);
    client_close(waiting);
    queue_recycle(l.queue);
    l.queue = queue_open(); /* for loopback_close() */
    assert_lines("HTTP/1.1 GET /waiting - - 503 - AppShutdown q\nHTTP/1.1 GET /held - - - - "
                 "Connection_Abandoned_By_ReqQueue q\n");
}

ReportTest(request_cancelled)
{
    int fd = asked(GET);

    cr_assert_eq(request_cancel(l.queue, app_receive(&l)->id), RESULT_OK);
    client_expect_reset(fd);
    client_close(fd);
    assert_lines("HTTP/1.1 GET /a - - - - Request_Cancelled -\n");
}

static bool any(const struct io *io, const void *arg)
{
    (void)io, (void)arg;
    return true;
}

ReportTest(send_cancelled)
{
    struct answer a;
    int fd = half_answered(&a);

    cr_assert_eq(connections_cancel(any, NULL), 1u);
    client_close(fd);
    assert_lines("HTTP/1.1 GET /a - - - - Connection_Dropped -\n");
}

/* --- the machine */

ReportTest(client_not_accepted)
{
    union address a = {.v4 = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = client_open(&l);

    error_report_refused(&a, fd);
    client_close(fd);
    assert_lines("- - - - - - - Connections_Refused -\n");
}
