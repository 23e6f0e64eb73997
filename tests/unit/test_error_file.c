/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_error_file.c: numbers, sizes, and what a disk does to a writer.
 */
#include "engine/error_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define SMALL 2000 /* bytes a file may have */

static char directory[] = "/tmp/error_file.XXXXXX";
static struct error_batch batch;

static void make(void)
{
    cr_assert(mkdtemp(directory));
    error_batch_clear(&batch);
}

static void remove_all(void)
{
    char command[64];

    error_file_close();
    snprintf(command, sizeof command, "rm -rf %s", directory);
    cr_assert_eq(system(command), 0);
}

#define FileTest(name) Test(error_file, name, .init = make, .fini = remove_all)

static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/HTTPERR/%s", directory, name);
    return path;
}

/* The file without its heads, in a static buffer; NULL when it isn't there. `heads` counts those. */
static const char *lines_of(const char *name, unsigned *heads)
{
    static char text[200000];
    FILE *f = fopen(path_of(name), "r");
    char line[8192];

    if (!f)
        return NULL;
    *heads = 0;
    text[0] = 0;
    while (fgets(line, sizeof line, f)) {
        if (*line != '#')
            strcat(text, line);
        *heads += !strncmp(line, "#Software", 9);
    }
    fclose(f);
    return text;
}

static void assert_file(const char *name, unsigned heads, const char *want)
{
    unsigned got;
    const char *lines = lines_of(name, &got);

    cr_assert(lines, "there is no %s", name);
    cr_assert_str_eq(lines, want);
    cr_assert_eq(got, heads, "%u heads", got);
}

static void add(const char *line)
{
    char *to = error_batch_room(&batch);

    cr_assert(to);
    strcpy(to, line);
    batch.end += strlen(line);
}

static bool write_it(uint64_t size_max)
{
    bool written = error_file_write(&batch, directory, size_max);

    if (written)
        error_batch_clear(&batch);
    return written;
}

static bool write_line(const char *line)
{
    add(line);
    return write_it(SMALL);
}

FileTest(folder_is_made)
{
    struct stat st;

    cr_assert(write_line("one\r\n"));
    assert_file("httperr1.log", 1, "one\r\n");
    cr_assert(!stat(path_of(""), &st) && (st.st_mode & 0777) == 0700);
    cr_assert(!stat(path_of("httperr1.log"), &st) && (st.st_mode & 0777) == 0600);
}

FileTest(parents_are_made)
{
    char deep[64];

    snprintf(deep, sizeof deep, "%s/a/b", directory);
    add("one\r\n");
    cr_assert(error_file_write(&batch, deep, SMALL));
    snprintf(deep, sizeof deep, "%s/a/b/HTTPERR/httperr1.log", directory);
    cr_assert(!access(deep, F_OK));
}

/* Another process's, or ours before: what is there stays. */
FileTest(goes_on)
{
    cr_assert(write_line("one\r\n"));
    error_file_close();
    cr_assert(write_line("two\r\n"));
    cr_assert(write_line("three\r\n"));
    assert_file("httperr1.log", 2, "one\r\ntwo\r\nthree\r\n");
}

FileTest(goes_on_with_the_highest)
{
    static const char *const others[] = {"httperr2.log", "HTTPERR7.LOG", "httperr08.log", "httperr9.log.gz", "httperr.log",
                                         "httperr-1.log", "httperr99999999999.log", "x"};

    cr_assert(!mkdir(path_of(""), 0700));
    for (unsigned i = 0; i < COUNT(others); i++)
        fclose(fopen(path_of(others[i]), "w"));
    cr_assert(write_line("one\r\n"));
    assert_file("httperr7.log", 1, "one\r\n");
}

static char *long_line(char *line, size_t n)
{
    memset(line, 'x', n - 2);
    strcpy(line + n - 2, "\r\n");
    return line;
}

FileTest(next_one_when_full)
{
    char a[801], b[900];
    struct stat st;

    long_line(a, 800);
    cr_assert(write_line(a));
    cr_assert(write_line("one\r\n"));
    cr_assert(write_line(long_line(b, 800)));
    cr_assert(write_line("two\r\n"));
    cr_assert(!stat(path_of("httperr1.log"), &st) && st.st_size <= SMALL);
    assert_file("httperr2.log", 1, strcat(b, "two\r\n"));
    error_file_close();
    cr_assert(write_line(a));
    cr_assert(!access(path_of("httperr3.log"), F_OK), "a full one isn't gone on with");
}

/* A batch is never larger than a file; if it were, it would have one for itself. */
FileTest(larger_than_a_file)
{
    char line[801];

    add(long_line(line, 800));
    cr_assert(write_it(100));
    add("one\r\n");
    cr_assert(write_it(100));
    assert_file("httperr1.log", 1, line);
    assert_file("httperr2.log", 1, "one\r\n");
}

/* Each looks at the size before it writes. */
FileTest(another_process_fills_it)
{
    FILE *f;

    cr_assert(write_line("one\r\n"));
    f = fopen(path_of("httperr1.log"), "a");
    cr_assert(f && fprintf(f, "%*s\r\n", SMALL, "theirs") > 0 && !fclose(f));
    cr_assert(write_line("two\r\n"));
    assert_file("httperr2.log", 1, "two\r\n");
}

