/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send.c: from pieces to the socket.
 */
#include "send.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "body.h"
#include "connection.h"
#include "error_report.h"
#include "guard.h"
#include "request.h"
#include "shard.h"
#include "stop.h"

#define IOV_MAX_SEND 64
#define FILE_TURN (1u << 20) /* most bytes of a file in one system call */
#define MEMORY_TURN (1u << 30) /* a signed length of 32 bits ends at 2 GB */
/*
 * When so much waits already, a buffered part is copied as ever, but it is over for the program only when it is out: a
 * program that sends part after part stops there. Otherwise a client that doesn't read would hold as much memory as the
 * program has to say.
 */
#define BUFFERED_MAX (256u << 10)
#define LOOP_BUDGET (4u << 20) /* bytes the loop sends for one connection before others get their turn */

_Static_assert(sizeof(off_t) == sizeof(uint64_t), "files of any size, in 32 bits too");

void send_init(struct send *s, void (*run)(struct io *))
{
    io_init(&s->io, run);
    s->pieces = s->few;
    s->count = s->next = 0;
    s->with_head = s->more = s->disconnect = s->opaque = s->chunking = s->framable = s->buffered = false;
    s->trailers = (struct text){NULL, 0};
    s->refusal = PAGE_NONE;
    s->sent = 0;
}

static enum result result_of_errno(void)
{
    if (errno == EAGAIN)
        return RESULT_PENDING;
    return errno == EFAULT ? RESULT_FAULT : RESULT_RESET;
}

/* `n` bytes from the front of the pieces are out. */
static void advance(struct send *s, uint64_t n)
{
    s->sent += n;
    while (s->next < s->count) {
        struct piece *p = &s->pieces[s->next];

        if (n < p->length) {
            p->memory += p->fd < 0 ? n : 0;
            p->offset += n;
            p->length -= n;
            return;
        }
        n -= p->length;
        p->length = 0;
        s->next++;
    }
}

/* From this piece on. Of content that isn't sent the pieces are still there, and empty. */
static bool has_bytes(const struct send *s, unsigned from)
{
    while (from < s->count && !s->pieces[from].length)
        from++;
    return from < s->count;
}

/*
 * The memory pieces up to the next file or to the first huge one, in one system call. MSG_MORE behind the last byte would have
 * the kernel keep it for 200 ms.
 */
static enum result send_memory(struct send *s, int fd)
{
    struct iovec iov[IOV_MAX_SEND];
    struct msghdr m = {.msg_iov = iov};
    unsigned i = s->next;
    ssize_t n;

    for (; i < s->count && s->pieces[i].fd < 0 && m.msg_iovlen < IOV_MAX_SEND; i++) {
        struct piece *p = &s->pieces[i];

        iov[m.msg_iovlen++] = (struct iovec){(void *)p->memory, p->length < MEMORY_TURN ? p->length : MEMORY_TURN};
        if (p->length > MEMORY_TURN)
            break;
    }
    do
        n = sendmsg(fd, &m, MSG_NOSIGNAL | (has_bytes(s, i) ? MSG_MORE : 0));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return result_of_errno();
    advance(s, (uint64_t)n);
    return RESULT_OK;
}

/* sendfile() knows no MSG_NOSIGNAL, and SIGPIPE would end the process: one that it raises is taken back. */
static ssize_t sendfile_no_signal(int fd, int file, off_t *offset, size_t length)
{
    const struct timespec now = {0, 0};
    sigset_t pipe, before;
    ssize_t n;
    int error;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    n = sendfile(fd, file, offset, length);
    error = errno;
    if (n < 0 && error == EPIPE)
        sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return n;
}

static enum result send_file(struct send *s, int fd)
{
    struct piece *p = &s->pieces[s->next];
    off_t offset = (off_t)p->offset;
    ssize_t n;

    do
        n = sendfile_no_signal(fd, p->fd, &offset, p->length < FILE_TURN ? p->length : FILE_TURN);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EIO || errno == EINVAL || errno == EOVERFLOW))
        return RESULT_IO_ERROR;
    if (n < 0)
        return result_of_errno();
    if (n == 0)
        return RESULT_EOF; /* the file is shorter than it was */
    advance(s, (uint64_t)n);
    return RESULT_OK;
}

/* Sends what the socket takes, about `budget` bytes of it. RESULT_PENDING: not all is out. No lock needed. */
static enum result push_pieces(struct send *s, int fd, uint64_t budget)
{
    enum result result = RESULT_OK;
    uint64_t start = s->sent;

