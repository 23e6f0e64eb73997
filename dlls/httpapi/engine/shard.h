/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shard.h: one event loop with everything that belongs to it.
 *
 * A connection lives in one shard all its life; the shard's lock guards it, its request and the loop. Whoever
 * leads the shard (see wait.h) runs the loop; the lock is held while watchers are called and let go while the
 * loop sleeps in epoll, so any thread may take it at any time, work on a connection and go on.
 *
 * Locks, in the order they are taken:
 *   1. config (config_lock)   creating, binding, routing: never on the request path
 *   2. queues_lock            of queue.c: the list of queues. No shard's lock is taken under it
 *   3. shard.lock             by index, when more than one is needed
 *   4. lane.lock              of a queue (queue.h); by index, when two are needed
 * Beside these, ports_lock goes before port.lock (port.c), both may follow config_lock, and under Wine event.lock goes before
 * shard 0's lock (service_attend()).
 * Routing data is read under any one shard's lock and changed under all of them (shards_lock_all).
 */
#ifndef HTTPAPI_ENGINE_SHARD_H
#define HTTPAPI_ENGINE_SHARD_H

#include <ev.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "list.h"
#include "slots.h"
#include "wait.h"

#define SHARDS_MAX 64

struct shard {
    pthread_mutex_t lock;
    unsigned index;
    struct ev_loop *loop;
    ev_async wake;           /* ends the loop's sleep; carries nothing */
    ev_timer sweep;          /* once a second: connection deadlines */
    ev_timer limit;          /* the leader's own deadline */
    ev_timer turn;           /* runs while `patient` has members: the loop doesn't sleep then */
    bool polling;            /* the leader sleeps in epoll, without the lock */
    struct waiter *leader;   /* who runs the loop, NULL when nobody does */
    struct list followers;   /* waiters that sleep and would lead */
    struct waiter service;   /* the service thread; leads when nobody else does */
    unsigned departures;     /* how often a thread stopped leading, was woken to lead, or had work left to it */
    bool service_sleeps;     /* the service thread waits without a timeout */
    struct list connections;
    struct list patient;     /* connections that go on after the loop's next look at the others */
    struct list graves;      /* connections that were freed while the loop slept */
    struct slots connection_ids;
    struct slots request_ids;
    struct list spare_requests;
    unsigned spare_count;
    struct hangup *hangup;   /* watch on connections nobody reads from */
};

extern struct shard *shards[SHARDS_MAX];
extern unsigned shard_count;

/*
 * Makes the loops, once in a process; they stay until it ends, because a thread may be inside one at any time.
 * RESULT_NO_MEMORY leaves nothing behind. Config lock.
 */
enum result shards_start(unsigned count);

static inline void shard_lock(struct shard *s)
{
    pthread_mutex_lock(&s->lock);
}

static inline void shard_unlock(struct shard *s)
{
    pthread_mutex_unlock(&s->lock);
}

/* connections_go_on() comes when the loop has looked at what there is. Shard lock. */
void shard_expect_turn(struct shard *s);

/* All shards: no request is routed, no connection moves, until shards_unlock_all(). */
void shards_lock_all(void);
void shards_unlock_all(void);

/* After a change to a watcher: a leader that sleeps in epoll must look again. Shard lock. */
void shard_poke(struct shard *s);

/* The calling thread's shard, whose loop it leads when it can choose (wait.h). Stays the same for the thread's life. */
struct shard *shard_of_thread(void);

/*
 * One turn of the loop by its leader, unless its wait is over, that ends about the deadline; called with the lock, returns
 * with it.
 */
void shard_turn(struct shard *s, struct waiter *leader, uint64_t deadline);

/* Seconds on a clock that only goes forward, as of the loop's last turn or better; good to some milliseconds. */
double shard_now(void);

/* The moment in so many seconds; no limit is no moment: 0. */
static inline double shard_due(uint32_t seconds)
{
    return seconds ? shard_now() + seconds : 0;
}

#endif
