/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection.h: one TCP connection.
 *
 * States in the order of a connection's life; set_state() asserts the moves.
 *
 *   IDLE     waits for the first byte of a request
 *   HEAD     reads request line and headers
 *   REQUEST  a request is with a queue or the application; its body may still come in
 *   DRAIN    answered, but body bytes are still to come: reads and drops them
 *   LINGER   our FIN is out: reads and drops until the client's FIN, or until it has had its time
 *   CLOSED   nothing works any more; freed when no thread uses the socket (users == 0)
 *
 *   IDLE -> HEAD -> REQUEST -> DRAIN -> IDLE;  REQUEST -> IDLE, HEAD;  DRAIN -> HEAD;  REQUEST, DRAIN -> LINGER;
 *   any -> CLOSED. A head that is refused is a REQUEST first.
 */
#ifndef HTTPAPI_ENGINE_CONNECTION_H
#define HTTPAPI_ENGINE_CONNECTION_H

#include <ev.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "io.h"
#include "limits.h"
#include "page.h"

struct queue;
struct request;
struct shard;

enum connection_state {
    CONN_IDLE, CONN_HEAD, CONN_REQUEST, CONN_DRAIN, CONN_LINGER, CONN_CLOSED,
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

#define TAKEN_UNKNOWN UINT64_MAX

struct connection {
    struct shard *shard;
    struct list node;         /* shard.connections, then perhaps shard.graves */
    struct list turn;         /* shard.patient: what is here already waits for the loop's next turn */
    unsigned pipelined;       /* requests in a row without a turn of the loop */
    uint64_t id;
    int fd;
    enum connection_state state;
    unsigned users;           /* threads that use fd without the lock; see connection_close() */
    bool parked;              /* not read from; the hangup watch looks for a reset instead */
    bool watched;             /* parked: by that watch, which the kernel may have no room for */
    bool client_done;         /* the client's FIN was read */
    uint8_t dscp;             /* what the program had its packets marked with; 0: nothing */
    struct request *request;  /* the present one */
    unsigned requests;        /* how many were routed */
    uint64_t begun;           /* clock_ticks() */
    ev_io readable, writable;
    /* When the sweep acts, by shard_now(); 0: never. */
    double deadline;          /* ends the state; in REQUEST: the wait in the queue */
    double body_due;          /* REQUEST: more of the body must have come; LINGER: anything */
    double send_due;          /* REQUEST: the client must have taken more of what waits to be sent */
    uint64_t taken;           /* bytes it had taken when send_due was set, or TAKEN_UNKNOWN */
    uint32_t dropped;         /* bytes, in LINGER */
    struct limits limits;
    struct list disconnects;  /* struct io, HttpWaitForDisconnect */
    union address local, remote;
};

/* Takes over an accepted, non-blocking socket. Resets it when there is no memory, or MaxConnections are open. Shard lock. */
void connection_new(struct shard *s, int fd, const union address *remote);

/* How many there are, with those that a loop is about to free. Any locks. */
unsigned connections_count(void);

/*
 * Ends it now: with a reset, or (reset false) a plain close. All operations on it end; a request that waits in a
 * queue leaves it, one that the application holds loses its id. Shard lock.
 */
void connection_close(struct connection *c, bool reset);

/*
 * A thread begins and stops to use connection, request or socket without the lock, or across calls that may end
 * them: they stay meanwhile. The last one to stop settles. Shard lock.
 */
void connection_use(struct connection *c);
void connection_unuse(struct connection *c);

/*
 * Takes the step that is due when nobody uses the connection: frees it when it is closed, goes on to the next request
 * when the present one is over. Whoever may have brought that about without a use calls it last: *c may be gone.
 * Shard lock.
 */
void connection_settle(struct connection *c);

/* Body bytes of the present request have come: the next ones have their time again. Shard lock. */
void connection_body_came(struct connection *c);

/*
 * Stops reading until connection_resume(), which also has the loop look at what came before and couldn't be told then.
 * Shard lock.
 */
void connection_park(struct connection *c);
void connection_resume(struct connection *c);

/* Whether the loop is to call send_continue() when the socket takes more. Shard lock. */
void connection_want_write(struct connection *c, bool want);

/*
 * Whether the socket's end is a reset, whoever brings it about, if only that of the process: while an answer is under way that
 * a client would take for whole. One system call. Shard lock.
 */
void connection_end_with_reset(struct connection *c, bool reset);

/* The client hasn't acknowledged all that was sent: a reset would take the rest away. One system call. Shard lock. */
bool connection_is_sending(const struct connection *c);

/*
 * Answers the present request with an error page of ours (or nothing, when a response has begun) and ends the
 * connection; with a reset and nothing, where the queue's verbosity says so, or an answer is cut that only the connection's end
 * would end. Shard lock.
 */
void connection_refuse(struct connection *c, enum page page);

/* A turn of the loop for those whose pipelined requests have waited for it. Shard lock. */
void connections_go_on(struct shard *s);

/* Frees what was closed while the loop slept. Shard lock, by the leader. */
void connections_bury(struct shard *s);

#endif
