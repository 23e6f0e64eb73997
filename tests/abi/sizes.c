/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sizes.c: fails to compile unless the structures of sizes.def have their known sizes. */
#include "abi.h"

#define SIZE(structure, bytes_64, bytes_32) \
    STATIC_ASSERT(sizeof(structure) == (sizeof(void *) == 8 ? bytes_64 : bytes_32), #structure);

#include "sizes.def"

/* HTTP_REQUEST and HTTP_RESPONSE follow _WIN32_WINNT, and are version 2's without it. */
#if !defined(_WIN32_WINNT) || _WIN32_WINNT >= 0x0600
STATIC_ASSERT(sizeof(HTTP_REQUEST) == sizeof(HTTP_REQUEST_V2), "HTTP_REQUEST");
STATIC_ASSERT(sizeof(HTTP_RESPONSE) == sizeof(HTTP_RESPONSE_V2), "HTTP_RESPONSE");
#else
STATIC_ASSERT(sizeof(HTTP_REQUEST) == sizeof(HTTP_REQUEST_V1), "HTTP_REQUEST");
STATIC_ASSERT(sizeof(HTTP_RESPONSE) == sizeof(HTTP_RESPONSE_V1), "HTTP_RESPONSE");
#endif
