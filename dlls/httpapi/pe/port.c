/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.c: the NT calls on completion ports. docs/completions.md, "Ports under Wine".
 *
 * A port without a request queue is Wine's, and calls on it only pass through here, counted. From when a queue is bound
 * to it waits are served in the process, and a thread of ours, the pump, waits on Wine's port for packets of others.
 */
#include "port.h"

#include <string.h>

#include "early.h"
#include "event.h"

#define PATIENCE 5000 /* milliseconds; a thread that was terminated outside never comes back */

NTSTATUS NTAPI NtQueryIoCompletion(HANDLE port, int info_class, void *info, ULONG length, ULONG *returned);

NTSTATUS(NTAPI *real_NtRemoveIoCompletion)(HANDLE, ULONG_PTR *, ULONG_PTR *, IO_STATUS_BLOCK *, LARGE_INTEGER *);
NTSTATUS(NTAPI *real_NtRemoveIoCompletionEx)(HANDLE, struct completion *, ULONG, ULONG *, LARGE_INTEGER *, BOOLEAN);
NTSTATUS(NTAPI *real_NtSetIoCompletion)(HANDLE, ULONG_PTR, ULONG_PTR, NTSTATUS, SIZE_T);

/*
 * Packets of ours in Wine's port, known by their value: kick wakes a thread that waited there before the binding, stop ends
 * the pump. A stop's key is the pump's handle.
 */
static char kick, stop;

#define VALUE_OF(mark) ((ULONG_PTR)&(mark))

/* Shared by posts to a port that is being drained, exclusive for the moment in which the pump finds it empty. */
static SRWLOCK draining = SRWLOCK_INIT;

/* An NT timeout that can be asked how much of it is left. */
struct limit {
    const LARGE_INTEGER *timeout;
    ULONGLONG start; /* milliseconds, for a relative one */
};

static struct limit limit_from(const LARGE_INTEGER *timeout)
{
    struct limit l = {timeout, timeout && timeout->QuadPart < 0 ? GetTickCount64() : 0};

    return l;
}

/* NULL for ever. */
static LARGE_INTEGER *limit_left(const struct limit *l, LARGE_INTEGER *left)
{
    if (!l->timeout)
        return NULL;
    *left = *l->timeout;
    if (left->QuadPart < 0) {
        left->QuadPart += (LONGLONG)(GetTickCount64() - l->start) * 10000;
        if (left->QuadPart > 0)
            left->QuadPart = 0;
    }
    return left;
}

/* Wine 8's RtlNtStatusToDosError doesn't know the status of a closed port; one that carries the Win32 code it does. */
static NTSTATUS to_status(NTSTATUS status)
{
    if (status == STATUS_ABANDONED_WAIT_0 && RtlNtStatusToDosError(status) != ERROR_ABANDONED_WAIT_0)
        return (NTSTATUS)(0xc0070000 | ERROR_ABANDONED_WAIT_0);
    return status;
}

static void leave(struct door_port *a)
{
    if (a->port)
        door_call(DOOR_port_leave, a);
}

static BOOL try_take(struct door_port *a, HANDLE port, struct door_packet *packets, ULONG most,
                     const LARGE_INTEGER *timeout)
{
    *a = (struct door_port){.handle = DOOR_PACK(port), .packets = DOOR_PACK(packets), .count = most,
                            .has_timeout = timeout != NULL, .timeout = timeout ? timeout->QuadPart : 0};
    return !RtlDllShutdownInProgress() && !door_call(DOOR_port_take, a) && a->state != DOOR_PORT_OUTSIDE;
}

/* From the ring. False: the call has to go to Wine's port. */
static BOOL take(struct door_port *a, HANDLE port, struct door_packet *packets, ULONG most, const LARGE_INTEGER *timeout)
{
    early_returned();
    if (try_take(a, port, packets, most, timeout))
        return TRUE;
    if (!a->other)
        return FALSE;
    /* A queue was bound to it while that thread, or another, was past us. */
    leave(a);
    port_bound(port);
    return try_take(a, port, packets, most, timeout);
}

/*
 * An alertable wait can't run a loop: APCs come in Wine's waits only. It waits for an event, which packets set that find
 * no other waiter.
 */
static NTSTATUS take_alertably(struct door_port *a, HANDLE port, struct door_packet *packets, ULONG most,
                               const struct limit *l)
{
    const LARGE_INTEGER now = {.QuadPart = 0};
    struct door_port watch = {.handle = DOOR_PACK(port), .count = 1};
    NTSTATUS status = STATUS_SUCCESS;
    LARGE_INTEGER left;
    HANDLE event;

    if (door_call(DOOR_port_watch, &watch))
        return STATUS_INVALID_HANDLE;
    event = DOOR_UNPACK(HANDLE, watch.other);
    do {
        NtResetEvent(event, NULL);
        if (!take(a, port, packets, most, &now)) {
            leave(a);
            a->status = STATUS_ABANDONED_WAIT_0;
        }
        if (a->status != STATUS_TIMEOUT)
            status = a->status;
        else if (!status)
            status = real_NtWaitForSingleObject(event, TRUE, limit_left(l, &left));
    } while (a->status == STATUS_TIMEOUT && !status);
    watch.count = 0;
    door_call(DOOR_port_watch, &watch);
    return status;
}

