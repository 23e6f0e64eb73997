/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client.h: the client side of the tests: plain sockets on 127.0.0.1, each wait with a deadline.
 *
 * What can't be done is a failed check where it happens; the value returned then lets the test go on or stop.
 */
#ifndef WINETEST_CLIENT_H
#define WINETEST_CLIENT_H

#include "test.h"

/* Milliseconds after which something that must come counts as lost. Long: the machine may be busy. */
#define DEADLINE 10000
/* Milliseconds of silence that count as "nothing comes". */
#define QUIET 80

/* A TCP port that nobody uses at the moment; the system chooses it. */
USHORT free_port(void);

/* A socket bound to 127.0.0.1, but not listening: it only holds the port. */
SOCKET hold_port(USHORT *port);

/* A connection to 127.0.0.1; INVALID_SOCKET, without a failed check, when it is refused. */
SOCKET try_connect(USHORT port);

/* The same where it has to succeed. */
SOCKET connect_local(USHORT port);

/* Sends the formatted text. send_bytes() takes what has NULs in it. */
int send_text(SOCKET s, const char *format, ...) TEST_PRINTF(2);
int send_bytes(SOCKET s, const void *data, int length);

/* A GET of `path` from localhost:port, without further headers. */
int send_get(SOCKET s, USHORT port, const char *path);

/*
 * Receiving: all put a NUL behind what they write, so that `size` is one more than the bytes that fit, and return the
 * number of bytes.
 *
 * recv_once       what one recv() gives; 0 at the end of the stream, -1 for an error or nothing by the deadline
 * recv_until      until the text contains `end`; -1 when it doesn't come
 * recv_all        until the peer closes; -1 when it doesn't, or resets the connection
 * recv_answer     a whole response: the head, and a body of Content-Length bytes (none without that header); -1 when it
 *                 doesn't come
 */
int recv_once(SOCKET s, char *buffer, int size);
int recv_until(SOCKET s, char *buffer, int size, const char *end);
int recv_all(SOCKET s, char *buffer, int size);
int recv_answer(SOCKET s, char *buffer, int size);

/* Whether nothing comes, and the peer doesn't close, for `milliseconds`. */
int is_quiet(SOCKET s, DWORD milliseconds);

/* Whether the peer closes the connection in good order by the deadline; what it still sends is thrown away. */
int is_closed(SOCKET s);

/* Of the text of a response: its status (0 when it isn't a response), its body, and the value of a header, copied to
 * `value` (at most size - 1 characters; its length is returned, -1 without such a header). */
int answer_status(const char *answer);
const char *answer_body(const char *answer);
int answer_header(const char *answer, const char *name, char *value, int size);

/* Sends a GET on a connection of its own and returns the status of the answer. */
int get_status(USHORT port, const char *host, const char *path);

#endif
