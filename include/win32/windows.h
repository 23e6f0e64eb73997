/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * windows.h: what a plain C server written for Windows finds in an ELF build.
 *
 * Not a second Windows: the calls that HTTP Server API programs and our conformance tests need, each with Windows'
 * results and error codes. What isn't declared here doesn't exist; what is declared refuses, with the documented error,
 * whatever it can't do. winbase.h names the differences that a program can see, above each group.
 *
 * Compile with -fshort-wchar (L"..." is UTF-16 then), link with libhttpapi.so.
 */
#ifndef HTTPAPI_WIN32_WINDOWS_H
#define HTTPAPI_WIN32_WINDOWS_H

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include <windef.h>
#include <winerror.h>
#include <ntstatus.h>
#include <winbase.h>
#include <widechar.h>

#endif
