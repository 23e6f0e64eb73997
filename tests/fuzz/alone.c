/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * alone.c: what the linker puts (--wrap) in the place of the network, the clock and chance, so that the same input
 * makes the same run: nothing listens, and time passes when a target says so.
 */
#include "alone.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "engine/endpoint.h"
#include "engine/shard.h"

static double now = 1000;

enum result __wrap_endpoints_acquire(const struct prefix *p, struct endpoint *found[ENDPOINTS_PER_PREFIX]);
void __wrap_endpoints_release(struct endpoint *found[ENDPOINTS_PER_PREFIX]);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *len);
double __wrap_shard_now(void);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags);

enum result __wrap_endpoints_acquire(const struct prefix *p, struct endpoint *found[ENDPOINTS_PER_PREFIX])
{
    (void)p;
    memset(found, 0, ENDPOINTS_PER_PREFIX * sizeof *found);
    return RESULT_OK;
}

void __wrap_endpoints_release(struct endpoint *found[ENDPOINTS_PER_PREFIX])
{
    (void)found;
}

/* A connection's own end, which is one of a pair of Unix sockets. */
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
    (void)fd;
    *(struct sockaddr_in *)address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(ALONE_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *len = sizeof(struct sockaddr_in);
    return 0;
}

double __wrap_shard_now(void)
{
    return now;
}

/* Keys of hash tables, and boundaries between parts. */
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags)
{
    (void)flags;
    memset(buffer, 0x5a, size);
    return (ssize_t)size;
}

void alone_pass(double seconds)
{
    now += seconds;
}
