/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.h: waiting on a handle.
 */
#ifndef HTTPAPI_HOST_NATIVE_WAIT_H
#define HTTPAPI_HOST_NATIVE_WAIT_H

#include "deadline.h"
#include "object.h"

/* WAIT_OBJECT_0, WAIT_TIMEOUT, or WAIT_FAILED with the last error set. */
DWORD wait_on_handle(HANDLE handle, deadline until);

#endif
