/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loopback.h: the whole engine in one thread, over 127.0.0.1 and without any Win32: a client on one end, an application
 * that receives from a queue on the other. Whoever waits runs the engine's loop, so nothing happens behind a test's back
 * and no test sleeps.
 *
 *   loopback_open -> client_open, client_send -> app_receive -> app_answer -> client_reply -> loopback_close
 */
#ifndef TESTS_UNIT_LOOPBACK_H
#define TESTS_UNIT_LOOPBACK_H

#include <sys/types.h>

#include "engine/body.h"
#include "engine/connection.h"
#include "engine/queue.h"
#include "engine/request.h"
#include "engine/router.h"
#include "engine/send.h"
#include "engine/shard.h"

struct loopback {
    struct queue *queue;
    struct target target; /* has http://localhost:port/, context LOOPBACK_CONTEXT */
    uint16_t port;
};

#define LOOPBACK_CONTEXT 0xdeadbeefu

/* One shard, one queue. Once in a process. */
void loopback_open(struct loopback *l);

/* Closes the queue, waits for the last connection to end, and asserts that no object is left. */
void loopback_close(struct loopback *l);

/* A test between an open and a close of `l`. */
#define LoopbackTest(suite, name, ...) \
    Test(suite, name, .init = loopback_open_shared, .fini = loopback_close_shared, ##__VA_ARGS__)
extern struct loopback l;
void loopback_open_shared(void);
void loopback_close_shared(void);

/* Runs the loop until *until; the test fails when that takes ten seconds. */
void loopback_run(const bool *until);

/* Runs the loop as long as there is something to do at once. */
void loopback_settle(void);

/* The engine's clock goes forward by so many seconds, and the sweep comes. */
void loopback_pass(double seconds);

/* The only connection. */
struct connection *loopback_connection(void);

/* --- the client's end; sockets don't block */

int client_open(const struct loopback *l);
void client_close(int fd);
void client_send(int fd, const char *text);
void client_write(int fd, const void *bytes, size_t n);
void client_shutdown(int fd); /* a FIN */
void client_reset(int fd);    /* an RST; closes it */

/* Some bytes; 0 at the FIN, -1 after a reset. Waits. */
ssize_t client_read(int fd, void *buffer, size_t size);

/* What the client has got and not read yet, without waiting. */
size_t client_pending(int fd);

struct reply {
    int status;
    char head[4096]; /* with the empty line */
    char body[4096];
    size_t body_len; /* all of it, also of what doesn't fit */
};

/* One response, its body as long as its Content-Length says. In a static buffer. */
const struct reply *client_reply(int fd);
const struct reply *client_reply_to_head(int fd); /* without a body, whatever the head says */

/* Nothing but the FIN is left to read. */
void client_expect_end(int fd);
void client_expect_reset(int fd);

/* --- the application's end */

/* The next request, TAKEN or delivered whole; waits for it as a blocked thread does. */
struct request *app_take(struct loopback *l);
struct request *app_receive(struct loopback *l);

/* A receive that pends until `over`. */
struct receiving {
    struct receive receive;
    bool over;
};

enum result app_receive_begin(struct loopback *l, struct receiving *x);

/* A response or a part of one: begin, add pieces, send. */
struct answer {
    struct send send;
    char head[1024];
    bool over;
};

enum { LAST = 0, MORE = 1, DISCONNECT = 2, BUFFERED = 4, OPAQUE = 8 };

void answer_begin(struct answer *a, unsigned status, const char *reason);
void answer_header(struct answer *a, const char *name, const char *value);
void answer_part(struct answer *a); /* instead of answer_begin: no head */
void answer_memory(struct answer *a, const void *bytes, size_t n);
void answer_file(struct answer *a, int fd, uint64_t offset, uint64_t n);
enum result answer_send(struct loopback *l, uint64_t id, struct answer *a, unsigned flags);

/* A 200 with this body, sent at once. */
void app_answer(struct loopback *l, uint64_t id, const char *body);

/* A read of body bytes that pends until `over`. */
struct reading {
    struct body_read read;
    bool over;
};

enum result app_read_begin(struct loopback *l, uint64_t id, struct reading *x, void *buffer, size_t size, bool fill);

/* The same, waited for. */
enum result app_read(struct loopback *l, uint64_t id, void *buffer, size_t size, bool fill, size_t *got);

#endif
