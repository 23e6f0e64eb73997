/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * escape.h: how the program speaks to the driver. Bytes: printable ASCII as it is, all else \xNN.
 */
#ifndef WIRE_ESCAPE_H
#define WIRE_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* What the program says of a request behind its client's address when it has it, before it reads the body. */
#define TAKEN "taken"

#define ESCAPED_MAX 4 /* characters that a byte becomes */

/* Returns the end of what it wrote, which is at most ESCAPED_MAX * len characters and a NUL. */
static inline char *escape(char *to, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++) {
        if (p[i] >= ' ' && p[i] <= '~' && p[i] != '\\')
            *to++ = (char)p[i];
        else
            to += sprintf(to, "\\x%02x", p[i]);
    }
    *to = 0;
    return to;
}

#endif
