/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.c: completion ports.
 *
 * Packets wait in a ring that doubles when it is full, so that posting allocates nothing in steady state. A thread that
 * finds the ring empty lines up and sleeps. Each packet posted rouses one sleeper, the last one to come (its stack is
 * still in the cache); the packet itself stays in the ring, for whoever gets there first. A thread that was roused in
 * vain lines up again; one whose deadline passes looks into the ring once more.
 */
#include "port.h"

#include <stdlib.h>

#include "../../api/handle.h"
#include "../../api/status.h"
#include "../../engine/list.h"
#include "file.h"

#define RING_FIRST 64 /* a power of two */
#define BATCH_MAX 64

struct port {
    struct object object;
    struct lock lock;
    bool closed;
    struct packet *ring;
    unsigned capacity, head, count; /* capacity is a power of two */
    struct list sleepers;
};

struct sleeper {
    struct list node; /* in port.sleepers while `roused` is 0 */
    atomic_uint roused;
};

static void port_destroy(struct object *o)
{
    struct port *p = container_of(o, struct port, object);

    free(p->ring);
    free(p);
}

/*
 * Takes the last sleeper off the list. Returns its futex word, to be woken without the lock, and only an address by
 * then; NULL when nobody sleeps. The port's lock.
 */
static atomic_uint *rouse(struct port *p)
{
    struct list *node = list_pop(&p->sleepers);
    struct sleeper *s = node ? container_of(node, struct sleeper, node) : NULL;

    if (!s)
        return NULL;
    atomic_store(&s->roused, 1);
    return &s->roused;
}

static void port_closed(struct object *o)
{
    struct port *p = container_of(o, struct port, object);
    atomic_uint *sleeper;

    lock_take(&p->lock);
    p->closed = true;
    while ((sleeper = rouse(p)))
        futex_wake(sleeper, 1);
    lock_drop(&p->lock);
}

const struct object_type port_type = {
    .name = "completion port",
    .handle_closing = handle_closing,
    .last_handle_closed = port_closed,
    .destroy = port_destroy,
};

HANDLE port_new(void)
{
    struct port *p = calloc(1, sizeof *p);

    if (!p) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    object_init(&p->object, &port_type);
    list_init(&p->sleepers);
    return object_publish(&p->object);
}

struct port *port_pin(HANDLE handle)
{
    struct object *o = object_pin(handle, &port_type);

    return o ? container_of(o, struct port, object) : NULL;
}

/* The port's lock. */
static bool ring_grow(struct port *p)
{
    unsigned capacity = p->capacity ? p->capacity * 2 : RING_FIRST;
    struct packet *ring = capacity > p->capacity ? malloc(capacity * sizeof *ring) : NULL;

    if (!ring)
        return false;
    for (unsigned i = 0; i < p->count; i++)
        ring[i] = p->ring[(p->head + i) & (p->capacity - 1)];
    free(p->ring);
    p->ring = ring;
    p->capacity = capacity;
    p->head = 0;
    return true;
}

NTSTATUS port_post(struct port *p, const struct packet *packet)
{
    atomic_uint *sleeper = NULL;
    bool room;

    lock_take(&p->lock);
    room = p->count < p->capacity || ring_grow(p);
    if (room) {
        p->ring[(p->head + p->count++) & (p->capacity - 1)] = *packet;
        sleeper = rouse(p);
    }
    lock_drop(&p->lock);
    if (sleeper)
        futex_wake(sleeper, 1);
    return room ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* The port's lock. */
static unsigned ring_take(struct port *p, struct packet *packets, unsigned most)
{
    unsigned n = most < p->count ? most : p->count;

    for (unsigned i = 0; i < n; i++)
        packets[i] = p->ring[(p->head + i) & (p->capacity - 1)];
    p->head += n;
    p->count -= n;
    return n;
}

/* Called with the port's lock and without anything in the ring; sleeps without. False after the deadline. */
static bool doze(struct port *p, deadline until)
{
    struct sleeper s;
    bool in_time = true;

    atomic_init(&s.roused, 0);
    list_add(&p->sleepers, &s.node);
    lock_drop(&p->lock);
    while (in_time && !atomic_load(&s.roused))
        in_time = futex_wait(&s.roused, 0, until);
    lock_take(&p->lock);
    list_del(&s.node);
    return in_time;
}

unsigned port_take(struct port *p, struct packet *packets, unsigned most, deadline until)
{
    bool in_time = until != DEADLINE_PAST, closed;
    unsigned n;

    lock_take(&p->lock);
    while (!(n = ring_take(p, packets, most)) && !p->closed && in_time)
        in_time = doze(p, until);
    closed = p->closed;
    lock_drop(&p->lock);
    if (!n)
        SetLastError(closed ? ERROR_ABANDONED_WAIT_0 : WAIT_TIMEOUT);
    return n;
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
    NTSTATUS status;

    if (!p)
        return FALSE;
    status = port_post(p, &packet);
    object_unpin(handle);
    return !status || fail(status_to_error(status));
}

static unsigned take_from(HANDLE handle, struct packet *packets, unsigned most, DWORD milliseconds)
{
    struct port *p = port_pin(handle);
    unsigned n = 0;

    if (p) {
        n = port_take(p, packets, most, deadline_in(milliseconds));
        object_unpin(handle);
    }
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
