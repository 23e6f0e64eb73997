/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object.c: the handle table.
 *
 * A handle is slot * 64 + generation * 4. A slot's word holds its generation, whether the handle is open, and how many
 * calls have it pinned; pages of slots are never freed, so a pin may touch the slot of any handle value. The last one
 * to leave a closed handle frees the slot. Free slots queue up, and come back with the next generation: a stale handle
 * is recognised until its slot was used fifteen times more.
 */
#include "object.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "thread.h"

#define GENERATION_BITS 4
#define GENERATION_MASK ((1u << GENERATION_BITS) - 1)
#define OPEN (1u << GENERATION_BITS)
#define CLOSING (OPEN << 1) /* still open, and somebody is closing it */
#define PIN (1u << 8)

#define PAGE_BITS 10
#define PAGE_SLOTS (1u << PAGE_BITS)
#define PAGES 256
#define SLOT_NONE UINT32_MAX

struct slot {
    atomic_uint word;
    uint32_t next; /* in the queue of free slots */
    struct object *object;
};

static struct {
    pthread_mutex_t lock;
    uint32_t count;                    /* slots that were ever used */
    uint32_t first_free, last_free;
    _Atomic(struct slot *) pages[PAGES];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER, .first_free = SLOT_NONE};

static struct slot *slot_at(uint32_t index)
{
    struct slot *page = index < PAGES * PAGE_SLOTS
                            ? atomic_load_explicit(&table.pages[index >> PAGE_BITS], memory_order_acquire)
                            : NULL;

    return page ? &page[index & (PAGE_SLOTS - 1)] : NULL;
}

static struct slot *slot_of(HANDLE handle)
{
    uintptr_t index = (uintptr_t)handle >> (2 + GENERATION_BITS);

    return index < PAGES * PAGE_SLOTS ? slot_at((uint32_t)index) : NULL;
}

static unsigned generation_of(HANDLE handle)
{
    return (unsigned)((uintptr_t)handle >> 2) & GENERATION_MASK;
}

/* 1 to 15: zero would make the first slot's handle NULL. */
static unsigned generation_after(unsigned generation)
{
    return generation == GENERATION_MASK ? 1 : generation + 1;
}

/* Table lock. */
static bool page_new(uint32_t page)
{
    struct slot *slots = calloc(PAGE_SLOTS, sizeof *slots);

    atomic_store_explicit(&table.pages[page], slots, memory_order_release);
    return slots;
}

/* A slot that was never used: pages fill up one after the other. Table lock. */
static uint32_t slot_new(void)
{
    uint32_t index = table.count;

    if (index >= PAGES * PAGE_SLOTS)
        return SLOT_NONE;
    if (index % PAGE_SLOTS == 0 && !page_new(index >> PAGE_BITS))
        return SLOT_NONE;
    table.count++;
    return index;
}

static uint32_t slot_take(void)
{
    uint32_t index;

    pthread_mutex_lock(&table.lock);
    index = table.first_free;
    if (index != SLOT_NONE)
        table.first_free = slot_at(index)->next;
    else
        index = slot_new();
    pthread_mutex_unlock(&table.lock);
    return index;
}

static void slot_free(struct slot *s, uint32_t index)
{
    struct object *o = s->object;

    s->object = NULL;
    s->next = SLOT_NONE;
    pthread_mutex_lock(&table.lock);
    if (table.first_free == SLOT_NONE)
        table.first_free = index;
    else
        slot_at(table.last_free)->next = index;
    table.last_free = index;
    pthread_mutex_unlock(&table.lock);
    object_unref(o);
}

/* The handle must be open, and without any bit of `unless`; sets the bits of `set` and pins it. */
static bool slot_enter(struct slot *s, unsigned generation, unsigned unless, unsigned set)
{
    unsigned word = atomic_load_explicit(&s->word, memory_order_relaxed);

    do {
        if ((word & (GENERATION_MASK | OPEN | unless)) != (generation | OPEN))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&s->word, &word, (word | set) + PIN, memory_order_acquire,
                                                    memory_order_relaxed));
    return true;
}

static void slot_leave(struct slot *s, uint32_t index)
{
    unsigned before = atomic_fetch_sub_explicit(&s->word, PIN, memory_order_acq_rel);

    if (before / PIN == 1 && !(before & OPEN))
        slot_free(s, index);
}

void object_init(struct object *o, const struct object_type *type)
{
    o->type = type;
    atomic_init(&o->refs, 1);
    atomic_init(&o->handles, 0);
}

void object_ref(struct object *o)
{
    atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
}

void object_unref(struct object *o)
{
    if (atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) == 1)
        o->type->destroy(o);
}

