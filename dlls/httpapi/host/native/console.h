/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.h: what a server does on SIGTERM, handlers or not.
 */
#ifndef HTTPAPI_HOST_NATIVE_CONSOLE_H
#define HTTPAPI_HOST_NATIVE_CONSOLE_H

/* From now on SIGTERM goes the way of engine/stop.h, unless the program has a way of its own for it. */
void console_see_to_stop(void);

#endif