static ULONG to_completions(struct completion *to, const struct door_packet *from, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        to[i].key = (ULONG_PTR)from[i].key;
        to[i].value = (ULONG_PTR)from[i].value;
        to[i].io.Status = from[i].status;
        to[i].io.Information = (ULONG_PTR)from[i].bytes;
    }
    return count;
}

/*
 * A packet of ours isn't shown. A thread that came between port_closing() and Wine's close knows nothing of the port and
 * may take the pump's stop, which is put back by the pump's handle: as long as the stop is there, that is valid.
 */
static BOOL is_ours(const struct completion *c)
{
    if (c->value == VALUE_OF(stop))
        real_NtSetIoCompletion((HANDLE)c->key, c->key, VALUE_OF(stop), STATUS_SUCCESS, 0);
    return c->value == VALUE_OF(kick) || c->value == VALUE_OF(stop);
}

/* Without our own packets; how many are left. */
static ULONG without_ours(struct completion *c, ULONG count)
{
    ULONG kept = 0;

    for (ULONG i = 0; i < count; i++)
        if (!is_ours(&c[i]))
            c[kept++] = c[i];
    return kept;
}

NTSTATUS NTAPI our_NtRemoveIoCompletionEx(HANDLE port, struct completion *completions, ULONG count, ULONG *written,
                                          LARGE_INTEGER *timeout, BOOLEAN alertable)
{
    const LARGE_INTEGER now = {.QuadPart = 0};
    struct limit l = limit_from(timeout);
    struct door_packet packets[DOOR_BATCH];
    ULONG most = count < DOOR_BATCH ? count : DOOR_BATCH;
    struct door_port a;
    LARGE_INTEGER left;
    NTSTATUS status;

    while (most && completions && written) {
        if (take(&a, port, packets, most, alertable ? &now : limit_left(&l, &left))) {
            status = alertable && a.status == STATUS_TIMEOUT ? take_alertably(&a, port, packets, most, &l) : a.status;
            *written = status ? 0 : to_completions(completions, packets, a.count);
            return to_status(status);
        }
        status = real_NtRemoveIoCompletionEx(port, completions, count, written, limit_left(&l, &left), alertable);
        leave(&a);
        if (status)
            return status;
        *written = without_ours(completions, *written);
        if (*written)
            return status;
    }
    return real_NtRemoveIoCompletionEx(port, completions, count, written, timeout, alertable);
}

NTSTATUS NTAPI our_NtRemoveIoCompletion(HANDLE port, ULONG_PTR *key, ULONG_PTR *value, IO_STATUS_BLOCK *io,
                                        LARGE_INTEGER *timeout)
{
    struct limit l = limit_from(timeout);
    struct door_packet packet;
    struct completion c;
    struct door_port a;
    LARGE_INTEGER left;
    NTSTATUS status;
    BOOL ours;

    /* A kick is none of the caller's business: GetQueuedCompletionStatus gives its caller's variable as `value`. */
    do {
        if (take(&a, port, &packet, 1, limit_left(&l, &left))) {
            status = a.status;
            if (!status)
                to_completions(&c, &packet, 1);
            break;
        }
        status = real_NtRemoveIoCompletion(port, &c.key, &c.value, &c.io, limit_left(&l, &left));
        leave(&a);
        ours = !status && is_ours(&c);
    } while (ours);
    if (!status) {
        *key = c.key;
        *value = c.value;
        *io = c.io;
    }
    return to_status(status);
}

/* To the ring, or False: to Wine's port, and then leave(). */
static BOOL post(struct door_port *a, HANDLE port, struct door_packet *packet)
{
    *a = (struct door_port){.handle = DOOR_PACK(port), .packets = DOOR_PACK(packet)};
    return !RtlDllShutdownInProgress() && !door_call(DOOR_port_post, a) && a->state == DOOR_PORT_RING;
}

