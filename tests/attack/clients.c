/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clients: well-behaved clients, whose answers are checked to the last byte and timed.
 *
 *   clients PORT hello|echo COUNT PERIOD_MS
 *
 * Each has a connection of its own, on which it asks once in a period; the clients' turns are spread over it. A turn that
 * comes while the answer before it is outstanding begins at its time and not when there is room for it: a server that stops
 * for a second is seen in every request of that second. What this program itself is late doesn't count.
 *
 * For each line of standard input a line comes out: "REQUESTS WRONG BROKEN P50 P99 MAX", times in microseconds, of what was
 * asked since the last empty one; "?" looks and goes on counting. It ends with standard input. What was wrong first is told
 * on standard error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BODY_SMALL 100
#define BODY_LARGE 100000
#define LARGE_EVERY 16        /* one upload in so many is large */
#define CONNECTION_USES 32    /* requests before a client takes a new connection */
#define ANSWER_SECONDS 30
#define HEAD_MAX 1024
#define BUCKETS_A_DOUBLING 16 /* of the histogram: within 4.5 % */
#define BUCKETS (BUCKETS_A_DOUBLING * 32)

struct client {
    int fd;                /* -1: connects with its next request */
    unsigned uses;
    uint64_t due;          /* its next turn, ns */
    uint64_t begun;        /* the request under way, or 0 */
    uint32_t body;         /* bytes of it */
    char head[HEAD_MAX];   /* the request's, then the answer's */
    uint32_t head_length;
    uint32_t to_send, sent; /* head and body */
    uint32_t answer_head;  /* length, once it is complete */
    uint32_t answered;     /* bytes of the answer's body */
};

static struct sockaddr_in server;
static bool echo;
static struct client *clients;
static unsigned count;
static uint64_t period;
static int events;
static struct {
    uint64_t requests, wrong, broken, slowest;
    uint64_t buckets[BUCKETS];
} seen;

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Four bits behind the first one of the number of microseconds. */
static unsigned bucket_of(uint64_t us)
{
    unsigned shift = 0;

    while (us >> shift >= 2 * BUCKETS_A_DOUBLING)
        shift++;
    return shift * BUCKETS_A_DOUBLING + (unsigned)(us >> shift);
}

static uint64_t bucket_end(unsigned bucket)
{
    unsigned shift = bucket < 2 * BUCKETS_A_DOUBLING ? 0 : bucket / BUCKETS_A_DOUBLING - 1;

    return (uint64_t)(bucket - shift * BUCKETS_A_DOUBLING) << shift;
}

static void count_time(uint64_t us)
{
    unsigned bucket = bucket_of(us);

    seen.requests++;
    seen.buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    if (us > seen.slowest)
        seen.slowest = us;
}

static uint64_t percentile(unsigned percent)
{
    uint64_t rank = (seen.requests * percent + 99) / 100, sum = 0;

    for (unsigned i = 0; i < BUCKETS; i++)
        if ((sum += seen.buckets[i]) >= rank && rank)
            return bucket_end(i);
    return 0;
}

static void report(void)
{
    printf("%llu %llu %llu %llu %llu %llu\n", (unsigned long long)seen.requests, (unsigned long long)seen.wrong,
           (unsigned long long)seen.broken, (unsigned long long)percentile(50), (unsigned long long)percentile(99),
           (unsigned long long)seen.slowest);
    fflush(stdout);
}

/* The byte at that place of every body: no two places within 64 KB have the same surroundings. */
static char body_byte(uint32_t at)
{
    return (char)(at * 2654435761u >> 24);
}

static void hang_up(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->uses = 0;
    c->begun = 0;
}

static void fail(struct client *c, uint64_t *counter, const char *what)
{
    if (seen.wrong + seen.broken < 3)
        fprintf(stderr, "client %u, %u of %u sent, %u+%u received, use %u: %s: %s\n%.*s\n", (unsigned)(c - clients), c->sent,
                c->to_send, c->answer_head, c->answered, c->uses, what, strerror(errno), (int)c->answer_head, c->head);
    ++*counter;
    hang_up(c);
}

static void watch(struct client *c, int operation, uint32_t what)
{
    epoll_ctl(events, operation, c->fd, &(struct epoll_event){.events = what, .data.ptr = c});
}

static bool dial(struct client *c)
{
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return false;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)
        return false;
    watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
    return true;
}

/* Sends what the socket takes of head and body. */
static void send_more(struct client *c)
{
    char buffer[16384];

    while (c->sent < c->to_send) {
        const char *from = c->head + c->sent;
        uint32_t n = c->head_length - c->sent;
        ssize_t sent;

        if (c->sent >= c->head_length) {
            n = c->to_send - c->sent < sizeof buffer ? c->to_send - c->sent : sizeof buffer;
            for (uint32_t i = 0; i < n; i++)
                buffer[i] = body_byte(c->sent - c->head_length + i);
            from = buffer;
        }
        sent = send(c->fd, from, n, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN))
            return;
        if (sent < 0)
            return fail(c, &seen.broken, "send");
        c->sent += (uint32_t)sent;
    }
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static void ask(struct client *c, uint64_t begun)
{
    static unsigned turn;

    c->begun = begun;
    c->body = !echo ? 0 : ++turn % LARGE_EVERY ? BODY_SMALL : BODY_LARGE;
    c->head_length = (uint32_t)snprintf(c->head, sizeof c->head, "%s / HTTP/1.1\r\nHost: localhost:%u\r\n", 
                                        echo ? "POST" : "GET", ntohs(server.sin_port));
    c->head_length += (uint32_t)snprintf(c->head + c->head_length, sizeof c->head - c->head_length,
                                         echo ? "Content-Length: %u\r\n\r\n" : "\r\n", c->body);
    c->to_send = c->head_length + c->body;
    c->sent = c->answer_head = c->answered = 0;
    if (c->fd < 0 && !dial(c))
        return fail(c, &seen.broken, "connect");
    if (c->uses++)
        watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    send_more(c);
}

