/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c: loading, the way into the ELF half, and its service threads.
 *
 * Wine keeps the two halves of a builtin DLL together by name and folder. It finds httpev.dll in the prefix's system32
 * and its ELF half beside the DLL of the same name in WINEDLLPATH; when that path is missing the DLL loads alone.
 */
#include "stop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "build_id.h"
#include "config.h"

#ifdef __x86_64__
#define ARCHITECTURE "x86_64"
#else
#define ARCHITECTURE "i386"
#endif
#define MEMORY_WINE_UNIX_FUNCS 1000 /* MEMORY_INFORMATION_CLASS, Wine's own */

typedef NTSTATUS(WINAPI *unix_call)(UINT64 handle, unsigned call, void *args);

NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE process, LPCVOID address, ULONG info_class, PVOID buffer, SIZE_T length,
                                    SIZE_T *returned);

static UINT64 unix_handle;
static unix_call call_unix;
static unsigned service_threads;

void complain(const char *format, ...)
{
    char line[512] = "httpapi: ";
    size_t n = strlen(line);
    DWORD written;
    va_list args;

    va_start(args, format);
    n += (size_t)vsnprintf(line + n, sizeof line - n - 1, format, args);
    va_end(args);
    n = n < sizeof line - 1 ? n : sizeof line - 2;
    line[n++] = '\n';
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), line, (DWORD)n, &written, NULL);
}

static BOOL find_unix_half(HMODULE self)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    void **dispatcher = (void **)GetProcAddress(ntdll, "__wine_unix_call_dispatcher");

    if (!dispatcher) {
        complain("this isn't Wine 8.0 or newer: ntdll has no unix call dispatcher");
        return FALSE;
    }
    if (NtQueryVirtualMemory(GetCurrentProcess(), self, MEMORY_WINE_UNIX_FUNCS, &unix_handle, sizeof unix_handle,
                             NULL)) {
        complain("httpev.so wasn't loaded: set WINEDLLPATH to the folder that holds " ARCHITECTURE "-unix/httpev.so, "
                 "or start the program with httpapi-wine");
        return FALSE;
    }
    call_unix = (unix_call)*dispatcher;
    return TRUE;
}

BOOL door_open(HMODULE self)
{
    struct door_attach a = {.version = DOOR_VERSION, .build = BUILD_ID};

    if (!find_unix_half(self))
        return FALSE;
    if (!call_unix(unix_handle, DOOR_attach, &a) && a.version == DOOR_VERSION && !strcmp(a.build, BUILD_ID)) {
        service_threads = a.service_threads;
        return TRUE;
    }
    complain("httpev.dll (%s) and httpev.so (%s) are of different builds: run `httpapi-wine install` again",
             BUILD_ID, a.build);
    call_unix = NULL;
    return FALSE;
}

/* Never ends: the ELF half runs its loop here when no thread of the program does. */
static DWORD WINAPI serve(void *index)
{
    struct door_serve a = {.index = (uint32_t)(ULONG_PTR)index};

    call_unix(unix_handle, DOOR_serve, &a);
    return 0;
}

/* One for each loop, once in a process. FALSE when not all of them could be started: the next call goes on. */
static BOOL start_service_threads(void)
{
    static SRWLOCK lock = SRWLOCK_INIT;
    static unsigned started;
    HANDLE thread = NULL;

    AcquireSRWLockExclusive(&lock);
    stop_start();
    while (started < service_threads && (thread = CreateThread(NULL, 0, serve, (void *)(ULONG_PTR)started, 0, NULL))) {
        CloseHandle(thread);
        started++;
    }
    if (started < service_threads)
        complain("can't start service thread %u: error %lu", started, GetLastError());
    ReleaseSRWLockExclusive(&lock);
    return started == service_threads;
}

/* Without a service thread nobody answers while no thread of the program waits: such a start is none. */
static void finish_initialize(struct door_HttpInitialize *args)
{
    struct door_HttpTerminate end = {.flags = args->flags};

    if (args->result || start_service_threads())
        return;
    call_unix(unix_handle, DOOR_HttpTerminate, &end);
    args->result = ERROR_NO_SYSTEM_RESOURCES;
}

NTSTATUS door_call(enum door_call call, void *args)
{
    NTSTATUS status;

    if (!call_unix)
        return STATUS_DLL_INIT_FAILED;
    status = call_unix(unix_handle, call, args);
    if (call == DOOR_HttpInitialize && !status)
        finish_initialize(args);
    return status;
}

ULONG door_result(enum door_call call, NTSTATUS status, uint32_t result)
{
    if (!status)
        return result;
    if (call == DOOR_HttpIsFeatureSupported)
        return FALSE;
    return status == (NTSTATUS)STATUS_DLL_INIT_FAILED ? ERROR_DLL_INIT_FAILED : ERROR_NOACCESS;
}

/* Calls that it began and didn't wait for end with it. A thread that is terminated doesn't come here. */
static void thread_ends(void)
{
    struct door_thread a = {0};

    if (!RtlDllShutdownInProgress())
        door_call(DOOR_thread_ends, &a);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    HMODULE pinned;

    (void)reserved;
    if (reason == DLL_THREAD_DETACH)
        thread_ends();
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    /* Our threads and the patched ntdll point here: never unload. */
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCWSTR)self,
                       &pinned);
    if (!door_open(self))
        return TRUE; /* every call returns ERROR_DLL_INIT_FAILED, and stderr says why */
    registry_read();
    interpose_install();
    return TRUE;
}
