/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_log.c: the ring and its writer.
 *
 * The ring is of bytes, because most records are short: an entry is followed by its texts, is as long as they need, and
 * never wraps: what is left at the end is an empty entry. Notes go in under the lock; the writer reads what lies between
 * tail and head without it, for nobody else touches that, and takes the lock to say that it has.
 *
 * All shards share the lock. It is held for the copy of a record, by loops that have just refused a request or lost a
 * client: a request that is served never comes here.
 */
#include "error_log.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "error_file.h"
#include "log.h"

#define RING_SIZE (1u << 20)
#define ENOUGH (RING_SIZE / 2)
#define GATHER_MS 50    /* the first note of a batch waits so long for others, if the ring doesn't fill */
#define RETRY_MS 1000   /* between two attempts at a file that can't be written */
#define NICENESS 10
#define WRITER_STACK (256 * 1024)

#define EMPTY UINT32_MAX /* for `lost`: there is no record, and perhaps no room for one */

struct entry {
    uint32_t size; /* with its texts, a multiple of 8 */
    uint32_t lost; /* records that had no room before it */
    struct error_record record;
};

/* SLEEPS: without notes; GATHERS: for more of them; WAITS: for a better moment. Only the first two are woken by a note. */
enum writer { WRITER_NONE, WRITER_SLEEPS, WRITER_GATHERS, WRITER_WAITS, WRITER_WRITES };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake, idle; /* the writer; those who wait for it to be done */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool is_open;

/* Under the lock. */
static char ring[RING_SIZE] __attribute__((aligned(8)));
static uint64_t head, tail; /* bytes that were ever put in and taken out */
static uint32_t lost;       /* since the last record that had room */
static enum writer writer;
static bool stopping;       /* the writer is to end when the ring is empty */
static int64_t next_start;  /* no writer could be made: not before then */
static char directory[PATH_MAX];
static uint64_t size_max;

/* The writer's own. */
static struct error_batch batch;

static void init(void)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&wake, &monotonic);
    pthread_cond_init(&idle, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

/* --- the writer */

static bool is_empty(void)
{
    return head == tail && !lost;
}

static bool has_enough(void)
{
    return head - tail >= ENOUGH;
}

/* Lock. False when the writer is to end. */
static bool await_notes(void)
{
    while (is_empty()) {
        if (stopping)
            return false;
        writer = WRITER_SLEEPS;
        pthread_cond_wait(&wake, &lock);
    }
    return true;
}

/* Lock. Until so much time is over, or somebody waits; a writer that GATHERS goes on as soon as there is enough, too. */
static void rest(unsigned ms, enum writer state)
{
    struct timespec end = clock_in(CLOCK_MONOTONIC, ms);

    writer = state;
    while (!stopping && !(state == WRITER_GATHERS && has_enough()) && !pthread_cond_timedwait(&wake, &lock, &end))
        writer = state;
    writer = WRITER_WRITES;
}

static void append_lost(uint32_t count)
{
    if (count)
        batch.end += error_line_lost(count, batch.end);
}

/* False when there is no room for it. */
static bool append(const struct entry *e)
{
    char *to = error_batch_room(&batch);

    if (!to || (e->lost && batch.bytes + sizeof batch.bytes - to < 2 * ERROR_LINE_MAX))
        return false;
    append_lost(e->lost);
    batch.end += error_line_write(&e->record, batch.end);
    return true;
}

/* What fits the batch, of the bytes up to `end`; how many. No lock. */
static uint64_t format(uint64_t begin, uint64_t end)
{
    uint64_t at = begin;

    while (at < end) {
        const struct entry *e = (const struct entry *)(ring + at % RING_SIZE);

        if (e->lost != EMPTY && !append(e))
            break;
        at += e->size;
    }
    return at - begin;
}

/* Lock, which it lets go. What follows the last record that had room is told when the ring is empty. */
static void fill_batch(void)
{
    uint64_t begin = tail, end = head, taken;

    pthread_mutex_unlock(&lock);
    error_batch_clear(&batch);
    taken = format(begin, end);
    pthread_mutex_lock(&lock);
    tail += taken;
    if (head == tail && lost && error_batch_room(&batch)) {
        append_lost(lost);
        lost = 0;
    }
}

static void tell(bool *failing, bool written, const char *to)
{
    if (!written && !*failing)
        ERR("the error log in %s can't be written: %m", to);
    else if (written && *failing)
        WARN("the error log is written again");
    *failing = !written;
}

/* Lock, which it lets go meanwhile. False when somebody waits and the disk doesn't take it. */
static bool write_batch(void)
{
    static bool failing;
    char to[PATH_MAX];
    uint64_t most = size_max;
    bool written;

    memcpy(to, directory, sizeof to);
    pthread_mutex_unlock(&lock);
    written = error_file_write(&batch, to, most);
    tell(&failing, written, to);
    pthread_mutex_lock(&lock);
    return written;
}

/* All that is there, and what comes meanwhile. When somebody waits, what fails is tried twice. Lock. */
static void write_all(void)
{
    bool failed = false;

    while (batch.start < batch.end || !is_empty()) {
        if (batch.start == batch.end)
            fill_batch();
        if (write_batch()) {
            failed = false;
            continue;
        }
        if (stopping && failed)
            return;
        failed = true;
        rest(RETRY_MS, WRITER_WAITS);
    }
}

static void *write_notes(void *unused)
{
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
    pthread_mutex_lock(&lock);
    while (await_notes()) {
        rest(GATHER_MS, WRITER_GATHERS);
        write_all();
        if (stopping)
            break;
    }
    error_file_close();
    writer = WRITER_NONE;
    pthread_cond_broadcast(&idle);
    pthread_mutex_unlock(&lock);
    return unused;
}

/* With all signals blocked: they are Wine's, and a file that reaches a limit (SIGXFSZ) must not end the process. */
static bool make_writer(void)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int error;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, WRITER_STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, write_notes, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return !error;
}

