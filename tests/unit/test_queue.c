/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_queue.c: requests and receives of many threads, in the lanes of several shards.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#include "unit.h"

#include "engine/clock.h"
#include "engine/connection.h"
#include "engine/queue.h"
#include "engine/request.h"
#include "engine/shard.h"

#define SHARDS 4
#define PUSHERS SHARDS
#define RECEIVERS 3
#define EACH 5000 /* requests of a pusher */
#define WINDOW 8  /* of them at most wait at a time: receives have to wait, too */
#define PATIENCE 30

TestSuite(queue);

struct made {
    struct request request;
    struct connection connection;
    atomic_uint taken;
};

struct pusher {
    pthread_t thread;
    struct shard *shard;
    struct made made[EACH];
    atomic_uint taken;
};

static struct queue *q;
static struct pusher pushers[PUSHERS];
static atomic_uint all_taken;

static struct timespec patience(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += PATIENCE;
    return t;
}

static void *push_all(void *arg)
{
    struct pusher *p = arg;

    for (unsigned i = 0; i < EACH; i++) {
        struct made *m = &p->made[i];

        while (i - atomic_load(&p->taken) >= WINDOW)
            sched_yield();
        m->connection.shard = p->shard;
        m->request.connection = &m->connection;
        shard_lock(p->shard);
        cr_assert(queue_push(q, &m->request));
        shard_unlock(p->shard);
        io_flush();
    }
    return NULL;
}

struct taker {
    struct receive receive;
    sem_t over;
};

static void on_received(struct io *io)
{
    sem_post(&container_of(io, struct taker, receive.io)->over);
}

static void take(struct request *r)
{
    struct made *m = container_of(r, struct made, request);

    cr_assert_eq(atomic_fetch_add(&m->taken, 1), 0u);
    atomic_fetch_add(&pushers[r->connection->shard->index].taken, 1);
    atomic_fetch_add(&all_taken, 1);
}

/* Takes requests until the queue is shut down. */
static void *receive_all(void *arg)
{
    struct taker t = {0};
    struct timespec end = patience();
    enum result result;

    (void)arg;
    sem_init(&t.over, 0, 0);
    for (;;) {
        io_init(&t.receive.io, on_received);
        result = queue_receive(q, &t.receive);
        if (result == RESULT_PENDING) {
            cr_assert_eq(sem_timedwait(&t.over, &end), 0, "a receive waits beside requests: %u taken", all_taken);
            result = t.receive.io.result;
        }
        if (result == RESULT_CANCELED)
            return NULL;
        cr_assert_eq(result, RESULT_OK);
        take(t.receive.request);
    }
}

static void start(void)
{
    cr_assert_eq(shards_start(SHARDS), RESULT_OK);
    q = queue_open();
    cr_assert(q);
}

Test(queue, every_request_is_received_once, .timeout = 60)
{
    pthread_t receivers[RECEIVERS];

    start();
    for (unsigned i = 0; i < RECEIVERS; i++)
        cr_assert_eq(pthread_create(&receivers[i], NULL, receive_all, NULL), 0);
    for (unsigned i = 0; i < PUSHERS; i++) {
        pushers[i].shard = shards[i];
        cr_assert_eq(pthread_create(&pushers[i].thread, NULL, push_all, &pushers[i]), 0);
    }
    for (unsigned i = 0; i < PUSHERS; i++)
        pthread_join(pushers[i].thread, NULL);
    while (atomic_load(&all_taken) < PUSHERS * EACH)
        sched_yield();
    queue_shutdown(q);
    for (unsigned i = 0; i < RECEIVERS; i++)
        pthread_join(receivers[i], NULL);
}

static void ignore(struct io *io)
{
    (void)io;
}

static void push(struct made *m, unsigned shard, bool fits)
{
    m->connection.shard = shards[shard];
    m->request.connection = &m->connection;
    shard_lock(shards[shard]);
    cr_assert_eq(queue_push(q, &m->request), fits);
    shard_unlock(shards[shard]);
    io_flush();
}

/* Calls for the first one may be under way still. */
Test(queue, a_closed_one_is_another_when_it_is_said)
{
    struct queue *other;

    start();
    queue_close(q);
    other = queue_open();
    cr_assert_neq(other, q);
    queue_recycle(q);
    cr_assert_eq(queue_open(), q);
    queue_close(other);
    queue_recycle(other);
}

/* As many requests as Windows' default wait, and no more. */
Test(queue, a_new_one_has_room_for_a_thousand)
{
    static struct made made[1001];

    start();
    for (unsigned i = 0; i < 1000; i++)
        push(&made[i], i % SHARDS, true);
    push(&made[1000], 0, false);
}

/* A receive finds a request of any shard, at once. */
Test(queue, a_receive_looks_into_all_lanes)
{
    static struct made made[SHARDS];
    struct receive rx;

    start();
    for (unsigned i = 0; i < SHARDS; i++) {
        push(&made[i], i, true);
        io_init(&rx.io, ignore);
        rx.blocked = NULL;
        cr_assert_eq(queue_receive(q, &rx), RESULT_OK);
        cr_assert_eq(rx.request, &made[i].request);
    }
}

/* A request finds a receive of any shard's threads. */
Test(queue, a_request_looks_into_all_lanes)
{
    static struct made made[SHARDS];

    start();
    for (unsigned i = 0; i < SHARDS; i++) {
        struct receive rx = {0};

        io_init(&rx.io, ignore);
        cr_assert_eq(queue_receive(q, &rx), RESULT_PENDING);
        push(&made[i], i, true);
        cr_assert_eq(rx.io.result, RESULT_OK);
        cr_assert_eq(rx.request, &made[i].request);
    }
}

/* Its own lane's requests don't keep a thread from one that has waited much longer. */
Test(queue, the_longest_waiting_goes_first)
{
    static struct made made[SHARDS];
    static const unsigned order[SHARDS] = {2, 0, 3, 1};
    struct receive rx;

    start();
    for (unsigned i = 0; i < SHARDS; i++)
        made[order[i]].request.reached[STAGE_QUEUED] = (i + 1) * CLOCK_TICKS_PER_SECOND;
    for (unsigned i = 0; i < SHARDS; i++)
        push(&made[i], i, true);
    for (unsigned i = 0; i < SHARDS; i++) {
        io_init(&rx.io, ignore);
        rx.blocked = NULL;
        cr_assert_eq(queue_receive(q, &rx), RESULT_OK);
        cr_assert_eq(rx.request, &made[order[i]].request);
    }
}

/* The limit counts all lanes together. */
Test(queue, the_limit_is_the_queues)
{
    static struct made made[SHARDS + 1];

    start();
    queue_configure(q, SHARDS, true, VERBOSITY_BASIC);
    for (unsigned i = 0; i < SHARDS; i++)
        push(&made[i], i, true);
    push(&made[SHARDS], 0, false);
    shard_lock(shards[1]);
    cr_assert(queue_forget(q, &made[1].request));
    shard_unlock(shards[1]);
    push(&made[SHARDS], 0, true);
}
