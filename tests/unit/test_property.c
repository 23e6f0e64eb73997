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

static ULONG set_ulong(enum property_owner owner, HTTP_SERVER_PROPERTY id, ULONG value)
{
    return property_set(&p, owner, id, &value, sizeof value);
}

static ULONG get_ulong(HTTP_SERVER_PROPERTY id)
{
    ULONG value = 0xdddddddd, size = 0;

    cr_assert_eq(property_get(&p, OWNER_QUEUE, id, &value, sizeof value, &size), NO_ERROR);
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

    cr_assert_eq(property_set(&p, OWNER_QUEUE, HttpServerQueueLengthProperty, &value, sizeof value), NO_ERROR);
    cr_assert_eq(get_ulong(HttpServerQueueLengthProperty), 1001u);
    value = Http503ResponseVerbosityLimited;
    cr_assert_eq(property_set(&p, OWNER_QUEUE, HttpServer503VerbosityProperty, &value, sizeof value), NO_ERROR);
    cr_assert_eq(get_ulong(HttpServer503VerbosityProperty), (ULONG)Http503ResponseVerbosityLimited);
}

Test(property, shorter_values_are_refused, .init = prepare)
{
    ULONG value = 7;
    HTTP_TIMEOUT_LIMIT_INFO t = {0};

    for (ULONG n = 0; n < sizeof value; n++)
        cr_assert_eq(property_set(&p, OWNER_QUEUE, HttpServerQueueLengthProperty, &value, n),
                     (ULONG)ERROR_INVALID_PARAMETER);
    for (ULONG n = 0; n < sizeof t; n++)
        cr_assert_eq(property_set(&p, OWNER_GROUP, HttpServerTimeoutsProperty, &t, n),
                     (ULONG)ERROR_INVALID_PARAMETER);
}

/* .NET asks for the timeouts of a group that never had any, and gets zeros. */
Test(property, timeouts, .init = prepare)
{
    HTTP_TIMEOUT_LIMIT_INFO t, zero = {0}, set = {.Flags.Present = 1, .EntityBody = 1, .MinSendRate = 150};
    ULONG size;

    memset(&t, 0xdd, sizeof t);
    cr_assert_eq(property_get(&p, OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t, &size), NO_ERROR);
    cr_assert(size == sizeof t && !memcmp(&t, &zero, sizeof t));
    cr_assert_eq(property_set(&p, OWNER_GROUP, HttpServerTimeoutsProperty, &set, sizeof set), NO_ERROR);
    cr_assert_eq(property_get(&p, OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t, &size), NO_ERROR);
    cr_assert(!memcmp(&t, &set, sizeof t));
}

Test(property, a_buffer_that_is_too_small, .init = prepare)
{
    HTTP_TIMEOUT_LIMIT_INFO t, before;
    ULONG size = 0;

    memset(&t, 0xdd, sizeof t);
    before = t;
    cr_assert_eq(property_get(&p, OWNER_GROUP, HttpServerTimeoutsProperty, &t, sizeof t - 1, &size),
                 (ULONG)ERROR_MORE_DATA);
    cr_assert(size == sizeof t && !memcmp(&t, &before, sizeof t));
}

Test(property, no_authentication_scheme_is_all_there_is, .init = prepare)
{
    HTTP_SERVER_AUTHENTICATION_INFO a = {.Flags.Present = 1};

    cr_assert_eq(property_set(&p, OWNER_GROUP, HttpServerAuthenticationProperty, &a, sizeof a), NO_ERROR);
    a.AuthSchemes = HTTP_AUTH_ENABLE_NTLM;
    cr_assert_eq(property_set(&p, OWNER_GROUP, HttpServerAuthenticationProperty, &a, sizeof a),
                 (ULONG)ERROR_NOT_SUPPORTED);
}

static const struct {
    HTTP_SERVER_PROPERTY id;
    unsigned owners, unbuilt;
    ULONG size;
} table[] = {
    {HttpServerAuthenticationProperty, OWNERS, 0, sizeof(HTTP_SERVER_AUTHENTICATION_INFO)},
    {HttpServerTimeoutsProperty, OWNERS, 0, sizeof(HTTP_TIMEOUT_LIMIT_INFO)},
    {HttpServerQueueLengthProperty, OWNER_QUEUE, 0, sizeof(ULONG)},
    {HttpServer503VerbosityProperty, OWNER_QUEUE, 0, sizeof(ULONG)},
    {HttpServerLoggingProperty, 0, OWNERS, 0},
    {HttpServerQosProperty, 0, OWNERS, 0},
    {HttpServerExtendedAuthenticationProperty, 0, OWNERS, 0},
    {HttpServerChannelBindProperty, 0, OWNERS, 0},
    {HttpServerProtectionLevelProperty, 0, OWNER_GROUP, 0},
    {HttpServerDelegationProperty, 0, OWNER_GROUP, 0},
};

/* Each property with each owner: has it, hasn't it, or isn't built yet. */
Test(property, owners, .init = prepare)
{
    static const enum property_owner owners[] = {OWNER_SESSION, OWNER_GROUP, OWNER_QUEUE};
    char value[256] = {1};

    for (size_t i = 0; i < COUNT(table); i++) {
        for (size_t o = 0; o < COUNT(owners); o++) {
            ULONG want = table[i].owners & owners[o]    ? NO_ERROR
                         : table[i].unbuilt & owners[o] ? ERROR_NOT_SUPPORTED
                                                        : ERROR_INVALID_PARAMETER;
            ULONG size = 0;

            cr_assert_eq(property_get(&p, owners[o], table[i].id, value, sizeof value, &size), want, "%zu %zu", i, o);
            cr_assert_eq(property_set(&p, owners[o], table[i].id, value, sizeof value), want, "%zu %zu", i, o);
            if (!want)
                cr_assert_eq(size, table[i].size);
        }
    }
}

Test(property, unknown_ones, .init = prepare)
{
    char value[256] = {0};
    ULONG size;

    for (int id = -1; id < 100; id += 20)
        cr_assert_eq(property_get(&p, OWNER_QUEUE, (HTTP_SERVER_PROPERTY)id, value, sizeof value, &size),
                     (ULONG)ERROR_INVALID_PARAMETER);
    cr_assert_eq(property_set(&p, OWNER_GROUP, HttpServerBindingProperty, value, sizeof value),
                 (ULONG)ERROR_INVALID_PARAMETER, "not kept here");
}

/* Callers copy as much as PROPERTY_SIZE_MAX before they call. */
Test(property, the_largest)
{
    for (size_t i = 0; i < COUNT(table); i++)
        cr_assert(table[i].size <= PROPERTY_SIZE_MAX);
    cr_assert(sizeof(HTTP_STATE_INFO) <= PROPERTY_SIZE_MAX);
}
