/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * early.h: threads that waited on a completion port before we were loaded.
 *
 * They are inside Wine's system call and will return past us, so nobody may send them a packet of ours, and they don't see
 * a ring. .NET has such a thread when something used its thread pool before the first HTTP call. As long as there is one,
 * packets go through Wine's ports.
 */
#ifndef HTTPAPI_PE_EARLY_H
#define HTTPAPI_PE_EARLY_H

#include "pe.h"

/* Counts them. Once, after the stubs were patched: these are the addresses of those that wait. */
void early_find(const void *const stubs[], unsigned count);

/* The calling thread is here: it isn't one of them any more. */
void early_returned(void);

/* Forgets those that are gone or wait no more, and tells the ELF half when none is left. */
void early_refresh(void);

#endif
