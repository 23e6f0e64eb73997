/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * feed.h: a request that is fed from text instead of a socket, as connection.c and body.c feed it.
 */
#ifndef TESTS_UNIT_FEED_H
#define TESTS_UNIT_FEED_H

#include "engine/parse.h"
#include "engine/request.h"

struct feed {
    struct request r;
    enum parse_result result; /* of the head */
    enum page page;
    bool bad_body;
};

void feed_begin(struct feed *f);
void feed_end(struct feed *f);

/* Appends bytes and parses. The buffer is exactly as large as what is in it, and moves each time. */
void feed_bytes(struct feed *f, const char *bytes, size_t n);

/* All that was made of it, as text, to compare or to print: "GET /a 1.1|Host: b|..." In a static buffer. */
const char *feed_show(const struct feed *f);

/* --- requests that are fed whole, byte by byte, and cut in two at each offset: they have to come to the same end */

/* What that is, as feed_show() says it; the caller's to free. */
char *parse_each_way(struct text t);

void gives(struct text t, const char *want);
void refused(struct text t, enum page page);
void refused_somehow(struct text t); /* with whatever page */
void body_refused(struct text t);    /* behind a good head */

#endif
