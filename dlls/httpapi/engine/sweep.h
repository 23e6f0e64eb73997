/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sweep.h: a look at all connections of a loop, once a second, instead of a timer for each.
 */
#ifndef HTTPAPI_ENGINE_SWEEP_H
#define HTTPAPI_ENGINE_SWEEP_H

struct shard;

/*
 * Ends connections whose client is too slow, or whose request waits too long in its queue; tries again to watch those parked
 * ones for which the kernel had no room. Shard lock.
 */
void connections_sweep(struct shard *s);

#endif
