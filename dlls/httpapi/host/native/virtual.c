/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtual.c: memory by the page.
 *
 * Each reservation is a region on a list, with the protection of each of its pages: VirtualFree() is given no size and
 * VirtualProtect() has to tell the previous protection. Tests and programs have a handful of them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../engine/list.h"
#include "native.h"

struct region {
    struct list node;
    char *base;
    size_t pages;
    unsigned char protection[]; /* of each page; 0: only reserved */
};

static struct list regions = LIST_INIT(regions);
static pthread_mutex_t regions_lock = PTHREAD_MUTEX_INITIALIZER;

static size_t page_size(void)
{
    static _Atomic size_t size;

    if (!size)
        size = (size_t)sysconf(_SC_PAGESIZE);
    return size;
}

/* mmap's flags; -1 for a protection that doesn't exist here. */
static int protection_flags(DWORD protection)
{
    switch (protection) {
    case PAGE_NOACCESS:
        return PROT_NONE;
    case PAGE_READONLY:
        return PROT_READ;
    case PAGE_READWRITE:
        return PROT_READ | PROT_WRITE;
    default:
        return -1;
    }
}

/* Whole pages of one region. */
struct range {
    struct region *region;
    size_t first, count;
};

/* The pages that [address, address + size) touches; false when they aren't all in one region. Lock. */
static bool find_range(char *address, size_t size, struct range *range)
{
    size_t page = page_size();
    struct list *pos;

    list_for_each(pos, &regions) {
        struct region *r = container_of(pos, struct region, node);
        size_t length = r->pages * page, from = (size_t)(address - r->base);

        if ((uintptr_t)address < (uintptr_t)r->base || from >= length || size > length - from)
            continue;
        range->region = r;
        range->first = from / page;
        range->count = (from + size + page - 1) / page - range->first;
        return true;
    }
    return false;
}

static bool is_committed(const struct range *range)
{
    for (size_t i = 0; i < range->count; i++)
        if (!range->region->protection[range->first + i])
            return false;
    return true;
}

/* protection 0: decommits. */
static bool protect(const struct range *range, DWORD protection)
{
    char *at = range->region->base + range->first * page_size();
    size_t length = range->count * page_size();

    if (mprotect(at, length, protection ? protection_flags(protection) : PROT_NONE))
        return fail_errno();
    if (!protection && madvise(at, length, MADV_DONTNEED)) /* what comes back is zeroed */
        return fail_errno();
    memset(range->region->protection + range->first, (int)protection, range->count);
    return true;
}

/* Lock. */
static char *reserve(size_t size)
{
    size_t pages = size / page_size() + (size % page_size() != 0);
    struct region *r = calloc(1, sizeof *r + pages);

    if (!r) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    r->base = mmap(NULL, pages * page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r->base == MAP_FAILED) {
        free(r);
        fail_errno();
        return NULL;
    }
    r->pages = pages;
    list_add(&regions, &r->node);
    return r->base;
}

static void release(struct region *r)
{
    list_del(&r->node);
    munmap(r->base, r->pages * page_size());
    free(r);
}

/* Lock. */
static LPVOID allocate(char *address, SIZE_T size, DWORD type, DWORD protection)
{
    struct range range;
    char *base = address ? address : reserve(size);

    if (!base)
        return NULL;
    if (!find_range(base, size, &range)) {
        SetLastError(ERROR_INVALID_ADDRESS);
        return NULL;
    }
    if (type & MEM_COMMIT && !protect(&range, protection)) {
        if (!address)
            release(range.region);
        return NULL;
    }
    return range.region->base + range.first * page_size();
}

NATIVE_EXPORT LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection)
{
    LPVOID memory;

    if (!size || size > PTRDIFF_MAX / 2 || protection_flags(protection) < 0 || !(type & (MEM_COMMIT | MEM_RESERVE)) ||
        type & ~(DWORD)(MEM_COMMIT | MEM_RESERVE)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (address && type & MEM_RESERVE) { /* at an address of the program's choice */
        SetLastError(ERROR_INVALID_ADDRESS);
        return NULL;
    }
    pthread_mutex_lock(&regions_lock);
    memory = allocate(address, size, type, protection);
    pthread_mutex_unlock(&regions_lock);
    return memory;
}

/* Lock. */
static bool decommit(char *address, SIZE_T size)
{
    struct range range;

    if (!find_range(address, size, &range))
        return fail(ERROR_INVALID_ADDRESS);
    if (!size) { /* the whole region, if it is its base */
        if (address != range.region->base)
            return fail(ERROR_INVALID_ADDRESS);
        range.count = range.region->pages;
    }
    return protect(&range, 0);
}

/* Lock. */
static bool release_at(char *address)
{
    struct range range;

    if (!find_range(address, 0, &range) || address != range.region->base)
        return fail(ERROR_INVALID_ADDRESS);
    release(range.region);
    return true;
}

NATIVE_EXPORT BOOL VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
    bool freed;

    if ((type != MEM_RELEASE && type != MEM_DECOMMIT) || (type == MEM_RELEASE && size))
        return fail(ERROR_INVALID_PARAMETER);
    pthread_mutex_lock(&regions_lock);
    freed = type == MEM_RELEASE ? release_at(address) : decommit(address, size);
    pthread_mutex_unlock(&regions_lock);
    return freed;
}

NATIVE_EXPORT BOOL VirtualProtect(LPVOID address, SIZE_T size, DWORD protection, PDWORD previous)
{
    struct range range;
    DWORD before = 0;
    bool changed;

    if (!size || protection_flags(protection) < 0)
        return fail(ERROR_INVALID_PARAMETER);
    if (!previous)
        return fail(ERROR_NOACCESS);
    pthread_mutex_lock(&regions_lock);
    if (find_range(address, size, &range) && is_committed(&range)) {
        before = range.region->protection[range.first];
        changed = protect(&range, protection);
    } else {
        changed = fail(ERROR_INVALID_ADDRESS);
    }
    pthread_mutex_unlock(&regions_lock);
    if (changed)
        *previous = before;
    return changed;
}
