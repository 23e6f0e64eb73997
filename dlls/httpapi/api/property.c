/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * property.c: one table of what each kind of object can be told and asked.
 *
 * What isn't built yet is accepted where it asks for nothing: no limit, no scheme, the property taken away.
 */
#include "property.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../engine/log.h"
#include "../engine/queue.h"

const struct properties properties_default = {
    .qos = {{.MaxBandwidth = HTTP_LIMIT_INFINITE}, {.MaxBandwidth = HTTP_LIMIT_INFINITE}},
    .state = {.Flags.Present = 1, .State = HttpEnabledStateActive},
    .queue_state = HttpEnabledStateActive,
    .queue_length = QUEUE_LENGTH_DEFAULT,
    .verbosity = Http503ResponseVerbosityBasic,
};

ULONG property_read(union property_value *v, HTTP_SERVER_PROPERTY id, const void *info, ULONG length, BOOL setting)
{
    bool qos = id == HttpServerQosProperty;

    memset(v, 0, sizeof *v);
    if (!info || !length)
        return ERROR_INVALID_PARAMETER;
    if (setting || qos)
        memcpy(v, info, length < sizeof *v ? length : sizeof *v);
    if (!setting || !qos)
        return NO_ERROR;
    if (length < sizeof v->qos.info || !v->qos.info.QosSetting)
        return ERROR_INVALID_PARAMETER;
    memcpy(&v->qos.limit, v->qos.info.QosSetting, sizeof v->qos.limit);
    return NO_ERROR;
}

/* What a property of a later issue is told that would make a difference. A macro: each says so once. */
#define NOT_BUILT(what) \
    __extension__({ \
        FIXME(what); \
        (ULONG)ERROR_NOT_SUPPORTED; \
    })

static ULONG check_any(union property_value *v)
{
    (void)v;
    return NO_ERROR;
}

