/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.pml: threads that wait for one port's packets, who runs the loops meanwhile, and whom a packet wakes: what
 * dlls/httpapi/engine/wait.c and dlls/httpapi/engine/port.c do, in two shards. docs/completions.md, "Packets" and
 * "Models".
 *
 * A statement, or an atomic block, is what other threads see as one step: an atomic operation, or what is done under a
 * lock. Time passes at any moment. A loop's sweep, which ends its sleep once a second, is left out: nothing may need
 * it.
 *
 *   -DTIMED      waits of the second thread have a deadline
 *   -DPOSTED=n   packets that a thread which never waits posts
 *   -DEVENTS=n   loop events of shard 0, each of which ends an operation
 *   -DFIRST=n    packets that the first thread takes before it is away
 *   -DLEFT       the second thread takes a packet, ends an operation and is away then
 *   -DCLOSE      the port is closed
 *   -DBREAK_     a fault that the checker has to find; tests/suites/model says which
 */
#define SHARDS  2
#define TAKERS  3
#define THREADS 5 /* with the service threads, which come last */
#define NOBODY  9
#define SERVICE(s) (TAKERS + (s))

#ifndef POSTED
#define POSTED 0
#endif
#ifndef EVENTS
#define EVENTS 0
#endif
#ifndef FIRST
#define FIRST 9
#endif

/* enum wait_state */
#define AWAKE  0
#define ASLEEP 1
#define OVER   2
#define LEADS  3 /* + shard */

/* struct waiter, by thread */
byte state[THREADS];
bool in_futex[THREADS];  /* FUTEX_WAIT, in the kernel */
byte followers[TAKERS];  /* in shard.followers of shard n - 1; 0: in none */

/* struct shard */
byte leader[SHARDS];
bool polling[SHARDS];
bool wake_sent[SHARDS];  /* ev_async */
bool departures[SHARDS]; /* has shard.departures changed since the service thread looked? */
bool service_sleeps[SHARDS];
byte events[SHARDS];     /* what epoll would tell */
byte running[SHARDS];    /* how many threads are inside the loop */

/* struct port */
byte count;              /* packets in the ring */
bool closed;
bool quick;              /* port.pace: packets were taken since the last look, or that was just now */
bool in_waiters[TAKERS]; /* in port.waiters */

/* Thread-local variables of port.c */
bool waiting[THREADS];
bool taken_from[THREADS];

byte pushed, taken;
byte in_take;            /* threads in port_take() */

/* futex_wake() */
#ifdef BREAK_NO_FUTEX_WAKE
#define futex_wake(t) skip
#else
#define futex_wake(t) in_futex[t] = false
#endif

/* waiter_end() */
inline waiter_end(t, was)
{
    was = state[t];
    state[t] = OVER;
    if
    :: was == ASLEEP -> futex_wake(t)
    :: was >= LEADS ->
#ifndef BREAK_NO_ASYNC
        wake_sent[was - LEADS] = true
#else
        skip
#endif
    :: else
    fi;
    was = 0
}

/* waiter_rouse(), for one that sleeps */
#define waiter_rouse(t) state[t] = AWAKE; in_futex[t] = false

/* end_wait(choose_waiter()): any that sleeps, else any. Port lock */
inline end_some_wait(t, was)
{
    if
    :: in_waiters[0] && state[0] == ASLEEP -> t = 0
    :: in_waiters[1] && state[1] == ASLEEP -> t = 1
    :: in_waiters[2] && state[2] == ASLEEP -> t = 2
    :: else ->
        if
        :: in_waiters[0] -> t = 0
        :: in_waiters[1] -> t = 1
        :: in_waiters[2] -> t = 2
        fi
    fi;
    in_waiters[t] = false;
    waiter_end(t, was);
    t = 0
}

#define nobody_waits (!in_waiters[0] && !in_waiters[1] && !in_waiters[2])

/* service_expect(). Shard lock. A service thread that leads rests after the turn, and looks */
inline service_expect(s)
{
    departures[s] = true;
    if
    :: service_sleeps[s] ->
        service_sleeps[s] = false;
        if
        :: state[SERVICE(s)] == ASLEEP -> waiter_rouse(SERVICE(s))
        :: else
        fi
    :: else
#ifndef BREAK_EXPECT_NO_POKE
        if
        :: leader[s] == SERVICE(s) && polling[s] -> wake_sent[s] = true
        :: else
        fi
#endif
    fi
}

/* port_push() by thread `me` of shard `own` */
inline port_push(me, own, completion, t, was, left)
{
    atomic { /* port lock; wake() */
        pushed++;
        count++;
        if
        :: nobody_waits
        :: else ->
            if
            :: me < TAKERS && waiting[me] ->
                if
                :: in_waiters[me] -> in_waiters[me] = false; waiter_end(me, was)
                :: else /* a leader: when it leaves, the service thread looks */
                fi
            :: else ->
                if
                :: completion && taken_from[me] -> left = true
                :: else -> end_some_wait(t, was)
                fi
            fi
        fi
    };
    if
    :: left ->
        left = false;
#ifndef BREAK_NOT_EXPECTED
        atomic { service_expect(own) } /* service_expect_thread() */
#endif
    :: else
    fi
}

