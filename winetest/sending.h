/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sending.h: what the tests of responses share.
 */
#ifndef WINETEST_SENDING_H
#define WINETEST_SENDING_H

#include "scene.h"

#define GET_1_0 "GET /foobar HTTP/1.0\r\nHost: localhost:%u\r\n\r\n"
#define HEAD_FOOBAR "HEAD /foobar HTTP/1.1\r\nHost: localhost:%u\r\n\r\n"

/* A header of the answer in `text`: its value, or "(none)". In a static buffer. */
const char *value_of(const char *text, const char *name);

/* How often that is there. */
int count_of(const char *text, const char *what);

/* The connection takes another request. */
void check_alive(struct scene *x);

/* The answer says that the connection ends, once, and it does. The scene has another connection afterwards. */
void check_ends(struct scene *x);

/* A temporary file with that content; its path. */
HANDLE make_file(char path[MAX_PATH], const char *content);
void remove_file(HANDLE file, const char *path);

void chunk_file(HTTP_DATA_CHUNK *chunk, HANDLE file, ULONGLONG start, ULONGLONG length);

/* The response has this unknown header, too; at most eight. */
void reply_unknown(struct reply *r, const char *name, const char *value);

/* A 200, with a known header given several times, in the structures of the caller's. */
void reply_multiple(struct reply *r, HTTP_RESPONSE_INFO *info, HTTP_MULTIPLE_KNOWN_HEADERS *multiple, HTTP_HEADER_ID id,
                    HTTP_KNOWN_HEADER *values, USHORT count);

#endif
