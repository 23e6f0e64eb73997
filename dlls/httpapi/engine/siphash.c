/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * siphash.c: SipHash of folded text, eight bytes at a time.
 */
#include "siphash.h"

#include <endian.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"

#define EACH_BYTE(b) (0x0101010101010101u * (b))

/* Without a source of chance, early in the system's start: the time, and where the kernel has put us. */
void siphash_make_key(struct siphash_key *key)
{
    if (getrandom(key, sizeof *key, GRND_NONBLOCK) != sizeof *key)
        *key = (struct siphash_key){{clock_ticks(), (uintptr_t)key}};
}

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void mix(uint64_t *a, uint64_t *b, unsigned bits)
{
    *a += *b;
    *b = rotate(*b, bits) ^ *a;
}

static inline void rounds(uint64_t v[4], unsigned n)
{
    while (n--) {
        mix(&v[0], &v[1], 13);
        v[0] = rotate(v[0], 32);
        mix(&v[2], &v[3], 16);
        mix(&v[0], &v[3], 21);
        mix(&v[2], &v[1], 17);
        v[2] = rotate(v[2], 32);
    }
}

static inline void add_word(uint64_t v[4], uint64_t word, unsigned n)
{
    v[3] ^= word;
    rounds(v, n);
    v[0] ^= word;
}

/* Up to eight bytes, the first one lowest, letters in lower case. A byte's highest bit tells what became of a sum. */
static inline uint64_t folded_word(const char *bytes, size_t n)
{
    uint64_t word = 0, low, letters;

    memcpy(&word, bytes, n);
    word = le64toh(word);
    low = word & EACH_BYTE(0x7f);
    letters = ((low + EACH_BYTE(0x80 - 'A')) ^ (low + EACH_BYTE(0x7f - 'Z'))) & ~word & EACH_BYTE(0x80);
    return word | letters >> 2;
}

/* SipHash-c-d. */
static inline uint64_t siphash(const struct siphash_key *key, struct text t, unsigned c, unsigned d)
{
    uint64_t v[] = {
        key->k[0] ^ 0x736f6d6570736575, key->k[1] ^ 0x646f72616e646f6d,
        key->k[0] ^ 0x6c7967656e657261, key->k[1] ^ 0x7465646279746573,
    };
    uint64_t length = (uint64_t)t.len << 56;

    for (; t.len >= 8; t.ptr += 8, t.len -= 8)
        add_word(v, folded_word(t.ptr, 8), c);
    add_word(v, folded_word(t.ptr, t.len) | length, c);
    v[2] ^= 0xff;
    rounds(v, d);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t siphash_nocase(const struct siphash_key *key, struct text name)
{
    return siphash(key, name, 1, 3);
}
