/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_event.c: the events that programs give with their operations.
 *
 * Setting and resetting an event are wineserver calls, and so is a wait for it. What we know of an event saves most:
 *
 *   UNKNOWN   Wine has the truth
 *   CLEAR     it isn't signalled: we reset it when an operation began
 *   SET       it is signalled: we set it
 *   OWED      it isn't, but has to be: an operation is over, and nobody was waiting whom we saw. A wait that is begun
 *             finds it signalled without asking Wine
 *
 *   begin:  any -> CLEAR        end:  CLEAR -> OWED, or SET when somebody waits;  UNKNOWN -> SET
 *   the program resets it:  UNKNOWN stays, else CLEAR
 *   the program sets, uses or closes it:  OWED is paid, then UNKNOWN;  untouched for two ticks: the same
 *
 * Knowledge is kept for no longer than that because not every use passes us: whoever waits unseen (in a message loop, in
 * another process) gets what is owed a little later, and who resets unseen does no harm. An event that has a name, may be
 * inherited, has another handle, or isn't of the kind that is reset by hand is left alone, and so is one that is used for
 * the first time: a program that makes an event for each operation would pay for our curiosity.
 */
#include "wine_event.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../api/handle.h"
#include "../api/handle_table.h"
#include "../engine/list.h"
#include "../engine/wait.h"
#include "host.h"
#include "wine_abi.h"

#define NOTIFICATION_EVENT 0
#define WAITS_MAX 64 /* MAXIMUM_WAIT_OBJECTS */
#define STREAK_MAX 16 /* waits that were over at once, after which Wine is asked: other handles have their turn */


enum event_state { EVENT_UNKNOWN, EVENT_CLEAR, EVENT_SET, EVENT_OWED };

struct wine_event {
    pthread_mutex_t lock;
    HANDLE handle;      /* NULL: free */
    enum { NEW, OURS, LEFT_ALONE } kind;
    enum event_state state;
    unsigned age;       /* ticks since the state was set */
    struct list waits;  /* struct event_node */
    struct list known;  /* in known_events, until its state is UNKNOWN again; known_lock */
    bool listed;        /* known_lock */
};

/* A wait that Wine serves, and the events of ours among what it waits for. */
struct event_wait {
    struct event_wait *next; /* in the thread's spare ones */
    atomic_bool woken;       /* one of its events was set: it ends */
    bool all;                /* needs every event */
    unsigned count;
    struct event_node {
        struct list node;
        struct wine_event *event;
        struct event_wait *wait;
    } nodes[WAITS_MAX];
};

/* Order: table_lock, then event.lock, then known_lock; or instead of the last one shard 0's (service_attend()). */
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct handle_table table;
/* Never freed, only used again: a thread may look at one that is gone. By the list known. */
static struct list free_events = LIST_INIT(free_events);

static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;
static struct list known_events = LIST_INIT(known_events);

/* A thread that is terminated in a wait leaves its one behind, and nothing points into its stack. */
static __thread struct event_wait *spare_waits;
static pthread_key_t spare_key; /* a thread that ends frees its own */
static pthread_once_t spare_once = PTHREAD_ONCE_INIT;
static __thread unsigned streak;

static HANDLE to_handle(uint64_t value)
{
    return (HANDLE)(ULONG_PTR)value;
}

/* True when it is the only known one. Event lock. */
static bool remember(struct wine_event *e)
{
    bool only = false;

    pthread_mutex_lock(&known_lock);
    if (!e->listed) {
        only = list_empty(&known_events);
        list_add_tail(&known_events, &e->known);
        e->listed = true;
    }
    pthread_mutex_unlock(&known_lock);
    return only;
}

/* Event lock. */
static void know(struct wine_event *e, enum event_state state)
{
    e->state = state;
    e->age = 0;
    if (remember(e))
        service_attend();
}

/*
 * A thread that is terminated in a wineserver call dies with the lock, and nobody knows whether the call was made. What
 * was owed is paid once more then, which does no harm.
 */
