/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.h: the environment, as the native host itself reads it.
 */
#ifndef HTTPAPI_HOST_NATIVE_PROCESS_H
#define HTTPAPI_HOST_NATIVE_PROCESS_H

/* A copy of the variable's value, to be given to free(); NULL with errno ENOENT or ENOMEM. */
char *environment_copy(const char *name);

#endif
