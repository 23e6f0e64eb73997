/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_event.h: the events of operations, without a wineserver call for each. docs/completions.md, "Events under Wine".
 */
#ifndef HTTPAPI_HOST_WINE_EVENT_H
#define HTTPAPI_HOST_WINE_EVENT_H

#include <stdbool.h>
#include <windef.h>
#include <ntstatus.h>

#include "../door.h"

/* The door's calls. */
NTSTATUS wine_event_wait(struct door_wait *a);
NTSTATUS wine_event_waited(struct door_wait *a);
NTSTATUS wine_event_change(struct door_event *a);

/* Before the system's close. */
void wine_event_closing(HANDLE event);

/* As service_chore of engine/wait.h. */
bool wine_events_settle(void);

#endif
