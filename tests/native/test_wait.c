/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_wait.c: events, semaphores, and waiting for one or all of several objects.
 */
#include "native_test.h"

TestSuite(wait, .timeout = TIMEOUT_S);

Test(wait, auto_reset_event)
{
    HANDLE event = auto_event(TRUE);

    eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SetEvent(event);
    SetEvent(event);
    eq(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

Test(wait, manual_reset_event)
{
    HANDLE event = manual_event(FALSE);

    eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SetEvent(event);
    eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    eq(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    ResetEvent(event);
    ResetEvent(event);
    eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

Test(wait, names_are_refused)
{
    fails(CreateEventA(NULL, FALSE, FALSE, "name"), ERROR_NOT_SUPPORTED);
    fails(CreateEventW(NULL, FALSE, FALSE, u"name"), ERROR_NOT_SUPPORTED);
    fails(CreateSemaphoreW(NULL, 0, 1, u"name"), ERROR_NOT_SUPPORTED);
    succeeds(CreateEventA(NULL, FALSE, FALSE, ""));
    succeeds(CreateEventW(NULL, FALSE, FALSE, u""));
}

Test(wait, semaphore)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 1, 3, NULL);
    LONG previous = -1;

    eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    eq(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    succeeds(ReleaseSemaphore(semaphore, 2, &previous));
    eq(previous, 0);
    fails(ReleaseSemaphore(semaphore, 2, &previous), ERROR_TOO_MANY_POSTS);
    eq(previous, 0);
    succeeds(ReleaseSemaphore(semaphore, 1, &previous));
    eq(previous, 2);
    for (int i = 0; i < 3; i++)
        succeeds(is_signalled(semaphore));
    eq(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    fails(ReleaseSemaphore(semaphore, 0, NULL), ERROR_INVALID_PARAMETER);
    fails(ReleaseSemaphore(semaphore, 0x7fffffff, NULL), ERROR_TOO_MANY_POSTS);
    fails(CreateSemaphoreA(NULL, 2, 1, NULL), ERROR_INVALID_PARAMETER);
    fails(CreateSemaphoreA(NULL, 0, 0, NULL), ERROR_INVALID_PARAMETER);
    fails(CreateSemaphoreA(NULL, -1, 1, NULL), ERROR_INVALID_PARAMETER);
}

Test(wait, timeout_isnt_early)
{
    HANDLE event = auto_event(FALSE), two[2] = {event, auto_event(FALSE)};
    ULONGLONG start = GetTickCount64();

    eq(WaitForSingleObject(event, 30), WAIT_TIMEOUT);
    cr_assert(GetTickCount64() - start >= 30);
    start = GetTickCount64();
    eq(WaitForMultipleObjects(2, two, FALSE, 30), WAIT_TIMEOUT);
    cr_assert(GetTickCount64() - start >= 30);
    start = GetTickCount64();
    eq(WaitForMultipleObjects(2, two, TRUE, 30), WAIT_TIMEOUT);
    cr_assert(GetTickCount64() - start >= 30);
    start = GetTickCount64();
    Sleep(30);
    cr_assert(GetTickCount64() - start >= 30);
}

Test(wait, any_reports_the_lowest_and_takes_only_that)
{
    HANDLE events[3] = {auto_event(FALSE), auto_event(TRUE), auto_event(TRUE)};

    eq(WaitForMultipleObjects(3, events, FALSE, 0), 1);
    eq(WaitForMultipleObjects(3, events, FALSE, INFINITE), 2);
    eq(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_TIMEOUT);
}

Test(wait, all_takes_all_or_none)
{
    HANDLE objects[3] = {auto_event(TRUE), manual_event(TRUE), CreateSemaphoreA(NULL, 0, 5, NULL)};

    eq(WaitForMultipleObjects(3, objects, TRUE, 0), WAIT_TIMEOUT);
    eq(WaitForMultipleObjects(3, objects, TRUE, 20), WAIT_TIMEOUT);
    ReleaseSemaphore(objects[2], 2, NULL);
    eq(WaitForMultipleObjects(3, objects, TRUE, INFINITE), WAIT_OBJECT_0);
    cr_assert(!is_signalled(objects[0]));
    cr_assert(is_signalled(objects[1]));
    cr_assert(is_signalled(objects[2]));
    cr_assert(!is_signalled(objects[2]));
}

Test(wait, arguments)
{
    HANDLE event = auto_event(TRUE), many[65], twice[2] = {event, event}, bad[2] = {event, (HANDLE)0x7ff8};

    for (int i = 0; i < 65; i++)
        many[i] = event;
    fails(WaitForMultipleObjects(0, many, FALSE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
    fails(WaitForMultipleObjects(65, many, FALSE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
    fails(WaitForMultipleObjects(2, twice, TRUE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
    fails(WaitForMultipleObjects(2, bad, FALSE, 0) != WAIT_FAILED, ERROR_INVALID_HANDLE);
    eq(WaitForMultipleObjects(64, many, FALSE, 0), WAIT_OBJECT_0);
    eq(WaitForMultipleObjects(2, twice, FALSE, 20), WAIT_TIMEOUT);
    eq(WaitForSingleObjectEx(event, 0, TRUE), WAIT_TIMEOUT);
}

/* There is nothing to be alerted of. */
Test(wait, alertable)
{
    HANDLE two[2] = {auto_event(FALSE), auto_event(TRUE)};
    ULONGLONG start = GetTickCount64();

    eq(WaitForMultipleObjectsEx(2, two, FALSE, INFINITE, TRUE), 1);
    eq(WaitForMultipleObjectsEx(2, two, TRUE, 10, TRUE), WAIT_TIMEOUT);
    SetEvent(two[0]);
    SetEvent(two[1]);
    eq(WaitForMultipleObjectsEx(2, two, TRUE, INFINITE, TRUE), WAIT_OBJECT_0);
    eq(SleepEx(20, TRUE), 0);
    cr_assert(GetTickCount64() - start >= 30);
}

/* --- with other threads */

struct waiting {
    HANDLE handles[3];
    DWORD count;
    BOOL all;
    LONG volatile *done;
};

static DWORD WINAPI wait_for(void *parameter)
{
    struct waiting *w = parameter;
    DWORD result = WaitForMultipleObjects(w->count, w->handles, w->all, INFINITE);

    if (w->done)
        InterlockedIncrement(w->done);
    return result;
}

Test(wait, signal_ends_a_wait)
{
    struct waiting w = {{auto_event(FALSE), auto_event(FALSE)}, 2, FALSE, NULL};
    HANDLE thread = run(wait_for, &w);

    await_waiters(w.handles[1], 1);
    SetEvent(w.handles[1]);
    eq(join(thread), 1);
    cr_assert(!is_signalled(w.handles[1]));
}

Test(wait, auto_reset_ends_one_wait_manual_reset_all)
{
    LONG volatile done = 0;
    struct waiting w = {{auto_event(FALSE)}, 1, FALSE, &done};
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = run(wait_for, &w);
    await_waiters(w.handles[0], 3);
    for (int i = 1; i <= 3; i++) {
        SetEvent(w.handles[0]);
        await_waiters(w.handles[0], 3 - i);
        Sleep(MOMENT / 5);
        eq(InterlockedOr(&done, 0) <= i, TRUE);
    }
    for (int i = 0; i < 3; i++)
        join(threads[i]);

    done = 0;
    w.handles[0] = manual_event(FALSE);
    for (int i = 0; i < 3; i++)
        threads[i] = run(wait_for, &w);
    await_waiters(w.handles[0], 3);
    SetEvent(w.handles[0]);
    eq(WaitForMultipleObjects(3, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    eq(done, 3);
}

Test(wait, closed_handle_goes_on_being_waited_on)
{
    struct waiting w = {{auto_event(FALSE)}, 1, FALSE, NULL};
    HANDLE other, thread;

    DuplicateHandle(GetCurrentProcess(), w.handles[0], GetCurrentProcess(), &other, 0, FALSE, 0);
    thread = run(wait_for, &w);
    await_waiters(other, 1);
    succeeds(CloseHandle(w.handles[0]));
    eq(WaitForSingleObject(thread, MOMENT), WAIT_TIMEOUT);
    SetEvent(other);
    eq(join(thread), WAIT_OBJECT_0);
}

/* A wait for all is ended by the very signal that completes it: a reset right afterwards changes nothing. */
Test(wait, all_is_decided_when_signalled)
{
    for (int i = 0; i < 100; i++) {
        struct waiting w = {{manual_event(TRUE), manual_event(FALSE)}, 2, TRUE, NULL};
        HANDLE thread = run(wait_for, &w);

        await_waiters(w.handles[1], 1);
        SetEvent(w.handles[1]);
        ResetEvent(w.handles[1]);
        eq(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
        join(thread);
    }
}

Test(wait, all_and_any_waiters_on_one_object)
{
    HANDLE shared = auto_event(FALSE), other = auto_event(FALSE);
    struct waiting all = {{shared, other}, 2, TRUE, NULL}, any = {{shared}, 1, FALSE, NULL};
    HANDLE all_thread = run(wait_for, &all), any_thread;

    await_waiters(shared, 1);
    any_thread = run(wait_for, &any);
    await_waiters(shared, 2);
    SetEvent(shared); /* of no use yet to the first in line */
    eq(join(any_thread), WAIT_OBJECT_0);
    eq(WaitForSingleObject(all_thread, MOMENT), WAIT_TIMEOUT);
    SetEvent(other);
    SetEvent(shared);
    eq(join(all_thread), WAIT_OBJECT_0);
    cr_assert(!is_signalled(shared) && !is_signalled(other));
    await_waiters(shared, 0);
}

/* The signal goes to the wait for all, because it came first and is complete. */
Test(wait, first_come_first_served)
{
    HANDLE shared = auto_event(FALSE), other = auto_event(TRUE);
    struct waiting all = {{shared, other}, 2, TRUE, NULL}, any = {{shared}, 1, FALSE, NULL};
    HANDLE all_thread = run(wait_for, &all), any_thread;

    await_waiters(shared, 1);
    any_thread = run(wait_for, &any);
    await_waiters(shared, 2);
    SetEvent(shared);
    eq(join(all_thread), WAIT_OBJECT_0);
    eq(WaitForSingleObject(any_thread, MOMENT), WAIT_TIMEOUT);
    SetEvent(shared);
    eq(join(any_thread), WAIT_OBJECT_0);
}

/*
 * Many waiters on many objects, with time-outs, in both ways: what the signallers gave, minus what is left, is what
 * the waiters took.
 */

#define OBJECTS 3
#define SIGNALS 4000
static HANDLE semaphores[OBJECTS];
static LONG volatile taken[OBJECTS], finished;

static void note(DWORD result, BOOL all)
{
    if (result == WAIT_TIMEOUT)
        return;
    for (DWORD i = 0; i < OBJECTS; i++)
        if (all || result == i)
            InterlockedIncrement(&taken[i]);
}

static DWORD WINAPI take(void *parameter)
{
    ULONG_PTR n = (ULONG_PTR)parameter;
    BOOL all = n % 2;

    for (DWORD i = 0; !InterlockedOr(&finished, 0); i++) {
        DWORD result = WaitForMultipleObjects(OBJECTS, semaphores, all, i % 3);

        cr_assert(result == WAIT_TIMEOUT || result < OBJECTS);
        note(result, all);
    }
    return 0;
}

static DWORD WINAPI give(void *unused)
{
    (void)unused;
    for (int i = 0; i < SIGNALS; i++)
        succeeds(ReleaseSemaphore(semaphores[i % OBJECTS], 1, NULL));
    return 0;
}

Test(wait, none_lost_none_twice)
{
    HANDLE takers[4], givers[2];
    LONG given[OBJECTS] = {0};

    for (int i = 0; i < OBJECTS; i++)
        semaphores[i] = CreateSemaphoreA(NULL, 0, 1000000, NULL);
    for (ULONG_PTR i = 0; i < 4; i++)
        takers[i] = run(take, (void *)i);
    for (int i = 0; i < 2; i++)
        givers[i] = run(give, NULL);
    for (int i = 0; i < 2; i++)
        join(givers[i]);
    InterlockedExchange(&finished, 1);
    for (int i = 0; i < 4; i++)
        join(takers[i]);
    for (int i = 0; i < 2 * SIGNALS; i++)
        given[i % SIGNALS % OBJECTS]++;
    for (int i = 0; i < OBJECTS; i++) {
        while (is_signalled(semaphores[i]))
            taken[i]++;
        eq(taken[i], given[i]);
    }
}

/* Signalling one object looks at the other, for the wait for both; and the other way round at the same time. */

static DWORD WINAPI set_often(void *event)
{
    ULONGLONG end = GetTickCount64() + 4 * MOMENT;

    while (GetTickCount64() < end)
        SetEvent(event);
    return 0;
}

Test(wait, signals_that_meet)
{
    struct waiting w = {.count = 3, .all = TRUE};
    HANDLE setters[2], waiter;

    for (int i = 0; i < 3; i++)
        w.handles[i] = auto_event(FALSE);
    waiter = run(wait_for, &w);
    await_waiters(w.handles[2], 1);
    for (int i = 0; i < 2; i++)
        setters[i] = run(set_often, w.handles[i]);
    for (int i = 0; i < 2; i++)
        join(setters[i]);
    SetEvent(w.handles[2]);
    eq(join(waiter), WAIT_OBJECT_0);
}

/* Two threads hand a turn to and fro: a lost wake-up would hang. */

static HANDLE ping, pong;

static DWORD WINAPI answer(void *unused)
{
    (void)unused;
    for (int i = 0; i < 5000; i++) {
        if (WaitForSingleObject(ping, INFINITE) != WAIT_OBJECT_0)
            return 1;
        SetEvent(pong);
    }
    return 0;
}

Test(wait, ping_pong)
{
    HANDLE thread;

    ping = auto_event(FALSE);
    pong = auto_event(FALSE);
    thread = run(answer, NULL);
    for (int i = 0; i < 5000; i++) {
        SetEvent(ping);
        eq(WaitForSingleObject(pong, INFINITE), WAIT_OBJECT_0);
    }
    eq(join(thread), 0);
}

Test(wait, queue_handle)
{
    HANDLE queue = stub_queue();
    OVERLAPPED o = {0};

    stub_begin(&o);
    eq(WaitForSingleObject(queue, 0), WAIT_TIMEOUT);
    eq(stub_calls.waited_on, 1);
    stub_complete(&o, STATUS_SUCCESS, 3);
    eq(WaitForMultipleObjects(1, &queue, TRUE, INFINITE), WAIT_OBJECT_0);
    eq(stub_calls.waited_on, 2);
    eq(WaitForSingleObject(queue, 0), WAIT_OBJECT_0);
}
