/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * properties.c: what server sessions and URL groups have in common about their properties.
 */
#include "properties.h"

void test_property_arguments(const struct property_calls *calls, ULONGLONG id)
{
    unsigned char wide[sizeof(HTTP_STATE_INFO) + 8];
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
    ok_eq(calls->get(id, HttpServerStateProperty, &state, sizeof state - 1, NULL), ERROR_MORE_DATA);
    /* [net] a longer buffer is taken, and what is behind the value left alone */
    memset(wide, 0, sizeof wide);
    memcpy(wide, &state, sizeof state);
    ok_eq(calls->set(id, HttpServerStateProperty, wide, sizeof wide), NO_ERROR);
    memset(wide, 0xcc, sizeof wide);
    ok_eq(calls->get(id, HttpServerStateProperty, wide, sizeof wide, &size), NO_ERROR);
    ok_eq(size, sizeof state);
    ok_eq(wide[sizeof state], 0xcc);
    /* [own] a property that nobody has; a bad pointer */
    ok_eq(calls->set(id, (HTTP_SERVER_PROPERTY)1000, wide, sizeof wide), ERROR_INVALID_PARAMETER);
    ok_eq(calls->get(id, (HTTP_SERVER_PROPERTY)1000, wide, sizeof wide, &size), ERROR_INVALID_PARAMETER);
    ok(calls->set(id, HttpServerStateProperty, (void *)16, sizeof state) != NO_ERROR, "a bad pointer is taken");
    ok(calls->get(id, HttpServerStateProperty, (void *)16, sizeof state, &size) != NO_ERROR,
       "a bad pointer is written to");
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
    /* [net] never set: zeros */
    memset(&got, 0xcc, sizeof got);
    ok_eq(calls->get(id, HttpServerTimeoutsProperty, &got, sizeof got, NULL), NO_ERROR);
    ok_eq(got.EntityBody, 0);
    ok_eq(got.MinSendRate, 0);
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

void test_property_taken_away(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_TIMEOUT_LIMIT_INFO timeouts;
    HTTP_STATE_INFO state;
    ULONG size = 0;

    memset(&timeouts, 0, sizeof timeouts);
    timeouts.Flags.Present = 1;
    timeouts.EntityBody = 11;
    ok_eq(calls->set(id, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts), NO_ERROR);
    timeouts.Flags.Present = 0;
    ok_eq(calls->set(id, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts), NO_ERROR);
    memset(&timeouts, 0xcc, sizeof timeouts);
    ok_eq(calls->get(id, HttpServerTimeoutsProperty, &timeouts, sizeof timeouts, &size), NO_ERROR);
    ok_eq(timeouts.Flags.Present, 0);
    /* [own] and with it its values */
    if (!test_on_windows())
        ok_eq(timeouts.EntityBody, 0);

    set_state(calls, id, HttpEnabledStateInactive);
    memset(&state, 0, sizeof state);
    ok_eq(calls->set(id, HttpServerStateProperty, &state, sizeof state), NO_ERROR);
    ok_eq(get_state(calls, id), HttpEnabledStateActive);
}

void test_authentication_property(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_SERVER_AUTHENTICATION_INFO info, got;
    ULONG size = 0;

    /* [doc] the default is no scheme */
    memset(&got, 0xcc, sizeof got);
    ok_eq(calls->get(id, HttpServerAuthenticationProperty, &got, sizeof got, &size), NO_ERROR);
    ok_eq(size, sizeof got);
    ok_eq(got.AuthSchemes, 0);
    memset(&info, 0, sizeof info);
    info.Flags.Present = 1;
    ok_eq(calls->set(id, HttpServerAuthenticationProperty, &info, sizeof info), NO_ERROR);
    ok_eq(calls->get(id, HttpServerAuthenticationProperty, &got, sizeof got, &size), NO_ERROR);
    ok_eq(got.Flags.Present, 1);
    ok_eq(calls->get(id, HttpServerAuthenticationProperty, &got, sizeof got - 1, &size), ERROR_MORE_DATA);
    ok_eq(size, sizeof got);
    /* [own] schemes aren't built yet, and nobody gets the impression that they are */
    info.AuthSchemes = HTTP_AUTH_ENABLE_NEGOTIATE;
    if (!test_on_windows()) {
        ok_eq(calls->set(id, HttpServerAuthenticationProperty, &info, sizeof info), ERROR_NOT_SUPPORTED);
        ok_eq(calls->get(id, HttpServerAuthenticationProperty, &got, sizeof got, &size), NO_ERROR);
        ok_eq(got.AuthSchemes, 0);
    }
}

/* The structure with the setting behind it, as mORMot passes both. */
struct qos {
    HTTP_QOS_SETTING_INFO info;
    HTTP_BANDWIDTH_LIMIT_INFO limit; /* an HTTP_CONNECTION_LIMIT_INFO looks the same */
};

static void qos_init(struct qos *q, HTTP_QOS_SETTING_TYPE type, ULONG limit)
{
    memset(q, 0, sizeof *q);
    q->info.QosType = type;
    q->info.QosSetting = &q->limit;
    q->limit.Flags.Present = 1;
    q->limit.MaxBandwidth = limit;
}

static void test_qos_setting(const struct property_calls *calls, ULONGLONG id, HTTP_QOS_SETTING_TYPE type)
{
    ULONG size = 0;
    struct qos q;

    /* [doc] the default is no limit; the caller says where the setting goes */
    qos_init(&q, type, 0xdeadbeef);
    ok_eq(calls->get(id, HttpServerQosProperty, &q, sizeof q, &size), NO_ERROR);
    ok_eq(q.limit.MaxBandwidth, HTTP_LIMIT_INFINITE);
    /* with the length of all (mORMot) or of the structure alone (aspnetcore) */
    qos_init(&q, type, HTTP_LIMIT_INFINITE);
    ok_eq(calls->set(id, HttpServerQosProperty, &q, sizeof q), NO_ERROR);
    ok_eq(calls->set(id, HttpServerQosProperty, &q.info, sizeof q.info), NO_ERROR);
    qos_init(&q, type, 0xdeadbeef);
    ok_eq(calls->get(id, HttpServerQosProperty, &q.info, sizeof q.info, NULL), NO_ERROR);
    ok_eq(q.limit.MaxBandwidth, HTTP_LIMIT_INFINITE);
    /* [own] limits aren't built yet */
    qos_init(&q, type, 100000);
    if (!test_on_windows())
        ok_eq(calls->set(id, HttpServerQosProperty, &q, sizeof q), ERROR_NOT_SUPPORTED);
    /* [own] half a structure, or no setting */
    if (!test_on_windows()) {
        ok_eq(calls->set(id, HttpServerQosProperty, &q, sizeof q.info - 1), ERROR_INVALID_PARAMETER);
        q.info.QosSetting = NULL;
        ok_eq(calls->set(id, HttpServerQosProperty, &q, sizeof q), ERROR_INVALID_PARAMETER);
        ok_eq(calls->get(id, HttpServerQosProperty, &q, sizeof q, &size), ERROR_INVALID_PARAMETER);
    }
}

void test_qos_property(const struct property_calls *calls, ULONGLONG id)
{
    struct qos q;
    ULONG size = 0;

    test_qos_setting(calls, id, HttpQosSettingTypeBandwidth);
    test_qos_setting(calls, id, HttpQosSettingTypeConnectionLimit);
    /* [doc] a bandwidth that nobody may set; flow rates are for responses */
    qos_init(&q, HttpQosSettingTypeBandwidth, HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE - 1);
    ok_eq(calls->set(id, HttpServerQosProperty, &q, sizeof q), ERROR_INVALID_PARAMETER);
    qos_init(&q, HttpQosSettingTypeFlowRate, HTTP_LIMIT_INFINITE);
    ok_eq(calls->set(id, HttpServerQosProperty, &q, sizeof q), ERROR_INVALID_PARAMETER);
    ok_eq(calls->get(id, HttpServerQosProperty, &q.info, sizeof q.info - 1, &size), ERROR_MORE_DATA);
    ok_eq(size, sizeof q.info);
}

void test_channel_bind_property(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_CHANNEL_BIND_INFO info;
    ULONG size = 0;

    /* [doc] the level at which nothing is checked */
    memset(&info, 0, sizeof info);
    info.Hardening = HttpAuthenticationHardeningLegacy;
    ok_eq(calls->set(id, HttpServerChannelBindProperty, &info, sizeof info), NO_ERROR);
    memset(&info, 0xcc, sizeof info);
    ok_eq(calls->get(id, HttpServerChannelBindProperty, &info, sizeof info, &size), NO_ERROR);
    ok_eq(size, sizeof info);
    ok_eq(info.Hardening, HttpAuthenticationHardeningLegacy);
    ok_eq(info.NumberOfServiceNames, 0);
    /* [own] the others aren't built yet */
    memset(&info, 0, sizeof info);
    info.Hardening = HttpAuthenticationHardeningStrict;
    if (!test_on_windows())
        ok_eq(calls->set(id, HttpServerChannelBindProperty, &info, sizeof info), ERROR_NOT_SUPPORTED);
}

void test_write_only_properties(const struct property_calls *calls, ULONGLONG id)
{
    HTTP_SERVER_AUTHENTICATION_INFO authentication;
    HTTP_LOGGING_INFO logging;
    ULONG size = 0;

    memset(&authentication, 0, sizeof authentication);
    authentication.Flags.Present = 1;
    ok_eq(calls->set(id, HttpServerExtendedAuthenticationProperty, &authentication, sizeof authentication), NO_ERROR);
    ok_eq(calls->get(id, HttpServerExtendedAuthenticationProperty, &authentication, sizeof authentication, &size),
          ERROR_INVALID_PARAMETER);
    memset(&logging, 0, sizeof logging);
    ok_eq(calls->set(id, HttpServerLoggingProperty, &logging, sizeof logging), NO_ERROR);
    ok(calls->get(id, HttpServerLoggingProperty, &logging, sizeof logging, &size) != NO_ERROR,
       "logging can be queried");
    /* [own] logs aren't built yet */
    logging.Flags.Present = 1;
    if (!test_on_windows())
        ok_eq(calls->set(id, HttpServerLoggingProperty, &logging, sizeof logging), ERROR_NOT_SUPPORTED);
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
