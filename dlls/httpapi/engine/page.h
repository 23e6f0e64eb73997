/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * page.h: the answers that the engine gives itself, in http.sys's words.
 */
#ifndef HTTPAPI_ENGINE_PAGE_H
#define HTTPAPI_ENGINE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/* X(name, status, reason, title, heading, message); the bodies' lengths are checked in tests/unit/test_page.c. */
#define PAGES(X) \
    X(BAD_REQUEST, 400, "Bad Request", "Bad Request", "Bad Request", \
      "The request is badly formed.") \
    X(BAD_VERB, 400, "Bad Request", "Bad Request", "Bad Request - Invalid Verb", \
      "The request verb is invalid.") \
    X(BAD_URL, 400, "Bad Request", "Bad Request", "Bad Request - Invalid URL", \
      "The request URL is invalid.") \
    X(BAD_HOST, 400, "Bad Request", "Bad Request", "Bad Request - Invalid Hostname", \
      "The request hostname is invalid.") \
    X(BAD_HEADER, 400, "Bad Request", "Bad Request", "Bad Request - Invalid Header", \
      "The request has an invalid header name.") \
    X(TOO_LONG, 400, "Bad Request", "Bad Request", "Bad Request - Request Too Long", \
      "The size of the request headers is too long.") \
    X(NOT_FOUND, 404, "Not Found", "Not Found", "Not Found", \
      "The requested resource is not found.") \
    X(LENGTH_REQUIRED, 411, "Length Required", "Length Required", "Length Required", \
      "The request must be chunked or have a content length.") \
    X(URL_TOO_LONG, 414, "Request-URI Too Long", "Request URL Too Long", \
      "Request URL Too Long", "The request URL is too long.") \
    X(BAD_RANGE, 416, "Requested Range Not Satisfiable", "Requested Range Not Satisfiable", \
      "Requested Range Not Satisfiable", "The requested range is not satisfiable.") \
    X(NO_CODING, 501, "Not Implemented", "Not Implemented", "Not Implemented", \
      "The request transfer encoding type is not supported.") \
    X(UNAVAILABLE, 503, "Service Unavailable", "Service Unavailable", "Service Unavailable", \
      "The service is unavailable.") \
    X(DISABLED, 503, "Disabled", "Service Unavailable", "Service Unavailable", \
      "The service is unavailable.") \
    X(QUEUE_FULL, 503, "QueueFull", "Service Unavailable", "Service Unavailable", \
      "The service is unavailable.") \
    X(BAD_VERSION, 505, "HTTP Version Not Supported", "HTTP Version Not Supported", \
      "HTTP Version Not Supported", "The HTTP version is not supported.")

enum page {
    PAGE_NONE,
#define X(name, status, reason, title, heading, message) PAGE_##name,
    PAGES(X)
#undef X
    PAGE_MAX,
    PAGE_RESET = PAGE_MAX /* no answer: the connection is reset */
};

#define PAGE_SIZE_MAX 1024

/* The body alone; its length. */
size_t page_body(enum page page, char buffer[PAGE_SIZE_MAX]);

/* The whole answer, with `Connection: close`; a HEAD request gets no body. Its length. */
size_t page_write(enum page page, bool head_only, char buffer[PAGE_SIZE_MAX]);

#endif
