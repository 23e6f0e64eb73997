/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sha1.h: SHA-1 (FIPS 180-4) and base64, for the WebSocket handshake. Windows has both in bcrypt.dll and crypt32.dll,
 * but the native host stands in only for what HTTP Server API programs can't do without; and the handshake doesn't need
 * a hash that is good or fast. A sample without libraries is easier to build and to read.
 */
#ifndef SAMPLE_SHA1_H
#define SAMPLE_SHA1_H

#include <string.h>

#define SHA1_SIZE 20
#define SHA1_BLOCK 64

static inline unsigned sha1_rotate(unsigned x, int n)
{
    return x << n | x >> (32 - n);
}

static inline void sha1_expand(unsigned w[80], const unsigned char *block)
{
    for (int i = 0; i < 16; i++)
        w[i] = (unsigned)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        w[i] = sha1_rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

static inline void sha1_block(unsigned h[5], const unsigned char *block)
{
    unsigned w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

    sha1_expand(w, block);
    for (int i = 0; i < 80; i++) {
        unsigned f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                     : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                     : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                              : (b ^ c ^ d) + 0xca62c1d6;
        unsigned next = sha1_rotate(a, 5) + f + e + w[i];

        e = d;
        d = c;
        c = sha1_rotate(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

/* Of at most SHA1_BLOCK * 4 - 9 bytes: what is hashed here is short. */
static inline void sha1(const char *data, size_t length, unsigned char digest[SHA1_SIZE])
{
    unsigned h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    unsigned char padded[SHA1_BLOCK * 4] = {0};
    size_t size = (length + 9 + SHA1_BLOCK - 1) / SHA1_BLOCK * SHA1_BLOCK;

    memcpy(padded, data, length);
    padded[length] = 0x80;
    padded[size - 2] = (unsigned char)(length * 8 >> 8);
    padded[size - 1] = (unsigned char)(length * 8);
    for (size_t i = 0; i < size; i += SHA1_BLOCK)
        sha1_block(h, padded + i);
    for (int i = 0; i < SHA1_SIZE; i++)
        digest[i] = (unsigned char)(h[i / 4] >> (24 - i % 4 * 8));
}

#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

static inline void base64(const unsigned char *data, size_t length, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < length; i += 3) {
        size_t have = length - i < 3 ? length - i : 3;
        unsigned bits = (unsigned)data[i] << 16 | (have > 1 ? data[i + 1] << 8 : 0) | (have > 2 ? data[i + 2] : 0);

        *text++ = digits[bits >> 18];
        *text++ = digits[bits >> 12 & 63];
        *text++ = have > 1 ? digits[bits >> 6 & 63] : '=';
        *text++ = have > 2 ? digits[bits & 63] : '=';
    }
    *text = 0;
}

#endif
