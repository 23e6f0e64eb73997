/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_sync.c: critical sections, SRW locks, condition variables, one-time initialisation, atomic operations.
 */
#include "native_test.h"

TestSuite(sync, .timeout = TIMEOUT_S);

static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE variable = CONDITION_VARIABLE_INIT;
static int counter; /* what the lock protects */

static DWORD WINAPI count_in_section(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10000; i++) {
        EnterCriticalSection(&section);
        EnterCriticalSection(&section);
        counter++;
        LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    return 0;
}

static DWORD WINAPI try_section(void *unused)
{
    (void)unused;
    return (DWORD)TryEnterCriticalSection(&section);
}

static void run_three(LPTHREAD_START_ROUTINE start)
{
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = run(start, NULL);
    for (int i = 0; i < 3; i++)
        join(threads[i]);
}

Test(sync, critical_section)
{
    succeeds(InitializeCriticalSectionAndSpinCount(&section, 4000));
    run_three(count_in_section);
    eq(counter, 30000);
    succeeds(TryEnterCriticalSection(&section));
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    eq(join(run(try_section, NULL)), FALSE);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

static DWORD WINAPI count_in_srw(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10000; i++) {
        AcquireSRWLockExclusive(&srw);
        counter++;
        ReleaseSRWLockExclusive(&srw);
        AcquireSRWLockShared(&srw);
        cr_assert(counter > i);
        ReleaseSRWLockShared(&srw);
    }
    return 0;
}

static DWORD WINAPI try_srw(void *unused)
{
    DWORD got = 0;

    (void)unused;
    if (TryAcquireSRWLockShared(&srw)) {
        got |= 1;
        ReleaseSRWLockShared(&srw);
    }
    if (TryAcquireSRWLockExclusive(&srw)) {
        got |= 2;
        ReleaseSRWLockExclusive(&srw);
    }
    return got;
}

Test(sync, srw_lock)
{
    run_three(count_in_srw);
    eq(counter, 30000);
    eq(join(run(try_srw, NULL)), 3);
    AcquireSRWLockShared(&srw);
    eq(join(run(try_srw, NULL)), 1);
    ReleaseSRWLockShared(&srw);
    AcquireSRWLockExclusive(&srw);
    eq(join(run(try_srw, NULL)), 0);
    ReleaseSRWLockExclusive(&srw);
}

static DWORD WINAPI wait_for_counter_in_section(void *unused)
{
    (void)unused;
    EnterCriticalSection(&section);
    while (!counter)
        SleepConditionVariableCS(&variable, &section, INFINITE);
    counter++;
    LeaveCriticalSection(&section);
    return 0;
}

static DWORD WINAPI wait_for_counter_in_srw(void *shared)
{
    ULONG flags = shared ? CONDITION_VARIABLE_LOCKMODE_SHARED : 0;

    if (shared)
        AcquireSRWLockShared(&srw);
    else
        AcquireSRWLockExclusive(&srw);
    while (!counter)
        SleepConditionVariableSRW(&variable, &srw, INFINITE, flags);
    if (shared)
        ReleaseSRWLockShared(&srw);
    else
        ReleaseSRWLockExclusive(&srw);
    return 0;
}

Test(sync, condition_variable)
{
    HANDLE threads[4];

    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    fails(SleepConditionVariableCS(&variable, &section, 10), ERROR_TIMEOUT);
    fails(SleepConditionVariableCS(&variable, &section, 0), ERROR_TIMEOUT);
    LeaveCriticalSection(&section);
    for (int i = 0; i < 4; i++)
        threads[i] = run(wait_for_counter_in_section, NULL);
    EnterCriticalSection(&section);
    counter = 1;
    LeaveCriticalSection(&section);
    for (int i = 0; i < 4; i++) {
        while (WaitForSingleObject(threads[i], 1) == WAIT_TIMEOUT)
            WakeConditionVariable(&variable);
        join(threads[i]);
    }
    eq(counter, 5);
}

Test(sync, condition_variable_with_srw_lock)
{
    HANDLE threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = run(wait_for_counter_in_srw, i % 2 ? &srw : NULL);
    Sleep(MOMENT);
    AcquireSRWLockExclusive(&srw);
    fails(SleepConditionVariableSRW(&variable, &srw, 0, 2), ERROR_INVALID_PARAMETER);
    fails(SleepConditionVariableSRW(&variable, &srw, 1, 0), ERROR_TIMEOUT);
    eq(join(run(try_srw, NULL)), 0);
    counter = 1;
    WakeAllConditionVariable(&variable);
    ReleaseSRWLockExclusive(&srw);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
}

