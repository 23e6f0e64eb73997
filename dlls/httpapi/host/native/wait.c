/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.c: WaitForSingleObject and its family.
 */
#include "wait.h"

#include "../../api/handle.h"
#include "event.h"
#include "waitable.h"

/* A handle's object, pinned, and ready to be waited on. */
static struct waitable *pin_waitable(HANDLE handle)
{
    struct object *o = object_pin(handle, NULL);

    if (!o)
        return NULL;
    if (!o->type->waitable) {
        object_unpin(handle);
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    if (o->type == &queue_type)
        handle_waited_on(handle);
    return container_of(o, struct waitable, object);
}

DWORD wait_on_handle(HANDLE handle, deadline until)
{
    struct waitable *w = pin_waitable(handle);
    DWORD result;

    if (!w)
        return WAIT_FAILED;
    result = waitables_wait(&w, 1, false, until);
    object_unpin(handle);
    return result;
}

static bool is_twice(struct waitable *const *objects, DWORD count)
{
    for (DWORD i = 1; i < count; i++)
        for (DWORD k = 0; k < i; k++)
            if (objects[i] == objects[k])
                return true;
    return false;
}

static DWORD wait_on_pinned(struct waitable **objects, DWORD count, BOOL all, deadline until)
{
    if (all && is_twice(objects, count)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    return waitables_wait(objects, count, all, until);
}

NATIVE_EXPORT DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds,
                                             BOOL alertable)
{
    HANDLE pinned[MAXIMUM_WAIT_OBJECTS]; /* the program may change its array while we wait */
    struct waitable *objects[MAXIMUM_WAIT_OBJECTS];
    DWORD result = WAIT_FAILED, i;

    (void)alertable;
    if (!count || count > MAXIMUM_WAIT_OBJECTS) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    for (i = 0; i < count; i++) {
        pinned[i] = handles[i];
        objects[i] = pin_waitable(pinned[i]);
        if (!objects[i])
            break;
    }
    if (i == count)
        result = wait_on_pinned(objects, count, all, deadline_in(milliseconds));
    while (i--)
        object_unpin(pinned[i]);
    return result;
}

NATIVE_EXPORT DWORD WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, handles, all, milliseconds, FALSE);
}

NATIVE_EXPORT DWORD WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    (void)alertable;
    return wait_on_handle(handle, deadline_in(milliseconds));
}

NATIVE_EXPORT DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    return wait_on_handle(handle, deadline_in(milliseconds));
}
