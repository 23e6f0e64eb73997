# SPDX-License-Identifier: LGPL-2.1-or-later
"""requests.py PORT COUNT: so many hello requests, one after the other, on one connection."""
import socket
import sys

port, count = map(int, sys.argv[1:])
request = f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: requests.py\r\nAccept: */*\r\n\r\n".encode()
with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
    for _ in range(count):
        s.sendall(request)
        answer = b""
        while not answer.endswith(b"Hello, World!"):
            data = s.recv(4096)
            if not data:
                sys.exit("the server closed the connection")
            answer += data
