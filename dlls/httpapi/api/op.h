/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * op.h: one call of the API that may take time, and the completion contract.
 *
 * A call with an OVERLAPPED makes an op from the pool; one without has it on its stack and blocks. The engine's part of
 * the operation is embedded first, so that a pointer to its io is a pointer to the op.
 *
 *   op_begin()
 *     -> the engine's begin function
 *          at once: op_return()              the code to return; a success is completed first
 *          RESULT_PENDING: op_return()       ERROR_IO_PENDING, or waits for a blocking call
 *     -> io.run -> op_complete()             exactly once for a pending op
 *
 * The caller's OVERLAPPED is written by op_begin() and, once, by what ends the op: op_complete(), op_return() or
 * op_discard(). Events and packets come only from the first two of these, by tell() in op.c.
 */
#ifndef HTTPAPI_API_OP_H
#define HTTPAPI_API_OP_H

#include <windef.h>
#include <ntstatus.h>

#include "../engine/body.h"
#include "../engine/io.h"
#include "../engine/port.h"
#include "../engine/queue.h"
#include "../engine/send.h"
#include "../engine/wait.h"
#include "fill.h"

struct http_queue;

#define OP_HEAD_SIZE 1024 /* a response head that fits costs no allocation */

struct op {
    union {
        struct io io;
        struct receive receive;
        struct body_read read;
        struct send send;
        struct late_packet late; /* when all is over */
    };
    struct http_queue *queue;
    OVERLAPPED *overlapped; /* NULL: a blocking call waits for it */
    HANDLE event;           /* its hEvent, as it was when the call began */
    struct waiter waiter;   /* of the blocking call */
    NTSTATUS status;        /* blocking: how it ended */
    ULONGLONG bytes;
    ULONG thread;           /* Windows id of the thread that began it */
    void *buffer;           /* receive: the caller's */
    ULONG size, flags;      /* receive */
    struct filled filled;   /* receive: what is in the buffer */
    bool waits_for_disconnect;
    void (*cleanup)(struct op *); /* frees what the call attached; NULL: nothing */
    char *head;             /* send: inline_head, or memory of its own */
    char *extra;            /* send: further text, or NULL */
    char inline_head[OP_HEAD_SIZE];
};

/*
 * An op for a call on q. With `overlapped` from the pool, else `stack`. The OVERLAPPED becomes pending and its event is
 * reset. NULL without memory, or when q was closed in this moment. Touches the caller's OVERLAPPED: no locks.
 */
struct op *op_begin(struct http_queue *q, OVERLAPPED *overlapped, struct op *stack);

/* Has the calling thread begun one that ends with it? */
bool op_thread_has_own(void);

/* Which of the two it was. */
ULONG op_begin_error(const struct http_queue *q);

/* Ends it, exactly once: io.run of every op comes here. No locks. */
void op_complete(struct op *op, NTSTATUS status, ULONGLONG bytes);

/*
 * The call's return code for how the engine's begin function ended, with op->io.bytes. RESULT_OK completes the op (no packet when the
 * handle skips it on success); RESULT_PENDING returns ERROR_IO_PENDING or, for a blocking call, waits and returns the
 * final code; anything else is returned and nothing is ever signalled. *returned (may be NULL) gets the bytes when the
 * call ends here, also with an OVERLAPPED: .NET reads the size it needs from it (docs/behaviour.md, "Byte counts").
 * `blocking` says that the op is the caller's own: a pending one that isn't may be over and gone already when this is
 * called. The op is gone afterwards, or belongs to the engine.
 */
ULONG op_return(struct op *op, bool blocking, enum result result, ULONG *returned);

/* Ends an op whose operation never began: nothing is signalled. */
void op_discard(struct op *op, ULONG error);

/* As io.run, for operations that need nothing but the engine's result. */
void op_io_done(struct io *io);

#endif
