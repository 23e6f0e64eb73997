/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * epoll: the limit that the benchmark compares with. One thread, one epoll, and for each complete request head the same
 * bytes, as long as those of the hello samples, or for the path /chunks a stream of pieces like bench/work.c's; nothing
 * else of the request is looked at but "Connection: close". What it reaches is what this machine's sockets and the client
 * do.
 *
 *   epoll PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 65536
#define MAX_HEAD 16384
#define EVENTS 256

#define RESPONSE(header) \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: epoll/for-comparison\r\n" \
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 13\r\n" header "\r\nHello, World!"

#define PIECES 1000
#define PIECE "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"
#define CHUNKS_HEAD \
    "HTTP/1.1 200 OK\r\nServer: epoll/for-comparison\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n" \
    "Transfer-Encoding: chunked\r\n\r\n"

/* By descriptor: the beginning of a head whose end hasn't come; none most of the time. */
static struct {
    char *data;
    size_t length;
} rest[MAX_CONNECTIONS];
static int poller;

static int listen_on(int port)
{
    struct sockaddr_in address = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}};
    int one = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    /* Accepted sockets inherit both. */
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
        setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
        bind(s, (struct sockaddr *)&address, sizeof address) || listen(s, SOMAXCONN))
        err(1, "listen");
    return s;
}

static void watch(int s)
{
    struct epoll_event event = {EPOLLIN, {.fd = s}};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, s, &event))
        err(1, "epoll_ctl");
}

static void accept_all(int listener)
{
    int s;

    while ((s = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
        if (s < MAX_CONNECTIONS)
            watch(s);
        else
            close(s);
}

/* A client that doesn't read its answers fills the socket, and is left. */
static int send_all(int s, const char *text)
{
    ssize_t length = strlen(text);

    return send(s, text, length, MSG_NOSIGNAL) == length;
}

static int send_chunks(int s)
{
    int ok = send_all(s, CHUNKS_HEAD);

    for (int i = 0; i < PIECES && ok; i++)
        ok = send_all(s, PIECE);
    return ok && send_all(s, "0\r\n\r\n");
}

/* Answers the heads in `data`; where the last, incomplete one begins, or NULL when the connection is to end. */
static char *answer(int s, char *data, char *end)
{
    char *head_end;

    while ((head_end = memmem(data, end - data, "\r\n\r\n", 4))) {
        int last = memmem(data, head_end - data, "\nConnection: close", 18) != NULL;
        int sent = memmem(data, head_end - data, "/chunks ", 8) ? send_chunks(s)
                   : send_all(s, last ? RESPONSE("Connection: close\r\n") : RESPONSE(""));

        if (!sent || last)
            return NULL;
        data = head_end + 4;
    }
    return data;
}

static void keep_rest(int s, const char *data, size_t length)
{
    free(rest[s].data);
    rest[s].data = length ? memcpy(malloc(length), data, length) : NULL;
    rest[s].length = length;
}

static void serve(int s)
{
    static char buffer[MAX_HEAD];
    size_t have = rest[s].length;
    ssize_t n = recv(s, buffer + have, sizeof buffer - have, 0);
    char *left;

    if (have)
        memcpy(buffer, rest[s].data, have);
    left = n > 0 ? answer(s, buffer, buffer + have + n) : NULL;
    keep_rest(s, left, left ? buffer + have + n - left : 0);
    if (!left)
        close(s);
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];
    int listener = listen_on(argc > 1 ? atoi(argv[1]) : 0);

    poller = epoll_create1(0);
    watch(listener);
    for (;;) {
        int n = epoll_wait(poller, events, EVENTS, -1);

        for (int i = 0; i < n; i++)
            if (events[i].data.fd == listener)
                accept_all(listener);
            else
                serve(events[i].data.fd);
    }
}
