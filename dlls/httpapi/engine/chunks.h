/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chunks.h: the chunked coding, RFC 9112 section 7.1, to the letter.
 *
 * Our own, because a body that two parsers read differently is how requests are smuggled, and llhttp's strictness
 * depends on its version: 8.1 takes any two bytes for the end of a chunk. Here each line ends with CR LF, and
 * extensions and trailers, which are dropped, contain no control characters. An extension's quoted string ends in its
 * line: for some parsers a CR LF inside one isn't the line's end.
 *
 *   SIZE -> SIZE_REST -> [[BLANK] -> EXTENSION <-> QUOTED <-> ESCAPED] -> SIZE_LF
 *   SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE
 *   SIZE_LF -> LINE -> END_LF -> DONE                 size 0
 *              LINE -> NAME -> VALUE -> VALUE_LF -> LINE       trailers
 */
#ifndef HTTPAPI_ENGINE_CHUNKS_H
#define HTTPAPI_ENGINE_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum chunks_state {
    CHUNKS_SIZE, CHUNKS_SIZE_REST, CHUNKS_BLANK, CHUNKS_EXTENSION, CHUNKS_QUOTED, CHUNKS_ESCAPED, CHUNKS_SIZE_LF,
    CHUNKS_DATA, CHUNKS_DATA_CR, CHUNKS_DATA_LF,
    CHUNKS_LINE, CHUNKS_NAME, CHUNKS_VALUE, CHUNKS_VALUE_LF, CHUNKS_END_LF, CHUNKS_DONE, CHUNKS_BAD,
};

/* All zero at the beginning of a body. */
struct chunks {
    enum chunks_state state;
    uint32_t framing; /* bytes of this chunk's line so far; behind the last chunk also of the trailers */
    uint64_t left;    /* bytes of this chunk's data that are to come */
};

/*
 * Decodes n bytes in place: the data ends up at the beginning, *data bytes of it. *used bytes were consumed: all, unless
 * the body ended before (state CHUNKS_DONE). False when it isn't a chunked body; it never becomes one (CHUNKS_BAD).
 */
bool chunks_decode(struct chunks *k, char *bytes, size_t n, size_t *data, size_t *used);

#endif
