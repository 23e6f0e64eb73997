/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.c: version 2 request queues: creating and closing, properties, shutting down. What the properties do is
 * state.c's.
 */
#include "server.h"

static void test_create(void)
{
    HANDLE queue = NULL, other = NULL;

    /* [rp] without a name there may be any number */
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &other), NO_ERROR);
    ok(queue && other && queue != other, "got %p and %p", queue, other);
    ok_eq(HttpCloseRequestQueue(other), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
    ok(HttpCloseRequestQueue(queue) != NO_ERROR, "closed twice");

    /* [doc] version 1 queues are made by another function */
    ok_eq(HttpCreateRequestQueue(version_1, NULL, NULL, 0, &queue), ERROR_REVISION_MISMATCH);
    /* [doc] there must be a place for the handle */
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, NULL), ERROR_INVALID_PARAMETER);
    /* [own] flags that nobody knows */
    if (!test_on_windows())
        ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0x80000000, &queue), ERROR_INVALID_PARAMETER);
}

static void test_create_existing(void)
{
    const ULONG existing = HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING;
    SECURITY_ATTRIBUTES security;
    WCHAR name[MAX_PATH + 2];
    HANDLE queue;
    int i;

    memset(&security, 0, sizeof security);
    security.nLength = sizeof security;
    /* [doc] an existing queue is opened by its name, and without security */
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, existing, &queue), ERROR_INVALID_PARAMETER);
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest-none", &security, existing, &queue), ERROR_INVALID_PARAMETER);
    /* [net] there is none of that name */
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest-none", NULL, existing, &queue), ERROR_FILE_NOT_FOUND);
    /* [doc] a name has at most MAX_PATH bytes */
    for (i = 0; i < MAX_PATH + 1; i++)
        name[i] = 'a';
    name[i] = 0;
    ok_eq(HttpCreateRequestQueue(version_2, name, NULL, 0, &queue), ERROR_INVALID_PARAMETER);
}

/* [doc] a name is taken while its queue is open; [own] whatever the case of its letters, and without a backslash */
static void test_create_named(void)
{
    HANDLE queue, other;

    if (HttpCreateRequestQueue(version_2, L"winetest-queue", NULL, 0, &queue) == ERROR_ACCESS_DENIED) {
        skip("no right to create a queue with a name");
        return;
    }
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest-queue", NULL, 0, &other), ERROR_ALREADY_EXISTS);
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest-other", NULL, 0, &other), NO_ERROR);
    if (!test_on_windows()) {
        ok_eq(HttpCreateRequestQueue(version_2, L"WineTest-Queue", NULL, 0, &other), ERROR_ALREADY_EXISTS);
        ok_eq(HttpCreateRequestQueue(version_2, L"wine\\test", NULL, 0, &other), ERROR_INVALID_NAME);
    }
    ok_eq(HttpCloseRequestQueue(other), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, L"winetest-queue", NULL, 0, &queue), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
}

/* [rp] a receive fills an HTTP_REQUEST_V2 and what belongs to it */
static void test_receive(void)
{
    struct server server;
    struct receive receive;
    HTTP_REQUEST_ID id;
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    s = connect_local(server.port);
    send_get(s, server.port, "/foobar");
    id = receive_next(&receive, server.queue);
    ok(receive.bytes > sizeof(HTTP_REQUEST_V2), "%lu bytes", UL(receive.bytes));
    ok_eq(respond(server.queue, id, "pong"), NO_ERROR);
    receive_close(&receive);
    closesocket(s);
    server_stop(&server);
}

static ULONG set_value(HANDLE queue, HTTP_SERVER_PROPERTY property, ULONG value)
{
    return HttpSetRequestQueueProperty(queue, property, &value, sizeof value, 0, NULL);
}

static ULONG get_value(HANDLE queue, HTTP_SERVER_PROPERTY property)
{
    ULONG value = 0xdeadbeef, size = 0;

    ok_eq(HttpQueryRequestQueueProperty(queue, property, &value, sizeof value, 0, &size, NULL), NO_ERROR);
    ok_eq(size, sizeof value);
    return value;
}

/* [doc] the default, and that what was set is found again. [net] a 64-bit value is taken, too */
static void test_value(HANDLE queue, HTTP_SERVER_PROPERTY property, ULONG normal, ULONG changed)
{
    ULONGLONG wide = normal;

    ok_eq(get_value(queue, property), normal);
    ok_eq(set_value(queue, property, changed), NO_ERROR);
    ok_eq(get_value(queue, property), changed);
    ok_eq(HttpSetRequestQueueProperty(queue, property, &wide, sizeof wide, 0, NULL), NO_ERROR);
    ok_eq(get_value(queue, property), normal);
}

static void test_properties(void)
{
    HANDLE queue;

    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    test_value(queue, HttpServerQueueLengthProperty, 1000, 500);
    test_value(queue, HttpServerStateProperty, HttpEnabledStateActive, HttpEnabledStateInactive);
    test_value(queue, HttpServer503VerbosityProperty, Http503ResponseVerbosityBasic, Http503ResponseVerbosityFull);
    /* [own] what isn't a length, a state or a verbosity changes nothing */
    if (!test_on_windows()) {
        ok_eq(set_value(queue, HttpServerQueueLengthProperty, 0), ERROR_INVALID_PARAMETER);
        ok_eq(set_value(queue, HttpServerStateProperty, 2), ERROR_INVALID_PARAMETER);
        ok_eq(set_value(queue, HttpServer503VerbosityProperty, 3), ERROR_INVALID_PARAMETER);
        ok_eq(get_value(queue, HttpServerQueueLengthProperty), 1000);
    }
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
}

