/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * body.h: a request's body, from the socket to the application's buffer.
 */
#ifndef HTTPAPI_ENGINE_BODY_H
#define HTTPAPI_ENGINE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io.h"

struct queue;
struct request;

/*
 * A read of body bytes into the application's memory, which is written without any lock. `done` runs like
 * io.run. Ends with RESULT_OK and io.bytes > 0, RESULT_EOF behind the last byte, RESULT_MORE for a size of zero
 * when there is something, RESULT_RESET when the body will never be complete, RESULT_GONE when the request was
 * answered meanwhile, RESULT_FAULT when the memory is gone, or RESULT_CANCELED. With the last four io.bytes is 0, and
 * what was read into the memory is lost.
 */
struct body_read {
    struct io io;
    void (*done)(struct io *);
    struct request *request;
    char *buffer;
    size_t size;
    size_t filled;
    bool fill;   /* wait until the buffer is full or the body ends */
    bool enough; /* it was cancelled while bytes were copied to it: it ends with these */
    bool at_end; /* set with the result: nothing of the body comes behind these bytes */
    uint64_t received; /* set with the result: bytes of the body on the wire so far */
};

/*
 * Begins a read: RESULT_PENDING, or how it ended at once, with io.bytes; the io isn't run then. RESULT_GONE for
 * a bad id; RESULT_NO_MEMORY: the same read may succeed later. No locks; runs io_flush().
 */
enum result body_read(struct queue *q, uint64_t id, struct body_read *read);

/*
 * The head is parsed: sorts the bytes behind it. False: bad framing, which is told when the application has the request,
 * as if it had come then: what becomes of a request doesn't depend on how its bytes come (docs/completions.md, "Bodies
 * that break"). So only tests look at the result. Shard lock.
 */
bool body_begin(struct request *r);

/*
 * From here on every byte of the client's is body, those that came behind the head too, until its FIN. False when the
 * request has a body of its own, which ends elsewhere. Shard lock; the request is the application's.
 */
bool body_become_opaque(struct request *r);

/*
 * The socket may have body bytes: receives them, gives them to waiting reads, parks the connection when nobody
 * wants more. Closes or refuses when the body can't go on; the connection is then in another state. Shard lock.
 */
void body_input(struct request *r);

/*
 * Receives what has arrived, once, for a receive that copies the body along; a reset closes the connection. Shard lock, by
 * the taker.
 */
void body_top_up(struct request *r);

/* Receives and drops; true while the connection can go on. For answered requests. Shard lock. */
bool body_drain(struct request *r);

/*
 * Ends the reads that `match` picks; how many. One that has bytes already, or to which some are copied at this moment, ends
 * with these. Shard lock.
 */
unsigned body_cancel(struct request *r, io_match *match, const void *arg);

/* Ends all waiting reads. Shard lock. */
void body_abort(struct request *r, enum result result);

#endif
