/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * native.h: what all files of the native host share.
 *
 * Layers, each calling only what is above it in this list:
 *
 *   futex.h                    sleeping and waking, a lock of one word, deadlines
 *   object.c                   objects, handles
 *   waitable.c                 objects that can be waited on
 *   event.c semaphore.c thread.c port.c file.c ...   one object each, with its Win32 calls
 *   wait.c overlapped.c threadpool.c                 calls on objects of several kinds
 *   service.c                  host.h, the side that api/ sees
 *
 * The calls on handles that are (or may be) a request queue's go to api/handle.h.
 */
#ifndef HTTPAPI_HOST_NATIVE_H
#define HTTPAPI_HOST_NATIVE_H

#include <windows.h>

/* A Win32 function that programs link to: everything else in the library is hidden. */
#define NATIVE_EXPORT __attribute__((visibility("default")))

/* How most Win32 calls fail: sets the last error, is FALSE. */
static inline BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* The Win32 code of an errno. ERROR_GEN_FAILURE for one that isn't in the table, which is logged. */
DWORD error_from_errno(int number);

/* As fail(), with the code of errno. */
BOOL fail_errno(void);

/* Objects have no names: "" is none. */
#define HAS_NAME(name) ((name) && *(name))

#endif
