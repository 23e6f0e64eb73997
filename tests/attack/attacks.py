# SPDX-License-Identifier: LGPL-2.1-or-later
"""
The attacks. Each docstring says what must hold for the attacker; what must hold for others is the same for all and is
checked by run.py: their answers are right, their time is bounded, memory grows by no more than the attack's `memory`, and
afterwards there are as many descriptors and threads as before.

An action notes what became of it. `needs` is what must have been seen, `may` what may be seen besides.
"""
import asyncio
import random
import re
import time
from dataclasses import dataclass
from typing import Callable

import client

ATTACKS = {}
TRICKLE = 0.2  # seconds between two bytes of a slow client
BAD = "400 Bad Request"


@dataclass
class Attack:
    act: Callable
    target: str     # "hello" or "echo"
    workers: int    # connections at once
    rate: float     # actions begun in a second, by all together
    memory: int     # KB that the server may take for each worker's connection
    needs: set
    may: set

    @property
    def name(self):
        return self.act.__name__


def attack(target, workers, rate, needs, may=(), memory=32):
    def add(act):
        ATTACKS[act.__name__] = Attack(act, target, workers, rate, memory, set(needs), set(may))
        return act
    return add


async def say_hello(p):
    """Behind its first request a connection has the times of the server's URL group."""
    await p.send(client.request("/"))
    return await p.read_until(b"Hello, World!")


async def until_ended(p, step):
    """Does that step until the server ends the connection."""
    ended = asyncio.ensure_future(p.read_to_end())
    try:
        while not ended.done() and await step(p):
            await asyncio.wait([ended], timeout=TRICKLE)
        return await ended
    finally:
        ended.cancel()


async def trickle(p):
    return await p.send(b"x")


async def rest(p):
    return True


# --- slow clients: each is ended by a timer, and there is no 408

@attack("hello", workers=50, rate=25, needs=["ended in time"])
async def slow_headers(e):
    """A byte of the head now and then wins nothing: HeaderWait ends the connection."""
    async with e.connect() as p:
        await say_hello(p)
        begun = time.monotonic()
        await p.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        await until_ended(p, trickle)
        e.note_end(begun)


@attack("hello", workers=30, rate=15, needs=["ended in time"])
async def slow_body(e):
    """A body that the program has answered already: DrainEntityBody ends the connection, although bytes come."""
    async with e.connect() as p:
        begun = time.monotonic()
        await p.send(client.request("/", "Content-Length: 1000000", method="POST"))
        await p.read_until(b"Hello, World!")
        await until_ended(p, trickle)
        e.note_end(begun)


@attack("echo", workers=8, rate=6, needs=["ended in time"], memory=160)
async def half_body(e):
    """A body that stops while the program reads it: EntityBody ends the connection and frees the program's thread."""
    async with e.connect() as p:
        begun = time.monotonic()
        await p.send(client.request("/", "Content-Length: 1000000", method="POST") + b"x" * 1000)
        await until_ended(p, rest)
        e.note_end(begun)


@attack("echo", workers=6, rate=3, needs=["ended in time"], memory=160)
async def broken_promise(e):
    """Expect: 100-continue, and no body behind the 100: EntityBody again."""
    async with e.connect() as p:
        begun = time.monotonic()
        await p.send(client.request("/", "Content-Length: 10", "Expect: 100-continue", method="POST"))
        data, _ = await until_ended(p, rest)
        e.note_end(begun) if data.startswith(b"HTTP/1.1 100 ") else e.note_answer(data)


async def fill(e, p, request):
    """Sends and doesn't read, until the server has had enough: MinSendRate."""
    begun = time.monotonic()
    while await p.send(request):
        pass
    took = time.monotonic() - begun
    e.note("ended in time" if took < e.limit + 12 else f"ended after {took:.1f} s")


@attack("hello", workers=6, rate=1, needs=["ended in time"], memory=64)
async def never_reads(e):
    """Asks and asks, and never reads an answer: MinSendRate resets the connection, and the send ends for the program."""
    async with e.connect(receive_buffer=4096) as p:
        await fill(e, p, client.request("/") * 400)


@attack("echo", workers=6, rate=2, needs=["ended in time"], memory=160)
async def never_reads_echo(e):
    """The same while the program waits in a synchronous send."""
    async with e.connect(receive_buffer=4096) as p:
        await p.send(client.request("/", "Content-Length: 1000000000", method="POST"))
        await fill(e, p, bytes(65536))


