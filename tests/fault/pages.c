/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pages.c: see pages.h.
 */
#include "pages.h"

void pages_open(struct pages *p, SIZE_T size)
{
    p->size = (size + PAGE - 1) / PAGE * PAGE;
    p->base = VirtualAlloc(NULL, p->size + PAGE, MEM_RESERVE, PAGE_READWRITE);
    ok(p->base && VirtualAlloc(p->base, p->size, MEM_COMMIT, PAGE_READWRITE), "no memory: error %lu",
       UL(GetLastError()));
}

void pages_close(struct pages *p)
{
    if (p->base)
        VirtualFree(p->base, 0, MEM_RELEASE);
    p->base = NULL;
}

void *pages_place(struct pages *p, const void *object, SIZE_T size, int short_of)
{
    char *at = p->base + p->size - size + short_of;
    SIZE_T there = short_of > 0 ? size - (SIZE_T)short_of : size;

    if (object)
        memcpy(at, object, there);
    else
        memset(at, 0, there);
    return at;
}

void pages_protect(struct pages *p, BOOL writable)
{
    DWORD before;

    ok(VirtualProtect(p->base, p->size, writable ? PAGE_READWRITE : PAGE_READONLY, &before), "error %lu",
       UL(GetLastError()));
}
