/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue_object.c: handles, the event and the port of a queue; what NT calls on its handle do.
 */
#include "queue_object.h"

#include <stdlib.h>
#include <string.h>

#include "../engine/connections.h"
#include "../engine/log.h"
#include "../engine/utf16.h"
#include "../host/host.h"
#include "group.h"
#include "handle.h"
#include "handle_table.h"
#include "op.h"
#include "status.h"

static struct handle_table queues; /* changed under the config lock */
static struct list open_objects = LIST_INIT(open_objects); /* config lock */
/*
 * By version: a call that found an object which is closed and used again by now has checked its arguments for that version.
 * Config lock.
 */
static struct list free_objects[] = {LIST_INIT(free_objects[0]), LIST_INIT(free_objects[1])};

/* Config lock. */
static struct list *free_objects_of(unsigned version)
{
    return &free_objects[version - 1];
}

struct http_queue *queue_object_find(HANDLE handle)
{
    return handle_table_get(&queues, handle);
}

/* Config lock. */
static bool add_handle(struct http_queue *q, HANDLE handle)
{
    if (!handle_table_set(&queues, handle, q))
        return false;
    q->handles++;
    return true;
}

/* Config lock. */
static struct http_queue *object_alloc(unsigned version)
{
    struct list *l = list_pop(free_objects_of(version));
    struct http_queue *q;

    if (l)
        return container_of(l, struct http_queue, node);
    q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    list_init(&q->node);
    q->version = version;
    return q;
}

/* Config lock. */
static struct http_queue *object_new(unsigned version)
{
    struct http_queue *q = object_alloc(version);
    struct queue *engine = q ? queue_open() : NULL;

    if (!q)
        return NULL;
    if (!engine) {
        list_add(free_objects_of(version), &q->node);
        return NULL;
    }
    list_add_tail(&open_objects, &q->node);
    q->handles = 0;
    q->refs = 1;
    target_init(&q->urls);
    q->port = NULL;
    q->modes = 0;
    q->closed = NULL;
    q->waited_on = q->signalled = false;
    q->properties = properties_default;
    __atomic_store_n(&q->engine, engine, __ATOMIC_RELEASE);
    return q;
}

/* Config lock. */
static void object_free(struct http_queue *q)
{
    queue_recycle(q->closed);
    list_del(&q->node);
    list_add_tail(free_objects_of(q->version), &q->node);
}

/* As names of NT objects, without regard to case. */
static bool same_name(const WCHAR *a, const WCHAR *b)
{
    while (*a && utf16_fold(*a) == utf16_fold(*b))
        a++, b++;
    return !*a && !*b;
}

/* Config lock. */
static bool name_is_taken(const WCHAR *name)
{
    struct list *l;

    list_for_each(l, &open_objects) {
        struct http_queue *q = container_of(l, struct http_queue, node);

        if (q->engine && q->name[0] && same_name(q->name, name))
            return true;
    }
    return false;
}

static void name_engine(struct queue *engine, const WCHAR *name)
{
    char utf8[QUEUE_NAME_MAX * 3 + 1];
    size_t len = 0;

    while (name[len])
        len++;
    utf8[utf16_to_utf8(name, len, utf8, sizeof utf8 - 1)] = 0;
    queue_set_name(engine, utf8);
}

/* Config lock. */
static ULONG create(unsigned version, const WCHAR *name, HANDLE event)
{
    struct http_queue *q;

    if (name_is_taken(name))
        return ERROR_ALREADY_EXISTS;
    if (!handle_table_reserve(&queues, event)) /* what can fail comes first: calls that found the object before may hold it */
        return ERROR_NOT_ENOUGH_MEMORY;
    q = object_new(version);
    if (!q)
        return ERROR_NOT_ENOUGH_MEMORY;
    q->event = event;
    memcpy(q->name, name, sizeof q->name);
    name_engine(q->engine, name);
    router_bind(&q->urls, q->engine);
    add_handle(q, event);
    return NO_ERROR;
}

ULONG queue_object_create(unsigned version, const WCHAR *name, HANDLE *handle)
{
    HANDLE event;
    NTSTATUS status = host_event_create(&event);
    ULONG error;

    if (status)
        return status_to_error(status);
    pthread_mutex_lock(&config_lock);
    error = create(version, name, event);
    pthread_mutex_unlock(&config_lock);
    if (error) {
        host_handle_close(event);
        return error;
    }
    *handle = event;
    INFO("queue %p opened, version %u", event, version);
    return NO_ERROR;
}

