/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h: completion ports.
 */
#ifndef HTTPAPI_HOST_NATIVE_PORT_H
#define HTTPAPI_HOST_NATIVE_PORT_H

#include "../../engine/port.h"
#include "deadline.h"
#include "object.h"

extern const struct object_type port_type;

/* A new port with one handle. NULL and ERROR_NOT_ENOUGH_MEMORY when there is no room. */
HANDLE port_new(void);

/* The port of a handle, pinned; NULL and ERROR_INVALID_HANDLE. Unpin with object_unpin(). */
struct port *port_pin(HANDLE handle);

/*
 * NtSetInformationFile's FileCompletionInformation: completions of operations on `file` go to the port. False sets the
 * last error.
 */
bool port_bind(HANDLE port, HANDLE file, ULONG_PTR key);

#endif
