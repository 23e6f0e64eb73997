/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_port.c: completion ports of the Wine process, in the process itself once a request queue is bound to them.
 *
 *   OUTSIDE   no queue, or threads that we don't see wait on it: calls go to Wine's port, and so do a queue's packets;
 *             `outside` counts those that are there
 *   DRAINING  bound: waits are served from the ring; the pump thread lets those that were outside come back, and moves
 *             what lies in Wine's port
 *   RING      posts of this process go to the ring, too; the pump moves what others put into Wine's port
 *
 * Ports are never freed, only used again, so that a thread may look at one that is gone; `refs` says whose it is.
 */
#include "wine_port.h"

#include <stdlib.h>

#include "../api/handle_table.h"
#include "../engine/port.h"
#include "host.h"
#include "wine_abi.h"


struct wine_port {
    struct port port;
    struct list node;     /* in free_ports */
    atomic_uint refs;     /* the handles together, each bound queue, the pump, each call outside */
    unsigned handles;     /* table_lock */
    _Atomic(HANDLE) handle; /* one of them */
    atomic_bool bound;    /* a queue sends its packets here */
    atomic_uint state;    /* enum door_port_state */
    atomic_uint outside;
    bool pumped;          /* table_lock */
    uint64_t pump;        /* the pump's own handle, from RING on. table_lock */
    atomic_uint watchers; /* alertable waits, which wait for `event` */
    _Atomic(HANDLE) event;
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct handle_table table;
static struct list free_ports = LIST_INIT(free_ports);
static atomic_uint early; /* threads that wait on some port of Wine's since before we were loaded: pe/early.h */

static HANDLE to_handle(uint64_t value)
{
    return (HANDLE)(ULONG_PTR)value;
}

static struct wine_port *from_door(const struct door_port *a)
{
    return (struct wine_port *)(ULONG_PTR)a->port;
}

/* Port lock: an event costs a call of wineserver, but only alertable waits, which are rare, need one. */
static void tell_watchers(struct port *p)
{
    struct wine_port *w = container_of(p, struct wine_port, port);

    if (atomic_load(&w->watchers))
        host_event_set(w->event);
}

/* Table lock. */
static struct wine_port *port_new(HANDLE handle)
{
    struct list *l = list_pop(&free_ports);
    struct wine_port *w = l ? container_of(l, struct wine_port, node) : calloc(1, sizeof *w);

    if (!w)
        return NULL;
    list_init(&w->node);
    port_init(&w->port);
    w->port.no_waiter = tell_watchers;
    w->handles = 1;
    atomic_store(&w->handle, handle);
    atomic_store(&w->bound, false);
    w->pumped = false;
    atomic_store(&w->state, DOOR_PORT_OUTSIDE);
    atomic_store(&w->refs, 1);
    if (handle_table_set(&table, handle, w))
        return w;
    port_destroy(&w->port);
    atomic_store(&w->refs, 0);
    list_add(&free_ports, &w->node);
    return NULL;
}

static void release(struct wine_port *w)
{
    if (atomic_fetch_sub(&w->refs, 1) != 1)
        return;
    port_destroy(&w->port);
    pthread_mutex_lock(&table_lock);
    list_add_tail(&free_ports, &w->node);
    pthread_mutex_unlock(&table_lock);
}

static bool try_ref(struct wine_port *w)
{
    unsigned refs = atomic_load(&w->refs);

    while (refs && !atomic_compare_exchange_weak(&w->refs, &refs, refs + 1))
        ;
    return refs;
}

/* With a reference. */
static struct wine_port *find(HANDLE handle)
{
    struct wine_port *w;

    while ((w = handle_table_get(&table, handle))) {
        if (!try_ref(w))
            continue;
        if (handle_table_get(&table, handle) == w)
            return w;
        release(w);
    }
    return NULL;
}

static struct wine_port *find_or_make(HANDLE handle)
{
    struct wine_port *w = find(handle);

    if (w)
        return w;
    pthread_mutex_lock(&table_lock);
    w = handle_table_get(&table, handle);
    if (!w)
        w = port_new(handle);
    if (w)
        atomic_fetch_add(&w->refs, 1); /* under the lock its handles have theirs */
    pthread_mutex_unlock(&table_lock);
    return w;
}

static void try_serve(struct wine_port *w)
{
    unsigned outside = DOOR_PORT_OUTSIDE;

    if (atomic_load(&w->bound) && !atomic_load(&early))
        atomic_compare_exchange_strong(&w->state, &outside, DOOR_PORT_DRAINING);
}

struct port *host_port_open(HANDLE handle)
{
    struct wine_port *w = find_or_make(handle);

