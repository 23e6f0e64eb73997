/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.h: threads as objects.
 */
#ifndef HTTPAPI_HOST_NATIVE_THREAD_H
#define HTTPAPI_HOST_NATIVE_THREAD_H

#include "object.h"

/* The calling thread's object, whoever made the thread; lives at least as long as it. NULL without memory. */
struct object *thread_current(void);

/* A detached thread of our own, which the process's signals don't reach. False when the system has none left. */
bool thread_start_detached(void *(*run)(void *), void *argument);

#endif
