/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * packets.c: taking packets, posting numbered ones, and keeping the books of them.
 */
#include "ports.h"

struct poster posters[MOST_POSTERS];
atomic_uint posted_packets, seen_packets;
void (*handle_foreign)(const struct packet *p);

HANDLE new_port(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);

    check(port != NULL, "no port: %u", (unsigned)GetLastError());
    return port;
}

static ULONG error_of(ULONG_PTR status)
{
    if ((LONG)status >= 0)
        return NO_ERROR;
    return (ULONG)status == 0xc0000120u /* STATUS_CANCELLED */ ? ERROR_OPERATION_ABORTED : ERROR_GEN_FAILURE;
}

static unsigned take_one(HANDLE port, DWORD milliseconds, struct packet *p)
{
    p->error = NO_ERROR;
    p->overlapped = (OVERLAPPED *)&p; /* something that a packet never has */
    if (GetQueuedCompletionStatus(port, &p->bytes, &p->key, &p->overlapped, milliseconds))
        return 1;
    p->error = GetLastError();
    return p->overlapped != NULL;
}

/* Of an entry's Internal the low half is the status; the other half is left as it was. */
unsigned take_entries(HANDLE port, unsigned batch, DWORD milliseconds, BOOL alertable, struct packet *packets)
{
    OVERLAPPED_ENTRY entries[MOST_PACKETS];
    ULONG n = 0;

    if (!GetQueuedCompletionStatusEx(port, entries, batch, &n, milliseconds, alertable))
        return 0;
    check(n >= 1 && n <= batch, "%u packets of at most %u", (unsigned)n, batch);
    for (ULONG i = 0; i < n && i < batch; i++) {
        packets[i].error = error_of(entries[i].Internal);
        packets[i].key = entries[i].lpCompletionKey;
        packets[i].overlapped = entries[i].lpOverlapped;
        packets[i].bytes = entries[i].dwNumberOfBytesTransferred;
    }
    return n;
}

unsigned take(HANDLE port, unsigned batch, DWORD milliseconds, struct packet *packets)
{
    return batch ? take_entries(port, batch, milliseconds, FALSE, packets) : take_one(port, milliseconds, packets);
}

void check_empty(HANDLE port)
{
    struct packet p;
    unsigned n = take(port, 0, 0, &p);

    check(!n, "a packet too many: key %#x", (unsigned)p.key);
    check(n || GetLastError() == WAIT_TIMEOUT, "error %u of an empty port", (unsigned)GetLastError());
}

void posters_init(unsigned n, unsigned count, unsigned *random)
{
    posted_packets = seen_packets = 0;
    for (unsigned i = 0; i < n; i++) {
        struct poster *p = &posters[i];

        p->number = i;
        p->home = 0;
        p->count = count;
        p->random = next_random(random) | 1;
        p->posted = 0;
        p->seen = calloc(count, sizeof *p->seen);
    }
}

/* An OVERLAPPED that is none: the program says what it means. */
static OVERLAPPED *mark_of(unsigned number, unsigned i)
{
    return (OVERLAPPED *)(((ULONG_PTR)number + 1) << 24 | i);
}

BOOL post_numbered(HANDLE port, unsigned number, unsigned i)
{
    return PostQueuedCompletionStatus(port, i, KEY_POSTER + number, mark_of(number, i));
}

static DWORD WINAPI run_poster(void *argument)
{
    struct poster *p = argument;

    for (unsigned i = 0; i < p->count; i++) {
        check(post_numbered(p->port, p->number, i), "posting: %u", (unsigned)GetLastError());
        p->posted++;
        posted_packets++;
        if (next_random(&p->random) % 32 == 0)
            SwitchToThread();
    }
    return 0;
}

void posters_start(unsigned first, unsigned end, HANDLE port)
{
    for (unsigned i = first; i < end; i++) {
        posters[i].port = port;
        posters[i].thread = start_thread(run_poster, &posters[i]);
    }
}

void posters_join(unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++)
        join(posters[i].thread);
}

void posters_check(unsigned n)
{
    unsigned expected = 0;

    for (unsigned i = 0; i < n; i++)
        expected += posters[i].count;
    await(seen_packets >= expected, "posted packets lost");
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = 0; k < posters[i].count; k++)
            check(posters[i].seen[k] == 1, "packet %u of poster %u came %u times", k, i, posters[i].seen[k]);
        free(posters[i].seen);
        posters[i].seen = NULL;
    }
}

static void handle_numbered(struct taker *t, const struct packet *p)
{
    unsigned number = (unsigned)(p->key - KEY_POSTER), i = p->bytes;
    struct poster *poster = &posters[number];

    if (number >= MOST_POSTERS || !poster->seen || i >= poster->count || p->overlapped != mark_of(number, i)) {
        fail("nobody posted this: key %#x, %u bytes", (unsigned)p->key, i);
        return;
    }
    check(p->error == NO_ERROR, "a posted packet with error %u", (unsigned)p->error);
    check(t->home == poster->home, "a posted packet at another port");
    if (t->alone)
        check(i == t->next[number], "poster %u: %u instead of %u", number, i, t->next[number]);
    check(i >= t->next[number], "poster %u: %u comes after %u", number, i, t->next[number] - 1);
    t->next[number] = i + 1;
    poster->seen[i]++;
    seen_packets++;
}

