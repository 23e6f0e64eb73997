/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_hash.c: members are found until they are removed, however the table grows and whatever collides.
 */
#include "engine/hash.h"

#include "engine/list.h"
#include "faults.h"
#include "unit.h"

#define MEMBERS 1000

struct member {
    struct hash_node node;
    unsigned number;
};

static bool is_there(const struct hash_table *t, const struct member *m)
{
    for (struct hash_node *n = hash_chain(t, m->node.hash); n; n = n->next)
        if (n == &m->node)
            return true;
    return false;
}

Test(hash, an_empty_table_finds_nothing)
{
    struct hash_table t = {0};

    cr_assert(!hash_chain(&t, 0));
    cr_assert(!hash_chain(&t, 12345));
}

/* Hashes of all kinds: in order, all alike, far apart. */
static void fill_and_empty(uint32_t factor, bool from_the_front)
{
    static struct member m[MEMBERS];
    struct hash_table t = {0};

    for (unsigned i = 0; i < MEMBERS; i++) {
        cr_assert(hash_insert(&t, &m[i].node, i * factor));
        cr_assert_eq(t.count, i + 1);
        cr_assert(t.size >= t.count);
    }
    for (unsigned i = 0; i < MEMBERS; i++)
        cr_assert(is_there(&t, &m[i]));
    for (unsigned i = 0; i < MEMBERS; i++) {
        struct member *gone = &m[from_the_front ? i : MEMBERS - 1 - i];

        hash_remove(&t, &gone->node);
        cr_assert(!is_there(&t, gone));
    }
    cr_assert(t.count == 0 && t.size == 0 && !t.buckets);
}

Test(hash, grows_and_shrinks)
{
    fill_and_empty(1, true);
    fill_and_empty(1, false);
    fill_and_empty(2654435761u, true);
}

Test(hash, members_of_one_bucket)
{
    fill_and_empty(0, true);
    fill_and_empty(0, false);
    fill_and_empty(1u << 20, true);
}

Test(hash, removing_one_leaves_the_others)
{
    struct member m[10] = {0};
    struct hash_table t = {0};

    for (unsigned i = 0; i < 10; i++)
        cr_assert(hash_insert(&t, &m[i].node, i / 5));
    hash_remove(&t, &m[3].node);
    hash_remove(&t, &m[9].node);
    for (unsigned i = 0; i < 10; i++)
        cr_assert_eq(is_there(&t, &m[i]), i != 3 && i != 9, "%u", i);
    for (unsigned i = 0; i < 10; i++)
        if (i != 3 && i != 9)
            hash_remove(&t, &m[i].node);
}

/* Growing fails: what was there is still found, and the table works afterwards. */
Test(hash, without_memory)
{
    struct member m[9] = {0};
    struct hash_table t = {0};

    faults_fail_alloc(1);
    cr_assert(!hash_insert(&t, &m[0].node, 0));
    cr_assert(faults_alloc_failed());
    cr_assert_eq(t.count, 0u);
    for (unsigned i = 0; i < 8; i++)
        cr_assert(hash_insert(&t, &m[i].node, i));
    faults_fail_alloc(1);
    cr_assert(!hash_insert(&t, &m[8].node, 8));
    cr_assert(faults_alloc_failed());
    for (unsigned i = 0; i < 8; i++)
        cr_assert(is_there(&t, &m[i]));
    cr_assert(hash_insert(&t, &m[8].node, 8));
    for (unsigned i = 0; i < 9; i++)
        hash_remove(&t, &m[i].node);
}

/* FNV-1a's published values for "" and "a". */
Test(hash, fnv)
{
    cr_assert_eq(HASH_START, 0x811c9dc5u);
    cr_assert_eq(hash_step(HASH_START, 'a'), 0xe40c292cu);
}
