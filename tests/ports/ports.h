/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ports.h: what the cases of the test of completion ports share.
 *
 * Three kinds of packets meet at a port, told apart by their keys: those that posters post, numbered; those of the
 * operations of request queues, on which small servers answer requests; and those of other files' I/O (foreign.c). Each
 * must come out once, and one poster's in order.
 */
#ifndef TESTS_PORTS_H
#define TESTS_PORTS_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <http.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE 20000 /* milliseconds that anything may take before it counts as lost */
#define SLACK 20       /* milliseconds that a wait may end too early: Windows' clock ticks every 15.6 */
#define MOST_PACKETS 1000
#define MOST_POSTERS 8
#define MOST_TAKERS 16
#define MOST_CLIENTS 8

enum { KEY_STOP = 1, KEY_QUEUE = 0x100, KEY_POSTER = 0x1000, KEY_FOREIGN = 0x2000 };

/* --- ports.c */

/* Counts a failure and says of what. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define check(condition, ...) ((condition) ? (void)0 : fail(__VA_ARGS__))

/* This case can't be run here. */
void skip(const char *reason);

/* A difference from Windows that is known and reported: said once, and counted as a skip. */
void known(BOOL as_windows, const char *what);

unsigned next_random(unsigned *state);
double now(void); /* milliseconds */

/* Wine, not Windows itself nor the native host. */
BOOL is_wine(void);

/* Until the condition holds; a failure, named so, when it doesn't within DEADLINE. */
#define await(condition, what) \
    do { \
        double await_start = now(); \
        while (!(condition)) { \
            if (now() - await_start > DEADLINE) { \
                fail("%s:%d: %s", __FILE__, __LINE__, (what)); \
                break; \
            } \
            Sleep(1); \
        } \
    } while (0)

HANDLE start_thread(DWORD(WINAPI *run)(void *), void *argument);

/* Waits for its end and closes its handle. */
void join(HANDLE thread);

/* --- packets.c */

struct packet {
    ULONG error; /* of the operation; NO_ERROR of a posted one */
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    DWORD bytes;
};

HANDLE new_port(void);

/*
 * Takes up to `batch` packets with GetQueuedCompletionStatusEx, or for 0 one with GetQueuedCompletionStatus. Returns
 * how many; for none the last error says why.
 */
unsigned take(HANDLE port, unsigned batch, DWORD milliseconds, struct packet *packets);
unsigned take_entries(HANDLE port, unsigned batch, DWORD milliseconds, BOOL alertable, struct packet *packets);

/* A failure when there is a packet. */
void check_empty(HANDLE port);

struct poster {
    HANDLE port, thread;
    unsigned number, count, random;
    int home; /* the port where its packets must come out; as takers' and servers' */
    atomic_uint posted;
    atomic_uchar *seen; /* by packet: how often it came out */
};

extern struct poster posters[MOST_POSTERS];
extern atomic_uint posted_packets, seen_packets;

/* Forgets the last case's packets, and expects `count` of each of `n` posters. */
void posters_init(unsigned n, unsigned count, unsigned *random);
/* Those of these numbers. */
void posters_start(unsigned first, unsigned end, HANDLE port);
void posters_join(unsigned first, unsigned end);

/* The i-th packet of the poster; also called by one in another process. */
BOOL post_numbered(HANDLE port, unsigned number, unsigned i);

/* Waits until each packet of each poster has come out; each once. Frees what posters_init() allocated. */
void posters_check(unsigned n);

struct taker {
    HANDLE port, thread;
    int home;
    unsigned batch;  /* as take()'s */
    BOOL alertable;
    DWORD timeout;   /* of each wait; those shorter than DEADLINE may pass without a packet, and are timed */
    BOOL alone;      /* nobody else takes: the posters' numbers come without gaps */
    unsigned next[MOST_POSTERS];
    unsigned taken, timeouts;
};

/* What to do with a packet. */
void handle_packet(struct taker *t, const struct packet *p);

/* And with one of other files' I/O. */
extern void (*handle_foreign)(const struct packet *p);

