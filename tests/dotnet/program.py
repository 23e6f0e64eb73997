# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts one of the .NET programs under Wine, tells it commands (shared/Commands.cs) and waits for what it says."""
import os
import select
import subprocess
import time

import server
from check import check, check_below

DIRECTORY = None      # where the programs lie, chosen by the suite
MEMORY_LIMIT_KB = 700 * 1024
SECONDS = 30          # for any line


class Program(server.Server):
    """`with Program("httpsys", "queue=5", "http://localhost:{port}/") as p:` - {port} is a free one."""

    def __init__(self, name, *arguments):
        self.sample = name
        self.port = server.free_port()
        arguments = [argument.format(port=self.port) for argument in arguments]
        self.url = next(argument for argument in arguments if "://" in argument)
        self.output, self.lines = b"", []
        self.process = subprocess.Popen(
            ["tools/httpapi-wine", f"{DIRECTORY}/{name}/{name}.exe", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        server.running.append(self)
        self.wait_until_listening(sum("://" in argument for argument in arguments))

    def wait_until_listening(self, count):
        for _ in range(count):
            self.expect("listening on", server.START_SECONDS)

    def tell(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def expect(self, start, seconds=SECONDS):
        """The first line that begins so, of those that weren't returned yet."""
        deadline = time.monotonic() + seconds
        while not (found := [line for line in self.lines if line.startswith(start)]):
            self.read_lines(start, deadline - time.monotonic())
        self.lines.remove(found[0])
        return found[0]

    def read_lines(self, start, seconds):
        ready, _, _ = select.select([self.process.stdout], [], [], max(0, seconds))
        data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
        if not data:
            raise RuntimeError(f"{self.sample} doesn't say {start!r}, but {self.lines} {self.output}")
        *lines, self.output = (self.output + data).split(b"\n")
        self.lines += [line.decode().rstrip("\r") for line in lines]

    def __exit__(self, error, *_):
        if not error:
            check_below(f"{self.sample}: peak memory (KB)", MEMORY_LIMIT_KB, self.peak_memory_kb())
            check(f"{self.sample}: Ctrl+C ends it properly", 0, self.interrupt())
            server.wait_until(lambda: not self.processes(), 5)
            check(f"{self.sample}: leaves no process", [], self.processes())
        self.kill()

    def kill(self):
        super().kill()
        self.process.stdin.close()
