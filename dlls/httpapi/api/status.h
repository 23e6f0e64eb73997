/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * status.h: the one table between the engine's results, NTSTATUS and Win32 error codes.
 */
#ifndef HTTPAPI_API_STATUS_H
#define HTTPAPI_API_STATUS_H

#include <windef.h>
#include <ntstatus.h>
#include <winerror.h>

#include "../engine/result.h"

/* What a completed operation carries in OVERLAPPED.Internal. */
NTSTATUS result_to_status(enum result result);

/* What a function returns. RESULT_PENDING is ERROR_IO_PENDING. */
ULONG result_to_error(enum result result);

NTSTATUS error_to_status(ULONG error);

/* As GetOverlappedResult and GetQueuedCompletionStatus see a status. */
ULONG status_to_error(NTSTATUS status);

#endif
