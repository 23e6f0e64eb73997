/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client_certificate.c: HttpReceiveClientCertificate. Over plain HTTP a client has neither certificate nor channel
 * binding token, and the documented answer is ERROR_NOT_FOUND. Nothing pends: an OVERLAPPED isn't touched.
 */
#include "../engine/connections.h"
#include "api.h"
#include "queue_object.h"

#define FLAGS (ULONG)(HTTP_RECEIVE_SECURE_CHANNEL_TOKEN | HTTP_RECEIVE_FULL_CHAIN)

/* The structure that the flags ask for: the buffer begins with it. */
static ULONG structure_size(ULONG flags)
{
    return flags & HTTP_RECEIVE_SECURE_CHANNEL_TOKEN ? sizeof(HTTP_REQUEST_CHANNEL_BIND_STATUS)
                                                     : sizeof(HTTP_SSL_CLIENT_CERT_INFO);
}

ULONG api_HttpReceiveClientCertificate(HANDLE queue, HTTP_CONNECTION_ID connection, ULONG flags,
                                       PHTTP_SSL_CLIENT_CERT_INFO info, ULONG size, PULONG returned,
                                       LPOVERLAPPED overlapped)
{
    struct http_queue *q = queue_object_find(queue);

    TRACE("queue %p connection %llx flags %x info %p size %u returned %p overlapped %p", queue,
          (unsigned long long)connection, flags, (void *)info, size, (void *)returned, (void *)overlapped);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (flags & ~FLAGS || !info)
        return ERROR_INVALID_PARAMETER;
    if (size < structure_size(flags))
        return ERROR_INSUFFICIENT_BUFFER;
    return connection_known(connection) ? ERROR_NOT_FOUND : ERROR_CONNECTION_INVALID;
}
