/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * play.c: plays cases, many connections at once. A connection has a client address of its own in 127.0.0.0/8, by which
 * the program's lines find it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "escape.h"
#include "wire.h"

#define RUNS_AT_ONCE 48 /* more than THREADS of the program, some of which wait for a body */
#define RUN_SECONDS 30
#define FAILURES_MAX 4  /* a case that has failed so often isn't played any more, */
#define FAILED_SECONDS 3 /* and one that has failed once has less time */
#define FIRST_ADDRESS 0x7f010000u /* 127.1.0.0 */

/* Where the client stops until the server has read what came: in front of this byte of all, at each, or nowhere. */
#define CUT_NOWHERE 0
#define CUT_EVERYWHERE SIZE_MAX

struct job {
    struct wire_case *c;
    size_t cut;
};

enum run_state { RUN_STEPS, RUN_ENDING, RUN_BARRIER, RUN_REPORTS };

struct run {
    struct job job;
    enum run_state state;
    uint32_t address;
    uint16_t port; /* in network order, as the address */
    int fd, barrier;
    size_t step, step_sent;
    uint64_t sent;
    bool unread; /* what was sent last has to be read first */
    bool ended, reset;
    size_t expected_len;
    struct bytes got;
    size_t taken; /* requests that the program has */
    char **reports;
    size_t report_count;
    double begun;
};

struct player {
    struct corpus *corpus;
    uint16_t port;
    struct job *jobs;
    size_t job_count, begun;
    struct run **by_job; /* NULL: not yet, or over */
    uint32_t first_address;
    struct run *active[RUNS_AT_ONCE];
    unsigned active_count;
};

/* --- where a case may be parted */

static bool may_part(const struct wire_case *c, size_t step, size_t at)
{
    const struct step *s = &c->steps[step];

    if (at == s->bytes.len)
        return step + 1 < c->step_count && s[1].kind == STEP_FIN;
    return at > 0 && !s->bytes.solid[at];
}

static size_t count_parts(const struct wire_case *c, size_t nth, size_t *cut)
{
    size_t sent = 0, count = 0;

    for (size_t i = 0; i < c->step_count; i++) {
        if (c->steps[i].kind != STEP_SEND)
            continue;
        for (size_t at = 1; at <= c->steps[i].bytes.len; at++)
            if (may_part(c, i, at) && count++ == nth)
                *cut = sent + at;
        sent += c->steps[i].bytes.len;
    }
    return count;
}

static void add_job(struct player *p, struct wire_case *c, size_t cut)
{
    if (!(p->job_count & (p->job_count + 1)))
        p->jobs = grow(p->jobs, 2 * p->job_count + 1, sizeof *p->jobs);
    p->jobs[p->job_count++] = (struct job){c, cut};
}

static void add_jobs(struct player *p, struct wire_case *c, const struct plan *plan, unsigned *seed)
{
    size_t cut = 0, count = count_parts(c, SIZE_MAX, &cut);
    bool all = plan->splits >= count;

    add_job(p, c, CUT_NOWHERE);
    if (count)
        add_job(p, c, CUT_EVERYWHERE);
    for (size_t i = 0; count && i < (all ? count : plan->splits); i++) {
        count_parts(c, all ? i : (size_t)rand_r(seed) % count, &cut);
        add_job(p, c, cut);
    }
}

/* --- the end of a run */

static void print_bytes(const char *what, const char *at, size_t len)
{
    char *text = bytes_show(at, len);

    printf("  %s %s\n", what, text);
    free(text);
}

/* Only a case's first failure is told in full. Returns whether this is it. */
static bool fail(const struct job *job, const char *what)
{
    struct wire_case *c = job->c;

    c->failed = true;
    if (c->failures++)
        return false;
    printf("not ok - %s:%d: %s (%s", c->file, c->line, c->name,
           job->cut == CUT_NOWHERE ? "whole" : job->cut == CUT_EVERYWHERE ? "byte by byte" : "split");
    if (job->cut != CUT_NOWHERE && job->cut != CUT_EVERYWHERE)
        printf(" at byte %zu", job->cut);
    printf("): %s\n", what);
    return true;
}

static struct bytes expected_bytes(const struct wire_case *c)
{
    struct bytes all = {0};

    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == STEP_GET && c->steps[i].bytes.len)
            bytes_add(&all, c->steps[i].bytes.at, c->steps[i].bytes.len, false);
    return all;
}

