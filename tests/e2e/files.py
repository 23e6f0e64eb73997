# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file server: whole files and ranges, of any size and name, to clients of any kind."""
import hashlib
import os
import socket
import subprocess
import tempfile
import urllib.parse

import client
from check import check, check_match
from client import curl, exchange, request
from server import Server, wait_until

DIGITS = b"0123456789" * 100
NAMES = ["plain.txt", "with spaces and + (a few).txt", "Grüße.txt", "日本語 😀.txt", "50% & more;=.txt"]
GIB = 1 << 30
FAR = 5 * GIB  # what 32 bits can't hold


def write_sparse(path, size):
    """Zeros with a mark now and then, so that a piece at a wrong place shows."""
    with open(path, "wb") as f:
        f.truncate(size)
        for offset in range(0, size, 64 << 20):
            f.seek(offset)
            f.write(b"%016d" % offset)


def make_files(directory):
    for name in NAMES:
        with open(os.path.join(directory, name), "wb") as f:
            f.write(name.encode())
    for name, content in [("digits", DIGITS), ("empty", b"")]:
        with open(os.path.join(directory, name), "wb") as f:
            f.write(content)
    write_sparse(os.path.join(directory, "large"), GIB)
    write_sparse(os.path.join(directory, "far"), FAR)


def digest(stream):
    sha = hashlib.sha256()
    while piece := stream.read(1 << 20):
        sha.update(piece)
    return sha.hexdigest()


def digest_of_file(path):
    with open(path, "rb") as f:
        return digest(f)


def digest_of_url(url):
    with subprocess.Popen(["curl", "-s", "--noproxy", "*", "--max-time", str(client.SECONDS), url],
                          stdout=subprocess.PIPE) as p:
        return digest(p.stdout)


def whole_files(s, directory):
    check("files: whole", DIGITS.decode(), curl(s.url + "digits"))
    for name in NAMES:
        check(f"files: {name}", name, curl(s.url + urllib.parse.quote(name)))
    answer = curl("-i", s.url + "empty")
    check_match("files: empty", "^HTTP/1.1 200 .*\r\n\r\n$", answer)
    check("files:   its length", "0", client.header(answer, "Content-Length"))
    check_match("files: HEAD", "^HTTP/1.1 200 .*\r\n\r\n$", curl("-I", s.url + "digits"))
    check("files: 1 GiB", digest_of_file(os.path.join(directory, "large")), digest_of_url(s.url + "large"))


def ranges(s, directory):
    url = s.url + "digits"
    for text, expected in [("0-4", "01234"), ("995-", "56789"), ("-3", "789"), ("998-2000", "89"), ("7-7", "7")]:
        check(f"files: range {text}", expected, curl("-r", text, url))
    check_match("files: a range's headers", "^HTTP/1.1 206 .*\r\nContent-Range: bytes 10-19/1000\r\n",
                curl("-i", "-r", "10-19", url))
    check_match("files: a range behind the end", "^HTTP/1.1 416 .*\r\nContent-Range: bytes \\*/1000\r\n",
                curl("-i", "-r", "1000-", url))
    far = FAR - (64 << 20)
    check("files: a range behind 4 GiB", f"{far:016d}", curl("-r", f"{far}-{far + 15}", s.url + "far"))
    part = os.path.join(directory, "part")
    with open(part, "wb") as f:
        f.write(DIGITS[:300])
    curl("-C", "-", "-o", part, url)
    with open(part, "rb") as f:
        check("files: a download goes on where it ended", DIGITS, f.read())


def refused(s, directory):
    outside = os.path.basename(directory) + "-outside"
    with open(os.path.join(os.path.dirname(directory), outside), "w") as f:
        f.write("secret")
    try:
        for path in ["none", "", f"../{outside}", f"%2e%2e/{outside}", f"..%5c{outside}", f"x/..%2f..%2f{outside}"]:
            answer = exchange(s.port, request("/files/" + path, "Connection: close")).decode()
            check_match(f"files: '{path.replace(outside, 'FILE')}' isn't there", "^HTTP/1.1 404 ", answer)
    finally:
        os.unlink(os.path.join(os.path.dirname(directory), outside))
    check_match("files: DELETE", "^HTTP/1.1 405 .*\r\nAllow: GET, HEAD\r\n",
                curl("-i", "-X", "DELETE", s.url + "digits"))


def slow_reader(s):
    """A client that has asked for the large file and reads nothing but its beginning."""
    reader = client.connect(s.port, receive_buffer=4096)
    reader.sendall(request("/files/large"))
    reader.recv(1000)
    return reader


def slow_and_leaving(s, _):
    before = s.descriptors()
    readers = [slow_reader(s) for _ in range(8)]
    check("files: others are served beside 8 slow readers", "01234", curl("-m", "10", "-r", "0-4", s.url + "digits"))
    check("files:   and at full speed", "", client.wrk_complaints(s.url + "digits"))
    for reader in readers[:4]:
        client.reset(reader)
    for reader in readers[4:]:
        reader.shutdown(socket.SHUT_RDWR)
        reader.close()
    check("files: others are served after they left", "01234", curl("-r", "0-4", s.url + "digits"))
    wait_until(lambda: s.descriptors() <= before, 10)
    check("files:   and nothing of theirs stays open", True, s.descriptors() <= before)


def checks():
    with tempfile.TemporaryDirectory(dir="build") as directory:
        make_files(directory)
        with Server("fileserver", directory, path="files/") as s:
            for part in whole_files, ranges, refused, slow_and_leaving:
                yield f"files: {part.__name__}", part, s, directory
