/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * feature.c: HttpIsFeatureSupported says TRUE of nothing that isn't there. Windows 10 has the function since 20H2.
 */
#include "scene.h"

typedef BOOL(WINAPI *feature_function)(HTTP_FEATURE_ID feature);
typedef ULONG(WINAPI *set_function)(HANDLE, HTTP_OPAQUE_ID, HTTP_REQUEST_PROPERTY, PVOID, ULONG, OVERLAPPED *);

static feature_function supports;

static void *look_up(const char *name)
{
    return (void *)GetProcAddress(GetModuleHandleA("httpapi.dll"), name);
}

/* [doc] What isn't a feature isn't supported; the result is a BOOL. */
static void test_others(void)
{
    int i;

    ok_eq(supports(HttpFeatureUnknown), FALSE);
    ok_eq(supports((HTTP_FEATURE_ID)1000), FALSE);
    ok_eq(supports(HttpFeaturemax), FALSE);
    for (i = 0; i < HttpFeatureLast; i++)
        ok(supports((HTTP_FEATURE_ID)i) == TRUE || supports((HTTP_FEATURE_ID)i) == FALSE, "feature %d", i);
}

/* [doc] Framing by the API, of an answer whose length isn't known. */
static void test_automatic_chunking(int version)
{
    struct reply r;
    struct scene x;
    ULONG error;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    error = reply_send(x.queue, x.in.v1.RequestId,
                       HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING, &r, NULL);
    ok_eq(error == NO_ERROR, supports(HttpFeatureAutomaticChunkedEncoding));
    scene_close(&x);
}

/* [own] Trailers, of an answer that is framed by the API. Windows wants HTTP/2 for them. */
static void test_trailers(int version)
{
    HTTP_UNKNOWN_HEADER trailer = {6, 1, "Status", "0"};
    HTTP_DATA_CHUNK chunk;
    struct reply r;
    struct scene x;
    ULONG error;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    reply_send(x.queue, x.in.v1.RequestId,
               HTTP_SEND_RESPONSE_FLAG_MORE_DATA | HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING, &r, NULL);
    memset(&chunk, 0, sizeof chunk);
    chunk.DataChunkType = HttpDataChunkTrailers;
    chunk.Trailers.TrailerCount = 1;
    chunk.Trailers.pTrailers = &trailer;
    error = HttpSendResponseEntityBody(x.queue, x.in.v1.RequestId, HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING, 1, &chunk,
                                       NULL, NULL, 0, NULL, NULL);
    ok_eq(error == NO_ERROR, supports(HttpFeatureResponseTrailers));
    scene_close(&x);
}

/* [doc] Marks of the answer's packets. */
static void test_dscp(void)
{
    set_function set = (set_function)look_up("HttpSetRequestProperty");
    HTTP_REQUEST_DSCP_INFO info = {0};
    struct scene x;

    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    if (set)
        ok_eq(set(x.queue, x.in.v2.RequestId, HttpRequestPropertyDscpTag, &info, sizeof info, NULL) == NO_ERROR,
              supports(HttpFeatureDscp));
    else
        ok_eq(supports(HttpFeatureDscp), FALSE);
    scene_finish(&x);
    scene_close(&x);
}

/* [doc] A time-out of a single connection. */
static void test_idle_timeout(void)
{
    set_function set = (set_function)look_up("HttpSetRequestProperty");
    HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO info = {60};
    struct scene x;
    ULONG error;

    scene_open(&x, 2);
    scene_take(&x, GET_FOOBAR, 0);
    if (set) {
        error = set(x.queue, x.in.v2.RequestId, HttpRequestPropertyTransportIdleConnectionTimeout, &info, sizeof info,
                    NULL);
        ok(error == NO_ERROR || !supports(HttpFeatureIdleConnectionTimeoutRequestProperty), "got %lu", UL(error));
    }
    scene_finish(&x);
    scene_close(&x);
}

/*
 * [own] Properties whose feature isn't there: addresses of their own to listen on, answers taken from WinHTTP, optional
 * parts of a request. A Windows that is older than a property doesn't know it either.
 */
static void test_newer_properties(void)
{
    static const HTTP_SERVER_PROPERTY newer[] = {
        HttpServerListenEndpointProperty, HttpServerFastForwardingProperty, HttpServerRequestInfoProperty,
    };
    ULONGLONG value[4] = {1};
    struct server server;
    ULONG size;
    size_t i;

    if (!server_start(&server, 2))
        return;
    for (i = 0; i < ARRAYSIZE(newer); i++) {
        ok_eq(HttpSetServerSessionProperty(server.session, newer[i], value, sizeof value), ERROR_INVALID_PARAMETER);
        ok_eq(HttpQueryServerSessionProperty(server.session, newer[i], value, sizeof value, &size),
              ERROR_INVALID_PARAMETER);
        ok_eq(HttpSetUrlGroupProperty(server.group, newer[i], value, sizeof value), ERROR_INVALID_PARAMETER);
        ok_eq(HttpQueryUrlGroupProperty(server.group, newer[i], value, sizeof value, &size), ERROR_INVALID_PARAMETER);
        ok_eq(HttpSetRequestQueueProperty(server.queue, newer[i], value, sizeof value, 0, NULL),
              ERROR_INVALID_PARAMETER);
    }
    server_stop(&server);
}

/* [own] A piece that WinHTTP received, and the number behind the last kind; the request can be answered. */
static void test_newer_chunks(int version)
{
    static const HTTP_DATA_CHUNK_TYPE newer[] = {HttpDataChunkFromWinHttpFastForwarding, HttpDataChunkMaximum};
    HTTP_DATA_CHUNK chunk;
    struct reply r;
    struct scene x;
    size_t i;

    scene_open(&x, version);
    scene_take(&x, GET_FOOBAR, 0);
    reply_init(&r, 200, "OK");
    r.response.EntityChunkCount = 1;
    r.response.pEntityChunks = &chunk;
    memset(&chunk, 0, sizeof chunk);
    for (i = 0; i < ARRAYSIZE(newer); i++) {
        chunk.DataChunkType = newer[i];
        ok_eq(reply_send(x.queue, x.in.v1.RequestId, 0, &r, NULL), ERROR_INVALID_PARAMETER);
    }
    scene_finish(&x);
    scene_close(&x);
}

START_TEST(feature)
{
    supports = (feature_function)look_up("HttpIsFeatureSupported");
    if (!supports) {
        win_skip("no HttpIsFeatureSupported");
        return;
    }
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_others();
    BOTH(test_automatic_chunking);
    test_dscp();
    test_idle_timeout();
    if (!test_on_windows()) {
        BOTH(test_trailers);
        test_newer_properties();
        BOTH(test_newer_chunks);
    }
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
