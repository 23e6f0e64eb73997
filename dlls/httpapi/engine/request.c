/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.c: requests' memory, ids, and the hand-over to a receive.
 */
#include "request.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "body.h"
#include "buffer.h"
#include "connection.h"
#include "error_report.h"
#include "io.h"
#include "queue.h"
#include "send.h"
#include "shard.h"

#define SPARE_MAX 256              /* requests a shard keeps for new connections */
/* Larger buffers aren't kept: after an attack that would be megabytes. */
#define SPARE_INPUT_MAX 8192
#define SPARE_HEADERS_MAX 128
#define SPARE_URL_MAX 1024

static void request_reset(struct request *r)
{
    /* All but the memory it owns and its place. */
    r->queue = NULL;
    r->id = r->url_context = 0;
    r->state = REQUEST_PARSING;
    r->taker_counts = false;
    r->parsed = r->head_len = r->line_end = 0;
    r->verb_text = r->target = (struct span){0};
    r->verb = VERB_UNPARSED;
    r->major = r->minor = 0;
    r->expects_continue = r->close_after = r->cooked = r->reported = false;
    r->header_count = r->unknown = 0;
    memset(r->known, 0, sizeof r->known);
    r->body = (struct body){.kind = BODY_NONE};
    r->sending = r->response_begun = r->switching = r->no_content = false;
    r->framing = FRAMING_GIVEN;
    r->undelimited = r->promises = false;
    r->waiting = 0;
    request_reach(r, STAGE_BEGUN);
}

static void request_destroy(struct request *r)
{
    url_free(&r->url);
    buffer_resize(r->headers, r->header_size * sizeof *r->headers, 0);
    buffer_resize(r->in, r->in_size, 0);
    free(r);
}

struct request *request_new(struct connection *c)
{
    struct shard *s = c->shard;
    struct list *l = list_pop(&s->spare_requests);
    struct request *r = l ? container_of(l, struct request, node) : calloc(1, sizeof *r);

    if (!r)
        return NULL;
    s->spare_count -= l != NULL;
    list_init(&r->node);
    list_init(&r->reads);
    list_init(&r->sends);
    request_reset(r);
    r->in_len = 0;
    r->connection = c;
    if (request_reserve(r, 1))
        return r;
    request_destroy(r);
    return NULL;
}

void request_free(struct request *r)
{
    struct shard *s = r->connection->shard;

    assert(list_empty(&r->node) && list_empty(&r->reads) && list_empty(&r->sends));
    assert(!r->sending && !r->body.copying);
    slots_remove(&s->request_ids, r->id);
    r->connection = NULL;
    if (s->spare_count == SPARE_MAX || r->in_size > SPARE_INPUT_MAX || r->header_size > SPARE_HEADERS_MAX ||
        r->url.size > SPARE_URL_MAX)
        return request_destroy(r);
    s->spare_count++;
    list_add(&s->spare_requests, &r->node);
}

void request_restart(struct request *r)
{
    uint32_t end = r->body.end, rest = r->in_len - end;

    memmove(r->in, r->in + end, rest);
    request_reset(r);
    r->in_len = rest;
}

