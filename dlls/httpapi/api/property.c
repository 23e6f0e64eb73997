/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * property.c: one table of what each kind of object can be told and asked.
 */
#include "property.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../engine/log.h"
#include "../engine/queue.h"

const struct properties properties_default = {
    .state = {.Flags.Present = 1, .State = HttpEnabledStateActive},
    .queue_state = HttpEnabledStateActive,
    .queue_length = QUEUE_LENGTH_DEFAULT,
    .verbosity = Http503ResponseVerbosityBasic,
};

static ULONG check_any(const void *value)
{
    (void)value;
    return NO_ERROR;
}

static ULONG check_state_info(const void *value)
{
    const HTTP_STATE_INFO *s = value;

    return s->State <= HttpEnabledStateInactive ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_queue_state(const void *value)
{
    return *(const ULONG *)value <= HttpEnabledStateInactive ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_queue_length(const void *value)
{
    ULONG length = *(const ULONG *)value;

    return length >= HTTP_MIN_SERVER_QUEUE_LENGTH && length <= HTTP_MAX_SERVER_QUEUE_LENGTH
               ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_verbosity(const void *value)
{
    return *(const ULONG *)value <= Http503ResponseVerbosityFull ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_authentication(const void *value)
{
    const HTTP_SERVER_AUTHENTICATION_INFO *a = value;

    if (!a->AuthSchemes)
        return NO_ERROR;
    FIXME("authentication schemes %x", a->AuthSchemes);
    return ERROR_NOT_SUPPORTED;
}

struct property {
    HTTP_SERVER_PROPERTY id;
    unsigned owners;
    size_t offset;
    ULONG size;
    ULONG (*check)(const void *value); /* NULL: not built yet */
};

#define STORED(id, owners, member, check) \
    {id, owners, offsetof(struct properties, member), \
     sizeof(((struct properties *)0)->member), check}
#define NOT_BUILT(id, owners) {id, owners, 0, 0, NULL}

static const struct property table[] = {
    STORED(HttpServerAuthenticationProperty, OWNER_SESSION | OWNER_GROUP, authentication,
           check_authentication),
    STORED(HttpServerTimeoutsProperty, OWNER_SESSION | OWNER_GROUP, timeouts, check_any),
    STORED(HttpServerStateProperty, OWNER_SESSION | OWNER_GROUP, state, check_state_info),
    STORED(HttpServerStateProperty, OWNER_QUEUE, queue_state, check_queue_state),
    STORED(HttpServerQueueLengthProperty, OWNER_QUEUE, queue_length, check_queue_length),
    STORED(HttpServer503VerbosityProperty, OWNER_QUEUE, verbosity, check_verbosity),
    NOT_BUILT(HttpServerLoggingProperty, OWNER_SESSION | OWNER_GROUP),
    NOT_BUILT(HttpServerQosProperty, OWNER_SESSION | OWNER_GROUP),
    NOT_BUILT(HttpServerExtendedAuthenticationProperty, OWNER_SESSION | OWNER_GROUP),
    NOT_BUILT(HttpServerChannelBindProperty, OWNER_SESSION | OWNER_GROUP),
    NOT_BUILT(HttpServerProtectionLevelProperty, OWNER_GROUP),
    NOT_BUILT(HttpServerDelegationProperty, OWNER_GROUP),
};

static const struct property *find(enum property_owner owner, HTTP_SERVER_PROPERTY id)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].id == id && table[i].owners & owner)
            return &table[i];
    return NULL;
}

static ULONG not_built(HTTP_SERVER_PROPERTY id)
{
    FIXME("property %u isn't built yet", id);
    return ERROR_NOT_SUPPORTED;
}

ULONG property_set(struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY id,
                   const void *value, ULONG length)
{
    const struct property *property = find(owner, id);
    ULONG error;

    if (!property)
        return ERROR_INVALID_PARAMETER;
    if (!property->check)
        return not_built(id);
    if (length < property->size)
        return ERROR_INVALID_PARAMETER;
    error = property->check(value);
    if (!error)
        memcpy((char *)p + property->offset, value, property->size);
    return error;
}

ULONG property_get(const struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY id,
                   void *value, ULONG length, ULONG *size)
{
    const struct property *property = find(owner, id);

    if (!property)
        return ERROR_INVALID_PARAMETER;
    if (!property->check)
        return not_built(id);
    *size = property->size;
    if (length < property->size)
        return ERROR_MORE_DATA;
    memcpy(value, (const char *)p + property->offset, property->size);
    return NO_ERROR;
}
