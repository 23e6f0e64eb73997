/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_names.c: each verb and header name finds its number, and nothing else does.
 */
#include "engine/names.h"

#include "unit.h"

static const char *const verbs[VERB_MAX] = {
#define X(name, text) [VERB_##name] = text,
    VERBS(X)
#undef X
};

Test(names, every_verb)
{
    for (unsigned v = VERB_INVALID + 1; v < VERB_MAX; v++)
        cr_assert_eq((unsigned)verb_from_text(text_of(verbs[v])), v, "%s", verbs[v]);
}

/* HTTP_VERB in http.h: HttpVerbOPTIONS is 3, HttpVerbSEARCH 19. */
Test(names, numbers_of_verbs)
{
    cr_assert_eq(VERB_OPTIONS, 3);
    cr_assert_eq(VERB_GET, 4);
    cr_assert_eq(VERB_POST, 6);
    cr_assert_eq(VERB_SEARCH, 19);
    cr_assert_eq(VERB_MAX, 20);
}

Test(names, verbs_are_case_sensitive)
{
    char lower[16];

    for (unsigned v = VERB_INVALID + 1; v < VERB_MAX; v++) {
        for (size_t i = 0; i <= strlen(verbs[v]); i++)
            lower[i] = ascii_lower(verbs[v][i]);
        cr_assert_eq(verb_from_text(text_of(lower)), VERB_UNKNOWN, "%s", lower);
    }
}

Test(names, a_part_of_a_verb_is_unknown)
{
    for (unsigned v = VERB_INVALID + 1; v < VERB_MAX; v++)
        for (size_t n = 0; n < strlen(verbs[v]); n++)
            cr_assert_eq(verb_from_text((struct text){verbs[v], n}), VERB_UNKNOWN, "%.*s", (int)n, verbs[v]);
    cr_assert_eq(verb_from_text(TEXT("GETX")), VERB_UNKNOWN);
    cr_assert_eq(verb_from_text(TEXT("PATCH")), VERB_UNKNOWN);
    cr_assert_eq(verb_from_text(TEXT("GET ")), VERB_UNKNOWN);
}

typedef unsigned find_header(struct text name);

/* The name, in both cases and with its first half only; half a name may be another one's whole. */
static void check_name(find_header *find, const struct text *names, unsigned count, unsigned id)
{
    char upper[64], lower[64];
    size_t n = names[id].len;

    for (size_t i = 0; i < n; i++) {
        char c = names[id].ptr[i];

        lower[i] = ascii_lower(c);
        upper[i] = (char)(c >= 'a' && c <= 'z' ? c - 0x20 : c);
    }
    cr_assert_eq(find(names[id]), id);
    cr_assert_eq(find((struct text){lower, n}), id, "%.*s", (int)n, lower);
    cr_assert_eq(find((struct text){upper, n}), id, "%.*s", (int)n, upper);
    for (size_t part = 0; part < n; part++) {
        unsigned found = find((struct text){lower, part});

        cr_assert(found == HEADER_UNKNOWN || (found < count && names[found].len == part), "%.*s", (int)part, lower);
    }
    lower[n] = 'x';
    cr_assert_eq(find((struct text){lower, n + 1}), HEADER_UNKNOWN, "%.*s", (int)n + 1, lower);
}

Test(names, every_request_header)
{
    for (unsigned id = 0; id < REQ_MAX; id++)
        check_name(request_header_from_text, request_header_names, REQ_MAX, id);
}

Test(names, every_response_header)
{
    for (unsigned id = 0; id < RESP_MAX; id++)
        check_name(response_header_from_text, response_header_names, RESP_MAX, id);
}

/* HTTP_HEADER_ID in http.h. */
Test(names, numbers_of_headers)
{
    cr_assert_eq(REQ_ContentLength, 11);
    cr_assert_eq(REQ_Host, 28);
    cr_assert_eq(REQ_UserAgent, 40);
    cr_assert_eq(REQ_MAX, 41);
    cr_assert_eq(RESP_AcceptRanges, 20);
    cr_assert_eq(RESP_RetryAfter, 25);
    cr_assert_eq(RESP_WwwAuthenticate, 29);
    cr_assert_eq(RESP_MAX, 30);
}

Test(names, names_of_the_other_kind_of_message_are_unknown)
{
    cr_assert_eq(request_header_from_text(TEXT("Server")), HEADER_UNKNOWN);
    cr_assert_eq(request_header_from_text(TEXT("Set-Cookie")), HEADER_UNKNOWN);
    cr_assert_eq(response_header_from_text(TEXT("Host")), HEADER_UNKNOWN);
    cr_assert_eq(response_header_from_text(TEXT("Cookie")), HEADER_UNKNOWN);
}
