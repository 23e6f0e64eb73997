/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_attacks.c: what a hostile client might make the engine do too much of. tests/attack attacks whole servers.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "engine/connections.h"
#include "engine/hash.h"
#include "engine/parameters.h"
#include "engine/siphash.h"
#include "engine/text.h"
#include "feed.h"
#include "loopback.h"
#include "unit.h"

#define GET_LOCALHOST "GET /a HTTP/1.1\r\nHost: localhost\r\n"

#define AttackTest(name) LoopbackTest(attacks, name)

/* As much as the sockets hold, without the engine's doing anything. */
static size_t fill(int fd)
{
    static const char data[65536];
    size_t sum = 0;
    ssize_t n;

    while ((n = sendto(fd, data, sizeof data, MSG_NOSIGNAL, NULL, 0)) > 0)
        sum += (size_t)n;
    cr_assert_eq(errno, EAGAIN);
    return sum;
}

/* The head fills its buffer by more than a half: the next one is large. */
static void drain(size_t padding)
{
    int fd = client_open(&l);
    char head[4096];
    struct request *r;
    size_t sent;

    snprintf(head, sizeof head, "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\nX: %0*d\r\n\r\n",
             (int)padding, 0);
    client_send(fd, head);
    app_answer(&l, app_receive(&l)->id, "no");
    client_reply(fd);
    r = loopback_connection()->request;
    cr_assert_eq(r->connection->state, CONN_DRAIN);
    sent = fill(fd);
    shard_lock(shards[0]);
    cr_assert(body_drain(r));
    shard_unlock(shards[0]);
    cr_assert(sent > 200000 && r->body.received > 0 && r->body.received < sent / 2 && r->body.received <= 131072,
              "%zu of %zu bytes in one turn", (size_t)r->body.received, sent);
    client_close(fd);
}

/* A body that nobody wants, as fast as it is read: it doesn't have the loop for itself. */
AttackTest(a_drained_body_leaves_turns_to_others)
{
    drain(1);
}

AttackTest(a_drained_body_behind_a_long_head)
{
    drain(3000);
}

static enum result send_buffered(uint64_t id, struct answer *a, const char *data, size_t n)
{
    answer_part(a);
    answer_memory(a, data, n);
    return answer_send(&l, id, a, MORE | BUFFERED);
}

static uint64_t begin_response(int fd)
{
    struct answer a;
    struct request *r;

    client_send(fd, GET_LOCALHOST "\r\n");
    r = app_receive(&l);
    answer_begin(&a, 200, "OK");
    cr_assert_eq(answer_send(&l, r->id, &a, MORE), RESULT_OK);
    client_reply(fd);
    return r->id;
}

/* Sends buffered parts until one waits; how many were over at once. */
static unsigned send_until_waiting(uint64_t id, struct answer *last, const char *data, size_t n)
{
    unsigned parts = 0;
    enum result result;

    while ((result = send_buffered(id, last, data, n)) == RESULT_OK && parts < 100000)
        parts++;
    cr_assert_eq(result, RESULT_PENDING, "%d behind %u parts", result, parts);
    return parts;
}

/* A client that doesn't read holds up a program that buffers, instead of filling the memory; the memory is copied still. */
AttackTest(buffered_parts_wait_when_many_do)
{
    int fd = client_open(&l);
    uint64_t id = begin_response(fd);
    static char data[10000];
    char got[10000];
    struct answer last;
    unsigned parts;
    size_t left;

    memset(data, 'a', sizeof data);
    parts = send_until_waiting(id, &last, data, sizeof data);
    memset(data, 'b', sizeof data);
    cr_assert(loopback_connection()->request->waiting < 400000, "%zu", (size_t)loopback_connection()->request->waiting);
    for (left = (parts + 1) * sizeof data; left;) {
        ssize_t n = client_read(fd, got, sizeof got);

        cr_assert(n > 0 && !memchr(got, 'b', (size_t)n));
        left -= (size_t)n;
    }
    loopback_run(&last.over);
    cr_assert_eq(last.send.io.result, RESULT_OK);
    cr_assert_eq(last.send.io.bytes, sizeof data);
    cr_assert_eq(loopback_connection()->request->waiting, 0u);
    cr_assert_eq(send_buffered(id, &last, data, 10), RESULT_OK, "there is room again");
    client_close(fd);
}

