/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_port.h: the process's completion ports, and which of them we serve. docs/completions.md, "Ports under Wine".
 */
#ifndef HTTPAPI_HOST_WINE_PORT_H
#define HTTPAPI_HOST_WINE_PORT_H

#include <windef.h>
#include <ntstatus.h>

#include "../door.h"

/* The port_... calls of the door. */
NTSTATUS wine_port_take(struct door_port *a);
NTSTATUS wine_port_post(struct door_port *a);
NTSTATUS wine_port_leave(struct door_port *a);
NTSTATUS wine_port_pump(struct door_port *a);
NTSTATUS wine_port_serve(struct door_port *a);
NTSTATUS wine_port_forget(struct door_port *a);
NTSTATUS wine_port_closing(struct door_port *a);
NTSTATUS wine_port_duplicated(struct door_port *a);
NTSTATUS wine_port_early(struct door_port *a);
NTSTATUS wine_port_watch(struct door_port *a);

#endif
