/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inject: a server and its clients in a process, again and again; each time another call of the C library fails, once.
 *
 *   inject                   a sample: the first call of each kind, and others here and there
 *   INJECT=all inject        each call there is, each way: ten minutes, without anything else to do
 *   INJECT=CALL[:N[:WAY]]    those of one function, e.g. malloc:12 or recv:3:ECONNRESET; with INJECT_TRACE=1 it says where
 *   INJECT_CASES=n           so many instead of the usual sample; INJECT_SEED=n: others; INJECT_JOBS=n at a time
 *
 * What must hold, whichever call it was: nothing crashes or hangs; the program's calls say that something ran out, and work
 * when they are made again; one connection at most is disturbed, and none by what a caller takes in its stride; afterwards
 * everything works, and what was taken is given back: ids, connections, descriptors, with the sanitizer memory.
 */
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../dlls/httpapi/engine/connection.h"
#include "calls.h"
#include "scenario.h"

#define JOBS_MAX 16
#define CASES_DEFAULT 100
#define CASE_SECONDS 60

/* In a build that measures coverage: an _exit() doesn't write what was counted. */
int __llvm_profile_write_file(void) __attribute__((weak));

#ifdef __SANITIZE_ADDRESS__
int __lsan_do_recoverable_leak_check(void);
const char *__asan_default_options(void);

/* The program's own failing calls are no business of the sanitizer's; a failing one is meant. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:detect_leaks=1";
}
#else
static int __lsan_do_recoverable_leak_check(void)
{
    return 0;
}
#endif

/* What a case tells the runner. */
struct report {
    unsigned counted[CALL_MAX];
    unsigned kept; /* descriptors */
    bool failed, disturbed, troubled;
};

static struct report *report; /* of this process */
static char file_path[] = "/tmp/inject.XXXXXX";
static char log_path[] = "/tmp/inject-log.XXXXXX"; /* of the error log, which all cases write */

void complain(const char *format, ...)
{
    va_list args;

    calls_outside = true;
    va_start(args, format);
    printf("  ");
    vprintf(format, args);
    printf("\n");
    fflush(stdout);
    va_end(args);
    _exit(1);
}

void note(const char *format, ...)
{
    bool before = calls_outside;
    va_list args;

    calls_outside = true;
    va_start(args, format);
    if (getenv("INJECT_TRACE")) {
        printf("  ");
        vprintf(format, args);
        printf("\n");
    }
    va_end(args);
    calls_outside = before;
}

/* --- one case */

static unsigned free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(fd, (struct sockaddr *)&a, len) || getsockname(fd, (struct sockaddr *)&a, &len))
        complain("no free port");
    close(fd);
    return ntohs(a.sin_port);
}

static unsigned count_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void start(unsigned port)
{
    calls_outside = false;
    program_start(port, file_path);
    calls_outside = true;
}

static void stop(void)
{
    calls_outside = false;
    program_stop();
    calls_outside = true;
}

/* Connections end in the loop's own time. */
static void wait_for_emptiness(unsigned descriptors)
{
    for (int i = 0; i < 1000 * WAIT_SECONDS; i++) {
        if (!connections_count() && count_descriptors() <= descriptors)
            break;
        if (i % 100 == 99)
            program_later(10);
        poll(NULL, 0, 1);
    }
    if (connections_count())
        complain("%u connections are left", connections_count());
    if (count_descriptors() > descriptors)
        complain("%u descriptors more than there should be", count_descriptors() - descriptors);
    program_check_empty();
}

/* Did the call do more than it may? */
static void judge(const struct plan *plan, unsigned disturbed)
{
    report->disturbed = disturbed;
    report->troubled = program_troubles();
    if (disturbed > 1)
        complain("%u connections are disturbed", disturbed);
    if (plan->nth && is_harmless(plan->call, plan->way) && (disturbed || program_troubles()))
        complain("somebody noticed");
    if (!atomic_load(&call_failed) && (disturbed || program_troubles()))
        complain("somebody is disturbed though nothing failed");
}

