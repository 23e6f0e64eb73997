# SPDX-License-Identifier: LGPL-2.1-or-later
"""WebSockets, which are HTTP_SEND_RESPONSE_FLAG_OPAQUE: a connection that becomes a stream of bytes both ways."""
import os
import struct
import threading

import client
from check import check, check_match, skip
from client import curl
from program import Program
from websocket import BINARY, CLOSE, PING, PONG, TEXT, WebSocket

MESSAGES = 1000
LARGE = 8 << 20


def handshake(p, name):
    with WebSocket(p.port, "/socket", "Sec-WebSocket-Protocol: chat") as s:
        check_match(f"{name}: 101", r"^HTTP/1.1 101 Switching Protocols\r\n", s.head)
        for header in "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Protocol: chat":
            check(f"{name}: {header}", 1, s.head.count(f"\r\n{header}\r\n"))
        check(f"{name}: the key's answer", 1, s.head.count(f"\r\nSec-WebSocket-Accept: {s.accept}\r\n"))
        s.send(TEXT, "Gr\u00fc\u00dfe".encode())
        check(f"{name}: a text comes back", (TEXT, "Gr\u00fc\u00dfe".encode()), s.receive_message())
        s.send(PING, b"are you there")
        check(f"{name}: a ping", (PONG, b"are you there"), s.receive_message())
        s.send(CLOSE, struct.pack(">H", 1000) + b"done")
        check(f"{name}: closing is answered", (CLOSE, struct.pack(">H", 1000) + b"done"), s.receive_message())
        check(f"{name}: and the connection ends", b"", client.read_all(s.socket))
    check(f"{name}: the program knows", "closed 1000 done", p.expect("closed"))


def messages(p, name):
    """All go off while the answers come."""
    sent = [os.urandom(i * 7 % 3000) for i in range(MESSAGES)]
    with WebSocket(p.port, "/socket") as s:
        sender = threading.Thread(target=lambda: [s.send(BINARY, data) for data in sent], daemon=True)
        sender.start()
        got = [s.receive_message() for _ in sent]
        sender.join(client.SECONDS)
    check(f"{name}: {MESSAGES} messages", [(BINARY, data) for data in sent], got)


def large(p, name):
    data = os.urandom(LARGE)
    with WebSocket(p.port, "/socket") as s:
        sender = threading.Thread(target=s.send, args=(BINARY, data), daemon=True)
        sender.start()
        got = s.receive_message()
        sender.join(client.SECONDS)
    check(f"{name}: a message of {LARGE} bytes", (BINARY, True), (got[0], got[1] == data))


def left(p, name):
    s = WebSocket(p.port, "/socket")
    client.reset(s.socket)
    check_match(f"{name}: a client that leaves ends the read", "^socket failed: ", p.expect("socket failed", 10))
    check(f"{name}: others are served after it", "Hello, World!", curl(p.url + "hello"))


def both_at_once(p, name):
    opened = [WebSocket(p.port, "/socket") for _ in range(20)]
    for i, s in enumerate(opened):
        s.send(TEXT, b"%d" % i)
    check(f"{name}: requests are served beside sockets", "Hello, World!", curl(p.url + "hello"))
    check(f"{name}: 20 sockets", [b"%d" % i for i in range(20)], [s.receive_message()[1] for s in opened])
    for s in opened:
        s.socket.close()


def wine_has_protocol():
    """HttpListener leaves the frames to Windows' websocket.dll; Wine 8's consists of stubs that end the program."""
    path = os.path.join(os.environ["WINEPREFIX"], "drive_c/windows/system32/websocket.dll")
    try:
        with open(path, "rb") as f:
            return b"__wine_stub_WebSocketCreateServerHandle" not in f.read()
    except OSError:
        return False


def checks():
    names = ["httpsys"]
    if wine_has_protocol():
        names.append("listener")
    else:
        skip("HttpListener's WebSockets: this Wine has no websocket.dll that works")
    for name in names:
        with Program(name, "http://localhost:{port}/") as p:
            for part in handshake, messages, large, both_at_once, left:
                yield f"{name}: {part.__name__}", part, p, name
