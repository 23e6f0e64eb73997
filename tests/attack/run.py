# SPDX-License-Identifier: LGPL-2.1-or-later
"""
run.py wine|native [ATTACK...]: the servers hello-iocp and echo under attack, in rounds of several attacks at once; with
names, in rounds of one each. Called by tests/suites/; figures of each round come out as lines "# ...".

What must hold in each round and after it: limits() and after(). They are generous, because this runs on busy machines;
soak.py has the strict ones.
"""
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, "tests/e2e")

import check  # noqa: E402 (tests/e2e is found from here on)
import client  # noqa: E402
import server  # noqa: E402
from attacks import ATTACKS  # noqa: E402
from check import check_below  # noqa: E402
from measure import Clients, Watch, memory, threads  # noqa: E402
from server import Server, wait_until  # noqa: E402

LIMIT = 3          # seconds: EntityBody, DrainEntityBody and HeaderWait; MinSendRate asks for 64 KiB in a second
TIMEOUTS = f"{LIMIT},{LIMIT},30,60,{LIMIT},65536"
ECHO_THREADS = 64  # each slow upload holds one of a synchronous program's threads, as on Windows: the attacks hold 52
ROUNDS = [
    (7, ["slow_headers", "slow_body", "half_body", "broken_promise", "never_reads", "never_reads_echo", "slow_read",
         "idle_crowd", "head_crowd"]),
    (2.5, ["endless_headers", "endless_line", "pipeline_flood", "drain_flood", "tiny_chunks", "chunk_extensions",
           "endless_trailers"]),
    (2.5, ["churn", "reset_storm", "reset_storm_echo", "scans", "ranges", "oversize"]),
]
SINGLE_SECONDS = float(os.environ.get("ATTACK_SECONDS", 7))
CLIENTS, PERIOD = 40, 100  # of each server; ms
MEMORY_SLACK_KB = 16384    # of a round, besides what its attacks may have


def step_back():
    """
    An attacker isn't to take the processor from the server. Where Linux gives each session its share (autogroup), a process's
    nice value counts among those of its session only.
    """
    os.nice(19)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as f:
        f.write("19")


def attackers(seconds, hello, echo, names):
    return subprocess.Popen([sys.executable, "-B", "tests/attack/attacker.py", str(seconds), str(hello.port),
                             str(echo.port), str(LIMIT), *names], stdout=subprocess.PIPE, start_new_session=True,
                            preexec_fn=step_back, env={**os.environ, "PYTHONPATH": "tests/e2e"})


def outcome(process, seconds):
    try:
        output, _ = process.communicate(timeout=seconds + 60)
        return json.loads(output)
    finally:
        process.kill()


def judge(result):
    """Each attack saw what it had to see, and nothing that it mustn't."""
    check.check("the attackers did their work", [], result["failures"])
    for name, seen in result["seen"].items():
        a = ATTACKS[name]
        print(f"# {name}: {seen}")
        check.check(f"{name}: {', '.join(sorted(a.needs)) or 'nothing special'}",
                    (a.needs, set()), (a.needs & set(seen), set(seen) - a.needs - a.may))


@contextlib.contextmanager
def well_behaved(hello, echo):
    with Clients(hello, "hello", CLIENTS, PERIOD) as h, Clients(echo, "echo", CLIENTS, 2 * PERIOD) as e:
        yield {"hello": h, "echo": e}


def quiet_p99(hello, echo, seconds=1.5):
    with well_behaved(hello, echo) as clients:
        wait_until(lambda: False, 0.5)  # until each has its connection
        for c in clients.values():
            c.report()
        wait_until(lambda: False, seconds)
        reports = {kind: c.report() for kind, c in clients.items()}
    for kind, r in reports.items():
        print(f"# quiet, {kind}: {r}")
    return {kind: r.p99 for kind, r in reports.items()}


def limits(reports, quiet):
    """While it lasts: others get right answers, in time."""
    for kind, r in reports.items():
        print(f"# {kind}'s well-behaved clients: {r}")
        check.check(f"  {kind}: others' answers: some, none wrong, no connection broken", (True, 0, 0),
                    (r.requests > 0, r.wrong, r.broken))
        check_below(f"  {kind}: others' p99 (us)", 3000000 + 10 * quiet[kind], r.p99)


def allowance(names, target):
    """KB that the server may take while it is attacked."""
    return MEMORY_SLACK_KB + sum(a.memory * a.workers for a in map(ATTACKS.get, names) if a.target == target)


def given_back(s, before):
    wait_until(lambda: s.descriptors() <= before["descriptors"], 20)
    check.check(f"  {s.sample}: descriptors afterwards", before["descriptors"], s.descriptors())
    check_below(f"  {s.sample}: threads afterwards", before["threads"] + 3, threads(s))


