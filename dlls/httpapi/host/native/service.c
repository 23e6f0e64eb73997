/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service.c: host.h for the native host.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "../../engine/parameters.h"
#include "../host.h"
#include "event.h"
#include "file.h"

const USHORT host_af_inet6 = AF_INET6;

/* In the place of the registry, unless the program's environment names another file, or none. */
void host_parameters(void)
{
    if (!getenv("HTTPAPI_PARAMETERS"))
        parameters_read_file("/etc/httpapi/parameters.conf", false);
}

NTSTATUS host_event_create(HANDLE *event)
{
    HANDLE handle = queue_handle_new();

    if (!handle)
        return STATUS_NO_MEMORY;
    *event = handle;
    return STATUS_SUCCESS;
}

void host_event_set(HANDLE event)
{
    event_signal(event);
}

void host_event_reset(HANDLE event)
{
    event_clear(event);
}

/* Here both are cheap, and told at once. */
void host_event_begin(HANDLE event)
{
    host_event_reset(event);
}

void host_event_end(HANDLE event)
{
    host_event_set(event);
}

NTSTATUS host_file_fd(HANDLE file, int *fd)
{
    return file_duplicate_fd(file, fd);
}

void host_handle_close(HANDLE handle)
{
    object_close(handle, false);
}

ULONG host_thread_id(void)
{
    return GetCurrentThreadId();
}
