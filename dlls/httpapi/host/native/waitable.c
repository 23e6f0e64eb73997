/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitable.c: waiting for one or all of several objects, and ending waits.
 *
 * A waiting thread puts one wait block on each object. The thread's state goes from WAITING to how the wait ended by
 * one compare-and-swap, whoever does it: the thread that signals, or the waiting thread itself at its deadline. Only
 * the winner takes from an object's count, under the object's lock, so no signal is lost and none is taken twice.
 *
 * Locks: an object's own lock protects its count and its list of blocks; a thread holds one such lock at a time. A wait
 * for all has to look at several counts in the same instant. It goes through all_lock: holding that, a thread may lock
 * several objects in any order, because nobody who waits for an object's lock without it holds another one. Blocks of
 * such waits come and go under all_lock, and signalling an object that has any is done under all_lock too.
 */
#include "waitable.h"

#include <pthread.h>

enum { WAITING = 0xffffffffu };

struct wait;

struct block {
    struct list node; /* in waitable.waiters */
    struct wait *wait;
};

/* One call of waitables_wait(), on its stack. */
struct wait {
    atomic_uint state; /* WAITING, the index of the object that ended it, or WAIT_TIMEOUT; also the futex word */
    bool all;
    unsigned count;
    struct waitable **objects;
    struct block blocks[MAXIMUM_WAIT_OBJECTS];
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;

void waitable_init(struct waitable *w, const struct object_type *type, LONG count, LONG limit, bool consumed)
{
    object_init(&w->object, type);
    atomic_init(&w->lock.word, 0);
    w->consumed = consumed;
    w->all_waiters = 0;
    w->count = count;
    w->limit = limit;
    list_init(&w->waiters);
}

/* The object's lock. */
static void consume(struct waitable *w)
{
    if (w->consumed)
        w->count--;
}

static bool wait_end(struct wait *wait, unsigned how)
{
    unsigned waiting = WAITING;

    return atomic_compare_exchange_strong(&wait->state, &waiting, how);
}

static void lock_all(struct wait *wait, const struct waitable *except)
{
    for (unsigned i = 0; i < wait->count; i++)
        if (wait->objects[i] != except)
            lock_take(&wait->objects[i]->lock);
}

static void unlock_all(struct wait *wait, const struct waitable *except)
{
    for (unsigned i = 0; i < wait->count; i++)
        if (wait->objects[i] != except)
            lock_drop(&wait->objects[i]->lock);
}

/* Takes from all objects if all are signalled and the wait isn't over. all_lock and all the objects' locks. */
static bool take_all(struct wait *wait)
{
    for (unsigned i = 0; i < wait->count; i++)
        if (wait->objects[i]->count <= 0)
            return false;
    if (!wait_end(wait, WAIT_OBJECT_0))
        return false;
    for (unsigned i = 0; i < wait->count; i++)
        consume(wait->objects[i]);
    return true;
}

/* all_lock and w's lock. The waiting thread needs all_lock to leave, so *wait stays. */
static void offer_to_all(struct waitable *w, struct wait *wait)
{
    lock_all(wait, w);
    if (take_all(wait))
        futex_wake(&wait->state, 1);
    unlock_all(wait, w);
}

/*
 * w's lock. The block comes off the list before the wait may end: afterwards the waiting thread may leave without
 * locking w, and its stack is gone. When the wait has ended otherwise, its thread waits for w's lock.
 */
static void offer_to_one(struct waitable *w, struct block *block)
{
    struct wait *wait = block->wait;

    list_del(&block->node);
    if (wait_end(wait, (unsigned)(block - wait->blocks))) {
        consume(w);
        futex_wake(&wait->state, 1);
    }
}

/* w's lock, and all_lock when w has waiters for all. */
static void offer(struct waitable *w)
{
    struct list *pos, *next;

    list_for_each_safe(pos, next, &w->waiters) {
        struct block *block = container_of(pos, struct block, node);

        if (w->count <= 0)
            return;
        if (block->wait->all)
            offer_to_all(w, block->wait);
        else
            offer_to_one(w, block);
    }
}

/* Locks w for signalling; true when all_lock was needed. */
static bool begin_signal(struct waitable *w)
{
    lock_take(&w->lock);
    if (!w->all_waiters)
        return false;
    lock_drop(&w->lock);
    pthread_mutex_lock(&all_lock);
    lock_take(&w->lock);
    return true;
}

static void end_signal(struct waitable *w, bool all)
{
    offer(w);
    lock_drop(&w->lock);
    if (all)
        pthread_mutex_unlock(&all_lock);
}

bool waitable_add(struct waitable *w, LONG count, LONG *previous)
{
    bool all = begin_signal(w), fits = count <= w->limit - w->count;

    if (fits && previous)
        *previous = w->count;
    if (fits)
        w->count += count;
    end_signal(w, all);
    return fits;
}

void waitable_set(struct waitable *w)
{
    bool all = begin_signal(w);

    w->count = w->limit;
    end_signal(w, all);
}

void waitable_reset(struct waitable *w)
{
    lock_take(&w->lock);
    w->count = 0;
    lock_drop(&w->lock);
}

static void sleep_until_ended(struct wait *wait, deadline until)
{
    while (atomic_load(&wait->state) == WAITING)
        if (!futex_wait(&wait->state, WAITING, until))
            wait_end(wait, WAIT_TIMEOUT);
}

/*
 * Takes from the object if it is signalled, else lines up for it (queue). False when it did the latter. The wait may be
 * over already because of an object that it lined up for before.
 */
static bool try_one(struct wait *wait, unsigned i, bool queue)
{
    struct waitable *w = wait->objects[i];
    bool signalled;

    lock_take(&w->lock);
    signalled = w->count > 0;
    if (signalled && wait_end(wait, i))
        consume(w);
    else if (!signalled && queue)
        list_add_tail(&w->waiters, &wait->blocks[i].node);
    lock_drop(&w->lock);
    return signalled;
}

static void leave_one(struct wait *wait, unsigned queued)
{
    unsigned ended = atomic_load(&wait->state);

    for (unsigned i = 0; i < queued; i++) {
        if (i == ended)
            continue; /* taken off by who ended the wait */
        lock_take(&wait->objects[i]->lock);
        list_del(&wait->blocks[i].node);
        lock_drop(&wait->objects[i]->lock);
    }
}

static void wait_one(struct wait *wait, deadline until)
{
    bool queue = until != DEADLINE_PAST;
    unsigned i = 0;

    while (i < wait->count && !try_one(wait, i, queue))
        i++;
    if (queue) {
        sleep_until_ended(wait, until);
        leave_one(wait, i);
    }
}

static void queue_all(struct wait *wait)
{
    for (unsigned i = 0; i < wait->count; i++) {
        list_add_tail(&wait->objects[i]->waiters, &wait->blocks[i].node);
        wait->objects[i]->all_waiters++;
    }
}

static void leave_all(struct wait *wait)
{
    pthread_mutex_lock(&all_lock);
    for (unsigned i = 0; i < wait->count; i++) {
        struct waitable *w = wait->objects[i];

        lock_take(&w->lock);
        list_del(&wait->blocks[i].node);
        w->all_waiters--;
        lock_drop(&w->lock);
    }
    pthread_mutex_unlock(&all_lock);
}

static void wait_all(struct wait *wait, deadline until)
{
    bool queue;

    pthread_mutex_lock(&all_lock);
    lock_all(wait, NULL);
    queue = !take_all(wait) && until != DEADLINE_PAST;
    if (queue)
        queue_all(wait);
    unlock_all(wait, NULL);
    pthread_mutex_unlock(&all_lock);
    if (queue) {
        sleep_until_ended(wait, until);
        leave_all(wait);
    }
}

DWORD waitables_wait(struct waitable **objects, unsigned count, bool all, deadline until)
{
    struct wait wait;

    atomic_init(&wait.state, WAITING);
    wait.all = all && count > 1;
    wait.count = count;
    wait.objects = objects;
    for (unsigned i = 0; i < count; i++)
        wait.blocks[i].wait = &wait;
    if (wait.all)
        wait_all(&wait, until);
    else
        wait_one(&wait, until);
    wait_end(&wait, WAIT_TIMEOUT); /* a look that found nothing */
    return atomic_load(&wait.state);
}