static bool is_that(const struct io *io, const void *arg)
{
    return io->owner == arg;
}

AttackTest(a_buffered_part_that_waits_can_be_cancelled)
{
    int fd = client_open(&l);
    uint64_t id = begin_response(fd);
    static char data[100000];
    struct answer last;

    for (enum result result = RESULT_OK; result == RESULT_OK;) {
        answer_part(&last);
        last.send.io.owner = &last;
        answer_memory(&last, data, sizeof data);
        result = answer_send(&l, id, &last, MORE | BUFFERED);
    }
    cr_assert_eq(connections_cancel(is_that, &last), 1u);
    cr_assert(last.over && last.send.io.result == RESULT_CANCELED);
    client_close(fd);
}

AttackTest(a_buffered_part_that_waits_ends_with_its_client)
{
    int fd = client_open(&l);
    uint64_t id = begin_response(fd);
    static char data[100000];
    struct answer last;

    send_until_waiting(id, &last, data, sizeof data);
    client_reset(fd);
    loopback_run(&last.over);
    cr_assert_eq(last.send.io.result, RESULT_RESET);
}

/* In one piece: so the engine gets them in one, too. */
static void send_pipeline(int fd, unsigned requests)
{
    static const char one[] = GET_LOCALHOST "\r\n";
    char all[sizeof one * 100];

    cr_assert(requests <= 100);
    for (unsigned i = 0; i < requests; i++)
        memcpy(all + i * (sizeof one - 1), one, sizeof one - 1);
    client_write(fd, all, requests * (sizeof one - 1));
}

/* A client with a hundred requests in the buffer isn't served before another with one. */
AttackTest(a_pipeline_leaves_turns_to_others)
{
    enum { REQUESTS = 100 };
    int a = client_open(&l), b = -1;
    struct request *r;
    unsigned before = 0;

    send_pipeline(a, REQUESTS);
    r = app_receive(&l);
    b = client_open(&l);
    client_send(b, "GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (; !text_is(request_text(r, r->target), "/b"); r = app_receive(&l)) {
        app_answer(&l, r->id, "x");
        before++;
    }
    cr_assert(before < 40, "%u of %u", before, REQUESTS);
    app_answer(&l, r->id, "x");
    for (; before < REQUESTS; before++)
        app_answer(&l, app_receive(&l)->id, "x");
    for (int i = 0; i < REQUESTS; i++)
        cr_assert_eq(client_reply(a)->status, 200);
    client_close(a);
    client_close(b);
}

/* The same client leaves while its next request waits for its turn. */
AttackTest(a_pipeline_that_ends)
{
    int fd = client_open(&l);

    send_pipeline(fd, 100);
    for (int i = 0; i < 16; i++)
        app_answer(&l, app_receive(&l)->id, "x");
    cr_assert(!list_empty(&shards[0]->patient));
    loopback_pass(121); /* HeaderWait */
    cr_assert(list_empty(&shards[0]->patient) && !connections_count());
    client_close(fd);
}

/* Memory that a head of thousands of headers took isn't kept for heads of ten. */
AttackTest(many_headers_are_not_kept)
{
    int fd = client_open(&l);
    struct list *i;

    client_send(fd, GET_LOCALHOST);
    for (int n = 0; n < 3000; n++)
        client_send(fd, "a:\r\n");
    client_send(fd, "\r\n");
    app_answer(&l, app_receive(&l)->id, "x");
    client_reply(fd);
    client_close(fd);
    loopback_settle();
    list_for_each(i, &shards[0]->spare_requests)
        cr_assert(container_of(i, struct request, node)->header_size <= 128);
}

/* --- names of headers */

/* Hashes that anybody can compute. */
static uint32_t fnv_1a(struct text t)
{
    uint32_t h = HASH_START;

    for (size_t i = 0; i < t.len; i++)
        h = hash_step(h, (unsigned char)t.ptr[i]);
    return h;
}

