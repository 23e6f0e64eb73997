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
 * Reads, or reads and writes back, a byte of each page, as Windows' probes do. Faults, rather than fail halfway, when
 * memory isn't there. Nothing may be held.
 */
void probe_read(const void *memory, size_t size);
void probe_write(void *memory, size_t size);

#endif
