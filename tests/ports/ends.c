/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ends.c: ports and queues that are closed while they are in use.
 */
#include "ports.h"

#define WAITERS 4

/*
 * Windows ends the waits with ERROR_ABANDONED_WAIT_0; a thread that comes late finds no handle. Wine 8 lets them wait
 * for their time.
 */
void case_port_closed_under_waiters(unsigned *random)
{
    static struct waiter waiters[WAITERS];
    struct server s;
    HANDLE port = new_port();
    BOOL bound = next_random(random) % 2;

    server_open(&s, KEY_QUEUE);
    if (bound)
        server_bind(&s, port);
    waiters_start(waiters, WAITERS, port, is_wine() ? 150 : DEADLINE, random);
    CloseHandle(port);
    waiters_join(waiters, WAITERS);
    for (unsigned i = 0; i < WAITERS; i++) {
        ULONG error = waiters[i].error;

        check(!waiters[i].taken, "a packet from nowhere");
        check(error == ERROR_ABANDONED_WAIT_0 || error == ERROR_INVALID_HANDLE || (is_wine() && error == WAIT_TIMEOUT),
              "error %u from a closed port", (unsigned)error);
    }
    server_close_queue(&s);
    server_free(&s);
}

static DWORD WINAPI wait_alertably(void *argument)
{
    struct waiter *w = argument;

    w->taken = take_entries(w->port, 1, DEADLINE, TRUE, w->packets);
    w->error = w->taken ? NO_ERROR : GetLastError();
    return 0;
}

/* These wait otherwise (dlls/httpapi/pe/port.c): also under Wine they end, where the port is one of a queue. */
void case_port_closed_under_alertable_waits(unsigned *random)
{
    static struct waiter waiters[WAITERS];
    struct server s;
    HANDLE port = new_port();

    server_open(&s, KEY_QUEUE);
    server_bind(&s, port);
    for (unsigned i = 0; i < WAITERS; i++) {
        waiters[i] = (struct waiter){.port = port};
        waiters[i].thread = start_thread(wait_alertably, &waiters[i]);
    }
    Sleep(next_random(random) % 32);
    CloseHandle(port);
    waiters_join(waiters, WAITERS);
    for (unsigned i = 0; i < WAITERS; i++)
        check(!waiters[i].taken &&
                  (waiters[i].error == ERROR_ABANDONED_WAIT_0 || waiters[i].error == ERROR_INVALID_HANDLE),
              "error %u from a closed port", (unsigned)waiters[i].error);
    server_close_queue(&s);
    server_free(&s);
}

/* They end, and only their packets have nowhere to go. */
void case_port_closed_under_operations(unsigned *random)
{
    struct server s;
    HANDLE port = new_port();
    SOCKET client;
    char request[100];
    int n;

    server_open(&s, KEY_QUEUE + next_random(random) % 2);
    server_bind(&s, port);
    server_receive(&s, 8);
    CloseHandle(port);
    n = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", s.port_number);
    client = connect_to(s.port_number);
    check(send(client, request, n, 0) == n, "sending: %d", WSAGetLastError());
    server_cancel(&s, 2, random);
    server_close_queue(&s);
    server_await_overlapped(&s);
    closesocket(client);
    server_free(&s);
}

/* Its operations' packets come, then others: the port is as it was. */
void case_queue_closed_under_waiters(unsigned *random)
{
    static struct waiter waiters[WAITERS];
    struct server s;
    HANDLE port = new_port();

    posters_init(1, WAITERS, random);
    server_open(&s, KEY_QUEUE + next_random(random) % 2);
    server_bind(&s, port);
    server_receive(&s, WAITERS);
    waiters_start(waiters, WAITERS, port, DEADLINE, random);
    server_close_queue(&s);
    waiters_join(waiters, WAITERS);
    for (unsigned i = 0; i < WAITERS; i++)
        check(waiters[i].taken == 1 && waiters[i].packets[0].error == ERROR_OPERATION_ABORTED,
              "%u packets, error %u", waiters[i].taken, (unsigned)waiters[i].packets[0].error);
    waiters_handle(waiters, WAITERS);
    server_await_end(&s);
    check_empty(port);

    waiters_start(waiters, WAITERS, port, DEADLINE, random);
    posters_start(0, 1, port);
    waiters_join(waiters, WAITERS);
    posters_join(0, 1);
    waiters_handle(waiters, WAITERS);
    posters_check(1);
    check_empty(port);
    CloseHandle(port);
    server_free(&s);
}

/* Threads begin operations in the moment of the close: those end, or are refused, and the port goes on. */
void case_queue_closed_under_calls(unsigned *random)
{
    struct taker takers[3];
    HANDLE port = new_port();

    posters_init(1, 200, random);
    takers_start(takers, 3, port, 0, random);
    posters_start(0, 1, port);
    for (int i = 0; i < 10; i++) {
        struct server s;

        server_open(&s, KEY_QUEUE + i);
        server_bind(&s, port);
        server_receive(&s, 8);
        for (unsigned k = next_random(random) % 8; k; k--)
            server_cancel(&s, 2, random);
        s.closing = TRUE;
        CloseHandle(s.queue);
        server_await_end(&s);
        server_free(&s);
    }
    posters_join(0, 1);
    posters_check(1);
    takers_stop(takers, 3);
    check_empty(port);
    CloseHandle(port);
}
