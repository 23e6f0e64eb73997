# SPDX-License-Identifier: LGPL-2.1-or-later
"""SIGTERM: new connections are refused, requests under way get whole answers, then the program is told and ends."""
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager

import client
import server
from check import check, check_match, skip
from client import request
from server import Server, wait_until

CLIENTS = 16
PATIENCE = 0.5  # seconds: a connection that was idle for longer may have ended before the client used it
BIG = 8 << 20
PROGRAM = "../stop/server"  # beside the samples
SHUTDOWN = ["told", "6"]     # CTRL_SHUTDOWN_EVENT


class Stopping(Server):
    """A server that is ended by SIGTERM."""

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def terminate_again(self):
        time.sleep(0.1) # those within 50 ms are one
        self.terminate()

    def status(self):
        try:
            return self.process.wait(server.STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return "it goes on"

    def refuses(self):
        return refuses(self.port)

    def says(self, lines=1):
        text = ""
        while text.count("\n") < lines and select.select([self.process.stdout], [], [], server.STOP_SECONDS)[0]:
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                break
            text += data.decode()
        return text.split()

    def __exit__(self, *_):
        self.kill()


def refuses(port):
    try:
        client.connect(port).close()
    except ConnectionRefusedError:
        return True
    return False


@contextmanager
def environment(**variables):
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


def killed():
    """Who handles nothing ends of the signal natively; Wine's own handler ends the program as one that is done."""
    return 0 if "wine" in server.command("")[0] else -signal.SIGTERM


def expired():
    """The status of a program that was told, and didn't end."""
    return killed() or 1


class Asking(threading.Thread):
    """One request after the other on a connection, and on another one when the server ends it, until it takes no more."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.answers, self.problem, self.refused = port, 0, None, False

    def run(self):
        try:
            while not self.refused and not self.problem:
                self.use_connection()
        except OSError as e:
            self.problem = repr(e)

    def use_connection(self):
        try:
            c = client.connect(self.port)
        except ConnectionRefusedError:
            self.refused = True
            return
        with c:
            fresh, last = True, time.monotonic()
            while self.ask(c, fresh, last):
                fresh, last = False, time.monotonic()

    def ask(self, c, fresh, last):
        """Whether the connection goes on."""
        answer = b""
        try:
            c.sendall(request("/"))
            late = time.monotonic() - last > PATIENCE
            while not answer.endswith(b"Hello, World!"):
                data = c.recv(65536)
                if not data:
                    break
                answer += data
        except OSError as e:
            if not fresh and not late or answer:
                self.problem = f"{e!r} after {answer!r}"
            return False
        if not answer.endswith(b"Hello, World!"):
            if answer or not (fresh or late):
                self.problem = f"only {answer!r}"
            return False
        self.answers += 1
        return b"\r\nConnection: close\r\n" not in answer


def under_load(sample):
    with Stopping(sample) as s:
        clients = [Asking(s.port) for _ in range(CLIENTS)]
        for c in clients:
            c.start()
        wait_until(lambda: all(c.answers > 20 or c.problem for c in clients), client.SECONDS)
        s.terminate()
        for c in clients:
            c.join(client.SECONDS)
        check(f"{sample}: each answer is whole", [], [c.problem for c in clients if c.problem])
        check(f"{sample}:   and then connections are refused", CLIENTS, sum(c.refused for c in clients))
        check(f"{sample}:   it ends properly", 0, s.status())
        check(f"{sample}:   and leaves no process", True, wait_until(lambda: not s.processes(), 5))


def upload(way, status, said):
    with Stopping(PROGRAM, "2", way) as s, client.connect(s.port) as c, client.connect(s.port) as idle:
        idle.sendall(request("/", "Content-Length: 1", method="POST") + b"x")
        idle.recv(65536)
        c.sendall(request("/", "Content-Length: 10", method="POST") + b"01234")
        c.sendall(b"5")
        s.terminate()
        check(f"{way}: no new connections", True, wait_until(s.refuses, client.SECONDS))
        check(f"{way}:   one without a request ends", b"", idle.recv(1))
        c.sendall(b"6789")
        answer = client.read_all(c)  # and it isn't closed: that's no reason to wait
        check_match(f"{way}:   a request under way is answered", "^HTTP/1.1 200.*\r\nConnection: close\r\n.*0123456789$",
                    answer.decode())
        if said:
            check(f"{way}:   the program is told", said, s.says())
        check(f"{way}:   it ends", status, s.status())


def download():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/big", "wb") as f:
            f.truncate(BIG)
        with Stopping("fileserver", folder) as s, client.connect(s.port, receive_buffer=4096) as c:
            c.sendall(request("/big"))
            head = c.recv(1000)
            s.terminate()
            wait_until(s.refuses, client.SECONDS)
            rest = client.read_all(c)
            body = (head + rest).partition(b"\r\n\r\n")[2]
            check("fileserver: the rest of a file comes", BIG, len(body))
            check("fileserver:   it ends properly", 0, s.status())


def begin_part(c, body):
    """An answer whose head says nothing of the end."""
    c.sendall(request("/part", "Content-Length: 4", method="POST") + body)
    first = b""
    while not first.endswith(b"part"):
        piece = c.recv(65536)
        if not piece:
            raise EOFError(f"only {first!r}")
        first += piece


def killed_in_parts():
    """Who took a FIN for the answer's end would have half of it for the whole."""
    with Stopping(PROGRAM, "2", "none") as s, client.connect(s.port) as c:
        begin_part(c, b"")  # nothing unread: that alone would bring a reset
        s.kill()
        try:
            got = c.recv(1)
        except ConnectionResetError:
            got = "a reset"
        check("an answer that has begun: its server is killed", "a reset", got)


def in_parts():
    """The head went out before the signal came."""
    with Stopping(PROGRAM, "2", "none") as s, client.connect(s.port) as c:
        begin_part(c, b"ab")
        s.terminate()
        wait_until(s.refuses, client.SECONDS)
        c.sendall(b"cd")
        check("an answer that has begun: its rest comes", b"abcd", client.read_all(c))
        check("  it ends", killed(), s.status())


def waited_for(what, sent):
    """A client for whom a stop waits no longer than it may."""
    with environment(HTTPAPI_STOP_SECONDS="1"), Stopping(PROGRAM, "2", "none") as s:
        with client.connect(s.port, receive_buffer=4096) as c:
            c.sendall(sent)
            wait_until(lambda: unread(s, c) == 0, client.SECONDS)
            start = time.monotonic()
            s.terminate()
            check(f"{what}: it ends", killed(), s.status())
            check("  after HTTPAPI_STOP_SECONDS", True, time.monotonic() - start >= 0.9)


def switched():
    """A connection of another protocol, which might last for hours: nobody waits for it."""
    with environment(HTTPAPI_STOP_SECONDS="1000"), Stopping(PROGRAM, "2", "none") as s, client.connect(s.port) as c:
        c.sendall(request("/switch"))
        check_match("a connection that was switched", "^HTTP/1.1 101 ", c.recv(65536).decode())
        s.terminate()
        check("  doesn't hold up the end", killed(), s.status())


def shut_down():
    """The program ends by itself while requests are finished."""
    with Stopping(PROGRAM, "2", "none") as s, client.connect(s.port) as held, client.connect(s.port) as c:
        held.sendall(request("/", "Content-Length: 2", method="POST") + b"a")
        wait_until(lambda: unread(s, held) == 0, client.SECONDS)
        s.terminate()
        wait_until(s.refuses, client.SECONDS)
        c.sendall(request("/shutdown"))
        wait_until(lambda: unread(s, c) == 0, client.SECONDS)
        held.sendall(b"b")
        check_match("HttpShutdownRequestQueue meanwhile: what was under way is answered",
                    "^HTTP/1.1 200.*\r\nConnection: close\r\n.*ab$", client.read_all(held).decode())
        check("  the program ends by itself", 0, s.status())


def added_later():
    port = server.free_port()
    with environment(HTTPAPI_EXIT_SECONDS="1"), Stopping(PROGRAM, "2", "late", f"http://localhost:{port}/") as s:
        s.terminate()
        check("a URL that is added later is as good as any", [*SHUTDOWN, "added", "0"], s.says(2))
        check("  and refuses connections", True, refuses(port))
        check("  it is killed", expired(), s.status())


def unread(s, c):
    """Bytes that the server hasn't read of this client's; -1 when the kernel doesn't say."""
    local = f"{c.getsockname()[1]:04X}"
    with open("/proc/net/tcp") as f:
        for line in f:
            fields = line.split()
            if fields[1].endswith(f":{s.port:04X}") and fields[2].endswith(f":{local}"):
                return int(fields[4].partition(":")[2], 16)
    return -1


def told(way, status, exit_seconds):
    """A program that has no connections, only threads that wait for requests."""
    with environment(HTTPAPI_STOP_SECONDS="1000", HTTPAPI_EXIT_SECONDS=exit_seconds), Stopping(PROGRAM, "2", way) as s:
        s.terminate()
        check(f"{way}: it is told at once", SHUTDOWN, s.says())
        check("  and ends", status, s.status())


def impatient():
    """Another SIGTERM doesn't wait for requests, and a third not for the program."""
    with environment(HTTPAPI_STOP_SECONDS="1000"), Stopping(PROGRAM, "2", "deaf") as s, client.connect(s.port) as c:
        c.sendall(request("/never"))
        wait_until(lambda: unread(s, c) == 0, client.SECONDS)
        s.terminate()
        check("twice: the first refuses", True, wait_until(s.refuses, client.SECONDS))
        s.terminate_again()
        check("  the second tells the program", SHUTDOWN, s.says())
        s.terminate_again()
        check("  the third kills", expired(), s.status())


def unit_file():
    """What docs/operating.md gives to systemd."""
    try:
        done = subprocess.run(["systemd-analyze", "verify", "samples/httpapi.service"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=client.SECONDS)
    except FileNotFoundError:
        return skip("systemd-analyze isn't installed")
    check("the unit file", (0, ""), (done.returncode, done.stdout.decode()))


def checks():
    if killed():
        yield "the unit file", unit_file
    for sample in ["hello-sync", "hello-iocp"]:
        yield f"{sample} under load", under_load, sample
    yield "no handler", upload, "none", killed(), None
    yield "a handler", upload, "event", 0, SHUTDOWN
    yield "download", download
    yield "in parts", in_parts
    yield "killed in parts", killed_in_parts
    yield "no answer", waited_for, "a request without an answer", request("/never")
    yield "half a head", waited_for, "half a head", request("/")[:-2]
    yield "no reader", waited_for, "a client that doesn't read", request("/big")
    yield "another protocol", switched
    yield "HttpShutdownRequestQueue", shut_down
    yield "another URL", added_later
    yield "a handler that passes it on", told, "pass", killed(), "1000"
    yield "a handler that does nothing", told, "deaf", expired(), "1"
    yield "a handler that doesn't return", told, "stuck", expired(), "1"
    yield "several signals", impatient
