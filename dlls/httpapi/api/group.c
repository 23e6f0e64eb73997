/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.c: HttpCreateServerSession to HttpQueryUrlGroupProperty.
 */
#include "group.h"

#include <stdlib.h>

#include "../engine/slots.h"
#include "api.h"
#include "queue_object.h"
#include "status.h"

static struct slots sessions = SLOTS_INIT(SLOTS_SESSIONS, 0);
static struct slots groups = SLOTS_INIT(SLOTS_GROUPS, 0);

struct session *session_find(HTTP_SERVER_SESSION_ID id)
{
    return slots_find(&sessions, id);
}

struct group *group_find(HTTP_URL_GROUP_ID id)
{
    return slots_find(&groups, id);
}

/* The value of a call made with the config lock held. */
#define WITH_LOCK(call) \
    __extension__({ \
        ULONG locked_error; \
        pthread_mutex_lock(&config_lock); \
        locked_error = (call); \
        pthread_mutex_unlock(&config_lock); \
        locked_error; \
    })

static bool is_version(HTTPAPI_VERSION v, USHORT major)
{
    return v.HttpApiMajorVersion == major && v.HttpApiMinorVersion == 0;
}

static ULONG session_new(HTTP_SERVER_SESSION_ID *id)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        return ERROR_NOT_ENOUGH_MEMORY;
    list_init(&s->groups);
    s->properties = properties_default;
    s->id = slots_add(&sessions, s);
    if (!s->id) {
        free(s);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    *id = s->id;
    return NO_ERROR;
}

ULONG api_HttpCreateServerSession(HTTPAPI_VERSION version, PHTTP_SERVER_SESSION_ID session, ULONG reserved)
{
    HTTP_SERVER_SESSION_ID id;
    ULONG error;

    TRACE("version %u.%u session %p", version.HttpApiMajorVersion, version.HttpApiMinorVersion,
          (void *)session);
    REQUIRE_INITIALIZED();
    if (!session || reserved)
        return ERROR_INVALID_PARAMETER;
    if (!is_version(version, 2) && !is_version(version, 1))
        return ERROR_REVISION_MISMATCH;
    probe_write(session, sizeof *session);
    error = WITH_LOCK(session_new(&id));
    if (!error)
        *session = id;
    return error;
}

static void group_free(struct group *g)
{
    router_remove_all(&g->urls);
    list_del(&g->node);
    slots_remove(&groups, g->id);
    free(g);
}

static ULONG session_close(HTTP_SERVER_SESSION_ID id)
{
    struct session *s = session_find(id);

    if (!s)
        return ERROR_INVALID_PARAMETER;
    while (!list_empty(&s->groups))
        group_free(container_of(s->groups.next, struct group, node));
    slots_remove(&sessions, id);
    free(s);
    return NO_ERROR;
}

ULONG api_HttpCloseServerSession(HTTP_SERVER_SESSION_ID session)
{
    TRACE("session %llx", (unsigned long long)session);
    REQUIRE_INITIALIZED();
    return WITH_LOCK(session_close(session));
}

/* A group is served when neither it nor its session is disabled. */
static void group_apply_state(struct group *g)
{
    router_disable(&g->urls, g->properties.state.State == HttpEnabledStateInactive ||
                                 g->session->properties.state.State == HttpEnabledStateInactive);
}

static void group_apply_timeouts(struct group *g)
{
    struct limits limits;

    property_limits(&g->session->properties, &g->properties, &limits);
    router_limit(&g->urls, &limits);
}

/* After a change of a property, of the group's or its session's. */
static void group_apply(struct group *g, HTTP_SERVER_PROPERTY property)
{
    if (property == HttpServerStateProperty)
        group_apply_state(g);
    if (property == HttpServerTimeoutsProperty)
        group_apply_timeouts(g);
}

