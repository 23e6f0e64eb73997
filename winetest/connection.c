/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection.c: requests and their connections: ids, pipelining, keep-alive.
 */
#include "server.h"

/* [rp] requests on two connections share neither id */
static void test_two_connections(int version)
{
    struct receive first, second;
    struct server server;
    SOCKET a, b;

    if (!server_start(&server, version))
        return;
    a = connect_local(server.port);
    b = connect_local(server.port);
    send_get(a, server.port, "/");
    receive_next(&first, server.queue);
    send_get(b, server.port, "/");
    receive_next(&second, server.queue);
    ok(first.data.request.ConnectionId != second.data.request.ConnectionId, "one connection");
    ok(first.data.request.RequestId != second.data.request.RequestId, "one request");
    ok_eq(respond(server.queue, second.data.request.RequestId, "b"), NO_ERROR);
    ok_eq(respond(server.queue, first.data.request.RequestId, "a"), NO_ERROR);
    receive_close(&first);
    receive_close(&second);
    closesocket(a);
    closesocket(b);
    server_stop(&server);
}

/* [rp] requests on one connection share its id, and differ in their own */
static void test_one_connection(int version)
{
    struct receive first, second;
    struct server server;
    char answer[2048];
    SOCKET s;

    if (!server_start(&server, version))
        return;
    s = connect_local(server.port);
    send_get(s, server.port, "/");
    respond(server.queue, receive_next(&first, server.queue), "first");
    recv_answer(s, answer, sizeof answer);
    send_get(s, server.port, "/");
    respond(server.queue, receive_next(&second, server.queue), "second");
    recv_answer(s, answer, sizeof answer);
    ok_str(answer_body(answer), "second");
    ok(first.data.request.ConnectionId == second.data.request.ConnectionId, "two connections");
    ok(first.data.request.RequestId != second.data.request.RequestId, "one request");
    receive_close(&first);
    receive_close(&second);
    closesocket(s);
    server_stop(&server);
}

/* [rp] the second of two pipelined requests is delivered when the first is answered, not before */
static void test_pipelining(int version)
{
    struct receive first, second;
    struct server server;
    char answers[4096];
    SOCKET s;

    if (!server_start(&server, version))
        return;
    s = connect_local(server.port);
    send_text(s, "GET /one HTTP/1.1\r\nHost: localhost:%u\r\n\r\nGET /two HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
              server.port, server.port);
    receive_next(&first, server.queue);
    ok_str(first.data.request.pRawUrl, "/one");
    receive_init(&second, server.queue);
    ok_eq(receive_start(&second, HTTP_NULL_ID, 0), ERROR_IO_PENDING);
    ok_eq(receive_wait(&second, QUIET), ERROR_IO_PENDING);
    ok_eq(respond(server.queue, first.data.request.RequestId, "answer one"), NO_ERROR);
    ok_eq(receive_wait(&second, DEADLINE), NO_ERROR);
    ok_str(second.data.request.pRawUrl, "/two");
    ok(first.data.request.ConnectionId == second.data.request.ConnectionId, "two connections");
    ok_eq(respond(server.queue, second.data.request.RequestId, "answer two"), NO_ERROR);
    ok(recv_until(s, answers, sizeof answers, "answer one") > 0, "no first answer");
    ok(strstr(answers, "answer two") || recv_until(s, answers, sizeof answers, "answer two") > 0, "no second answer");
    receive_close(&first);
    receive_close(&second);
    closesocket(s);
    server_stop(&server);
}

/* [rp] a body that the program doesn't read is thrown away, whenever it comes; the connection stays usable */
static void test_unread_body(int version, int late)
{
    struct receive receive;
    struct server server;
    char body[2048], answer[2048];
    SOCKET s;

    memset(body, 'x', sizeof body);
    if (!server_start(&server, version))
        return;
    s = connect_local(server.port);
    send_text(s, "POST / HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: %u\r\n\r\n", server.port,
              (unsigned)sizeof body);
    if (!late)
        send_bytes(s, body, sizeof body);
    respond(server.queue, receive_next(&receive, server.queue), "pong");
    receive_close(&receive);
    if (late)
        send_bytes(s, body, sizeof body);
    ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "no answer");
    exchange(s, server.port, server.queue, "/next");
    closesocket(s);
    server_stop(&server);
}

/* [rp] HTTP/1.1 connections stay open after an answer */
static void test_keep_alive(int version)
{
    struct server server;
    SOCKET s;
    int i;

    if (!server_start(&server, version))
        return;
    s = connect_local(server.port);
    for (i = 0; i < 5; i++)
        exchange(s, server.port, server.queue, "/foobar");
    ok(is_quiet(s, QUIET), "the connection ended, or something more was sent");
    closesocket(s);
    server_stop(&server);
}

/* [rfc] those whose client asks for it end, after the whole answer */
static void test_close(int version, const char *request)
{
    struct receive receive;
    struct server server;
    char answer[2048];
    SOCKET s;

    if (!server_start(&server, version))
        return;
    s = connect_local(server.port);
    send_text(s, "%s\r\nHost: localhost:%u\r\n\r\n", request, server.port);
    ok_eq(respond(server.queue, receive_next(&receive, server.queue), "pong"), NO_ERROR);
    ok(recv_all(s, answer, sizeof answer) > 0, "the connection doesn't end");
    ok_eq(answer_status(answer), 200);
    ok_str(answer_body(answer), "pong");
    receive_close(&receive);
    closesocket(s);
    server_stop(&server);
}

/* [rp] a port that was given up can be had again at once, although connections to it are open, or just ended */
static void test_port_again(int version)
{
    struct receive receive;
    struct server server;
    SOCKET open, ended;

    if (!server_start(&server, version))
        return;
    open = connect_local(server.port);
    exchange(open, server.port, server.queue, "/");
    ended = connect_local(server.port);
    send_text(ended, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ok_eq(respond(server.queue, receive_next(&receive, server.queue), "pong"), NO_ERROR);
    receive_close(&receive);
    ok(is_closed(ended), "the connection doesn't end");
    closesocket(ended);
    ok_eq(server_remove(&server, "/"), NO_ERROR);
    ok_eq(server_add(&server, "/"), NO_ERROR);
    exchange(open, server.port, server.queue, "/");
    closesocket(open);
    ok_eq(server_remove(&server, "/"), NO_ERROR);
    ok_eq(server_add(&server, "/"), NO_ERROR);
    server_stop(&server);
}

START_TEST(connection)
{
    int version;

    for (version = 1; version <= 2; version++) {
        test_two_connections(version);
        test_one_connection(version);
        test_pipelining(version);
        test_unread_body(version, 0);
        test_unread_body(version, 1);
        test_keep_alive(version);
        test_port_again(version);
        test_close(version, "GET / HTTP/1.1\r\nConnection: close");
        test_close(version, "GET / HTTP/1.0");
    }
}
