/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_reserve.c: libev gets memory when there is none, and nobody begins anything new until there is.
 */
#include "engine/reserve.c"

#include <string.h>

#include "faults.h"
#include "unit.h"

Test(reserve, is_there_from_the_start)
{
    faults_fail_alloc(1);
    cr_assert(!reserve_start());
    cr_assert(reserve_start());
    cr_assert(reserve_is_full());
}

Test(reserve, is_spent_and_made_again)
{
    char *p;

    cr_assert(reserve_start());
    p = loop_realloc(NULL, 16);
    strcpy(p, "what was there");
    faults_fail_alloc(1);
    p = loop_realloc(p, 100000);
    cr_assert(faults_alloc_failed());
    cr_assert_str_eq(p, "what was there");
    cr_assert(!reserve);
    faults_fail_alloc(1);
    cr_assert(!reserve_is_full());
    cr_assert(reserve_is_full());
    cr_assert(!loop_realloc(p, 0));
}

/* An array of libev's doubles: there has to be room for the new one beside the old one. */
Test(reserve, grows_with_what_it_is_for)
{
    cr_assert(reserve_start());
    cr_assert_eq(wanted, RESERVE_LEAST);
    cr_assert(!loop_realloc(loop_realloc(NULL, RESERVE_LEAST), 0));
    cr_assert(wanted >= 4 * RESERVE_LEAST);
}
