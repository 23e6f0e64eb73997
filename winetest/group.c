/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.c: URL groups: creating and closing, URLs, binding, properties.
 */
#include "properties.h"

static void test_create(void)
{
    HTTP_URL_GROUP_ID group = 0xdeadbeef;
    HTTP_SERVER_SESSION_ID session;
    HANDLE queue;

    /* [rp] without a session nothing is made, and the id isn't written */
    ok_eq(HttpCreateUrlGroup(0, &group, 0), ERROR_INVALID_PARAMETER);
    ok_eq(group, 0xdeadbeef);

    /* [rp] the group may be closed before its session */
    ok_eq(HttpCreateServerSession(version_2, &session, 0), NO_ERROR);
    group = 0;
    ok_eq(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    ok(group != 0, "no id");
    ok_eq(HttpCloseUrlGroup(group), NO_ERROR);
    /* [doc] and is gone then */
    ok_eq(HttpCloseUrlGroup(group), ERROR_INVALID_PARAMETER);

    /* [rp] a queue may be closed before the group that is bound to it, and the session */
    ok_eq(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &queue), NO_ERROR);
    ok_eq(bind_group(group, queue), NO_ERROR);
    ok_eq(HttpCloseRequestQueue(queue), NO_ERROR);
    ok_eq(HttpCloseUrlGroup(group), NO_ERROR);
    ok_eq(HttpCloseServerSession(session), NO_ERROR);
}

static void check_malformed(struct server *server)
{
    int i;

    for (i = 0; i < MALFORMED_URLS; i++)
        ok(HttpAddUrlToUrlGroup(server->group, malformed_urls[i], URL_CONTEXT, 0) == ERROR_INVALID_PARAMETER,
           "malformed URL %d", i);
}

static void test_urls(void)
{
    struct server server;

    if (server_start_bare(&server, 2)) {
        /* [rp] the scheme, the port and the slash behind it must be there, also when the group has a URL */
        check_malformed(&server);
        ok_eq(server_add(&server, "/"), NO_ERROR);
        check_malformed(&server);
        /* [rp] a URL is taken once */
        ok_eq(server_add(&server, "/"), ERROR_ALREADY_EXISTS);
        /* [rp] and can be removed once */
        ok_eq(server_remove(&server, "/"), NO_ERROR);
        ok_eq(server_remove(&server, "/"), ERROR_FILE_NOT_FOUND);
        /* [doc] the reserved parameter is zero, the group exists */
        ok_eq(HttpAddUrlToUrlGroup(server.group, local_url(server.port, "/"), 0, 1), ERROR_INVALID_PARAMETER);
        ok_eq(HttpAddUrlToUrlGroup(0xdead, local_url(server.port, "/"), 0, 0), ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrlFromUrlGroup(0xdead, local_url(server.port, "/"), 0), ERROR_INVALID_PARAMETER);
    }
    server_stop(&server);
}

static void test_other_group(void)
{
    struct server server, other;

    if (server_start(&server, 2) && server_start_beside(&other, &server)) {
        /* [doc] a URL conflicts with the same one in another group, and a group removes its own only */
        ok_eq(server_add(&other, "/"), ERROR_ALREADY_EXISTS);
        ok_eq(server_remove(&other, "/"), ERROR_FILE_NOT_FOUND);
        /* [doc] closing a group removes its URLs */
        server_stop(&other);
        ok_eq(HttpCloseUrlGroup(server.group), NO_ERROR);
        ok_eq(HttpCreateUrlGroup(server.session, &server.group, 0), NO_ERROR);
        ok_eq(server_add(&server, "/"), NO_ERROR);
    }
    server_stop(&server);
}

/* [rp] a port that a foreign socket holds can't be had; a URL that couldn't be added leaves nothing that listens */
static void test_port_taken(void)
{
    USHORT taken;
    SOCKET s = hold_port(&taken);
    struct server server;

    if (server_start_bare(&server, 2)) {
        ok_eq(HttpAddUrlToUrlGroup(server.group, local_url(taken, "/"), URL_CONTEXT, 0), ERROR_SHARING_VIOLATION);
        closesocket(s);
        s = try_connect(taken);
        ok(s == INVALID_SOCKET, "somebody listens");
    }
    closesocket(s);
    server_stop(&server);
}

