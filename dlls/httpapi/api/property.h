/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * property.h: HTTP_SERVER_PROPERTY values that sessions, URL groups and queues keep.
 */
#ifndef HTTPAPI_API_PROPERTY_H
#define HTTPAPI_API_PROPERTY_H

#include <http.h>
#include <ntstatus.h>
#include <winerror.h>

enum property_owner { OWNER_SESSION = 1, OWNER_GROUP = 2, OWNER_QUEUE = 4 };

/* What was set. */
struct properties {
    HTTP_SERVER_AUTHENTICATION_INFO authentication;
    HTTP_TIMEOUT_LIMIT_INFO timeouts;
    HTTP_STATE_INFO state;          /* of a session or group */
    ULONG queue_state;              /* HTTP_ENABLED_STATE of a queue */
    ULONG queue_length;
    ULONG verbosity;                /* HTTP_503_RESPONSE_VERBOSITY */
};

/* What a new object has. */
extern const struct properties properties_default;

/* Largest value that property_set() looks at; longer ones are accepted, as Windows does. */
#define PROPERTY_SIZE_MAX sizeof(HTTP_SERVER_AUTHENTICATION_INFO)

/*
 * Checks and stores a value that was copied from the caller. ERROR_INVALID_PARAMETER for a property that the owner
 * doesn't have, a length that is too short or a value out of range; ERROR_NOT_SUPPORTED, with a FIXME, for one that
 * isn't built yet. Config lock.
 */
ULONG property_set(struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY property,
                   const void *value, ULONG length);

/*
 * Copies a value out; its size goes to *size whenever the property is known. ERROR_INVALID_PARAMETER,
 * ERROR_NOT_SUPPORTED, ERROR_MORE_DATA when `length` is too short. Config lock.
 */
ULONG property_get(const struct properties *p, enum property_owner owner,
                   HTTP_SERVER_PROPERTY property, void *value, ULONG length, ULONG *size);

#endif
