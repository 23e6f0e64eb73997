/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_abi.h: how Wine's ntdll.so is called. WINDOWS marks its NT functions, which have Windows' calling convention;
 * WINDOWS_C the few of Wine's own that have the one of C programs on Windows.
 */
#ifndef HTTPAPI_HOST_WINE_ABI_H
#define HTTPAPI_HOST_WINE_ABI_H

#if defined(__x86_64__)
#define WINDOWS __attribute__((ms_abi))
#define WINDOWS_C WINDOWS
#elif defined(__i386__)
#define WINDOWS __attribute__((stdcall))
#define WINDOWS_C __attribute__((cdecl))
#endif

#endif
