/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_ranges.c: Range headers, sensible and not.
 */
#include "engine/ranges.h"

#include "unit.h"

#define SIZE 1000
#define BIG "9223372036854775807"

/* What is asked for, as "first-last first-last", or the verdict. */
static const char *parse(const char *value, uint64_t size)
{
    static char text[RANGES_MAX * 50];
    struct range ranges[RANGES_MAX];
    unsigned count;
    size_t n = 0;

    switch (ranges_parse(text_of(value), size, ranges, &count)) {
    case RANGES_ALL: return "all";
    case RANGES_UNSATISFIABLE: return "unsatisfiable";
    case RANGES_REFUSED: return "refused";
    case RANGES_SOME: break;
    }
    for (unsigned i = 0; i < count; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu-%llu", i ? " " : "", (unsigned long long)ranges[i].first,
                              (unsigned long long)ranges[i].last);
    return text;
}

static const struct {
    const char *value;
    uint64_t size;
    const char *want;
} cases[] = {
    {"bytes=0-0", SIZE, "0-0"},
    {"bytes=0-999", SIZE, "0-999"},
    {"bytes=0-1000", SIZE, "0-999"},
    {"bytes=999-999", SIZE, "999-999"},
    {"bytes=1000-", SIZE, "unsatisfiable"},
    {"bytes=-1", SIZE, "999-999"},
    {"bytes=-1000", SIZE, "0-999"},
    {"bytes=-1001", SIZE, "0-999"},
    {"bytes=-0", SIZE, "unsatisfiable"},
    {"bytes=0-", 0, "unsatisfiable"},
    {"bytes=-1", 0, "unsatisfiable"},
    {"bytes=0-0", 1, "0-0"},
    {"bytes=5-6, 1-2 ,-3", SIZE, "5-6 1-2 997-999"},
    {"bytes=5-6,2000-", SIZE, "5-6"},
    {"BYTES\t=\t1-2", SIZE, "1-2"},
    {"bytes=1\t-\t2", SIZE, "1-2"},
    {"bytes=" BIG "-", UINT64_MAX, BIG "-18446744073709551614"},
    {"bytes=18446744073709551613-18446744073709551614", UINT64_MAX, "18446744073709551613-18446744073709551614"},
    {"bytes=0-18446744073709551615", SIZE, "refused"},
    {"bytes=18446744073709551615-", SIZE, "refused"},
    {"bytes=-18446744073709551616", SIZE, "refused"},
    {"bytes=1-2,0-99999999999999999999", SIZE, "refused"},
    {"", SIZE, "all"},
    {"bytes", SIZE, "all"},
    {"bytes=", SIZE, "all"},
    {"bytes=,", SIZE, "all"},
    {"bytes=-", SIZE, "all"},
    {"bytes=1", SIZE, "all"},
    {"bytes=2-1", SIZE, "all"},
    {"bytes=1-2-3", SIZE, "all"},
    {"bytes=1-2,x", SIZE, "all"},
    {"bytes=--1", SIZE, "all"},
    {"bytes=1 2-3", SIZE, "all"},
    {"byte=1-2", SIZE, "all"},
    {"bytes 1-2", SIZE, "all"},
    {"=1-2", SIZE, "all"},
};

Test(ranges, values)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *got = parse(cases[i].value, cases[i].size);

        cr_assert_str_eq(got, cases[i].want, "\"%s\": %s, not %s", cases[i].value, got, cases[i].want);
    }
}

Test(ranges, as_many_as_there_is_room_for)
{
    char value[RANGES_MAX * 4 + 16] = "bytes=1-1";

    for (int i = 1; i < RANGES_MAX; i++)
        strcat(value, ",1-1");
    cr_assert_eq(strlen(parse(value, SIZE)), RANGES_MAX * 4 - 1u);
    strcat(value, ",1-1");
    cr_assert_str_eq(parse(value, SIZE), "all");
}
