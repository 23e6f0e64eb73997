/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits.h: how much time a client is given.
 *
 * A connection has the defaults until its first request is routed, and those of the latest request's URL group from
 * then on: nobody knows before the head is parsed whose client it is. Zero is no limit.
 */
#ifndef HTTPAPI_ENGINE_LIMITS_H
#define HTTPAPI_ENGINE_LIMITS_H

#include <stdint.h>

/* Seconds, for */
struct limits {
    uint32_t idle;      /* the first byte of a request */
    uint32_t head;      /* its head, from the first byte to the last */
    uint32_t queue;     /* waiting for the application to take it */
    uint32_t body;      /* some bytes of its body, each time anew */
    uint32_t drain;     /* the rest of a body that was answered already, all of it */
    uint32_t send_rate; /* bytes a second that the client must take while a send waits for it */
};

/* http.sys's (Microsoft's page of HTTP_TIMEOUT_LIMIT_INFO). */
#define LIMITS_DEFAULT {.idle = 120, .head = 120, .queue = 120, .body = 120, .drain = 120, .send_rate = 150}

#endif
