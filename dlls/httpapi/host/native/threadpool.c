/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threadpool.c: callbacks on threads of ours.
 *
 * The pool is a completion port and the threads that take from it. Whatever can be called back (a queue bound with
 * CreateThreadpoolIo or BindIoCompletionCallback, a work object) is a task: an object with an internal handle, and that
 * handle is the key of its packets. A packet that comes when its task is gone finds no object and is dropped.
 *
 * Threads: as many as there are processors (two at least) are started as soon as all the present ones are busy. More
 * are added when no thread was free, and none came back for more work, during a whole tick: then they are blocked, not
 * busy. The keeper, one more thread, watches for that, and sleeps while some thread is free.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../api/status.h"
#include "../../engine/futex.h"
#include "../../engine/list.h"
#include "../../engine/log.h"
#include "port.h"
#include "thread.h"

#define THREADS_MAX 256
#define TICK_MS 10

static struct {
    pthread_mutex_t start_lock;
    _Atomic(HANDLE) port;      /* NULL: not started */
    unsigned processors;
    atomic_uint threads;
    atomic_uint idle;          /* of these, how many wait for a packet */
    atomic_uint taken;         /* packets, ever; wraps */
    atomic_uint keeper_awake;  /* also the keeper's futex word */
} pool = {.start_lock = PTHREAD_MUTEX_INITIALIZER};

enum task_kind { TASK_IO, TASK_BOUND, TASK_WORK, TASK_ONCE };

struct task {
    struct object object;
    enum task_kind kind;
    HANDLE handle;
    union {
        PTP_WIN32_IO_CALLBACK io;
        LPOVERLAPPED_COMPLETION_ROUTINE bound;
        PTP_WORK_CALLBACK work;
        PTP_SIMPLE_CALLBACK once;
    } callback;
    PVOID context;
    pthread_mutex_t lock;
    pthread_cond_t finished; /* nothing is pending or running */
    unsigned pending;        /* callbacks to come: StartThreadpoolIo(), SubmitThreadpoolWork() */
    unsigned cancelled;      /* so many of the next packets are dropped: nobody knows which operation is whose */
    unsigned running;
    bool closing;            /* goes with its last callback */
};

struct _TP_IO {
    struct task task;
};

struct _TP_WORK {
    struct task task;
};

struct _TP_CALLBACK_INSTANCE {
    struct task *task;
};

static void task_destroy(struct object *o)
{
    struct task *t = container_of(o, struct task, object);

    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->finished);
    free(t);
}

static const struct object_type task_type = {
    .name = "thread pool task",
    .internal = true,
    .destroy = task_destroy,
};

static void *pool_run(void *port);

static bool pool_add_thread(HANDLE port)
{
    if (atomic_fetch_add(&pool.threads, 1) < THREADS_MAX && thread_start_detached(pool_run, port))
        return true;
    atomic_fetch_sub(&pool.threads, 1);
    return false;
}

static void pool_is_busy(void)
{
    if (atomic_load(&pool.threads) < pool.processors)
        pool_add_thread(pool.port);
    else if (!atomic_exchange(&pool.keeper_awake, 1))
        futex_wake(&pool.keeper_awake, 1);
}

/* One tick long; true when it must be followed by another. */
static bool pool_watch(void)
{
    unsigned taken = atomic_load(&pool.taken);

    Sleep(TICK_MS);
    if (!atomic_load(&pool.idle) && atomic_load(&pool.taken) == taken)
        pool_add_thread(pool.port);
    if (!atomic_load(&pool.idle))
        return true;
    /* Whoever finds the pool busy from here on wakes us. */
    atomic_store(&pool.keeper_awake, 0);
    return !atomic_load(&pool.idle) && !atomic_exchange(&pool.keeper_awake, 1);
}

static void *pool_keep(void *unused)
{
    (void)unused;
    for (;;) {
        while (!atomic_load(&pool.keeper_awake))
            futex_wait(&pool.keeper_awake, 0, CLOCK_NEVER);
        while (pool_watch())
            ;
    }
    return NULL;
}

