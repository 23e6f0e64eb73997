/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * router.h: which queue gets a request.
 *
 * Registrations of a port are kept in classes by their host: strong wildcard, name, all names of a domain, address,
 * weak wildcard. The search goes through them in this order and stops at the first class that has any matching prefix;
 * inside it the longest path wins. A look-up costs a hash probe for each class and for each segment of the path,
 * however many URLs there are.
 *
 * Changed under the config lock and all shards' locks, read under any one shard's lock.
 */
#ifndef HTTPAPI_ENGINE_ROUTER_H
#define HTTPAPI_ENGINE_ROUTER_H

#include <pthread.h>
#include <stdint.h>

#include "connection.h"
#include "limits.h"
#include "list.h"
#include "prefix.h"
#include "result.h"
#include "text.h"
#include "utf16.h"

struct queue;
struct url;

/* Who owns registrations: a URL group, or a version 1 queue. */
struct target {
    uint64_t owner;       /* the group's id; 0 for a queue */
    struct list registrations;
    struct queue *queue;  /* NULL: not bound, requests get a 503 */
    bool disabled;        /* requests get a 503 */
    struct limits limits; /* of connections, from a request on */
};

extern pthread_mutex_t config_lock;

void target_init(struct target *t);

/*
 * RESULT_EXISTS, RESULT_IN_USE, RESULT_NOT_LOCAL, RESULT_DENIED, RESULT_NO_MEMORY, RESULT_UNSUPPORTED (https). Takes
 * key->path over in any case. Config lock, no other.
 */
enum result router_add(struct target *t, struct prefix *key, uint64_t context);

/*
 * RESULT_NOT_FOUND when it isn't this target's, or when an IPv6 address was spelled in another way. Config lock, no
 * other.
 */
enum result router_remove(struct target *t, const struct prefix *key);
void router_remove_all(struct target *t);

/* From now on requests for t's URLs go to q; NULL unbinds. Config lock, no other. */
void router_bind(struct target *t, struct queue *q);

/* Disables or enables t's URLs. Config lock, no other. */
void router_disable(struct target *t, bool disabled);

/*
 * Whose URLs a URL with that very host belongs to, of those bound to q: the one with the longest path. NULL for
 * nobody's. Config lock.
 */
const struct target *router_owner(const struct prefix *url, const struct queue *q);

/* For requests that are routed from now on. Config lock, no other. */
void router_limit(struct target *t, const struct limits *limits);

struct route {
    const struct target *target; /* NULL: nothing matches */
    uint64_t context;
    bool host_known;             /* some prefix names this host */
};

/* `local` is the address the request came in on, `host` the name it asks for. Shard lock. */
struct route router_find(const union address *local, struct text host, const struct url *url);

#endif