/* A thread that takes once, whatever comes, and leaves it to be handled by others. */
struct waiter {
    HANDLE port, thread;
    unsigned batch;
    DWORD timeout;
    unsigned taken;
    ULONG error; /* why nothing was taken */
    double waited;
    struct packet packets[64];
};

/*
 * Starts waiters of 0 or 1 packets, and returns when each is about to wait; whether they do already by then is left
 * to the schedule.
 */
void waiters_start(struct waiter *waiters, unsigned n, HANDLE port, DWORD timeout, unsigned *random);
void waiters_join(struct waiter *waiters, unsigned n);

/* Starts waiters that take as many packets as there are, for ever. */
void waiters_start_several(struct waiter *waiters, unsigned n, HANDLE port, unsigned *random);

/* How many of those that were started last are back. */
unsigned waiters_over(void);

/* What they took. */
void waiters_handle(struct waiter *waiters, unsigned n);

void takers_start(struct taker *takers, unsigned n, HANDLE port, int home, unsigned *random);
void takers_stop(struct taker *takers, unsigned n);

/* --- server.c */

struct op;

struct server {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
    USHORT port_number;
    ULONG_PTR key;
    int home;
    PTP_IO io; /* when bound by CreateThreadpoolIo() */
    BOOL skips;
    atomic_bool stopping; /* nothing new is begun */
    atomic_bool closing;  /* what is begun may find the queue closed */
    atomic_int begun, ended, cancelled;
    _Atomic(struct op *) ops;
};

void server_open(struct server *s, ULONG_PTR key);
void server_bind(struct server *s, HANDLE port);
void server_skip_success(struct server *s);

/* Begins receives. Each goes on by itself: a request is answered, then the next one is received. */
void server_receive(struct server *s, unsigned n);

/* An operation's packet, at that port. */
void server_packet(const struct packet *p, int home);

/* Operations end on the thread pool: by BindIoCompletionCallback, or CreateThreadpoolIo. */
void server_bind_callback(struct server *s);
void server_bind_pool(struct server *s);

/* Closes the queue; its operations end, while others take their packets. Then server_free(). */
void server_close_queue(struct server *s);
void server_await_end(struct server *s);
void server_free(struct server *s);

/* Waits until none is pending, as their OVERLAPPEDs tell, with no regard to packets. */
void server_await_overlapped(struct server *s);

/* The receives that are pending now are cancelled, about one in `odds`. */
void server_cancel(struct server *s, unsigned odds, unsigned *random);

/* Clients that send so many requests each, and wait for each answer. */
void clients_start(unsigned n, const struct server *s, unsigned requests);
void clients_join(void);

/* The next one, in no particular order. */
void server_cancel_one(struct server *s);

SOCKET connect_to(USHORT port_number);

/* --- the cases */

#define CASES(X) \
    X(waiting_for_several) \
    X(posted_before_binding) \
    X(posted_while_binding) \
    X(posted_after_binding) \
    X(other_processes) \
    X(other_files) \
    X(waiting_before_binding) \
    X(timeouts) \
    X(timeouts_while_serving) \
    X(bound_during_a_wait) \
    X(last_moment) \
    X(left_by_its_thread) \
    X(alertable) \
    X(more_waiters_than_packets) \
    X(more_packets_than_waiters) \
    X(port_closed_under_waiters) \
    X(port_closed_under_alertable_waits) \
    X(port_closed_under_operations) \
    X(queue_closed_under_waiters) \
    X(queue_closed_under_calls) \
    X(several_queues) \
    X(two_ports) \
    X(duplicated_port) \
    X(binding_handle_closed) \
    X(bound_to_no_port) \
    X(bound_again) \
    X(handle_used_again) \
    X(closed_at_once) \
    X(order_of_kinds) \
    X(pool_callbacks) \
    X(skip_on_success) \
    X(event_with_low_bit) \
    X(mix_1) \
    X(mix_2) \
    X(mix_4) \
    X(mix_8) \
    X(exit_while_waiting)

#define X(name) void case_##name(unsigned *random);
CASES(X)
#undef X

#ifdef _WIN32
/* The program as foreign.c starts it. */
int other_process(int argc, char **argv);
#endif

#endif
