/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hash.c: inserting, growing, removing.
 */
#include "hash.h"

#include <stdlib.h>

static void link_node(struct hash_table *t, struct hash_node *node)
{
    struct hash_node **bucket = &t->buckets[node->hash & (t->size - 1)];

    node->next = *bucket;
    *bucket = node;
}

static bool grow(struct hash_table *t)
{
    struct hash_table bigger = {.size = t->size ? t->size * 2 : 4, .count = t->count};

    bigger.buckets = calloc(bigger.size, sizeof *bigger.buckets);
    if (!bigger.buckets)
        return false;
    for (uint32_t i = 0; i < t->size; i++)
        for (struct hash_node *n = t->buckets[i], *next; n; n = next) {
            next = n->next;
            link_node(&bigger, n);
        }
    free(t->buckets);
    *t = bigger;
    return true;
}

bool hash_insert(struct hash_table *t, struct hash_node *node, uint32_t hash)
{
    if (t->count == t->size && !grow(t))
        return false;
    node->hash = hash;
    link_node(t, node);
    t->count++;
    return true;
}

void hash_remove(struct hash_table *t, struct hash_node *node)
{
    struct hash_node **p = &t->buckets[node->hash & (t->size - 1)];

    while (*p != node)
        p = &(*p)->next;
    *p = node->next;
    if (--t->count == 0) {
        free(t->buckets);
        *t = (struct hash_table){0};
    }
}
