# SPDX-License-Identifier: LGPL-2.1-or-later
"""Heads of requests and answers: verbs, headers, statuses, and when a connection stays."""
import client
from check import check, check_match
from client import curl, exchange, header, request
from program import Program
from routing import told

DATE = r"\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n"


def verbs(p, name):
    for verb in "GET", "DELETE", "PATCH", "PROPFIND", "FROB", "get":
        check(f"{name}: {verb}", verb, told(curl("-X", verb, p.url + "tell"))["verb"])
    check(f"{name}: OPTIONS", "OPTIONS", told(curl("-X", "OPTIONS", p.url + "tell"))["verb"])
    check_match(f"{name}: HEAD", r"^HTTP/1.1 200 OK\r\n.*Content-Length: 13\r\n.*\r\n\r\n$",
                curl("-I", p.url + "hello"))
    check(f"{name}: the version", "1.0", told(curl("-0", p.url + "tell"))["version"])


def request_headers(p, name):
    headers = ["-H", "X-One: 1", "-H", "X-Empty;", "-H", "x-one: 2", "-H", "Accept: a/b", "-H", "Cookie: c=1; d=2",
               "-H", "User-Agent: me", "-H", "X-Name: Gr\u00fc\u00dfe"]
    got = told(curl(*headers, p.url + "tell"))["headers"]
    name_bytes = got.get("x-name", "")
    check(f"{name}: a repeated header", "1, 2", got.get("x-one"))
    check(f"{name}: an empty one", "", got.get("x-empty"))
    check(f"{name}: known ones", ("a/b", "me"), (got.get("accept"), got.get("user-agent")))
    check(f"{name}: cookies", "c=1; d=2", got.get("cookie"))
    check(f"{name}: other than ASCII", True, "Gr\u00fc\u00dfe" in (name_bytes, as_1252(name_bytes)))
    many = [word for i in range(300) for word in ("-H", f"X-{i}: {i:030}")]
    got = told(curl(*many, p.url + "tell"))["headers"]
    check(f"{name}: 300 headers", [f"{i:030}" for i in range(300)], [got.get(f"x-{i}") for i in range(300)])


def as_1252(text):
    """HttpListener makes a character of each byte."""
    return text.encode("cp1252", "replace").decode("utf-8", "replace")


def answer_headers(p, name):
    answer = client.curl_bytes("-i", p.url + "headers").partition(b"\r\n\r\n")[0] + b"\r\n"
    text = answer.decode("latin-1")
    check_match(f"{name}: repeated headers", r"\r\nX-Repeated: 1\r\nX-Repeated: 2\r\n", text)
    check_match(f"{name}: a known one", r'\r\nETag: "tag"\r\n', text)
    check_match(f"{name}: Server gets our token", r"\r\nServer: Mine/1 Microsoft-HTTPAPI/2.0\r\n", text)
    check_match(f"{name}: both cookies", r"\r\nSet-Cookie: a=1.*b=2", text)
    encoding = "utf-8" if name == "httpsys" else "latin-1"
    check(f"{name}: other than ASCII in an answer", True, "\r\nX-Latin: Gr\u00fc\u00dfe\r\n".encode(encoding) in answer)
    answer = curl("-i", p.url + "hello")
    check_match(f"{name}: Date", DATE, answer)
    check(f"{name}: Server", "Microsoft-HTTPAPI/2.0", header(answer, "Server"))


def statuses(p, name):
    for code in 204, 304:
        answers = exchange(p.port, request(f"/status?code={code}"), request("/hello", "Connection: close")).decode()
        check_match(f"{name}: {code} has no body",
                    rf"^HTTP/1.1 {code} [^\r]*\r\n.*?\r\n\r\nHTTP/1.1 200 OK\r\n", answers)
    check_match(f"{name}: a reason", "^HTTP/1.1 403 So be it\r\n",
                curl("-i", p.url + "status?code=403&reason=So+be+it"))
    check_match(f"{name}: an unknown status", "^HTTP/1.1 599 ", curl("-i", p.url + "status?code=599"))
    check_match(f"{name}: its own 404", "^HTTP/1.1 404 Not Found\r\n.*nothing in app 0$", curl("-i", p.url + "nothing"))


def connections(p, name):
    tell = ("-w", " %{num_connects} ")
    hello = p.url + "hello"
    check(f"{name}: keep-alive", "Hello, World! 1 Hello, World! 0 ", curl(*tell, hello, hello))
    check(f"{name}: the client closes", "Hello, World! 1 Hello, World! 1 ",
          curl(*tell, "-H", "Connection: close", hello, hello))
    check(f"{name}: the server closes", "Goodbye 1 Hello, World! 1 ", curl(*tell, p.url + "close", hello))
    check(f"{name}:   and says so", "close", header(curl("-i", p.url + "close"), "Connection"))
    get = request("/hello")
    answers = exchange(p.port, get * 9 + request("/hello", "Connection: close"))
    check(f"{name}: pipelining", ["HTTP/1.1 200 OK"] * 10, client.split_answers(answers))
    if name == "httpsys":
        check(f"{name}: no trailers in HTTP/1.1", "False", curl(p.url + "trailers"))


def times(p, name):
    check_match(f"{name}: times of a request", r"^True \d{1,8}$", curl(p.url + "times"))


def basic(p, name):
    answer = curl("-i", p.url + "secret")
    check_match(f"{name}: Basic: asked for",
                r'^HTTP/1.1 401 Unauthorized\r\n.*WWW-Authenticate: Basic realm="tests"', answer)
    check(f"{name}: Basic: given", "Basic me", curl("-u", "me:secret", p.url + "secret"))


def checks():
    for name, parts in ("listener", [basic]), ("httpsys", [times]):
        with Program(name, "http://localhost:{port}/") as p:
            for part in verbs, request_headers, answer_headers, statuses, connections, *parts:
                yield f"{name}: {part.__name__}", part, p, name
