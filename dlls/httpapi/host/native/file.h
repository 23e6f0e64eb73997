/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.h: files.
 */
#ifndef HTTPAPI_HOST_NATIVE_FILE_H
#define HTTPAPI_HOST_NATIVE_FILE_H

#include "object.h"

/* Whether it is a file, pipe or standard handle; leaves the last error alone. */
bool is_file(HANDLE handle);

/* As host_file_fd(). */
NTSTATUS file_duplicate_fd(HANDLE file, int *fd);

#endif
