/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stdlib.h: see windows.h beside it. */
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
void *calloc(size_t count, size_t size);
void free(void *memory);
#ifdef __cplusplus
}
#endif
