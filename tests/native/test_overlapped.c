/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_overlapped.c: results and cancellation of operations on a queue.
 */
#include "native_test.h"

#include <winternl.h>

TestSuite(overlapped, .timeout = TIMEOUT_S);

Test(overlapped, result_without_waiting)
{
    HANDLE queue = stub_queue();
    OVERLAPPED o = {.hEvent = manual_event(TRUE)};
    DWORD bytes = 99;

    stub_begin(&o);
    cr_assert(!HasOverlappedIoCompleted(&o));
    cr_assert(!is_signalled(o.hEvent));
    fails(GetOverlappedResult(queue, &o, &bytes, FALSE), ERROR_IO_INCOMPLETE);
    eq(bytes, 99);
    stub_complete(&o, STATUS_SUCCESS, 5);
    cr_assert(HasOverlappedIoCompleted(&o));
    succeeds(GetOverlappedResult(queue, &o, &bytes, FALSE));
    eq(bytes, 5);
    succeeds(GetOverlappedResult(queue, &o, &bytes, TRUE));
}

Test(overlapped, failure)
{
    HANDLE queue = stub_queue();
    OVERLAPPED o = {.hEvent = manual_event(FALSE)};
    DWORD bytes = 99;

    stub_begin(&o);
    stub_complete(&o, STATUS_CANCELLED, 0);
    fails(GetOverlappedResult(queue, &o, &bytes, TRUE), ERROR_OPERATION_ABORTED);
    eq(bytes, 0);
    stub_begin(&o);
    stub_complete(&o, STATUS_BUFFER_OVERFLOW, 12);
    fails(GetOverlappedResult(queue, &o, &bytes, TRUE), ERROR_MORE_DATA);
    eq(bytes, 12);
}

Test(overlapped, timeout)
{
    HANDLE queue = stub_queue();
    OVERLAPPED o = {.hEvent = manual_event(FALSE)};
    ULONGLONG start = GetTickCount64();
    DWORD bytes;

    stub_begin(&o);
    fails(GetOverlappedResultEx(queue, &o, &bytes, 30, FALSE), WAIT_TIMEOUT);
    cr_assert(GetTickCount64() - start >= 30);
    fails(GetOverlappedResultEx(queue, &o, &bytes, 0, TRUE), ERROR_IO_INCOMPLETE);
    o.hEvent = (HANDLE)0x7ff0;
    fails(GetOverlappedResultEx(queue, &o, &bytes, 30, FALSE), ERROR_INVALID_HANDLE);
}

static DWORD WINAPI complete(void *parameter)
{
    OVERLAPPED *o = parameter;

    await_waiters(o->hEvent ? o->hEvent : o->Pointer, 1);
    stub_complete(o, STATUS_SUCCESS, 8);
    return 0;
}

Test(overlapped, waits_on_its_event_or_the_queue)
{
    HANDLE queue = stub_queue(), thread;
    OVERLAPPED o = {.hEvent = auto_event(FALSE)};
    DWORD bytes;

    stub_begin(&o);
    thread = run(complete, &o);
    succeeds(GetOverlappedResult(queue, &o, &bytes, TRUE));
    eq(bytes, 8);
    join(thread);

    o.hEvent = NULL;
    o.Pointer = queue;
    stub_begin(&o);
    thread = run(complete, &o);
    succeeds(GetOverlappedResult(queue, &o, &bytes, TRUE));
    join(thread);
    eq(stub_calls.waited_on, 1);
}

Test(overlapped, event_with_its_low_bit_set)
{
    HANDLE queue = stub_queue(), event = manual_event(FALSE), thread;
    OVERLAPPED o = {.hEvent = (HANDLE)((ULONG_PTR)event | 1)};
    DWORD bytes;

    stub_begin(&o);
    thread = run(complete, &o);
    succeeds(GetOverlappedResult(queue, &o, &bytes, TRUE));
    join(thread);
}

/* Two operations signal the same queue handle: the end of one isn't the end of the other. */
Test(overlapped, pending_although_the_queue_is_signalled)
{
    HANDLE queue = stub_queue();
    OVERLAPPED first = {0}, second = {0};
    DWORD bytes;

    stub_begin(&first);
    stub_begin(&second);
    stub_complete(&first, STATUS_SUCCESS, 1);
    fails(GetOverlappedResult(queue, &second, &bytes, TRUE), ERROR_IO_INCOMPLETE);
}

Test(overlapped, cancel)
{
    HANDLE queue = stub_queue();
    OVERLAPPED a = {.hEvent = manual_event(FALSE)}, b = {.hEvent = manual_event(FALSE)};

    stub_begin(&a);
    stub_begin(&b);
    succeeds(CancelIoEx(queue, &b));
    eq(a.Internal, STATUS_PENDING);
    eq((NTSTATUS)b.Internal, STATUS_CANCELLED);
    cr_assert(is_signalled(b.hEvent));
    fails(CancelIoEx(queue, &b), ERROR_NOT_FOUND);
    succeeds(CancelIoEx(queue, NULL));
    eq((NTSTATUS)a.Internal, STATUS_CANCELLED);
    fails(CancelIoEx(queue, NULL), ERROR_NOT_FOUND);
    succeeds(CancelIo(queue));
}

static DWORD WINAPI cancel_io(void *queue)
{
    return (DWORD)CancelIo(queue);
}

Test(overlapped, cancel_io_is_for_the_threads_own)
{
    HANDLE queue = stub_queue();
    OVERLAPPED o = {.hEvent = manual_event(FALSE)};

    stub_begin(&o);
    eq(join(run(cancel_io, queue)), TRUE);
    eq(o.Internal, STATUS_PENDING);
    succeeds(CancelIo(queue));
    eq((NTSTATUS)o.Internal, STATUS_CANCELLED);
}

Test(overlapped, cancel_of_other_handles)
{
    HANDLE event = auto_event(FALSE), read, write;

    fails(CancelIo(event), ERROR_INVALID_HANDLE);
    fails(CancelIoEx(event, NULL), ERROR_INVALID_HANDLE);
    succeeds(CreatePipe(&read, &write, NULL, 0));
    succeeds(CancelIo(read));
    fails(CancelIoEx(read, NULL), ERROR_NOT_FOUND);
}

Test(overlapped, status_codes)
{
    eq(RtlNtStatusToDosError(STATUS_CANCELLED), ERROR_OPERATION_ABORTED);
    eq(RtlNtStatusToDosError(STATUS_SUCCESS), NO_ERROR);
    cr_assert(NT_SUCCESS(STATUS_PENDING) && !NT_SUCCESS(STATUS_BUFFER_OVERFLOW));
}
