/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state.c: what clients get when a queue, a group or a session doesn't take their requests.
 */
#include "scene.h"

static void set_queue(HANDLE queue, HTTP_SERVER_PROPERTY property, ULONG value)
{
    ok_eq(HttpSetRequestQueueProperty(queue, property, &value, sizeof value, 0, NULL), NO_ERROR);
}

static void set_group_state(HTTP_URL_GROUP_ID group, HTTP_ENABLED_STATE state)
{
    HTTP_STATE_INFO info;

    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    info.State = state;
    ok_eq(HttpSetUrlGroupProperty(group, HttpServerStateProperty, &info, sizeof info), NO_ERROR);
}

static void set_session_state(HTTP_SERVER_SESSION_ID session, HTTP_ENABLED_STATE state)
{
    HTTP_STATE_INFO info;

    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    info.State = state;
    ok_eq(HttpSetServerSessionProperty(session, HttpServerStateProperty, &info, sizeof info), NO_ERROR);
}

/* Sends a request; whether its connection is reset without an answer. */
static int gets_reset(USHORT port)
{
    SOCKET s = connect_local(port);
    int yes;

    send_get(s, port, "/");
    yes = is_reset(s);
    closesocket(s);
    return yes;
}

#define UNAVAILABLE_LENGTH 326 /* [net] of http.sys's page */

/* [net] The page with which http.sys says 503, and that it closes the connection. */
static void check_page(USHORT port, const char *status_line)
{
    SOCKET s = connect_local(port);
    char answer[4096] = "", value[64];

    send_get(s, port, "/");
    ok(recv_answer(s, answer, sizeof answer) > 0, "no answer");
    ok(!strncmp(answer, status_line, strlen(status_line)), "got %.40s", answer);
    answer_header(answer, "Content-Length", value, sizeof value);
    ok_eq(atoi(value), UNAVAILABLE_LENGTH);
    ok_eq(strlen(answer_body(answer)), UNAVAILABLE_LENGTH);
    ok(strstr(answer, "HTTP Error 503. The service is unavailable.") != NULL, "another text: %s", answer_body(answer));
    answer_header(answer, "Content-Type", value, sizeof value);
    ok_str(value, "text/html; charset=us-ascii");
    answer_header(answer, "Server", value, sizeof value);
    ok_str(value, "Microsoft-HTTPAPI/2.0");
    answer_header(answer, "Connection", value, sizeof value);
    ok_str(value, "close");
    ok(is_closed(s), "the connection stays");
    closesocket(s);
}

/* [doc] An inactive queue: nothing but a reset, a 503, or one that says more; active again it takes requests. */
static void test_inactive_queue(void)
{
    struct server server;
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    set_queue(server.queue, HttpServerStateProperty, HttpEnabledStateInactive);
    ok(gets_reset(server.port), "by default an inactive queue answers");
    set_queue(server.queue, HttpServer503VerbosityProperty, Http503ResponseVerbosityLimited);
    check_page(server.port, "HTTP/1.1 503 Service Unavailable\r\n");
    set_queue(server.queue, HttpServer503VerbosityProperty, Http503ResponseVerbosityFull);
    check_page(server.port, "HTTP/1.1 503 ");
    /* [own] which more: the word that http.sys's error log has for it */
    if (!test_on_windows())
        check_page(server.port, "HTTP/1.1 503 Disabled\r\n");
    set_queue(server.queue, HttpServer503VerbosityProperty, Http503ResponseVerbosityBasic);
    ok(gets_reset(server.port), "the verbosity can't be taken back");
    set_queue(server.queue, HttpServerStateProperty, HttpEnabledStateActive);
    s = connect_local(server.port);
    exchange(s, server.port, server.queue, "/");
    closesocket(s);
    server_stop(&server);
}

/* [doc] The state is that of the queue, not of a receive: one that waits goes on waiting. */
static void test_inactive_meanwhile(void)
{
    struct receive pending;
    struct server server;
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    receive_init(&pending, server.queue);
    ok_eq(receive_start(&pending, HTTP_NULL_ID, 0), ERROR_IO_PENDING);
    set_queue(server.queue, HttpServerStateProperty, HttpEnabledStateInactive);
    ok(gets_reset(server.port), "an inactive queue answers");
    ok_eq(receive_wait(&pending, 0), ERROR_IO_PENDING);
    set_queue(server.queue, HttpServerStateProperty, HttpEnabledStateActive);
    s = connect_local(server.port);
    send_get(s, server.port, "/");
    ok_eq(receive_wait(&pending, DEADLINE), NO_ERROR);
    ok_eq(respond(server.queue, pending.data.request.RequestId, "pong"), NO_ERROR);
    receive_close(&pending);
    closesocket(s);
    server_stop(&server);
}

#define LENGTH 10

/*
 * Fills the queue, and sends one more; the connections are open then. Which of them is refused is nobody's business:
 * the one with something to read.
 */