/* The port, when its first thread and the keeper run. Start lock. */
static HANDLE pool_start(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    HANDLE port = port_new();

    if (!port)
        return NULL;
    pool.processors = processors > 2 ? (unsigned)processors : 2;
    if (pool_add_thread(port) && thread_start_detached(pool_keep, NULL))
        return port;
    object_close(port, false); /* ends the thread, if there is one */
    SetLastError(ERROR_MAX_THRDS_REACHED);
    return NULL;
}

/* The pool's port. NULL sets the last error. */
static HANDLE pool_port(void)
{
    HANDLE port = atomic_load(&pool.port);

    if (port)
        return port;
    pthread_mutex_lock(&pool.start_lock);
    port = atomic_load(&pool.port);
    if (!port) {
        port = pool_start();
        atomic_store(&pool.port, port);
    }
    pthread_mutex_unlock(&pool.start_lock);
    return port;
}

static struct task *task_new(enum task_kind kind, PVOID context, PTP_CALLBACK_ENVIRON environment)
{
    struct task *t;

    if (environment) {
        FIXME("a callback environment");
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    if (!pool_port())
        return NULL;
    t = calloc(1, sizeof *t);
    if (!t) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    object_init(&t->object, &task_type);
    t->kind = kind;
    t->context = context;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->finished, NULL);
    t->handle = object_publish(&t->object);
    return t->handle ? t : NULL;
}

/* Unlocks it, and frees it when it is closing and nothing more is to come. */
static void task_settle(struct task *t)
{
    HANDLE handle = t->handle;
    bool finished = !t->pending && !t->running, gone = finished && t->closing;

    if (finished)
        pthread_cond_broadcast(&t->finished);
    pthread_mutex_unlock(&t->lock);
    if (gone)
        object_close(handle, false);
}

static bool task_begin(struct task *t)
{
    bool run = true;

    if (t->kind == TASK_BOUND)
        return true;
    pthread_mutex_lock(&t->lock);
    if (t->cancelled) {
        t->cancelled--;
        run = false;
    } else if (t->pending) {
        t->pending--;
        t->running++;
    } else {
        WARN("a completion without StartThreadpoolIo()");
        run = false;
    }
    pthread_mutex_unlock(&t->lock);
    return run;
}

static void task_end(struct task *t)
{
    if (t->kind == TASK_BOUND)
        return;
    pthread_mutex_lock(&t->lock);
    t->running--;
    task_settle(t);
}

static void task_call(struct task *t, const struct packet *p)
{
    struct _TP_CALLBACK_INSTANCE instance = {t};
    ULONG error = p->status ? status_to_error(p->status) : NO_ERROR;

    switch (t->kind) {
    case TASK_IO:
        t->callback.io(&instance, t->context, (PVOID)p->value, error, p->bytes, (PTP_IO)t);
        break;
    case TASK_BOUND:
        t->callback.bound(error, (DWORD)p->bytes, (LPOVERLAPPED)p->value);
        break;
    case TASK_WORK:
        t->callback.work(&instance, t->context, (PTP_WORK)t);
        break;
    case TASK_ONCE:
        t->callback.once(&instance, t->context);
        break;
    }
}

static void task_run(const struct packet *p)
{
    HANDLE handle = (HANDLE)p->key;
    struct object *o = object_pin(handle, &task_type);
    struct task *t = o ? container_of(o, struct task, object) : NULL;

    if (!t)
        return;
    if (task_begin(t)) {
        task_call(t, p);
        task_end(t);
    }
    object_unpin(handle);
}

static void *pool_run(void *port_handle)
{
    struct port *port = port_pin(port_handle);
    struct packet packet;
    unsigned n;

    if (!port)
        return NULL;
    atomic_fetch_add(&pool.idle, 1);
    while (!port_take(port, &packet, 1, &n, WAIT_FOR_EVER)) {
        atomic_fetch_add(&pool.taken, 1);
        if (atomic_fetch_sub(&pool.idle, 1) == 1)
            pool_is_busy();
        task_run(&packet);
        atomic_fetch_add(&pool.idle, 1);
    }
    atomic_fetch_sub(&pool.idle, 1);
    atomic_fetch_sub(&pool.threads, 1);
    object_unpin(port_handle);
    return NULL;
}

/* One callback to come for sure, or maybe. */
static void task_expect(struct task *t)
{
    pthread_mutex_lock(&t->lock);
    t->pending++;
    pthread_mutex_unlock(&t->lock);
}

