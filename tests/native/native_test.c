/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * native_test.c: looking inside the native host.
 */
#include "native_test.h"

#include <stdio.h>

#include "../../dlls/httpapi/host/native/waitable.h"

static unsigned count_waiters(HANDLE handle)
{
    struct object *o = object_pin(handle, NULL);
    struct waitable *w = container_of(o, struct waitable, object);
    struct list *pos;
    unsigned n = 0;

    cr_assert(o && o->type->waitable);
    lock_take(&w->lock);
    list_for_each(pos, &w->waiters)
        n++;
    cr_assert(w->all_waiters <= n);
    lock_drop(&w->lock);
    object_unpin(handle);
    return n;
}

void await_waiters(HANDLE handle, unsigned n)
{
    while (count_waiters(handle) != n)
        Sleep(1);
}

/* The state is the word after the name, which is in brackets. */
static char state_of(LONG tid)
{
    char path[64], line[512], *state;
    FILE *stat;

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)tid);
    stat = fopen(path, "r");
    cr_assert(stat && fgets(line, sizeof line, stat), "%s", path);
    fclose(stat);
    state = strrchr(line, ')');
    return state ? state[2] : 0;
}

void await_asleep(LONG volatile *tid)
{
    LONG value;

    while (!(value = InterlockedOr(tid, 0)) || state_of(value) != 'S')
        Sleep(1);
}