static ULONG group_new(HTTP_SERVER_SESSION_ID session, HTTP_URL_GROUP_ID *id)
{
    struct session *s = session_find(session);
    struct group *g;

    if (!s)
        return ERROR_INVALID_PARAMETER;
    g = calloc(1, sizeof *g);
    if (!g)
        return ERROR_NOT_ENOUGH_MEMORY;
    target_init(&g->urls);
    g->session = s;
    g->properties = properties_default;
    g->id = slots_add(&groups, g);
    if (!g->id) {
        free(g);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    g->urls.owner = g->id;
    list_add_tail(&s->groups, &g->node);
    group_apply_state(g);
    group_apply_timeouts(g);
    *id = g->id;
    return NO_ERROR;
}

ULONG api_HttpCreateUrlGroup(HTTP_SERVER_SESSION_ID session, PHTTP_URL_GROUP_ID group, ULONG reserved)
{
    HTTP_URL_GROUP_ID id;
    ULONG error;

    TRACE("session %llx group %p", (unsigned long long)session, (void *)group);
    REQUIRE_INITIALIZED();
    if (!group || reserved)
        return ERROR_INVALID_PARAMETER;
    probe_write(group, sizeof *group);
    error = WITH_LOCK(group_new(session, &id));
    if (!error)
        *group = id;
    return error;
}

static ULONG group_close(HTTP_URL_GROUP_ID id)
{
    struct group *g = group_find(id);

    if (!g)
        return ERROR_INVALID_PARAMETER;
    group_free(g);
    return NO_ERROR;
}

ULONG api_HttpCloseUrlGroup(HTTP_URL_GROUP_ID group)
{
    TRACE("group %llx", (unsigned long long)group);
    REQUIRE_INITIALIZED();
    return WITH_LOCK(group_close(group));
}

static ULONG group_add_url(HTTP_URL_GROUP_ID id, struct prefix *key, HTTP_URL_CONTEXT context)
{
    struct group *g = group_find(id);

    if (g)
        return result_to_error(router_add(&g->urls, key, context));
    prefix_free(key);
    return ERROR_INVALID_PARAMETER;
}

ULONG api_HttpAddUrlToUrlGroup(HTTP_URL_GROUP_ID group, PCWSTR url, HTTP_URL_CONTEXT context, ULONG reserved)
{
    struct prefix key;
    enum result result;

    TRACE("group %llx url %p context %llx", (unsigned long long)group, (const void *)url,
          (unsigned long long)context);
    REQUIRE_INITIALIZED();
    if (reserved || !url)
        return ERROR_INVALID_PARAMETER;
    result = prefix_parse(&key, url);
    if (result)
        return result_to_error(result);
    return WITH_LOCK(group_add_url(group, &key, context));
}

static ULONG group_remove_url(HTTP_URL_GROUP_ID id, const struct prefix *key)
{
    struct group *g = group_find(id);

    if (!g)
        return ERROR_INVALID_PARAMETER;
    if (key)
        return result_to_error(router_remove(&g->urls, key));
    router_remove_all(&g->urls);
    return NO_ERROR;
}

ULONG api_HttpRemoveUrlFromUrlGroup(HTTP_URL_GROUP_ID group, PCWSTR url, ULONG flags)
{
    bool all = flags & HTTP_URL_FLAG_REMOVE_ALL;
    struct prefix key;
    enum result result;
    ULONG error;

    TRACE("group %llx url %p flags %x", (unsigned long long)group, (const void *)url, flags);
    REQUIRE_INITIALIZED();
    if (flags & ~HTTP_URL_FLAG_REMOVE_ALL || all != !url)
        return ERROR_INVALID_PARAMETER;
    if (all)
        return WITH_LOCK(group_remove_url(group, NULL));
    result = prefix_parse(&key, url);
    if (result)
        return result_to_error(result);
    error = WITH_LOCK(group_remove_url(group, &key));
    prefix_free(&key);
    return error;
}

void groups_unbind(const struct http_queue *q)
{
    for (uint32_t i = 0; i < groups.count; i++) {
        struct group *g = groups.slots[i].object;

        if (!g || g->queue != q)
            continue;
        g->queue = NULL;
        router_bind(&g->urls, NULL);
    }
}

static ULONG group_bind(struct group *g, const HTTP_BINDING_INFO *b)
{
    bool unbinds = !b->Flags.Present || !b->RequestQueueHandle; /* documented each on its structure's page */
    struct http_queue *q = unbinds ? NULL : queue_object_find(b->RequestQueueHandle);

    if (!unbinds && (!q || q->version != 2 || !q->engine))
        return ERROR_INVALID_PARAMETER;
    g->queue = q;
    router_bind(&g->urls, q ? q->engine : NULL);
    return NO_ERROR;
}

static ULONG group_set(HTTP_URL_GROUP_ID id, HTTP_SERVER_PROPERTY property, union property_value *value, ULONG length)
{
    struct group *g = group_find(id);
    ULONG error;

    if (!g)
        return ERROR_INVALID_PARAMETER;
    if (property == HttpServerBindingProperty)
        return length < sizeof(HTTP_BINDING_INFO) ? ERROR_INVALID_PARAMETER : group_bind(g, &value->binding);
    error = property_set(&g->properties, OWNER_GROUP, property, value, length);
    if (!error)
        group_apply(g, property);
    return error;
}

ULONG api_HttpSetUrlGroupProperty(HTTP_URL_GROUP_ID group, HTTP_SERVER_PROPERTY property, PVOID info, ULONG length)
{
    union property_value v;
    ULONG error;

    TRACE("group %llx property %u info %p length %u", (unsigned long long)group, property, info, length);
    REQUIRE_INITIALIZED();
    error = property_read(&v, property, info, length, TRUE);
    return error ? error : WITH_LOCK(group_set(group, property, &v, length));
}

static ULONG session_set(HTTP_SERVER_SESSION_ID id, HTTP_SERVER_PROPERTY property, union property_value *value,
                         ULONG length)
{
    struct session *s = session_find(id);
    struct list *l;
    ULONG error;

    if (!s)
        return ERROR_INVALID_PARAMETER;
    error = property_set(&s->properties, OWNER_SESSION, property, value, length);
    if (!error)
        list_for_each(l, &s->groups)
            group_apply(container_of(l, struct group, node), property);
    return error;
}

ULONG api_HttpSetServerSessionProperty(HTTP_SERVER_SESSION_ID session, HTTP_SERVER_PROPERTY property, PVOID info,
                                       ULONG length)
{
    union property_value v;
    ULONG error;

    TRACE("session %llx property %u info %p length %u", (unsigned long long)session, property, info, length);
    REQUIRE_INITIALIZED();
    error = property_read(&v, property, info, length, TRUE);
    return error ? error : WITH_LOCK(session_set(session, property, &v, length));
}

static ULONG session_get(HTTP_SERVER_SESSION_ID id, HTTP_SERVER_PROPERTY property, union property_value *value,
                         ULONG length, ULONG *size)
{
    struct session *s = session_find(id);

    return s ? property_get(&s->properties, OWNER_SESSION, property, value, length, size)
             : ERROR_INVALID_PARAMETER;
}

static ULONG group_get(HTTP_URL_GROUP_ID id, HTTP_SERVER_PROPERTY property, union property_value *value, ULONG length,
                       ULONG *size)
{
    struct group *g = group_find(id);

    return g ? property_get(&g->properties, OWNER_GROUP, property, value, length, size)
             : ERROR_INVALID_PARAMETER;
}

ULONG api_HttpQueryServerSessionProperty(HTTP_SERVER_SESSION_ID session, HTTP_SERVER_PROPERTY property, PVOID info,
                                         ULONG length, PULONG returned)
{
    union property_value v;
    ULONG size = 0, error;

    TRACE("session %llx property %u info %p length %u", (unsigned long long)session, property, info, length);
    REQUIRE_INITIALIZED();
    error = property_read(&v, property, info, length, FALSE);
    if (!error)
        error = WITH_LOCK(session_get(session, property, &v, length, &size));
    return property_return(error, property, &v, size, info, returned);
}

ULONG api_HttpQueryUrlGroupProperty(HTTP_URL_GROUP_ID group, HTTP_SERVER_PROPERTY property, PVOID info,
                                    ULONG length, PULONG returned)
{
    union property_value v;
    ULONG size = 0, error;

    TRACE("group %llx property %u info %p length %u", (unsigned long long)group, property, info, length);
    REQUIRE_INITIALIZED();
    error = property_read(&v, property, info, length, FALSE);
    if (!error)
        error = WITH_LOCK(group_get(group, property, &v, length, &size));
    return property_return(error, property, &v, size, info, returned);
}
