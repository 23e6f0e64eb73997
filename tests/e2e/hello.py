# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hello samples: they answer everything alike, each through another way of using the API."""
import client
from check import check, check_match, skip
from client import curl, exchange, request
from server import Server

SAMPLES = ["hello-sync", "hello-event", "hello-iocp", "hello-port", "hello-pool", "hello-v1"]
TEXT = "Hello, World!"
DATE = r"\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n"
OK = "HTTP/1.1 200 OK"


def simple_requests(s, name):
    answer = curl("-i", s.url)
    check_match(f"{name}: GET", rf"^{OK}\r\n.*\r\n\r\n{TEXT}$", answer)
    check_match(f"{name}: GET: headers", r"\r\nContent-Type: text/plain\r\n", answer)
    check_match(f"{name}: GET: length", r"\r\nContent-Length: 13\r\n", answer)
    check_match(f"{name}: GET: date", DATE, answer)
    check_match(f"{name}: GET: server", r"\r\nServer: Microsoft-HTTPAPI/2.0\r\n", answer)
    check_match(f"{name}: HEAD", rf"^{OK}\r\n.*\r\n\r\n$", curl("-I", s.url))
    check(f"{name}: a query and a path below", TEXT, curl(s.url + "below/it?a=b"))
    check(f"{name}: DELETE", TEXT, curl("-X", "DELETE", s.url))
    check(f"{name}: a verb of its own", TEXT, curl("-X", "FROB", s.url))


def connections(s, name):
    once = f"{TEXT}%s "
    tell = ("-w", "%{num_connects} ")
    check(f"{name}: keep-alive", once % 1 + once % 0 + once % 0, curl(*tell, s.url, s.url, s.url))
    check(f"{name}: Connection: close", once % 1 + once % 1, curl(*tell, "-H", "Connection: close", s.url, s.url))
    check_match(f"{name}: Connection: close: says so", "\r\nConnection: close\r\n",
                curl("-i", "-H", "Connection: close", s.url))
    check(f"{name}: HTTP/1.0", once % 1 + once % 1, curl("-0", *tell, s.url, s.url))
    check_match(f"{name}: HTTP/1.0: with Host only", rf"^{OK}\r\n.*{TEXT}$",
                exchange(s.port, b"GET /hello/ HTTP/1.0\r\nHost: localhost\r\n\r\n").decode())
    ipv6(s, name)


def ipv6(s, name):
    try:
        client.connect(s.port, "::1").close()
    except OSError as error:
        skip(f"{name}: IPv6: {error}")
        return
    check(f"{name}: IPv6", TEXT, curl("--connect-to", f"::[::1]:{s.port}", s.url))


def unread_bodies(s, name):
    once = f"{TEXT}%s "
    tell = ("-w", "%{num_connects} ")
    check(f"{name}: a body nobody reads", once % 1 + once % 0, curl(*tell, "-d", "a=b", s.url, s.url))
    check(f"{name}: a large body nobody reads", TEXT,
          curl("-H", "Expect:", "--data-binary", "@-", s.url, data=b"x" * 1000000))
    check(f"{name}: a chunked body nobody reads", TEXT, curl("-T", "-", s.url, data=b"x" * 100000))
    story = client.curl_verbose("--expect100-timeout", "10", "-H", "Expect: 100-continue", "-d", "a=b", s.url)
    check_match(f"{name}: Expect: 100-continue, but nobody reads", "< HTTP/1.1 200 OK", story)
    check(f"{name}:   no 100 Continue then", 0, story.count("100 Continue"))


def errors(s, name):
    page = r"^HTTP/1.1 %s\r\n.*Content-Type: text/html; charset=us-ascii\r\n.*<h2>%s</h2>.*%s"
    answer = curl("-i", s.url.replace("/hello/", "/other/"))
    check_match(f"{name}: unknown path", page % ("404 Not Found", "Not Found", "The requested resource is not found"),
                answer)
    check_match(f"{name}: unknown host", page % ("400 Bad Request", "Bad Request - Invalid Hostname", ""),
                curl("-i", "-H", "Host: nowhere.example", s.url))
    for what, data in [("no version", b"GET\r\n\r\n"), ("a header without colon", b"GET / HTTP/1.1\r\nHost\r\n\r\n"),
                       ("no Host", b"GET /hello/ HTTP/1.1\r\n\r\n"), ("not HTTP at all", b"\x16\x03\x01\0\0\r\n\r\n")]:
        check_match(f"{name}: {what}", page % ("400 Bad Request", "Bad Request[^<]*", ""),
                    exchange(s.port, data).decode())
    check_match(f"{name}: POST without length", "^HTTP/1.1 411 ",
                exchange(s.port, request("/hello/", method="POST")).decode())


def raw_bytes(s, name):
    get, last = request("/hello/"), request("/hello/", "Connection: close")
    check(f"{name}: pipelining", [OK] * 10, client.split_answers(exchange(s.port, get * 9 + last)))
    check(f"{name}: byte by byte", [OK], client.split_answers(exchange(s.port, *(bytes([b]) for b in last))))
    head = [request("/hello/", method="HEAD"), request("/hello/", "Connection: close", method="HEAD")]
    check(f"{name}: HEAD has no body", [OK] * 2, client.split_answers(exchange(s.port, *head), bodies=False))
    check(f"{name}: pipelining behind unread bodies", [OK] * 3, client.split_answers(
        exchange(s.port, (request("/hello/", "Content-Length: 5", method="POST") + b"12345") * 2 + last)))
    check(f"{name}: and before an error", [OK, "HTTP/1.1 400 Bad Request"],
          client.split_answers(exchange(s.port, get + b"GET\r\n\r\n")))


def memory(s, name):
    check(f"{name}: no memory is writable and executable", [], s.writable_code())


def burst(s, name):
    check(f"{name}: 64 connections at once, no error", "", client.wrk_complaints(s.url))


def checks():
    for name in SAMPLES:
        with Server(name, path="hello/") as s:
            for part in simple_requests, connections, unread_bodies, errors, raw_bytes, burst, memory:
                yield f"{name}: {part.__name__}", part, s, name
