/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection.c: the life of a connection.
 *
 * Two-step close: connection_close() ends all operations and takes the connection out of everything; the memory
 * and the socket go in connection_settle(), when no thread uses them any more.
 */
#include "connection.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "body.h"
#include "error_report.h"
#include "hangup.h"
#include "log.h"
#include "parameters.h"
#include "parse.h"
#include "queue.h"
#include "request.h"
#include "router.h"
#include "send.h"
#include "shard.h"
#include "stop.h"
#include "tcp_stats.h"

/*
 * Behind our FIN a client may send on: as long as it isn't quiet for so many seconds, and neither so long nor so many bytes
 * in all. Who sends a big body behind a head that was refused mustn't lose the answer; who never ends must be left.
 */
#define LINGER_QUIET 5
#define LINGER_SECONDS 120
#define LINGER_BYTES (64u << 20)
#define LAST_REQUEST 1 /* seconds that a client has for one more request when the server stops */

/*
 * The rate of a send is measured in pieces of MaxBytesPerSend: each has the time it takes at limits.send_rate, but a second at
 * least. Smaller ones than the default measure how the kernels buffer, not how the client reads.
 */
#define TAKEN_UNKNOWN UINT64_MAX

/*
 * So many pipelined requests of one connection are handed out without a look at the others: a thread that finds the next
 * one ready each time doesn't run the loop, and a client could keep it from that with all that fits into the buffer.
 */
#define PIPELINE_TURN 16

static const char *const state_names[] = {
    [CONN_IDLE] = "idle", [CONN_HEAD] = "head", [CONN_REQUEST] = "request", [CONN_DRAIN] = "drain",
    [CONN_LINGER] = "linger", [CONN_CLOSED] = "closed",
};

static bool may_move(enum connection_state from, enum connection_state to)
{
    switch (to) {
    case CONN_IDLE: return from == CONN_REQUEST || from == CONN_DRAIN || from == CONN_HEAD;
    case CONN_HEAD: return from == CONN_IDLE || from == CONN_REQUEST || from == CONN_DRAIN;
    case CONN_REQUEST: return from == CONN_HEAD;
    case CONN_DRAIN: return from == CONN_REQUEST;
    case CONN_LINGER: return from == CONN_REQUEST || from == CONN_DRAIN;
    case CONN_CLOSED: return from != CONN_CLOSED;
    }
    return false;
}

/* The moment in so many seconds; no limit is no moment. */
static double due_in(uint32_t seconds)
{
    return seconds ? shard_now() + seconds : 0;
}

static void set_state(struct connection *c, enum connection_state state, uint32_t timeout)
{
    assert(may_move(c->state, state));
    TRACE("connection %llx: %s -> %s", (unsigned long long)c->id, state_names[c->state],
          state_names[state]);
    c->state = state;
    c->deadline = due_in(timeout);
    c->body_due = c->send_due = 0;
}

void connection_use(struct connection *c)
{
    c->users++;
}

void connection_unuse(struct connection *c)
{
    assert(c->users);
    c->users--;
    connection_settle(c);
}

/* The connection as a thing the application knows about is over. */
static void end_for_application(struct connection *c)
{
    struct list *l;

    slots_remove(&c->shard->connection_ids, c->id);
    while ((l = list_pop(&c->disconnects)))
        io_finish(container_of(l, struct io, node), RESULT_OK, 0);
}

static void stop_watching(struct connection *c)
{
    list_del(&c->turn);
    ev_io_stop(c->shard->loop, &c->readable);
    ev_io_stop(c->shard->loop, &c->writable);
    if (c->parked)
        hangup_remove(c->shard->hangup, c);
    c->parked = false;
}

