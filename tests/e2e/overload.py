# SPDX-License-Identifier: LGPL-2.1-or-later
"""Too much of everything: connections, descriptors, memory, one client's requests. What was there before goes on, nothing
is burnt while nothing can be done, and when it is over all is as it was."""
import os
import resource
import socket
import subprocess
import time
from collections import Counter

import client
import server
from check import check, check_below, check_match, skip
from client import request
from server import Server, wait_until

OK = b"HTTP/1.1 200 OK"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable"
FEW_DESCRIPTORS = 256
MANY_DESCRIPTORS = FEW_DESCRIPTORS - 32 # the others are the program's
CLIENTS = 300
CONNECTIONS_LIMIT = 1024 # the least that MaxConnections may be


def raise_own_limit():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))


def answer(c, data=None):
    """The status line of the answer, or why there is none."""
    try:
        if data:
            c.sendall(data)
        got = b""
        while b"Hello, World!" not in got and (piece := c.recv(65536)):
            got += piece
        return got.partition(b"\r\n")[0]
    except ConnectionResetError:
        return b"reset"


def ask(port):
    """The same for a request on a connection of its own."""
    try:
        with client.connect(port) as c:
            return answer(c, request("/"))
    except ConnectionResetError:
        return b"reset"


def connect_many(port, count, data=b""):
    many = []
    for _ in range(count):
        c = client.connect(port)
        c.sendall(data)
        many.append(c)
    return many


def limit_descriptors(s):
    resource.prlimit(s.process.pid, resource.RLIMIT_NOFILE, (FEW_DESCRIPTORS, FEW_DESCRIPTORS))


def close_all(connections):
    for c in connections:
        c.close()


def cpu_seconds(s):
    with open(s.proc("stat")) as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kb(s):
    with open(s.proc("statm")) as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def without_descriptors():
    """More clients than descriptors: those that came first are served, the others wait, and nobody spins."""
    with Server("hello-sync", "2") as s:
        limit_descriptors(s)
        early = client.connect(s.port)
        check("an early client is served", OK, answer(early, request("/")))
        before = s.descriptors()
        many = connect_many(s.port, CLIENTS)
        check("descriptors run out", True, wait_until(lambda: s.descriptors() >= MANY_DESCRIPTORS, 20))
        start, cpu = time.monotonic(), cpu_seconds(s)
        for _ in range(20):
            check_match("the early client is served still", "200 OK", answer(early, request("/")).decode())
            time.sleep(0.05)
        share = (cpu_seconds(s) - cpu) / (time.monotonic() - start)
        check_below("share of a processor while descriptors are out", 0.5, share)
        check_below("descriptors that clients don't get", MANY_DESCRIPTORS + 8, s.descriptors())
        late = client.connect(s.port)
        late.sendall(request("/"))
        close_all(many)
        check("a client that had to wait is served when there are some again", OK, answer(late))
        late.close()
        check("they are given back", True, wait_until(lambda: s.descriptors() <= before, 20))
        early.close()


def few_descriptors(sample):
    """Clients take all they can get, again and again; the program keeps enough to begin threads, of which one is Ctrl+C's."""
    with Server(sample, "4") as s:
        check(f"{sample}: the first is served", OK, ask(s.port))
        limit_descriptors(s)
        for _ in range(2):
            many = connect_many(s.port, CLIENTS, request("/"))
            check("with few descriptors: an early client is served", OK, answer(many[0]))
            check("  they run out", True, wait_until(lambda: s.descriptors() >= MANY_DESCRIPTORS, 20))
            close_all(many[:-1])
            check("  a late one is served when there are some again", OK, answer(many[-1]))
            many[-1].close()
        many = connect_many(s.port, CLIENTS)
        check("  they run out once more", True, wait_until(lambda: s.descriptors() >= MANY_DESCRIPTORS, 20))
    close_all(many)


def silent_clients():
    """Descriptors that clients hold who say nothing come back by IdleConnection, here a second."""
    with Server("hello-sync", "2", "0,0,0,1,0,0") as s:
        limit_descriptors(s)
        c = client.connect(s.port)
        check("a first request brings the group's times", OK, answer(c, request("/")))
        # Connections have the group's times only from their first request on.
        silent = connect_many(s.port, CLIENTS, request("/"))
        late = client.connect(s.port)
        check("a client behind them all is served", OK, answer(late, request("/")))
        close_all([c, late, *silent])


def connection_limit():
    """MaxConnections: more are reset at once, and each that ends makes place for one."""
    with Server("hello-sync", "2", env={"HTTPAPI_MaxConnections": str(CONNECTIONS_LIMIT)}) as s:
        first = client.connect(s.port)
        check("the first is served", OK, answer(first, request("/")))
        many = connect_many(s.port, CONNECTIONS_LIMIT - 1)
        check("all have a place", True, wait_until(lambda: s.descriptors() > CONNECTIONS_LIMIT, 20))
        check("further ones are reset", {b"reset"}, {ask(s.port) for _ in range(20)})
        check("the first is served still", OK, answer(first, request("/")))
        client.reset(many.pop())

        check("one that ends makes place", True, wait_until(lambda: ask(s.port) == OK, 20))
        close_all([first, *many])