/* promote_follower(). Shard lock */
inline promote_follower(s, t, found)
{
    found = false;
    do
    :: !found && followers[0] == s + 1 -> followers[0] = 0; t = 0; promote(s, t, found)
    :: !found && followers[1] == s + 1 -> followers[1] = 0; t = 1; promote(s, t, found)
    :: !found && followers[2] == s + 1 -> followers[2] = 0; t = 2; promote(s, t, found)
    :: else -> break
    od;
    t = 0
}

inline promote(s, t, found)
{
    if
    :: state[t] == ASLEEP -> waiter_rouse(t); departures[s] = true; found = true
    :: else
    fi
}

/* shard_turn() until the loop sleeps, and from when it has woken up. Shard lock; let go in between */
inline turn_begins(s, me)
{
    state[me] = LEADS + s;
    running[s]++;
    assert(running[s] == 1);
    polling[s] = true
}

inline turn_ends(s, me, ended)
{
    ended = events[s]; /* operations for io_flush() */
    events[s] = 0;
    wake_sent[s] = false;
    polling[s] = false;
    running[s]--;
    if
    :: state[me] == LEADS + s -> state[me] = AWAKE
    :: else
    fi
}

inline io_flush(me, own, ended, t, was, left)
{
    do
    :: ended > 0 -> ended--; port_push(me, own, true, t, was, left)
    :: ended == 0 -> break
    od
}

/* lead(). Shard lock */
inline begins_leading(s, me)
{
    if
    :: state[me] == OVER -> /* comes and goes: service_expect() of one that doesn't sleep, where nobody leads */
        assert(!service_sleeps[s]);
        departures[s] = true;
        goto wait
    :: state[me] != OVER -> leader[s] = me; turn_begins(s, me); goto turn
    fi
}

inline leaves(s)
{
    leader[s] = NOBODY;
#ifndef BREAK_LEADER_SAYS_NOTHING
    service_expect(s)
#endif
}

/* follow(). Shard lock */
inline begin_following(s, me)
{
    if
    :: state[me] == AWAKE ->
        state[me] = ASLEEP;
        followers[me] = s + 1;
#ifndef BREAK_NO_POKE
        if
        :: leader[s] == SERVICE(s) && polling[s] -> wake_sent[s] = true /* shard_poke() */
        :: else
        fi
#endif
    :: else
    fi
}

/* A thread of the program; its home is shard `own`. Takes `most` packets, or all that come. */
proctype taker(byte me; byte own; bool has_deadline; byte most)
{
    byte s, t, was, ended;
    bool left, got, in_time, past;

again:
    /* port_take() */
    atomic { in_take++; in_time = true };
look:
    atomic { /* port lock */
        got = false;
        if
        :: count > 0 -> count--; taken++; quick = true; got = true; in_take--; goto over
        :: count == 0 && closed -> in_take--; goto over
        :: count == 0 && !closed && !in_time -> in_take--; goto over
        :: else
        fi;
        state[me] = AWAKE; /* wait_for_push() */
        in_waiters[me] = true;
        waiting[me] = true
    };
wait: /* waiter_wait_until() */
    if
    :: state[me] == OVER -> goto waited
    :: state[me] != OVER && !past
    :: atomic { state[me] != OVER && has_deadline -> past = true; in_time = false; goto waited }
    fi;
    /* choose_shard(), and what wait_in_shard() does under the same lock */
    atomic {
        s = own;
        if
        :: leader[s] == NOBODY -> begins_leading(s, me)
        :: leader[s] == SERVICE(s) -> begin_following(s, me); goto sleep
        :: else
        fi
    };
    atomic {
        s = 1 - own;
        if
        :: leader[s] == NOBODY -> begins_leading(s, me)
        :: leader[s] == SERVICE(s) -> begin_following(s, me); goto sleep
        :: else
        fi
    };
    atomic {
        s = own;
        if
        :: leader[s] == NOBODY -> begins_leading(s, me)
        :: else -> begin_following(s, me); goto sleep
        fi
    };
turn: /* lead() */
end_polls:
    if
    :: atomic { events[s] > 0 || wake_sent[s] -> turn_ends(s, me, ended) }
    :: atomic { has_deadline -> past = true; turn_ends(s, me, ended) }
    fi;
    io_flush(me, own, ended, t, was, left);
    if
    :: atomic { state[me] != OVER && !past -> turn_begins(s, me); goto turn }
    :: atomic { state[me] == OVER || past -> leaves(s); goto wait }
    :: atomic { has_deadline -> past = true; leaves(s); goto wait }
    fi;
sleep: /* waiter_sleep(), futex_wait() */
    atomic {
        if
#ifdef BREAK_SLEEPS_UNSEEN
        :: true -> in_futex[me] = true
#else
        :: state[me] == ASLEEP -> in_futex[me] = true
        :: state[me] != ASLEEP
#endif
        fi
    };
end_sleeps:
    if
    :: !in_futex[me]
    :: atomic { has_deadline -> past = true; in_futex[me] = false }
    fi;
    atomic {
        if
        :: state[me] == ASLEEP -> state[me] = AWAKE
        :: else
        fi
    };
    atomic { followers[me] = 0; goto wait };
waited:
    atomic { /* wait_for_push() ends: port lock */
        waiting[me] = false;
        in_waiters[me] = false;
        state[me] = AWAKE;
#ifdef BREAK_TIMEOUT_LOOKS_NO_MORE
        if
        :: !in_time -> in_take--; goto over
        :: else
        fi
#endif
    };
    goto look;
over:
    if
    :: got ->
        taken_from[me] = true;
        most--;
        if
        :: most == 0 && me == 2 -> port_push(me, own, true, t, was, left)
        :: most > 0 -> goto again
        :: else
        fi
    :: else
    fi
}

