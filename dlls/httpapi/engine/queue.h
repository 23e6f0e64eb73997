/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.h: requests that wait for an application, and receives that wait for a request.
 *
 * One of the two lists is empty, but for requests that are left a moment for a thread that will be back (see
 * wait.h). Receives are served in the order they were begun; a blocked receive whose thread leads the shard the
 * request came from goes first, because that costs no wake-up.
 */
#ifndef HTTPAPI_ENGINE_QUEUE_H
#define HTTPAPI_ENGINE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

#include "io.h"
#include "pace.h"
#include "wait.h"

struct request;
struct shard;

struct queue {
    pthread_mutex_t lock;
    struct list node;      /* in the list of all queues */
    struct list ready;     /* struct request */
    struct list receives;  /* struct receive */
    unsigned ready_count;
    struct pace pace;      /* of threads that take requests from `ready` */
    unsigned ready_max;    /* HttpServerQueueLengthProperty; more are answered with 503 */
    bool open;             /* false after shutdown or close */
    bool enabled;          /* HttpServerStateProperty; new requests get a 503 when false */
};

/* A receive; its io ends with RESULT_OK and the request, which the caller then owns until request_deliver(). */
struct receive {
    struct io io;
    struct request *request;
    struct queue *queue;    /* that it waits in */
    struct waiter *blocked; /* the thread that waits for it, or NULL */
};

#define QUEUE_LENGTH_DEFAULT 1000

/* NULL when there is no memory. The engine keeps the memory of a closed queue for the next one. */
struct queue *queue_open(void);

/* How many requests may wait, and whether any may. No locks. */
void queue_configure(struct queue *q, unsigned ready_max, bool enabled);

/*
 * No request comes in any more: pending receives end with RESULT_CANCELED, waiting requests get a 503. Requests
 * that the application holds are left alone (shutdown) or their connections reset (close).
 * Runs io_flush(). No locks.
 */
void queue_shutdown(struct queue *q);
void queue_close(struct queue *q);

/* RESULT_OK with the first waiting request, RESULT_PENDING, or RESULT_CANCELED after shutdown. No locks. */
enum result queue_receive(struct queue *q, struct receive *rx);

/* Hands the request to a receive or keeps it. Shard lock. False: the queue is full or not open. */
bool queue_push(struct queue *q, struct request *r);

/* Takes a waiting request back. Shard lock. False: a receive has it already. */
bool queue_forget(struct queue *q, struct request *r);

/* Ends with RESULT_CANCELED each pending receive that `match` picks; how many. No locks. */
unsigned queue_cancel(struct queue *q, io_match *match, const void *arg);

/* Gives requests that were left for a returning thread to receives that sleep. No locks. False: as ports_hand_off(). */
bool queues_hand_off(void);

#endif
