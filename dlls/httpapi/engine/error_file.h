/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_file.h: the files of the error log, httperr1.log, httperr2.log ... in a folder of their own.
 *
 * Lines are appended to the file with the highest number until it is full, then to the next one. Several processes may do
 * so in one folder at once: each looks at the file before it writes, each batch is one write() of whole lines in append
 * mode, and whoever finds the file full goes on to the next. Each process writes the head when it opens a file, as Windows
 * does with each start of its service. A file that was removed is made anew. Nothing is ever removed here.
 *
 * One thread uses this, error_log.c's.
 */
#ifndef HTTPAPI_ENGINE_ERROR_FILE_H
#define HTTPAPI_ENGINE_ERROR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error_line.h"

#define ERROR_BATCH_MAX 65536

/* Lines on their way to the file: [start, end) of bytes, with room for a head in front. */
struct error_batch {
    char bytes[ERROR_HEAD_MAX + ERROR_BATCH_MAX];
    char *start, *end;
};

void error_batch_clear(struct error_batch *b);

/* Where a line of up to ERROR_LINE_MAX bytes is to be written; NULL when the batch is full. */
char *error_batch_room(struct error_batch *b);

/*
 * Writes what there is, or what can be written now: the rest stays for another call. The folder is made if need be. False,
 * with errno, when something is left. `directory` is the folder's parent; `size_max` is in bytes.
 */
bool error_file_write(struct error_batch *b, const char *directory, uint64_t size_max);

/* The next call opens it again. */
void error_file_close(void);

#endif
