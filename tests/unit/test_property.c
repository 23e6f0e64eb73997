/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_property.c: which property each kind of object has, and what may be set.
 */
#include "api/property.h"

#include <string.h>

#include "unit.h"

#define OWNERS (OWNER_SESSION | OWNER_GROUP)

static struct properties p;

static void prepare(void)
{
    p = properties_default;
}

/* As the API's functions do. */
static ULONG set(enum property_owner owner, HTTP_SERVER_PROPERTY id, const void *info, ULONG length)
{
    union property_value v;
    ULONG error = property_read(&v, id, info, length, TRUE);

    return error ? error : property_set(&p, owner, id, &v, length);
}

static ULONG get(enum property_owner owner, HTTP_SERVER_PROPERTY id, void *info, ULONG length, ULONG *size)
{
    union property_value v;
    ULONG error = property_read(&v, id, info, length, FALSE);

    *size = 0;
    if (!error)
        error = property_get(&p, owner, id, &v, length, size);
    return property_return(error, id, &v, *size, info, NULL);
}

static ULONG set_ulong(enum property_owner owner, HTTP_SERVER_PROPERTY id, ULONG value)
{
    return set(owner, id, &value, sizeof value);
}

static ULONG get_ulong(HTTP_SERVER_PROPERTY id)
{
    ULONG value = 0xdddddddd, size = 0;

    cr_assert_eq(get(OWNER_QUEUE, id, &value, sizeof value, &size), NO_ERROR);
    cr_assert_eq(size, sizeof value);
    return value;
}

Test(property, defaults, .init = prepare)
{
    cr_assert_eq(get_ulong(HttpServerQueueLengthProperty), 1000u);
    cr_assert_eq(get_ulong(HttpServer503VerbosityProperty), (ULONG)Http503ResponseVerbosityBasic);
    cr_assert_eq(get_ulong(HttpServerStateProperty), (ULONG)HttpEnabledStateActive);
}

Test(property, set_and_get, .init = prepare)
{
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerQueueLengthProperty, 7), NO_ERROR);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServer503VerbosityProperty, Http503ResponseVerbosityFull), NO_ERROR);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerStateProperty, HttpEnabledStateInactive), NO_ERROR);
    cr_assert_eq(get_ulong(HttpServerQueueLengthProperty), 7u);
    cr_assert_eq(get_ulong(HttpServer503VerbosityProperty), (ULONG)Http503ResponseVerbosityFull);
    cr_assert_eq(get_ulong(HttpServerStateProperty), (ULONG)HttpEnabledStateInactive);
}

/* A refused value leaves the old one. */
Test(property, out_of_range, .init = prepare)
{
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerQueueLengthProperty, 0), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerQueueLengthProperty, 0x80000000), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServer503VerbosityProperty, 3), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerStateProperty, 2), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(get_ulong(HttpServerQueueLengthProperty), 1000u);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerQueueLengthProperty, 1), NO_ERROR);
    cr_assert_eq(set_ulong(OWNER_QUEUE, HttpServerQueueLengthProperty, 0x7fffffff), NO_ERROR);
}

/* aspnetcore passes eight bytes for these two. */
Test(property, longer_values_are_accepted, .init = prepare)
{
    ULONGLONG value = 1001;

    cr_assert_eq(set(OWNER_QUEUE, HttpServerQueueLengthProperty, &value, sizeof value), NO_ERROR);
    cr_assert_eq(get_ulong(HttpServerQueueLengthProperty), 1001u);
    value = Http503ResponseVerbosityLimited;
    cr_assert_eq(set(OWNER_QUEUE, HttpServer503VerbosityProperty, &value, sizeof value), NO_ERROR);
    cr_assert_eq(get_ulong(HttpServer503VerbosityProperty), (ULONG)Http503ResponseVerbosityLimited);
}

Test(property, shorter_values_are_refused, .init = prepare)
{
    ULONG value = 7;
    HTTP_TIMEOUT_LIMIT_INFO t = {0};

    for (ULONG n = 0; n < sizeof value; n++)
        cr_assert_eq(set(OWNER_QUEUE, HttpServerQueueLengthProperty, &value, n),
                     (ULONG)ERROR_INVALID_PARAMETER);
    for (ULONG n = 0; n < sizeof t; n++)
        cr_assert_eq(set(OWNER_GROUP, HttpServerTimeoutsProperty, &t, n),
                     (ULONG)ERROR_INVALID_PARAMETER);
}

