/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loopback.c: the engine between a client and an application.
 */
#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "engine/prefix.h"
#include "engine/sweep.h"
#include "free_port.h"
#include "unit.h"

#define PATIENCE 10 /* seconds */

static void turn(int flags)
{
    struct shard *s = shards[0];

    shard_lock(s);
    ev_run(s->loop, flags);
    shard_unlock(s);
    io_flush();
}

/* A turn takes a second at most: the sweep ends it. */
void loopback_run(const bool *until)
{
    time_t end = time(NULL) + PATIENCE;

    while (!*until) {
        cr_assert(time(NULL) < end, "nothing happens");
        turn(EVRUN_ONCE);
    }
}

/* The kernel hands bytes over the loopback at once; each turn may cause something for the next. */
void loopback_settle(void)
{
    io_flush();
    for (int i = 0; i < 6; i++)
        turn(EVRUN_NOWAIT);
}

static double skew;
double __real_shard_now(void);
double __wrap_shard_now(void);

double __wrap_shard_now(void)
{
    return __real_shard_now() + skew;
}

void loopback_pass(double seconds)
{
    skew += seconds;
    shard_lock(shards[0]);
    connections_sweep(shards[0]);
    shard_unlock(shards[0]);
    loopback_settle();
}

static enum result add_prefix(struct loopback *l)
{
    char text[64];
    utf16 wide[64];
    struct prefix p;

    l->port = free_port();
    snprintf(text, sizeof text, "http://localhost:%u/", l->port);
    cr_assert_eq(prefix_parse(&p, widen(wide, COUNT(wide), text)), RESULT_OK);
    return router_add(&l->target, &p, LOOPBACK_CONTEXT);
}

void loopback_open(struct loopback *l)
{
    enum result result = RESULT_IN_USE;

    skew = 0; /* of the test before, where they share a process */
    cr_assert_eq(shards_start(1), RESULT_OK);
    l->queue = queue_open();
    cr_assert(l->queue);
    target_init(&l->target);
    /* Between the question for a free port and its use somebody else may take it. */
    for (int i = 0; i < 10 && result == RESULT_IN_USE; i++)
        result = add_prefix(l);
    cr_assert_eq(result, RESULT_OK);
    router_bind(&l->target, l->queue);
}

static unsigned objects(const struct slots *t)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < t->count; i++)
        n += t->slots[i].object != NULL;
    return n;
}

void loopback_close(struct loopback *l)
{
    time_t end = time(NULL) + PATIENCE;

    queue_close(l->queue);
    queue_recycle(l->queue);
    router_remove_all(&l->target);
    while (connections_count()) {
        cr_assert(time(NULL) < end, "%u connections are left", connections_count());
        turn(EVRUN_ONCE);
    }
    cr_assert_eq(objects(&shards[0]->request_ids), 0u);
    cr_assert_eq(objects(&shards[0]->connection_ids), 0u);
    cr_assert(list_empty(&l->queue->lanes[0].ready) && list_empty(&l->queue->lanes[0].receives));
}

struct loopback l;

void loopback_open_shared(void)
{
    loopback_open(&l);
}

void loopback_close_shared(void)
{
    loopback_close(&l);
}

struct connection *loopback_connection(void)
{
    struct list *l = &shards[0]->connections;

    cr_assert_eq(connections_count(), 1u);
    return container_of(l->next, struct connection, node);
}

/* --- the client's end */

int client_open(const struct loopback *l)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(l->port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(fd >= 0 && !connect(fd, (struct sockaddr *)&a, sizeof a), "connect: %s", strerror(errno));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

void client_close(int fd)
{
    close(fd);
}

struct watch {
    ev_io io;
    bool ready;
};

static void on_client(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop, (void)events;
    container_of(w, struct watch, io)->ready = true;
}

/* Runs the engine until the client's socket is ready: it sits in the same loop. */
static void client_wait(int fd, int events)
{
    struct shard *s = shards[0];
    struct watch w = {.ready = false};

    ev_io_init(&w.io, on_client, fd, events);
    shard_lock(s);
    ev_io_start(s->loop, &w.io);
    shard_unlock(s);
    loopback_run(&w.ready);
    shard_lock(s);
    ev_io_stop(s->loop, &w.io);
    shard_unlock(s);
}

void client_write(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n) {
        ssize_t sent = sendto(fd, p, n, MSG_NOSIGNAL, NULL, 0);

        if (sent < 0 && errno == EAGAIN) {
            client_wait(fd, EV_WRITE);
            continue;
        }
        cr_assert(sent > 0, "client: %s", strerror(errno));
        p += sent;
        n -= (size_t)sent;
    }
}

void client_send(int fd, const char *text)
{
    client_write(fd, text, strlen(text));
}

void client_shutdown(int fd)
{
    shutdown(fd, SHUT_WR);
}

void client_reset(int fd)
{
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    close(fd);
}

ssize_t client_read(int fd, void *buffer, size_t size)
{
    ssize_t n;

    while ((n = read(fd, buffer, size)) < 0 && errno == EAGAIN)
        client_wait(fd, EV_READ);
    return n;
}

size_t client_pending(int fd)
{
    int n = 0;

    cr_assert(!ioctl(fd, FIONREAD, &n));
    return (size_t)n;
}

static struct reply reply;

static void read_head(int fd)
{
    size_t n = 0;

    while (n < 4 || memcmp(reply.head + n - 4, "\r\n\r\n", 4)) {
        cr_assert(n + 1 < sizeof reply.head);
        cr_assert_eq(client_read(fd, reply.head + n, 1), 1, "the head breaks off: %.*s", (int)n, reply.head);
        n++;
    }
    reply.head[n] = 0;
    cr_assert(!strncmp(reply.head, "HTTP/1.1 ", 9), "%s", reply.head);
    reply.status = atoi(reply.head + 9);
}

