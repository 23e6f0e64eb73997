/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.c: threads.
 *
 * Each is a detached pthread with an object that is signalled when the thread ends, by whichever way: a cleanup handler does
 * it. A thread that the program made with pthreads gets its object when one is asked for, and there it is the destructor of
 * a thread-specific key.
 */
#include "thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "../../api/handle.h"
#include "../../engine/log.h"
#include "waitable.h"

struct thread {
    struct waitable waitable;
    DWORD id;
    _Atomic DWORD exit_code; /* STILL_ACTIVE while it runs */
    LPTHREAD_START_ROUTINE start;
    LPVOID parameter;
};

static __thread struct thread *self; /* with a reference */
static __thread DWORD self_id;
static __thread DWORD self_exit_code;
static pthread_key_t end_key;
static pthread_once_t end_once = PTHREAD_ONCE_INIT;
static bool have_end_key;

static void thread_destroy(struct object *o)
{
    free(container_of(o, struct thread, waitable.object));
}

static const struct object_type thread_type = {
    .name = "thread",
    .waitable = true,
    .destroy = thread_destroy,
};

static DWORD id_new(void)
{
    static _Atomic DWORD last;

    return atomic_fetch_add(&last, 4) + 4;
}

static struct thread *thread_new(DWORD id)
{
    struct thread *t = calloc(1, sizeof *t);

    if (!t) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    waitable_init(&t->waitable, &thread_type, 0, 1, false);
    t->id = id;
    atomic_init(&t->exit_code, STILL_ACTIVE);
    return t;
}

static void thread_ended(void *argument)
{
    struct thread *t = argument;

    handle_thread_ends();
    self = NULL;
    atomic_store(&t->exit_code, self_exit_code);
    waitable_set(&t->waitable);
    object_unref(&t->waitable.object);
}

static void make_end_key(void)
{
    have_end_key = !pthread_key_create(&end_key, thread_ended);
}

/* The calling thread is t's from now on. */
static void become(struct thread *t)
{
    self = t;
    self_id = t->id;
}

/* The same for one that the program made: takes a reference over, unless it fails. */
static bool adopt(struct thread *t)
{
    pthread_once(&end_once, make_end_key);
    if (!have_end_key || pthread_setspecific(end_key, t))
        return false;
    become(t);
    return true;
}

struct object *thread_current(void)
{
    struct thread *t = self;

    if (!t) {
        t = thread_new(GetCurrentThreadId());
        if (t && !adopt(t)) {
            object_unref(&t->waitable.object);
            return NULL;
        }
    }
    return t ? &t->waitable.object : NULL;
}

/* CreateThread has promised that it runs: nothing here may fail. */
static void *thread_run(void *argument)
{
    struct thread *t = argument;

    become(t);
    pthread_cleanup_push(thread_ended, t);
    self_exit_code = t->start(t->parameter);
    pthread_cleanup_pop(1);
    return NULL;
}

static bool start_pthread(void *(*run)(void *), void *argument, SIZE_T stack)
{
    pthread_attr_t attributes;
    size_t usual;
    pthread_t pthread;
    int error;

    if (pthread_attr_init(&attributes))
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (!pthread_attr_getstacksize(&attributes, &usual) && stack > usual)
        pthread_attr_setstacksize(&attributes, (stack + 0xffff) & ~(SIZE_T)0xffff);
    error = pthread_create(&pthread, &attributes, run, argument);
    pthread_attr_destroy(&attributes);
    return !error;
}

/* Signals that tell of a fault must stay open: a blocked one ends the process without asking guard.c. */
static void fill_but_faults(sigset_t *signals)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

    sigfillset(signals);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(signals, faults[i]);
}

bool thread_start_detached(void *(*run)(void *), void *argument)
{
    sigset_t blocked, before;
    bool started;

    fill_but_faults(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    started = start_pthread(run, argument, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static HANDLE thread_start(struct thread *t, SIZE_T stack)
{
    HANDLE handle;

    object_ref(&t->waitable.object); /* the running thread's */
    handle = object_publish(&t->waitable.object);
    if (handle && !start_pthread(thread_run, t, stack)) {
        object_close(handle, false);
        SetLastError(ERROR_MAX_THRDS_REACHED);
        handle = NULL;
    }
    if (!handle)
        object_unref(&t->waitable.object);
    return handle;
}

NATIVE_EXPORT HANDLE CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack, LPTHREAD_START_ROUTINE start,
                                  LPVOID parameter, DWORD flags, LPDWORD id)
{
    struct thread *t;
    DWORD new_id = id_new();
    HANDLE handle;

    (void)security;
    if (flags & ~(DWORD)STACK_SIZE_PARAM_IS_A_RESERVATION) {
        FIXME("creation flags %#x", flags);
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    t = thread_new(new_id);
    if (!t)
        return NULL;
    t->start = start;
    t->parameter = parameter;
    handle = thread_start(t, stack);
    if (handle && id)
        *id = new_id;
    return handle;
}

NATIVE_EXPORT VOID ExitThread(DWORD code)
{
    self_exit_code = code;
    pthread_exit(NULL);
}

static struct thread *pin_thread(HANDLE handle)
{
    struct object *o = object_pin(handle, &thread_type);

    return o ? container_of(o, struct thread, waitable.object) : NULL;
}

NATIVE_EXPORT BOOL GetExitCodeThread(HANDLE handle, LPDWORD code)
{
    struct thread *t = pin_thread(handle);
    DWORD value;

    if (!t)
        return FALSE;
    value = atomic_load(&t->exit_code);
    object_unpin(handle);
    *code = value;
    return TRUE;
}

NATIVE_EXPORT DWORD GetThreadId(HANDLE handle)
{
    struct thread *t = pin_thread(handle);
    DWORD id;

    if (!t)
        return 0;
    id = t->id;
    object_unpin(handle);
    return id;
}

NATIVE_EXPORT DWORD GetCurrentThreadId(void)
{
    if (!self_id)
        self_id = id_new();
    return self_id;
}

NATIVE_EXPORT HANDLE GetCurrentThread(void)
{
    return (HANDLE)(intptr_t)-2;
}

NATIVE_EXPORT DWORD SleepEx(DWORD milliseconds, BOOL alertable)
{
    deadline until = deadline_in(milliseconds);
    struct timespec t = clock_timespec(until);

    (void)alertable;
    if (!milliseconds)
        sched_yield();
    else if (until == DEADLINE_NEVER)
        for (;;)
            pause();
    else
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
            ;
    return 0;
}

NATIVE_EXPORT VOID Sleep(DWORD milliseconds)
{
    SleepEx(milliseconds, FALSE);
}

NATIVE_EXPORT BOOL SwitchToThread(void)
{
    /* The system doesn't say whether it found another thread to run. */
    return !sched_yield();
}
