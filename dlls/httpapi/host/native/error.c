/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.c: the last error, and what the system's errors are called in Win32.
 */
#include <errno.h>

#include "../../engine/log.h"
#include "native.h"

/* X(errno, Win32 code) */
#define ERRORS(X) \
    X(ENOENT, ERROR_FILE_NOT_FOUND) \
    X(ENOTDIR, ERROR_PATH_NOT_FOUND) \
    X(ELOOP, ERROR_BAD_PATHNAME) \
    X(ENAMETOOLONG, ERROR_FILENAME_EXCED_RANGE) \
    X(EACCES, ERROR_ACCESS_DENIED) \
    X(EPERM, ERROR_ACCESS_DENIED) \
    X(EISDIR, ERROR_ACCESS_DENIED) \
    X(ETXTBSY, ERROR_SHARING_VIOLATION) \
    X(EBUSY, ERROR_SHARING_VIOLATION) \
    X(EROFS, ERROR_WRITE_PROTECT) \
    X(EEXIST, ERROR_FILE_EXISTS) \
    X(EMFILE, ERROR_TOO_MANY_OPEN_FILES) \
    X(ENFILE, ERROR_NO_SYSTEM_RESOURCES) \
    X(ENOMEM, ERROR_NOT_ENOUGH_MEMORY) \
    X(EAGAIN, ERROR_NO_SYSTEM_RESOURCES) \
    X(ENOSPC, ERROR_DISK_FULL) \
    X(EDQUOT, ERROR_DISK_FULL) \
    X(EFBIG, ERROR_DISK_FULL) \
    X(EIO, ERROR_IO_DEVICE) \
    X(EPIPE, ERROR_NO_DATA) \
    X(ECONNRESET, ERROR_BROKEN_PIPE) \
    X(EFAULT, ERROR_NOACCESS) \
    X(EINVAL, ERROR_INVALID_PARAMETER) \
    X(ESPIPE, ERROR_INVALID_FUNCTION) \
    X(ENXIO, ERROR_FILE_NOT_FOUND) \
    X(ENODEV, ERROR_FILE_NOT_FOUND)

static __thread DWORD last_error;

NATIVE_EXPORT DWORD GetLastError(void)
{
    return last_error;
}

NATIVE_EXPORT VOID SetLastError(DWORD error)
{
    last_error = error;
}

DWORD error_from_errno(int number)
{
    switch (number) {
#define X(name, code) \
    case name: \
        return code;
        ERRORS(X)
#undef X
    default:
        ERR("errno %d has no Win32 code", number);
        return ERROR_GEN_FAILURE;
    }
}

BOOL fail_errno(void)
{
    return fail(error_from_errno(errno));
}
