/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h: a completion port's packets, and the threads that wait for them.
 *
 * The packets lie in a ring that doubles when it is full, so that pushing allocates nothing in steady state. When there is no
 * memory for that, the end of an operation waits behind the ring in memory that the operation had (struct late_packet): its
 * packet has been promised. A thread
 * that finds the ring empty waits (wait.h), and so runs a shard's loop when nobody else does: the packet it waits for is
 * often one it makes itself.
 *
 *   take: ring -> packet
 *         empty: in port.waiters -> ended by a push, taken off by its deadline, or by close -> looks again
 *
 * A push ends one wait; the packet itself stays in the ring for whoever gets there first. A thread that was ended in vain
 * waits again.
 */
#ifndef HTTPAPI_ENGINE_PORT_H
#define HTTPAPI_ENGINE_PORT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "pace.h"
#include "result.h"
#include "wait.h"

struct packet {
    uintptr_t key;
    uintptr_t value; /* the caller's OVERLAPPED, or whatever was posted */
    uintptr_t bytes;
    int32_t status;
};

/* A packet behind a full ring, in its sender's memory. */
struct late_packet {
    struct list node;
    struct packet packet;
    void (*free)(struct late_packet *); /* called when the packet is in the ring or taken; port lock */
};

struct port {
    pthread_mutex_t lock;
    struct list node;     /* in the list of all ports */
    bool closed;
    atomic_bool served;   /* somebody takes packets */
    struct packet *ring;
    unsigned capacity, head, count; /* capacity is a power of two or 0 */
    struct list late;     /* struct late_packet; empty unless the ring is full */
    unsigned late_count;
    struct pace pace;     /* of threads that take packets */
    struct list waiters;  /* struct port_waiter, the last one to come first */
    void (*no_waiter)(struct port *); /* a packet came and nobody waits here, or the end; NULL: so be it. Port lock */
};

void port_init(struct port *p);

/* Nobody waits any more, and nobody will. */
void port_destroy(struct port *p);

/* Who brings a packet, and so who is to be woken for it. */
enum port_pusher {
    PUSH_COMPLETION, /* the end of an operation: nobody, when the thread takes packets from this port itself */
    PUSH_POST        /* a program's own packet: somebody */
};

/* RESULT_NO_MEMORY, RESULT_GONE when the port is closed. Any thread; no locks but the port's are taken. */
enum result port_push(struct port *p, const struct packet *packet, enum port_pusher pusher);

/* The same for the end of an operation, which can't fail: RESULT_PENDING when the packet lies in *late. */
enum result port_complete(struct port *p, const struct packet *packet, struct late_packet *late);

/*
 * Takes up to `most` packets in the order in which they were pushed, and waits for the first one until `deadline`
 * (nanoseconds of CLOCK_MONOTONIC; WAIT_NO_TIME, WAIT_FOR_EVER). RESULT_OK, RESULT_TIMEOUT, RESULT_GONE when the port
 * was closed. No locks; runs io_flush() when it waits.
 */
enum result port_take(struct port *p, struct packet *packets, unsigned most, unsigned *taken, uint64_t deadline);

/*
 * The calling thread begins an operation whose packet may come to this port.
 *
 * Some threads only take packets and wake others with the work, as those of Wine's and .NET's thread pools do. When each
 * thread that is woken pushes its waker off the CPU, what should be handed out in one go costs two switches a packet. So
 * threads that take without beginning operations, and threads that begin operations whose packets others take, become
 * such as don't push anybody off (SCHED_BATCH), for good; a scheduling policy that somebody chose is left alone. With it
 * hello-pool answers two to three times as many requests (docs/performance.md). A thread that does both is left as it is.
 */
void port_at_work(const struct port *p);

bool port_is_empty(struct port *p);

/* All waits end with RESULT_GONE, and so does everything from now on. No locks. */
void port_close(struct port *p);

/*
 * Wakes waiting threads for packets that were left to threads which didn't come back. By the service threads. False when
 * it is too early to say that of some (pace.h): look again.
 */
bool ports_hand_off(void);

#endif
