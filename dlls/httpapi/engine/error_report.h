/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_report.h: what becomes a line of the error log, and what it says.
 *
 * A request has one line at most: its first misfortune; so has a connection between requests. docs/behaviour.md, "Error
 * log", has the table of reasons.
 */
#ifndef HTTPAPI_ENGINE_ERROR_REPORT_H
#define HTTPAPI_ENGINE_ERROR_REPORT_H

#include "connection.h"
#include "page.h"

/* X(name, phrase): those that aren't answers; the others are in page.h. */
#define ERROR_REASONS(X) \
    X(CLIENT_RESET, "Client_Reset") \
    X(CONNECTION_DROPPED, "Connection_Dropped") \
    X(ABANDONED, "Connection_Abandoned_By_ReqQueue") \
    X(REQUEST_CANCELLED, "Request_Cancelled") \
    X(NOT_ACCEPTED, "Connections_Refused") \
    X(NO_MEMORY, "N/A") \
    X(TIMER_IDLE, "Timer_ConnectionIdle") \
    X(TIMER_HEAD, "Timer_HeaderWait") \
    X(TIMER_BODY, "Timer_EntityBody") \
    X(TIMER_SEND, "Timer_MinBytesPerSecond") \
    X(TIMER_QUEUE, "Timer_ReqQueue")

enum error_reason {
#define X(name, phrase) ERROR_##name,
    ERROR_REASONS(X)
#undef X
};

const char *error_phrase(enum error_reason reason);

/* The present request is refused, or what waits on the connection ends, for this reason. Shard lock. */
void error_report_page(struct connection *c, enum page page);
void error_report(struct connection *c, enum error_reason reason);

/* The connection ends: nothing is reported when nothing is lost with it, or when the reason was. Shard lock. */
void error_report_end(struct connection *c);

/* A client that was never given a connection; `client` NULL: nobody knows who. `fd`: the server's end. Any locks. */
void error_report_refused(const union address *client, int fd);

#endif
