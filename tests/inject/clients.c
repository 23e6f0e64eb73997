/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clients.c: the clients. Their own calls never fail (calls_outside).
 *
 * Each conversation is disturbed, at most, by what the one failing call does to its connection: it ends early, or with a page
 * of the engine's (500, 503). Then it is held once more, and has to go well.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scenario.h"

enum outcome { GOOD, DISTURBED };

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

static unsigned port;

/* --- a connection */

struct client {
    int fd;
    char *text;
    size_t len, size; /* what was received, and not yet looked at */
    bool ended;
};

static int connect_to(bool v6)
{
    struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (v6 ? connect(fd, (struct sockaddr *)&a6, sizeof a6) : connect(fd, (struct sockaddr *)&a4, sizeof a4))
        complain("no connection by IPv%d", v6 ? 6 : 4);
    return fd;
}

static struct client client_new(bool v6)
{
    return (struct client){.fd = connect_to(v6)};
}

static void client_free(struct client *c)
{
    close(c->fd);
    free(c->text);
}

static void client_send(struct client *c, const void *data, size_t size)
{
    const char *p = data;

    while (size) {
        ssize_t n = send(c->fd, p, size, MSG_NOSIGNAL);

        if (n <= 0)
            return; /* shows when the answer is read */
        p += n;
        size -= (size_t)n;
    }
}

static void client_say(struct client *c, const char *text)
{
    client_send(c, text, strlen(text));
}

/* False when nothing more comes. */
static bool client_read(struct client *c)
{
    struct pollfd p = {c->fd, POLLIN, 0};
    ssize_t n;

    if (c->ended)
        return false;
    if (c->size < c->len + 65536) {
        c->size = c->len + 65536 + c->size;
        c->text = realloc(c->text, c->size + 1);
    }
    if (poll(&p, 1, 1000 * WAIT_SECONDS) != 1)
        complain("nothing comes; before it: %.*s", (int)(c->len < 200 ? c->len : 200), c->text);
    n = recv(c->fd, c->text + c->len, c->size - c->len, 0);
    c->ended = n <= 0;
    c->len += n > 0 ? (size_t)n : 0;
    c->text[c->len] = 0;
    return n > 0;
}

static void client_drop(struct client *c, size_t n)
{
    memmove(c->text, c->text + n, c->len - n + 1);
    c->len -= n;
}

/* --- an answer */

static size_t header_number(const char *head, const char *name, size_t otherwise)
{
    const char *at = strcasestr(head, name);

    return at ? strtoul(at + strlen(name), NULL, 10) : otherwise;
}

/* The whole of it, head and body; 0 when the connection ends before. *head_len bytes of it are the head. */
static size_t read_answer(struct client *c, size_t *head_len)
{
    const char *end = NULL;
    size_t total;

    while (!c->len || !(end = strstr(c->text, "\r\n\r\n")))
        if (!client_read(c))
            return 0;
    *head_len = (size_t)(end - c->text) + 4;
    c->text[*head_len - 1] = 0; /* so that the search ends with the head */
    if (strcasestr(c->text, "\r\nTransfer-Encoding: chunked")) {
        c->text[*head_len - 1] = '\n';
        while (!(end = strstr(c->text + *head_len, "\r\nX-End: yes\r\n\r\n")))
            if (!client_read(c))
                return 0;
        return (size_t)(end - c->text) + strlen("\r\nX-End: yes\r\n\r\n");
    }
    total = *head_len + header_number(c->text, "\r\nContent-Length: ", 0);
    c->text[*head_len - 1] = '\n';
    while (c->len < total)
        if (!client_read(c))
            return 0;
    return total;
}

/* What the body has to be. */
struct body {
    const char *text;
    size_t from, patterned; /* behind the text: bytes of the pattern from there on */
    size_t again;           /* and then from 0 on */
};

static bool has_pattern(const char *p, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != pattern(from + i))
            return false;
    return true;
}

static bool is_body(const struct body *b, const char *p, size_t n)
{
    size_t text = b->text ? strlen(b->text) : 0;

    return n == text + b->patterned + b->again && !memcmp(p, b->text ? b->text : "", text) &&
           has_pattern(p + text, b->from, b->patterned) && has_pattern(p + text + b->patterned, 0, b->again);
}

