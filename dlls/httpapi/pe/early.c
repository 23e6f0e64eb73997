/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * early.c: finding threads by where they are.
 */
#include "early.h"

#include <tlhelp32.h>

#include "stub.h"

#define EARLY_MAX 64
#define STUBS_MAX 4

static SRWLOCK lock = SRWLOCK_INIT;
static DWORD threads[EARLY_MAX];
static volatile LONG count; /* more than EARLY_MAX: for ever */
static DWORD_PTR stub_addresses[STUBS_MAX];
static unsigned stub_count;

static BOOL is_in_stub(DWORD_PTR address)
{
    for (unsigned i = 0; i < stub_count; i++)
        if (address - stub_addresses[i] < STUB_SIZE)
            return TRUE;
    return FALSE;
}

/* A thread inside a system call: its address is behind the call, in the stub. */
static BOOL waits(DWORD id)
{
    HANDLE thread = OpenThread(THREAD_GET_CONTEXT | THREAD_SUSPEND_RESUME, FALSE, id);
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL};
    BOOL found = FALSE;

    if (!thread)
        return FALSE;
    if (SuspendThread(thread) != (DWORD)-1) {
        found = GetThreadContext(thread, &context) && is_in_stub(context.STUB_PROGRAM_COUNTER);
        ResumeThread(thread);
    }
    CloseHandle(thread);
    return found;
}

static void tell(void)
{
    struct door_port a = {.count = (uint32_t)count};

    door_call(DOOR_port_early, &a);
}

static void add_if_waiting(const THREADENTRY32 *t)
{
    if (t->th32OwnerProcessID != GetCurrentProcessId() || t->th32ThreadID == GetCurrentThreadId() ||
        !waits(t->th32ThreadID))
        return;
    if (count < EARLY_MAX)
        threads[count] = t->th32ThreadID;
    count++;
}

void early_find(const void *const stubs[], unsigned stub_number)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 t = {.dwSize = sizeof t};

    for (; stub_count < stub_number && stub_count < STUBS_MAX; stub_count++)
        stub_addresses[stub_count] = (DWORD_PTR)stubs[stub_count];
    if (snapshot == INVALID_HANDLE_VALUE)
        return;
    for (BOOL more = Thread32First(snapshot, &t); more; more = Thread32Next(snapshot, &t))
        add_if_waiting(&t);
    CloseHandle(snapshot);
    if (count)
        tell();
}

/* The thread's place in the list, taken out. The lock. */
static void forget(LONG i)
{
    threads[i] = threads[--count];
    if (!count)
        tell();
}

void early_returned(void)
{
    DWORD self = GetCurrentThreadId();

    if (!count || count > EARLY_MAX)
        return;
    AcquireSRWLockExclusive(&lock);
    for (LONG i = 0; i < count; i++)
        if (threads[i] == self) {
            forget(i);
            break;
        }
    ReleaseSRWLockExclusive(&lock);
}

void early_refresh(void)
{
    if (!count || count > EARLY_MAX)
        return;
    AcquireSRWLockExclusive(&lock);
    for (LONG i = count; i-- > 0;)
        if (threads[i] == GetCurrentThreadId() || !waits(threads[i]))
            forget(i);
    ReleaseSRWLockExclusive(&lock);
}