static void lock(struct wine_event *e)
{
    if (pthread_mutex_lock(&e->lock) != EOWNERDEAD)
        return;
    pthread_mutex_consistent(&e->lock);
    if (e->state == EVENT_OWED)
        know(e, EVENT_OWED);
    else
        e->state = EVENT_UNKNOWN;
}

static void event_unlock(struct wine_event *e)
{
    pthread_mutex_unlock(&e->lock);
}

/* The two low bits of a handle mean nothing. */
static bool is_handle_of(const struct wine_event *e, HANDLE handle)
{
    return e->handle && ((ULONG_PTR)e->handle ^ (ULONG_PTR)handle) < 4;
}

/* The event of this handle, locked; NULL: none that we know. */
static struct wine_event *event_lock(HANDLE handle)
{
    struct wine_event *e = handle_table_get(&table, handle);

    if (!e)
        return NULL;
    lock(e);
    if (is_handle_of(e, handle))
        return e;
    event_unlock(e);
    return NULL;
}

static struct wine_event *event_new(void)
{
    struct wine_event *e = calloc(1, sizeof *e);
    pthread_mutexattr_t robust;

    if (!e)
        return NULL;
    pthread_mutexattr_init(&robust);
    pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&e->lock, &robust);
    pthread_mutexattr_destroy(&robust);
    list_init(&e->waits);
    list_init(&e->known);
    return e;
}

/* Table lock. NULL without memory. */
static struct wine_event *event_alloc(void)
{
    struct list *l = list_pop(&free_events);

    return l ? container_of(l, struct wine_event, known) : event_new();
}

/* Makes one for the handle, unless another thread was faster or there is no memory. */
static void event_make(HANDLE handle)
{
    struct wine_event *e;

    pthread_mutex_lock(&table_lock);
    e = handle_table_get(&table, handle) ? NULL : event_alloc();
    if (e) {
        lock(e);
        e->handle = handle;
        e->kind = NEW;
        e->state = EVENT_UNKNOWN;
        if (!handle_table_set(&table, handle, e)) {
            e->handle = NULL;
            list_add(&free_events, &e->known);
        }
        event_unlock(e);
    }
    pthread_mutex_unlock(&table_lock);
}

/* Nobody else has a way to it that we don't see. Four wineserver calls. */
static bool is_private(HANDLE handle)
{
    struct { ULONG attributes, access, handles, pointers, others[10]; } basic;
    struct { BOOLEAN inherit, protect; } data;
    struct { int type; LONG state; } event;
    struct { USHORT length, size; void *buffer; uint8_t text[512]; } name;
    ULONG n;

    return !nt_query_event(handle, 0, &event, sizeof event, &n) && event.type == NOTIFICATION_EVENT &&
           !nt_query_object(handle, 0, &basic, sizeof basic, &n) && basic.handles == 1 &&
           !nt_query_object(handle, 4, &data, sizeof data, &n) && !data.inherit &&
           !nt_query_object(handle, 1, &name, sizeof name, &n) && !name.length;
}

/* What is owed is paid, and Wine has the truth again. Event lock. */
static void settle(struct wine_event *e)
{
    if (e->state == EVENT_OWED)
        nt_set_event(e->handle, NULL);
    e->state = EVENT_UNKNOWN;
}

/* The event of an operation, locked, when it is one that we keep; else NULL. */
static struct wine_event *event_of_operation(HANDLE handle)
{
    struct wine_event *e = event_lock(handle);

    if (!e) {
        event_make(handle);
        return NULL;
    }
    if (e->kind == NEW)
        e->kind = is_private(handle) ? OURS : LEFT_ALONE;
    if (e->kind == OURS)
        return e;
    event_unlock(e);
    return NULL;
}

/*
 * Wine's event isn't signalled any more. A wait that was woken by it may not have got as far as Wine: the next event of
 * its has to be set again. Event lock.
 */
static void forget_wakes(struct wine_event *e)
{
    struct list *l;

    list_for_each(l, &e->waits)
        atomic_store(&container_of(l, struct event_node, node)->wait->woken, false);
}

