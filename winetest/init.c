/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.c: HttpInitialize and HttpTerminate, and the library's exports.
 */
#include "server.h"

/* [rp] version 1 is initialised and terminated, and version 2 afterwards in the same process */
static void test_versions(void)
{
    ok_eq(HttpInitialize(version_1, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

/* What every Windows since Vista has. */
#define EXPORTS(X) \
    X(HttpAddUrl) X(HttpAddUrlToUrlGroup) X(HttpCancelHttpRequest) X(HttpCloseRequestQueue) \
    X(HttpCloseServerSession) X(HttpCloseUrlGroup) X(HttpCreateHttpHandle) X(HttpCreateRequestQueue) \
    X(HttpCreateServerSession) X(HttpCreateUrlGroup) X(HttpInitialize) X(HttpQueryRequestQueueProperty) \
    X(HttpQueryServerSessionProperty) X(HttpQueryUrlGroupProperty) X(HttpReceiveHttpRequest) \
    X(HttpReceiveRequestEntityBody) X(HttpRemoveUrl) X(HttpRemoveUrlFromUrlGroup) X(HttpSendHttpResponse) \
    X(HttpSendResponseEntityBody) X(HttpSetRequestQueueProperty) X(HttpSetServerSessionProperty) \
    X(HttpSetUrlGroupProperty) X(HttpShutdownRequestQueue) X(HttpTerminate) X(HttpWaitForDisconnect)

#define NAME(name) #name,
static const char *const exports[] = {EXPORTS(NAME)};

typedef ULONG(WINAPI *initialize_function)(HTTPAPI_VERSION version, ULONG flags, PVOID reserved);

/* [rp] the functions are named exports of httpapi.dll: GetProcAddress finds them, and what it finds can be called */
static void test_exports(void)
{
    HMODULE module = GetModuleHandleA("httpapi.dll");
    initialize_function initialize;
    size_t i;

    if (!ok(module != NULL, "httpapi.dll isn't loaded"))
        return;
    for (i = 0; i < ARRAYSIZE(exports); i++)
        ok(GetProcAddress(module, exports[i]) != NULL, "%s isn't exported", exports[i]);
    initialize = (initialize_function)(void *)GetProcAddress(module, "HttpInitialize");
    if (initialize) {
        ok_eq(initialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
        ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    }
}

/* [doc] flags that don't exist */
static void test_flags(void)
{
    ok_eq(HttpInitialize(version_2, 0x80000000, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpTerminate(0x80000000, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

static int is_initialized(void)
{
    HANDLE queue;
    ULONG error = HttpCreateHttpHandle(&queue, 0);

    if (error == NO_ERROR)
        CloseHandle(queue);
    else
        ok_eq(error, ERROR_DLL_INIT_FAILED);
    return error == NO_ERROR;
}

/* [doc] each HttpInitialize is matched by an HttpTerminate: the last one counts */
static void test_nesting(void)
{
    ok_eq(HttpInitialize(version_1, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok(is_initialized(), "the first of two HttpTerminate ended it");
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok(!is_initialized(), "still initialised");
}

/* [doc] what was initialised by two calls is terminated by one with both flags, or the other way round */
static void test_both_flags(void)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    ok(!is_initialized(), "still initialised");

    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_CONFIG, NULL), NO_ERROR);
    ok(is_initialized(), "HTTP_INITIALIZE_CONFIG ended the server");
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok(!is_initialized(), "still initialised");
}

/* [doc] the reserved parameter is NULL, the version one that exists; [own] some flag is given */
static void test_arguments(void)
{
    const HTTPAPI_VERSION newer = {3, 0}, minor = {2, 1};
    int reserved = 0;

    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, &reserved), ERROR_INVALID_PARAMETER);
    ok_eq(HttpInitialize(newer, HTTP_INITIALIZE_SERVER, NULL), ERROR_REVISION_MISMATCH);
    ok_eq(HttpInitialize(minor, HTTP_INITIALIZE_SERVER, NULL), ERROR_REVISION_MISMATCH);
    if (!test_on_windows())
        ok_eq(HttpInitialize(version_2, 0, NULL), ERROR_INVALID_PARAMETER);
    ok(!is_initialized(), "a call that failed initialised");
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, &reserved), ERROR_INVALID_PARAMETER);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    /* [own] there is nothing left to terminate */
    if (!test_on_windows())
        ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), ERROR_INVALID_PARAMETER);
}

/* [doc] what HttpInitialize got, HttpTerminate gets, too. HTTP_DEMAND_CBT by itself initialises nothing */
static void test_demand_cbt(void)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER | HTTP_DEMAND_CBT, NULL), NO_ERROR);
    ok(is_initialized(), "not initialised");
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER | HTTP_DEMAND_CBT, NULL), NO_ERROR);
    ok(!is_initialized(), "still initialised");
    if (!test_on_windows())
        ok_eq(HttpInitialize(version_2, HTTP_DEMAND_CBT, NULL), ERROR_INVALID_PARAMETER);
}