FileTest(another_process_is_ahead)
{
    char line[1901];

    cr_assert(write_line("one\r\n"));
    fclose(fopen(path_of("httperr5.log"), "w"));
    cr_assert(write_line(long_line(line, 1900)));
    assert_file("httperr5.log", 1, line);
}

FileTest(removed)
{
    cr_assert(write_line("one\r\n"));
    cr_assert(!unlink(path_of("httperr1.log")));
    cr_assert(write_line("two\r\n"));
    assert_file("httperr1.log", 1, "two\r\n");
}

FileTest(all_removed)
{
    cr_assert(write_line("one\r\n"));
    cr_assert(!unlink(path_of("httperr1.log")) && !rmdir(path_of("")));
    cr_assert(write_line("two\r\n"));
    assert_file("httperr1.log", 1, "two\r\n");
}

/* --- what goes wrong */

/* A file may have so many bytes: the kernel writes what fits, and then nothing. */
static void limit_size(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(!setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, RLIM_INFINITY}));
}

FileTest(disk_is_full)
{
    limit_size(400);
    add("one\r\n");
    add("two two two two two two two two two two two two two two two two two two two two two two two two two two two two two "
        "two two two two two two two two\r\n");
    add("three\r\n");
    cr_assert(!write_it(SMALL) && errno == EFBIG);
    cr_assert(!write_it(SMALL));
    limit_size(RLIM_INFINITY);
    cr_assert(write_it(SMALL), "%s", strerror(errno));
    assert_file("httperr1.log", 1, "one\r\ntwo two two two two two two two two two two two two two two two two two two two "
                                   "two two two two two two two two two two two two two two two two two\r\nthree\r\n");
}

/* Somebody makes room by removing the file: the line that was half in it is whole in the next one. */
FileTest(disk_is_full_file_is_removed)
{
    char line[301];

    limit_size(400);
    add("one\r\n");
    add(long_line(line, 300));
    cr_assert(!write_it(SMALL));
    cr_assert(!unlink(path_of("httperr1.log")));
    limit_size(RLIM_INFINITY);
    cr_assert(write_it(SMALL));
    assert_file("httperr1.log", 1, line);
}

FileTest(disk_is_full_in_the_head)
{
    limit_size(100);
    add("one\r\n");
    cr_assert(!write_it(SMALL));
    cr_assert(!unlink(path_of("httperr1.log")));
    limit_size(RLIM_INFINITY);
    cr_assert(write_it(SMALL));
    assert_file("httperr1.log", 1, "one\r\n");
}

/* Nothing that would block, swallow or lead elsewhere. */
static void in_the_way(void (*put)(const char *path))
{
    cr_assert(!mkdir(path_of(""), 0700));
    put(path_of("httperr1.log"));
    cr_assert(!write_line("one\r\n"));
    cr_assert(!remove(path_of("httperr1.log")));
    cr_assert(write_it(SMALL));
    assert_file("httperr1.log", 1, "one\r\n");
}

static void put_fifo(const char *path)
{
    cr_assert(!mkfifo(path, 0600));
    cr_assert(open(path, O_RDONLY | O_NONBLOCK) >= 0); /* somebody reads it: it could be opened */
}

static void put_link(const char *path)
{
    cr_assert(!symlink("/etc/hostname", path));
}

static void put_directory(const char *path)
{
    cr_assert(!mkdir(path, 0700));
}

FileTest(fifo_in_the_way)
{
    in_the_way(put_fifo);
}

FileTest(link_in_the_way)
{
    in_the_way(put_link);
}

FileTest(directory_in_the_way)
{
    in_the_way(put_directory);
}

FileTest(file_in_the_way_of_the_folder)
{
    char path[64];

    snprintf(path, sizeof path, "%s/HTTPERR", directory);
    fclose(fopen(path, "w"));
    cr_assert(!write_line("one\r\n") && errno == ENOTDIR);
    cr_assert(!unlink(path));
    cr_assert(write_it(SMALL));
    assert_file("httperr1.log", 1, "one\r\n");
}

FileTest(no_descriptors)
{
    struct rlimit before;

    cr_assert(!getrlimit(RLIMIT_NOFILE, &before));
    cr_assert(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, before.rlim_max}));
    add("one\r\n");
    cr_assert(!write_it(SMALL));
    cr_assert(!setrlimit(RLIMIT_NOFILE, &before));
    cr_assert(write_it(SMALL));
    assert_file("httperr1.log", 1, "one\r\n");
}

FileTest(path_too_long)
{
    char path[5000];

    memset(path, 'x', sizeof path);
    path[0] = '/', path[sizeof path - 1] = 0;
    add("one\r\n");
    cr_assert(!error_file_write(&batch, path, SMALL) && errno == ENAMETOOLONG);
}

Test(error_file, batch)
{
    unsigned lines = 0;

    error_batch_clear(&batch);
    while (error_batch_room(&batch)) {
        batch.end += ERROR_LINE_MAX;
        lines++;
    }
    cr_assert_eq(lines, ERROR_BATCH_MAX / ERROR_LINE_MAX);
}
