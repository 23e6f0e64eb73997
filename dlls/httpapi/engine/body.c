/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * body.c: receiving, keeping and handing out body bytes.
 *
 * What is kept is bounded: when BODY_WINDOW is full the socket is left alone and TCP slows the client down. The
 * copy to the application happens without the lock; body.copying keeps [start, end) still meanwhile.
 *
 * A read:  tried -> over                    by its caller's thread
 *          tried -> waits in request.reads -> copying -> over | waits again
 */
#include "body.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "connection.h"
#include "guard.h"
#include "parse.h"
#include "request.h"
#include "send.h"
#include "shard.h"

enum received { GOT, WOULD_BLOCK, FULL, CLIENT_LEFT, SOCKET_FAILED, BAD_FRAMING };

static uint32_t available(const struct request *r)
{
    return r->body.end - r->body.start;
}

/* `n` new bytes lie behind in_len. */
static bool add_bytes(struct request *r, uint32_t n)
{
    r->in_len += n;
    if (r->body.kind == BODY_CHUNKED)
        return parse_chunks(r);
    if (n > r->body.left)
        n = (uint32_t)r->body.left; /* the rest is the next request */
    r->body.end += n;
    r->body.left -= n;
    r->body.received += n;
    r->body.complete = r->body.left == 0;
    return true;
}

bool body_begin(struct request *r)
{
    uint32_t n = r->in_len - r->head_len;

    if (r->body.complete || !n)
        return true;
    r->in_len = r->head_len;
    return add_bytes(r, n);
}

bool body_become_opaque(struct request *r)
{
    struct body *b = &r->body;

    if (b->kind == BODY_OPAQUE)
        return true;
    if (b->kind != BODY_NONE)
        return false;
    b->kind = BODY_OPAQUE;
    b->left = UINT64_MAX;
    b->received = r->in_len - b->end;
    b->end = r->in_len;
    b->complete = r->connection->client_done;
    return true;
}

/* Makes room behind in_len; 0 when the window is full, or a buffer that the head fills can't grow. */
static uint32_t make_room(struct request *r)
{
    uint32_t window = r->head_len + BODY_WINDOW, room, most;

    if (!available(r) && !r->body.copying)
        r->body.start = r->body.end = r->in_len = r->head_len;
    if (r->in_len >= window)
        return 0;
    most = window - r->in_len;
    room = r->in_size - r->in_len;
    /* Moving the buffer under a copy would pull it away. */
    if (room < INPUT_FIRST / 2 && !(r->body.kind == BODY_LENGTH && room >= r->body.left) && !r->body.copying &&
        request_reserve(r, most))
        room = r->in_size - r->in_len;
    return room < most ? room : most;
}

/* What is good of the bytes comes first: GOT, and BAD_FRAMING the next time. */
static enum received receive(struct request *r)
{
    uint32_t room;
    ssize_t n;

    if (body_is_bad(r))
        return BAD_FRAMING;
    room = make_room(r);
    if (!room)
        return FULL;
    if (r->body.kind == BODY_LENGTH && room > r->body.left)
        room = (uint32_t)r->body.left;
    do
        n = recv(r->connection->fd, r->in + r->in_len, room, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? WOULD_BLOCK : SOCKET_FAILED;
    if (n == 0 && r->body.kind == BODY_OPAQUE) {
        r->connection->client_done = r->body.complete = true;
        return GOT;
    }
    if (n == 0)
        return CLIENT_LEFT;
    if (!add_bytes(r, (uint32_t)n) && !available(r))
        return BAD_FRAMING;
    connection_body_came(r->connection);
    return GOT;
}

/* Where the body is when a read of it is over. */
static void note_place(struct body_read *rd, const struct request *r)
{
    rd->at_end = r->body.complete && !available(r);
    rd->received = r->body.received;
}

static uint64_t bytes_told(const struct body_read *rd, enum result result)
{
    if (result == RESULT_MORE)
        return 1;
    return result == RESULT_OK ? rd->filled : 0;
}

static void read_end(struct body_read *rd, enum result result)
{
    note_place(rd, rd->request);
    rd->io.run = rd->done;
    io_finish(&rd->io, result, bytes_told(rd, result));
}

/*
 * RESULT_PENDING while the read has to wait. One that asked for more than came of a body that broke isn't told of a part:
 * less than it asked for means that this was all.
 */
static enum result read_state(const struct body_read *rd, const struct request *r)
{
    bool whole = r->body.complete && !r->body.broken;

