/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bind.c: several ports, several handles of one, the thread pool's ports, and calls that keep away from theirs.
 */
#include "ports.h"

void case_two_ports(unsigned *random)
{
    struct taker takers[2][2];
    struct server servers[2];
    HANDLE ports[2] = {new_port(), new_port()};

    posters_init(4, 100, random);
    for (int i = 0; i < 2; i++) {
        posters[2 * i].home = posters[2 * i + 1].home = i;
        server_open(&servers[i], KEY_QUEUE + 7); /* the same key: another port */
        servers[i].home = i;
        posters_start(2 * i, 2 * i + 2, ports[i]);
        server_bind(&servers[i], ports[i]);
        server_receive(&servers[i], 4);
    }
    for (int i = 0; i < 2; i++) {
        takers_start(takers[i], 2, ports[i], i, random);
        clients_start(2, &servers[i], 30);
    }
    clients_join();
    posters_join(0, 4);
    posters_check(4);
    for (int i = 0; i < 2; i++) {
        server_close_queue(&servers[i]);
        server_await_end(&servers[i]);
        takers_stop(takers[i], 2);
        check_empty(ports[i]);
        CloseHandle(ports[i]);
        server_free(&servers[i]);
    }
}

static HANDLE duplicate(HANDLE port)
{
    HANDLE other = NULL;

    check(DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS),
          "DuplicateHandle: %u", (unsigned)GetLastError());
    return other;
}

/* Bound, posted to and taken from by either handle: it is one port. */
void case_duplicated_port(unsigned *random)
{
    struct taker takers[4];
    struct server s;
    HANDLE port = new_port(), other = duplicate(port);
    BOOL waiting = next_random(random) % 2;

    posters_init(4, 100, random);
    server_open(&s, KEY_QUEUE);
    if (waiting) {
        takers_start(takers, 2, port, 0, random);
        takers_start(takers + 2, 2, other, 0, random);
    }
    posters_start(0, 2, port);
    posters_start(2, 4, other);
    server_bind(&s, next_random(random) % 2 ? port : other);
    server_receive(&s, 4);
    if (!waiting) {
        takers_start(takers, 2, port, 0, random);
        takers_start(takers + 2, 2, other, 0, random);
    }
    clients_start(2, &s, 30);
    clients_join();
    posters_join(0, 4);
    posters_check(4);
    server_close_queue(&s);
    server_await_end(&s);
    takers_stop(takers, 4);
    check_empty(port);
    check_empty(other);
    CloseHandle(port);
    CloseHandle(other);
    server_free(&s);
}

/* The queue keeps the port, not the handle that it was bound by. */
void case_binding_handle_closed(unsigned *random)
{
    struct taker t = {.alone = TRUE};
    struct server s;
    struct packet p;
    HANDLE port = new_port(), other = duplicate(port);
    unsigned n = 1 + next_random(random) % 4, taken = 0;

    posters_init(1, 10, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, port);
    CloseHandle(port);
    server_receive(&s, n);
    s.stopping = TRUE;
    posters_start(0, 1, other);
    server_cancel(&s, 1, random);
    server_await_overlapped(&s);
    posters_join(0, 1);
    for (; taken < n + 10 && take(other, 0, 500, &p); taken++)
        handle_packet(&t, &p);
    posters_check(1);
    known(taken == n + 10, "a queue's packets are lost when the handle that bound the port is closed before others");
    server_close_queue(&s);
    check_empty(other);
    CloseHandle(other);
    server_free(&s);
}

/* An event, and a number that is nobody's handle; the queue can then still be bound. */
void case_bound_to_no_port(unsigned *random)
{
    struct server s;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), port = new_port();
    HANDLE wrong = next_random(random) % 2 ? event : (HANDLE)(ULONG_PTR)0x3ff0;

    server_open(&s, KEY_QUEUE);
    check(!CreateIoCompletionPort(s.queue, wrong, s.key, 0), "a queue is bound to what isn't a port");
    check(GetLastError() == ERROR_INVALID_HANDLE, "error %u", (unsigned)GetLastError());
    server_bind(&s, port);
    server_close_queue(&s);
    CloseHandle(event);
    CloseHandle(port);
    server_free(&s);
}

