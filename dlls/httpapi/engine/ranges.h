/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ranges.h: which bytes of a representation a request asks for: Range and If-Range, RFC 9110 sections 13.1.5 and 14.
 */
#ifndef HTTPAPI_ENGINE_RANGES_H
#define HTTPAPI_ENGINE_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"
#include "text.h"

struct queue;

#define RANGES_MAX 32 /* a request for more gets everything: nobody needs them, and each costs a part's header */
#define RANGE_VALUE_MAX 1024

/* Copies of what a request says. */
struct ranges_asked {
    char range[RANGE_VALUE_MAX], if_range[RANGE_VALUE_MAX];
    struct text range_text, if_range_text; /* without pointer when absent */
};

/*
 * range_text is set for a GET with one Range header; both values fit. RESULT_GONE for a bad id. No locks.
 */
enum result ranges_ask(struct queue *q, uint64_t id, struct ranges_asked *asked);

struct range {
    uint64_t first, last; /* inclusive */
};

enum ranges_verdict {
    RANGES_ALL,           /* no bytes range, or one that makes no sense: everything is sent */
    RANGES_SOME,
    RANGES_UNSATISFIABLE, /* nothing of what is asked is there */
    RANGES_REFUSED,       /* numbers at the end of 64 bits: an attack, not a range */
};

/* Of `size` bytes. The satisfiable ranges in the order they are asked for; *count of them. */
enum ranges_verdict ranges_parse(struct text value, uint64_t size, struct range ranges[RANGES_MAX], unsigned *count);

#endif