    if (rd->size == 0 && available(r))
        return RESULT_MORE;
    if (rd->filled && (!rd->fill || rd->enough || rd->filled == rd->size || (whole && !available(r))))
        return RESULT_OK;
    if (available(r) || (!whole && !r->body.broken))
        return RESULT_PENDING;
    return whole ? RESULT_EOF : RESULT_RESET;
}

static void copy_begin(struct request *r, struct body_read *rd)
{
    r->body.copying = rd;
    connection_use(r->connection);
}

/*
 * Copies to the application what there is. Called with the shard's lock, lets it go for the copy and takes it
 * again. Between copy_begin() and connection_unuse() neither request nor connection is freed. False: the application's
 * buffer is gone; the bytes stay for another read.
 */
static bool copy(struct request *r, struct body_read *rd)
{
    struct shard *s = r->connection->shard;
    size_t want = rd->size - rd->filled, n = available(r);
    const char *from = r->in + r->body.start;
    bool copied;

    n = n < want ? n : want;
    shard_unlock(s);
    copied = guard_copy(rd->buffer + rd->filled, from, n);
    shard_lock(s);
    r->body.copying = NULL;
    if (!copied)
        return false;
    r->body.start += (uint32_t)n;
    rd->filled += n;
    return true;
}

static void read_step(struct io *io);

/* Gives what there is to the first waiting read; read_step() goes on from there. */
static void serve(struct request *r)
{
    while (!r->body.copying && !list_empty(&r->reads)) {
        struct body_read *rd = container_of(r->reads.next, struct body_read, io.node);
        enum result state = read_state(rd, r);

        if (state == RESULT_PENDING && !available(r))
            return;
        list_del(&rd->io.node);
        if (state != RESULT_PENDING) {
            read_end(rd, state);
            continue;
        }
        copy_begin(r, rd);
        rd->io.run = read_step;
        io_finish(&rd->io, RESULT_PENDING, 0);
    }
}

/* The loop found bytes for a waiting read but mustn't copy under its lock: this is the copy. As io.run. */
static void read_step(struct io *io)
{
    struct body_read *rd = container_of(io, struct body_read, io);
    struct request *r = rd->request;
    struct connection *c = r->connection;
    struct shard *s = c->shard;
    enum result state;

    shard_lock(s);
    state = copy(r, rd) ? read_state(rd, r) : RESULT_FAULT;
    if (state == RESULT_PENDING && r->state == REQUEST_ANSWERED)
        state = RESULT_GONE;
    if (state == RESULT_PENDING)
        list_add(&r->reads, &rd->io.node);
    else
        read_end(rd, state);
    serve(r);
    connection_resume(c);
    connection_unuse(c);
    shard_unlock(s);
}

void body_abort(struct request *r, enum result result)
{
    struct list *l;

    while ((l = list_pop(&r->reads)))
        read_end(container_of(l, struct body_read, io.node), result);
}

unsigned body_cancel(struct request *r, io_match *match, const void *arg)
{
    struct list *l, *next;
    unsigned count = 0;

    if (r->body.copying && match(&r->body.copying->io, arg)) {
        r->body.copying->enough = true;
        count++;
    }
    list_for_each_safe(l, next, &r->reads) {
        struct body_read *rd = container_of(l, struct body_read, io.node);

        if (!match(&rd->io, arg))
            continue;
        list_del(l);
        read_end(rd, rd->filled ? RESULT_OK : RESULT_CANCELED);
        count++;
    }
    return count;
}

/* The body breaks off: the client gets a 400 on the dying connection, waiting reads fail. */
static void body_broke(struct request *r, bool reset)
{
    struct connection *c = r->connection;

    r->body.broken = true;
    body_abort(r, RESULT_RESET); /* sooner than the request's end, which says less */
    if (reset)
        connection_close(c, false);
    else
        connection_refuse(c, PAGE_BAD_REQUEST);
}

void body_input(struct request *r)
{
    enum received got;

    if (r->body.copying)
        return connection_park(r->connection);
    got = receive(r);
    if (got == GOT) {
        serve(r);
        connection_resume(r->connection);
    } else if (got == FULL)
        connection_park(r->connection);
    else if (got != WOULD_BLOCK)
        body_broke(r, got == SOCKET_FAILED);
}

void body_top_up(struct request *r)
{
    enum received got = WOULD_BLOCK;

    if (!r->body.complete && !r->body.broken)
        got = receive(r);
    if (got == SOCKET_FAILED) /* all else shows again when the loop looks, but the kernel tells a reset once */
        connection_close(r->connection, false);
}

/* A client that sends as fast as we read would have the loop for itself: others get their turn behind so many bytes. */
#define DRAIN_BYTES 65536u

bool body_drain(struct request *r)
{
    uint64_t enough = r->body.received + DRAIN_BYTES;

    while (r->body.received < enough && !r->body.complete) {
        enum received got;

        r->body.start = r->body.end;
        got = receive(r);
        if (got == WOULD_BLOCK)
            return true;
        if (got != GOT)
            return false;
    }
    return !body_is_bad(r);
}

/* One attempt by the reading thread itself: what is there, or what a look at the socket brings. */
static enum result read_try(struct request *r, struct body_read *rd)
{
    enum result state = read_state(rd, r);

