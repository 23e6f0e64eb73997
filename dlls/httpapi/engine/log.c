/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.c: writes each line with one write(2), so that lines of several threads and processes don't mix.
 */
#include "log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum log_level log_level = LOG_FIXME;

static int log_fd = STDERR_FILENO;
static const char *const level_names[] = {
    [LOG_ERR] = "err", [LOG_FIXME] = "fixme", [LOG_WARN] = "warn", [LOG_INFO] = "info",
    [LOG_TRACE] = "trace",
};

void log_open(void)
{
    const char *level = getenv("HTTPAPI_LOG"), *path = getenv("HTTPAPI_LOG_FILE");

    for (enum log_level l = LOG_ERR; level && l <= LOG_TRACE; l++)
        if (!strcmp(level, level_names[l]))
            log_level = l;
    if (path && *path && log_fd == STDERR_FILENO) {
        int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

        if (fd >= 0)
            log_fd = fd;
        else
            ERR("can't open HTTPAPI_LOG_FILE %s: %m", path);
    }
}

void log_write(enum log_level level, const char *function, const char *format, ...)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "httpapi:%s:%04x:%s ", level_names[level],
                     (unsigned)syscall(SYS_gettid), function);
    va_list args;

    va_start(args, format);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
    va_end(args);
    if (n > (int)sizeof line - 2)
        n = sizeof line - 2;
    line[n++] = '\n';
    if (write(log_fd, line, (size_t)n) < 0)
        return; /* a full disk or closed stderr must not stop the server */
}
