/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_buffer.c: buffers of each kind that become another.
 */
#include "engine/buffer.h"

#include <stdint.h>

#include "faults.h"
#include "unit.h"

static const size_t sizes[] = {1, 24, 4096, 12288, 16383, 16384, 16385, 98304, 1 << 20};

static void fill(unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (unsigned char)(i * 31 >> 3);
}

static bool is_filled(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != (unsigned char)(i * 31 >> 3))
            return false;
    return true;
}

static void resizes(size_t from, size_t to)
{
    unsigned char *p = buffer_resize(NULL, 0, from);

    cr_assert(p);
    fill(p, from);
    p = buffer_resize(p, from, to);
    cr_assert(p);
    cr_assert(is_filled(p, from < to ? from : to), "%zu to %zu bytes", from, to);
    fill(p, to);
    cr_assert_null(buffer_resize(p, to, 0));
}

Test(buffer, of_each_size_becomes_one_of_each)
{
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t j = 0; j < COUNT(sizes); j++)
            resizes(sizes[i], sizes[j]);
}

Test(buffer, none)
{
    cr_assert_null(buffer_resize(NULL, 0, 0));
}

/* Nobody has so much; malloc() must not be asked under the sanitizers. */
Test(buffer, stays_when_there_is_no_memory)
{
    for (size_t i = 0; i < COUNT(sizes); i++) {
        unsigned char *p = buffer_resize(NULL, 0, sizes[i]);

        fill(p, sizes[i]);
        faults_fail_alloc(1);
        cr_assert_null(buffer_resize(p, sizes[i], (size_t)1 << 47));
        faults_fail_alloc(0);
        cr_assert(is_filled(p, sizes[i]));
        buffer_resize(p, sizes[i], 0);
    }
}