static void read_body(int fd, size_t left)
{
    char waste[4096];

    reply.body_len = left;
    for (size_t at = 0; left;) {
        size_t room = sizeof reply.body - 1 - at, want = left < sizeof waste ? left : sizeof waste;
        ssize_t n = client_read(fd, waste, want);

        cr_assert(n > 0, "the body breaks off");
        left -= (size_t)n;
        room = room < (size_t)n ? room : (size_t)n;
        memcpy(reply.body + at, waste, room);
        at += room;
    }
}

const struct reply *client_reply_to_head(int fd)
{
    memset(&reply, 0, sizeof reply);
    read_head(fd);
    return &reply;
}

const struct reply *client_reply(int fd)
{
    const char *length;

    client_reply_to_head(fd);
    length = strstr(reply.head, "\r\nContent-Length: ");
    if (length)
        read_body(fd, strtoul(length + 18, NULL, 10));
    return &reply;
}

void client_expect_end(int fd)
{
    char c;
    ssize_t n = client_read(fd, &c, 1);

    cr_assert_eq(n, 0, "%s", n < 0 ? strerror(errno) : "more bytes");
}

void client_expect_reset(int fd)
{
    char c;
    ssize_t n = client_read(fd, &c, 1);

    cr_assert(n < 0 && errno == ECONNRESET, "%s", n < 0 ? strerror(errno) : n ? "more bytes" : "a FIN");
}

/* --- the application's end */

struct blocked {
    struct receive receive;
    struct waiter waiter;
};

static void end_wait(struct io *io)
{
    waiter_end(&container_of(io, struct blocked, receive.io)->waiter);
}

struct request *app_take(struct loopback *l)
{
    struct blocked b = {0};
    enum result result;

    waiter_init(&b.waiter);
    io_init(&b.receive.io, end_wait);
    b.receive.blocked = &b.waiter;
    result = queue_receive(l->queue, &b.receive);
    if (result == RESULT_PENDING) {
        waiter_wait(&b.waiter);
        result = b.receive.io.result;
    }
    cr_assert_eq(result, RESULT_OK);
    return b.receive.request;
}

struct request *app_receive(struct loopback *l)
{
    struct request *r = app_take(l);

    request_deliver(r, true, 0);
    return r;
}

static void receive_over(struct io *io)
{
    container_of(io, struct receiving, receive.io)->over = true;
}

enum result app_receive_begin(struct loopback *l, struct receiving *x)
{
    *x = (struct receiving){.over = false};
    io_init(&x->receive.io, receive_over);
    return queue_receive(l->queue, &x->receive);
}

static void answer_over(struct io *io)
{
    container_of(io, struct answer, send.io)->over = true;
}

void answer_part(struct answer *a)
{
    send_init(&a->send, answer_over);
    a->over = false;
}

void answer_begin(struct answer *a, unsigned status, const char *reason)
{
    answer_part(a);
    a->send.with_head = true;
    head_begin(&a->send.head, a->head, sizeof a->head, (uint16_t)status, text_of(reason));
    a->send.pieces[a->send.count++] = (struct piece){.fd = -1};
}

void answer_header(struct answer *a, const char *name, const char *value)
{
    head_other(&a->send.head, text_of(name), text_of(value));
}

void answer_memory(struct answer *a, const void *bytes, size_t n)
{
    cr_assert(a->send.count < SEND_PIECES);
    a->send.pieces[a->send.count++] = (struct piece){.memory = bytes, .fd = -1, .length = n};
}

void answer_file(struct answer *a, int fd, uint64_t offset, uint64_t n)
{
    cr_assert(a->send.count < SEND_PIECES);
    a->send.pieces[a->send.count++] = (struct piece){.fd = fd, .offset = offset, .length = n};
}

enum result answer_send(struct loopback *l, uint64_t id, struct answer *a, unsigned flags)
{
    if (a->send.with_head)
        head_server(&a->send.head);
    a->send.more = flags & MORE;
    a->send.disconnect = flags & DISCONNECT;
    a->send.buffered = flags & BUFFERED;
    a->send.opaque = flags & OPAQUE;
    return send_begin(l->queue, id, &a->send);
}

void app_answer(struct loopback *l, uint64_t id, const char *body)
{
    struct answer a;
    enum result result;

    answer_begin(&a, 200, "OK");
    answer_memory(&a, body, strlen(body));
    result = answer_send(l, id, &a, LAST);
    if (result == RESULT_PENDING) {
        loopback_run(&a.over);
        result = a.send.io.result;
    }
    cr_assert_eq(result, RESULT_OK, "%d", result);
}

static void read_over(struct io *io)
{
    container_of(io, struct reading, read.io)->over = true;
}

enum result app_read_begin(struct loopback *l, uint64_t id, struct reading *x, void *buffer, size_t size, bool fill)
{
    *x = (struct reading){.over = false};
    io_init(&x->read.io, read_over);
    x->read.done = read_over;
    x->read.buffer = buffer;
    x->read.size = size;
    x->read.fill = fill;
    return body_read(l->queue, id, &x->read);
}

enum result app_read(struct loopback *l, uint64_t id, void *buffer, size_t size, bool fill, size_t *got)
{
    struct reading x;
    enum result result = app_read_begin(l, id, &x, buffer, size, fill);

    if (result == RESULT_PENDING) {
        loopback_run(&x.over);
        result = x.read.io.result;
    }
    *got = (size_t)x.read.io.bytes;
    return result;
}
