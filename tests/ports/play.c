/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * play.c: everything at one port at the same time.
 */
#include "ports.h"

enum skipping { ANY, SKIP_BEFORE_BINDING, SKIP_AFTER_BINDING, NO_SKIPPING };

struct plan {
    unsigned takers, posters, packets, clients, requests, servers;
    unsigned bind_at;  /* quarters of the posters' packets that are posted before the queues are bound */
    BOOL takers_first; /* they may wait when the queues are bound */
    BOOL disturbed;    /* receives are cancelled meanwhile */
    enum skipping skipping;
};

#define MOST_SERVERS 3

static void bind_server(struct server *s, HANDLE port, enum skipping skipping, unsigned *random)
{
    if (skipping == ANY)
        skipping = SKIP_BEFORE_BINDING + next_random(random) % 3;
    if (skipping == SKIP_BEFORE_BINDING)
        server_skip_success(s);
    server_bind(s, port);
    if (skipping == SKIP_AFTER_BINDING)
        server_skip_success(s);
    server_receive(s, 8);
}

static void serve(const struct plan *plan, struct server *servers, unsigned *random)
{
    for (unsigned i = 0; i < plan->clients; i++)
        clients_start(1, &servers[i % plan->servers], plan->requests);
    for (int i = 0; plan->disturbed && i < 20; i++) {
        server_cancel(&servers[i % plan->servers], 4, random);
        SwitchToThread();
    }
    clients_join();
}

static void play(const struct plan *plan, unsigned *random)
{
    struct server servers[MOST_SERVERS];
    struct taker takers[MOST_TAKERS];
    HANDLE port = new_port();
    unsigned wanted = plan->posters * plan->packets * plan->bind_at / 4;

    posters_init(plan->posters, plan->packets, random);
    for (unsigned i = 0; i < plan->servers; i++)
        server_open(&servers[i], KEY_QUEUE + i + next_random(random) % 2 * MOST_SERVERS);
    if (plan->takers_first)
        takers_start(takers, plan->takers, port, 0, random);
    if (wanted)
        posters_start(0, plan->posters, port);
    while (posted_packets < wanted)
        SwitchToThread();
    for (unsigned i = 0; i < plan->servers; i++)
        bind_server(&servers[i], port, plan->skipping, random);
    if (!wanted)
        posters_start(0, plan->posters, port);
    if (!plan->takers_first)
        takers_start(takers, plan->takers, port, 0, random);
    serve(plan, servers, random);
    posters_join(0, plan->posters);
    posters_check(plan->posters);
    for (unsigned i = 0; i < plan->servers; i++) {
        server_close_queue(&servers[i]);
        server_await_end(&servers[i]);
    }
    takers_stop(takers, plan->takers);
    check_empty(port);
    CloseHandle(port);
    for (unsigned i = 0; i < plan->servers; i++)
        server_free(&servers[i]);
}

static void play_binding(unsigned bind_at, unsigned takers, unsigned *random)
{
    struct plan plan = {.takers = takers, .posters = 4, .packets = 200, .clients = 2, .requests = 20, .servers = 1};

    plan.bind_at = bind_at;
    plan.takers_first = next_random(random) % 2;
    play(&plan, random);
}

void case_posted_before_binding(unsigned *random)
{
    play_binding(4, 1, random);
    play_binding(4, 3, random);
}

void case_posted_while_binding(unsigned *random)
{
    play_binding(1 + next_random(random) % 3, 1, random);
    play_binding(1 + next_random(random) % 3, 3, random);
}

void case_posted_after_binding(unsigned *random)
{
    play_binding(0, 1, random);
    play_binding(0, 3, random);
}

void case_several_queues(unsigned *random)
{
    struct plan plan = {.takers = 2, .posters = 2, .packets = 100, .clients = 6, .requests = 30, .servers = 3};

    plan.bind_at = next_random(random) % 5;
    plan.takers_first = next_random(random) % 2;
    plan.disturbed = TRUE;
    play(&plan, random);
}

void case_skip_on_success(unsigned *random)
{
    struct plan plan = {.takers = 2, .posters = 2, .packets = 100, .clients = 4, .requests = 40, .servers = 1};

    plan.bind_at = next_random(random) % 5;
    plan.skipping = SKIP_BEFORE_BINDING;
    play(&plan, random);
    plan.skipping = SKIP_AFTER_BINDING;
    plan.disturbed = TRUE;
    play(&plan, random);
}

static void mix(unsigned takers, unsigned *random)
{
    struct plan plan = {.posters = 3, .packets = 300, .clients = 6, .requests = 60, .servers = 1};

    plan.takers = takers;
    plan.bind_at = next_random(random) % 4;
    plan.takers_first = next_random(random) % 2;
    plan.disturbed = next_random(random) % 2;
    play(&plan, random);
}

void case_mix_1(unsigned *random)
{
    mix(1, random);
}

void case_mix_2(unsigned *random)
{
    mix(2, random);
}

void case_mix_4(unsigned *random)
{
    mix(4, random);
}

void case_mix_8(unsigned *random)
{
    mix(8, random);
}
