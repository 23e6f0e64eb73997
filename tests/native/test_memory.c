/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_memory.c: the heap, memory by the page, and surviving bad pointers.
 */
#include "native_test.h"

#include "../../dlls/httpapi/engine/guard.h"

TestSuite(memory, .timeout = TIMEOUT_S);

Test(memory, heap)
{
    HANDLE heap = GetProcessHeap();
    char *p = HeapAlloc(heap, HEAP_ZERO_MEMORY, 100);

    for (int i = 0; i < 100; i++)
        eq(p[i], 0);
    memset(p, 1, 100);
    p = HeapReAlloc(heap, HEAP_ZERO_MEMORY, p, 13);
    eq(HeapSize(heap, 0, p), 13);
    p = HeapReAlloc(heap, HEAP_ZERO_MEMORY, p, 20); /* in place: what follows is what was there */
    for (int i = 0; i < 20; i++)
        eq(p[i], i < 13);
    p = HeapReAlloc(heap, HEAP_ZERO_MEMORY, p, 3000);
    for (int i = 0; i < 3000; i++)
        eq(p[i], i < 13);
    eq((ULONG_PTR)p % 16, 0);
    succeeds(HeapFree(heap, 0, p));
    succeeds(HeapFree(heap, 0, NULL));
    fails(HeapAlloc(heap, 0, (SIZE_T)-1), ERROR_NOT_ENOUGH_MEMORY);
    fails(HeapAlloc(heap, 4 /* HEAP_GENERATE_EXCEPTIONS */, 1), ERROR_INVALID_PARAMETER);
    fails(HeapAlloc(NULL, 0, 1), ERROR_INVALID_HANDLE);
    fails(HeapReAlloc(heap, 0, NULL, 1), ERROR_INVALID_PARAMETER);
    cr_assert(!LocalFree(LocalAlloc(LPTR, 10)) && !LocalFree(NULL));
}

/* --- guard */

/* The compiler isn't to know that nothing is there. */
static char *volatile nowhere = (char *)8;

static void read_byte(void *p)
{
    (void)*(volatile char *)p;
}

static void write_byte(void *p)
{
    *(volatile char *)p = 1;
}

static bool readable(void *p)
{
    return guard_run(read_byte, p);
}

static bool writable(void *p)
{
    return guard_run(write_byte, p);
}

Test(memory, virtual_memory)
{
    SIZE_T page = 4096;
    char *p = VirtualAlloc(NULL, 3 * page, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    DWORD before = 0;

    cr_assert(p && writable(p) && writable(p + 3 * page - 1));
    succeeds(VirtualProtect(p + page, 1, PAGE_READONLY, &before));
    eq(before, PAGE_READWRITE);
    cr_assert(readable(p + page) && !writable(p + page) && writable(p) && writable(p + 2 * page));
    succeeds(VirtualProtect(p + page, page, PAGE_NOACCESS, &before));
    eq(before, PAGE_READONLY);
    cr_assert(!readable(p + page));
    succeeds(VirtualFree(p + page, page, MEM_DECOMMIT));
    fails(VirtualProtect(p, 3 * page, PAGE_READONLY, &before), ERROR_INVALID_ADDRESS);
    eq((ULONG_PTR)VirtualAlloc(p + page, page, MEM_COMMIT, PAGE_READWRITE), (ULONG_PTR)(p + page));
    eq(p[page], 0);
    fails(VirtualFree(p + page, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    fails(VirtualFree(p, page, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    succeeds(VirtualFree(p, 0, MEM_RELEASE));
    fails(VirtualFree(p, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
}

Test(memory, reserve_then_commit)
{
    SIZE_T page = 4096;
    char *p = VirtualAlloc(NULL, 4 * page, MEM_RESERVE, PAGE_READWRITE);
    DWORD before;

    cr_assert(p && !readable(p));
    cr_assert(VirtualAlloc(p, page, MEM_COMMIT, PAGE_READWRITE));
    cr_assert(writable(p) && !readable(p + page));
    p[0] = 5;
    succeeds(VirtualFree(p, 0, MEM_DECOMMIT));
    cr_assert(!readable(p));
    cr_assert(VirtualAlloc(p, page, MEM_COMMIT, PAGE_READONLY));
    eq(p[0], 0);
    fails(VirtualAlloc(p, 5 * page, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    fails(VirtualAlloc((void *)0x10000, page, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    fails(VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    fails(VirtualAlloc(NULL, page, MEM_COMMIT, 0x40), ERROR_INVALID_PARAMETER);
    fails(VirtualAlloc(NULL, page, 0x80000, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    fails(VirtualProtect(p, page, PAGE_READWRITE, NULL), ERROR_NOACCESS);
    fails(VirtualProtect((void *)0x10000, page, PAGE_READWRITE, &before), ERROR_INVALID_ADDRESS);
}

static void nothing(void *p)
{
    *(int *)p += 1;
}

static void outer(void *p)
{
    int *steps = p;

    *steps += !readable(nowhere);
    *steps += !readable(nowhere + 8);
    *steps += guard_run(nothing, p);
    read_byte(nowhere);
    *steps = 100;
}

Test(memory, guard_nests)
{
    int steps = 0;

    cr_assert(guard_run(nothing, &steps));
    eq(steps, 1);
    cr_assert(!guard_run(outer, &steps));
    eq(steps, 5);
}

Test(memory, guard_again_and_again)
{
    for (int i = 0; i < 10000; i++)
        cr_assert(!readable(nowhere + i % 100));
}

static DWORD WINAPI fault_often(void *event)
{
    WaitForSingleObject(event, INFINITE);
    for (int i = 0; i < 1000; i++)
        if (readable(nowhere) || !readable(&i))
            return 1;
    return 0;
}

static void CALLBACK fault_in_pool(PTP_CALLBACK_INSTANCE instance, PVOID event)
{
    (void)instance;
    if (!readable(nowhere))
        SetEvent(event);
}

Test(memory, guard_in_several_threads)
{
    HANDLE event = manual_event(FALSE), threads[4], pool = auto_event(FALSE);

    for (int i = 0; i < 4; i++)
        threads[i] = run(fault_often, event);
    SetEvent(event);
    for (int i = 0; i < 4; i++)
        eq(join(threads[i]), 0);
    succeeds(TrySubmitThreadpoolCallback(fault_in_pool, pool, NULL));
    eq(WaitForSingleObject(pool, INFINITE), WAIT_OBJECT_0);
}