Test(sync, shared_lock_is_shared_again_after_a_sleep)
{
    AcquireSRWLockShared(&srw);
    fails(SleepConditionVariableSRW(&variable, &srw, 1, CONDITION_VARIABLE_LOCKMODE_SHARED), ERROR_TIMEOUT);
    eq(join(run(try_srw, NULL)), 1);
    ReleaseSRWLockShared(&srw);
}

/* More threads than processors take turns: a wake that comes just before one sleeps must count. */

#define PLAYERS 6
#define TURNS 3000

static DWORD WINAPI take_turns(void *mine)
{
    for (int i = 0; i < TURNS; i++) {
        EnterCriticalSection(&section);
        while (counter % PLAYERS != (int)(INT_PTR)mine)
            SleepConditionVariableCS(&variable, &section, INFINITE);
        counter++;
        LeaveCriticalSection(&section);
        WakeAllConditionVariable(&variable);
    }
    return 0;
}

Test(sync, no_wake_is_lost)
{
    HANDLE threads[PLAYERS];

    InitializeCriticalSection(&section);
    for (INT_PTR i = 0; i < PLAYERS; i++)
        threads[i] = run(take_turns, (void *)i);
    for (int i = 0; i < PLAYERS; i++)
        join(threads[i]);
    eq(counter, PLAYERS * TURNS);
}

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static LONG volatile initialised;

static BOOL CALLBACK initialise(PINIT_ONCE self, PVOID result, PVOID *context)
{
    cr_assert(self == &once);
    InterlockedIncrement(&initialised);
    Sleep(5);
    *context = &counter;
    return result != NULL;
}

static DWORD WINAPI init_once(void *unused)
{
    void *context = NULL;

    (void)unused;
    return InitOnceExecuteOnce(&once, initialise, &once, &context) && context == &counter;
}

Test(sync, init_once)
{
    HANDLE threads[3];

    SetLastError(77);
    cr_assert(!InitOnceExecuteOnce(&once, initialise, NULL, NULL));
    eq(GetLastError(), 77);
    for (int i = 0; i < 3; i++)
        threads[i] = run(init_once, NULL);
    for (int i = 0; i < 3; i++)
        eq(join(threads[i]), TRUE);
    eq(initialised, 2);
}

/* What isn't zero to begin with is ready, too, once initialised. */
Test(sync, initialised_by_a_call)
{
    FillMemory(&srw, sizeof srw, 0xa5);
    FillMemory(&variable, sizeof variable, 0xa5);
    InitializeSRWLock(&srw);
    InitializeConditionVariable(&variable);
    eq(join(run(try_srw, NULL)), 3);
    AcquireSRWLockExclusive(&srw);
    fails(SleepConditionVariableSRW(&variable, &srw, 1, 0), ERROR_TIMEOUT);
    eq(join(run(try_srw, NULL)), 0);
    ReleaseSRWLockExclusive(&srw);
}

Test(sync, interlocked)
{
    LONG volatile n = 5;
    PVOID volatile p = NULL;

    eq(InterlockedIncrement(&n), 6);
    eq(InterlockedDecrement(&n), 5);
    eq(InterlockedExchangeAdd(&n, 10), 5);
    eq(InterlockedExchange(&n, 3), 15);
    eq(InterlockedCompareExchange(&n, 9, 4), 3);
    eq(InterlockedCompareExchange(&n, 9, 3), 3);
    eq(InterlockedAnd(&n, 8), 9);
    eq(InterlockedOr(&n, 1), 8);
    eq(InterlockedXor(&n, 3), 9);
    eq(n, 10);
    cr_assert(!InterlockedExchangePointer(&p, &once));
    cr_assert(InterlockedCompareExchangePointer(&p, NULL, &once) == (PVOID)&once && !p);
}

Test(sync, interlocked_64)
{
    const LONG64 big = 1LL << 40;
    LONG64 volatile n = big;

    eq(InterlockedIncrement64(&n), big + 1);
    eq(InterlockedDecrement64(&n), big);
    eq(InterlockedExchangeAdd64(&n, big), big);
    eq(InterlockedExchange64(&n, big + 3), 2 * big);
    eq(InterlockedCompareExchange64(&n, 9, 3), big + 3);
    eq(InterlockedCompareExchange64(&n, big + 9, big + 3), big + 3);
    eq(InterlockedAnd64(&n, big + 8), big + 9);
    eq(InterlockedOr64(&n, 1), big + 8);
    eq(InterlockedXor64(&n, 3), big + 9);
    eq(n, big + 10);
}
