/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hash.h: an intrusive hash table with chains; it doubles when it has as many members as buckets.
 */
#ifndef HTTPAPI_ENGINE_HASH_H
#define HTTPAPI_ENGINE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_node {
    struct hash_node *next;
    uint32_t hash;
};

/* All zero is an empty table. */
struct hash_table {
    struct hash_node **buckets;
    uint32_t size, count; /* size is zero or a power of two */
};

/* FNV-1a, a unit at a time. It has no key: what is in these tables is the program's, and no client adds to it. */
#define HASH_START 2166136261u

static inline uint32_t hash_step(uint32_t h, uint32_t unit)
{
    return (h ^ unit) * 16777619u;
}

/* The first member in the hash's chain; go on with node->next and compare node->hash. */
static inline struct hash_node *hash_chain(const struct hash_table *t, uint32_t hash)
{
    return t->size ? t->buckets[hash & (t->size - 1)] : NULL;
}

/* False when there is no memory. */
bool hash_insert(struct hash_table *t, struct hash_node *node, uint32_t hash);

/* Frees the table's own memory with its last member. */
void hash_remove(struct hash_table *t, struct hash_node *node);

#endif