/* The next answer has this status and this body (NULL: any). */
static enum outcome expect(struct client *c, int status, const struct body *body)
{
    size_t head_len, total = read_answer(c, &head_len);
    int got = 0;

    if (!total) {
        note("the connection ended after %zu bytes, status %d was due", c->len, status);
        return DISTURBED;
    }
    sscanf(c->text, "HTTP/1.1 %d ", &got);
    if (got != status && (got == 500 || got == 503)) {
        note("status %d instead of %d", got, status);
        return DISTURBED;
    }
    if (got != status || (body && !is_body(body, c->text + head_len, total - head_len)))
        complain("status %d was due, with its body: %.300s", status, c->text);
    client_drop(c, total);
    return GOOD;
}

static enum outcome expect_end(struct client *c)
{
    while (client_read(c))
        ;
    if (c->len)
        complain("something behind the last answer: %.100s", c->text);
    return GOOD;
}

static const struct body ok_body = {.text = "ok"};

/* --- conversations */

struct talk {
    const char *name;
    enum outcome (*hold)(const struct talk *, const char *prefix); /* prefix: "/s/" or "/p/" */
    const char *request; /* %s is the prefix */
    int status;
    struct body body;
    bool v6;
};

static enum outcome hold_simple(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    char request[1024];
    enum outcome outcome;

    snprintf(request, sizeof request, t->request, prefix);
    client_say(&c, request);
    outcome = expect(&c, t->status, t->body.text || t->body.patterned ? &t->body : NULL);
    client_free(&c);
    return outcome;
}

static void ask(struct client *c, const char *prefix, const char *what)
{
    char request[256];

    snprintf(request, sizeof request, "GET %s%s HTTP/1.1\r\nHost: t\r\n\r\n", prefix, what);
    client_say(c, request);
}

static enum outcome hold_keep_alive(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    enum outcome outcome = GOOD;

    for (int i = 0; i < 4 && outcome == GOOD; i++) {
        ask(&c, prefix, i % 2 ? "ok" : "stats");
        outcome = expect(&c, 200, &ok_body);
    }
    client_free(&c);
    return outcome;
}

static enum outcome hold_pipelined(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    enum outcome outcome = GOOD;

    for (int i = 0; i < 6; i++)
        ask(&c, prefix, "ok");
    for (int i = 0; i < 6 && outcome == GOOD; i++)
        outcome = expect(&c, 200, &ok_body);
    client_free(&c);
    return outcome;
}

/* A head that comes in pieces and takes several buffers, with more headers than there is room for at first. */
static enum outcome hold_long_head(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    char line[256];
    enum outcome outcome;

    snprintf(line, sizeof line, "GET %sok?%0150d HTTP/1.1\r\nHost: t\r\n", prefix, 1);
    client_say(&c, line);
    for (int i = 0; i < 60; i++) {
        snprintf(line, sizeof line, "X-%d: %0200d\r\n", i, i);
        client_say(&c, line);
    }
    client_say(&c, "\r\n");
    outcome = expect(&c, 200, &ok_body);
    client_free(&c);
    return outcome;
}

static void say_pattern(struct client *c, size_t size)
{
    char piece[4096];

    for (size_t i = 0; i < size; i += sizeof piece) {
        size_t n = size - i < sizeof piece ? size - i : sizeof piece;

        for (size_t k = 0; k < n; k++)
            piece[k] = pattern(i + k);
        client_send(c, piece, n);
    }
}

#define UPLOAD 150000

static enum outcome hold_upload(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    char head[256];
    enum outcome outcome;

    snprintf(head, sizeof head, t->request, prefix, UPLOAD);
    client_say(&c, head);
    say_pattern(&c, UPLOAD);
    outcome = expect(&c, 200, &(struct body){.text = "150000 bytes"});
    client_free(&c);
    return outcome;
}