/* Takes over one reference and one of o->handles. */
static HANDLE handle_open(struct object *o)
{
    uint32_t index = slot_take();
    struct slot *s;
    unsigned generation;

    if (index == SLOT_NONE)
        return NULL;
    s = slot_at(index);
    s->object = o;
    generation = generation_after(atomic_load_explicit(&s->word, memory_order_relaxed) & GENERATION_MASK);
    atomic_store_explicit(&s->word, generation | OPEN, memory_order_release);
    return (HANDLE)(((uintptr_t)index << GENERATION_BITS | generation) << 2);
}

HANDLE object_publish(struct object *o)
{
    HANDLE handle;

    atomic_store_explicit(&o->handles, 1, memory_order_relaxed);
    handle = handle_open(o);
    if (!handle) {
        object_unref(o);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

/* An object that was told of its last handle's close gets no further one. (A thread may have none, and then one.) */
static bool count_handle(struct object *o)
{
    unsigned handles = atomic_load_explicit(&o->handles, memory_order_relaxed);

    do {
        if (!handles && o->type->last_handle_closed)
            return false;
    } while (!atomic_compare_exchange_weak(&o->handles, &handles, handles + 1));
    return true;
}

static void uncount_handle(struct object *o)
{
    if (atomic_fetch_sub(&o->handles, 1) == 1 && o->type->last_handle_closed)
        o->type->last_handle_closed(o);
}

HANDLE object_publish_again(struct object *o)
{
    HANDLE handle;

    if (!count_handle(o)) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    object_ref(o);
    handle = handle_open(o);
    if (!handle) {
        uncount_handle(o);
        object_unref(o);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

static bool is_of_type(const struct object *o, const struct object_type *type)
{
    return type ? o->type == type : !o->type->internal;
}

struct object *object_pin(HANDLE handle, const struct object_type *type)
{
    struct slot *s = slot_of(handle);
    struct object *o = NULL;

    if (handle == GetCurrentThread())
        o = thread_current();
    else if (s && slot_enter(s, generation_of(handle), 0, 0))
        o = s->object;
    if (o && !is_of_type(o, type)) {
        object_unpin(handle);
        o = NULL;
    }
    if (!o)
        SetLastError(ERROR_INVALID_HANDLE);
    return o;
}

void object_unpin(HANDLE handle)
{
    struct slot *s = slot_of(handle);

    if (s)
        slot_leave(s, (uint32_t)((uintptr_t)handle >> (2 + GENERATION_BITS)));
}

bool object_close(HANDLE handle, bool by_program)
{
    struct slot *s = slot_of(handle);
    struct object *o;

    if (!s || !slot_enter(s, generation_of(handle), CLOSING, CLOSING))
        return false;
    o = s->object;
    if (by_program && o->type->internal) {
        atomic_fetch_and_explicit(&s->word, ~CLOSING, memory_order_relaxed);
        object_unpin(handle);
        return false;
    }
    if (by_program && o->type->handle_closing)
        o->type->handle_closing(handle);
    atomic_fetch_and_explicit(&s->word, ~(OPEN | CLOSING), memory_order_release);
    uncount_handle(o);
    object_unpin(handle);
    return true;
}

NATIVE_EXPORT BOOL CloseHandle(HANDLE handle)
{
    /* Documented to have no effect, and not to be an error. */
    if (handle == GetCurrentThread() || handle == GetCurrentProcess())
        return TRUE;
    return object_close(handle, true) || fail(ERROR_INVALID_HANDLE);
}

static HANDLE duplicate(HANDLE source)
{
    struct object *o = object_pin(source, NULL);
    HANDLE target;

    if (!o)
        return NULL;
    target = object_publish_again(o);
    /* False for a queue that another thread has closed meanwhile. */
    if (target && o->type->handle_duplicated && !o->type->handle_duplicated(source, target)) {
        object_close(target, false);
        SetLastError(ERROR_INVALID_HANDLE);
        target = NULL;
    }
    object_unpin(source);
    return target;
}

NATIVE_EXPORT BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, LPHANDLE target,
                                   DWORD access, BOOL inherit, DWORD options)
{
    HANDLE duplicated;

    (void)access, (void)inherit;
    if (options & ~(DWORD)(DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS))
        return fail(ERROR_INVALID_PARAMETER);
    if (source_process != GetCurrentProcess() || target_process != GetCurrentProcess())
        return fail(ERROR_INVALID_HANDLE);
    duplicated = duplicate(source);
    if (options & DUPLICATE_CLOSE_SOURCE)
        CloseHandle(source); /* also when duplicating failed, as documented */
    if (!duplicated)
        return FALSE;
    if (target)
        *target = duplicated;
    else
        CloseHandle(duplicated);
    return TRUE;
}
