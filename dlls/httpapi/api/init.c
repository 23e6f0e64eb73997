/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.c: HttpInitialize and HttpTerminate.
 *
 * The engine starts with the first HttpInitialize and stays until the process ends: a thread may be inside one of its
 * loops at any time. HttpTerminate only counts.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "../engine/error_log.h"
#include "../engine/parameters.h"
#include "../engine/router.h"
#include "../engine/shard.h"
#include "../host/host.h"
#include "api.h"
#include "status.h"

#define SHARDS_DEFAULT 1

static unsigned initialized[2]; /* by HTTP_INITIALIZE_SERVER and _CONFIG; config lock */
static atomic_bool initialized_any; /* either of them isn't zero */

bool api_is_initialized(void)
{
    return atomic_load_explicit(&initialized_any, memory_order_acquire);
}

/* HTTPAPI_SHARDS=n: how many loops. */
unsigned api_service_threads(void)
{
    const char *text = getenv("HTTPAPI_SHARDS");
    long n = text ? strtol(text, NULL, 10) : SHARDS_DEFAULT;

    return n < 1 ? 1 : n > SHARDS_MAX ? SHARDS_MAX : (unsigned)n;
}

/* Config lock. By flag, not by call: what two calls began one may end, and the other way round. */
static void count(ULONG flags, int step)
{
    for (unsigned i = 0; i < 2; i++)
        if (flags >> i & 1)
            initialized[i] += step;
    atomic_store_explicit(&initialized_any, initialized[0] || initialized[1], memory_order_release);
}

/* As the driver does at its start: what changes in the registry afterwards is for the next program. */
static enum result start_engine(void)
{
    static bool parameters_read;

    if (!parameters_read) {
        host_parameters();
        parameters_start();
        error_log_open(parameters.EnableErrorLogging ? parameters.ErrorLoggingDir : NULL,
                       parameters.ErrorLogFileTruncateSize);
        parameters_read = true;
    }
    return shards_start(api_service_threads());
}

/* Config lock. */
static ULONG start(ULONG flags)
{
    enum result result = shard_count ? RESULT_OK : start_engine();

    if (result)
        return result_to_error(result);
    count(flags, 1);
    return NO_ERROR;
}

/*
 * The flags without HTTP_DEMAND_CBT, which HttpTerminate gets, too, because it gets "the same"; 0 when they are no
 * flags.
 */
static ULONG known_flags(ULONG flags)
{
    ULONG known = flags & ~(ULONG)HTTP_DEMAND_CBT;

    return known & ~(ULONG)(HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG) ? 0 : known;
}

ULONG api_HttpInitialize(HTTPAPI_VERSION version, ULONG flags, PVOID reserved)
{
    ULONG error;

    TRACE("version %u.%u flags %x", version.HttpApiMajorVersion, version.HttpApiMinorVersion, flags);
    if (reserved || !known_flags(flags))
        return ERROR_INVALID_PARAMETER;
    if (flags & HTTP_DEMAND_CBT)
        FIXME("HTTP_DEMAND_CBT: channel bindings aren't built yet");
    if ((version.HttpApiMajorVersion != 1 && version.HttpApiMajorVersion != 2) || version.HttpApiMinorVersion)
        return ERROR_REVISION_MISMATCH;
    pthread_mutex_lock(&config_lock);
    error = start(known_flags(flags));
    pthread_mutex_unlock(&config_lock);
    return error;
}

static ULONG stop(ULONG flags)
{
    for (unsigned i = 0; i < 2; i++)
        if (flags >> i & 1 && !initialized[i])
            return ERROR_INVALID_PARAMETER;
    count(flags, -1);
    return NO_ERROR;
}

ULONG api_HttpTerminate(ULONG flags, PVOID reserved)
{
    ULONG error;

    TRACE("flags %x", flags);
    if (reserved || !known_flags(flags))
        return ERROR_INVALID_PARAMETER;
    pthread_mutex_lock(&config_lock);
    error = stop(known_flags(flags));
    pthread_mutex_unlock(&config_lock);
    if (!error && !api_is_initialized())
        error_log_flush(ERROR_LOG_PATIENCE);
    return error;
}