static enum outcome hold_chunked(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    char head[256];
    enum outcome outcome;

    snprintf(head, sizeof head, "POST %scount HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n", prefix);
    client_say(&c, head);
    client_say(&c, "4\r\nabcd\r\n2;x=y\r\nef\r\n0\r\nX: y\r\n\r\n");
    outcome = expect(&c, 200, &(struct body){.text = "6 bytes"});
    client_free(&c);
    return outcome;
}

static enum outcome hold_expecting(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    char head[256];
    enum outcome outcome;

    snprintf(head, sizeof head, "POST %scount HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
             prefix);
    client_say(&c, head);
    outcome = expect(&c, 100, NULL);
    if (outcome == GOOD) {
        say_pattern(&c, 3);
        outcome = expect(&c, 200, &(struct body){.text = "3 bytes"});
    }
    client_free(&c);
    return outcome;
}

/* Asks only then for the rest: what the program doesn't read yet stays in the socket. */
static enum outcome hold_opaque(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);
    char head[256];
    enum outcome outcome;

    snprintf(head, sizeof head, "GET %sopaque HTTP/1.1\r\nHost: t\r\nUpgrade: test\r\nConnection: upgrade\r\n\r\n", prefix);
    client_say(&c, head);
    outcome = expect(&c, 101, NULL);
    for (int i = 0; i < 3 && outcome == GOOD; i++) {
        client_say(&c, "hello");
        while (outcome == GOOD && c.len < 5)
            outcome = client_read(&c) ? GOOD : DISTURBED;
        if (outcome == GOOD && memcmp(c.text, "hello", 5))
            complain("an opaque stream has %.20s", c.text);
        if (outcome == GOOD)
            client_drop(&c, 5);
    }
    shutdown(c.fd, SHUT_WR);
    if (outcome == GOOD)
        outcome = expect_end(&c);
    client_free(&c);
    return outcome;
}

/* The program waits for the end of this client, who has sent more than one request: nobody reads that one. */
static enum outcome hold_leaving(const struct talk *t, const char *prefix)
{
    struct client c = client_new(t->v6);

    ask(&c, prefix, "wait");
    ask(&c, prefix, "ok");
    poll(NULL, 0, 2);
    setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    client_free(&c);
    return GOOD;
}

/* The client is late, and so its connection ends. Its bytes may not have arrived when the time goes on. */
static void let_time_out(struct client *c)
{
    struct pollfd p = {c->fd, POLLIN, 0};

    while (poll(&p, 1, 2) == 0)
        program_later(150);
    expect_end(c);
    client_free(c);
}

/* Clients that say nothing, not enough, or what nobody receives. */
static enum outcome hold_late(const struct talk *t, const char *prefix)
{
    struct client silent = client_new(t->v6), half = client_new(t->v6), waiting = client_new(t->v6);

    (void)prefix;
    client_say(&half, "GET /s/ok HTTP/1.1\r\nHo");
    client_say(&waiting, GET("/full/"));
    let_time_out(&silent);
    let_time_out(&half);
    let_time_out(&waiting);
    return GOOD;
}

/* One of the two finds the queue full, and nobody receives the other. */
static enum outcome hold_full(const struct talk *t, const char *prefix)
{
    struct client clients[] = {client_new(t->v6), client_new(t->v6)};
    struct pollfd p[] = {{clients[0].fd, POLLIN, 0}, {clients[1].fd, POLLIN, 0}};
    enum outcome outcome;
    int refused;

    (void)prefix;
    for (int i = 0; i < 2; i++)
        client_say(&clients[i], GET("/full/"));
    if (poll(p, 2, 1000 * WAIT_SECONDS) < 1)
        complain("a full queue takes two requests");
    refused = !p[0].revents;
    outcome = expect(&clients[refused], 503, NULL);
    client_free(&clients[refused]);
    let_time_out(&clients[!refused]);
    return outcome;
}

