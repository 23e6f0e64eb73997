/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * windows.h: just what http.h and the checks take from the Windows SDK, so that clang can compile
 * them as a Microsoft compiler does (no GNU extension, Microsoft's structure layout) without that
 * SDK. The other headers here are the same.
 */
#ifndef HTTPAPI_TESTS_MSVC_WINDOWS_H
#define HTTPAPI_TESTS_MSVC_WINDOWS_H

#ifdef __GNUC__
#error "this stands in for the Windows SDK: for compilers without GNU extensions"
#endif

#include <stddef.h>

#define WINAPI __stdcall
#define DECLSPEC_IMPORT __declspec(dllimport)
#define CONST const
#define VOID void
#define ANYSIZE_ARRAY 1
#define NO_ERROR 0
#define ERROR_MORE_DATA 234

typedef char CHAR, *PCHAR, *PSTR;
typedef const char *PCSTR;
typedef wchar_t WCHAR, *PWCHAR, *PWSTR;
typedef const wchar_t *PCWSTR;
typedef unsigned char UCHAR, BYTE, BOOLEAN, *PUCHAR;
typedef short SHORT;
typedef unsigned short USHORT;
typedef int BOOL;
typedef long LONG, SECURITY_STATUS;
typedef unsigned long ULONG, DWORD, *PULONG;
typedef __int64 LONGLONG;
typedef unsigned __int64 ULONGLONG;
typedef size_t ULONG_PTR;
typedef void *PVOID, *HANDLE, **PHANDLE, *PSECURITY_DESCRIPTOR;

typedef union _ULARGE_INTEGER {
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER;

typedef struct _GUID {
    unsigned long Data1;
    unsigned short Data2, Data3;
    unsigned char Data4[8];
} GUID;

typedef struct sockaddr {
    USHORT sa_family;
    CHAR sa_data[14];
} SOCKADDR, *PSOCKADDR;

typedef struct sockaddr_storage {
    SHORT ss_family;
    CHAR __ss_pad1[6];
    LONGLONG __ss_align;
    CHAR __ss_pad2[112];
} SOCKADDR_STORAGE;

typedef struct _SECURITY_ATTRIBUTES *PSECURITY_ATTRIBUTES;
typedef struct _OVERLAPPED *LPOVERLAPPED;

#endif
