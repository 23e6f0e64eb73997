/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi.h: the header under test, ours or with ABI_MINGW mingw-w64's, and what the checks share.
 */
#ifndef HTTPAPI_TESTS_ABI_H
#define HTTPAPI_TESTS_ABI_H

#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>
#endif
#include <http.h>
#include <stddef.h>

#if defined(ABI_MINGW) != !defined(HTTP_REQUEST_INFO_FLAG_INITIAL_TTL)
#error "the include path has found the other http.h"
#endif

#ifdef __cplusplus
#define STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#endif
