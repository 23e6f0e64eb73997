/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * utf16.h: text as Windows programs see it.
 */
#ifndef HTTPAPI_ENGINE_UTF16_H
#define HTTPAPI_ENGINE_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t utf16;

/* The character that stands for all its case variants; paths and hosts are compared folded. */
utf16 utf16_fold_other(utf16 c);

static inline utf16 utf16_fold(utf16 c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? (utf16)(c - 0x20) : c;
    return utf16_fold_other(c);
}

/*
 * One UTF-8 sequence from [*p, end): its code point, *p behind it; or -1 with *p unmoved when it is not a shortest
 * form of a character outside the surrogates.
 */
int32_t utf8_next(const unsigned char **p, const unsigned char *end);

/* The code point at [*p, end), *p behind it; -1 with *p unmoved for half a surrogate pair. */
static inline int32_t utf16_next(const utf16 **p, const utf16 *end)
{
    const utf16 *s = *p;

    if (s[0] < 0xd800 || s[0] >= 0xe000) {
        *p = s + 1;
        return s[0];
    }
    if (s[0] >= 0xdc00 || end - s < 2 || s[1] < 0xdc00 || s[1] >= 0xe000)
        return -1;
    *p = s + 2;
    return 0x10000 + ((s[0] - 0xd800) << 10) + (s[1] - 0xdc00);
}

/* Whether it has no half surrogate pair. */
bool utf16_is_well_formed(const utf16 *s, size_t len);

/* One or two units. Returns how many. */
unsigned utf16_put(utf16 out[2], uint32_t code_point);

/* One to four bytes. Returns how many. */
unsigned utf8_put(char out[4], uint32_t code_point);

/*
 * How long it is in UTF-8, with U+FFFD in the place of half a surrogate pair: three bytes for each unit at most.
 * Writes as many whole characters as fit into `size` bytes, and no NUL.
 */
size_t utf16_to_utf8(const utf16 *s, size_t len, char *out, size_t size);

/* A byte of Windows code page 1252, the "ANSI" of western systems; 0 for the five bytes it leaves undefined. */
utf16 ansi_to_utf16(unsigned char byte);

#endif
