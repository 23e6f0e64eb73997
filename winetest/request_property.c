/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request_property.c: HttpQueryRequestProperty and HttpSetRequestProperty on requests over plain HTTP.
 *
 * Both are newer than most of the API (Windows 10 1709, and 11) and looked up as programs do.
 */
#define NTDDI_VERSION 0x0A000006 /* mstcpip.h has both versions of TCP_INFO from Windows 10 1809 on */
#include "scene.h"

#include <mstcpip.h>

typedef ULONG(WINAPI *query_function)(HANDLE, HTTP_REQUEST_ID, HTTP_REQUEST_PROPERTY, const void *, ULONG, void *, ULONG,
                                      ULONG *, OVERLAPPED *);
typedef ULONG(WINAPI *set_function)(HANDLE, HTTP_REQUEST_ID, HTTP_REQUEST_PROPERTY, void *, ULONG, OVERLAPPED *);

static query_function query;
static set_function set;

#define TCP_INFO_V2_SIZE 152 /* TCP_INFO_v2, Windows 11 */

static ULONG ask(const struct scene *x, HTTP_REQUEST_PROPERTY property, void *output, ULONG size, ULONG *bytes)
{
    return query(x->queue, x->in.v1.RequestId, property, NULL, 0, output, size, bytes, NULL);
}