/* What becomes of the present request when its connection is lost. */
static void abandon_request(struct connection *c)
{
    struct request *r = c->request;

    body_abort(r, RESULT_RESET);
    send_abort(r, RESULT_RESET);
    if (r->state == REQUEST_READY || r->state == REQUEST_TAKEN) {
        if (queue_forget(r->queue, r)) {
            request_retire(r);
        } else if (!r->taker_counts) {
            connection_use(c); /* request_deliver() gives it back */
            r->taker_counts = true;
        }
    } else {
        request_retire(r);
    }
}

static void reset_on_close(int fd)
{
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
}

void connection_close(struct connection *c, bool reset)
{
    if (c->state == CONN_CLOSED)
        return;
    error_report_end(c);
    set_state(c, CONN_CLOSED, 0);
    stop_watching(c);
    if (c->request)
        abandon_request(c);
    end_for_application(c);
    if (reset)
        reset_on_close(c->fd);
}

/* Of all loops, for MaxConnections: changed once for a connection, never for a request. */
static atomic_uint connections_open;

/* False: there are as many as may be. */
static bool take_place(void)
{
    if (atomic_fetch_add(&connections_open, 1) < parameters.MaxConnections)
        return true;
    atomic_fetch_sub(&connections_open, 1);
    return false;
}

static void leave_place(void)
{
    atomic_fetch_sub(&connections_open, 1);
}

static void bury(struct connection *c)
{
    list_del(&c->node);
    close(c->fd);
    free(c);
    leave_place();
}

/*
 * While the loop sleeps in epoll it may already have an event for the socket, whose number another shard's accept would
 * be given next: the socket is closed when the loop has seen its events.
 */
static void connection_free(struct connection *c)
{
    struct shard *s = c->shard;

    if (c->request)
        request_free(c->request);
    c->request = NULL;
    if (!s->polling)
        return bury(c);
    list_del(&c->node);
    list_add_tail(&s->graves, &c->node);
    shard_poke(s);
}

void connections_bury(struct shard *s)
{
    while (!list_empty(&s->graves))
        bury(container_of(s->graves.next, struct connection, node));
}

static bool wants_input(const struct connection *c)
{
    const struct request *r = c->request;

    if (c->state != CONN_REQUEST)
        return c->state != CONN_CLOSED;
    if (c->client_done || r->body.complete || r->body.broken || r->body.copying)
        return false;
    return r->state == REQUEST_DELIVERED || r->state == REQUEST_HELD;
}

/* Not of a body that its client was asked to hold back, nor of an opaque stream, which may rest. */
static bool expects_body(const struct connection *c)
{
    const struct request *r = c->request;

    if (c->state != CONN_REQUEST || c->parked || !wants_input(c))
        return false;
    return r->body.kind != BODY_OPAQUE && !(r->expects_continue && !r->body.received);
}

void connection_body_came(struct connection *c)
{
    c->body_due = expects_body(c) ? due_in(c->limits.body) : 0;
}

void connection_park(struct connection *c)
{
    if (c->parked || c->state == CONN_CLOSED)
        return;
    c->body_due = 0;
    ev_io_stop(c->shard->loop, &c->readable);
    c->parked = true;
    c->watched = hangup_add(c->shard->hangup, c);
}

/* The loop looks at the connection when it has looked at all others. */
static void expect_turn(struct connection *c)
{
    shard_expect_turn(c->shard);
    list_del(&c->turn);
    list_add_tail(&c->shard->patient, &c->turn);
}

/* What is here of the body is bad, and nobody was told: no byte has to come for that, so the socket may stay silent. */
static bool has_bad_news(const struct connection *c)
{
    return c->state == CONN_REQUEST && body_is_bad(c->request) && wants_input(c);
}

void connection_resume(struct connection *c)
{
    if (c->parked && wants_input(c)) {
        hangup_remove(c->shard->hangup, c);
        ev_io_start(c->shard->loop, &c->readable);
        shard_poke(c->shard);
        c->parked = false;
    }
    if (!c->body_due)
        connection_body_came(c);
    if (has_bad_news(c))
        expect_turn(c);
}

