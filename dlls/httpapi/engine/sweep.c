/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sweep.c: what becomes of connections whose time is over.
 */
#include "sweep.h"

#include "connection.h"
#include "error_report.h"
#include "hangup.h"
#include "log.h"
#include "parameters.h"
#include "queue.h"
#include "request.h"
#include "shard.h"
#include "stop.h"
#include "tcp_stats.h"

static void time_out(struct connection *c, enum error_reason reason, bool reset)
{
    INFO("connection %llx: %s", (unsigned long long)c->id, error_phrase(reason));
    error_report(c, reason);
    connection_close(c, reset);
}

/* Has the application taken it meanwhile, nothing is late. */
static void end_queueing(struct connection *c)
{
    struct request *r = c->request;

    c->deadline = 0;
    if (r->state != REQUEST_READY || !queue_forget(r->queue, r))
        return;
    request_retire(r);
    time_out(c, ERROR_TIMER_QUEUE, false);
}

/* How many bytes the client has acknowledged; false where the kernel doesn't say. */
static bool count_taken(const struct connection *c, uint64_t *bytes)
{
    struct tcp_stats stats;

    if (!tcp_stats_get(c->fd, &stats) || !stats.sent)
        return false;
    *bytes = stats.acknowledged;
    return true;
}

/*
 * The rate of a send is measured in pieces of MaxBytesPerSend: each has the time it takes at limits.send_rate, but a second at
 * least. Smaller ones than the default measure how the kernels buffer, not how the client reads. Called when the time of a
 * piece is over, and before the first one begins. A reset: the client must not take a part for the whole.
 */
static void measure_send(struct connection *c)
{
    uint32_t seconds = parameters.MaxBytesPerSend / c->limits.send_rate;
    uint64_t taken;

    c->send_due = 0;
    if (c->request->body.kind == BODY_OPAQUE || !count_taken(c, &taken))
        return;
    if (c->taken != TAKEN_UNKNOWN && taken - c->taken < parameters.MaxBytesPerSend)
        return time_out(c, ERROR_TIMER_SEND, true);
    c->taken = taken;
    c->send_due = shard_due(seconds ? seconds : 1);
}

static bool is_late(double due, double now)
{
    return due && due <= now;
}

static void sweep_request(struct connection *c, double now)
{
    if (is_late(c->deadline, now))
        end_queueing(c);
    if (is_late(c->body_due, now))
        time_out(c, ERROR_TIMER_BODY, false);
    if (is_late(c->send_due, now))
        measure_send(c);
}

static void end_late(struct connection *c)
{
    switch (c->state) {
    case CONN_IDLE:
        if (stop_has_begun()) /* which isn't the client's fault */
            return connection_close(c, false);
        return time_out(c, ERROR_TIMER_IDLE, false);
    case CONN_HEAD: return time_out(c, ERROR_TIMER_HEAD, false);
    case CONN_DRAIN: return time_out(c, ERROR_TIMER_BODY, false);
    default: return connection_close(c, false); /* it had its answer, and no FIN came */
    }
}

/*
 * Looks at each connection, once a second: 50 ns for one, 0.05 to 0.8 ms for 10,000, 3 ms for 100,000. In order of time
 * they'd have to be moved with each request, which costs a busy server more.
 */
void connections_sweep(struct shard *s)
{
    struct list *l, *next;
    double now = shard_now();

    list_for_each_safe(l, next, &s->connections) {
        struct connection *c = container_of(l, struct connection, node);

        if (c->parked && !c->watched)
            c->watched = hangup_add(s->hangup, c);
        if (!is_late(c->deadline, now) && !is_late(c->body_due, now) && !is_late(c->send_due, now))
            continue;
        if (c->state == CONN_REQUEST)
            sweep_request(c, now);
        else
            end_late(c);
        connection_settle(c);
    }
}
