/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sync.c: locks that are no kernel objects: critical sections, SRW locks, condition variables, one-time initialisation.
 *
 * The first two are the pthread objects, laid into the program's structures. Zeroed memory is a pthread_rwlock_t ready
 * for use (PTHREAD_RWLOCK_INITIALIZER), as SRWLOCK_INIT must be. A condition variable is a counter on a futex, because
 * it has to go with both kinds of lock.
 */
#include <limits.h>
#include <pthread.h>

#include "../../engine/futex.h"
#include "../../engine/log.h"
#include "deadline.h"
#include "native.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(CRITICAL_SECTION), "CRITICAL_SECTION holds a mutex");
_Static_assert(sizeof(pthread_rwlock_t) <= sizeof(SRWLOCK), "SRWLOCK holds a read-write lock");
_Static_assert(sizeof(atomic_uint) <= sizeof(CONDITION_VARIABLE), "CONDITION_VARIABLE holds a futex");

static pthread_mutex_t *mutex_of(LPCRITICAL_SECTION section)
{
    return (pthread_mutex_t *)section;
}

static pthread_rwlock_t *rwlock_of(PSRWLOCK lock)
{
    return (pthread_rwlock_t *)lock;
}

NATIVE_EXPORT VOID InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutexattr_t recursive;

    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(mutex_of(section), &recursive);
    pthread_mutexattr_destroy(&recursive);
}

NATIVE_EXPORT BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    (void)spins;
    InitializeCriticalSection(section);
    return TRUE;
}

NATIVE_EXPORT VOID DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_destroy(mutex_of(section));
}

NATIVE_EXPORT VOID EnterCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_lock(mutex_of(section));
}

NATIVE_EXPORT BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    return !pthread_mutex_trylock(mutex_of(section));
}

NATIVE_EXPORT VOID LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    if (pthread_mutex_unlock(mutex_of(section)))
        WARN("critical section %p isn't this thread's", (void *)section);
}

NATIVE_EXPORT VOID InitializeSRWLock(PSRWLOCK lock)
{
    *lock = (SRWLOCK)SRWLOCK_INIT;
}

NATIVE_EXPORT VOID AcquireSRWLockExclusive(PSRWLOCK lock)
{
    pthread_rwlock_wrlock(rwlock_of(lock));
}

NATIVE_EXPORT VOID AcquireSRWLockShared(PSRWLOCK lock)
{
    pthread_rwlock_rdlock(rwlock_of(lock));
}

NATIVE_EXPORT BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK lock)
{
    return !pthread_rwlock_trywrlock(rwlock_of(lock));
}

NATIVE_EXPORT BOOLEAN TryAcquireSRWLockShared(PSRWLOCK lock)
{
    return !pthread_rwlock_tryrdlock(rwlock_of(lock));
}

NATIVE_EXPORT VOID ReleaseSRWLockExclusive(PSRWLOCK lock)
{
    pthread_rwlock_unlock(rwlock_of(lock));
}

NATIVE_EXPORT VOID ReleaseSRWLockShared(PSRWLOCK lock)
{
    pthread_rwlock_unlock(rwlock_of(lock));
}

static atomic_uint *wakes_of(PCONDITION_VARIABLE variable)
{
    return (atomic_uint *)variable;
}

NATIVE_EXPORT VOID InitializeConditionVariable(PCONDITION_VARIABLE variable)
{
    atomic_init(wakes_of(variable), 0);
}

static BOOL slept(bool in_time)
{
    return in_time || fail(ERROR_TIMEOUT);
}

/* The count of wakes is read before the lock is free: a wake in between changes it, and the sleep doesn't begin. */
NATIVE_EXPORT BOOL SleepConditionVariableCS(PCONDITION_VARIABLE variable, LPCRITICAL_SECTION section,
                                            DWORD milliseconds)
{
    unsigned wakes = atomic_load(wakes_of(variable));
    bool in_time;

    LeaveCriticalSection(section);
    in_time = futex_wait(wakes_of(variable), wakes, deadline_in(milliseconds));
    EnterCriticalSection(section);
    return slept(in_time);
}

NATIVE_EXPORT BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD milliseconds,
                                             ULONG flags)
{
    unsigned wakes = atomic_load(wakes_of(variable));
    bool in_time;

    if (flags & ~(ULONG)CONDITION_VARIABLE_LOCKMODE_SHARED)
        return fail(ERROR_INVALID_PARAMETER);
    pthread_rwlock_unlock(rwlock_of(lock));
    in_time = futex_wait(wakes_of(variable), wakes, deadline_in(milliseconds));
    if (flags & CONDITION_VARIABLE_LOCKMODE_SHARED)
        AcquireSRWLockShared(lock);
    else
        AcquireSRWLockExclusive(lock);
    return slept(in_time);
}

static void wake(PCONDITION_VARIABLE variable, int sleepers)
{
    atomic_fetch_add(wakes_of(variable), 1);
    futex_wake(wakes_of(variable), sleepers);
}

NATIVE_EXPORT VOID WakeConditionVariable(PCONDITION_VARIABLE variable)
{
    wake(variable, 1);
}

NATIVE_EXPORT VOID WakeAllConditionVariable(PCONDITION_VARIABLE variable)
{
    wake(variable, INT_MAX);
}

enum { ONCE_NEW, ONCE_RUNNING, ONCE_DONE };

struct once {
    atomic_uint state; /* also the futex word */
    PVOID context;     /* written before ONCE_DONE */
};
_Static_assert(sizeof(struct once) <= sizeof(INIT_ONCE), "INIT_ONCE holds a struct once");

/* True when the caller is the one to run the function; false when it was done. */
static bool once_begin(struct once *o)
{
    for (;;) {
        unsigned state = ONCE_NEW;

        if (atomic_compare_exchange_strong(&o->state, &state, ONCE_RUNNING))
            return true;
        if (state == ONCE_DONE)
            return false;
        futex_wait(&o->state, ONCE_RUNNING, CLOCK_NEVER);
    }
}

/* After a failure the next caller tries again; the last error is the function's. */
NATIVE_EXPORT BOOL InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter, LPVOID *context)
{
    struct once *o = (struct once *)once;
    BOOL done = TRUE;

    if (once_begin(o)) {
        done = function(once, parameter, &o->context);
        atomic_store(&o->state, done ? ONCE_DONE : ONCE_NEW);
        futex_wake(&o->state, INT_MAX);
    }
    if (done && context)
        *context = o->context;
    return done;
}
