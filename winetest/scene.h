/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scene.h: what the tests of the request path share: a server with one client, overlapped calls, request buffers and
 * responses.
 *
 * Nothing here waits without a deadline. A call that hasn't ended by then is cancelled, so that nobody writes into its
 * memory later, and gives WAIT_TIMEOUT.
 */
#ifndef WINETEST_SCENE_H
#define WINETEST_SCENE_H

#include "server.h"

/* --- an overlapped call */

struct call {
    OVERLAPPED overlapped;
    HANDLE event; /* NULL for a bare one */
};

/* With a manual-reset event. The rest of the OVERLAPPED is garbage: callers initialise nothing but hEvent. */
void call_open(struct call *c);
/* Without an event: the queue's handle or its port tells. */
void call_open_bare(struct call *c);
void call_close(struct call *c);

/* GetOverlappedResult says that the call hasn't ended. */
BOOL call_pending(HANDLE queue, struct call *c);

/*
 * The code with which a call ended; `returned` is what the function itself gave. When it was NO_ERROR or
 * ERROR_IO_PENDING, waits for the end. `bytes` may be NULL.
 */
ULONG call_end(HANDLE queue, struct call *c, ULONG returned, ULONG *bytes);

/* --- a request buffer */

union inbox {
    HTTP_REQUEST_V1 v1;
    HTTP_REQUEST_V2 v2;
    char bytes[16384];
};

/* The smallest buffer a queue of that version takes. */
ULONG smallest_request(int version);

/* One receive; gives its final code. */
ULONG receive_into(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, void *buffer, ULONG size, ULONG *bytes);

/* One body read; gives its final code. */
ULONG read_body(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, void *buffer, ULONG size, ULONG *bytes);

/* --- a response */

struct reply {
    HTTP_RESPONSE_V2 response;
    HTTP_DATA_CHUNK chunks[4];
    HTTP_UNKNOWN_HEADER unknown[8];
};

void reply_init(struct reply *r, USHORT status, const char *reason);
void reply_header(struct reply *r, HTTP_HEADER_ID id, const char *value);
void reply_text(struct reply *r, const char *text);
void chunk_text(HTTP_DATA_CHUNK *chunk, const char *text);

/* Blocking. */
ULONG reply_send(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, struct reply *r, ULONG *sent);
ULONG body_send(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, const char *text, ULONG *sent);

/* --- a server and its client */

struct scene {
    struct server server; /* http://localhost:PORT/ */
    HANDLE queue;
    USHORT port;
    int version;
    SOCKET client;
    union inbox in; /* the request received last */
};

void scene_open(struct scene *x, int version);
void scene_close(struct scene *x);

/* The present client is done with; another one connects. */
void scene_reconnect(struct scene *x);

/*
 * The client sends `text`, in which only %u is special: the port. The server receives the request into x->in. Gives the
 * request's id; 0, and a failed check, when it doesn't come.
 */
HTTP_REQUEST_ID scene_take(struct scene *x, const char *text, ULONG flags);

/*
 * Answers x->in and lets the client read that: the connection is ready for the next request. All of x->in's pointers are
 * followed before (walk.h). The second is for a request that isn't in x->in.
 */
void scene_finish(struct scene *x);
void scene_answer(struct scene *x, HTTP_REQUEST_ID id);

/*
 * A response with a body of `length` bytes, which go to `body` (it has room for one more). Whether it came. For long
 * ones: recv_answer() looks at everything again with each piece.
 */
int recv_long_body(SOCKET s, char *body, int length);

/* Closes the socket with a reset; whether the peer reset the connection (before the deadline). */
void reset(SOCKET s);
int is_reset(SOCKET s);

#define GET_FOOBAR \
    "GET /foobar HTTP/1.1\r\nHost: localhost:%u\r\nConnection: keep-alive\r\nUser-Agent: winetest\r\n\r\n"
#define POST_HEAD "POST /foobar HTTP/1.1\r\nHost: localhost:%u\r\n"

/* Runs a test for both versions of the API. */
#define BOTH(test) \
    do { \
        for (int version_ = 1; version_ <= 2; version_++) \
            test(version_); \
    } while (0)

#endif
