/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.h: one HTTP request, from its first byte to the last byte of its answer.
 *
 * A connection borrows a request from its shard when a first byte arrives and gives it back when the answer is
 * out, so an idle connection has none. Head and body lie in one buffer, `in`:
 *
 *   [ head | body bytes that wait for the application | free ]     chunked bodies are decoded in place
 *            ^head_len  ^body.start        ^body.end
 *   behind the end of a complete body: the beginning of the next, pipelined request
 *
 * Who may touch it: the holder of the shard's lock; but in READY and TAKEN `in` belongs to the queue and then to
 * the thread that took the request, which needs no lock; the connection leaves its socket unread meanwhile.
 *
 *   PARSING -> READY -> TAKEN -> DELIVERED -> ANSWERED
 *   PARSING -> TAKEN            a receive waited for it
 *   TAKEN -> HELD -> TAKEN      the receive's buffer was too small: the request keeps its id
 *   DELIVERED -> TAKEN          once more, for body bytes that nobody read
 *   TAKEN -> READY, TAKEN       it couldn't be copied, and goes to another receive: request_return()
 *   any -> ANSWERED             refused, or its connection is lost: request_retire()
 *   ANSWERED -> PARSING         the object serves the next request: request_restart()
 */
#ifndef HTTPAPI_ENGINE_REQUEST_H
#define HTTPAPI_ENGINE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "chunks.h"
#include "clock.h"
#include "list.h"
#include "names.h"
#include "page.h"
#include "parser.h"
#include "result.h"
#include "tcp_stats.h"
#include "text.h"
#include "url.h"

struct body_read;
struct connection;
struct queue;
struct shard;

#define INPUT_FIRST 4096
#define BODY_WINDOW 65536 /* most body bytes kept for an application that doesn't read */

enum request_state {
    REQUEST_PARSING,
    REQUEST_READY,     /* in a queue; its lane's lock guards the step to TAKEN */
    REQUEST_TAKEN,     /* a receive copies it */
    REQUEST_HELD,      /* the receive's buffer was too small: it keeps its id */
    REQUEST_DELIVERED,
    REQUEST_ANSWERED,  /* the last send was accepted, or the connection is lost: the id is gone */
};

/* Of a request's way, those that took time: when it was there, for HTTP_REQUEST_TIMING_INFO. */
enum request_stage {
    STAGE_BEGUN,  /* its first byte is here, parsing begins */
    STAGE_PARSED, /* the head is complete, routing begins */
    STAGE_QUEUED,
    STAGE_MAX
};

struct header {
    struct span name, value;
    uint32_t hash;     /* of an unknown name */
    uint16_t below[2]; /* unknown names: 1 + index of one with a hash up to this one's, of one with a higher hash; or 0 */
    uint16_t same;     /* 1 + index of the next header of the same name, or 0 */
    uint16_t last;     /* of the first of a name: 1 + index of the last */
    uint8_t id;        /* enum request_header or HEADER_UNKNOWN */
    bool repeated;     /* an earlier header of the same name refers to this one */
};

/* Who frames the response's body, when it has parts. */
enum framing {
    FRAMING_GIVEN,   /* the application, or the end of the connection */
    FRAMING_CHUNKED, /* the engine */
    FRAMING_NONE,    /* the engine was asked to, but this client can't have chunks: no trailers either */
};

/* OPAQUE: the response was a 101 behind which the connection is a stream of bytes; it ends with the client's FIN. */
enum body_kind { BODY_NONE, BODY_LENGTH, BODY_CHUNKED, BODY_OPAQUE };

struct body {
    enum body_kind kind;
    bool complete;      /* its last byte was received */
    bool broken;        /* it never will be complete: bad chunk, or the client left */
    struct body_read *copying; /* to which a thread copies from [start, end), without the lock; NULL: none */
    uint32_t start, end;
    uint64_t left;      /* BODY_LENGTH: bytes still in the network; BODY_OPAQUE: more than will ever come */
    struct chunks chunks; /* BODY_CHUNKED */
    uint64_t received;  /* bytes on the wire so far, chunk framing included */
};

struct request {
    struct connection *connection;
    struct list node;       /* lane.ready, or the shard's spare requests */
    struct queue *queue;
    uint64_t id;
    uint64_t url_context;
    uint64_t reached[STAGE_MAX]; /* clock_ticks() */
    uint32_t index;         /* how many requests came before it on its connection */
    _Atomic(enum request_state) state; /* also read by the loop while a receive takes the request */
    bool taker_counts;      /* connection.users has one for the thread in TAKEN */

    char *in;
    uint32_t in_len, in_size;
    uint32_t parsed;        /* bytes of the head the parser has seen */
    uint32_t head_len;      /* set when the head is complete */
    uint32_t line_end;      /* request line complete: offset behind it; 0 before */
    llhttp_t parser;

    struct span verb_text, target;
    uint8_t verb;           /* enum verb */
    uint8_t major, minor;
    bool expects_continue;  /* the client waits for 100 Continue */
    bool close_after;       /* the connection ends with the answer */
    bool cooked;            /* `url` is this request's */
    bool reported;          /* to the error log */
    struct header *headers;
    uint16_t header_count, header_size;
    uint16_t known[REQ_MAX]; /* 1 + index of the first header of that id, or 0 */
    uint16_t unknown; /* 1 + index of the first header without id, the root of a tree by the hash of the name; or 0 */
    struct url url;
    struct body body;

