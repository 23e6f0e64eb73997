/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_siphash.c: the published values, and folding.
 */
#include "engine/siphash.c"

#include "unit.h"

/*
 * Of the bytes 0, 1, 2 ... under the key 0, 1, 2 ...: SipHash-2-4 as in the paper's reference implementation, SipHash-1-3
 * as in the tests of Rust's standard library. None of these bytes is a letter.
 */
Test(siphash, published_values)
{
    static const struct {
        size_t length;
        uint64_t strong, fast;
    } known[] = {
        {0, 0x726fdb47dd0e0e31, 0xabac0158050fc4dc},  {1, 0x74f839c593dc67fd, 0xc9f49bf37d57ca93},
        {7, 0xab0200f58b01d137, 0xd3927d989bb11140},  {8, 0x93f5f5799a932462, 0x369095118d299a8e},
        {15, 0xa129ca6149be45e5, 0xd320d86d2a519956}, {63, 0x958a324ceb064572, 0x9d199062b7bbb3a8},
    };
    static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
    char bytes[64];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (size_t i = 0; i < COUNT(known); i++) {
        struct text t = {bytes, known[i].length};

        cr_assert_eq(siphash(&key, t, 2, 4), known[i].strong, "2-4, %zu bytes", t.len);
        cr_assert_eq(siphash_nocase(&key, t), known[i].fast, "1-3, %zu bytes", t.len);
    }
}

/* Each byte, at each place in a word: letters of both cases are one, all else differs from what it is beside. */
Test(siphash, only_letters_are_folded)
{
    static const struct siphash_key key = {{1, 2}};
    char bytes[11], lower[11];

    for (size_t at = 0; at < sizeof bytes; at++)
        for (unsigned c = 0; c < 256; c++) {
            memset(bytes, '@', sizeof bytes);
            memset(lower, '@', sizeof lower);
            bytes[at] = (char)c;
            lower[at] = ascii_lower((char)c);
            cr_assert_eq(siphash_nocase(&key, (struct text){bytes, sizeof bytes}),
                         siphash_nocase(&key, (struct text){lower, sizeof lower}), "%02x at %zu", c, at);
            lower[at] = (char)(c ^ 0x20);
            cr_assert_eq(siphash_nocase(&key, (struct text){bytes, sizeof bytes}) ==
                             siphash_nocase(&key, (struct text){lower, sizeof lower}),
                         (c | 0x20) >= 'a' && (c | 0x20) <= 'z', "%02x at %zu", c, at);
        }
}

Test(siphash, keys_differ)
{
    struct siphash_key a, b;

    siphash_make_key(&a);
    siphash_make_key(&b);
    cr_assert(a.k[0] != b.k[0] && a.k[1] != b.k[1]);
    cr_assert(siphash_nocase(&a, TEXT("X-Name")) != siphash_nocase(&b, TEXT("X-Name")));
}
