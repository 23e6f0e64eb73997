# SPDX-License-Identifier: LGPL-2.1-or-later
"""http.sys's error log, httperr.log: each reason is provoked by a real client and a real program, and read in the file.

What happens to a request once it is routed is the program's doing: tests/errorlog/program.c, under control/."""
import contextlib
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time

import client
import server
from check import check, check_below, check_match
from client import request
from server import Server, wait_until

PROGRAM = "../errorlog/program"
SECONDS = 30
TRUNCATE = 0x100000
FIELDS = ("#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid streamid_ex sc-status s-siteid "
          "s-reason s-queuename transport fault-code extended-fault-code")
PREFIX = "build/wineprefix/drive_c"
KEY = r"HKLM\System\CurrentControlSet\Services\HTTP\Parameters"
VARIABLE = "HTTPAPI_ErrorLoggingDir"
EACH = 400  # refused requests of a program, 4 KB each

# Can't happen here. IIS's worker processes: AppOffline, AppPoolTimer, Connection_Abandoned_By_AppPool, Timer_AppPool, ConnLimit.
# http.sys's own: Connection_Dropped_List_Full (a list we don't have), Timer_Response (not used), Precondition (no
# rule asks for it), EntityTooLarge (no limit), Internal. TLS: Timer_SslRenegotiation.
# Connections_Refused and N/A without memory: tests/unit, tests/inject.

