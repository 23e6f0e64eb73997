/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.c: matching requests with receives.
 */
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "connection.h"
#include "connections.h"
#include "request.h"
#include "shard.h"

#define OWN_LEAD (CLOCK_TICKS_PER_SECOND / 1000) /* so much earlier a request of another lane has to be to go first */

static pthread_mutex_t queues_lock = PTHREAD_MUTEX_INITIALIZER;
static struct list open_queues = LIST_INIT(open_queues);
/*
 * Closed queues are kept and reused, never freed: a thread that found the queue a moment ago may still lock it.
 */
static struct list spare_queues = LIST_INIT(spare_queues);

static void lane_init(struct lane *lane)
{
    pthread_mutex_init(&lane->lock, NULL);
    list_init(&lane->ready);
    list_init(&lane->receives);
}

static struct queue *queue_new(void)
{
    struct queue *q = aligned_alloc(_Alignof(struct queue), sizeof *q);

    if (!q)
        return NULL;
    memset(q, 0, sizeof *q);
    list_init(&q->node);
    for (unsigned i = 0; i < SHARDS_MAX; i++)
        lane_init(&q->lanes[i]);
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
        atomic_store(&q->ready_max, QUEUE_LENGTH_DEFAULT);
        atomic_store(&q->enabled, true);
        atomic_store(&q->verbosity, VERBOSITY_BASIC);
        atomic_store(&q->open, true);
        list_add_tail(&open_queues, &q->node);
    }
    pthread_mutex_unlock(&queues_lock);
    return q;
}

void queue_set_name(struct queue *q, const char *name)
{
    pthread_mutex_lock(&q->lanes[0].lock);
    snprintf(q->name, sizeof q->name, "%s", name);
    pthread_mutex_unlock(&q->lanes[0].lock);
}

/* Of a closed queue that is used again meanwhile it may be the next one's: a request's that is reported too late. */
struct text queue_name(struct queue *q, char copy[QUEUE_NAME_SIZE])
{
    pthread_mutex_lock(&q->lanes[0].lock);
    strcpy(copy, q->name);
    pthread_mutex_unlock(&q->lanes[0].lock);
    return (struct text){copy, strlen(copy)};
}

void queue_configure(struct queue *q, unsigned ready_max, bool enabled, enum verbosity verbosity)
{
    atomic_store(&q->ready_max, ready_max);
    atomic_store(&q->enabled, enabled);
    atomic_store(&q->verbosity, verbosity);
}

/* Before there are shards, receives wait in the first lane. */
static unsigned lane_count(void)
{
    return shard_count ? shard_count : 1;
}

/* The i-th lane, counted round from `own`: those who look don't all begin with the same one. */
static struct lane *next_lane(struct queue *q, const struct lane *own, unsigned i)
{
    return &q->lanes[((unsigned)(own - q->lanes) + i) % lane_count()];
}

/* Where the calling thread's receives wait. */
static struct lane *lane_of_thread(struct queue *q)
{
    return &q->lanes[shard_count ? shard_of_thread()->index : 0];
}

/* Takes a receive off its lane, for whoever owns it from then on. Lane lock. */
static void take_off(struct receive *rx)
{
    list_del(&rx->io.node);
    atomic_fetch_sub(&rx->lane->receive_count, 1);
    if (rx->blocked)
        rx->blocked->receive = NULL;
}

/* Lock of the receive's lane. */
static void give(struct receive *rx, struct request *r)
{
    take_off(rx);
    rx->request = r;
    r->state = REQUEST_TAKEN;
    io_finish(&rx->io, RESULT_OK, 0);
}

/* Lane lock. */
static struct receive *first_receive(struct lane *lane)
{
    return list_empty(&lane->receives) ? NULL : container_of(lane->receives.next, struct receive, io.node);
}

/* After a change to the list. Lane lock. */
static void note_oldest(struct lane *lane)
{
    uint64_t oldest = 0;

    if (!list_empty(&lane->ready))
        oldest = container_of(lane->ready.next, struct request, node)->reached[STAGE_QUEUED] | 1;
    atomic_store_explicit(&lane->oldest, oldest, memory_order_relaxed);
}

/* Lane lock. */
static struct request *take_ready(struct lane *lane)
{
    struct list *l = list_pop(&lane->ready);
    struct request *r;

    if (!l)
        return NULL;
    atomic_fetch_sub(&lane->ready_count, 1);
    note_oldest(lane);
    lane->pace.taken++;
    r = container_of(l, struct request, node);
    r->state = REQUEST_TAKEN;
    return r;
}

