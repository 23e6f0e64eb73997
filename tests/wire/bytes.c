/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bytes.c: bytes as they stand in a case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escape.h"
#include "wire.h"

#define SHOWN_MAX 600
#define EDGE 2 /* bytes at both ends of a repetition which may be parted */

void bytes_add(struct bytes *b, const char *at, size_t len, bool solid)
{
    if (b->len + len + 1 > b->size) {
        b->size = (b->len + len + 1) * 2;
        b->at = realloc(b->at, b->size);
        b->solid = realloc(b->solid, b->size * sizeof *b->solid);
        if (!b->at || !b->solid)
            fatal("no memory");
    }
    memcpy(b->at + b->len, at, len);
    memset(b->solid + b->len, solid, len);
    b->len += len;
    b->at[b->len] = 0;
}

void bytes_free(struct bytes *b)
{
    free(b->at);
    free(b->solid);
    *b = (struct bytes){0};
}

static void add_byte(struct bytes *b, int c)
{
    bytes_add(b, &(char){(char)c}, 1, false);
}

/* \{TEXT*N}: text points behind the brace. Returns what follows; NULL for a mistake. */
static const char *add_repetition(struct bytes *b, const char *text, uint16_t port)
{
    const char *end = strchr(text, '}'), *star = end;
    struct bytes unit = {0};
    size_t start = b->len;
    char *copy;
    bool good;

    while (star && star > text && *star != '*')
        star--;
    if (!star || star == text)
        return NULL;
    copy = strndup(text, (size_t)(star - text));
    good = bytes_unescape(&unit, copy, port) && unit.len;
    for (long n = atol(star + 1); good && n > 0; n--)
        bytes_add(b, unit.at, unit.len, true);
    for (size_t i = start; i < b->len; i++)
        b->solid[i] = i - start > EDGE && b->len - i > EDGE;
    bytes_free(&unit);
    free(copy);
    return good ? end + 1 : NULL;
}

static const char *add_hex(struct bytes *b, const char *text)
{
    char digits[3] = {text[0], text[0] ? text[1] : 0, 0}, *end;
    long value = strtol(digits, &end, 16);

    if (end != digits + 2)
        return NULL;
    add_byte(b, (int)value);
    return text + 2;
}

/* `text` points behind the backslash. */
static const char *add_escape(struct bytes *b, const char *text, uint16_t port)
{
    static const char letters[] = "rnt0\\", values[] = "\r\n\t\0\\";
    const char *letter = *text ? strchr(letters, *text) : NULL;
    char number[8];

    if (letter)
        return add_byte(b, values[letter - letters]), text + 1;
    switch (*text) {
    case 'x': return add_hex(b, text + 1);
    case '{': return add_repetition(b, text + 1, port);
    case 'D': return bytes_add(b, NO_DATE, strlen(NO_DATE), true), text + 1;
    case 'p':
        bytes_add(b, number, (size_t)snprintf(number, sizeof number, "%u", port), true);
        return text + 1;
    }
    return NULL;
}

bool bytes_unescape(struct bytes *b, const char *text, uint16_t port)
{
    while (text && *text) {
        if (*text == '\\')
            text = add_escape(b, text + 1, port);
        else
            add_byte(b, *text++);
    }
    return text;
}

char *bytes_show(const char *at, size_t len)
{
    size_t shown = len < SHOWN_MAX ? len : SHOWN_MAX;
    char *text = malloc(ESCAPED_MAX * shown + 64), *end = text;

    if (!text)
        fatal("no memory");
    *end = 0;
    for (size_t i = 0; i < shown; i++)
        end = at[i] == '\r' ? stpcpy(end, "\\r") : at[i] == '\n' ? stpcpy(end, "\\n") : escape(end, at + i, 1);
    if (shown < len)
        sprintf(end, "... (%zu bytes)", len);
    return text;
}

void bytes_forget_dates(char *at, size_t len)
{
    static const char name[] = "\r\nDate: ";
    char *end = at + len, *p = at;

    while ((p = memmem(p, (size_t)(end - p), name, strlen(name)))) {
        struct tm t;
        char *stop;

        p += strlen(name);
        stop = (size_t)(end - p) < strlen(NO_DATE) + 2 ? NULL : strptime(p, "%a, %d %b %Y %H:%M:%S GMT", &t);
        if (stop == p + strlen(NO_DATE) && stop[0] == '\r')
            memcpy(p, NO_DATE, strlen(NO_DATE));
    }
}
