# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is measured while servers are attacked: well-behaved clients, and the servers' memory, descriptors and threads."""
import os
import subprocess
import threading
import time
from dataclasses import dataclass

CLIENTS = "build/attack/clients"


@dataclass
class Report:
    """What clients have seen; times in microseconds."""
    requests: int
    wrong: int
    broken: int
    p50: int
    p99: int
    slowest: int

    def __str__(self):
        return (f"{self.requests} answers, {self.wrong} wrong, {self.broken} broken, p50 {self.p50 / 1000:.2f} ms, "
                f"p99 {self.p99 / 1000:.2f} ms, slowest {self.slowest / 1000:.0f} ms")


class Clients:
    """`count` well-behaved clients, each of which asks once in `period` milliseconds."""

    def __init__(self, server, kind, count, period):
        self.process = subprocess.Popen([CLIENTS, str(server.port), kind, str(count), str(period)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def look(self):
        """As report(), which will have it, too."""
        return self.report(b"?\n")

    def report(self, line=b"\n"):
        """Since the last one."""
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return Report(*map(int, self.process.stdout.readline().split()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def status(server, field):
    """A number of /proc/PID/status."""
    with open(server.proc("status")) as f:
        return next(int(line.split()[1]) for line in f if line.startswith(field + ":"))


def memory(server):
    """KB"""
    return status(server, "VmRSS")


def threads(server):
    return status(server, "Threads")


def cpu_seconds(server):
    with open(server.proc("stat")) as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Looks at a server now and then: samples of (seconds, memory, descriptors, threads)."""

    def __init__(self, server, interval=0.1):
        self.server, self.interval = server, interval
        self.samples = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        begun = time.monotonic()
        while not self.over.is_set():
            self.samples.append((time.monotonic() - begun, memory(self.server), self.server.descriptors(),
                                 threads(self.server)))
            self.over.wait(self.interval)

    def column(self, index):
        return [s[index] for s in self.samples]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
