/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.h: a response, or a part of one, on its way to the client.
 *
 * The first attempt is made by the calling thread, without the shard's lock; what the socket doesn't take at once
 * waits in request.sends and the loop goes on with it. Sends of a request go out in the order they were begun.
 *
 *   tried -> over                              by the caller's thread
 *   tried -> waits in request.sends -> over    by the loop, or by a cancel, which breaks the connection
 */
#ifndef HTTPAPI_ENGINE_SEND_H
#define HTTPAPI_ENGINE_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io.h"
#include "page.h"
#include "response.h"

struct queue;
struct request;

/* Memory that stays until the send is over, or bytes of a file (fd >= 0). */
struct piece {
    const char *memory;
    int fd;
    uint64_t offset, length;
};

#define SEND_PIECES 8
#define CHUNK_SIZE_LINE 20

struct send {
    struct io io;            /* ends with RESULT_OK, RESULT_RESET, RESULT_CANCELED, ...; bytes sent */
    struct piece *pieces;    /* few[], or memory of the caller's that lives as long as the send */
    struct piece few[SEND_PIECES];
    unsigned count, next;    /* pieces, and the first that isn't out yet */
    struct head head;        /* with_head: piece 0 is made from it */
    bool with_head;
    bool more;               /* more parts follow */
    bool disconnect;         /* the connection ends behind it */
    bool opaque;             /* of a 101: what follows both ways is a stream of bytes, not HTTP */
    bool chunking;           /* with_head: a body of unknown length is framed by us */
    bool framable;           /* there is an empty piece before the data, for the chunk's size, and one behind it */
    bool buffered;           /* what can't be sent at once is copied, and the send is over for the caller */
    enum page refusal;       /* http.sys answers with this page instead, and the connection ends; or PAGE_NONE */
    uint64_t sent;
    uint64_t waiting;        /* what it counts in request.waiting */
    struct text trailers;    /* of the last part: from trailers_begin() on; NULL: none */
    char size_line[CHUNK_SIZE_LINE];
};

/* One piece is free at the beginning for the head. */
void send_init(struct send *s, void (*run)(struct io *));

/*
 * Begins: RESULT_OK (all of it is with the kernel, io.bytes says how many bytes; the io isn't run),
 * RESULT_PENDING, RESULT_GONE, RESULT_INVALID (a head where one was sent, a part where none was, opaque without a 101 or
 * for a request with a body, trailers of a body that we don't frame), RESULT_RESET, RESULT_IO_ERROR, RESULT_EOF (a file
 * is shorter than it was), RESULT_FAULT (the caller's memory isn't there), RESULT_NO_MEMORY (for a buffered send's copy).
 * From the last part on the request's id is gone. No locks; runs io_flush().
 */
enum result send_begin(struct queue *q, uint64_t id, struct send *s);

/* Goes on with waiting sends when the socket takes more. Shard lock. */
void send_continue(struct request *r);

/* An answer of the engine's own, behind which the connection ends; as page_write(). The request has been retired. Shard lock. */
void send_page(struct request *r, enum page page, bool detailed);

/* 100 Continue. Shard lock, and the caller uses the connection. */
void send_invitation(struct request *r);

/* Ends all waiting sends. Shard lock. */
void send_abort(struct request *r, enum result result);

#endif