/* One callback less, that won't come after all. */
static void task_expect_not(struct task *t)
{
    pthread_mutex_lock(&t->lock);
    if (t->pending)
        t->pending--;
    task_settle(t);
}

static bool task_submit(struct task *t)
{
    struct packet packet = {.key = (ULONG_PTR)t->handle};
    HANDLE handle = atomic_load(&pool.port);
    struct port *port = port_pin(handle);
    enum result result;

    if (!port)
        return false; /* the program has closed a handle that isn't its own */
    task_expect(t);
    result = port_push(port, &packet, PUSH_POST);
    object_unpin(handle);
    if (result)
        task_expect_not(t);
    return !result;
}

static void task_wait(struct task *t, BOOL cancel_pending)
{
    pthread_mutex_lock(&t->lock);
    if (cancel_pending) {
        t->cancelled += t->pending;
        t->pending = 0;
    }
    while (t->pending || t->running)
        pthread_cond_wait(&t->finished, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

static void task_close(struct task *t)
{
    pthread_mutex_lock(&t->lock);
    t->closing = true;
    task_settle(t);
}

/* Binds the file to the pool; without success the task is gone, and the last error says why. */
static bool task_bind(struct task *t, HANDLE file)
{
    DWORD error;

    if (port_bind(atomic_load(&pool.port), file, (ULONG_PTR)t->handle))
        return true;
    error = GetLastError();
    task_close(t);
    SetLastError(error);
    return false;
}

/* The task lives as long as the process: nobody says when the file is closed. */
NATIVE_EXPORT BOOL BindIoCompletionCallback(HANDLE file, LPOVERLAPPED_COMPLETION_ROUTINE function, ULONG flags)
{
    struct task *t;

    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    t = task_new(TASK_BOUND, NULL, NULL);
    if (!t)
        return FALSE;
    t->callback.bound = function;
    return task_bind(t, file);
}

NATIVE_EXPORT PTP_IO CreateThreadpoolIo(HANDLE file, PTP_WIN32_IO_CALLBACK callback, PVOID context,
                                        PTP_CALLBACK_ENVIRON environment)
{
    struct task *t = task_new(TASK_IO, context, environment);

    if (!t)
        return NULL;
    t->callback.io = callback;
    return task_bind(t, file) ? (PTP_IO)t : NULL;
}

NATIVE_EXPORT VOID StartThreadpoolIo(PTP_IO io)
{
    task_expect(&io->task);
}

NATIVE_EXPORT VOID CancelThreadpoolIo(PTP_IO io)
{
    task_expect_not(&io->task);
}

NATIVE_EXPORT VOID WaitForThreadpoolIoCallbacks(PTP_IO io, BOOL cancel_pending)
{
    task_wait(&io->task, cancel_pending);
}

NATIVE_EXPORT VOID CloseThreadpoolIo(PTP_IO io)
{
    task_close(&io->task);
}

NATIVE_EXPORT PTP_WORK CreateThreadpoolWork(PTP_WORK_CALLBACK callback, PVOID context,
                                            PTP_CALLBACK_ENVIRON environment)
{
    struct task *t = task_new(TASK_WORK, context, environment);

    if (!t)
        return NULL;
    t->callback.work = callback;
    return (PTP_WORK)t;
}

NATIVE_EXPORT VOID SubmitThreadpoolWork(PTP_WORK work)
{
    if (!task_submit(&work->task))
        ERR("no memory for a callback");
}

NATIVE_EXPORT VOID WaitForThreadpoolWorkCallbacks(PTP_WORK work, BOOL cancel_pending)
{
    task_wait(&work->task, cancel_pending);
}

NATIVE_EXPORT VOID CloseThreadpoolWork(PTP_WORK work)
{
    task_close(&work->task);
}

NATIVE_EXPORT BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, PVOID context,
                                               PTP_CALLBACK_ENVIRON environment)
{
    struct task *t = task_new(TASK_ONCE, context, environment);
    bool submitted;

    if (!t)
        return FALSE;
    t->callback.once = callback;
    submitted = task_submit(t);
    task_close(t);
    return submitted || fail(ERROR_NOT_ENOUGH_MEMORY);
}
