/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unit.h: what all unit tests share. Tests are found by name: a Test() in tests/unit/test_FILE.c is registered nowhere
 * else. Each test runs in a process of its own, so it may leave global state behind.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "engine/text.h"
#include "engine/utf16.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PRINT(t) (int)(t).len, (t).ptr ? (t).ptr : ""

static inline struct text text_of(const char *s)
{
    return (struct text){s, s ? strlen(s) : 0};
}

static inline bool text_is(struct text t, const char *want)
{
    return t.len == strlen(want) && !memcmp(t.ptr ? t.ptr : "", want, t.len);
}

#define assert_text(got, want) \
    do { \
        struct text got_ = (got); \
        cr_assert(text_is(got_, want), "got \"%.*s\", not \"%s\"", PRINT(got_), want); \
    } while (0)

/* UTF-16 as UTF-8 text in a buffer, for comparing and printing; a lone surrogate becomes '?'. */
static inline const char *narrow(char *buffer, size_t size, const utf16 *s, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n + 4 < size; i++) {
        if (s[i] < 0x80) {
            buffer[n++] = (char)s[i];
        } else if (s[i] < 0x800) {
            buffer[n++] = (char)(0xc0 | s[i] >> 6);
            buffer[n++] = (char)(0x80 | (s[i] & 0x3f));
        } else if (s[i] >= 0xd800 && s[i] < 0xdc00 && i + 1 < len) {
            unsigned c = 0x10000 + ((s[i] & 0x3ffu) << 10) + (s[i + 1] & 0x3ffu);

            i++;
            buffer[n++] = (char)(0xf0 | c >> 18);
            buffer[n++] = (char)(0x80 | (c >> 12 & 0x3f));
            buffer[n++] = (char)(0x80 | (c >> 6 & 0x3f));
            buffer[n++] = (char)(0x80 | (c & 0x3f));
        } else if (s[i] >= 0xd800 && s[i] < 0xe000) {
            buffer[n++] = '?';
        } else {
            buffer[n++] = (char)(0xe0 | s[i] >> 12);
            buffer[n++] = (char)(0x80 | (s[i] >> 6 & 0x3f));
            buffer[n++] = (char)(0x80 | (s[i] & 0x3f));
        }
    }
    buffer[n] = 0;
    return buffer;
}

/* ASCII as UTF-16, NUL-terminated. */
static inline utf16 *widen(utf16 *buffer, size_t size, const char *s)
{
    size_t n = 0;

    while (s[n] && n + 1 < size) {
        buffer[n] = (unsigned char)s[n];
        n++;
    }
    buffer[n] = 0;
    return buffer;
}

#endif