    struct list reads;      /* struct body_read */
    struct list sends;      /* struct send */
    uint64_t waiting;       /* bytes of our own memory in these */
    bool sending;           /* a thread sends without the lock */
    bool response_begun;
    bool switching;         /* the response is a 101: it may make the connection opaque */
    uint8_t framing;        /* enum framing */
    bool no_content;        /* the response to HEAD, 204, 304: its content isn't sent */
    bool undelimited;       /* only the connection's end says where the response ends */
    bool promises;          /* the response has a Content-Length of the application's, */
    uint64_t promised;      /* which is so many bytes more than were sent */
};

/* A fresh request for the connection, or NULL without memory. Shard lock. */
struct request *request_new(struct connection *c);

/* Back to the shard; the id, if any, is gone. Shard lock. */
void request_free(struct request *r);

/*
 * The same request object for the next request on the connection: pipelined bytes move to its beginning.
 * Shard lock.
 */
void request_restart(struct request *r);

/* Its chunks are none from some byte on, whether somebody was told or not. Shard lock. */
static inline bool body_is_bad(const struct request *r)
{
    return r->body.chunks.state == CHUNKS_BAD;
}

/* The application has nothing more to say, or nobody to say it to: the id is gone. Shard lock. */
void request_retire(struct request *r);

/* All is answered and sent, and no thread is at it. Shard lock. */
static inline bool request_is_over(const struct request *r)
{
    return r->state == REQUEST_ANSWERED && !r->sending && list_empty(&r->sends);
}

/* The request has come to this stage. Shard lock. */
static inline void request_reach(struct request *r, enum request_stage stage)
{
    r->reached[stage] = clock_ticks();
}

/* Gives the id by which the application names it. RESULT_NO_MEMORY. Shard lock. */
enum result request_assign_id(struct request *r);

/* Room for at least `more` bytes behind in_len. False without memory. */
bool request_reserve(struct request *r, uint32_t more);

static inline struct text request_text(const struct request *r, struct span s)
{
    return (struct text){r->in + s.off, s.len};
}

/* The first of the headers with this id, and the next header of the same name; NULL when there is none. */
static inline const struct header *request_first_header(const struct request *r, enum request_header id)
{
    return r->known[id] ? &r->headers[r->known[id] - 1] : NULL;
}

static inline const struct header *request_next_header(const struct request *r, const struct header *h)
{
    return h->same ? &r->headers[h->same - 1] : NULL;
}

/* The first value of a known header; a text without pointer when it is absent. */
static inline struct text request_header(const struct request *r, enum request_header id)
{
    const struct header *h = request_first_header(r, id);

    return h ? request_text(r, h->value) : (struct text){NULL, 0};
}

/*
 * How long all values of a name are when ", " joins them, as the application gets them. The header is the first of
 * its name.
 */
static inline size_t request_joined_length(const struct request *r, const struct header *h)
{
    size_t n = h->value.len;

    while ((h = request_next_header(r, h)))
        n += 2 + h->value.len;
    return n;
}

/* Whether the list that all headers of that id together are has this element, whatever its case. */
bool request_has_element(const struct request *r, enum request_header id, struct text element);

/*
 * What the application does with a request it took from a queue. No locks; the last two run io_flush().
 *
 * request_take      the request with this id: state TAKEN. It was left by an earlier receive (HELD), or delivered and
 *                   has body bytes that nobody read; RESULT_EOF when it was delivered whole or its answer has begun,
 *                   RESULT_INVALID while a read is at the body, RESULT_GONE when there is none
 * request_top_up    reads what body bytes have arrived meanwhile
 * request_deliver   after the copy: DELIVERED, or HELD when the buffer was too small. The request may be gone
 *                   behind this call. *consumed body bytes were copied out
 * request_return    it couldn't be copied: goes to another receive of its queue
 */
enum result request_take(struct queue *q, uint64_t id, struct request **taken);
void request_top_up(struct request *r);
void request_deliver(struct request *r, bool whole, uint32_t consumed);
void request_return(struct request *r);

/*
 * Finds a request and locks its shard; NULL (nothing locked) when the id is stale, foreign or of another queue.
 * HELD requests count, ANSWERED ones don't.
 */
struct request *request_lock(struct queue *q, uint64_t id);

/* What is known of a request's transport. */
struct transport {
    struct tcp_stats tcp;
    uint64_t age; /* of the connection, in clock_ticks() */
};

/* Whether the application holds a request with this id. No locks. */
bool request_known(struct queue *q, uint64_t id);

/* RESULT_GONE for a bad id, RESULT_UNSUPPORTED when the kernel doesn't say. No locks. */
enum result request_transport(struct queue *q, uint64_t id, struct transport *t);

/*
 * Marks the packets of this request's answer with a differentiated services code point, 0 to 63; the connection's next
 * request begins without one. RESULT_GONE, RESULT_UNSUPPORTED when the kernel refuses. No locks.
 */
enum result request_set_dscp(struct queue *q, uint64_t id, unsigned dscp);

/*
 * How many seconds, not 0, the connection may wait for another request behind this one; instead of what the URL group says.
 * RESULT_GONE. No locks.
 */
enum result request_set_idle(struct queue *q, uint64_t id, uint32_t seconds);

/* Resets the connection of a request. RESULT_GONE. No locks, runs io_flush(). */
enum result request_cancel(struct queue *q, uint64_t id);

/* Nothing has come of it, or only blank lines, which some clients send behind a body. */
static inline bool request_is_blank(const struct request *r)
{
    return !r->line_end && r->parsed == r->in_len;
}

#endif
