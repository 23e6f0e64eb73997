/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request_property.c: HttpQueryRequestProperty and HttpSetRequestProperty.
 *
 * Everything is known at once: with an OVERLAPPED the calls succeed or fail like those without, and a success is told to
 * its event and port. What belongs to TLS, QUIC or the streams of later protocols is ERROR_INVALID_FUNCTION, the
 * documented answer of a request that doesn't have the property.
 */
#include <mstcpip.h>
#include <string.h>

#include "../engine/request.h"
#include "api.h"
#include "op.h"
#include "queue_object.h"
#include "status.h"

#define TICKS_PER_MS (CLOCK_TICKS_PER_SECOND / 1000)

_Static_assert(sizeof(TCP_INFO_v0) == 88 && sizeof(TCP_INFO_v1) == 136 && sizeof(TCP_INFO_v2) == 152, "mstcpip.h");
_Static_assert((int)TCP_STATE_TIME_WAIT == (int)TCPSTATE_TIME_WAIT, "the engine's numbers are Windows'");

#define DSCP_MAX 0x3f

union value {
    ULONG64 backlog;
    TCP_INFO_v2 tcp;
    HTTP_REQUEST_DSCP_INFO dscp;
    HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO idle;
};

static void get_backlog(const struct transport *t, union value *v)
{
    v->backlog = t->tcp.congestion_window; /* more than this the network doesn't take at once */
}

/* What Linux doesn't count stays 0: reordered bytes, duplicate acknowledgements, episodes, changes of state. */
static void get_tcp_info(const struct transport *t, union value *v)
{
    const struct tcp_stats *s = &t->tcp;
    ULONG64 age = t->age / TICKS_PER_MS, limited = (s->receiver_limited + s->congestion_limited) / 1000;

    v->tcp = (TCP_INFO_v2){
        .State = (TCPSTATE)s->state,
        .Mss = s->mss,
        .ConnectionTimeMs = age,
        .TimestampsEnabled = s->timestamps,
        .RttUs = s->rtt,
        .MinRttUs = s->min_rtt,
        .BytesInFlight = s->in_flight,
        .Cwnd = s->congestion_window,
        .SndWnd = s->send_window,
        .RcvWnd = s->receive_window,
        .RcvBuf = s->receive_buffer,
        .BytesOut = s->sent,
        .BytesIn = s->received,
        .BytesRetrans = s->sent_again,
        .SndLimTimeRwin = (ULONG)(s->receiver_limited / 1000),
        .SndLimTimeCwnd = (ULONG)(s->congestion_limited / 1000),
        .SndLimTimeSnd = (ULONG)(age > limited ? age - limited : 0),
        .OutOfOrderPktsIn = s->out_of_order,
        .EcnNegotiated = s->ecn,
        .EceAcksIn = s->congestion_marks,
    };
}

/* A stream's end has a code; a connection's, which is all there is here, hasn't. HttpCancelHttpRequest resets it anyway. */
static ULONG set_stream_error(struct queue *q, HTTP_REQUEST_ID id, const union value *v)
{
    (void)v;
    return request_known(q, id) ? ERROR_INVALID_FUNCTION : ERROR_CONNECTION_INVALID;
}

static ULONG set_idle_timeout(struct queue *q, HTTP_REQUEST_ID id, const union value *v)
{
    USHORT seconds = v->idle.TransportIdleConnectionTimeout;

    return seconds ? result_to_error(request_set_idle(q, id, seconds)) : ERROR_INVALID_PARAMETER;
}

static ULONG set_dscp(struct queue *q, HTTP_REQUEST_ID id, const union value *v)
{
    if (v->dscp.DscpTag > DSCP_MAX)
        return ERROR_INVALID_PARAMETER;
    return result_to_error(request_set_dscp(q, id, v->dscp.DscpTag));
}

