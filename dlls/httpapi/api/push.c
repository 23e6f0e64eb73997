/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * push.c: HttpDeclarePush.
 *
 * A push needs HTTP/2 and a client that wants it. For any other connection Windows takes the declaration and does
 * nothing, so that programs can declare without asking; that is all there is to do for HTTP/1.
 */
#include "../engine/request.h"
#include "api.h"
#include "head.h"
#include "queue_object.h"

/* A pushed request has no body: "0" is all that a length may be. */
static bool says_body(const HTTP_REQUEST_HEADERS *h)
{
    const HTTP_KNOWN_HEADER *length = &h->KnownHeaders[HttpHeaderContentLength];
    uint64_t value;

    if (h->KnownHeaders[HttpHeaderTransferEncoding].RawValueLength)
        return true;
    if (!length->RawValueLength)
        return false;
    if (!text_to_u64(header_text(length), &value))
        return true;
    return value;
}

/* Nothing is held. */
static void probe_string(const WCHAR *s)
{
    while (*(const volatile WCHAR *)s)
        s++;
}

static void probe_query(const char *s)
{
    while (*(const volatile char *)s)
        s++;
}

static ULONG check_push(HTTP_VERB verb, const WCHAR *path, const char *query, const HTTP_REQUEST_HEADERS *headers)
{
    if ((verb != HttpVerbGET && verb != HttpVerbHEAD) || !path || path[0] != '/')
        return ERROR_INVALID_PARAMETER;
    probe_string(path);
    if (query)
        probe_query(query);
    return headers && says_body(headers) ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

ULONG api_HttpDeclarePush(HANDLE queue, HTTP_REQUEST_ID id, HTTP_VERB verb, PCWSTR path, PCSTR query,
                          PHTTP_REQUEST_HEADERS headers)
{
    struct http_queue *q = queue_object_find(queue);
    struct queue *engine;
    ULONG error;

    TRACE("queue %p id %llx verb %u path %p query %p headers %p", queue, (unsigned long long)id, verb,
          (const void *)path, (const void *)query, (void *)headers);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    error = check_push(verb, path, query, headers);
    if (error)
        return error;
    engine = queue_object_engine(q);
    return engine && request_known(engine, id) ? NO_ERROR : ERROR_CONNECTION_INVALID;
}
