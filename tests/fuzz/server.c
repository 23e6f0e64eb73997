/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.c: see server.h.
 */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "engine/connection.h"
#include "engine/request.h"
#include "engine/shard.h"
#include "engine/sweep.h"
#include "engine/tcp_stats.h"

#define RESTLESS 500 /* turns of the loop behind which it won't come to rest any more */

static unsigned pending; /* watchers that the loop called in a turn */

/* As the loop's own way to call watchers. */
static void invoke(struct ev_loop *loop)
{
    pending += ev_pending_count(loop);
    ev_invoke_pending(loop);
}

/* Once in a process. The sweep comes when server_pass() says so. */
static void start_engine(void)
{
    log_open();
    must(!api_HttpInitialize((HTTPAPI_VERSION)HTTPAPI_VERSION_2, HTTP_INITIALIZE_SERVER, NULL));
    ev_timer_stop(shards[0]->loop, &shards[0]->sweep);
    ev_set_invoke_pending_cb(shards[0]->loop, invoke);
}

void server_open_queue(struct server *s)
{
    HTTP_BINDING_INFO binding = {{1}, NULL};

    must(!api_HttpCreateRequestQueue((HTTPAPI_VERSION)HTTPAPI_VERSION_2, NULL, NULL, 0, &s->queue));
    must(CreateIoCompletionPort(s->queue, s->port, 0, 0) == s->port);
    must(!s->skips || SetFileCompletionNotificationModes(s->queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    binding.RequestQueueHandle = s->queue;
    must(!api_HttpSetUrlGroupProperty(s->group, HttpServerBindingProperty, &binding, sizeof binding));
}

void server_close_queue(struct server *s)
{
    must(CloseHandle(s->queue));
    s->queue = NULL;
}

void server_open(struct server *s, bool skips)
{
    static bool started;

    if (!started)
        start_engine();
    started = true;
    *s = (struct server){.skips = skips};
    list_init(&s->operations);
    must(!api_HttpCreateServerSession((HTTPAPI_VERSION)HTTPAPI_VERSION_2, &s->session, 0));
    must(!api_HttpCreateUrlGroup(s->session, &s->group, 0));
    must(!api_HttpAddUrlToUrlGroup(s->group, u"http://+:80/", 1, 0));
    must((s->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0)));
    server_open_queue(s);
}

/* --- operations */

struct operation *operation_new(size_t size, uint64_t mark)
{
    struct operation *o = calloc(1, sizeof *o);

    must(o && (o->memory = malloc(size ? size : 1)));
    list_init(&o->node);
    o->size = size;
    o->mark = mark;
    return o;
}

static void end_operation(struct server *s, struct operation *o, NTSTATUS status, ULONG bytes)
{
    must(o->overlapped.Internal == (ULONG_PTR)status, "%lx", (unsigned long)o->overlapped.Internal);
    must(o->overlapped.InternalHigh == bytes);
    list_del(&o->node);
    if (o->done && (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW))
        o->done(s, o, bytes);
    free(o->memory);
    free(o);
}

void operation_began(struct server *s, struct operation *o, ULONG result)
{
    if (result == ERROR_IO_PENDING || (result == NO_ERROR && !s->skips)) {
        list_add_tail(&s->operations, &o->node);
        return;
    }
    if (result != NO_ERROR)
        o->done = NULL;
    end_operation(s, o, (NTSTATUS)o->overlapped.Internal, (ULONG)o->overlapped.InternalHigh);
}

static struct operation *find_operation(struct server *s, const OVERLAPPED *overlapped)
{
    struct list *l;

    list_for_each(l, &s->operations) {
        struct operation *o = container_of(l, struct operation, node);

        if (&o->overlapped == overlapped)
            return o;
    }
    return NULL;
}

static void take_packets(struct server *s)
{
    OVERLAPPED_ENTRY entries[16];
    ULONG n;

    while (GetQueuedCompletionStatusEx(s->port, entries, COUNT(entries), &n, 0, FALSE))
        for (ULONG i = 0; i < n; i++) {
            struct operation *o = find_operation(s, entries[i].lpOverlapped);

            must(o, "a packet of no operation, or its second");
            end_operation(s, o, (NTSTATUS)entries[i].Internal, entries[i].dwNumberOfBytesTransferred);
        }
}

/* --- time */

static bool turn(void)
{
    struct shard *s = shards[0];

    pending = 0;
    shard_lock(s);
    ev_run(s->loop, EVRUN_NOWAIT);
    connections_bury(s);
    shard_unlock(s);
    io_flush();
    return pending;
}

/* Where the loop rests, no read waits for what is here, or for what nobody looks at; nor does a client wait to be told. */
static void check_body(const struct connection *c)
{
    const struct request *r = c->request;
    bool held = r->state == REQUEST_DELIVERED || r->state == REQUEST_HELD;

    must(!held || (!body_is_bad(r) && !r->body.broken), "nobody is told of a bad body");
    if (list_empty(&r->reads))
        return;
    must(held && !c->parked, "nobody looks for what a read waits for");
    must(r->body.start == r->body.end && !r->body.complete, "a read waits for what is here");
}

static void check_bodies(void)
{
    struct list *l;

    list_for_each(l, &shards[0]->connections) {
        const struct connection *c = container_of(l, struct connection, node);

        if (c->state == CONN_REQUEST)
            check_body(c);
    }
}

void server_run(struct server *s)
{
    unsigned turns = 0;

    io_flush();
    while (turn())
        must(++turns < RESTLESS, "the loop doesn't come to rest");
    check_bodies();
    take_packets(s);
}

void server_pass(struct server *s, double seconds)
{
    server_run(s);
    alone_pass(seconds);
    shard_lock(shards[0]);
    connections_sweep(shards[0]);
    shard_unlock(shards[0]);
    server_run(s);
}

/* --- clients */

struct client *client_connect(struct server *s, int buffer)
{
    union address remote = {.v4 = {AF_INET, htons((uint16_t)(1024 + s->client_count)), {htonl(INADDR_LOOPBACK)}, {0}}};
    struct client *c = &s->clients[s->client_count];
    int ends[2];

    if (s->client_count == CLIENTS_MAX)
        return NULL;
    s->client_count++;
    must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    c->fd = ends[0];
    shard_lock(shards[0]);
    connection_new(shards[0], ends[1], &remote);
    shard_unlock(shards[0]);
    io_flush();
    return c;
}

void client_write(struct client *c, const char *bytes, size_t n)
{
    while (c->fd >= 0 && n) {
        ssize_t sent = sendto(c->fd, bytes, n, MSG_NOSIGNAL, NULL, 0);

        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static bool make_room(struct client *c, size_t n)
{
    if (c->got_size - c->got_len < n) {
        c->got_size = 2 * (c->got_size + n);
        c->got = realloc(c->got, c->got_size);
    }
    return c->got;
}

void client_read(struct client *c, size_t most)
{
    while (c->fd >= 0 && most) {
        size_t want = most < 65536 ? most : 65536;
        ssize_t n;

        must(make_room(c, want));
        n = read(c->fd, c->got + c->got_len, want);
        if (n <= 0)
            return;
        c->got_len += (size_t)n;
        most -= (size_t)n;
    }
}

void client_shutdown(struct client *c)
{
    if (c->fd >= 0)
        shutdown(c->fd, SHUT_WR);
}

void client_close(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

void client_show(const struct client *c)
{
    if (getenv("FUZZ_SHOW"))
        fprintf(stderr, "--- a client got:\n%.*s\n", (int)c->got_len, c->got);
}

/* --- the end */

static unsigned objects(const struct slots *t)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < t->count; i++)
        n += t->slots[i].object != NULL;
    return n;
}

void server_close(struct server *s)
{
    for (unsigned i = 0; i < s->client_count; i++) {
        client_read(&s->clients[i], SIZE_MAX);
        client_close(&s->clients[i]);
    }
    server_run(s);
    if (s->queue)
        server_close_queue(s);
    server_run(s);
    for (unsigned i = 0; i < 5 && connections_count(); i++)
        server_pass(s, 1000);
    must(!connections_count(), "%u connections are left", connections_count());
    must(!objects(&shards[0]->request_ids) && !objects(&shards[0]->connection_ids), "ids are left");
    must(list_empty(&s->operations), "an operation didn't end");
    must(!api_HttpCloseUrlGroup(s->group));
    must(!api_HttpCloseServerSession(s->session));
    must(CloseHandle(s->port));
    for (unsigned i = 0; i < s->client_count; i++)
        free(s->clients[i].got);
}

/* For winetest/walk.c. */
int test_ok(const char *file, int line, int condition, const char *format, ...);
int test_ok(const char *file, int line, int condition, const char *format, ...)
{
    va_list arguments;

    if (condition)
        return 1;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    abort();
}
