/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.c: see calls.h.
 */
#include "calls.h"

#define PARAMETER(type, name) {#type, #name},
#define X(name) \
    static ULONG call_##name(uint64_t *args) \
    { \
        struct door_##name *door_args = (struct door_##name *)args; \
        return (ULONG)name(name##_PARAMS(DOOR_UNPACK_F, DOOR_UNPACK_R)); \
    } \
    static const struct parameter parameters_##name[] = {name##_PARAMS(PARAMETER, PARAMETER)};
HTTPAPI_EXPORTS(X)
#undef X

#define X(name) {#name, call_##name, parameters_##name, ARRAYSIZE(parameters_##name)},
const struct function functions[FUNCTIONS] = {HTTPAPI_EXPORTS(X)};
#undef X