void connection_want_write(struct connection *c, bool want)
{
    if (want == ev_is_active(&c->writable))
        return;
    c->send_due = 0;
    if (!want)
        return ev_io_stop(c->shard->loop, &c->writable);
    if (c->limits.send_rate) {
        /* At once: the next sweep begins to measure, and most sends are over by then. */
        c->send_due = shard_now();
        c->taken = TAKEN_UNKNOWN;
    }
    ev_io_start(c->shard->loop, &c->writable);
    shard_poke(c->shard);
}

/* Only of its queue the program can say that clients are to know less or more of a 503. */
static enum verbosity verbosity_of(const struct request *r, enum page page)
{
    return r->queue && page_status(page) == 503 ? queue_verbosity(r->queue) : VERBOSITY_LIMITED;
}

/* The client hasn't acknowledged all of the answers before this one: a reset would take the rest away. */
static bool is_sending(const struct connection *c)
{
    int unacknowledged;

    return !ioctl(c->fd, SIOCOUTQ, &unacknowledged) && unacknowledged;
}

void connection_refuse(struct connection *c, enum page page)
{
    struct request *r = c->request;
    enum verbosity verbosity = verbosity_of(r, page);
    bool silent = r->response_begun || verbosity == VERBOSITY_BASIC;

    error_report_page(c, page);
    if (verbosity == VERBOSITY_BASIC && !is_sending(c))
        return connection_close(c, true);
    if (c->state != CONN_REQUEST)
        set_state(c, CONN_REQUEST, 0);
    request_retire(r);
    r->close_after = true;
    r->body.complete = r->body.broken = true;
    if (!silent)
        send_page(r, page, verbosity == VERBOSITY_FULL);
}

static void release_request(struct connection *c)
{
    request_free(c->request);
    c->request = NULL;
}

