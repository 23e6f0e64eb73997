/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stub.h: ntdll's system call stubs, as winebuild makes them for each architecture.
 *
 * A stub loads the number of its call and goes to Wine's dispatcher. Its first bytes make room for a jump to a function of
 * ours; a copy of the whole stub is how the original is called: nothing in it depends on where it lies. A thread that is
 * inside a system call returns behind the bytes that change.
 */
#ifndef HTTPAPI_PE_STUB_H
#define HTTPAPI_PE_STUB_H

#include <windows.h>

#ifdef __x86_64__
#define STUB_SIZE 32
#define STUB_PROGRAM_COUNTER Rip /* the CONTEXT's */
#else
#define STUB_SIZE 16
#define STUB_PROGRAM_COUNTER Eip
#endif

/* Whether the code is a stub, byte by byte, that can be copied and redirected. */
BOOL stub_is_known(const BYTE *code);

/* From now on the stub goes to the function `to`. */
void stub_redirect(BYTE *code, const void *to);

#endif
