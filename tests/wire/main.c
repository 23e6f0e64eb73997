/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c: `wire [-c NAME] FILE... -- COMMAND...` plays the files' cases, or those with NAME in their names, against
 * COMMAND; `wire -p PAGE` prints a page's body. WIRE_SPLITS: how many splits of each case, or `all`; WIRE_SEED chooses them.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define ANSWERS "tests/wire/answers"

void fatal(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n0 passed, 1 failed, 0 skipped\n");
    exit(1);
}

double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void *grow(void *items, size_t count, size_t size)
{
    items = reallocarray(items, count + 1, size);
    if (!items)
        fatal("no memory");
    return items;
}

void for_each_line(const char *path, line_reader *read, void *to)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;

    if (!f)
        fatal("%s can't be read", path);
    for (int number = 1; getline(&line, &size, f) > 0; number++) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] && line[0] != '#')
            read(to, line, number);
    }
    free(line);
    fclose(f);
}

static struct plan plan_from_environment(void)
{
    const char *splits = getenv("WIRE_SPLITS"), *seed = getenv("WIRE_SEED");
    struct plan plan = {PLAY_ALL, seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL)};

    if (splits && strcmp(splits, "all"))
        plan.splits = (unsigned)strtoul(splits, NULL, 10);
    return plan;
}

struct sums {
    unsigned passed, failed, connections;
};

static void play_file(const char *path, const char *filter, const struct plan *plan, struct sums *sums)
{
    struct corpus c = corpus_read(path, filter);

    sums->connections += play(&c, plan);
    for (size_t i = 0; i < c.count; i++) {
        const struct wire_case *w = &c.cases[i];

        sums->failed += w->failed;
        sums->passed += !w->failed;
        if (w->failures > 1)
            printf("not ok in %u ways - %s:%d: %s\n", w->failures, w->file, w->line, w->name);
    }
}

int main(int argc, char **argv)
{
    struct plan plan = plan_from_environment();
    struct sums sums = {0, 0, 0};
    const char *filter = NULL;
    double begun = now();
    int option, end;

    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    answers_read(ANSWERS);
    while ((option = getopt(argc, argv, "+c:p:")) != -1) {
        if (option == 'p')
            return answers_print_page(optarg), 0;
        filter = optarg;
    }
    for (end = optind; end < argc && strcmp(argv[end], "--"); end++)
        ;
    if (end + 1 >= argc)
        fatal("usage: wire [-c NAME] FILE... -- COMMAND...");
    unread_check();
    server_command(argv + end + 1);
    if (plan.splits != PLAY_ALL)
        printf("WIRE_SEED=%u\n", plan.seed);
    for (int i = optind; i < end; i++)
        play_file(argv[i], filter, &plan, &sums);
    if (!servers_stop())
        sums.failed++;
    printf("%u cases, %u connections, %.1f s\n", sums.passed + sums.failed, sums.connections, now() - begun);
    printf("%u passed, %u failed, 0 skipped\n", sums.passed, sums.failed);
    return sums.failed != 0;
}
