/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * siphash.h: a hash for names that strangers choose.
 *
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, with one round for a word and three at
 * the end). Who doesn't know the key can't tell anything about the hashes of the names he sends.
 */
#ifndef HTTPAPI_ENGINE_SIPHASH_H
#define HTTPAPI_ENGINE_SIPHASH_H

#include <stdint.h>

#include "text.h"

struct siphash_key {
    uint64_t k[2];
};

/* A key that nobody can guess. */
void siphash_make_key(struct siphash_key *key);

/* The same for names that are the same but for the case of ASCII letters. */
uint64_t siphash_nocase(const struct siphash_key *key, struct text name);

#endif
