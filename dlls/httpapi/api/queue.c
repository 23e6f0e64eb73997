/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue.c: making, changing and ending request queues; version 1 URLs.
 */
#include <string.h>

#include "../host/host.h"
#include "api.h"
#include "handle.h"
#include "op.h"
#include "property.h"
#include "queue_object.h"
#include "status.h"

ULONG api_HttpCreateHttpHandle(PHANDLE queue, ULONG reserved)
{
    static const WCHAR unnamed[QUEUE_NAME_MAX + 1];
    HANDLE handle;
    ULONG error;

    TRACE("queue %p", (void *)queue);
    REQUIRE_INITIALIZED();
    if (!queue || reserved)
        return ERROR_INVALID_PARAMETER;
    probe_write(queue, sizeof *queue);
    error = queue_object_create(1, unnamed, &handle);
    if (!error)
        *queue = handle;
    return error;
}

/* Names longer than MAX_PATH bytes are refused (documented), and those that would be paths of NT's. */
static ULONG copy_name(WCHAR copy[QUEUE_NAME_MAX + 1], PCWSTR name)
{
    size_t n = 0;

    memset(copy, 0, (QUEUE_NAME_MAX + 1) * sizeof *copy);
    for (; name && name[n]; n++) {
        if (n == QUEUE_NAME_MAX)
            return ERROR_INVALID_PARAMETER;
        if (name[n] == '\\')
            return ERROR_INVALID_NAME;
        copy[n] = name[n];
    }
    return NO_ERROR;
}

static ULONG check_queue_flags(PCWSTR name, PSECURITY_ATTRIBUTES security, ULONG flags)
{
    const ULONG known = HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING |
                        HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER |
                        HTTP_CREATE_REQUEST_QUEUE_FLAG_DELEGATION;
    bool existing = flags & HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING;

    if (flags & ~known)
        return ERROR_INVALID_PARAMETER;
    if (existing && (!name || security || flags & HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER))
        return ERROR_INVALID_PARAMETER;
    if (!flags)
        return NO_ERROR;
    FIXME("flags %x: queues shared by processes aren't built yet", flags);
    return existing ? ERROR_FILE_NOT_FOUND : ERROR_NOT_SUPPORTED;
}

ULONG api_HttpCreateRequestQueue(HTTPAPI_VERSION version, PCWSTR name, PSECURITY_ATTRIBUTES security, ULONG flags,
                                 PHANDLE queue)
{
    WCHAR copy[QUEUE_NAME_MAX + 1];
    HANDLE handle;
    ULONG error;

    TRACE("version %u.%u name %p flags %x queue %p", version.HttpApiMajorVersion, version.HttpApiMinorVersion,
          (const void *)name, flags, (void *)queue);
    REQUIRE_INITIALIZED();
    if (!queue)
        return ERROR_INVALID_PARAMETER;
    if (version.HttpApiMajorVersion != 2 || version.HttpApiMinorVersion)
        return ERROR_REVISION_MISMATCH;
    error = copy_name(copy, name);
    if (!error)
        error = check_queue_flags(name, security, flags);
    if (error)
        return error;
    if (copy[0])
        FIXME("queue names are accepted but nobody can open the queue by its name yet");
    probe_write(queue, sizeof *queue);
    error = queue_object_create(2, copy, &handle);
    if (!error)
        *queue = handle;
    return error;
}

ULONG api_HttpCloseRequestQueue(HANDLE queue)
{
    TRACE("queue %p", queue);
    REQUIRE_INITIALIZED();
    if (!handle_closing(queue))
        return ERROR_INVALID_HANDLE;
    host_handle_close(queue);
    return NO_ERROR;
}

ULONG api_HttpShutdownRequestQueue(HANDLE queue)
{
    struct http_queue *q = queue_object_find(queue);

    TRACE("queue %p", queue);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_PARAMETER; /* documented, although a handle */
    queue_object_shutdown(q);
    return NO_ERROR;
}

