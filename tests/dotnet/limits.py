# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the servers' options limit: the queue, the body, the time, the connections."""
import select
import time

import client
from check import check, check_below, check_match
from client import curl, request
from program import Program

QUEUE = 5
BODY = 1000
IDLE = 2  # seconds


def status_line(c):
    try:
        return client.read_all(c).partition(b"\r\n")[0].decode()
    except ConnectionError:
        return "reset"


def send(p, target):
    c = client.connect(p.port)
    c.sendall(request(target, "Connection: close"))
    return c


def queue(verbosity, refused):
    """The only receive is the handler's own thread, which is blocked: what comes then waits in the queue."""
    with Program("httpsys", "inline=yes", f"queue={QUEUE}", f"verbosity={verbosity}", "http://localhost:{port}/") as p:
        holder = send(p, "/block")
        p.expect("held")
        waiting = [send(p, "/hello") for _ in range(QUEUE + 1)]
        first, _, _ = select.select(waiting, [], [], client.SECONDS)
        check(f"queue: {verbosity}: the one too many", [refused], [status_line(c) for c in first])
        p.tell("release")
        others = [c for c in [holder, *waiting] if c not in first]
        check(f"queue: {verbosity}: the others", ["HTTP/1.1 200 OK"] * (QUEUE + 1), [status_line(c) for c in others])


def body():
    with Program("httpsys", f"body={BODY}", "http://localhost:{port}/") as p:
        for what, args in ("of known length", ("--data-binary", "@-")), ("chunked", ("-T", "-")):
            check_match(f"body: at the limit, {what}", rf"^{BODY} ", curl(*args, p.url + "up", data=b"x" * BODY))
            check_match(f"body: above the limit, {what}", r"(^|\r\n\r\n)HTTP/1.1 413 ",
                        curl("-i", *args, p.url + "up", data=b"x" * (BODY + 1)))


def idle(name):
    with Program(name, f"idle={IDLE}", "http://localhost:{port}/") as p:
        with client.connect(p.port) as c:
            c.sendall(request("/hello"))
            start = time.monotonic()
            check_match(f"{name}: idle: an answer, and then the end", "^HTTP/1.1 200 OK", client.read_all(c).decode())
            check_below(f"{name}: idle: after that time (s)", 5 * IDLE, time.monotonic() - start)


def connections():
    """Not built yet, and the program is told: ERROR_NOT_SUPPORTED."""
    try:
        Program("httpsys", "connections=3", "http://localhost:{port}/").kill()
        error = "none"
    except RuntimeError as failure:
        error = str(failure)
    check_match("connections: MaxConnections is refused", "start failed: HttpSysException 50", error)


def checks():
    yield "queue: Limited", queue, "Limited", "HTTP/1.1 503 Service Unavailable"
    yield "queue: Basic", queue, "Basic", "reset"
    yield "body", body
    yield "listener: idle", idle, "listener"
    yield "httpsys: idle", idle, "httpsys"
    yield "connections", connections
