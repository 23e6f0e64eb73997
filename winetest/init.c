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

/* [doc] nothing works before HttpInitialize */
static void test_uninitialized(void)
{
    HANDLE queue;

    ok_eq(HttpCreateHttpHandle(&queue, 0), ERROR_DLL_INIT_FAILED);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), ERROR_DLL_INIT_FAILED);
}

START_TEST(init)
{
    test_uninitialized();
    test_versions();
    test_exports();
    test_flags();
    test_nesting();
    test_both_flags();
}
