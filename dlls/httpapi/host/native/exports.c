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
#include "native.h"

static void *serve(void *index)
{
    service_run((unsigned)(uintptr_t)index);
}

static void start_service_threads(void)
{
    static atomic_flag started = ATOMIC_FLAG_INIT;
    pthread_t thread;

    if (atomic_flag_test_and_set(&started))
        return;
    for (uintptr_t i = 0; i < api_service_threads(); i++) {
        if (pthread_create(&thread, NULL, serve, (void *)i))
            ERR("can't start service thread %zu: %m", (size_t)i);
        else
            pthread_detach(thread);
    }
}

static ULONG finish(enum door_call call, bool made, ULONG result)
{
    if (!made)
        return ERROR_NOACCESS;
    if (call == DOOR_HttpInitialize && !result)
        start_service_threads();
    return result;
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
        return finish(DOOR_##name, made, args.result); \
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
