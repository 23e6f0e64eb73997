/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * requests.h: the beginnings of the requests that are fed, and what feed_show() makes of them.
 */
#ifndef TESTS_UNIT_REQUESTS_H
#define TESTS_UNIT_REQUESTS_H

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: h\r\n"
#define SEEN_GET "GET /a 1.1|Host: h"
#define SEEN_POST "POST /a 1.1|Host: h"

#endif
