/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_line.c: writes fields.
 */
#include "error_line.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define TIME_LEN 19 /* "2026-10-07 12:24:54" */

static size_t write_time(char *out, int64_t seconds)
{
    time_t t = (time_t)seconds;
    struct tm utc;

    gmtime_r(&t, &utc);
    return strftime(out, TIME_LEN + 1, "%Y-%m-%d %H:%M:%S", &utc);
}

struct text error_line_cut(struct text t, size_t max)
{
    if (t.len <= max)
        return t;
    t.len = max;
    for (int i = 0; i < 3 && t.len && ((unsigned char)t.ptr[t.len] & 0xc0) == 0x80; i++)
        t.len--;
    return t;
}

/* The last four bytes are an IPv4 address in Windows' eyes: ISATAP (RFC 5214). */
static bool is_isatap(const struct in6_addr *a)
{
    static const unsigned char id[] = {0, 0x5e, 0xfe};

    return (a->s6_addr[8] & ~2) == 0 && !memcmp(a->s6_addr + 9, id, sizeof id);
}

/* As RtlIpv6AddressToString writes it; inet_ntop() agrees but for ISATAP. */
static void ipv6_text(const struct in6_addr *a, char text[INET6_ADDRSTRLEN])
{
    struct in6_addr other = *a;
    char *last;

    if (!is_isatap(a)) {
        inet_ntop(AF_INET6, a, text, INET6_ADDRSTRLEN);
        return;
    }
    memset(other.s6_addr + 12, 1, 4); /* neither part of it is left out then */
    inet_ntop(AF_INET6, &other, text, INET6_ADDRSTRLEN);
    last = strrchr(text, ':');
    last -= 4; /* ":101:101" */
    inet_ntop(AF_INET, a->s6_addr + 12, last + 1, INET_ADDRSTRLEN);
}

/* " address port" */
static size_t write_address(char *out, const union address *a)
{
    char text[INET6_ADDRSTRLEN];

    switch (a->any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &a->v4.sin_addr, text, sizeof text);
        return (size_t)sprintf(out, " %s %u", text, ntohs(a->v4.sin_port));
    case AF_INET6:
        ipv6_text(&a->v6.sin6_addr, text);
        return (size_t)sprintf(out, " %s%%%u %u", text, a->v6.sin6_scope_id, ntohs(a->v6.sin6_port));
    default:
        return (size_t)sprintf(out, " - -");
    }
}

static size_t write_version(char *out, unsigned major, unsigned minor)
{
    if (!major && !minor)
        return (size_t)sprintf(out, " -");
    if (major >= ERROR_VERSION_MAX || minor >= ERROR_VERSION_MAX)
        return (size_t)sprintf(out, " HTTP/?.?");
    return (size_t)sprintf(out, " HTTP/%u.%u", major, minor);
}

static bool is_control(unsigned char c)
{
    return c <= ' ' || c == 0x7f;
}

/* " text": nothing in it ends the field, the line, or speaks to a terminal (U+0080 to U+009F do, too). */
static size_t write_text(char *out, struct text t, size_t max)
{
    size_t n = 0;

    t = error_line_cut(t, max);
    out[n++] = ' ';
    if (!t.len)
        out[n++] = '-';
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.ptr[i], next = i + 1 < t.len ? (unsigned char)t.ptr[i + 1] : 0;
        bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;

        out[n++] = c1 || is_control(c) ? '+' : t.ptr[i];
        i += c1;
    }
    return n;
}

/* " 400"; no more than three digits (KB 820729). */
static size_t write_status(char *out, unsigned status)
{
    return status && status <= 999 ? (size_t)sprintf(out, " %u", status) : (size_t)sprintf(out, " -");
}

/* The stream's two fields, the site's and the faults' two are always "-": those are of HTTP/2 and 3, and of IIS. */
size_t error_line_write(const struct error_record *r, char line[ERROR_LINE_MAX])
{
    size_t n = write_time(line, r->time);

    n += write_address(line + n, &r->client);
    n += write_address(line + n, &r->server);
    n += write_version(line + n, r->major, r->minor);
    n += write_text(line + n, r->verb, ERROR_VERB_MAX);
    n += write_text(line + n, r->uri, ERROR_URI_MAX);
    n += (size_t)sprintf(line + n, " - -");
    n += write_status(line + n, r->status);
    n += (size_t)sprintf(line + n, " - %s", r->phrase);
    n += write_text(line + n, r->queue, ERROR_QUEUE_MAX);
    return n + (size_t)sprintf(line + n, " TCP - -\r\n");
}

size_t error_line_head(int64_t now, char head[ERROR_HEAD_MAX])
{
    char time[TIME_LEN + 1];

    write_time(time, now);
    return (size_t)snprintf(head, ERROR_HEAD_MAX,
                            "#Software: Microsoft HTTP API 2.0\r\n"
                            "#Version: 1.0\r\n"
                            "#Date: %s\r\n"
                            "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid streamid_ex "
                            "sc-status s-siteid s-reason s-queuename transport fault-code extended-fault-code\r\n",
                            time);
}

size_t error_line_lost(uint32_t count, char line[ERROR_LINE_MAX])
{
    return (size_t)sprintf(line, "#Remark: %u more errors aren't written here: the disk was too slow, or full\r\n", count);
}