/* [doc] a BOOL, also before HttpInitialize. A feature that nobody knows isn't there */
static void test_features(void)
{
    ok_eq(HttpIsFeatureSupported(HttpFeatureUnknown), FALSE);
    ok_eq(HttpIsFeatureSupported((HTTP_FEATURE_ID)1000), FALSE);
    ok_eq(HttpIsFeatureSupported(HttpFeaturemax), FALSE);
    /* [own] HTTP/3 and delegation aren't built */
    if (!test_on_windows()) {
        ok_eq(HttpIsFeatureSupported(HttpFeatureHttp3), FALSE);
        ok_eq(HttpIsFeatureSupported(HttpFeatureDelegateEx), FALSE);
    }
}

/* [own] no extension is known to anybody */
static void test_extension(void)
{
    char table[64];

    if (test_on_windows())
        return;
    ok_eq(HttpGetExtension(version_2, 0, table, sizeof table), ERROR_DLL_INIT_FAILED);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpGetExtension(version_2, 0, table, sizeof table), ERROR_NOT_SUPPORTED);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

/* What ends with the library doesn't work any more: [own] the calls themselves say so, the objects may go on. */
static void test_terminated(void)
{
    const ULONG failed = ERROR_DLL_INIT_FAILED;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_STATE_INFO state;
    HANDLE queue;
    ULONG size;

    memset(&state, 0, sizeof state);
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    ok_eq(HttpCreateServerSession(version_2, &session, 0), NO_ERROR);
    ok_eq(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    if (!test_on_windows()) {
        ok_eq(HttpSetServerSessionProperty(session, HttpServerStateProperty, &state, sizeof state), failed);
        ok_eq(HttpQueryUrlGroupProperty(group, HttpServerStateProperty, &state, sizeof state, &size), failed);
        ok_eq(HttpQueryRequestQueueProperty(queue, HttpServerStateProperty, &state, sizeof state, 0, &size, NULL),
              failed);
        ok_eq(HttpCloseUrlGroup(group), failed);
        ok_eq(HttpCloseRequestQueue(queue), failed);
        ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
        ok_eq(HttpCloseUrlGroup(group), NO_ERROR);
        ok_eq(HttpCloseServerSession(session), NO_ERROR);
        ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
        ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    }
}

/* [doc] nothing works before HttpInitialize */
static void test_uninitialized(void)
{
    HTTP_SERVER_SESSION_ID session;
    char buffer[64];
    HANDLE queue;

    ok_eq(HttpCreateHttpHandle(&queue, 0), ERROR_DLL_INIT_FAILED);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), ERROR_DLL_INIT_FAILED);
    ok_eq(HttpAddUrl(NULL, local_url(80, "/"), NULL), ERROR_DLL_INIT_FAILED);
    ok_eq(HttpReceiveRequestEntityBody(NULL, HTTP_NULL_ID, 0, buffer, sizeof buffer, NULL, NULL),
          ERROR_DLL_INIT_FAILED);
    if (!test_on_windows())
        ok_eq(HttpCreateServerSession(version_2, &session, 0), ERROR_DLL_INIT_FAILED);
}

START_TEST(init)
{
    test_uninitialized();
    test_features();
    test_versions();
    test_exports();
    test_flags();
    test_arguments();
    test_nesting();
    test_both_flags();
    test_demand_cbt();
    test_extension();
    test_terminated();
}
