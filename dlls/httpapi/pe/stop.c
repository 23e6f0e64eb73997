/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stop.c: SIGTERM, of which Wine knows nothing: the program's console handlers are run, as Windows does when it shuts down.
 * What comes before and behind is engine/stop.h's.
 */
#include "stop.h"

static struct door_stop stop;

/*
 * CTRL_SHUTDOWN_EVENT is what .NET takes for SIGTERM. Handlers run in a thread of their own, since they may wait for others;
 * the last of them, which is the system's, ends the process.
 */
static void tell_program(void)
{
    LPTHREAD_START_ROUTINE handlers =
        (LPTHREAD_START_ROUTINE)(void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine");
    HANDLE thread = handlers ? CreateThread(NULL, 0, handlers, (void *)(ULONG_PTR)CTRL_SHUTDOWN_EVENT, 0, NULL) : NULL;

    if (!thread)
        ExitProcess(0);
    CloseHandle(thread);
}

static DWORD WINAPI see_to_stop(void *unused)
{
    (void)unused;
    if (stop.caught) {
        door_call(DOOR_stop_await, &stop);
        tell_program();
        door_call(DOOR_stop_expire, &stop);
        TerminateProcess(GetCurrentProcess(), 1);
    }
    return 0;
}

/* Suspended, because a signal that is caught must have somebody who sees to it. */
void stop_start(void)
{
    static BOOL started;
    HANDLE thread = started ? NULL : CreateThread(NULL, 0, see_to_stop, NULL, CREATE_SUSPENDED, NULL);

    if (thread) {
        started = TRUE;
        door_call(DOOR_stop_catch, &stop);
        ResumeThread(thread);
        CloseHandle(thread);
    } else if (!started) {
        complain("SIGTERM will end the program at once: error %lu", GetLastError());
    }
}