/* .NET asks for the timeouts of a group that never had any, and gets zeros. */
Test(property, timeouts, .init = prepare)
{
    HTTP_TIMEOUT_LIMIT_INFO t, zero = {0}, some = {.Flags.Present = 1, .EntityBody = 1, .MinSendRate = 150};
    ULONG size;

    memset(&t, 0xdd, sizeof t);
    cr_assert_eq(get(OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t, &size), NO_ERROR);
    cr_assert(size == sizeof t && !memcmp(&t, &zero, sizeof t));
    cr_assert_eq(set(OWNER_GROUP, HttpServerTimeoutsProperty, &some, sizeof some), NO_ERROR);
    cr_assert_eq(get(OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t, &size), NO_ERROR);
    cr_assert(!memcmp(&t, &some, sizeof t));
}

Test(property, a_buffer_that_is_too_small, .init = prepare)
{
    HTTP_TIMEOUT_LIMIT_INFO t, before;
    ULONG size = 0;

    memset(&t, 0xdd, sizeof t);
    before = t;
    cr_assert_eq(get(OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t - 1, &size),
                 (ULONG)ERROR_MORE_DATA);
    cr_assert(size == sizeof t && !memcmp(&t, &before, sizeof t));
}

Test(property, no_authentication_scheme_is_all_there_is, .init = prepare)
{
    HTTP_SERVER_AUTHENTICATION_INFO a = {.Flags.Present = 1}, got;
    WCHAR realm[] = {'r', 'e', 'a', 'l', 'm', 0};
    ULONG size;

    a.BasicParams.Realm = realm;
    a.BasicParams.RealmLength = 10;
    cr_assert_eq(set(OWNER_GROUP, HttpServerAuthenticationProperty, &a, sizeof a), NO_ERROR);
    cr_assert_eq(get(OWNER_GROUP, HttpServerAuthenticationProperty, &got, sizeof got, &size), NO_ERROR);
    cr_assert(got.Flags.Present && !got.BasicParams.Realm, "a pointer to the caller's memory is kept");
    a.AuthSchemes = HTTP_AUTH_ENABLE_NTLM;
    cr_assert_eq(set(OWNER_GROUP, HttpServerAuthenticationProperty, &a, sizeof a), (ULONG)ERROR_NOT_SUPPORTED);
    a.AuthSchemes = 0x100;
    cr_assert_eq(set(OWNER_GROUP, HttpServerAuthenticationProperty, &a, sizeof a), (ULONG)ERROR_INVALID_PARAMETER);
    a.Flags.Present = 0;
    cr_assert_eq(set(OWNER_GROUP, HttpServerAuthenticationProperty, &a, sizeof a), NO_ERROR);
    cr_assert_eq(get(OWNER_GROUP, HttpServerAuthenticationProperty, &got, sizeof got, &size), NO_ERROR);
    cr_assert(!got.Flags.Present);
}

Test(property, taken_away, .init = prepare)
{
    HTTP_STATE_INFO state = {.Flags.Present = 1, .State = HttpEnabledStateInactive};
    HTTP_TIMEOUT_LIMIT_INFO t = {.Flags.Present = 1, .EntityBody = 7}, zero = {0};
    ULONG size;

    cr_assert_eq(set(OWNER_GROUP, HttpServerStateProperty, &state, sizeof state), NO_ERROR);
    cr_assert_eq(set(OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t), NO_ERROR);
    state.Flags.Present = t.Flags.Present = 0;
    cr_assert_eq(set(OWNER_GROUP, HttpServerStateProperty, &state, sizeof state), NO_ERROR);
    cr_assert_eq(set(OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t), NO_ERROR);
    cr_assert_eq(get(OWNER_GROUP, HttpServerStateProperty, &state, sizeof state, &size), NO_ERROR);
    cr_assert_eq(state.State, HttpEnabledStateActive);
    cr_assert_eq(get(OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t, &size), NO_ERROR);
    cr_assert(!memcmp(&t, &zero, sizeof t));
}