# What a client says on a fresh connection, and what is logged behind the addresses.
REFUSED = [
    (b"G\x01T / HTTP/1.1\r\n\r\n", "- - - - - 400 - Verb -"),
    (request("/%zz"), "HTTP/1.1 GET /%zz - - 400 - URL -"),
    (request("/x", "A@B: 1"), "HTTP/1.1 GET /x - - 400 - Header -"),
    (request("/a%20%C3%A9?q=%20", host="elsewhere"), "HTTP/1.1 GET /a+\u00e9?q=%20 - - 400 - Hostname -"),
    (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 GET / - - 400 - Hostname -"),
    (b"GET /" + b"x" * 17000, "- GET - - - 414 - URL_Length -"),
    (request("/long", *[f"h{i}: " + "x" * 1000 for i in range(20)]), "HTTP/1.1 GET /long - - 400 - RequestLength -"),
    (request("/../x"), "HTTP/1.1 GET /../x - - 403 - Forbidden -"),
    (request("/p", method="POST"), "HTTP/1.1 POST /p - - 411 - LengthRequired -"),
    (request("/p", "Transfer-Encoding: gzip", method="POST"), "HTTP/1.1 POST /p - - 501 - N/I -"),
    (request("/n", "Content-Length: x", method="POST"), "HTTP/1.1 POST /n - - 400 - Number -"),
    (request("/cr", "A: b\rc"), "HTTP/1.1 GET /cr - - 400 - Invalid_CR/LF -"),
    (b"GET /v HTTP/10.1\r\nHost: localhost\r\n\r\n", "HTTP/?.? GET /v - - 400 - BadRequest -"),
    (b"GET /v HTTP/2.0\r\nHost: localhost\r\n\r\n", "HTTP/2.0 GET /v - - 505 - Version_N/S -"),
]


class Log:
    """All files of a folder's HTTPERR, as lines without their heads."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "HTTPERR")
        self.expected = []

    def files(self):
        names = os.listdir(self.folder) if os.path.isdir(self.folder) else []
        return sorted((n for n in names if re.fullmatch(r"httperr\d+\.log", n)), key=lambda n: int(n[7:-4]))

    def sizes(self):
        return [os.path.getsize(os.path.join(self.folder, name)) for name in self.files()]

    def text(self):
        found = ""
        for name in self.files():
            with open(os.path.join(self.folder, name), newline="", encoding="utf-8", errors="backslashreplace") as f:
                found += f.read()
        return found

    def lines(self):
        return [line for line in self.text().split("\r\n") if line and not line.startswith("#")]

    def of(self, c):
        """What was logged of that client's connection, behind the addresses."""
        return [behind_addresses(line) for line in self.lines() if addresses(c) in line]

    def wait(self, c):
        wait_until(lambda: self.of(c), SECONDS)
        self.expected += self.of(c)
        return self.of(c)


def behind_addresses(line):
    return line.split(" ", 6)[6].removesuffix(" TCP - -")


def addresses(c):
    return f" {c.here[0]} {c.here[1]} {c.there[0]} {c.there[1]} "


def written(address):
    """As the log has it: an IPv6 address with its scope."""
    return (f"{address[0]}%{address[3]}" if len(address) == 4 else address[0], address[1])


class Client:
    """A connection that knows its addresses when it is closed, too."""

    def __init__(self, s, *sent, host="127.0.0.1", **more):
        self.socket = client.connect(s.port, host, **more)
        self.here, self.there = written(self.socket.getsockname()), written(self.socket.getpeername())
        for piece in sent:
            self.socket.sendall(piece)

    def end(self):
        """All that comes, until the end or a reset; then it is closed."""
        with self.socket:
            try:
                return client.read_all(self.socket)
            except ConnectionResetError:
                return None

    def reset(self):
        client.reset(self.socket)


def order(s, *what):
    """What the program does to its requests; over when it is done."""
    with client.connect(s.port) as c:
        c.sendall(request("/served/control/" + "/".join(what), "Connection: close"))
        answer = client.read_all(c)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{what}: {answer[:100]}")


def refusals(s, log):
    for sent, line in REFUSED:
        c = Client(s, sent)
        c.end()
        check(f"errorlog: {line}", [line], log.wait(c))
    c = Client(s, b"GET / HTTP/1.1\r\nHost", host="::1")
    c.socket.shutdown(socket.SHUT_WR)
    c.end()
    check("errorlog: half a head, and the client ends it; IPv6", ["HTTP/1.1 GET / - - 400 - BadRequest -"], log.wait(c))
    check_match("errorlog: IPv6 addresses have their scopes", r"%0 \d+ ::1%0 \d+ HTTP/1.1 GET / ", log.text())
    check("errorlog: a request outside of all URLs", ["HTTP/1.1 GET /nowhere - - 404 - NotFound -"], not_found(s, log))


def not_found(s, log):
    c = Client(s, request("/nowhere", "Connection: close", host=f"localhost:{s.port}"))
    c.end()
    return log.wait(c)


def unavailable(s, log):
    """503s, which by the queue's default verbosity are a reset: the log is where one learns of them."""
    for before, after, what, queue in [("unbind", "bind", "N/A", "-"), ("disable", "enable", "Disabled", "-"),
                                       ("inactive", "active", "Disabled", "Main+queue")]:
        order(s, before)
        c = Client(s, request("/served/u", "Connection: close"))
        c.end()
        check(f"errorlog: {before}", [f"HTTP/1.1 GET /served/u - - 503 - {what} {queue}"], log.wait(c))
        order(s, after)
    order(s, "length", "1")
    both = [Client(s, request("/served/q", "Connection: close")) for _ in range(2)]
    refused = both[0] if both[0].socket in select.select([c.socket for c in both], [], [], SECONDS)[0] else both[1]
    both.remove(refused)
    refused.end()
    check("errorlog: a full queue", ["HTTP/1.1 GET /served/q - - 503 - QueueFull Main+queue"], log.wait(refused))
    order(s, "take")
    order(s, "answer")
    check_match("errorlog: the other one is served", b"^HTTP/1.1 200 ", both[0].end())
    check("errorlog: nothing of it", [], log.of(both[0]))
    order(s, "length", "1000")


def taken(s, *sent, **more):
    """A request that the program keeps."""
    c = Client(s, *sent, **more)
    order(s, "take")
    return c


def read_and_reset(s, log, sent):
    """When both come at once the server sees a reset and no request: then it goes slower the next time."""
    for pause in 0.05, 0.2, 1, 5:
        c = Client(s, sent)
        time.sleep(pause)
        c.reset()
        if wait_until(lambda: log.of(c), 1 + pause):
            break
    return log.wait(c)


def losses(s, log):
    get = request("/served/g")
    check("errorlog: a reset in the head", ["HTTP/1.1 GET /served/half - - - - Client_Reset -"],
          read_and_reset(s, log, b"GET /served/half HTTP/1.1\r\nHo"))
    check("errorlog: a reset while it waits", ["HTTP/1.1 GET /served/g - - - - Client_Reset Main+queue"],
          read_and_reset(s, log, get))
    c = taken(s, get)
    c.reset()
    dropped = "HTTP/1.1 GET /served/g - - - - Connection_Dropped Main+queue"
    check("errorlog: a reset before the answer", [dropped], log.wait(c))
    c = taken(s, get, receive_buffer=4096)
    order(s, "big")
    c.reset()
    check("errorlog: a reset in the answer", [dropped], log.wait(c))
    c = taken(s, get)
    order(s, "cancel")
    c.end()
    check("errorlog: cancelled by the program", ["HTTP/1.1 GET /served/g - - - - Request_Cancelled Main+queue"],
          log.wait(c))


def attack(s, log):
    """Refused when it is answered."""
    c = taken(s, request("/served/g", "Range: bytes=0-18446744073709551615"))
    order(s, "answer")
    check_match("errorlog: an attack by ranges", b"^HTTP/1.1 400 ", c.end())
    check("errorlog:   is logged", ["HTTP/1.1 GET /served/g - - 400 - Header Main+queue"], log.wait(c))


def timers(s, log):
    """A second each, and one or two until somebody looks; all at once. The first request brings the connection its group's."""
    order(s, "timeouts", "1")
    idle = taken(s, request("/served/g"))
    order(s, "answer")
    head = taken(s, request("/served/g") + b"GET /served/h HTTP/1.1\r\nHo")
    order(s, "answer")
    body = taken(s, request("/served/b", "Content-Length: 5", method="POST"), b"12")
    send = taken(s, request("/served/s"), receive_buffer=4096)
    order(s, "big")
    order(s, "patience", "1")
    queue = Client(s, request("/served/q"))
    for c, line in [(idle, "- - - - - - - Timer_ConnectionIdle -"),
                    (head, "HTTP/1.1 GET /served/h - - - - Timer_HeaderWait -"),
                    (body, "HTTP/1.1 POST /served/b - - - - Timer_EntityBody Main+queue"),
                    (send, "HTTP/1.1 GET /served/s - - - - Timer_MinBytesPerSecond Main+queue"),
                    (queue, "HTTP/1.1 GET /served/q - - - - Timer_ReqQueue Main+queue")]:
        check(f"errorlog: {line}", [line], log.wait(c))
        c.socket.close()
    order(s, "timeouts", "0")


def endings(s, log):
    """Last: the program's queue is gone afterwards."""
    kept = taken(s, request("/served/kept"))
    waiting = Client(s, request("/served/waiting"))
    order(s, "shutdown")
    check_match("errorlog: shutdown: the client's answer", "^HTTP/1.1 503 Service Unavailable", waiting.end().decode())
    check("errorlog: shutdown", ["HTTP/1.1 GET /served/waiting - - 503 - AppShutdown Main+queue"], log.wait(waiting))
    check("errorlog: shutdown: nothing of what it keeps", [], log.of(kept))
    order(s, "close")
    check("errorlog: close: a reset", None, kept.end())
    abandoned = "HTTP/1.1 GET /served/kept - - - - Connection_Abandoned_By_ReqQueue Main+queue"
    check("errorlog: close", [abandoned], log.wait(kept))


def well_formed(log):
    line = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\d+\.\d+\.\d+\.\d+|[0-9a-f:]+%\d+) \d+ (\d+\.\d+\.\d+\.\d+|[0-9a-f:]+%\d+)"
                      r" \d+ (-|HTTP/\d\.\d|HTTP/\?\.\?) \S+ \S+ - - (-|\d{3}) - [A-Za-z_/]+ \S+ TCP - -")
    text = log.text()
    check("errorlog: each line has its fields", [], [bad for bad in log.lines() if not line.fullmatch(bad)])
    check("errorlog: a head in front", [FIELDS], text.split("\r\n")[3:4])
    check("errorlog: CR LF and nothing else ends lines", (True, 0), (text.endswith("\r\n"), len(re.findall("(?<!\r)\n", text))))


