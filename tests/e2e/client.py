# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients: curl, wrk, and a bare socket for what no proper client sends. Each has a deadline."""
import re
import socket
import struct
import subprocess

SECONDS = 40


def curl_bytes(*args, data=None):
    """What `curl -s ARGS` prints; `data` is its standard input."""
    done = subprocess.run(["curl", "-s", "--noproxy", "*", "--max-time", str(SECONDS), *args], input=data,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS + 10)
    return done.stdout


def curl(*args, data=None):
    return curl_bytes(*args, data=data).decode("utf-8", "backslashreplace")


def curl_verbose(*args, data=None):
    """The answers' and the connection's story, as `curl -v` tells it."""
    done = subprocess.run(["curl", "-sv", "--noproxy", "*", "--max-time", str(SECONDS), "-o", "/dev/null", *args],
                          input=data, stderr=subprocess.PIPE, timeout=SECONDS + 10)
    return done.stderr.decode()


def wrk_complaints(url, *args):
    """A burst over 64 connections; the lines of wrk's report that tell of errors."""
    done = subprocess.run(["wrk", "-t1", "-c64", "-d1s", *args, url], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS)
    report = done.stdout.decode()
    if not re.search(r"[1-9]\d* requests in", report):
        return report
    return "".join(re.findall(r".*(?:Socket errors|Non-2xx).*\n", report))


def connect(port, host="127.0.0.1", receive_buffer=None):
    """receive_buffer: bytes; a small one makes the server feel soon that nobody reads."""
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    s.settimeout(SECONDS)
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.connect((host, port))
    return s


def reset(s):
    """Leaves without a word: the server gets a RST."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def request(target, *headers, method="GET", host="localhost"):
    return "\r\n".join([f"{method} {target} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()


def read_all(s):
    """Until the server closes."""
    data = b""
    while piece := s.recv(65536):
        data += piece
    return data


def exchange(port, *pieces):
    """Sends the pieces one by one and returns all that comes until the server closes the connection."""
    with connect(port) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            s.sendall(piece)
        return read_all(s)


def header(answer, name):
    """The value of that header in what `curl -i` prints, behind a 100 Continue; None when there is none."""
    answer = re.sub(r"^HTTP/1.1 1.*?\r\n\r\n", "", answer, flags=re.DOTALL)
    found = re.search(rf"\r\n{name}: (.*?)\r\n", answer.partition("\r\n\r\n")[0] + "\r\n")
    return found and found[1]


def unchunk(answer):
    """The body of a chunked answer; what isn't well-formed stays as it is."""
    rest, body = answer.partition(b"\r\n\r\n")[2], b""
    while chunk := re.match(rb"([0-9a-f]+)\r\n", rest):
        start = chunk.end()
        end = start + int(chunk[1], 16)
        body, rest = body + rest[start:end], rest[end + 2:]
    return body + rest


def split_answers(data, bodies=True):
    """The status lines of answers with Content-Length that follow each other; bodies False: they are HEAD's."""
    statuses = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        statuses.append(head.split(b"\r\n")[0].decode())
        data = data[int(length[1]) if length and bodies else 0:]
    return statuses
