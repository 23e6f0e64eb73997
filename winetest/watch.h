/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.h: a deadline for calls that have none: blocking ones, of threads that would wait for ever.
 */
#ifndef WINETEST_WATCH_H
#define WINETEST_WATCH_H

#include "test.h"

struct watch {
    HANDLE queue, over, thread;
};

/* From now on each blocking call on the queue that takes longer than some deadlines is cancelled, a failed check. */
void watch_start(struct watch *w, HANDLE queue);
void watch_stop(struct watch *w);

#endif