@attack("hello", workers=6, rate=1, needs=["ended in time"], memory=64)
async def slow_read(e):
    """Reads some bytes a second of what it asked for: less than MinSendRate."""
    async with e.connect(receive_buffer=4096) as p:
        sending = asyncio.ensure_future(fill(e, p, client.request("/") * 400))
        try:
            while not sending.done():
                await p.receive(10)
                await asyncio.wait([sending], timeout=TRICKLE)
        finally:
            sending.cancel()


@attack("hello", workers=300, rate=60, needs=[], may=["ended in time"], memory=4)
async def idle_crowd(e):
    """Connections that say nothing cost little: IdleConnection ends them, after Windows' 120 s."""
    async with e.connect() as p:
        await p.receive()


@attack("hello", workers=150, rate=20, needs=[], memory=48)
async def head_crowd(e):
    """Heads of 16 KB that want to be as many headers as possible, and no end: what is kept of them is bounded."""
    async with e.connect() as p:
        await p.send(client.request("/")[:-2] + b"a:\r\n" * 3900)
        await p.receive()


# --- floods: more of something than anybody needs

@attack("hello", workers=8, rate=60, needs=[BAD])
async def endless_headers(e):
    """Refused at 16 KB, and the client sees the whole page though it goes on sending."""
    async with e.connect() as p:
        await p.send(client.request("/")[:-2])
        for i in range(64):
            await p.send(b"".join(b"X-%d-%d: %b\r\n" % (i, j, b"v" * 100) for j in range(10)))
        e.note_answer(*await p.read_to_end())


@attack("hello", workers=8, rate=40, needs=["414 Request-URI Too Long"])
async def endless_line(e):
    """A request line without end."""
    async with e.connect() as p:
        await p.send(b"GET /" + b"a" * 60000)
        e.note_answer(*await p.read_to_end())


@attack("hello", workers=4, rate=5, needs=["all answered"], memory=64)
async def pipeline_flood(e):
    """Hundreds of requests in one go: each is answered, in order."""
    async with e.connect() as p:
        await p.send(client.request("/") * 399 + client.request("/", "Connection: close"))
        data, fin = await p.read_to_end()
        answers = client.split_answers(data)
        right = fin and answers == ["HTTP/1.1 200 OK"] * 400
        e.note("all answered" if right else f"{len(answers)} answered, fin {fin}")


@attack("hello", workers=2, rate=2, needs=["ended"], may=["ended in time"])
async def drain_flood(e):
    """A body of any length, as fast as it goes, behind its answer: others are served meanwhile, and it is ended."""
    async with e.connect() as p:
        await p.send(client.request("/", "Content-Length: 99999999999", method="POST"))
        await p.read_until(b"Hello, World!")
        for _ in range(512):
            if not await p.send(bytes(65536)):
                break
            await asyncio.sleep(0)
        e.note("ended")


def chunked_echo():
    return client.request("/", "Transfer-Encoding: chunked", "Connection: close", method="POST")


@attack("echo", workers=4, rate=10, needs=["all came back"], memory=160)
async def tiny_chunks(e):
    """Thousands of chunks of one byte: right, and no dearer than other bytes by much."""
    async with e.connect() as p:
        body = bytes(random.choices(b"0123456789", k=3000))
        await p.send(chunked_echo() + b"".join(b"1\r\n%c\r\n" % c for c in body) + b"0\r\n\r\n")
        data, fin = await p.read_to_end()
        e.note("all came back" if fin and client.unchunk(data) == body else f"{len(data)} bytes, fin {fin}")


@attack("echo", workers=4, rate=10, needs=[BAD], may=["200 OK, cut off"], memory=160)
async def chunk_extensions(e):
    """More than 16 KB of them: 400, or the end of an answer that has begun."""
    async with e.connect() as p:
        await p.send(chunked_echo() + b"1;" + b"e" * 40000 + b"\r\nx\r\n0\r\n\r\n")
        e.note_answer(*await p.read_to_end())


@attack("echo", workers=4, rate=10, needs=[BAD], may=["200 OK, cut off"], memory=160)
async def endless_trailers(e):
    """The same for trailers."""
    async with e.connect() as p:
        await p.send(chunked_echo() + b"0\r\n" + b"Trailer: of some length\r\n" * 2000)
        e.note_answer(*await p.read_to_end())


# --- storms: connections that come and go, and what scanners send

@attack("hello", workers=8, rate=200, needs=["200 OK"], may=["closed"])
async def churn(e):
    """Connections for one request, or none."""
    async with e.connect() as p:
        if random.random() < 0.3:
            return e.note("closed")
        await p.send(client.request("/", "Connection: close"))
        e.note_answer(*await p.read_to_end())


