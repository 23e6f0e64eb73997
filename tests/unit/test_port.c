/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_port.c: a port's packets come out once, in order, to whoever waits; waits end by a packet, their deadline or the
 * port's end. With a shard the waiting threads run its loop, and without one they only sleep.
 */
#include "engine/port.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>

#include "engine/shard.h"
#include "faults.h"
#include "unit.h"

#define MS ((uint64_t)1000000)

static struct port port;

static void open_port(void)
{
    port_init(&port);
}

static void open_with_shard(void)
{
    cr_assert_eq(shards_start(1), RESULT_OK);
    port_init(&port);
}

static void open_with_two_shards(void)
{
    cr_assert_eq(shards_start(2), RESULT_OK);
    port_init(&port);
}

static void close_port(void)
{
    port_close(&port);
    port_destroy(&port);
}

#define PortTest(name) Test(port, name, .init = open_port, .fini = close_port, .timeout = 60)
#define ShardTest(name) Test(port, name, .init = open_with_shard, .fini = close_port, .timeout = 60)

static enum result push(uintptr_t value)
{
    struct packet packet = {.key = 7, .value = value, .bytes = value + 1, .status = -2};

    return port_push(&port, &packet, PUSH_POST);
}

/* The values of what there is. */
static void expect_now(unsigned most, uintptr_t first, unsigned count)
{
    struct packet packets[128];
    unsigned taken = 99;

    cr_assert_eq(port_take(&port, packets, most, &taken, WAIT_NO_TIME), count ? RESULT_OK : RESULT_TIMEOUT);
    cr_assert_eq(taken, count);
    for (unsigned i = 0; i < count; i++) {
        cr_assert_eq(packets[i].value, first + i);
        cr_assert_eq(packets[i].bytes, first + i + 1);
        cr_assert_eq(packets[i].key, 7u);
        cr_assert_eq(packets[i].status, -2);
    }
}

PortTest(in_order)
{
    expect_now(1, 0, 0);
    for (uintptr_t i = 0; i < 100; i++)
        cr_assert_eq(push(i), RESULT_OK);
    expect_now(1, 0, 1);
    expect_now(10, 1, 10);
    expect_now(128, 11, 89);
    cr_assert(port_is_empty(&port));
}

/* The ring wraps around, and grows when it is wrapped. */
PortTest(around_the_ring)
{
    uintptr_t in = 0, out = 0;

    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < 60; i++)
            push(in++);
        expect_now(50, out, 50);
        out += 50;
    }
    for (; in - out > 100; out += 100)
        expect_now(100, out, 100);
    expect_now(128, out, (unsigned)(in - out));
}

PortTest(without_memory)
{
    faults_fail_alloc(1);
    cr_assert_eq(push(1), RESULT_NO_MEMORY);
    cr_assert_eq(push(2), RESULT_OK);
    expect_now(5, 2, 1);
}

static unsigned late_freed;

static void free_late(struct late_packet *late)
{
    (void)late;
    late_freed++;
}

/* The end of an operation while there is no memory for a larger ring. */
static enum result complete(unsigned value, struct late_packet *late)
{
    struct packet packet = {.key = 7, .value = value, .bytes = value + 1, .status = -2};
    enum result result;

    late->free = free_late;
    faults_fail_alloc(1);
    result = port_complete(&port, &packet, late);
    faults_fail_alloc(0);
    return result;
}

/* The ring full with 0 to 63, and 64 and 65 late. */
static void overfill(struct late_packet late[2])
{
    late_freed = 0;
    for (unsigned i = 0; i < 64; i++)
        push(i);
    for (unsigned i = 0; i < 2; i++)
        cr_assert_eq(complete(64 + i, &late[i]), RESULT_PENDING);
}

/* What comes behind it waits behind it, wherever. */
PortTest(an_end_without_memory)
{
    struct late_packet late[3];

    overfill(late);
    expect_now(60, 0, 60);
    cr_assert_eq(late_freed, 0u);
    cr_assert_eq(complete(66, &late[2]), RESULT_OK); /* there is room again, also for those before */
    cr_assert_eq(late_freed, 2u);
    expect_now(50, 60, 7);
    cr_assert(port_is_empty(&port));
}

PortTest(late_ends_are_taken)
{
    struct late_packet late[2];

    overfill(late);
    expect_now(65, 0, 65);
    cr_assert_eq(late_freed, 1u);
    cr_assert(!port_is_empty(&port));
    port_close(&port); /* with the other one */
    cr_assert_eq(late_freed, 2u);
}

static void times_out(void)
{
    struct packet packet;
    uint64_t start = clock_ns();
    unsigned taken;

    cr_assert_eq(port_take(&port, &packet, 1, &taken, start + 30 * MS), RESULT_TIMEOUT);
    cr_assert(clock_ns() - start >= 30 * MS);
    cr_assert_eq(taken, 0u);
    cr_assert(list_empty(&port.waiters));
}

PortTest(nothing_in_time)
{
    times_out();
}

ShardTest(nothing_in_time_for_a_leader)
{
    times_out();
    cr_assert(!shards[0]->leader);
}

