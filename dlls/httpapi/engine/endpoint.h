/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * endpoint.h: a local address and port we listen on, for all shards.
 *
 * Each shard has a socket of its own (SO_REUSEPORT): the kernel spreads new connections, and no shard waits for
 * another to hand one over. Everything here is under the config lock.
 */
#ifndef HTTPAPI_ENGINE_ENDPOINT_H
#define HTTPAPI_ENGINE_ENDPOINT_H

#include "connection.h"
#include "list.h"
#include "prefix.h"
#include "result.h"

struct listener;

struct endpoint {
    struct list node;
    union address address;
    unsigned refs;
    struct listener *listeners; /* one for each shard */
};

#define ENDPOINTS_PER_PREFIX 2

/*
 * Listens where requests for the prefix may come in: on the loopback addresses for localhost, on the address for an
 * address, else on all addresses of both families. found[] gets up to two; the rest NULL. RESULT_IN_USE,
 * RESULT_NOT_LOCAL (the address isn't this machine's), RESULT_DENIED or RESULT_NO_MEMORY leave nothing listening.
 */
enum result endpoints_acquire(const struct prefix *p, struct endpoint *found[ENDPOINTS_PER_PREFIX]);

/*
 * Connections that are there already are taken, others refused from now on; for good, also by what is acquired later, which
 * has its address and port all the same.
 */
void endpoints_stop(void);

void endpoints_release(struct endpoint *found[ENDPOINTS_PER_PREFIX]);

#endif
