/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * endpoint.c: opening, sharing and closing listening sockets; accepting.
 */
#include "endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "error_report.h"
#include "log.h"
#include "reserve.h"
#include "shard.h"

#define BACKLOG 1024
#define ACCEPT_PAUSE 0.1 /* seconds without accepting after something ran out; clients wait in the kernel's backlog */

struct listener {
    ev_io io;
    ev_timer pause;
    struct shard *shard;
    int fd;
    bool lacks; /* memory or descriptors, since the last accepted connection */
};

static struct list endpoints = LIST_INIT(endpoints);
static bool stopped; /* endpoints_stop(); what is bound from then on has its port, and refuses connections */

static socklen_t address_len(const union address *a)
{
    return a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
}

static bool address_equal(const union address *a, const union address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET6)
        return a->v6.sin6_port == b->v6.sin6_port && a->v6.sin6_scope_id == b->v6.sin6_scope_id &&
               !memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr);
    return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

static void listener_pause(struct listener *l, const char *why)
{
    WARN("no connections for %.1f s: %s", ACCEPT_PAUSE, why);
    if (!l->lacks) /* one line each time that it begins: who is kept waiting nobody knows */
        error_report_refused(NULL, l->fd);
    l->lacks = true;
    ev_io_stop(l->shard->loop, &l->io);
    ev_timer_set(&l->pause, ACCEPT_PAUSE, 0);
    ev_timer_start(l->shard->loop, &l->pause);
}

static void on_pause_over(struct ev_loop *loop, ev_timer *w, int events)
{
    struct listener *l = container_of(w, struct listener, pause);

    (void)events;
    ev_io_start(loop, &l->io);
}

/* Fair to the connections there are: no more than a handful of new ones before they get their turn. */
#define ACCEPT_BATCH 16

/* The connection it would have been was lost before: accept(2) tells its error. The next one may be good. */
static bool is_of_one_connection(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH: return true;
    default: return false;
    }
}

/*
 * On Windows a connection costs the program no handle. Here it takes one of the process's descriptors, so the last of them are
 * left to the program, for its files and threads: under Wine a thread that gets none ends as it begins, and nobody hears
 * of it. No more than an eighth, and connections have as many.
 */
#define PROGRAM_DESCRIPTORS 32

/* The kernel gives the lowest number there is. One system call for a connection, because a limit may be changed any time. */
static bool is_one_of_the_last(int fd)
{
    struct rlimit limit;
    rlim_t last;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return false;
    last = limit.rlim_cur / 8 < PROGRAM_DESCRIPTORS ? limit.rlim_cur / 8 : PROGRAM_DESCRIPTORS;
    return (rlim_t)fd >= limit.rlim_cur - last && connections_count() >= last;
}

static bool has_descriptors(const struct listener *l)
{
    int fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);

    if (fd < 0)
        return false;
    close(fd);
    return !is_one_of_the_last(fd);
}

/* Why no connection can be accepted now; NULL: one can. Descriptors are counted only after some were missing. */
static const char *find_lack(const struct listener *l)
{
    if (!reserve_is_full())
        return "no memory";
    return l->lacks && !has_descriptors(l) ? "no descriptors" : NULL;
}

/* As accept4(); the connection is made by then. */
static int take_connection(struct listener *l)
{
    union address remote = {0};
    socklen_t len = sizeof remote;
    int fd = accept4(l->fd, &remote.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0)
        connection_new(l->shard, fd, &remote);
    return fd;
}

/* Why no other can be accepted behind this one. */
static const char *find_next_lack(int fd)
{
    if (fd < 0)
        return strerror(errno);
    return is_one_of_the_last(fd) ? "few descriptors are left" : NULL;
}

/* False when there is none for now. */
static bool accept_one(struct listener *l)
{
    const char *lack = find_lack(l);

    if (!lack) {
        int fd = take_connection(l);

        if (fd < 0 && (errno == EAGAIN || is_of_one_connection(errno)))
            return errno != EAGAIN;
        lack = find_next_lack(fd);
    }
    if (lack)
        listener_pause(l, lack);
    else
        l->lacks = false;
    return !lack;
}

static void on_accept(struct ev_loop *loop, ev_io *w, int events)
{
    struct listener *l = container_of(w, struct listener, io);

    (void)loop;
    if (events & EV_ERROR)
        return listener_pause(l, "the listening socket can't be watched");
    for (int i = 0; i < ACCEPT_BATCH && accept_one(l); i++)
        ;
}

static int set_flag(int fd, int level, int option)
{
    return setsockopt(fd, level, option, &(int){1}, sizeof(int));
}

/* -1, with errno as it was. */
static int close_failed(int fd)
{
    int saved = errno;

    close(fd);
    errno = saved;
    return -1;
}

static int bind_socket(const union address *a, bool reuse, bool shared)
{
    int family = a->any.sa_family, fd;

    fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if ((reuse && set_flag(fd, SOL_SOCKET, SO_REUSEADDR)) ||
        (family == AF_INET6 && set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY)) ||
        (shared && set_flag(fd, SOL_SOCKET, SO_REUSEPORT)) || bind(fd, &a->any, address_len(a)))
        return close_failed(fd);
    return fd;
}

