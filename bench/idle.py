# SPDX-License-Identifier: LGPL-2.1-or-later
"""idle.py PORT COUNT: holds so many connections, on each of which one request was answered.

Prints a line when it has them, keeps them until its standard input ends, and fails when a server ended one meanwhile.
"""
import socket
import sys


def connect(port):
    s = socket.create_connection(("127.0.0.1", port), timeout=10)
    s.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"Hello, World!"):
        data = s.recv(4096)
        if not data:
            sys.exit(f"no answer: {answer!r}")
        answer += data
    return s


def is_open(s):
    s.setblocking(False)
    try:
        s.recv(1)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


connections = [connect(int(sys.argv[1])) for _ in range(int(sys.argv[2]))]
print("held", flush=True)
sys.stdin.read()
sys.exit(not all(map(is_open, connections)))
