"""A local web server that takes the part of the public servers, including their faults.

    with LoopbackServer() as server:                 # or the fixture `loopback`
        server.put("/file.tar", data)                # ranges, ETag, HEAD, If-Range, 416 by itself
        server.put("/list.json", data, packed=True)  # Content-Encoding: gzip where accepted
        server.redirect("/old", other.url_of("/new"))          # 302, also to another server
        server.route("/api/", lambda request: Reply(200, b"[]"))   # all paths that begin so
        server.fault("/file.tar", status(503), cut(1000), slow(0.2))  # one a request, in order
        server.fault("/file.tar", status(429, {"Retry-After": "1"}), forever=True)
        server.url, server.url_of("/file.tar")       # http://127.0.0.1:port…
        server.requests                              # what was asked: method, path, query, …
        server.count("/file.tar")                    # how often that path was asked

Faults: `status`, `cut`, `slow`, `drop`, `claim` (wrong Content-Length), `no_ranges`,
`no_length` (ends when the line closes), `part_of_another` (wrong Content-Range), `changed` (from
now on there is another file). A header `Transfer-Encoding: chunked` sends in chunks.
Each is used up by one request to its path, `method="GET"` keeps it from a HEAD, `forever=True`
keeps it for good.

To reach it from code that resolves public servers through `config` (also in a subprocess):
`monkeypatch.setenv("FLIGHTS_MIRRORS", f"https://github.com={server.url}")`. For another host,
run two servers: each has its own port, and `LoopbackServer("localhost")` its own name. A server
with `tls=` speaks https. Absolute addresses are answered too, so that it also plays a proxy.

`quick_door(folder)` is a `Door` that hardly pauses.
"""

import gzip
import hashlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from flights.network import Door, Resource, RetryPolicy

_PIECE = 1 << 16


