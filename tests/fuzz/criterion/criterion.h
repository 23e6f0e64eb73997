/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * criterion.h: what tests/unit/feed.c and unit.h ask of Criterion, for fuzzers: a check that fails ends the run with a
 * crash, which the fuzzer keeps.
 */
#ifndef TESTS_FUZZ_CRITERION_H
#define TESTS_FUZZ_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define cr_assert(cond, ...) \
    do { \
        if (!(cond)) { \
            fprintf(stderr, "%s:%d: not so: %s\n   ", __FILE__, __LINE__, #cond); \
            fprintf(stderr, " " __VA_ARGS__); \
            fputc('\n', stderr); \
            abort(); \
        } \
    } while (0)
#define cr_expect cr_assert
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), ##__VA_ARGS__)

#endif