/* [net] aspnetcore sets and asks for eight bytes; [own] less than the value is refused, and changes nothing */
static void test_property_sizes(void)
{
    const HTTP_SERVER_PROPERTY length = HttpServerQueueLengthProperty;
    ULONGLONG wide = 0xdeadbeef000001f4;
    unsigned char odd[sizeof(ULONG) + 1];
    ULONG size = 0xdead, value;
    HANDLE queue;

    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    ok_eq(HttpSetRequestQueueProperty(queue, length, &wide, sizeof wide, 0, NULL), NO_ERROR);
    ok_eq(get_value(queue, length), 0x1f4);
    wide = ~0ull;
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &wide, sizeof wide, 0, &size, NULL), NO_ERROR);
    ok_eq(wide, 0xffffffff000001f4);
    ok_eq(size, sizeof value);
    if (!test_on_windows()) {
        ok_eq(HttpSetRequestQueueProperty(queue, length, &wide, sizeof value - 1, 0, NULL), ERROR_INVALID_PARAMETER);
        ok_eq(get_value(queue, length), 0x1f4);
    }
    /* [own] a value needn't be aligned */
    value = 600;
    memcpy(odd + 1, &value, sizeof value);
    if (!test_on_windows())
        ok_eq(HttpSetRequestQueueProperty(queue, length, odd + 1, sizeof value, 0, NULL), NO_ERROR);
    /* [own] a bad pointer, or none at all, is an error */
    ok(HttpSetRequestQueueProperty(queue, length, (void *)16, sizeof value, 0, NULL) != NO_ERROR,
       "a bad pointer is taken");
    ok(HttpQueryRequestQueueProperty(queue, length, (void *)16, sizeof value, 0, NULL, NULL) != NO_ERROR,
       "a bad pointer is written to");
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
    /* [own] so is a handle that is closed, or none */
    ok_eq(set_value(queue, length, 500), ERROR_INVALID_HANDLE);
    ok_eq(HttpQueryRequestQueueProperty(NULL, length, &value, sizeof value, 0, NULL, NULL), ERROR_INVALID_HANDLE);
}

static void test_property_arguments(void)
{
    const HTTP_SERVER_PROPERTY length = HttpServerQueueLengthProperty;
    HTTP_TIMEOUT_LIMIT_INFO timeouts;
    ULONG value = 500, size = 0;
    HANDLE queue;

    memset(&timeouts, 0, sizeof timeouts);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    /* [doc] a buffer and its length; nothing in the reserved parameters; a property that queues have */
    ok_eq(HttpSetRequestQueueProperty(queue, length, NULL, sizeof value, 0, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSetRequestQueueProperty(queue, length, &value, 0, 0, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSetRequestQueueProperty(queue, length, &value, sizeof value, 1, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSetRequestQueueProperty(queue, length, &value, sizeof value, 0, &value), ERROR_INVALID_PARAMETER);
    ok_eq(HttpSetRequestQueueProperty(queue, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts, 0, NULL),
          ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryRequestQueueProperty(queue, length, NULL, sizeof value, 0, &size, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &value, 0, 0, &size, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &value, sizeof value, 1, &size, NULL), ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &value, sizeof value, 0, &size, &value),
          ERROR_INVALID_PARAMETER);
    ok_eq(HttpQueryRequestQueueProperty(queue, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts, 0, &size, NULL),
          ERROR_INVALID_PARAMETER);
    /* [doc] a buffer that is too small: the size that would do, which is optional */
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &value, sizeof value - 1, 0, &size, NULL), ERROR_MORE_DATA);
    ok_eq(size, sizeof value);
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &value, sizeof value, 0, NULL, NULL), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);

    /* [doc] version 1 queues have no properties */
    ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
    ok_eq(set_value(queue, length, 500), ERROR_NOT_SUPPORTED);
    ok_eq(HttpQueryRequestQueueProperty(queue, length, &value, sizeof value, 0, &size, NULL), ERROR_NOT_SUPPORTED);
    CloseHandle(queue);
}

/* [doc] shutting down cancels receives; what the program holds it may still answer */
static void test_shutdown(void)
{
    struct server server;
    struct receive held, pending;
    char answer[2048];
    HTTP_REQUEST_ID id;
    SOCKET s;

    if (!server_start(&server, 2))
        return;
    s = connect_local(server.port);
    send_get(s, server.port, "/");
    id = receive_next(&held, server.queue);
    receive_init(&pending, server.queue);
    ok_eq(receive_start(&pending, HTTP_NULL_ID, 0), ERROR_IO_PENDING);

    ok_eq(HttpShutdownRequestQueue(server.queue), NO_ERROR);
    ok_eq(receive_wait(&pending, DEADLINE), ERROR_OPERATION_ABORTED);
    ok_eq(respond(server.queue, id, "pong"), NO_ERROR);
    ok(recv_answer(s, answer, sizeof answer) > 0 && answer_status(answer) == 200, "no answer");
    receive_close(&pending);
    receive_close(&held);
    closesocket(s);
    server_stop(&server);

    /* [doc] there must be such a queue */
    ok_eq(HttpShutdownRequestQueue(NULL), ERROR_INVALID_PARAMETER);
}

START_TEST(queue)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_create();
    test_create_existing();
    test_create_named();
    test_receive();
    test_properties();
    test_property_arguments();
    test_property_sizes();
    test_shutdown();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
