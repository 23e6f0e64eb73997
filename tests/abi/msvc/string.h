/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* string.h: see windows.h beside it. */
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
void *memset(void *memory, int byte, size_t size);
size_t strlen(const char *text);
#ifdef __cplusplus
}
#endif