    if (!w)
        return NULL;
    atomic_store(&w->bound, true);
    try_serve(w);
    return &w->port;
}

void host_port_release(struct port *p)
{
    release(container_of(p, struct wine_port, port));
}

/*
 * Counts the call before it looks at the state: whoever binds a queue afterwards sees it. Returns a reference while the
 * call is outside, else NULL.
 */
static struct wine_port *enter(struct wine_port *w, struct door_port *a)
{
    atomic_fetch_add(&w->outside, 1);
    a->state = atomic_load(&w->state);
    if (a->state == DOOR_PORT_OUTSIDE)
        return w;
    atomic_fetch_sub(&w->outside, 1);
    return NULL;
}

/*
 * Counted as outside: the pump waits for those and then moves the packet. A completion that goes to the ring before it has
 * done so overtakes this one (docs/completions.md, "Models").
 */
static bool push_outside(struct wine_port *w, const struct packet *packet, NTSTATUS *status)
{
    struct door_port a;

    if (!enter(w, &a))
        return false;
    *status = nt_set_io_completion(w->handle, packet->key, packet->value, packet->status, packet->bytes);
    atomic_fetch_sub(&w->outside, 1);
    return true;
}

enum result host_port_push(struct port *p, const struct packet *packet, struct late_packet *late)
{
    struct wine_port *w = container_of(p, struct wine_port, port);
    NTSTATUS status;

    if (atomic_load(&w->state) == DOOR_PORT_OUTSIDE && push_outside(w, packet, &status))
        return status ? RESULT_GONE : RESULT_OK;
    return port_complete(p, packet, late);
}

#define EPOCH 116444736000000000LL /* 1970, in units of 100 ns since 1601 */

/* NT's: relative when negative, else absolute. */
static uint64_t to_deadline(const struct door_port *a)
{
    int64_t left = -a->timeout;
    struct timespec t;

    if (!a->has_timeout)
        return WAIT_FOR_EVER;
    if (a->timeout > 0) {
        clock_gettime(CLOCK_REALTIME, &t);
        left = a->timeout - EPOCH - (t.tv_sec * 10000000LL + t.tv_nsec / 100);
    }
    if (left <= 0)
        return WAIT_NO_TIME;
    return left > INT64_MAX / 200 ? WAIT_FOR_EVER : clock_ns() + (uint64_t)left * 100;
}

static NTSTATUS status_of_take(enum result result)
{
    return result == RESULT_OK ? STATUS_SUCCESS : result == RESULT_TIMEOUT ? STATUS_TIMEOUT : STATUS_ABANDONED_WAIT_0;
}

/* The PE half's packet. */
static struct packet given_packet(const struct door_port *a)
{
    const struct door_packet *p = (const struct door_packet *)(ULONG_PTR)a->packets;

