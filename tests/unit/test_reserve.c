/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_reserve.c: libev gets memory when there is none, and nobody begins anything new until there is.
 */
#include "engine/reserve.c"

#include "faults.h"
#include "unit.h"

static void *without_memory(void *p, long size)
{
    faults_fail_alloc(1);
    p = loop_realloc(p, size);
    cr_assert(faults_alloc_failed());
    return p;
}

Test(reserve, is_there_from_the_start)
{
    cr_assert(reserve_start());
    cr_assert(reserve_is_full());
    cr_assert_null(used);
}

/* The block lies in the region until it can be somewhere else. */
Test(reserve, is_used_and_made_again)
{
    char *p;

    cr_assert(reserve_start());
    p = loop_realloc(NULL, 16);
    strcpy(p, "what was there");
    p = without_memory(p, 1000);
    cr_assert_str_eq(p, "what was there");
    cr_assert_not_null(used);
    cr_assert_null(fresh);
    cr_assert(reserve_is_full());
    p = without_memory(p, 2000);
    cr_assert_str_eq(p, "what was there");
    cr_assert_eq(used->blocks, 1u);
    cr_assert_not_null(fresh, "the one in use is used up first");
    p = loop_realloc(p, 3000);
    cr_assert_str_eq(p, "what was there");
    cr_assert_null(used);
    cr_assert_null(loop_realloc(p, 0));
}

/* An array of libev's doubles: there has to be room for the new one beside the old one. */
Test(reserve, grows_with_what_it_is_for)
{
    cr_assert(reserve_start());
    cr_assert_eq(wanted, REGION_LEAST);
    cr_assert_null(loop_realloc(loop_realloc(NULL, REGION_LEAST), 0));
    cr_assert_geq(wanted, 8 * REGION_LEAST);
    cr_assert(reserve_is_full());
    cr_assert_geq(atomic_load(&fresh)->size, 8 * REGION_LEAST);
}