def latency_beside(s, rounds=30):
    """The longest of some requests one after the other, seconds."""
    worst = 0
    with client.connect(s.port) as c:
        for _ in range(rounds):
            start = time.monotonic()
            if answer(c, request("/")) != OK:
                raise RuntimeError("a well-behaved client isn't served")
            worst = max(worst, time.monotonic() - start)
    return worst


def fill(c, data):
    """As much of it as the socket takes now."""
    try:
        return c.send(data)
    except BlockingIOError:
        return 0


class Flood:
    """Clients that send requests without end, and read what comes, from another process."""

    CODE = """
import selectors, socket, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
data = b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n" * 1000
selector = selectors.DefaultSelector()
for _ in range(count):
    c = socket.create_connection(("127.0.0.1", port))
    c.setblocking(False)
    selector.register(c, selectors.EVENT_READ | selectors.EVENT_WRITE, [0])
print("flooding", flush=True)
while True:
    for key, events in selector.select():
        try:
            if events & selectors.EVENT_READ and not key.fileobj.recv(1 << 20):
                sys.exit("closed")
            if events & selectors.EVENT_WRITE:
                key.data[0] = (key.data[0] + key.fileobj.send(data[key.data[0]:])) % len(data)
        except BlockingIOError:
            pass
"""

    def __init__(self, port, count):
        self.process = subprocess.Popen(["python3", "-c", self.CODE, str(port), str(count)], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        check("the flood went on until its end", None, self.process.poll())
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def fairness():
    """One client's pipeline of thousands of requests, and a client with 500 of them: beside another one with one."""
    with Server("hello-iocp", "2") as s:
        print("# quiet: %.1f ms" % (latency_beside(s) * 1000))
        for count in 1, 500: # each has one request in the queue, which takes 1000
            with Flood(s.port, count):
                worst = latency_beside(s)
                print("# beside a flood of %d connections: %.1f ms" % (count, worst * 1000))
                check_below(f"longest answer (s) beside a flood of {count} connections", 5, worst)


def greedy_head():
    """The head that costs most memory: as many headers as fit."""
    return b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n" + b"a:\r\n" * 4000 + b"\r\n"


def memory_of_a_connection():
    """What one client can make us hold: docs/behaviour.md, "Overload"."""
    with Server("echo", "1") as s:
        holding = client.connect(s.port)
        holding.sendall(request("/", "Content-Length: 2", "Expect: 100-continue", "Connection: close", method="POST"))
        check_match("the only thread is busy", "100 Continue", holding.recv(1000).decode())
        before, count = resident_kb(s), 100
        many = connect_many(s.port, count)
        for c in many:
            c.setblocking(False)
            fill(c, greedy_head())
            fill(c, b"x" * 1000000)
        last = client.connect(s.port)
        last.sendall(request("/", "Connection: close"))

        def grown():
            return (resident_kb(s) - before) / count

        wait_until(lambda: grown() > 110, 5)
        print("# a greedy connection: %.0f KB" % grown())
        check_below("KB held for a greedy connection", 300, grown())
        close_all(many)
        holding.sendall(b"ab")
        check_match("afterwards all is well", "200 OK", client.read_all(holding).decode())
        check_match("also for who waited", "200 OK", client.read_all(last).decode())


def limit_memory(s, more_kb):
    with open(s.proc("status")) as f:
        size = next(int(line.split()[1]) for line in f if line.startswith("VmData:"))
    resource.prlimit(s.process.pid, resource.RLIMIT_DATA, ((size + more_kb) * 1024, resource.RLIM_INFINITY))


def unlimit_memory(s):
    resource.prlimit(s.process.pid, resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def what_came(c):
    """The status line, whatever of it there is; nothing; or how the connection ended."""
    try:
        return c.recv(100, socket.MSG_PEEK).partition(b"\r\n")[0] or b"the end"
    except BlockingIOError:
        return b""
    except ConnectionResetError:
        return b"reset"


def without_memory():
    """No memory beside what the server has: connections and requests are lost, the server isn't."""
    with Server("hello-sync", "1") as s: # a second thread might only begin when there is no memory for it
        first = client.connect(s.port)
        check("the first is served", OK, answer(first, request("/")))
        limit_memory(s, 2048)
        many = connect_many(s.port, 600)
        for c in many:
            c.setblocking(False)
            try:
                fill(c, greedy_head()[:-2]) # it doesn't end: the server has to keep it
            except OSError:
                pass                        # it has been refused
        check("some can't be kept", True, wait_until(lambda: any(what_came(c) != b"" for c in many), 20))
        print("# %s of %d clients" % (dict(Counter(map(what_came, many))), len(many)))
        check("the first is served still, or was lost", True, answer(first, request("/")) in (OK, UNAVAILABLE, b"reset", b""))
        close_all([first, *many])
        unlimit_memory(s)

        check("afterwards all is well", True, wait_until(lambda: ask(s.port) == OK, 20))


def checks():
    raise_own_limit()
    yield "fairness", fairness
    yield "memory of a connection", memory_of_a_connection
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 2 * CONNECTIONS_LIMIT:
        yield "connection limit", connection_limit
    else:
        skip("connection limit: too few descriptors here")
    for sample in "hello-iocp", "hello-pool":
        yield f"{sample} with few descriptors", few_descriptors, sample
    if server.command is server.COMMANDS["native"]: # Wine needs descriptors and memory of its own
        yield "without descriptors", without_descriptors
        yield "silent clients", silent_clients
        yield "without memory", without_memory
