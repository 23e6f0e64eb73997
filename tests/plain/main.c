/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c: runs the tests one after the other, each in its own process, and ends with a line like Criterion's.
 *
 *   PROGRAM [--filter PATTERN]   only the tests whose SUITE/NAME matches the shell pattern
 */
#include <criterion/criterion.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT 60 /* seconds, for a test that doesn't say */
#define SKIPPED 77

static struct plain_test *tests, *suites;

/* In the test's process. */
static const struct plain_test *current;
static bool failed;

void plain_register(struct plain_test *t)
{
    struct plain_test **list = t->name ? &tests : &suites;

    t->next = *list;
    *list = t;
}

void plain_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "[----] %s:%d: %s\n", file, line, what);
    failed = true;
}

void plain_skip(const char *reason)
{
    fprintf(stderr, "[SKIP] %s::%s: %s\n", current->suite, current->name, reason);
    _exit(SKIPPED);
}

/* The sanitizer waits at the end of each process for races of threads that still run; by default, for a second. */
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "atexit_sleep_ms=50";
}

static const struct plain_test *suite_of(const struct plain_test *t)
{
    static const struct plain_test none;

    for (const struct plain_test *s = suites; s; s = s->next)
        if (!strcmp(s->suite, t->suite))
            return s;
    return &none;
}

/* Whole seconds, rounded up. */
static unsigned timeout_of(const struct plain_test *t, const struct plain_test *suite)
{
    double seconds = t->timeout > 0 ? t->timeout : suite->timeout > 0 ? suite->timeout : TIMEOUT;

    return (unsigned)seconds + ((unsigned)seconds < seconds);
}

static void call(void (*function)(void))
{
    if (function)
        function();
}

static _Noreturn void run_here(const struct plain_test *t)
{
    const struct plain_test *suite = suite_of(t);

    current = t;
    alarm(timeout_of(t, suite));
    call(suite->init);
    call(t->init);
    t->run();
    call(t->fini);
    call(suite->fini);
    exit(failed);
}

/* The process's status, 0 when it ended as it should; the sanitizer's exit code counts as a failure. */
static int run(const struct plain_test *t)
{
    int status;
    pid_t pid = fork();

    if (!pid)
        run_here(t);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == t->exit_code ? 0 : status ? status : -1;
}

static bool is_chosen(const struct plain_test *t, const char *pattern)
{
    char name[256];

    snprintf(name, sizeof name, "%s/%s", t->suite, t->name);
    return !t->disabled && !suite_of(t)->disabled && !fnmatch(pattern, name, 0);
}

static void report(const struct plain_test *t, int status)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fprintf(stderr, "[FAIL] %s::%s: Timed out.\n", t->suite, t->name);
    else
        fprintf(stderr, "[FAIL] %s::%s: status %#x\n", t->suite, t->name, (unsigned)status);
}

int main(int argc, char **argv)
{
    const char *pattern = argc == 3 && !strcmp(argv[1], "--filter") ? argv[2] : "*";
    int passing = 0, failing = 0, crashing = 0;

    for (const struct plain_test *t = tests; t; t = t->next) {
        int status = is_chosen(t, pattern) ? run(t) : SKIPPED << 8;

        if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
            continue;
        if (status)
            report(t, status);
        passing += !status;
        failing += status != 0;
        crashing += WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM;
    }
    fprintf(stderr, "[====] Synthesis: Tested: %d | Passing: %d | Failing: %d | Crashing: %d\n", passing + failing,
            passing, failing, crashing);
    return failing > 0;
}
