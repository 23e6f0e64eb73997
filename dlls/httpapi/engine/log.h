/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.h: one log with Wine's meanings.
 *
 *   ERR    our own failure; always written
 *   FIXME  the program asked for something that isn't built yet; written once per place
 *   WARN   the program, the set-up or a client did something that may explain trouble
 *   INFO   what was loaded, opened and closed
 *   TRACE  each API call with its arguments
 *
 * HTTPAPI_LOG=err|fixme|warn|info|trace chooses how much (default: fixme), HTTPAPI_LOG_FILE=path writes to a
 * file instead of stderr. When a level is off, a call costs one load and one branch.
 */
#ifndef HTTPAPI_ENGINE_LOG_H
#define HTTPAPI_ENGINE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERR, LOG_FIXME, LOG_WARN, LOG_INFO, LOG_TRACE };

extern enum log_level log_level;

/* Reads the environment; call once, before the first thread of ours exists. */
void log_open(void);

/* One line: level, thread, function, text. Any thread, any lock. */
void log_write(enum log_level level, const char *function, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define LOG_AT(level, ...) \
    do { \
        if (__builtin_expect(log_level >= (level), 0)) \
            log_write((level), __func__, __VA_ARGS__); \
    } while (0)

#define ERR(...) LOG_AT(LOG_ERR, __VA_ARGS__)
#define WARN(...) LOG_AT(LOG_WARN, __VA_ARGS__)
#define INFO(...) LOG_AT(LOG_INFO, __VA_ARGS__)
#define TRACE(...) LOG_AT(LOG_TRACE, __VA_ARGS__)
#define FIXME(...) \
    do { \
        static bool fixme_written; \
        if (!__atomic_load_n(&fixme_written, __ATOMIC_RELAXED) && \
            !__atomic_exchange_n(&fixme_written, true, __ATOMIC_RELAXED)) \
            LOG_AT(LOG_FIXME, __VA_ARGS__); \
    } while (0)

#endif
