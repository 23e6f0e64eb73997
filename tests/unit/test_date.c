/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_date.c: the Date header's form.
 */
#include "engine/date.c"

#include "unit.h"

/* RFC 9110 section 5.6.7 shows this second. */
Test(date, the_example_of_rfc_9110)
{
    char date[DATE_LEN + 1];

    date_format(784111777, date);
    cr_assert_str_eq(date, "Sun, 06 Nov 1994 08:49:37 GMT");
}

/* Test programs don't call setlocale(), so strftime() speaks English here. */
Test(date, agrees_with_strftime)
{
    char date[DATE_LEN + 1], want[64];

    for (time_t t = 0; t < 4102444800; t += 86400 * 9 + 3661) {
        struct tm tm;

        gmtime_r(&t, &tm);
        strftime(want, sizeof want, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        date_format(t, date);
        cr_assert_str_eq(date, want);
        cr_assert_eq(strlen(date), (size_t)DATE_LEN);
    }
}

/* Between two looks at the clock; twice, because the second one comes from what the thread keeps. */
Test(date, now_is_the_present_second)
{
    for (int round = 0; round < 2; round++) {
        char date[DATE_LEN + 1], first[DATE_LEN + 1], last[DATE_LEN + 1];
        struct timespec before, after;

        clock_gettime(CLOCK_REALTIME_COARSE, &before);
        date_now(date);
        clock_gettime(CLOCK_REALTIME_COARSE, &after);
        date_format(before.tv_sec, first);
        date_format(after.tv_sec, last);
        cr_assert(!strcmp(date, first) || !strcmp(date, last), "%s", date);
    }
}
