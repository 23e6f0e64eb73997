/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hangup.c: an epoll set inside the loop's epoll set.
 */
#include "hangup.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connection.h"
#include "list.h"
#include "shard.h"

struct hangup {
    ev_io io;
    int fd;
};

#define BATCH 16

static void on_hangup(struct ev_loop *loop, ev_io *w, int events)
{
    struct epoll_event e[BATCH];
    int n = epoll_wait(w->fd, e, BATCH, 0);

    (void)loop, (void)events;
    while (n-- > 0) {
        connection_close(e[n].data.ptr, false);
        connection_settle(e[n].data.ptr);
    }
}

struct hangup *hangup_new(struct shard *s)
{
    struct hangup *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    h->fd = epoll_create1(EPOLL_CLOEXEC);
    if (h->fd < 0) {
        free(h);
        return NULL;
    }
    ev_io_init(&h->io, on_hangup, h->fd, EV_READ);
    ev_io_start(s->loop, &h->io);
    return h;
}

void hangup_free(struct hangup *h)
{
    close(h->fd);
    free(h);
}

bool hangup_is_watched(const struct hangup *h)
{
    return ev_is_active(&h->io);
}

bool hangup_add(struct hangup *h, struct connection *c)
{
    struct epoll_event e = {.events = 0, .data.ptr = c};

    return !epoll_ctl(h->fd, EPOLL_CTL_ADD, c->fd, &e);
}

void hangup_remove(struct hangup *h, struct connection *c)
{
    epoll_ctl(h->fd, EPOLL_CTL_DEL, c->fd, NULL);
}
