/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * page.h: the answers that the engine gives itself, in http.sys's words.
 */
#ifndef HTTPAPI_ENGINE_PAGE_H
#define HTTPAPI_ENGINE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * X(name, status, reason, title, heading, message, phrase); `phrase` is the word for it in http.sys's error log. Lengths
 * and sums of the bodies that were recorded of Windows are checked in tests/unit/test_page.c; docs/behaviour.md, "Pages",
 * says what the others were chosen by.
 */
#define PAGES(X) \
    X(BAD_REQUEST, 400, "Bad Request", "Bad Request", "Bad Request", \
      "The request is badly formed.", "BadRequest") \
    X(BAD_VERB, 400, "Bad Request", "Bad Request", "Bad Request - Invalid Verb", \
      "The request verb is invalid.", "Verb") \
    X(BAD_URL, 400, "Bad Request", "Bad Request", "Bad Request - Invalid URL", \
      "The request URL is invalid.", "URL") \
    X(BAD_HOST, 400, "Bad Request", "Bad Request", "Bad Request - Invalid Hostname", \
      "The request hostname is invalid.", "Hostname") \
    X(BAD_HEADER, 400, "Bad Request", "Bad Request", "Bad Request - Invalid Header", \
      "The request has an invalid header name.", "Header") \
    X(BAD_LINE_END, 400, "Bad Request", "Bad Request", "Bad Request", \
      "The request is badly formed.", "Invalid_CR/LF") \
    X(BAD_NUMBER, 400, "Bad Request", "Bad Request", "Bad Request", \
      "The request is badly formed.", "Number") \
    X(FIELD_TOO_LONG, 400, "Bad Request", "Bad Request", "Bad Request - Header Field Too Long", \
      "A request header field is too long.", "FieldLength") \
    X(TOO_LONG, 400, "Bad Request", "Bad Request", "Bad Request - Request Too Long", \
      "The size of the request headers is too long.", "RequestLength") \
    X(FORBIDDEN, 403, "Forbidden", "Forbidden", "Forbidden URL", \
      "The request URL is forbidden.", "Forbidden") \
    X(NOT_FOUND, 404, "Not Found", "Not Found", "Not Found", \
      "The requested resource is not found.", "NotFound") \
    X(LENGTH_REQUIRED, 411, "Length Required", "Length Required", "Length Required", \
      "The request must be chunked or have a content length.", "LengthRequired") \
    X(PRECONDITION, 412, "Precondition Failed", "Precondition Failed", "Precondition Failed", \
      "A precondition of the request is not met.", "Precondition") \
    X(TOO_LARGE, 413, "Request Entity Too Large", "Request Entity Too Large", "Request Entity Too Large", \
      "The request entity is too large.", "EntityTooLarge") \
    X(URL_TOO_LONG, 414, "Request-URI Too Long", "Request URL Too Long", \
      "Request URL Too Long", "The request URL is too long.", "URL_Length") \
    X(BAD_RANGE, 416, "Requested Range Not Satisfiable", "Requested Range Not Satisfiable", \
      "Requested Range Not Satisfiable", "The requested range is not satisfiable.", "-") \
    X(INTERNAL, 500, "Internal Server Error", "Internal Server Error", "Internal Server Error", \
      "An internal error occurred.", "Internal") \
    X(NO_CODING, 501, "Not Implemented", "Not Implemented", "Not Implemented", \
      "The request transfer encoding type is not supported.", "N/I") \
    PAGE_503(X, UNAVAILABLE, "N/A") \
    PAGE_503(X, CONN_LIMIT, "ConnLimit") \
    PAGE_503(X, APP_OFFLINE, "AppOffline") \
    PAGE_503(X, APP_SHUTDOWN, "AppShutdown") \
    PAGE_503(X, QUEUE_FULL, "QueueFull") \
    PAGE_503(X, DISABLED, "Disabled") \
    X(BAD_VERSION, 505, "HTTP Version Not Supported", "HTTP Version Not Supported", \
      "HTTP Version Not Supported", "The HTTP version is not supported.", "Version_N/S")

/* One page for whatever reason; who may know more sees the phrase in the status line. */
#define PAGE_503(X, name, phrase) \
    X(name, 503, "Service Unavailable", "Service Unavailable", "Service Unavailable", \
      "The service is unavailable.", phrase)

enum page {
    PAGE_NONE,
#define X(name, status, reason, title, heading, message, phrase) PAGE_##name,
    PAGES(X)
#undef X
    PAGE_MAX
};

/* What a client is told whose request finds no one, HttpServer503VerbosityProperty: nothing, that it did, or also why. */
enum verbosity { VERBOSITY_BASIC, VERBOSITY_LIMITED, VERBOSITY_FULL };

#define PAGE_SIZE_MAX 1024

/* The body alone; its length. */
size_t page_body(enum page page, char buffer[PAGE_SIZE_MAX]);

/*
 * The whole answer, with `Connection: close`; a HEAD request gets no body. `detailed`: the status line of a 503 says why.
 * Its length.
 */
size_t page_write(enum page page, bool head_only, bool detailed, char buffer[PAGE_SIZE_MAX]);

unsigned page_status(enum page page);

/* What http.sys's error log calls it. */
const char *page_phrase(enum page page);

#endif
