# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thousand requests that are in the program at once: none is answered before the last has come."""
import resource

import client
from check import check, skip
from client import curl, request
from program import Program

COUNT = 1000
DESCRIPTORS = 4 * COUNT


def raise_limit():
    """Whether so many descriptors can be open, here and in the programs that are started."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < DESCRIPTORS <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    return hard >= DESCRIPTORS


def meet(p, name):
    waiting = [client.connect(p.port) for _ in range(COUNT)]
    for c in waiting:
        c.sendall(request(f"/meet?name=all&count={COUNT}", "Connection: close"))
    answers = [client.read_all(c) for c in waiting]
    for c in waiting:
        c.close()
    good = sum(answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"met") for answer in answers)
    check(f"{name}: {COUNT} requests at once", COUNT, good)
    check(f"{name}: one more", "Hello, World!", curl(p.url + "hello"))


def burst(p, name):
    check(f"{name}: 64 connections, request after request", "", client.wrk_complaints(p.url + "hello"))


def checks():
    if not raise_limit():
        skip(f"{COUNT} requests at once: {DESCRIPTORS} descriptors aren't allowed")
        return
    for name in "listener", "httpsys":
        with Program(name, "http://localhost:{port}/") as p:
            yield f"{name}: meet", meet, p, name
            yield f"{name}: burst", burst, p, name
