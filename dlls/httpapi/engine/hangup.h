/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hangup.h: notices a reset on connections that nobody reads from.
 *
 * A connection that isn't read (its client is ahead of the application, or has sent its FIN) has no watcher in
 * the loop, which would spin on unread bytes. It goes into a second epoll set that reports errors and hang-ups
 * only; the loop watches that set's descriptor. Shard lock.
 */
#ifndef HTTPAPI_ENGINE_HANGUP_H
#define HTTPAPI_ENGINE_HANGUP_H

#include <stdbool.h>

struct connection;
struct hangup;
struct shard;

struct hangup *hangup_new(struct shard *s);
void hangup_free(struct hangup *h);

/* Whether the loop, which has taken a turn since, took it in. Shard lock. */
bool hangup_is_watched(const struct hangup *h);

/* False when the kernel has no room for it: nothing will be noticed. */
bool hangup_add(struct hangup *h, struct connection *c);
void hangup_remove(struct hangup *h, struct connection *c);

#endif