/* What a property is documented for is get or set. Those with neither belong to TLS or QUIC. */
static const struct property {
    ULONG size;
    void (*get)(const struct transport *, union value *);
    ULONG (*set)(struct queue *, HTTP_REQUEST_ID, const union value *);
} properties[] = {
    [HttpRequestPropertyIsb] = {sizeof(ULONG64), .get = get_backlog},
    [HttpRequestPropertyTcpInfoV0] = {sizeof(TCP_INFO_v0), .get = get_tcp_info},
    [HttpRequestPropertyTcpInfoV1] = {sizeof(TCP_INFO_v1), .get = get_tcp_info},
    [HttpRequestPropertyTcpInfoV2] = {sizeof(TCP_INFO_v2), .get = get_tcp_info},
    [HttpRequestPropertyStreamError] = {sizeof(HTTP_REQUEST_PROPERTY_STREAM_ERROR), .set = set_stream_error},
    [HttpRequestPropertyTransportIdleConnectionTimeout] =
        {sizeof(HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO), .set = set_idle_timeout},
    [HttpRequestPropertyDscpTag] = {sizeof(HTTP_REQUEST_DSCP_INFO), .set = set_dscp},
    [HttpRequestPropertyTlsCipherInfo] = {0},
};

static const struct property *find_property(HTTP_REQUEST_PROPERTY id)
{
    return (unsigned)id < sizeof properties / sizeof *properties ? &properties[id] : NULL;
}

/* .NET: a size of zero comes with NULL, and only with NULL. */
static bool is_pair(const void *memory, ULONG size)
{
    return !memory == !size;
}

static ULONG query(struct http_queue *q, HTTP_REQUEST_ID id, const struct property *p, void *output, ULONG size,
                   ULONG *returned)
{
    struct queue *engine = queue_object_engine(q);
    struct transport transport;
    union value value;
    enum result result = engine ? request_transport(engine, id, &transport) : RESULT_GONE;

    if (result)
        return result_to_error(result);
    if (!p->get)
        return ERROR_INVALID_FUNCTION;
    if (size < p->size) {
        if (returned)
            *returned = p->size;
        return ERROR_MORE_DATA;
    }
    p->get(&transport, &value);
    memcpy(output, &value, p->size);
    return NO_ERROR;
}

ULONG api_HttpQueryRequestProperty(HANDLE queue, HTTP_REQUEST_ID id, HTTP_REQUEST_PROPERTY property,
                                   const void *qualifier, ULONG qualifier_size, PVOID output, ULONG size,
                                   PULONG returned, LPOVERLAPPED overlapped)
{
    struct http_queue *q = queue_object_find(queue);
    const struct property *p = find_property(property);
    struct op stack, *op;
    ULONG error;

    TRACE("queue %p id %llx property %d qualifier %p size %u output %p size %u returned %p overlapped %p", queue,
          (unsigned long long)id, property, qualifier, qualifier_size, output, size, (void *)returned,
          (void *)overlapped);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (!p || p->set || !is_pair(qualifier, qualifier_size) || !is_pair(output, size))
        return ERROR_INVALID_PARAMETER;
    probe_write(output, size);
    if (returned)
        probe_write(returned, sizeof *returned);
    error = query(q, id, p, output, size, returned); /* writes to the caller: before anything is held */
    if (error)
        return error;
    op = op_begin(q, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    op->io.bytes = p->size;
    return op_return(op, !overlapped, RESULT_OK, returned);
}

ULONG api_HttpSetRequestProperty(HANDLE queue, HTTP_REQUEST_ID id, HTTP_REQUEST_PROPERTY property, PVOID input,
                                 ULONG size, LPOVERLAPPED overlapped)
{
    struct http_queue *q = queue_object_find(queue);
    const struct property *p = find_property(property);
    struct queue *engine;
    struct op stack, *op;
    union value value;
    ULONG error;

    TRACE("queue %p id %llx property %d input %p size %u overlapped %p", queue, (unsigned long long)id, property,
          input, size, (void *)overlapped);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (!p || !p->set || !input || size < p->size)
        return ERROR_INVALID_PARAMETER;
    memcpy(&value, input, p->size);
    op = op_begin(q, overlapped, &stack);
    if (!op)
        return op_begin_error(q);
    engine = queue_object_engine(q);
    error = engine ? p->set(engine, id, &value) : ERROR_CONNECTION_INVALID;
    if (!error)
        return op_return(op, !overlapped, RESULT_OK, NULL);
    op_discard(op, error);
    return error;
}
