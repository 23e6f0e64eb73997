/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * url.c: from the request target to the cooked URL.
 *
 * Which bytes are accepted follows docs/behaviour.md, "Request targets", and the parameters there: unless these say
 * otherwise, bad escapes and control characters are refused, and bytes that aren't UTF-8 are read as code page 1252.
 */
#include "url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "parameters.h"

#define COOKED_MAX 32767 /* units: HTTP_COOKED_URL counts bytes in 16 bits */

void url_free(struct url *u)
{
    buffer_resize(u->text, u->size * sizeof *u->text, 0);
    *u = (struct url){0};
}

static bool url_reserve(struct url *u, size_t units)
{
    utf16 *p;

    if (units <= u->size)
        return true;
    p = buffer_resize(u->text, u->size * sizeof *p, units * sizeof *p);
    if (!p)
        return false;
    u->text = p;
    u->size = (uint32_t)units;
    return true;
}

static void append(struct url *u, struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        u->text[u->len++] = (unsigned char)t.ptr[i];
}

static bool is_host_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~' || c >= 0x80;
}

/* The characters of an address, and of the scope behind it. */
static bool is_ipv6_char(unsigned char c)
{
    return is_host_char(c) ? c < 0x80 : c == ':' || c == '%';
}

bool url_split_host(struct text host, struct text *name, bool *has_port)
{
    bool ipv6 = host.len && host.ptr[0] == '[';
    size_t i = ipv6, start = i;
    uint64_t port;

    while (i < host.len && (ipv6 ? is_ipv6_char(host.ptr[i]) : is_host_char(host.ptr[i])))
        i++;
    *name = (struct text){host.ptr + start, i - start};
    if (!name->len || (ipv6 && (i == host.len || host.ptr[i++] != ']')))
        return false;
    *has_port = i < host.len;
    if (!*has_port)
        return true;
    return host.ptr[i] == ':' && text_to_u64((struct text){host.ptr + i + 1, host.len - i - 1}, &port) &&
           port > 0 && port < 65536;
}

static void use_canonical(struct url *u)
{
    u->name = (struct text){u->canonical, strlen(u->canonical)};
}

/*
 * One spelling of an address. Its scope means something on the client's machine only. Windows refuses IPv4 addresses in
 * this form.
 */
static bool canonical_ipv6(struct url *u)
{
    const char *scope = memchr(u->name.ptr, '%', u->name.len);
    size_t len = scope ? (size_t)(scope - u->name.ptr) : u->name.len;
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (len >= sizeof text)
        return false;
    memcpy(text, u->name.ptr, len);
    text[len] = 0;
    if (inet_pton(AF_INET6, text, &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
        return false;
    inet_ntop(AF_INET6, &address, u->canonical, sizeof u->canonical);
    use_canonical(u);
    return true;
}

static bool is_ascii(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] >= 0x80)
            return false;
    return true;
}

/* The code points of bytes in UTF-8 or code page 1252, NUL-terminated. */
static bool widen_name(struct text name, bool utf8, uint32_t wide[HOST_MAX + 1])
{
    const unsigned char *p = (const unsigned char *)name.ptr, *end = p + name.len;
    uint32_t n = 0;

    while (p < end && n < HOST_MAX) {
        int32_t c = utf8 ? utf8_next(&p, end) : ansi_to_utf16(*p++);

        if (c <= 0)
            return false;
        wide[n++] = (uint32_t)c;
    }
    wide[n] = 0;
    return p == end;
}

/* Which code bytes beyond ASCII are tried in first. */
static bool utf8_comes_first(void)
{
    return parameters.FavorUTF8 || !parameters.EnableNonUTF8;
}

/* A name that came with bytes beyond ASCII: encoded, and without what else may stand for the same character. */
static enum page canonical_name(struct url *u)
{
    uint32_t wide[HOST_MAX + 1];
    bool utf8 = utf8_comes_first();
    enum result result;

