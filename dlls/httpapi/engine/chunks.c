/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chunks.c: one byte of framing at a time, data in one go.
 */
#include "chunks.h"

#include <string.h>

#include "grammar.h"
#include "text.h"

#define IGNORED_MAX 16384 /* no client has a reason for more, and nobody reads them */

static bool go(struct chunks *k, enum chunks_state state)
{
    k->state = state;
    return true;
}

static bool expect(struct chunks *k, unsigned char c, unsigned char expected, enum chunks_state next)
{
    return c == expected && go(k, next);
}

static bool add_digit(struct chunks *k, unsigned char c)
{
    int digit = hex_digit(c);

    if (digit < 0 || k->left >> 60)
        return false;
    k->left = k->left << 4 | (unsigned)digit;
    return go(k, CHUNKS_SIZE_REST);
}

static bool size_byte(struct chunks *k, unsigned char c)
{
    if (c == '\r')
        return go(k, CHUNKS_SIZE_LF);
    if (c == ';')
        return go(k, CHUNKS_EXTENSION);
    return add_digit(k, c);
}

/* A byte of an extension or a trailer's value. */
static bool ignored_byte(struct chunks *k, unsigned char c, enum chunks_state at_cr)
{
    if (c == '\r')
        return go(k, at_cr);
    return is_value_char(c) && ++k->ignored < IGNORED_MAX;
}

static bool name_byte(struct chunks *k, unsigned char c)
{
    if (c == ':')
        return go(k, CHUNKS_VALUE);
    return is_token_char(c) && ++k->ignored < IGNORED_MAX;
}

static bool line_byte(struct chunks *k, unsigned char c)
{
    if (c == '\r')
        return go(k, CHUNKS_END_LF);
    return is_token_char(c) && go(k, CHUNKS_NAME);
}

static bool framing_byte(struct chunks *k, unsigned char c)
{
    switch (k->state) {
    case CHUNKS_SIZE: return add_digit(k, c);
    case CHUNKS_SIZE_REST: return size_byte(k, c);
    case CHUNKS_EXTENSION: return ignored_byte(k, c, CHUNKS_SIZE_LF);
    case CHUNKS_SIZE_LF: return expect(k, c, '\n', k->left ? CHUNKS_DATA : CHUNKS_LINE);
    case CHUNKS_DATA_CR: return expect(k, c, '\r', CHUNKS_DATA_LF);
    case CHUNKS_DATA_LF: return k->ignored = 0, expect(k, c, '\n', CHUNKS_SIZE);
    case CHUNKS_LINE: return line_byte(k, c);
    case CHUNKS_NAME: return name_byte(k, c);
    case CHUNKS_VALUE: return ignored_byte(k, c, CHUNKS_VALUE_LF);
    case CHUNKS_VALUE_LF: return expect(k, c, '\n', CHUNKS_LINE);
    case CHUNKS_END_LF: return expect(k, c, '\n', CHUNKS_DONE);
    case CHUNKS_DATA:
    case CHUNKS_DONE: break;
    }
    return false;
}

bool chunks_decode(struct chunks *k, char *bytes, size_t n, size_t *data, size_t *used)
{
    size_t i = 0, o = 0;
    bool good = true;

    while (good && i < n && k->state != CHUNKS_DONE) {
        size_t run = n - i < k->left ? n - i : (size_t)k->left;

        if (k->state != CHUNKS_DATA) {
            good = framing_byte(k, (unsigned char)bytes[i++]);
            continue;
        }
        memmove(bytes + o, bytes + i, run);
        i += run;
        o += run;
        k->left -= run;
        if (!k->left)
            go(k, CHUNKS_DATA_CR);
    }
    *data = o;
    *used = i;
    return good;
}
