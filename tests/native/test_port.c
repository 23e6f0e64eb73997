/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_port.c: completion ports.
 */
#include "native_test.h"

#include <unistd.h>


TestSuite(port, .timeout = TIMEOUT_S);

static HANDLE new_port(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);

    cr_assert(port);
    return port;
}

static OVERLAPPED *pointer(ULONG_PTR n)
{
    return (OVERLAPPED *)n;
}

Test(port, packets_come_in_order)
{
    HANDLE port = new_port();
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    for (ULONG_PTR i = 0; i < 300; i++) { /* the ring grows, twice while its head isn't at 0 */
        succeeds(PostQueuedCompletionStatus(port, (DWORD)i, i * 10, pointer(i + 1)));
        if (i % 3 == 0) {
            succeeds(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
            eq(bytes, i / 3);
            eq(key, bytes * 10);
            eq((ULONG_PTR)overlapped, bytes + 1);
        }
    }
    for (DWORD i = 100; i < 300; i++) {
        succeeds(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE));
        eq(bytes, i);
    }
    fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), WAIT_TIMEOUT);
    eq((ULONG_PTR)overlapped, 0);
}

Test(port, batch)
{
    HANDLE port = new_port();
    OVERLAPPED_ENTRY entries[100];
    ULONG n;

    fails(GetQueuedCompletionStatusEx(port, entries, 0, &n, 0, FALSE), ERROR_INVALID_PARAMETER);
    fails(GetQueuedCompletionStatusEx(port, entries, 100, &n, 10, TRUE), WAIT_TIMEOUT);
    eq(n, 0);
    for (ULONG_PTR i = 0; i < 90; i++)
        PostQueuedCompletionStatus(port, (DWORD)i, 7, pointer(i));
    stub_post(port, 8, 9, STATUS_CANCELLED, 10);
    for (DWORD first = 0, left = 91; left; first += n, left -= n) {
        ULONG most = first ? 100 : 5;

        succeeds(GetQueuedCompletionStatusEx(port, entries, most, &n, INFINITE, FALSE));
        eq(n > 0 && n <= most && n <= left, TRUE);
        for (ULONG i = 0; i < n && first + i < 90; i++) {
            eq(entries[i].dwNumberOfBytesTransferred, first + i);
            eq(entries[i].lpCompletionKey, 7);
            eq(entries[i].Internal, STATUS_SUCCESS);
        }
    }
    eq((NTSTATUS)entries[n - 1].Internal, STATUS_CANCELLED);
    eq(entries[n - 1].lpCompletionKey, 8);
}

Test(port, failed_operation)
{
    HANDLE port = new_port();
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    stub_post(port, 1, 2, STATUS_BUFFER_OVERFLOW, 3);
    fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), ERROR_MORE_DATA);
    eq((ULONG_PTR)overlapped, 2);
    eq(bytes, 3);
    eq(key, 1);
}

Test(port, arguments)
{
    HANDLE port = new_port(), event = auto_event(FALSE), closed = new_port();
    OVERLAPPED *overlapped = pointer(5);
    ULONG_PTR key;
    DWORD bytes;

    CloseHandle(closed);
    fails(CreateIoCompletionPort(INVALID_HANDLE_VALUE, port, 0, 0), ERROR_INVALID_PARAMETER);
    fails(CreateIoCompletionPort(event, port, 0, 0), ERROR_INVALID_HANDLE);
    fails(CreateIoCompletionPort(event, NULL, 0, 0), ERROR_INVALID_HANDLE);
    fails(CreateIoCompletionPort(NULL, NULL, 0, 0), ERROR_INVALID_HANDLE);
    fails(CreateIoCompletionPort(stub_queue(), event, 0, 0), ERROR_INVALID_HANDLE);
    fails(CreateIoCompletionPort(stub_queue(), closed, 0, 0), ERROR_INVALID_HANDLE);
    fails(PostQueuedCompletionStatus(closed, 0, 0, NULL), ERROR_INVALID_HANDLE);
    fails(GetQueuedCompletionStatus(closed, &bytes, &key, &overlapped, 0), ERROR_INVALID_HANDLE);
    eq((ULONG_PTR)overlapped, 0);
    eq(stub_post(closed, 0, 0, 0, 0), FALSE);
}

Test(port, queue_bound_to_it)
{
    HANDLE port = new_port(), queue = stub_queue();
    OVERLAPPED o = {0}, *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    eq((ULONG_PTR)CreateIoCompletionPort(queue, port, 42, 0), (ULONG_PTR)port);
    fails(CreateIoCompletionPort(queue, port, 43, 0), ERROR_INVALID_PARAMETER);
    stub_begin(&o);
    stub_complete(&o, STATUS_SUCCESS, 11);
    succeeds(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE));
    eq(key, 42);
    eq(bytes, 11);
    eq((ULONG_PTR)overlapped, (ULONG_PTR)&o);
    CloseHandle(port);
    eq((ULONG_PTR)stub_closed_port, (ULONG_PTR)port);
}

Test(port, made_and_bound_at_once)
{
    HANDLE queue = stub_queue(), port = CreateIoCompletionPort(queue, NULL, 5, 1);

    cr_assert(port);
    eq((ULONG_PTR)stub_port, (ULONG_PTR)port);
}

