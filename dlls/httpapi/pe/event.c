/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.c: waits that need no wineserver, and whatever else touches an event that we know something about.
 * docs/completions.md, "Events under Wine".
 */
#include "event.h"

#define WAIT_ALL 0 /* the `type` of NtWaitForMultipleObjects */

#define X(name, parameters, arguments) NTSTATUS(NTAPI *real_##name) parameters;
FILE_OPERATIONS(X)
#undef X

NTSTATUS(NTAPI *real_NtWaitForSingleObject)(HANDLE, BOOLEAN, const LARGE_INTEGER *);
NTSTATUS(NTAPI *real_NtWaitForMultipleObjects)(ULONG, const HANDLE *, ULONG, BOOLEAN, const LARGE_INTEGER *);
NTSTATUS(NTAPI *real_NtSignalAndWaitForSingleObject)(HANDLE, HANDLE, BOOLEAN, const LARGE_INTEGER *);
NTSTATUS(NTAPI *real_NtSetEvent)(HANDLE, LONG *);
NTSTATUS(NTAPI *real_NtResetEvent)(HANDLE, LONG *);
NTSTATUS(NTAPI *real_NtClearEvent)(HANDLE);
NTSTATUS(NTAPI *real_NtPulseEvent)(HANDLE, LONG *);
NTSTATUS(NTAPI *real_NtQueryEvent)(HANDLE, int, void *, ULONG, ULONG *);

static NTSTATUS go(enum door_call call, void *args)
{
    return RtlDllShutdownInProgress() ? (NTSTATUS)STATUS_DLL_INIT_FAILED : door_call(call, args);
}

/* True when the wait is over; else it goes on to the system, and end_wait() comes behind it. */
static BOOL begin_wait(struct door_wait *a, const HANDLE *handles, ULONG count, BOOL all, BOOLEAN alertable)
{
    *a = (struct door_wait){.handles = DOOR_PACK(handles), .count = count, .all = all, .alertable = alertable};
    return !go(DOOR_event_wait, a) && a->over;
}

static NTSTATUS end_wait(struct door_wait *a, NTSTATUS status)
{
    if (a->wait)
        go(DOOR_event_waited, a);
    return status;
}

NTSTATUS NTAPI our_NtWaitForSingleObject(HANDLE handle, BOOLEAN alertable, const LARGE_INTEGER *timeout)
{
    struct door_wait a;

    if (begin_wait(&a, &handle, 1, FALSE, alertable))
        return STATUS_WAIT_0;
    return end_wait(&a, real_NtWaitForSingleObject(handle, alertable, timeout));
}

NTSTATUS NTAPI our_NtWaitForMultipleObjects(ULONG count, const HANDLE *handles, ULONG type, BOOLEAN alertable,
                                            const LARGE_INTEGER *timeout)
{
    struct door_wait a;

    if (count > MAXIMUM_WAIT_OBJECTS)
        return real_NtWaitForMultipleObjects(count, handles, type, alertable, timeout);
    if (begin_wait(&a, handles, count, type == WAIT_ALL, alertable))
        return STATUS_WAIT_0 + (NTSTATUS)a.index;
    return end_wait(&a, real_NtWaitForMultipleObjects(count, handles, type, alertable, timeout));
}

/* True when the call was made. */
static BOOL change(struct door_event *a, HANDLE event, enum door_event_change what, LONG *previous)
{
    *a = (struct door_event){.event = DOOR_PACK(event), .previous = DOOR_PACK(previous), .change = what};
    return !go(DOOR_event_change, a) && a->done;
}

NTSTATUS NTAPI our_NtSignalAndWaitForSingleObject(HANDLE signal, HANDLE handle, BOOLEAN alertable,
                                                  const LARGE_INTEGER *timeout)
{
    struct door_event set;
    struct door_wait a;

    /* Alertable or not: what is signalled first mustn't be forgotten over a wait that is over. */
    if (begin_wait(&a, &handle, 1, FALSE, TRUE))
        return STATUS_WAIT_0;
    if (!change(&set, signal, DOOR_EVENT_SET, NULL))
        return end_wait(&a, real_NtSignalAndWaitForSingleObject(signal, handle, alertable, timeout));
    return end_wait(&a, set.status ? set.status : real_NtWaitForSingleObject(handle, alertable, timeout));
}

NTSTATUS NTAPI our_NtSetEvent(HANDLE event, LONG *previous)
{
    struct door_event a;

    return change(&a, event, DOOR_EVENT_SET, previous) ? a.status : real_NtSetEvent(event, previous);
}

NTSTATUS NTAPI our_NtResetEvent(HANDLE event, LONG *previous)
{
    struct door_event a;

    return change(&a, event, DOOR_EVENT_CLEAR, previous) ? a.status : real_NtResetEvent(event, previous);
}

NTSTATUS NTAPI our_NtClearEvent(HANDLE event)
{
    struct door_event a;

    return change(&a, event, DOOR_EVENT_CLEAR, NULL) ? a.status : real_NtClearEvent(event);
}

NTSTATUS NTAPI our_NtPulseEvent(HANDLE event, LONG *previous)
{
    struct door_event a;

    return change(&a, event, DOOR_EVENT_PULSE, previous) ? a.status : real_NtPulseEvent(event, previous);
}

NTSTATUS NTAPI our_NtQueryEvent(HANDLE event, int info_class, void *info, ULONG length, ULONG *returned)
{
    struct door_event a;

    change(&a, event, DOOR_EVENT_QUERY, NULL);
    return real_NtQueryEvent(event, info_class, info, length, returned);
}

void event_shared(HANDLE event)
{
    struct door_event a;

    change(&a, event, DOOR_EVENT_SHARE, NULL);
}

#define X(name, parameters, arguments) \
    NTSTATUS NTAPI our_##name parameters \
    { \
        struct door_event a; \
        if (event) \
            change(&a, event, DOOR_EVENT_QUERY, NULL); \
        return real_##name arguments; \
    }
FILE_OPERATIONS(X)
#undef X
