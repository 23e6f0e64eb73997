# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests that wait for a program with one busy thread: the queue's limit, and Ctrl+C in the middle."""
import selectors
import signal
import time
from collections import Counter

import client
from check import check
from client import request
from server import STOP_SECONDS, Server

QUEUE_LIMIT = 1000  # requests
REFUSED = 20
OK = b"HTTP/1.1 200 OK"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable"
RESET = b"reset"


def hold(s):
    """A connection whose request keeps the only thread busy until let_go(). 100 Continue says that it was taken."""
    c = client.connect(s.port)
    c.sendall(request("/", "Content-Length: 2", "Expect: 100-continue", "Connection: close", method="POST"))
    if not c.recv(1000).startswith(b"HTTP/1.1 100 "):
        raise RuntimeError("no 100 Continue")
    return c


def let_go(c):
    c.sendall(b"ab")
    return client.read_all(c)


def ask(s):
    c = client.connect(s.port)
    c.sendall(request("/", "Connection: close"))
    return c


def status_line(c):
    try:
        return client.read_all(c).partition(b"\r\n")[0]
    except ConnectionResetError:
        return RESET


def wait_for_answers(connections, count):
    """Those of them that are answered, once there are `count`."""
    with selectors.DefaultSelector() as selector:
        for c in connections:
            selector.register(c, selectors.EVENT_READ)
        end = time.monotonic() + client.SECONDS
        answered = []
        while len(answered) < count and time.monotonic() < end:
            for key, _ in selector.select(1):
                selector.unregister(key.fileobj)
                answered.append(key.fileobj)
        return answered


def queue_limit(s):
    """Which of them are refused is open: connections aren't read in the order in which they were made.

    By the default of the 503 verbosity they are reset."""
    holder = hold(s)
    asking = [ask(s) for _ in range(QUEUE_LIMIT + REFUSED)]
    refused = wait_for_answers(asking, REFUSED)
    check("waiting: behind a full queue", {RESET: REFUSED}, Counter(status_line(c) for c in refused))
    check("waiting: the one that was taken", b"ab", let_go(holder)[-2:])
    served = Counter(status_line(c) for c in asking if c not in refused)
    check("waiting: the queue's", {OK: QUEUE_LIMIT}, served)
    check("waiting: later ones", OK, status_line(ask(s)))


def shutdown(s):
    holder, waiting = hold(s), [ask(s) for _ in range(20)]
    s.process.send_signal(signal.SIGINT)
    check("waiting: Ctrl+C: those that wait", [UNAVAILABLE] * 20, [status_line(c) for c in waiting])
    answer = let_go(holder)
    check("waiting: Ctrl+C: the one that was taken is answered", (OK, b"ab"), (answer[:len(OK)], answer[-2:]))
    check("waiting: Ctrl+C: then the program ends", 0, s.process.wait(STOP_SECONDS))
    check("waiting: Ctrl+C: no process is left", [], s.processes())


def checks():
    with Server("echo", "1") as s:
        yield "waiting: queue_limit", queue_limit, s
    s = Server("echo", "1")
    yield "waiting: shutdown", shutdown, s
    s.kill()
