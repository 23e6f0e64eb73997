/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_utf16.c: UTF-8 both ways at its borders, case folding, code page 1252.
 */
#include "engine/utf16.h"

#include "unit.h"

/* The code point of a whole string, or -1; *left gets how many bytes are behind it. */
static int32_t decode(const char *bytes, size_t len, size_t *left)
{
    const unsigned char *p = (const unsigned char *)bytes, *end = p + len;
    int32_t c = utf8_next(&p, end);

    *left = (size_t)(end - p);
    return c;
}

static unsigned encode(char *out, uint32_t c)
{
    if (c < 0x80)
        return out[0] = (char)c, 1;
    if (c < 0x800)
        return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 0x3f)), 2;
    if (c < 0x10000)
        return out[0] = (char)(0xe0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 0x3f)),
               out[2] = (char)(0x80 | (c & 0x3f)), 3;
    return out[0] = (char)(0xf0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 0x3f)),
           out[2] = (char)(0x80 | (c >> 6 & 0x3f)), out[3] = (char)(0x80 | (c & 0x3f)), 4;
}

Test(utf16, every_code_point_and_each_of_its_beginnings)
{
    char bytes[4];
    size_t left;

    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        unsigned n = encode(bytes, c);
        bool surrogate = c >= 0xd800 && c < 0xe000;

        cr_assert_eq(decode(bytes, n, &left), surrogate ? -1 : (int32_t)c, "U+%04X", c);
        cr_assert_eq(left, surrogate ? n : 0u, "U+%04X", c);
        for (unsigned part = 1; part < n; part++)
            cr_assert_eq(decode(bytes, part, &left), -1, "U+%04X, %u bytes", c, part);
    }
}

Test(utf16, only_the_first_sequence_is_taken)
{
    size_t left;

    cr_assert_eq(decode("\xc3\xa4z", 3, &left), 0xe4);
    cr_assert_eq(left, 1u);
}

Test(utf16, what_is_no_shortest_form_is_refused)
{
    static const struct text bad[] = {
        TEXT("\x80"), TEXT("\xbf"), TEXT("\xc0\x80"), TEXT("\xc0\xa4"), TEXT("\xc1\xbf"), TEXT("\xe0\x80\xaf"),
        TEXT("\xe0\x9f\xbf"), TEXT("\xf0\x80\x80\xaf"), TEXT("\xf0\x8f\x8f\xbf"), TEXT("\xf0\x80\xbf\xbf"),
        TEXT("\xed\xa0\x80"), TEXT("\xed\xbf\xbf"), TEXT("\xf4\x90\x80\x80"), TEXT("\xf5\x80\x80\x80"),
        TEXT("\xff"), TEXT("\xfe"), TEXT("\xc3\x28"), TEXT("\xe2\x28\xa1"), TEXT("\xf0\x90\x28\xbc"),
    };
    size_t left;

    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_assert_eq(decode(bad[i].ptr, bad[i].len, &left), -1, "case %zu", i);
        cr_assert_eq(left, bad[i].len, "case %zu", i);
    }
}

Test(utf16, units)
{
    utf16 u[2];

    cr_assert_eq(utf16_put(u, 'a'), 1u);
    cr_assert_eq(u[0], 'a');
    cr_assert_eq(utf16_put(u, 0xffff), 1u);
    cr_assert_eq(u[0], 0xffff);
    cr_assert_eq(utf16_put(u, 0x10000), 2u);
    cr_assert(u[0] == 0xd800 && u[1] == 0xdc00);
    cr_assert_eq(utf16_put(u, 0x1f600), 2u);
    cr_assert(u[0] == 0xd83d && u[1] == 0xde00);
    cr_assert_eq(utf16_put(u, 0x10ffff), 2u);
    cr_assert(u[0] == 0xdbff && u[1] == 0xdfff);
}

Test(utf16, folding_ascii)
{
    for (utf16 c = 0; c < 0x80; c++)
        cr_assert_eq(utf16_fold(c), c >= 'a' && c <= 'z' ? c - 0x20 : c, "%x", c);
}