def after(s, names, before, watch):
    """When it is over: what was held is given back."""
    print(f"# {s.sample}: memory {before['memory']} -> {max(watch.column(1))} KB at most, descriptors "
          f"{before['descriptors']} -> {max(watch.column(2))} at most")
    target = "echo" if s.sample == "echo" else "hello"
    given_back(s, before)
    check_below(f"  {s.sample}: memory (KB)", before["memory"] + allowance(names, target),
                max(watch.column(1)))


def settled(s):
    """The number of descriptors once it doesn't change: clients that have just left are gone."""
    counts = [-1] * 10

    def is_stable():
        counts.append(s.descriptors())
        return len(set(counts[-10:])) == 1
    wait_until(is_stable, 20)
    return counts[-1]


def wake_up(s):
    """What begins with the first mistake of a client, the error log, is there from then on."""
    client.exchange(s.port, b"\x16\x03\r\n\r\n")


def state(s):
    return {"descriptors": settled(s), "threads": threads(s), "memory": memory(s)}


def run_round(servers, seconds, names, quiet):
    print(f"# --- {' '.join(names)}: {seconds} s")
    befores = [state(s) for s in servers]
    with contextlib.ExitStack() as stack:
        watches = [stack.enter_context(Watch(s)) for s in servers]
        with well_behaved(*servers) as clients:
            result = outcome(attackers(seconds, *servers, names), seconds)
            reports = {kind: c.report() for kind, c in clients.items()}
    judge(result)
    limits(reports, quiet)
    for s, before, watch in zip(servers, befores, watches):
        after(s, names, before, watch)


SLOWHTTPTEST = {"-H": "hello-iocp", "-B": "echo", "-R": "hello-iocp", "-X": "hello-iocp"}
SLOW_SECONDS = 5
SLOW_CONNECTIONS = {"-H": 40, "-B": 20, "-R": 40, "-X": 40}


def slowhttptest(mode, s, directory, seconds=SLOW_SECONDS):
    args = ["slowhttptest", mode, "-c", SLOW_CONNECTIONS[mode], "-r", 100, "-i", 1, "-l", seconds, "-p", 5,
            "-u", f"http://127.0.0.1:{s.port}/", "-v", 2]
    return subprocess.Popen([*map(str, args), *(["-k", "10", "-n", "1", "-z", "10", "-w", "10", "-y", "20"] * (mode == "-X"))],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=directory, start_new_session=True,
                            preexec_fn=step_back, env={**os.environ, "TERM": "dumb"})


def judge_slowhttptest(mode, output):
    available = re.findall(r"service available: *(\w+)", re.sub(r"\x1b\[[0-9;]*m", "", output))
    check.check(f"slowhttptest {mode}: the service is available whenever it looks", (True, []),
                (len(available) > 0, [a for a in available if a != "YES"]))


def run_slowhttptest(servers, quiet):
    """Its four modes at once: the tool itself asks now and then, and must find the service available."""
    if not shutil.which("slowhttptest"):
        return check.skip("slowhttptest isn't installed")
    print("# --- slowhttptest: slow headers, slow bodies, ranges, slow reads")
    befores = [state(s) for s in servers]
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        watches = [stack.enter_context(Watch(s)) for s in servers]
        with well_behaved(*servers) as clients:
            tools = {mode: slowhttptest(mode, next(s for s in servers if s.sample == sample), directory)
                     for mode, sample in SLOWHTTPTEST.items()}
            outputs = {mode: p.communicate(timeout=SLOW_SECONDS + 60)[0].decode() for mode, p in tools.items()}
            reports = {kind: c.report() for kind, c in clients.items()}
    for mode, output in outputs.items():
        judge_slowhttptest(mode, output)
    limits(reports, quiet)
    for s, before, watch in zip(servers, befores, watches):
        after(s, [], before, watch)


@contextlib.contextmanager
def servers_of_samples():
    with Server("hello-iocp", "4", TIMEOUTS) as hello, Server("echo", str(ECHO_THREADS), TIMEOUTS) as echo:
        wake_up(hello)
        wake_up(echo)
        yield hello, echo


def run(names):
    with servers_of_samples() as (hello, echo):
        quiet = quiet_p99(hello, echo)
        for seconds, group in [(SINGLE_SECONDS, [n]) for n in names] or ROUNDS:
            check.run(f"round {group}", run_round, (hello, echo), seconds, group, quiet)
        if not names:
            check.run("slowhttptest", run_slowhttptest, (hello, echo), quiet)


def prepare(host):
    server.command = server.COMMANDS[host]
    server.MEMORY_LIMIT_KB = 400 * 1024  # at the end; each round has a limit of its own
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # A shell may have started us with SIGINT ignored, and the servers would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def main():
    prepare(sys.argv[1])
    try:
        check.run("attacks", run, sys.argv[2:])
    finally:
        server.kill_all()
    return 0 if check.summary() else 1


if __name__ == "__main__":
    sys.exit(main())
