/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.c: the ring, and whom a packet wakes.
 */
#include "port.h"

#include <sched.h>
#include <stdlib.h>

#include "shard.h"

#define RING_FIRST 64
#define HABIT 16 /* so often a thread has done a thing when we believe it will go on so */

struct port_waiter {
    struct waiter waiter;
    struct port *port;
    struct list node; /* in port.waiters until somebody ends the wait */
};

static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER; /* before a port's lock */
static struct list ports = LIST_INIT(ports);

static __thread struct port_waiter *waiting; /* this thread's wait, in which it may be running a loop */
static __thread const struct port *taken_from; /* where this thread's last packet came from; perhaps gone */
static __thread bool at_work;                  /* it has begun an operation since */

void port_init(struct port *p)
{
    *p = (struct port){.lock = PTHREAD_MUTEX_INITIALIZER};
    list_init(&p->waiters);
    list_init(&p->late);
    pthread_mutex_lock(&ports_lock);
    list_add(&ports, &p->node);
    pthread_mutex_unlock(&ports_lock);
}

void port_destroy(struct port *p)
{
    pthread_mutex_lock(&ports_lock);
    list_del(&p->node);
    pthread_mutex_unlock(&ports_lock);
    pthread_mutex_destroy(&p->lock);
    free(p->ring);
}

/* Port lock. */
static bool ring_grow(struct port *p)
{
    unsigned capacity = p->capacity ? p->capacity * 2 : RING_FIRST;
    struct packet *ring = capacity > p->capacity ? malloc(capacity * sizeof *ring) : NULL;

    if (!ring)
        return false;
    for (unsigned i = 0; i < p->count; i++)
        ring[i] = p->ring[(p->head + i) & (p->capacity - 1)];
    free(p->ring);
    p->ring = ring;
    p->capacity = capacity;
    p->head = 0;
    return true;
}

static void ring_add(struct port *p, const struct packet *packet)
{
    p->ring[(p->head + p->count++) & (p->capacity - 1)] = *packet;
}

/* Port lock. */
static struct packet late_take(struct port *p)
{
    struct late_packet *late = container_of(list_pop(&p->late), struct late_packet, node);
    struct packet packet = late->packet;

    p->late_count--;
    late->free(late);
    return packet;
}

/* Room for one more, behind what is late. Port lock. */
static bool make_room(struct port *p)
{
    while (p->count < p->capacity || ring_grow(p)) {
        struct packet packet;

        if (list_empty(&p->late))
            return true;
        packet = late_take(p);
        ring_add(p, &packet);
    }
    return false;
}

static unsigned waiting_packets(const struct port *p)
{
    return p->count + p->late_count;
}

/* Port lock. */
static unsigned ring_take(struct port *p, struct packet *packets, unsigned most)
{
    unsigned n = most < p->count ? most : p->count;

    for (unsigned i = 0; i < n; i++)
        packets[i] = p->ring[(p->head + i) & (p->capacity - 1)];
    p->head += n;
    p->count -= n;
    while (n < most && !list_empty(&p->late))
        packets[n++] = late_take(p);
    p->pace.taken += n;
    return n;
}

/* Under the port's lock, so that a thread whose deadline passes now finds its wait ended or its own. */
static void end_wait(struct port_waiter *w)
{
    list_del(&w->node);
    waiter_end(&w->waiter);
}

/* The last one to come (its stack is still in the cache), rather one that sleeps than one that runs a loop. */
static struct port_waiter *choose_waiter(struct port *p)
{
    struct list *l;

    list_for_each(l, &p->waiters) {
        struct port_waiter *w = container_of(l, struct port_waiter, node);

        if (waiter_is_asleep(&w->waiter))
            return w;
    }
    return container_of(p->waiters.next, struct port_waiter, node);
}

/*
 * For the packet that was just put into the ring. True when it was left to this thread, which will probably take it in
 * some microseconds; the service thread has to see whether it did. Port lock.
 */
static bool wake(struct port *p, enum port_pusher pusher)
{
    bool mine = waiting && waiting->port == p;

    if (list_empty(&p->waiters)) {
        if (p->no_waiter)
            p->no_waiter(p);
        return false;
    }
    if (mine && !list_empty(&waiting->node)) {
        end_wait(waiting);
        return false;
    }
    if (mine)
        return false; /* a leader: when it leaves, the service thread looks */
    if (pusher == PUSH_COMPLETION && taken_from == p && shard_count)
        return true;
    end_wait(choose_waiter(p));
    return false;
}

