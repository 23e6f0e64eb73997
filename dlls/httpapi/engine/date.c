/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * date.c: formats the date by hand, because strftime() asks the process's locale, which isn't ours.
 */
#include "date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void date_format(time_t t, char buffer[DATE_LEN + 1])
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    struct tm tm;

    gmtime_r(&t, &tm);
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
             tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    memcpy(buffer, text, DATE_LEN + 1);
}

void date_now(char buffer[DATE_LEN + 1])
{
    static __thread time_t second;
    static __thread char date[DATE_LEN + 1];
    struct timespec t;

    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    if (t.tv_sec != second) {
        second = t.tv_sec;
        date_format(second, date);
    }
    memcpy(buffer, date, DATE_LEN + 1);
}