    if (!widen_name(u->name, utf8, wide) && !(parameters.EnableNonUTF8 && widen_name(u->name, !utf8, wide)))
        return PAGE_BAD_HOST;
    result = idn_encode(wide, u->canonical);
    if (result)
        return result == RESULT_NO_MEMORY ? PAGE_UNAVAILABLE : PAGE_BAD_HOST;
    use_canonical(u);
    for (size_t i = 0; i < u->name.len; i++)
        if (!is_host_char(u->canonical[i]))
            return PAGE_BAD_HOST;
    return u->name.len ? PAGE_NONE : PAGE_BAD_HOST; /* some characters, soft hyphens for one, are encoded as nothing */
}

/* Two (or four) hexadecimal digits at p, or -1. */
static int32_t hex_number(const unsigned char *p, const unsigned char *end, int digits)
{
    int32_t v = 0;

    if (end - p < digits)
        return -1;
    while (digits--) {
        int d = hex_digit(*p++);

        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    return v;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || c == 0x7f;
}

static bool is_c1_control(uint32_t c)
{
    return c >= 0x80 && c < 0xa0;
}

/* A byte as it came. NUL, which strchr() finds, too, and those that a line may consist of are never let through. */
static bool may_be_raw(unsigned char c)
{
    return !is_control(c) || (parameters.AllowUnEscapedRestrictedChars && !strchr("\t\n\r", c));
}

bool url_is_clean(struct text target)
{
    for (size_t i = 0; i < target.len; i++)
        if (!may_be_raw((unsigned char)target.ptr[i]))
            return false;
    return true;
}

/* What an escape stands for, a byte or (%u) a unit. */
static bool may_be_escaped(uint32_t v, bool unit)
{
    bool restricted = is_control(v) || (unit && is_c1_control(v));

    return !restricted || (parameters.AllowRestrictedChars && v);
}

/* One %XX (or %uXXXX, kept as NUL XXXX: no other byte of a path is NUL). False for a bad escape. */
static bool undo_escape(const unsigned char **p, const unsigned char *end, unsigned char **o)
{
    bool unicode = parameters.PercentUAllowed && end - *p > 1 && ((*p)[1] | 0x20) == 'u';
    int32_t v = unicode ? hex_number(*p + 2, end, 4) : hex_number(*p + 1, end, 2);

    if (v < 0 || !may_be_escaped((uint32_t)v, unicode))
        return false;
    *(*o)++ = (unsigned char)(unicode ? 0 : v);
    if (unicode) {
        memcpy(*o, *p + 2, 4);
        *o += 4;
    }
    *p += unicode ? 6 : 3;
    return true;
}

/* The path's bytes without escapes; their number, or -1. */
static int32_t undo_escapes(struct text path, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)path.ptr, *end = p + path.len;
    unsigned char *o = out;

    while (p < end) {
        if (*p == '%') {
            if (!undo_escape(&p, end, &o))
                return -1;
        } else if (may_be_raw(*p)) {
            *o++ = *p++;
        } else {
            return -1;
        }
    }
    return (int32_t)(o - out);
}

/* Bytes that the code page leaves undefined are control characters to Windows, as its table of best fits has them. */
static int32_t ansi_char(unsigned char byte)
{
    utf16 c = ansi_to_utf16(byte);

    return c ? c : byte;
}

/* One character of unescaped bytes; -1 when it isn't one. */
static int32_t next_char(const unsigned char **p, const unsigned char *end, bool utf8)
{
    int32_t c;

    if (**p == 0) {
        c = hex_number(*p + 1, end, 4);
        *p += 5;
        return c;
    }
    return utf8 ? utf8_next(p, end) : ansi_char(*(*p)++);
}

#define NOT_THIS_CODE (-2)

