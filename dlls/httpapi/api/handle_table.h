/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle_table.h: from a handle to what it means to us.
 *
 * Handle values are small multiples of four, so a table is indexed by them: a page of entries is made when a handle in
 * its range first gets a value. Looking up takes no lock and costs some nanoseconds; changes are the owner's to order.
 */
#ifndef HTTPAPI_API_HANDLE_TABLE_H
#define HTTPAPI_API_HANDLE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <windef.h>

#define HANDLE_PAGES 4096
#define HANDLE_PAGE_BITS 10

typedef _Atomic(void *) handle_entry;

struct handle_table {
    _Atomic(handle_entry *) pages[HANDLE_PAGES];
};

/* NULL for a handle without a value. Any thread, any locks. */
void *handle_table_get(const struct handle_table *t, HANDLE handle);

/* Sees to it that handle_table_set() can't fail for the handle. False without memory, or when the handle is none. One at a time. */
bool handle_table_reserve(struct handle_table *t, HANDLE handle);

/* False without memory, or when the handle is none. NULL takes the value away. One thread at a time. */
bool handle_table_set(struct handle_table *t, HANDLE handle, void *value);

/* Some handle with that value, or NULL. */
HANDLE handle_table_find(const struct handle_table *t, const void *value);

#endif
