/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * utf16.c: characters between the wire (UTF-8, or an ANSI code page) and Windows (UTF-16).
 */
#include "utf16.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

#define REPLACEMENT 0xfffd

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t unicode; /* (locale_t)0 when the system has no C.UTF-8: only ASCII is folded then */

static void open_locale(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

utf16 utf16_fold_other(utf16 c)
{
    wint_t upper;

    pthread_once(&once, open_locale);
    if (!unicode || (c >= 0xd800 && c < 0xe000))
        return c;
    upper = towupper_l(c, unicode);
    return upper < 0x10000 ? (utf16)upper : c;
}

/* How many continuation bytes follow a lead byte, and the smallest code point so many may encode. */
static int utf8_lead(unsigned char lead, uint32_t *bits, uint32_t *least)
{
    if (lead >= 0xc2 && lead < 0xe0)
        return *bits = lead & 0x1f, *least = 0x80, 1;
    if (lead >= 0xe0 && lead < 0xf0)
        return *bits = lead & 0x0f, *least = 0x800, 2;
    if (lead >= 0xf0 && lead < 0xf5)
        return *bits = lead & 0x07, *least = 0x10000, 3;
    return -1;
}

int32_t utf8_next(const unsigned char **p, const unsigned char *end)
{
    const unsigned char *s = *p;
    uint32_t c, least;
    int more;

    if (*s < 0x80) {
        *p = s + 1;
        return *s;
    }
    more = utf8_lead(*s++, &c, &least);
    if (more < 0 || end - s < more)
        return -1;
    while (more--) {
        if ((*s & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (*s++ & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return -1;
    *p = s;
    return (int32_t)c;
}

bool utf16_is_well_formed(const utf16 *s, size_t len)
{
    const utf16 *end = s + len;

    while (s < end)
        if (utf16_next(&s, end) < 0)
            return false;
    return true;
}

unsigned utf16_put(utf16 out[2], uint32_t c)
{
    if (c < 0x10000) {
        out[0] = (utf16)c;
        return 1;
    }
    c -= 0x10000;
    out[0] = (utf16)(0xd800 | c >> 10);
    out[1] = (utf16)(0xdc00 | (c & 0x3ff));
    return 2;
}

unsigned utf8_put(char out[4], uint32_t c)
{
    unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};

    for (unsigned i = more; i; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[more] | c);
    return more + 1;
}

size_t utf16_to_utf8(const utf16 *s, size_t len, char *out, size_t size)
{
    const utf16 *end = s + len;
    size_t n = 0;

    while (s < end) {
        int32_t c = utf16_next(&s, end);
        char bytes[4];
        unsigned count;

        s += c < 0;
        count = utf8_put(bytes, c < 0 ? REPLACEMENT : (uint32_t)c);
        if (n + count <= size)
            memcpy(out + n, bytes, count);
        n += count;
    }
    return n;
}

utf16 ansi_to_utf16(unsigned char byte)
{
    /* 0x80 to 0x9f, where code page 1252 differs from Latin-1 */
    static const utf16 high[32] = {
        0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
    };

    return byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
}