/* service_run() */
proctype service(byte s)
{
    byte t, was, ended, left_over;
    bool found, quiet, left, again;

round: /* service_round() */
    atomic {
        quiet = !departures[s] && !again;
        again = false;
        departures[s] = false;
        found = false;
        if
        :: leader[s] == NOBODY && quiet -> promote_follower(s, t, found)
        :: else
        fi;
        if
        :: leader[s] == NOBODY && quiet && !found -> leader[s] = SERVICE(s); turn_begins(s, SERVICE(s))
        :: else ->
            /* service_rest() */
#ifdef BREAK_RESTS_FOR_GOOD
            quiet = true;
#else
            quiet = quiet && !found;
#endif
            service_sleeps[s] = quiet;
            state[SERVICE(s)] = ASLEEP;
            in_futex[SERVICE(s)] = true;
            goto rest
        fi
    };
end_leads:
    atomic { events[s] > 0 || wake_sent[s] ->
        turn_ends(s, SERVICE(s), ended);
        leader[s] = NOBODY;
        promote_follower(s, t, found)
    };
    io_flush(SERVICE(s), s, ended, t, was, left);
    goto round;
rest: /* until roused, or for a tick */
end_rests:
    atomic {
        !in_futex[SERVICE(s)] || !quiet;
        state[SERVICE(s)] = AWAKE;
        in_futex[SERVICE(s)] = false
    };
#ifndef BREAK_NO_HAND_OFF
    atomic { /* ports_hand_off(), port lock; pace_is_quick() depends on the time, so it may say so or not */
        if
        :: quick -> quick = false;
#ifndef BREAK_SKIPPED_LOOK_COUNTS
            again = count > 0 && !nobody_waits
#endif
        :: quick = true;
            left_over = count;
            do
            :: left_over > 0 && !nobody_waits -> left_over--; end_some_wait(t, was)
            :: left_over == 0 || nobody_waits -> break
            od;
            left_over = 0
        fi
    };
#endif
    goto round
}

/* PUSH_POST by a thread that takes nothing, or an end of an operation in such a thread */
proctype poster()
{
    byte n, t, was;
    bool left;

    do
    :: n < POSTED -> n++; port_push(SERVICE(0), 0, false, t, was, left)
    :: n == POSTED -> break
    od
}

/* What clients do to the loop of shard 0. */
proctype clients()
{
    byte n;

    do
    :: atomic { n < EVENTS -> n++; events[0]++ }
    :: n == EVENTS -> break
    od
}

/* port_close(), when all packets were pushed */
proctype closer()
{
    byte t, was;

    atomic {
        closed = true;
        count = 0;
#ifndef BREAK_CLOSE_WAKES_ONE
        do
        :: !nobody_waits -> end_some_wait(t, was)
        :: nobody_waits -> break
        od
#else
        if
        :: !nobody_waits -> end_some_wait(t, was)
        :: nobody_waits
        fi
#endif
    }
}

#define has_followers(s) (followers[0] == s + 1 || followers[1] == s + 1 || followers[2] == s + 1)

/* When nothing can go on but time. */
proctype monitor()
{
    timeout;
    assert(events[0] == 0 && events[1] == 0); /* somebody led */
    assert(count == 0 || in_take == 0);       /* no packet for which a thread waits */
    assert(!closed || in_take == 0);
    assert(leader[0] != SERVICE(0) || !has_followers(0)); /* it made way */
    assert(leader[1] != SERVICE(1) || !has_followers(1));
#ifndef CLOSE
    assert(pushed == taken + count)
#endif
}

init {
    atomic {
        leader[0] = NOBODY;
        leader[1] = NOBODY;
        run service(0);
        run service(1);
        run taker(0, 0, false, FIRST);
#ifdef LEFT
        run taker(2, 1, false, 1);
#else
#ifdef TIMED
        run taker(1, 0, true, 9);
#else
        run taker(1, 1, false, 1);
#endif
#endif
#if POSTED
        run poster();
#endif
#if EVENTS
        run clients();
#endif
#ifdef CLOSE
        run closer();
#endif
        run monitor();
    }
}
