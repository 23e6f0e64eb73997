/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * list.h: an intrusive doubly linked list. A member sits on one list at a time; a member that is on none
 * points to itself, so list_del() may be called twice.
 */
#ifndef HTTPAPI_ENGINE_LIST_H
#define HTTPAPI_ENGINE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name) { &(name), &(name) }
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, tmp, head) \
    for (pos = (head)->next, tmp = pos->next; pos != (head); pos = tmp, tmp = pos->next)

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_add(struct list *head, struct list *member)
{
    member->prev = head;
    member->next = head->next;
    head->next->prev = member;
    head->next = member;
}

static inline void list_add_tail(struct list *head, struct list *member)
{
    list_add(head->prev, member);
}

static inline void list_del(struct list *member)
{
    member->next->prev = member->prev;
    member->prev->next = member->next;
    list_init(member);
}

/* The first member, taken off; NULL when there is none. */
static inline struct list *list_pop(struct list *head)
{
    struct list *first = head->next;

    if (first == head)
        return NULL;
    list_del(first);
    return first;
}

#endif