    advance(s, 0); /* over empty pieces */
    while (!result && s->next < s->count && s->sent - start < budget)
        result = s->pieces[s->next].fd < 0 ? send_memory(s, fd) : send_file(s, fd);
    return result || s->next == s->count ? result : RESULT_PENDING;
}

/* Of the pieces from this one on. */
static uint64_t length_from(const struct send *s, unsigned first)
{
    uint64_t sum = 0;

    for (unsigned i = first; i < s->count; i++)
        sum += s->pieces[i].length;
    return sum;
}

static uint64_t total_length(const struct send *s)
{
    return length_from(s, 0);
}

static uint64_t body_length(const struct send *s)
{
    return length_from(s, s->with_head);
}

/* RFC 9110: no content in these, whatever the application gives. */
static bool has_no_content(const struct request *r, uint16_t status)
{
    return r->verb == VERB_HEAD || status == 204 || status == 304;
}

/* Does the client's side of the connection end with this response? */
static void decide_close(struct request *r, const struct send *s)
{
    if (s->disconnect || s->head.wants_close || stop_has_begun())
        r->close_after = true;
    /* The client was told to wait with its body and never heard to send it: nobody knows what comes next. */
    if (r->expects_continue && !r->body.received)
        r->close_after = true;
    /* Content of a 1xx is the next answer's beginning for the client. A 101 is another thing. */
    if (s->head.status < 200 && s->head.status != 101 && (s->more || body_length(s)))
        r->close_after = true;
    /* RFC 9110 section 9.3.6: whoever stands in front of us takes what follows for a tunnel's. */
    if (r->verb == VERB_CONNECT && s->head.status >= 200 && s->head.status < 300)
        r->close_after = true;
}

/* Takes `sent` bytes, the last ones or not, off what was promised: the connection ends with an answer that is something else. */
static void keep_promise(struct request *r, uint64_t sent, bool last)
{
    if (!r->promises)
        return;
    if (sent > r->promised || (last && sent < r->promised))
        r->close_after = true;
    r->promised -= sent < r->promised ? sent : r->promised;
}

/* What the application's own framing promises. A client may read two promises that differ as it likes. */
static void make_promise(struct request *r, const struct head *h)
{
    r->promises = h->has_length && !h->bad_length && !h->has_coding;
    r->promised = h->length;
    if ((h->has_length && !r->promises) || (h->has_coding && !h->has_chunked))
        r->close_after = true;
}

/* Whether the response's end is known from its head, or will be from its chunks. */
static bool is_delimited(const struct request *r, const struct head *h, enum head_framing framing)
{
    return framing != HEAD_AS_GIVEN || h->has_length || (h->has_chunked && r->minor > 0);
}

/* Content that it has, and its end. */
static void frame(struct request *r, const struct send *s, enum head_framing framing)
{
    make_promise(r, &s->head);
    keep_promise(r, body_length(s), !s->more);
    r->undelimited = !is_delimited(r, &s->head, framing);
    if (r->undelimited)
        connection_end_with_reset(r->connection, true);
}

/* The framing that the application left to us. */
static enum head_framing choose_framing(struct request *r, const struct send *s, bool silent)
{
    const struct head *h = &s->head;
    bool chunks = s->chunking && (s->more || s->trailers.ptr);

    if (h->has_length || h->has_coding)
        return HEAD_AS_GIVEN;
    r->framing = s->chunking ? FRAMING_NONE : FRAMING_GIVEN;
    if (silent || h->status < 200)
        return HEAD_AS_GIVEN;
    if (chunks && r->minor > 0) {
        r->framing = FRAMING_CHUNKED;
        return HEAD_CHUNKED;
    }
    return s->more ? HEAD_AS_GIVEN : HEAD_LENGTH;
}

/* The part of the head that depends on the request; and no body where there must be none. */
static void finish_head(struct request *r, struct send *s)
{
    struct head *h = &s->head;
    bool silent = has_no_content(r, h->status);
    enum head_framing framing = choose_framing(r, s, silent);

    decide_close(r, s);
    if (!silent && h->status >= 200)
        frame(r, s, framing);
    head_finish(h, r->close_after && !s->opaque, framing, body_length(s));
    s->pieces[0] = (struct piece){.memory = h->buffer, .fd = -1, .length = h->len};
    r->response_begun = true;
    r->switching = h->status == 101;
    r->no_content = silent;
}

/* A part behind the head. */
static void go_on(struct request *r, const struct send *s)
{
    r->close_after |= s->disconnect;
    keep_promise(r, body_length(s), !s->more);
}

