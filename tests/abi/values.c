/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* values.c: fails to compile unless the header has the values of values.def. */
#include "abi.h"

#define VALUE(name, value) \
    STATIC_ASSERT((unsigned long long)(name) == (unsigned long long)(value), #name);
#ifdef ABI_MINGW
#define VALUE_MINGW_LACKS(name, value)
#define VALUE_MINGW_WRONG(why, name, value)
#else
#define VALUE_MINGW_LACKS(name, value) VALUE(name, value)
#define VALUE_MINGW_WRONG(why, name, value) VALUE(name, value)
#endif

#include "values.def"