/* Group, session, default; all ones are no limit. */
Test(property, limits)
{
    struct properties session = properties_default, group = properties_default;
    struct limits limits;

    property_limits(&session, &group, &limits);
    cr_assert(limits.idle == 120 && limits.head == 120 && limits.queue == 120 && limits.body == 120);
    cr_assert(limits.drain == 120 && limits.send_rate == 150);
    session.timeouts = (HTTP_TIMEOUT_LIMIT_INFO){.EntityBody = 1, .DrainEntityBody = 2, .RequestQueue = 3,
                                                 .IdleConnection = 4, .HeaderWait = 5, .MinSendRate = 6};
    property_limits(&session, &group, &limits);
    cr_assert(limits.body == 1 && limits.drain == 2 && limits.queue == 3);
    cr_assert(limits.idle == 4 && limits.head == 5 && limits.send_rate == 6);
    group.timeouts = (HTTP_TIMEOUT_LIMIT_INFO){.EntityBody = 11, .DrainEntityBody = 0xffff, .RequestQueue = 13,
                                               .HeaderWait = 15, .MinSendRate = 0xffffffff};
    property_limits(&session, &group, &limits);
    cr_assert(limits.body == 11 && limits.drain == 0 && limits.queue == 13);
    cr_assert(limits.idle == 4 && limits.head == 15 && limits.send_rate == 0);
}

