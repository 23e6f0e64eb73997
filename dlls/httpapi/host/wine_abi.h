/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_abi.h: the functions of Wine's ntdll.so, and how they are called. Declared here because we use no Wine header.
 *
 * On x86-64 older Wines (8.0) gave them Windows' calling convention, newer ones (10.0) have the system's. Which it is
 * shows when we are loaded; then `nt_NAME(...)` is the function NAME. On i386 it has always been Windows'.
 */
#ifndef HTTPAPI_HOST_WINE_ABI_H
#define HTTPAPI_HOST_WINE_ABI_H

/* X(our name, Wine's, convention in older Wines, parameters, arguments) */
#define WINE_FUNCTIONS(X) \
    X(close, NtClose, WINDOWS, (HANDLE handle), (handle)) \
    X(create_event, NtCreateEvent, WINDOWS, \
      (HANDLE *handle, ULONG access, const void *attributes, ULONG type, BOOLEAN signalled), \
      (handle, access, attributes, type, signalled)) \
    X(pulse_event, NtPulseEvent, WINDOWS, (HANDLE handle, LONG *previous), (handle, previous)) \
    X(query_event, NtQueryEvent, WINDOWS, \
      (HANDLE handle, int info_class, void *info, ULONG length, ULONG *returned), \
      (handle, info_class, info, length, returned)) \
    X(query_object, NtQueryObject, WINDOWS, \
      (HANDLE handle, int info_class, void *info, ULONG length, ULONG *returned), \
      (handle, info_class, info, length, returned)) \
    X(query_performance_counter, NtQueryPerformanceCounter, WINDOWS, (LONGLONG *counter, LONGLONG *frequency), \
      (counter, frequency)) \
    X(reset_event, NtResetEvent, WINDOWS, (HANDLE handle, LONG *previous), (handle, previous)) \
    X(set_event, NtSetEvent, WINDOWS, (HANDLE handle, LONG *previous), (handle, previous)) \
    X(set_io_completion, NtSetIoCompletion, WINDOWS, \
      (HANDLE port, ULONG_PTR key, ULONG_PTR value, NTSTATUS status, SIZE_T bytes), \
      (port, key, value, status, bytes)) \
    X(handle_to_fd, wine_server_handle_to_fd, WINDOWS_C, \
      (HANDLE handle, unsigned access, int *fd, unsigned *options), (handle, access, fd, options))

#ifndef __ASSEMBLER__

#include <stdbool.h>

#include "windef.h"

/* Set by nt_find_convention(), before anything else calls Wine. */
extern bool nt_has_our_convention;
void nt_find_convention(void);

#if defined(__x86_64__)

#define WINDOWS __attribute__((ms_abi))
#define WINDOWS_C WINDOWS
#define X(name, symbol, convention, parameters, arguments) \
    extern convention NTSTATUS nt_windows_##name parameters __asm__(#symbol); \
    extern NTSTATUS nt_ours_##name parameters __asm__(#symbol); \
    static inline NTSTATUS nt_##name parameters \
    { \
        return nt_has_our_convention ? nt_ours_##name arguments : nt_windows_##name arguments; \
    }

#elif defined(__i386__)

#define WINDOWS __attribute__((stdcall))
#define WINDOWS_C __attribute__((cdecl))
#define X(name, symbol, convention, parameters, arguments) \
    extern convention NTSTATUS nt_##name parameters __asm__(#symbol);

#endif

WINE_FUNCTIONS(X)
#undef X

#endif
#endif
