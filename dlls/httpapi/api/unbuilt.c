/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unbuilt.c: exports that exist but do nothing yet. Each says once that it isn't built, looks at its arguments as its page
 * says, and returns ERROR_NOT_SUPPORTED, or the documented error that is true as long as it isn't.
 */
#include "api.h"
#include "queue_object.h"

/* --- what is wrong with the arguments; NO_ERROR: nothing */

static ULONG check_queue(HANDLE queue)
{
    struct http_queue *q = queue_object_find(queue);

    return q && queue_object_engine(q) ? NO_ERROR : ERROR_INVALID_HANDLE;
}

static ULONG check_HttpAddFragmentToCache(HANDLE queue, PCWSTR url, PHTTP_DATA_CHUNK chunk, PHTTP_CACHE_POLICY policy,
                                          LPOVERLAPPED overlapped)
{
    (void)overlapped;
    return !url || !chunk || !policy ? ERROR_INVALID_PARAMETER : check_queue(queue);
}

static ULONG check_HttpReadFragmentFromCache(HANDLE queue, PCWSTR url, PHTTP_BYTE_RANGE range, PVOID buffer, ULONG size,
                                             PULONG returned, LPOVERLAPPED overlapped)
{
    (void)range;
    if (!url || (size && !buffer) || (!returned && !overlapped))
        return ERROR_INVALID_PARAMETER;
    return check_queue(queue);
}

static ULONG check_HttpFlushResponseCache(HANDLE queue, PCWSTR url, ULONG flags, LPOVERLAPPED overlapped)
{
    (void)overlapped;
    if (!url || flags & ~(ULONG)HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE)
        return ERROR_INVALID_PARAMETER;
    return check_queue(queue);
}

/* Only the controller of a queue may wait, and a queue can't have one yet (HttpCreateRequestQueue refuses the flag). */
static ULONG check_HttpWaitForDemandStart(HANDLE queue, LPOVERLAPPED overlapped)
{
    (void)overlapped;
    return check_queue(queue) ? ERROR_INVALID_PARAMETER : ERROR_INVALID_ID_AUTHORITY;
}

/* Queues to delegate to can't be opened yet, so there is none. */
static ULONG check_HttpDelegateRequestEx(HANDLE queue, HANDLE delegate_queue, HTTP_REQUEST_ID id,
                                         HTTP_URL_GROUP_ID delegate_group, ULONG count,
                                         PHTTP_DELEGATE_REQUEST_PROPERTY_INFO properties)
{
    ULONG error = check_queue(queue);

    (void)delegate_group;
    if (!error)
        error = check_queue(delegate_queue);
    if (!error && (HTTP_IS_NULL_ID(&id) || !count != !properties))
        error = ERROR_INVALID_PARAMETER;
    return error;
}

/* The handle and the OVERLAPPED are reserved in all four. */
static ULONG check_configuration(HANDLE service, HTTP_SERVICE_CONFIG_ID config, LPOVERLAPPED overlapped)
{
    return service || overlapped || (unsigned)config >= HttpServiceConfigMax ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

static ULONG check_record(HANDLE service, HTTP_SERVICE_CONFIG_ID config, PVOID info, ULONG length,
                          LPOVERLAPPED overlapped)
{
    return info && length ? check_configuration(service, config, overlapped) : ERROR_INVALID_PARAMETER;
}

static ULONG check_HttpQueryServiceConfiguration(HANDLE service, HTTP_SERVICE_CONFIG_ID config, PVOID input,
                                                 ULONG input_length, PVOID output, ULONG output_length,
                                                 PULONG returned, LPOVERLAPPED overlapped)
{
    (void)returned;
    if ((input_length && !input) || (output_length && !output))
        return ERROR_INVALID_PARAMETER;
    return check_configuration(service, config, overlapped);
}

#define check_HttpSetServiceConfiguration check_record
#define check_HttpUpdateServiceConfiguration check_record
#define check_HttpDeleteServiceConfiguration check_record
#define check_HttpGetExtension(...) NO_ERROR

/* --- the exports */

#define UNUSED_F(type, name) (void)name;
#define ARGUMENT_F(type, name) name
#define ARGUMENT_R(type, name) , name
#define CHECK(check, ...) check(__VA_ARGS__)

#define X(name) \
    ULONG api_##name(name##_PARAMS(DOOR_PROTO_F, DOOR_PROTO_R)) \
    { \
        ULONG error; \
        name##_PARAMS(UNUSED_F, UNUSED_F) \
        REQUIRE_INITIALIZED(); \
        FIXME("isn't built yet"); \
        error = CHECK(check_##name, name##_PARAMS(ARGUMENT_F, ARGUMENT_R)); \
        return error ? error : ERROR_NOT_SUPPORTED; \
    }

/* Whoever builds one takes it out of this list. */
#define UNBUILT(X) \
    X(HttpAddFragmentToCache) X(HttpDelegateRequestEx) X(HttpDeleteServiceConfiguration) \
    X(HttpFlushResponseCache) X(HttpGetExtension) \
    X(HttpQueryServiceConfiguration) X(HttpReadFragmentFromCache) \
    X(HttpSetServiceConfiguration) \
    X(HttpUpdateServiceConfiguration) X(HttpWaitForDemandStart)

UNBUILT(X)
#undef X

/* What .NET and others ask before they use it. Whoever builds one adds it. */
ULONG api_HttpIsFeatureSupported(HTTP_FEATURE_ID feature)
{
    TRACE("feature %u", feature);
    switch (feature) {
    case HttpFeatureResponseTrailers:
    case HttpFeatureAutomaticChunkedEncoding:
    case HttpFeatureDscp: return TRUE;
    default: return FALSE;
    }
}