static void check_answer(struct run *r)
{
    struct bytes expected = expected_bytes(r->job.c);

    if (r->got.len)
        bytes_forget_dates(r->got.at, r->got.len);
    if ((expected.len != r->got.len || memcmp(expected.at, r->got.at, expected.len)) &&
        fail(&r->job, "the client gets something else")) {
        print_bytes("expected:", expected.at, expected.len);
        print_bytes("got:     ", r->got.at, r->got.len);
    }
    bytes_free(&expected);
}

static void check_ending(struct run *r)
{
    enum ending ending = r->job.c->ending;
    const char *got = r->reset ? "reset" : r->ended ? "closed" : "open";

    if (r->reset != (ending == ENDS_RESET) || r->ended != (ending == ENDS_CLOSED))
        if (fail(&r->job, "the connection ends otherwise"))
            printf("  got:      %s\n", got);
}

static bool is_key(const char *line, const char *key)
{
    size_t n = strlen(key);

    return !strncmp(line, key, n) && line[n] == ' ';
}

static bool is_header(const char *line)
{
    return is_key(line, "known") || is_key(line, "unknown");
}

static bool has_line(char *const *lines, size_t count, const char *line)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(lines[i], line))
            return true;
    return false;
}

static bool has_key(char *const *lines, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (is_key(lines[i], key))
            return true;
    return false;
}

/* The headers are all there, in this order, and no others. */
static bool same_headers(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
    size_t i = 0, j = 0;

    for (;; i++, j++) {
        while (i < a_count && !is_header(a[i]))
            i++;
        while (j < b_count && !is_header(b[j]))
            j++;
        if (i == a_count || j == b_count)
            return i == a_count && j == b_count;
        if (strcmp(a[i], b[j]))
            return false;
    }
}

#define FIELDS_MAX 2048

static size_t split_report(char *report, char **fields)
{
    size_t n = 0;

    while (n < FIELDS_MAX && (fields[n] = strsep(&report, "\t")))
        n++;
    return n;
}

static const char *value_of(char *const *lines, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (is_key(lines[i], key))
            return lines[i] + strlen(key) + 1;
    return "";
}

/* When a connection breaks, it is chance how much of the body the program has read by then. */
static bool same_body(char *const *expected, size_t expected_count, char *const *got, size_t got_count)
{
    const char *a = value_of(expected, expected_count, "body"), *b = value_of(got, got_count, "body");
    bool broken = has_line(expected, expected_count, "broken");

    if (broken != has_key(got, got_count, "broken"))
        return false;
    return broken ? !strncmp(a, b, strlen(b)) : !strcmp(a, b);
}

static bool is_compared(const char *line)
{
    return !is_key(line, "body") && strcmp(line, "broken");
}

/* The rules are README.md's. */
static bool sight_is(const struct sight *s, char *const *fields, size_t count)
{
    char *const *more = s->lines + 1;
    size_t more_count = s->count - 1;

    if (!count || strcmp(s->lines[0], fields[0]))
        return false;
    fields++;
    count--;
    for (size_t i = 0; i < more_count; i++)
        if (is_compared(more[i]) && !has_line(fields, count, more[i]))
            return false;
    if (has_key(more, more_count, "known") || has_key(more, more_count, "unknown"))
        if (!same_headers(more, more_count, fields, count))
            return false;
    return same_body(more, more_count, fields, count);
}

static void print_sight(const char *what, char *const *lines, size_t count)
{
    printf("  %s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %.600s%s", lines[i], i + 1 < count ? " |" : "");
    printf("\n");
}

static void check_sights(struct run *r)
{
    const struct wire_case *c = r->job.c;
    char *fields[FIELDS_MAX];

    for (size_t i = 0; i < c->sight_count || i < r->report_count; i++) {
        size_t count = i < r->report_count ? split_report(r->reports[i], fields) : 0;

        if (i < c->sight_count && sight_is(&c->sights[i], fields, count))
            continue;
        if (!fail(&r->job, "the program sees something else"))
            return;
        if (i < c->sight_count)
            print_sight("expected:", c->sights[i].lines, c->sights[i].count);
        print_sight("got:     ", fields, count);
        return;
    }
}

static void run_free(struct run *r)
{
    for (size_t i = 0; i < r->report_count; i++)
        free(r->reports[i]);
    free(r->reports);
    bytes_free(&r->got);
    if (r->barrier >= 0)
        close(r->barrier);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}

/* --- one run */

/* With a reset, whoever closed first: no port stays in TIME_WAIT. */
static int connect_from(uint32_t address, uint16_t port)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = address};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    if (bind(fd, (struct sockaddr *)&from, sizeof from) || connect(fd, (struct sockaddr *)&to, sizeof to))
        fatal("connect: %s", strerror(errno));
    return fd;
}