NTSTATUS NTAPI our_NtSetIoCompletion(HANDLE port, ULONG_PTR key, ULONG_PTR value, NTSTATUS status, SIZE_T bytes)
{
    struct door_packet packet = {.key = key, .value = value, .bytes = bytes, .status = status};
    struct door_port a;
    NTSTATUS result;

    if (post(&a, port, &packet))
        return a.status;
    if (a.state == DOOR_PORT_OUTSIDE) {
        result = real_NtSetIoCompletion(port, key, value, status, bytes);
        leave(&a);
        return result;
    }
    /* Once more, for the pump may have been faster. */
    AcquireSRWLockShared(&draining);
    result = post(&a, port, &packet) ? a.status : real_NtSetIoCompletion(port, key, value, status, bytes);
    ReleaseSRWLockShared(&draining);
    return result;
}

struct pump {
    HANDLE port;
    uint64_t ring;
};

enum pumped { PUMPED_ONE, PUMPED_NONE, PUMPED_STOP };

/* One packet from Wine's port into the ring: none when there is none in time; the stop is the last one. */
static enum pumped pump_one(struct pump *p, LARGE_INTEGER *timeout)
{
    struct door_packet packet = {0};
    struct door_port a = {.port = p->ring, .packets = DOOR_PACK(&packet)};
    IO_STATUS_BLOCK io;
    ULONG_PTR key, value;

    if (real_NtRemoveIoCompletion(p->port, &key, &value, &io, timeout))
        return PUMPED_NONE;
    if (value == VALUE_OF(stop))
        return PUMPED_STOP;
    packet.key = key;
    packet.value = value;
    packet.bytes = io.Information;
    packet.status = io.Status;
    if (value != VALUE_OF(kick))
        door_call(DOOR_port_serve, &a);
    return PUMPED_ONE;
}

static BOOL somebody_is_outside(struct pump *p)
{
    struct door_port a = {.port = p->ring};

    return !door_call(DOOR_port_serve, &a) && a.count;
}

static void send_kick(HANDLE port)
{
    real_NtSetIoCompletion(port, 0, VALUE_OF(kick), STATUS_SUCCESS, 0);
}

/*
 * Those that were outside come back (each has its kick) before anything is taken from Wine's port: a packet that one of
 * them misses must not be overtaken. Who takes several packets at once may take others' kicks with its own, so there are
 * more as long as somebody is outside. False when the port was closed meanwhile.
 */
static BOOL drain(struct pump *p)
{
    struct door_port a = {.handle = DOOR_PACK(p->port), .port = p->ring, .state = DOOR_PORT_RING};
    LARGE_INTEGER now = {.QuadPart = 0};

    for (ULONG i = 0; i < PATIENCE && somebody_is_outside(p); i++) {
        if (i)
            send_kick(p->port);
        Sleep(1);
    }
    AcquireSRWLockExclusive(&draining);
    while (pump_one(p, &now) == PUMPED_ONE)
        ;
    door_call(DOOR_port_serve, &a);
    ReleaseSRWLockExclusive(&draining);
    return !a.status;
}

static DWORD WINAPI pump(void *arg)
{
    struct pump p = *(struct pump *)arg;
    struct door_port a = {.port = p.ring};

    HeapFree(GetProcessHeap(), 0, arg);
    if (drain(&p))
        while (pump_one(&p, NULL) == PUMPED_ONE)
            ;
    real_NtClose(p.port);
    door_call(DOOR_port_forget, &a);
    return 0;
}

static BOOL start_pump(HANDLE port, uint64_t ring)
{
    struct pump *p = HeapAlloc(GetProcessHeap(), 0, sizeof *p);
    HANDLE thread = NULL, process = GetCurrentProcess();

    if (p && !real_NtDuplicateObject(process, port, process, &p->port, 0, 0, DUPLICATE_SAME_ACCESS)) {
        p->ring = ring;
        thread = CreateThread(NULL, 0, pump, p, 0, NULL);
    }
    if (thread)
        CloseHandle(thread);
    return thread != NULL;
}

void port_bound(HANDLE port)
{
    struct door_port a = {.handle = DOOR_PACK(port)};

    early_refresh();
    if (door_call(DOOR_port_pump, &a) || !a.port)
        return;
    if (!start_pump(port, a.port))
        complain("can't start a thread for a completion port: it gets request queues' packets only");
    for (ULONG i = 0; i < a.count; i++)
        send_kick(port);
}

void port_closing(HANDLE port)
{
    struct door_port a = {.handle = DOOR_PACK(port)};

    if (!door_call(DOOR_port_closing, &a) && a.state == DOOR_PORT_RING)
        real_NtSetIoCompletion(port, (ULONG_PTR)a.other, VALUE_OF(stop), STATUS_SUCCESS, 0);
}

BOOL port_is(HANDLE handle)
{
    ULONG depth;

    return !NtQueryIoCompletion(handle, 0, &depth, sizeof depth, NULL);
}

void port_duplicated(HANDLE source, HANDLE target)
{
    struct door_port a = {.handle = DOOR_PACK(source), .other = DOOR_PACK(target)};

    door_call(DOOR_port_duplicated, &a);
}
