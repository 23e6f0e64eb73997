/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * waits.c: threads that wait, for how long, and with what left over.
 */
#include "ports.h"

#define WAITERS 6

/*
 * Who takes several packets at once may take what was to fetch others from where they waited before the binding: all
 * come back, and the packets of a queue find each of them.
 */
void case_waiting_for_several(unsigned *random)
{
    static struct waiter waiters[WAITERS];
    struct server s;
    HANDLE port = new_port();

    server_open(&s, KEY_QUEUE);
    waiters_start_several(waiters, WAITERS, port, random);
    server_bind(&s, port);
    server_receive(&s, WAITERS);
    s.stopping = TRUE;
    for (unsigned i = 0; i < WAITERS; i++) {
        server_cancel_one(&s);
        await(waiters_over() == i + 1, "a packet of a queue lies in a port while threads wait there");
    }
    waiters_join(waiters, WAITERS);
    waiters_handle(waiters, WAITERS);
    server_close_queue(&s);
    server_await_end(&s);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

/* Each waiter gets one packet: half of them posted, half requests that came in. */
void case_waiting_before_binding(unsigned *random)
{
    static struct waiter waiters[WAITERS];
    struct taker takers[2];
    struct server s;
    HANDLE port = new_port();
    BOOL posted_first = next_random(random) % 2;

    posters_init(1, WAITERS / 2, random);
    server_open(&s, KEY_QUEUE);
    waiters_start(waiters, WAITERS, port, next_random(random) % 2 ? INFINITE : DEADLINE, random);
    server_bind(&s, port);
    server_receive(&s, WAITERS);
    if (posted_first)
        posters_start(0, 1, port);
    clients_start(WAITERS - WAITERS / 2, &s, 1);
    if (!posted_first)
        posters_start(0, 1, port);
    waiters_join(waiters, WAITERS);
    for (unsigned i = 0; i < WAITERS; i++)
        check(waiters[i].taken == 1, "a waiter took %u packets, error %u", waiters[i].taken,
              (unsigned)waiters[i].error);
    posters_join(0, 1);
    check_empty(port);

    takers_start(takers, 2, port, 0, random);
    waiters_handle(waiters, WAITERS);
    posters_check(1);
    clients_join();
    server_close_queue(&s);
    server_await_end(&s);
    takers_stop(takers, 2);
    CloseHandle(port);
    server_free(&s);
}

/* The port has nothing. */
static void check_wait(HANDLE port, unsigned batch, DWORD timeout)
{
    struct packet packets[3];
    double start = now(), waited;
    unsigned n = take(port, batch, timeout, packets);
    ULONG error = GetLastError();

    waited = now() - start;
    check(!n, "a packet from nowhere: key %#x", (unsigned)packets[0].key);
    check(n || error == WAIT_TIMEOUT, "a wait ended with error %u", (unsigned)error);
    check(waited > (double)timeout - SLACK, "%.1f ms waited instead of %u", waited, (unsigned)timeout);
    /* Much too late, even for a busy machine. */
    check(waited < (double)timeout + 5000, "%.1f ms waited instead of %u", waited, (unsigned)timeout);
}

static void check_waits(HANDLE port)
{
    static const DWORD timeouts[] = {0, 1, 15, 40, 120};

    for (unsigned i = 0; i < ARRAYSIZE(timeouts); i++) {
        check_wait(port, 0, timeouts[i]);
        check_wait(port, 3, timeouts[i]);
    }
}

void case_timeouts(unsigned *random)
{
    struct server s;
    struct taker t = {.alone = TRUE};
    struct packet p;
    HANDLE port = new_port();

    posters_init(1, 10, random);
    server_open(&s, KEY_QUEUE + 1);
    server_bind(&s, port);
    server_receive(&s, 3);
    check_waits(port);
    /* A long wait ends with the packet, not with its time. */
    posters_start(0, 1, port);
    for (unsigned i = 0; i < 10; i++) {
        check(take(port, i % 2, i % 3 ? INFINITE : DEADLINE, &p), "error %u", (unsigned)GetLastError());
        handle_packet(&t, &p);
    }
    posters_join(0, 1);
    posters_check(1);
    check_wait(port, 0, 30);
    server_close_queue(&s);
    for (unsigned i = 0; i < 3 && take(port, 0, DEADLINE, &p); i++)
        handle_packet(&t, &p);
    server_await_end(&s);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

/* At two other ports, one with an idle queue, while a third one's threads serve. */
void case_timeouts_while_serving(unsigned *random)
{
    struct server busy, idle;
    struct taker takers[3], t = {0};
    struct packet p;
    HANDLE port = new_port(), quiet = new_port(), unbound = new_port();

    server_open(&busy, KEY_QUEUE);
    server_open(&idle, KEY_QUEUE + 1);
    server_bind(&busy, port);
    server_bind(&idle, quiet);
    server_receive(&busy, 8);
    server_receive(&idle, 1);
    takers_start(takers, 3, port, 0, random);
    clients_start(3, &busy, 200);
    for (unsigned i = 0; i < 6; i++) {
        check_wait(quiet, i % 2, 10 + next_random(random) % 40);
        check_wait(unbound, i % 2, 10 + next_random(random) % 40);
    }
    clients_join();
    server_close_queue(&busy);
    server_close_queue(&idle);
    check(take(quiet, 0, DEADLINE, &p), "the idle queue's packet");
    handle_packet(&t, &p);
    server_await_end(&busy);
    server_await_end(&idle);
    takers_stop(takers, 3);
    CloseHandle(port);
    CloseHandle(quiet);
    CloseHandle(unbound);
    server_free(&busy);
    server_free(&idle);
}

/* The binding must neither end a wait nor begin it anew. Late ones are tried again: the machine may be busy. */
void case_bound_during_a_wait(unsigned *random)
{
    enum { TIMEOUT = 200, BIND_AFTER = 140 };
    static struct waiter waiters[2];
    double longest = 2 * TIMEOUT;

    for (int tries = 0; tries < 3 && longest > TIMEOUT + BIND_AFTER / 2; tries++) {
        struct server s;
        HANDLE port = new_port();

        longest = 0;
        server_open(&s, KEY_QUEUE);
        waiters_start(waiters, 2, port, TIMEOUT, random);
        Sleep(BIND_AFTER);
        server_bind(&s, port);
        waiters_join(waiters, 2);
        for (int i = 0; i < 2; i++) {
            const struct waiter *w = &waiters[i];

            check(!w->taken && w->error == WAIT_TIMEOUT, "a wait ended with error %u", (unsigned)w->error);
            check(w->waited > TIMEOUT - SLACK, "%.1f ms waited instead of %u", w->waited, TIMEOUT);
            longest = w->waited > longest ? w->waited : longest;
        }
        server_close_queue(&s);
        CloseHandle(port);
        server_free(&s);
    }
    check(longest < TIMEOUT + BIND_AFTER / 2, "%.1f ms waited instead of %u, three times", longest, TIMEOUT);
}

struct shot {
    HANDLE port, go;
    struct server *server; /* its one receive is cancelled; NULL: a packet is posted */
    double at;
    unsigned round, *random;
    atomic_bool over;
};

/* At the given moment, on the dot. */
static DWORD WINAPI run_shots(void *argument)
{
    struct shot *s = argument;

    while (WaitForSingleObject(s->go, INFINITE) == WAIT_OBJECT_0 && !s->over) {
        while (now() < s->at)
            SwitchToThread();
        if (s->server)
            server_cancel(s->server, 1, s->random);
        else
            post_numbered(s->port, 0, s->round);
    }
    return 0;
}

/* Packets that come when a wait's time is just passing: in this wait or the next, once. */
void case_last_moment(unsigned *random)
{
    enum { ROUNDS = 30 };
    struct shot shot = {.port = new_port(), .go = CreateEventW(NULL, FALSE, FALSE, NULL), .random = random};
    struct server s;
    struct taker t = {.alone = TRUE};
    struct packet p;
    HANDLE thread;

    posters_init(1, ROUNDS, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, shot.port);
    server_receive(&s, 1);
    thread = start_thread(run_shots, &shot);
    for (unsigned i = 0; i < 2 * ROUNDS; i++) {
        DWORD timeout = 1 + next_random(random) % 6;

        shot.server = i % 2 ? &s : NULL;
        shot.round = i / 2;
        shot.at = now() + timeout + (int)(next_random(random) % 3000) / 1000.0 - 1.5;
        SetEvent(shot.go);
        if (!take(shot.port, i / 2 % 2, timeout, &p)) {
            check(GetLastError() == WAIT_TIMEOUT, "a wait ended with error %u", (unsigned)GetLastError());
            check(take(shot.port, i / 2 % 2, DEADLINE, &p), "a packet of the last moment is lost");
        }
        /* The receive goes on only when no cancel can hit it: this round's is past. */
        handle_packet(&t, &p);
    }
    shot.over = TRUE;
    SetEvent(shot.go);
    join(thread);
    posters_check(1);
    check(s.cancelled == ROUNDS, "%d packets of the queue instead of %d", s.cancelled, ROUNDS);
    server_close_queue(&s);
    check(take(shot.port, 0, DEADLINE, &p), "the last packet");
    handle_packet(&t, &p);
    server_await_end(&s);
    check_empty(shot.port);
    CloseHandle(shot.port);
    CloseHandle(shot.go);
    server_free(&s);
}

/* A thread that takes packets and makes some itself, but doesn't come back for them: others get them. */
void case_left_by_its_thread(unsigned *random)
{
    static struct waiter waiters[WAITERS];
    struct taker t = {.alone = TRUE};
    struct server s;
    struct packet p;
    HANDLE port = new_port();

    posters_init(1, 1, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, port);
    post_numbered(port, 0, 0);
    check(take(port, next_random(random) % 2, DEADLINE, &p), "error %u", (unsigned)GetLastError());
    handle_packet(&t, &p);
    posters_check(1);
    server_receive(&s, WAITERS);
    s.stopping = TRUE;
    waiters_start(waiters, WAITERS, port, DEADLINE, random);
    server_cancel(&s, 1, random);
    waiters_join(waiters, WAITERS);
    for (unsigned i = 0; i < WAITERS; i++) {
        check(waiters[i].taken == 1, "a waiter took %u packets", waiters[i].taken);
        check(waiters[i].waited < DEADLINE / 4, "%.0f ms until a packet came", waiters[i].waited);
    }
    waiters_handle(waiters, WAITERS);
    server_await_end(&s);
    server_close_queue(&s);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

void case_more_waiters_than_packets(unsigned *random)
{
    enum { POSTED = 2, CANCELLED = 2, TIMEOUT = 60 };
    static struct waiter waiters[8];
    struct server s;
    struct taker t = {0};
    struct packet p;
    HANDLE port = new_port();
    unsigned taken = 0;

    posters_init(1, POSTED, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, port);
    server_receive(&s, CANCELLED);
    s.stopping = TRUE; /* no receives after these */
    waiters_start(waiters, 8, port, TIMEOUT, random);
    posters_start(0, 1, port);
    server_cancel(&s, 1, random);
    waiters_join(waiters, 8);
    posters_join(0, 1);
    for (unsigned i = 0; i < 8; i++) {
        const struct waiter *w = &waiters[i];

        taken += w->taken;
        check(w->taken || w->error == WAIT_TIMEOUT, "a wait ended with error %u", (unsigned)w->error);
        check(w->taken || w->waited > TIMEOUT - SLACK, "%.1f ms waited instead of %u", w->waited, TIMEOUT);
    }
    waiters_handle(waiters, 8);
    /* On a busy machine some waiters had gone before the packets came. */
    for (; take(port, 0, 0, &p); taken++)
        handle_packet(&t, &p);
    check(taken == POSTED + CANCELLED, "%u packets instead of %u", taken, POSTED + CANCELLED);
    posters_check(1);
    server_await_end(&s);
    server_close_queue(&s);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

/* All are there before the first is taken. */
static void take_heap(unsigned batch, unsigned *random)
{
    enum { POSTERS = 3, POSTED = 400, CANCELLED = 50 };
    static struct packet packets[MOST_PACKETS];
    struct server s;
    struct taker t = {.alone = TRUE};
    HANDLE port = new_port();
    unsigned left = POSTERS * POSTED + CANCELLED, n;

    posters_init(POSTERS, POSTED, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, port);
    server_receive(&s, CANCELLED);
    s.stopping = TRUE;
    posters_start(0, POSTERS, port);
    server_cancel(&s, 1, random);
    posters_join(0, POSTERS);
    server_await_overlapped(&s);
    for (; left; left -= n) {
        n = take(port, batch, DEADLINE, packets);
        if (!n || n > left) {
            fail("%u packets, %u left", n, left);
            break;
        }
        for (unsigned i = 0; i < n; i++)
            handle_packet(&t, &packets[i]);
    }
    posters_check(POSTERS);
    server_await_end(&s);
    server_close_queue(&s);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

void case_more_packets_than_waiters(unsigned *random)
{
    static const unsigned batches[] = {0, 1, 3, 64, MOST_PACKETS};

    for (unsigned i = 0; i < ARRAYSIZE(batches); i++)
        take_heap(batches[i], random);
}

#ifdef _WIN32
static atomic_uint ran;

struct caller {
    HANDLE thread, port, target;
    unsigned calls;
};

static void CALLBACK run_call(ULONG_PTR port)
{
    /* What it posts comes out of the wait it interrupted, or a later one. */
    post_numbered((HANDLE)port, 0, ran++);
}

static DWORD WINAPI run_caller(void *argument)
{
    struct caller *c = argument;

    for (unsigned i = 0; i < c->calls; i++) {
        check(QueueUserAPC(run_call, c->target, (ULONG_PTR)c->port), "QueueUserAPC: %u", (unsigned)GetLastError());
        Sleep(i % 8 == 0); /* most find the thread at work, some in its wait */
    }
    return 0;
}

/* One alertable wait: packets, or calls that ran. */
static void wait_alertably(struct taker *t, unsigned batch)
{
    struct packet packets[64];
    unsigned before = ran, n = take_entries(t->port, batch, DEADLINE, TRUE, packets);

    check(n || GetLastError() == WAIT_IO_COMPLETION, "an alertable wait ended with error %u",
          (unsigned)GetLastError());
    check(n || ran > before, "no call ran in a wait that ended for one");
    for (unsigned i = 0; i < n; i++)
        handle_packet(t, &packets[i]);
}

/* A wait that isn't alertable runs no call, whatever it does inside. */
static void wait_unalertably(struct taker *t, struct server *s, unsigned *random)
{
    struct packet p;
    unsigned before = ran;

    QueueUserAPC(run_call, GetCurrentThread(), (ULONG_PTR)t->port);
    check_wait(t->port, next_random(random) % 2, 5);
    server_cancel(s, 1, random);
    check(take(t->port, next_random(random) % 2, DEADLINE, &p), "no packet");
    handle_packet(t, &p);
    check(ran == before, "a call ran in a wait that isn't alertable");
}

/* Calls run in alertable waits on the port, and only there; each posts a packet, while others come. */
void case_alertable(unsigned *random)
{
    /* Two receives before the requests; then a send and a receive for each. */
    enum { CALLS = 100, POSTED = 200, REQUESTS = 20, OPERATIONS = 2 + 2 * 2 * REQUESTS };
    struct taker t = {.alone = TRUE, .port = new_port()};
    struct caller c = {.port = t.port, .calls = CALLS};
    struct server s;
    double start;

    ran = 0;
    posters_init(3, POSTED, random);
    posters[0].count = CALLS + 1;
    server_open(&s, KEY_QUEUE);
    server_bind(&s, t.port);
    server_receive(&s, 1);
    wait_unalertably(&t, &s, random);
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &c.target, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    c.thread = start_thread(run_caller, &c);
    posters_start(1, 3, t.port);
    clients_start(2, &s, REQUESTS);
    start = now();
    while ((ran <= CALLS || seen_packets < CALLS + 1 + 2 * POSTED || s.begun < OPERATIONS) && now() - start < DEADLINE)
        wait_alertably(&t, 1 + next_random(random) % 64);
    check(ran == CALLS + 1, "%u calls ran instead of %u", ran, CALLS + 1);
    join(c.thread);
    clients_join();
    posters_join(1, 3);
    posters_check(3);
    server_close_queue(&s);
    while (s.begun != s.ended && now() - start < 2 * DEADLINE)
        wait_alertably(&t, 1);
    server_await_end(&s);
    check_empty(t.port);
    CloseHandle(c.target);
    CloseHandle(t.port);
    server_free(&s);
}
#else
void case_alertable(unsigned *random)
{
    (void)random;
    skip("the native host has no APCs");
}
#endif
