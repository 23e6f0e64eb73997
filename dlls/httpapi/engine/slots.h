/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slots.h: numbers for objects, never pointers.
 *
 * An id is (generation << 32 | table << 24 | slot); a table is named by its shard and by what it holds. A generation is
 * never zero, so an id is never 0 and a small number is never an id. A stale, made-up or foreign id finds nothing.
 * Guarded by the shard's lock.
 */
#ifndef HTTPAPI_ENGINE_SLOTS_H
#define HTTPAPI_ENGINE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

/* What a table holds: an id of one kind means nothing to the table of another. */
enum slots_kind { SLOTS_CONNECTIONS, SLOTS_REQUESTS, SLOTS_SESSIONS, SLOTS_GROUPS };

#define SLOTS_SHARD_MASK 0x3f /* bits 24 to 29 of an id; the kind has 30 and 31 */

struct slot {
    void *object;        /* NULL when free */
    uint32_t generation;
    uint32_t next_free;
};

struct slots {
    struct slot *slots;
    uint32_t count, capacity;
    uint32_t first_free; /* UINT32_MAX when full */
    uint32_t table;      /* bits 24 to 31 of its ids */
};

#define SLOTS_INIT(kind, shard) {.first_free = UINT32_MAX, .table = (uint32_t)(kind) << 6 | (shard)}

/* The object's new id, or 0 when there is no memory. */
uint64_t slots_add(struct slots *t, void *object);

/* Forgets the id: from now on it finds nothing. */
void slots_remove(struct slots *t, uint64_t id);

void *slots_find(const struct slots *t, uint64_t id);

/* Which shard's table to ask. */
static inline unsigned slots_shard(uint64_t id)
{
    return (unsigned)(id >> 24) & SLOTS_SHARD_MASK;
}

#endif