void handle_packet(struct taker *t, const struct packet *p)
{
    t->taken++;
    if (p->key >= KEY_POSTER && p->key < KEY_FOREIGN)
        handle_numbered(t, p);
    else if (p->key >= KEY_FOREIGN && handle_foreign)
        handle_foreign(p);
    else if (p->key >= KEY_QUEUE && p->key < KEY_POSTER)
        server_packet(p, t->home);
    else
        fail("nobody's packet: key %#llx", (unsigned long long)p->key);
}

/* No packet came. */
static void check_timeout(struct taker *t, double start)
{
    ULONG error = GetLastError();
    double waited = now() - start;

    t->timeouts++;
    check(error == WAIT_TIMEOUT, "a wait ended with error %u", (unsigned)error);
    check(t->timeout < DEADLINE, "no packet for a long time");
    check(waited > (double)t->timeout - SLACK, "%.1f ms waited instead of %u", waited, (unsigned)t->timeout);
}

static unsigned take_some(const struct taker *t, struct packet *packets)
{
    if (t->batch)
        return take_entries(t->port, t->batch, t->timeout, t->alertable, packets);
    return take(t->port, 0, t->timeout, packets);
}

static DWORD WINAPI run_taker(void *argument)
{
    struct packet packets[MOST_PACKETS];
    struct taker *t = argument;
    unsigned stops = 0;

    while (!stops) {
        double start = now();
        unsigned n = take_some(t, packets);

        if (!n)
            check_timeout(t, start);
        for (unsigned i = 0; i < n; i++)
            if (packets[i].key == KEY_STOP)
                stops++;
            else
                handle_packet(t, &packets[i]);
    }
    /* A batch may have those of others in it. */
    while (--stops)
        PostQueuedCompletionStatus(t->port, 0, KEY_STOP, NULL);
    return 0;
}

void takers_start(struct taker *takers, unsigned n, HANDLE port, int home, unsigned *random)
{
    static const unsigned batches[] = {0, 0, 1, 3, 64, MOST_PACKETS};
    static const DWORD timeouts[] = {INFINITE, INFINITE, DEADLINE, 100, 1, 25};

    for (unsigned i = 0; i < n; i++) {
        struct taker *t = &takers[i];

        memset(t, 0, sizeof *t);
        t->port = port;
        t->home = home;
        t->batch = batches[next_random(random) % ARRAYSIZE(batches)];
        t->timeout = timeouts[next_random(random) % ARRAYSIZE(timeouts)];
        t->alertable = next_random(random) % 4 == 0;
        t->alone = n == 1;
        t->thread = start_thread(run_taker, t);
    }
}

void takers_stop(struct taker *takers, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        check(PostQueuedCompletionStatus(takers[i].port, 0, KEY_STOP, NULL), "posting a stop");
    for (unsigned i = 0; i < n; i++)
        join(takers[i].thread);
}

static atomic_uint about_to_wait, waits_over;

static DWORD WINAPI run_waiter(void *argument)
{
    struct waiter *w = argument;
    double start = now();

    about_to_wait++;
    w->taken = take(w->port, w->batch, w->timeout, w->packets);
    w->error = w->taken ? NO_ERROR : GetLastError();
    w->waited = now() - start;
    waits_over++;
    return 0;
}

static void start_with_batches(struct waiter *waiters, unsigned n, HANDLE port, DWORD timeout, unsigned *random)
{
    about_to_wait = waits_over = 0;
    for (unsigned i = 0; i < n; i++) {
        struct waiter *w = &waiters[i];

        w->port = port;
        w->timeout = timeout;
        w->thread = start_thread(run_waiter, w);
    }
    await(about_to_wait == n, "threads that never began");
    Sleep(next_random(random) % 16);
}

void waiters_start(struct waiter *waiters, unsigned n, HANDLE port, DWORD timeout, unsigned *random)
{
    for (unsigned i = 0; i < n; i++)
        waiters[i].batch = next_random(random) % 2;
    start_with_batches(waiters, n, port, timeout, random);
}

void waiters_start_several(struct waiter *waiters, unsigned n, HANDLE port, unsigned *random)
{
    for (unsigned i = 0; i < n; i++)
        waiters[i].batch = ARRAYSIZE(waiters[i].packets);
    start_with_batches(waiters, n, port, INFINITE, random);
}

unsigned waiters_over(void)
{
    return waits_over;
}

void waiters_join(struct waiter *waiters, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        join(waiters[i].thread);
}

void waiters_handle(struct waiter *waiters, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < waiters[i].taken; k++) {
            struct taker t = {0};

            handle_packet(&t, &waiters[i].packets[k]);
        }
}
