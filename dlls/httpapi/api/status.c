/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * status.c: how an operation ended, in three vocabularies.
 */
#include "status.h"

#include "../engine/log.h"

/* X(engine's result or -1, NTSTATUS, Win32 code) */
#define STATUSES(X) \
    X(RESULT_OK, STATUS_SUCCESS, NO_ERROR) \
    X(RESULT_PENDING, STATUS_PENDING, ERROR_IO_PENDING) \
    X(RESULT_EOF, STATUS_END_OF_FILE, ERROR_HANDLE_EOF) \
    X(RESULT_MORE, STATUS_BUFFER_OVERFLOW, ERROR_MORE_DATA) \
    X(RESULT_CANCELED, STATUS_CANCELLED, ERROR_OPERATION_ABORTED) \
    X(RESULT_GONE, STATUS_CONNECTION_INVALID, ERROR_CONNECTION_INVALID) \
    X(RESULT_RESET, STATUS_LOCAL_DISCONNECT, ERROR_NETNAME_DELETED) \
    X(RESULT_INVALID, STATUS_INVALID_PARAMETER, ERROR_INVALID_PARAMETER) \
    X(RESULT_NO_MEMORY, STATUS_NO_MEMORY, ERROR_NOT_ENOUGH_MEMORY) \
    X(RESULT_UNSUPPORTED, STATUS_NOT_SUPPORTED, ERROR_NOT_SUPPORTED) \
    X(RESULT_EXISTS, STATUS_OBJECT_NAME_COLLISION, ERROR_ALREADY_EXISTS) \
    X(RESULT_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND, ERROR_FILE_NOT_FOUND) \
    X(RESULT_IN_USE, STATUS_SHARING_VIOLATION, ERROR_SHARING_VIOLATION) \
    X(RESULT_NOT_LOCAL, STATUS_INVALID_ADDRESS_COMPONENT, ERROR_INVALID_NETNAME) \
    X(RESULT_DENIED, STATUS_ACCESS_DENIED, ERROR_ACCESS_DENIED) \
    X(RESULT_IO_ERROR, STATUS_IO_DEVICE_ERROR, ERROR_IO_DEVICE) \
    X(RESULT_FAULT, STATUS_ACCESS_VIOLATION, ERROR_NOACCESS) \
    X(-1, STATUS_INVALID_DEVICE_REQUEST, ERROR_INVALID_FUNCTION) \
    X(-1, STATUS_INVALID_HANDLE, ERROR_INVALID_HANDLE) \
    X(-1, STATUS_BUFFER_TOO_SMALL, ERROR_INSUFFICIENT_BUFFER) \
    X(-1, STATUS_NOT_FOUND, ERROR_NOT_FOUND) \
    X(RESULT_TIMEOUT, STATUS_TIMEOUT, ERROR_TIMEOUT) \
    X(-1, STATUS_INSUFFICIENT_RESOURCES, ERROR_NO_SYSTEM_RESOURCES)

static const struct {
    int result;
    NTSTATUS status;
    ULONG error;
} statuses[] = {
#define X(result, status, error) {result, status, error},
    STATUSES(X)
#undef X
};

#define COUNT (sizeof statuses / sizeof *statuses)

NTSTATUS result_to_status(enum result result)
{
    for (size_t i = 0; i < COUNT; i++)
        if (statuses[i].result == (int)result)
            return statuses[i].status;
    ERR("result %d has no status", result);
    return STATUS_INSUFFICIENT_RESOURCES;
}

ULONG status_to_error(NTSTATUS status)
{
    for (size_t i = 0; i < COUNT; i++)
        if (statuses[i].status == status)
            return statuses[i].error;
    ERR("status %08x has no error code", (unsigned)status);
    return ERROR_MR_MID_NOT_FOUND;
}

NTSTATUS error_to_status(ULONG error)
{
    for (size_t i = 0; i < COUNT; i++)
        if (statuses[i].error == error)
            return statuses[i].status;
    return STATUS_INSUFFICIENT_RESOURCES;
}

ULONG result_to_error(enum result result)
{
    return status_to_error(result_to_status(result));
}
