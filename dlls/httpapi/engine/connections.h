/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connections.h: all connections, of whatever loop. None of this is on the way of a request.
 */
#ifndef HTTPAPI_ENGINE_CONNECTIONS_H
#define HTTPAPI_ENGINE_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "io.h"

struct queue;

/*
 * Requests that wait in this queue get a 503; with `reset` the connections of those that an application holds are
 * reset. No locks.
 */
void connections_leave_queue(struct queue *q, bool reset);

/* Ends those pending operations of connections and requests that `match` picks. How many. No locks. */
unsigned connections_cancel(io_match *match, const void *arg);

/*
 * SIGTERM came (stop.h): connections without a request end, after a moment for one that is on its way. Whether any is left
 * that has to be waited for: such a one, too, until it is closed; not streams of bytes, which end when their program likes, nor
 * clients that have their answer and say nothing. No locks.
 */
void connections_stop(void);
bool connections_busy(void);

/* Whether the id is a connection's. No locks. */
bool connection_known(uint64_t id);

/*
 * Waits for the end of a connection: RESULT_PENDING, and the io ends with RESULT_OK; or RESULT_GONE, when there is no such
 * connection any more. No locks.
 */
enum result connection_wait_disconnect(uint64_t id, struct io *io);

#endif
