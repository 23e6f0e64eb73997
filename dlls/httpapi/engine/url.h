/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * url.h: a request's URL, cooked.
 *
 * `text` is the whole URL in UTF-16, "http://host:port/path?query", with a NUL behind it; host, path and query
 * are parts of it, as HTTP_COOKED_URL has them. The host is as it came, but for names in other scripts, which are never
 * encoded (xn--) here. The path is decoded and canonical: separators are '/', also those that came as '\', %2F or %5C;
 * empty and dot segments are gone. The query is as it came, a unit a byte.
 */
#ifndef HTTPAPI_ENGINE_URL_H
#define HTTPAPI_ENGINE_URL_H

#include <stdint.h>

#include "idn.h"
#include "page.h"
#include "text.h"
#include "utf16.h"

struct url {
    utf16 *text;
    uint32_t size;       /* allocated units */
    uint32_t len;
    uint32_t host, host_len;   /* with ":port" */
    uint32_t path, path_len;
    uint32_t query, query_len; /* with '?'; 0 when there is none */
    struct text name;    /* the host as the router compares it; in the request's input buffer or in `canonical` */
    char canonical[HOST_MAX + 1]; /* of IPv6 addresses and of names in other scripts */
};

/* Whether a target has only bytes that it may have as they are, in its query too: no control characters. */
bool url_is_clean(struct text target);

/*
 * Cooks `target` as it stands in the request line, a clean one. `host` is the Host header (no pointer: there was none), which an
 * absolute target overrides; `fallback` is used when neither names a host (HTTP/1.0); `port` is the local port,
 * added when the client named none. PAGE_NONE, or the page to refuse the request with.
 * The memory of u->text is kept and used again. No locks needed.
 */
enum page url_cook(struct url *u, struct text target, struct text host, struct text fallback,
                   uint16_t port);

void url_free(struct url *u);

/*
 * Decodes and canonicalises a path of wire bytes into out[], which has room for path.len units. -1 when it has a bad escape,
 * a control character, too long a segment or too many; URL_ABOVE_ROOT when it leads out of what there is.
 */
#define URL_ABOVE_ROOT (-3)
int32_t url_decode_path(struct text path, utf16 *out);

/* The same for a path that is UTF-8 where it isn't escaped, whatever clients send. */
int32_t url_decode_utf8_path(struct text path, utf16 *out);

/* Splits host[:port]; brackets of an IPv6 literal are dropped from *name. False when it isn't well-formed. */
bool url_split_host(struct text host, struct text *name, bool *has_port);

#endif
