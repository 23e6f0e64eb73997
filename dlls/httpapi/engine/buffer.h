/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * buffer.h: memory that grows with what one client sends: a head, its headers, its URL.
 */
#ifndef HTTPAPI_ENGINE_BUFFER_H
#define HTTPAPI_ENGINE_BUFFER_H

#include <stddef.h>

/*
 * Makes a buffer of `from` bytes (0: there is none, and `p` is NULL) one of `to` bytes, of which the first are as before; 0
 * frees it. NULL when there is no memory, and then the old one stays. Any thread.
 */
void *buffer_resize(void *p, size_t from, size_t to);

#endif
