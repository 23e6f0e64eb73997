/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * date.h: the Date header's value.
 */
#ifndef HTTPAPI_ENGINE_DATE_H
#define HTTPAPI_ENGINE_DATE_H

#define DATE_LEN 29 /* "Sat, 21 Nov 2026 00:57:16 GMT" */

/* The present second as an HTTP date, NUL-terminated. Each thread formats it once a second. */
void date_now(char buffer[DATE_LEN + 1]);

#endif