def nothing_else(log):
    check("errorlog: nothing else is logged", sorted(log.expected), sorted(behind_addresses(line) for line in log.lines()))


def waits(s):
    """The second of two requests has been read by the server: nothing of it is left in the kernel."""
    with open("/proc/net/tcp") as f:
        rows = [line.split() for line in f if f":{s.port:04X} " in line.split()[1] + " "]
    return all(row[4].endswith(":00000000") for row in rows)


def exit_in_the_middle(log):
    """Without closing anything: what was asked of the program is written all the same."""
    s = Server(PROGRAM, path="served/")
    kept, waiting = taken(s, request("/served/kept")), Client(s, request("/served/waiting"))
    wait_until(lambda: waits(s), SECONDS)
    order(s, "exit")
    check("errorlog: exit: the program's own code", 3, s.process.wait(server.STOP_SECONDS))
    for c, what in [(kept, "kept"), (waiting, "waiting")]:
        line = f"HTTP/1.1 GET /served/{what} - - - - Connection_Abandoned_By_ReqQueue Main+queue"
        check(f"errorlog: exit: {what}", [line], log.wait(c))
    s.kill()


def flood(log):
    """Two programs fill files of one folder: no line is lost or torn, and each file has its size."""
    before = len(log.lines())
    with Server("hello-sync") as first, Server("hello-sync") as second:
        for i in range(EACH):
            for s in first, second:
                Client(s, request(f"/%zz{i}" + "x" * 4000)).end()
        wait_until(lambda: len(log.lines()) == before + 2 * EACH, SECONDS)
    check("errorlog: lines of a flood", before + 2 * EACH, len(log.lines()))
    sizes = log.sizes()
    check_below("errorlog: the largest file", TRUNCATE + 1, max(sizes))
    check("errorlog: the files", [f"httperr{i + 1}.log" for i in range(len(sizes))], log.files())
    check_below("errorlog: several files", len(sizes), 2)
    well_formed(log)