static SOCKET fill_queue(struct server *server, SOCKET sockets[LENGTH + 1])
{
    struct timeval timeout = {DEADLINE / 1000, 0};
    SOCKET last = 0;
    fd_set set;
    int i;

    FD_ZERO(&set);
    for (i = 0; i < LENGTH + 1; i++) {
        sockets[i] = connect_local(server->port);
        send_get(sockets[i], server->port, "/");
        FD_SET(sockets[i], &set);
        last = sockets[i] > last ? sockets[i] : last;
    }
    if (!ok(select((int)last + 1, &set, NULL, NULL, &timeout) == 1, "not one is refused"))
        return sockets[LENGTH];
    for (i = 0; !FD_ISSET(sockets[i], &set); i++)
        ;
    return sockets[i];
}

static void empty_queue(struct server *server, SOCKET sockets[LENGTH + 1])
{
    struct receive receive;
    int i;

    for (i = 0; i < LENGTH; i++) {
        ok_eq(respond(server->queue, receive_next(&receive, server->queue), "pong"), NO_ERROR);
        receive_close(&receive);
    }
    ok(queue_is_empty(server->queue), "more requests than the queue may hold");
    for (i = 0; i < LENGTH + 1; i++)
        closesocket(sockets[i]);
}

/* [doc] As many requests wait as HttpServerQueueLengthProperty says; the next one gets what the verbosity says. */
static void test_overflow(HTTP_503_RESPONSE_VERBOSITY verbosity, const char *status_line)
{
    SOCKET sockets[LENGTH + 1], refused;
    struct server server;
    char answer[4096] = "";

    if (!server_start(&server, 2))
        return;
    set_queue(server.queue, HttpServerQueueLengthProperty, LENGTH);
    set_queue(server.queue, HttpServer503VerbosityProperty, verbosity);
    refused = fill_queue(&server, sockets);
    if (status_line) {
        ok(recv_answer(refused, answer, sizeof answer) > 0, "no answer");
        ok(!strncmp(answer, status_line, strlen(status_line)), "got %.40s", answer);
        ok(is_closed(refused), "the connection stays");
    } else {
        ok(is_reset(refused), "there is an answer");
    }
    empty_queue(&server, sockets);
    server_stop(&server);
}

/* [doc] A group without a queue, and a disabled group or session: 503. [own] Whatever the queue's verbosity */
static void test_inactive_group(void)
{
    const char *line = "HTTP/1.1 503 Service Unavailable\r\n";
    struct server server;
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    ok_eq(bind_group(server.group, NULL), NO_ERROR);
    check_page(server.port, line);
    ok_eq(bind_group(server.group, server.queue), NO_ERROR);
    set_group_state(server.group, HttpEnabledStateInactive);
    check_page(server.port, line);
    /* [doc] a session's state is that of all its groups */
    set_session_state(server.session, HttpEnabledStateInactive);
    set_group_state(server.group, HttpEnabledStateActive);
    check_page(server.port, line);
    set_session_state(server.session, HttpEnabledStateActive);
    s = connect_local(server.port);
    exchange(s, server.port, server.queue, "/");
    /* [own] also for the next request of a connection that was served before */
    set_group_state(server.group, HttpEnabledStateInactive);
    send_get(s, server.port, "/");
    ok(is_closed(s), "the connection stays");
    closesocket(s);
    server_stop(&server);
}

/* [doc] A binding that isn't present is none, and neither is one with a NULL handle. */
static void test_binding(void)
{
    struct server server;
    HTTP_BINDING_INFO binding;

    if (!server_start(&server, 2))
        return;
    memset(&binding, 0, sizeof binding);
    binding.RequestQueueHandle = server.queue;
    ok_eq(HttpSetUrlGroupProperty(server.group, HttpServerBindingProperty, &binding, sizeof binding), NO_ERROR);
    ok_eq(get_status(server.port, "localhost", "/"), 503);
    ok_eq(bind_group(server.group, server.queue), NO_ERROR);
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = NULL;
    ok_eq(HttpSetUrlGroupProperty(server.group, HttpServerBindingProperty, &binding, sizeof binding), NO_ERROR);
    ok_eq(get_status(server.port, "localhost", "/"), 503);
    /* [doc] the structure is given whole */
    ok_eq(HttpSetUrlGroupProperty(server.group, HttpServerBindingProperty, &binding, sizeof binding - 1),
          ERROR_INVALID_PARAMETER);
    server_stop(&server);
}

START_TEST(state)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_inactive_queue();
    test_inactive_meanwhile();
    test_overflow(Http503ResponseVerbosityBasic, NULL);
    test_overflow(Http503ResponseVerbosityLimited, "HTTP/1.1 503 Service Unavailable\r\n");
    test_overflow(Http503ResponseVerbosityFull, test_on_windows() ? "HTTP/1.1 503 " : "HTTP/1.1 503 QueueFull\r\n");
    test_inactive_group();
    test_binding();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
