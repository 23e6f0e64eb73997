# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prefixes of every form, of three apps on one port in one process: which app gets a request, and what it learns."""
import re

import client
from check import check, check_match, skip
from client import curl
from program import Program

PREFIXES = [
    "http://localhost:{port}/base/", "http://localhost:{port}/base/deep/", "--",
    "http://localhost:{port}/other/", "http://127.0.0.1:{port}/address/", "http://app.example:{port}/", "--",
    "http://+:{port}/strong/", "http://*:{port}/weak/", "http://+:{port}/base/strong/",
]


def told(text):
    """What the handler `tell` says, by its first words; headers by their lower-case names."""
    lines = [line.partition(" ") for line in text.split("\r\n") if line and not line.startswith("header ")]
    headers = re.findall(r"^header (.*?): (.*)\r$", text, re.MULTILINE)
    return {**{name: rest for name, _, rest in lines}, "headers": {name.lower(): value for name, value in headers}}


def ask(p, path, *args, host="localhost"):
    return told(curl("--path-as-is", "--connect-to", f"::localhost:{p.port}", *args, f"http://{host}:{p.port}{path}"))


def which_app(p, name):
    for what, app, path, host in [
            ("a path", "0", "/base/tell", "localhost"),
            ("letters of another case", "0", "/BASE/tell", "LOCALHOST"),
            ("the longer of two prefixes", "0", "/base/deep/tell", "localhost"),
            ("another path", "1", "/other/tell", "localhost"),
            ("dot segments", "1", "/base/x/../../other/tell", "localhost"),
            ("an escaped separator", "0", "/base%2Fdeep/x/tell", "localhost"),
            ("an address in the Host header", "1", "/address/tell", "127.0.0.1"),
            ("the address it came in on", "1", "/address/tell", "nobody.example"),
            ("a name", "1", "/base/tell", "app.example"),
            ("the strong wildcard", "2", "/strong/tell", "any.example"),
            ("the strong wildcard before a name", "2", "/base/strong/tell", "app.example"),
            ("the weak wildcard", "2", "/weak/tell", "any.example")]:
        check(f"{name}: {what}", app, ask(p, path, host=host).get("app"))


def nobody(p, name):
    page = r"^HTTP/1.1 404 Not Found\r\n.*Server: Microsoft-HTTPAPI/2.0.*The requested resource is not found"
    check_match(f"{name}: nobody's path", page, curl("-i", f"http://localhost:{p.port}/nobody"))
    check_match(f"{name}: a longer word", page, curl("-i", f"http://localhost:{p.port}/basement/tell"))
    check(f"{name}: a prefix without its slash", "nothing in app 0", curl(f"http://localhost:{p.port}/base"))
    check(f"{name}: the app's own 404", "nothing in app 1", curl(f"http://localhost:{p.port}/other/x/y"))


def targets(p, name):
    raw = "/base/a%20b%2Fc/%E4%BD%A0/tell?q=%20x&y=z%2F"
    it = ask(p, raw)
    check(f"{name}: the raw target", raw, it["raw"])
    check(f"{name}: the query", "?q=%20x&y=z%2F", it["query"])
    check(f"{name}: no query", "", ask(p, "/base/tell")["query"])
    if name == "httpsys":
        check(f"{name}: the path, unescaped", "/a b%2Fc/\u4f60/tell", it["path"])
        for path, base in ("/base/tell", "/base"), ("/Base/Deep/x/tell", "/Base/Deep"), ("/strong/tell", "/strong"):
            check(f"{name}: PathBase of {path}", base, ask(p, path)["base"])
    else:
        check(f"{name}: the path", "/base/a%20b%2Fc/%E4%BD%A0/tell", it["path"])
    check(f"{name}: the host", f"localhost:{p.port}", it["host"])
    check_match(f"{name}: the remote address", r"^127\.0\.0\.1:[1-9]\d*$", it["remote"])
    check_match(f"{name}: the local address", rf"^127\.0\.0\.1:{p.port}", it["local"])


def ipv6(p, name):
    try:
        client.connect(p.port, "::1").close()
    except OSError as error:
        skip(f"{name}: IPv6: {error}")
        return
    it = told(curl("--connect-to", f"::[::1]:{p.port}", f"http://localhost:{p.port}/base/tell"))
    check_match(f"{name}: IPv6: the remote address", r"^\[?::1\]?:\d+$", it["remote"])


def twice(name):
    prefix = "http://localhost:{port}/twice/"
    try:
        Program(name, prefix, "--", prefix).kill()
        error = "none"
    except RuntimeError as failure:
        error = str(failure)
    check_match(f"{name}: the same prefix twice", "start failed: (HttpListener|HttpSys)Exception 183", error)


def checks():
    for name in "listener", "httpsys":
        with Program(name, *PREFIXES) as p:
            for part in which_app, nobody, targets, ipv6:
                yield f"{name}: {part.__name__}", part, p, name
        yield f"{name}: twice", twice, name
