/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names that wine.c takes from Wine's ntdll.so, for the linker alone: httpev.so then asks for "ntdll.so" when it is
 * loaded, and Wine, which has its own under that name, provides them. This stub is never loaded.
 */
#define STUB(name) .globl name; .type name, @function; name:

    .text
STUB(NtClose)
STUB(NtCreateEvent)
STUB(NtPulseEvent)
STUB(NtQueryEvent)
STUB(NtQueryObject)
STUB(NtResetEvent)
STUB(NtSetEvent)
STUB(NtSetIoCompletion)
STUB(wine_server_handle_to_fd)
    ud2

    .section .note.GNU-stack, "", @progbits