static void run_begin(struct player *p, size_t job)
{
    struct run *r = calloc(1, sizeof *r);
    struct sockaddr_in a;
    socklen_t len = sizeof a;

    if (!r)
        fatal("no memory");
    r->job = p->jobs[job];
    r->address = htonl(p->first_address + (uint32_t)job);
    r->fd = connect_from(r->address, p->port);
    getsockname(r->fd, (struct sockaddr *)&a, &len);
    r->port = a.sin_port;
    r->barrier = -1;
    r->begun = now();
    p->by_job[job] = p->active[p->active_count++] = r;
}

/* True when something came: bytes, or the end. */
static bool take(struct run *r)
{
    char buffer[65536];
    ssize_t n;

    if (r->ended || r->reset)
        return false;
    n = recv(r->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0)
        bytes_add(&r->got, buffer, (size_t)n, false);
    else if (n == 0)
        r->ended = true;
    else if (errno == ECONNRESET || errno == EPIPE)
        r->reset = true;
    else
        return false;
    return true;
}

/* How much of the step goes next: to the next place where the run stops. */
static size_t piece_len(const struct run *r, const struct bytes *b)
{
    size_t at = r->step_sent + 1;

    if (r->job.cut == CUT_EVERYWHERE) {
        while (at < b->len && b->solid[at])
            at++;
        return at - r->step_sent;
    }
    if (r->job.cut > r->sent && r->job.cut < r->sent + (b->len - r->step_sent))
        return (size_t)(r->job.cut - r->sent);
    return b->len - r->step_sent;
}

static bool run_send(struct run *r)
{
    const struct wire_case *c = r->job.c;
    const struct bytes *b = &c->steps[r->step].bytes;
    size_t len = piece_len(r, b);
    ssize_t n = send(r->fd, b->at + r->step_sent, len, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return false;
    if (n < 0) { /* the server has closed: its answer is what counts */
        r->step++;
        r->step_sent = 0;
        return true;
    }
    r->step_sent += (size_t)n;
    r->sent += (size_t)n;
    r->unread = (size_t)n == len && (r->job.cut == CUT_EVERYWHERE || r->job.cut == r->sent);
    if (r->step_sent == b->len) {
        r->step++;
        r->step_sent = 0;
    }
    return true;
}

static bool run_get(struct run *r)
{
    size_t len = r->expected_len + r->job.c->steps[r->step].bytes.len;
    bool progress = take(r);

    if (r->got.len >= len || r->ended || r->reset) {
        r->expected_len = len;
        r->step++;
        progress = true;
    }
    return progress;
}

static bool has_been_read(const struct player *p, const struct run *r)
{
    return server_has_read(r->address, r->port, p->port, r->sent);
}

static bool may_go_on(const struct player *p, const struct run *r)
{
    return !r->unread || has_been_read(p, r);
}

static bool run_fin(struct run *r)
{
    shutdown(r->fd, SHUT_WR);
    r->step++;
    return true;
}

static bool run_step(struct player *p, struct run *r)
{
    if (r->step == r->job.c->step_count)
        return r->state = RUN_ENDING, true;
    switch (r->job.c->steps[r->step].kind) {
    case STEP_GET: return run_get(r);
    case STEP_SEND: return may_go_on(p, r) && run_send(r);
    case STEP_FIN: return may_go_on(p, r) && run_fin(r);
    }
    return false;
}

static bool leave(struct run *r)
{
    close(r->fd);
    r->fd = -1;
    r->state = RUN_REPORTS;
    return true;
}

static bool run_ending(struct player *p, struct run *r)
{
    enum ending ending = r->job.c->ending;

    if (ending == ENDS_OPEN || r->ended || r->reset)
        return leave(r);
    if (ending != ENDS_WAITING)
        return take(r);
    /* A request whose client is gone before the program has taken it is seen by nobody. */
    if (!has_been_read(p, r) || r->taken < r->job.c->sight_count)
        return false;
    /* When the server has answered this, which it does itself, it is done with what it read before. */
    r->barrier = connect_from(r->address, p->port);
    send(r->barrier, "\0", 1, MSG_NOSIGNAL);
    r->state = RUN_BARRIER;
    return true;
}

static bool run_barrier(struct run *r)
{
    char buffer[4096];
    ssize_t n = recv(r->barrier, buffer, sizeof buffer, MSG_DONTWAIT);

    if (n > 0 || (n < 0 && errno == EAGAIN))
        return n > 0;
    take(r);
    return leave(r);
}

static bool run_on(struct player *p, struct run *r)
{
    switch (r->state) {
    case RUN_STEPS: return run_step(p, r);
    case RUN_ENDING: return run_ending(p, r);
    case RUN_BARRIER: return run_barrier(r);
    case RUN_REPORTS: return false;
    }
    return false;
}

#define STATUS_LEN 12 /* "HTTP/1.1 200" */

/* An answer of another status than the first that is expected: there is nothing to wait for. */
static bool is_wrong(const struct run *r)
{
    const struct wire_case *c = r->job.c;

    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == STEP_GET)
            return r->got.len >= STATUS_LEN && c->steps[i].bytes.len >= STATUS_LEN &&
                   memcmp(r->got.at, c->steps[i].bytes.at, STATUS_LEN);
    return r->got.len;
}

