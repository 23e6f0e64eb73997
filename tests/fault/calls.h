/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.h: the exported functions, to be called with arguments that are made up.
 *
 * From the list that httpapi.dll is made from. Arguments are an array of 64-bit numbers, in order; DOOR_PACK() makes one
 * of anything.
 */
#ifndef FAULT_CALLS_H
#define FAULT_CALLS_H

#include <stdint.h>

#include "test.h"

#include "../../dlls/httpapi/door.h"

#define PARAMETERS_MAX 10

struct parameter {
    const char *type, *name; /* as they are written in exports.h */
};

struct function {
    const char *name;
    ULONG (*call)(uint64_t *args); /* room for one more */
    const struct parameter *parameters;
    unsigned count;
};

#define X(name) FUNCTION_##name,
enum { HTTPAPI_EXPORTS(X) FUNCTIONS };
#undef X

extern const struct function functions[FUNCTIONS];

#endif