/* Reads and drops what the client still sends; its FIN ends the connection. */
static void input_linger(struct connection *c)
{
    char waste[16384];
    ssize_t n;

    for (int turns = 4; turns; turns--) {
        n = recv(c->fd, waste, sizeof waste, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        c->dropped += n > 0 ? (uint32_t)n : 0;
        if (n <= 0 || c->dropped > LINGER_BYTES)
            return connection_close(c, false);
        c->body_due = due_in(LINGER_QUIET);
    }
}

/* A FIN behind the answer, and no reset: the client gets every byte even if it is still sending. */
static void linger(struct connection *c)
{
    release_request(c);
    end_for_application(c);
    shutdown(c->fd, SHUT_WR);
    set_state(c, CONN_LINGER, LINGER_SECONDS);
    c->body_due = due_in(LINGER_QUIET);
    connection_resume(c);
    input_linger(c);
}

/* The local address as a host name, for a request that names none (HTTP/1.0). */
static struct text local_host(const struct connection *c, char *buffer, size_t size)
{
    char address[INET6_ADDRSTRLEN];
    bool v6 = c->local.any.sa_family == AF_INET6;

    inet_ntop(c->local.any.sa_family,
              v6 ? (const void *)&c->local.v6.sin6_addr : (const void *)&c->local.v4.sin_addr, address,
              sizeof address);
    return (struct text){buffer, (size_t)snprintf(buffer, size, v6 ? "[%s]" : "%s", address)};
}

#define LOCAL_HOST_MAX (INET6_ADDRSTRLEN + 2)

/* The URL's host name may lie in `buffer` afterwards. */
static enum page cook(struct connection *c, char buffer[LOCAL_HOST_MAX])
{
    struct request *r = c->request;
    struct text host = request_header(r, REQ_Host), fallback = {NULL, 0};
    enum page page;

    if (!host.ptr)
        fallback = local_host(c, buffer, LOCAL_HOST_MAX);
    page = url_cook(&r->url, request_text(r, r->target), host, fallback, ntohs(c->local.v4.sin_port));
    r->cooked = !page;
    return page;
}

/* To the queue that the URL belongs to, or the page that says why not. */
static enum page route(struct connection *c)
{
    struct request *r = c->request;
    struct route to = router_find(&c->local, r->url.name, &r->url);

    if (!to.target)
        return to.host_known ? PAGE_NOT_FOUND : PAGE_BAD_HOST;
    c->limits = to.target->limits;
    if (!to.target->queue || request_assign_id(r))
        return PAGE_UNAVAILABLE;
    if (to.target->disabled)
        return PAGE_DISABLED;
    r->queue = to.target->queue;
    r->url_context = to.context;
    c->deadline = due_in(c->limits.queue);
    request_reach(r, STAGE_QUEUED);
    return queue_push(r->queue, r) ? PAGE_NONE : queue_refusal(r->queue);
}

static void dispatch(struct connection *c)
{
    char local_name[LOCAL_HOST_MAX];
    enum page page;

    request_reach(c->request, STAGE_PARSED);
    body_begin(c->request);
    page = cook(c, local_name);
    set_state(c, CONN_REQUEST, 0);
    if (!page)
        page = route(c);
    if (page)
        connection_refuse(c, page);
}

static void parse_input(struct connection *c)
{
    enum page page;

    switch (parse_head(c->request, &page)) {
    case PARSE_MORE: return;
    case PARSE_DONE: return dispatch(c);
    case PARSE_REFUSED: return connection_refuse(c, page);
    }
}

/* Back to waiting for a first byte. */
static void idle(struct connection *c)
{
    release_request(c);
    set_state(c, CONN_IDLE, stop_has_begun() ? LAST_REQUEST : c->limits.idle);
    connection_resume(c);
}

static void next_request(struct connection *c)
{
    struct request *r = c->request;

    if (r->in_len == r->body.end)
        return idle(c);
    request_restart(r);
    set_state(c, CONN_HEAD, c->limits.head);
    connection_resume(c);
    if (++c->pipelined < PIPELINE_TURN)
        return parse_input(c);
    expect_turn(c);
}

/* A body that can't go on doesn't take away the answer, which may still be on its way. */
static void input_drain(struct connection *c)
{
    if (!body_drain(c->request))
        linger(c);
    else if (c->request->body.complete)
        next_request(c);
}

/* The answer is out. */
static void answered(struct connection *c)
{
    struct request *r = c->request;

    if (r->close_after || r->body.broken)
        return linger(c);
    if (r->body.complete)
        return next_request(c);
    set_state(c, CONN_DRAIN, c->limits.drain);
    connection_resume(c);
    input_drain(c);
}

void connection_settle(struct connection *c)
{
    /* More than one step when pipelined requests are refused at once. */
    while (!c->users && c->state == CONN_REQUEST && request_is_over(c->request))
        answered(c);
    if (!c->users && c->state == CONN_CLOSED)
        connection_free(c);
}

static void input_ended(struct connection *c)
{
    struct request *r = c->request;

    if (request_is_blank(r))
        return connection_close(c, false);
    c->client_done = true;
    connection_refuse(c, PAGE_BAD_REQUEST);
}

/* Of a pipeline in one go: what is behind a request is moved to the front each time one is over. */
#define INPUT_MOST 65536u

static void input_head(struct connection *c)
{
    struct request *r = c->request;
    uint32_t room;
    ssize_t n;

    if (!list_empty(&c->turn))
        return; /* it is about to go on with what is here, and mustn't pile up more */
    c->pipelined = 0;
    if (!r)
        r = c->request = request_new(c);
    if (!r || (r->in_len == r->in_size && !request_reserve(r, r->in_size))) {
        error_report(c, ERROR_NO_MEMORY);
        return connection_close(c, false);
    }
    room = r->in_size - r->in_len;
    do
        n = recv(c->fd, r->in + r->in_len, room < INPUT_MOST ? room : INPUT_MOST, 0);
    while (n < 0 && errno == EINTR);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        return n ? connection_close(c, false) : input_ended(c);
    if (n < 0)
        return r->in_len ? (void)0 : release_request(c);
    r->in_len += (uint32_t)n;
    if (c->state == CONN_IDLE)
        set_state(c, CONN_HEAD, c->limits.head);
    parse_input(c);
}

/* Something came behind a complete request: the next one, which has to wait, or the client's FIN. */
static void input_behind(struct connection *c)
{
    char byte;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0)
        return connection_close(c, false);
    c->client_done |= n == 0;
    connection_park(c);
}

