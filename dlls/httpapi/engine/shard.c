/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shard.c: making loops, locking them, one turn of a loop.
 *
 * libev's rules for a loop that several threads use: every call holds the lock, except the poll itself, around
 * which libev calls loop_release and loop_acquire; a watcher changed during the poll takes effect after an
 * ev_async. Only loops of our own are made, never the default one: Wine owns the process's signals.
 */
#include "shard.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "hangup.h"
#include "reserve.h"
#include "result.h"
#include "sweep.h"

struct shard *shards[SHARDS_MAX];
unsigned shard_count;

static void loop_release(struct ev_loop *loop) EV_NOEXCEPT
{
    struct shard *s = ev_userdata(loop);

    s->polling = true;
    shard_unlock(s);
}

static void loop_acquire(struct ev_loop *loop) EV_NOEXCEPT
{
    struct shard *s = ev_userdata(loop);

    shard_lock(s);
    s->polling = false;
}

static void on_wake(struct ev_loop *loop, ev_async *w, int events)
{
    (void)loop, (void)w, (void)events;
}

static void on_sweep(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)w, (void)events;
    connections_sweep(ev_userdata(loop));
}

static void on_turn(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)w, (void)events;
    connections_go_on(ev_userdata(loop));
}

static void on_limit(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop, (void)w, (void)events;
}

/* libev waits for a descriptor when it can't have one for waking a loop. */
static bool has_descriptor(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool shard_init_loop(struct shard *s)
{
    s->loop = has_descriptor() ? ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV) : NULL;
    if (!s->loop)
        return false;
    ev_set_userdata(s->loop, s);
    ev_async_init(&s->wake, on_wake);
    ev_async_start(s->loop, &s->wake);
    ev_timer_init(&s->sweep, on_sweep, 1.0, 1.0);
    ev_timer_start(s->loop, &s->sweep);
    ev_timer_init(&s->limit, on_limit, 0.0, 0.0);
    ev_timer_init(&s->turn, on_turn, 0.0, 0.0);
    return true;
}

static void on_first_wake(struct ev_loop *loop, ev_async *w, int events)
{
    (void)loop, (void)events;
    *(bool *)w->data = true;
}

/* As the loop's release: it is about to sleep, so that waking it needs the descriptor. */
static void wake_oneself(struct ev_loop *loop) EV_NOEXCEPT
{
    ev_async_send(loop, &((struct shard *)ev_userdata(loop))->wake);
}

static void stay(struct ev_loop *loop) EV_NOEXCEPT
{
    (void)loop;
}

/*
 * One turn, in which the loop tells the kernel of its descriptors. When the kernel has no room for them, libev says so only
 * in passing, and a loop that can't be woken would never be told that there is work.
 */
static bool shard_try_loop(struct shard *s)
{
    bool woken = false;

    s->wake.data = &woken;
    ev_set_cb(&s->wake, on_first_wake);
    ev_set_loop_release_cb(s->loop, wake_oneself, stay);
    for (int tries = 0; tries < 3 && !woken; tries++) { /* a sleep may end early */
        ev_timer_set(&s->limit, 0.01, 0.0);
        ev_timer_start(s->loop, &s->limit);
        ev_run(s->loop, EVRUN_ONCE);
        ev_timer_stop(s->loop, &s->limit);
    }
    ev_set_cb(&s->wake, on_wake);
    ev_set_loop_release_cb(s->loop, loop_release, loop_acquire);
    return woken && hangup_is_watched(s->hangup);
}

static void shard_free(struct shard *s)
{
    if (s->hangup)
        hangup_free(s->hangup);
    if (s->loop)
        ev_loop_destroy(s->loop);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static struct shard *shard_new(unsigned index)
{
    pthread_mutexattr_t adaptive;
    struct shard *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->index = index;
    pthread_mutexattr_init(&adaptive);
    pthread_mutexattr_settype(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(&s->lock, &adaptive);
    pthread_mutexattr_destroy(&adaptive);
    list_init(&s->followers);
    list_init(&s->connections);
    list_init(&s->patient);
    list_init(&s->graves);
    list_init(&s->spare_requests);
    s->connection_ids = (struct slots)SLOTS_INIT(SLOTS_CONNECTIONS, index);
    s->request_ids = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, index);
    waiter_init(&s->service);
    if (shard_init_loop(s) && (s->hangup = hangup_new(s)) && shard_try_loop(s))
        return s;
    shard_free(s);
    return NULL;
}

enum result shards_start(unsigned count)
{
    unsigned made = 0;

    if (!reserve_start())
        goto no_memory;
    for (; made < count; made++) {
        shards[made] = shard_new(made);
        if (!shards[made])
            goto no_memory;
    }
    shard_count = count;
    return RESULT_OK;
no_memory:
    while (made)
        shard_free(shards[--made]);
    return RESULT_NO_MEMORY;
}

void shard_expect_turn(struct shard *s)
{
    if (ev_is_active(&s->turn))
        return;
    ev_timer_set(&s->turn, 0.0, 0.0);
    ev_timer_start(s->loop, &s->turn);
    shard_poke(s);
}

void shards_lock_all(void)
{
    for (unsigned i = 0; i < shard_count; i++)
        shard_lock(shards[i]);
}

void shards_unlock_all(void)
{
    for (unsigned i = shard_count; i-- > 0;)
        shard_unlock(shards[i]);
}

void shard_poke(struct shard *s)
{
    if (s->polling)
        ev_async_send(s->loop, &s->wake);
}

struct shard *shard_of_thread(void)
{
    static atomic_uint next;
    static __thread unsigned mine; /* index + 1 */

    if (!mine)
        mine = atomic_fetch_add_explicit(&next, 1, memory_order_relaxed) % SHARDS_MAX + 1;
    return shards[(mine - 1) % shard_count];
}

/* A turn that ends at the deadline at the latest. */
static void run_until(struct shard *s, uint64_t deadline)
{
    uint64_t now = clock_ns();

    ev_now_update(s->loop);
    ev_timer_set(&s->limit, deadline > now ? (double)(deadline - now) * 1e-9 : 0.0, 0.0);
    ev_timer_start(s->loop, &s->limit);
    ev_run(s->loop, EVRUN_ONCE);
    ev_timer_stop(s->loop, &s->limit);
}

void shard_turn(struct shard *s, struct waiter *leader, uint64_t deadline)
{
    if (!waiter_begin_leading(leader, s->index))
        return;
    if (deadline == WAIT_FOR_EVER)
        ev_run(s->loop, EVRUN_ONCE);
    else
        run_until(s, deadline);
    connections_bury(s);
    waiter_stop_leading(leader, s->index);
}

double shard_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