    while (state == RESULT_PENDING && r->connection->state == CONN_REQUEST) {
        if (available(r)) {
            bool copied;

            copy_begin(r, rd);
            copied = copy(r, rd);
            connection_unuse(r->connection);
            if (!copied)
                return RESULT_FAULT;
        } else {
            enum received got = receive(r);

            if (got == WOULD_BLOCK)
                break;
            if (got == FULL) /* of the head alone: there is no memory for more, and waiting wouldn't bring it */
                return RESULT_NO_MEMORY;
            if (got != GOT) {
                body_broke(r, got == SOCKET_FAILED);
                return RESULT_RESET;
            }
        }
        state = read_state(rd, r);
    }
    return state;
}

/* The first wish for a body that its client holds back. */
static void invite_body(struct request *r)
{
    if (!r->expects_continue || r->body.received || r->response_begun)
        return;
    r->expects_continue = false;
    send_invitation(r);
}

/* Those that began while the first one copied, without the lock, stay behind it. */
static void wait_in_line(struct request *r, struct body_read *rd, bool first)
{
    if (first)
        list_add(&r->reads, &rd->io.node);
    else
        list_add_tail(&r->reads, &rd->io.node);
}

enum result body_read(struct queue *q, uint64_t id, struct body_read *rd)
{
    struct request *r = request_lock(q, id);
    struct connection *c;
    struct shard *s;
    enum result result = RESULT_PENDING;
    bool first;

    if (!r)
        return RESULT_GONE;
    first = list_empty(&r->reads) && !r->body.copying;
    c = r->connection;
    s = c->shard;
    connection_use(c);
    rd->request = r;
    rd->filled = 0;
    rd->enough = false;
    invite_body(r);
    if (first)
        result = read_try(r, rd);
    if (result == RESULT_PENDING && (c->state != CONN_REQUEST || r->state == REQUEST_ANSWERED))
        result = RESULT_GONE;
    if (result == RESULT_PENDING)
        wait_in_line(r, rd, first);
    rd->io.bytes = bytes_told(rd, result);
    note_place(rd, r);
    if (c->state == CONN_REQUEST)
        serve(r);
    connection_resume(c);
    connection_unuse(c);
    shard_unlock(s);
    io_flush();
    return result;
}
