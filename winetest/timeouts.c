/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timeouts.c: HttpServerTimeoutsProperty counts.
 *
 * Each timer has a group of its own, in which it is a second and the others are what they are by default: two minutes,
 * longer than any wait here. All clients get into their positions first and time out together.
 */
#include "scene.h"

/* A group of the server's session whose URLs go to the server's queue. */
static HTTP_URL_GROUP_ID add_group(struct server *server, const char *path)
{
    HTTP_URL_GROUP_ID group = 0;

    ok_eq(HttpCreateUrlGroup(server->session, &group, 0), NO_ERROR);
    ok_eq(bind_group(group, server->queue), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(group, local_url(server->port, path), 0, 0), NO_ERROR);
    return group;
}

static HTTP_TIMEOUT_LIMIT_INFO no_timeouts(void)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts;

    memset(&timeouts, 0, sizeof timeouts);
    timeouts.Flags.Present = 1;
    return timeouts;
}

static void set_timeouts(HTTP_URL_GROUP_ID group, HTTP_TIMEOUT_LIMIT_INFO timeouts)
{
    ok_eq(HttpSetUrlGroupProperty(group, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts), NO_ERROR);
}

/* Sends the head of a POST whose body is ten bytes, and four of these; receives it. */
static HTTP_REQUEST_ID take_post(SOCKET s, struct server *server, const char *path)
{
    struct receive receive;
    HTTP_REQUEST_ID id;

    send_text(s, "POST %s HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 10\r\n\r\n0123", path, server->port);
    id = receive_next(&receive, server->queue);
    receive_close(&receive);
    return id;
}

static HTTP_REQUEST_ID take_get(SOCKET s, struct server *server, const char *path)
{
    struct receive receive;
    HTTP_REQUEST_ID id;

    send_get(s, server->port, path);
    id = receive_next(&receive, server->queue);
    receive_close(&receive);
    return id;
}

/* --- what the server does, seen from each position */

struct waiting {
    struct call call;
    ULONG error;
};

/* [doc] IdleConnection: the time between two requests. The connection is dropped, without any 408 */
static void start_idle(struct server *server, SOCKET s, struct waiting *w)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();
    struct receive receive;
    HTTP_REQUEST_ID id;
    char answer[4096];

    timeouts.IdleConnection = 1;
    set_timeouts(add_group(server, "/idle/"), timeouts);
    send_get(s, server->port, "/idle/");
    id = receive_next(&receive, server->queue);
    call_open(&w->call);
    w->error = HttpWaitForDisconnect(server->queue, receive.data.request.ConnectionId, &w->call.overlapped);
    receive_close(&receive);
    ok_eq(respond(server->queue, id, "pong"), NO_ERROR);
    ok(recv_answer(s, answer, sizeof answer) > 0, "no answer");
}

/* [doc] A wait for the end of a connection ends with it. */
static void end_idle(struct server *server, struct waiting *w)
{
    ok_eq(call_end(server->queue, &w->call, w->error, NULL), NO_ERROR);
    call_close(&w->call);
}

/* [doc] HeaderWait: the time for a head, from the connection's second request on */
static void start_head(struct server *server, SOCKET s)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();

    timeouts.HeaderWait = 1;
    set_timeouts(add_group(server, "/head/"), timeouts);
    exchange(s, server->port, server->queue, "/head/");
    send_text(s, "GET /head/ HTTP/1.1\r\nHost: local");
}

/* [doc] DrainEntityBody: the time for what is left of a body when the request was answered */
static void start_drain(struct server *server, SOCKET s)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();
    char answer[4096];

    timeouts.DrainEntityBody = 1;
    set_timeouts(add_group(server, "/drain/"), timeouts);
    ok_eq(respond(server->queue, take_post(s, server, "/drain/"), "early"), NO_ERROR);
    ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "no answer");
}

struct reading {
    struct call call;
    ULONG error;
    char buffer[10];
};

