/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_object.c: handles.
 */
#include "native_test.h"

TestSuite(object, .timeout = TIMEOUT_S);

Test(object, handles_are_small_multiples_of_four)
{
    for (int i = 0; i < 1000; i++) {
        ULONG_PTR value = (ULONG_PTR)auto_event(FALSE);

        cr_assert(value && value % 4 == 0 && value < 1 << 24, "%#zx", (size_t)value);
    }
}

Test(object, low_two_bits_are_the_programs)
{
    HANDLE event = auto_event(FALSE);

    succeeds(SetEvent((HANDLE)((ULONG_PTR)event | 1)));
    succeeds(is_signalled((HANDLE)((ULONG_PTR)event | 3)));
    succeeds(CloseHandle((HANDLE)((ULONG_PTR)event | 2)));
    fails(CloseHandle(event), ERROR_INVALID_HANDLE);
}

Test(object, stale_and_made_up_handles)
{
    HANDLE bad[] = {NULL, INVALID_HANDLE_VALUE, (HANDLE)4, (HANDLE)0x123456, (HANDLE)0xfffffff0,
                    (HANDLE)(ULONG_PTR)0xdeadbeefdeadbeec, auto_event(FALSE)};

    CloseHandle(bad[6]);
    for (size_t i = 0; i < ARRAYSIZE(bad); i++) {
        fails(SetEvent(bad[i]), ERROR_INVALID_HANDLE);
        if (i != 1)
            fails(CloseHandle(bad[i]), ERROR_INVALID_HANDLE);
        fails(WaitForSingleObject(bad[i], 0) != WAIT_FAILED, ERROR_INVALID_HANDLE);
    }
}

Test(object, stale_while_its_slot_is_used_again)
{
    HANDLE first = auto_event(FALSE);

    CloseHandle(first);
    for (int i = 0; i < 14; i++) {
        HANDLE next = auto_event(FALSE);

        cr_assert(next != first);
        fails(SetEvent(first), ERROR_INVALID_HANDLE);
        CloseHandle(next);
    }
}

Test(object, wrong_type)
{
    HANDLE event = auto_event(FALSE), port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);

    fails(SetEvent(port), ERROR_INVALID_HANDLE);
    fails(ReleaseSemaphore(event, 1, NULL), ERROR_INVALID_HANDLE);
    fails(PostQueuedCompletionStatus(event, 0, 0, NULL), ERROR_INVALID_HANDLE);
    fails(WaitForSingleObject(port, 0) != WAIT_FAILED, ERROR_INVALID_HANDLE);
    fails(SetEvent(stub_queue()), ERROR_INVALID_HANDLE);
}

Test(object, pseudo_handles)
{
    succeeds(CloseHandle(GetCurrentProcess()));
    succeeds(CloseHandle(GetCurrentThread()));
    eq(WaitForSingleObject(GetCurrentThread(), 0), WAIT_TIMEOUT);
}

Test(object, duplicate_is_the_same_object)
{
    HANDLE event = manual_event(FALSE), other;

    succeeds(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    cr_assert(other != event);
    succeeds(SetEvent(other));
    succeeds(is_signalled(event));
    succeeds(CloseHandle(event));
    succeeds(is_signalled(other));
    succeeds(CloseHandle(other));
}

Test(object, duplicate_and_close_source)
{
    HANDLE event = auto_event(TRUE), other;

    succeeds(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE,
                             DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    fails(SetEvent(event), ERROR_INVALID_HANDLE);
    succeeds(is_signalled(other));
    fails(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE, 0),
          ERROR_INVALID_HANDLE);
    fails(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &event, 0, FALSE, 0x10),
          ERROR_INVALID_PARAMETER);
    fails(DuplicateHandle(other, other, GetCurrentProcess(), &event, 0, FALSE, 0), ERROR_INVALID_HANDLE);
    fails(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &event, 0, FALSE, 0),
          ERROR_INVALID_HANDLE);
}

