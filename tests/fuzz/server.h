/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.h: a server on the API's functions, with clients at the other ends of socket pairs, in one thread and without
 * service threads. Its operations are counted: each ends once, as a completion port's packet or, with skip-on-success,
 * as a return code.
 */
#ifndef TESTS_FUZZ_SERVER_H
#define TESTS_FUZZ_SERVER_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <http.h>
#undef TEXT /* the engine has one of its own */

#include "alone.h"
#include "engine/list.h"

#define CLIENTS_MAX 4

struct client {
    int fd; /* -1: it has left */
    char *got;
    size_t got_len, got_size;
};

struct server {
    HANDLE queue, port; /* queue NULL: closed */
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    bool skips;             /* skip-on-success: no packet for what ends at once */
    struct list operations; /* those whose end is to come */
    struct client clients[CLIENTS_MAX];
    unsigned client_count;
};

/* One call with an OVERLAPPED. Freed, with its memory, as soon as it is over: who writes there later is seen. */
struct operation {
    OVERLAPPED overlapped;
    struct list node;
    /* It ended well, or with STATUS_BUFFER_OVERFLOW; or NULL. */
    void (*done)(struct server *s, struct operation *o, ULONG bytes);
    void *memory;  /* what the call reads and writes; of malloc() */
    size_t size;
    uint64_t mark; /* the target's */
};

void server_open(struct server *s, bool skips);

/* The clients leave, the queue is closed. Nothing must be left of it all. */
void server_close(struct server *s);

/* The queue, once more. */
void server_open_queue(struct server *s);
void server_close_queue(struct server *s);

/* Runs the loop until nothing more happens, which must come, and takes the packets. */
void server_run(struct server *s);

/* Time goes by, and the loop's sweep comes. */
void server_pass(struct server *s, double seconds);

/* NULL when there are CLIENTS_MAX. `buffer` is the size of the server's socket buffer, about. */
struct client *client_connect(struct server *s, int buffer);
void client_write(struct client *c, const char *bytes, size_t n); /* what the socket doesn't take is lost */
void client_read(struct client *c, size_t most);
void client_shutdown(struct client *c);
void client_close(struct client *c);
void client_show(const struct client *c); /* prints what it got, when the environment has FUZZ_SHOW */

/* An operation that is about to begin, and what its call returned; it may be gone behind that. */
struct operation *operation_new(size_t size, uint64_t mark);
void operation_began(struct server *s, struct operation *o, ULONG result);

#endif