/* The engine may keep so many descriptors open when all is over. */
static void run_case(const struct plan *plan, unsigned kept)
{
    unsigned port = free_port(), before = count_descriptors(), disturbed;

    calls_outside = true;
    alarm(CASE_SECONDS);
    calls_begin(plan);
    start(port);
    disturbed = clients_run(port);
    calls_end();
    clients_run_some(port);
    calls_begin(plan);
    stop();
    calls_end();
    judge(plan, disturbed);
    for (int i = 0; i < CALL_MAX; i++)
        report->counted[i] = atomic_load(&calls_counted[i]);
    report->failed = atomic_load(&call_failed);
    wait_for_emptiness(before + kept);
    report->kept = count_descriptors() - before;
    start(port);
    clients_run_some(port);
    stop();
    wait_for_emptiness(before + kept);
    if (__lsan_do_recoverable_leak_check())
        complain("memory is lost");
    fflush(stdout);
    if (__llvm_profile_write_file)
        __llvm_profile_write_file();
    _exit(0);
}

/* --- the runner */

struct job {
    pid_t pid; /* 0: free */
    struct plan plan;
    struct report *report;
    FILE *output;
};

static struct job jobs[JOBS_MAX];
static unsigned job_count = 3, passed, failed, missed;
static unsigned kept = 1u << 20; /* descriptors, by the engine; set when it was measured */

static struct tally {
    unsigned points, cases, troubled, disturbed;
} tallies[CALL_MAX];

static void show_output(FILE *f)
{
    char line[512];

    rewind(f);
    while (fgets(line, sizeof line, f))
        fputs(line, stdout);
}

static bool job_end(struct job *j, int status)
{
    struct tally *t = &tallies[j->plan.call];
    bool good = WIFEXITED(status) && !WEXITSTATUS(status);

    j->pid = 0;
    if (j->plan.nth) {
        t->cases++;
        t->troubled += j->report->troubled;
        t->disturbed += j->report->disturbed;
        missed += good && !j->report->failed;
    }
    passed += good;
    failed += !good;
    if (!good)
        printf("not ok - %s, the %u. call: %s%s\n", call_names[j->plan.call], j->plan.nth, way_name(j->plan.way),
               WIFSIGNALED(status) ? WTERMSIG(status) == SIGALRM ? ": hangs" : ": crashes" : "");
    if (!good || getenv("INJECT_TRACE"))
        show_output(j->output);
    fclose(j->output);
    fflush(stdout);
    return good;
}

static void wait_for_one(void)
{
    int status;
    pid_t pid = wait(&status);

    for (unsigned i = 0; i < job_count; i++)
        if (jobs[i].pid == pid)
            job_end(&jobs[i], status);
}

static struct job *free_job(void)
{
    for (;;) {
        for (unsigned i = 0; i < job_count; i++)
            if (!jobs[i].pid)
                return &jobs[i];
        wait_for_one();
    }
}

static struct job *start_case(const struct plan *plan)
{
    struct job *j = free_job();

    j->plan = *plan;
    memset(j->report, 0, sizeof *j->report);
    j->output = tmpfile();
    fflush(stdout);
    j->pid = fork();
    if (!j->pid) {
        report = j->report;
        dup2(fileno(j->output), STDOUT_FILENO);
        dup2(fileno(j->output), STDERR_FILENO);
        /* libev makes two descriptors of a pipe where it can't have an eventfd's one. */
        run_case(plan, kept + (plan->call == CALL_eventfd));
    }
    return j;
}

static void wait_for_all(void)
{
    for (unsigned i = 0; i < job_count; i++)
        while (jobs[i].pid)
            wait_for_one();
}

/* Without a failing call: how often each is called, and how many descriptors stay open. */
static bool measure(void)
{
    struct job *j = start_case(&(struct plan){0});

    wait_for_all();
    if (failed)
        return false;
    kept = j->report->kept;
    for (int i = 0; i < CALL_MAX; i++)
        tallies[i].points = j->report->counted[i];
    passed = 0;
    return true;
}

/* --- which cases */

static const char *wanted_call, *wanted_way;
static unsigned wanted_nth, total;
static bool want_all;