Test(object, queue_handles_are_told_of)
{
    HANDLE queue = stub_queue(), other;
    OVERLAPPED o = {0};

    succeeds(DuplicateHandle(GetCurrentProcess(), queue, GetCurrentProcess(), &other, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    eq(stub_calls.duplicated, 1);
    o.hEvent = manual_event(FALSE);
    stub_begin(&o);
    succeeds(CloseHandle(queue));
    eq(stub_calls.closing, 1);
    eq(o.Internal, STATUS_PENDING);
    succeeds(CloseHandle(other));
    eq(stub_calls.closing, 2);
    eq((NTSTATUS)o.Internal, STATUS_CANCELLED);
    succeeds(is_signalled(o.hEvent));
    fails(CloseHandle(other), ERROR_INVALID_HANDLE);
    eq(stub_calls.closing, 2);
}

Test(object, only_queues_and_ports_are_told_of)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);

    stub_queue();
    CloseHandle(auto_event(FALSE));
    eq((ULONG_PTR)stub_closed_port, 0);
    CloseHandle(port);
    eq((ULONG_PTR)stub_closed_port, (ULONG_PTR)port);
    eq(stub_calls.closing, 0);
}

/* Each thread closes all handles: every one must be closed exactly once. */

#define HANDLES 2000
static HANDLE to_close[HANDLES];
static LONG closed;

static DWORD WINAPI close_all(void *unused)
{
    (void)unused;
    for (int i = 0; i < HANDLES; i++)
        if (CloseHandle(to_close[i]))
            InterlockedIncrement(&closed);
    return 0;
}

Test(object, concurrent_closes_succeed_once)
{
    HANDLE threads[4];

    for (int i = 0; i < HANDLES; i++)
        to_close[i] = auto_event(FALSE);
    for (int i = 0; i < 4; i++)
        threads[i] = run(close_all, NULL);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
    eq(closed, HANDLES);
}

static DWORD WINAPI close_one(void *handle)
{
    return (DWORD)CloseHandle(handle);
}

/* The second close comes while the first is under way, and the handle still open to others. */
Test(object, close_during_a_close)
{
    HANDLE queue = stub_queue(), thread;
    OVERLAPPED o = {0};

    stub_closing_takes = MOMENT;
    thread = run(close_one, queue);
    Sleep(MOMENT / 2);
    cr_assert(CloseHandle(queue) + (BOOL)join(thread) == 1);
    eq(stub_calls.closing, 1);
    fails(CancelIoEx(queue, &o), ERROR_INVALID_HANDLE);
}

/* Calls on handles that come and go are answered or refused, never worse. */

static HANDLE volatile target;
static LONG volatile stop;

static DWORD WINAPI use_target(void *unused)
{
    (void)unused;
    while (!InterlockedOr(&stop, 0)) {
        HANDLE handle = __atomic_load_n(&target, __ATOMIC_RELAXED), other;

        SetEvent(handle);
        WaitForSingleObject(handle, 0);
        if (DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &other, 0, FALSE, 0))
            CloseHandle(other);
    }
    return 0;
}

Test(object, use_races_with_close)
{
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = run(use_target, NULL);
    for (int i = 0; i < 3000; i++) {
        HANDLE event = auto_event(FALSE);

        __atomic_store_n(&target, event, __ATOMIC_RELAXED);
        SwitchToThread();
        succeeds(CloseHandle(event));
    }
    InterlockedExchange(&stop, 1);
    for (int i = 0; i < 3; i++)
        join(threads[i]);
}

/* As many as there is room for: then no more, until one is closed. */
Test(object, all_handles_there_are)
{
    HANDLE last = NULL, next;
    unsigned n = 0;

    while ((next = auto_event(FALSE))) {
        last = next;
        n++;
    }
    eq(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
    eq(n, 256 * 1024);
    fails(CreateThread(NULL, 0, close_one, NULL, 0, NULL), ERROR_NOT_ENOUGH_MEMORY);
    succeeds(CloseHandle(last));
    next = auto_event(TRUE);
    succeeds(is_signalled(next));
    cr_assert(!auto_event(FALSE));
}
