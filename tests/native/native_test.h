/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * native_test.h: what the tests of the native host share.
 */
#ifndef HTTPAPI_TESTS_NATIVE_TEST_H
#define HTTPAPI_TESTS_NATIVE_TEST_H

#include <criterion/criterion.h>
#include <windows.h>

#include "handle_stub.h"

/* A test that hangs fails after so many seconds; sanitizers on a busy machine need their time. */
#define TIMEOUT_S 60

/* Long enough to see that something doesn't happen (milliseconds). */
#define MOMENT 50

#define eq(actual, expected) \
    do { \
        long long eq_a = (long long)(actual), eq_e = (long long)(expected); \
        cr_assert(eq_a == eq_e, "%s is %lld (%#llx), not %lld", #actual, eq_a, eq_a, eq_e); \
    } while (0)

/* The call fails with this last error. */
#define fails(call, error) \
    do { \
        SetLastError(0xdead); \
        cr_assert(!(call), "%s succeeded", #call); \
        eq(GetLastError(), error); \
    } while (0)

#define succeeds(call) cr_assert((call), "%s: error %u", #call, GetLastError())

/* Until so many waits line up for the object. */
void await_waiters(HANDLE handle, unsigned n);

/* Until the thread whose gettid() that will be sleeps in the kernel; 0: it hasn't written it yet. */
void await_asleep(LONG volatile *tid);

static inline HANDLE auto_event(BOOL signalled)
{
    return CreateEventA(NULL, FALSE, signalled, NULL);
}

static inline HANDLE manual_event(BOOL signalled)
{
    return CreateEventA(NULL, TRUE, signalled, NULL);
}

static inline BOOL is_signalled(HANDLE handle)
{
    return WaitForSingleObject(handle, 0) == WAIT_OBJECT_0;
}

static inline HANDLE run(LPTHREAD_START_ROUTINE start, void *parameter)
{
    HANDLE thread = CreateThread(NULL, 0, start, parameter, 0, NULL);

    cr_assert(thread);
    return thread;
}

/* Waits for the thread's end and returns its exit code. */
static inline DWORD join(HANDLE thread)
{
    DWORD code;

    eq(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    succeeds(GetExitCodeThread(thread, &code));
    succeeds(CloseHandle(thread));
    return code;
}

#endif
