/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_line.h: one line of http.sys's error log.
 *
 * The fields, their order and what stands for a missing one are those of the newest Windows (recorded lines; Microsoft's
 * KB 820729 describes most). docs/behaviour.md, "Error log".
 */
#ifndef HTTPAPI_ENGINE_ERROR_LINE_H
#define HTTPAPI_ENGINE_ERROR_LINE_H

#include <stdint.h>
#include <time.h>

#include "connection.h"
#include "text.h"

/* In bytes; more is cut off. */
#define ERROR_VERB_MAX 255
#define ERROR_URI_MAX 4096
#define ERROR_QUEUE_MAX 391 /* more than HttpCreateRequestQueue takes */

#define ERROR_VERSION_MAX 10 /* major or minor numbers from here on are written as "HTTP/?.?" */

struct error_record {
    int64_t time;                 /* seconds since 1970, UTC */
    const char *phrase;           /* lives for ever */
    union address client, server; /* AF_UNSPEC: unknown */
    uint16_t status;              /* 0: http.sys has no answer for it */
    uint8_t major, minor;         /* 0, 0: not parsed so far */
    struct text verb, uri, queue; /* empty: none, or not parsed so far; as they came */
};

#define ERROR_LINE_MAX (ERROR_VERB_MAX + ERROR_URI_MAX + ERROR_QUEUE_MAX + 256)
#define ERROR_HEAD_MAX 320

/* With CR LF; the length. */
size_t error_line_write(const struct error_record *r, char line[ERROR_LINE_MAX]);

/* The lines at the beginning of a file, and wherever a process begins to write to it. The length. */
size_t error_line_head(int64_t now, char head[ERROR_HEAD_MAX]);

/* A line that says how many records had no room. The length. */
size_t error_line_lost(uint32_t count, char line[ERROR_LINE_MAX]);

/* As much of t as a field of `max` bytes takes: not a part of a UTF-8 sequence. */
struct text error_line_cut(struct text t, size_t max);

#endif
