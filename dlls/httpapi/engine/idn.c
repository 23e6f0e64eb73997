/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idn.c: encoding and decoding names by libidn2.
 */
#include "idn.h"

#include <idn2.h>
#include <string.h>

bool idn_widen(const utf16 *s, size_t n, uint32_t name[HOST_MAX + 1])
{
    const utf16 *end = s + n;
    size_t count = 0;

    while (s < end) {
        int32_t c = utf16_next(&s, end);

        if (c < 0 || count == HOST_MAX)
            return false;
        name[count++] = (uint32_t)c;
    }
    name[count] = 0;
    return true;
}

bool idn_is_encoded(struct text name)
{
    /* Called for each request: the hyphens are the rarest of the four. */
    for (size_t i = 0; i + 4 <= name.len; i++)
        if (name.ptr[i + 2] == '-' && (!i || name.ptr[i - 1] == '.') &&
            text_equal_nocase((struct text){name.ptr + i, 4}, TEXT("xn--")))
            return true;
    return false;
}

static enum result result_of_idn2(int code)
{
    return code == IDN2_OK ? RESULT_OK : code == IDN2_MALLOC ? RESULT_NO_MEMORY : RESULT_INVALID;
}

enum result idn_encode(const uint32_t *name, char ascii[HOST_MAX + 1])
{
    char *encoded;
    enum result result = result_of_idn2(idn2_to_ascii_4z(name, &encoded, IDN2_TRANSITIONAL));
    bool fits;

    if (result)
        return result;
    fits = strlen(encoded) <= HOST_MAX;
    if (fits)
        strcpy(ascii, encoded);
    idn2_free(encoded);
    return fits ? RESULT_OK : RESULT_INVALID;
}

/* Another name's characters must not be shown for it: the way back leads to the same one. */
static enum result check_way_back(const uint32_t *decoded, const char *ascii)
{
    char again[HOST_MAX + 1];
    enum result result = idn_encode(decoded, again);

    return !result && strcmp(again, ascii) ? RESULT_INVALID : result;
}

enum result idn_decode(struct text name, uint32_t decoded[HOST_MAX + 1], uint32_t *count)
{
    char ascii[HOST_MAX + 1];
    uint32_t *characters, n = 0;
    enum result result;

    *count = 0;
    if (name.len > HOST_MAX)
        return RESULT_INVALID;
    for (size_t i = 0; i < name.len; i++)
        ascii[i] = ascii_lower(name.ptr[i]);
    ascii[name.len] = 0;
    result = result_of_idn2(idn2_to_unicode_8z4z(ascii, &characters, 0));
    if (result)
        return result;
    while (characters[n] && n < HOST_MAX) {
        decoded[n] = characters[n];
        n++;
    }
    decoded[n] = 0;
    idn2_free(characters);
    result = n ? check_way_back(decoded, ascii) : RESULT_INVALID;
    *count = result ? 0 : n;
    return result;
}
