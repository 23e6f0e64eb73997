/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test.h: the dialect of these tests; it is Wine's, in the few words that are needed here.
 *
 *   START_TEST(name)            begins the family `name`, which families.h lists
 *   ok(condition, format, ...)  a check; the text is printed when it fails. Its value is the condition's
 *   ok_eq(got, expected)        a check of two integers, which prints both
 *   ok_str(got, expected)       a check of two strings, which prints both; NULL is different from any
 *   broken(condition)           also accept what older Windows do: false anywhere else
 *   skip(format, ...)           what follows can't be tested here
 *   win_skip(format, ...)       the same where only an old Windows has that excuse: elsewhere it is a failure
 *
 * All of them may be used by several threads. ULONG and DWORD have different types on the hosts: print them as
 * `%lu` with UL(value).
 */
#ifndef WINETEST_TEST_H
#define WINETEST_TEST_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __MINGW_PRINTF_FORMAT
#define TEST_PRINTF(n) __attribute__((format(__MINGW_PRINTF_FORMAT, n, (n) + 1)))
#elif defined(__GNUC__)
#define TEST_PRINTF(n) __attribute__((format(printf, n, (n) + 1)))
#else
#define TEST_PRINTF(n)
#endif

#define START_TEST(name) void test_family_##name(void)

#define ok(condition, ...) test_ok(__FILE__, __LINE__, !!(condition), __VA_ARGS__)
#define ok_eq(got, expected) \
    test_eq(__FILE__, __LINE__, #got, (unsigned long long)(got), (unsigned long long)(expected))
#define ok_str(got, expected) test_str(__FILE__, __LINE__, #got, (got), (expected))
#define broken(condition) (test_on_windows() && (condition))
#define skip(...) test_skip(__FILE__, __LINE__, __VA_ARGS__)
#define win_skip(...) test_win_skip(__FILE__, __LINE__, __VA_ARGS__)
#define UL(value) ((unsigned long)(value))

int test_ok(const char *file, int line, int condition, const char *format, ...) TEST_PRINTF(4);
int test_eq(const char *file, int line, const char *what, unsigned long long got, unsigned long long expected);
int test_str(const char *file, int line, const char *what, const char *got, const char *expected);
void test_skip(const char *file, int line, const char *format, ...) TEST_PRINTF(3);
void test_win_skip(const char *file, int line, const char *format, ...) TEST_PRINTF(3);

/* Windows itself, neither Wine nor the native host. */
int test_on_windows(void);

#endif