static ULONG check_state(union property_value *v)
{
    return v->state.State <= HttpEnabledStateInactive ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_queue_state(union property_value *v)
{
    return v->number <= HttpEnabledStateInactive ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_queue_length(union property_value *v)
{
    return v->number >= HTTP_MIN_SERVER_QUEUE_LENGTH && v->number <= HTTP_MAX_SERVER_QUEUE_LENGTH
               ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG check_verbosity(union property_value *v)
{
    return v->number <= Http503ResponseVerbosityFull ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

#define AUTH_SCHEMES \
    (HTTP_AUTH_ENABLE_BASIC | HTTP_AUTH_ENABLE_DIGEST | HTTP_AUTH_ENABLE_NTLM | HTTP_AUTH_ENABLE_NEGOTIATE | \
     HTTP_AUTH_ENABLE_KERBEROS)

static ULONG check_authentication(union property_value *v)
{
    HTTP_SERVER_AUTHENTICATION_INFO *a = &v->authentication;

    if (a->AuthSchemes & ~(ULONG)AUTH_SCHEMES)
        return ERROR_INVALID_PARAMETER;
    if (a->AuthSchemes)
        return NOT_BUILT("authentication schemes aren't built yet");
    memset(&a->DigestParams, 0, sizeof a->DigestParams); /* names in the caller's memory, of schemes it doesn't want */
    memset(&a->BasicParams, 0, sizeof a->BasicParams);
    return NO_ERROR;
}

static ULONG check_channel_bind(union property_value *v)
{
    HTTP_CHANNEL_BIND_INFO *b = &v->channel_bind;

    if ((unsigned)b->Hardening > HttpAuthenticationHardeningStrict)
        return ERROR_INVALID_PARAMETER;
    if (b->Hardening != HttpAuthenticationHardeningLegacy || b->Flags)
        return NOT_BUILT("channel binding isn't built yet");
    b->ServiceNames = NULL; /* with Legacy nobody looks at them */
    b->NumberOfServiceNames = 0;
    return NO_ERROR;
}

static ULONG check_protection(union property_value *v)
{
    if ((unsigned)v->protection.Level > HttpProtectionLevelRestricted)
        return ERROR_INVALID_PARAMETER;
    if (v->protection.Level != HttpProtectionLevelUnrestricted)
        return NOT_BUILT("protection levels aren't built yet");
    return NO_ERROR;
}

static ULONG check_qos(union property_value *v)
{
    ULONG limit = v->qos.limit.MaxBandwidth;

    if ((unsigned)v->qos.info.QosType >= QOS_KEPT)
        return ERROR_INVALID_PARAMETER;
    if (!v->qos.limit.Flags.Present || limit == HTTP_LIMIT_INFINITE)
        return NO_ERROR;
    if (v->qos.info.QosType == HttpQosSettingTypeBandwidth && limit < HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE)
        return ERROR_INVALID_PARAMETER;
    return NOT_BUILT("limits of bandwidth and connections aren't built yet");
}

static ULONG check_logging(union property_value *v)
{
    (void)v;
    return NOT_BUILT("logging isn't built yet");
}

static ULONG check_delegation(union property_value *v)
{
    (void)v;
    return NOT_BUILT("delegation isn't built yet");
}

struct property {
    HTTP_SERVER_PROPERTY id;
    unsigned owners;
    unsigned queried;    /* the owners that can be asked for it */
    bool has_flags;      /* begins with HTTP_PROPERTY_FLAGS: without Present the default is restored */
    ULONG size;
    size_t offset;       /* in struct properties, if `kept` */
    size_t kept;
    ULONG (*check)(union property_value *v);
};

#define MEMBER_SIZE(member) sizeof(((struct properties *)0)->member)
#define KEPT(id, owners, queried, has_flags, member, check) \
    {id, owners, queried, has_flags, MEMBER_SIZE(member), offsetof(struct properties, member), MEMBER_SIZE(member), \
     check}
/* Nothing is remembered of it. */
#define PASSING(id, owners, has_flags, type, check) {id, owners, 0, has_flags, sizeof(type), 0, 0, check}

#define BOTH (OWNER_SESSION | OWNER_GROUP)

/* Owners and askers: the tables on the pages of the set and query functions. */
static const struct property table[] = {
    KEPT(HttpServerAuthenticationProperty, BOTH, BOTH, true, authentication, check_authentication),
    KEPT(HttpServerExtendedAuthenticationProperty, BOTH, 0, true, extended_authentication, check_authentication),
    KEPT(HttpServerChannelBindProperty, BOTH, BOTH, false, channel_bind, check_channel_bind),
    KEPT(HttpServerTimeoutsProperty, BOTH, BOTH, true, timeouts, check_any),
    KEPT(HttpServerStateProperty, BOTH, BOTH, true, state, check_state),
    KEPT(HttpServerProtectionLevelProperty, OWNER_GROUP, OWNER_GROUP, true, protection, check_protection),
    KEPT(HttpServerStateProperty, OWNER_QUEUE, OWNER_QUEUE, false, queue_state, check_queue_state),
    KEPT(HttpServerQueueLengthProperty, OWNER_QUEUE, OWNER_QUEUE, false, queue_length, check_queue_length),
    KEPT(HttpServer503VerbosityProperty, OWNER_QUEUE, OWNER_QUEUE, false, verbosity, check_verbosity),
    {HttpServerQosProperty, BOTH, BOTH, false, sizeof(HTTP_QOS_SETTING_INFO), 0, 0, check_qos},
    PASSING(HttpServerLoggingProperty, BOTH, true, HTTP_LOGGING_INFO, check_logging),
    PASSING(HttpServerDelegationProperty, OWNER_GROUP, true, HTTP_BINDING_INFO, check_delegation),
};

static const struct property *find(enum property_owner owner, HTTP_SERVER_PROPERTY id)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].id == id && table[i].owners & owner)
            return &table[i];
    return NULL;
}

ULONG property_set(struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY id,
                   union property_value *v, ULONG length)
{
    const struct property *property = find(owner, id);
    const char *from = v->bytes;
    ULONG error = NO_ERROR;

    if (!property || length < property->size)
        return ERROR_INVALID_PARAMETER;
    if (property->has_flags && !v->flags.Present)
        from = (const char *)&properties_default + property->offset;
    else
        error = property->check(v);
    if (error)
        return error;
    memcpy((char *)p + property->offset, from, property->kept);
    if (id == HttpServerQosProperty)
        p->qos[v->qos.info.QosType] = v->qos.limit.Flags.Present ? v->qos.limit : *properties_default.qos;
    return NO_ERROR;
}

static ULONG get_qos(const struct properties *p, union property_value *v)
{
    if ((unsigned)v->qos.info.QosType >= QOS_KEPT || !v->qos.info.QosSetting)
        return ERROR_INVALID_PARAMETER;
    v->qos.limit = p->qos[v->qos.info.QosType];
    return NO_ERROR;
}

ULONG property_get(const struct properties *p, enum property_owner owner, HTTP_SERVER_PROPERTY id,
                   union property_value *v, ULONG length, ULONG *size)
{
    const struct property *property = find(owner, id);

    if (!property || !(property->queried & owner))
        return ERROR_INVALID_PARAMETER;
    *size = property->size;
    if (length < property->size)
        return ERROR_MORE_DATA;
    if (id == HttpServerQosProperty)
        return get_qos(p, v);
    memcpy(v, (const char *)p + property->offset, property->kept);
    return NO_ERROR;
}

ULONG property_return(ULONG error, HTTP_SERVER_PROPERTY id, const union property_value *v, ULONG size, void *info,
                      ULONG *returned)
{
    if (!error && id == HttpServerQosProperty)
        memcpy(v->qos.info.QosSetting, &v->qos.limit, sizeof v->qos.limit);
    else if (!error)
        memcpy(info, v, size);
    if (returned && (!error || error == ERROR_MORE_DATA))
        *returned = size;
    return error;
}

/* Zero: the outer object's. All ones: no limit, which is zero in struct limits. */
static uint32_t resolve(uint32_t group, uint32_t session, uint32_t standard, uint32_t none)
{
    uint32_t value = group ? group : session ? session : standard;

    return value == none ? 0 : value;
}

void property_limits(const struct properties *session, const struct properties *group, struct limits *limits)
{
    static const struct limits standard = LIMITS_DEFAULT;
    const HTTP_TIMEOUT_LIMIT_INFO *s = &session->timeouts, *g = &group->timeouts;

    *limits = (struct limits){
        .idle = resolve(g->IdleConnection, s->IdleConnection, standard.idle, UINT16_MAX),
        .head = resolve(g->HeaderWait, s->HeaderWait, standard.head, UINT16_MAX),
        .queue = resolve(g->RequestQueue, s->RequestQueue, standard.queue, UINT16_MAX),
        .body = resolve(g->EntityBody, s->EntityBody, standard.body, UINT16_MAX),
        .drain = resolve(g->DrainEntityBody, s->DrainEntityBody, standard.drain, UINT16_MAX),
        .send_rate = resolve(g->MinSendRate, s->MinSendRate, standard.send_rate, UINT32_MAX),
    };
}
