/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.c: leaders, followers and the service thread. The idea is in wait.h.
 *
 * waiter.state:  AWAKE <-> ASLEEP (follows),  AWAKE <-> LEADS + shard,  any --waiter_end--> OVER
 *
 * A thread goes to sleep by AWAKE -> ASLEEP in one compare-and-swap, so an end between its last look and its
 * sleep is never lost; the futex wait itself returns at once when the word has changed.
 */
#include "wait.h"

#include "futex.h"
#include "io.h"
#include "port.h"
#include "queue.h"
#include "shard.h"

#define SERVICE_TICK_NS 1000000

bool (*service_chore)(void);
static atomic_bool chores_left; /* seen to by the service thread of shard 0 */

static bool is_past(uint64_t deadline)
{
    return deadline != WAIT_FOR_EVER && clock_ns() >= deadline;
}

void waiter_init(struct waiter *w)
{
    atomic_init(&w->state, WAIT_AWAKE);
    list_init(&w->node);
    w->receive = NULL;
}

void waiter_end(struct waiter *w)
{
    /* After the exchange the waiting thread may return: *w is only an address then. */
    unsigned was = atomic_exchange(&w->state, WAIT_OVER);

    if (was == WAIT_ASLEEP)
        futex_wake(&w->state, 1);
    else if (was >= WAIT_LEADS)
        ev_async_send(shards[was - WAIT_LEADS]->loop, &shards[was - WAIT_LEADS]->wake);
}

static bool waiter_is_over(struct waiter *w)
{
    return atomic_load(&w->state) == WAIT_OVER;
}

static bool waiter_move(struct waiter *w, unsigned from, unsigned to)
{
    return atomic_compare_exchange_strong(&w->state, &from, to);
}

bool waiter_begin_leading(struct waiter *w, unsigned index)
{
    return waiter_move(w, WAIT_AWAKE, WAIT_LEADS + index);
}

void waiter_stop_leading(struct waiter *w, unsigned index)
{
    waiter_move(w, WAIT_LEADS + index, WAIT_AWAKE);
}

/* Sleeps until promoted, over or past the deadline, and is awake or over then. No locks. */
static void waiter_sleep(struct waiter *w, uint64_t deadline)
{
    while (waiter_is_asleep(w) && !is_past(deadline))
        futex_wait(&w->state, WAIT_ASLEEP, deadline);
    waiter_move(w, WAIT_ASLEEP, WAIT_AWAKE);
}

/* Ends a sleep that isn't over. False when the waiter doesn't sleep. */
static bool waiter_rouse(struct waiter *w)
{
    if (!waiter_move(w, WAIT_ASLEEP, WAIT_AWAKE))
        return false;
    futex_wake(&w->state, 1);
    return true;
}

/* The service thread looks in a moment. Shard lock. */
static void service_call(struct shard *s)
{
    if (s->service_sleeps) {
        s->service_sleeps = false;
        waiter_rouse(&s->service);
    } else if (s->leader == &s->service) {
        shard_poke(s); /* nothing may happen in its loop for a second */
    }
}

void service_expect(struct shard *s)
{
    s->departures++;
    service_call(s);
}

void service_expect_thread(void)
{
    struct shard *s = shard_of_thread();

    shard_lock(s);
    service_expect(s);
    shard_unlock(s);
}

void service_attend(void)
{
    struct shard *s = shards[0];

    atomic_store(&chores_left, true);
    shard_lock(s);
    service_call(s);
    shard_unlock(s);
}

/*
 * Wakes one follower so that it leads; counts as coming and going, so that the service thread doesn't lead
 * again before the follower had its chance. Shard lock. False when there is none.
 */
static bool promote_follower(struct shard *s)
{
    struct list *l;

    while ((l = list_pop(&s->followers))) {
        if (waiter_rouse(container_of(l, struct waiter, node))) {
            s->departures++;
            return true;
        }
    }
    return false;
}

/*
 * Runs the shard's loop until the wait is over. Leaving it earlier, for another shard, would leave it to nobody: the
 * service thread sleeps while there is a leader.
 */
