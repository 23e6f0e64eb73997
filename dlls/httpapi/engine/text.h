/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.h: ASCII text in buffers that aren't NUL-terminated.
 */
#ifndef HTTPAPI_ENGINE_TEXT_H
#define HTTPAPI_ENGINE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes inside a request's input buffer, which may move: an offset, not a pointer. */
struct span {
    uint32_t off, len;
};

/* Bytes somewhere else. */
struct text {
    const char *ptr;
    size_t len;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* Equal length and equal but for ASCII case; never a prefix match. */
bool text_equal_nocase(struct text a, struct text b);

/* Without blanks and tabs at both ends. */
struct text text_trim(struct text t);

/*
 * The next element of a comma-separated list, trimmed, possibly empty; *list moves behind it.
 * False at the end of the list.
 */
bool text_next_element(struct text *list, struct text *element);

/* True when the comma-separated list has this element, whatever its case. */
bool text_has_element(struct text list, struct text element);

/* A decimal number of digits only that fits; false otherwise. */
bool text_to_u64(struct text t, uint64_t *value);

/* The value of a hexadecimal digit, or -1. */
int hex_digit(unsigned c);

#endif
