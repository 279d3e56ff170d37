"""A small server with the batch protocol. It stores the records it receives and can be made to fail."""

import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

TOKEN = "secret"


class Ledger(object):
    """The durable data of a server. It is kept when the server restarts."""

    def __init__(self):
        self.lock = threading.Lock()
        self.runs = {}
        self.writers = {}
        self.records = []
        # Number of records that arrived again.
        self.duplicates = 0

    def apply(self, run, batch):
        """Applies a batch. Returns a status and an answer like the real server."""
        with self.lock:
            start = {"mark": 0, "closed": False, "lost": 0, "attempt": batch["attempt"]}
            writer = self.writers.setdefault((run, batch["writer"]), start)
            mark = writer["mark"]
            missing = max(0, batch["first"] - 1 - mark)
            if missing > batch.get("lost", 0):
                return 409, {"error": {"code": "gap", "args": {"first": batch["first"], "mark": mark}}}

            known = max(0, mark - batch["first"] + 1)
            fresh = batch["records"][known:]
            first = batch["first"] + known
            refused = [_refusal(first + at, name) for at, record in enumerate(fresh) for name in _REFUSED if name in record.get("v", ())]

            self.records.extend((run, batch["writer"], first + at, record) for at, record in enumerate(fresh))
            self.duplicates += len(batch["records"]) - len(fresh)
            writer["mark"] = max(mark, batch["first"] + len(batch["records"]) - 1)
            writer["lost"] += missing
            writer["closed"] = writer["closed"] or batch.get("closed", False)
            return 200, {"ack": writer["mark"], "refused": refused}

    def of_kind(self, kind):
        with self.lock:
            return [record for _, _, _, record in self.records if record["k"] == kind]

    def values(self, name):
        """Returns the values of a metric in the order of their arrival."""
        return [record["v"][name] for record in self.of_kind("m") if name in record["v"]]


# Metrics that are refused: the first one with its whole record, the second one alone.
_REFUSED = ("refuse-me", "refuse-part")


def _refusal(seq, name):
    return {"seq": seq, "why": 'metric "%s": it may not' % name, "partly": name == "refuse-part"}


class FakeServer(object):
    """A server with faults. A `fault` lasts for `fault_count` requests or until it is changed. `stop` closes the port.

    silent: sends no answer. error: answers 500. page: sends an answer that is not JSON. cut: applies the request and
    sends only a part of the answer. lose: applies the request and closes the connection without an answer. denied:
    answers 401. too_large: answers 413 to more than `records_max` records. (status, bytes): sends this answer, like
    another program at this address.
    """

    def __init__(self):
        self.ledger = Ledger()
        self.fault = None
        self.fault_count = None
        self.records_max = 0
        self.requests = 0
        self._port = 0
        self._server = None
        self.start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._port

    def start(self):
        """Starts to listen; after `stop`, at the same address."""
        self.stopped = threading.Event()
        self.connections = set()
        self._server = _ThreadingServer(("127.0.0.1", self._port), _Handler)
        self._server.fake = self
        self._port = self._server.server_address[1]
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.daemon = True
        thread.start()

    def stop(self):
        if self._server is None:
            return
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        for connection in list(self.connections):
            _shut(connection)

    def next_fault(self):
        """Counts a request. Returns the fault that applies to it, or None."""
        self.requests += 1
        fault = self.fault
        if fault is not None and self.fault_count is not None:
            self.fault_count -= 1
            if self.fault_count <= 0:
                self.fault, self.fault_count = None, None
        return fault


class _ThreadingServer(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    # Otherwise closing the server would wait for kept connections in Python 3.7 and later.
    block_on_close = False

    def handle_error(self, request, client_address):
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        BaseHTTPRequestHandler.setup(self)
        self.server.fake.connections.add(self.connection)

    def finish(self):
        self.server.fake.connections.discard(self.connection)
        BaseHTTPRequestHandler.finish(self)

    def log_message(self, *args):
        pass

    def do_POST(self):
        fake = self.server.fake
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8"))
        fault = fake.next_fault()
        if fault == "silent":
            fake.stopped.wait(60)
            self.close_connection = True
        elif fault == "error":
            self.answer(500, {"error": {"code": "internal"}})
        elif isinstance(fault, tuple):
            self.send_bytes(*fault)
        elif fault == "page":
            self.answer(502, None)
        elif fault == "denied" or self.headers["Authorization"] != "Bearer " + TOKEN:
            self.answer(401, {"error": {"code": "unauthenticated", "args": {}}})
        elif fault == "too_large" and len(body.get("records", ())) > fake.records_max:
            self.answer(413, {"error": {"code": "too_large", "args": {}}})
        else:
            status, answer = self.apply(body)
            if fault == "cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            if fault in ("cut", "lose"):
                _shut(self.connection)
                self.close_connection = True
            else:
                self.answer(status, answer)

    def apply(self, body):
        ledger = self.server.fake.ledger
        parts = self.path.split("/")
        if self.path == "/api/v1/runs":
            ledger.runs.setdefault(body["id"], body)
            return 200, {"kind": "run", "id": body["id"], "number": 1}
        if len(parts) == 6 and parts[5] == "batches":
            return ledger.apply(parts[4], body)
        return 404, {"error": {"code": "not_found", "args": {}}}

    def answer(self, status, answer):
        self.send_bytes(status, b"<html>" if answer is None else json.dumps(answer).encode("utf-8"))

    def send_bytes(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