static void lock_both(struct lane *a, struct lane *b)
{
    pthread_mutex_lock(a < b ? &a->lock : &b->lock);
    if (a != b)
        pthread_mutex_lock(a < b ? &b->lock : &a->lock);
}

static void unlock_both(struct lane *a, struct lane *b)
{
    pthread_mutex_unlock(&a->lock);
    if (a != b)
        pthread_mutex_unlock(&b->lock);
}

/*
 * Puts together what waits in the two; with `wake` also what takes waking a thread. False: something was left. No lane's
 * lock.
 */
static bool match_lanes(struct lane *ready, struct lane *receives, bool wake)
{
    struct receive *rx = NULL;
    bool all;

    if (!atomic_load(&ready->ready_count) || !atomic_load(&receives->receive_count))
        return true;
    lock_both(ready, receives);
    while (!list_empty(&ready->ready) && (rx = first_receive(receives)) && (wake || !rx->blocked))
        give(rx, take_ready(ready));
    all = list_empty(&ready->ready) || list_empty(&receives->receives);
    unlock_both(ready, receives);
    return all;
}

/* Where a request has waited longest; but a bit longer elsewhere isn't worth the way. NULL: nothing waits. */
static struct lane *longest_waiting(struct queue *q, struct lane *own)
{
    uint64_t oldest = atomic_load_explicit(&own->oldest, memory_order_relaxed);
    struct lane *lane = oldest ? own : NULL;

    oldest = oldest ? oldest - OWN_LEAD : UINT64_MAX;
    for (unsigned i = 1; i < lane_count(); i++) {
        struct lane *other = next_lane(q, own, i);
        uint64_t since = atomic_load_explicit(&other->oldest, memory_order_relaxed);

        if (!since || since >= oldest)
            continue;
        oldest = since;
        lane = other;
    }
    return lane;
}

/* NULL when there is none, or others were faster each time: then who waits, and looks again. */
static struct request *take_any(struct queue *q, struct lane *own)
{
    struct request *r = NULL;

    for (unsigned tries = 0; !r && tries < lane_count(); tries++) {
        struct lane *lane = longest_waiting(q, own);

        if (!lane)
            break;
        pthread_mutex_lock(&lane->lock);
        r = take_ready(lane);
        pthread_mutex_unlock(&lane->lock);
    }
    return r;
}

static enum result await_request(struct queue *q, struct lane *own, struct receive *rx)
{
    bool open;

    pthread_mutex_lock(&own->lock);
    open = atomic_load(&q->open);
    if (open) {
        rx->lane = own;
        if (rx->blocked) {
            rx->blocked->queue = q;
            rx->blocked->lane = own;
            rx->blocked->receive = rx;
        }
        list_add_tail(&own->receives, &rx->io.node);
        atomic_fetch_add(&own->receive_count, 1); /* from here on rx may be over and gone at any time */
    }
    pthread_mutex_unlock(&own->lock);
    for (unsigned i = 0; open && i < lane_count(); i++)
        match_lanes(next_lane(q, own, i), own, true);
    return open ? RESULT_PENDING : RESULT_CANCELED;
}

enum result queue_receive(struct queue *q, struct receive *rx)
{
    struct lane *own = lane_of_thread(q);
    struct request *r = atomic_load(&q->open) ? take_any(q, own) : NULL;
    enum result result = RESULT_OK;

    rx->request = r;
    if (!r) {
        result = await_request(q, own, rx);
        io_flush(); /* what was put together may be rx itself */
    }
    return result;
}

/*
 * To the thread that runs this very loop, if it waits for this queue. It can't leave without the shard's lock, which the
 * caller holds, so its waiter stays. Another shard may give it a request meanwhile: only under the lane's lock it is known
 * to wait still.
 */
static bool give_leader(struct queue *q, struct shard *s, struct request *r)
{
    struct waiter *w = s->leader;
    struct receive *rx = w ? w->receive : NULL;
    bool waits;

    if (!rx || w->queue != q)
        return false;
    pthread_mutex_lock(&w->lane->lock);
    waits = w->receive == rx;
    if (waits)
        give(rx, r);
    pthread_mutex_unlock(&w->lane->lock);
    return waits;
}

static bool is_full(struct queue *q)
{
    unsigned count = 0;

    for (unsigned i = 0; i < lane_count(); i++)
        count += atomic_load_explicit(&q->lanes[i].ready_count, memory_order_relaxed);
    return count >= atomic_load_explicit(&q->ready_max, memory_order_relaxed);
}

/* What became of a request in its own lane. */
enum pushed { PUSHED_GIVEN, PUSHED_WAITS, PUSHED_REFUSED };

