/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.h: requests that wait for an application, and receives that wait for a request.
 *
 * A queue has a lane for each shard, with a lock of its own: requests wait in the lane of the shard they came in on,
 * receives in that of their thread's shard, and what a shard and its threads do among themselves touches nothing that
 * another shard uses. Only who finds nothing in their own lane look at the others:
 *
 *   a request  goes to a receive of its own lane, or of another one that says it has some, or waits
 *   a receive  gets a request of its own lane, or of another one that says it has some, or waits; of another one, too, when
 *              that has waited a millisecond longer, so that no connection depends on which threads receive
 *
 * Both count themselves as waiting before they look at the others' counts for the last time, so of a request and a receive
 * that come at the same moment at least one sees the other; it then takes both lanes' locks, in the order of their
 * indexes, and puts together what is there. tests/model/lanes.pml checks that no pair is left waiting, and none is put
 * together twice.
 *
 * So requests and receives don't wait together, but for requests that are left a moment for a thread that will be back
 * (see wait.h). Within a lane receives are served in the order they were begun; a blocked receive whose thread leads the
 * shard the request came from goes first, because that costs no wake-up.
 */
#ifndef HTTPAPI_ENGINE_QUEUE_H
#define HTTPAPI_ENGINE_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "io.h"
#include "pace.h"
#include "page.h"
#include "shard.h"
#include "text.h"
#include "wait.h"

struct request;

/* What waits, of one shard. */
struct lane {
    pthread_mutex_t lock;
    struct list ready;           /* struct request */
    struct list receives;        /* struct receive */
    atomic_uint ready_count, receive_count; /* changed under the lock, read without */
    _Atomic(uint64_t) oldest;    /* when the first of `ready` came, in clock_ticks(), never 0; 0: there is none. The same */
    struct pace pace;            /* of threads that take requests from `ready` */
} __attribute__((aligned(64)));  /* a cache line of another lane isn't touched */

#define QUEUE_NAME_SIZE 392 /* bytes, with the NUL: three for each of 130 characters */

struct queue {
    struct list node;      /* in the list of all queues */
    atomic_uint ready_max; /* HttpServerQueueLengthProperty; more are answered with 503 */
    atomic_bool open;      /* false after shutdown or close */
    atomic_bool enabled;   /* HttpServerStateProperty; new requests get a 503 when false */
    _Atomic(enum verbosity) verbosity;
    char name[QUEUE_NAME_SIZE]; /* UTF-8; the first lane's lock */
    struct lane lanes[SHARDS_MAX];
};

/* A receive; its io ends with RESULT_OK and the request, which the caller then owns until request_deliver(). */
struct receive {
    struct io io;
    struct request *request;
    struct lane *lane;      /* that it waits in */
    struct waiter *blocked; /* the thread that waits for it, or NULL */
};

#define QUEUE_LENGTH_DEFAULT 1000

/* For the error log. No lane's lock; `copy` is where the name is returned. */
void queue_set_name(struct queue *q, const char *name);
struct text queue_name(struct queue *q, char copy[QUEUE_NAME_SIZE]);

/* NULL when there is no memory. The engine keeps the memory of a closed queue for the next one. */
struct queue *queue_open(void);

/*
 * How many requests may wait (some more may, when several shards bring them at once), whether any may, and what the
 * others are told. No locks.
 */
void queue_configure(struct queue *q, unsigned ready_max, bool enabled, enum verbosity verbosity);

/*
 * No request comes in any more: pending receives end with RESULT_CANCELED, waiting requests get a 503. Requests
 * that the application holds are left alone (shutdown) or their connections reset (close).
 * Runs io_flush(). No locks.
 */
void queue_shutdown(struct queue *q);
void queue_close(struct queue *q);

/*
 * A queue that is closed may become another one. Not before all calls are over that were made for this one: what they began
 * would be the other's. Config lock or none.
 */
void queue_recycle(struct queue *q);

/*
 * RESULT_OK with the first waiting request, RESULT_PENDING, or RESULT_CANCELED after shutdown. A pending one may be over
 * when this returns. No locks; may run io_flush().
 */
enum result queue_receive(struct queue *q, struct receive *rx);

/* Hands the request to a receive or keeps it. Lock of the request's shard. False: the queue is full, not enabled or not open. */
bool queue_push(struct queue *q, struct request *r);

/* Why queue_push() didn't take a request, and how much of that its client is told. Any locks. */
enum page queue_refusal(struct queue *q);
enum verbosity queue_verbosity(struct queue *q);

/* Takes a waiting request back. Lock of the request's shard. False: a receive has it already. */
bool queue_forget(struct queue *q, struct request *r);

/* Ends with RESULT_CANCELED each pending receive that `match` picks; how many. No locks. */
unsigned queue_cancel(struct queue *q, io_match *match, const void *arg);

/*
 * Gives requests of shard `index` that were left for a returning thread to receives that sleep. No locks. False: as
 * ports_hand_off().
 */
bool queues_hand_off(unsigned index);

#endif
