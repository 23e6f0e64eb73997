/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pages.h: memory that ends where the test wants it to.
 */
#ifndef FAULT_PAGES_H
#define FAULT_PAGES_H

#include "test.h"

#define PAGE 4096
#define PAGES_MAX 16 /* the largest object, in pages */

/* Nothing is ever mapped there. */
#define NOWHERE ((void *)(ULONG_PTR)0x10)

/* Some pages, and behind them one that can't be touched. */
struct pages {
    char *base;
    SIZE_T size; /* of what can be touched */
};

void pages_open(struct pages *p, SIZE_T size);
void pages_close(struct pages *p);

/*
 * A copy of the object (zeros when `object` is NULL) whose last `short_of` bytes are missing: they would lie on the page
 * that can't be touched. Of a negative `short_of`, the copy ends that many bytes earlier.
 */
void *pages_place(struct pages *p, const void *object, SIZE_T size, int short_of);

/* From now on it can only be read, or written again. */
void pages_protect(struct pages *p, BOOL writable);

#endif