/* Held with both queues, then those that have nothing to do with them. */
static const struct talk talks[] = {
    {"ok", hold_simple, GET("%sok"), 200, {.text = "ok"}},
    {"ok by IPv6", hold_simple, GET("%sok"), 200, {.text = "ok"}, .v6 = true},
    {"HTTP/1.0", hold_simple, "GET %sok HTTP/1.0\r\n\r\n", 200, {.text = "ok"}},
    {"headers", hold_simple, GET("%sheaders"), 200, {.text = "ok"}},
    {"pieces", hold_simple, GET("%spieces"), 200,
     {.text = "piece.piece.piece.piece.piece.piece.piece.piece.piece.piece.piece.piece."}},
    {"big", hold_simple, GET("%sbig"), 200, {.patterned = BIG_SIZE}},
    {"buffered", hold_simple, GET("%sbuffered"), 200, {.patterned = BIG_SIZE, .again = FILE_SIZE}},
    {"file", hold_simple, GET("%sfile"), 200, {.patterned = FILE_SIZE}},
    {"range", hold_simple, "GET %srange HTTP/1.1\r\nHost: t\r\nRange: bytes=7-1006\r\n\r\n", 206,
     {.from = 7, .patterned = 1000}},
    {"ranges", hold_simple, "GET %srange HTTP/1.1\r\nHost: t\r\nRange: bytes=0-9,20-29,40-49,60-69,80-89\r\n\r\n", 206},
    {"bad range", hold_simple, "GET %srange HTTP/1.1\r\nHost: t\r\nRange: bytes=900000-\r\n\r\n", 416},
    {"parts", hold_simple, GET("%sparts"), 200, {.text = "5\r\npart.\r\n5\r\npart.\r\n5\r\npart.\r\n0\r\nX-End: yes\r\n\r\n"}},
    {"keep-alive", hold_keep_alive},
    {"pipelined", hold_pipelined},
    {"long head", hold_long_head},
    {"upload", hold_upload, "POST %scount HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n"},
    {"whole upload", hold_upload, "POST %swhole HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n"},
    {"chunked", hold_chunked},
    {"expecting", hold_expecting},
    {"opaque", hold_opaque},
    {"leaving", hold_leaving},
};

static const struct talk others[] = {
    {"name in another script", hold_simple, "GET /s/ok HTTP/1.1\r\nHost: B\303\234CHER.example\r\n\r\n", 200, {.text = "ok"}},
    {"encoded name", hold_simple, "GET /s/ok HTTP/1.1\r\nHost: xn--bcher-kva.example\r\n\r\n", 200, {.text = "ok"}},
    {"no such URL", hold_simple, GET("/elsewhere"), 404},
    {"bad verb", hold_simple, "G(T /s/ok HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"bad host", hold_simple, "GET /s/ok HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
    {"no length", hold_simple, "POST /s/count HTTP/1.1\r\nHost: t\r\n\r\n", 411},
    {"unknown coding", hold_simple, "POST /s/count HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
    {"nobody's group", hold_simple, GET("/nobody/"), 503},
    {"full queue", hold_full},
    {"late", hold_late},
};

/* How often the conversation was disturbed: 0 or 1. */
static unsigned hold(const struct talk *t, const char *prefix)
{
    note("%s %s", t->name, prefix);
    if (t->hold(t, prefix) == GOOD)
        return 0;
    note("disturbed: %s %s", t->name, prefix);
    if (t->hold(t, prefix) != GOOD)
        complain("%s %s is disturbed twice", t->name, prefix);
    return 1;
}

unsigned clients_run(unsigned port_number)
{
    unsigned disturbed = 0;

    port = port_number;
    for (size_t i = 0; i < sizeof talks / sizeof *talks; i++)
        disturbed += hold(&talks[i], "/s/") + hold(&talks[i], "/p/");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        disturbed += hold(&others[i], "");
    return disturbed;
}

void clients_run_some(unsigned port_number)
{
    static const struct talk some[] = {
        {"ok", hold_simple, GET("%sok"), 200, {.text = "ok"}},
        {"ok by IPv6", hold_simple, GET("%sok"), 200, {.text = "ok"}, .v6 = true},
        {"file", hold_simple, GET("%sfile"), 200, {.patterned = FILE_SIZE}},
        {"pipelined", hold_pipelined},
        {"chunked", hold_chunked},
    };

    port = port_number;
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        if (some[i].hold(&some[i], "/s/") != GOOD || some[i].hold(&some[i], "/p/") != GOOD)
            complain("afterwards %s doesn't work", some[i].name);
}
