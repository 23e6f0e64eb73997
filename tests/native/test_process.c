/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_process.c: modules, environment, console events, time.
 */
#include "native_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

TestSuite(process, .timeout = TIMEOUT_S);

Test(process, modules)
{
    HMODULE httpapi = GetModuleHandleA("HTTPAPI.dll"), kernel32 = LoadLibraryA("kernel32");

    cr_assert(httpapi && kernel32 && httpapi != kernel32);
    cr_assert(LoadLibraryW(u"httpapi.DLL") == httpapi);
    cr_assert(GetModuleHandleW(u"Kernel32.dll") == kernel32);
    cr_assert(GetModuleHandleA("ntdll.dll"));
    cr_assert(GetModuleHandleA(NULL));
    succeeds(FreeLibrary(kernel32));
    fails(FreeLibrary(auto_event(FALSE)), ERROR_MOD_NOT_FOUND);
    fails(LoadLibraryA("user32.dll"), ERROR_MOD_NOT_FOUND);
    fails(LoadLibraryA("kernel32.so"), ERROR_MOD_NOT_FOUND);
    fails(LoadLibraryA(NULL), ERROR_INVALID_PARAMETER);
}

Test(process, functions)
{
    HMODULE httpapi = GetModuleHandleA("httpapi.dll"), kernel32 = GetModuleHandleA("kernel32.dll");

    cr_assert((void *)GetProcAddress(kernel32, "SetEvent") == (void *)SetEvent);
    fails(GetProcAddress(httpapi, "SetEvent"), ERROR_PROC_NOT_FOUND);
    fails(GetProcAddress(kernel32, "HttpNoSuchThing"), ERROR_PROC_NOT_FOUND);
    fails(GetProcAddress(kernel32, "printf"), ERROR_PROC_NOT_FOUND);
    fails(GetProcAddress(kernel32, (LPCSTR)5), ERROR_PROC_NOT_FOUND);
    fails(GetProcAddress(GetModuleHandleA(NULL), "SetEvent"), ERROR_PROC_NOT_FOUND);
    fails(GetProcAddress(NULL, "SetEvent"), ERROR_INVALID_HANDLE);
}

Test(process, environment)
{
    char value[16] = "";
    WCHAR wide[16];

    succeeds(SetEnvironmentVariableA("NATIVE_TEST", "12345"));
    eq(GetEnvironmentVariableA("NATIVE_TEST", value, 6), 5);
    cr_assert(!strcmp(value, "12345"));
    eq(GetEnvironmentVariableA("NATIVE_TEST", value, 5), 6);
    eq(GetEnvironmentVariableA("NATIVE_TEST", NULL, 0), 6);
    eq(GetEnvironmentVariableW(u"NATIVE_TEST", wide, 16), 5);
    eq(lstrcmpW(wide, u"12345"), 0);
    succeeds(SetEnvironmentVariableW(u"NATIVE_TEST", u""));
    SetLastError(1);
    eq(GetEnvironmentVariableA("NATIVE_TEST", value, 16), 0);
    eq(GetLastError(), NO_ERROR);
    succeeds(SetEnvironmentVariableA("NATIVE_TEST", NULL));
    fails(GetEnvironmentVariableA("NATIVE_TEST", value, 16), ERROR_ENVVAR_NOT_FOUND);
    fails(SetEnvironmentVariableA(NULL, "x"), ERROR_INVALID_PARAMETER);
    fails(SetEnvironmentVariableA("A=B", "x"), ERROR_INVALID_PARAMETER);
    fails(GetEnvironmentVariableA(NULL, value, 16), ERROR_ENVVAR_NOT_FOUND);
    eq(GetCurrentProcessId(), getpid());
}

/* --- console */

static HANDLE handled;
static DWORD volatile event_seen, thread_seen, order;

static BOOL WINAPI first_added(DWORD event)
{
    event_seen = event;
    thread_seen = GetCurrentThreadId();
    order = order * 10 + 1;
    SetEvent(handled);
    return TRUE;
}

