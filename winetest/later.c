/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * later.c: what isn't built yet says so: a documented error or ERROR_NOT_SUPPORTED, never a success, and whatever it
 * was called with works as before. How wrong arguments are refused is Windows' way already.
 *
 * Who builds one moves its checks to a family of its own.
 */
#include "properties.h"

/* [own] Not on Windows, which does the work. */
static void refused_at(int line, ULONG error)
{
    if (!test_on_windows())
        test_eq(__FILE__, line, "error", error, ERROR_NOT_SUPPORTED);
}

#define refused(call) refused_at(__LINE__, call)

/* Functions that not every Windows has, so that the program loads there. */
static void *newer(const char *name)
{
    return (void *)GetProcAddress(GetModuleHandleA("httpapi.dll"), name);
}

typedef ULONG(WINAPI *update_function)(HANDLE, HTTP_SERVICE_CONFIG_ID, PVOID, ULONG, OVERLAPPED *);
typedef ULONG(WINAPI *delegate_function)(HANDLE, HANDLE, HTTP_REQUEST_ID, HTTP_URL_GROUP_ID, ULONG,
                                         HTTP_DELEGATE_REQUEST_PROPERTY_INFO *);

static ULONG set_record(HTTP_SERVICE_CONFIG_ID id, void *record, ULONG size)
{
    return HttpSetServiceConfiguration(NULL, id, record, size, NULL);
}

static HTTP_SERVICE_CONFIG_URLACL_SET reservation(void)
{
    static WCHAR prefix[] = L"http://+:50999/winetest/", rights[] = L"D:(A;;GX;;;S-1-1-0)";
    HTTP_SERVICE_CONFIG_URLACL_SET set;

    set.KeyDesc.pUrlPrefix = prefix;
    set.ParamDesc.pStringSecurityDescriptor = rights;
    return set;
}