@dataclass(frozen=True)
class Request:
    """What a client asked: header names in lower case, `range` as sent, `body` of a POST."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    range: str | None = None
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What a handler answers; Content-Length is added."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """How one answer goes wrong."""

    reply: Reply | None = None
    cut_after: int | None = None
    delay_s: float = 0.0
    every_s: float = 0.0
    drops: bool = False
    claims: int | None = None
    tells_length: bool = True
    without_ranges: bool = False
    shift: int = 0
    body: bytes | None = None
    method: str | None = None
    forever: bool = False


def status(code: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Fault:
    """Answer with this status."""
    return Fault(Reply(code, body, headers or {}))


def cut(after: int) -> Fault:
    """Close the line after so many bytes of the body."""
    return Fault(cut_after=after)


def slow(before: float, *, every_s: float = 0.0) -> Fault:
    """Wait [s] before answering, and after every 64 KiB."""
    return Fault(delay_s=before, every_s=every_s)


def drop() -> Fault:
    """Close the line without a word."""
    return Fault(drops=True)


def claim(length: int) -> Fault:
    """Say that the body has this length, send the true one, close the line."""
    return Fault(claims=length)


def no_length() -> Fault:
    """Tell no length: the body ends when the line closes."""
    return Fault(tells_length=False)


def no_ranges() -> Fault:
    """Send the whole file with 200, whatever part was asked for."""
    return Fault(without_ranges=True)


def part_of_another(shift: int = 1) -> Fault:
    """Send a part that begins so many bytes farther on than what was asked for."""
    return Fault(shift=shift)


def changed(body: bytes) -> Fault:
    """From this request on there is another file, with another ETag."""
    return Fault(body=body)


Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class _Page:
    body: bytes
    etag: str | None
    ranges: bool
    packed: bool
    headers: Mapping[str, str]


class LoopbackServer:
    """A threaded server on one port of this machine; see the top of the file."""

    def __init__(self, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.requests: list[Request] = []
        self._pages: dict[str, _Page] = {}
        self._routes: dict[str, Handler] = {}
        self._faults: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Answer)
        self._server.owner = self
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{self._scheme}://{self.host}:{self._server.server_address[1]}"

    def url_of(self, path: str) -> str:
        """The address of a path."""
        return self.url + path

    def put(
        self,
        path: str,
        body: bytes,
        *,
        etag: str | None = "",
        ranges: bool = True,
        packed: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Lay a file at `path`; its address. `etag`: "" = made of the bytes, None = none."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if etag == "" else etag
        self._pages[path] = _Page(body, tag, ranges, packed, headers or {})
        return self.url_of(path)

    def remove(self, path: str) -> None:
        """There is no file at `path` any more."""
        self._pages.pop(path, None)

    def redirect(self, path: str, target: str, code: int = 302) -> str:
        """Send who asks for `path` to the address `target`."""
        self.route(path, lambda _: Reply(code, b"", {"Location": target}))
        return self.url_of(path)

    def route(self, prefix: str, handler: Handler) -> None:
        """Let `handler` answer for paths that begin with `prefix`; the longest prefix wins."""
        self._routes[prefix] = handler

    def fault(
        self, path: str, *faults: Fault, method: str | None = None, forever: bool = False
    ) -> None:
        """Spoil the next answers for `path`, one fault each, in this order."""
        scripted = [replace(each, method=method, forever=forever) for each in faults]
        with self._lock:
            self._faults.setdefault(path, []).extend(scripted)

    def count(self, path: str, method: str | None = None) -> int:
        """How often `path` was asked for."""
        return sum(r.path == path and method in (None, r.method) for r in list(self.requests))

    def next_fault(self, request: Request) -> Fault:
        """The fault of this answer; one without any fault where none is scripted."""
        with self._lock:
            self.requests.append(request)
            waiting = self._faults.get(request.path, [])
            for each in waiting:
                if each.method in (None, request.method):
                    if not each.forever:
                        waiting.remove(each)
                    return each
        return Fault()

    def answer(self, request: Request, fault: Fault) -> Reply:
        """The whole answer, before the fault cuts it."""
        if fault.body is not None:
            self.put(request.path, fault.body)
        if fault.reply is not None:
            return fault.reply
        if request.path in self._pages:
            return _serve(self._pages[request.path], request, fault)
        prefixes = [each for each in self._routes if request.path.startswith(each)]
        return self._routes[max(prefixes, key=len)](request) if prefixes else Reply(404)


def fetch_range(door: Door, url: str, start: int, stop: int, *, etag: str | None = None) -> bytes:
    """The bytes from `start` to `stop` (exclusive) of a file whose tag is `etag`."""
    with door.open(url, start=start, stop=stop, resource=Resource(url, etag=etag)) as stream:
        return stream.read()


def quick_door(folder: Path, **retries: Any) -> Door:
    """A door that hardly pauses, its cache in `folder`."""
    return Door(folder, 1000.0, RetryPolicy(**{"pause_s": 0.001, "read_s": 5.0, **retries}))


def _serve(page: _Page, request: Request, fault: Fault) -> Reply:
    headers = dict(page.headers)
    if page.etag:
        headers["ETag"] = page.etag
    if page.ranges and not fault.without_ranges:
        headers["Accept-Ranges"] = "bytes"
        part = _part(page, request)
        if part is not None:
            return _serve_part(page.body, part, headers, fault.shift)
    if page.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Reply(200, gzip.compress(page.body), {**headers, "Content-Encoding": "gzip"})
    return Reply(200, page.body, headers)


def _part(page: _Page, request: Request) -> tuple[int, int] | None:
    """First byte and end of what `Range` asks for; None where the whole is to be sent."""
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.range or "")
    condition = request.headers.get("if-range")
    known = (page.etag, page.headers.get("Last-Modified"))
    if not found or (condition is not None and condition not in known):
        return None
    last = int(found[2]) if found[2] else len(page.body) - 1
    return int(found[1]), min(last + 1, len(page.body))


def _serve_part(body: bytes, part: tuple[int, int], headers: dict[str, str], shift: int) -> Reply:
    start, stop = part
    if start >= len(body):
        return Reply(416, b"", {**headers, "Content-Range": f"bytes */{len(body)}"})
    start, stop = start + shift, min(stop + shift, len(body))
    shown = f"bytes {start}-{stop - 1}/{len(body)}"
    return Reply(206, body[start:stop], {**headers, "Content-Range": shown})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    owner: LoopbackServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here; a handler that fails shows in its 500."""


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True  # else each small answer waits 40 ms for an acknowledgement
    server: _Server

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        headers = {name.lower(): text for name, text in self.headers.items()}
        query = dict(parse_qsl(split.query))
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, split.path, query, headers, headers.get("range"), body)
        fault = self.server.owner.next_fault(request)
        time.sleep(fault.delay_s)
        if fault.drops:
            self.close_connection = True
            return
        self._send(self.server.owner.answer(request, fault), fault)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def _send(self, reply: Reply, fault: Fault) -> None:
        length = len(reply.body) if fault.claims is None else fault.claims
        is_chunked = "Transfer-Encoding" in reply.headers
        self.send_response(reply.status)
        if fault.tells_length and not is_chunked:
            self.send_header("Content-Length", str(length))
        for name, text in reply.headers.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command == "HEAD":
            return
        body = reply.body[: fault.cut_after] if fault.cut_after is not None else reply.body
        for start in range(0, len(body), _PIECE):
            piece = body[start : start + _PIECE]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
            if fault.every_s:
                self.wfile.flush()
                time.sleep(fault.every_s)
        if is_chunked and body == reply.body:
            self.wfile.write(b"0\r\n\r\n")
        if len(body) != length or not fault.tells_length:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests stay quiet."""
