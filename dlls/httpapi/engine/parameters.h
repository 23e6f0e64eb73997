/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parameters.h: what an administrator may tell http.sys in HKLM\System\CurrentControlSet\Services\HTTP\Parameters.
 *
 * Under Wine the values are the prefix's registry's; the native host reads them from a file; environment variables
 * overrule both. docs/parameters.md says where, and what each of them does.
 */
#ifndef HTTPAPI_ENGINE_PARAMETERS_H
#define HTTPAPI_ENGINE_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * X(name, default, minimum, maximum, built): DWORD values, from Microsoft's pages "Http.sys registry settings for
 * Windows", "Parsing Exceptions" and "Configuring HTTP Server API Error Logging". Where these give a range, a value
 * outside becomes the next one inside; what they call Boolean becomes 1 when it isn't zero. Changing those that aren't
 * built has no effect, and is logged as a FIXME.
 */
#define PARAMETERS(X) \
    /* Request targets. No segment is too long, or no number too high, when the limit is zero. */ \
    X(AllowRestrictedChars, 0, 0, 1, true) \
    X(AllowUnEscapedRestrictedChars, 0, 0, 1, true) \
    X(EnableNonUTF8, 1, 0, 1, true) \
    X(FavorUTF8, 1, 0, 1, true) \
    X(PercentUAllowed, 1, 0, 1, true) \
    X(UrlSegmentMaxCount, 255, 0, 16383, true) \
    X(UrlSegmentMaxLength, 260, 0, 32766, true) \
    /* Heads of requests, bytes. */ \
    X(MaxFieldLength, 16384, 64, 65534, true) \
    X(MaxRequestBytes, 16384, 256, 16777216, true) \
    X(AllowCaseInsensitiveVerbs, 0, 0, 1, true) \
    X(AllowWeakHeaderNameSyntax, 0, 0, 1, true) \
    X(AllowWeakHeaderValueSyntax, 0, 0, 1, true) \
    /* Answers. */ \
    X(DisableServerHeader, 0, 0, 2, true) \
    X(MaxBytesPerSend, 65536, 1, 0xfffff, true) \
    X(UriEnableCache, 1, 0, 1, false) \
    X(UriMaxUriBytes, 262144, 4096, 16777216, false) \
    X(UriScavengerPeriod, 120, 10, UINT32_MAX, false) \
    /* What the machine has. No limit of connections is the default, and can't be written. */ \
    X(EnableAggressiveMemoryUsage, 0, 0, 1, false) \
    X(MaxConnections, UINT32_MAX, 1024, 2031616, true) \
    X(MaxEndpoints, 0, 0, 1024, false) \
    /* httperr.log. */ \
    X(EnableErrorLogging, 1, 0, 1, true) \
    X(ErrorLogFileTruncateSize, 0x100000, 0x100000, UINT32_MAX, true)

/* X(name): string values, UTF-8 here; the default is empty. */
#define PARAMETER_STRINGS(X) X(ErrorLoggingDir)

#define PARAMETER_STRING_MAX 780 /* MAX_PATH units */

struct parameters {
#define X(name, standard, minimum, maximum, built) uint32_t name;
    PARAMETERS(X)
#undef X
#define X(name) char name[PARAMETER_STRING_MAX + 1];
    PARAMETER_STRINGS(X)
#undef X
};

enum parameter_default {
#define X(name, standard, minimum, maximum, built) DEFAULT_##name = (int)(standard),
    PARAMETERS(X)
#undef X
};

/*
 * The defaults until somebody sets something, which ends with parameters_start(), before the first loop runs: since
 * then nobody writes here, and anybody reads without a lock.
 */
extern struct parameters parameters;

/* `where` is for the log: the registry, "file:line", or the name of an environment variable. */

/* Sets the value of this name, whatever its case; an unknown name, and one of a string, are only logged. */
void parameters_set_number(const char *where, const char *name, uint32_t value);

/* The same for a string value. */
void parameters_set_string(const char *where, const char *name, const char *value);

/* Logs that there is a value of this name whose type it doesn't have. */
void parameters_mistyped(const char *where, const char *name);

/* A value of either kind as people write it: a number is decimal, or hexadecimal behind 0x. */
void parameters_set_text(const char *where, const char *name, const char *text);

/*
 * Lines `Name = value`; blank ones and those that begin with '#' mean nothing. A file that isn't there is an error only
 * when it `must` be.
 */
void parameters_read_file(const char *path, bool must);

/* The environment's values; then those that depend on each other are made to fit. */
void parameters_start(void);

#endif
