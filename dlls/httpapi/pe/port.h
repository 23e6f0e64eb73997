/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h: completion ports between interpose.c, which catches the calls, and port.c, which knows what to do with them.
 */
#ifndef HTTPAPI_PE_PORT_H
#define HTTPAPI_PE_PORT_H

#include "pe.h"

/* FILE_IO_COMPLETION_INFORMATION */
struct completion {
    ULONG_PTR key, value;
    IO_STATUS_BLOCK io;
};

/* Wine's own, set by interpose_install(). */
extern NTSTATUS(NTAPI *real_NtClose)(HANDLE);
extern NTSTATUS(NTAPI *real_NtDuplicateObject)(HANDLE, HANDLE, HANDLE, HANDLE *, ACCESS_MASK, ULONG, ULONG);
extern NTSTATUS(NTAPI *real_NtRemoveIoCompletion)(HANDLE, ULONG_PTR *, ULONG_PTR *, IO_STATUS_BLOCK *,
                                                  LARGE_INTEGER *);
extern NTSTATUS(NTAPI *real_NtRemoveIoCompletionEx)(HANDLE, struct completion *, ULONG, ULONG *, LARGE_INTEGER *,
                                                    BOOLEAN);
extern NTSTATUS(NTAPI *real_NtSetIoCompletion)(HANDLE, ULONG_PTR, ULONG_PTR, NTSTATUS, SIZE_T);

NTSTATUS NTAPI NtResetEvent(HANDLE event, LONG *previous);

NTSTATUS NTAPI our_NtRemoveIoCompletion(HANDLE port, ULONG_PTR *key, ULONG_PTR *value, IO_STATUS_BLOCK *io,
                                        LARGE_INTEGER *timeout);
NTSTATUS NTAPI our_NtRemoveIoCompletionEx(HANDLE port, struct completion *completions, ULONG count, ULONG *written,
                                          LARGE_INTEGER *timeout, BOOLEAN alertable);
NTSTATUS NTAPI our_NtSetIoCompletion(HANDLE port, ULONG_PTR key, ULONG_PTR value, NTSTATUS status, SIZE_T bytes);

/* A queue was bound to the port: the first time its pump starts, and threads that wait on Wine's port come back. */
void port_bound(HANDLE port);

/* Before the system's close of any handle. */
void port_closing(HANDLE port);

/* One call of wineserver. */
BOOL port_is(HANDLE handle);

/* `target` is a new handle of the port `source`. */
void port_duplicated(HANDLE source, HANDLE target);

#endif
