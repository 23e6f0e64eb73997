/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * session.c: server sessions, and their properties.
 */
#include "properties.h"

static void test_create(void)
{
    HTTPAPI_VERSION mismatch_1_1 = {1, 1}, mismatch_3_0 = {3, 0};
    HTTP_SERVER_SESSION_ID id;

    /* [rp] there must be a place for the id */
    ok_eq(HttpCreateServerSession(version_2, NULL, 0), ERROR_INVALID_PARAMETER);

    /* [doc] nothing in the reserved parameter */
    ok_eq(HttpCreateServerSession(version_2, &id, 1), ERROR_INVALID_PARAMETER);

    /* [rp] versions 1.0 and 2.0 exist, and no other */
    ok_eq(HttpCreateServerSession(mismatch_1_1, &id, 0), ERROR_REVISION_MISMATCH);
    ok_eq(HttpCreateServerSession(mismatch_3_0, &id, 0), ERROR_REVISION_MISMATCH);
    ok_eq(HttpCreateServerSession(version_2, &id, 0), NO_ERROR);
    ok_eq(HttpCloseServerSession(id), NO_ERROR);
    ok_eq(HttpCreateServerSession(version_1, &id, 0), NO_ERROR);
    ok_eq(HttpCloseServerSession(id), NO_ERROR);

    /* [rp] an id that was never given out; [doc] one that was, and is closed */
    ok_eq(HttpCloseServerSession(0xdead), ERROR_INVALID_PARAMETER);
    ok_eq(HttpCloseServerSession(id), ERROR_INVALID_PARAMETER);
}

/* [rp] groups end with their session; [doc] with all their URLs */
static void test_close(void)
{
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    USHORT port = free_port();

    ok_eq(HttpCreateServerSession(version_2, &session, 0), NO_ERROR);
    ok_eq(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(group, local_url(port, "/"), 0, 0), NO_ERROR);
    ok_eq(HttpCloseServerSession(session), NO_ERROR);
    ok_eq(HttpCloseUrlGroup(group), ERROR_INVALID_PARAMETER);

    ok_eq(HttpCreateServerSession(version_2, &session, 0), NO_ERROR);
    ok_eq(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    ok_eq(HttpAddUrlToUrlGroup(group, local_url(port, "/"), 0, 0), NO_ERROR);
    ok_eq(HttpCloseUrlGroup(group), NO_ERROR);
    ok_eq(HttpCloseServerSession(session), NO_ERROR);
}

static ULONG set_property(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size)
{
    return HttpSetServerSessionProperty(id, property, value, size);
}

static ULONG get_property(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size, ULONG *returned)
{
    return HttpQueryServerSessionProperty(id, property, value, size, returned);
}

static const struct property_calls calls = {set_property, get_property};

static void test_properties(void)
{
    HTTP_SERVER_SESSION_ID id;

    ok_eq(HttpCreateServerSession(version_2, &id, 0), NO_ERROR);
    test_property_arguments(&calls, id);
    test_state_property(&calls, id);
    test_timeouts_property(&calls, id);
    test_property_taken_away(&calls, id);
    test_authentication_property(&calls, id);
    test_qos_property(&calls, id);
    test_channel_bind_property(&calls, id);
    test_write_only_properties(&calls, id);
    /* [doc] what belongs to other objects only */
    test_foreign_property(&calls, id, HttpServerQueueLengthProperty);
    test_foreign_property(&calls, id, HttpServer503VerbosityProperty);
    test_foreign_property(&calls, id, HttpServerBindingProperty);
    ok_eq(HttpCloseServerSession(id), NO_ERROR);
    /* [doc] the session must exist */
    test_gone_owner(&calls, id);
}

/* [doc] a disabled session's groups get no requests: 503; enabled again they do */
static void test_state(void)
{
    struct server server;

    if (server_start(&server, 2)) {
        set_state(&calls, server.session, HttpEnabledStateInactive);
        ok_eq(get_status(server.port, "localhost", "/"), 503);
        /* also those that are made meanwhile */
        ok_eq(HttpCloseUrlGroup(server.group), NO_ERROR);
        ok_eq(HttpCreateUrlGroup(server.session, &server.group, 0), NO_ERROR);
        ok_eq(bind_group(server.group, server.queue), NO_ERROR);
        ok_eq(server_add(&server, "/"), NO_ERROR);
        ok_eq(get_status(server.port, "localhost", "/"), 503);
        set_state(&calls, server.session, HttpEnabledStateActive);
        test_served(&server, "/");
    }
    server_stop(&server);
}

START_TEST(session)
{
    ok_eq(HttpInitialize(version_2, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    test_create();
    test_close();
    test_properties();
    test_state();
    ok_eq(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}