static ULONG add_url(struct http_queue *q, struct prefix *key)
{
    if (q->engine)
        return result_to_error(router_add(&q->urls, key, 0));
    prefix_free(key);
    return ERROR_INVALID_HANDLE;
}

ULONG api_HttpAddUrl(HANDLE queue, PCWSTR url, PVOID reserved)
{
    struct http_queue *q = queue_object_find(queue);
    struct prefix key;
    enum result result;
    ULONG error;

    TRACE("queue %p url %p", queue, (const void *)url);
    REQUIRE_INITIALIZED();
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (!url || reserved)
        return ERROR_INVALID_PARAMETER;
    result = prefix_parse(&key, url);
    if (result)
        return result_to_error(result);
    pthread_mutex_lock(&config_lock);
    error = add_url(q, &key);
    pthread_mutex_unlock(&config_lock);
    return error;
}

ULONG api_HttpRemoveUrl(HANDLE queue, PCWSTR url)
{
    struct http_queue *q = queue_object_find(queue);
    struct prefix key;
    enum result result;

    TRACE("queue %p url %p", queue, (const void *)url);
    REQUIRE_INITIALIZED();
    /* Unlike HttpAddUrl, Windows calls a missing queue a bad parameter here. */
    if (!queue || !url)
        return ERROR_INVALID_PARAMETER;
    if (!q)
        return ERROR_INVALID_HANDLE;
    result = prefix_parse(&key, url);
    if (result)
        return result_to_error(result);
    pthread_mutex_lock(&config_lock);
    result = router_remove(&q->urls, &key);
    pthread_mutex_unlock(&config_lock);
    prefix_free(&key);
    return result_to_error(result);
}

/* Handle and reserved parameters, for setting and querying. */
static ULONG check_property_call(const struct http_queue *q, ULONG reserved1, const void *reserved2)
{
    if (!q)
        return ERROR_INVALID_HANDLE;
    if (q->version != 2)
        return ERROR_NOT_SUPPORTED;
    return reserved1 || reserved2 ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

static const enum verbosity verbosities[] = {
    [Http503ResponseVerbosityBasic] = VERBOSITY_BASIC,
    [Http503ResponseVerbosityLimited] = VERBOSITY_LIMITED,
    [Http503ResponseVerbosityFull] = VERBOSITY_FULL,
};

ULONG api_HttpSetRequestQueueProperty(HANDLE queue, HTTP_SERVER_PROPERTY property, PVOID info, ULONG length,
                                      ULONG reserved1, PVOID reserved2)
{
    struct http_queue *q = queue_object_find(queue);
    union property_value v;
    ULONG error;

    TRACE("queue %p property %u info %p length %u", queue, property, info, length);
    REQUIRE_INITIALIZED();
    error = check_property_call(q, reserved1, reserved2);
    if (!error)
        error = property_read(&v, property, info, length, TRUE);
    if (error)
        return error;
    pthread_mutex_lock(&config_lock);
    error = property_set(&q->properties, OWNER_QUEUE, property, &v, length);
    if (!error && q->engine)
        queue_configure(q->engine, q->properties.queue_length, q->properties.queue_state == HttpEnabledStateActive,
                        verbosities[q->properties.verbosity]);
    pthread_mutex_unlock(&config_lock);
    return error;
}

ULONG api_HttpQueryRequestQueueProperty(HANDLE queue, HTTP_SERVER_PROPERTY property, PVOID info, ULONG length,
                                        ULONG reserved1, PULONG returned, PVOID reserved2)
{
    struct http_queue *q = queue_object_find(queue);
    union property_value v;
    ULONG error, size = 0;

    TRACE("queue %p property %u info %p length %u", queue, property, info, length);
    REQUIRE_INITIALIZED();
    error = check_property_call(q, reserved1, reserved2);
    if (!error)
        error = property_read(&v, property, info, length, FALSE);
    if (error)
        return error;
    pthread_mutex_lock(&config_lock);
    error = property_get(&q->properties, OWNER_QUEUE, property, &v, length, &size);
    pthread_mutex_unlock(&config_lock);
    return property_return(error, property, &v, size, info, returned);
}
