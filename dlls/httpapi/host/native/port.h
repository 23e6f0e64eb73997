/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h: completion ports.
 */
#ifndef HTTPAPI_HOST_NATIVE_PORT_H
#define HTTPAPI_HOST_NATIVE_PORT_H

#include "futex.h"
#include "object.h"

struct port;

struct packet {
    ULONG_PTR key;
    ULONG_PTR value; /* the OVERLAPPED, or whatever was posted */
    ULONG_PTR bytes;
    NTSTATUS status;
};

extern const struct object_type port_type;

/* A new port with one handle. NULL and ERROR_NOT_ENOUGH_MEMORY when there is no room. */
HANDLE port_new(void);

/* The port of a handle, pinned; NULL and ERROR_INVALID_HANDLE. Unpin with object_unpin(). */
struct port *port_pin(HANDLE handle);

/* STATUS_NO_MEMORY when the packet can't be queued. */
NTSTATUS port_post(struct port *p, const struct packet *packet);

/*
 * Takes up to `most` packets, in the order they were posted, and waits until there is one. 0: none came until the
 * deadline (last error WAIT_TIMEOUT), or the port was closed (ERROR_ABANDONED_WAIT_0).
 */
unsigned port_take(struct port *p, struct packet *packets, unsigned most, deadline until);

/*
 * NtSetInformationFile's FileCompletionInformation: completions of operations on `file` go to the port. False sets the
 * last error.
 */
bool port_bind(HANDLE port, HANDLE file, ULONG_PTR key);

#endif
