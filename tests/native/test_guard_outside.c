/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_guard_outside.c: faults that no guard is for go to the handler that was there before.
 */
#include "native_test.h"

#include <setjmp.h>
#include <signal.h>

#include "../../dlls/httpapi/engine/guard.h"

TestSuite(guard, .timeout = TIMEOUT_S);

static sigjmp_buf back;
static int volatile last_signal;

static void on_signal(int number)
{
    last_signal = number;
    siglongjmp(back, 1);
}

static void nothing(void *unused)
{
    (void)unused;
}

static char *volatile nowhere = (char *)8;

static void read_nowhere(void *unused)
{
    (void)unused;
    (void)*(volatile char *)nowhere;
}

static void raise_segv(void *unused)
{
    (void)unused;
    raise(SIGSEGV);
}

Test(guard, fault_outside)
{
    signal(SIGSEGV, on_signal);
    cr_assert(guard_run(nothing, NULL));
    if (!sigsetjmp(back, 1))
        read_nowhere(NULL);
    eq(last_signal, SIGSEGV);
}

Test(guard, signal_that_was_sent)
{
    signal(SIGSEGV, on_signal);
    if (!sigsetjmp(back, 1))
        guard_run(raise_segv, NULL);
    eq(last_signal, SIGSEGV);
}
