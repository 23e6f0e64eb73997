/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * grammar.c: header lines, byte by byte.
 */
#include "grammar.h"

#include <string.h>

bool is_token_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

enum page grammar_check_field(struct text line)
{
    size_t i = 0;

    while (i < line.len && is_token_char((unsigned char)line.ptr[i]))
        i++;
    if (!i || i == line.len || line.ptr[i] != ':')
        return PAGE_BAD_HEADER;
    while (++i < line.len)
        if (!is_value_char((unsigned char)line.ptr[i]))
            return PAGE_BAD_REQUEST;
    return PAGE_NONE;
}
