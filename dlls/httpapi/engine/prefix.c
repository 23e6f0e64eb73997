/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prefix.c: parsing UrlPrefix strings.
 */
#include "prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parameters.h"
#include "text.h"

#define PATH_MAX_UNITS 32767

void prefix_free(struct prefix *p)
{
    free(p->path);
    p->path = NULL;
}

static const utf16 *skip(const utf16 *s, const char *text)
{
    while (*text)
        if (*s++ != (unsigned char)*text++)
            return NULL;
    return s;
}

static const utf16 *parse_scheme(struct prefix *p, const utf16 *s)
{
    const utf16 *rest = skip(s, "https://");

    p->secure = rest != NULL;
    return rest ? rest : skip(s, "http://");
}

/* The host as it is compared; libidn2 is asked only for what isn't ASCII. */
static enum result copy_host(struct prefix *p, const utf16 *s, size_t n)
{
    uint32_t name[HOST_MAX + 1];

    for (size_t i = 0; i < n; i++) {
        if (s[i] >= 0x80)
            return idn_widen(s, n, name) ? idn_encode(name, p->host) : RESULT_INVALID;
        if (i == HOST_MAX)
            return RESULT_INVALID;
        p->host[i] = ascii_lower((char)s[i]);
    }
    p->host[n] = 0;
    return RESULT_OK;
}

/* Labels of letters, digits, '-' and '_', with single dots between them; not all of digits. */
static bool is_host_name(const char *h)
{
    bool letter = false;
    char before = '.';

    for (; *h; before = *h++) {
        bool alpha = (*h >= 'a' && *h <= 'z') || *h == '-' || *h == '_';

        if (!alpha && (*h < '0' || *h > '9') && (*h != '.' || before == '.'))
            return false;
        letter |= alpha;
    }
    return letter && before != '.';
}

/* Windows takes them for addresses, and supports none of those that aren't four numbers. */
static bool is_digits_and_dots(const char *h)
{
    return h[strspn(h, "0123456789.")] == 0 && strpbrk(h, "0123456789");
}

/* The scope of a link-local address: "%" and a number. Other addresses have none. */
static bool parse_scope(struct prefix *p, const char *digits)
{
    uint64_t scope;

    if (!text_to_u64((struct text){digits, strlen(digits)}, &scope) || !scope || scope > UINT32_MAX)
        return false;
    p->scope = (uint32_t)scope;
    return IN6_IS_ADDR_LINKLOCAL(&p->address.v6);
}

/* One spelling for all that mean the same address. */
static void write_ipv6(struct prefix *p)
{
    inet_ntop(AF_INET6, &p->address.v6, p->host, sizeof p->host);
    if (p->scope)
        snprintf(p->host + strlen(p->host), 12, "%%%u", p->scope);
}

static enum result parse_ipv6(struct prefix *p)
{
    char *close = strchr(p->host, ']'), *scope;

    if (!close || close[1] || close - p->host > IPV6_SPELLING_MAX)
        return RESULT_INVALID;
    *close = 0;
    strcpy(p->spelling, p->host + 1);
    scope = strchr(p->host, '%');
    if (scope)
        *scope++ = 0;
    p->kind = HOST_ADDRESS;
    p->family = AF_INET6;
    if (inet_pton(AF_INET6, p->host + 1, &p->address.v6) != 1 || (scope && !parse_scope(p, scope)))
        return RESULT_INVALID;
    write_ipv6(p);
    return IN6_IS_ADDR_UNSPECIFIED(&p->address.v6) || IN6_IS_ADDR_V4MAPPED(&p->address.v6) ? RESULT_UNSUPPORTED
                                                                                           : RESULT_OK;
}

static enum result parse_name(struct prefix *p)
{
    if (p->host[0] == '*' && p->host[1] == '.') {
        p->kind = HOST_SUBDOMAINS;
        memmove(p->host, p->host + 1, strlen(p->host));
        return is_host_name(p->host + 1) ? RESULT_OK : RESULT_INVALID;
    }
    p->kind = HOST_NAME;
    if (is_digits_and_dots(p->host))
        return RESULT_UNSUPPORTED;
    return is_host_name(p->host) ? RESULT_OK : RESULT_INVALID;
}