/* The number of units; NOT_THIS_CODE, or -1 when a character isn't allowed. */
static int32_t to_utf16(const unsigned char *bytes, int32_t len, bool utf8, utf16 *out)
{
    const unsigned char *p = bytes, *end = bytes + len;
    bool restricted = false;
    utf16 *o = out;

    while (p < end) {
        int32_t c = next_char(&p, end, utf8);

        if (c < 0)
            return NOT_THIS_CODE;
        restricted |= is_c1_control((uint32_t)c) && !parameters.AllowRestrictedChars;
        o += utf16_put(o, c == '\\' ? '/' : (uint32_t)c);
    }
    return restricted ? -1 : (int32_t)(o - out);
}

/*
 * The bytes lie in the second half of `out` on their way: units are written in front of them, and never more than were
 * read.
 */
static int32_t decode(struct text path, bool utf8, utf16 *out)
{
    unsigned char *bytes = (unsigned char *)out + path.len;
    int32_t n = undo_escapes(path, bytes);

    return n > 0 ? to_utf16(bytes, n, utf8, out) : -1;
}

/* Where the segment before out[n], which ends with '/', begins; 0 when there is none. */
static int32_t parent(const utf16 *out, int32_t n)
{
    for (n--; n > 0 && out[n - 1] != '/'; n--)
        ;
    return n;
}

/*
 * Drops empty and dot segments in place. First the empty ones: /a//../b is /b. -1 when a segment is too long, or there
 * are too many; URL_ABOVE_ROOT.
 */
static int32_t canonicalise(utf16 *path, int32_t len)
{
    int32_t n = 1, i = 1; /* path[0] is '/' */
    uint32_t segments = 0;

    while (i < len) {
        int32_t start = i, seg;
        bool slash;

        while (i < len && path[i] != '/')
            i++;
        seg = i - start;
        slash = i < len;
        i += slash;
        if (seg == 0 || (seg == 1 && path[start] == '.'))
            continue;
        if (seg == 2 && path[start] == '.' && path[start + 1] == '.') {
            n = parent(path, n);
            if (!n)
                return URL_ABOVE_ROOT;
            segments -= segments > 0;
            continue;
        }
        if ((uint32_t)seg > parameters.UrlSegmentMaxLength || ++segments > parameters.UrlSegmentMaxCount)
            return -1;
        memmove(path + n, path + start, (size_t)(seg + slash) * sizeof *path);
        n += seg + slash;
    }
    return n;
}

/*
 * The usual case: nothing to decode, and too short for any limit of segments. -1 when the slow way is needed.
 */
static int32_t widen_plain(struct text path, utf16 *out)
{
    unsigned char before = 0;

    if (path.len > parameters.UrlSegmentMaxLength || path.len > parameters.UrlSegmentMaxCount)
        return -1;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];

        if (c <= 0x20 || c >= 0x7f || c == '%' || c == '\\' ||
            (before == '/' && (c == '/' || c == '.')))
            return -1;
        out[i] = before = c;
    }
    return (int32_t)path.len;
}

static int32_t decode_path(struct text path, bool utf8_first, utf16 *out)
{
    int32_t n = widen_plain(path, out);

    if (n >= 0)
        return n;
    n = decode(path, utf8_first, out);
    if (n == NOT_THIS_CODE && parameters.EnableNonUTF8)
        n = decode(path, !utf8_first, out);
    return n > 0 ? canonicalise(out, n) : -1;
}

int32_t url_decode_path(struct text path, utf16 *out)
{
    return decode_path(path, utf8_comes_first(), out);
}

int32_t url_decode_utf8_path(struct text path, utf16 *out)
{
    return decode_path(path, true, out);
}

static bool starts_with_nocase(struct text t, struct text start)
{
    return t.len >= start.len && text_equal_nocase((struct text){t.ptr, start.len}, start);
}

/* "http://authority/path" -> authority and the rest. A query without a path is refused, as http.sys does. */
static enum page split_absolute(struct text *target, struct text *host)
{
    size_t scheme = starts_with_nocase(*target, TEXT("http://")) ? 7
                    : starts_with_nocase(*target, TEXT("https://")) ? 8 : 0;
    const char *authority = target->ptr + scheme;
    size_t left = target->len - scheme, n = 0;

