/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parameters.c: the values of the registry's HTTP\Parameters key, wherever they come from.
 */
#include "parameters.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ENVIRONMENT "HTTPAPI_"

struct parameters parameters = {
#define X(name, standard, minimum, maximum, built) .name = standard,
    PARAMETERS(X)
#undef X
};

struct number {
    const char *name, *variable;
    uint32_t *value;
    uint32_t standard, minimum, maximum;
    bool built;
};

static const struct number numbers[] = {
#define X(name, standard, minimum, maximum, built) \
    {#name, ENVIRONMENT #name, &parameters.name, standard, minimum, maximum, built},
    PARAMETERS(X)
#undef X
};

struct string {
    const char *name, *variable;
    char *value;
};

static const struct string strings[] = {
#define X(name) {#name, ENVIRONMENT #name, parameters.name},
    PARAMETER_STRINGS(X)
#undef X
};

static const struct number *find_number(const char *name)
{
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (!strcasecmp(numbers[i].name, name))
            return &numbers[i];
    return NULL;
}

static const struct string *find_string(const char *name)
{
    for (size_t i = 0; i < COUNT(strings); i++)
        if (!strcasecmp(strings[i].name, name))
            return &strings[i];
    return NULL;
}

static void set_number(const char *where, const struct number *n, uint32_t value)
{
    uint32_t fitting = value < n->minimum ? n->minimum : value > n->maximum ? n->maximum : value;

    if (value != fitting && n->maximum != 1)
        WARN("%s: %s: %u is out of range and taken as %u", where, n->name, value, fitting);
    *n->value = fitting;
}

static void set_string(const char *where, const struct string *s, const char *value)
{
    if (strlen(value) > PARAMETER_STRING_MAX)
        ERR("%s: %s is too long and ignored", where, s->name);
    else
        strcpy(s->value, value);
}

void parameters_mistyped(const char *where, const char *name)
{
    if (find_number(name))
        ERR("%s: %s has to be a DWORD: ignored", where, name);
    else if (find_string(name))
        ERR("%s: %s has to be a string: ignored", where, name);
    else
        WARN("%s: there is no parameter %s", where, name); /* the registry's key holds values for others, too */
}

void parameters_set_number(const char *where, const char *name, uint32_t value)
{
    const struct number *n = find_number(name);

    if (n)
        set_number(where, n, value);
    else
        parameters_mistyped(where, name);
}

void parameters_set_string(const char *where, const char *name, const char *value)
{
    const struct string *s = find_string(name);

    if (s)
        set_string(where, s, value);
    else
        parameters_mistyped(where, name);
}

/* Digits only: neither signs nor blanks, and a leading zero isn't octal. */
static bool parse_number(const char *text, uint32_t *value)
{
    bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
    const char *digits = text + (hex ? 2 : 0);
    unsigned long long v;

    if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
        return false;
    errno = 0;
    v = strtoull(digits, NULL, hex ? 16 : 10);
    *value = (uint32_t)v;
    return !errno && v <= UINT32_MAX;
}

void parameters_set_text(const char *where, const char *name, const char *text)
{
    const struct number *n = find_number(name);
    uint32_t value;

    if (!n)
        return parameters_set_string(where, name, text);
    if (parse_number(text, &value))
        set_number(where, n, value);
    else
        ERR("%s: %s has to be a number of 32 bits, not \"%s\": ignored", where, n->name, text);
}

static char *trim(char *s)
{
    size_t n;

    s += strspn(s, " \t\r\n");
    for (n = strlen(s); n && strchr(" \t\r\n", s[n - 1]); n--)
        ;
    s[n] = 0;
    return s;
}

static void read_line(const char *where, char *line)
{
    char *name = trim(line), *equals = strchr(name, '=');

    if (!*name || *name == '#')
        return;
    if (!equals || equals == name) {
        ERR("%s: not a line \"Name = value\": ignored", where);
        return;
    }
    *equals = 0;
    parameters_set_text(where, trim(name), trim(equals + 1));
}

void parameters_read_file(const char *path, bool must)
{
    FILE *file = fopen(path, "re");
    char *line = NULL, where[PARAMETER_STRING_MAX + 16];
    size_t size = 0;

    if (!file) {
        if (must || errno != ENOENT)
            ERR("can't read the parameters in %s: %m", path);
        return;
    }
    for (unsigned i = 1; getline(&line, &size, file) >= 0; i++) {
        snprintf(where, sizeof where, "%s:%u", path, i);
        read_line(where, line);
    }
    if (ferror(file))
        ERR("can't read all of the parameters in %s: %m", path);
    free(line);
    fclose(file);
}

static void set_from_environment(const char *variable, const char *name)
{
    const char *text = getenv(variable);

    if (text)
        parameters_set_text(variable, name, text);
}

static void read_environment(void)
{
    for (size_t i = 0; i < COUNT(numbers); i++)
        set_from_environment(numbers[i].variable, numbers[i].name);
    for (size_t i = 0; i < COUNT(strings); i++)
        set_from_environment(strings[i].variable, strings[i].name);
}

static void unlimited_if_zero(uint32_t *limit)
{
    if (!*limit)
        *limit = UINT32_MAX;
}

static void say_what_is_not_built(void)
{
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (!numbers[i].built && *numbers[i].value != numbers[i].standard)
            LOG_AT(LOG_FIXME, "the parameter %s has no effect yet", numbers[i].name);
}

void parameters_start(void)
{
    const char *path = getenv(ENVIRONMENT "PARAMETERS");

    if (path && *path)
        parameters_read_file(path, true);
    read_environment();
    unlimited_if_zero(&parameters.UrlSegmentMaxLength);
    unlimited_if_zero(&parameters.UrlSegmentMaxCount);
    if (parameters.MaxFieldLength > parameters.MaxRequestBytes)
        parameters.MaxFieldLength = parameters.MaxRequestBytes;
    say_what_is_not_built();
}