static void input_request(struct connection *c)
{
    struct request *r = c->request;

    if (r->state == REQUEST_READY || r->state == REQUEST_TAKEN)
        connection_park(c);
    else if (!r->body.complete && !r->body.broken)
        body_input(r);
    else
        input_behind(c);
}

static void input(struct connection *c)
{
    switch (c->state) {
    case CONN_IDLE:
    case CONN_HEAD: return input_head(c);
    case CONN_REQUEST: return input_request(c);
    case CONN_DRAIN: return input_drain(c);
    case CONN_LINGER: return input_linger(c);
    case CONN_CLOSED: return;
    }
}

/* The loop has looked at all connections: this one may go on, as if something had come. */
static void take_turn(struct connection *c)
{
    list_del(&c->turn);
    c->pipelined = 0;
    if (c->state == CONN_HEAD)
        parse_input(c);
    else
        input(c);
}

void connections_go_on(struct shard *s)
{
    struct list *l, *next;

    list_for_each_safe(l, next, &s->patient) {
        struct connection *c = container_of(l, struct connection, turn);

        take_turn(c);
        connection_settle(c);
    }
}

/* The kernel has no room for it: libev has stopped the watcher, and nothing would ever happen to the connection. */
static void lose_watcher(struct connection *c)
{
    WARN("connection %llx: can't be watched", (unsigned long long)c->id);
    error_report(c, ERROR_NO_MEMORY);
    connection_close(c, true);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
    struct connection *c = container_of(w, struct connection, readable);

    (void)loop;
    if (events & EV_ERROR)
        lose_watcher(c);
    else
        input(c);
    connection_settle(c);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
    struct connection *c = container_of(w, struct connection, writable);

    (void)loop;
    if (events & EV_ERROR)
        lose_watcher(c);
    else
        send_continue(c->request);
    connection_settle(c);
}

/*
 * MaxBytesPerSend stands for the window of http.sys's sends: how much may be on its way to a client. By default that is left
 * to Linux, which makes it as large as the way to the client is long.
 */
