# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts a sample program under Wine or natively, and ends it as Ctrl+C does."""
import os
import select
import signal
import socket
import subprocess
import time

from check import check, check_below

COMMANDS = {
    "wine": lambda sample: ["tools/httpapi-wine", f"build/samples/{sample}.exe"],
    "wine32": lambda sample: ["tools/httpapi-wine", f"build/samples/{sample}32.exe"],
    "native": lambda sample: [f"build/samples/{sample}"],
}
START_SECONDS = 60
STOP_SECONDS = 15
MEMORY_LIMIT_KB = 100 * 1024

command = None  # one of COMMANDS, chosen by the suite
running = []


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds):
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Server:
    """`with Server("echo", "4") as s:` - leaves the block by Ctrl+C and checks how the program ends.

    `env` goes to the program's environment."""

    def __init__(self, sample, *args, path="", env=None):
        self.sample = sample
        self.port = free_port()
        self.url = f"http://localhost:{self.port}/{path}"
        self.process = subprocess.Popen(
            [*command(sample), self.url, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            start_new_session=True, env={**os.environ, **(env or {})})
        running.append(self)
        self.wait_for_line(b"listening on")

    def wait_for_line(self, start):
        deadline = time.monotonic() + START_SECONDS
        output = b""
        while not output.startswith(start) or b"\n" not in output:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not data:
                raise RuntimeError(f"{self.sample} doesn't start: {output!r}")
            output += data

    def proc(self, name):
        return f"/proc/{self.process.pid}/{name}"

    def peak_memory_kb(self):
        with open(self.proc("status")) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))

    def writable_code(self):
        """What is mapped to be written and executed both."""
        with open(self.proc("maps")) as f:
            return [line.strip() for line in f if line.split()[1].startswith("rwx")]

    def descriptors(self):
        """How many are open; without the error log's, which is there from its first line on."""
        return sum(not self.is_error_log(fd) for fd in os.listdir(self.proc("fd")))

    def is_error_log(self, fd):
        try:
            return "/HTTPERR/" in os.readlink(self.proc(f"fd/{fd}"))
        except FileNotFoundError:
            return False

    def processes(self):
        """All that have our URL, which nobody else has, on their command line."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    if self.url.encode() in f.read().split(b"\0"):
                        found.append(int(pid))
            except OSError:
                pass  # it has ended meanwhile
        return found

    def interrupt(self):
        """The exit status after Ctrl+C; None when the program doesn't end."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        if self in running:
            running.remove(self)

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if not error:
            check_below(f"{self.sample}: peak memory (KB)", MEMORY_LIMIT_KB, self.peak_memory_kb())
            check(f"{self.sample}: Ctrl+C ends it properly", 0, self.interrupt())
            wait_until(lambda: not self.processes(), 5)
            check(f"{self.sample}: leaves no process", [], self.processes())
        self.kill()


def kill_all():
    for server in list(running):
        server.kill()