/* A thread that takes packets until it has had enough of them, or the port is closed. */
struct taker {
    pthread_t thread;
    unsigned want, most, got;
    enum result result;
    uintptr_t sum, last;
    bool ascending;
};

static void *take(void *arg)
{
    struct taker *t = arg;
    struct packet packets[16];
    unsigned taken;

    t->ascending = true;
    while (t->got < t->want && !(t->result = port_take(&port, packets, t->most, &taken, WAIT_FOR_EVER))) {
        t->got += taken;
        for (unsigned i = 0; i < taken; i++) {
            t->ascending &= packets[i].value > t->last || !t->last;
            t->last = packets[i].value;
            t->sum += packets[i].value;
        }
    }
    return NULL;
}

static void start(struct taker *t, unsigned want, unsigned most)
{
    *t = (struct taker){.want = want, .most = most};
    cr_assert(!pthread_create(&t->thread, NULL, take, t));
}

static unsigned waiters(void)
{
    struct list *l;
    unsigned n = 0;

    pthread_mutex_lock(&port.lock);
    list_for_each(l, &port.waiters)
        n++;
    pthread_mutex_unlock(&port.lock);
    return n;
}

static void await_waiters(unsigned n)
{
    while (waiters() != n)
        sched_yield();
}

static void wakes_a_waiter(void)
{
    struct taker t;

    start(&t, 2, 1);
    await_waiters(1);
    push(5);
    await_waiters(1);
    push(6);
    pthread_join(t.thread, NULL);
    cr_assert_eq(t.sum, 11u);
}

PortTest(a_packet_wakes_a_waiter)
{
    wakes_a_waiter();
}

ShardTest(a_packet_wakes_a_leader)
{
    wakes_a_waiter();
}

static void closes_for_all(void)
{
    struct taker t[4];

    for (unsigned i = 0; i < COUNT(t); i++)
        start(&t[i], 1, 1);
    await_waiters(COUNT(t));
    port_close(&port);
    for (unsigned i = 0; i < COUNT(t); i++) {
        pthread_join(t[i].thread, NULL);
        cr_assert_eq(t[i].result, RESULT_GONE);
    }
    cr_assert_eq(push(1), RESULT_GONE);
}

PortTest(its_end_ends_all_waits)
{
    closes_for_all();
}

ShardTest(its_end_ends_a_leader_and_its_followers)
{
    closes_for_all();
}

#define MANY 20000

/* As many takers as there are, each packet once, and each taker sees them in order. */
static void once_each(unsigned most)
{
    struct taker t[4];
    uintptr_t sum = 0;
    unsigned got = 0;

    for (unsigned i = 0; i < COUNT(t); i++)
        start(&t[i], MANY + 1, most);
    for (uintptr_t i = 1; i <= MANY; i++)
        cr_assert_eq(push(i), RESULT_OK);
    while (!port_is_empty(&port))
        sched_yield();
    await_waiters(COUNT(t));
    port_close(&port);
    for (unsigned i = 0; i < COUNT(t); i++) {
        pthread_join(t[i].thread, NULL);
        cr_assert(t[i].ascending);
        sum += t[i].sum;
        got += t[i].got;
    }
    cr_assert_eq(got, (unsigned)MANY);
    cr_assert_eq(sum, (uintptr_t)MANY * (MANY + 1) / 2);
}

PortTest(each_packet_once)
{
    once_each(1);
}

PortTest(each_packet_once_in_batches)
{
    once_each(16);
}

ShardTest(each_packet_once_with_a_loop_to_run)
{
    once_each(3);
}

static unsigned told;

static void tell(struct port *p)
{
    (void)p;
    told++;
}

PortTest(packets_without_a_waiter_are_told)
{
    struct taker t;

    port.no_waiter = tell;
    push(1);
    cr_assert_eq(told, 1u);
    start(&t, 2, 1);
    await_waiters(1);
    push(2);
    pthread_join(t.thread, NULL);
    cr_assert_eq(told, 1u);
}

/* What the end of an operation leaves to its own thread is handed on when that doesn't come back for it. */
ShardTest(left_and_handed_on)
{
    struct packet packet = {.value = 3};
    struct taker t;
    unsigned taken;

    push(1);
    port_take(&port, &packet, 1, &taken, WAIT_NO_TIME);
    start(&t, 1, 1);
    await_waiters(1);
    packet.value = 3;
    port_push(&port, &packet, PUSH_COMPLETION);
    cr_assert_eq(waiters(), 1u);
    cr_assert(!port_is_empty(&port));
    ports_hand_off();
    pthread_join(t.thread, NULL);
    cr_assert_eq(t.sum, 3u);
}

static void *serve(void *index)
{
    service_run((unsigned)(uintptr_t)index);
}

static void start_service(uintptr_t index)
{
    pthread_t thread;

    cr_assert(!pthread_create(&thread, NULL, serve, (void *)index));
    pthread_detach(thread);
}

static void push_completion(uintptr_t value)
{
    struct packet packet = {.value = value};

    cr_assert_eq(port_push(&port, &packet, PUSH_COMPLETION), RESULT_OK);
}

