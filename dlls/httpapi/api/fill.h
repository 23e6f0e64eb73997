/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fill.h: a request, written into the caller's HTTP_REQUEST and the buffer behind it.
 */
#ifndef HTTPAPI_API_FILL_H
#define HTTPAPI_API_FILL_H

#include <http.h>
#include <stdbool.h>

struct request;

struct filled {
    ULONG used;        /* bytes written; or, when !whole, bytes needed */
    bool whole;        /* false: the buffer is too small, only the ids were written */
    ULONG head;        /* the head's length on the wire */
    ULONG body;        /* body bytes copied */
    ULONG body_offset; /* where body bytes lie in the buffer, or would lie; 0: no room for any */
};

/* The smallest buffer for a receive on a queue of this version. */
static inline ULONG fill_minimum(unsigned version)
{
    return version == 1 ? sizeof(HTTP_REQUEST_V1) : sizeof(HTTP_REQUEST_V2);
}

/*
 * Writes the request: structure, addresses, header array, strings, and with `copy_body` what has come of the body. All
 * pointers lie inside the buffer, all strings end with NUL. `size` is at least fill_minimum(). The request is in state
 * TAKEN and the caller's; nothing is locked.
 */
struct filled fill_request(const struct request *r, unsigned version, bool copy_body, void *buffer, ULONG size);

struct body_read;

/* Adds `more` body bytes that this read, which is over, put at filled.body_offset + filled.body. */
void fill_add_body(void *buffer, struct filled *f, ULONG more, const struct body_read *read);

#endif