STORM = [client.request("/"), client.request("/") * 30,
         client.request("/", "Content-Length: 5000", method="POST") + bytes(5000),
         client.request("/", "Transfer-Encoding: chunked", method="POST") + b"5\r\nabcde\r\n" * 100 + b"0\r\n\r\n"]


async def reset_anywhere(e):
    async with e.connect() as p:
        data = random.choice(STORM)
        await p.send(data[:random.randrange(len(data) + 1)])
        if random.random() < 0.3:
            await asyncio.sleep(random.random() * 0.01)
        p.reset()
        e.note("reset")


@attack("hello", workers=8, rate=100, needs=["reset"])
async def reset_storm(e):
    """A reset at any point of a request or its answer."""
    await reset_anywhere(e)


@attack("echo", workers=8, rate=50, needs=["reset"], memory=160)
async def reset_storm_echo(e):
    """The same, while the program reads and writes."""
    await reset_anywhere(e)


TLS = bytes.fromhex("16030100c8010000c403034f") + bytes(192)
SMB = bytes.fromhex("00000085ff534d4272000000001853c80000") + bytes(100)
RDP = bytes.fromhex("0300002a25e00000000000436f6f6b69653a206d737473686173683d6e6d61700d0a0100080003000000")
PROBES = [(b"", "nothing"), (TLS, BAD), (SMB, BAD), (RDP, BAD), (b"\x80\x2e\x01\x00\x02", BAD), (b"\r\n\r\n", "nothing"),
          (b"GET / HTTP/9.9\r\n\r\n", "505 HTTP Version Not Supported"), (b"\0" * 64, BAD), (b"OPTIONS / RTSP/1.0\r\n\r\n", BAD),
          (b"GET /nice%20ports%2C/Tri%6Eity.txt%2ebak HTTP/1.0\r\n\r\n", BAD), (b"() { :;}; echo\r\n\r\n", BAD),
          (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"), (bytes(range(128, 256)), BAD)]


@attack("hello", workers=8, rate=60, needs=["as expected"])
async def scans(e):
    """What port scanners send: Windows' pages, or nothing."""
    data, expected = random.choice(PROBES)
    async with e.connect() as p:
        await p.send(data)
        if expected == "nothing":
            p.socket.shutdown(1)
        answer, fin = await p.read_to_end()
        status = answer.split(b"\r\n")[0][9:].decode() or "nothing"
        right = status == expected or (expected == "nothing" and status == BAD)
        e.note("as expected" if right else f"{data[:20]}: {status}, fin {fin}")


# Windows answers 400 where it is asked to process ranges (winetest/send_range.c); the samples don't ask.
RANGES = ["bytes=0-18446744073709551615", "bytes=18-18446744073709551615", "bytes=" + "9" * 5000 + "-", "bytes=-" + "9" * 30,
          "bytes=0-," + ",".join(f"5-{i}" for i in range(1300)), "bytes=0-0", "bytes=" + "-" * 9000]


@attack("hello", workers=4, rate=20, needs=["200 OK"])
async def ranges(e):
    """MS15-034's number and the Apache killer's list: neither a crash nor an answer of great length."""
    async with e.connect() as p:
        await p.send(client.request("/", f"Range: {random.choice(RANGES)}", "Connection: close"))
        e.note_answer(*await p.read_to_end())


def lines(*headers):
    return client.request("/", *headers, "Connection: close")


OVERSIZE = [(lines("X" * 20000 + ": v"), BAD), (lines("X: " + "v" * 20000), BAD), (lines(*["a:"] * 6000), BAD),
            (client.request("/" + "%41" * 9000), "414 Request-URI Too Long"), (b"V" * 20000, BAD),
            (client.request("/" + "a" * 300, "Connection: close"), BAD), (client.request("/a" * 300, "Connection: close"), BAD),
            (client.request("/?" + "q" * 15000, "Connection: close"), "200 OK"),
            (lines("Content-Length: " + "9" * 1000), BAD), (client.request("/", host="h" * 10000), BAD)]


@attack("hello", workers=4, rate=20, needs=["as expected"], memory=64)
async def oversize(e):
    """Each part of a request longer than it may be."""
    data, expected = random.choice(OVERSIZE)
    async with e.connect() as p:
        await p.send(data)
        answer, fin = await p.read_to_end()
        status = answer.split(b"\r\n")[0][9:].decode()
        e.note("as expected" if status == expected and fin else f"{data[:30]}: {status}, fin {fin}")
