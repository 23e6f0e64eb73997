/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlapped.c: results and cancellation of operations on a request queue.
 */
#include <winternl.h>

#include "../../api/handle.h"
#include "../../api/status.h"
#include "file.h"
#include "wait.h"

/* Acquire: the byte count, written before the status, and what the operation wrote are visible after it. */
static NTSTATUS status_of(const OVERLAPPED *overlapped)
{
    return (NTSTATUS)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);
}

static HANDLE what_to_wait_on(HANDLE file, const OVERLAPPED *overlapped)
{
    return overlapped->hEvent ? overlapped->hEvent : file;
}

NATIVE_EXPORT BOOL GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD bytes, DWORD milliseconds,
                                         BOOL alertable)
{
    NTSTATUS status = status_of(overlapped);
    DWORD waited;

    (void)alertable;
    if (status == STATUS_PENDING && milliseconds) {
        waited = wait_on_handle(what_to_wait_on(file, overlapped), deadline_in(milliseconds));
        status = status_of(overlapped);
        if (status == STATUS_PENDING && waited != WAIT_OBJECT_0)
            return waited == WAIT_FAILED ? FALSE : fail(waited);
    }
    if (status == STATUS_PENDING)
        return fail(ERROR_IO_INCOMPLETE);
    *bytes = (DWORD)overlapped->InternalHigh;
    return status >= 0 || fail(status_to_error(status));
}

NATIVE_EXPORT BOOL GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD bytes, BOOL wait)
{
    return GetOverlappedResultEx(file, overlapped, bytes, wait ? INFINITE : 0, FALSE);
}

NATIVE_EXPORT BOOL CancelIo(HANDLE file)
{
    NTSTATUS status;

    if (handle_cancel(file, NULL, true, &status))
        return !status || fail(status_to_error(status));
    /* On any other file nothing is ever pending. */
    return is_file(file) || fail(ERROR_INVALID_HANDLE);
}

NATIVE_EXPORT BOOL CancelIoEx(HANDLE file, LPOVERLAPPED overlapped)
{
    NTSTATUS status;

    if (handle_cancel(file, overlapped, false, &status))
        return !status || fail(status_to_error(status));
    return fail(is_file(file) ? ERROR_NOT_FOUND : ERROR_INVALID_HANDLE);
}

NATIVE_EXPORT BOOL SetFileCompletionNotificationModes(HANDLE file, UCHAR flags)
{
    ULONG modes = flags;
    NTSTATUS status;

    if (flags & ~(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE))
        return fail(ERROR_INVALID_PARAMETER);
    if (handle_set_information(file, HANDLE_INFO_NOTIFICATION_MODES, &modes, sizeof modes, &status))
        return !status || fail(status_to_error(status));
    return fail(is_file(file) ? ERROR_INVALID_PARAMETER : ERROR_INVALID_HANDLE);
}

NATIVE_EXPORT ULONG RtlNtStatusToDosError(NTSTATUS status)
{
    return status_to_error(status);
}