static void test_remove_all(void)
{
    struct server server, other;

    if (server_start(&server, 2)) {
        ok_eq(server_add(&server, "/foo/"), NO_ERROR);
        /* [doc] all of them goes without a URL, and with no other flag */
        ok_eq(HttpRemoveUrlFromUrlGroup(server.group, local_url(server.port, "/"), HTTP_URL_FLAG_REMOVE_ALL),
              ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrlFromUrlGroup(server.group, NULL, HTTP_URL_FLAG_REMOVE_ALL | 0x80), ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrlFromUrlGroup(0xdead, NULL, HTTP_URL_FLAG_REMOVE_ALL), ERROR_INVALID_PARAMETER);
        ok_eq(HttpRemoveUrlFromUrlGroup(server.group, NULL, HTTP_URL_FLAG_REMOVE_ALL), NO_ERROR);
        ok_eq(server_remove(&server, "/"), ERROR_FILE_NOT_FOUND);
        ok_eq(server_remove(&server, "/foo/"), ERROR_FILE_NOT_FOUND);
        ok_eq(server_add(&server, "/"), NO_ERROR);
        /* of another group nothing goes */
        if (server_start_beside(&other, &server)) {
            ok_eq(server_add(&other, "/foo/"), NO_ERROR);
            ok_eq(HttpRemoveUrlFromUrlGroup(server.group, NULL, HTTP_URL_FLAG_REMOVE_ALL), NO_ERROR);
            test_served(&other, "/foo/");
            server_stop(&other);
        }
        /* [own] nothing is all of it, too */
        if (!test_on_windows())
            ok_eq(HttpRemoveUrlFromUrlGroup(server.group, NULL, HTTP_URL_FLAG_REMOVE_ALL), NO_ERROR);
    }
    server_stop(&server);
}

/* [rp] a URL may be there before its group is bound to a queue, and lives on that queue from then on */
static void test_bind_later(void)
{
    struct server server;

    if (server_start_bare(&server, 2)) {
        ok_eq(bind_group(server.group, NULL), NO_ERROR);
        ok_eq(server_add(&server, "/"), NO_ERROR);
        /* [doc] until then the answer is 503 */
        ok_eq(get_status(server.port, "localhost", "/"), 503);
        ok_eq(bind_group(server.group, server.queue), NO_ERROR);
        test_served(&server, "/");
    }
    server_stop(&server);
}

/* [rp] a group may be bound to another queue at any time */
static void test_bind_again(void)
{
    struct server server;
    HANDLE first, second;

    if (server_start(&server, 2)) {
        test_served(&server, "/");
        ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &second), NO_ERROR);
        ok_eq(bind_group(server.group, second), NO_ERROR);
        first = server.queue;
        server.queue = second;
        test_served(&server, "/");
        ok(queue_is_empty(first), "the first queue got something, too");
        ok_eq(HttpCloseRequestQueue(first), NO_ERROR);
        test_served(&server, "/");
    }
    server_stop(&server);
}

/* [net] a group keeps its URLs while its queue is closed and another one takes its place; meanwhile nobody serves
 * them */
static void test_queue_again(void)
{
    struct server server;
    int i;

    if (server_start(&server, 2)) {
        for (i = 0; i < 3; i++) {
            test_served(&server, "/");
            ok_eq(HttpCloseRequestQueue(server.queue), NO_ERROR);
            ok_eq(get_status(server.port, "localhost", "/"), 503);
            ok_eq(server_add(&server, "/"), ERROR_ALREADY_EXISTS);
            ok_eq(HttpCreateRequestQueue(version_2, NULL, NULL, 0, &server.queue), NO_ERROR);
            ok_eq(get_status(server.port, "localhost", "/"), 503);
            ok_eq(bind_group(server.group, server.queue), NO_ERROR);
        }
        test_served(&server, "/");
    }
    server_stop(&server);
}

