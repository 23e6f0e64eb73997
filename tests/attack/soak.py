# SPDX-License-Identifier: LGPL-2.1-or-later
"""
soak.py [MINUTES [wine|native]]: hello-iocp and echo, with 500 well-behaved clients beside all attacks at once; `make soak
MINUTES=10`. A line every ten seconds, and at the end what had to hold:

  answers       none wrong and no connection broken, quiet or attacked
  restarts      the processes are those that were started
  memory        behind SETTLING seconds, in which Windows' timeouts of 120 s have come once and the heap's arenas have had
                what they hold at most: the median of the last third is at most MEMORY_GROWTH_KB above that of the first
  descriptors   as many when all have left as before they came; threads the same
  time          the well-behaved clients' p99 is at most SLOWER times that of the quiet time just before, by the same clients
                at the same rate

Machines with two processors are what this is for, so the attackers' rates (attacks.py) are such that all processes together
don't need them whole; slowhttptest never sleeps, though. So servers and well-behaved clients go before the attackers, quiet as
well as attacked. How much each took is shown.
"""
import contextlib
import os
import resource
import statistics
import sys
import tempfile
import threading
import time

import run
from run import check  # tests/e2e's
from attacks import ATTACKS
from measure import Clients, Watch, cpu_seconds

HELLO_CLIENTS, ECHO_CLIENTS, PERIOD = 400, 100, 1000  # ms: 500 requests a second, 100 of them with bodies
WARM_UP, QUIET_SECONDS, LINE_SECONDS = 5, 30, 10
SETTLING, MEMORY_GROWTH_KB = 150, 4096
SLOWER = 3
SLOWHTTPTEST_SECONDS = 30


def say(*text):
    print("#", *text, flush=True)


def prefer(pid):
    """
    Runs the process as soon as it has something to do: the attackers, who would have processors of their own elsewhere, take
    what is left. A low priority of theirs isn't enough, a turn of a few milliseconds is theirs all the same. For root only.
    """
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(int(thread), os.SCHED_RR, os.sched_param(1))


def line(begun, clients, watches):
    """How it goes."""
    r = {kind: c.look() for kind, c in clients.items()}
    now = [w.samples[-1] for w in watches]
    say(f"{time.monotonic() - begun:4.0f} s: memory {now[0][1]} {now[1][1]} KB, descriptors {now[0][2]} {now[1][2]}, "
        f"p99 so far {r['hello'].p99} {r['echo'].p99} us, wrong {r['hello'].wrong + r['echo'].wrong}, "
        f"broken {r['hello'].broken + r['echo'].broken}")


def keep_testing_slowly(mode, s, directory, until, outputs):
    """slowhttptest ends when all its connections have been ended, and begins anew."""
    while time.monotonic() < until:
        p = run.slowhttptest(mode, s, directory, min(SLOWHTTPTEST_SECONDS, max(1, int(until - time.monotonic()))))
        outputs.append(p.communicate(timeout=SLOWHTTPTEST_SECONDS + 60)[0].decode())


def begin_slowhttptest(servers, stack, seconds):
    """Threads that end by themselves, and what each mode will have said."""
    if not run.shutil.which("slowhttptest"):
        check.skip("slowhttptest isn't installed")
        return [], {}
    directory = stack.enter_context(tempfile.TemporaryDirectory())
    said = {mode: [] for mode in run.SLOWHTTPTEST}
    threads = [threading.Thread(target=keep_testing_slowly, daemon=True, args=(
        mode, next(s for s in servers if s.sample == sample), directory, time.monotonic() + seconds, said[mode]))
        for mode, sample in run.SLOWHTTPTEST.items()]
    for t in threads:
        t.start()
    return threads, said


def attack(servers, clients, watches, seconds):
    """All at once; what the attackers saw."""
    with contextlib.ExitStack() as stack:
        begun = time.monotonic()
        process = run.attackers(seconds, *servers, list(ATTACKS))
        stack.callback(process.kill)
        threads, said = begin_slowhttptest(servers, stack, seconds)
        while time.monotonic() - begun < seconds:
            time.sleep(min(LINE_SECONDS, max(0, begun + seconds - time.monotonic())))
            line(begun, clients, watches)
        result = run.outcome(process, seconds)
        for t in threads:
            t.join(SLOWHTTPTEST_SECONDS + 60)
    for mode, outputs in said.items():
        run.judge_slowhttptest(mode, "".join(outputs))
    return result


def thirds(samples):
    third = len(samples) // 3
    return statistics.median(samples[:third]), statistics.median(samples[-third:])


def judge_memory(s, watch):
    settling = min(SETTLING, watch.samples[-1][0] / 4)
    first, last = thirds([memory for at, memory, *_ in watch.samples if at >= settling])
    say(f"{s.sample}: memory, medians of the thirds {first:.0f} -> {last:.0f} KB, at most {max(watch.column(1))} KB; "
        f"descriptors at most {max(watch.column(2))}")
    check.check_below(f"{s.sample}: memory of the last third (KB)", first + MEMORY_GROWTH_KB + 1, last)


def judge_clients(kind, quiet, attacked):
    say(f"{kind}, quiet:    {quiet}")
    say(f"{kind}, attacked: {attacked}")
    check.check(f"{kind}: wrong answers, broken connections", [0, 0, 0, 0],
                [quiet.wrong, quiet.broken, attacked.wrong, attacked.broken])
    check.check_below(f"{kind}: p99 attacked (us)", SLOWER * quiet.p99 + 1, attacked.p99)


def measured(servers, seconds):
    """Clients in quiet and under attack, and what the servers needed for that."""
    hello, echo = servers
    with Clients(hello, "hello", HELLO_CLIENTS, PERIOD) as h, Clients(echo, "echo", ECHO_CLIENTS, PERIOD) as e:
        clients = {"hello": h, "echo": e}
        for process in hello, echo, h, e:
            prefer(process.process.pid)
        time.sleep(WARM_UP)
        for c in clients.values():
            c.report()
        time.sleep(QUIET_SECONDS)
        quiet = {kind: c.report() for kind, c in clients.items()}
        before = [cpu_seconds(s) for s in servers], resource.getrusage(resource.RUSAGE_CHILDREN)
        with contextlib.ExitStack() as stack:
            watches = [stack.enter_context(Watch(s, 0.5)) for s in servers]
            result = attack(servers, clients, watches, seconds)
        attacked = {kind: c.report() for kind, c in clients.items()}
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    say("processors: " + ", ".join(f"{s.sample} {(cpu_seconds(s) - b) / seconds:.2f}" for s, b in zip(servers, before[0])) +
        f", attackers {(used.ru_utime + used.ru_stime - before[1].ru_utime - before[1].ru_stime) / seconds:.2f}, "
        f"load {os.getloadavg()[0]:.1f}")
    run.judge(result)
    for kind in clients:
        judge_clients(kind, quiet[kind], attacked[kind])
    for s, watch in zip(servers, watches):
        judge_memory(s, watch)


def soak(minutes):
    with run.servers_of_samples() as servers:
        befores = [run.state(s) for s in servers]
        pids = [s.process.pid for s in servers]
        measured(servers, minutes * 60)
        for s, before, pid in zip(servers, befores, pids):
            check.check(f"{s.sample}: no restart", (pid, None), (s.process.pid, s.process.poll()))
            run.given_back(s, before)


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    run.prepare(sys.argv[2] if len(sys.argv) > 2 else "wine")
    try:
        check.run("soak", soak, minutes)
    finally:
        run.server.kill_all()
    return 0 if check.summary() else 1


if __name__ == "__main__":
    sys.exit(main())
