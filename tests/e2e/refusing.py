# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients get that are refused while they do as they like: all of the page, and nothing of them stays behind."""
import client
from check import check
from client import request
from server import Server, wait_until

MIB = 1 << 20
BAD = request("/%")
PAGE = 324  # bytes of the page "Invalid URL"
CROWD = 100


def is_page(answer, length=PAGE):
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.startswith(b"HTTP/1.1 400 Bad Request\r\n") and len(body) == length


def send_on(s):
    """Ten megabytes are on their way, and only then it looks for an answer."""
    for what, head in [("bytes behind a refused head", BAD),
                       ("a refused body", request("/", f"Content-Length: {10 * MIB}", method="POST", host="other"))]:
        with client.connect(s.port) as c:
            c.sendall(head)
            for _ in range(10):
                c.sendall(bytes(MIB))
            check(f"10 MB of {what}: all of the page comes", True, is_page(client.read_all(c), 324 if head == BAD else 334))


def behind_others(s):
    with client.connect(s.port, receive_buffer=4096) as c:
        c.sendall(request("/") * 200 + BAD)
        answers = client.read_all(c)
    check("200 answers, and then a page", 200, answers.count(b"Hello, World!"))
    check("  all of it, behind them", True, is_page(answers[answers.rfind(b"HTTP/1.1 "):]))


def crowd(s):
    before = s.descriptors()
    silent = [client.connect(s.port) for _ in range(CROWD)]
    for c in silent:
        c.sendall(BAD)
    for c in silent[::2]:
        client.reset(c)
    rest = silent[1::2]
    check(f"{CROWD} that don't read, of which half reset", True,
          wait_until(lambda: s.descriptors() <= before, client.SECONDS))
    check("  the others find all of the page", CROWD // 2, sum(is_page(client.read_all(c)) for c in rest))
    for c in rest:
        c.close()


def checks():
    with Server("hello-sync") as s:
        yield "sending on", send_on, s
        yield "behind others", behind_others, s
        yield "a crowd", crowd, s
