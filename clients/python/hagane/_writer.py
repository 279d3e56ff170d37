"""One writer of one process: takes records without waiting and delivers them from a thread of its own."""

import collections
import itertools
import json
import math
import os
import sys
import threading
import time

from ._http import ANSWER_TIMEOUT_S, Connection, Unreachable
from ._spool import Spool

FIRST_FLUSH_S = 0.3
FLUSH_S = 1.0
BATCH_RECORDS = 1000
BATCH_CHARS = 1000000
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
CLOSE_S = 8.0
MEMORY_RECORDS = 50000
QUEUE_RECORDS = 1000000

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=str).encode


def new_uuid():
    """A random UUID, without importing the module."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = "".join("%02x" % byte for byte in raw)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Writer(object):
    """States: idle until the first record, then a thread delivers until `close`. A fork starts over as a new writer."""

    def __init__(self, settings, run_id, attempt, create=None):
        self._settings = settings
        self._run_id = run_id
        self._attempt = attempt
        self._create = create
        self._reset()

    def _reset(self):
        self._pid = os.getpid()
        self._id = new_uuid()
        self._queue = collections.deque()
        self._steps = itertools.count()
        self._wake = threading.Event()
        self._start_lock = threading.Lock()
        self._thread = None
        self._is_closing = False
        self._deadline = None
        self._connection = Connection()
        self._spool = Spool(self._settings.spool_dir, self._id, {"run": self._run_id, "attempt": self._attempt, "create": self._create})
        self._is_created = self._create is None
        self._next = 1
        self._acked = 0
        self._memory = collections.deque()
        self._lost = 0
        self._dropped = 0
        self._is_refused = False
        self._is_dead = False
        self._failures = 0
        self._retry_at = 0.0
        self._has_delivered_close = False

    # The two calls below run in the program's threads: no lock, no input or output.

    def put(self, record):
        """Takes a record: (kind, ...). Bounded: past a million waiting ones it counts instead of keeping."""
        if self._pid != os.getpid():
            self._reset()
            _finish_with_multiprocessing(self)
        if len(self._queue) >= QUEUE_RECORDS:
            self._dropped += 1
            return
        self._queue.append(record)
        if self._thread is None:
            self._start()

    def next_step(self):
        return next(self._steps)

    @property
    def delivery(self):
        """Records that are sent (durable on the server), pending (kept here), and dropped (gone)."""
        pending = self._next - 1 - self._acked + len(self._queue)
        return {"sent": self._acked - self._lost, "pending": pending, "dropped": self._dropped + self._lost}

    def close(self, timeout_s=CLOSE_S):
        """Delivers what is left, for at most `timeout_s`; what remains stays on disk for `hagane sync`."""
        if self._pid != os.getpid() or self._is_closing:
            return
        if self._thread is None:
            return
        self._deadline = time.time() + timeout_s
        self._is_closing = True
        self._wake.set()
        self._thread.join(timeout_s + 1.0)
        counts = self.delivery
        if (counts["pending"] or counts["dropped"]) and not self._settings.is_offline:
            sys.stderr.write("hagane: %(sent)d records sent, %(pending)d pending (hagane sync sends them), %(dropped)d dropped\n" % counts)

    def _start(self):
        with self._start_lock:
            if self._thread is not None or self._is_closing:
                return
            thread = threading.Thread(target=self._work, name="hagane")
            thread.daemon = True
            try:
                thread.start()
                self._thread = thread
            except RuntimeError:
                # The interpreter is shutting down or the machine has no thread left: the records wait.
                pass

    # All below runs in the writer's own thread.

    def _work(self):
        self._wake.wait(FIRST_FLUSH_S)
        while True:
            try:
                self._collect()
                self._deliver()
            except Exception as error:  # pylint: disable=broad-except
                _debug(error)
            if self._is_closing and self._is_finished():
                break
            self._wake.clear()
            if self._is_closing:
                self._wake.wait(min(0.1, max(0.0, self._deadline - time.time())))
            else:
                self._wake.wait(FLUSH_S)
        self._spool.finish(self._acked >= self._next - 1 and (self._has_delivered_close or self._next == 1), True)
        self._connection.close()

    def _is_finished(self):
        if self._queue:
            return False
        is_done = self._has_delivered_close or self._settings.is_offline or self._is_dead
        return is_done or self._is_refused or time.time() >= self._deadline

    def _collect(self):
        """Moves waiting records to the spool, and to memory while there is room."""
        queue = self._queue
        while queue:
            lines = []
            while queue and len(lines) < BATCH_RECORDS:
                line = _to_line(queue.popleft())
                if line is None:
                    self._dropped += 1
                else:
                    lines.append(line)
            if lines:
                self._keep(lines)

    def _keep(self, lines):
        has_room = len(self._memory) + len(lines) <= MEMORY_RECORDS
        is_contiguous = self._acked + len(self._memory) == self._next - 1
        try:
            self._spool.append(self._next, lines)
        except OSError as error:
            _debug(error)
            if not has_room:
                self._dropped += len(lines)
                return
        if has_room and is_contiguous and not self._settings.is_offline:
            self._memory.extend(lines)
        self._next += len(lines)

    def _deliver(self):
        if self._is_dead or (time.time() < self._retry_at and not self._is_closing):
            return
        server = self._settings.server()
        if server is None:
            return
        try:
            if not self._is_created:
                self._post_creation(server)
            while self._acked < self._next - 1 or (self._is_closing and not self._queue and not self._has_delivered_close):
                if not self._post_batch(server):
                    break
            self._failures = 0
        except Unreachable as error:
            _debug(error)
            self._is_refused = self._is_closing
            self._back_off()

    def _back_off(self):
        self._retry_at = time.time() + BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
        self._failures += 1

    def _timeout(self):
        return max(0.1, min(ANSWER_TIMEOUT_S, self._deadline - time.time())) if self._is_closing else ANSWER_TIMEOUT_S

    def _post_creation(self, server):
        body = _encode(dict(self._create, id=self._run_id)).encode("utf-8")
        status, _ = self._connection.post(server, "/api/v1/runs", body, self._timeout())
        if status in (200, 201):
            self._is_created = True
        elif status in (401, 403, 404):
            self._is_dead = True
        if not self._is_created:
            raise Unreachable("the run was not created: status %d" % status)

    def _post_batch(self, server):
        """Sends one batch; False when there is no sense in sending the next one now."""
        if not self._memory and self._acked < self._next - 1:
            self._memory.extend(self._spool.read(self._acked + 1))
            if not self._memory:
                # The disk kept nothing of them: say so, and go on with what comes next.
                self._lost += self._next - 1 - self._acked
                self._acked = self._next - 1
        lines = _take(self._memory)
        is_last = self._is_closing and not self._queue and self._acked + len(lines) == self._next - 1
        status, answer = self._connection.post(server, "/api/v1/runs/%s/batches" % self._run_id, self._body(lines, is_last), self._timeout())
        if status == 200:
            self._accept(answer["ack"], len(lines), len(answer.get("refused") or ()))
            self._has_delivered_close = self._has_delivered_close or is_last
            return True
        if status in (401, 403, 404):
            self._is_dead = True
            return False
        if status in (400, 413) and lines:
            # The server can never take this batch; holding on to it would hold up all that follows.
            self._lost += len(lines)
            self._accept(self._acked + len(lines), len(lines), 0)
            return True
        mark = ((answer or {}).get("error") or {}).get("args", {}).get("mark")
        if status == 409 and mark is not None and mark < self._acked:
            # The server has gone back in time, from a backup perhaps; what it acknowledged then is deleted here.
            self._lost += self._acked - mark
            return True
        raise Unreachable("status %d" % status)

    def _body(self, lines, is_last):
        head = '{"writer":"%s","attempt":%d,"first":%d' % (self._id, self._attempt, self._acked + 1)
        if self._lost:
            head += ',"lost":%d' % self._lost
        if is_last:
            head += ',"closed":true'
        return (head + ',"records":[' + ",".join(lines) + "]}").encode("utf-8")

    def _accept(self, mark, count, refused):
        del_count = min(count, len(self._memory))
        for _ in range(del_count):
            self._memory.popleft()
        self._acked = max(self._acked, min(mark, self._next - 1)) if count else self._acked
        self._dropped += refused
        self._spool.acknowledge(self._acked)


def _take(memory):
    lines = []
    chars = 0
    points = 0
    for line in itertools.islice(memory, BATCH_RECORDS):
        chars += len(line)
        points += line.count(":") - 4
        if lines and (chars > BATCH_CHARS or points > BATCH_RECORDS * 20):
            break
        lines.append(line)
    return lines


def _to_line(record):
    kind = record[0]
    try:
        if kind == "m":
            return _metrics_line(record)
        return _encode(record[1])
    except (TypeError, ValueError, OverflowError) as error:
        _debug(error)
        return None


def _metrics_line(record):
    _, step, at, values = record
    message = {"k": "m", "s": step, "t": at, "v": values}
    try:
        return _encode(message)
    except ValueError:
        message["v"] = dict((name, _finite(value)) for name, value in values.items())
        message["s"] = step if math.isfinite(step) else 0
        return _encode(message)


def _finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    return value


def _finish_with_multiprocessing(writer):
    """Worker processes of multiprocessing end without the usual exit handlers, but run their own."""
    module = sys.modules.get("multiprocessing.util")
    if module is not None:
        module.Finalize(None, writer.close, exitpriority=100)


def _debug(error):
    if os.environ.get("HAGANE_DEBUG"):
        sys.stderr.write("hagane: %r\n" % (error,))
