/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reserve.c: libev's allocator and its handler of errors.
 *
 * The region is memory of our own, not something to be freed for malloc() to find: another thread would find it first.
 */
#include "reserve.h"

#include <ev.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "log.h"
#include "sanitizer.h"

#ifdef ADDRESS_SANITIZER
#include <sanitizer/lsan_interface.h>
#else /* a loop that lies in a region has all its other memory from it: only the leak checker must be told */
#define __lsan_register_root_region(p, size) (void)0
#define __lsan_unregister_root_region(p, size) (void)0
#endif

#define REGION_LEAST 131072
#define PATIENCE_NS 10000000 /* between two attempts, 10 ms */

struct region {
    struct region *next; /* in `used` */
    size_t size, taken;
    unsigned blocks; /* of it, not freed yet */
};

/* In front of each block of a region. Others are malloc()'s and bare: they may be older than us. */
union block {
    size_t size;
    max_align_t alignment;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* all regions */
static _Atomic(struct region *) fresh;                   /* nothing was taken from it yet */
static _Atomic(struct region *) used;                    /* the others; the first is the one to take from */
static atomic_size_t fresh_size;                         /* 0: there is none */
static atomic_size_t wanted = REGION_LEAST;              /* what it ought to be */

static void be_patient(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PATIENCE_NS}, NULL);
}

static struct region *region_new(size_t size)
{
    struct region *r = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (r == MAP_FAILED)
        return NULL;
    __lsan_register_root_region(r, size);
    *r = (struct region){.size = size, .taken = (sizeof *r + sizeof(union block) - 1) & ~(sizeof(union block) - 1)};
    return r;
}

static void region_end(struct region *r)
{
    __lsan_unregister_root_region(r, r->size);
    munmap(r, r->size);
}

/* The region that the block lies in; NULL: malloc()'s. */
static struct region *region_of(const void *p)
{
    struct region *r;

    if (!p || !atomic_load_explicit(&used, memory_order_relaxed))
        return NULL;
    pthread_mutex_lock(&lock);
    for (r = used; r; r = r->next)
        if ((const char *)p >= (char *)r && (const char *)p < (char *)r + r->size)
            break;
    pthread_mutex_unlock(&lock);
    return r;
}

static bool has_room(const struct region *r, size_t bytes)
{
    return r && r->size - r->taken >= bytes;
}

/* From the region in use, else from the fresh one. NULL: neither has enough. */
static void *take(size_t size)
{
    size_t bytes = sizeof(union block) * (2 + size / sizeof(union block));
    struct region *r;
    union block *b = NULL;

    pthread_mutex_lock(&lock);
    if (!has_room(used, bytes) && has_room(fresh, bytes)) {
        r = atomic_exchange(&fresh, NULL);
        fresh_size = 0;
        r->next = used;
        used = r;
    }
    r = used;
    if (has_room(r, bytes)) {
        b = (union block *)((char *)r + r->taken);
        b->size = size;
        r->taken += bytes;
        r->blocks++;
    }
    pthread_mutex_unlock(&lock);
    return b ? b + 1 : NULL;
}

/* A block less: without any the region is no more. */
static void give_back(struct region *gone)
{
    struct region *r, *before = NULL;

    pthread_mutex_lock(&lock);
    if (!--gone->blocks) {
        for (r = used; r != gone; r = r->next)
            before = r;
        if (before)
            before->next = gone->next;
        else
            used = gone->next;
        region_end(gone);
    }
    pthread_mutex_unlock(&lock);
}

static void block_free(void *p)
{
    struct region *r = region_of(p);

    if (r)
        give_back(r);
    else
        free(p);
}

/* Moves what is in `from` (NULL: nothing) to another place; the old one is free afterwards. */
static void *move(void *to, void *from, size_t size)
{
    size_t before = !from ? 0 : region_of(from) ? ((union block *)from - 1)->size : malloc_usable_size(from);

    if (to) {
        if (from)
            memcpy(to, from, before < size ? before : size);
        block_free(from);
    }
    return to;
}

static void *resize(void *p, size_t size)
{
    void *n = region_of(p) ? move(malloc(size), p, size) : realloc(p, size);

    return n ? n : move(take(size), p, size);
}

/* An array that grew to this size will have twice as much next time, and so may others. */
static void expect_growth(size_t size)
{
    pthread_mutex_lock(&lock);
    if (size > wanted / 8)
        wanted = size * 8;
    pthread_mutex_unlock(&lock);
}

/* As realloc(), but for an end without memory; size 0 frees. */
static void *loop_realloc(void *p, long size) EV_NOEXCEPT
{
    void *n;

    if (!size) {
        block_free(p);
        return NULL;
    }
    for (bool told = false; !(n = resize(p, (size_t)size)); told = true) {
        if (!told)
            ERR("no memory for a loop: waiting for some");
        be_patient();
    }
    expect_growth((size_t)size);
    return n;
}

/* libev goes on, and tries again when it has to: not without a rest. */
static void on_loop_error(const char *what) EV_NOEXCEPT
{
    ERR("%s: %m", what);
    be_patient();
}

/* Lock. */
static void replace_fresh(void)
{
    struct region *r = region_new(wanted), *before;

    if (!r)
        return;
    before = atomic_exchange(&fresh, r);
    fresh_size = r->size;
    if (before)
        region_end(before);
}

bool reserve_is_full(void)
{
    if (fresh_size >= wanted)
        return true;
    pthread_mutex_lock(&lock);
    if (fresh_size < wanted)
        replace_fresh();
    pthread_mutex_unlock(&lock);
    return fresh_size >= wanted;
}

bool reserve_start(void)
{
    ev_set_allocator(loop_realloc);
    ev_set_syserr_cb(on_loop_error);
    return reserve_is_full();
}
