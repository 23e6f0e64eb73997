/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * partial.h: HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES.
 */
#ifndef HTTPAPI_API_PARTIAL_H
#define HTTPAPI_API_PARTIAL_H

#include <http.h>

#include "op.h"

/*
 * The op has the whole response to that request. When the request asks for a part of it, the op has that part afterwards:
 * a 206 with the bytes, or with several parts, or a 416. The flag is for 200s to GET whose body is all there; others stay
 * as they are, and so does one whose id is bad: the send will tell. ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES,
 * ERROR_NOACCESS.
 */
ULONG partial_make(struct op *op, HTTP_REQUEST_ID id, const HTTP_RESPONSE_V1 *r);

#endif