/* One queue after the other, while posters and takers go on. */
void case_bound_again(unsigned *random)
{
    struct taker takers[3];
    HANDLE port = new_port();
    unsigned n = 1 + next_random(random) % 3;

    posters_init(2, 300, random);
    takers_start(takers, n, port, 0, random);
    posters_start(0, 2, port);
    for (int i = 0; i < 5; i++) {
        struct server s;

        server_open(&s, KEY_QUEUE + i);
        server_bind(&s, port);
        server_receive(&s, 4);
        clients_start(2, &s, 10);
        clients_join();
        server_close_queue(&s);
        server_await_end(&s);
        server_free(&s);
    }
    posters_join(0, 2);
    posters_check(2);
    takers_stop(takers, n);
    check_empty(port);
    CloseHandle(port);
}

/* A closed port's packets, and those of its queue, stay away from the next port, which may have its handle. */
static void use_again(unsigned *random)
{
    struct taker t = {.alone = TRUE};
    struct server before, after;
    HANDLE port = new_port();
    struct packet p;

    server_open(&before, KEY_QUEUE);
    server_open(&after, KEY_QUEUE + 1);
    server_bind(&before, port);
    server_receive(&before, 8);
    server_cancel(&before, 2, random);
    PostQueuedCompletionStatus(port, 1, KEY_STOP, NULL);
    CloseHandle(port);

    port = new_port();
    check_empty(port);
    server_bind(&after, port);
    server_cancel(&before, 2, random);
    server_close_queue(&before);
    server_await_overlapped(&before);
    check_empty(port);
    server_receive(&after, 4);
    server_close_queue(&after);
    for (int i = 0; i < 4; i++) {
        check(take(port, i % 2, DEADLINE, &p), "error %u", (unsigned)GetLastError());
        handle_packet(&t, &p);
    }
    server_await_end(&after);
    check_empty(port);
    CloseHandle(port);
    server_free(&before);
    server_free(&after);
}

void case_handle_used_again(unsigned *random)
{
    for (int i = 0; i < 5; i++)
        use_again(random);
}

#ifdef _WIN32
#include <tlhelp32.h>

static unsigned count_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    unsigned n = 0;

    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        n += entry.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(snapshot);
    return n;
}
#else
static unsigned count_threads(void)
{
    return 1; /* the native host has none for ports */
}
#endif

/* Nothing is left of a port, however soon it was closed. */
void case_closed_at_once(unsigned *random)
{
    unsigned before = count_threads();

    for (int i = 0; i < 20; i++) {
        struct server s;
        HANDLE port = new_port();

        server_open(&s, KEY_QUEUE);
        server_bind(&s, port);
        if (next_random(random) % 2)
            server_close_queue(&s);
        if (next_random(random) % 2)
            SwitchToThread();
        CloseHandle(port);
        if (!s.stopping)
            server_close_queue(&s);
        server_free(&s);
    }
    await(count_threads() <= before, "threads are left of ports that were closed soon after the binding");
}

#define PAIRS 10

/*
 * What one thread does: a cancel's packet, then the one that it posts, and so on. Whether they come out in this order.
 */
static BOOL take_pairs(struct server *s, struct taker *t, unsigned batch, unsigned first)
{
    struct packet packets[64];
    unsigned taken = 0, n;
    BOOL in_order = TRUE;

    for (unsigned i = 0; i < PAIRS; i++) {
        server_cancel_one(s);
        check(post_numbered(t->port, 0, first + i), "posting: %u", (unsigned)GetLastError());
    }
    while (taken < 2 * PAIRS && (n = take(t->port, batch, DEADLINE, packets)))
        for (unsigned i = 0; i < n; i++, taken++) {
            in_order &= (packets[i].key == s->key) == !(taken % 2);
            handle_packet(t, &packets[i]);
        }
    return in_order;
}

