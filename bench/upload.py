# SPDX-License-Identifier: LGPL-2.1-or-later
"""upload.py PORT MB: sends a body of so many MB (10^6 bytes) and prints MB per second.

A GET follows it on the same connection. Its answer shows that the body was read to its end, whenever the answer to the
upload came.
"""
import socket
import sys
import time

PIECE = bytes(1000000)
TEXT = b"Hello, World!"


def head(method, port, *headers):
    return "\r\n".join([f"{method} / HTTP/1.1", f"Host: localhost:{port}", *headers, "", ""]).encode()


def upload(port, megabytes):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
        start = time.monotonic()
        s.sendall(head("POST", port, f"Content-Length: {megabytes * len(PIECE)}"))
        for _ in range(megabytes):
            s.sendall(PIECE)
        s.sendall(head("GET", port, "Connection: close"))
        answers = b""
        while data := s.recv(65536):
            answers += data
        if answers.count(b"HTTP/1.1 200 OK\r\n") != 2 or answers.count(TEXT) != 2:
            sys.exit(f"two answers were expected: {answers!r}")
        return megabytes / (time.monotonic() - start)


print(upload(int(sys.argv[1]), int(sys.argv[2])))
