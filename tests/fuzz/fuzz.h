/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz.h: what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(): it reads its input through struct input, and calls must() for
 * each thing that has to hold. The same bytes make the same run.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "unit.h"

#define must cr_assert

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input. */
struct input {
    const char *at, *end;
};

static inline struct input input_of(const uint8_t *data, size_t size)
{
    return (struct input){(const char *)data, (const char *)data + size};
}

static inline size_t input_left(const struct input *in)
{
    return (size_t)(in->end - in->at);
}

/* The next byte; 0 behind the last one. */
static inline uint8_t input_byte(struct input *in)
{
    return in->at < in->end ? (uint8_t)*in->at++ : 0;
}

/* The next line, without its line feed. */
static inline struct text input_line(struct input *in)
{
    const char *start = in->at, *lf = start < in->end ? memchr(start, '\n', input_left(in)) : NULL;

    in->at = lf ? lf + 1 : in->end;
    return (struct text){start, (size_t)((lf ? lf : in->end) - start)};
}

/* Memory of exactly this size, so that the sanitizer sees who reads beyond it. For the caller to free. */
static inline char *exact_copy(const void *bytes, size_t size)
{
    char *copy = calloc(1, size ? size : 1);

    must(copy);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

#endif
