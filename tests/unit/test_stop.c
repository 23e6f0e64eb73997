/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_stop.c: what becomes of connections when the server stops. The signal itself, and the program that is told:
 * tests/e2e/stopping.py.
 */
#include "engine/stop.h"

#include <arpa/inet.h>
#include <asm/prctl.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/any_thread.h"
#include "engine/clock.h"
#include "engine/connections.h"
#include "engine/endpoint.h"
#include "engine/prefix.h"
#include "free_port.h"
#include "loopback.h"
#include "unit.h"

#define MS ((uint64_t)1000000) /* of clock_ns() */
#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n"

#define StopTest(name, ...) LoopbackTest(stop, name, ##__VA_ARGS__)

/* As SIGTERM does it. */
static void stop(void)
{
    atomic_store(&stop_begun, true);
    endpoints_stop();
    connections_stop();
    loopback_settle();
}

static bool is_refused(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(l.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool refused = connect(fd, (struct sockaddr *)&a, sizeof a) && errno == ECONNREFUSED;

    close(fd);
    return refused;
}

static void expect_last_answer(int fd, const char *body)
{
    const struct reply *reply = client_reply(fd);

    cr_assert_str_eq(reply->body, body);
    cr_assert(strstr(reply->head, "\r\nConnection: close\r\n"), "%s", reply->head);
    client_expect_end(fd);
}

/* The client has its answer, and may close when it likes; its system may take a moment to say that it has. */
static void expect_rest(void)
{
    time_t end = time(NULL) + 10;

    while (connections_busy()) {
        cr_assert(time(NULL) < end, "somebody is waited for");
        loopback_settle();
    }
    cr_assert_eq(connections_count(), 1u);
}

StopTest(a_request_under_way_is_answered)
{
    int fd = client_open(&l);
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    stop();
    cr_assert(is_refused());
    cr_assert(connections_busy());
    loopback_pass(5);
    app_answer(&l, id, "x");
    expect_last_answer(fd, "x");
    expect_rest();
    client_close(fd);
}

/* It may have sent a request that isn't here yet. */
StopTest(a_connection_without_a_request_has_a_moment)
{
    int idle = client_open(&l), late = client_open(&l);

    client_send(late, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "1");
    client_reply(late);
    stop();
    client_send(late, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "2");
    expect_last_answer(late, "2");
    client_close(late);
    cr_assert(connections_busy());
    loopback_pass(1.1);
    client_expect_end(idle);
    cr_assert(!connections_busy());
    client_close(idle);
}

/* The answer was on its way when the signal came: it said nothing of the end, so another request may follow. */
StopTest(between_two_requests)
{
    int fd = client_open(&l);
    struct answer a, b;
    uint64_t id;

    client_send(fd, GET "\r\n");
    id = app_receive(&l)->id;
    answer_begin(&a, 200, "OK");
    answer_header(&a, "Content-Length", "2");
    answer_memory(&a, "a", 1);
    cr_assert_eq(answer_send(&l, id, &a, MORE), RESULT_OK);
    stop();
    answer_part(&b);
    answer_memory(&b, "b", 1);
    cr_assert_eq(answer_send(&l, id, &b, LAST), RESULT_OK);
    cr_assert(!strstr(client_reply(fd)->head, "Connection"));
    client_send(fd, GET "\r\n");
    app_answer(&l, app_receive(&l)->id, "c");
    expect_last_answer(fd, "c");
    client_close(fd);
}

static enum result add_url(uint16_t port)
{
    char text[64];
    utf16 wide[64];
    struct prefix p;

    snprintf(text, sizeof text, "http://localhost:%u/", port);
    cr_assert_eq(prefix_parse(&p, widen(wide, COUNT(wide), text)), RESULT_OK);
    return router_add(&l.target, &p, LOOPBACK_CONTEXT);
}

/* On a port of its own. */
static int listen_elsewhere(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(!bind(fd, (struct sockaddr *)&a, len) && !listen(fd, 1) && !getsockname(fd, (struct sockaddr *)&a, &len));
    *port = ntohs(a.sin_port);
    return fd;
}

/* The program doesn't know yet that it ends: it is told what it would be told otherwise, but no client comes. */
StopTest(a_url_that_is_added_later)
{
    enum result result = RESULT_IN_USE;
    uint16_t port;
    int other;

    stop();
    for (int i = 0; i < 10 && result == RESULT_IN_USE; i++) /* between question and use somebody may take the port */
        result = add_url(l.port = free_port());
    cr_assert_eq(result, RESULT_OK);
    loopback_settle();
    cr_assert(is_refused());
    cr_assert_eq(add_url(l.port), RESULT_EXISTS);
    other = listen_elsewhere(&port);
    cr_assert_eq(add_url(port), RESULT_IN_USE);
    close(other);
}

/* Accepted by nobody yet, and known to the client as open. */
StopTest(what_waits_to_be_accepted_is_served)
{
    int fd = client_open(&l);

    client_send(fd, GET "\r\n");
    stop();
    app_answer(&l, app_receive(&l)->id, "x");
    expect_last_answer(fd, "x");
    client_close(fd);
}

StopTest(a_stream_of_bytes_is_not_waited_for)
{
    int fd = client_open(&l);
    struct answer a, b;
    uint64_t id;

    client_send(fd, GET "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    id = app_receive(&l)->id;
    answer_begin(&a, 101, "Switching Protocols");
    cr_assert_eq(answer_send(&l, id, &a, MORE | OPAQUE), RESULT_OK);
    stop();
    cr_assert(!connections_busy());
    answer_part(&b);
    cr_assert_eq(answer_send(&l, id, &b, LAST), RESULT_OK);
    client_close(fd);
}

static void *await(void *unused)
{
    stop_await();
    return unused;
}

/* The program is at the beginning of its start: what it opens then never serves. */
Test(stop, before_there_is_anything)
{
    pthread_t thread;

    cr_assert(stop_catch());
    raise(SIGTERM);
    cr_assert(!pthread_create(&thread, NULL, await, NULL));
    while (!stop_has_begun())
        sched_yield();
    pthread_mutex_lock(&config_lock);
    loopback_open(&l);
    pthread_mutex_unlock(&config_lock);
    pthread_join(thread, NULL);
    cr_assert(is_refused());
    loopback_close(&l);
}

/* Supervisors signal a process and then its group. What comes later is an order to be quick. */
Test(stop, two_signals_at_once_are_one)
{
    uint64_t start = clock_ns(), told;

    cr_assert(stop_catch());
    raise(SIGTERM);
    raise(SIGTERM);
    if (clock_ns() - start > 40 * MS)
        cr_skip_test("the machine was too busy for two signals at once");
    setenv("HTTPAPI_EXIT_SECONDS", "1", true);
    stop_await();
    told = clock_ns();
    stop_expire();
    cr_assert(clock_ns() - told >= 900 * MS, "after %llu ms", (unsigned long long)((clock_ns() - told) / MS));
}

Test(stop, a_second_signal_is_an_order_to_be_quick, .timeout = 60)
{
    cr_assert(stop_catch());
    raise(SIGTERM);
    stop_await();
    poll(NULL, 0, 60); /* as long as two signals are one */
    raise(SIGTERM);
    setenv("HTTPAPI_EXIT_SECONDS", "1000", true);
    stop_expire();
}

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) /* whose own handler comes first */
/* Without the C library's segment register, as in a thread that is in Windows code (engine/any_thread.h). */
IN_ANY_THREAD static void signal_bare_thread(void)
{
    long process = getpid(), thread = bare_syscall(SYS_gettid, 0, 0, 0), segment;

    bare_syscall(SYS_arch_prctl, ARCH_GET_FS, (long)&segment, 0);
    bare_syscall(SYS_arch_prctl, ARCH_SET_FS, 0, 0);
    bare_syscall(SYS_tgkill, process, thread, SIGTERM);
    bare_syscall(SYS_arch_prctl, ARCH_SET_FS, segment, 0);
}

Test(stop, a_signal_in_windows_code)
{
    cr_assert(stop_catch());
    signal_bare_thread();
    stop_await();
    cr_assert(stop_has_begun());
}
#endif

/* What the program, or who started it, has to say about SIGTERM goes before. */
Test(stop, a_signal_that_is_spoken_for)
{
    signal(SIGTERM, SIG_IGN);
    cr_assert(!stop_catch());
    signal(SIGTERM, SIG_DFL);
    cr_assert(stop_catch());
    cr_assert(!stop_catch(), "it is caught already");
}
