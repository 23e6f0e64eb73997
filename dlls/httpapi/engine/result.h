/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * result.h: how an engine call or an operation ends. api/status.c maps each to a Win32 code and an NTSTATUS.
 */
#ifndef HTTPAPI_ENGINE_RESULT_H
#define HTTPAPI_ENGINE_RESULT_H

enum result {
    RESULT_OK,
    RESULT_PENDING,     /* the operation's io runs later */
    RESULT_EOF,         /* the request or its body was read to its end; a file that is sent became shorter */
    RESULT_MORE,        /* there is more than fits the buffer */
    RESULT_CANCELED,    /* cancelled by its caller, or its queue was closed or shut down */
    RESULT_GONE,        /* no such request or connection: stale id, answered, or its client left */
    RESULT_RESET,       /* the connection broke while the operation ran */
    RESULT_INVALID,     /* an argument makes no sense in the object's present state */
    RESULT_NO_MEMORY,
    RESULT_UNSUPPORTED, /* not built yet, or not possible for this object */
    RESULT_EXISTS,      /* the URL prefix is registered already */
    RESULT_NOT_FOUND,
    RESULT_IN_USE,      /* the port belongs to a socket that isn't ours */
    RESULT_NOT_LOCAL,   /* the address isn't this machine's */
    RESULT_DENIED,      /* the system doesn't let us have the port */
    RESULT_IO_ERROR,    /* a file chunk couldn't be read */
    RESULT_FAULT,       /* the caller's memory isn't there */
    RESULT_TIMEOUT,     /* nothing came in time */
};

#endif