    if (!scheme)
        return PAGE_BAD_URL;
    while (n < left && authority[n] != '/' && authority[n] != '?')
        n++;
    if (n < left && authority[n] == '?')
        return PAGE_BAD_URL;
    *host = (struct text){authority, n};
    *target = n < left ? (struct text){authority + n, left - n} : TEXT("/");
    return PAGE_NONE;
}

static enum page append_path(struct url *u, struct text target)
{
    const char *question = memchr(target.ptr, '?', target.len);
    struct text path = {target.ptr, question ? (size_t)(question - target.ptr) : target.len};
    int32_t n;

    u->path = u->len;
    n = url_decode_path(path, u->text + u->len);
    if (n < 0)
        return n == URL_ABOVE_ROOT ? PAGE_FORBIDDEN : PAGE_BAD_URL;
    u->path_len = (uint32_t)n;
    u->len += u->path_len;
    u->query = u->len;
    u->query_len = (uint32_t)(target.len - path.len);
    append(u, (struct text){target.ptr + path.len, u->query_len});
    u->text[u->len] = 0;
    return u->len > COOKED_MAX ? PAGE_URL_TOO_LONG : PAGE_NONE;
}

static void append_port(struct url *u, uint16_t port)
{
    char digits[8];

    append(u, (struct text){digits, (size_t)snprintf(digits, sizeof digits, ":%u", port)});
}

/* A name in another script as people write it. */
static enum page append_name(struct url *u)
{
    uint32_t decoded[HOST_MAX + 1], n = 0;

    if (idn_is_encoded(u->name) && idn_decode(u->name, decoded, &n) == RESULT_NO_MEMORY)
        return PAGE_UNAVAILABLE;
    for (uint32_t i = 0; i < n; i++)
        u->len += utf16_put(u->text + u->len, decoded[i]);
    if (!n)
        append(u, u->name);
    return PAGE_NONE;
}

/* `host` with u->name, which is a part of it: a name in another script. */
static enum page append_script(struct url *u, struct text host)
{
    const char *rest = u->name.ptr + u->name.len;
    enum page page = is_ascii(u->name) ? PAGE_NONE : canonical_name(u);

    if (!page)
        page = append_name(u);
    append(u, (struct text){rest, (size_t)(host.ptr + host.len - rest)});
    return page;
}

/* The same for any host: PAGE_BAD_HOST for a name or an address that can't be. */
static enum page append_host(struct url *u, struct text host, bool plain)
{
    if (host.ptr[0] != '[' && !plain)
        return append_script(u, host);
    append(u, host);
    return host.ptr[0] != '[' || canonical_ipv6(u) ? PAGE_NONE : PAGE_BAD_HOST;
}

enum page url_cook(struct url *u, struct text target, struct text host, struct text fallback,
                   uint16_t port)
{
    bool has_port, plain, asterisk = target.len == 1 && target.ptr[0] == '*';
    enum page page = PAGE_NONE;

    if (target.ptr[0] != '/' && !asterisk)
        page = split_absolute(&target, &host);
    if (page)
        return page;
    if (!host.ptr)
        host = fallback;
    if (!url_split_host(host, &u->name, &has_port))
        return PAGE_BAD_HOST;
    plain = is_ascii(u->name) && !idn_is_encoded(u->name);
    /* A decoded name may be longer than what came. */
    if (!url_reserve(u, sizeof "http://:65535/*" + host.len + (plain ? 0 : 2 * HOST_MAX) + target.len))
        return PAGE_UNAVAILABLE;
    u->len = 0;
    append(u, TEXT("http://"));
    u->host = u->len;
    page = append_host(u, host, plain);
    if (page)
        return page;
    if (!has_port)
        append_port(u, port);
    u->host_len = u->len - u->host;
    return append_path(u, asterisk ? TEXT("/*") : target);
}
