/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object.h: objects, and the handles that lead to them.
 *
 * A call pins the handle it was given: while pinned, the handle's object can't go away, even when another thread closes
 * the handle meanwhile. That costs one atomic operation and no lock.
 */
#ifndef HTTPAPI_HOST_NATIVE_OBJECT_H
#define HTTPAPI_HOST_NATIVE_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "native.h"

struct object;

struct object_type {
    const char *name;
    bool waitable;                               /* is a struct waitable */
    bool internal;                               /* programs can neither close nor duplicate its handles */
    bool (*handle_closing)(HANDLE);              /* these three may be NULL: see api/handle.h for the first two */
    bool (*handle_duplicated)(HANDLE source, HANDLE target);
    void (*last_handle_closed)(struct object *); /* no handle leads to it any more */
    void (*destroy)(struct object *);            /* frees it, without references */
};

/* The first member of each object. */
struct object {
    const struct object_type *type;
    atomic_uint refs;
    atomic_uint handles;
};

/* With one reference, the caller's. */
void object_init(struct object *o, const struct object_type *type);
void object_ref(struct object *o);
void object_unref(struct object *o);

/*
 * A handle for a new object; takes the caller's reference over, also when it fails. NULL and
 * ERROR_NOT_ENOUGH_MEMORY when there is no room.
 */
HANDLE object_publish(struct object *o);

/* One more handle for the object of a pinned handle. NULL sets the last error. */
HANDLE object_publish_again(struct object *o);

/*
 * The object of a handle, pinned; GetCurrentThread() is understood. NULL and ERROR_INVALID_HANDLE when there is none,
 * or it isn't of the type (NULL: any that isn't internal). Unpin with the same handle.
 */
struct object *object_pin(HANDLE handle, const struct object_type *type);
void object_unpin(HANDLE handle);

/*
 * False, and nothing is done, when the handle is closed already. Of several threads that close a handle one succeeds.
 * by_program: an internal object's handle is refused, and the type's handle_closing() called; otherwise neither.
 */
bool object_close(HANDLE handle, bool by_program);

#endif
