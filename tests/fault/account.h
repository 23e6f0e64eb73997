/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * account.h: what the process owns.
 */
#ifndef FAULT_ACCOUNT_H
#define FAULT_ACCOUNT_H

#include "test.h"

struct account {
    unsigned handles;     /* 0 on the native host, which doesn't count them */
    unsigned descriptors; /* 0 where they can't be seen: in a program for Windows */
    unsigned threads;
    SIZE_T memory;        /* bytes in use; 0 under a sanitizer, which keeps what was freed */
};

void account_take(struct account *a);

#endif
