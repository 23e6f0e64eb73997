/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * grammar.h: which bytes a head may consist of.
 *
 * Asked before llhttp sees a line, so that what is refused doesn't depend on its version: 8.1 takes a bare carriage
 * return for a line's end and lets folded lines and blanks in names pass; 9 doesn't.
 */
#ifndef HTTPAPI_ENGINE_GRAMMAR_H
#define HTTPAPI_ENGINE_GRAMMAR_H

#include <stdbool.h>

#include "page.h"
#include "text.h"

extern const bool grammar_token_chars[256];

/* RFC 9110 section 5.6.2. */
static inline bool is_token_char(unsigned char c)
{
    return grammar_token_chars[c];
}

/* What a value may contain: anything but control characters, tab excepted. */
static inline bool is_value_char(unsigned char c)
{
    return c >= 0x20 ? c != 0x7f : c == '\t';
}

/*
 * A header line without its end: PAGE_NONE when it is a name, a colon and a value. A name is a token, a value has no
 * control characters; AllowWeakHeaderNameSyntax and AllowWeakHeaderValueSyntax let more pass. *name is set then.
 */
enum page grammar_check_field(struct text line, struct text *name);

bool grammar_is_token(struct text t);

/* An element of Accept-Encoding: a token, and perhaps a weight. Windows looks into this header and no other list. */
bool grammar_is_coding(struct text element);

#endif
