/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * winternl.h: status values beneath Win32.
 */
#ifndef HTTPAPI_WIN32_WINTERNL_H
#define HTTPAPI_WIN32_WINTERNL_H

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef NT_SUCCESS
#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)
#endif

/* Knows the statuses in ntstatus.h; ERROR_MR_MID_NOT_FOUND for others. */
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status);

#ifdef __cplusplus
}
#endif

#endif
