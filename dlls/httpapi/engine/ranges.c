/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ranges.c: reading Range.
 */
#include "ranges.h"

#include <string.h>

#include "connection.h"
#include "request.h"
#include "shard.h"

/* The value of a header that is there once and fits. */
static struct text copy_value(const struct request *r, enum request_header id, char to[RANGE_VALUE_MAX])
{
    struct text value = request_header(r, id);

    if (!value.ptr || value.len > RANGE_VALUE_MAX || r->headers[r->known[id] - 1].same)
        return (struct text){NULL, 0};
    memcpy(to, value.ptr, value.len);
    return (struct text){to, value.len};
}

enum result ranges_ask(struct queue *q, uint64_t id, struct ranges_asked *asked)
{
    struct request *r = request_lock(q, id);

    asked->range_text = asked->if_range_text = (struct text){NULL, 0};
    if (!r)
        return RESULT_GONE;
    if (r->verb == VERB_GET)
        asked->range_text = copy_value(r, REQ_Range, asked->range);
    if (r->known[REQ_IfRange])
        asked->if_range_text = copy_value(r, REQ_IfRange, asked->if_range);
    if (r->known[REQ_IfRange] && !asked->if_range_text.ptr)
        asked->range_text = (struct text){NULL, 0}; /* a condition that can't be met */
    shard_unlock(r->connection->shard);
    return RESULT_OK;
}

enum number { NUMBER_ABSENT, NUMBER_GOOD, NUMBER_BAD, NUMBER_HUGE };

static enum number parse_number(struct text t, uint64_t *value)
{
    if (!t.len)
        return NUMBER_ABSENT;
    for (size_t i = 0; i < t.len; i++)
        if (t.ptr[i] < '0' || t.ptr[i] > '9')
            return NUMBER_BAD;
    return text_to_u64(t, value) && *value != UINT64_MAX ? NUMBER_GOOD : NUMBER_HUGE;
}

/* "first-last", "first-" or "-suffix". */
static enum ranges_verdict parse_one(struct text t, uint64_t size, struct range *range)
{
    const char *dash = memchr(t.ptr, '-', t.len);
    size_t at = dash ? (size_t)(dash - t.ptr) : 0;
    uint64_t first = 0, last = 0;
    enum number a, b;

    if (!dash)
        return RANGES_ALL;
    a = parse_number(text_trim((struct text){t.ptr, at}), &first);
    b = parse_number(text_trim((struct text){dash + 1, t.len - at - 1}), &last);
    if (a == NUMBER_HUGE || b == NUMBER_HUGE)
        return RANGES_REFUSED;
    if (a == NUMBER_BAD || b == NUMBER_BAD || (a == NUMBER_ABSENT && b == NUMBER_ABSENT))
        return RANGES_ALL;
    if (a == NUMBER_ABSENT) {
        if (!last || !size)
            return RANGES_UNSATISFIABLE;
        *range = (struct range){last < size ? size - last : 0, size - 1};
        return RANGES_SOME;
    }
    if (b == NUMBER_GOOD && last < first)
        return RANGES_ALL;
    if (first >= size)
        return RANGES_UNSATISFIABLE;
    *range = (struct range){first, b == NUMBER_GOOD && last < size ? last : size - 1};
    return RANGES_SOME;
}

static bool is_bytes(struct text *value)
{
    const char *equals = memchr(value->ptr, '=', value->len);
    struct text unit = {value->ptr, equals ? (size_t)(equals - value->ptr) : 0};

    if (!equals || !text_equal_nocase(text_trim(unit), TEXT("bytes")))
        return false;
    *value = (struct text){equals + 1, value->len - unit.len - 1};
    return true;
}

enum ranges_verdict ranges_parse(struct text value, uint64_t size, struct range ranges[RANGES_MAX], unsigned *count)
{
    struct text element;
    unsigned asked = 0;

    *count = 0;
    if (!is_bytes(&value))
        return RANGES_ALL;
    while (text_next_element(&value, &element)) {
        enum ranges_verdict verdict;

        if (!element.len)
            continue;
        if (asked++ == RANGES_MAX)
            return RANGES_ALL;
        verdict = parse_one(element, size, &ranges[*count]);
        if (verdict == RANGES_ALL || verdict == RANGES_REFUSED)
            return verdict;
        *count += verdict == RANGES_SOME;
    }
    if (!asked)
        return RANGES_ALL;
    return *count ? RANGES_SOME : RANGES_UNSATISFIABLE;
}
