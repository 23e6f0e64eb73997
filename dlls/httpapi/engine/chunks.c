/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chunks.c: one byte of framing at a time, data in one go.
 */
#include "chunks.h"

#include <string.h>

#include "grammar.h"
#include "text.h"

#define FRAMING_MAX 16384 /* no client has a reason for more, and nobody reads extensions and trailers */
#define DIGITS_MAX 16     /* leading zeros too: parsers lose different digits of a longer size */

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

    if (digit < 0 || ++k->framing > DIGITS_MAX)
        return false;
    k->left = k->left << 4 | (unsigned)digit;
    return go(k, CHUNKS_SIZE_REST);
}

/* A byte that is dropped. */
static bool drop(struct chunks *k, bool allowed, enum chunks_state next)
{
    return allowed && ++k->framing < FRAMING_MAX && go(k, next);
}

/* Blanks behind the size belong to the extension that has to follow. */
static bool blank_byte(struct chunks *k, unsigned char c)
{
    if (c == ';')
        return go(k, CHUNKS_EXTENSION);
    return drop(k, c == ' ' || c == '\t', CHUNKS_BLANK);
}

static bool size_byte(struct chunks *k, unsigned char c)
{
    if (c == '\r')
        return go(k, CHUNKS_SIZE_LF);
    return blank_byte(k, c) || add_digit(k, c);
}

static bool extension_byte(struct chunks *k, unsigned char c)
{
    if (c == '\r')
        return go(k, CHUNKS_SIZE_LF);
    return drop(k, is_value_char(c), c == '"' ? CHUNKS_QUOTED : CHUNKS_EXTENSION);
}

static bool quoted_byte(struct chunks *k, unsigned char c)
{
    return drop(k, is_value_char(c), c == '"' ? CHUNKS_EXTENSION : c == '\\' ? CHUNKS_ESCAPED : CHUNKS_QUOTED);
}

static bool name_byte(struct chunks *k, unsigned char c)
{
    if (c == ':')
        return go(k, CHUNKS_VALUE);
    return drop(k, is_token_char(c), CHUNKS_NAME);
}

static bool value_byte(struct chunks *k, unsigned char c)
{
    if (c == '\r')
        return go(k, CHUNKS_VALUE_LF);
    return drop(k, is_value_char(c), CHUNKS_VALUE);
}

static bool line_byte(struct chunks *k, unsigned char c)
{
    if (c == '\r')
        return go(k, CHUNKS_END_LF);
    return drop(k, is_token_char(c), CHUNKS_NAME);
}

static bool framing_byte(struct chunks *k, unsigned char c)
{
    switch (k->state) {
    case CHUNKS_SIZE: return add_digit(k, c);
    case CHUNKS_SIZE_REST: return size_byte(k, c);
    case CHUNKS_BLANK: return blank_byte(k, c);
    case CHUNKS_EXTENSION: return extension_byte(k, c);
    case CHUNKS_QUOTED: return quoted_byte(k, c);
    case CHUNKS_ESCAPED: return drop(k, is_value_char(c), CHUNKS_QUOTED);
    case CHUNKS_SIZE_LF: return expect(k, c, '\n', k->left ? CHUNKS_DATA : CHUNKS_LINE);
    case CHUNKS_DATA_CR: return expect(k, c, '\r', CHUNKS_DATA_LF);
    case CHUNKS_DATA_LF: return k->framing = 0, expect(k, c, '\n', CHUNKS_SIZE);
    case CHUNKS_LINE: return line_byte(k, c);
    case CHUNKS_NAME: return name_byte(k, c);
    case CHUNKS_VALUE: return value_byte(k, c);
    case CHUNKS_VALUE_LF: return expect(k, c, '\n', CHUNKS_LINE);
    case CHUNKS_END_LF: return expect(k, c, '\n', CHUNKS_DONE);
    case CHUNKS_DATA:
    case CHUNKS_DONE:
    case CHUNKS_BAD: break;
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
    if (!good)
        k->state = CHUNKS_BAD;
    return k->state != CHUNKS_BAD;
}
