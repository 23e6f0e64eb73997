/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * properties.c: what server sessions and URL groups have in common about their properties.
 */
#include "properties.h"

void test_property_arguments(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_STATE_INFO state;
    ULONG size = 0;

    memset(&state, 0, sizeof state);
    state.Flags.Present = 1;
    /* [doc] no buffer, or one without length */
    ok_eq(calls->set(id, HttpServerStateProperty, NULL, sizeof state), ERROR_INVALID_PARAMETER);
    ok_eq(calls->set(id, HttpServerStateProperty, &state, 0), ERROR_INVALID_PARAMETER);
    ok_eq(calls->get(id, HttpServerStateProperty, NULL, sizeof state, &size), ERROR_INVALID_PARAMETER);
    ok_eq(calls->get(id, HttpServerStateProperty, &state, 0, &size), ERROR_INVALID_PARAMETER);
    /* [doc] a structure is given whole */
    ok(calls->set(id, HttpServerStateProperty, &state, sizeof state - 1) != NO_ERROR, "half a structure is taken");
    /* [doc] a buffer that is too small: the size that would do */
    ok_eq(calls->get(id, HttpServerStateProperty, &state, sizeof state - 1, &size), ERROR_MORE_DATA);
    ok_eq(size, sizeof state);
    /* [doc] the length returned is optional */
    ok_eq(calls->get(id, HttpServerStateProperty, &state, sizeof state, NULL), NO_ERROR);
}

static HTTP_ENABLED_STATE get_state(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_STATE_INFO state;
    ULONG size = 0;

    memset(&state, 0xcc, sizeof state);
    ok_eq(calls->get(id, HttpServerStateProperty, &state, sizeof state, &size), NO_ERROR);
    ok_eq(size, sizeof state);
    return state.State;
}

void set_state(const struct property_calls *calls, ULONGLONG id, HTTP_ENABLED_STATE state)
{
    HTTP_STATE_INFO info;

    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    info.State = state;
    ok_eq(calls->set(id, HttpServerStateProperty, &info, sizeof info), NO_ERROR);
}

void test_state_property(const struct property_calls *calls, ULONGLONG id)
{
    /* [doc] enabled by default; what was set is found again */
    ok_eq(get_state(calls, id), HttpEnabledStateActive);
    set_state(calls, id, HttpEnabledStateInactive);
    ok_eq(get_state(calls, id), HttpEnabledStateInactive);
    set_state(calls, id, HttpEnabledStateActive);
    ok_eq(get_state(calls, id), HttpEnabledStateActive);
}

void test_timeouts_property(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_TIMEOUT_LIMIT_INFO set, got;
    ULONG size = 0;

    memset(&set, 0, sizeof set);
    set.Flags.Present = 1;
    set.EntityBody = 11;
    set.DrainEntityBody = 22;
    set.RequestQueue = 33;
    set.IdleConnection = 44;
    set.HeaderWait = 55;
    set.MinSendRate = 66;
    /* [doc] what was set is found again */
    ok_eq(calls->set(id, HttpServerTimeoutsProperty, &set, sizeof set), NO_ERROR);
    memset(&got, 0, sizeof got);
    ok_eq(calls->get(id, HttpServerTimeoutsProperty, &got, sizeof got, &size), NO_ERROR);
    ok_eq(size, sizeof got);
    ok_eq(got.Flags.Present, 1);
    ok_eq(got.EntityBody, 11);
    ok_eq(got.DrainEntityBody, 22);
    ok_eq(got.RequestQueue, 33);
    ok_eq(got.IdleConnection, 44);
    ok_eq(got.HeaderWait, 55);
    ok_eq(got.MinSendRate, 66);
    /* [net] all zero: whatever the outer object says */
    memset(&set, 0, sizeof set);
    set.Flags.Present = 1;
    ok_eq(calls->set(id, HttpServerTimeoutsProperty, &set, sizeof set), NO_ERROR);
}

void test_foreign_property(const struct property_calls *calls, ULONGLONG id, HTTP_SERVER_PROPERTY property)
{
    ULONG value[16] = {0}, size;

    ok_eq(calls->set(id, property, value, sizeof value), ERROR_INVALID_PARAMETER);
    ok_eq(calls->get(id, property, value, sizeof value, &size), ERROR_INVALID_PARAMETER);
}

void test_gone_owner(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_STATE_INFO state;
    ULONG size;

    memset(&state, 0, sizeof state);
    state.Flags.Present = 1;
    ok_eq(calls->set(id, HttpServerStateProperty, &state, sizeof state), ERROR_INVALID_PARAMETER);
    ok_eq(calls->get(id, HttpServerStateProperty, &state, sizeof state, &size), ERROR_INVALID_PARAMETER);
}

void test_served(struct server *server, const char *path)
{
    SOCKET s = connect_local(server->port);

    exchange(s, server->port, server->queue, path);
    closesocket(s);
}