/* [doc] EntityBody: the time for the next bytes of a body */
static void start_body(struct server *server, SOCKET s, struct reading *r)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();
    HTTP_REQUEST_ID id;

    timeouts.EntityBody = 1;
    set_timeouts(add_group(server, "/body/"), timeouts);
    id = take_post(s, server, "/body/");
    call_open(&r->call);
    r->error = HttpReceiveRequestEntityBody(server->queue, id, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER,
                                            r->buffer, sizeof r->buffer, NULL, &r->call.overlapped);
}

/* The program learns of it, too; on a busy machine before it can begin to read. */
static void end_body(struct server *server, struct reading *r)
{
    ULONG error = call_end(server->queue, &r->call, r->error, NULL);

    ok(error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID || broken(error == ERROR_OPERATION_ABORTED),
       "the read ended with %lu", UL(error));
    call_close(&r->call);
}

/* [doc] RequestQueue: the time until the program takes the request */
static void start_queue(struct server *server, SOCKET s)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();

    timeouts.RequestQueue = 1;
    set_timeouts(add_group(server, "/queue/"), timeouts);
    send_get(s, server->port, "/queue/");
}

#define LONG_BODY (32 << 20) /* more than two sockets hold */

/* [doc] MinSendRate: what a client has to take. A send to one that takes nothing ends */
static void run_send(struct server *server, SOCKET s)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();
    char *body = malloc(LONG_BODY);
    HTTP_REQUEST_ID id;
    struct reply reply;
    struct call call;
    ULONG error;

    timeouts.MinSendRate = 10000000;
    set_timeouts(add_group(server, "/send/"), timeouts);
    id = take_get(s, server, "/send/");
    memset(body, 'x', LONG_BODY - 1);
    body[LONG_BODY - 1] = 0;
    reply_init(&reply, 200, "OK");
    reply_text(&reply, body);
    call_open(&call);
    error = HttpSendHttpResponse(server->queue, id, 0, (PHTTP_RESPONSE)&reply.response, NULL, NULL, NULL, 0,
                                 &call.overlapped, NULL);
    error = call_end(server->queue, &call, error, NULL);
    call_close(&call);
    ok(error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_INVALID || broken(error == ERROR_OPERATION_ABORTED),
       "the send ended with %lu", UL(error));
    ok(is_reset(s), "the client doesn't see that the response isn't whole");
    free(body);
}

/* Positions in which nothing is late, although each group has a short time for something else. */
struct patient {
    SOCKET fresh, fresh_head, held;
    HTTP_REQUEST_ID id;
};

/* [doc] Before the first request was routed the API's own timeouts count, and there is none for the program's work. */
static void start_patient(struct server *server, struct patient *p)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();

    timeouts.IdleConnection = timeouts.HeaderWait = timeouts.EntityBody = 1;
    timeouts.DrainEntityBody = timeouts.RequestQueue = 1;
    p->fresh = connect_local(server->port);
    p->fresh_head = connect_local(server->port);
    p->held = connect_local(server->port);
    send_text(p->fresh_head, "GET / HTTP/1.1\r\nHost: local");
    p->id = take_get(p->held, server, "/");
    set_timeouts(server->group, timeouts);
}

static void end_patient(struct server *server, struct patient *p)
{
    struct receive receive;
    char answer[4096];

    set_timeouts(server->group, no_timeouts()); /* what follows may take its time on a busy machine */
    ok_eq(respond(server->queue, p->id, "late"), NO_ERROR);
    ok(recv_answer(p->held, answer, sizeof answer) > 0, "no answer");
    exchange(p->fresh, server->port, server->queue, "/");
    send_text(p->fresh_head, "host:%u\r\n\r\n", server->port);
    ok_eq(respond(server->queue, receive_next(&receive, server->queue), "late"), NO_ERROR);
    ok(recv_answer(p->fresh_head, answer, sizeof answer) > 0, "no answer");
    receive_close(&receive);
    closesocket(p->fresh);
    closesocket(p->fresh_head);
    closesocket(p->held);
}