/* Event lock. */
static void clear(struct wine_event *e)
{
    if (e->state == EVENT_SET || e->state == EVENT_UNKNOWN) {
        nt_reset_event(e->handle, NULL);
        forget_wakes(e);
    }
    know(e, EVENT_CLEAR);
}

void host_event_begin(HANDLE handle)
{
    struct wine_event *e = event_of_operation(handle);

    if (!e)
        return host_event_reset(handle);
    clear(e);
    event_unlock(e);
}

/* Is there one among its waits that nothing has ended yet? They all end now. Event lock. */
static bool wake_waits(struct wine_event *e)
{
    struct list *l;
    bool any = false;

    list_for_each(l, &e->waits) {
        struct event_wait *w = container_of(l, struct event_node, node)->wait;

        any |= w->all || !atomic_exchange(&w->woken, true);
    }
    return any;
}

void host_event_end(HANDLE handle)
{
    struct wine_event *e = event_lock(handle);

    if (!e || e->kind != OURS) {
        if (e)
            event_unlock(e);
        return host_event_set(handle);
    }
    if (e->state == EVENT_UNKNOWN || (e->state == EVENT_CLEAR && wake_waits(e))) {
        nt_set_event(e->handle, NULL);
        know(e, EVENT_SET);
    } else if (e->state == EVENT_CLEAR) {
        know(e, EVENT_OWED);
    }
    event_unlock(e);
}

static bool is_signalled(HANDLE handle)
{
    struct wine_event *e = event_lock(handle);
    bool signalled = e && (e->state == EVENT_SET || e->state == EVENT_OWED);

    if (e)
        event_unlock(e);
    return signalled;
}

/*
 * A thread that is terminated inside malloc() never gets to its end, because that frees memory, and so keeps its locks:
 * Wine's signal for it has to wait. Two system calls, once in a thread's life.
 */
static void *uninterrupted_malloc(size_t size)
{
    sigset_t all, before;
    void *memory;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    memory = malloc(size);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return memory;
}

static struct event_wait *wait_new(bool all)
{
    struct event_wait *w = spare_waits;

    if (w)
        spare_waits = w->next;
    else
        w = uninterrupted_malloc(sizeof *w);
    if (!w)
        return NULL;
    atomic_store(&w->woken, false);
    w->all = all;
    w->count = 0;
    return w;
}

static void free_spare_waits(void *arg)
{
    struct event_wait *w;

    (void)arg;
    while ((w = spare_waits)) {
        spare_waits = w->next;
        free(w);
    }
}

static void make_spare_key(void)
{
    pthread_key_create(&spare_key, free_spare_waits);
}

static void wait_spare(struct event_wait *w)
{
    if (!spare_waits) {
        pthread_once(&spare_once, make_spare_key);
        pthread_setspecific(spare_key, w); /* any value: the thread's end calls free_spare_waits() */
    }
    w->next = spare_waits;
    spare_waits = w;
}

/* Puts the wait where the end of an operation sees it. */
static void watch(struct event_wait **w, HANDLE handle, bool all)
{
    struct wine_event *e = event_lock(handle);
    struct event_node *n;

    if (!e)
        return;
    if (e->state == EVENT_OWED)
        settle(e);
    if (e->kind == OURS && (*w || (*w = wait_new(all)))) {
        n = &(*w)->nodes[(*w)->count++];
        n->event = e;
        n->wait = *w;
        list_init(&n->node);
        list_add(&e->waits, &n->node);
    }
    event_unlock(e);
}

/* False when Wine has to be asked. */
static bool is_over_at_once(struct door_wait *a, const HANDLE *handles)
{
    if (a->alertable || (a->count > 1 && a->all) || streak++ == STREAK_MAX)
        return false;
    for (a->index = 0; a->index < a->count; a->index++)
        if (is_signalled(handles[a->index]))
            return true;
    return false;
}

