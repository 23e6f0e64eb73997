/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * properties.h: what server sessions and URL groups have in common about their properties.
 */
#ifndef WINETEST_PROPERTIES_H
#define WINETEST_PROPERTIES_H

#include "server.h"

/* Setting and querying, for one of the two. */
struct property_calls {
    ULONG (*set)(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size);
    ULONG (*get)(ULONGLONG id, HTTP_SERVER_PROPERTY property, void *value, ULONG size, ULONG *returned);
};

/* A buffer and a length must be given; one that is too small says how much would do. */
void test_property_arguments(const struct property_calls *calls, ULONGLONG id);
void test_state_property(const struct property_calls *calls, ULONGLONG id);
void test_timeouts_property(const struct property_calls *calls, ULONGLONG id);

/* [doc] Present 0 takes a property away. */
void test_property_taken_away(const struct property_calls *calls, ULONGLONG id);

/* What asks for nothing special is accepted: no scheme, no limit. mORMot and aspnetcore set both. */
void test_authentication_property(const struct property_calls *calls, ULONGLONG id);
void test_qos_property(const struct property_calls *calls, ULONGLONG id);
void test_channel_bind_property(const struct property_calls *calls, ULONGLONG id);

/* [doc] Can be set, but not asked for. */
void test_write_only_properties(const struct property_calls *calls, ULONGLONG id);

/* One that this kind of object doesn't have. */
void test_foreign_property(const struct property_calls *calls, ULONGLONG id, HTTP_SERVER_PROPERTY property);

/* An id that is closed. */
void test_gone_owner(const struct property_calls *calls, ULONGLONG id);

void set_state(const struct property_calls *calls, ULONGLONG id, HTTP_ENABLED_STATE state);

/* A request for `path` on a new connection is delivered, and answered. */
void test_served(struct server *server, const char *path);

#endif
