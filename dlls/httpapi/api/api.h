/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * api.h: the implementation of each export, api_<name>, and what they share.
 *
 * Every function may be called by any thread at any time and touches the caller's memory only while it holds nothing:
 * a fault there leaves it at once (under Wine the unix call returns the fault, on the native host guard_run does), and
 * the caller gets ERROR_NOACCESS.
 */
#ifndef HTTPAPI_API_API_H
#define HTTPAPI_API_API_H

#include <stdbool.h>
#include <http.h>
#include <ntstatus.h>
#include <winerror.h>

#include "../door.h"
#include "../engine/log.h"

#define X(name) ULONG api_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R));
HTTPAPI_EXPORTS(X)
#undef X

/*
 * How many service threads the host starts after the first successful api_HttpInitialize(): one for each shard. The
 * environment variable HTTPAPI_SHARDS says how many.
 */
unsigned api_service_threads(void);

/* False, before HttpInitialize or after the last HttpTerminate: calls return ERROR_DLL_INIT_FAILED. */
bool api_is_initialized(void);

/* The first line of each function that needs HttpInitialize. */
#define REQUIRE_INITIALIZED() \
    do { \
        if (!api_is_initialized()) \
            return ERROR_DLL_INIT_FAILED; \
    } while (0)

/*
 * What a pointer has to be a multiple of: the alignment of what it points to, as Windows' kernel asks of structures. 1
 * for bytes and for what is no pointer.
 */
#define API_ALIGNMENT_OF(type) type *: _Alignof(type)
#define API_ALIGNMENT(parameter) \
    _Generic((parameter){0}, API_ALIGNMENT_OF(HANDLE), API_ALIGNMENT_OF(ULONG), API_ALIGNMENT_OF(ULONGLONG), \
             API_ALIGNMENT_OF(PWSTR), const WCHAR *: _Alignof(WCHAR), API_ALIGNMENT_OF(OVERLAPPED), \
             API_ALIGNMENT_OF(SECURITY_ATTRIBUTES), API_ALIGNMENT_OF(HTTP_REQUEST), API_ALIGNMENT_OF(HTTP_RESPONSE), \
             API_ALIGNMENT_OF(HTTP_REQUEST_HEADERS), API_ALIGNMENT_OF(HTTP_DATA_CHUNK), \
             API_ALIGNMENT_OF(HTTP_BYTE_RANGE), API_ALIGNMENT_OF(HTTP_CACHE_POLICY), API_ALIGNMENT_OF(HTTP_LOG_DATA), \
             API_ALIGNMENT_OF(HTTP_SSL_CLIENT_CERT_INFO), API_ALIGNMENT_OF(HTTP_DELEGATE_REQUEST_PROPERTY_INFO), \
             default: 1)
#define API_IS_ALIGNED(pointer) (((ULONG_PTR)(pointer) & (__alignof__(*(pointer)) - 1)) == 0)
#define API_STRAY_F(type, name) (door_args->name & (API_ALIGNMENT(type) - 1))
#define API_STRAY_R(type, name) | API_STRAY_F(type, name)

/* For a host: the call of an export with `door_args`. A misaligned structure is no memory, whatever else is wrong. */
#define API_CALL(function) \
    (api_is_initialized() && (function##_PARAMS(API_STRAY_F, API_STRAY_R)) \
         ? ERROR_NOACCESS \
         : api_##function(function##_PARAMS(DOOR_UNPACK_F, DOOR_UNPACK_R)))

/*
 * Reads, or reads and writes back, a byte of each page, as Windows' probes do. Faults, rather than fail halfway, when
 * memory isn't there. Nothing may be held.
 */
void probe_read(const void *memory, size_t size);
void probe_write(void *memory, size_t size);

#endif
