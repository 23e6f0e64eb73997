/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exports.c: the functions of httpapi.dll, all made from the list in ../door.h, and the mark by which tools know us.
 */
#include "pe.h"

#include "build_id.h"
#include "config.h"

#define EXPORT __declspec(dllexport)

/* Under names of their own here, because http.h declares one of them with another type. */
#define X(name) \
    EXPORT ULONG WINAPI export_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) __asm__(#name); \
    ULONG WINAPI export_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) \
    { \
        struct door_##name args = {name##_PARAMS(DOOR_PACK_FIELD, DOOR_PACK_FIELD)}; \
        NTSTATUS status = door_call(DOOR_##name, &args); \
\
        return door_result(DOOR_##name, status, args.result); \
    }
HTTPAPI_EXPORTS(X)
#undef X

/* Undocumented: called with whatever parameters, which on x86-64 the callee needn't know. */
#define X(name) \
    EXPORT ULONG WINAPI name(void) \
    { \
        struct door_undocumented args = {#name}; \
\
        door_call(DOOR_undocumented, &args); \
        return ERROR_NOT_SUPPORTED; \
    }
HTTPAPI_UNDOCUMENTED_EXPORTS(X)
#undef X

/* "version build": only our httpapi.dll exports this. */
EXPORT const char *WINAPI HttpApiLinuxVersion(void)
{
    return VERSION " " BUILD_ID;
}
