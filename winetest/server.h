/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * server.h: the server side of the tests: a queue with a URL, receiving with a deadline, a simple response.
 */
#ifndef WINETEST_SERVER_H
#define WINETEST_SERVER_H

#include "client.h"
#include "walk.h"

extern const HTTPAPI_VERSION version_1, version_2;

/* "http://HOST:PORT/PATH" (path begins with the slash), in one of 16 buffers that are used in turn. */
const WCHAR *make_url(const char *host, USHORT port, const char *path);

/* make_url() with the host localhost. */
const WCHAR *local_url(USHORT port, const char *path);

/* Each lacks the scheme, the port or the slash behind it. */
#define MALFORMED_URLS 6
extern const WCHAR *const malformed_urls[MALFORMED_URLS];

/* Makes `queue` the one that gets the group's requests; NULL: none does. */
ULONG bind_group(HTTP_URL_GROUP_ID group, HANDLE queue);

/*
 * A queue that gets the requests for http://localhost:PORT/. Version 1 is HttpCreateHttpHandle and HttpAddUrl, version
 * 2 a session, a group and a request queue. Stopping removes all of it again, in the documented order, and checks that.
 */
struct server {
    int version;
    USHORT port;
    HANDLE queue;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
};

#define URL_CONTEXT 0xdeadbeef /* of a version 2 server's URLs; those of version 1 have 0 */

int server_start(struct server *server, int version);

/* The version of a queue; 0 when that can't be told. */
int queue_version(HANDLE queue);

/* The same without any URL; `port` is free. */
int server_start_bare(struct server *server, int version);
void server_stop(struct server *server);

/* Adds or removes http://localhost:PORT/PATH, by HttpAddUrl or to the group; what that returned. */
ULONG server_add(struct server *server, const char *path);
ULONG server_remove(struct server *server, const char *path);

/* Another server on the first one's port, without any URL. To be stopped like any. */
int server_start_beside(struct server *second, const struct server *first);

/*
 * One receive with an OVERLAPPED. `bytes` and `result` are set when it is over; `data` is the caller's buffer, as a
 * request and as bytes.
 */
#define RECEIVE_BUFFER 16384

struct receive {
    OVERLAPPED overlapped;
    HANDLE queue;
    ULONG result; /* ERROR_IO_PENDING while it is under way */
    DWORD bytes;
    union {
        HTTP_REQUEST request;
        char bytes[RECEIVE_BUFFER];
    } data;
};

/* Makes the event; the rest of the OVERLAPPED and the buffer hold garbage, as they may. */
void receive_init(struct receive *receive, HANDLE queue);

/* Starts one; what the call returned. Of NO_ERROR, `bytes` is known then. May be started again when it is over. */
ULONG receive_start(struct receive *receive, HTTP_REQUEST_ID id, ULONG flags);

/* Its result, waiting up to `milliseconds`; ERROR_IO_PENDING when it isn't over by then. */
ULONG receive_wait(struct receive *receive, DWORD milliseconds);

/* Cancels what is under way and closes the event. */
void receive_close(struct receive *receive);

/*
 * The next request of `queue`: receive_init, start, and wait until the deadline. A failed check, and 0, when none
 * comes. receive_close() afterwards, in either case.
 */
HTTP_REQUEST_ID receive_next(struct receive *receive, HANDLE queue);

/* Whether a receive on the queue stays pending for a short time: no request waits there. */
int queue_is_empty(HANDLE queue);

/* Answers 200 with that text, blocking; what the call returned. respond_status() with any status, and flags. */
ULONG respond(HANDLE queue, HTTP_REQUEST_ID id, const char *body);
ULONG respond_status(HANDLE queue, HTTP_REQUEST_ID id, USHORT status, const char *reason, const char *body,
                     ULONG flags);

/* Sends a GET for `path` on the connection, receives it from the queue, answers, and takes the answer: all checked. */
int exchange(SOCKET s, USHORT port, HANDLE queue, const char *path);

#endif
