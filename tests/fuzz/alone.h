/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * alone.h: the engine without a network and with a clock of its own; see alone.c.
 */
#ifndef TESTS_FUZZ_ALONE_H
#define TESTS_FUZZ_ALONE_H

#include "fuzz.h"

#define ALONE_PORT 80 /* where each connection came in */

/* The engine's clock goes forward. Nothing else happens: see connections_sweep(). */
void alone_pass(double seconds);

#endif
