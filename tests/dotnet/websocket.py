# SPDX-License-Identifier: LGPL-2.1-or-later
"""A WebSocket client (RFC 6455): the handshake, frames, and what a program needs to misbehave with them."""
import base64
import hashlib
import os
import struct

import client

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def masked(data, mask):
    """XOR of the whole at once: a loop over bytes is slow here."""
    repeated = (mask * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(data), "big")


def frame(opcode, data, final=True):
    head = bytes([opcode | final << 7])
    if len(data) < 126:
        head += bytes([0x80 | len(data)])
    elif len(data) < 65536:
        head += struct.pack(">BH", 0x80 | 126, len(data))
    else:
        head += struct.pack(">BQ", 0x80 | 127, len(data))
    mask = os.urandom(4)
    return head + mask + masked(data, mask)


class WebSocket:
    def __init__(self, port, path, *headers):
        self.socket, self.buffer = client.connect(port), b""
        key = base64.b64encode(os.urandom(16))
        self.accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        self.socket.sendall(client.request(
            path, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key.decode()}", *headers))
        while b"\r\n\r\n" not in self.buffer:
            self.read_more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = head.decode() + "\r\n\r\n"

    def read_more(self):
        data = self.socket.recv(65536)
        if not data:
            raise RuntimeError(f"the server closed after {self.buffer[:200]!r}")
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.read_more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send(self, opcode, data, final=True):
        self.socket.sendall(frame(opcode, data, final))

    def receive(self):
        """A frame: (opcode, final, data)."""
        first, length = self.take(2)
        if length == 126:
            length, = struct.unpack(">H", self.take(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.take(8))
        return first & 15, bool(first & 0x80), self.take(length)

    def receive_message(self):
        """(opcode, data) of a message, whatever frames it came in."""
        opcode, final, data = self.receive()
        while not final:
            _, final, more = self.receive()
            data += more
        return opcode, data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
