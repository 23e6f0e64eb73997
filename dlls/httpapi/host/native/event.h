/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.h: events, and the handle of a request queue, which is one beneath.
 */
#ifndef HTTPAPI_HOST_NATIVE_EVENT_H
#define HTTPAPI_HOST_NATIVE_EVENT_H

#include "object.h"

/*
 * A request queue's handle: a manual-reset event to whoever waits, but not to SetEvent() and ResetEvent(), as on
 * Windows.
 */
extern const struct object_type queue_type;

/* NULL and ERROR_NOT_ENOUGH_MEMORY when there is no room. */
HANDLE queue_handle_new(void);

/* An event or a queue; other handles are ignored. */
void event_signal(HANDLE event);
void event_clear(HANDLE event);

#endif
