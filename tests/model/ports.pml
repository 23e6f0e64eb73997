/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ports.pml: one completion port under Wine, from before the binding of a queue until its last handle is closed: what
 * dlls/httpapi/host/wine_port.c and dlls/httpapi/pe/port.c do. docs/completions.md, "Ports under Wine" and "Models".
 *
 * A statement, or an atomic block, is what other threads see as one step: an atomic operation, a call of wineserver,
 * what is done under a lock. A look at `state` is one step with what follows from it where nothing but a later state
 * could come in between: it only goes forward. How a thread waits for the ring is wait.pml's; here it is one blocking
 * step. The pump's further kicks, one a millisecond, come where they are needed.
 *
 *   -DEX      waits take several packets at once from Wine's port, as GetQueuedCompletionStatusEx does
 *   -DCLOSE=1 the program closes the port after the binding; 2: at any time
 *   -DEARLY   a thread waits in Wine's port since before we were loaded, a queue's packets go through that at first
 *   -DTIMED=1 the second thread's waits have a timeout
 *   -DPOSTED=n, -DQUEUED=n, -DFOREIGNERS=n  packets of each source
 *   -DBREAK_  a fault that the checker has to find; tests/suites/model says which
 */

/* enum door_port_state */
#define OUTSIDE  0
#define DRAINING 1
#define RING     2

/* Who sends packets, numbered from 1. */
#define POSTER  0 /* a thread of the program: NtSetIoCompletion */
#define QUEUE   1 /* ends of operations: host_port_push() */
#define FOREIGN 2 /* another process, a socket: straight to Wine's port */
#define SOURCES 3
#define KICK    3 /* packets of ours */
#define STOP    4

/* How many of each, where the command line doesn't say it. */
#ifndef POSTED
#define POSTED 1
#endif
#ifndef QUEUED
#define QUEUED 0
#endif
#ifndef FOREIGNERS
#define FOREIGNERS 0
#endif
#ifndef TIMED
#define TIMED 0 /* the second thread's waits have a timeout */
#endif

chan wine = [8] of { byte, byte }; /* Wine's port */

/* struct wine_port */
chan ring = [4] of { byte, byte }; /* port.ring */
bool closed;                       /* port.closed */
bool handles = true;               /* the program has one, as far as we know */
bool bound;
byte state = OUTSIDE;
byte outside;
bool pumped;

bool really_closed; /* Wine's NtClose of the program's handle was called */
bool has_port;      /* http_queue.port is set */
bool binder_over;   /* the program's call that binds has returned */
byte early;         /* threads that wait in Wine's port past us */
bool exclusive;     /* SRWLOCK draining */
byte shared;

byte last[SOURCES]; /* number of the last packet that the program got of each */
byte waiters;       /* those that haven't returned for good */
byte pumps;

/* The program gets a packet. Those of each source come out once each, all, in order. */
inline deliver(source, number)
{
    assert(source < SOURCES); /* what is ours is none of the program's business */
#ifdef EARLY
#ifdef QUEUE_IN_ORDER
    assert(number == last[source] + 1);
    last[source] = number;
#else
    if
    :: source == QUEUE -> last[QUEUE]++
    :: else -> assert(number == last[source] + 1); last[source] = number
    fi;
#endif
#else
    assert(number == last[source] + 1);
    last[source] = number;
#endif
    source = 0;
    number = 0
}

/* port_push() in engine/port.c: a closed port takes none */
inline port_push(source, number)
{
    if
    :: closed
    :: else -> ring!source, number
    fi
}

/* without_ours(), for one packet of Wine's port */
inline take_outside(source, number)
{
    if
#ifndef BREAK_KICK_SHOWN
    :: source == KICK -> source = 0
#endif
#ifndef BREAK_STOP_SHOWN
    :: source == STOP -> source = 0; /* is_ours(): put back, by the pump's handle: it is there as long as the stop */
#ifdef BREAK_STOP_BY_OWN_HANDLE
        if
        :: !really_closed -> wine!STOP, 0
        :: else
        fi
#else
        wine!STOP, 0
#endif
#endif
    :: else -> deliver(source, number)
    fi
}

/* try_serve() */
inline try_serve()
{
    if
    :: bound && early == 0 && state == OUTSIDE -> state = DRAINING
    :: else
    fi
}

