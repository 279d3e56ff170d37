"""Takes the records of a process. Each is on disk when its call returns; a thread sends it from there."""

import atexit
import itertools
import os
import sys
import threading
import time

from ._backlog import Backlog
from ._http import prepare
from ._messages import debug, print_line, warn
from ._records import to_line
from ._sender import Sender
from ._spool import Spool

# Longest time that `close` waits for the delivery of the remaining records, by default.
CLOSE_S = 8.0


def new_uuid():
    """Returns a random UUID. Importing the module uuid would slow down the import of this package."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = "".join("%02x" % byte for byte in raw)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Writer(object):
    """Takes records of a run. Each process has its own stream, also after a fork, and gets a new one after `close`.

    create: the request that creates the run; None for a run that exists.
    """

    def __init__(self, settings, run_id, attempt, create=None):
        self._args = (settings, run_id, attempt, create)
        server = settings.server()
        if server is not None:
            prepare(server[0])

        # The stream of this process, by its pid. After a fork the child finds no stream for its own pid.
        self._streams = {}
        # Closed streams of this process, whose records `delivery` counts.
        self._past = []
        # Number of records that could not be encoded.
        self._dropped = 0
        self._is_threaded = not settings.is_offline
        self._stream = self._of_this_process()
        atexit.register(self._close_at_exit)

    def __reduce__(self):
        # The copy in a process started by `spawn` has the same run and its own stream.
        return (Writer, self._args)

    # `put` and `next_step` run in threads of the program and wait only for the local disk.

    def put(self, record):
        """Stores a record in the form of `to_line`, or drops it with a warning if it cannot be encoded."""
        try:
            lines = (to_line(record),)
        except Exception as error:  # pylint: disable=broad-except
            self._dropped += 1
            warn("a record is left out: %s" % error)
            return

        while lines:
            # A stream that is closed returns lines. The next stream stores them.
            lines = [late for line in lines for late in self._current().put(line)]

    def next_step(self):
        """Returns the next default step of this process: 0, 1, 2, ..."""
        return next(self._current().steps)

    @property
    def delivery(self):
        """Numbers of this process's records: `sent` (durable on the server), `pending` (kept here) and `dropped`
        (lost).
        """
        pid = os.getpid()
        counts = [stream.counts() for stream in self._past + [self._stream] if stream.pid == pid]
        total = dict((name, sum(count[name] for count in counts)) for name in ("sent", "pending", "dropped"))
        total["dropped"] += self._dropped
        return total

    def close(self, timeout_s=CLOSE_S):
        """Sends the remaining records, for about `timeout_s` at most. Unsent records stay on disk for `hagane sync`."""
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
            print_line("%(sent)d records sent, %(pending)d pending (hagane sync sends them), %(dropped)d dropped" % counts)

    def _close_at_exit(self):
        # Later exit handlers and finalizers may still log. Their records only go to the disk: the interpreter may run
        # no other threads at its end, and waiting for a sending thread would never end.
        self._is_threaded = False
        self.close()
        self._stream.is_threaded = False

    def _current(self):
        stream = self._stream
        return stream if stream.pid == os.getpid() else self._of_this_process()

    def _of_this_process(self):
        """Returns the stream of this process, and creates it if there is none.

        After a fork several threads may call this at once. `setdefault` is atomic, so all get the same stream.
        """
        pid = os.getpid()
        stream = self._streams.setdefault(pid, _Stream(self._args, itertools.count(), self._is_threaded))
        self._streams = {pid: stream}
        self._stream = stream
        call_at_worker_end(self.close, 100)
        return stream


class _Stream(object):
    """The records that are sent under one writer id. The sending thread runs from the first record until `close`."""

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
        """Whether the stream has received a record."""
        return self._backlog.last > 0 or self._backlog.dropped > 0

    def put(self, line):
        """Stores a line and returns no lines. After `close`, returns lines instead."""
        late = self._backlog.append(line)
        if self._thread is None and self.is_threaded:
            self._start()
        return late

    def counts(self):
        """Returns numbers of records: `sent`, `pending` and `dropped`."""
        backlog = self._backlog
        sent = backlog.acked - backlog.lost - backlog.refused
        return {
            "sent": max(0, sent),
            "pending": backlog.pending + backlog.waiting - backlog.stranded,
            "dropped": backlog.dropped + backlog.lost + backlog.refused + backlog.stranded,
        }

    def close(self, timeout_s):
        """Sends the remaining records, for about `timeout_s` at most, and closes or deletes the files."""
        deadline = time.monotonic() + timeout_s
        self.is_threaded = False
        self._backlog.seal()

        try:
            if not self._is_offline:
                self._sender.close(deadline)
                if self._thread is None:
                    # There is no sending thread, for example because none could be started.
                    self._sender.work()
                else:
                    self._thread.join(timeout_s + 1.0)
            self._backlog.finish(self._sender.is_done)
        except Exception as error:  # pylint: disable=broad-except
            debug(error)

    def _start(self):
        """Starts the sending thread, unless the interpreter is ending."""
        # If the lock is taken, another call starts the thread. Waiting for the lock could deadlock a signal handler
        # that has interrupted that call.
        if sys.is_finalizing() or not self._start_lock.acquire(False):
            return
        try:
            if self._thread is None and self.is_threaded:
                self._thread = _start_thread(self._sender.work, "hagane-send")
        finally:
            self._start_lock.release()


def call_at_worker_end(function, priority):
    """Calls a function at the end of a worker process of multiprocessing. Returns whether this is such a process.

    Workers do not run the handlers of atexit, but finalizers of multiprocessing, higher priorities first.
    """
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is None or util is None:
        return False

    current = process.current_process()
    if getattr(current, "_inheriting", False):
        # The worker is still importing the script. After the import, multiprocessing discards all finalizers and calls
        # the functions passed to `register_after_fork`. `register` adds the finalizer then.
        def register(_):
            util.Finalize(None, function, exitpriority=priority)

        _registered.append(register)
        util.register_after_fork(register, register)
        return True

    if getattr(current, "_parent_pid", None) is None:
        return False
    util.Finalize(None, function, exitpriority=priority)
    return True


# References to the functions `register`: multiprocessing has only weak references to them.
_registered = []


def _start_thread(work, name):
    """Returns a started daemon thread; None if the system allows no more threads or the interpreter is ending."""
    thread = threading.Thread(target=work, name=name)
    thread.daemon = True
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