static const char hello[] = "Hello, World!";

static uint32_t answer_length(const struct client *c)
{
    return echo ? c->body : sizeof hello - 1;
}

static bool right_bytes(const struct client *c, const char *bytes, uint32_t n)
{
    if (c->answered + n > answer_length(c))
        return false;
    if (!echo)
        return !memcmp(bytes, hello + c->answered, n);
    for (uint32_t i = 0; i < n; i++)
        if (bytes[i] != body_byte(c->answered + i))
            return false;
    return true;
}

/* The head is complete: it must be a 200 of that length. */
static bool right_head(const struct client *c)
{
    static const char status[] = "HTTP/1.1 200 OK\r\n";
    const char *length = strstr(c->head, "\r\nContent-Length: ");

    return !strncmp(c->head, status, sizeof status - 1) && length && strtoul(length + 18, NULL, 10) == answer_length(c) &&
           !strstr(c->head, "\r\nConnection: close");
}

static void answer_over(struct client *c)
{
    count_time((now() - c->begun) / 1000);
    c->begun = 0;
    if (c->uses == CONNECTION_USES)
        hang_up(c);
    if (c->due <= now()) {
        uint64_t due = c->due;

        c->due += period;
        ask(c, due);
    }
}

/* Bytes of the answer: first its head, which goes where the request's was. */
static void take(struct client *c, const char *bytes, uint32_t n)
{
    const char *end;

    if (!c->answer_head) { /* in one piece: the server sends it in one call, and it is small */
        uint32_t have = n < HEAD_MAX - 1 ? n : HEAD_MAX - 1;

        memcpy(c->head, bytes, have);
        c->head[have] = 0;
        end = strstr(c->head, "\r\n\r\n");
        if (!end)
            return fail(c, &seen.wrong, "no head");
        c->answer_head = (uint32_t)(end + 4 - c->head);
        c->head[c->answer_head] = 0;
        if (!right_head(c))
            return fail(c, &seen.wrong, "head");
        bytes += c->answer_head;
        n -= c->answer_head;
    }
    if (!right_bytes(c, bytes, n))
        return fail(c, &seen.wrong, "body");
    c->answered += n;
    if (c->answered == answer_length(c))
        answer_over(c);
}

static void receive(struct client *c)
{
    char buffer[65536];
    ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        return fail(c, &seen.broken, n ? "recv" : "the server closed the connection");
    if (!c->begun)
        return fail(c, &seen.wrong, "an answer nobody asked for");
    /* In the middle of a request's head its place isn't free yet. */
    if (c->sent < c->head_length)
        return fail(c, &seen.wrong, "an answer before the request");
    take(c, buffer, (uint32_t)n);
}

static void on_event(struct client *c, uint32_t what)
{
    if (what & EPOLLIN || what & (EPOLLHUP | EPOLLERR))
        receive(c);
    if (what & EPOLLOUT && c->fd >= 0 && c->begun && c->sent < c->to_send)
        send_more(c);
}

/* Whose turn it is; the clients' turns come one behind the other, so the first that isn't due ends the look. */
static void look_at_turns(void)
{
    uint64_t t = now();

    for (unsigned i = 0; i < count; i++) {
        struct client *c = &clients[i];

        if (c->begun && t > c->begun + ANSWER_SECONDS * 1000000000ull)
            fail(c, &seen.wrong, "no answer in time");
        if (c->begun || c->due > t)
            continue;
        c->due += period;
        ask(c, t);
    }
}

static bool reported_and_over(void)
{
    static char last = '\n';
    char text[256];
    ssize_t n = read(0, text, sizeof text);

    for (ssize_t i = 0; i < n; last = text[i++]) {
        if (text[i] != '\n')
            continue;
        report();
        if (last != '?')
            memset(&seen, 0, sizeof seen);
    }
    return n <= 0;
}

static void run(void)
{
    struct epoll_event ready[64];
    bool over = false;

    while (!over) {
        int n = epoll_wait(events, ready, 64, 1);

        for (int i = 0; i < n; i++) {
            if (ready[i].data.ptr)
                on_event(ready[i].data.ptr, ready[i].events);
            else
                over = reported_and_over();
        }
        look_at_turns();
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return fputs("usage: clients PORT hello|echo COUNT PERIOD_MS\n", stderr), 2;
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    echo = !strcmp(argv[2], "echo");
    count = (unsigned)atoi(argv[3]);
    period = (uint64_t)atoi(argv[4]) * 1000000;
    clients = calloc(count, sizeof *clients);
    events = epoll_create1(EPOLL_CLOEXEC);
    if (!count || !period || !clients || events < 0)
        return fputs("clients: no clients\n", stderr), 2;
    for (unsigned i = 0; i < count; i++) {
        clients[i].fd = -1;
        clients[i].due = now() + i * period / count;
    }
    epoll_ctl(events, EPOLL_CTL_ADD, 0, &(struct epoll_event){.events = EPOLLIN});
    run();
    return 0;
}
