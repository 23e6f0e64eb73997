/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle_stub.c: api/handle.h, for the tests of the native host.
 */
#include "handle_stub.h"

#include <pthread.h>

#include "../../dlls/httpapi/api/handle.h"
#include "../../dlls/httpapi/engine/port.h"
#include "../../dlls/httpapi/host/host.h"

#define MOST 8

struct stub_calls stub_calls;
DWORD stub_closing_takes;
HANDLE stub_port, stub_closed_port;
ULONG stub_modes;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static HANDLE handles[MOST];
static OVERLAPPED *pending[MOST];
static ULONG pending_thread[MOST];
static ULONG_PTR key;

/* Lock. -1: not ours. */
static int index_of(HANDLE handle)
{
    for (int i = 0; handle && i < MOST; i++)
        if (handles[i] == handle)
            return i;
    return -1;
}

static bool is_ours(HANDLE handle)
{
    bool ours;

    pthread_mutex_lock(&lock);
    ours = index_of(handle) >= 0;
    pthread_mutex_unlock(&lock);
    return ours;
}

static void add(HANDLE handle)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST; i++) {
        if (!handles[i]) {
            handles[i] = handle;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

HANDLE stub_queue(void)
{
    HANDLE queue;

    if (host_event_create(&queue))
        return NULL;
    add(queue);
    return queue;
}

void stub_begin(OVERLAPPED *overlapped)
{
    overlapped->InternalHigh = 0;
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST; i++) {
        if (!pending[i]) {
            pending[i] = overlapped;
            pending_thread[i] = host_thread_id();
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    host_event_reset(overlapped->hEvent ? overlapped->hEvent : handles[0]);
}

bool stub_post(HANDLE handle, ULONG_PTR packet_key, ULONG_PTR value, NTSTATUS status, ULONG_PTR bytes)
{
    struct packet packet = {packet_key, value, bytes, status};
    struct port *port = host_port_open(handle);
    bool posted = port && !port_push(port, &packet, PUSH_COMPLETION);

    if (port)
        host_port_release(port);
    return posted;
}

static void tell(OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes)
{
    HANDLE event = overlapped->hEvent ? overlapped->hEvent : handles[0];

    overlapped->InternalHigh = bytes;
    __atomic_store_n(&overlapped->Internal, (ULONG_PTR)status, __ATOMIC_RELEASE);
    host_event_set(event);
    if (stub_port)
        stub_post(stub_port, key, (ULONG_PTR)overlapped, status, bytes);
}

void stub_complete(OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes)
{
    bool found = false;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST && !found; i++) {
        found = pending[i] == overlapped;
        if (found)
            pending[i] = NULL;
    }
    pthread_mutex_unlock(&lock);
    if (found)
        tell(overlapped, status, bytes);
}

/* overlapped NULL: all; thread 0: any. How many. */
static int cancel(const void *overlapped, ULONG thread)
{
    OVERLAPPED *taken[MOST];
    int count = 0;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST; i++) {
        if (!pending[i] || (overlapped && pending[i] != overlapped) || (thread && pending_thread[i] != thread))
            continue;
        taken[count++] = pending[i];
        pending[i] = NULL;
    }
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < count; i++)
        tell(taken[i], STATUS_CANCELLED, 0);
    return count;
}

bool handle_closing(HANDLE handle)
{
    bool last = true;
    int i;

    Sleep(stub_closing_takes);
    pthread_mutex_lock(&lock);
    i = index_of(handle);
    if (i >= 0)
        handles[i] = NULL;
    else
        stub_closed_port = handle;
    for (int k = 0; k < MOST; k++)
        last = last && !handles[k];
    pthread_mutex_unlock(&lock);
    if (i < 0)
        return false;
    InterlockedIncrement(&stub_calls.closing);
    if (last)
        cancel(NULL, 0);
    return true;
}

bool handle_duplicated(HANDLE source, HANDLE target)
{
    if (!is_ours(source))
        return false;
    InterlockedIncrement(&stub_calls.duplicated);
    add(target);
    return true;
}

bool handle_set_information(HANDLE handle, ULONG info_class, const void *info, ULONG length, NTSTATUS *status)
{
    const struct handle_completion_info *completion = info;

    if (!is_ours(handle))
        return false;
    *status = STATUS_SUCCESS;
    if (info_class == HANDLE_INFO_NOTIFICATION_MODES && length == sizeof(ULONG)) {
        stub_modes |= *(const ULONG *)info;
    } else if (info_class == HANDLE_INFO_COMPLETION && length == sizeof *completion && !stub_port) {
        stub_port = completion->port;
        key = completion->key;
    } else {
        *status = STATUS_INVALID_PARAMETER;
    }
    return true;
}

bool handle_cancel(HANDLE handle, const void *overlapped, bool this_thread, NTSTATUS *status)
{
    if (!is_ours(handle))
        return false;
    InterlockedIncrement(&stub_calls.cancel);
    *status = cancel(overlapped, this_thread ? host_thread_id() : 0) || this_thread ? STATUS_SUCCESS
                                                                                    : STATUS_NOT_FOUND;
    return true;
}

void handle_thread_ends(void)
{
}

bool handle_waited_on(HANDLE handle)
{
    if (!is_ours(handle))
        return false;
    InterlockedIncrement(&stub_calls.waited_on);
    return true;
}