/* Or none, where another thread was faster. */
static void try_take(void)
{
    struct packet packet;
    unsigned taken;

    port_take(&port, &packet, 1, &taken, WAIT_NO_TIME);
}

static bool is_empty_in(uint64_t time)
{
    for (uint64_t end = clock_ns() + time; !port_is_empty(&port);) {
        if (clock_ns() > end)
            return false;
        sched_yield();
    }
    return true;
}

static bool is_led_by(struct shard *s, const struct waiter *w)
{
    bool is;

    shard_lock(s);
    is = w ? s->leader == w : s->leader && s->leader != &s->service;
    shard_unlock(s);
    return is;
}

static void spin(uint64_t time)
{
    for (uint64_t end = clock_ns() + time; clock_ns() < end;)
        ;
}

/*
 * A thread that was quick with what was left to it until it went away from the last packet; another leads, so nobody else
 * would look.
 */
ShardTest(left_by_a_quick_thread)
{
    struct taker t;

    push(1);
    try_take();
    start(&t, UINT_MAX, 1);
    while (!is_led_by(shards[0], NULL))
        sched_yield();
    start_service(0);
    for (unsigned i = 0; i < 20; i++) {
        for (uint64_t end = clock_ns() + 3 * MS; clock_ns() < end; try_take())
            push_completion(2);
        for (unsigned k = 0; k < 100; k++)
            push_completion(3);
        for (unsigned k = 0; k < 99; k++, spin(25000))
            try_take();
        cr_assert(is_empty_in(5000 * MS), "left for ever");
    }
    port_close(&port);
    pthread_join(t.thread, NULL);
}

/* Its shard is led by the service thread, which has to look all the same, and not only when something happens there. */
Test(port, left_while_the_service_thread_leads, .init = open_with_two_shards, .fini = close_port, .timeout = 60)
{
    struct shard *own = shard_of_thread();
    struct taker t;

    push(1);
    try_take();
    start(&t, UINT_MAX, 1);
    while (!is_led_by(shards[1 - own->index], NULL))
        sched_yield();
    start_service(own->index);
    for (unsigned i = 0; i < 5; i++) {
        while (!is_led_by(own, &own->service))
            sched_yield();
        push_completion(2);
        cr_assert(is_empty_in(300 * MS));
    }
    port_close(&port);
    pthread_join(t.thread, NULL);
}

/* The last moment: whichever comes first, the packet is there afterwards, once. */
ShardTest(a_packet_at_the_deadline)
{
    for (uintptr_t i = 1; i < 300; i++) {
        struct taker t;
        struct packet packet;
        unsigned taken;

        start(&t, 1, 1);
        push(i);
        if (port_take(&port, &packet, 1, &taken, clock_ns() + i * 1000) == RESULT_OK) {
            cr_assert_eq(packet.value, i);
            push(i);
        }
        pthread_join(t.thread, NULL);
        cr_assert_eq(t.sum, i);
        cr_assert(port_is_empty(&port));
    }
}

static void take_ones(unsigned times, bool at_work)
{
    for (uintptr_t i = 0; i < times; i++) {
        push(i);
        expect_now(1, i, 1);
        if (at_work)
            port_at_work(&port);
    }
}

/* A thread that only takes packets gives way to those it wakes; one that works on them stays as it was. */
PortTest(a_thread_that_hands_out)
{
    take_ones(100, true);
    cr_assert_eq(sched_getscheduler(0), SCHED_OTHER);
    take_ones(100, false);
    cr_assert_eq(sched_getscheduler(0) & ~SCHED_RESET_ON_FORK, SCHED_BATCH);
}

static void *work_for_others(void *policy)
{
    for (int i = 0; i < 100; i++)
        port_at_work(&port);
    *(int *)policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    return NULL;
}

PortTest(a_thread_that_works_for_others)
{
    pthread_t thread;
    int policy = -1;

    pthread_create(&thread, NULL, work_for_others, &policy);
    pthread_join(thread, NULL);
    cr_assert_eq(policy, SCHED_OTHER); /* nobody takes packets yet */
    take_ones(1, true);
    pthread_create(&thread, NULL, work_for_others, &policy);
    pthread_join(thread, NULL);
    cr_assert_eq(policy, SCHED_BATCH);
}

/* Sleepers aren't woken while those who return take packets faster than a sleeper wakes. */
Test(pace, quick_and_slow)
{
    struct pace p = {.looked = 1000 * MS};
    uint64_t now = p.looked;

    p.taken = 1000;
    cr_assert(pace_is_quick(&p, now + MS)); /* 1,000 in a millisecond */
    cr_assert(!pace_is_quick(&p, now + 2 * MS)); /* none in another */
    p.taken += 5;
    cr_assert(!pace_is_quick(&p, now + 3 * MS));
    p.taken += 20;
    cr_assert(pace_is_quick(&p, now + 4 * MS));
    cr_assert(pace_is_quick(&p, now + 4 * MS + 1000)); /* too early to say */
}