/* Lock. */
static void wake_writer(int64_t now)
{
    if (writer == WRITER_SLEEPS || (writer == WRITER_GATHERS && has_enough())) {
        writer = WRITER_WRITES;
        pthread_cond_signal(&wake);
    } else if (writer == WRITER_NONE && now >= next_start) {
        if (make_writer())
            writer = WRITER_WRITES;
        else
            next_start = now + 1;
    }
}

/* --- the ring */

static size_t round_up(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* `size` bytes in one piece; NULL when there is no room. Lock. */
static struct entry *reserve(uint32_t size)
{
    uint32_t at = head % RING_SIZE, left = RING_SIZE - at, skip = left < size ? left : 0;
    struct entry *e = (struct entry *)(ring + at);

    if (RING_SIZE - (head - tail) < (uint64_t)size + skip)
        return NULL;
    if (skip) {
        e->size = skip;
        e->lost = EMPTY;
        e = (struct entry *)ring;
    }
    head += skip + size;
    e->size = size;
    return e;
}

static char *copy(struct text *field, struct text from, char *to)
{
    *field = (struct text){to, from.len};
    if (from.len)
        memcpy(to, from.ptr, from.len);
    return to + from.len;
}

/* Lock. */
static void put(const struct error_record *r)
{
    size_t size = round_up(sizeof(struct entry) + r->verb.len + r->uri.len + r->queue.len);
    struct entry *e = reserve((uint32_t)size);
    char *to;

    if (!e) {
        lost += lost < EMPTY - 1;
        return;
    }
    e->lost = lost;
    lost = 0;
    e->record = *r;
    to = (char *)(e + 1);
    to = copy(&e->record.verb, r->verb, to);
    to = copy(&e->record.uri, r->uri, to);
    copy(&e->record.queue, r->queue, to);
}

void error_log_note(struct error_record *r)
{
    struct timespec now;

    if (!error_log_is_open())
        return;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    r->time = now.tv_sec;
    r->verb = error_line_cut(r->verb, ERROR_VERB_MAX);
    r->uri = error_line_cut(r->uri, ERROR_URI_MAX);
    r->queue = error_line_cut(r->queue, ERROR_QUEUE_MAX);
    pthread_mutex_lock(&lock);
    put(r);
    wake_writer(r->time);
    pthread_mutex_unlock(&lock);
}

bool error_log_is_open(void)
{
    return atomic_load_explicit(&is_open, memory_order_relaxed);
}

void error_log_open(const char *path, uint32_t size)
{
    bool usable = path && *path == '/' && strlen(path) < sizeof directory;

    if (path && *path && !usable)
        ERR("%s can't be the error log's folder: its full path has to be given, and not be too long", path);
    pthread_once(&once, init);
    pthread_mutex_lock(&lock);
    if (usable)
        strcpy(directory, path);
    size_max = size < ERROR_LOG_SIZE_MIN ? ERROR_LOG_SIZE_MIN : size;
    atomic_store(&is_open, usable);
    pthread_mutex_unlock(&lock);
}

/* At the process's end a thread that was killed may have the lock: nothing here waits for ever. */
bool error_log_flush(unsigned ms)
{
    struct timespec end = clock_in(CLOCK_MONOTONIC, ms), lock_end = clock_in(CLOCK_REALTIME, ms);
    bool done;

    pthread_once(&once, init);
    if (pthread_mutex_timedlock(&lock, &lock_end))
        return false;
    stopping = true;
    pthread_cond_signal(&wake);
    while (writer != WRITER_NONE && !pthread_cond_timedwait(&idle, &lock, &end))
        ;
    stopping = false;
    done = writer == WRITER_NONE && is_empty() && batch.start == batch.end;
    pthread_mutex_unlock(&lock);
    return done;
}
