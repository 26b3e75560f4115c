"""The sandbox's own HTTP server: keep-alive, many threads, and able to cut a connection or leave it silent on
purpose.
"""

import io
import logging
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes

from jobs.sandbox.answers import HangUp, KeepSilent
from jobs.sandbox.app import Sandbox, create_sandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger(__name__)
CUT_AT_ONCE = struct.pack("ii", 1, 0)


class SandboxServer(ThreadingHTTPServer):
    """Serves one sandbox; every connection has a thread of its own."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that closing the server ends it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget and close the connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A fault of the sandbox itself; the client sees a cut connection, the log the traceback."""
        log.error("the sandbox failed", exc_info=sys.exc_info())

    def close(self) -> None:
        """Take no more calls, end idle connections, wait for calls in hand."""
        self.shutdown()
        with self._open_lock:
            left = list(self._open)
        for connection in left:
            _half_close(connection)
        deadline = time.monotonic() + 5
        while self._open and time.monotonic() < deadline:
            time.sleep(0.005)
        self.server_close()
        self.sandbox.close()


class _Handler(BaseHTTPRequestHandler):
    """One connection: reads calls, runs the application, writes each answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def _serve(self) -> None:
        body = self._read_body()
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            started.append((status, headers))

        try:
            chunks = b"".join(self.server.sandbox(self._environ(body), cast(Any, start_response)))
        except HangUp:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUT_AT_ONCE)
            return
        except KeepSilent as silence:
            self.close_connection = True
            self._wait_for_the_client(silence.seconds)
            return
        status, headers = started[0]
        lines = [f"HTTP/1.1 {status}", f"Date: {self.date_time_string()}", "Server: sandbox"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines.append("Connection: close" if self.close_connection else "Connection: keep-alive")
        try:
            self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + chunks)
        except ConnectionError:
            self.close_connection = True

    def handle(self) -> None:
        """Calls until the connection ends; a client that goes away in the middle is no fault of ours."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Say nothing: calls are listed by the control API."""

    def __getattr__(self, name: str) -> Any:
        """The base class looks for a `do_` method per HTTP verb; all verbs are served alike."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _environ(self, body: bytes) -> "WSGIEnvironment":
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            if name.lower() not in ("content-type", "content-length"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def _wait_for_the_client(self, seconds: float) -> None:
        """Say nothing until the client hangs up or the time is over; a closing server ends reading as a client does."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if selector.select(left) and not self._has_more():
                    return

    def _has_more(self) -> bool:
        try:
            return bool(self.connection.recv(1024))
        except ConnectionError:
            return False


@dataclass(frozen=True)
class Handle:
    """A sandbox running in a thread of this process."""

    url: str
    server: SandboxServer
    thread: threading.Thread

    def close(self) -> None:
        """Stop it and wait for it."""
        self.server.close()
        self.thread.join()


def start_in_thread(port: int = 0, data_dir: Path | None = None, host: str = "127.0.0.1") -> Handle:
    """Start a sandbox beside the caller; port 0 takes a free one."""
    server = SandboxServer((host, port), create_sandbox(data_dir))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
    thread.start()
    return Handle(f"http://{host}:{server.server_address[1]}", server, thread)


def serve(port: int, data_dir: Path | None = None, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or SIGINT; in another thread than the main one, until the process ends."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
    handle = start_in_thread(port, data_dir, host)
    stop.wait()
    handle.close()


def _half_close(connection: socket.socket) -> None:
    """Tell a waiting connection that nothing more will be read; an answer in hand can still be written."""
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError as error:
        log.debug("the connection was gone already: %s", error)