NTSTATUS wine_event_wait(struct door_wait *a)
{
    const HANDLE *given = (const HANDLE *)(ULONG_PTR)a->handles;
    HANDLE handles[WAITS_MAX];
    struct event_wait *w = NULL;

    for (unsigned i = 0; i < a->count; i++)
        handles[i] = given[i]; /* it may fault: before anything is held */
    if ((a->over = is_over_at_once(a, handles)))
        return STATUS_SUCCESS;
    streak = 0;
    for (unsigned i = 0; i < a->count; i++)
        if (!handle_waited_on(handles[i]))
            watch(&w, handles[i], a->all);
    a->wait = (ULONG_PTR)w;
    return STATUS_SUCCESS;
}

NTSTATUS wine_event_waited(struct door_wait *a)
{
    struct event_wait *w = (struct event_wait *)(ULONG_PTR)a->wait;

    for (unsigned i = 0; i < w->count; i++) {
        struct event_node *n = &w->nodes[i];

        lock(n->event);
        list_del(&n->node);
        event_unlock(n->event);
    }
    wait_spare(w);
    return STATUS_SUCCESS;
}

/* The program's own calls, made here because nothing may come between them and what we know. */
static bool change(struct wine_event *e, struct door_event *a, LONG *previous)
{
    /* Of one that is UNKNOWN, Wine stays in charge: it may be given to an operation of Wine's that is under way. */
    if (a->change == DOOR_EVENT_CLEAR && !a->previous && e->state != EVENT_UNKNOWN) {
        clear(e);
        a->status = STATUS_SUCCESS;
        return true;
    }
    settle(e);
    switch (a->change) {
    case DOOR_EVENT_SET: a->status = nt_set_event(e->handle, previous); return true;
    case DOOR_EVENT_CLEAR: a->status = nt_reset_event(e->handle, previous); break;
    case DOOR_EVENT_PULSE: a->status = nt_pulse_event(e->handle, previous); break;
    case DOOR_EVENT_SHARE: e->kind = LEFT_ALONE; return false;
    default: return false;
    }
    forget_wakes(e);
    return true;
}

NTSTATUS wine_event_change(struct door_event *a)
{
    struct wine_event *e = event_lock(to_handle(a->event));
    LONG previous = 0;

    a->done = false;
    if (!e)
        return STATUS_SUCCESS;
    a->done = change(e, a, &previous);
    event_unlock(e);
    /* It may fault, and does it again in the system's call then. */
    if (a->done && !a->status && a->previous)
        *(LONG *)(ULONG_PTR)a->previous = previous;
    return STATUS_SUCCESS;
}

void wine_event_closing(HANDLE handle)
{
    struct wine_event *e;

    if (!handle_table_get(&table, handle))
        return;
    pthread_mutex_lock(&table_lock);
    e = event_lock(handle);
    if (e) {
        handle_table_set(&table, handle, NULL);
        settle(e); /* somebody may wait unseen */
        e->handle = NULL;
        while (list_pop(&e->waits)) /* of terminated threads */
            ;
        pthread_mutex_lock(&known_lock);
        list_del(&e->known);
        e->listed = false;
        pthread_mutex_unlock(&known_lock);
        list_add_tail(&free_events, &e->known);
        event_unlock(e);
    }
    pthread_mutex_unlock(&table_lock);
}

/* The first known event, off the list and locked. */
static struct wine_event *pop_known(void)
{
    struct wine_event *e;
    struct list *l;

    pthread_mutex_lock(&known_lock);
    l = list_pop(&known_events);
    e = l ? container_of(l, struct wine_event, known) : NULL;
    if (e)
        e->listed = false;
    pthread_mutex_unlock(&known_lock);
    if (e)
        lock(e);
    return e;
}

static unsigned count_known(void)
{
    struct list *l;
    unsigned count = 0;

    pthread_mutex_lock(&known_lock);
    list_for_each(l, &known_events)
        count++;
    pthread_mutex_unlock(&known_lock);
    return count;
}

bool wine_events_settle(void)
{
    struct wine_event *e;

    for (unsigned count = count_known(); count && (e = pop_known()); count--) {
        if (e->state != EVENT_UNKNOWN && e->age++)
            settle(e);
        else if (e->state != EVENT_UNKNOWN)
            remember(e);
        event_unlock(e);
    }
    return count_known();
}