static bool match_queue(const struct io *io, const void *arg)
{
    return ((const struct op *)io->owner)->queue == arg;
}

/* All that belongs to the queue; its handles are closed. No locks. */
static void object_close(struct http_queue *q)
{
    pthread_mutex_lock(&config_lock);
    groups_unbind(q);
    router_remove_all(&q->urls);
    q->closed = q->engine;
    __atomic_store_n(&q->engine, NULL, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&config_lock);
    connections_cancel(match_queue, q);
    queue_close(q->closed);
}

/* Disconnect waits; the operations of requests in hand may go on (docs/behaviour.md, "Shutdown"). */
static bool match_wait(const struct io *io, const void *arg)
{
    const struct op *op = io->owner;

    return op->queue == arg && op->waits_for_disconnect;
}

void queue_object_cancel_waits(struct http_queue *q)
{
    connections_cancel(match_wait, q);
}

void queue_object_shutdown(struct http_queue *q)
{
    struct queue *engine;

    if (!queue_object_hold(q))
        return;
    engine = queue_object_engine(q);
    if (engine) {
        queue_shutdown(engine);
        queue_object_cancel_waits(q);
    }
    queue_object_release(q);
}

void queue_object_reset(struct http_queue *q)
{
    atomic_store(&q->signalled, false);
    if (atomic_load(&q->waited_on))
        host_event_reset(q->event);
}

/* Either this sees the waiter, or the waiter sees the signal: both are sequentially consistent. */
void queue_object_signal(struct http_queue *q)
{
    if (q->modes & 2)
        return;
    atomic_store(&q->signalled, true);
    if (atomic_load(&q->waited_on))
        host_event_set(q->event);
}

struct port *queue_object_port(struct http_queue *q)
{
    return atomic_load_explicit(&q->port, memory_order_acquire);
}

bool queue_object_post(struct http_queue *q, struct port *port, OVERLAPPED *overlapped, NTSTATUS status,
                       ULONGLONG bytes, struct late_packet *late)
{
    struct packet packet = {q->key, (uintptr_t)overlapped, (uintptr_t)bytes, status};
    enum result result = host_port_push(port, &packet, late);

    if (result == RESULT_GONE)
        WARN("no packet for %p: the port is closed", (void *)overlapped);
    return result == RESULT_PENDING;
}

bool queue_object_hold(struct http_queue *q)
{
    unsigned refs = atomic_load_explicit(&q->refs, memory_order_relaxed);

    while (refs && !atomic_compare_exchange_weak_explicit(&q->refs, &refs, refs + 1, memory_order_relaxed,
                                                          memory_order_relaxed))
        ;
    return refs;
}