static bool is_over(struct run *r, double time)
{
    if (is_wrong(r))
        return true;
    if (r->state == RUN_REPORTS && r->report_count >= r->job.c->sight_count)
        return true;
    return time > r->begun + (r->job.c->failed ? FAILED_SECONDS : RUN_SECONDS);
}

static void run_end(struct player *p, unsigned active)
{
    struct run *r = p->active[active];

    check_answer(r);
    check_ending(r);
    check_sights(r);
    p->by_job[ntohl(r->address) - p->first_address] = NULL;
    p->active[active] = p->active[--p->active_count];
    run_free(r);
}

/* --- all */

/* Of the run whose client has the address in front. */
static void take_report(struct player *p, char *line)
{
    const char *address = strsep(&line, "\t");
    struct in_addr a;
    size_t job = line && inet_aton(address, &a) ? ntohl(a.s_addr) - p->first_address : SIZE_MAX;
    struct run *r;

    if (job >= p->begun)
        fatal("not a report: %.200s", address);
    r = p->by_job[job];
    if (!strcmp(line, TAKEN)) {
        if (r)
            r->taken++;
    } else if (r) {
        r->reports = grow(r->reports, r->report_count, sizeof *r->reports);
        r->reports[r->report_count++] = strdup(line);
    } else if (fail(&p->jobs[job], "the program sees one more")) {
        printf("  got:      %.600s\n", line);
    }
}

/* Nothing to do for now. Whether the server has read something is no event: it is asked a millisecond later. */
static void wait_for_something(struct player *p)
{
    struct pollfd fds[RUNS_AT_ONCE + 1] = {{.fd = server_output(p->corpus->server), .events = POLLIN}};
    int timeout = 1000;

    for (unsigned i = 0; i < p->active_count; i++) {
        const struct run *r = p->active[i];

        fds[i + 1] = (struct pollfd){.fd = r->state == RUN_BARRIER ? r->barrier : r->fd, .events = POLLIN};
        if (r->ended || r->reset)
            fds[i + 1].fd = -1;
        if (r->unread || (r->state == RUN_ENDING && r->job.c->ending == ENDS_WAITING))
            timeout = 1;
    }
    poll(fds, p->active_count + 1, timeout);
}

static void begin_next(struct player *p)
{
    size_t job = p->begun++;

    if (p->jobs[job].c->failures < FAILURES_MAX)
        run_begin(p, job);
}

static void play_on(struct player *p)
{
    bool progress = false;
    double time = now();
    char *line;

    while (p->active_count < RUNS_AT_ONCE && p->begun < p->job_count)
        begin_next(p), progress = true;
    for (unsigned i = 0; i < p->active_count; i++)
        progress |= run_on(p, p->active[i]);
    while ((line = server_line(p->corpus->server)))
        take_report(p, line), progress = true;
    for (unsigned i = p->active_count; i-- > 0;)
        if (is_over(p->active[i], time))
            run_end(p, i), progress = true;
    if (!progress)
        wait_for_something(p);
}

unsigned play(struct corpus *c, const struct plan *plan)
{
    static uint32_t next_address = FIRST_ADDRESS;
    struct player p = {.corpus = c, .port = c->server ? server_port(c->server) : 0, .first_address = next_address};
    unsigned seed = plan->seed;

    for (size_t i = 0; i < c->count; i++)
        add_jobs(&p, &c->cases[i], plan, &seed);
    p.by_job = calloc(p.job_count + 1, sizeof *p.by_job);
    while (p.begun < p.job_count || p.active_count)
        play_on(&p);
    next_address += (uint32_t)p.job_count;
    free(p.by_job);
    free(p.jobs);
    return (unsigned)p.job_count;
}