static int open_socket(const union address *a, bool shared)
{
    int fd = bind_socket(a, true, shared);

    if (fd < 0)
        return -1;
    /* Its connections inherit the flag. */
    return set_flag(fd, IPPROTO_TCP, TCP_NODELAY) || (!stopped && listen(fd, BACKLOG)) ? close_failed(fd) : fd;
}

static enum result result_of_errno(void)
{
    switch (errno) {
    case EADDRINUSE: return RESULT_IN_USE;
    case EACCES: return RESULT_DENIED;
    case EADDRNOTAVAIL:
    case ENODEV:
    case EAFNOSUPPORT: return RESULT_NOT_LOCAL;
    default: return RESULT_NO_MEMORY;
    }
}

static bool port_is_ours(const union address *a)
{
    struct list *l;

    list_for_each(l, &endpoints) {
        struct endpoint *e = container_of(l, struct endpoint, node);

        /* The port lies at the same place in both families. */
        if (e->address.any.sa_family == a->any.sa_family && e->address.v4.sin_port == a->v4.sin_port)
            return true;
    }
    return false;
}

/* Whether a socket in that list of the kernel's has the local port. */
static bool is_listed(const char *list, uint16_t port)
{
    FILE *f = fopen(list, "re");
    bool found = false;
    unsigned local;
    char line[256];

    while (f && !found && fgets(line, sizeof line, f))
        found = sscanf(line, "%*d: %*[0-9A-Fa-f]:%x", &local) == 1 && local == port;
    if (f)
        fclose(f);
    return found;
}

/* Somebody is in the way who isn't in the kernel's lists. */
static bool is_in_unseen_use(const union address *a)
{
    uint16_t port = ntohs(a->v4.sin_port); /* at the same place in both families */
    int fd = bind_socket(a, false, false);

    if (fd >= 0) {
        close(fd);
        return false;
    }
    return errno == EADDRINUSE && !access("/proc/net/tcp", R_OK) && !is_listed("/proc/net/tcp", port) &&
           !is_listed("/proc/net/tcp6", port);
}

/*
 * A socket that is bound and doesn't listen has its port for itself on Windows. Wine gives every socket SO_REUSEADDR;
 * when ours has it, too, the kernel lets us in. Without it only connections, which are in the kernel's lists, may be in
 * the way: a bound socket isn't in any. A connection of the last server on this port may end just between the two looks;
 * so what counts is what is seen again and again.
 */
static bool is_held(const union address *a)
{
    for (int look = 0; look < 3; look++)
        if (!is_in_unseen_use(a))
            return false;
    return true;
}

/*
 * With SO_REUSEPORT the kernel would let us share the port with another process of this user, and half of its
 * connections would come here. So we ask for the port alone first.
 */
static enum result check_port_is_free(const union address *a)
{
    int fd;

    if (port_is_ours(a))
        return RESULT_OK;
    if (is_held(a))
        return RESULT_IN_USE;
    fd = open_socket(a, false);
    if (fd < 0)
        return result_of_errno();
    close(fd);
    return RESULT_OK;
}

static void listener_start(struct listener *l, struct shard *s)
{
    l->shard = s;
    ev_io_init(&l->io, on_accept, l->fd, EV_READ);
    ev_timer_init(&l->pause, on_pause_over, 0, 0);
    if (stopped)
        return;
    shard_lock(s);
    ev_io_start(s->loop, &l->io);
    shard_poke(s);
    shard_unlock(s);
}

static void listener_stop(struct listener *l)
{
    shard_lock(l->shard);
    ev_io_stop(l->shard->loop, &l->io);
    ev_timer_stop(l->shard->loop, &l->pause);
    shard_poke(l->shard);
    close(l->fd);
    shard_unlock(l->shard);
}

/* The kernel resets connections that wait when a socket stops listening: they are accepted first. BACKLOG of them, and one. */
static void listener_refuse(struct listener *l)
{
    shard_lock(l->shard);
    for (int i = 0; i <= BACKLOG / ACCEPT_BATCH && !ev_is_active(&l->pause); i++)
        on_accept(l->shard->loop, &l->io, EV_READ);
    ev_io_stop(l->shard->loop, &l->io);
    ev_timer_stop(l->shard->loop, &l->pause);
    shard_poke(l->shard);
    shutdown(l->fd, SHUT_RDWR);
    shard_unlock(l->shard);
}

void endpoints_stop(void)
{
    struct list *l;

    stopped = true;
    list_for_each(l, &endpoints)
        for (unsigned i = 0; i < shard_count; i++)
            listener_refuse(&container_of(l, struct endpoint, node)->listeners[i]);
}

static void close_sockets(struct endpoint *e, unsigned count)
{
    while (count--)
        close(e->listeners[count].fd);
}

static enum result endpoint_listen(struct endpoint *e)
{
    enum result result = check_port_is_free(&e->address);
    unsigned i;

