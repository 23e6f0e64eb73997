/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_threadpool.c: callbacks of operations on a queue, and others.
 */
#include "native_test.h"

#include "../../dlls/httpapi/host/host.h"

TestSuite(threadpool, .timeout = TIMEOUT_S);

/* What the last callback was given; the event says that it came. */
static struct {
    HANDLE event;
    PVOID context, overlapped;
    ULONG error;
    ULONG_PTR bytes;
    LONG volatile count;
} called;

/* Callbacks of several operations may run at once. */
static void note_call(PVOID context, PVOID overlapped, ULONG error, ULONG_PTR bytes)
{
    static SRWLOCK lock = SRWLOCK_INIT;

    AcquireSRWLockExclusive(&lock);
    called.context = context;
    called.overlapped = overlapped;
    called.error = error;
    called.bytes = bytes;
    ReleaseSRWLockExclusive(&lock);
    InterlockedIncrement(&called.count);
    SetEvent(called.event);
}

static void CALLBACK on_io(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped, ULONG error,
                           ULONG_PTR bytes, PTP_IO io)
{
    cr_assert(instance && io);
    note_call(context, overlapped, error, bytes);
}

static void CALLBACK on_bound(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    note_call(NULL, overlapped, error, bytes);
}

static PTP_IO new_io(void)
{
    PTP_IO io = CreateThreadpoolIo(stub_queue(), on_io, &called, NULL);

    cr_assert(io);
    called.event = auto_event(FALSE);
    return io;
}

static void await_callback(void)
{
    eq(WaitForSingleObject(called.event, INFINITE), WAIT_OBJECT_0);
}

Test(threadpool, io_callback)
{
    PTP_IO io = new_io();
    OVERLAPPED o = {0};

    StartThreadpoolIo(io);
    stub_begin(&o);
    stub_complete(&o, STATUS_BUFFER_OVERFLOW, 12);
    await_callback();
    eq(called.error, ERROR_MORE_DATA);
    eq(called.bytes, 12);
    eq((ULONG_PTR)called.overlapped, (ULONG_PTR)&o);
    eq((ULONG_PTR)called.context, (ULONG_PTR)&called);
    StartThreadpoolIo(io);
    stub_begin(&o);
    stub_complete(&o, STATUS_SUCCESS, 1);
    await_callback();
    eq(called.error, NO_ERROR);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CloseThreadpoolIo(io);
}

Test(threadpool, io_cancelled_before_it_began)
{
    PTP_IO io = new_io();

    StartThreadpoolIo(io);
    CancelThreadpoolIo(io);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CloseThreadpoolIo(io);
    eq(called.count, 0);
}

static DWORD WINAPI wait_for_io(void *io)
{
    WaitForThreadpoolIoCallbacks(io, FALSE);
    return (DWORD)InterlockedOr(&called.count, 0);
}

Test(threadpool, wait_for_io_callbacks)
{
    PTP_IO io = new_io();
    OVERLAPPED o[3] = {0};
    HANDLE thread;

    for (int i = 0; i < 3; i++) {
        StartThreadpoolIo(io);
        stub_begin(&o[i]);
    }
    thread = run(wait_for_io, io);
    eq(WaitForSingleObject(thread, MOMENT), WAIT_TIMEOUT);
    for (int i = 0; i < 3; i++)
        stub_complete(&o[i], STATUS_SUCCESS, 0);
    eq(join(thread), 3);
}

/* The completion of what was pending then makes no callback, a later one does. */
Test(threadpool, wait_and_cancel_pending)
{
    PTP_IO io = new_io();
    OVERLAPPED before = {0}, after = {0};

    StartThreadpoolIo(io);
    stub_begin(&before);
    WaitForThreadpoolIoCallbacks(io, TRUE);
    StartThreadpoolIo(io);
    stub_begin(&after);
    stub_complete(&before, STATUS_CANCELLED, 0);
    Sleep(MOMENT);
    eq(InterlockedOr(&called.count, 0), 0);
    stub_complete(&after, STATUS_SUCCESS, 0);
    await_callback();
    WaitForThreadpoolIoCallbacks(io, FALSE);
    Sleep(MOMENT);
    eq(InterlockedOr(&called.count, 0), 1);
}

/* Closing with an operation pending: its callback still comes, and after it nothing. */
Test(threadpool, close_before_the_last_callback)
{
    PTP_IO io = new_io();
    OVERLAPPED o = {0};

    StartThreadpoolIo(io);
    stub_begin(&o);
    CloseThreadpoolIo(io);
    stub_complete(&o, STATUS_SUCCESS, 4);
    await_callback();
    eq(called.bytes, 4);
    stub_begin(&o);
    stub_complete(&o, STATUS_SUCCESS, 5); /* its object is gone: dropped */
    Sleep(MOMENT);
    eq(InterlockedOr(&called.count, 0), 1);
}

