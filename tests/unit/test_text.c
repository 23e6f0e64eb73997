/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_text.c: comparing, trimming and cutting ASCII text, and numbers.
 */
#include "engine/text.h"

#include "unit.h"

Test(text, equal_but_for_case)
{
    cr_assert(text_equal_nocase(TEXT("Content-Length"), TEXT("content-LENGTH")));
    cr_assert(text_equal_nocase(TEXT(""), TEXT("")));
    cr_assert(!text_equal_nocase(TEXT("Host"), TEXT("Hos")));
    cr_assert(!text_equal_nocase(TEXT("Hos"), TEXT("Host")));
    cr_assert(!text_equal_nocase(TEXT("close"), TEXT("closf")));
}

/* '@' and '`', '[' and '{' differ by the same bit as a letter and its capital. */
Test(text, only_letters_have_case)
{
    cr_assert(!text_equal_nocase(TEXT("@"), TEXT("`")));
    cr_assert(!text_equal_nocase(TEXT("["), TEXT("{")));
    cr_assert(!text_equal_nocase(TEXT("\xc4"), TEXT("\xe4")));
}

Test(text, trim_takes_blanks_and_tabs_at_both_ends)
{
    assert_text(text_trim(TEXT(" \t a b\t ")), "a b");
    assert_text(text_trim(TEXT("a")), "a");
    assert_text(text_trim(TEXT(" \t ")), "");
    assert_text(text_trim(TEXT("")), "");
    assert_text(text_trim(TEXT("\r\na")), "\r\na");
}

/* The elements of a list, each in brackets. */
static const char *elements(struct text list, char *buffer)
{
    struct text t;
    size_t n = 0;

    buffer[0] = 0;
    while (text_next_element(&list, &t))
        n += (size_t)sprintf(buffer + n, "[%.*s]", PRINT(t));
    return buffer;
}

Test(text, list_elements)
{
    char b[64];

    cr_assert_str_eq(elements(TEXT("gzip, chunked"), b), "[gzip][chunked]");
    cr_assert_str_eq(elements(TEXT("a"), b), "[a]");
    cr_assert_str_eq(elements(TEXT(" a ,\tb\t,c"), b), "[a][b][c]");
    cr_assert_str_eq(elements(TEXT("a,,b,"), b), "[a][][b][]");
    cr_assert_str_eq(elements((struct text){NULL, 0}, b), "");
}

Test(text, has_element_matches_whole_elements)
{
    cr_assert(text_has_element(TEXT("keep-alive, Close"), TEXT("close")));
    cr_assert(!text_has_element(TEXT("closed"), TEXT("close")));
    cr_assert(!text_has_element(TEXT("clos"), TEXT("close")));
    cr_assert(!text_has_element(TEXT("close me"), TEXT("close")));
    cr_assert(!text_has_element((struct text){NULL, 0}, TEXT("close")));
}

Test(text, numbers)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {
        {"0", 0}, {"7", 7}, {"007", 7}, {"65535", 65535}, {"9223372036854775808", 9223372036854775808u},
        {"18446744073709551615", UINT64_MAX},
    };
    static const char *const bad[] = {
        "", " 1", "1 ", "-1", "+1", "1a", "0x1", "1,1", "18446744073709551616", "99999999999999999999",
    };
    uint64_t value;

    for (size_t i = 0; i < COUNT(good); i++) {
        cr_assert(text_to_u64(text_of(good[i].text), &value), "%s", good[i].text);
        cr_assert_eq(value, good[i].value, "%s", good[i].text);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        cr_assert(!text_to_u64(text_of(bad[i]), &value), "%s", bad[i]);
}

Test(text, hexadecimal_digits)
{
    static const char digits[] = "0123456789abcdef";

    for (unsigned c = 0; c < 256; c++) {
        const char *at = c ? strchr(digits, ascii_lower((char)c)) : NULL;

        cr_assert_eq(hex_digit(c), at ? (int)(at - digits) : -1, "%02x", c);
    }
}
