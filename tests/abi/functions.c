/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* functions.c: declares the functions once more; a compiler refuses what contradicts the header. */
#include "abi.h"

#define FUNCTION(result, name, types) HTTPAPI_LINKAGE result WINAPI name types;
#ifdef ABI_MINGW
#define FUNCTION_MINGW_LACKS(result, name, types)
#define FUNCTION_MINGW_WRONG(why, result, name, types)
#else
#define FUNCTION_MINGW_LACKS(result, name, types) FUNCTION(result, name, types)
#define FUNCTION_MINGW_WRONG(why, result, name, types) FUNCTION(result, name, types)
#endif

#ifdef __cplusplus
extern "C" {
#endif
#include "functions.def"
#ifdef __cplusplus
}
#endif
