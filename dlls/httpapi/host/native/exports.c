/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exports.c: the functions of the HTTP Server API in libhttpapi.so, made from the same list as httpapi.dll's.
 *
 * Each call runs under guard_run(), so that a bad pointer of the program's is ERROR_NOACCESS here as it is under Wine.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "../../api/api.h"
#include "../../engine/guard.h"
#include "../../engine/wait.h"
#include "config.h"
#include "console.h"
#include "native.h"

static void *serve(void *index)
{
    service_run((unsigned)(uintptr_t)index);
}

/* One for each loop, once in a process. False when not all of them could be started: the next call goes on. */
static bool start_service_threads(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uintptr_t started;
    pthread_t thread;
    int error = 0;

    pthread_mutex_lock(&lock);
    console_see_to_stop();
    while (started < api_service_threads() && !(error = pthread_create(&thread, NULL, serve, (void *)started))) {
        pthread_detach(thread);
        started++;
    }
    pthread_mutex_unlock(&lock);
    if (error)
        ERR("can't start a service thread: error %d", error);
    return !error;
}

/* Without a service thread nobody answers while no thread of the program waits: such a start is none. */
static ULONG finish_initialize(const struct door_HttpInitialize *args)
{
    if (args->result || start_service_threads())
        return args->result;
    api_HttpTerminate((ULONG)args->flags, NULL);
    return ERROR_NO_SYSTEM_RESOURCES;
}

static ULONG finish(enum door_call call, bool made, const void *args, ULONG result)
{
    if (!made)
        return ERROR_NOACCESS;
    return call == DOOR_HttpInitialize ? finish_initialize(args) : result;
}

#define X(name) \
    static void call_##name(void *p) \
    { \
        struct door_##name *door_args = p; \
\
        door_args->result = API_CALL(name); \
    } \
    NATIVE_EXPORT ULONG WINAPI native_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) __asm__(#name); \
    ULONG WINAPI native_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) \
    { \
        struct door_##name args = {name##_PARAMS(DOOR_PACK_FIELD, DOOR_PACK_FIELD)}; \
        bool made = guard_run(call_##name, &args); \
\
        return finish(DOOR_##name, made, &args, args.result); \
    }
HTTPAPI_EXPORTS(X)
#undef X

#define X(name) \
    NATIVE_EXPORT ULONG WINAPI name(void); \
    ULONG WINAPI name(void) \
    { \
        FIXME("%s has no public prototype and does nothing", #name); \
        return ERROR_NOT_SUPPORTED; \
    }
HTTPAPI_UNDOCUMENTED_EXPORTS(X)
#undef X

__attribute__((constructor)) static void load(void)
{
    log_open();
    INFO("httpapi %s, native host, engine libev + llhttp", VERSION);
}
