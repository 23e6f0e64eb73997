/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_slots.c: an id finds its object until it is removed, and never another one.
 */
#include "engine/slots.h"

#include <stdlib.h>

#include "faults.h"
#include "unit.h"

#define OBJECTS 1000

Test(slots, an_id_finds_its_object)
{
    struct slots t;
    int a, b;
    uint64_t id_a, id_b;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    id_a = slots_add(&t, &a);
    id_b = slots_add(&t, &b);
    cr_assert(id_a && id_b && id_a != id_b);
    cr_assert_eq(slots_find(&t, id_a), &a);
    cr_assert_eq(slots_find(&t, id_b), &b);
    free(t.slots);
}

Test(slots, a_small_number_is_no_id)
{
    struct slots t;
    int a;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    cr_assert(slots_add(&t, &a) > UINT32_MAX);
    cr_assert(!slots_find(&t, 0));
    cr_assert(!slots_find(&t, 0xdeadbeef));
    cr_assert(!slots_find(&t, 1));
    free(t.slots);
}

Test(slots, an_empty_table_finds_nothing)
{
    struct slots t;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    cr_assert(!slots_find(&t, 0));
    cr_assert(!slots_find(&t, 1ull << 32));
    cr_assert(!slots_find(&t, UINT64_MAX));
    slots_remove(&t, 1ull << 32);
}

Test(slots, a_stale_id_finds_nothing)
{
    struct slots t;
    int a, b;
    uint64_t old, new;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    old = slots_add(&t, &a);
    slots_remove(&t, old);
    cr_assert(!slots_find(&t, old));
    new = slots_add(&t, &b);
    cr_assert_eq((uint32_t)new, (uint32_t)old, "the slot is used again");
    cr_assert(new != old);
    cr_assert(!slots_find(&t, old));
    slots_remove(&t, old); /* removes nothing */
    cr_assert_eq(slots_find(&t, new), &b);
    free(t.slots);
}

Test(slots, removing_twice)
{
    struct slots t;
    int a, b, c;
    uint64_t id, first, second;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    id = slots_add(&t, &a);
    slots_remove(&t, id);
    slots_remove(&t, id);
    first = slots_add(&t, &b);
    second = slots_add(&t, &c);
    cr_assert(first != second);
    cr_assert_eq(slots_find(&t, first), &b);
    cr_assert_eq(slots_find(&t, second), &c);
    free(t.slots);
}

Test(slots, an_id_says_which_shard_to_ask)
{
    struct slots t;
    int a;
    uint64_t id;

    for (unsigned shard = 0; shard < 64; shard++) {
        t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, shard);
        id = slots_add(&t, &a);
        cr_assert_eq(slots_shard(id), shard);
        free(t.slots);
    }
}

/* Two tables whose slots and generations agree, as those of two shards do. */
Test(slots, a_foreign_id_finds_nothing)
{
    struct slots here, there;
    int a, b;
    uint64_t id;

    here = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 1);
    there = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 2);
    slots_add(&here, &a);
    id = slots_add(&there, &b);
    cr_assert(!slots_find(&here, id));
    slots_remove(&here, id);
    cr_assert_eq(slots_find(&there, id), &b);
    free(here.slots);
    free(there.slots);
}

Test(slots, grows_and_keeps_what_it_has)
{
    static int objects[OBJECTS];
    static uint64_t ids[OBJECTS];
    struct slots t;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 3);
    for (unsigned i = 0; i < OBJECTS; i++)
        ids[i] = slots_add(&t, &objects[i]);
    for (unsigned i = 0; i < OBJECTS; i += 2)
        slots_remove(&t, ids[i]);
    for (unsigned i = 0; i < OBJECTS; i++)
        cr_assert_eq(slots_find(&t, ids[i]), i % 2 ? &objects[i] : NULL, "%u", i);
    free(t.slots);
}

/* Memory is bounded by the most objects at a time, not by how many there ever were. */
Test(slots, freed_slots_are_used_again)
{
    struct slots t;
    int a;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    for (unsigned i = 0; i < 10 * OBJECTS; i++)
        slots_remove(&t, slots_add(&t, &a));
    cr_assert_eq(t.count, 1u);
    free(t.slots);
}

Test(slots, a_generation_is_never_zero)
{
    struct slots t;
    int a;
    uint64_t id;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    id = slots_add(&t, &a);
    slots_remove(&t, id);
    t.slots[0].generation = UINT32_MAX;
    id = slots_add(&t, &a);
    cr_assert_eq(id >> 32, 1u);
    cr_assert_eq(slots_find(&t, id), &a);
    free(t.slots);
}

Test(slots, without_memory)
{
    struct slots t;
    uint64_t ids[64];
    int a;

    t = (struct slots)SLOTS_INIT(SLOTS_REQUESTS, 0);
    faults_fail_alloc(1);
    cr_assert_eq(slots_add(&t, &a), 0u);
    cr_assert(faults_alloc_failed());
    for (unsigned i = 0; i < 64; i++)
        cr_assert((ids[i] = slots_add(&t, &a)) != 0);
    faults_fail_alloc(1);
    cr_assert_eq(slots_add(&t, &a), 0u);
    cr_assert(faults_alloc_failed());
    for (unsigned i = 0; i < 64; i++)
        cr_assert_eq(slots_find(&t, ids[i]), &a);
    cr_assert(slots_add(&t, &a));
    free(t.slots);
}
