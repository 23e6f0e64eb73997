/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_idn.c: names in other scripts, encoded and decoded as Windows' own IDN functions do it.
 */
#include "engine/idn.h"

#include "unit.h"

static void encodes(const uint32_t *name, const char *want)
{
    char ascii[HOST_MAX + 1];

    cr_assert_eq(idn_encode(name, ascii), RESULT_OK, "%s", want);
    cr_assert_str_eq(ascii, want);
}

static void decodes(const char *ascii, const uint32_t *want)
{
    uint32_t decoded[HOST_MAX + 1], n, i = 0;

    cr_assert_eq(idn_decode(text_of(ascii), decoded, &n), RESULT_OK, "%s", ascii);
    for (; want[i]; i++)
        cr_assert_eq(decoded[i], want[i], "%s: character %u", ascii, i);
    cr_assert_eq(n, i);
    cr_assert_eq(decoded[n], 0u);
}

Test(idn, there_and_back)
{
    static const struct {
        const uint32_t *name;
        const char *ascii;
    } names[] = {
        {U"m\u00fcller", "xn--mller-kva"},
        {U"www.b\u00fccher.example", "www.xn--bcher-kva.example"},
        {U"\u65e5\u672c\u8a9e.jp", "xn--wgv71a119e.jp"},
        {U"\U0001f4a9", "xn--ls8h"},
    };

    for (size_t i = 0; i < COUNT(names); i++) {
        encodes(names[i].name, names[i].ascii);
        decodes(names[i].ascii, names[i].name);
    }
}

/* Windows maps what stands for the same character, and sharp s and final sigma to what IDNA 2003 made of them. */
Test(idn, what_is_the_same_name)
{
    encodes(U"M\u00dcLLER", "xn--mller-kva");
    encodes(U"mu\u0308ller", "xn--mller-kva");
    encodes(U"\uff4d\u00fcller", "xn--mller-kva");
    encodes(U"fa\u00df.de", "fass.de");
    encodes(U"a\u3002\u00fc", "a.xn--tda");
    decodes("XN--MLLER-KVA", U"m\u00fcller");
}

Test(idn, what_is_no_name)
{
    static const uint32_t *const bad[] = {U"\u00fc b", U"\u00fc/", U"-\u00fc", U"\u00fc:1", U"\u00fc\001"};
    static const char *const encoded[] = {
        "xn--", "xn--zzzzzz9999", "a.xn--zzzzzz9999",
        "xn--rja",       /* U+00DD, which is encoded as its small letter */
        "xn--strae-oqa", /* with sharp s, which is ss */
    };
    uint32_t decoded[HOST_MAX + 1], n;
    char ascii[HOST_MAX + 1];

    for (size_t i = 0; i < COUNT(bad); i++)
        cr_assert_eq(idn_encode(bad[i], ascii), RESULT_INVALID, "%zu: %s", i, ascii);
    for (size_t i = 0; i < COUNT(encoded); i++)
        cr_assert_eq(idn_decode(text_of(encoded[i]), decoded, &n), RESULT_INVALID, "%s", encoded[i]);
}

Test(idn, too_long)
{
    uint32_t name[HOST_MAX + 2] = {0}, decoded[HOST_MAX + 1], n;
    char ascii[HOST_MAX + 2] = "";

    for (size_t i = 0; i <= HOST_MAX; i++)
        name[i] = i % 10 == 9 ? '.' : 0x4e00 + (uint32_t)i;
    cr_assert_eq(idn_encode(name, ascii), RESULT_INVALID);
    memset(ascii, 'a', HOST_MAX + 1);
    memcpy(ascii, "xn--", 4);
    cr_assert_eq(idn_decode((struct text){ascii, HOST_MAX + 1}, decoded, &n), RESULT_INVALID);
}

Test(idn, is_encoded)
{
    static const char *const yes[] = {"xn--a", "XN--a", "a.xn--b", "xn--", "a.b.xN--c.d"};
    static const char *const no[] = {"", "x", "xn-", "axn--b", "a-xn--b", "xn.--", "a.xn-", "localhost", "x n--"};

    for (size_t i = 0; i < COUNT(yes); i++)
        cr_assert(idn_is_encoded(text_of(yes[i])), "%s", yes[i]);
    for (size_t i = 0; i < COUNT(no); i++)
        cr_assert(!idn_is_encoded(text_of(no[i])), "%s", no[i]);
}
