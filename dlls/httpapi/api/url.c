/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * url.c: HttpPrepareUrl and HttpFindUrlGroupId.
 */
#include <stdlib.h>
#include <string.h>

#include "../engine/prepare.h"
#include "../engine/router.h"
#include "../host/host.h"
#include "api.h"
#include "queue_object.h"
#include "status.h"

/* No more than the limit and one, of a text that may be longer or not end. */
static size_t text_length(PCWSTR text, size_t limit)
{
    size_t n = 0;

    while (n <= limit && text[n])
        n++;
    return n;
}

ULONG api_HttpPrepareUrl(PVOID reserved, ULONG flags, PCWSTR url, PWSTR *prepared)
{
    enum result result;
    size_t size, len;
    utf16 *text;
    PWSTR copy;

    TRACE("flags %x url %p prepared %p", flags, (const void *)url, (void *)prepared);
    REQUIRE_INITIALIZED();
    if (reserved || flags || !url || !prepared)
        return ERROR_INVALID_PARAMETER;
    probe_write(prepared, sizeof *prepared);
    len = text_length(url, PREPARE_MAX);
    result = len > PREPARE_MAX ? RESULT_INVALID : prepare_url(url, len, &text, &size);
    if (result)
        return result_to_error(result);
    copy = host_heap_alloc((size + 1) * sizeof *copy);
    if (copy)
        memcpy(copy, text, (size + 1) * sizeof *copy);
    free(text);
    if (!copy)
        return ERROR_NOT_ENOUGH_MEMORY;
    *prepared = copy;
    return NO_ERROR;
}

static HTTP_URL_GROUP_ID find_group(const struct prefix *url, const struct http_queue *q)
{
    const struct target *owner = NULL;
    HTTP_URL_GROUP_ID id;

    pthread_mutex_lock(&config_lock);
    if (q->engine)
        owner = router_owner(url, q->engine);
    id = owner ? owner->owner : 0;
    pthread_mutex_unlock(&config_lock);
    return id;
}

ULONG api_HttpFindUrlGroupId(PCWSTR url, HANDLE queue, PHTTP_URL_GROUP_ID group)
{
    struct http_queue *q = queue_object_find(queue);
    HTTP_URL_GROUP_ID id;
    struct prefix key;
    enum result result;

    TRACE("url %p queue %p group %p", (const void *)url, queue, (void *)group);
    REQUIRE_INITIALIZED();
    if (!url || !group)
        return ERROR_INVALID_PARAMETER;
    if (!q)
        return ERROR_INVALID_HANDLE;
    probe_write(group, sizeof *group);
    result = prefix_parse(&key, url);
    if (result)
        return result_to_error(result);
    id = find_group(&key, q);
    prefix_free(&key);
    if (!id)
        return ERROR_FILE_NOT_FOUND;
    *group = id;
    return NO_ERROR;
}