static bool is_wanted(enum call call, unsigned nth, int way)
{
    if (wanted_call && strcmp(wanted_call, call_names[call]))
        return false;
    return (!wanted_nth || nth == wanted_nth) && (!wanted_way || !strcmp(wanted_way, way_name(way)));
}

/* Calls f for each case, in a fixed order. */
static void for_each_case(void (*f)(const struct plan *))
{
    for (enum call call = 0; call < CALL_MAX; call++) {
        const int *ways;
        unsigned count = call_ways(call, &ways);

        for (unsigned w = 0; w < count; w++)
            for (unsigned nth = 1; nth <= tallies[call].points || nth == wanted_nth; nth++)
                if (is_wanted(call, nth, ways[w]))
                    f(&(struct plan){call, nth, ways[w]});
    }
}

static void count_case(const struct plan *plan)
{
    (void)plan;
    total++;
}

static unsigned seed, sample, turn;

/* The first call of each kind, in one way or another, and every so many of the others. */
static void maybe_run(const struct plan *plan)
{
    const int *ways;
    unsigned count = call_ways(plan->call, &ways);
    bool due = want_all || total <= sample || (plan->nth == 1 && plan->way == ways[seed % count]);

    turn += sample;
    if (turn >= total) {
        turn -= total;
        due = true;
    }
    if (due)
        start_case(plan);
}

static unsigned number(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);

    return value ? (unsigned)atoi(value) : otherwise;
}

/* CALL[:N[:WAY]] */
static void read_wishes(void)
{
    static char text[64];
    char *wish = getenv("INJECT");

    if (!wish)
        return;
    snprintf(text, sizeof text, "%s", wish);
    want_all = true;
    if (!strcmp(text, "all"))
        return;
    wanted_call = strtok(text, ":");
    wish = strtok(NULL, ":");
    wanted_nth = wish ? (unsigned)atoi(wish) : 0;
    wanted_way = strtok(NULL, ":");
}

static void make_file(void)
{
    char *content = malloc(FILE_SIZE);
    int fd = mkstemp(file_path);

    for (size_t i = 0; i < FILE_SIZE; i++)
        content[i] = pattern(i);
    if (fd < 0 || write(fd, content, FILE_SIZE) != FILE_SIZE)
        complain("no temporary file");
    close(fd);
    free(content);
}

static void make_jobs(void)
{
    job_count = number("INJECT_JOBS", job_count);
    if (!job_count || job_count > JOBS_MAX)
        job_count = 1;
    for (unsigned i = 0; i < job_count; i++)
        jobs[i].report = mmap(NULL, sizeof *jobs[i].report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void print_tallies(void)
{
    printf("%-20s %8s %8s %10s %10s\n", "call", "points", "cases", "program", "client");
    for (int i = 0; i < CALL_MAX; i++)
        if (tallies[i].cases || tallies[i].points)
            printf("%-20s %8u %8u %10u %10u\n", call_names[i], tallies[i].points, tallies[i].cases, tallies[i].troubled,
                   tallies[i].disturbed);
    printf("%u of %u cases; in %u of them the call didn't come\n", passed + failed, total, missed);
}

static void remove_logs(void)
{
    char path[80];
    int number = 1;

    do
        snprintf(path, sizeof path, "%s/HTTPERR/httperr%d.log", log_path, number++);
    while (!unlink(path));
    snprintf(path, sizeof path, "%s/HTTPERR", log_path);
    rmdir(path);
    rmdir(log_path);
}

int main(void)
{
    calls_outside = true;
    make_file();
    if (!mkdtemp(log_path) || setenv("HTTPAPI_ErrorLoggingDir", log_path, 1))
        complain("no temporary folder");
    make_jobs();
    read_wishes();
    if (measure()) {
        for_each_case(count_case);
        sample = number("INJECT_CASES", CASES_DEFAULT);
        seed = number("INJECT_SEED", 1);
        turn = total ? seed * 7919 % total : 0;
        for_each_case(maybe_run);
        wait_for_all();
        print_tallies();
    }
    unlink(file_path);
    remove_logs();
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed > 0;
}