static enum pushed push_own(struct queue *q, struct lane *own, struct request *r, bool wake)
{
    enum pushed pushed = PUSHED_WAITS;
    struct receive *rx;

    pthread_mutex_lock(&own->lock);
    rx = first_receive(own);
    if (rx && (wake || !rx->blocked)) {
        give(rx, r);
        pushed = PUSHED_GIVEN;
    } else if (is_full(q)) {
        pushed = PUSHED_REFUSED;
    } else {
        r->state = REQUEST_READY;
        list_add_tail(&own->ready, &r->node);
        note_oldest(own);
        atomic_fetch_add(&own->ready_count, 1);
    }
    pthread_mutex_unlock(&own->lock);
    return pushed;
}

/*
 * A sleeping thread isn't woken while an application thread runs this loop: that one has work in hand (its own
 * receive went first) and will probably be back for more before the sleeper is awake. If not, the service
 * thread hands the request on.
 */
bool queue_push(struct queue *q, struct request *r)
{
    struct shard *s = r->connection->shard;
    struct lane *own = &q->lanes[s->index];
    bool wake = !s->leader || s->leader == &s->service || s->polling, all = true;
    enum pushed pushed;

    if (!atomic_load(&q->open) || !atomic_load(&q->enabled))
        return false;
    if (give_leader(q, s, r))
        return true;
    pushed = push_own(q, own, r, wake);
    for (unsigned i = 0; pushed == PUSHED_WAITS && i < lane_count(); i++)
        all &= match_lanes(own, next_lane(q, own, i), wake);
    if (!all)
        service_expect(s);
    return pushed != PUSHED_REFUSED;
}

enum page queue_refusal(struct queue *q)
{
    if (!atomic_load(&q->open))
        return PAGE_APP_SHUTDOWN;
    return atomic_load(&q->enabled) ? PAGE_QUEUE_FULL : PAGE_DISABLED;
}

/* Clients of a queue that was shut down came when all was well: they get the page in any case. */
enum verbosity queue_verbosity(struct queue *q)
{
    enum verbosity verbosity = atomic_load(&q->verbosity);

    return verbosity == VERBOSITY_BASIC && !atomic_load(&q->open) ? VERBOSITY_LIMITED : verbosity;
}

bool queue_forget(struct queue *q, struct request *r)
{
    struct lane *lane = &q->lanes[r->connection->shard->index];
    bool waiting;

    pthread_mutex_lock(&lane->lock);
    waiting = r->state == REQUEST_READY;
    if (waiting) {
        list_del(&r->node);
        note_oldest(lane);
        atomic_fetch_sub(&lane->ready_count, 1);
    }
    pthread_mutex_unlock(&lane->lock);
    return waiting;
}

static unsigned lane_cancel(struct lane *lane, io_match *match, const void *arg)
{
    struct list *l, *next;
    unsigned count = 0;

    pthread_mutex_lock(&lane->lock);
    list_for_each_safe(l, next, &lane->receives) {
        struct receive *rx = container_of(l, struct receive, io.node);

        if (!match(&rx->io, arg))
            continue;
        take_off(rx);
        io_finish(&rx->io, RESULT_CANCELED, 0);
        count++;
    }
    pthread_mutex_unlock(&lane->lock);
    return count;
}

unsigned queue_cancel(struct queue *q, io_match *match, const void *arg)
{
    unsigned count = 0;

    for (unsigned i = 0; i < lane_count(); i++)
        count += lane_cancel(&q->lanes[i], match, arg);
    io_flush();
    return count;
}

static bool hand_off(struct queue *q, unsigned index, uint64_t now)
{
    struct lane *own = &q->lanes[index];
    bool quick, all = true;

    pthread_mutex_lock(&own->lock);
    quick = pace_is_quick(&own->pace, now);
    pthread_mutex_unlock(&own->lock);
    for (unsigned i = 0; i < lane_count(); i++)
        all &= match_lanes(own, next_lane(q, own, i), !quick);
    return all;
}

bool queues_hand_off(unsigned index)
{
    uint64_t now = clock_ns();
    bool all = true;
    struct list *l;

    pthread_mutex_lock(&queues_lock);
    list_for_each(l, &open_queues)
        all &= hand_off(container_of(l, struct queue, node), index, now);
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
    atomic_store(&q->open, false);
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
    pthread_mutex_unlock(&queues_lock);
}

void queue_recycle(struct queue *q)
{
    pthread_mutex_lock(&queues_lock);
    list_add_tail(&spare_queues, &q->node); /* the longest closed is used first */
    pthread_mutex_unlock(&queues_lock);
}