/* port_bound() */
inline port_bound(kicks, wanted)
{
    atomic { try_serve() }; /* wine_port_pump() */
    atomic { /* table_lock */
        wanted = state == DRAINING && !pumped;
        pumped = pumped || wanted
    };
    if
    :: wanted ->
#ifdef BREAK_KICKS_FEW
        atomic { kicks = outside; kicks = (kicks -> kicks - 1 : 0) };
#else
        kicks = outside;
#endif
        atomic { /* start_pump(): NtDuplicateObject fails for a closed handle */
            if
            :: !really_closed -> pumps++; run pump()
            :: else
            fi
        };
        do
        :: atomic { kicks > 0 -> kicks--;
            if
            :: !really_closed -> wine!KICK, 0
            :: else
            fi }
        :: kicks == 0 -> break
        od;
        wanted = false
    :: else
    fi
}

/* A thread that takes packets again and again; one with a timeout stops when that strikes, at any moment of a wait. */
proctype waiter(bool has_timeout; bool is_early)
{
    byte source, number, kicks;
    bool wanted;

    if
    :: is_early ->
end_early: /* in Wine's system call, which returns past us */
        atomic { wine?source, number -> deliver(source, number) };
        early-- /* our_NtRemoveIoCompletion(), take(): early_returned() */
    :: else
    fi;
again:
    /* take(): try_take(): wine_port_take() */
#ifdef CLOSE
    if
    :: !handles -> goto late
    :: else
    fi;
#endif
    /* enter() */
    outside++;
    if
    :: state == OUTSIDE
    :: atomic { state != OUTSIDE -> outside--; goto from_ring }
    fi;
    if
    :: atomic { bound && early == 0 -> outside-- }; /* a->other: leave() */
        port_bound(kicks, wanted);
        goto again
    :: atomic { !(bound && early == 0) }
    fi;
#ifdef CLOSE
    if
    :: really_closed -> goto invalid
    :: else
    fi;
#endif
end_outside: /* real_NtRemoveIoCompletion() */
    if
    :: atomic { wine?source, number -> take_outside(source, number) }
    :: atomic { has_timeout -> outside--; goto returns }
    :: atomic { really_closed && pumps == 0 -> outside--; goto returns } /* Wine 8 waits on; then it's Wine's fault */
    fi;
#ifdef EX
    do
    :: atomic { wine?source, number -> take_outside(source, number) }
    :: break
    od;
#endif
    outside--; /* leave() */
    goto again;
from_ring:
end_ring: /* port_take() */
    if
    :: atomic { ring?source, number -> deliver(source, number) }; goto again
    :: atomic { closed && empty(ring) -> goto returns }
    :: atomic { has_timeout -> goto returns }
    fi;
#ifdef CLOSE
late: /* port_closing() was first: a handle that we know nothing of, until Wine's NtClose */
    if
    :: really_closed -> goto returns
    :: else
    fi;
end_late:
    if
    :: atomic { wine?source, number -> take_outside(source, number) }; goto again
    :: atomic { really_closed && pumps == 0 -> goto returns }
    fi;
invalid:
    outside--;
#endif
returns:
    waiters--
}

/* our_NtSetIoCompletion() */
proctype poster()
{
    byte number = 1;

again:
    if
    :: number > POSTED || really_closed -> goto over
    :: else
    fi;
    /* post(): wine_port_post(): enter() */
#ifdef BREAK_COUNTED_LATE
    if
    :: state == OUTSIDE -> outside++; goto goes_outside
    :: atomic { state != OUTSIDE -> outside++ }
    fi;
#else
    outside++;
#endif
    if
    :: state == OUTSIDE ->
goes_outside:
        wine!POSTER, number;
        atomic { outside--; number++; goto again } /* leave() */
    :: atomic { state == RING -> outside--; port_push(POSTER, number); number++; goto again }
    :: atomic { state == DRAINING -> outside-- }
    fi;
#ifndef BREAK_POST_UNLOCKED
    atomic { !exclusive -> shared++ };
#endif
    outside++; /* post(), once more */
    if
    :: atomic { state == RING -> outside--; port_push(POSTER, number) }
    :: atomic { state != RING -> outside-- };
        wine!POSTER, number
    fi;
#ifndef BREAK_POST_UNLOCKED
    shared--;
#endif
    number++;
    goto again;
over:
}