static void test_timers(void)
{
    SOCKET idle, head, drain, body, queue, send;
    struct waiting waiting;
    struct reading reading;
    struct patient patient;
    struct server server;

    if (!server_start(&server, 2))
        return;
    idle = connect_local(server.port);
    head = connect_local(server.port);
    drain = connect_local(server.port);
    body = connect_local(server.port);
    queue = connect_local(server.port);
    send = connect_local(server.port);
    start_patient(&server, &patient);
    start_idle(&server, idle, &waiting);
    start_head(&server, head);
    start_drain(&server, drain);
    start_body(&server, body, &reading);
    run_send(&server, send);
    start_queue(&server, queue); /* the last: whoever receives next would get it */
    ok(is_closed(idle), "an idle connection stays");
    ok(is_closed(head), "half a head stays");
    ok(is_closed(drain), "a connection that can't be drained stays");
    ok(is_closed(body), "half a body stays");
    ok(is_closed(queue), "a request that nobody takes stays");
    end_idle(&server, &waiting);
    end_body(&server, &reading);
    ok(queue_is_empty(server.queue), "the request stayed in the queue");
    end_patient(&server, &patient);
    closesocket(idle);
    closesocket(head);
    closesocket(drain);
    closesocket(body);
    closesocket(queue);
    closesocket(send);
    server_stop(&server);
}

/* --- whose value counts */

static void set_session_idle(struct server *server, USHORT seconds)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();

    timeouts.IdleConnection = seconds;
    ok_eq(HttpSetServerSessionProperty(server->session, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts),
          NO_ERROR);
}

/* A client whose connection is idle after a request to a group of its own, which has this IdleConnection. */
static SOCKET idle_client(struct server *server, const char *path, USHORT seconds)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts = no_timeouts();
    SOCKET s = connect_local(server->port);

    timeouts.IdleConnection = seconds;
    set_timeouts(add_group(server, path), timeouts);
    exchange(s, server->port, server->queue, path);
    return s;
}

static void test_inheritance(void)
{
    SOCKET inherits, without, later, own, none, taken_away;
    HTTP_TIMEOUT_LIMIT_INFO absent;
    HTTP_URL_GROUP_ID group;
    struct server server;

    if (!server_start(&server, 2))
        return;
    set_session_idle(&server, 1);
    /* [doc] a group's value before its session's; all ones: no limit */
    own = idle_client(&server, "/own/", 100);
    none = idle_client(&server, "/none/", 0xffff);
    /* [doc] zero, or no timeouts at all: the session's, also for a group that was there before */
    inherits = idle_client(&server, "/inherits/", 0);
    without = connect_local(server.port);
    exchange(without, server.port, server.queue, "/");
    /* and for one that is made afterwards */
    add_group(&server, "/later/");
    later = connect_local(server.port);
    exchange(later, server.port, server.queue, "/later/");
    /* [doc] a property that isn't present any more is as if it had never been set */
    group = add_group(&server, "/away/");
    absent = no_timeouts();
    absent.IdleConnection = 100;
    set_timeouts(group, absent);
    absent.Flags.Present = 0;
    set_timeouts(group, absent);
    taken_away = connect_local(server.port);
    exchange(taken_away, server.port, server.queue, "/away/");

    ok(is_closed(inherits), "zero isn't the session's value");
    ok(is_closed(without), "a group without timeouts doesn't have its session's");
    ok(is_closed(later), "a new group doesn't have its session's");
    ok(is_closed(taken_away), "timeouts that were taken away count");
    exchange(own, server.port, server.queue, "/own/");
    exchange(none, server.port, server.queue, "/none/");
    /* [doc] zero for a session: the default again */
    set_session_idle(&server, 0);
    closesocket(inherits);
    inherits = connect_local(server.port);
    exchange(inherits, server.port, server.queue, "/inherits/");
    exchange(inherits, server.port, server.queue, "/inherits/");
    closesocket(inherits);
    closesocket(without);
    closesocket(later);
    closesocket(taken_away);
    closesocket(own);
    closesocket(none);
    server_stop(&server);
}

START_TEST(timeouts)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_timers();
    test_inheritance();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
