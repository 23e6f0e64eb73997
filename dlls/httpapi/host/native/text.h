/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.h: a program's strings, for calls that come in an A and a W form. The A form is UTF-8 and does the work.
 */
#ifndef HTTPAPI_HOST_NATIVE_TEXT_H
#define HTTPAPI_HOST_NATIVE_TEXT_H

#include "native.h"

/*
 * A copy in the other encoding, to be given to free(); what can't be converted becomes U+FFFD. NULL for NULL, and
 * without memory: then the last error is ERROR_NOT_ENOUGH_MEMORY.
 */
char *text_to_utf8(LPCWSTR text);
WCHAR *text_to_utf16(LPCSTR text);

/*
 * How GetTempPath() and its like return a string: its length when it fits the buffer of `size` units, NUL included,
 * else the size that it needs, and the buffer is left alone.
 */
DWORD text_return_utf8(LPCSTR text, LPSTR buffer, DWORD size);
DWORD text_return_utf16(LPCSTR text, LPWSTR buffer, DWORD size);

#endif
