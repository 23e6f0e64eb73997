/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lanes.pml: requests and receives in the lanes of a queue (engine/queue.c, queue.h).
 *
 *   PUSHERS, RECEIVERS   how many of each; the i-th belongs to lane i % LANES
 *   CANCEL               somebody cancels all receives at any time
 *
 * Requests and receives are alike among themselves, so a list is its length, which is also what the code reads without
 * the lock. A pair that is put together is over. At the end no pair is left.
 */
#ifndef LANES
#define LANES 2
#endif
#ifndef PUSHERS
#define PUSHERS 2
#endif
#ifndef RECEIVERS
#define RECEIVERS 2
#endif

byte ready[LANES], receives[LANES];
bool locked[LANES];
byte matched, canceled, running;

inline lock(l) { atomic { !locked[l] -> locked[l] = true } }
inline unlock(l) { locked[l] = false }

/* match_lanes(): two reads, then both locks in the order of the indexes. */
inline match(r, x)
{
    if
    :: ready[r] > 0 ->
        if
        :: receives[x] > 0 ->
            if
            :: r < x -> lock(r); lock(x)
            :: r > x -> lock(x); lock(r)
            :: else -> lock(r)
            fi;
            do
            :: ready[r] > 0 && receives[x] > 0 -> d_step { ready[r]--; receives[x]--; matched++ }
            :: else -> break
            od;
            unlock(r);
            if :: r != x -> unlock(x) :: else fi
        :: else
        fi
    :: else
    fi
}

proctype Pusher(byte own)
{
    byte i = 0;
    bool given = false;

    lock(own);
    if
    :: receives[own] > 0 -> d_step { receives[own]--; matched++; given = true }
    :: else
#ifndef BREAK_COUNTED_LATE
        -> ready[own]++
#endif
    fi;
    unlock(own);
#ifndef BREAK_PUSH_BLIND
    do
    :: !given && i < LANES -> match(own, i); i++
    :: else -> break
    od;
#endif
#ifdef BREAK_COUNTED_LATE
    if :: !given -> ready[own]++ :: else fi;
#endif
    running--
}

proctype Receiver(byte own)
{
    byte i = 0;
    bool got = false;

    do
    :: !got && i < LANES ->
        if
        :: ready[i] > 0 ->
            lock(i);
            if :: ready[i] > 0 -> d_step { ready[i]--; matched++; got = true } :: else fi;
            unlock(i)
        :: else
        fi;
        i++
    :: else -> break
    od;
    if
    :: !got ->
        lock(own);
        receives[own]++;
        unlock(own);
#ifndef BREAK_RECEIVE_BLIND
        i = 0;
        do
        :: i < LANES -> match(i, own); i++
        :: else -> break
        od
#endif
    :: else
    fi;
    running--
}

#ifdef CANCEL
proctype Canceler()
{
    byte i = 0;

    do
    :: i < LANES ->
        lock(i);
        d_step { canceled = canceled + receives[i]; receives[i] = 0 };
        unlock(i);
        i++
    :: else -> break
    od;
    running--
}
#endif

init
{
    byte i, left_ready, left_receives;

    atomic {
        running = PUSHERS + RECEIVERS;
        for (i : 0 .. PUSHERS - 1) { run Pusher(i % LANES) }
        for (i : 0 .. RECEIVERS - 1) { run Receiver(i % LANES) }
#ifdef CANCEL
        running++;
        run Canceler()
#endif
    }
    running == 0;
    d_step {
        for (i : 0 .. LANES - 1) {
            left_ready = left_ready + ready[i];
            left_receives = left_receives + receives[i]
        }
    }
    assert(!left_ready || !left_receives);
    assert(matched + left_ready == PUSHERS);
    assert(matched + left_receives + canceled == RECEIVERS)
}
