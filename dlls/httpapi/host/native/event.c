/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.c: events.
 */
#include "event.h"

#include <stdlib.h>

#include "../../api/handle.h"
#include "../../engine/log.h"
#include "waitable.h"

static void event_destroy(struct object *o)
{
    free(container_of(o, struct waitable, object));
}

static const struct object_type event_type = {
    .name = "event",
    .waitable = true,
    .destroy = event_destroy,
};

const struct object_type queue_type = {
    .name = "request queue",
    .waitable = true,
    .handle_closing = handle_closing,
    .handle_duplicated = handle_duplicated,
    .destroy = event_destroy,
};

static HANDLE event_new(const struct object_type *type, BOOL manual_reset, BOOL signalled)
{
    struct waitable *event = malloc(sizeof *event);

    if (!event) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    waitable_init(event, type, signalled ? 1 : 0, 1, !manual_reset);
    return object_publish(&event->object);
}

HANDLE queue_handle_new(void)
{
    return event_new(&queue_type, TRUE, FALSE);
}

static struct waitable *pin_event(HANDLE handle, const struct object_type *type)
{
    struct object *o = object_pin(handle, type);

    return o ? container_of(o, struct waitable, object) : NULL;
}

/* An event's or a queue's. The last error stays: this is part of a completion, in whatever thread. */
static struct waitable *pin_either(HANDLE handle)
{
    DWORD error = GetLastError();
    struct waitable *event = pin_event(handle, &event_type);

    if (!event)
        event = pin_event(handle, &queue_type);
    SetLastError(error);
    return event;
}

void event_signal(HANDLE handle)
{
    struct waitable *event = pin_either(handle);

    if (!event)
        return;
    waitable_set(event);
    object_unpin(handle);
}

void event_clear(HANDLE handle)
{
    struct waitable *event = pin_either(handle);

    if (!event)
        return;
    waitable_reset(event);
    object_unpin(handle);
}

NATIVE_EXPORT HANDLE CreateEventA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL signalled, LPCSTR name)
{
    (void)security;
    if (HAS_NAME(name)) {
        FIXME("an event named %s", name);
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    return event_new(&event_type, manual_reset, signalled);
}

NATIVE_EXPORT HANDLE CreateEventW(LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL signalled, LPCWSTR name)
{
    return CreateEventA(security, manual_reset, signalled, HAS_NAME(name) ? "(UTF-16)" : NULL);
}

NATIVE_EXPORT BOOL SetEvent(HANDLE handle)
{
    struct waitable *event = pin_event(handle, &event_type);

    if (!event)
        return FALSE;
    waitable_set(event);
    object_unpin(handle);
    return TRUE;
}

NATIVE_EXPORT BOOL ResetEvent(HANDLE handle)
{
    struct waitable *event = pin_event(handle, &event_type);

    if (!event)
        return FALSE;
    waitable_reset(event);
    object_unpin(handle);
    return TRUE;
}