Test(utf16, folding_other_scripts)
{
    cr_assert_eq(utf16_fold(0xe4), utf16_fold(0xc4));   /* a umlaut */
    cr_assert_eq(utf16_fold(0x436), utf16_fold(0x416)); /* Cyrillic zhe */
    cr_assert_eq(utf16_fold(0x3b1), utf16_fold(0x391)); /* Greek alpha */
    cr_assert(utf16_fold(0xe4) != utf16_fold(0xf6));
    cr_assert_eq(utf16_fold(0xd83d), 0xd83d);
    cr_assert_eq(utf16_fold(0xde00), 0xde00);
}

/* A folded character stays as it is: prefixes are kept folded and compared with folded ones. */
Test(utf16, folding_twice_changes_nothing)
{
    for (unsigned c = 0; c < 0x10000; c++)
        cr_assert_eq(utf16_fold(utf16_fold((utf16)c)), utf16_fold((utf16)c), "%04x", c);
}

Test(utf16, code_page_1252)
{
    static const unsigned char undefined[] = {0x81, 0x8d, 0x8f, 0x90, 0x9d};

    for (unsigned c = 1; c < 0x80; c++)
        cr_assert_eq(ansi_to_utf16((unsigned char)c), c);
    for (unsigned c = 0xa0; c < 0x100; c++)
        cr_assert_eq(ansi_to_utf16((unsigned char)c), c);
    for (size_t i = 0; i < COUNT(undefined); i++)
        cr_assert_eq(ansi_to_utf16(undefined[i]), 0, "%02x", undefined[i]);
    cr_assert_eq(ansi_to_utf16(0x80), 0x20ac); /* euro */
    cr_assert_eq(ansi_to_utf16(0x85), 0x2026); /* ellipsis */
    cr_assert_eq(ansi_to_utf16(0x99), 0x2122); /* trade mark */
    cr_assert_eq(ansi_to_utf16(0x9f), 0x178);  /* Y with diaeresis */
}

/* Each code point that there is, to both forms and back. */
Test(utf16, there_and_back)
{
    for (uint32_t c = 0; c < 0x110000; c = c == 0xd7ff ? 0xe000 : c + 1) {
        utf16 units[2];
        const utf16 *u = units;
        char bytes[4];
        const unsigned char *b = (const unsigned char *)bytes;
        unsigned n = utf16_put(units, c), k = utf8_put(bytes, c);

        cr_assert_eq(utf16_next(&u, units + n), (int32_t)c);
        cr_assert_eq(u, units + n);
        cr_assert_eq(utf8_next(&b, (const unsigned char *)bytes + k), (int32_t)c);
        cr_assert_eq(b, (const unsigned char *)bytes + k);
    }
}

/* What is written into `size` bytes, and nothing else. */
static void assert_converted(const utf16 *s, size_t len, size_t size, const char *want)
{
    char out[32] = {0};

    cr_assert_eq(utf16_to_utf8(s, len, out, size), utf16_to_utf8(s, len, NULL, 0));
    cr_assert_str_eq(out, want);
}

Test(utf16, whole_texts)
{
    static const utf16 text[] = {'a', 0xe4, 0x20ac, 0xd83d, 0xde00, 0xdc00, 0xd800};

    cr_assert_eq(utf16_to_utf8(text, COUNT(text), NULL, 0), 16u);
    assert_converted(text, 7, 16, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd");
    assert_converted(text, 4, 16, "a\xc3\xa4\xe2\x82\xac\xef\xbf\xbd"); /* a pair is cut */
    assert_converted(text, 7, 9, "a\xc3\xa4\xe2\x82\xac"); /* nothing behind what doesn't fit */
    assert_converted(text, 0, 16, "");
}

Test(utf16, half_pairs)
{
    static const utf16 bad[][2] = {{0xd800, 'a'}, {0xdbff, 0xd800}, {0xdc00, 0xdc00}, {0xdfff, 'a'}, {0xd800, 0xe000}};

    for (size_t i = 0; i < COUNT(bad); i++) {
        const utf16 *u = bad[i];

        cr_assert_eq(utf16_next(&u, bad[i] + 2), -1, "%zu", i);
        cr_assert_eq(u, bad[i]);
    }
    cr_assert_eq(utf16_next(&(const utf16 *){bad[0]}, bad[0] + 1), -1);
}
