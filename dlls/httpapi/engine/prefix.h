/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prefix.h: a UrlPrefix string, taken apart.
 */
#ifndef HTTPAPI_ENGINE_PREFIX_H
#define HTTPAPI_ENGINE_PREFIX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "idn.h"
#include "result.h"
#include "utf16.h"

#define IPV6_SPELLING_MAX 63

/* In the order in which they are searched; HOST_ADDRESS also answers as a HOST_NAME. */
enum host_kind { HOST_STRONG, HOST_NAME, HOST_SUBDOMAINS, HOST_ADDRESS, HOST_WEAK };

struct prefix {
    bool secure;             /* https */
    enum host_kind kind;
    uint16_t port;           /* host byte order */
    /* As the router compares it: lower-case ASCII, other scripts encoded (idn.h); an address without brackets;
     * HOST_SUBDOMAINS: what follows the asterisk; "" for wildcards. */
    char host[HOST_MAX + 1];
    int family;              /* HOST_ADDRESS: AF_INET or AF_INET6 */
    union {
        struct in_addr v4;
        struct in6_addr v6;
    } address;
    uint32_t scope;          /* of a link-local IPv6 address; 0: none was given */
    char spelling[IPV6_SPELLING_MAX + 1]; /* of an IPv6 address, in lower case; removing it takes the same one */
    utf16 *path;             /* folded, without the last slash: "" is the root. Owned */
    uint32_t path_len;
};

/*
 * Parses a NUL-terminated prefix. RESULT_INVALID for a mistake, RESULT_UNSUPPORTED for hosts that look like an address
 * and are none to listen on: the rules are in docs/behaviour.md, "URL prefixes". On failure nothing is owned. Touches
 * the caller's memory: no locks.
 */
enum result prefix_parse(struct prefix *p, const utf16 *text);

void prefix_free(struct prefix *p);

#endif