/* The setting lies where QosSetting says: apart (aspnetcore), or behind the structure (mORMot). */
Test(property, qos, .init = prepare)
{
    HTTP_CONNECTION_LIMIT_INFO limit = {.Flags.Present = 1, .MaxConnections = HTTP_LIMIT_INFINITE}, got = {{0}, 0};
    HTTP_QOS_SETTING_INFO info = {HttpQosSettingTypeConnectionLimit, &limit}, asked = {info.QosType, &got};
    struct {
        HTTP_QOS_SETTING_INFO info;
        HTTP_CONNECTION_LIMIT_INFO limit;
    } flat;
    ULONG size;

    cr_assert_eq(get(OWNER_GROUP, HttpServerQosProperty, &asked, sizeof asked, &size), NO_ERROR);
    cr_assert(size == sizeof asked && !got.Flags.Present && got.MaxConnections == HTTP_LIMIT_INFINITE);
    flat.info = (HTTP_QOS_SETTING_INFO){HttpQosSettingTypeConnectionLimit, &flat.limit};
    flat.limit = limit;
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &flat, sizeof flat), NO_ERROR);
    cr_assert_eq(get(OWNER_GROUP, HttpServerQosProperty, &asked, sizeof asked, &size), NO_ERROR);
    cr_assert(got.Flags.Present && got.MaxConnections == HTTP_LIMIT_INFINITE);
    limit.MaxConnections = 1000;
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info), (ULONG)ERROR_NOT_SUPPORTED);
    info.QosType = HttpQosSettingTypeBandwidth;
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info), (ULONG)ERROR_INVALID_PARAMETER,
                 "less than HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE");
    limit.MaxConnections = HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE;
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info), (ULONG)ERROR_NOT_SUPPORTED);
    limit.Flags.Present = 0;
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info), NO_ERROR);
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info - 1), (ULONG)ERROR_INVALID_PARAMETER);
    info.QosType = HttpQosSettingTypeFlowRate;
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(get(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info, &size), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(get(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info - 1, &size), (ULONG)ERROR_MORE_DATA);
    cr_assert_eq(size, sizeof info);
    info = (HTTP_QOS_SETTING_INFO){HttpQosSettingTypeBandwidth, NULL};
    cr_assert_eq(set(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(get(OWNER_GROUP, HttpServerQosProperty, &info, sizeof info, &size), (ULONG)ERROR_INVALID_PARAMETER);
}

Test(property, channel_binding_and_protection, .init = prepare)
{
    PHTTP_SERVICE_BINDING_BASE names[1] = {NULL};
    HTTP_CHANNEL_BIND_INFO bind = {.ServiceNames = names, .NumberOfServiceNames = 1};
    HTTP_PROTECTION_LEVEL_INFO level = {.Flags.Present = 1, .Level = HttpProtectionLevelUnrestricted};
    ULONG size;

    cr_assert_eq(set(OWNER_SESSION, HttpServerChannelBindProperty, &bind, sizeof bind), NO_ERROR);
    cr_assert_eq(get(OWNER_SESSION, HttpServerChannelBindProperty, &bind, sizeof bind, &size), NO_ERROR);
    cr_assert(!bind.ServiceNames && !bind.NumberOfServiceNames);
    bind.Hardening = HttpAuthenticationHardeningStrict;
    cr_assert_eq(set(OWNER_SESSION, HttpServerChannelBindProperty, &bind, sizeof bind), (ULONG)ERROR_NOT_SUPPORTED);
    bind.Hardening = HttpAuthenticationHardeningStrict + 1;
    cr_assert_eq(set(OWNER_SESSION, HttpServerChannelBindProperty, &bind, sizeof bind), (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(set(OWNER_GROUP, HttpServerProtectionLevelProperty, &level, sizeof level), NO_ERROR);
    level.Level = HttpProtectionLevelRestricted;
    cr_assert_eq(set(OWNER_GROUP, HttpServerProtectionLevelProperty, &level, sizeof level), (ULONG)ERROR_NOT_SUPPORTED);
    level.Level++;
    cr_assert_eq(set(OWNER_GROUP, HttpServerProtectionLevelProperty, &level, sizeof level),
                 (ULONG)ERROR_INVALID_PARAMETER);
}

static const struct {
    HTTP_SERVER_PROPERTY id;
    unsigned owners, queried;
    ULONG size;
} table[] = {
    {HttpServerAuthenticationProperty, OWNERS, OWNERS, sizeof(HTTP_SERVER_AUTHENTICATION_INFO)},
    {HttpServerExtendedAuthenticationProperty, OWNERS, 0, sizeof(HTTP_SERVER_AUTHENTICATION_INFO)},
    {HttpServerTimeoutsProperty, OWNERS, OWNERS, sizeof(HTTP_TIMEOUT_LIMIT_INFO)},
    {HttpServerChannelBindProperty, OWNERS, OWNERS, sizeof(HTTP_CHANNEL_BIND_INFO)},
    {HttpServerLoggingProperty, OWNERS, 0, sizeof(HTTP_LOGGING_INFO)},
    {HttpServerProtectionLevelProperty, OWNER_GROUP, OWNER_GROUP, sizeof(HTTP_PROTECTION_LEVEL_INFO)},
    {HttpServerDelegationProperty, OWNER_GROUP, 0, sizeof(HTTP_BINDING_INFO)},
    {HttpServerQueueLengthProperty, OWNER_QUEUE, OWNER_QUEUE, sizeof(ULONG)},
    {HttpServer503VerbosityProperty, OWNER_QUEUE, OWNER_QUEUE, sizeof(ULONG)},
    {HttpServerBindingProperty, 0, 0, 0},
    {HttpServerListenEndpointProperty, 0, 0, 0},
};

/* Each property with each owner: can be set, can be asked for; its size. Zeros take away what has flags. */
Test(property, owners, .init = prepare)
{
    static const enum property_owner owners[] = {OWNER_SESSION, OWNER_GROUP, OWNER_QUEUE};

    for (size_t i = 0; i < COUNT(table); i++) {
        for (size_t o = 0; o < COUNT(owners); o++) {
            ULONG set_error = table[i].owners & owners[o] ? NO_ERROR : ERROR_INVALID_PARAMETER;
            ULONG get_error = table[i].queried & owners[o] ? NO_ERROR : ERROR_INVALID_PARAMETER;
            char value[256] = {0};
            ULONG size;

            value[0] = owners[o] == OWNER_QUEUE;
            cr_assert_eq(set(owners[o], table[i].id, value, sizeof value), set_error, "%zu %zu", i, o);
            cr_assert_eq(get(owners[o], table[i].id, value, sizeof value, &size), get_error, "%zu %zu", i, o);
            if (!set_error)
                cr_assert_eq(set(owners[o], table[i].id, value, table[i].size - 1), (ULONG)ERROR_INVALID_PARAMETER);
            if (!get_error)
                cr_assert_eq(size, table[i].size);
        }
    }
}

/* What belongs to a later issue isn't taken for done. */
Test(property, not_built, .init = prepare)
{
    HTTP_LOGGING_INFO logging = {.Flags.Present = 1};
    HTTP_BINDING_INFO delegation = {.Flags.Present = 1};

    cr_assert_eq(set(OWNER_GROUP, HttpServerLoggingProperty, &logging, sizeof logging), (ULONG)ERROR_NOT_SUPPORTED);
    cr_assert_eq(set(OWNER_GROUP, HttpServerDelegationProperty, &delegation, sizeof delegation),
                 (ULONG)ERROR_NOT_SUPPORTED);
}

Test(property, unknown_ones, .init = prepare)
{
    char value[256] = {0};
    ULONG size;

    for (int id = -1; id < 100; id += 20)
        cr_assert_eq(get(OWNER_QUEUE, (HTTP_SERVER_PROPERTY)id, value, sizeof value, &size),
                     (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(set(OWNER_GROUP, HttpServerBindingProperty, value, sizeof value),
                 (ULONG)ERROR_INVALID_PARAMETER, "not kept here");
}
