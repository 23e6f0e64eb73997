/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ports: completion ports that carry a request queue's packets together with others', for Windows, Wine and the native
 * host.
 *
 *   ports [repeats] [seed] [case]
 *
 * The schedule of each case is drawn anew at each repeat. A case whose end doesn't come is named and ends the program.
 * The last line is "N passed, N failed, N skipped", counted in runs of cases.
 */
#include "ports.h"

#include <stdarg.h>

#define CASE_DEADLINE 60000

struct test_case {
    const char *name;
    void (*run)(unsigned *random);
    unsigned runs;
    double milliseconds;
};

static struct test_case cases[] = {
#define X(name) {#name, case_##name, 0, 0},
    CASES(X)
#undef X
};

static atomic_int failures;
static int passed, failed, skipped;
static BOOL is_skipped;
static _Atomic(const char *) current;
static HANDLE case_ended;

void fail(const char *format, ...)
{
    va_list arguments;
    char text[300];

    failures++;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printf("FAIL: %s: %s\n", current ? current : "ports", text);
    fflush(stdout);
}

static BOOL first_time(const char *what)
{
    static const char *said[16];

    for (int i = 0; i < 16; i++) {
        if (said[i] == what)
            return FALSE;
        if (!said[i]) {
            said[i] = what;
            return TRUE;
        }
    }
    return FALSE;
}

void skip(const char *reason)
{
    is_skipped = TRUE;
    if (first_time(reason))
        printf("skip: %s: %s\n", current, reason);
}

void known(BOOL as_windows, const char *what)
{
    if (!as_windows)
        skip(what);
}

unsigned next_random(unsigned *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

double now(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart * 1000 / (double)frequency.QuadPart;
}

BOOL is_wine(void)
{
#ifdef _WIN32
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
#else
    return FALSE;
#endif
}

HANDLE start_thread(DWORD(WINAPI *run)(void *), void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, run, argument, 0, NULL);

    check(thread != NULL, "no thread: %u", (unsigned)GetLastError());
    return thread;
}

void join(HANDLE thread)
{
    WaitForSingleObject(thread, INFINITE); /* the watchdog bounds it */
    CloseHandle(thread);
}

/* Some waits here have no end of their own: that is what is tested. */
static DWORD WINAPI watch(void *unused)
{
    (void)unused;
    while (WaitForSingleObject(case_ended, CASE_DEADLINE) == WAIT_OBJECT_0)
        if (!current)
            return 0;
    fail("hangs");
    printf("%d passed, %d failed, %d skipped\n", passed, failed + 1, skipped);
    fflush(stdout);
    _Exit(1);
}

static void run_case(struct test_case *c, unsigned *random)
{
    int before = failures;
    unsigned seed = *random;
    double start = now();

    current = c->name;
    is_skipped = FALSE;
    c->run(random);
    c->runs++;
    c->milliseconds += now() - start;
    if (failures != before) {
        failed++;
        printf("FAIL: %s: seed %u\n", c->name, seed);
    } else if (is_skipped) {
        skipped++;
    } else {
        passed++;
    }
    SetEvent(case_ended);
}

static void run_all(int repeats, unsigned random, const char *only)
{
    for (int i = 0; i < repeats; i++)
        for (size_t k = 0; k < ARRAYSIZE(cases); k++)
            if (!only || !strcmp(only, cases[k].name))
                run_case(&cases[k], &random);
    for (size_t k = 0; k < ARRAYSIZE(cases); k++)
        if (cases[k].runs)
            printf("%s: %u runs of %.0f ms\n", cases[k].name, cases[k].runs, cases[k].milliseconds / cases[k].runs);
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HANDLE watchdog;
    WSADATA wsa;

#ifdef _WIN32
    if (argc > 1 && (argv[1][0] == 'p' || argv[1][0] == 'e')) /* foreign.c started it */
        return other_process(argc, argv);
#endif
    WSAStartup(0x202, &wsa);
    check(!HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL), "HttpInitialize");
    case_ended = CreateEventW(NULL, FALSE, FALSE, NULL);
    watchdog = start_thread(watch, NULL);
    run_all(argc > 1 ? atoi(argv[1]) : 2, argc > 2 ? (unsigned)atoi(argv[2]) : 2463534242u, argc > 3 ? argv[3] : NULL);
    current = NULL;
    SetEvent(case_ended);
    join(watchdog);
    CloseHandle(case_ended);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    WSACleanup();
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed != 0;
}
