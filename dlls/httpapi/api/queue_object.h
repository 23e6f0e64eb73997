/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queue_object.h: a request queue as the program sees it: a handle that behaves like a file's.
 *
 * Objects are never freed, only used again: a thread may hold one that was just closed. The look-up by handle takes no
 * lock. Creating, closing and binding happen under the config lock.
 */
#ifndef HTTPAPI_API_QUEUE_OBJECT_H
#define HTTPAPI_API_QUEUE_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <windef.h>
#include <ntstatus.h>

#include "../engine/list.h"
#include "../engine/port.h"
#include "../engine/queue.h"
#include "../engine/router.h"
#include "property.h"

/* In characters: documented are MAX_PATH bytes. */
#define QUEUE_NAME_MAX (MAX_PATH / sizeof(WCHAR))

struct http_queue {
    struct list node;          /* in the list of open or of free objects */
    struct queue *engine;      /* NULL when closed */
    struct queue *closed;      /* what it was: kept from being another's by calls that began before */
    unsigned handles;          /* how many handles the program has; config lock */
    atomic_uint refs;          /* one for all handles, one for each operation: its port stays until the last */
    unsigned version;          /* 1: HttpCreateHttpHandle, 2: HttpCreateRequestQueue; an object's for good */
    struct target urls;        /* HttpAddUrl's */
    _Atomic(HANDLE) event;     /* the first handle; signalled for operations without an event of their own */
    _Atomic(struct port *) port; /* completion port, or NULL; set once */
    ULONG_PTR key;
    atomic_uint modes;         /* FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 1, FILE_SKIP_SET_EVENT_ON_HANDLE 2 */
    atomic_bool waited_on;     /* somebody waits on the handle: see handle_waited_on() */
    atomic_bool signalled;     /* what the event would be */
    struct properties properties; /* config lock */
    WCHAR name[QUEUE_NAME_MAX + 1]; /* empty for none; config lock */
};

/* The queue of a handle, or NULL. Any thread, no lock. */
struct http_queue *queue_object_find(HANDLE handle);

/* As above for a call on a queue that is still open; NULL sets nothing. */
static inline struct queue *queue_object_engine(const struct http_queue *q)
{
    return __atomic_load_n(&q->engine, __ATOMIC_ACQUIRE);
}

/*
 * Makes a queue and its handle; `name` has QUEUE_NAME_MAX + 1 characters, and is empty for a queue without one.
 * ERROR_ALREADY_EXISTS when an open queue has that name, or another Win32 code. No locks.
 */
ULONG queue_object_create(unsigned version, const WCHAR *name, HANDLE *handle);

/*
 * For an operation, from its beginning until its completion was told. False when the queue's last handle was closed after
 * it was found, and its last operation is over: it may be gone. Any locks / no locks.
 */
bool queue_object_hold(struct http_queue *q);
void queue_object_release(struct http_queue *q);

/* HttpShutdownRequestQueue: pending receives and disconnect waits are cancelled, nothing new comes. No locks. */
void queue_object_shutdown(struct http_queue *q);

/* Ends all disconnect waits that were begun through the queue. No locks. */
void queue_object_cancel_waits(struct http_queue *q);

/* The handle's own event, for operations without one. No locks. */
void queue_object_reset(struct http_queue *q);
void queue_object_signal(struct http_queue *q);

/* The port that is bound, or NULL; it stays as long as an operation holds the queue. No locks. */
struct port *queue_object_port(struct http_queue *q);

/* A completion packet to that port. True: it lies in *late, which the port frees. No locks. */
bool queue_object_post(struct http_queue *q, struct port *port, OVERLAPPED *overlapped, NTSTATUS status,
                       ULONGLONG bytes, struct late_packet *late);

static inline bool queue_object_skips_success(const struct http_queue *q)
{
    return atomic_load_explicit(&q->modes, memory_order_relaxed) & 1;
}

#endif
