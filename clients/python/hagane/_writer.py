"""Takes the records of a process without waiting, and hands them to a thread that keeps and one that sends."""

import atexit
import collections
import itertools
import os
import sys
import threading
import time

from ._backlog import BATCH_CHARS, Backlog
from ._http import prepare
from ._records import to_line
from ._sender import BATCH_RECORDS, Sender, debug, tell
from ._spool import Spool

FIRST_KEEP_S = 0.3
KEEP_S = 0.5
CLOSE_S = 8.0
QUEUE_RECORDS = 1000000


def new_uuid():
    """A random UUID, without importing the module."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = "".join("%02x" % byte for byte in raw)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Writer(object):
    """Where a process logs to. Every process has a stream of its own, forked ones too, and a new one after `close`."""

    def __init__(self, settings, run_id, attempt, create=None):
        self._args = (settings, run_id, attempt, create)
        server = settings.server()
        if server is not None:
            prepare(server[0])
        self._streams = {}
        self._past = []
        self._stream = self._of_this_process()
        atexit.register(self.close)

    def __reduce__(self):
        # A process started by `spawn` gets the same run and a stream of its own.
        return (Writer, self._args)

    # The calls below run in the program's threads: no lock, no input or output.

    def put(self, record):
        """Takes a record: (kind, ...)."""
        stream = self._stream
        if stream.pid != os.getpid():
            stream = self._of_this_process()
        stream.put(record)

    def next_step(self):
        stream = self._stream
        if stream.pid != os.getpid():
            stream = self._of_this_process()
        return next(stream.steps)

    @property
    def delivery(self):
        """Records that are sent (durable on the server), pending (kept here), and dropped (gone)."""
        pid = os.getpid()
        counts = [stream.counts() for stream in self._past + [self._stream] if stream.pid == pid]
        return dict((name, sum(count[name] for count in counts)) for name in ("sent", "pending", "dropped"))

    def close(self, timeout_s=CLOSE_S):
        """Delivers what is left, for at most `timeout_s`; what remains stays on disk for `hagane sync`."""
        stream = self._stream
        if stream.pid != os.getpid() or not stream.is_started:
            return
        self._past = [past for past in self._past if past.pid == stream.pid] + [stream]
        following = _Stream(self._args, stream.steps)
        self._streams = {stream.pid: following}
        self._stream = following
        for record in stream.close(timeout_s):
            following.put(record)

    def _of_this_process(self):
        """Several threads may come here at once after a fork; all get the same stream, without a lock."""
        pid = os.getpid()
        stream = self._streams.setdefault(pid, _Stream(self._args, itertools.count()))
        self._streams = {pid: stream}
        self._stream = stream
        call_at_worker_end(self.close, 100)
        return stream


class _Stream(object):
    """The records of one writer of the protocol. Idle until the first one, then its threads work until `close`."""

    def __init__(self, args, steps):
        settings, run_id, attempt, create = args
        writer_id = new_uuid()
        self.pid = os.getpid()
        self.steps = steps
        self._is_offline = settings.is_offline
        self._queue = collections.deque()
        self._overflow = 0
        self._wake = threading.Event()
        self._start_lock = threading.Lock()
        self._keeper = None
        self._sending = None
        self._deadline = None
        self._is_over = False
        spool = Spool(settings.spool_dir, writer_id, {"run": run_id, "attempt": attempt, "create": create})
        self._backlog = Backlog(spool, not settings.is_offline)
        self._sender = Sender(settings, run_id, attempt, create, writer_id, self._backlog)

    @property
    def is_started(self):
        return self._keeper is not None or len(self._queue) > 0

    def put(self, record):
        """Bounded: past a million waiting records it counts instead of keeping."""
        if len(self._queue) >= QUEUE_RECORDS:
            self._overflow += 1
            return
        self._queue.append(record)
        if self._keeper is None:
            self._start()

    def counts(self):
        backlog = self._backlog
        sent = backlog.acked - backlog.lost - backlog.refused
        return {
            "sent": max(0, sent),
            "pending": backlog.pending + len(self._queue),
            "dropped": self._overflow + backlog.dropped + backlog.lost + backlog.refused,
        }

    def close(self, timeout_s):
        """Returns records that came too late to be taken along."""
        self._deadline = time.monotonic() + timeout_s
        self._wake.set()
        if self._keeper is None:
            # No thread could be started, as at the end of the interpreter: this one does it all.
            self._keep_until_closed()
        else:
            self._keeper.join(timeout_s + 1.0)
        counts = self.counts()
        if (counts["pending"] or counts["dropped"]) and not self._is_offline:
            tell("%(sent)d records sent, %(pending)d pending (hagane sync sends them), %(dropped)d dropped" % counts)
        left = []
        while self._is_over and self._queue:
            left.append(self._queue.popleft())
        return left

    def _start(self):
        # Whoever does not get the lock need not wait: the thread is being started, perhaps below a signal handler.
        if not self._start_lock.acquire(False):
            return
        try:
            if self._keeper is None and self._deadline is None:
                self._keeper = _start_thread(self._keep_until_closed, "hagane")
        finally:
            self._start_lock.release()

    # All below runs in the keeping thread.

    def _keep_until_closed(self):
        if self._deadline is None:
            self._wake.wait(FIRST_KEEP_S)
        while True:
            is_closing = self._deadline is not None
            self._keep_all()
            if is_closing:
                break
            if self._sending is None and not self._is_offline:
                self._sending = _start_thread(self._sender.work, "hagane-send")
            self._wake.wait(KEEP_S)
        self._finish()
        self._is_over = True

    def _finish(self):
        try:
            self._sender.close(self._deadline)
            if self._is_offline:
                pass
            elif self._sending is None:
                self._sender.work()
            else:
                self._sending.join(max(0.0, self._deadline - time.monotonic()))
            self._backlog.finish(self._sender.is_done)
        except Exception as error:  # pylint: disable=broad-except
            debug(error)

    def _keep_all(self):
        """Keeps what waits now; what comes meanwhile has its turn later, so that this ends."""
        waiting = len(self._queue)
        while waiting > 0:
            lines = []
            chars = 0
            while waiting > 0 and len(lines) < BATCH_RECORDS and chars < BATCH_CHARS:
                waiting -= 1
                line = to_line(self._queue.popleft())
                if line is None:
                    self._backlog.dropped += 1
                else:
                    lines.append(line)
                    chars += len(line)
            if lines:
                self._keep(lines)

    def _keep(self, lines):
        try:
            self._backlog.keep(lines)
        except Exception as error:  # pylint: disable=broad-except
            self._backlog.dropped += len(lines)
            debug(error)


def call_at_worker_end(function, priority):
    """Worker processes of multiprocessing skip the usual exit handlers, but run their own; higher priorities first.

    Returns whether this is such a process.
    """
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is None or util is None or getattr(process.current_process(), "_parent_pid", None) is None:
        return False
    util.Finalize(None, function, exitpriority=priority)
    return True


def _start_thread(work, name):
    """The started thread; None when the machine has none left or the interpreter is shutting down."""
    thread = threading.Thread(target=work, name=name)
    thread.daemon = True
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