static uint32_t polynomial(struct text t)
{
    uint32_t h = 5381;

    for (size_t i = 0; i < t.len; i++)
        h = h * 33 + (unsigned char)t.ptr[i];
    return h;
}

static uint32_t sum(struct text t)
{
    uint32_t h = 0;

    for (size_t i = 0; i < t.len; i++)
        h += (unsigned char)t.ptr[i];
    return h;
}

static uint32_t siphash_without_key(struct text t)
{
    return (uint32_t)siphash_nocase(&(struct siphash_key){{0, 0}}, t);
}

struct hashed {
    uint32_t hash;
    char line[12];
};

static int by_hash(const void *a, const void *b)
{
    uint32_t x = ((const struct hashed *)a)->hash, y = ((const struct hashed *)b)->hash;

    return (x > y) - (x < y);
}

#define NAMES 1000

/* A head of names in the order of this hash. */
static void feed_ordered_names(struct feed *f, uint32_t (*hash)(struct text))
{
    static struct hashed names[NAMES];

    for (unsigned i = 0; i < NAMES; i++) {
        int n = snprintf(names[i].line, sizeof names[i].line, "x%u:\r\n", i);

        names[i].hash = hash((struct text){names[i].line, (size_t)n - 3});
    }
    qsort(names, NAMES, sizeof *names, by_hash);
    feed_begin(f);
    feed_bytes(f, GET_LOCALHOST, sizeof GET_LOCALHOST - 1);
    for (unsigned i = 0; i < NAMES; i++)
        feed_bytes(f, names[i].line, strlen(names[i].line));
    feed_bytes(f, "\r\n", 2);
    cr_assert_eq(f->result, PARSE_DONE);
}

static unsigned depth_of(const struct request *r, uint16_t link)
{
    const struct header *h = &r->headers[link - 1];
    unsigned low, high;

    if (!link)
        return 0;
    low = depth_of(r, h->below[0]);
    high = depth_of(r, h->below[1]);
    return 1 + (low > high ? low : high);
}

/* A thousand names in random order make a tree of some 22 levels. */
Test(attacks, names_cannot_be_put_in_order)
{
    static uint32_t (*const hashes[])(struct text) = {fnv_1a, polynomial, sum, siphash_without_key};

    for (size_t i = 0; i < COUNT(hashes); i++) {
        struct feed f;
        unsigned depth;

        feed_ordered_names(&f, hashes[i]);
        depth = depth_of(&f.r, f.r.unknown);
        cr_assert(depth >= 10 && depth < 60, "hash %zu: %u levels", i, depth);
        feed_end(&f);
    }
}

bool __real_text_equal_nocase(struct text a, struct text b);
bool __wrap_text_equal_nocase(struct text a, struct text b);

static __thread size_t compared; /* bytes of texts that were compared with others, at most */

bool __wrap_text_equal_nocase(struct text a, struct text b)
{
    compared += a.len == b.len ? a.len : 0;
    return __real_text_equal_nocase(a, b);
}

/* A head of 2000 names of 1000 digits: numbers below `names`, so that they differ in their last digits only. */
static void parse_long_names(unsigned names)
{
    enum { LINES = 2000, NAME = 1000 };
    static char head[sizeof GET_LOCALHOST + LINES * (NAME + 3) + 2] = GET_LOCALHOST;
    size_t size = strlen(head);
    struct feed f;

    for (unsigned i = 0; i < LINES; i++)
        size += (size_t)snprintf(head + size, sizeof head - size, "%0*u:\r\n", NAME, i % names);
    size += (size_t)snprintf(head + size, sizeof head - size, "\r\n");
    parameters.MaxRequestBytes = (uint32_t)size;
    feed_begin(&f);
    feed_bytes(&f, head, size);
    cr_assert_eq(f.result, PARSE_DONE);
    cr_assert(compared < size, "%zu bytes compared for a head of %zu, %u names", compared, size, names);
    feed_end(&f);
}

/* Names that differ in their last bytes only aren't compared, equal ones once: no more work than the head has bytes. */
Test(attacks, long_names_that_differ)
{
    parse_long_names(2000);
}

Test(attacks, one_long_name_many_times)
{
    parse_long_names(1);
}
