"""Delivers the records of one writer, in order, each once."""

import os
import sys
import threading
import time

from ._http import ANSWER_TIMEOUT_S, Connection, Unreachable
from ._records import encode

FLUSH_S = 1.0
BATCH_RECORDS = 1000
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# At the end of a program nobody wants to wait for a server that is not well.
CLOSING_RETRY_S = 0.3
CLOSING_FAILURES_MAX = 4


class Sender(object):
    """Sends until `close`, and then until all is delivered, the time is over, or the server cannot be had.

    A batch that was applied but whose answer got lost is sent again under the same numbers; the server drops it.
    """

    def __init__(self, settings, run_id, attempt, create, writer_id, backlog):
        self._settings = settings
        self._run_id = run_id
        self._attempt = attempt
        self._create = create
        self._writer_id = writer_id
        self._backlog = backlog
        self._connection = Connection()
        self._wake = threading.Event()
        self._deadline = None
        self._batch_records = BATCH_RECORDS
        self._failures = 0
        self._closing_failures = 0
        self._is_given_up = False
        # Whether the server has been told that this writer is done.
        self.is_done = False

    def close(self, deadline):
        """Nothing is added to the backlog from here on. `deadline` is on the monotonic clock."""
        self._deadline = deadline
        self._wake.set()

    def work(self):
        while not self._is_over():
            wait_s = FLUSH_S
            is_closing = self._deadline is not None
            try:
                self._deliver()
                self._failures = 0
            except Exception as error:  # pylint: disable=broad-except
                debug(error)
                wait_s = self._failed(error, is_closing)
            if self._deadline is not None:
                wait_s = CLOSING_RETRY_S
            if not self._is_over():
                self._wake.wait(wait_s)
                self._wake.clear()
        self._connection.close()

    def _is_over(self):
        if self._is_given_up:
            return True
        return self._deadline is not None and (self.is_done or time.monotonic() >= self._deadline)

    def _failed(self, error, was_closing):
        wait_s = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
        self._failures += 1
        if was_closing:
            self._closing_failures += 1
            if getattr(error, "is_refused", False) or self._closing_failures >= CLOSING_FAILURES_MAX:
                self._is_given_up = True
        return wait_s

    def _deliver(self):
        server = self._settings.server()
        if server is None:
            self._is_given_up = self._deadline is not None
            return
        if self._create is not None and not self._post_creation(server):
            return
        while self._backlog.pending or (self._deadline is not None and not self.is_done):
            if self._is_over() or not self._post_batch(server):
                return

    def _post(self, server, path, body):
        timeout_s = ANSWER_TIMEOUT_S
        if self._deadline is not None:
            timeout_s = max(0.1, min(timeout_s, self._deadline - time.monotonic()))
        return self._connection.post(server, path, body, timeout_s)

    def _post_creation(self, server):
        status, _ = self._post(server, "/api/v1/runs", encode(dict(self._create, id=self._run_id)).encode("ascii"))
        if status in (200, 201):
            self._create = None
            return True
        if status in (400, 401, 403, 404, 422):
            self._give_up()
            return False
        raise Unreachable("the run was not created: status %d" % status)

    def _post_batch(self, server):
        """Sends one batch; False when there is no sense in sending the next one."""
        first, lines, is_all = self._backlog.take(self._batch_records)
        is_last = self._deadline is not None and is_all
        status, answer = self._post(server, "/api/v1/runs/%s/batches" % self._run_id, self._body(first, lines, is_last))
        if status == 200:
            self._accepted(lines, answer, is_last)
        elif status in (401, 403, 404):
            self._give_up()
            return False
        elif status in (400, 413):
            self._refused(lines, status)
        elif status == 409:
            self._missed(first, answer)
        else:
            raise Unreachable("status %d" % status)
        return True

    def _body(self, first, lines, is_last):
        head = '{"writer":"%s","attempt":%d,"first":%d' % (self._writer_id, self._attempt, first)
        if self._backlog.lost:
            head += ',"lost":%d' % self._backlog.lost
        if is_last:
            head += ',"closed":true'
        return (head + ',"records":[' + ",".join(lines) + "]}").encode("utf-8")

    def _accepted(self, lines, answer, is_last):
        mark = answer.get("ack") if isinstance(answer, dict) else None
        if not isinstance(mark, int):
            raise Unreachable("the answer has no mark")
        has_moved = self._backlog.accept(mark, len(answer.get("refused") or ()))
        if lines and not has_moved:
            raise Unreachable("the mark has not moved")
        self._batch_records = min(BATCH_RECORDS, self._batch_records * 2)
        self.is_done = self.is_done or is_last

    def _refused(self, lines, status):
        """One record may spoil a batch for all: halves it until that one is alone, and leaves only that out."""
        if not lines:
            raise Unreachable("status %d" % status)
        if len(lines) == 1:
            self._backlog.give_up(1)
        self._batch_records = max(1, len(lines) // 2)

    def _missed(self, first, answer):
        error = answer.get("error") if isinstance(answer, dict) else None
        mark = ((error or {}).get("args") or {}).get("mark")
        if not isinstance(mark, int) or first - 1 - mark <= self._backlog.lost:
            raise Unreachable("status 409")
        self._backlog.rewind(mark)

    def _give_up(self):
        """The server knows neither this run nor its token: `hagane sync` may be luckier."""
        self._is_given_up = True
        self._backlog.stop_sending()


def debug(error):
    if os.environ.get("HAGANE_DEBUG"):
        tell("%r" % (error,))


def tell(message):
    """Writes a line on standard error, if there is one."""
    try:
        sys.stderr.write("hagane: %s\n" % message)
        # Before Python 3.9 it waits in a buffer, which a worker that leaves by os._exit throws away.
        sys.stderr.flush()
    except Exception:  # pylint: disable=broad-except
        pass
