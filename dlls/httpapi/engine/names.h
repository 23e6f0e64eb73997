/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.h: the verbs and header names that the API gives numbers to, each listed once.
 *
 * The order is that of HTTP_VERB and HTTP_HEADER_ID in http.h (api/fill.c asserts it at compile time), so a
 * number goes to the caller's structures unchanged.
 */
#ifndef HTTPAPI_ENGINE_NAMES_H
#define HTTPAPI_ENGINE_NAMES_H

#include "text.h"

/* X(C name, text on the wire); the numbers start behind VERB_INVALID. */
#define VERBS(X) \
    X(OPTIONS, "OPTIONS") X(GET, "GET") X(HEAD, "HEAD") X(POST, "POST") X(PUT, "PUT") \
    X(DELETE, "DELETE") X(TRACE, "TRACE") X(CONNECT, "CONNECT") X(TRACK, "TRACK") \
    X(MOVE, "MOVE") X(COPY, "COPY") X(PROPFIND, "PROPFIND") X(PROPPATCH, "PROPPATCH") \
    X(MKCOL, "MKCOL") X(LOCK, "LOCK") X(UNLOCK, "UNLOCK") X(SEARCH, "SEARCH")

enum verb {
    VERB_UNPARSED, VERB_UNKNOWN, VERB_INVALID,
#define X(name, text) VERB_##name,
    VERBS(X)
#undef X
    VERB_MAX
};

/* X(C name = the end of Windows' enumerator, text on the wire). Both kinds of message have these. */
#define GENERAL_HEADERS(X) \
    X(CacheControl, "Cache-Control") X(Connection, "Connection") X(Date, "Date") \
    X(KeepAlive, "Keep-Alive") X(Pragma, "Pragma") X(Trailer, "Trailer") \
    X(TransferEncoding, "Transfer-Encoding") X(Upgrade, "Upgrade") X(Via, "Via") \
    X(Warning, "Warning") X(Allow, "Allow") X(ContentLength, "Content-Length") \
    X(ContentType, "Content-Type") X(ContentEncoding, "Content-Encoding") \
    X(ContentLanguage, "Content-Language") X(ContentLocation, "Content-Location") \
    X(ContentMd5, "Content-MD5") X(ContentRange, "Content-Range") X(Expires, "Expires") \
    X(LastModified, "Last-Modified")

#define REQUEST_HEADERS(X) \
    GENERAL_HEADERS(X) \
    X(Accept, "Accept") X(AcceptCharset, "Accept-Charset") X(AcceptEncoding, "Accept-Encoding") \
    X(AcceptLanguage, "Accept-Language") X(Authorization, "Authorization") X(Cookie, "Cookie") \
    X(Expect, "Expect") X(From, "From") X(Host, "Host") X(IfMatch, "If-Match") \
    X(IfModifiedSince, "If-Modified-Since") X(IfNoneMatch, "If-None-Match") \
    X(IfRange, "If-Range") X(IfUnmodifiedSince, "If-Unmodified-Since") \
    X(MaxForwards, "Max-Forwards") X(ProxyAuthorization, "Proxy-Authorization") \
    X(Referer, "Referer") X(Range, "Range") X(Te, "TE") X(Translate, "Translate") \
    X(UserAgent, "User-Agent")

/* X(C name): those that a request has once (RFC 9110); of the others, several lines are one list. */
#define SINGLE_HEADERS(X) \
    X(Date) X(ContentLength) X(ContentType) X(ContentLocation) X(ContentMd5) X(ContentRange) X(Expires) \
    X(LastModified) X(Authorization) X(From) X(Host) X(IfModifiedSince) X(IfRange) X(IfUnmodifiedSince) \
    X(MaxForwards) X(ProxyAuthorization) X(Referer) X(Range) X(Translate) X(UserAgent)

#define RESPONSE_HEADERS(X) \
    GENERAL_HEADERS(X) \
    X(AcceptRanges, "Accept-Ranges") X(Age, "Age") X(Etag, "ETag") X(Location, "Location") \
    X(ProxyAuthenticate, "Proxy-Authenticate") X(RetryAfter, "Retry-After") \
    X(Server, "Server") X(SetCookie, "Set-Cookie") X(Vary, "Vary") \
    X(WwwAuthenticate, "WWW-Authenticate")

enum request_header {
#define X(name, text) REQ_##name,
    REQUEST_HEADERS(X)
#undef X
    REQ_MAX
};

enum response_header {
#define X(name, text) RESP_##name,
    RESPONSE_HEADERS(X)
#undef X
    RESP_MAX
};

#define HEADER_UNKNOWN 0xff

extern const struct text response_header_names[RESP_MAX];
extern const struct text request_header_names[REQ_MAX];

static inline bool request_header_is_single(unsigned id)
{
    const uint64_t single = 0
#define X(name) | 1ULL << REQ_##name
        SINGLE_HEADERS(X);
#undef X

    return id < REQ_MAX && single >> id & 1;
}

/* VERB_UNKNOWN for any other token; verbs are case-sensitive. */
enum verb verb_from_text(struct text t);

/* A known one's number, or HEADER_UNKNOWN; case doesn't count. */
unsigned request_header_from_text(struct text name);
unsigned response_header_from_text(struct text name);

#endif
