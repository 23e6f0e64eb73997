/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_grammar.c: each byte on its own.
 */
#include "engine/grammar.h"

#include <ctype.h>

#include "unit.h"

/* RFC 9110's tchar, in its order. */
Test(grammar, token_characters)
{
    cr_assert(!is_token_char(0));
    for (unsigned c = 1; c < 256; c++)
        cr_assert_eq(is_token_char((unsigned char)c), (c < 128 && isalnum((int)c)) || strchr("!#$%&'*+-.^_`|~", (int)c),
                     "%02x", c);
}

Test(grammar, tokens)
{
    cr_assert(grammar_is_token(TEXT("X-Name_2")));
    cr_assert(!grammar_is_token(TEXT("")));
    cr_assert(!grammar_is_token(TEXT("a b")));
    cr_assert(!grammar_is_token(TEXT("a:")));
}

Test(grammar, value_characters)
{
    for (unsigned c = 0; c < 256; c++)
        cr_assert_eq(is_value_char((unsigned char)c), c == '\t' || (c >= ' ' && c != 0x7f), "%02x", c);
}

Test(grammar, codings)
{
    static const char *const good[] = {"gzip", "*", "br;q=1", "br ; q=0.5", "br;Q=0.123"};
    static const char *const bad[] = {"", "a b", ";q=1", "br;", "br;q", "br;q=", "br;q=a", "br;p=1", "br;q=1;q=1", "(br)"};

    for (size_t i = 0; i < COUNT(good); i++)
        cr_assert(grammar_is_coding(text_of(good[i])), "%s", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        cr_assert(!grammar_is_coding(text_of(bad[i])), "%s", bad[i]);
}
