/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.c: clocks.
 */
#include <time.h>

#include "../../engine/clock.h"
#include "native.h"

#define SECONDS_1601_TO_1970 11644473600

NATIVE_EXPORT ULONGLONG GetTickCount64(void)
{
    return clock_ns() / 1000000;
}

NATIVE_EXPORT DWORD GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

NATIVE_EXPORT BOOL QueryPerformanceCounter(PLARGE_INTEGER count)
{
    count->QuadPart = (LONGLONG)clock_ticks();
    return TRUE;
}

NATIVE_EXPORT BOOL QueryPerformanceFrequency(PLARGE_INTEGER frequency)
{
    frequency->QuadPart = CLOCK_TICKS_PER_SECOND;
    return TRUE;
}

NATIVE_EXPORT VOID GetSystemTimePreciseAsFileTime(LPFILETIME time)
{
    struct timespec now;
    ULONGLONG ticks;

    clock_gettime(CLOCK_REALTIME, &now);
    ticks = ((ULONGLONG)now.tv_sec + SECONDS_1601_TO_1970) * CLOCK_TICKS_PER_SECOND + (ULONGLONG)now.tv_nsec / 100;
    time->dwLowDateTime = (DWORD)ticks;
    time->dwHighDateTime = (DWORD)(ticks >> 32);
}

NATIVE_EXPORT VOID GetSystemTimeAsFileTime(LPFILETIME time)
{
    GetSystemTimePreciseAsFileTime(time);
}

NATIVE_EXPORT VOID GetSystemTime(PSYSTEMTIME time)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    time->wYear = (WORD)(tm.tm_year + 1900);
    time->wMonth = (WORD)(tm.tm_mon + 1);
    time->wDayOfWeek = (WORD)tm.tm_wday;
    time->wDay = (WORD)tm.tm_mday;
    time->wHour = (WORD)tm.tm_hour;
    time->wMinute = (WORD)tm.tm_min;
    time->wSecond = (WORD)tm.tm_sec;
    time->wMilliseconds = (WORD)(now.tv_nsec / 1000000);
}
