/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wine_abi.c: which calling convention Wine's ntdll.so has.
 */
#include "wine_abi.h"

bool nt_has_our_convention;

#if defined(__x86_64__)

/*
 * NtQueryPerformanceCounter with arguments in the registers where either convention looks for them. The last four lie
 * where functions with Windows' convention may write: it gives a callee 32 bytes above the return address.
 */
extern NTSTATUS query_counter(LONGLONG *rdi, LONGLONG *rsi, LONGLONG *rdx, LONGLONG *rcx, long r8, long r9, long home1,
                              long home2, long home3, long home4) __asm__("NtQueryPerformanceCounter");

void nt_find_convention(void)
{
    LONGLONG ours = 0, windows = 0;

    query_counter(&ours, NULL, NULL, &windows, 0, 0, 0, 0, 0, 0);
    nt_has_our_convention = ours && !windows;
}

#else

void nt_find_convention(void)
{
}

#endif