static BOOL WINAPI second_added(DWORD event)
{
    (void)event;
    order = order * 10 + 2;
    return FALSE;
}

/* Sends it and waits in calls that ThreadSanitizer delivers signals in. */
static void send_signal(int number)
{
    kill(getpid(), number);
    while (WaitForSingleObject(handled, 0) != WAIT_OBJECT_0)
        Sleep(1);
}

Test(process, console_handlers)
{
    handled = auto_event(FALSE);
    succeeds(SetConsoleCtrlHandler(first_added, TRUE));
    succeeds(SetConsoleCtrlHandler(second_added, TRUE));
    send_signal(SIGINT);
    eq(event_seen, CTRL_C_EVENT);
    eq(order, 21);
    cr_assert(thread_seen != GetCurrentThreadId());
    succeeds(SetConsoleCtrlHandler(second_added, FALSE));
    fails(SetConsoleCtrlHandler(second_added, FALSE), ERROR_INVALID_PARAMETER);
    succeeds(SetConsoleCtrlHandler(NULL, TRUE));
    kill(getpid(), SIGINT);
    send_signal(SIGTERM);
    eq(event_seen, CTRL_SHUTDOWN_EVENT);
    eq(order, 211);
    succeeds(SetConsoleCtrlHandler(NULL, FALSE));
    send_signal(SIGINT);
    eq(event_seen, CTRL_C_EVENT);
}

/* A shell does that to what it runs in the background. */
Test(process, signal_that_is_ignored_stays_so)
{
    signal(SIGINT, SIG_IGN);
    handled = auto_event(FALSE);
    succeeds(SetConsoleCtrlHandler(first_added, TRUE));
    kill(getpid(), SIGINT);
    send_signal(SIGTERM);
    eq(event_seen, CTRL_SHUTDOWN_EVENT);
    eq(order, 1);
}

static void be_killed(int number)
{
    if (!SetConsoleCtrlHandler(second_added, TRUE))
        _exit(1);
    alarm(TIMEOUT_S); /* it mustn't outlive a test that failed */
    kill(getpid(), number);
    for (;;)
        Sleep(1000);
}

Test(process, unhandled_signal_ends_the_process)
{
    int status;
    pid_t child = fork();

    if (!child)
        be_killed(SIGTERM);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "%#x", status);
}

Test(process, exit_code, .exit_code = 42)
{
    ExitProcess(0xabc00 + 42);
}

/* --- time */

Test(process, clocks)
{
    LARGE_INTEGER frequency, count;
    ULONGLONG ticks = GetTickCount64();
    DWORD low = GetTickCount();

    cr_assert(low - (DWORD)ticks <= GetTickCount64() - ticks);
    succeeds(QueryPerformanceFrequency(&frequency));
    succeeds(QueryPerformanceCounter(&count));
    eq(frequency.QuadPart, 10000000);
    cr_assert(count.QuadPart / 10000 >= (LONGLONG)(ticks - ticks / 1000)); /* one of the two clocks is adjusted */
}

static time_t unix_time(FILETIME t)
{
    return (time_t)(((ULONGLONG)t.dwHighDateTime << 32 | t.dwLowDateTime) / 10000000 - 11644473600);
}

static time_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

Test(process, time_of_day)
{
    time_t before = now(), coarse, precise, split;
    FILETIME file_time;
    SYSTEMTIME s;
    struct tm tm;

    GetSystemTimeAsFileTime(&file_time);
    coarse = unix_time(file_time);
    GetSystemTimePreciseAsFileTime(&file_time);
    precise = unix_time(file_time);
    GetSystemTime(&s);
    tm = (struct tm){.tm_year = s.wYear - 1900, .tm_mon = s.wMonth - 1, .tm_mday = s.wDay, .tm_hour = s.wHour,
                     .tm_min = s.wMinute, .tm_sec = s.wSecond};
    split = timegm(&tm);
    cr_assert(before <= coarse && coarse <= precise && precise <= split && split <= now());
    eq(s.wDayOfWeek, tm.tm_wday);
    cr_assert(s.wMilliseconds < 1000);
}
