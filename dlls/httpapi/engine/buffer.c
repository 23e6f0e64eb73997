/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * buffer.c: small buffers are malloc()'s, large ones have pages of their own.
 *
 * Any of the program's threads may run a loop, and each has a part of malloc()'s heap: what one got for a crowd of large heads
 * isn't there for the next crowd, which another thread serves, and is seldom given back to the system. Hundreds of clients
 * with heads as large as may be, gone and come again twenty times, took 44 MB so, and 18 MB with one part for all.
 */
#include "buffer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sanitizer.h"

/* Few requests have more. The address sanitizer looks after malloc()'s memory only. */
#ifdef ADDRESS_SANITIZER
#define PAGES_LEAST SIZE_MAX
#else
#define PAGES_LEAST 16384
#endif

static bool has_pages(size_t size)
{
    return size >= PAGES_LEAST;
}

static void *get(size_t size)
{
    void *p;

    if (!has_pages(size))
        return malloc(size);
    p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static void put(void *p, size_t size)
{
    if (has_pages(size))
        munmap(p, size);
    else
        free(p);
}

static void *move(void *p, size_t from, size_t to)
{
    void *moved = get(to);

    if (!moved)
        return NULL;
    memcpy(moved, p, from < to ? from : to);
    put(p, from);
    return moved;
}

void *buffer_resize(void *p, size_t from, size_t to)
{
    if (!from)
        return to ? get(to) : NULL;
    if (!to)
        return put(p, from), NULL;
    if (has_pages(from) != has_pages(to))
        return move(p, from, to);
    if (!has_pages(from))
        return realloc(p, to);
    p = mremap(p, from, to, MREMAP_MAYMOVE);
    return p == MAP_FAILED ? NULL : p;
}
