# SPDX-License-Identifier: LGPL-2.1-or-later
"""The echo sample: bodies of any framing and size come back while they go in."""
import hashlib
import http.client
import socket
import threading

import client
from check import check, check_match
from client import curl, exchange, header, request
from server import Server

MIB = 1 << 20
LARGE = 1024  # MiB
AHEAD = 8     # MiB


def small_bodies(s):
    for text in ["", "x", "a=b&c=d", "Grüße\r\n\0", "z" * 200000]:
        check(f"echo: {len(text)} characters", text, curl("--data-binary", "@-", s.url, data=text.encode()))
        check(f"echo: {len(text)} characters, chunked", text, curl("-T", "-", s.url, data=text.encode()))
    check("echo: its length", "5", header(curl("-i", "-d", "12345", s.url), "Content-Length"))
    check("echo: its type", "text/x",
          header(curl("-i", "-H", "Content-Type: text/x", "-d", "1", s.url), "Content-Type"))
    check("echo: chunked stays chunked", "chunked",
          header(curl("-i", "-T", "-", s.url, data=b"1"), "Transfer-Encoding"))
    check("echo: no body", "0", header(curl("-i", s.url), "Content-Length"))
    connects = ("-w", " %{num_connects} ")
    check("echo: keep-alive", "1 1 23 0 ",
          curl("-d", "1", *connects, s.url, "--next", "-s", "-d", "23", *connects, s.url))


def continue_first(s):
    story = client.curl_verbose("--expect100-timeout", "10", "-H", "Expect: 100-continue", "-d", "12345", s.url)
    check_match("echo: Expect: 100-continue", "< HTTP/1.1 100 Continue.*< HTTP/1.1 200 OK", story)
    with client.connect(s.port) as c:
        c.sendall(request("/", "Content-Length: 3", "Expect: 100-continue", "Connection: close", method="POST"))
        first = c.recv(100)
        c.sendall(b"abc")
        rest = client.read_all(c)
    check("echo:   100 comes before the body", b"HTTP/1.1 100 Continue\r\n\r\n", first[:25])
    check_match("echo:   and then the answer", "HTTP/1.1 200 OK.*abc$", (first[25:] + rest).decode())


def chunks(s):
    head = request("/", "Transfer-Encoding: chunked", "Connection: close", method="POST")
    answer = exchange(s.port, head, b"3\r", b"\nab", b"c\r\n5;x=\"y\"\r\n12345\r", b"\n0\r\nT: 1\r\n\r\n")
    check("echo: chunks in pieces, an extension, a trailer", b"abc12345", client.unchunk(answer))
    answer = exchange(s.port, head + b"3\r\nabc\r\nzz\r\n")
    check("echo: a bad chunk: no proper end", False, answer.endswith(b"0\r\n\r\n"))
    check("echo: others are served after it", "1", curl("-d", "1", s.url))


def pieces(count, sha):
    """`count` pieces of 1 MiB, no two alike."""
    for i in range(count):
        piece = b"%08d" % i + bytes(MIB - 8)
        sha.update(piece)
        yield piece


def curl_uploads(s):
    sha = hashlib.sha256()
    data = b"".join(pieces(16, sha))
    length = "-H", "Transfer-Encoding:", "-H", f"Content-Length: {len(data)}"
    for what, headers in ("chunked", ()), ("of known length", length):
        answer = client.curl_bytes("-T", "-", *headers, s.url, data=data)
        check(f"echo: 16 MiB, {what}", sha.hexdigest(), hashlib.sha256(answer).hexdigest())


def feed(connection, sha, ahead):
    try:
        for piece in pieces(LARGE, sha):
            if not ahead.acquire(timeout=client.SECONDS):
                return
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.send(b"0\r\n\r\n")
    except OSError:
        pass  # the server is gone: the digests tell


def receive(response, sha, ahead):
    length = 0  # of what came back
    while piece := response.read1(MIB):
        sha.update(piece)
        if length // MIB != (length + len(piece)) // MIB:
            ahead.release()
        length += len(piece)


def large_body(s):
    """
    Not more than AHEAD goes in before it has come back. The program reads nothing while it sends; when the buffers are
    full both ways at once, Linux 6.18 may drop each side's ACKs as beyond the window, and the connection stalls. curl
    can't be held back in this way: it doesn't read the answer while it waits for its input.
    """
    sent, received, ahead = hashlib.sha256(), hashlib.sha256(), threading.Semaphore(AHEAD)
    connection = http.client.HTTPConnection("localhost", s.port, timeout=client.SECONDS)
    connection.putrequest("POST", "/")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    feeder = threading.Thread(target=feed, args=(connection, sent, ahead), daemon=True)
    feeder.start()
    try:
        with http.client.HTTPResponse(connection.sock, method="POST") as response:
            response.begin()
            receive(response, received, ahead)
        feeder.join(client.SECONDS)
    finally:
        connection.close()
    check("echo: 1 GiB", sent.hexdigest(), received.hexdigest())


def clients_that_leave(s):
    head = request("/", "Content-Length: 1000000", method="POST")
    for end in client.reset, socket.socket.close:
        for _ in range(8):
            c = client.connect(s.port)
            c.sendall(head + b"x" * 5000)
            c.recv(1000)
            end(c)
    check("echo: others are served after clients that left", "1", curl("-d", "1", s.url))


def send_only(c, length):
    try:
        c.sendall(bytes(length))
    except OSError:
        pass  # nobody waits for its end


def client_that_only_sends(s):
    """Its answer fills all buffers, and one of the program's threads has to wait for it."""
    length = 100000000
    c = client.connect(s.port, receive_buffer=4096)
    c.sendall(request("/", f"Content-Length: {length}", method="POST"))
    sender = threading.Thread(target=send_only, args=(c, length))
    sender.start()
    check("echo: others are served beside one that sends and doesn't read", "1", curl("-m", "10", "-d", "1", s.url))
    check("echo: 64 connections at once, no error", "", client.wrk_complaints(s.url))
    c.shutdown(socket.SHUT_RDWR)
    sender.join()
    c.close()
    check("echo: others are served when it has left", "1", curl("-d", "1", s.url))


def checks():
    with Server("echo") as s:
        for part in (small_bodies, continue_first, chunks, clients_that_leave, client_that_only_sends,
                     curl_uploads, large_body):
            yield f"echo: {part.__name__}", part, s
