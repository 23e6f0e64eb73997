/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exports.c: the functions of httpapi.dll, all made from the list in ../door.h, and the mark by which tools know us.
 *
 * Each is export_NAME here, because http.h declares one of them with another type; the build exports NAME, and reads from
 * the symbol what a 32-bit caller calls it by (_export_NAME@SIZE).
 */
#include "pe.h"

#include "build_id.h"
#include "config.h"

/* The string that HttpPrepareUrl made is the ELF half's; the program frees it from the process heap. */
static ULONG move_to_heap(PWSTR *text)
{
    struct door_release args = {DOOR_PACK(*text)};
    size_t size = (lstrlenW(*text) + 1) * sizeof **text;
    PWSTR moved = HeapAlloc(GetProcessHeap(), 0, size);

    if (moved)
        memcpy(moved, *text, size);
    *text = moved;
    door_call(DOOR_release, &args);
    return moved ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

static ULONG finish(enum door_call call, NTSTATUS status, void *args, uint32_t result)
{
    if (call == DOOR_HttpPrepareUrl && !status && !result)
        return move_to_heap(DOOR_UNPACK(PWSTR *, ((struct door_HttpPrepareUrl *)args)->prepared));
    return door_result(call, status, result);
}

#define X(name) \
    ULONG WINAPI export_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)); \
    ULONG WINAPI export_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) \
    { \
        struct door_##name args = {name##_PARAMS(DOOR_PACK_FIELD, DOOR_PACK_FIELD)}; \
        NTSTATUS status = door_call(DOOR_##name, &args); \
\
        return finish(DOOR_##name, status, &args, args.result); \
    }
HTTPAPI_EXPORTS(X)
#undef X

/*
 * Undocumented: called with whatever parameters. On x86-64 the callee needn't know them, a 32-bit one takes them off the
 * stack. Of two, mingw-w64's import library says how many there are; of the newer ones nobody does.
 */
#define HttpControlService_PUSHED ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR
#define HttpGetCounters_PUSHED ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR
#define HttpCreateRequestQueueEx_PUSHED void
#define HttpDelegateRequest_PUSHED void
#define HttpEvaluateRequest_PUSHED void

#define X(name) \
    ULONG WINAPI export_##name(name##_PUSHED); \
    ULONG WINAPI export_##name(name##_PUSHED) \
    { \
        struct door_undocumented args = {#name}; \
\
        door_call(DOOR_undocumented, &args); \
        return ERROR_NOT_SUPPORTED; \
    }
HTTPAPI_UNDOCUMENTED_EXPORTS(X)
#undef X

/* "version build": only our httpapi.dll exports this. */
const char *WINAPI export_HttpApiLinuxVersion(void);
const char *WINAPI export_HttpApiLinuxVersion(void)
{
    return VERSION " " BUILD_ID;
}
