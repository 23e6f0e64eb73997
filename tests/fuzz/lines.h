/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lines.h: a mutator for inputs that are made of lines.
 */
#ifndef TESTS_FUZZ_LINES_H
#define TESTS_FUZZ_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For LLVMFuzzerCustomMutator(). `known` are lines that mean something, NULL behind the last. */
size_t lines_mutate(uint8_t *data, size_t size, size_t max, unsigned seed, const char *const *known);

#endif
