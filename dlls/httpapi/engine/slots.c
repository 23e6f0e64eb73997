/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slots.c: a table of objects with a free list through it.
 */
#include "slots.h"

#include <stdlib.h>

#define SLOT_NONE UINT32_MAX
#define SLOT_BITS 24
#define SLOT_MASK ((1u << SLOT_BITS) - 1)

static bool slots_grow(struct slots *t)
{
    uint32_t capacity = t->capacity ? t->capacity * 2 : 64;
    struct slot *p;

    if (capacity > SLOT_MASK)
        return false;
    p = realloc(t->slots, capacity * sizeof *p);
    if (!p)
        return false;
    t->slots = p;
    t->capacity = capacity;
    return true;
}

static uint32_t slots_take(struct slots *t)
{
    uint32_t i = t->first_free;

    if (i != SLOT_NONE) {
        t->first_free = t->slots[i].next_free;
        return i;
    }
    if (t->count == t->capacity && !slots_grow(t))
        return SLOT_NONE;
    i = t->count++;
    t->slots[i].generation = 0;
    return i;
}

uint64_t slots_add(struct slots *t, void *object)
{
    uint32_t i = slots_take(t);
    struct slot *s;

    if (i == SLOT_NONE)
        return 0;
    s = &t->slots[i];
    if (++s->generation == 0)
        s->generation = 1;
    s->object = object;
    return (uint64_t)s->generation << 32 | (uint64_t)t->table << SLOT_BITS | i;
}

static struct slot *slots_at(const struct slots *t, uint64_t id)
{
    uint32_t i = (uint32_t)id & SLOT_MASK;
    struct slot *s;

    if (i >= t->count || (uint8_t)(id >> SLOT_BITS) != t->table)
        return NULL;
    s = &t->slots[i];
    return s->object && s->generation == (uint32_t)(id >> 32) ? s : NULL;
}

void slots_remove(struct slots *t, uint64_t id)
{
    struct slot *s = slots_at(t, id);

    if (!s)
        return;
    s->object = NULL;
    s->next_free = t->first_free;
    t->first_free = (uint32_t)(s - t->slots);
}

void *slots_find(const struct slots *t, uint64_t id)
{
    struct slot *s = slots_at(t, id);

    return s ? s->object : NULL;
}
