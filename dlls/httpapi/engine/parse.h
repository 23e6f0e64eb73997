/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.h: from bytes to a request's head and the framing of its body.
 *
 * Who is refused, and with which page, follows docs/behaviour.md, "The head".
 */
#ifndef HTTPAPI_ENGINE_PARSE_H
#define HTTPAPI_ENGINE_PARSE_H

#include "page.h"

struct request;

enum parse_result { PARSE_MORE, PARSE_DONE, PARSE_REFUSED };

/*
 * Looks at the bytes behind r->parsed. PARSE_DONE: the head is complete, all its fields are set, the body's
 * framing is known. PARSE_REFUSED: *page says why. Shard lock.
 */
enum parse_result parse_head(struct request *r, enum page *page);

/*
 * Decodes the chunked bytes from body.end to in_len in place: data moves down behind body.end, and when the body
 * is complete the bytes behind it follow. False for bad framing. Shard lock.
 */
bool parse_chunks(struct request *r);

#endif
