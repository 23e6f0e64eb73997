/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_text.c: strings and their encodings.
 */
#include "native_test.h"

TestSuite(text, .timeout = TIMEOUT_S);

#define TEXT_8 "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"
#define TEXT_16 u"a\u00e4\u20ac\U0001f600"

Test(text, to_utf16)
{
    WCHAR out[16];

    eq(MultiByteToWideChar(CP_UTF8, 0, TEXT_8, -1, NULL, 0), 6);
    eq(MultiByteToWideChar(CP_UTF8, 0, TEXT_8, -1, out, 16), 6);
    cr_assert(!memcmp(out, TEXT_16, 12));
    eq(MultiByteToWideChar(CP_ACP, MB_PRECOMPOSED, TEXT_8, 3, out, 16), 2);
    eq(MultiByteToWideChar(CP_UTF8, 0, TEXT_8, -1, out, 6), 6);
    fails(MultiByteToWideChar(CP_UTF8, 0, TEXT_8, -1, out, 5), ERROR_INSUFFICIENT_BUFFER);
}

Test(text, to_utf8)
{
    char out[16];

    eq(WideCharToMultiByte(CP_UTF8, 0, TEXT_16, -1, NULL, 0, NULL, NULL), 11);
    eq(WideCharToMultiByte(CP_UTF8, 0, TEXT_16, -1, out, 11, NULL, NULL), 11);
    cr_assert(!strcmp(out, TEXT_8));
    eq(WideCharToMultiByte(CP_ACP, 0, TEXT_16, 2, out, 16, NULL, NULL), 3);
    fails(WideCharToMultiByte(CP_UTF8, 0, TEXT_16, -1, out, 10, NULL, NULL), ERROR_INSUFFICIENT_BUFFER);
}

Test(text, arguments)
{
    WCHAR out[4];
    char narrow[4];
    BOOL used;

    fails(MultiByteToWideChar(1252, 0, "a", -1, out, 4), ERROR_INVALID_PARAMETER);
    fails(MultiByteToWideChar(CP_UTF8, MB_PRECOMPOSED, "a", -1, out, 4), ERROR_INVALID_FLAGS);
    fails(MultiByteToWideChar(CP_UTF8, 0, "a", 0, out, 4), ERROR_INVALID_PARAMETER);
    fails(MultiByteToWideChar(CP_UTF8, 0, NULL, -1, out, 4), ERROR_INVALID_PARAMETER);
    fails(MultiByteToWideChar(CP_UTF8, 0, "a", -1, NULL, 4), ERROR_INVALID_PARAMETER);
    fails(MultiByteToWideChar(CP_UTF8, 0, "a", -2, out, 4), ERROR_INVALID_PARAMETER);
    fails(WideCharToMultiByte(CP_UTF8, 0, u"a", -1, narrow, 4, "?", NULL), ERROR_INVALID_PARAMETER);
    fails(WideCharToMultiByte(CP_UTF8, 0, u"a", -1, narrow, 4, NULL, &used), ERROR_INVALID_PARAMETER);
    fails(WideCharToMultiByte(CP_UTF8, 1, u"a", -1, narrow, 4, NULL, NULL), ERROR_INVALID_FLAGS);
}

/* Input, and how many U+FFFD it becomes beside its good characters, which are all ASCII. */
static const struct {
    const char *bytes;
    int length;
} bad_utf8[] = {
    {"\x80", 1}, {"a\xff", 2}, {"\xc0\xaf", 2}, {"\xe2\x82", 1}, {"\xe2\x82z", 2}, {"\xf0\x9f\x98", 1},
    {"\xed\xa0\x80", 3}, {"\xe0\x80\x80", 3}, {"\xf4\x90\x80\x80", 4}, {"\xf0\x80\x80\x80", 4}, {"\xf5\x80", 2},
    {"\xc3\xc3", 2},
};

Test(text, bad_utf8)
{
    for (size_t i = 0; i < ARRAYSIZE(bad_utf8); i++) {
        int length = (int)strlen(bad_utf8[i].bytes);
        WCHAR out[8];

        eq(MultiByteToWideChar(CP_UTF8, 0, bad_utf8[i].bytes, length, out, 8), bad_utf8[i].length);
        for (int k = 0; k < bad_utf8[i].length; k++)
            cr_assert(out[k] == 0xfffd || out[k] < 0x80);
        fails(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bad_utf8[i].bytes, length, out, 8),
              ERROR_NO_UNICODE_TRANSLATION);
    }
}

Test(text, half_pairs)
{
    static const WCHAR bad[] = {'a', 0xd800, 'b', 0xdc00, 0xdbff};
    char out[16];

    eq(WideCharToMultiByte(CP_UTF8, 0, bad, 5, out, 16, NULL, NULL), 11);
    cr_assert(!memcmp(out, "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd", 11));
    fails(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, bad, 5, out, 16, NULL, NULL),
          ERROR_NO_UNICODE_TRANSLATION);
}

Test(text, lstr)
{
    WCHAR out[16];

    eq(lstrlenW(NULL), 0);
    eq(lstrlenA(NULL), 0);
    eq(lstrlenW(u"four"), 4);
    lstrcpyW(out, u"ab");
    lstrcatW(out, u"CD");
    eq(lstrcmpW(out, u"abCD"), 0);
    cr_assert(lstrcmpW(u"abc", u"abd") < 0 && lstrcmpW(u"abc", u"ab") > 0);
    eq(lstrcmpiW(out, u"ABcd"), 0);
    cr_assert(lstrcmpiA("a", "B") < 0 && lstrcmpiA("A", "b") < 0);
    eq(lstrcmpiA("Http", "hTTP"), 0);
}

Test(text, lstr_of_bytes)
{
    char out[16];

    cr_assert(lstrcpyA(out, "ab") == out && lstrcatA(out, "CD") == out);
    eq(lstrlenA(out), 4);
    eq(lstrcmpA(out, "abCD"), 0);
    cr_assert(lstrcmpA(out, "abcd") < 0 && lstrcmpA("abc", "ab") > 0);
    cr_assert(lstrcmpA("\xc3", "a") > 0);
}
