/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_error_log.c: the ring and its writer: nothing is lost but what is counted, in whatever state the disk is.
 */
#include "engine/error_log.c"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "unit.h"

#define PATIENCE 10000 /* milliseconds */

static char folder[] = "/tmp/error_log.XXXXXX";

static void make(void)
{
    cr_assert(mkdtemp(folder));
    error_log_open(folder, 0);
}

static void remove_all(void)
{
    char command[64];

    error_log_flush(PATIENCE);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

#define LogTest(name) Test(error_log, name, .init = make, .fini = remove_all)

/* Numbered by its URI, which is so long. */
static void note_long(unsigned number, size_t length)
{
    char uri[ERROR_URI_MAX + 1];
    struct error_record r = {.phrase = "URL", .status = 400};
    size_t n = (size_t)snprintf(uri, sizeof uri, "/%u", number);

    for (; n < length; n++)
        uri[n] = '_';
    r.uri = (struct text){uri, n};
    error_log_note(&r);
}

static void note(unsigned number)
{
    note_long(number, 0);
}

struct found {
    unsigned lines, lost, files, disorder;
    unsigned next; /* the number behind the last one */
    char last[8192];
};

static void look_at(struct found *f, const char *line)
{
    unsigned number;

    snprintf(f->last, sizeof f->last, "%s", line);
    cr_assert(strlen(line) > 2 && !strcmp(line + strlen(line) - 2, "\r\n"), "a torn line: %s", line);
    if (sscanf(line, "#Remark: %u more errors", &number) == 1) {
        f->lost += number;
        f->next += number;
    } else if (*line != '#') {
        cr_assert(sscanf(line, "%*s %*s - - - - - - /%u", &number) == 1, "%s", line);
        f->lines++;
        f->disorder += number != f->next;
        f->next = number + 1;
    }
}

static void read_file(struct found *f, unsigned number)
{
    char path[128], line[8192];
    FILE *file;

    snprintf(path, sizeof path, "%s/HTTPERR/httperr%u.log", folder, number);
    file = fopen(path, "r");
    if (!file)
        return;
    while (fgets(line, sizeof line, file))
        look_at(f, line);
    fclose(file);
    f->files++;
}

static struct found find(void)
{
    struct found f = {.lines = 0};

    for (unsigned i = 1; i < 20; i++)
        read_file(&f, i);
    return f;
}

static struct found flushed(void)
{
    cr_assert(error_log_flush(PATIENCE));
    cr_assert_eq(writer, WRITER_NONE);
    return find();
}

LogTest(writes)
{
    struct found f;

    note(0);
    f = flushed();
    cr_assert_eq(f.lines, 1u);
    cr_assert(strstr(f.last, " - - - - - - /0 - - 400 - URL - TCP - -\r\n"), "%s", f.last);
}

LogTest(time_of_a_note)
{
    struct error_record r = {.phrase = "URL"};
    time_t before = time(NULL);

    error_log_note(&r);
    cr_assert(r.time >= before - 1 && r.time <= time(NULL));
}

/* Without a flush, too. */
LogTest(writes_soon)
{
    struct timespec tick = {0, 5000000};

    note(0);
    for (int i = 0; i < 2000 && !find().lines; i++)
        nanosleep(&tick, NULL);
    cr_assert_eq(find().lines, 1u);
    note(1); /* the writer sleeps now */
    for (int i = 0; i < 2000 && find().lines < 2; i++)
        nanosleep(&tick, NULL);
    cr_assert_eq(find().lines, 2u);
}

LogTest(starts_again)
{
    struct found f;

    for (unsigned i = 0; i < 20; i++) {
        note(i);
        f = flushed();
    }
    cr_assert_eq(f.lines, 20u);
    cr_assert_eq(f.disorder, 0u);
}

LogTest(flush_without_notes)
{
    cr_assert(error_log_flush(0));
    cr_assert_eq(find().files, 0u);
}

LogTest(closed)
{
    error_log_open(NULL, 0);
    note(0);
    error_log_open("", 0);
    note(1);
    error_log_open("relative/path", 0);
    note(2);
    cr_assert_eq(flushed().files, 0u);
    cr_assert(!error_log_is_open());
}

LogTest(closed_later)
{
    note(0);
    error_log_open(NULL, 0);
    note(1);
    cr_assert_eq(flushed().lines, 1u);
}

/* Of all lengths, so that the ring's end comes at each place in an entry. */
LogTest(many_laps)
{
    unsigned n = 0;
    uint64_t bytes = 0;
    struct found f;

    while (bytes < 5 * RING_SIZE) {
        note_long(n, n * 37 % 600);
        bytes += 200 + n * 37 % 600;
        if (++n % 500 == 0)
            cr_assert(error_log_flush(PATIENCE));
    }
    f = flushed();
    cr_assert_eq(f.lines, n, "%u lines of %u", f.lines, n);
    cr_assert_eq(f.lost + f.disorder, 0u);
    cr_assert(f.files > 1, "one file of %u lines", n);
}

/* Each ending of the ring, to the last eight bytes. */
LogTest(end_of_the_ring)
{
    for (uint32_t left = 8; left < sizeof(struct entry) + 64; left += 8) {
        cr_assert(error_log_flush(PATIENCE));
        pthread_mutex_lock(&lock);
        head = tail = 7 * (uint64_t)RING_SIZE - left;
        pthread_mutex_unlock(&lock);
        note(left / 8 - 1);
        cr_assert_eq(find().disorder, 0u);
    }
    cr_assert_eq(flushed().lines, (sizeof(struct entry) + 64) / 8 - 1);
}

/* --- a disk that doesn't take it */

static void obstruct(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/HTTPERR", folder);
    fclose(fopen(path, "w")); /* a file in the place of the folder */
}

static void clear_way(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/HTTPERR", folder);
    cr_assert(!unlink(path));
}

/* Until the writer has a batch that it can't write: it takes no other meanwhile. */
static void await_refusal(void)
{
    struct timespec tick = {0, 10000000};

    for (bool waits = false; !waits; nanosleep(&tick, NULL)) {
        pthread_mutex_lock(&lock);
        waits = writer == WRITER_WAITS;
        pthread_mutex_unlock(&lock);
    }
}

static unsigned note_until_full(unsigned number)
{
    bool full;

    do {
        note(number++);
        pthread_mutex_lock(&lock);
        full = lost > 0;
        pthread_mutex_unlock(&lock);
    } while (!full);
    return number;
}

LogTest(full)
{
    unsigned count;
    struct found f;

    obstruct();
    note(0);
    await_refusal();
    count = note_until_full(1);
    cr_assert(!error_log_flush(100));
    clear_way();
    note(count++);
    f = flushed();
    cr_assert_eq(f.lines + f.lost, count, "%u lines, %u lost", f.lines, f.lost);
    cr_assert(f.lost > 0);
    cr_assert_eq(f.disorder, 0u, "the lost ones aren't told in their place");
    cr_assert(f.lines > RING_SIZE / (sizeof(struct entry) + 16));
}

LogTest(lost_ones_are_told_in_their_place)
{
    struct found f;

    lost = 3; /* there is no writer yet */
    note(3);
    f = flushed();
    cr_assert_eq(f.lost, 3u);
    cr_assert_eq(f.disorder, 0u);
}

/* The last ones are lost, and nothing comes after them. */
LogTest(full_at_the_end)
{
    unsigned count;
    struct found f;

    obstruct();
    note(0);
    await_refusal();
    count = note_until_full(1);
    note(count++);
    clear_way();
    pthread_mutex_lock(&lock);
    wake_writer(INT64_MAX);
    pthread_mutex_unlock(&lock);
    f = flushed();
    cr_assert_eq(f.next, count);
    cr_assert_eq(f.lines + f.lost, count);
    cr_assert(strstr(f.last, "#Remark: ") == f.last, "%s", f.last);
}

/* By itself: nobody asks. Told once each by the ordinary log. */
LogTest(goes_on)
{
    struct timespec tick = {0, 10000000};

    obstruct();
    note(0);
    await_refusal();
    clear_way();
    for (int i = 0; i < 1000 && !find().lines; i++)
        nanosleep(&tick, NULL);
    cr_assert_eq(find().lines, 1u);
}

LogTest(flush_gives_up)
{
    obstruct();
    note(0);
    cr_assert(!error_log_flush(50));
    clear_way();
    note(1);
    cr_assert_eq(flushed().lines, 2u);
}

/* A thread that was killed with the lock. */
LogTest(flush_without_the_lock)
{
    pthread_mutex_lock(&lock);
    cr_assert(!error_log_flush(50));
    pthread_mutex_unlock(&lock);
}

/* --- threads */

#define THREADS 4
#define EACH 5000

static void *note_some(void *first)
{
    for (unsigned i = 0; i < EACH; i++)
        note((unsigned)(uintptr_t)first + i);
    return NULL;
}

LogTest(threads)
{
    pthread_t threads[THREADS];
    struct found f;

    for (uintptr_t i = 0; i < THREADS; i++)
        cr_assert(!pthread_create(&threads[i], NULL, note_some, (void *)(i * EACH)));
    for (unsigned i = 0; i < 20; i++)
        error_log_flush(1);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    f = flushed();
    cr_assert_eq(f.lines + f.lost, (unsigned)THREADS * EACH, "%u lines, %u lost", f.lines, f.lost);
}

static void *flush_some(void *unused)
{
    for (unsigned i = 0; i < 100; i++)
        error_log_flush(PATIENCE);
    return unused;
}

LogTest(flushes_by_several)
{
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++)
        cr_assert(!pthread_create(&threads[i], NULL, flush_some, NULL));
    for (unsigned i = 0; i < 2000; i++)
        note(i);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(flushed().lines, 2000u);
}

/* The thread of ours that has the writer's niceness, or 0. */
static int find_writer(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *e;
    int found = 0;

    while (!found && (e = readdir(tasks)))
        if (*e->d_name != '.' && getpriority(PRIO_PROCESS, (id_t)atoi(e->d_name)) == NICENESS)
            found = atoi(e->d_name);
    closedir(tasks);
    return found;
}

static unsigned long long blocked_by(int thread)
{
    unsigned long long blocked = 0;
    char path[64], line[256];
    FILE *f;

    snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        sscanf(line, "SigBlk: %llx", &blocked);
    if (f)
        fclose(f);
    return blocked;
}

/* Wine's signals aren't for this thread, and it lets others go first. */
LogTest(thread_is_modest)
{
    unsigned long long blocked;
    int thread = 0;

    note(0);
    for (int i = 0; i < PATIENCE && !(thread = find_writer()); i++)
        usleep(1000);
    cr_assert(thread);
    blocked = blocked_by(thread);
    for (int signal = 1; signal < 32; signal++)
        cr_assert(signal == SIGKILL || signal == SIGSTOP || blocked >> (signal - 1) & 1, "signal %d", signal);
}
