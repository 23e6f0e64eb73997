# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bodies up and down: of any size and framing, read or not."""
import hashlib
import http.client

import client
import program
from check import check, check_match
from client import curl, curl_bytes, header
from echo import MIB, pieces
from program import Program

LARGE = 128  # MiB


def small(p, name):
    for text in "", "x", "Grüße\r\n\0", "z" * 300000:
        check(f"{name}: {len(text)} characters", text, curl("--data-binary", "@-", p.url + "echo", data=text.encode()))
        check(f"{name}: {len(text)} characters, chunked", text, curl("-T", "-", p.url + "echo", data=text.encode()))
    check(f"{name}: its type", "text/x", header(curl("-i", "-H", "Content-Type: text/x", "-d", "1", p.url + "echo"),
                                                "Content-Type"))


def uploads(p, name):
    sha = hashlib.sha256()
    data = b"".join(pieces(LARGE, sha))
    expected = f"{len(data)} {sha.hexdigest()}"
    length = "-H", "Transfer-Encoding:", "-H", f"Content-Length: {len(data)}"
    for what, headers in ("chunked", ()), ("of known length", length):
        check(f"{name}: {LARGE} MiB up, {what}", expected, curl("-T", "-", *headers, p.url + "up", data=data))


def digest(response):
    sha = hashlib.sha256()
    while piece := response.read(MIB):
        sha.update(piece)
    return sha.hexdigest()


def downloads(p, name):
    sha = hashlib.sha256()
    for _ in pieces(LARGE, sha):
        pass
    for framing, shown in ("chunked", "chunked"), ("length", None):
        connection = http.client.HTTPConnection("localhost", p.port, timeout=client.SECONDS)
        connection.request("GET", f"/down?pieces={LARGE}&framing={framing}")
        response = connection.getresponse()
        check(f"{name}: {LARGE} MiB down, {framing}", (shown, sha.hexdigest()),
              (response.getheader("Transfer-Encoding"), digest(response)))
        connection.close()


def unread(p, name):
    tell = ("-w", " %{num_connects} ")
    check(f"{name}: a small body nobody reads", "Hello, World! 1 Hello, World! 0 ",
          curl(*tell, "-d", "a=b", p.url + "hello", p.url + "hello"))
    check(f"{name}: a large body nobody reads", "Hello, World!",
          curl("-H", "Expect:", "--data-binary", "@-", p.url + "hello", data=b"x" * MIB))
    check(f"{name}: a chunked body nobody reads", "Hello, World!", curl("-T", "-", p.url + "hello", data=b"x" * MIB))


def continue_first(p, name):
    expect = "--expect100-timeout", "10", "-H", "Expect: 100-continue", "-d", "12345"
    story = client.curl_verbose(*expect, p.url + "up")
    check_match(f"{name}: Expect: 100-continue", "< HTTP/1.1 100 Continue.*< HTTP/1.1 200 OK", story)
    story = client.curl_verbose(*expect, p.url + "hello")
    check(f"{name}: Expect: 100-continue, but nobody reads", (0, 1),
          (story.count("< HTTP/1.1 100"), story.count("< HTTP/1.1 200 OK")))


def files(p, name):
    with open(f"{program.DIRECTORY}/httpsys/httpsys.exe", "rb") as f:
        whole = f.read()
    check(f"{name}: a file", hashlib.sha256(whole).hexdigest(), hashlib.sha256(curl_bytes(p.url + "file")).hexdigest())
    for first, last in (0, 0), (1000, 70000), (len(whole) - 1, len(whole) - 1):
        answer = curl_bytes("-i", "-r", f"{first}-{last}", p.url + "file")
        head, _, body = answer.partition(b"\r\n\r\n")
        check(f"{name}: a file's bytes {first} to {last}", (True, whole[first:last + 1]),
              (f"Content-Range: bytes {first}-{last}/{len(whole)}".encode() in head, body))


def checks():
    for name, parts in ("listener", []), ("httpsys", [files]):
        with Program(name, "http://localhost:{port}/") as p:
            for part in small, unread, continue_first, uploads, downloads, *parts:
                yield f"{name}: {part.__name__}", part, p, name
