/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c: comparing and cutting ASCII text.
 */
#include "text.h"

#include <string.h>

bool text_equal_nocase(struct text a, struct text b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
            return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct text text_trim(struct text t)
{
    while (t.len && is_blank(t.ptr[0]))
        t.ptr++, t.len--;
    while (t.len && is_blank(t.ptr[t.len - 1]))
        t.len--;
    return t;
}

bool text_next_element(struct text *list, struct text *element)
{
    const char *comma;
    size_t n;

    if (!list->ptr)
        return false;
    comma = memchr(list->ptr, ',', list->len);
    n = comma ? (size_t)(comma - list->ptr) : list->len;
    *element = text_trim((struct text){list->ptr, n});
    if (comma)
        *list = (struct text){comma + 1, list->len - n - 1};
    else
        *list = (struct text){NULL, 0};
    return true;
}

bool text_has_element(struct text list, struct text element)
{
    struct text t;

    while (text_next_element(&list, &t))
        if (text_equal_nocase(t, element))
            return true;
    return false;
}

bool text_to_u64(struct text t, uint64_t *value)
{
    uint64_t v = 0;

    if (!t.len)
        return false;
    for (size_t i = 0; i < t.len; i++) {
        unsigned digit = (unsigned char)t.ptr[i] - '0';

        if (digit > 9 || v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

int hex_digit(unsigned c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)(c - 'a' + 10) : -1;
}