    return (struct packet){(uintptr_t)p->key, (uintptr_t)p->value, (uintptr_t)p->bytes, p->status};
}

static void take(struct wine_port *w, struct door_port *a)
{
    struct door_packet *to = (struct door_packet *)(ULONG_PTR)a->packets;
    struct packet packets[DOOR_BATCH];
    unsigned most = a->count < DOOR_BATCH ? a->count : DOOR_BATCH;

    a->status = status_of_take(port_take(&w->port, packets, most, &a->count, to_deadline(a)));
    for (unsigned i = 0; i < a->count; i++)
        to[i] = (struct door_packet){packets[i].key, packets[i].value, packets[i].bytes, packets[i].status, 0};
    if (!a->status && atomic_load(&w->watchers) && !port_is_empty(&w->port))
        host_event_set(w->event); /* there is something for the next one */
}

NTSTATUS wine_port_take(struct door_port *a)
{
    struct wine_port *w = find_or_make(to_handle(a->handle));

    a->state = DOOR_PORT_OUTSIDE;
    a->port = (ULONG_PTR)(w ? enter(w, a) : NULL);
    if (a->state == DOOR_PORT_OUTSIDE) {
        a->other = w && atomic_load(&w->bound) && !atomic_load(&early);
        return STATUS_SUCCESS;
    }
    take(w, a);
    release(w);
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_post(struct door_port *a)
{
    struct wine_port *w = find_or_make(to_handle(a->handle));
    struct packet packet = given_packet(a);

    a->state = DOOR_PORT_OUTSIDE;
    a->port = (ULONG_PTR)(w ? enter(w, a) : NULL);
    if (a->state == DOOR_PORT_RING)
        a->status = port_push(&w->port, &packet, PUSH_POST) ? STATUS_NO_MEMORY : STATUS_SUCCESS;
    if (a->state != DOOR_PORT_OUTSIDE)
        release(w);
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_leave(struct door_port *a)
{
    struct wine_port *w = from_door(a);

    if (w) {
        atomic_fetch_sub(&w->outside, 1);
        release(w);
    }
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_pump(struct door_port *a)
{
    struct wine_port *w = find(to_handle(a->handle));
    bool wanted;

    a->port = 0;
    if (!w)
        return STATUS_SUCCESS;
    try_serve(w);
    pthread_mutex_lock(&table_lock);
    wanted = atomic_load(&w->state) == DOOR_PORT_DRAINING && !w->pumped;
    w->pumped |= wanted;
    pthread_mutex_unlock(&table_lock);
    a->count = atomic_load(&w->outside);
    if (wanted)
        a->port = (ULONG_PTR)w;
    else
        release(w);
    return STATUS_SUCCESS;
}

/* Either this sees that the port is closed, or wine_port_closing() that there is a pump to be stopped. */
static void open_ring(struct wine_port *w, struct door_port *a)
{
    pthread_mutex_lock(&table_lock);
    w->pump = a->handle;
    atomic_store(&w->state, DOOR_PORT_RING);
    a->status = w->handles ? STATUS_SUCCESS : STATUS_ABANDONED_WAIT_0;
    pthread_mutex_unlock(&table_lock);
}

/* A packet from Wine's port (a->packets), or without one: how many calls are outside; RING is asked for by a->state. */
NTSTATUS wine_port_serve(struct door_port *a)
{
    struct wine_port *w = from_door(a);
    struct packet packet;

    if (a->packets) {
        packet = given_packet(a);
        while (port_push(&w->port, &packet, PUSH_POST) == RESULT_NO_MEMORY) /* it has nowhere else to go */
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    if (a->state == DOOR_PORT_RING)
        open_ring(w, a);
    a->count = atomic_load(&w->outside);
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_forget(struct door_port *a)
{
    release(from_door(a));
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_closing(struct door_port *a)
{
    struct wine_port *w;
    bool last = false;

    a->state = DOOR_PORT_OUTSIDE;
    if (!handle_table_get(&table, to_handle(a->handle)))
        return STATUS_SUCCESS;
    pthread_mutex_lock(&table_lock);
    w = handle_table_get(&table, to_handle(a->handle));
    if (w) {
        handle_table_set(&table, to_handle(a->handle), NULL);
        last = --w->handles == 0;
        if (!last && w->handle == to_handle(a->handle))
            w->handle = handle_table_find(&table, w);
        if (last && w->state == DOOR_PORT_RING) {
            a->state = DOOR_PORT_RING;
            a->other = w->pump;
        }
    }
    pthread_mutex_unlock(&table_lock);
    if (last) {
        port_close(&w->port);
        release(w);
    }
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_duplicated(struct door_port *a)
{
    struct wine_port *w = find_or_make(to_handle(a->handle));

    if (!w)
        return STATUS_NO_MEMORY;
    pthread_mutex_lock(&table_lock);
    if (handle_table_set(&table, to_handle(a->other), w))
        w->handles++;
    pthread_mutex_unlock(&table_lock);
    release(w);
    return STATUS_SUCCESS;
}

NTSTATUS wine_port_early(struct door_port *a)
{
    atomic_store(&early, a->count);
    return STATUS_SUCCESS;
}

static void make_event(struct wine_port *w)
{
    HANDLE event, none = NULL;

    if (w->event || host_event_create(&event))
        return;
    if (!atomic_compare_exchange_strong(&w->event, &none, event))
        host_handle_close(event);
}

NTSTATUS wine_port_watch(struct door_port *a)
{
    struct wine_port *w;

    if (!a->count) {
        w = from_door(a);
        atomic_fetch_sub(&w->watchers, 1);
        release(w);
        return STATUS_SUCCESS;
    }
    w = find(to_handle(a->handle));
    a->port = (ULONG_PTR)w;
    if (!w)
        return STATUS_INVALID_HANDLE;
    make_event(w);
    atomic_fetch_add(&w->watchers, 1);
    a->other = (ULONG_PTR)w->event;
    return STATUS_SUCCESS;
}
