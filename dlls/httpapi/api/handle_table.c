/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle_table.c: pages of entries.
 */
#include "handle_table.h"

#include <stdlib.h>

#define PAGE_ENTRIES (1u << HANDLE_PAGE_BITS)

static handle_entry *page_of(const struct handle_table *t, ULONG_PTR index)
{
    if (index >> HANDLE_PAGE_BITS >= HANDLE_PAGES)
        return NULL;
    return atomic_load_explicit(&t->pages[index >> HANDLE_PAGE_BITS], memory_order_acquire);
}

void *handle_table_get(const struct handle_table *t, HANDLE handle)
{
    ULONG_PTR index = (ULONG_PTR)handle >> 2;
    handle_entry *page = page_of(t, index);

    return page ? atomic_load_explicit(&page[index & (PAGE_ENTRIES - 1)], memory_order_acquire) : NULL;
}

static handle_entry *make_page(struct handle_table *t, ULONG_PTR index)
{
    handle_entry *page = NULL;

    if (index >> HANDLE_PAGE_BITS < HANDLE_PAGES)
        page = calloc(PAGE_ENTRIES, sizeof *page);
    if (page)
        atomic_store_explicit(&t->pages[index >> HANDLE_PAGE_BITS], page, memory_order_release);
    return page;
}

bool handle_table_reserve(struct handle_table *t, HANDLE handle)
{
    ULONG_PTR index = (ULONG_PTR)handle >> 2;

    return page_of(t, index) || make_page(t, index);
}

bool handle_table_set(struct handle_table *t, HANDLE handle, void *value)
{
    ULONG_PTR index = (ULONG_PTR)handle >> 2;
    handle_entry *page;

    if (value && !handle_table_reserve(t, handle))
        return false;
    page = page_of(t, index);
    if (!page)
        return true;
    atomic_store_explicit(&page[index & (PAGE_ENTRIES - 1)], value, memory_order_release);
    return true;
}

HANDLE handle_table_find(const struct handle_table *t, const void *value)
{
    for (ULONG_PTR i = 0; i < (ULONG_PTR)HANDLE_PAGES << HANDLE_PAGE_BITS; i += PAGE_ENTRIES) {
        handle_entry *page = page_of(t, i);

        for (unsigned k = 0; page && k < PAGE_ENTRIES; k++)
            if (page[k] == value)
                return (HANDLE)((i | k) << 2);
    }
    return NULL;
}
