/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * semaphore.c: semaphores.
 */
#include <stdlib.h>

#include "../../engine/log.h"
#include "waitable.h"

static void semaphore_destroy(struct object *o)
{
    free(container_of(o, struct waitable, object));
}

static const struct object_type semaphore_type = {
    .name = "semaphore",
    .waitable = true,
    .destroy = semaphore_destroy,
};

static HANDLE semaphore_new(LONG initial, LONG maximum)
{
    struct waitable *semaphore = malloc(sizeof *semaphore);

    if (!semaphore) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    waitable_init(semaphore, &semaphore_type, initial, maximum, true);
    return object_publish(&semaphore->object);
}

NATIVE_EXPORT HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum, LPCSTR name)
{
    (void)security;
    if (HAS_NAME(name)) {
        FIXME("a semaphore named %s", name);
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    if (maximum <= 0 || initial < 0 || initial > maximum) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return semaphore_new(initial, maximum);
}

NATIVE_EXPORT HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum, LPCWSTR name)
{
    return CreateSemaphoreA(security, initial, maximum, HAS_NAME(name) ? "(UTF-16)" : NULL);
}

NATIVE_EXPORT BOOL ReleaseSemaphore(HANDLE handle, LONG count, LPLONG previous)
{
    struct object *o;
    bool added;
    LONG before = 0;

    if (count <= 0)
        return fail(ERROR_INVALID_PARAMETER);
    o = object_pin(handle, &semaphore_type);
    if (!o)
        return FALSE;
    added = waitable_add(container_of(o, struct waitable, object), count, &before);
    object_unpin(handle);
    if (!added)
        return fail(ERROR_TOO_MANY_POSTS);
    if (previous)
        *previous = before;
    return TRUE;
}
