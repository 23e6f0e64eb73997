/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.h: a thread that must wait, and who runs the loops meanwhile.
 *
 * Leader and followers: of the threads that wait, one runs a shard's loop (its leader); what it reads there is
 * often its own work, and then no thread was woken. The others sleep. A service thread for each shard leads
 * when no application thread waits.
 *
 *   an application thread that begins to wait   takes its own shard, or the next that no application thread leads;
 *                                               its own, when all are led. Leads there, if nobody does; asks the
 *                                               service thread to make way, if that one leads; else follows (sleeps)
 *   a leader whose wait is over                 leaves; nobody is woken at once, because it is probably back in
 *                                               some microseconds
 *   the service thread                          looks every millisecond while application threads come and go:
 *                                               finds the shard without a leader twice -> wakes a follower or
 *                                               leads itself. Sleeps for good while one leader stays.
 *
 * So a loop is without a leader for about a millisecond at most, and a busy server pays for no hand-over.
 */
#ifndef HTTPAPI_ENGINE_WAIT_H
#define HTTPAPI_ENGINE_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "list.h"

struct lane;
struct queue;
struct receive;
struct shard;

/* WAIT_LEADS + i: runs the loop of shard i, so ending the wait means waking that loop. */
enum wait_state { WAIT_AWAKE, WAIT_ASLEEP, WAIT_OVER, WAIT_LEADS };

struct waiter {
    atomic_uint state; /* enum wait_state; also the futex word */
    struct list node;  /* in shard.followers */
    _Atomic(struct receive *) receive; /* the receive it waits for while that is in a queue; of queue.c */
    struct queue *queue;               /* that queue, and where in it: a receive that is over may be something else */
    struct lane *lane;
};

/* Deadlines are nanoseconds, of clock_ns(). */
#define WAIT_NO_TIME ((uint64_t)0)
#define WAIT_FOR_EVER CLOCK_NEVER

void waiter_init(struct waiter *w);

/* Would it be woken by a futex, at this moment? */
static inline bool waiter_is_asleep(struct waiter *w)
{
    return atomic_load_explicit(&w->state, memory_order_relaxed) == WAIT_ASLEEP;
}

/* The wait is over; wakes the thread if it sleeps or polls. Any thread, any locks, once. */
void waiter_end(struct waiter *w);

/* The caller begins and stops to run the loop of shard `index`. Begin is false when the wait is over. */
bool waiter_begin_leading(struct waiter *w, unsigned index);
void waiter_stop_leading(struct waiter *w, unsigned index);

/*
 * Waits for waiter_end(), leading a shard when one needs it (where there are none yet, it only sleeps). False when the
 * deadline came first: somebody may end the wait all the same until the caller has seen to it that nobody can. No
 * locks. Runs io_flush().
 */
bool waiter_wait_until(struct waiter *w, uint64_t deadline);

static inline void waiter_wait(struct waiter *w)
{
    waiter_wait_until(w, WAIT_FOR_EVER);
}

/* The body of the service thread of shard `index`: never returns. The host makes one for each shard. */
void service_run(unsigned index) __attribute__((noreturn));

/*
 * Work was left for an application thread that will probably fetch it soon: the service thread sees to it
 * that somebody does. Shard lock.
 */
void service_expect(struct shard *s);

/* The same for work that was left to the calling thread itself. No shard's lock. */
void service_expect_thread(void);

/*
 * Work that isn't of a shard and has time: called about every millisecond by a service thread, without locks, after
 * service_attend() and as long as it returns true. The host sets it before there is a service thread; NULL: none.
 */
extern bool (*service_chore)(void);

/* There is a chore again. No shard's lock. */
void service_attend(void);

#endif
