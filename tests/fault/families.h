/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * families.h: the families of this program, in the order they run. Family NAME is NAME.c. Included first, so that the
 * conformance tests' main.c finds this list and not its own.
 */
#ifndef WINETEST_FAMILIES_H
#define WINETEST_FAMILIES_H

#define TEST_FAMILIES(X) \
    X(arguments) X(inside) X(gone) X(random)

#endif