    for (i = 0; !result && i < shard_count; i++) {
        e->listeners[i].fd = open_socket(&e->address, true);
        if (e->listeners[i].fd < 0) {
            result = result_of_errno();
            close_sockets(e, i);
        }
    }
    for (i = 0; !result && i < shard_count; i++)
        listener_start(&e->listeners[i], shards[i]);
    return result;
}

static enum result endpoint_acquire(const union address *a, struct endpoint **found)
{
    struct endpoint *e;
    struct list *l;
    enum result result;

    list_for_each(l, &endpoints) {
        e = container_of(l, struct endpoint, node);
        if (address_equal(&e->address, a)) {
            e->refs++;
            *found = e;
            return RESULT_OK;
        }
    }
    e = calloc(1, sizeof *e);
    if (e)
        e->listeners = calloc(shard_count, sizeof *e->listeners);
    if (!e || !e->listeners) {
        free(e);
        return RESULT_NO_MEMORY;
    }
    e->address = *a;
    e->refs = 1;
    result = endpoint_listen(e);
    if (result) {
        free(e->listeners);
        free(e);
        return result;
    }
    list_add_tail(&endpoints, &e->node);
    *found = e;
    return RESULT_OK;
}

static void endpoint_release(struct endpoint *e)
{
    if (!e || --e->refs)
        return;
    list_del(&e->node);
    for (unsigned i = 0; i < shard_count; i++)
        listener_stop(&e->listeners[i]);
    free(e->listeners);
    free(e);
}

void endpoints_release(struct endpoint *found[ENDPOINTS_PER_PREFIX])
{
    for (unsigned i = 0; i < ENDPOINTS_PER_PREFIX; i++) {
        endpoint_release(found[i]);
        found[i] = NULL;
    }
}

static union address make_v4(uint32_t address, uint16_t port)
{
    return (union address){.v4 = {.sin_family = AF_INET, .sin_port = htons(port),
                                  .sin_addr.s_addr = address}};
}

static union address make_v6(struct in6_addr address, uint16_t port)
{
    return (union address){.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port),
                                  .sin6_addr = address}};
}

/* Both families; one that this machine hasn't got doesn't count, as long as the other works. */
static enum result acquire_both(union address v4, union address v6,
                                struct endpoint *found[ENDPOINTS_PER_PREFIX])
{
    enum result first = endpoint_acquire(&v4, &found[0]), second;

    if (first && first != RESULT_NOT_LOCAL)
        return first;
    second = endpoint_acquire(&v6, &found[1]);
    if (second == RESULT_NOT_LOCAL && !first)
        return RESULT_OK;
    if (second)
        endpoints_release(found);
    return second;
}

/* The first interface that has the link-local address, or 0. */
static uint32_t find_scope(const struct in6_addr *address)
{
    struct ifaddrs *all, *i;
    uint32_t scope = 0;

    if (getifaddrs(&all))
        return 0;
    for (i = all; i && !scope; i = i->ifa_next) {
        const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)i->ifa_addr;

        if (a && a->sin6_family == AF_INET6 && IN6_ARE_ADDR_EQUAL(&a->sin6_addr, address))
            scope = a->sin6_scope_id;
    }
    freeifaddrs(all);
    return scope;
}

static enum result acquire_v6(const struct prefix *p, struct endpoint **found)
{
    union address a = make_v6(p->address.v6, p->port);

    if (IN6_IS_ADDR_MULTICAST(&p->address.v6))
        return RESULT_NOT_LOCAL;
    if (IN6_IS_ADDR_LINKLOCAL(&p->address.v6)) {
        a.v6.sin6_scope_id = p->scope ? p->scope : find_scope(&p->address.v6);
        if (!a.v6.sin6_scope_id)
            return RESULT_NOT_LOCAL;
    }
    return endpoint_acquire(&a, found);
}

/* The kernel lets sockets be bound to addresses of groups, too, from which no connection comes. */
static enum result acquire_v4(const struct prefix *p, struct endpoint **found)
{
    union address a = make_v4(p->address.v4.s_addr, p->port);
    uint32_t address = ntohl(p->address.v4.s_addr);

    return IN_MULTICAST(address) || address == INADDR_BROADCAST ? RESULT_NOT_LOCAL : endpoint_acquire(&a, found);
}

enum result endpoints_acquire(const struct prefix *p, struct endpoint *found[ENDPOINTS_PER_PREFIX])
{
    enum result result;

    memset(found, 0, ENDPOINTS_PER_PREFIX * sizeof *found);
    if (p->kind == HOST_ADDRESS)
        return p->family == AF_INET ? acquire_v4(p, &found[0]) : acquire_v6(p, &found[0]);
    if (p->kind == HOST_NAME && !strcmp(p->host, "localhost"))
        return acquire_both(make_v4(htonl(INADDR_LOOPBACK), p->port), make_v6(in6addr_loopback, p->port), found);
    result = acquire_both(make_v4(htonl(INADDR_ANY), p->port), make_v6(in6addr_any, p->port), found);
    return result == RESULT_NOT_LOCAL ? RESULT_IN_USE : result;
}
