/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prefix.h: a UrlPrefix string, taken apart.
 */
#ifndef HTTPAPI_ENGINE_PREFIX_H
#define HTTPAPI_ENGINE_PREFIX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "result.h"
#include "utf16.h"

#define HOST_MAX 255

/* In the order in which they are searched; HOST_ADDRESS also answers as a HOST_NAME. */
enum host_kind { HOST_STRONG, HOST_NAME, HOST_ADDRESS, HOST_WEAK };

struct prefix {
    bool secure;             /* https */
    enum host_kind kind;
    uint16_t port;           /* host byte order */
    char host[HOST_MAX + 1]; /* folded to lower case; an address without brackets; "" for wildcards */
    int family;              /* HOST_ADDRESS: AF_INET or AF_INET6 */
    union {
        struct in_addr v4;
        struct in6_addr v6;
    } address;
    utf16 *path;             /* folded, without the last slash: "" is the root. Owned */
    uint32_t path_len;
};

/*
 * Parses a NUL-terminated prefix. RESULT_INVALID for any mistake: the rules are in docs/behaviour.md,
 * "URL prefixes". On failure nothing is owned. Touches the caller's memory: no locks.
 */
enum result prefix_parse(struct prefix *p, const utf16 *text);

void prefix_free(struct prefix *p);

#endif
