# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that leave in the middle, programs that give up, and servers that stop and start again."""
import client
from check import check, check_match
from client import curl, exchange, request
from program import Program

SOON = 10  # seconds
GONE = r"(HttpListener|HttpSys|IO)Exception (64|995|1229)$"


def client_leaves_download(p, name):
    c = client.connect(p.port, receive_buffer=4096)
    c.sendall(request("/down?pieces=1000000"))
    c.recv(1000)
    client.reset(c)
    check_match(f"{name}: a client that leaves ends the write", rf"^down failed: ({GONE}|\w*Canceled)",
                p.expect("down failed", SOON))


def client_leaves_upload(p, name):
    c = client.connect(p.port)
    c.sendall(request("/up", "Content-Length: 1000000", "Expect: 100-continue", method="POST"))
    check_match(f"{name}: an upload is awaited", "^HTTP/1.1 100 ", c.recv(1000).decode())
    c.sendall(b"x" * 5000)
    client.reset(c)
    check_match(f"{name}: a client that leaves ends the read", rf"^up failed: ({GONE}|\w*Canceled)",
                p.expect("up failed", SOON))
    check(f"{name}: others are served after it", "Hello, World!", curl(p.url + "hello"))


def client_leaves_waiting(p, name):
    c = client.connect(p.port)
    c.sendall(request("/await"))
    p.expect("held")
    client.reset(c)
    check_match(f"{name}: RequestAborted", r"^await failed: \w*Canceled", p.expect("await failed", SOON))


def server_aborts(p, name):
    try:
        answer = exchange(p.port, request("/abort"))
    except ConnectionError:
        answer = b""
    check(f"{name}: Abort: no answer", b"", answer)
    check(f"{name}: others are served after it", "Hello, World!", curl(p.url + "hello"))


def refused(p):
    try:
        client.connect(p.port).close()
    except ConnectionRefusedError:
        return True
    return False


def stop_and_start(p, name):
    for _ in range(3):
        p.tell("stop")
        p.expect("stopped")
        check(f"{name}: nobody listens when it is stopped", True, refused(p))
        p.tell("start")
        p.wait_until_listening(1)
        check(f"{name}: serves again on the same port", "Hello, World!", curl(p.url + "hello"))


def hold(p):
    c = client.connect(p.port)
    c.sendall(request("/hold", "Connection: close"))
    p.expect("held")
    return c


def graceful_stop(p, name):
    """HttpSys goes on until the requests that it holds are answered."""
    holder = hold(p)
    p.tell("stop")
    for _ in range(100):
        status = exchange(p.port, request("/hello", "Connection: close")).partition(b"\r\n")[0]
        if status != b"HTTP/1.1 200 OK":
            break  # it has begun to stop
    check(f"{name}: a stop: others get 503", b"HTTP/1.1 503 Service Unavailable", status)
    p.tell("release")
    answer = client.read_all(holder)
    check(f"{name}: a stop: the running one is answered", (b"HTTP/1.1 200 OK", b"released"), (answer[:15], answer[-8:]))
    p.expect("stopped")
    p.tell("start")
    p.wait_until_listening(1)


def hard_stop(p, name):
    """HttpListener closes its queue, and the requests' connections with it."""
    holder = hold(p)
    p.tell("stop")
    try:
        answer = client.read_all(holder)
    except ConnectionError:
        answer = b""
    check(f"{name}: a stop: the running one isn't answered", b"", answer)
    p.tell("release")
    check_match(f"{name}: a stop: its answer fails", "^hold failed", p.expect("hold failed"))
    p.expect("stopped")
    p.tell("start")
    p.wait_until_listening(1)


def checks():
    both = client_leaves_download, client_leaves_upload, server_aborts, stop_and_start
    for name, parts in ("listener", [hard_stop]), ("httpsys", [client_leaves_waiting, graceful_stop]):
        with Program(name, "http://localhost:{port}/") as p:
            for part in *both, *parts:
                yield f"{name}: {part.__name__}", part, p, name
    with Program("listener", "threads=4", "http://localhost:{port}/") as p:
        yield "blocking calls: stop_and_start", stop_and_start, p, "blocking calls"
        yield "blocking calls: hard_stop", hard_stop, p, "blocking calls"
