/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_thread.c: threads.
 */
#include "native_test.h"

#include <pthread.h>

TestSuite(thread, .timeout = TIMEOUT_S);

static DWORD WINAPI tell_id(void *parameter)
{
    *(DWORD *)parameter = GetCurrentThreadId();
    return 17;
}

Test(thread, id_and_exit_code)
{
    DWORD created = 0, seen = 0, code;
    HANDLE thread = CreateThread(NULL, 0, tell_id, &seen, 0, &created);

    eq(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    eq(seen, created);
    eq(GetThreadId(thread), created);
    cr_assert(created && created != GetCurrentThreadId());
    succeeds(GetExitCodeThread(thread, &code));
    eq(code, 17);
    eq(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    succeeds(CloseHandle(thread));
    fails(GetExitCodeThread(thread, &code), ERROR_INVALID_HANDLE);
    fails(GetThreadId(auto_event(FALSE)), ERROR_INVALID_HANDLE);
}

static DWORD WINAPI leave(void *unused)
{
    (void)unused;
    ExitThread(99);
}

static DWORD WINAPI wait_for_event(void *event)
{
    return WaitForSingleObject(event, INFINITE);
}

Test(thread, exit_thread)
{
    eq(join(run(leave, NULL)), 99);
}

Test(thread, is_active_until_it_ends)
{
    HANDLE event = auto_event(FALSE), thread = run(wait_for_event, event);
    DWORD code;

    eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    succeeds(GetExitCodeThread(thread, &code));
    eq(code, STILL_ACTIVE);
    SetEvent(event);
    eq(join(thread), WAIT_OBJECT_0);
}

Test(thread, flags)
{
    fails(CreateThread(NULL, 0, leave, NULL, CREATE_SUSPENDED, NULL), ERROR_NOT_SUPPORTED);
    succeeds(CreateThread(NULL, 123456789, leave, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL));
}

Test(thread, last_error_is_its_own)
{
    SetLastError(1234);
    join(run(leave, NULL));
    fails(SetEvent(NULL), ERROR_INVALID_HANDLE);
    SetLastError(1234);
    eq(join(run(wait_for_event, NULL)), WAIT_FAILED);
    eq(GetLastError(), 1234);
}

/* A thread that knows nothing of Win32 until it asks for its own handle; it is signalled when the thread ends. */
static void *foreign(void *parameter)
{
    HANDLE real;

    if (!DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &real, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return NULL;
    if (GetThreadId(real) != GetCurrentThreadId() || WaitForSingleObject(real, 0) != WAIT_TIMEOUT)
        return NULL;
    *(HANDLE *)parameter = real;
    return parameter;
}

Test(thread, made_with_pthreads)
{
    pthread_t thread;
    HANDLE real = NULL;
    void *result;

    cr_assert(!pthread_create(&thread, NULL, foreign, &real));
    cr_assert(!pthread_join(thread, &result));
    cr_assert(result);
    eq(WaitForSingleObject(real, 0), WAIT_OBJECT_0);
    CloseHandle(real);
}

static HANDLE volatile closed_by_creator;

static DWORD WINAPI reopen_self(void *closed)
{
    HANDLE real;

    WaitForSingleObject(closed, INFINITE);
    return DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &real, 0, FALSE, 0) &&
           GetThreadId(real) == GetCurrentThreadId() && CloseHandle(real) && SetEvent(closed_by_creator);
}

Test(thread, gets_a_handle_after_its_last_was_closed)
{
    HANDLE closed = auto_event(FALSE);

    closed_by_creator = auto_event(FALSE);
    CloseHandle(run(reopen_self, closed));
    SetEvent(closed);
    eq(WaitForSingleObject(closed_by_creator, INFINITE), WAIT_OBJECT_0);
}

Test(thread, many)
{
    HANDLE threads[64];
    DWORD ids[64];

    for (int i = 0; i < 64; i++)
        threads[i] = run(tell_id, &ids[i]);
    eq(WaitForMultipleObjects(64, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (int i = 0; i < 64; i++)
        for (int k = 0; k < i; k++)
            cr_assert(ids[i] != ids[k]);
}
