/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_file.c: finding, opening, leaving and writing files.
 */
#include "error_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int file = -1;

void error_batch_clear(struct error_batch *b)
{
    b->start = b->end = b->bytes + ERROR_HEAD_MAX;
}

char *error_batch_room(struct error_batch *b)
{
    return b->bytes + sizeof b->bytes - b->end >= ERROR_LINE_MAX ? b->end : NULL;
}

void error_file_close(void)
{
    if (file >= 0)
        close(file);
    file = -1;
}

/* The number in "httperrN.log", or 0. Windows' names have no case. */
static unsigned number_of(const char *name)
{
    unsigned long n;
    char *end;

    if (strncasecmp(name, "httperr", 7) || name[7] < '1' || name[7] > '9')
        return 0;
    errno = 0;
    n = strtoul(name + 7, &end, 10);
    return !errno && n < UINT_MAX && !strcasecmp(end, ".log") ? (unsigned)n : 0;
}

/* The highest number in the folder; 0 when there is none, or no folder. */
static unsigned last_number(const char *folder)
{
    DIR *d = opendir(folder);
    const struct dirent *e;
    unsigned last = 0, n;

    while (d && (e = readdir(d)))
        if ((n = number_of(e->d_name)) > last)
            last = n;
    if (d)
        closedir(d);
    return last;
}

/* All that is missing of it. Nobody but the owner may read what clients asked for (KB 820729: administrators alone). */
static bool make_folder(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        if (mkdir(path, 0755) && errno != EEXIST) {
            *p = '/';
            return false;
        }
        *p = '/';
    }
    return !mkdir(path, 0700) || errno == EEXIST;
}

/* Only a regular file: a pipe would block, a device would swallow, a symbolic link is somebody's trick. */
static int open_regular(const char *path, struct stat *st)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

    if (fd < 0)
        return -1;
    if (!fstat(fd, st) && S_ISREG(st->st_mode))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

/* The file with that number, or the one behind it when it is full. */
static bool open_number(const char *folder, unsigned number, uint64_t room)
{
    char path[PATH_MAX];
    struct stat st;

    for (int tries = 0; tries < 2; tries++, number++) {
        if (snprintf(path, sizeof path, "%s/httperr%u.log", folder, number) >= (int)sizeof path) {
            errno = ENAMETOOLONG;
            return false;
        }
        file = open_regular(path, &st);
        if (file < 0)
            return false;
        if (!st.st_size || (uint64_t)st.st_size <= room)
            return true;
        error_file_close();
    }
    errno = EFBIG; /* somebody else is filling them faster than we open them: next time */
    return false;
}

static bool open_last(const char *directory, uint64_t room)
{
    char folder[PATH_MAX];
    unsigned last;

    if (snprintf(folder, sizeof folder, "%s/HTTPERR", directory) >= (int)sizeof folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    last = last_number(folder);
    if (!last && !make_folder(folder))
        return false;
    return open_number(folder, last ? last : 1, room);
}

/* Is the open file the one to go on with? */
static bool still_good(uint64_t room)
{
    struct stat st;

    return file >= 0 && !fstat(file, &st) && st.st_nlink && (!st.st_size || (uint64_t)st.st_size <= room);
}

/* A line whose beginning went to another file is written again as a whole; that file's head isn't. */
static void rewind_line(struct error_batch *b)
{
    char *lines = b->bytes + ERROR_HEAD_MAX;

    if (b->start < lines)
        b->start = lines;
    while (b->start > lines && b->start[-1] != '\n')
        b->start--;
}

static void add_head(struct error_batch *b)
{
    char head[ERROR_HEAD_MAX];
    size_t n = error_line_head(time(NULL), head);

    b->start -= n;
    memcpy(b->start, head, n);
}

static bool prepare(struct error_batch *b, const char *directory, uint64_t size_max)
{
    uint64_t most = (uint64_t)(b->end - b->start) + ERROR_HEAD_MAX;
    uint64_t room = most < size_max ? size_max - most : 0;

    if (still_good(room))
        return true;
    error_file_close();
    if (!open_last(directory, room))
        return false;
    rewind_line(b);
    add_head(b);
    return true;
}

bool error_file_write(struct error_batch *b, const char *directory, uint64_t size_max)
{
    while (b->start < b->end) {
        ssize_t n;

        if (!prepare(b, directory, size_max))
            return false;
        do
            n = write(file, b->start, (size_t)(b->end - b->start));
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return false;
        b->start += n;
    }
    return true;
}
