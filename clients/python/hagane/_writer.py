"""Takes the records of a process: each is on disk when its call returns, and a thread sends them from there."""

import atexit
import itertools
import os
import sys
import threading
import time

from ._backlog import Backlog
from ._http import prepare
from ._messages import debug, tell, warn
from ._records import to_line
from ._sender import Sender
from ._spool import Spool

CLOSE_S = 8.0


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
        self._dropped = 0
        self._is_threaded = not settings.is_offline
        self._stream = self._of_this_process()
        atexit.register(self._close_at_exit)

    def __reduce__(self):
        # A process started by `spawn` gets the same run and a stream of its own.
        return (Writer, self._args)

    # The calls below run in the program's threads, and wait for nothing but the local disk.

    def put(self, record):
        """Takes a record: (kind, ...)."""
        try:
            lines = (to_line(record),)
        except Exception as error:  # pylint: disable=broad-except
            self._dropped += 1
            warn("a record is left out: %s" % error)
            return
        while lines:
            # Lines that come while a stream closes belong to the one after it.
            lines = [late for line in lines for late in self._current().put(line)]

    def next_step(self):
        return next(self._current().steps)

    @property
    def delivery(self):
        """Records that are sent (durable on the server), pending (kept here), and dropped (gone)."""
        pid = os.getpid()
        counts = [stream.counts() for stream in self._past + [self._stream] if stream.pid == pid]
        total = dict((name, sum(count[name] for count in counts)) for name in ("sent", "pending", "dropped"))
        total["dropped"] += self._dropped
        return total

    def close(self, timeout_s=CLOSE_S):
        """Delivers what is left, for at most `timeout_s`; what remains stays on disk for `hagane sync`."""
        stream = self._stream
        if stream.pid != os.getpid() or not stream.is_started:
            return
        self._past = [past for past in self._past if past.pid == stream.pid] + [stream]
        following = _Stream(self._args, stream.steps, self._is_threaded)
        self._streams = {stream.pid: following}
        self._stream = following
        stream.close(timeout_s)
        counts = self.delivery
        if (counts["pending"] or counts["dropped"]) and not (self._args[0].is_offline and not counts["dropped"]):
            tell("%(sent)d records sent, %(pending)d pending (hagane sync sends them), %(dropped)d dropped" % counts)

    def _close_at_exit(self):
        # The disk keeps what later exit handlers and finalizers log: an interpreter at its end may wait for ever for a
        # thread that it no longer lets run.
        self._is_threaded = False
        self.close()
        self._stream.is_threaded = False

    def _current(self):
        stream = self._stream
        return stream if stream.pid == os.getpid() else self._of_this_process()

    def _of_this_process(self):
        """Several threads may come here at once after a fork; all get the same stream, without a lock."""
        pid = os.getpid()
        stream = self._streams.setdefault(pid, _Stream(self._args, itertools.count(), self._is_threaded))
        self._streams = {pid: stream}
        self._stream = stream
        call_at_worker_end(self.close, 100)
        return stream


class _Stream(object):
    """The records of one writer of the protocol. Idle until the first one, then its thread works until `close`."""

    def __init__(self, args, steps, is_threaded):
        settings, run_id, attempt, create = args
        writer_id = new_uuid()
        self.pid = os.getpid()
        self.steps = steps
        self.is_threaded = is_threaded
        self._is_offline = settings.is_offline
        self._start_lock = threading.Lock()
        self._thread = None
        self._backlog = Backlog(Spool(settings.spool_dir, writer_id, {"run": run_id, "attempt": attempt, "create": create}))
        self._sender = Sender(settings, run_id, attempt, create, writer_id, self._backlog)

    @property
    def is_started(self):
        return self._backlog.last > 0 or self._backlog.dropped > 0

    def put(self, line):
        """Returns lines that came too late to be taken along; none as a rule."""
        late = self._backlog.append(line)
        if self._thread is None and self.is_threaded:
            self._start()
        return late

    def counts(self):
        backlog = self._backlog
        sent = backlog.acked - backlog.lost - backlog.refused
        return {
            "sent": max(0, sent),
            "pending": backlog.pending + backlog.waiting - backlog.stranded,
            "dropped": backlog.dropped + backlog.lost + backlog.refused + backlog.stranded,
        }

    def close(self, timeout_s):
        deadline = time.monotonic() + timeout_s
        self.is_threaded = False
        self._backlog.seal()
        try:
            if not self._is_offline:
                self._sender.close(deadline)
                if self._thread is None:
                    # No thread could be started: this one does it.
                    self._sender.work()
                else:
                    self._thread.join(timeout_s + 1.0)
            self._backlog.finish(self._sender.is_done)
        except Exception as error:  # pylint: disable=broad-except
            debug(error)

    def _start(self):
        # Whoever does not get the lock need not wait: the thread is being started, perhaps below a signal handler.
        if sys.is_finalizing() or not self._start_lock.acquire(False):
            return
        try:
            if self._thread is None and self.is_threaded:
                self._thread = _start_thread(self._sender.work, "hagane-send")
        finally:
            self._start_lock.release()


def call_at_worker_end(function, priority):
    """Worker processes of multiprocessing skip the usual exit handlers, but run their own; higher priorities first.

    Returns whether this is such a process.
    """
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is None or util is None:
        return False
    current = process.current_process()
    if getattr(current, "_inheriting", False):
        # The worker loads the script and then forgets the handlers registered until now; it calls this one afterwards.
        def register(_):
            util.Finalize(None, function, exitpriority=priority)

        _registered.append(register)
        util.register_after_fork(register, register)
        return True
    if getattr(current, "_parent_pid", None) is None:
        return False
    util.Finalize(None, function, exitpriority=priority)
    return True


# The registry of multiprocessing holds them weakly.
_registered = []


def _start_thread(work, name):
    """The started thread; None when the machine has none left or the interpreter is shutting down."""
    thread = threading.Thread(target=work, name=name)
    thread.daemon = True
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