void queue_object_release(struct http_queue *q)
{
    if (atomic_fetch_sub_explicit(&q->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (q->port)
        host_port_release(q->port);
    pthread_mutex_lock(&config_lock);
    object_free(q);
    pthread_mutex_unlock(&config_lock);
}

bool handle_known(HANDLE handle)
{
    return queue_object_find(handle);
}

/*
 * With the config lock, or NULL without it. Most handles aren't ours, and cost no lock; one that is may be closed until we
 * have it, and its object be another's.
 */
static struct http_queue *find_and_lock(HANDLE handle)
{
    struct http_queue *q = queue_object_find(handle);

    if (!q)
        return NULL;
    pthread_mutex_lock(&config_lock);
    q = queue_object_find(handle);
    if (!q)
        pthread_mutex_unlock(&config_lock);
    return q;
}

bool handle_closing(HANDLE handle)
{
    struct http_queue *q = find_and_lock(handle);
    bool last;

    if (!q)
        return false;
    last = --q->handles == 0;
    handle_table_set(&queues, handle, NULL);
    if (!last && q->event == handle)
        q->event = handle_table_find(&queues, q);
    pthread_mutex_unlock(&config_lock);
    INFO("queue handle %p closed%s", handle, last ? ", its last" : "");
    if (last) {
        object_close(q);
        queue_object_release(q);
    }
    return true;
}

bool handle_duplicated(HANDLE source, HANDLE target)
{
    struct http_queue *q = find_and_lock(source);

    if (!q)
        return false;
    add_handle(q, target);
    pthread_mutex_unlock(&config_lock);
    return true;
}

/* A file object is bound once. Config lock. */
static NTSTATUS bind_port(struct http_queue *q, const struct handle_completion_info *info)
{
    struct port *port = q->port ? NULL : host_port_open(info->port);

    if (!port)
        return STATUS_INVALID_PARAMETER;
    q->key = info->key; /* before anybody sees the port */
    atomic_store_explicit(&q->port, port, memory_order_release);
    return STATUS_SUCCESS;
}

/* Modes are only ever added (SetFileCompletionNotificationModes' documentation). Config lock. */
static NTSTATUS add_modes(struct http_queue *q, ULONG modes)
{
    atomic_fetch_or(&q->modes, modes);
    return STATUS_SUCCESS;
}

/* What handle_set_information() is given. */
union handle_info {
    struct handle_completion_info completion;
    ULONG modes;
};

static size_t info_size(ULONG info_class)
{
    switch (info_class) {
    case HANDLE_INFO_COMPLETION: return sizeof(struct handle_completion_info);
    case HANDLE_INFO_NOTIFICATION_MODES: return sizeof(ULONG);
    default: return 0;
    }
}

bool handle_set_information(HANDLE handle, ULONG info_class, const void *info, ULONG length, NTSTATUS *status)
{
    size_t size = info_size(info_class);
    union handle_info given;
    struct http_queue *q;

    if (!queue_object_find(handle))
        return false;
    TRACE("handle %p class %u length %u", handle, info_class, length);
    if (!size || length < size) {
        FIXME("information class %u on a request queue", info_class);
        *status = STATUS_NOT_SUPPORTED;
        return true;
    }
    memcpy(&given, info, size); /* it may fault: no lock is held */
    q = find_and_lock(handle);
    if (!q)
        return false;
    *status = info_class == HANDLE_INFO_COMPLETION ? bind_port(q, &given.completion) : add_modes(q, given.modes);
    pthread_mutex_unlock(&config_lock);
    return true;
}

struct cancel_match {
    const struct http_queue *queue;
    const void *overlapped; /* NULL: any */
    ULONG thread;           /* 0: any */
};

static bool match_cancel(const struct io *io, const void *arg)
{
    const struct cancel_match *m = arg;
    const struct op *op = io->owner;

    return op->queue == m->queue && (!m->overlapped || op->overlapped == m->overlapped) &&
           (!m->thread || op->thread == m->thread);
}

bool handle_cancel(HANDLE handle, const void *overlapped, bool this_thread, NTSTATUS *status)
{
    struct http_queue *q = queue_object_find(handle);
    struct cancel_match match = {q, overlapped, this_thread ? host_thread_id() : 0};
    struct queue *engine = q ? queue_object_engine(q) : NULL;
    unsigned count = 0;

    if (!q)
        return false;
    if (engine)
        count = queue_cancel(engine, match_cancel, &match) + connections_cancel(match_cancel, &match);
    *status = count || this_thread ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    return true;
}

#define QUEUES_AT_ONCE 64

/* The engine's queues of open objects, from the n-th on. They are never freed, so nothing keeps them. */
static unsigned list_engines(unsigned from, struct queue *engines[QUEUES_AT_ONCE])
{
    unsigned count = 0;
    struct list *l;

    pthread_mutex_lock(&config_lock);
    list_for_each(l, &open_objects) {
        struct queue *engine = queue_object_engine(container_of(l, struct http_queue, node));

        if (count == QUEUES_AT_ONCE)
            break;
        if (from)
            from--;
        else if (engine)
            engines[count++] = engine;
    }
    pthread_mutex_unlock(&config_lock);
    return count;
}

static bool match_own(const struct io *io, const void *arg)
{
    const struct op *op = io->owner;

    return op->thread == *(const ULONG *)arg && op->overlapped && !op->queue->port;
}

void handle_thread_ends(void)
{
    struct queue *engines[QUEUES_AT_ONCE];
    ULONG self = host_thread_id();
    unsigned done = 0, count;

    if (!op_thread_has_own())
        return;
    do {
        count = list_engines(done, engines);
        for (unsigned i = 0; i < count; i++)
            queue_cancel(engines[i], match_own, &self);
        done += count;
    } while (count == QUEUES_AT_ONCE);
    connections_cancel(match_own, &self);
}

bool handle_waited_on(HANDLE handle)
{
    struct http_queue *q = queue_object_find(handle);

    if (!q)
        return false;
    if (!atomic_exchange(&q->waited_on, true) && atomic_load(&q->signalled))
        host_event_set(q->event);
    return true;
}
