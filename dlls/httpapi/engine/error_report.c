/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error_report.c: from connections and requests to records.
 */
#include "error_report.h"

#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "error_log.h"
#include "queue.h"
#include "request.h"
#include "shard.h"
#include "utf16.h"

#define ORPHANS_PATIENCE 100 /* milliseconds for each lock */
#define FLUSH_PATIENCE 2000  /* milliseconds that the end of the process waits for the disk */
#define URI_SIZE (3 * ERROR_URI_MAX)

static const char *const phrases[] = {
#define X(name, phrase) [ERROR_##name] = phrase,
    ERROR_REASONS(X)
#undef X
};

const char *error_phrase(enum error_reason reason)
{
    return phrases[reason];
}

/* Path and query in UTF-8, which is what Windows calls the local code page here; no more than the field may take. */
static struct text cooked_uri(const struct url *u, char uri[URI_SIZE])
{
    size_t len = u->path_len + u->query_len;

    if (len > ERROR_URI_MAX)
        len = ERROR_URI_MAX;
    return (struct text){uri, utf16_to_utf8(u->text + u->path, len, uri, URI_SIZE)};
}

/* As long as nobody saw its end it may become another one. */
static struct text whole_verb(const struct request *r)
{
    uint32_t end = r->verb_text.off + r->verb_text.len;

    return end < r->in_len && r->in[end] == ' ' ? request_text(r, r->verb_text) : (struct text){NULL, 0};
}

static size_t count_digits(struct text t)
{
    size_t n = 0;

    while (n < t.len && t.ptr[n] >= '0' && t.ptr[n] <= '9')
        n++;
    return n;
}

/* A version that parse.c didn't take, because a number of it has two digits or more. */
static bool has_long_version(const struct request *r)
{
    uint32_t start = r->target.off + r->target.len + 1;
    struct text v = {r->in + start, start < r->in_len ? r->in_len - start : 0};
    size_t major, minor;

    if (!r->target.len || v.len < 5 || memcmp(v.ptr, "HTTP/", 5))
        return false;
    v = (struct text){v.ptr + 5, v.len - 5};
    major = count_digits(v);
    if (!major || major == v.len || v.ptr[major] != '.')
        return false;
    minor = count_digits((struct text){v.ptr + major + 1, v.len - major - 1});
    return minor && major + minor > 2;
}

/* Nothing of a request of which nothing is known. */
static void describe_request(struct error_record *e, const struct request *r, char uri[URI_SIZE])
{
    e->major = has_long_version(r) ? ERROR_VERSION_MAX : r->major;
    e->minor = r->minor;
    e->verb = whole_verb(r);
    if (r->cooked)
        e->uri = cooked_uri(&r->url, uri);
    else if (r->target.len)
        e->uri = request_text(r, r->target);
}

static void note(struct connection *c, const char *phrase, unsigned status)
{
    struct error_record e = {
        .phrase = phrase, .status = (uint16_t)status, .client = c->remote, .server = c->local,
    };
    struct request *r = c->request;
    char uri[URI_SIZE], queue[QUEUE_NAME_SIZE];

    if (!error_log_is_open())
        return;
    if (r) {
        if (r->reported)
            return;
        r->reported = true;
        describe_request(&e, r, uri);
        if (r->queue)
            e.queue = queue_name(r->queue, queue);
    }
    error_log_note(&e);
}

void error_report_page(struct connection *c, enum page page)
{
    note(c, page_phrase(page), page_status(page));
}

void error_report(struct connection *c, enum error_reason reason)
{
    note(c, phrases[reason], 0);
}

/* Between requests a client may leave as it likes. Before the program has one, it is the client's loss alone. */
void error_report_end(struct connection *c)
{
    const struct request *r = c->request;

    if ((c->state != CONN_HEAD && c->state != CONN_REQUEST) || request_is_blank(r))
        return;
    if (r->state == REQUEST_PARSING || r->state == REQUEST_READY)
        error_report(c, ERROR_CLIENT_RESET);
    else if (!request_is_over(r))
        error_report(c, ERROR_CONNECTION_DROPPED);
}

void error_report_refused(const union address *client, int fd)
{
    struct error_record e = {.phrase = phrases[ERROR_NOT_ACCEPTED]};
    socklen_t len = sizeof e.server;

    getsockname(fd, &e.server.any, &len);
    if (client)
        e.client = *client;
    error_log_note(&e);
}

static void report_orphans_of(struct shard *s)
{
    struct list *l;

    list_for_each(l, &s->connections) {
        struct connection *c = container_of(l, struct connection, node);

        if (c->state == CONN_REQUEST && c->request->state != REQUEST_ANSWERED)
            error_report(c, ERROR_ABANDONED);
    }
}

/*
 * In the end of the process threads may be gone that had a lock; those that are left go on meanwhile. Only under Wine, and
 * with exit(): whoever kills the process kills its log.
 */
static bool lock_shard(struct shard *s)
{
    struct timespec end = clock_in(CLOCK_REALTIME, ORPHANS_PATIENCE);

    return !pthread_mutex_timedlock(&s->lock, &end);
}

__attribute__((destructor)) static void report_orphans(void)
{
    if (!error_log_is_open())
        return;
    for (unsigned i = 0; i < shard_count; i++) {
        if (!lock_shard(shards[i]))
            continue;
        report_orphans_of(shards[i]);
        shard_unlock(shards[i]);
    }
    error_log_flush(FLUSH_PATIENCE);
}
