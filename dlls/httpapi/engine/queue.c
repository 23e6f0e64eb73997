/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.c: matching requests with receives.
 */
#include "queue.h"

#include <stdlib.h>

#include "connection.h"
#include "request.h"
#include "shard.h"

static pthread_mutex_t queues_lock = PTHREAD_MUTEX_INITIALIZER;
static struct list open_queues = LIST_INIT(open_queues);
/*
 * Closed queues are kept and reused, never freed: a thread that found the queue a moment ago may still lock it.
 */
static struct list spare_queues = LIST_INIT(spare_queues);

static struct queue *queue_new(void)
{
    struct queue *q = calloc(1, sizeof *q);

    if (!q)
        return NULL;
    pthread_mutex_init(&q->lock, NULL);
    list_init(&q->node);
    list_init(&q->ready);
    list_init(&q->receives);
    return q;
}

struct queue *queue_open(void)
{
    struct list *l;
    struct queue *q;

    pthread_mutex_lock(&queues_lock);
    l = list_pop(&spare_queues);
    q = l ? container_of(l, struct queue, node) : queue_new();
    if (q) {
        q->open = q->enabled = true;
        q->ready_max = QUEUE_LENGTH_DEFAULT;
        list_add_tail(&open_queues, &q->node);
    }
    pthread_mutex_unlock(&queues_lock);
    return q;
}

void queue_configure(struct queue *q, unsigned ready_max, bool enabled)
{
    pthread_mutex_lock(&q->lock);
    q->ready_max = ready_max;
    q->enabled = enabled;
    pthread_mutex_unlock(&q->lock);
}

/* Takes a receive off its queue, for whoever owns it from then on. Queue lock. */
static void take_off(struct receive *rx)
{
    list_del(&rx->io.node);
    if (rx->blocked)
        rx->blocked->receive = NULL;
}

static void give(struct receive *rx, struct request *r)
{
    take_off(rx);
    rx->request = r;
    r->state = REQUEST_TAKEN;
    io_finish(&rx->io, RESULT_OK, 0);
}

static struct request *take_ready(struct queue *q)
{
    struct list *l = list_pop(&q->ready);

    if (!l)
        return NULL;
    q->ready_count--;
    q->pace.taken++;
    return container_of(l, struct request, node);
}

enum result queue_receive(struct queue *q, struct receive *rx)
{
    enum result result = RESULT_PENDING;

    pthread_mutex_lock(&q->lock);
    if (!q->open) {
        result = RESULT_CANCELED;
    } else if ((rx->request = take_ready(q))) {
        rx->request->state = REQUEST_TAKEN;
        result = RESULT_OK;
    } else {
        rx->queue = q;
        if (rx->blocked)
            rx->blocked->receive = rx;
        list_add_tail(&q->receives, &rx->io.node);
    }
    pthread_mutex_unlock(&q->lock);
    return result;
}

/*
 * The receive of the thread that runs this very loop, if it waits for this queue. The leader can't leave without the
 * shard's lock, which the caller holds, so its receive stays where it is while we look.
 */
static struct receive *receive_of_leader(struct queue *q, struct shard *s)
{
    struct receive *rx = s->leader ? s->leader->receive : NULL;

    return rx && rx->queue == q ? rx : NULL;
}

/*
 * A sleeping thread isn't woken while an application thread runs this loop: that one has work in hand (its own
 * receive went first) and will probably be back for more before the sleeper is awake. If not, the service
 * thread hands the request on.
 */
static struct receive *choose_receive(struct queue *q, struct shard *s)
{
    struct receive *rx = receive_of_leader(q, s), *first;

    if (rx || list_empty(&q->receives))
        return rx;
    first = container_of(q->receives.next, struct receive, io.node);
    if (first->blocked && s->leader && s->leader != &s->service && !s->polling) {
        service_expect(s);
        return NULL;
    }
    return first;
}

bool queue_push(struct queue *q, struct request *r)
{
    struct receive *rx;
    bool fits;

    pthread_mutex_lock(&q->lock);
    fits = q->open && q->enabled && q->ready_count < q->ready_max;
    rx = fits ? choose_receive(q, r->connection->shard) : NULL;
    if (rx) {
        give(rx, r);
    } else if (fits) {
        r->state = REQUEST_READY;
        list_add_tail(&q->ready, &r->node);
        q->ready_count++;
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}

bool queue_forget(struct queue *q, struct request *r)
{
    bool waiting;

    pthread_mutex_lock(&q->lock);
    waiting = r->state == REQUEST_READY;
    if (waiting) {
        list_del(&r->node);
        q->ready_count--;
    }
    pthread_mutex_unlock(&q->lock);
    return waiting;
}

unsigned queue_cancel(struct queue *q, io_match *match, const void *arg)
{
    struct list *l, *next;
    unsigned count = 0;

    pthread_mutex_lock(&q->lock);
    list_for_each_safe(l, next, &q->receives) {
        struct receive *rx = container_of(l, struct receive, io.node);

        if (!match(&rx->io, arg))
            continue;
        take_off(rx);
        io_finish(&rx->io, RESULT_CANCELED, 0);
        count++;
    }
    pthread_mutex_unlock(&q->lock);
    io_flush();
    return count;
}

static bool hand_off(struct queue *q, uint64_t now)
{
    bool all = true;

    pthread_mutex_lock(&q->lock);
    if (pace_is_quick(&q->pace, now))
        all = list_empty(&q->ready) || list_empty(&q->receives);
    else
        while (!list_empty(&q->ready) && !list_empty(&q->receives))
            give(container_of(q->receives.next, struct receive, io.node), take_ready(q));
    pthread_mutex_unlock(&q->lock);
    return all;
}

bool queues_hand_off(void)
{
    uint64_t now = wait_clock();
    bool all = true;
    struct list *l;

    pthread_mutex_lock(&queues_lock);
    list_for_each(l, &open_queues)
        all &= hand_off(container_of(l, struct queue, node), now);
    pthread_mutex_unlock(&queues_lock);
    return all;
}

static bool match_all(const struct io *io, const void *arg)
{
    (void)io, (void)arg;
    return true;
}

void queue_shutdown(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->open = false;
    pthread_mutex_unlock(&q->lock);
    queue_cancel(q, match_all, NULL);
    connections_leave_queue(q, false);
    io_flush();
}

void queue_close(struct queue *q)
{
    queue_shutdown(q);
    connections_leave_queue(q, true);
    io_flush();
    pthread_mutex_lock(&queues_lock);
    list_del(&q->node);
    list_add_tail(&spare_queues, &q->node); /* the longest closed is used first */
    pthread_mutex_unlock(&queues_lock);
}
