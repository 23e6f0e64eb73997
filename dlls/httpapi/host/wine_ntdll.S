/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names that we take from Wine's ntdll.so, for the linker alone: httpev.so then asks for "ntdll.so" when it is
 * loaded, and Wine, which has its own under that name, provides them. This stub is never loaded.
 */
#include "wine_abi.h"

#define X(name, symbol, convention, parameters, arguments) \
    .globl symbol; .type symbol, @function; symbol:;

    .text
WINE_FUNCTIONS(X)
    ud2

    .section .note.GNU-stack, "", @progbits