static enum result parse_host(struct prefix *p, const utf16 *s, size_t n)
{
    enum result result;

    if (n == 1 && (s[0] == '+' || s[0] == '*')) {
        p->kind = s[0] == '+' ? HOST_STRONG : HOST_WEAK;
        return RESULT_OK;
    }
    result = n ? copy_host(p, s, n) : RESULT_INVALID;
    if (result)
        return result;
    if (p->host[0] == '[')
        return parse_ipv6(p);
    if (inet_pton(AF_INET, p->host, &p->address.v4) != 1)
        return parse_name(p);
    p->kind = HOST_ADDRESS;
    p->family = AF_INET;
    return p->address.v4.s_addr == INADDR_ANY ? RESULT_UNSUPPORTED : RESULT_OK;
}

/* 1 to 65535 without a leading zero, up to the path's slash. */
static const utf16 *parse_port(struct prefix *p, const utf16 *s)
{
    uint32_t port = 0;

    if (*s < '1' || *s > '9')
        return NULL;
    while (*s >= '0' && *s <= '9') {
        port = port * 10 + (*s++ - '0');
        if (port > 65535)
            return NULL;
    }
    p->port = (uint16_t)port;
    return *s == '/' ? s : NULL;
}

static bool is_path_char(utf16 c)
{
    return c >= 0x20 && c != '%' && c != '?' && c != '#' && c != '\\' && (c < 0x7f || c >= 0xa0);
}

static bool is_dots(const utf16 *segment, size_t n)
{
    return n <= 2 && segment[0] == '.' && segment[n - 1] == '.';
}

/* What a request's path may consist of, too: no segment that is empty or dots, none too long, and not too many. */
static bool is_path(const utf16 *s, size_t n)
{
    uint32_t segments = 0;

    for (size_t i = 1; i < n; i++) {
        size_t start = i;

        for (; i < n && s[i] != '/'; i++)
            if (!is_path_char(s[i]))
                return false;
        if (i == start || is_dots(s + start, i - start) || i - start > parameters.UrlSegmentMaxLength ||
            ++segments > parameters.UrlSegmentMaxCount)
            return false;
    }
    return true;
}

static enum result copy_path(struct prefix *p, const utf16 *s)
{
    size_t n = 0;

    while (s[n] && n <= PATH_MAX_UNITS)
        n++;
    if (n > PATH_MAX_UNITS || !is_path(s, n))
        return RESULT_INVALID;
    if (s[n - 1] == '/')
        n--;
    p->path = malloc((n + 1) * sizeof *p->path);
    if (!p->path)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        p->path[i] = utf16_fold(s[i]);
    p->path[n] = 0;
    p->path_len = (uint32_t)n;
    return RESULT_OK;
}

/* The colon before the port; one inside an IPv6 literal doesn't count. */
static const utf16 *find_colon(const utf16 *s)
{
    bool brackets = *s == '[';

    for (; *s && *s != '/' && (brackets || *s != ':'); s++)
        if (*s == ']')
            brackets = false;
    return *s == ':' ? s : NULL;
}

enum result prefix_parse(struct prefix *p, const utf16 *text)
{
    const utf16 *host, *colon, *path;
    enum result result, copied;

    memset(p, 0, sizeof *p);
    host = parse_scheme(p, text);
    colon = host ? find_colon(host) : NULL;
    result = colon ? parse_host(p, host, (size_t)(colon - host)) : RESULT_INVALID;
    path = result == RESULT_INVALID ? NULL : parse_port(p, colon + 1);
    copied = path ? copy_path(p, path) : RESULT_INVALID;
    if (copied)
        return copied;
    if (result)
        prefix_free(p);
    return result;
}
