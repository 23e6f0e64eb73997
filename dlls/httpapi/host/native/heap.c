/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap.c: the process heap.
 *
 * A block's size is kept in front of it: HeapReAlloc() must clear what it adds, from the exact old size on.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../../engine/log.h"
#include "../host.h"
#include "native.h"

union header {
    SIZE_T size;
    max_align_t alignment;
};

static HANDLE process_heap(void)
{
    static char heap; /* its address is as good as any */

    return &heap;
}

NATIVE_EXPORT HANDLE GetProcessHeap(void)
{
    return process_heap();
}

static bool check(HANDLE heap, DWORD flags)
{
    if (heap != process_heap())
        return fail(ERROR_INVALID_HANDLE);
    if (flags & ~(DWORD)(HEAP_ZERO_MEMORY | HEAP_NO_SERIALIZE)) {
        FIXME("heap flags %#x", flags);
        return fail(ERROR_INVALID_PARAMETER);
    }
    return true;
}

/* memory NULL: a new block. */
static void *resize(void *memory, SIZE_T size, bool zero)
{
    union header *h = memory ? (union header *)memory - 1 : NULL;
    SIZE_T before = h ? h->size : 0;

    h = size <= PTRDIFF_MAX - sizeof *h ? realloc(h, sizeof *h + size) : NULL;
    if (!h) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (zero && size > before)
        memset((char *)(h + 1) + before, 0, size - before);
    h->size = size;
    return h + 1;
}

NATIVE_EXPORT LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size)
{
    return check(heap, flags) ? resize(NULL, size, flags & HEAP_ZERO_MEMORY) : NULL;
}

NATIVE_EXPORT LPVOID HeapReAlloc(HANDLE heap, DWORD flags, LPVOID memory, SIZE_T size)
{
    if (!check(heap, flags))
        return NULL;
    if (!memory) { /* unlike realloc() */
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return resize(memory, size, flags & HEAP_ZERO_MEMORY);
}

NATIVE_EXPORT BOOL HeapFree(HANDLE heap, DWORD flags, LPVOID memory)
{
    if (!check(heap, flags))
        return FALSE;
    if (memory)
        free((union header *)memory - 1);
    return TRUE;
}

NATIVE_EXPORT SIZE_T HeapSize(HANDLE heap, DWORD flags, LPCVOID memory)
{
    return memory && check(heap, flags) ? ((const union header *)memory - 1)->size : (SIZE_T)-1;
}

NATIVE_EXPORT HANDLE LocalAlloc(UINT flags, SIZE_T size)
{
    if (flags & ~(UINT)LMEM_ZEROINIT) {
        FIXME("flags %#x", flags);
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return resize(NULL, size, flags & LMEM_ZEROINIT);
}

NATIVE_EXPORT HANDLE LocalFree(HANDLE memory)
{
    HeapFree(process_heap(), 0, memory);
    return NULL;
}

void *host_heap_alloc(size_t size)
{
    return HeapAlloc(process_heap(), 0, size);
}