/* [net] a group may be detached, and that twice; its requests get 503 then. [doc] version 1 queues have no groups */
static void test_detach(void)
{
    struct server server;
    HANDLE queue;

    if (server_start(&server, 2)) {
        ok_eq(bind_group(server.group, NULL), NO_ERROR);
        ok_eq(bind_group(server.group, NULL), NO_ERROR);
        ok_eq(get_status(server.port, "localhost", "/"), 503);
        ok_eq(HttpCreateHttpHandle(&queue, 0), NO_ERROR);
        ok(bind_group(server.group, queue) != NO_ERROR, "bound to a version 1 queue");
        CloseHandle(queue);
        /* [own] what isn't a queue can't be bound */
        queue = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (!test_on_windows())
            ok_eq(bind_group(server.group, queue), ERROR_INVALID_PARAMETER);
        CloseHandle(queue);
    }
    server_stop(&server);
}

static ULONG set_property(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size)
{
    return HttpSetUrlGroupProperty(id, property, value, size);
}

static ULONG get_property(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size, ULONG *returned)
{
    return HttpQueryUrlGroupProperty(id, property, value, size, returned);
}

static const struct property_calls calls = {set_property, get_property};

/* [doc] by default requests are taken from everywhere. [own] The other levels aren't built yet */
static void test_protection_level(HTTP_URL_GROUP_ID group)
{
    HTTP_PROTECTION_LEVEL_INFO info;

    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    info.Level = HttpProtectionLevelUnrestricted;
    ok_eq(set_property(group, HttpServerProtectionLevelProperty, &info, sizeof info), NO_ERROR);
    info.Level = HttpProtectionLevelRestricted;
    if (!test_on_windows())
        ok_eq(set_property(group, HttpServerProtectionLevelProperty, &info, sizeof info), ERROR_NOT_SUPPORTED);
}

/* [net] aspnetcore unsets it in the end. [own] Setting isn't built yet */
static void test_delegation(HTTP_URL_GROUP_ID group)
{
    HTTP_BINDING_INFO info;

    memset(&info, 0, sizeof info);
    ok_eq(set_property(group, HttpServerDelegationProperty, &info, sizeof info), NO_ERROR);
    info.Flags.Present = 1;
    if (!test_on_windows())
        ok_eq(set_property(group, HttpServerDelegationProperty, &info, sizeof info), ERROR_NOT_SUPPORTED);
}

static void test_properties(void)
{
    struct server server;
    HTTP_BINDING_INFO binding;
    ULONG size;

    if (!server_start(&server, 2))
        return;
    test_property_arguments(&calls, server.group);
    test_state_property(&calls, server.group);
    test_timeouts_property(&calls, server.group);
    test_property_taken_away(&calls, server.group);
    test_authentication_property(&calls, server.group);
    test_qos_property(&calls, server.group);
    test_channel_bind_property(&calls, server.group);
    test_write_only_properties(&calls, server.group);
    /* [doc] what belongs to other objects only */
    test_foreign_property(&calls, server.group, HttpServerQueueLengthProperty);
    test_foreign_property(&calls, server.group, HttpServer503VerbosityProperty);
    /* [doc] the binding can be set, but isn't among what can be queried */
    ok_eq(get_property(server.group, HttpServerBindingProperty, &binding, sizeof binding, &size),
          ERROR_INVALID_PARAMETER);
    test_protection_level(server.group);
    test_delegation(server.group);
    /* [doc] the group must exist */
    test_gone_owner(&calls, 0xdead);
    server_stop(&server);
    test_gone_owner(&calls, server.group);
}

/* [doc] a disabled group gets no requests: 503; enabled again it does */
static void test_state(void)
{
    struct server server;

    if (server_start(&server, 2)) {
        set_state(&calls, server.group, HttpEnabledStateInactive);
        ok_eq(get_status(server.port, "localhost", "/"), 503);
        /* also for a URL that is added meanwhile */
        ok_eq(server_add(&server, "/foo/"), NO_ERROR);
        ok_eq(get_status(server.port, "localhost", "/foo/"), 503);
        set_state(&calls, server.group, HttpEnabledStateActive);
        test_served(&server, "/");
        test_served(&server, "/foo/");
    }
    server_stop(&server);
}

START_TEST(group)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_create();
    test_urls();
    test_other_group();
    test_port_taken();
    test_remove_all();
    test_bind_later();
    test_bind_again();
    test_queue_again();
    test_detach();
    test_properties();
    test_state();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
