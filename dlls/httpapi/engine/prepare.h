/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare.h: a URL as people write it, made one that can be registered.
 */
#ifndef HTTPAPI_ENGINE_PREPARE_H
#define HTTPAPI_ENGINE_PREPARE_H

#include <stddef.h>

#include "result.h"
#include "utf16.h"

/* More units than any URL has that makes a prefix. */
#define PREPARE_MAX 65535

/*
 * The URL of `len` units with scheme and host in lower case, a host in another script decoded, a port, and a path
 * without escapes, backslashes, empty and dot segments; the query stays. NUL-terminated, *size units without the NUL,
 * for the caller to free. RESULT_INVALID when it isn't a URL or would be no prefix then, RESULT_UNSUPPORTED as
 * prefix_parse(), RESULT_NO_MEMORY.
 */
enum result prepare_url(const utf16 *url, size_t len, utf16 **prepared, size_t *size);

#endif
