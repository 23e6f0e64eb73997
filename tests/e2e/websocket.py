# SPDX-License-Identifier: LGPL-2.1-or-later
"""The websocket sample and a real client: npm's ws, in node (tests/websocket/client.js)."""
import json
import os
import subprocess

from check import check
from server import Server

SECONDS = 100


def talk(s):
    """Each line of the client's is a check: what, expected, got."""
    node = subprocess.run(["node", "tests/websocket/client.js", s.url], timeout=SECONDS, stdout=subprocess.PIPE,
                          env={**os.environ, "NODE_PATH": os.path.abspath("build/websocket/node_modules")})
    for line in node.stdout.decode().splitlines():
        what, expected, got = json.loads(line)
        check(f"websocket: {what}", expected, got)
    check("websocket: the client ends properly", 0, node.returncode)


def checks():
    with Server("websocket") as s:
        yield "websocket: talk", talk, s