Test(threadpool, io_without_start_is_ignored)
{
    PTP_IO io = new_io();
    OVERLAPPED o = {0};

    stub_begin(&o);
    stub_complete(&o, STATUS_SUCCESS, 5);
    Sleep(MOMENT);
    eq(InterlockedOr(&called.count, 0), 0);
    CloseThreadpoolIo(io);
}

Test(threadpool, bind_io_completion_callback)
{
    HANDLE queue = stub_queue();
    OVERLAPPED o = {0};

    called.event = auto_event(FALSE);
    fails(BindIoCompletionCallback(queue, on_bound, 1), ERROR_INVALID_PARAMETER);
    fails(BindIoCompletionCallback(auto_event(FALSE), on_bound, 0), ERROR_INVALID_HANDLE);
    succeeds(BindIoCompletionCallback(queue, on_bound, 0));
    fails(BindIoCompletionCallback(queue, on_bound, 0), ERROR_INVALID_PARAMETER);
    stub_begin(&o);
    stub_complete(&o, STATUS_CANCELLED, 0);
    await_callback();
    eq(called.error, ERROR_OPERATION_ABORTED);
    stub_complete(&o, STATUS_SUCCESS, 0);
}

Test(threadpool, create_io_errors)
{
    fails(CreateThreadpoolIo(auto_event(FALSE), on_io, NULL, NULL), ERROR_INVALID_HANDLE);
    fails(CreateThreadpoolIo(stub_queue(), on_io, NULL, (PTP_CALLBACK_ENVIRON)&called), ERROR_NOT_SUPPORTED);
}

/* --- work */

static LONG volatile worked;

static void CALLBACK work_once(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    (void)instance, (void)context, (void)work;
    InterlockedIncrement(&worked);
}

static void CALLBACK work_slowly(PTP_CALLBACK_INSTANCE instance, PVOID begun, PTP_WORK work)
{
    (void)instance, (void)work;
    SetEvent(begun);
    Sleep(MOMENT);
    InterlockedIncrement(&worked);
}

Test(threadpool, wait_for_a_callback_that_runs)
{
    HANDLE begun = auto_event(FALSE);
    PTP_WORK work = CreateThreadpoolWork(work_slowly, begun, NULL);

    SubmitThreadpoolWork(work);
    eq(WaitForSingleObject(begun, INFINITE), WAIT_OBJECT_0);
    WaitForThreadpoolWorkCallbacks(work, TRUE);
    eq(InterlockedOr(&worked, 0), 1);
    CloseThreadpoolWork(work);
}

static void CALLBACK simple_once(PTP_CALLBACK_INSTANCE instance, PVOID event)
{
    (void)instance;
    SetEvent(event);
}

Test(threadpool, work)
{
    PTP_WORK work = CreateThreadpoolWork(work_once, NULL, NULL);

    for (int i = 0; i < 1000; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    eq(worked, 1000);
    SubmitThreadpoolWork(work);
    CloseThreadpoolWork(work);
    while (InterlockedOr(&worked, 0) < 1001)
        Sleep(1);
}

Test(threadpool, simple_callback)
{
    HANDLE event = auto_event(FALSE);

    succeeds(TrySubmitThreadpoolCallback(simple_once, event, NULL));
    eq(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    fails(TrySubmitThreadpoolCallback(simple_once, event, (PTP_CALLBACK_ENVIRON)&worked), ERROR_NOT_SUPPORTED);
}

/* Callbacks that block until the last of them runs: the pool must grow, or they hang. */

#define BLOCKED 20
static HANDLE open_gate;

static void CALLBACK block(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    (void)instance, (void)context;
    if (InterlockedIncrement(&worked) == BLOCKED)
        SetEvent(open_gate);
    WaitForSingleObject(open_gate, INFINITE);
}

Test(threadpool, grows_when_its_threads_are_blocked)
{
    open_gate = manual_event(FALSE);
    for (int i = 0; i < BLOCKED; i++)
        succeeds(TrySubmitThreadpoolCallback(block, NULL, NULL));
    eq(WaitForSingleObject(open_gate, INFINITE), WAIT_OBJECT_0);
}

/* The same key as the pool's own packets have can't be made up by a program. */
Test(threadpool, handles_are_internal)
{
    LONG closed = 0;

    new_io();
    for (ULONG_PTR handle = 4; handle < 64 * 64; handle += 4)
        closed += CloseHandle((HANDLE)handle);
    /* The queue, the event and, for a program that closes what isn't its own, the pool's port. */
    eq(closed, 3);
}
