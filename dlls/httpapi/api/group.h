/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.h: server sessions and their URL groups.
 *
 * Everything is under the config lock. Ids are slots, so that a stale or made-up one is ERROR_INVALID_PARAMETER.
 */
#ifndef HTTPAPI_API_GROUP_H
#define HTTPAPI_API_GROUP_H

#include <http.h>

#include "../engine/list.h"
#include "../engine/router.h"
#include "property.h"

struct http_queue;

struct session {
    HTTP_SERVER_SESSION_ID id;
    struct list groups;
    struct properties properties;
};

struct group {
    HTTP_URL_GROUP_ID id;
    struct list node;         /* in session.groups */
    struct session *session;
    struct target urls;
    struct http_queue *queue; /* bound to it, or NULL */
    struct properties properties;
};

/* The object of an id, or NULL. Config lock. */
struct session *session_find(HTTP_SERVER_SESSION_ID id);
struct group *group_find(HTTP_URL_GROUP_ID id);

/* The queue goes away: groups bound to it answer 503. Config lock. */
void groups_unbind(const struct http_queue *q);

#endif
