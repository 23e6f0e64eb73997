/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle.h: NT calls that reach a request queue's handle.
 *
 * A program treats the queue as a file: it binds it to a completion port, cancels I/O on it, duplicates and
 * closes it. Under Wine the PE half interposes the NT calls and asks here first; on the native host the Win32
 * front does. Each function returns false, and does nothing, for a handle that isn't a request queue's: the
 * call then goes on to the system. The look-up takes no lock and costs a few nanoseconds.
 */
#ifndef HTTPAPI_API_HANDLE_H
#define HTTPAPI_API_HANDLE_H

#include <stdbool.h>
#include <windef.h>
#include <ntstatus.h>

/* The FILE_INFORMATION_CLASS values that matter to us, by Windows' numbers. */
enum {
    HANDLE_INFO_COMPLETION = 30,        /* { HANDLE port; ULONG_PTR key; } */
    HANDLE_INFO_NOTIFICATION_MODES = 41 /* { ULONG modes; } FILE_SKIP_... */
};

struct handle_completion_info {
    HANDLE port;
    ULONG_PTR key;
};

/* Is it a request queue's? */
bool handle_known(HANDLE handle);

/*
 * The handle is about to be closed: call before the system's close. For the queue's last handle all its pending
 * operations are completed with STATUS_CANCELLED.
 */
bool handle_closing(HANDLE handle);

/* `target` is a new handle for the same object as `source`, in this process. */
bool handle_duplicated(HANDLE source, HANDLE target);

/* NtSetInformationFile; *status is its result. */
bool handle_set_information(HANDLE handle, ULONG info_class, const void *info, ULONG length,
                            NTSTATUS *status);

/*
 * NtCancelIoFile (this_thread, overlapped NULL) and NtCancelIoFileEx (overlapped, or NULL for all).
 * *status: STATUS_SUCCESS, or STATUS_NOT_FOUND when the second found nothing to cancel.
 */
bool handle_cancel(HANDLE handle, const void *overlapped, bool this_thread, NTSTATUS *status);

/*
 * The calling thread is about to end, and with it, cancelled, the operations it began on queues without a completion port:
 * Windows keeps them in the thread (its page on ExitThread).
 */
void handle_thread_ends(void);

/*
 * Somebody is going to wait on the handle itself: from now on completions without an event of their own
 * signal it. Call before the wait. (Until then nobody can tell, and each signal would be a wineserver call.)
 */
bool handle_waited_on(HANDLE handle);

#endif
