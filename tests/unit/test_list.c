/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_list.c: order, and members that are on no list.
 */
#include "engine/list.h"

#include "unit.h"

struct member {
    char name;
    struct list node;
};

static const char *names(const struct list *head)
{
    static char text[16];
    struct list *l;
    size_t n = 0;

    list_for_each(l, head)
        text[n++] = container_of(l, struct member, node)->name;
    text[n] = 0;
    return text;
}

Test(list, order)
{
    struct list head = LIST_INIT(head);
    struct member m[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};

    cr_assert(list_empty(&head));
    cr_assert(!list_pop(&head));
    list_add_tail(&head, &m[1].node);
    list_add_tail(&head, &m[2].node);
    list_add(&head, &m[0].node);
    cr_assert_str_eq(names(&head), "abc");
    cr_assert_eq(list_pop(&head), &m[0].node);
    cr_assert_str_eq(names(&head), "bc");
}

Test(list, taken_off_twice)
{
    struct list head = LIST_INIT(head);
    struct member m[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};

    for (int i = 0; i < 3; i++)
        list_add_tail(&head, &m[i].node);
    list_del(&m[1].node);
    cr_assert(list_empty(&m[1].node));
    list_del(&m[1].node);
    cr_assert_str_eq(names(&head), "ac");
    list_del(&m[0].node);
    list_del(&m[2].node);
    cr_assert(list_empty(&head));
}

Test(list, members_leave_during_the_walk)
{
    struct list head = LIST_INIT(head), *l, *next;
    struct member m[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};

    for (int i = 0; i < 3; i++)
        list_add_tail(&head, &m[i].node);
    list_for_each_safe(l, next, &head)
        list_del(l);
    cr_assert(list_empty(&head));
}
