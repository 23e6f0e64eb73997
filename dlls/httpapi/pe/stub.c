/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stub.c: what a stub looks like, and the jump in its place.
 */
#include "stub.h"

#include <string.h>

#ifdef __x86_64__

#define JUMP_SIZE 14

/* mov r10,rcx; mov eax,N; test byte [0x7ffe0308],1; jne; syscall; ret ... */
BOOL stub_is_known(const BYTE *code)
{
    static const BYTE head[] = {0x4c, 0x8b, 0xd1, 0xb8}, middle[] = {0xf6, 0x04, 0x25, 0x08, 0x03, 0xfe, 0x7f, 0x01};

    return !memcmp(code, head, sizeof head) && !memcmp(code + 8, middle, sizeof middle);
}

/* jmp [rip+0]; address */
static void make_jump(BYTE jump[JUMP_SIZE], const BYTE *from, const void *to)
{
    (void)from;
    memcpy(jump, (const BYTE[6]){0xff, 0x25}, 6);
    memcpy(jump + 6, &to, sizeof to);
}

#else

#define JUMP_SIZE 5

/* mov eax,N; mov edx,dispatcher; call edx; ret size of the parameters */
BOOL stub_is_known(const BYTE *code)
{
    static const BYTE tail[] = {0xff, 0xd2, 0xc2};

    return code[0] == 0xb8 && code[5] == 0xba && !memcmp(code + 10, tail, sizeof tail);
}

/* jmp distance */
static void make_jump(BYTE jump[JUMP_SIZE], const BYTE *from, const void *to)
{
    DWORD distance = (DWORD)to - (DWORD)(from + JUMP_SIZE);

    jump[0] = 0xe9;
    memcpy(jump + 1, &distance, sizeof distance);
}

#endif

void stub_redirect(BYTE *code, const void *to)
{
    BYTE jump[JUMP_SIZE];
    DWORD protection;

    make_jump(jump, code, to);
    VirtualProtect(code, STUB_SIZE, PAGE_EXECUTE_READWRITE, &protection);
    memcpy(code, jump, sizeof jump);
    VirtualProtect(code, STUB_SIZE, protection, &protection);
    FlushInstructionCache(GetCurrentProcess(), code, STUB_SIZE);
}
