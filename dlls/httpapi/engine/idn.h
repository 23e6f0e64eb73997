/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idn.h: names of hosts in other scripts than ASCII, by libidn2.
 *
 * As Windows does it: characters are mapped by UTS #46 (case, width, composed forms), those that IDNA 2003 and 2008
 * treat differently as in 2003 (so that sharp s is ss), and symbols are allowed.
 */
#ifndef HTTPAPI_ENGINE_IDN_H
#define HTTPAPI_ENGINE_IDN_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"
#include "text.h"
#include "utf16.h"

#define HOST_MAX 255

/* The code points of a name, NUL-terminated. False when it is no UTF-16, or too long. */
bool idn_widen(const utf16 *s, size_t n, uint32_t name[HOST_MAX + 1]);

/* A name may have labels of another script behind xn--. */
bool idn_is_encoded(struct text name);

/*
 * The one ASCII form of a NUL-terminated name of code points: lower case, labels of other scripts encoded (xn--).
 * RESULT_INVALID when it is no name that could be encoded, or too long; RESULT_NO_MEMORY. May allocate: not for names in
 * ASCII, which have nothing to encode.
 */
enum result idn_encode(const uint32_t *name, char ascii[HOST_MAX + 1]);

/*
 * The code points of an encoded name, NUL-terminated, and their number. RESULT_INVALID when it isn't well encoded: when it
 * isn't what idn_encode() makes of them (in lower case), or RESULT_NO_MEMORY; the number is 0 then. May allocate: only for
 * names that idn_is_encoded().
 */
enum result idn_decode(struct text name, uint32_t decoded[HOST_MAX + 1], uint32_t *count);

#endif