static void limit_window(int fd)
{
    int bytes = (int)parameters.MaxBytesPerSend;

    if (bytes != DEFAULT_MaxBytesPerSend)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static struct connection *connection_make(struct shard *s, int fd, const union address *remote)
{
    struct connection *c = calloc(1, sizeof *c);
    socklen_t len = sizeof c->local;

    if (!c)
        return NULL;
    c->shard = s;
    c->fd = fd;
    c->remote = *remote;
    c->begun = clock_ticks();
    c->id = slots_add(&s->connection_ids, c);
    if (!c->id || getsockname(fd, &c->local.any, &len)) {
        slots_remove(&s->connection_ids, c->id);
        free(c);
        return NULL;
    }
    limit_window(fd);
    list_init(&c->disconnects);
    list_init(&c->turn);
    list_add_tail(&s->connections, &c->node);
    return c;
}

/* There is no memory for it, or no place: nothing of it is read, and a reset says so at once. */
static void refuse(int fd, const union address *remote)
{
    error_report_refused(remote, fd);
    reset_on_close(fd);
    close(fd);
}

void connection_new(struct shard *s, int fd, const union address *remote)
{
    bool place = take_place();
    struct connection *c = place ? connection_make(s, fd, remote) : NULL;

    if (!c) {
        if (place)
            leave_place();
        return refuse(fd, remote);
    }
    c->limits = (struct limits)LIMITS_DEFAULT;
    c->deadline = due_in(c->limits.idle);
    ev_io_init(&c->readable, on_readable, fd, EV_READ);
    ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
    ev_io_start(s->loop, &c->readable);
    /* The request usually comes with the connection: one look now saves a turn of the loop. */
    input(c);
    connection_settle(c);
}

unsigned connections_count(void)
{
    return atomic_load(&connections_open);
}

static void time_out(struct connection *c, enum error_reason reason, bool reset)
{
    INFO("connection %llx: %s", (unsigned long long)c->id, error_phrase(reason));
    error_report(c, reason);
    connection_close(c, reset);
}

/* Has the application taken it meanwhile, nothing is late. */
static void end_queueing(struct connection *c)
{
    struct request *r = c->request;

    c->deadline = 0;
    if (r->state != REQUEST_READY || !queue_forget(r->queue, r))
        return;
    request_retire(r);
    time_out(c, ERROR_TIMER_QUEUE, false);
}

/* How many bytes the client has acknowledged; false where the kernel doesn't say. */
static bool count_taken(const struct connection *c, uint64_t *bytes)
{
    struct tcp_stats stats;

    if (!tcp_stats_get(c->fd, &stats) || !stats.sent)
        return false;
    *bytes = stats.acknowledged;
    return true;
}

/* The time of a piece is over, or the first one begins. A reset: the client must not take a part for the whole. */
static void measure_send(struct connection *c)
{
    uint32_t seconds = parameters.MaxBytesPerSend / c->limits.send_rate;
    uint64_t taken;

    c->send_due = 0;
    if (c->request->body.kind == BODY_OPAQUE || !count_taken(c, &taken))
        return;
    if (c->taken != TAKEN_UNKNOWN && taken - c->taken < parameters.MaxBytesPerSend)
        return time_out(c, ERROR_TIMER_SEND, true);
    c->taken = taken;
    c->send_due = due_in(seconds ? seconds : 1);
}

static bool is_late(double due, double now)
{
    return due && due <= now;
}

static void sweep_request(struct connection *c, double now)
{
    if (is_late(c->deadline, now))
        end_queueing(c);
    if (is_late(c->body_due, now))
        time_out(c, ERROR_TIMER_BODY, false);
    if (is_late(c->send_due, now))
        measure_send(c);
}

static void end_late(struct connection *c)
{
    switch (c->state) {
    case CONN_IDLE:
        if (stop_has_begun()) /* which isn't the client's fault */
            return connection_close(c, false);
        return time_out(c, ERROR_TIMER_IDLE, false);
    case CONN_HEAD: return time_out(c, ERROR_TIMER_HEAD, false);
    case CONN_DRAIN: return time_out(c, ERROR_TIMER_BODY, false);
    default: return connection_close(c, false); /* it had its answer, and no FIN came */
    }
}

/*
 * Looks at each connection, once a second: 50 ns for one, 0.05 to 0.8 ms for 10,000, 3 ms for 100,000. In order of time
 * they'd have to be moved with each request, which costs a busy server more.
 */
void connections_sweep(struct shard *s)
{
    struct list *l, *next;
    double now = shard_now();

    list_for_each_safe(l, next, &s->connections) {
        struct connection *c = container_of(l, struct connection, node);

        if (c->parked && !c->watched)
            c->watched = hangup_add(s->hangup, c);
        if (!is_late(c->deadline, now) && !is_late(c->body_due, now) && !is_late(c->send_due, now))
            continue;
        if (c->state == CONN_REQUEST)
            sweep_request(c, now);
        else
            end_late(c);
        connection_settle(c);
    }
}

static void leave_queue(struct connection *c, struct queue *q, bool reset)
{
    struct request *r = c->request;

    if (c->state != CONN_REQUEST || r->queue != q || r->state == REQUEST_ANSWERED)
        return;
    if (r->state == REQUEST_READY && queue_forget(q, r))
        return connection_refuse(c, PAGE_APP_SHUTDOWN);
    if (!reset)
        return;
    error_report(c, ERROR_ABANDONED);
    connection_close(c, true);
}

/* Calls f for each connection, under its shard's lock; f may end the connection. */
static void for_each_connection(void (*f)(struct connection *, void *), void *arg)
{
    struct list *l, *next;

    for (unsigned i = 0; i < shard_count; i++) {
        shard_lock(shards[i]);
        list_for_each_safe(l, next, &shards[i]->connections) {
            struct connection *c = container_of(l, struct connection, node);

            connection_use(c);
            f(c, arg);
            connection_unuse(c);
        }
        shard_unlock(shards[i]);
    }
}

static void stop_one(struct connection *c, void *unused)
{
    double last = due_in(LAST_REQUEST);

    (void)unused;
    if (c->state == CONN_IDLE && (!c->deadline || c->deadline > last))
        c->deadline = last;
}

void connections_stop(void)
{
    for_each_connection(stop_one, NULL);
    io_flush();
}

/* Who has the answer and says nothing may close when it likes. */
static bool is_busy(const struct connection *c)
{
    if (c->state == CONN_LINGER)
        return c->dropped || is_sending(c);
    return c->state != CONN_CLOSED && !(c->request && c->request->body.kind == BODY_OPAQUE);
}

static void see_busy(struct connection *c, void *busy)
{
    *(bool *)busy |= is_busy(c);
}

bool connections_busy(void)
{
    bool busy = false;

    for_each_connection(see_busy, &busy);
    return busy;
}

struct leaving {
    struct queue *queue;
    bool reset;
};

static void leave_one(struct connection *c, void *arg)
{
    struct leaving *l = arg;

    leave_queue(c, l->queue, l->reset);
}

void connections_leave_queue(struct queue *q, bool reset)
{
    for_each_connection(leave_one, &(struct leaving){q, reset});
    io_flush();
}

struct canceling {
    io_match *match;
    const void *arg;
    unsigned count;
};

/* Takes the matching members off a list and ends them. */
static unsigned cancel_list(struct list *head, struct canceling *x)
{
    struct list *l, *next;
    unsigned count = 0;

    list_for_each_safe(l, next, head) {
        struct io *io = container_of(l, struct io, node);

        if (!io->owner || !x->match(io, x->arg))
            continue;
        list_del(l);
        io_finish(io, RESULT_CANCELED, 0);
        count++;
    }
    x->count += count;
    return count;
}

static void cancel_one(struct connection *c, void *arg)
{
    struct canceling *x = arg;

    cancel_list(&c->disconnects, x);
    if (!c->request)
        return;
    x->count += body_cancel(c->request, x->match, x->arg);
    /* Nobody can take bytes back that are half on the wire: the client has to see a broken connection. */
    if (cancel_list(&c->request->sends, x)) {
        error_report(c, ERROR_CONNECTION_DROPPED);
        connection_close(c, true);
    }
}

unsigned connections_cancel(io_match *match, const void *arg)
{
    struct canceling x = {match, arg, 0};

    for_each_connection(cancel_one, &x);
    io_flush();
    return x.count;
}

/* As request_lock(). */
static struct connection *connection_lock(uint64_t id)
{
    unsigned index = slots_shard(id);
    struct connection *c;

    if (index >= shard_count)
        return NULL;
    shard_lock(shards[index]);
    c = slots_find(&shards[index]->connection_ids, id);
    if (!c)
        shard_unlock(shards[index]);
    return c;
}

bool connection_known(uint64_t id)
{
    struct connection *c = connection_lock(id);

    if (c)
        shard_unlock(c->shard);
    return c;
}

enum result connection_wait_disconnect(uint64_t id, struct io *io)
{
    struct connection *c = connection_lock(id);

    if (!c)
        return RESULT_GONE;
    list_add_tail(&c->disconnects, &io->node);
    shard_unlock(c->shard);
    return RESULT_PENDING;
}
