/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_unicode.c: a program that was written for UNICODE. This file alone is compiled with -fshort-wchar.
 */
#define UNICODE
#include "native_test.h"

TestSuite(unicode, .timeout = TIMEOUT_S);

_Static_assert(sizeof L"" == sizeof(WCHAR), "compiled with -fshort-wchar");

Test(unicode, names_are_those_of_the_w_functions)
{
    TCHAR value[16], path[MAX_PATH];

    succeeds(SetEnvironmentVariable(TEXT("NATIVE_TEST"), L"12\u20ac"));
    eq(GetEnvironmentVariable(TEXT("NATIVE_TEST"), value, ARRAYSIZE(value)), 3);
    eq(lstrcmp(value, TEXT("12\u20ac")), 0);
    succeeds(CreateEvent(NULL, FALSE, FALSE, NULL));
    cr_assert(GetModuleHandle(TEXT("httpapi.dll")));
    eq(GetTempPath(MAX_PATH, path), lstrlen(path));
}

Test(unicode, c_library_functions)
{
    WCHAR out[16];

    eq(wcslen(L"four"), 4);
    wcscpy(out, L"ab");
    wcscat(out, L"cd");
    eq(wcscmp(out, L"abcd"), 0);
    cr_assert(wcscmp(L"ab", L"abc") < 0 && wcscmp(L"b", L"abc") > 0);
    eq(wcsncmp(out, L"abX", 2), 0);
    cr_assert(wcschr(out, L'c') == out + 2 && !wcschr(out, L'x') && wcschr(out, 0) == out + 4);
}

Test(unicode, numbers_and_memory)
{
    char bytes[8];

    eq(MAKELONG(0x12345678, 0xffff), (LONG)0xffff5678);
    eq(MAKEWORD(0x123, 0x45), 0x4523);
    eq(LOWORD(0x12345678), 0x5678);
    eq(HIWORD(0x12345678), 0x1234);
    eq(LOBYTE(0x1234), 0x34);
    eq(HIBYTE(0x1234), 0x12);
    FillMemory(bytes, sizeof bytes, 'x');
    CopyMemory(bytes, "abc", 3);
    MoveMemory(bytes + 1, bytes, 3);
    ZeroMemory(bytes + 6, 2);
    cr_assert(!strcmp(bytes, "aabcxx"), "%s", bytes);
}
