/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle.c: what a function says of a handle that is no queue's: none, a closed one, an event. Each has its own error
 * for it, and does nothing else.
 */
#include "scene.h"

/* --- each function with a handle, and all else in order */

static union inbox in;
static char memory[64];
static ULONG count;
static HTTP_RESPONSE_V2 response;

static ULONG add_url(HANDLE h)
{
    return HttpAddUrl(h, local_url(free_port(), "/"), NULL);
}

static ULONG remove_url(HANDLE h)
{
    return HttpRemoveUrl(h, local_url(free_port(), "/"));
}

static ULONG receive_request(HANDLE h)
{
    return HttpReceiveHttpRequest(h, HTTP_NULL_ID, 0, (PHTTP_REQUEST)&in, sizeof in, &count, NULL);
}

static ULONG receive_body(HANDLE h)
{
    return HttpReceiveRequestEntityBody(h, 1, 0, memory, sizeof memory, &count, NULL);
}

static ULONG send_response(HANDLE h)
{
    response.StatusCode = 200;
    return HttpSendHttpResponse(h, 1, 0, (PHTTP_RESPONSE)&response, NULL, &count, NULL, 0, NULL, NULL);
}

static ULONG send_body(HANDLE h)
{
    return HttpSendResponseEntityBody(h, 1, 0, 0, NULL, &count, NULL, 0, NULL, NULL);
}

static ULONG cancel(HANDLE h)
{
    return HttpCancelHttpRequest(h, 1, NULL);
}

static ULONG wait_for_disconnect(HANDLE h)
{
    return HttpWaitForDisconnect(h, 1, NULL);
}

static ULONG wait_for_disconnect_ex(HANDLE h)
{
    return HttpWaitForDisconnectEx(h, 1, 0, NULL);
}

static ULONG set_property(HANDLE h)
{
    ULONG length = 1000;

    return HttpSetRequestQueueProperty(h, HttpServerQueueLengthProperty, &length, sizeof length, 0, NULL);
}

static ULONG get_property(HANDLE h)
{
    return HttpQueryRequestQueueProperty(h, HttpServerQueueLengthProperty, memory, sizeof memory, 0, &count, NULL);
}

static ULONG shut_down(HANDLE h)
{
    return HttpShutdownRequestQueue(h);
}

static ULONG wait_for_demand(HANDLE h)
{
    return HttpWaitForDemandStart(h, NULL);
}

static ULONG close_queue(HANDLE h)
{
    return HttpCloseRequestQueue(h);
}

/*
 * `none` is [rp] or [doc]'s error for NULL; 0: nothing is known, [own] it is ERROR_INVALID_HANDLE or
 * ERROR_INVALID_PARAMETER.
 */
static const struct {
    const char *name;
    ULONG (*call)(HANDLE);
    ULONG none;
} functions[] = {
    {"HttpAddUrl", add_url, ERROR_INVALID_HANDLE},                         /* [rp] */
    {"HttpRemoveUrl", remove_url, ERROR_INVALID_PARAMETER},                /* [rp] */
    {"HttpReceiveHttpRequest", receive_request, ERROR_INVALID_HANDLE},     /* [rp] */
    {"HttpReceiveRequestEntityBody", receive_body, ERROR_INVALID_HANDLE},  /* [rp] */
    {"HttpSendHttpResponse", send_response, 0},
    {"HttpSendResponseEntityBody", send_body, 0},
    {"HttpCancelHttpRequest", cancel, 0},
    {"HttpWaitForDisconnect", wait_for_disconnect, 0},
    {"HttpWaitForDisconnectEx", wait_for_disconnect_ex, 0},
    {"HttpSetRequestQueueProperty", set_property, 0},
    {"HttpQueryRequestQueueProperty", get_property, 0},
    {"HttpShutdownRequestQueue", shut_down, ERROR_INVALID_PARAMETER},      /* [doc] */
    {"HttpWaitForDemandStart", wait_for_demand, ERROR_INVALID_PARAMETER},  /* [doc] */
    {"HttpCloseRequestQueue", close_queue, 0},
};

static int is_refusal(ULONG error)
{
    return error == ERROR_INVALID_HANDLE || error == ERROR_INVALID_PARAMETER;
}

static void check_all(HANDLE h, const char *what)
{
    size_t i;

    for (i = 0; i < ARRAYSIZE(functions); i++) {
        ULONG error = functions[i].call(h);

        ok(is_refusal(error), "%s with %s: %lu", functions[i].name, what, UL(error));
    }
}

static void test_none(void)
{
    size_t i;

    check_all(NULL, "NULL");
    for (i = 0; i < ARRAYSIZE(functions); i++)
        if (functions[i].none)
            ok_eq(functions[i].call(NULL), functions[i].none);
}

/* A handle that was a queue's. [rp] HttpAddUrl says so. */
static void test_closed(int version)
{
    struct server server;
    HANDLE queue = NULL;

    if (!server_start_bare(&server, 1))
        return;
    if (version == 1)
        ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
    else
        ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    ok(CloseHandle(queue), "error %lu", UL(GetLastError()));
    ok_eq(add_url(queue), ERROR_INVALID_HANDLE);
    check_all(queue, "a closed handle");
    server_stop(&server);
}

/* [own] A handle of another kind. The functions leave it alone: it is as it was, and still open. */
static void test_other_kind(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    check_all(event, "an event");
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok(CloseHandle(event), "error %lu", UL(GetLastError()));
}

/* [own] Shutting down twice, and closing afterwards, whatever made the queue. */
static void test_shut_down_twice(int version)
{
    struct server server;

    if (!server_start(&server, version))
        return;
    ok_eq(HttpShutdownRequestQueue(server.queue), NO_ERROR);
    if (!test_on_windows())
        ok_eq(HttpShutdownRequestQueue(server.queue), NO_ERROR);
    server_stop(&server);
}

START_TEST(handle)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_none();
    if (!test_on_windows()) {
        BOTH(test_closed);
        test_other_kind();
    }
    BOTH(test_shut_down_twice);
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
