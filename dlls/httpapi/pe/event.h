/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.h: the NT calls that wait, and those on events.
 */
#ifndef HTTPAPI_PE_EVENT_H
#define HTTPAPI_PE_EVENT_H

#include "pe.h"

/*
 * X(name, parameters, arguments): operations of Wine's that signal an event at their end. The event comes second, and what
 * we know of it is over.
 */
#define FILE_OPERATIONS(X) \
    X(NtReadFile, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, void *buffer, ULONG length, \
                   LARGE_INTEGER *offset, ULONG *key), \
      (file, event, apc, user, io, buffer, length, offset, key)) \
    X(NtWriteFile, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, const void *buffer, \
                    ULONG length, LARGE_INTEGER *offset, ULONG *key), \
      (file, event, apc, user, io, buffer, length, offset, key)) \
    X(NtReadFileScatter, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, void *segments, \
                          ULONG length, LARGE_INTEGER *offset, ULONG *key), \
      (file, event, apc, user, io, segments, length, offset, key)) \
    X(NtWriteFileGather, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, void *segments, \
                          ULONG length, LARGE_INTEGER *offset, ULONG *key), \
      (file, event, apc, user, io, segments, length, offset, key)) \
    X(NtNotifyChangeKey, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, ULONG filter, \
                          BOOLEAN subtree, void *buffer, ULONG length, BOOLEAN asynchronous), \
      (file, event, apc, user, io, filter, subtree, buffer, length, asynchronous)) \
    X(NtDeviceIoControlFile, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, ULONG code, \
                              void *in, ULONG in_size, void *out, ULONG out_size), \
      (file, event, apc, user, io, code, in, in_size, out, out_size)) \
    X(NtFsControlFile, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, ULONG code, void *in, \
                        ULONG in_size, void *out, ULONG out_size), \
      (file, event, apc, user, io, code, in, in_size, out, out_size)) \
    X(NtLockFile, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, LARGE_INTEGER *offset, \
                   LARGE_INTEGER *count, ULONG *key, BOOLEAN at_once, BOOLEAN exclusive), \
      (file, event, apc, user, io, offset, count, key, at_once, exclusive)) \
    X(NtNotifyChangeDirectoryFile, (HANDLE file, HANDLE event, void *apc, void *user, IO_STATUS_BLOCK *io, void *buffer, \
                                    ULONG size, ULONG filter, BOOLEAN subtree), \
      (file, event, apc, user, io, buffer, size, filter, subtree))

#define X(name, parameters, arguments) \
    extern NTSTATUS(NTAPI *real_##name) parameters; \
    NTSTATUS NTAPI our_##name parameters;
FILE_OPERATIONS(X)
#undef X

extern NTSTATUS(NTAPI *real_NtWaitForSingleObject)(HANDLE, BOOLEAN, const LARGE_INTEGER *);
extern NTSTATUS(NTAPI *real_NtWaitForMultipleObjects)(ULONG, const HANDLE *, ULONG, BOOLEAN, const LARGE_INTEGER *);
extern NTSTATUS(NTAPI *real_NtSignalAndWaitForSingleObject)(HANDLE, HANDLE, BOOLEAN, const LARGE_INTEGER *);
extern NTSTATUS(NTAPI *real_NtSetEvent)(HANDLE, LONG *);
extern NTSTATUS(NTAPI *real_NtResetEvent)(HANDLE, LONG *);
extern NTSTATUS(NTAPI *real_NtClearEvent)(HANDLE);
extern NTSTATUS(NTAPI *real_NtPulseEvent)(HANDLE, LONG *);
extern NTSTATUS(NTAPI *real_NtQueryEvent)(HANDLE, int, void *, ULONG, ULONG *);

NTSTATUS NTAPI our_NtWaitForSingleObject(HANDLE handle, BOOLEAN alertable, const LARGE_INTEGER *timeout);
NTSTATUS NTAPI our_NtWaitForMultipleObjects(ULONG count, const HANDLE *handles, ULONG type, BOOLEAN alertable,
                                            const LARGE_INTEGER *timeout);
NTSTATUS NTAPI our_NtSignalAndWaitForSingleObject(HANDLE signal, HANDLE wait, BOOLEAN alertable,
                                                  const LARGE_INTEGER *timeout);
NTSTATUS NTAPI our_NtSetEvent(HANDLE event, LONG *previous);
NTSTATUS NTAPI our_NtResetEvent(HANDLE event, LONG *previous);
NTSTATUS NTAPI our_NtClearEvent(HANDLE event);
NTSTATUS NTAPI our_NtPulseEvent(HANDLE event, LONG *previous);
NTSTATUS NTAPI our_NtQueryEvent(HANDLE event, int info_class, void *info, ULONG length, ULONG *returned);

/* It is about to get another handle, from now on or for another process. */
void event_shared(HANDLE event);

#endif
