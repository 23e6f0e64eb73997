/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lines.c: a line goes in, out, to another place, or has its bytes changed.
 */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

/* libFuzzer's own mutations; without it (replay.c) there are none. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

struct place {
    size_t start, len; /* with the line feed */
};

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* A line of the input, or the empty place behind the last one. */
static struct place choose_line(const uint8_t *data, size_t size, unsigned *seed)
{
    size_t at = size ? next_random(seed) % (size + 1) : 0, start = at, end = at;

    while (start && data[start - 1] != '\n')
        start--;
    while (end < size && data[end] != '\n')
        end++;
    return (struct place){start, end - start + (end < size)};
}

static size_t insert(uint8_t *data, size_t size, size_t max, size_t at, const void *bytes, size_t n)
{
    if (n > max - size)
        return size;
    memmove(data + at + n, data + at, size - at);
    memcpy(data + at, bytes, n);
    return size + n;
}

static size_t cut(uint8_t *data, size_t size, struct place p)
{
    memmove(data + p.start, data + p.start + p.len, size - p.start - p.len);
    return size - p.len;
}

static size_t insert_known(uint8_t *data, size_t size, size_t max, unsigned *seed, const char *const *known)
{
    unsigned count = 0;
    struct place p = choose_line(data, size, seed);
    const char *line;

    while (known[count])
        count++;
    line = known[next_random(seed) % count];
    if (strlen(line) + 1 > max - size)
        return size;
    size = insert(data, size, max, p.start, "\n", 1);
    return insert(data, size, max, p.start, line, strlen(line));
}

/* Copies a line to another place; `move` takes it away first. */
static size_t repeat(uint8_t *data, size_t size, size_t max, unsigned *seed, bool move)
{
    struct place from = choose_line(data, size, seed), to;
    uint8_t *copy = malloc(from.len + 1);

    if (!copy)
        return size;
    memcpy(copy, data + from.start, from.len);
    if (move)
        size = cut(data, size, from);
    to = choose_line(data, size, seed);
    size = insert(data, size, max, to.start, copy, from.len);
    free(copy);
    return size;
}

/* The bytes of one line, its line feed apart. */
static size_t change(uint8_t *data, size_t size, size_t max, unsigned *seed)
{
    struct place p = choose_line(data, size, seed);
    size_t len = p.len - (p.len && data[p.start + p.len - 1] == '\n'), room = len + 64, n;
    uint8_t *line;

    if (room > max - size + len)
        room = max - size + len;
    line = malloc(room + 1);
    if (!line || !room)
        return free(line), size;
    memcpy(line, data + p.start, len);
    n = LLVMFuzzerMutate(line, len, room);
    size = cut(data, size, (struct place){p.start, len});
    size = insert(data, size, max, p.start, line, n);
    free(line);
    return size;
}

size_t lines_mutate(uint8_t *data, size_t size, size_t max, unsigned seed, const char *const *known)
{
    struct place p;

    switch (next_random(&seed) % 8) {
    case 0: return LLVMFuzzerMutate(data, size, max);
    case 1:
    case 2: return change(data, size, max, &seed);
    case 3: return repeat(data, size, max, &seed, false);
    case 4: return repeat(data, size, max, &seed, true);
    case 5:
        p = choose_line(data, size, &seed);
        return size > p.len ? cut(data, size, p) : size;
    default: return insert_known(data, size, max, &seed, known);
    }
}
