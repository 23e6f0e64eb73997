/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disconnect.c: HttpCancelHttpRequest, HttpWaitForDisconnect and HttpWaitForDisconnectEx.
 */
#include "../engine/connections.h"
#include "../engine/request.h"
#include "api.h"
#include "op.h"
#include "queue_object.h"

ULONG api_HttpCancelHttpRequest(HANDLE queue, HTTP_REQUEST_ID id, LPOVERLAPPED overlapped)
{
    struct http_queue *q = queue_object_find(queue);
    struct op stack, *op;
    struct queue *engine;

    TRACE("queue %p id %llx overlapped %p", queue, (unsigned long long)id, (void *)overlapped);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    op = op_begin(q, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    engine = queue_object_engine(q);
    return op_return(op, !overlapped, engine ? request_cancel(engine, id) : RESULT_GONE, NULL);
}

static ULONG wait_for_disconnect(HANDLE queue, HTTP_CONNECTION_ID connection, OVERLAPPED *overlapped)
{
    struct http_queue *q = queue_object_find(queue);
    struct op stack, *op;
    enum result result;

    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    op = op_begin(q, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    op->waits_for_disconnect = true;
    result = connection_wait_disconnect(connection, &op->io);
    if (result == RESULT_PENDING && !queue_object_engine(q))
        queue_object_cancel_waits(q); /* closed meanwhile: its own cancelling may have been too early for us */
    return op_return(op, !overlapped, result, NULL);
}

ULONG api_HttpWaitForDisconnect(HANDLE queue, HTTP_CONNECTION_ID connection, LPOVERLAPPED overlapped)
{
    TRACE("queue %p connection %llx overlapped %p", queue, (unsigned long long)connection, (void *)overlapped);
    return wait_for_disconnect(queue, connection, overlapped);
}

ULONG api_HttpWaitForDisconnectEx(HANDLE queue, HTTP_CONNECTION_ID connection, ULONG reserved,
                                  LPOVERLAPPED overlapped)
{
    TRACE("queue %p connection %llx overlapped %p", queue, (unsigned long long)connection, (void *)overlapped);
    if (reserved)
        return ERROR_INVALID_PARAMETER;
    return wait_for_disconnect(queue, connection, overlapped);
}
