/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * widechar.h: the C library's wide functions for a program compiled with -fshort-wchar.
 *
 * The C library was built with a wchar_t of 32 bits: its functions would read beyond every UTF-16 string, and no
 * compiler warns. The simple ones are replaced here, the printing ones made to fail when linking. (In C only: in C++
 * a macro would also rename members of std.)
 */
#ifndef HTTPAPI_WIN32_WIDECHAR_H
#define HTTPAPI_WIN32_WIDECHAR_H

#include <string.h>

#include <windef.h>

#if !defined(__cplusplus) && __SIZEOF_WCHAR_T__ == 2

#include <wchar.h>

static inline size_t win32_wcslen(const WCHAR *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

static inline int win32_wcsncmp(const WCHAR *a, const WCHAR *b, size_t n)
{
    for (; n; a++, b++, n--)
        if (*a != *b || !*a)
            return *a - *b;
    return 0;
}

static inline int win32_wcscmp(const WCHAR *a, const WCHAR *b)
{
    return win32_wcsncmp(a, b, (size_t)-1);
}

static inline WCHAR *win32_wcscpy(WCHAR *to, const WCHAR *from)
{
    return (WCHAR *)memcpy(to, from, (win32_wcslen(from) + 1) * sizeof *to);
}

static inline WCHAR *win32_wcscat(WCHAR *to, const WCHAR *from)
{
    win32_wcscpy(to + win32_wcslen(to), from);
    return to;
}

static inline WCHAR *win32_wcschr(const WCHAR *s, WCHAR c)
{
    for (; *s != c; s++)
        if (!*s)
            return NULL;
    return (WCHAR *)s;
}

#define wcslen win32_wcslen
#define wcscmp win32_wcscmp
#define wcsncmp win32_wcsncmp
#define wcscpy win32_wcscpy
#define wcscat win32_wcscat
#define wcschr win32_wcschr
#define wprintf no_wprintf_with_16_bit_wchar_t
#define fwprintf no_fwprintf_with_16_bit_wchar_t
#define swprintf no_swprintf_with_16_bit_wchar_t
#define vswprintf no_vswprintf_with_16_bit_wchar_t

#endif

#endif
