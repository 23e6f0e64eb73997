/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waitable.h: objects that threads wait on.
 *
 * Such an object is a count: above zero it is signalled. A wait that it ends takes one from the count (auto-reset
 * events, semaphores) or leaves it (manual-reset events, threads).
 */
#ifndef HTTPAPI_HOST_NATIVE_WAITABLE_H
#define HTTPAPI_HOST_NATIVE_WAITABLE_H

#include "../../engine/list.h"
#include "deadline.h"
#include "lock.h"
#include "object.h"

struct waitable {
    struct object object;
    struct lock lock;
    bool consumed;        /* a wait takes one from `count` */
    unsigned all_waiters; /* of the waiters, how many wait for more objects at the same time; see waitable.c */
    LONG count;           /* lock */
    LONG limit;           /* `count` never gets higher */
    struct list waiters;  /* in order of arrival; lock */
};

void waitable_init(struct waitable *w, const struct object_type *type, LONG count, LONG limit, bool consumed);

/*
 * Adds to the count and ends waits, those that came first first. False, and nothing is changed, when the limit would be
 * exceeded. *previous (may be NULL): the count before.
 */
bool waitable_add(struct waitable *w, LONG count, LONG *previous);

/* As above, up to the limit. */
void waitable_set(struct waitable *w);

/* Takes all of the count. */
void waitable_reset(struct waitable *w);

/*
 * Waits until one or all of the objects, which the caller keeps alive, are signalled. An object may be there twice only
 * when waiting for one. Returns the index of the object that ended the wait (0 for all), or WAIT_TIMEOUT.
 */
DWORD waitables_wait(struct waitable **objects, unsigned count, bool all, deadline until);

#endif