def refuse(s):
    Client(s, request("/%zz")).end()


@contextlib.contextmanager
def parameter(name, value):
    os.environ["HTTPAPI_" + name] = value
    try:
        with Server("hello-sync") as s:
            yield s
    finally:
        del os.environ["HTTPAPI_" + name]


def larger_files(log):
    """Files that there are already are gone on with, and may be larger than they are."""
    with parameter("ErrorLogFileTruncateSize", str(2 * TRUNCATE)) as s:
        for i in range(2 * EACH):
            Client(s, request(f"/%zz{i}" + "x" * 4000)).end()
    sizes = log.sizes()
    check_below("errorlog: ErrorLogFileTruncateSize", 2 * TRUNCATE + 1, max(sizes))
    check_below("errorlog:   a file is larger than by default", max(sizes), TRUNCATE + 1)


def off(log):
    before = log.text()
    with parameter("EnableErrorLogging", "0") as s:
        refuse(s)
    check("errorlog: EnableErrorLogging=0", before, log.text())


def long_field(log):
    """By default the whole head is limited to as much."""
    with parameter("MaxFieldLength", "100") as s:
        c = Client(s, request("/field", "A: " + "x" * 100))
        c.end()
        check("errorlog: FieldLength", ["HTTP/1.1 GET /field - - 400 - FieldLength -"], log.wait(c))


def wine(*args):
    done = subprocess.run([os.environ.get("WINE", "wine"), *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60)
    if done.returncode:
        raise RuntimeError(f"{args}: {done.stdout}")


def registry():
    """Variables, blanks and folders that aren't there yet."""
    folder = os.path.join(PREFIX, "windows/temp/errorlog")
    shutil.rmtree(folder, ignore_errors=True)
    wine("reg", "add", KEY, "/v", "ErrorLoggingDir", "/t", "REG_EXPAND_SZ", "/d", r"%SystemRoot%\Temp\errorlog\My Logs",
         "/f")
    try:
        with Server("hello-sync") as s:
            refuse(s)
    finally:
        wine("reg", "delete", KEY, "/v", "ErrorLoggingDir", "/f")
    check("errorlog: ErrorLoggingDir in the registry", 1, len(Log(os.path.join(folder, "My Logs")).lines()))
    shutil.rmtree(folder)


def reasons(log):
    """One program for all of them; nothing else is logged."""
    with Server(PROGRAM, path="served/") as s:
        for part in refusals, unavailable, losses, attack, timers, endings:
            yield f"errorlog: {part.__name__}", part, s, log
    yield "errorlog: nothing else", nothing_else, log
    yield "errorlog: form", well_formed, log
    yield "errorlog: exit", exit_in_the_middle, log
    yield "errorlog: flood", flood, log
    yield "errorlog: larger_files", larger_files, log
    yield "errorlog: off", off, log
    yield "errorlog: long_field", long_field, log


def checks():
    if server.command is server.COMMANDS["native"]:
        with tempfile.TemporaryDirectory() as folder:
            os.environ[VARIABLE] = folder
            yield from reasons(Log(folder))
            del os.environ[VARIABLE]
        return
    folder = os.path.join(PREFIX, "windows/system32/LogFiles")
    shutil.rmtree(os.path.join(folder, "HTTPERR"), ignore_errors=True)
    yield from reasons(Log(folder))
    yield "errorlog: registry", registry
