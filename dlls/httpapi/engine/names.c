/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.c: from a name on the wire to its number.
 */
#include "names.h"

#include <string.h>

static const struct text verb_names[VERB_MAX] = {
#define X(name, text) [VERB_##name] = {text, sizeof text - 1},
    VERBS(X)
#undef X
};

const struct text request_header_names[REQ_MAX] = {
#define X(name, text) [REQ_##name] = {text, sizeof text - 1},
    REQUEST_HEADERS(X)
#undef X
};

const struct text response_header_names[RESP_MAX] = {
#define X(name, text) [RESP_##name] = {text, sizeof text - 1},
    RESPONSE_HEADERS(X)
#undef X
};

enum verb verb_from_text(struct text t)
{
    for (unsigned v = VERB_INVALID + 1; v < VERB_MAX; v++)
        if (verb_names[v].len == t.len && !memcmp(verb_names[v].ptr, t.ptr, t.len))
            return (enum verb)v;
    return VERB_UNKNOWN;
}

/* Length and first letter tell nearly all names apart: a look-up costs some forty integer compares and one of text. */
static unsigned header_from_text(const struct text *names, unsigned count, struct text name)
{
    for (unsigned i = 0; i < count; i++)
        if (names[i].len == name.len && ascii_lower(names[i].ptr[0]) == ascii_lower(name.ptr[0]) &&
            text_equal_nocase(names[i], name))
            return i;
    return HEADER_UNKNOWN;
}

unsigned request_header_from_text(struct text name)
{
    return header_from_text(request_header_names, REQ_MAX, name);
}

unsigned response_header_from_text(struct text name)
{
    return header_from_text(response_header_names, RESP_MAX, name);
}