/* The connection never speaks HTTP again, whoever ends it. */
static void become_opaque(struct request *r)
{
    r->close_after = true;
    r->no_content = false;
}

static bool may_be_opaque(struct request *r, const struct send *s)
{
    bool switching = s->with_head ? s->head.status == 101 : r->switching;

    return switching && body_become_opaque(r);
}

/* "1f\r\n" */
static size_t write_size_line(char line[CHUNK_SIZE_LINE], uint64_t size)
{
    static const char digits[] = "0123456789abcdef";
    int shift = 60;
    size_t n = 0;

    while (shift && !(size >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        line[n++] = digits[size >> shift & 15];
    line[n++] = '\r';
    line[n++] = '\n';
    return n;
}

/* Makes the data a chunk, and the last part's the last one. */
static void frame_chunk(struct send *s)
{
    static const struct text line_end = {"\r\n", 2}, end = {"\r\n0\r\n\r\n", 7};
    unsigned first = s->with_head;
    struct text behind = s->more ? line_end : s->trailers.ptr ? s->trailers : end;
    uint64_t size = body_length(s);

    if (size) {
        s->pieces[first].memory = s->size_line;
        s->pieces[first].length = write_size_line(s->size_line, size);
    } else {
        behind.ptr += line_end.len; /* no chunk that its line end would end */
        behind.len -= line_end.len;
    }
    s->pieces[s->count - 1].memory = behind.ptr;
    s->pieces[s->count - 1].length = behind.len;
}

static void drop_content(struct send *s)
{
    for (unsigned i = s->with_head; i < s->count; i++)
        s->pieces[i].length = 0;
}

/* Trailers of a body that the application frames have no place. */
static bool may_have_trailers(const struct request *r, const struct send *s)
{
    if (s->with_head)
        return s->chunking && !s->head.has_length && !s->head.has_coding;
    return r->framing != FRAMING_GIVEN;
}

static enum result admit(struct request *r, struct send *s)
{
    if (s->with_head == r->response_begun)
        return RESULT_INVALID;
    if (s->trailers.ptr && !may_have_trailers(r, s))
        return RESULT_INVALID;
    if (s->opaque && !may_be_opaque(r, s)) /* the last check: it changes the body */
        return RESULT_INVALID;
    if (s->with_head)
        finish_head(r, s);
    else
        go_on(r, s);
    if (s->opaque)
        become_opaque(r);
    if (r->no_content)
        drop_content(s);
    else if (r->framing == FRAMING_CHUNKED && s->framable)
        frame_chunk(s);
    if (!s->more)
        request_retire(r);
    return RESULT_OK;
}

/* A send of our own: a copy of what an application buffered, or a page. Frees itself. */
struct own_send {
    struct send send;
    struct send *original; /* the application's, when it ends with this copy; NULL: it has ended */
    char data[];
};

static void own_send_free(struct own_send *o)
{
    for (unsigned i = 0; i < o->send.count; i++)
        if (o->send.pieces[i].fd >= 0)
            close(o->send.pieces[i].fd);
    if (o->send.pieces != o->send.few)
        free(o->send.pieces);
    free(o);
}

static void own_send_over(struct io *io)
{
    struct own_send *o = container_of(io, struct own_send, send.io);
    struct send *s = o->original;

    if (s) {
        s->io.result = io->result;
        s->io.bytes = s->sent + io->bytes;
    }
    own_send_free(o);
    if (s)
        s->io.run(&s->io);
}

static struct own_send *own_send_new(size_t data, unsigned count)
{
    struct own_send *o = malloc(sizeof *o + data);

    if (!o)
        return NULL;
    send_init(&o->send, own_send_over);
    o->original = NULL;
    if (count > SEND_PIECES && !(o->send.pieces = malloc(count * sizeof *o->send.pieces))) {
        free(o);
        return NULL;
    }
    o->send.count = count;
    return o;
}

/* RESULT_FAULT: a memory piece is gone. RESULT_NO_MEMORY: no descriptor is left. Those behind it are empty. */
static enum result copy_pieces(struct own_send *o, const struct send *s)
{
    enum result result = RESULT_OK;
    char *to = o->data;

    for (unsigned i = 0; i < o->send.count; i++) {
        struct piece *p = &o->send.pieces[i];

        *p = result ? (struct piece){.fd = -1} : s->pieces[s->next + i];
        if (p->fd >= 0) {
            p->fd = dup(p->fd);
            if (p->fd < 0)
                result = RESULT_NO_MEMORY;
            continue;
        }
        if (p->length && !guard_copy(to, p->memory, p->length))
            result = RESULT_FAULT;
        p->memory = to;
        to += p->length;
    }
    return result;
}

/* What is left of the application's send, copied: this reads the caller's memory, so no locks. */
static enum result detach(const struct send *s, struct send **copy)
{
    struct own_send *o;
    enum result result;
    uint64_t data = 0; /* more than a process of 32 bits holds, when pieces are the same memory */

    for (unsigned i = s->next; i < s->count; i++)
        data += s->pieces[i].fd < 0 ? s->pieces[i].length : 0;
    data += s->trailers.len;
    o = data < PTRDIFF_MAX / 2 ? own_send_new((size_t)data, s->count - s->next) : NULL;
    if (!o)
        return RESULT_NO_MEMORY;
    result = copy_pieces(o, s);
    if (result) {
        own_send_free(o);
        return result;
    }
    if (s->trailers.ptr) /* behind the pieces */
        o->send.trailers = (struct text){memcpy(o->data + (data - s->trailers.len), s->trailers.ptr, s->trailers.len),
                                         s->trailers.len};
    o->send.framable = s->framable;
    o->send.more = s->more;
    o->send.disconnect = s->disconnect;
    o->send.opaque = s->opaque;
    *copy = &o->send;
    return RESULT_OK;
}

static bool is_busy(const struct request *r)
{
    return r->sending || !list_empty(&r->sends);
}

/* What is ours counts, with its bookkeeping; an application's own memory is bounded by the application. Shard lock. */
static void count_waiting(struct request *r, struct send *s)
{
    s->waiting = s->io.run == own_send_over ? total_length(s) + sizeof(struct own_send) : 0;
    r->waiting += s->waiting;
}

static void wait_in_line(struct request *r, struct send *s)
{
    count_waiting(r, s);
    list_add_tail(&r->sends, &s->io.node);
}

/* Puts the rest of a send where the loop goes on with it. Shard lock. */
static void wait_for_room(struct request *r, struct send *s)
{
    count_waiting(r, s);
    list_add(&r->sends, &s->io.node);
    connection_want_write(r->connection, true);
}

/* The attempt in the caller's thread: leaves the lock for it, returns with it. */
static enum result push_unlocked(struct request *r, struct send **s)
{
    struct connection *c = r->connection;
    enum result result;

    r->sending = true;
    shard_unlock(c->shard);
    result = push_pieces(*s, c->fd, UINT64_MAX);
    if (result == RESULT_PENDING && (*s)->buffered) {
        enum result copied = detach(*s, s);

        result = copied ? copied : RESULT_PENDING;
    }
    shard_lock(c->shard);
    r->sending = false;
    return result;
}

/* The client is gone, or doesn't get what it was promised. */
static void break_off(struct connection *c)
{
    error_report(c, ERROR_CONNECTION_DROPPED);
    connection_close(c, true);
}

/* Shard lock, and the caller uses the connection. `s` is the caller's send or a detached one. */
static enum result start(struct request *r, struct send *s)
{
    struct connection *c = r->connection;
    struct send *rest = s;
    enum result result = admit(r, s);

    if (result)
        return result;
    s->io.bytes = total_length(s);
    if (is_busy(r)) {
        wait_in_line(r, s);
        return RESULT_PENDING;
    }
    result = push_unlocked(r, &rest);
    if (c->state == CONN_CLOSED && result == RESULT_PENDING) {
        if (rest != s)
            io_finish(&rest->io, RESULT_RESET, 0);
        return RESULT_RESET;
    }
    if (result == RESULT_PENDING)
        wait_for_room(r, rest);
    else if (result)
        break_off(c);
    else if (!list_empty(&r->sends))
        connection_want_write(c, true);
    return result == RESULT_PENDING && rest != s ? RESULT_OK : result;
}

/* As start(). */
static enum result refuse(struct request *r, struct send *s)
{
    char text[PAGE_SIZE_MAX];

    if (r->response_begun)
        return RESULT_INVALID;
    s->io.bytes = page_write(s->refusal, false, false, text);
    connection_refuse(r->connection, s->refusal);
    return RESULT_OK;
}

static struct own_send *own_send_of(struct send *s)
{
    return container_of(s, struct own_send, send);
}

/* The copy waits, and the application's operation with it: a cancel finds the one by the other's owner. Shard lock. */
static void end_with_copy(struct send *s, struct send *copy)
{
    own_send_of(copy)->original = s;
    copy->io.owner = s->io.owner;
}

/* A buffered part behind others that wait: copied before it takes its place, because that needs no lock. */
static enum result begin_copied(struct queue *q, uint64_t id, struct send *s)
{
    struct send *copy = NULL;
    enum result result = detach(s, &copy);
    struct request *r = result ? NULL : request_lock(q, id);
    struct connection *c;
    struct shard *shard;
    bool full;

    if (result)
        return result;
    if (!r) {
        own_send_free(own_send_of(copy));
        return RESULT_GONE;
    }
    c = r->connection;
    shard = c->shard;
    full = r->waiting >= BUFFERED_MAX;
    connection_use(c);
    result = start(r, copy);
    s->io.bytes = copy->io.bytes;
    if (result != RESULT_PENDING)
        own_send_free(own_send_of(copy));
    else if (full)
        end_with_copy(s, copy);
    else
        result = RESULT_OK;
    connection_unuse(c);
    shard_unlock(shard);
    return result;
}

static enum result begin(struct queue *q, uint64_t id, struct send *s)
{
    struct request *r = request_lock(q, id);
    struct connection *c;
    struct shard *shard;
    enum result result;

    if (!r)
        return RESULT_GONE;
    c = r->connection;
    shard = c->shard;
    if (s->buffered && !s->with_head && is_busy(r)) { /* a head can only be behind 100 Continue, and waits */
        shard_unlock(shard);
        return begin_copied(q, id, s);
    }
    connection_use(c);
    result = s->refusal ? refuse(r, s) : start(r, s);
    connection_unuse(c);
    shard_unlock(shard);
    return result;
}

enum result send_begin(struct queue *q, uint64_t id, struct send *s)
{
    enum result result = begin(q, id, s);

    io_flush();
    return result;
}

void send_continue(struct request *r)
{
    struct connection *c = r->connection;

    if (r->sending)
        return; /* that thread goes on */
    while (!list_empty(&r->sends)) {
        struct send *s = container_of(r->sends.next, struct send, io.node);
        enum result result = push_pieces(s, c->fd, LOOP_BUDGET);

        if (result == RESULT_PENDING)
            return connection_want_write(c, true);
        list_del(&s->io.node);
        r->waiting -= s->waiting;
        io_finish(&s->io, result, s->sent);
        if (result)
            return break_off(c);
    }
    connection_want_write(c, false);
}

void send_abort(struct request *r, enum result result)
{
    struct list *l;

    while ((l = list_pop(&r->sends))) {
        struct send *s = container_of(l, struct send, io.node);

        io_finish(&s->io, result, s->sent);
    }
}

/* Memory of ours behind what waits already, to be filled; NULL when there is none. */
static struct own_send *send_own(struct request *r, size_t size)
{
    struct own_send *o = own_send_new(size, 1);

    if (!o)
        return NULL;
    o->send.few[0] = (struct piece){.memory = o->data, .fd = -1, .length = size};
    wait_in_line(r, &o->send);
    return o;
}

/* How many bytes of it the socket takes now. */
static size_t send_at_once(int fd, const char *text, size_t size)
{
    ssize_t n;

    do
        n = send(fd, text, size, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? 0 : (size_t)n; /* an error comes again with the rest */
}

/* The verb as it came: a request may be refused before anybody has looked at it. */
static bool is_head(const struct request *r, enum page page)
{
    struct text verb = request_text(r, r->verb_text);

    return page != PAGE_BAD_VERB && verb.len == 4 && !memcmp(verb.ptr, "HEAD", 4);
}

/* Without memory, as long as the socket takes it: a server that has none left can say so. */
void send_page(struct request *r, enum page page, bool detailed)
{
    char text[PAGE_SIZE_MAX];
    size_t size = page_write(page, is_head(r, page), detailed, text);
    size_t sent = is_busy(r) ? 0 : send_at_once(r->connection->fd, text, size);
    struct own_send *o;

    r->response_begun = r->close_after = true;
    if (sent == size)
        return;
    o = send_own(r, size - sent);
    if (!o)
        return connection_close(r->connection, false);
    memcpy(o->data, text + sent, size - sent);
    send_continue(r);
}

void send_invitation(struct request *r)
{
    static const char answer[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct own_send *o = send_own(r, sizeof answer - 1);

    if (!o)
        return connection_close(r->connection, false);
    memcpy(o->data, answer, sizeof answer - 1);
    send_continue(r);
}
