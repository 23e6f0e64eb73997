/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.c: completion ports as Win32 objects; the packets are engine/port.h's.
 */
#include "port.h"

#include <stdlib.h>

#include "../../api/handle.h"
#include "../../api/status.h"
#include "../host.h"
#include "file.h"

#define BATCH_MAX 64

struct port_object {
    struct object object;
    struct port port;
};

static void destroy(struct object *o)
{
    struct port_object *p = container_of(o, struct port_object, object);

    port_destroy(&p->port);
    free(p);
}

static void last_handle_closed(struct object *o)
{
    port_close(&container_of(o, struct port_object, object)->port);
}

const struct object_type port_type = {
    .name = "completion port",
    .handle_closing = handle_closing,
    .last_handle_closed = last_handle_closed,
    .destroy = destroy,
};

HANDLE port_new(void)
{
    struct port_object *p = calloc(1, sizeof *p);

    if (!p) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    object_init(&p->object, &port_type);
    port_init(&p->port);
    return object_publish(&p->object);
}

struct port *port_pin(HANDLE handle)
{
    struct object *o = object_pin(handle, &port_type);

    return o ? &container_of(o, struct port_object, object)->port : NULL;
}

struct port *host_port_open(HANDLE handle)
{
    DWORD error = GetLastError();
    struct port *p = port_pin(handle);

    if (p) {
        object_ref(&container_of(p, struct port_object, port)->object);
        object_unpin(handle);
    }
    SetLastError(error); /* the program's call may be one that doesn't set it */
    return p;
}

void host_port_release(struct port *p)
{
    object_unref(&container_of(p, struct port_object, port)->object);
}

enum result host_port_push(struct port *p, const struct packet *packet, struct late_packet *late)
{
    return port_complete(p, packet, late);
}

static bool bind_pinned(HANDLE port, HANDLE file, ULONG_PTR key)
{
    struct handle_completion_info info = {.port = port, .key = key};
    NTSTATUS status;

    if (handle_set_information(file, HANDLE_INFO_COMPLETION, &info, sizeof info, &status))
        return !status || fail(status_to_error(status));
    return fail(is_file(file) ? ERROR_INVALID_PARAMETER : ERROR_INVALID_HANDLE);
}

bool port_bind(HANDLE port, HANDLE file, ULONG_PTR key)
{
    bool bound;

    if (!port_pin(port))
        return false;
    bound = bind_pinned(port, file, key);
    object_unpin(port);
    return bound;
}

static HANDLE port_new_bound(HANDLE file, ULONG_PTR key)
{
    HANDLE port = port_new();
    DWORD error;

    if (port && file != INVALID_HANDLE_VALUE && !port_bind(port, file, key)) {
        error = GetLastError();
        object_close(port, false);
        SetLastError(error);
        port = NULL;
    }
    return port;
}

NATIVE_EXPORT HANDLE CreateIoCompletionPort(HANDLE file, HANDLE port, ULONG_PTR key, DWORD threads)
{
    (void)threads;
    if (!port)
        return port_new_bound(file, key);
    if (file == INVALID_HANDLE_VALUE) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return port_bind(port, file, key) ? port : NULL;
}

NATIVE_EXPORT BOOL PostQueuedCompletionStatus(HANDLE handle, DWORD bytes, ULONG_PTR key, LPOVERLAPPED overlapped)
{
    struct packet packet = {.key = key, .value = (ULONG_PTR)overlapped, .bytes = bytes};
    struct port *p = port_pin(handle);
    enum result result;

    if (!p)
        return FALSE;
    result = port_push(p, &packet, PUSH_POST);
    object_unpin(handle);
    return !result || fail(result_to_error(result));
}

/* 0 sets the last error: WAIT_TIMEOUT, or ERROR_ABANDONED_WAIT_0 when the port was closed. */
static unsigned take_from(HANDLE handle, struct packet *packets, unsigned most, DWORD milliseconds)
{
    struct port *p = port_pin(handle);
    enum result result;
    unsigned n = 0;

    if (!p)
        return 0;
    result = port_take(p, packets, most, &n, deadline_in(milliseconds));
    object_unpin(handle);
    if (result)
        SetLastError(result == RESULT_TIMEOUT ? WAIT_TIMEOUT : ERROR_ABANDONED_WAIT_0);
    return n;
}

/*
 * FALSE with *overlapped NULL: no packet was taken, the last error says why. FALSE with *overlapped: the packet of a
 * failed operation.
 */
NATIVE_EXPORT BOOL GetQueuedCompletionStatus(HANDLE handle, LPDWORD bytes, PULONG_PTR key, LPOVERLAPPED *overlapped,
                                             DWORD milliseconds)
{
    struct packet packet;

    *overlapped = NULL;
    if (!take_from(handle, &packet, 1, milliseconds))
        return FALSE;
    *bytes = (DWORD)packet.bytes;
    *key = packet.key;
    *overlapped = (LPOVERLAPPED)packet.value;
    return packet.status >= 0 || fail(status_to_error(packet.status));
}

NATIVE_EXPORT BOOL GetQueuedCompletionStatusEx(HANDLE handle, LPOVERLAPPED_ENTRY entries, ULONG count, PULONG removed,
                                               DWORD milliseconds, BOOL alertable)
{
    struct packet packets[BATCH_MAX];
    unsigned n;

    (void)alertable;
    if (!count)
        return fail(ERROR_INVALID_PARAMETER);
    n = take_from(handle, packets, count < BATCH_MAX ? count : BATCH_MAX, milliseconds);
    for (unsigned i = 0; i < n; i++) {
        entries[i].lpCompletionKey = packets[i].key;
        entries[i].lpOverlapped = (LPOVERLAPPED)packets[i].value;
        entries[i].Internal = (ULONG_PTR)packets[i].status;
        entries[i].dwNumberOfBytesTransferred = (DWORD)packets[i].bytes;
    }
    *removed = n;
    return n > 0;
}
