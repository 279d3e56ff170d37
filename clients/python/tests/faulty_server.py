"""A server with the batch protocol. It accepts only strict JSON, counts repeated records and can be made to fail."""

import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

TOKEN = "secret"
FAULTS = (None, "down", "mute", "error", "lose", "unauthorized")


class FaultyServer(object):
    """A server whose fault `switch` sets. down: the port is closed. mute: sends no answer. error: answers 500.
    unauthorized: answers 401. lose: applies all requests, but closes every second one without an answer."""

    def __init__(self):
        self.lock = threading.Lock()
        self.created = {}
        self.writers = {}
        self.problems = []
        self.duplicates = 0
        self.fault = None
        self.requests = 0
        self._port = 0
        self._http = None
        self._up()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._port

    def switch(self, fault):
        """Sets the fault for the following requests; None for no fault."""
        assert fault in FAULTS, fault
        self.fault = fault
        if fault == "down":
            self._down()
        else:
            self._up()

    def stop(self):
        self._down()

    def records(self):
        """Returns all applied records, grouped by writer."""
        with self.lock:
            return [record for writer in self.writers.values() for record in writer["records"]]

    def metrics(self):
        return [record for record in self.records() if record["k"] == "m"]

    def values(self, name):
        return [record["v"][name] for record in self.metrics() if name in record["v"]]

    def create(self, body):
        with self.lock:
            self.created.setdefault(body["id"], body)
        return 201, {"id": body["id"]}

    def take(self, run, body):
        """Applies a batch. Returns a status and an answer like the real server."""
        with self.lock:
            start = {"run": run, "attempt": body["attempt"], "mark": 0, "lost": 0, "closed": False, "records": []}
            writer = self.writers.setdefault(body["writer"], start)
            first, records = body["first"], body["records"]
            missing = max(0, first - 1 - writer["mark"])
            if missing > body.get("lost", 0):
                return 409, {"error": {"code": "gap", "args": {"first": first, "mark": writer["mark"]}}}

            known = max(0, writer["mark"] - first + 1)
            self.duplicates += min(known, len(records))
            writer["records"].extend(records[known:])

            writer["mark"] = max(writer["mark"], first + len(records) - 1)
            writer["lost"] += missing
            writer["closed"] = writer["closed"] or body.get("closed") is True
            return 200, {"ack": writer["mark"], "refused": []}

    def _up(self):
        if self._http is not None:
            return
        self._http = _Server(("127.0.0.1", self._port), _Handler)
        self._http.fake = self
        self._port = self._http.server_address[1]
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        thread.daemon = True
        thread.start()

    def _down(self):
        http, self._http = self._http, None
        if http is not None:
            http.released.set()
            http.shutdown()
            http.server_close()
            http.drop_all()


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    # Otherwise closing the server would wait for kept connections in Python 3.7 and later.
    block_on_close = False
    request_queue_size = 64

    def __init__(self, *args):
        self.released = threading.Event()
        self._sockets = set()
        HTTPServer.__init__(self, *args)

    def process_request(self, request, client_address):
        self._sockets.add(request)
        socketserver.ThreadingMixIn.process_request(self, request, client_address)

    def shutdown_request(self, request):
        self._sockets.discard(request)
        HTTPServer.shutdown_request(self, request)

    def drop_all(self):
        for connection in list(self._sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request, client_address):
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_args):
        pass

    def do_POST(self):
        fake = self.server.fake
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with fake.lock:
            fake.requests += 1
            request, fault = fake.requests, fake.fault
        if fault == "mute":
            self.server.released.wait(60)
            self.close_connection = True
        elif fault == "down":
            self.close_connection = True
        elif fault == "error":
            self._answer(500, {"error": {"code": "internal", "args": {}}})
        elif fault == "unauthorized" or self.headers["Authorization"] != "Bearer " + TOKEN:
            self._answer(401, {"error": {"code": "unauthorized", "args": {}}})
        else:
            status, answer = self._apply(fake, body)
            if fault == "lose" and request % 2 == 0:
                self.close_connection = True
            else:
                self._answer(status, answer)

    def _apply(self, fake, body):
        parts = self.path.split("/")
        try:
            message = json.loads(body.decode("utf-8"), parse_constant=_refuse)
            if self.path == "/api/v1/runs":
                return fake.create(message)
            if len(parts) == 6 and parts[5] == "batches":
                return fake.take(parts[4], message)
        except Exception as error:  # pylint: disable=broad-except
            fake.problems.append(repr(error))
            return 400, {"error": {"code": "invalid", "args": {}}}
        return 404, {"error": {"code": "not_found", "args": {}}}

    def _answer(self, status, answer):
        content = json.dumps(answer).encode("ascii")
        head = "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(content))
        self.wfile.write(head.encode("ascii") + content)


def _refuse(name):
    raise ValueError("not JSON: " + name)
