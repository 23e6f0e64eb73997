# SPDX-License-Identifier: LGPL-2.1-or-later
"""
attacker.py SECONDS HELLO-PORT ECHO-PORT LIMIT ATTACK...: runs those attacks of attacks.py, all at once, against two servers of
this machine, and prints as JSON how often each saw what. LIMIT is what the servers' timeouts are set to, in seconds.

An attack has a number of workers and a rate, how many actions a second all of them together begin at most: on a small
machine an attacker that takes the processor from the server would show nothing about the server. A process of its own, so
that it can be run with low priority.
"""
import asyncio
import collections
import contextlib
import json
import random
import socket
import sys
import time

import client

HOST = "127.0.0.1"
SLACK = 12  # seconds: timers are looked at once a second, and the attackers come last on a busy machine


class Peer:
    """One of an attack's connections."""

    def __init__(self, s):
        self.socket = s
        self.loop = asyncio.get_running_loop()

    async def send(self, data):
        """Whether the server still took it."""
        try:
            await self.loop.sock_sendall(self.socket, data)
            return True
        except OSError:
            return False

    async def receive(self, size=65536):
        """What came; b"" for a FIN, None for a reset."""
        try:
            return await self.loop.sock_recv(self.socket, size)
        except OSError:
            return None

    async def read_to_end(self):
        """All, and whether the end was a FIN."""
        data = b""
        while piece := await self.receive():
            data += piece
        return data, piece == b""

    async def read_until(self, end):
        data = b""
        while not data.endswith(end):
            piece = await self.receive()
            if not piece:
                break
            data += piece
        return data

    def reset(self):
        client.reset(self.socket)


class Enemy:
    """What an attack's actions share."""

    def __init__(self, attack, ports, limit, seconds):
        self.port = ports[attack.target]
        self.limit = limit
        self.seen = collections.Counter()
        self.interval = 1 / attack.rate
        self.next_turn = time.monotonic()
        self.end = self.next_turn + seconds

    async def turn(self):
        """Waits for it; False when the time is over."""
        at = max(self.next_turn, time.monotonic())
        self.next_turn = at + self.interval
        await asyncio.sleep(at - time.monotonic())
        return time.monotonic() < self.end

    def note(self, what):
        self.seen[what] += 1

    def note_answer(self, data, fin=True):
        """A page of the server's own has to be there to its last byte, and a FIN behind it."""
        head, _, body = data.partition(b"\r\n\r\n")
        length = client.header(data.decode("latin-1"), "Content-Length")
        whole = length is None or len(body) == int(length)
        self.note(head.split(b"\r\n")[0].decode("latin-1")[9:] + ("" if whole and fin else ", cut off") if data else
                  "nothing" if fin else "reset")

    def note_end(self, begun):
        """The server ended the connection by its timer."""
        took = time.monotonic() - begun
        self.note("ended in time" if self.limit - 0.5 < took < self.limit + SLACK else f"ended after {took:.1f} s")

    @contextlib.asynccontextmanager
    async def connect(self, receive_buffer=None):
        """From any of 250 addresses, so that no port runs out in a storm of connections."""
        with socket.socket() as s:
            s.setblocking(False)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if receive_buffer:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            s.bind((f"127.0.0.{random.randint(2, 251)}", 0))
            await asyncio.get_running_loop().sock_connect(s, (HOST, self.port))
            yield Peer(s)


async def work(attack, enemy):
    while await enemy.turn():
        try:
            await attack.act(enemy)
        except OSError as e:
            enemy.note(f"{type(e).__name__}")
            await asyncio.sleep(0.1)


async def run(attacks, ports, limit, seconds):
    """Actions that hold on longer than the time are given up, once each attack has seen what it needs: that isn't noted."""
    enemies = {a.name: Enemy(a, ports, limit, seconds) for a in attacks}
    tasks = [asyncio.create_task(work(a, enemies[a.name])) for a in attacks for _ in range(a.workers)]
    await asyncio.sleep(seconds)
    patience = time.monotonic() + SLACK
    while time.monotonic() < patience and not all(a.needs <= set(enemies[a.name].seen) for a in attacks):
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    failures = [r for r in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(r, Exception)]
    return {name: e.seen for name, e in enemies.items()}, [repr(f) for f in failures]


def main():
    import attacks
    seconds, hello, echo, limit, *names = sys.argv[1:]
    seen, failures = asyncio.run(run([attacks.ATTACKS[n] for n in names], {"hello": int(hello), "echo": int(echo)},
                                     float(limit), float(seconds)))
    json.dump({"seen": seen, "failures": failures}, sys.stdout)


if __name__ == "__main__":
    main()