/* [doc] The handle and the OVERLAPPED are reserved, a record must be there, and be of a kind that exists. */
static void test_configuration_arguments(void)
{
    HTTP_SERVICE_CONFIG_URLACL_SET set = reservation();
    HTTP_SERVICE_CONFIG_ID urls = HttpServiceConfigUrlAclInfo;
    OVERLAPPED overlapped;
    ULONG size = 0;

    memset(&overlapped, 0, sizeof overlapped);
    ok_eq(HttpSetServiceConfiguration((HANDLE)(ULONG_PTR)4, urls, &set, sizeof set, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSetServiceConfiguration(NULL, urls, &set, sizeof set, &overlapped), ERROR_INVALID_PARAMETER);
    ok_eq(set_record(HttpServiceConfigMax, &set, sizeof set), ERROR_INVALID_PARAMETER);
    ok_eq(set_record(urls, NULL, sizeof set), ERROR_INVALID_PARAMETER);
    ok_eq(HttpDeleteServiceConfiguration(NULL, urls, &set, sizeof set, &overlapped), ERROR_INVALID_PARAMETER);
    ok_eq(HttpDeleteServiceConfiguration(NULL, urls, NULL, sizeof set, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryServiceConfiguration(NULL, HttpServiceConfigMax, NULL, 0, NULL, 0, &size, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryServiceConfiguration(NULL, HttpServiceConfigIPListenList, NULL, 0, NULL, 0, &size, &overlapped),
          ERROR_INVALID_PARAMETER);
}

/* [own] Reservations, certificates, the listen list, timeouts: nothing is kept, and nothing is said to be kept. */
static void test_configuration(void)
{
    HTTP_SERVICE_CONFIG_URLACL_SET set = reservation();
    HTTP_SERVICE_CONFIG_URLACL_QUERY query;
    HTTP_SERVICE_CONFIG_TIMEOUT_KEY key = IdleConnectionTimeout;
    HTTP_SERVICE_CONFIG_TIMEOUT_PARAM seconds;
    update_function update = (update_function)newer("HttpUpdateServiceConfiguration");
    char out[512];
    ULONG size = 0;

    if (test_on_windows())
        return; /* where these records are the machine's, and for good */
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    memset(&query, 0, sizeof query);
    query.QueryDesc = HttpServiceConfigQueryNext;
    refused(set_record(HttpServiceConfigUrlAclInfo, &set, sizeof set));
    if (ok(update != NULL, "HttpUpdateServiceConfiguration isn't there"))
        refused(update(NULL, HttpServiceConfigSSLCertInfo, &set, sizeof set, NULL));
    refused(HttpDeleteServiceConfiguration(NULL, HttpServiceConfigUrlAclInfo, &set, sizeof set, NULL));
    refused(HttpQueryServiceConfiguration(NULL, HttpServiceConfigUrlAclInfo, &query, sizeof query, out, sizeof out,
                                          &size, NULL));
    refused(HttpQueryServiceConfiguration(NULL, HttpServiceConfigTimeout, &key, sizeof key, &seconds, sizeof seconds,
                                          &size, NULL));
    refused(HttpQueryServiceConfiguration(NULL, HttpServiceConfigIPListenList, NULL, 0, NULL, 0, &size, NULL));
    ok_eq(HttpTerminate(HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
}

/* [doc] A queue, a name and what is to be kept must be there; the only flag is RECURSIVE. */
static void test_cache_arguments(void)
{
    HTTP_CACHE_POLICY policy = {HttpCachePolicyUserInvalidates, 0};
    HTTP_DATA_CHUNK chunk;
    struct server server;
    const WCHAR *url;
    char buffer[16];
    ULONG size;

    if (!server_start(&server, 2))
        return;
    url = local_url(server.port, "/fragment");
    memset(&chunk, 0, sizeof chunk);
    ok(HttpAddFragmentToCache(NULL, url, &chunk, &policy, NULL) != NO_ERROR, "without a queue");
    ok(HttpFlushResponseCache(NULL, url, 0, NULL) != NO_ERROR, "without a queue");
    ok(HttpReadFragmentFromCache(NULL, url, NULL, buffer, sizeof buffer, &size, NULL) != NO_ERROR, "without a queue");
    ok_eq(HttpAddFragmentToCache(server.queue, NULL, &chunk, &policy, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpAddFragmentToCache(server.queue, url, NULL, &policy, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpFlushResponseCache(server.queue, NULL, 0, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpFlushResponseCache(server.queue, url, 0x80, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpReadFragmentFromCache(server.queue, NULL, NULL, buffer, sizeof buffer, &size, NULL),
          ERROR_INVALID_PARAMETER);
    server_stop(&server);
}

/* [own] The three functions, and both kinds of chunk that name a fragment; the request can be answered afterwards. */
static void test_cache(void)
{
    HTTP_CACHE_POLICY policy = {HttpCachePolicyTimeToLive, 60};
    struct receive receive;
    HTTP_DATA_CHUNK chunk;
    HTTP_RESPONSE response;
    struct server server;
    const WCHAR *url;
    HTTP_REQUEST_ID id;
    char buffer[16];
    ULONG size;
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    url = local_url(server.port, "/fragment");
    memset(&chunk, 0, sizeof chunk);
    chunk.FromMemory.pBuffer = "piece";
    chunk.FromMemory.BufferLength = 5;
    refused(HttpAddFragmentToCache(server.queue, url, &chunk, &policy, NULL));
    refused(HttpFlushResponseCache(server.queue, url, HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE, NULL));
    refused(HttpReadFragmentFromCache(server.queue, url, NULL, buffer, sizeof buffer, &size, NULL));

    s = connect_local(server.port);
    send_get(s, server.port, "/");
    id = receive_next(&receive, server.queue);
    memset(&response, 0, sizeof response);
    response.StatusCode = 200;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    chunk.DataChunkType = HttpDataChunkFromFragmentCache;
    chunk.FromFragmentCache.pFragmentName = url;
    chunk.FromFragmentCache.FragmentNameLength = (USHORT)(wcslen(url) * sizeof *url);
    refused(HttpSendHttpResponse(server.queue, id, 0, &response, NULL, NULL, NULL, 0, NULL, NULL));
    chunk.DataChunkType = HttpDataChunkFromFragmentCacheEx;
    chunk.FromFragmentCacheEx.pFragmentName = url;
    if (!test_on_windows()) {
        refused(HttpSendHttpResponse(server.queue, id, 0, &response, NULL, NULL, NULL, 0, NULL, NULL));
        ok_eq(respond(server.queue, id, "whole"), NO_ERROR);
    }
    receive_close(&receive);
    closesocket(s);
    server_stop(&server);
}

/* [own] A policy is a hint that isn't taken: each request reaches the program. */
static void test_cache_policy(void)
{
    HTTP_CACHE_POLICY policy = {HttpCachePolicyTimeToLive, 60};
    struct receive receive;
    HTTP_RESPONSE response;
    struct server server;
    char answer[1024];
    int i;

    if (test_on_windows() || !server_start(&server, 2))
        return;
    memset(&response, 0, sizeof response);
    response.StatusCode = 200;
    for (i = 0; i < 2; i++) {
        SOCKET s = connect_local(server.port);

        send_get(s, server.port, "/");
        receive_next(&receive, server.queue);
        ok_eq(HttpSendHttpResponse(server.queue, receive.data.request.RequestId, 0, &response, &policy, NULL, NULL, 0,
                                   NULL, NULL), NO_ERROR);
        ok_eq(recv_answer(s, answer, sizeof answer) > 0, 1);
        receive_close(&receive);
        closesocket(s);
    }
    server_stop(&server);
}

/* [own] Log data is ignored, also that which a compiler with mingw-w64's header lays out wrongly. */
static void test_log_data(void)
{
    HTTP_LOG_FIELDS_DATA data;
    struct receive receive;
    HTTP_RESPONSE response;
    struct server server;
    char answer[1024];
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    s = connect_local(server.port);
    send_get(s, server.port, "/");
    receive_next(&receive, server.queue);
    memset(&data, 0, sizeof data);
    data.Base.Type = HttpLogDataTypeFields;
    data.Method = (char *)"GET";
    data.MethodLength = 3;
    data.ProtocolStatus = 200;
    memset(&response, 0, sizeof response);
    response.StatusCode = 200;
    ok_eq(HttpSendHttpResponse(server.queue, receive.data.request.RequestId, 0, &response, NULL, NULL, NULL, 0, NULL,
                               (PHTTP_LOG_DATA)&data), NO_ERROR);
    ok(recv_answer(s, answer, sizeof answer) > 0, "no answer");
    receive_close(&receive);
    closesocket(s);
    server_stop(&server);
}

/* [own] A prefix with https can't be added, in either version of the API. */
static void test_https(int version)
{
    struct server server;
    const WCHAR url[] = L"https://localhost:50443/";

    if (test_on_windows() || !server_start_bare(&server, version))
        return;
    refused(version == 1 ? HttpAddUrl(server.queue, url, NULL) : HttpAddUrlToUrlGroup(server.group, url, 0, 0));
    server_stop(&server);
}

/* [doc] Only the controller of a queue may wait for it to be in demand. */
static void test_demand_start(void)
{
    struct server server;
    OVERLAPPED overlapped;

    if (!server_start(&server, 2))
        return;
    memset(&overlapped, 0, sizeof overlapped);
    ok_eq(HttpWaitForDemandStart(NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpWaitForDemandStart(server.queue, &overlapped), ERROR_INVALID_ID_AUTHORITY);
    server_stop(&server);
}

/* [own] Queues that several processes share: the flags are known, and there is no such queue. */
static void test_shared_queues(void)
{
    const ULONG delegation = HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING | HTTP_CREATE_REQUEST_QUEUE_FLAG_DELEGATION;
    HTTP_DELEGATE_REQUEST_PROPERTY_INFO info = {DelegateRequestDelegateUrlProperty, 2, (void *)L"/"};
    delegate_function delegate = (delegate_function)newer("HttpDelegateRequestEx");
    struct server server;
    HANDLE queue = NULL;

    if (!server_start(&server, 2))
        return;
    /* [net] nobody made it */
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest nobody", NULL, HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING,
                                 &queue), ERROR_FILE_NOT_FOUND);
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest nobody", NULL, delegation, &queue), ERROR_FILE_NOT_FOUND);
    ok(queue == NULL, "a handle was written");
    if (!test_on_windows())
        refused(HttpCreateRequestQueue(version_2, L"winetest mine", NULL, HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER,
                                       &queue));
    if (delegate)
        ok_eq(delegate(NULL, server.queue, 1, 0, 1, &info), ERROR_INVALID_HANDLE);
    if (!test_on_windows() && ok(delegate != NULL, "HttpDelegateRequestEx isn't there"))
        refused(delegate(server.queue, server.queue, 1, 0, 1, &info));
    server_stop(&server);
}

static ULONG set_session(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size)
{
    return HttpSetServerSessionProperty(id, property, value, size);
}

static ULONG set_group(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size)
{
    return HttpSetUrlGroupProperty(id, property, value, size);
}

/* [own] What a program would rely on isn't taken: a log, a scheme to authenticate with, a channel binding. */
static void test_properties(void)
{
    HTTP_SERVER_AUTHENTICATION_INFO authentication;
    HTTP_CHANNEL_BIND_INFO binding;
    HTTP_LOGGING_INFO logging;
    struct server server;

    if (test_on_windows() || !server_start(&server, 2))
        return;
    memset(&authentication, 0, sizeof authentication);
    authentication.Flags.Present = 1;
    authentication.AuthSchemes = HTTP_AUTH_ENABLE_NTLM;
    memset(&binding, 0, sizeof binding);
    binding.Hardening = HttpAuthenticationHardeningStrict;
    memset(&logging, 0, sizeof logging);
    logging.Flags.Present = 1;
    refused(set_session(server.session, HttpServerAuthenticationProperty, &authentication, sizeof authentication));
    refused(set_group(server.group, HttpServerAuthenticationProperty, &authentication, sizeof authentication));
    refused(set_session(server.session, HttpServerExtendedAuthenticationProperty, &authentication,
                        sizeof authentication));
    refused(set_session(server.session, HttpServerChannelBindProperty, &binding, sizeof binding));
    refused(set_group(server.group, HttpServerChannelBindProperty, &binding, sizeof binding));
    refused(set_session(server.session, HttpServerLoggingProperty, &logging, sizeof logging));
    refused(set_group(server.group, HttpServerLoggingProperty, &logging, sizeof logging));
    test_served(&server, "/");
    server_stop(&server);
}

typedef ULONG(WINAPI *function_0)(void);
typedef ULONG(WINAPI *function_5)(ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR);
typedef ULONG(WINAPI *function_6)(ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR);

/*
 * [own] Exports without a prototype, for whoever looks them up: they are there and refuse. How many parameters two of them
 * take, which a caller of 32 bits has to get right, is in mingw-w64's import library.
 */
static void test_undocumented(void)
{
    static const struct {
        const char *name;
        int parameters;
    } exports[] = {
        {"HttpControlService", 5}, {"HttpCreateRequestQueueEx", 0}, {"HttpDelegateRequest", 0},
        {"HttpEvaluateRequest", 0}, {"HttpGetCounters", 6},
    };
    size_t i;

    for (i = 0; i < ARRAYSIZE(exports) && !test_on_windows(); i++) {
        void *function = (void *)newer(exports[i].name);

        if (!ok(function != NULL, "%s isn't exported", exports[i].name))
            continue;
        switch (exports[i].parameters) {
        case 5: refused(((function_5)function)(0, 0, 0, 0, 0)); break;
        case 6: refused(((function_6)function)(0, 0, 0, 0, 0, 0)); break;
        default: refused(((function_0)function)()); break;
        }
    }
}

START_TEST(later)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    test_configuration_arguments();
    test_configuration();
    test_cache_arguments();
    test_cache();
    test_cache_policy();
    test_log_data();
    test_https(1);
    test_https(2);
    test_demand_start();
    test_shared_queues();
    test_properties();
    test_undocumented();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
}
