/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c: runs the families of tests, and counts.
 *
 *   httpapi_test [family...]
 *
 * Without a name all run. A failed check prints its place and text; each family ends with its counts, the whole with
 * "N passed, N failed, N skipped". Exit status: 0 when nothing failed, 1 when something did, 2 for an unknown family.
 */
#include "families.h"
#include "test.h"

struct counts {
    volatile LONG passed, failed, skipped;
};

struct family {
    const char *name;
    void (*run)(void);
};

#define DECLARE(name) START_TEST(name);
TEST_FAMILIES(DECLARE)

#define ENTRY(name) {#name, test_family_##name},
static const struct family families[] = {TEST_FAMILIES(ENTRY)};

static struct counts counts;

/* A line, whether or not the text brings its newline. Flushed: a crash must not take it along. */
static void print_at(const char *kind, const char *file, int line, const char *format, va_list arguments)
{
    char text[2000];
    size_t length;

    vsnprintf(text, sizeof text, format, arguments);
    length = strlen(text);
    while (length && text[length - 1] == '\n')
        text[--length] = 0;
    printf("%s: %s:%d: %s\n", kind, file, line, text);
    fflush(stdout);
}

int test_ok(const char *file, int line, int condition, const char *format, ...)
{
    va_list arguments;

    InterlockedIncrement(condition ? &counts.passed : &counts.failed);
    if (condition)
        return 1;
    va_start(arguments, format);
    print_at("FAIL", file, line, format, arguments);
    va_end(arguments);
    return 0;
}

int test_eq(const char *file, int line, const char *what, unsigned long long got, unsigned long long expected)
{
    return test_ok(file, line, got == expected, "%s is %llu (%#llx), expected %llu (%#llx)", what, got, got, expected,
                   expected);
}

int test_str(const char *file, int line, const char *what, const char *got, const char *expected)
{
    return test_ok(file, line, got && expected && !strcmp(got, expected), "%s is \"%s\", expected \"%s\"", what,
                   got ? got : "(NULL)", expected ? expected : "(NULL)");
}

void test_skip(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    InterlockedIncrement(&counts.skipped);
    va_start(arguments, format);
    print_at("skip", file, line, format, arguments);
    va_end(arguments);
}

void test_win_skip(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    InterlockedIncrement(test_on_windows() ? &counts.skipped : &counts.failed);
    va_start(arguments, format);
    print_at(test_on_windows() ? "skip" : "FAIL", file, line, format, arguments);
    va_end(arguments);
}

int test_on_windows(void)
{
#ifdef _WIN32
    return !GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version");
#else
    return 0;
#endif
}

static void run_family(const struct family *family)
{
    struct counts before = counts;

    printf("%s\n", family->name);
    fflush(stdout);
    family->run();
    printf("%s: %ld passed, %ld failed, %ld skipped\n", family->name, (long)(counts.passed - before.passed),
           (long)(counts.failed - before.failed), (long)(counts.skipped - before.skipped));
    fflush(stdout);
}

static const struct family *find_family(const char *name)
{
    size_t i;

    for (i = 0; i < ARRAYSIZE(families); i++)
        if (!strcmp(families[i].name, name))
            return &families[i];
    return NULL;
}

static int run_named(int count, char **names)
{
    int i;

    for (i = 0; i < count; i++)
        if (!find_family(names[i])) {
            fprintf(stderr, "no family of tests is called %s\n", names[i]);
            return 0;
        }
    for (i = 0; i < count; i++)
        run_family(find_family(names[i]));
    return 1;
}

static void run_all(void)
{
    size_t i;

    for (i = 0; i < ARRAYSIZE(families); i++)
        run_family(&families[i]);
}

int main(int argc, char **argv)
{
    WSADATA data;

    WSAStartup(MAKEWORD(2, 2), &data);
    if (argc < 2)
        run_all();
    else if (!run_named(argc - 1, argv + 1))
        return 2;
    printf("%ld passed, %ld failed, %ld skipped\n", (long)counts.passed, (long)counts.failed, (long)counts.skipped);
    WSACleanup();
    return counts.failed != 0;
}
