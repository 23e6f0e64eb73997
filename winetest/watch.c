/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.c: see watch.h.
 */
#include "watch.h"

#include "client.h"

static DWORD WINAPI watch(void *context)
{
    struct watch *w = context;

    while (WaitForSingleObject(w->over, 3 * DEADLINE) == WAIT_TIMEOUT) {
        ok(0, "a call on the queue blocks for ever");
        CancelIoEx(w->queue, NULL);
    }
    return 0;
}

void watch_start(struct watch *w, HANDLE queue)
{
    w->queue = queue;
    w->over = CreateEventW(NULL, TRUE, FALSE, NULL);
    w->thread = CreateThread(NULL, 0, watch, w, 0, NULL);
}

void watch_stop(struct watch *w)
{
    SetEvent(w->over);
    ok_eq(WaitForSingleObject(w->thread, DEADLINE), WAIT_OBJECT_0);
    CloseHandle(w->thread);
    CloseHandle(w->over);
}
