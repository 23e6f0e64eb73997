/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_log.h: http.sys's error log, httperr.log: what the engine refused, gave up or lost, a line each.
 *
 * A loop never waits for the disk: it copies a record into a ring, and a thread of low priority writes the lines, many at
 * once. When the ring is full, records are counted instead, and a line says how many. What goes wrong with a file is told
 * once by HTTPAPI_LOG and tried again every second.
 *
 *   error_log_note() --> ring --> the writer --> error_line.c --> error_file.c
 *
 * The writer is a bare thread on both hosts: it calls nothing but the C library, so it needs no Windows thread's TEB under
 * Wine, and it blocks all signals, which are Wine's. It is made for the first record, and again when it was stopped.
 */
#ifndef HTTPAPI_ENGINE_ERROR_LOG_H
#define HTTPAPI_ENGINE_ERROR_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "error_line.h"

#define ERROR_LOG_SIZE_MIN 0x100000u /* of a file, in bytes: ErrorLogFileTruncateSize */
#define ERROR_LOG_PATIENCE 1000       /* milliseconds that HttpTerminate, and step 1 of a stop, wait for the last lines */

/*
 * From now on lines go to directory/HTTPERR, `directory` being a full path, which is copied. NULL, an empty one, and one
 * that can't be used end the log; what was noted before is written to where it was. No locks.
 */
void error_log_open(const char *directory, uint32_t size_max);

/* Whether a note would be kept: a hint, to save the work for one. */
bool error_log_is_open(void);

/* Any thread, any locks. The texts are copied; r->time is set here. */
void error_log_note(struct error_record *r);

/*
 * Waits until all notes are written, at most so long; then there is no writer until the next note. False when some are
 * left, which are written later if the process lives. No locks; several threads may.
 */
bool error_log_flush(unsigned milliseconds);

#endif
