/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * grammar.c: header lines, byte by byte.
 */
#include "grammar.h"

#include <string.h>

#include "parameters.h"

const bool grammar_token_chars[256] = {
    ['!'] = true, ['#' ... '\''] = true, ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['0' ... '9'] = true,
    ['A' ... 'Z'] = true, ['^' ... '`'] = true, ['a' ... 'z'] = true, ['|'] = true, ['~'] = true,
};

bool grammar_is_token(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!is_token_char((unsigned char)t.ptr[i]))
            return false;
    return t.len;
}

/* The separators of RFC 2616 but blanks, which would make folded lines and names of the same bytes. */
static bool is_weak_name_char(unsigned char c)
{
    return parameters.AllowWeakHeaderNameSyntax && c && strchr("()<>@,;\\\"/[]?={}", c);
}

static bool is_weak_value_char(unsigned char c)
{
    return parameters.AllowWeakHeaderValueSyntax && c && c != '\r' && c != '\n';
}

enum page grammar_check_field(struct text line, struct text *name)
{
    size_t i = 0;

    while (i < line.len && (is_token_char((unsigned char)line.ptr[i]) || is_weak_name_char((unsigned char)line.ptr[i])))
        i++;
    if (!i || i == line.len || line.ptr[i] != ':')
        return i < line.len && line.ptr[i] == '\r' ? PAGE_BAD_LINE_END : PAGE_BAD_HEADER;
    *name = (struct text){line.ptr, i};
    while (++i < line.len) {
        unsigned char c = (unsigned char)line.ptr[i];

        if (!is_value_char(c) && !is_weak_value_char(c))
            return c == '\r' ? PAGE_BAD_LINE_END : PAGE_BAD_REQUEST;
    }
    return PAGE_NONE;
}

/* "q=0.5" */
static bool is_weight(struct text t)
{
    if (t.len < 3 || ascii_lower(t.ptr[0]) != 'q' || t.ptr[1] != '=')
        return false;
    for (size_t i = 2; i < t.len; i++)
        if (t.ptr[i] != '.' && (t.ptr[i] < '0' || t.ptr[i] > '9'))
            return false;
    return true;
}

bool grammar_is_coding(struct text element)
{
    const char *semicolon = memchr(element.ptr, ';', element.len);
    size_t len = semicolon ? (size_t)(semicolon - element.ptr) : element.len;

    if (semicolon && !is_weight(text_trim((struct text){semicolon + 1, element.len - len - 1})))
        return false;
    return grammar_is_token(text_trim((struct text){element.ptr, len}));
}