Test(port, notification_modes)
{
    HANDLE queue = stub_queue();

    fails(SetFileCompletionNotificationModes(queue, 4), ERROR_INVALID_PARAMETER);
    fails(SetFileCompletionNotificationModes(auto_event(FALSE), 1), ERROR_INVALID_HANDLE);
    succeeds(SetFileCompletionNotificationModes(queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    eq(stub_modes, 1);
    succeeds(SetFileCompletionNotificationModes(queue, FILE_SKIP_SET_EVENT_ON_HANDLE));
    eq(stub_modes, 3);
}

Test(port, timeout_isnt_early)
{
    HANDLE port = new_port();
    ULONGLONG start = GetTickCount64();
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    fails(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 30), WAIT_TIMEOUT);
    cr_assert(GetTickCount64() - start >= 30);
}

/* --- with other threads */

#define WAITERS 5

static HANDLE port;

/* Tells its number in the system before it waits: once it sleeps, it waits for a packet. */
static DWORD WINAPI take_one(void *tid)
{
    OVERLAPPED *overlapped = pointer(1);
    ULONG_PTR key;
    DWORD bytes;

    InterlockedExchange(tid, gettid());
    if (GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE))
        return bytes;
    return overlapped ? 0 : GetLastError();
}

/* They line up one after the other. */
static void start_waiters(HANDLE threads[WAITERS])
{
    static LONG volatile tids[WAITERS];

    port = new_port();
    for (int i = 0; i < WAITERS; i++) {
        threads[i] = run(take_one, (void *)&tids[i]);
        await_asleep(&tids[i]);
    }
}

Test(port, close_ends_all_waits)
{
    HANDLE threads[WAITERS];

    start_waiters(threads);
    succeeds(CloseHandle(port));
    for (int i = 0; i < WAITERS; i++)
        eq(join(threads[i]), ERROR_ABANDONED_WAIT_0);
}

Test(port, the_last_to_come_is_woken_first)
{
    HANDLE threads[WAITERS];

    start_waiters(threads);
    for (int i = WAITERS; i--;) {
        PostQueuedCompletionStatus(port, (DWORD)i + 1, 0, NULL);
        eq(join(threads[i]), i + 1);
    }
}

Test(port, close_of_one_handle_of_two_ends_nothing)
{
    HANDLE other, thread;
    LONG volatile tid = 0;

    port = new_port();
    DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(), &other, 0, FALSE, 0);
    thread = run(take_one, (void *)&tid);
    await_asleep(&tid);
    succeeds(CloseHandle(other));
    eq(WaitForSingleObject(thread, MOMENT), WAIT_TIMEOUT);
    PostQueuedCompletionStatus(port, 77, 0, NULL);
    eq(join(thread), 77);
}

/* Every number posted by several threads comes out once, and those of one thread in order at each taker. */

#define POSTERS 3
#define TAKERS 4
#define POSTS 5000
static unsigned char seen[POSTERS][POSTS];
static LONG volatile out_of_order;

static DWORD WINAPI post_all(void *parameter)
{
    ULONG_PTR poster = (ULONG_PTR)parameter;

    for (DWORD i = 0; i < POSTS; i++)
        PostQueuedCompletionStatus(port, i, poster, pointer(1));
    return 0;
}

static void note(LONG last[POSTERS], ULONG_PTR poster, DWORD number)
{
    if ((LONG)number <= last[poster])
        InterlockedIncrement(&out_of_order);
    last[poster] = (LONG)number;
    __atomic_fetch_add(&seen[poster][number], 1, __ATOMIC_RELAXED);
}

static DWORD WINAPI take_singly(void *unused)
{
    LONG last[POSTERS] = {-1, -1, -1};
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    (void)unused;
    while (GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE) && overlapped)
        note(last, key, bytes);
    return 0;
}

static DWORD WINAPI take_batches(void *unused)
{
    LONG last[POSTERS] = {-1, -1, -1};
    OVERLAPPED_ENTRY entries[7];
    ULONG n;

    (void)unused;
    for (;;) {
        if (!GetQueuedCompletionStatusEx(port, entries, 7, &n, 1, FALSE))
            continue;
        for (ULONG i = 0; i < n; i++) {
            if (!entries[i].lpOverlapped) {
                while (++i < n) /* others need theirs */
                    PostQueuedCompletionStatus(port, 0, 0, NULL);
                return 0;
            }
            note(last, entries[i].lpCompletionKey, entries[i].dwNumberOfBytesTransferred);
        }
    }
}

Test(port, none_lost_none_twice)
{
    HANDLE posters[POSTERS], takers[TAKERS];

    port = new_port();
    for (int i = 0; i < TAKERS; i++)
        takers[i] = run(i % 2 ? take_batches : take_singly, NULL);
    for (ULONG_PTR i = 0; i < POSTERS; i++)
        posters[i] = run(post_all, (void *)i);
    for (int i = 0; i < POSTERS; i++)
        join(posters[i]);
    for (int i = 0; i < TAKERS; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    for (int i = 0; i < TAKERS; i++)
        join(takers[i]);
    for (int i = 0; i < POSTERS; i++)
        for (int k = 0; k < POSTS; k++)
            eq(seen[i][k], 1);
    eq(out_of_order, 0);
}