/* A socket of either family refuses the other's option; one that has IPv4 clients in IPv6 disguise needs both. */
static bool mark_packets(struct connection *c, unsigned dscp)
{
    int tos = (int)(dscp << 2); /* above the two bits of ECN */
    bool done = !setsockopt(c->fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);

    done |= !setsockopt(c->fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
    if (done)
        c->dscp = (uint8_t)dscp;
    return done;
}

enum result request_assign_id(struct request *r)
{
    r->id = slots_add(&r->connection->shard->request_ids, r);
    r->index = r->connection->requests++;
    if (r->connection->dscp)
        mark_packets(r->connection, 0);
    return r->id ? RESULT_OK : RESULT_NO_MEMORY;
}

void request_retire(struct request *r)
{
    slots_remove(&r->connection->shard->request_ids, r->id);
    r->state = REQUEST_ANSWERED;
    r->connection->body_due = 0; /* draining has a time of its own */
    body_abort(r, RESULT_GONE);
}

bool request_reserve(struct request *r, uint32_t more)
{
    uint32_t size = r->in_size ? r->in_size : INPUT_FIRST;
    char *p;

    while (size - r->in_len < more)
        size *= 2;
    if (size == r->in_size)
        return true;
    p = buffer_resize(r->in, r->in_size, size);
    if (!p)
        return false;
    r->in = p;
    r->in_size = size;
    return true;
}

bool request_has_element(const struct request *r, enum request_header id, struct text element)
{
    for (const struct header *h = request_first_header(r, id); h; h = request_next_header(r, h))
        if (text_has_element(request_text(r, h->value), element))
            return true;
    return false;
}

struct request *request_lock(struct queue *q, uint64_t id)
{
    unsigned index = slots_shard(id);
    struct request *r;

    if (index >= shard_count)
        return NULL;
    shard_lock(shards[index]);
    r = slots_find(&shards[index]->request_ids, id);
    if (r && r->queue == q && (r->state == REQUEST_DELIVERED || r->state == REQUEST_HELD))
        return r;
    shard_unlock(shards[index]);
    return NULL;
}

/*
 * Whether a receive by id may have the request: not beside a read, which is at the same bytes. Documented for a delivered
 * one: as long as there is more of it.
 */
static enum result may_take(const struct request *r)
{
    bool busy = r->body.copying || !list_empty(&r->reads);
    bool over = r->response_begun || (r->body.complete && r->body.start == r->body.end);

    if (r->state != REQUEST_HELD && over)
        return RESULT_EOF;
    return busy ? RESULT_INVALID : RESULT_OK;
}

enum result request_take(struct queue *q, uint64_t id, struct request **taken)
{
    struct request *r = request_lock(q, id);
    enum result result;

    if (!r)
        return RESULT_GONE;
    result = may_take(r);
    if (!result) {
        r->state = REQUEST_TAKEN;
        r->taker_counts = true;
        connection_use(r->connection);
        *taken = r;
    }
    shard_unlock(r->connection->shard);
    return result;
}

void request_top_up(struct request *r)
{
    struct connection *c = r->connection;
    struct shard *s = c->shard;

    shard_lock(s);
    if (c->state == CONN_REQUEST)
        body_top_up(r);
    shard_unlock(s);
}

void request_deliver(struct request *r, bool whole, uint32_t consumed)
{
    struct connection *c = r->connection;
    struct shard *s = c->shard;
    bool counts;

    shard_lock(s);
    counts = r->taker_counts;
    r->taker_counts = false;
    r->body.start += consumed;
    r->state = whole ? REQUEST_DELIVERED : REQUEST_HELD;
    c->deadline = 0; /* of the wait in the queue */
    if (c->state == CONN_CLOSED)
        request_retire(r);
    else
        connection_resume(c);
    if (counts)
        connection_unuse(c);
    shard_unlock(s);
    io_flush();
}

bool request_known(struct queue *q, uint64_t id)
{
    struct request *r = request_lock(q, id);

    if (r)
        shard_unlock(r->connection->shard);
    return r;
}

enum result request_transport(struct queue *q, uint64_t id, struct transport *t)
{
    struct request *r = request_lock(q, id);
    struct connection *c;
    bool known;

    if (!r)
        return RESULT_GONE;
    c = r->connection;
    known = tcp_stats_get(c->fd, &t->tcp);
    t->age = clock_ticks() - c->begun;
    shard_unlock(c->shard);
    return known ? RESULT_OK : RESULT_UNSUPPORTED;
}

enum result request_set_dscp(struct queue *q, uint64_t id, unsigned dscp)
{
    struct request *r = request_lock(q, id);
    bool done;

    if (!r)
        return RESULT_GONE;
    done = mark_packets(r->connection, dscp);
    shard_unlock(r->connection->shard);
    return done ? RESULT_OK : RESULT_UNSUPPORTED;
}

enum result request_set_idle(struct queue *q, uint64_t id, uint32_t seconds)
{
    struct request *r = request_lock(q, id);

    if (!r)
        return RESULT_GONE;
    r->connection->limits.idle = seconds; /* the next request brings its group's */
    shard_unlock(r->connection->shard);
    return RESULT_OK;
}

/* The sweep may have seen its time go by while it was taken. */
static bool wait_again(struct request *r)
{
    struct connection *c = r->connection;

    if (!c->deadline)
        c->deadline = shard_due(c->limits.queue);
    return queue_push(r->queue, r);
}

void request_return(struct request *r)
{
    struct connection *c = r->connection;
    struct shard *s = c->shard;

    shard_lock(s);
    if (c->state == CONN_CLOSED) {
        r->taker_counts = false;
        request_retire(r);
        connection_unuse(c); /* abandoned while it was taken: the count is ours */
    } else if (!wait_again(r)) {
        request_retire(r); /* not TAKEN any more: a reset would leave it to its taker */
        connection_refuse(c, queue_refusal(r->queue));
        connection_settle(c);
    }
    shard_unlock(s);
    io_flush();
}

enum result request_cancel(struct queue *q, uint64_t id)
{
    struct request *r = request_lock(q, id);
    struct shard *s;

    if (!r)
        return RESULT_GONE;
    s = r->connection->shard;
    error_report(r->connection, ERROR_REQUEST_CANCELLED);
    connection_close(r->connection, true);
    connection_settle(r->connection);
    shard_unlock(s);
    io_flush();
    return RESULT_OK;
}