static enum result push(struct port *p, const struct packet *packet, enum port_pusher pusher, struct late_packet *late)
{
    enum result result = RESULT_OK;
    bool left = false;

    pthread_mutex_lock(&p->lock);
    if (p->closed) {
        result = RESULT_GONE;
    } else if (make_room(p)) {
        ring_add(p, packet);
    } else if (late) {
        late->packet = *packet;
        list_add_tail(&p->late, &late->node);
        p->late_count++;
        result = RESULT_PENDING;
    } else {
        result = RESULT_NO_MEMORY;
    }
    if (result == RESULT_OK || result == RESULT_PENDING)
        left = wake(p, pusher);
    pthread_mutex_unlock(&p->lock);
    if (left)
        service_expect_thread();
    return result;
}

enum result port_push(struct port *p, const struct packet *packet, enum port_pusher pusher)
{
    return push(p, packet, pusher, NULL);
}

enum result port_complete(struct port *p, const struct packet *packet, struct late_packet *late)
{
    return push(p, packet, PUSH_COMPLETION, late);
}

/* With nothing in the ring: waits for a push. Port lock, which is let go meanwhile. False after the deadline. */
static bool wait_for_push(struct port *p, uint64_t deadline)
{
    struct port_waiter w = {.port = p};
    bool in_time;

    waiter_init(&w.waiter);
    list_add(&p->waiters, &w.node);
    pthread_mutex_unlock(&p->lock);
    waiting = &w;
    in_time = waiter_wait_until(&w.waiter, deadline);
    waiting = NULL;
    pthread_mutex_lock(&p->lock);
    list_del(&w.node);
    return in_time;
}

static void give_way(unsigned *times)
{
    if (++*times == HABIT && sched_getscheduler(0) == SCHED_OTHER)
        sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &(struct sched_param){0});
}

void port_at_work(const struct port *p)
{
    static __thread unsigned works_for_others;

    at_work = true;
    if (taken_from != p && atomic_load_explicit(&p->served, memory_order_relaxed) && works_for_others < HABIT)
        give_way(&works_for_others);
}

/* The calling thread got packets. It hands them out when it did nothing with the ones before. */
static void note_taker(struct port *p)
{
    static __thread unsigned hands_out;

    if (taken_from == p && !at_work && hands_out < HABIT)
        give_way(&hands_out);
    if (!atomic_load_explicit(&p->served, memory_order_relaxed))
        atomic_store(&p->served, true);
    taken_from = p;
    at_work = false;
}

enum result port_take(struct port *p, struct packet *packets, unsigned most, unsigned *taken, uint64_t deadline)
{
    bool in_time = deadline != WAIT_NO_TIME, closed;

    pthread_mutex_lock(&p->lock);
    while (!(*taken = ring_take(p, packets, most)) && !p->closed && in_time)
        in_time = wait_for_push(p, deadline);
    closed = p->closed;
    pthread_mutex_unlock(&p->lock);
    if (*taken)
        note_taker(p);
    return *taken ? RESULT_OK : closed ? RESULT_GONE : RESULT_TIMEOUT;
}

bool port_is_empty(struct port *p)
{
    bool empty;

    pthread_mutex_lock(&p->lock);
    empty = !waiting_packets(p);
    pthread_mutex_unlock(&p->lock);
    return empty;
}

void port_close(struct port *p)
{
    pthread_mutex_lock(&p->lock);
    p->closed = true;
    p->count = 0;
    while (!list_empty(&p->late))
        late_take(p);
    while (!list_empty(&p->waiters))
        end_wait(container_of(p->waiters.next, struct port_waiter, node));
    if (p->no_waiter)
        p->no_waiter(p);
    pthread_mutex_unlock(&p->lock);
}

static bool hand_off(struct port *p, uint64_t now)
{
    bool all = true;

    pthread_mutex_lock(&p->lock);
    if (pace_is_quick(&p->pace, now))
        all = !waiting_packets(p) || list_empty(&p->waiters);
    else
        for (unsigned n = waiting_packets(p); n && !list_empty(&p->waiters); n--)
            end_wait(choose_waiter(p));
    pthread_mutex_unlock(&p->lock);
    return all;
}

bool ports_hand_off(void)
{
    uint64_t now = clock_ns();
    bool all = true;
    struct list *l;

    pthread_mutex_lock(&ports_lock);
    list_for_each(l, &ports)
        all &= hand_off(container_of(l, struct port, node), now);
    pthread_mutex_unlock(&ports_lock);
    return all;
}
