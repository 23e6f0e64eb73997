/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * account.c: see account.h. By the system's own count: Windows' calls, or /proc.
 */
#include "account.h"

#ifdef _WIN32
#define PSAPI_VERSION 2
#include <psapi.h>
#include <tlhelp32.h>

static unsigned count_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 t = {sizeof t};
    unsigned count = 0;
    BOOL more;

    for (more = Thread32First(snapshot, &t); more; more = Thread32Next(snapshot, &t))
        count += t.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(snapshot);
    return count;
}

void account_take(struct account *a)
{
    PROCESS_MEMORY_COUNTERS memory;
    DWORD handles = 0;

    memset(a, 0, sizeof *a);
    if (GetProcessHandleCount(GetCurrentProcess(), &handles))
        a->handles = handles;
    a->threads = count_threads();
    if (GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory))
        a->memory = memory.WorkingSetSize;
}
#else
#include <dirent.h>
#include <unistd.h>

static unsigned count_entries(const char *path)
{
    DIR *d = opendir(path);
    unsigned count = 0;

    while (d && readdir(d))
        count++;
    if (d)
        closedir(d);
    return count;
}

static SIZE_T resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long all, used = 0;

    if (f && fscanf(f, "%lu %lu", &all, &used) != 2)
        used = 0;
    if (f)
        fclose(f);
    return (SIZE_T)used * (SIZE_T)sysconf(_SC_PAGESIZE);
}

void account_take(struct account *a)
{
    memset(a, 0, sizeof *a);
    a->descriptors = count_entries("/proc/self/fd");
    a->threads = count_entries("/proc/self/task");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    a->memory = resident();
#else
    (void)resident;
#endif
}
#endif
