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

/*
 * Behind our FIN a client may send on: as long as it isn't quiet for so many seconds, and neither so long nor so many bytes
 * in all. Who sends a big body behind a head that was refused mustn't lose the answer; who never ends must be left.
 */
#define LINGER_QUIET 5
#define LINGER_SECONDS 120
#define LINGER_BYTES (64u << 20)

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
    case CONN_IDLE: return from == CONN_REQUEST || from == CONN_DRAIN;
    case CONN_HEAD: return from == CONN_IDLE || from == CONN_REQUEST || from == CONN_DRAIN;
    case CONN_REQUEST: return from == CONN_HEAD;
    case CONN_DRAIN: return from == CONN_REQUEST;
    case CONN_LINGER: return from == CONN_REQUEST || from == CONN_DRAIN;
    case CONN_CLOSED: return from != CONN_CLOSED;
    }
    return false;
}

static void set_state(struct connection *c, enum connection_state state, uint32_t timeout)
{
    assert(may_move(c->state, state));
    TRACE("connection %llx: %s -> %s", (unsigned long long)c->id, state_names[c->state],
          state_names[state]);
    c->state = state;
    c->deadline = shard_due(timeout);
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

static void reset_on_close(int fd, bool reset)
{
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = reset}, sizeof(struct linger));
}

void connection_end_with_reset(struct connection *c, bool reset)
{
    reset_on_close(c->fd, reset);
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
        connection_end_with_reset(c, true);
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
    c->body_due = expects_body(c) ? shard_due(c->limits.body) : 0;
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

bool connection_is_sending(const struct connection *c)
{
    int unacknowledged;

    return !ioctl(c->fd, SIOCOUTQ, &unacknowledged) && unacknowledged;
}

/* More of its answer was to come, and the client couldn't tell. */
static bool is_cut(const struct request *r)
{
    return r->undelimited && r->state != REQUEST_ANSWERED;
}

void connection_refuse(struct connection *c, enum page page)
{
    struct request *r = c->request;
    enum verbosity verbosity = verbosity_of(r, page);
    bool silent = r->response_begun || verbosity == VERBOSITY_BASIC;

    error_report_page(c, page);
    if ((verbosity == VERBOSITY_BASIC && !connection_is_sending(c)) || is_cut(r))
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
        c->body_due = shard_due(LINGER_QUIET);
    }
}

/* A FIN behind the answer, and no reset: the client gets every byte even if it is still sending. */
static void linger(struct connection *c)
{
    release_request(c);
    end_for_application(c);
    shutdown(c->fd, SHUT_WR);
    set_state(c, CONN_LINGER, LINGER_SECONDS);
    c->body_due = shard_due(LINGER_QUIET);
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
    c->deadline = shard_due(c->limits.queue);
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
    set_state(c, CONN_IDLE, stop_has_begun() ? STOP_LAST_REQUEST : c->limits.idle);
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

    if (r->undelimited)
        connection_end_with_reset(c, false);
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
    reset_on_close(fd, true);
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
    c->deadline = shard_due(c->limits.idle);
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
