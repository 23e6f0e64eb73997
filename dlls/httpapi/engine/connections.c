/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connections.c: what concerns the connections of all loops, and finding one by its id.
 */
#include "connections.h"

#include "body.h"
#include "connection.h"
#include "error_report.h"
#include "queue.h"
#include "request.h"
#include "shard.h"
#include "stop.h"

/* Calls f for each connection, under its shard's lock; f may end the connection. */
static void for_each_connection(void (*f)(struct connection *, void *), void *arg)
{
    struct list *l, *next;

    for (unsigned i = 0; i < shard_count; i++) {
        shard_lock(shards[i]);
        list_for_each_safe(l, next, &shards[i]->connections) {
            struct connection *c = container_of(l, struct connection, node);

            connection_use(c);
            f(c, arg);
            connection_unuse(c);
        }
        shard_unlock(shards[i]);
    }
}

static void stop_one(struct connection *c, void *unused)
{
    double last = shard_due(STOP_LAST_REQUEST);

    (void)unused;
    if (c->state == CONN_IDLE && (!c->deadline || c->deadline > last))
        c->deadline = last;
}

void connections_stop(void)
{
    for_each_connection(stop_one, NULL);
    io_flush();
}

/* Who has the answer and says nothing may close when it likes. */
static bool is_busy(const struct connection *c)
{
    if (c->state == CONN_LINGER)
        return c->dropped || connection_is_sending(c);
    return c->state != CONN_CLOSED && !(c->request && c->request->body.kind == BODY_OPAQUE);
}

static void see_busy(struct connection *c, void *busy)
{
    *(bool *)busy |= is_busy(c);
}

bool connections_busy(void)
{
    bool busy = false;

    for_each_connection(see_busy, &busy);
    return busy;
}

static void leave_queue(struct connection *c, struct queue *q, bool reset)
{
    struct request *r = c->request;

    if (c->state != CONN_REQUEST || r->queue != q || r->state == REQUEST_ANSWERED)
        return;
    if (r->state == REQUEST_READY && queue_forget(q, r))
        return connection_refuse(c, PAGE_APP_SHUTDOWN);
    if (!reset)
        return;
    error_report(c, ERROR_ABANDONED);
    connection_close(c, true);
}

struct leaving {
    struct queue *queue;
    bool reset;
};

static void leave_one(struct connection *c, void *arg)
{
    struct leaving *l = arg;

    leave_queue(c, l->queue, l->reset);
}

void connections_leave_queue(struct queue *q, bool reset)
{
    for_each_connection(leave_one, &(struct leaving){q, reset});
    io_flush();
}

struct canceling {
    io_match *match;
    const void *arg;
    unsigned count;
};

/* Takes the matching members off a list and ends them. */
static unsigned cancel_list(struct list *head, struct canceling *x)
{
    struct list *l, *next;
    unsigned count = 0;

    list_for_each_safe(l, next, head) {
        struct io *io = container_of(l, struct io, node);

        if (!io->owner || !x->match(io, x->arg))
            continue;
        list_del(l);
        io_finish(io, RESULT_CANCELED, 0);
        count++;
    }
    x->count += count;
    return count;
}

static void cancel_one(struct connection *c, void *arg)
{
    struct canceling *x = arg;

    cancel_list(&c->disconnects, x);
    if (!c->request)
        return;
    x->count += body_cancel(c->request, x->match, x->arg);
    /* Nobody can take bytes back that are half on the wire: the client has to see a broken connection. */
    if (cancel_list(&c->request->sends, x)) {
        error_report(c, ERROR_CONNECTION_DROPPED);
        connection_close(c, true);
    }
}

unsigned connections_cancel(io_match *match, const void *arg)
{
    struct canceling x = {match, arg, 0};

    for_each_connection(cancel_one, &x);
    io_flush();
    return x.count;
}

/* As request_lock(). */
static struct connection *connection_lock(uint64_t id)
{
    unsigned index = slots_shard(id);
    struct connection *c;

    if (index >= shard_count)
        return NULL;
    shard_lock(shards[index]);
    c = slots_find(&shards[index]->connection_ids, id);
    if (!c)
        shard_unlock(shards[index]);
    return c;
}

bool connection_known(uint64_t id)
{
    struct connection *c = connection_lock(id);

    if (c)
        shard_unlock(c->shard);
    return c;
}

enum result connection_wait_disconnect(uint64_t id, struct io *io)
{
    struct connection *c = connection_lock(id);

    if (!c)
        return RESULT_GONE;
    list_add_tail(&c->disconnects, &io->node);
    shard_unlock(c->shard);
    return RESULT_PENDING;
}
