/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c: strings and their encodings.
 */
#include "text.h"

#include <stdlib.h>

#include "../../engine/utf16.h"

#define REPLACEMENT 0xfffd

static bool is_utf8_page(UINT page)
{
    return page == CP_UTF8 || page == CP_ACP || page == CP_OEMCP || page == CP_THREAD_ACP;
}

/* How many of the bytes at s, which are no character, one U+FFFD stands for: the start of a character, or one byte. */
static size_t bad_utf8_length(const unsigned char *s, const unsigned char *end)
{
    unsigned char lead = *s, low = 0x80, high = 0xbf;
    size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1, n = 1;

    if (lead < 0xc2 || lead > 0xf4)
        return 1;
    if (lead == 0xe0)
        low = 0xa0; /* below: longer than needed */
    else if (lead == 0xed)
        high = 0x9f; /* above: a surrogate */
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f; /* above: not in Unicode */
    while (n <= more && s + n < end && s[n] >= low && s[n] <= high) {
        n++;
        low = 0x80;
        high = 0xbf;
    }
    return n;
}

/* The size in WCHARs; *bad when there was something to replace. Writes up to `size` of them, never half a character. */
static size_t to_utf16(const unsigned char *s, size_t length, WCHAR *out, size_t size, bool *bad)
{
    const unsigned char *end = s + length;
    size_t n = 0;

    *bad = false;
    while (s < end) {
        int32_t c = utf8_next(&s, end);
        utf16 units[2];
        unsigned count;

        if (c < 0) {
            s += bad_utf8_length(s, end);
            c = REPLACEMENT;
            *bad = true;
        }
        count = utf16_put(units, (uint32_t)c);
        if (n + count <= size)
            memcpy(out + n, units, count * sizeof *units);
        n += count;
    }
    return n;
}

char *text_to_utf8(LPCWSTR text)
{
    size_t length = (size_t)lstrlenW(text) + 1, size = length * 3;
    char *copy = text ? malloc(size) : NULL;

    if (copy)
        utf16_to_utf8(text, length, copy, size);
    else if (text)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return copy;
}

WCHAR *text_to_utf16(LPCSTR text)
{
    size_t length = (size_t)lstrlenA(text) + 1;
    WCHAR *copy = text ? malloc(length * sizeof *copy) : NULL;
    bool bad;

    if (copy)
        to_utf16((const unsigned char *)text, length, copy, length, &bad);
    else if (text)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return copy;
}

DWORD text_return_utf8(LPCSTR text, LPSTR buffer, DWORD size)
{
    size_t length = strlen(text);

    if (size <= length)
        return (DWORD)length + 1;
    memcpy(buffer, text, length + 1);
    return (DWORD)length;
}

DWORD text_return_utf16(LPCSTR text, LPWSTR buffer, DWORD size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = strlen(text), units;
    bool bad;

    units = to_utf16(bytes, length, NULL, 0, &bad);
    if (size <= units)
        return (DWORD)units + 1;
    to_utf16(bytes, length + 1, buffer, size, &bad);
    return (DWORD)units;
}

static int fold(int c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* What a conversion that needs `needed` units returns for a buffer of `size`. */
static int converted(size_t needed, int size, bool bad, bool strict)
{
    DWORD error = strict && bad ? ERROR_NO_UNICODE_TRANSLATION
                  : needed > INT32_MAX ? ERROR_INVALID_PARAMETER
                  : size && needed > (size_t)size ? ERROR_INSUFFICIENT_BUFFER
                                                  : NO_ERROR;

    return error ? fail(error) : (int)needed;
}

NATIVE_EXPORT int MultiByteToWideChar(UINT page, DWORD flags, LPCSTR text, int length, LPWSTR buffer, int size)
{
    bool bad;
    size_t needed;

    if (!is_utf8_page(page) || !text || !length || length < -1 || size < 0 || (size && !buffer) ||
        (const void *)text == buffer)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(MB_ERR_INVALID_CHARS | (page == CP_UTF8 ? 0 : MB_PRECOMPOSED)))
        return fail(ERROR_INVALID_FLAGS);
    needed = to_utf16((const unsigned char *)text, length < 0 ? strlen(text) + 1 : (size_t)length, buffer,
                      (size_t)size, &bad);
    return converted(needed, size, bad, flags & MB_ERR_INVALID_CHARS);
}

NATIVE_EXPORT int WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR text, int length, LPSTR buffer, int size,
                                      LPCSTR replacement, LPBOOL replaced)
{
    size_t units, needed;

    /* With UTF-8 nothing needs a replacement of the program's: the last two must be NULL, as documented. */
    if (!is_utf8_page(page) || !text || !length || length < -1 || size < 0 || (size && !buffer) ||
        (const void *)text == buffer || replacement || replaced)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(WC_ERR_INVALID_CHARS | (page == CP_UTF8 ? 0 : WC_NO_BEST_FIT_CHARS)))
        return fail(ERROR_INVALID_FLAGS);
    units = length < 0 ? (size_t)lstrlenW(text) + 1 : (size_t)length;
    needed = utf16_to_utf8(text, units, buffer, (size_t)size);
    return converted(needed, size, !utf16_is_well_formed(text, units), flags & WC_ERR_INVALID_CHARS);
}

NATIVE_EXPORT int lstrlenA(LPCSTR text)
{
    return text ? (int)strlen(text) : 0;
}

NATIVE_EXPORT int lstrlenW(LPCWSTR text)
{
    int n = 0;

    while (text && text[n])
        n++;
    return n;
}

NATIVE_EXPORT int lstrcmpA(LPCSTR a, LPCSTR b)
{
    return strcmp(a, b);
}

NATIVE_EXPORT int lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a - *b;
}

NATIVE_EXPORT int lstrcmpiA(LPCSTR a, LPCSTR b)
{
    while (*a && fold((unsigned char)*a) == fold((unsigned char)*b))
        a++, b++;
    return fold((unsigned char)*a) - fold((unsigned char)*b);
}

NATIVE_EXPORT int lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    while (*a && fold(*a) == fold(*b))
        a++, b++;
    return fold(*a) - fold(*b);
}

NATIVE_EXPORT LPSTR lstrcpyA(LPSTR to, LPCSTR from)
{
    return strcpy(to, from);
}

NATIVE_EXPORT LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from)
{
    return memcpy(to, from, ((size_t)lstrlenW(from) + 1) * sizeof *to);
}

NATIVE_EXPORT LPSTR lstrcatA(LPSTR to, LPCSTR from)
{
    return strcat(to, from);
}

NATIVE_EXPORT LPWSTR lstrcatW(LPWSTR to, LPCWSTR from)
{
    lstrcpyW(to + lstrlenW(to), from);
    return to;
}