static void lead(struct shard *s, struct waiter *w, uint64_t deadline)
{
    s->leader = w;
    while (!waiter_is_over(w) && !is_past(deadline)) {
        shard_turn(s, w, deadline);
        shard_unlock(s);
        io_flush();
        shard_lock(s);
    }
    s->leader = NULL;
    service_expect(s);
    shard_unlock(s);
}

/* Sleeps beside the shard's leader. Called with the shard's lock, returns without. */
static void follow(struct shard *s, struct waiter *w, uint64_t deadline)
{
    if (waiter_move(w, WAIT_AWAKE, WAIT_ASLEEP)) {
        list_add_tail(&s->followers, &w->node);
        if (s->leader == &s->service)
            shard_poke(s); /* it sees a follower and makes way */
    }
    shard_unlock(s);
    waiter_sleep(w, deadline);
    shard_lock(s);
    list_del(&w->node);
    shard_unlock(s);
}

/* Before there is a loop to run. */
static void sleep_alone(struct waiter *w, uint64_t deadline)
{
    if (waiter_move(w, WAIT_AWAKE, WAIT_ASLEEP))
        waiter_sleep(w, deadline);
}

/* A shard that nobody leads, locked; or the thread's own, locked, when all have leaders. */
static struct shard *choose_shard(void)
{
    struct shard *own = shard_of_thread();

    shard_lock(own);
    for (unsigned i = 1; own->leader && own->leader != &own->service && i < shard_count; i++) {
        struct shard *other = shards[(own->index + i) % shard_count];

        shard_unlock(own);
        shard_lock(other);
        if (!other->leader || other->leader == &other->service)
            return other;
        shard_unlock(other);
        shard_lock(own);
    }
    return own;
}

static void wait_in_shard(struct waiter *w, uint64_t deadline)
{
    struct shard *s = choose_shard();

    if (s->leader)
        follow(s, w, deadline);
    else
        lead(s, w, deadline);
}

bool waiter_wait_until(struct waiter *w, uint64_t deadline)
{
    io_flush();
    while (!waiter_is_over(w)) {
        if (is_past(deadline))
            return false;
        if (shard_count)
            wait_in_shard(w, deadline);
        else
            sleep_alone(w, deadline);
    }
    return true;
}

/*
 * Until woken, or a tick long while application threads come and go. Called with the lock, returns without. False when
 * work was left to threads that may still come back for it.
 */
static bool service_rest(struct shard *s, bool for_good)
{
    s->service_sleeps = for_good;
    atomic_store(&s->service.state, WAIT_ASLEEP);
    shard_unlock(s);
    waiter_sleep(&s->service, for_good ? WAIT_FOR_EVER : clock_ns() + SERVICE_TICK_NS);
    return queues_hand_off(s->index) & ports_hand_off();
}

/*
 * One round of the service thread: leads, or rests and then looks whether the shard is being looked after.
 * *seen is shard.departures at the last look.
 */
static void service_round(struct shard *s, unsigned *seen)
{
    bool quiet = s->departures == *seen, chores = s->index == 0 && atomic_load(&chores_left), all = true;

    *seen = s->departures;
    if (s->leader) {
        all = service_rest(s, quiet && !chores);
    } else if (!quiet || promote_follower(s)) {
        all = service_rest(s, false);
    } else {
        s->leader = &s->service;
        shard_turn(s, &s->service, chores ? clock_ns() + SERVICE_TICK_NS : WAIT_FOR_EVER);
        s->leader = NULL;
        promote_follower(s);
        shard_unlock(s);
    }
    if (!all)
        --*seen; /* not quiet yet: looks again after a tick, for nobody else will */
    io_flush();
}

/* Once a tick at most. */
static void do_chores(uint64_t *next)
{
    uint64_t now;

    if (!atomic_load(&chores_left) || (now = clock_ns()) < *next)
        return;
    *next = now + SERVICE_TICK_NS;
    atomic_store(&chores_left, false);
    if (service_chore())
        atomic_store(&chores_left, true);
}

void service_run(unsigned index)
{
    struct shard *s = shards[index];
    uint64_t next_chores = 0;
    unsigned seen = 0;

    for (;;) {
        if (index == 0)
            do_chores(&next_chores);
        shard_lock(s);
        service_round(s, &seen);
    }
}
