/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle_stub.h: in place of api/, one request queue that does nothing by itself. A test begins and ends its operations
 * by hand, and sees what the Win32 front told about the handle.
 */
#ifndef HTTPAPI_TESTS_NATIVE_HANDLE_STUB_H
#define HTTPAPI_TESTS_NATIVE_HANDLE_STUB_H

#include <stdbool.h>

#include <windows.h>

/* Makes the queue; once for each test. */
HANDLE stub_queue(void);

/* An operation that pends: resets the event, as op_begin() does. */
void stub_begin(OVERLAPPED *overlapped);

/* Ends it: result, event or queue handle, packet. */
void stub_complete(OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes);

/* What a completed operation leaves at a port. False when the handle isn't a port's. */
bool stub_post(HANDLE port, ULONG_PTR key, ULONG_PTR value, NTSTATUS status, ULONG_PTR bytes);

/* How often the front has called each function of api/handle.h for the queue's handles. */
struct stub_calls {
    LONG closing, duplicated, waited_on, cancel;
};
extern struct stub_calls stub_calls;

/* handle_closing() takes so long (milliseconds). */
extern DWORD stub_closing_takes;

/* What it was told. */
extern HANDLE stub_port;
extern ULONG stub_modes;
extern HANDLE stub_closed_port; /* the last port that was said to be closing */

#endif
