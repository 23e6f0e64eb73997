/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * property.h: HTTP_SERVER_PROPERTY values that sessions, URL groups and queues keep.
 *
 * A call goes in three steps, because the caller's memory isn't touched under a lock:
 *
 *   set     property_read()     caller's value -> ours, no locks      property_set()                       config lock
 *   query   property_read()     what it asks for (QoS)    property_get()    config lock    property_return()   no locks
 */
#ifndef HTTPAPI_API_PROPERTY_H
#define HTTPAPI_API_PROPERTY_H

#include <http.h>
#include <ntstatus.h>
#include <winerror.h>

#include "../engine/limits.h"

enum property_owner { OWNER_SESSION = 1, OWNER_GROUP = 2, OWNER_QUEUE = 4 };

/* Each kind of limit looks like this one. */
typedef HTTP_BANDWIDTH_LIMIT_INFO qos_limit;

#define QOS_KEPT 2 /* HttpQosSettingTypeBandwidth, HttpQosSettingTypeConnectionLimit */

/* What was set. No pointer in here is the caller's. */
struct properties {
    HTTP_SERVER_AUTHENTICATION_INFO authentication, extended_authentication;
    HTTP_CHANNEL_BIND_INFO channel_bind;
    HTTP_TIMEOUT_LIMIT_INFO timeouts;
    HTTP_PROTECTION_LEVEL_INFO protection;
    HTTP_STATE_INFO state;          /* of a session or group */
    qos_limit qos[QOS_KEPT];        /* by HTTP_QOS_SETTING_TYPE */
    ULONG queue_state;              /* HTTP_ENABLED_STATE of a queue */
    ULONG queue_length;
    ULONG verbosity;                /* HTTP_503_RESPONSE_VERBOSITY */
};

/* What a new object has. */
extern const struct properties properties_default;

/* A value on its way: the caller's structure, and for HttpServerQosProperty what it points to. */
union property_value {
    char bytes[1];
    HTTP_PROPERTY_FLAGS flags;
    HTTP_SERVER_AUTHENTICATION_INFO authentication;
    HTTP_CHANNEL_BIND_INFO channel_bind;
    HTTP_TIMEOUT_LIMIT_INFO timeouts;
    HTTP_PROTECTION_LEVEL_INFO protection;
    HTTP_STATE_INFO state;
    HTTP_LOGGING_INFO logging;
    HTTP_BINDING_INFO binding;
    ULONG number;
    struct {
        HTTP_QOS_SETTING_INFO info;
        qos_limit limit;
    } qos;
};

/*
 * The caller's value, as far as any property looks at it; longer ones are accepted, as Windows does: .NET gives eight
 * bytes for a ULONG. Without `setting`, what info points to isn't read. ERROR_INVALID_PARAMETER: no buffer, no length,
 * or a QoS structure that isn't whole. No locks.
 */
ULONG property_read(union property_value *v, HTTP_SERVER_PROPERTY property, const void *info, ULONG length,
                    BOOL setting);

/*
 * Checks and stores a value. ERROR_INVALID_PARAMETER for a property that the owner doesn't have, a length that is too
 * short or a value out of range; ERROR_NOT_SUPPORTED, with a FIXME, for what isn't built yet. Config lock.
 */
ULONG property_set(struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY property,
                   union property_value *v, ULONG length);

/*
 * Fills the value; its size goes to *size whenever the property can be asked. ERROR_INVALID_PARAMETER,
 * ERROR_NOT_SUPPORTED, ERROR_MORE_DATA when `length` is too short. Config lock.
 */
ULONG property_get(const struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY property,
                   union property_value *v, ULONG length, ULONG *size);

/*
 * To the caller: the value and its size, or with ERROR_MORE_DATA the size that would do. `error` is property_get()'s,
 * and the result. No locks.
 */
ULONG property_return(ULONG error, HTTP_SERVER_PROPERTY property, const union property_value *v, ULONG size,
                      void *info, ULONG *returned);

/* What a group's timeouts come to: its own, where it has none its session's, else the defaults. Config lock. */
void property_limits(const struct properties *session, const struct properties *group, struct limits *limits);

#endif