/* [doc] Handle and id as for every function of a request; then what the page calls invalid arguments. */
static void test_query_arguments(int version)
{
    struct scene x;
    ULONG64 value;
    ULONG bytes;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(query(NULL, id, HttpRequestPropertyIsb, NULL, 0, &value, sizeof value, &bytes, NULL), ERROR_INVALID_HANDLE);
    ok_eq(query(x.queue, HTTP_NULL_ID, HttpRequestPropertyIsb, NULL, 0, &value, sizeof value, &bytes, NULL),
          ERROR_CONNECTION_INVALID);
    ok_eq(query(x.queue, 0xdeadbeef, HttpRequestPropertyIsb, NULL, 0, &value, sizeof value, &bytes, NULL),
          ERROR_CONNECTION_INVALID);
    ok_eq(ask(&x, 0x7fffffff, &value, sizeof value, &bytes), ERROR_INVALID_PARAMETER);
    ok_eq(ask(&x, (HTTP_REQUEST_PROPERTY)-1, &value, sizeof value, &bytes), ERROR_INVALID_PARAMETER);
    /* [net] NULL and a size of zero belong together. */
    ok_eq(query(x.queue, id, HttpRequestPropertyIsb, &value, 0, &value, sizeof value, &bytes, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(query(x.queue, id, HttpRequestPropertyIsb, NULL, 8, &value, sizeof value, &bytes, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(ask(&x, HttpRequestPropertyIsb, &value, 0, &bytes), ERROR_INVALID_PARAMETER);
    ok_eq(ask(&x, HttpRequestPropertyIsb, NULL, sizeof value, &bytes), ERROR_INVALID_PARAMETER);
    /* The count is optional. */
    ok_eq(ask(&x, HttpRequestPropertyIsb, &value, sizeof value, NULL), NO_ERROR);
    scene_finish(&x);
    ok_eq(query(x.queue, id, HttpRequestPropertyIsb, NULL, 0, &value, sizeof value, &bytes, NULL),
          ERROR_CONNECTION_INVALID);
    scene_close(&x);
}

/* [doc] A buffer that is too small is ERROR_MORE_DATA, and the count is what it takes; none at all asks for that. */
static void check_sizes(struct scene *x, HTTP_REQUEST_PROPERTY property, ULONG needed)
{
    unsigned char output[256];
    ULONG bytes = 0xdeadbeef, i;

    ok_eq(ask(x, property, NULL, 0, &bytes), ERROR_MORE_DATA);
    ok_eq(bytes, needed);
    memset(output, 0xcc, sizeof output);
    bytes = 0xdeadbeef;
    ok_eq(ask(x, property, output, needed - 1, &bytes), ERROR_MORE_DATA);
    ok_eq(bytes, needed);
    ok_eq(ask(x, property, output, needed - 1, NULL), ERROR_MORE_DATA);
    for (i = 0; i < sizeof output && output[i] == 0xcc; i++)
        ;
    ok(i == sizeof output, "a byte was written at %lu", UL(i));
    bytes = 0xdeadbeef;
    ok_eq(ask(x, property, output, needed, &bytes), NO_ERROR);
    ok_eq(bytes, needed);
    ok_eq(output[needed], 0xcc);
    /* A larger buffer will do, wherever it lies. */
    memset(output, 0xcc, sizeof output);
    ok_eq(ask(x, property, output + 1, sizeof output - 1, &bytes), NO_ERROR);
    ok_eq(bytes, needed);
    ok_eq(output[needed + 1], 0xcc);
}

static void test_sizes(int version)
{
    struct scene x;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    check_sizes(&x, HttpRequestPropertyIsb, sizeof(ULONG64));
    check_sizes(&x, HttpRequestPropertyTcpInfoV0, sizeof(TCP_INFO_v0));
    check_sizes(&x, HttpRequestPropertyTcpInfoV1, sizeof(TCP_INFO_v1));
    check_sizes(&x, HttpRequestPropertyTcpInfoV2, TCP_INFO_V2_SIZE);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] The connection's statistics; each version of the structure begins as the one before. */
static void test_tcp_info(int version)
{
    HTTP_QUERY_REQUEST_QUALIFIER_TCP fresh = {0};
    struct scene x;
    char wire[256];
    ULONG64 length;
    TCP_INFO_v0 v0;
    TCP_INFO_v1 v1;
    ULONG bytes = 0;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    length = (ULONG64)snprintf(wire, sizeof wire, GET_FOOBAR, x.port);
    memset(&v0, 0xcc, sizeof v0);
    ok_eq(ask(&x, HttpRequestPropertyTcpInfoV0, &v0, sizeof v0, &bytes), NO_ERROR);
    ok_eq(bytes, sizeof v0);
    ok_eq(v0.State, TCPSTATE_ESTABLISHED);
    ok(v0.Mss >= 500, "Mss %lu", UL(v0.Mss));
    ok(v0.Cwnd >= v0.Mss, "Cwnd %lu", UL(v0.Cwnd));
    ok(v0.ConnectionTimeMs < 10 * DEADLINE, "%lu ms old", UL(v0.ConnectionTimeMs));
    ok(v0.TimestampsEnabled <= 1, "TimestampsEnabled %u", v0.TimestampsEnabled);
    ok(v0.MinRttUs <= DEADLINE * 1000ul, "MinRttUs %lu", UL(v0.MinRttUs));
    ok(v0.SndWnd && v0.RcvWnd && v0.RcvBuf, "windows %lu, %lu of %lu", UL(v0.SndWnd), UL(v0.RcvWnd), UL(v0.RcvBuf));
    ok_eq(v0.BytesIn, length);
    ok_eq(v0.BytesOut, 0);
    ok_eq(v0.BytesInFlight, 0);
    scene_finish(&x);

    /* They are the connection's, not the request's; a qualifier says how old they may be. */
    scene_take(&x, GET_FOOBAR, 0);
    memset(&v1, 0xcc, sizeof v1);
    ok_eq(query(x.queue, x.in.v1.RequestId, HttpRequestPropertyTcpInfoV1, &fresh, sizeof fresh, &v1, sizeof v1, &bytes,
                NULL),
          NO_ERROR);
    ok_eq(bytes, sizeof v1);
    ok_eq(v1.State, TCPSTATE_ESTABLISHED);
    ok_eq(v1.BytesIn, 2 * length);
    ok(v1.BytesOut > 0, "nothing sent");
    ok(v1.ConnectionTimeMs >= v0.ConnectionTimeMs, "it gets younger");
    ok(v1.SndLimTimeRwin + v1.SndLimTimeCwnd + v1.SndLimTimeSnd <= v1.ConnectionTimeMs + 1, "limited for %lu + %lu + %lu ms",
       UL(v1.SndLimTimeRwin), UL(v1.SndLimTimeCwnd), UL(v1.SndLimTimeSnd));
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] How much to keep under way: some segments, at least. */
static void test_backlog(int version)
{
    struct scene x;
    ULONG64 backlog = 0;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(ask(&x, HttpRequestPropertyIsb, &backlog, sizeof backlog, NULL), NO_ERROR);
    ok(backlog >= 1000 && backlog < 1 << 30, "%lu bytes", UL(backlog));
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] What belongs to TLS or QUIC, a plain request doesn't support; however it is asked. */
static void test_unsupported(int version)
{
    static const HTTP_REQUEST_PROPERTY none[] = {
        HttpRequestPropertyQuicStats,       HttpRequestPropertySni,           HttpRequestPropertyWskApiTimings,
        HttpRequestPropertyQuicApiTimings,  HttpRequestPropertyQuicStatsV2,   HttpRequestPropertyQuicStreamStats,
        HttpRequestPropertyTlsClientHello,  HttpRequestPropertyTlsCipherInfo};
    struct scene x;
    char output[1024];
    ULONG bytes = 0xdeadbeef;
    size_t i;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    for (i = 0; i < ARRAYSIZE(none); i++) {
        ok_eq(ask(&x, none[i], output, sizeof output, &bytes), ERROR_INVALID_FUNCTION);
        ok_eq(ask(&x, none[i], NULL, 0, &bytes), ERROR_INVALID_FUNCTION);
    }
    ok_eq(bytes, 0xdeadbeef);
    scene_finish(&x);
    scene_close(&x);
}

/* [net] With an OVERLAPPED the answer still comes at once, and a success is told to its event, or to the port. */
static void test_query_overlapped(int version)
{
    struct scene x;
    struct call c;
    TCP_INFO_v0 info;
    OVERLAPPED *which = NULL;
    ULONG_PTR key = 0;
    DWORD count = 0;
    ULONG bytes = 0, error;
    HANDLE port;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    error = query(x.queue, x.in.v1.RequestId, HttpRequestPropertyTcpInfoV0, NULL, 0, &info, sizeof info, &bytes,
                  &c.overlapped);
    ok_eq(error, NO_ERROR);
    ok_eq(bytes, sizeof info);
    bytes = 0;
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok_eq(bytes, sizeof info);
    /* An error is returned, with the size, and told to nobody. */
    ResetEvent(c.event);
    ok_eq(query(x.queue, x.in.v1.RequestId, HttpRequestPropertyTcpInfoV0, NULL, 0, NULL, 0, &bytes, &c.overlapped),
          ERROR_MORE_DATA);
    ok_eq(bytes, sizeof info);
    ok_eq(WaitForSingleObject(c.event, 0), WAIT_TIMEOUT);

    port = CreateIoCompletionPort(x.queue, NULL, 123, 0);
    ok(port != NULL, "error %lu", UL(GetLastError()));
    ok_eq(query(x.queue, x.in.v1.RequestId, HttpRequestPropertyTcpInfoV0, NULL, 0, &info, sizeof info, NULL,
                &c.overlapped),
          NO_ERROR);
    ok(GetQueuedCompletionStatus(port, &count, &key, &which, DEADLINE), "no packet");
    ok(which == &c.overlapped && key == 123 && count == sizeof info, "another packet");
    ok_eq(query(x.queue, x.in.v1.RequestId, HttpRequestPropertySni, NULL, 0, NULL, 0, NULL, &c.overlapped),
          ERROR_INVALID_FUNCTION);
    ok(!GetQueuedCompletionStatus(port, &count, &key, &which, QUIET), "a packet for an error");
    scene_finish(&x);
    CloseHandle(port);
    call_close(&c);
    scene_close(&x);
}

/* [doc] Three properties are there to be set; queries of these are [own]. */
static void test_set_arguments(int version)
{
    HTTP_REQUEST_PROPERTY_STREAM_ERROR error = {8};
    struct scene x;
    ULONG64 value = 0;
    HTTP_REQUEST_ID id;

    scene_open(&x, version);
    id = scene_take(&x, GET_FOOBAR, 0);
    ok_eq(set(NULL, id, HttpRequestPropertyStreamError, &error, sizeof error, NULL), ERROR_INVALID_HANDLE);
    ok_eq(set(x.queue, HTTP_NULL_ID, HttpRequestPropertyStreamError, &error, sizeof error, NULL),
          ERROR_CONNECTION_INVALID);
    ok_eq(set(x.queue, id, HttpRequestPropertyStreamError, NULL, sizeof error, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(set(x.queue, id, HttpRequestPropertyStreamError, &error, sizeof error - 1, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(set(x.queue, id, HttpRequestPropertyStreamError, &error, 0, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(set(x.queue, id, HttpRequestPropertyTcpInfoV0, &value, sizeof value, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(set(x.queue, id, 0x7fffffff, &value, sizeof value, NULL), ERROR_INVALID_PARAMETER);
    if (!test_on_windows()) {
        ok_eq(ask(&x, HttpRequestPropertyStreamError, &value, sizeof value, NULL), ERROR_INVALID_PARAMETER);
        ok_eq(ask(&x, HttpRequestPropertyDscpTag, &value, sizeof value, NULL), ERROR_INVALID_PARAMETER);
    }
    scene_finish(&x);
    ok_eq(set(x.queue, id, HttpRequestPropertyStreamError, &error, sizeof error, NULL), ERROR_CONNECTION_INVALID);
    scene_close(&x);
}

/* [net] A reset: the code is set, whatever comes of that, and the request is cancelled. [own] HTTP/1.1 has no code. */
static void test_stream_error(int version)
{
    HTTP_REQUEST_PROPERTY_STREAM_ERROR error = {8};
    struct scene x;
    ULONG result;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    result = set(x.queue, x.in.v1.RequestId, HttpRequestPropertyStreamError, &error, sizeof error, NULL);
    ok(result == ERROR_INVALID_FUNCTION || test_on_windows(), "got %lu", UL(result));
    ok_eq(HttpCancelHttpRequest(x.queue, x.in.v1.RequestId, NULL), NO_ERROR);
    ok(is_reset(x.client), "the client isn't told");
    scene_close(&x);
}

/* [doc] The code point of the answer's packets: six bits. */
static void test_dscp(int version)
{
    HTTP_REQUEST_DSCP_INFO tag = {0x2e};
    struct scene x;
    struct call c;
    ULONG bytes = 0xdeadbeef, error;

    scene_open(&x, version);
    call_open(&c);
    scene_take(&x, GET_FOOBAR, 0);
    ok_eq(set(x.queue, x.in.v1.RequestId, HttpRequestPropertyDscpTag, &tag, sizeof tag, NULL), NO_ERROR);
    error = set(x.queue, x.in.v1.RequestId, HttpRequestPropertyDscpTag, &tag, sizeof tag, &c.overlapped);
    ok_eq(call_end(x.queue, &c, error, &bytes), NO_ERROR);
    ok_eq(bytes, 0);
    tag.DscpTag = 0x40;
    ok_eq(set(x.queue, x.in.v1.RequestId, HttpRequestPropertyDscpTag, &tag, sizeof tag, NULL), ERROR_INVALID_PARAMETER);
    scene_finish(&x);
    scene_take(&x, GET_FOOBAR, 0);
    scene_finish(&x);
    call_close(&c);
    scene_close(&x);
}

/* [doc] How long the connection may idle behind this request, in seconds. Both versions wait at the same time. */
static void test_idle_timeout(void)
{
    USHORT seconds = 0;
    struct scene x[2];
    int i;

    for (i = 0; i < 2; i++) {
        scene_open(&x[i], i + 1);
        scene_take(&x[i], GET_FOOBAR, 0);
        seconds = 0;
        if (!test_on_windows()) /* [own] None at all isn't for one request to have. */
            ok_eq(set(x[i].queue, x[i].in.v1.RequestId, HttpRequestPropertyTransportIdleConnectionTimeout, &seconds,
                      sizeof seconds, NULL),
                  ERROR_INVALID_PARAMETER);
        seconds = 1;
        ok_eq(set(x[i].queue, x[i].in.v1.RequestId, HttpRequestPropertyTransportIdleConnectionTimeout, &seconds,
                  sizeof seconds, NULL),
              NO_ERROR);
        /* The request itself has all the time it takes. */
        ok(is_quiet(x[i].client, QUIET), "the connection ends");
        scene_finish(&x[i]);
    }
    for (i = 0; i < 2; i++) {
        ok(is_closed(x[i].client), "version %d: the connection stays", i + 1);
        scene_close(&x[i]);
    }
}

START_TEST(request_property)
{
    HMODULE module = GetModuleHandleA("httpapi.dll");

    query = (query_function)(void *)GetProcAddress(module, "HttpQueryRequestProperty");
    if (!query) {
        win_skip("no HttpQueryRequestProperty before Windows 10 1709");
        return;
    }
    BOTH(test_query_arguments);
    BOTH(test_sizes);
    BOTH(test_tcp_info);
    BOTH(test_backlog);
    BOTH(test_unsupported);
    BOTH(test_query_overlapped);
    set = (set_function)(void *)GetProcAddress(module, "HttpSetRequestProperty");
    if (!set) {
        win_skip("no HttpSetRequestProperty before Windows 11");
        return;
    }
    BOTH(test_set_arguments);
    BOTH(test_stream_error);
    BOTH(test_dscp);
    test_idle_timeout();
}
