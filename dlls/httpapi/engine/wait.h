/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.h: a thread that must wait, and who runs the loops meanwhile.
 *
 * Leader and followers: of the threads that wait, one runs its shard's loop (the leader); what it reads there is
 * often its own work, and then no thread was woken. The others sleep. A service thread for each shard leads
 * when no application thread waits.
 *
 *   an application thread that begins to wait   leads, if nobody does; asks the service thread to make way, if
 *                                               that one leads; else follows (sleeps)
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

#include "list.h"

struct receive;
struct shard;

/* WAIT_LEADS + i: runs the loop of shard i, so ending the wait means waking that loop. */
enum wait_state { WAIT_AWAKE, WAIT_ASLEEP, WAIT_OVER, WAIT_LEADS };

struct waiter {
    atomic_uint state; /* enum wait_state; also the futex word */
    struct list node;  /* in shard.followers */
    _Atomic(struct receive *) receive; /* the receive it waits for while that is in a queue; of queue.c */
};

void waiter_init(struct waiter *w);

/* The wait is over; wakes the thread if it sleeps or polls. Any thread, any locks, once. */
void waiter_end(struct waiter *w);

/* The caller begins and stops to run the loop of shard `index`. Begin is false when the wait is over. */
bool waiter_begin_leading(struct waiter *w, unsigned index);
void waiter_stop_leading(struct waiter *w, unsigned index);

/* Waits for waiter_end(), leading a shard when one needs it. No locks. Runs io_flush(). */
void waiter_wait(struct waiter *w);

/* The body of the service thread of shard `index`: never returns. The host makes one for each shard. */
void service_run(unsigned index) __attribute__((noreturn));

/*
 * Work was left for an application thread that will probably fetch it soon: the service thread sees to it
 * that somebody does. Shard lock.
 */
void service_expect(struct shard *s);

#endif
