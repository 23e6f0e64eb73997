/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay.c: runs a target with each of the files that are named, without libFuzzer: for builds that measure coverage,
 * and for valgrind.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static void replay(const char *name)
{
    FILE *f = fopen(name, "rb");
    uint8_t *data = NULL;
    size_t size = 0, n;
    uint8_t part[4096];

    must(f, "%s", name);
    while ((n = fread(part, 1, sizeof part, f))) {
        data = realloc(data, size + n);
        must(data);
        memcpy(data + size, part, n);
        size += n;
    }
    fclose(f);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    return 0;
}
