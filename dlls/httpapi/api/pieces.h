/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pieces.h: HTTP_DATA_CHUNK, read and turned into what the engine sends.
 */
#ifndef HTTPAPI_API_PIECES_H
#define HTTPAPI_API_PIECES_H

#include <http.h>

#include "op.h"

/*
 * Before anything is held: the array and what it points to can be read, and makes sense with these flags.
 * ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED.
 */
ULONG pieces_check(const HTTP_DATA_CHUNK *chunks, USHORT count, ULONG flags);

/*
 * A piece for each chunk, with `front` empty ones before them and `back` behind. Trailers become op->send.trailers.
 * On failure what was opened is in the pieces for pieces_free(). ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED,
 * ERROR_INVALID_PARAMETER, ERROR_HANDLE_EOF, ERROR_NOT_ENOUGH_MEMORY, and what pieces_check() gives.
 */
ULONG pieces_make(struct op *op, unsigned front, unsigned back, const HTTP_DATA_CHUNK *chunks, USHORT count);

/* Room for so many pieces; what is in op->send.few is lost. */
ULONG pieces_reserve(struct op *op, unsigned count);

/* Closes the files, frees the memory. */
void pieces_free(struct op *op);

#endif