/* host_port_push() */
proctype queue()
{
    byte number = 1;

end_unbound:
    has_port;
    do
    :: number <= QUEUED ->
        if
        :: state == OUTSIDE -> /* push_outside() */
            outside++;
            if
            :: state == OUTSIDE ->
                wine!QUEUE, number;
                outside--
            :: atomic { state != OUTSIDE -> outside--; port_push(QUEUE, number) }
            fi
        :: atomic { state != OUTSIDE -> port_push(QUEUE, number) }
        fi;
        number++
    :: else -> break
    od
}

proctype foreign()
{
    byte number = 1;

    do
    :: atomic { number <= FOREIGNERS -> wine!FOREIGN, number; number++ }
    :: else -> break
    od
}

/* our_NtSetInformationFile() */
proctype binder()
{
    byte kicks;
    bool wanted;

    if
    :: handles ->
        bound = true;                       /* host_port_open() */
        atomic { try_serve(); has_port = true }; /* bind_port() */
        if
        :: handles -> port_bound(kicks, wanted)
        :: !handles
        fi
    :: !handles
    fi;
    binder_over = true
}

/* pump_one(): `number` is of no use to a stop */
inline pump_one(source, number)
{
    if
    :: source < SOURCES -> port_push(source, number); source = KICK
    :: else
    fi;
    number = 0
}

/* pump() */
proctype pump()
{
    byte source = KICK, number;

    /* drain() */
#ifndef BREAK_PUMP_HURRIES
    do
    :: outside == 0 -> break
#ifndef BREAK_KICKS_ONCE
    :: atomic { outside > 0 && empty(wine) -> wine!KICK, 0 } /* for one that another thread took with its own */
#endif
    od;
#endif
    atomic { !exclusive && shared == 0 -> exclusive = true };
    do
    :: atomic { source != STOP && nempty(wine) -> wine?source, number; pump_one(source, number) }
#ifdef BREAK_RING_TOO_SOON
    :: break
#else
    :: atomic { source == STOP || empty(wine) -> break }
#endif
    od;
    atomic { /* wine_port_serve(): table_lock */
        state = RING;
#ifndef BREAK_STOP_WHILE_DRAINING
        source = (handles -> source : STOP)
#endif
    };
    exclusive = false;
next:
    if
    :: source == STOP -> goto over
    :: else
    fi;
end_next:
    atomic { wine?source, number -> pump_one(source, number) };
    goto next;
over:
    pumps--
}

/* our_NtClose(): port_closing(), then Wine's */
proctype closer()
{
    bool stop;

#if CLOSE == 1
    binder_over;
#endif
    atomic { /* wine_port_closing(): table_lock */
        handles = false;
#ifdef BREAK_STOP_WHILE_DRAINING
        stop = pumped
#else
        stop = pumped && state == RING
#endif
    };
    atomic { /* port_close() */
        closed = true;
        do
        :: nempty(ring) -> ring?_, _
        :: empty(ring) -> break
        od
    };
    if
#ifndef BREAK_NO_STOP
    :: stop -> wine!STOP, 0
#endif
    :: else
    fi;
    really_closed = true
}

/* When nothing can go on. */
proctype monitor()
{
    timeout;
    assert(!exclusive && shared == 0);
#ifdef CLOSE
    assert(pumps == 0);
    assert(!pumped || waiters == 0);
#else
    assert(last[POSTER] == POSTED && last[QUEUE] == QUEUED && last[FOREIGN] == FOREIGNERS);
    assert(state == RING -> outside == 0 : state == OUTSIDE);
    assert(early > 0 || state == RING)
#endif
}

init {
    atomic {
        waiters = 2;
#ifdef EARLY
        early = 1;
        run waiter(false, true);
#else
        run waiter(false, false);
#endif
        run waiter(TIMED, false);
        run binder();
#if POSTED
        run poster();
#endif
#if QUEUED
        run queue();
#endif
#if FOREIGNERS
        run foreign();
#endif
#ifdef CLOSE
        run closer();
#endif
        run monitor();
    }
}
