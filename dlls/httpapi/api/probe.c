/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe.c: touching the caller's memory before anything depends on it.
 */
#include "api.h"

#define PROBE_PAGE 4096

/* The last byte; of a size that goes around the end of the address space, the last one there is, which can't be touched. */
static uintptr_t last_of(const void *memory, size_t size)
{
    uintptr_t last = (uintptr_t)memory + (size - 1);

    return last < (uintptr_t)memory ? UINTPTR_MAX : last;
}

void probe_read(const void *memory, size_t size)
{
    const volatile char *p = memory, *last;

    if (!size)
        return;
    last = (const volatile char *)last_of(memory, size);
    for (; p < last; p += PROBE_PAGE)
        (void)*p;
    (void)*last;
}

/*
 * An atomic no-op, because other threads may be writing to the same page. The compiler mustn't know that it is one: clang
 * would make a mere read of it.
 */
static void touch(char *p)
{
    char nothing = 0;

    __asm__("" : "+q"(nothing));
    __atomic_fetch_or(p, nothing, __ATOMIC_RELAXED);
}

void probe_write(void *memory, size_t size)
{
    char *p = memory, *last;

    if (!size)
        return;
    last = (char *)last_of(memory, size);
    for (; p < last; p += PROBE_PAGE)
        touch(p);
    touch(last);
}
