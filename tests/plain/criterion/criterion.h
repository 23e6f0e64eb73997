/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * criterion.h: the few parts of Criterion that our tests use, for builds with the thread sanitizer: Criterion's own
 * sandbox wants addresses that the sanitizer reserves (Criterion issue 274). tests/plain/main.c runs the tests.
 */
#ifndef TESTS_PLAIN_CRITERION_H
#define TESTS_PLAIN_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A test, or what all tests of a suite have in common: its name is NULL then. */
struct plain_test {
    const char *suite, *name;
    void (*run)(void);
    void (*init)(void), (*fini)(void);
    double timeout; /* seconds */
    int exit_code; /* that it must end with */
    bool disabled;
    struct plain_test *next;
};

void plain_register(struct plain_test *t);
_Noreturn void plain_skip(const char *reason);
void plain_fail(const char *file, int line, const char *what);

#define plain_entry(id, ...) \
    static struct plain_test id##_entry = {__VA_ARGS__}; \
    __attribute__((constructor)) static void id##_register(void) \
    { \
        plain_register(&id##_entry); \
    }

#define TestSuite(suite_, ...) \
    plain_entry(suite_##_suite, #suite_, NULL, ##__VA_ARGS__) _Static_assert(1, "takes the semicolon")

#define Test(suite_, name_, ...) \
    static void suite_##_##name_##_run(void); \
    plain_entry(suite_##_##name_, #suite_, #name_, suite_##_##name_##_run, ##__VA_ARGS__) \
    static void suite_##_##name_##_run(void)

#define plain_check(ok, end, text, ...) \
    do { \
        if (!(ok)) { \
            plain_fail(__FILE__, __LINE__, text); \
            fprintf(stderr, "    " __VA_ARGS__); \
            fputc('\n', stderr); \
            end; \
        } \
    } while (0)

#define cr_assert(cond, ...) plain_check(cond, exit(1), #cond, __VA_ARGS__)
#define cr_expect(cond, ...) plain_check(cond, (void)0, #cond, __VA_ARGS__)
#define cr_assert_eq(a, b, ...) plain_check((a) == (b), exit(1), #a " == " #b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...) plain_check((a) != (b), exit(1), #a " != " #b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...) plain_check((a) >= (b), exit(1), #a " >= " #b, __VA_ARGS__)
#define cr_assert_null(p, ...) plain_check(!(p), exit(1), #p " is NULL", __VA_ARGS__)
#define cr_assert_not_null(p, ...) plain_check(p, exit(1), #p " is not NULL", __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) plain_check(!strcmp(a, b), exit(1), #a " equals " #b, __VA_ARGS__)
#define cr_skip_test(reason) plain_skip(reason)

#endif