void case_order_of_kinds(unsigned *random)
{
    enum { ROUNDS = 100 };
    static const unsigned batches[] = {0, 1, 3, 64};
    struct taker t = {.alone = TRUE, .port = new_port()};
    struct server s;
    unsigned rounds_in_order = 0;
    BOOL first = TRUE;

    posters_init(1, ROUNDS * PAIRS, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, t.port);
    server_receive(&s, PAIRS);
    for (unsigned i = 0; i < ROUNDS; i++) {
        BOOL in_order = take_pairs(&s, &t, batches[next_random(random) % ARRAYSIZE(batches)], i * PAIRS);

        check(in_order || !rounds_in_order, "out of order in round %u", i);
        rounds_in_order += in_order;
        first &= in_order || i;
    }
    check(rounds_in_order > ROUNDS / 2, "%u of %u rounds in order", rounds_in_order, ROUNDS);
    known(first, "just after the binding a queue's packets overtake posted ones of the same thread");
    posters_check(1);
    s.stopping = TRUE;
    server_cancel(&s, 1, random);
    for (struct packet p; s.begun != s.ended && take(t.port, 0, DEADLINE, &p);)
        handle_packet(&t, &p);
    server_await_end(&s);
    server_close_queue(&s);
    check_empty(t.port);
    CloseHandle(t.port);
    server_free(&s);
}

/* Callbacks of the two kinds, and a port of the program's own, bound to nothing or to a queue, at the same time. */
void case_pool_callbacks(unsigned *random)
{
    struct server servers[3];
    struct taker takers[2];
    HANDLE port = new_port();

    posters_init(2, 200, random);
    for (int i = 0; i < 3; i++)
        server_open(&servers[i], KEY_QUEUE + i);
    server_bind_callback(&servers[0]);
    server_bind_pool(&servers[1]);
    if (next_random(random) % 2)
        server_skip_success(&servers[1]);
    takers_start(takers, 2, port, 0, random);
    posters_start(0, 2, port);
    server_bind(&servers[2], port);
    for (int i = 0; i < 3; i++) {
        server_receive(&servers[i], 4);
        clients_start(2, &servers[i], 40);
    }
    clients_join();
    posters_join(0, 2);
    posters_check(2);
    for (int i = 0; i < 3; i++) {
        server_close_queue(&servers[i]);
        server_await_end(&servers[i]);
    }
    takers_stop(takers, 2);
    check_empty(port);
    CloseHandle(port);
    for (int i = 0; i < 3; i++)
        server_free(&servers[i]);
}

/* The event of a call whose port is not to know. */
static void check_event_only(HANDLE queue, HANDLE event, BOOL cancel)
{
    static union {
        HTTP_REQUEST request;
        char space[4096];
    } in;
    OVERLAPPED o = {.hEvent = (HANDLE)((ULONG_PTR)event | 1)};
    ULONG error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, &in.request, sizeof in, NULL, &o);
    BOOL good;
    DWORD bytes;

    check(error == ERROR_IO_PENDING, "a receive: %u", (unsigned)error);
    if (cancel)
        CancelIoEx(queue, &o);
    check(WaitForSingleObject(event, DEADLINE) == WAIT_OBJECT_0, "the event");
    good = GetOverlappedResult(queue, &o, &bytes, FALSE);
    check(good != cancel, "the result: %u", (unsigned)GetLastError());
}

/* Its operations' packets don't come, others' do. */
void case_event_with_low_bit(unsigned *random)
{
    struct taker t = {.alone = TRUE};
    struct server s;
    struct packet p;
    HANDLE port = new_port(), event = CreateEventW(NULL, TRUE, FALSE, NULL);

    posters_init(2, 50, random);
    server_open(&s, KEY_QUEUE);
    server_bind(&s, port);
    posters_start(0, 2, port);
    for (int i = 0; i < 10; i++)
        check_event_only(s.queue, event, TRUE);
    for (int i = 0; i < 100; i++) {
        check(take(port, i % 2, DEADLINE, &p), "error %u", (unsigned)GetLastError());
        handle_packet(&t, &p);
    }
    posters_join(0, 2);
    posters_check(2);
    check_empty(port);
    /* The next call has its packet again. */
    server_receive(&s, 1);
    server_close_queue(&s);
    check(take(port, 0, DEADLINE, &p), "error %u", (unsigned)GetLastError());
    handle_packet(&t, &p);
    server_await_end(&s);
    check_empty(port);
    CloseHandle(port);
    CloseHandle(event);
    server_free(&s);
}
