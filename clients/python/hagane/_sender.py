"""Delivery of the records of one writer to the server, in order and each once."""

import threading
import time

from ._http import ANSWER_TIMEOUT_S, Connection, Unreachable
from ._messages import debug, warn
from ._records import encode

# Wait of the sending thread before its first delivery, so that records logged while a program starts are sent together.
FIRST_FLUSH_S = 0.3
# Wait between deliveries.
FLUSH_S = 1.0
BATCH_RECORDS = 1000
# Wait after the first, second, ... failure in a row. The last value also serves for all further failures.
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# Wait between retries after `close`, and number of failures after which the sender ends. Both are small because the
# program waits for the sender then.
CLOSING_RETRY_S = 0.3
CLOSING_FAILURES_MAX = 4


class Sender(object):
    """Sends the records of a backlog until `close`, and then until all are acknowledged, up to a deadline.

    Ends earlier if the server refuses the run or the token, or cannot be reached after `close`. A batch whose answer
    was lost is sent again with the same numbers; the server drops records that it has already.
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
        # Whether the server has acknowledged the last batch of the writer.
        self.is_done = False

    def close(self, deadline):
        """Makes `work` send the remaining records of the sealed backlog and end. `deadline`: a time of time.monotonic.
        """
        self._deadline = deadline
        self._wake.set()

    def work(self):
        """Delivers records until the sender ends. Runs in the sending thread, or without one in the thread that closes.
        """
        if self._deadline is None:
            self._wake.wait(FIRST_FLUSH_S)

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
        """Counts a failed delivery. Returns the seconds to wait before the next one."""
        wait_s = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
        self._failures += 1
        if was_closing:
            self._closing_failures += 1
            if getattr(error, "is_refused", False) or self._closing_failures >= CLOSING_FAILURES_MAX:
                self._is_given_up = True
        return wait_s

    def _deliver(self):
        """Sends the records logged before this call. After `close` sends all records; the last batch closes the writer.
        """
        server = self._settings.server()
        if server is None:
            self._is_given_up = self._deadline is not None
            return

        if self._create is not None and not self._post_creation(server):
            return

        # Records logged during a delivery wait for the next one. Otherwise a program that logs all the time would send
        # them one by one.
        goal = self._backlog.last
        while self._backlog.acked < goal or (self._deadline is not None and not self.is_done):
            if self._is_over() or not self._post_batch(server):
                return

    def _post(self, server, path, body):
        timeout_s = ANSWER_TIMEOUT_S
        if self._deadline is not None:
            timeout_s = max(0.1, min(timeout_s, self._deadline - time.monotonic()))
        return self._connection.post(server, path, body, timeout_s)

    def _post_creation(self, server):
        """Creates the run of a script started by hand. Returns False if the server refuses it for good."""
        status, answer = self._post(server, "/api/v1/runs", encode(dict(self._create, id=self._run_id)).encode("ascii"))
        if status in (200, 201) and isinstance(answer, dict) and answer.get("id") == self._run_id:
            self._create = None
            return True

        code = _code_of(answer)
        if code is None or status not in (400, 401, 403, 404, 422):
            raise Unreachable("the run was not created: status %d" % status)
        self._give_up(code)
        return False

    def _post_batch(self, server):
        """Sends one batch. Returns False if the server will accept no batch of this writer."""
        first, lines, is_all = self._backlog.take(self._batch_records)
        is_last = self._deadline is not None and is_all
        status, answer = self._post(server, "/api/v1/runs/%s/batches" % self._run_id, self._body(first, lines, is_last))

        # Another program may listen at this address by now. Records are given up only after an answer of Hagane.
        code = _code_of(answer)
        if status == 200:
            self._accepted(first, lines, answer, is_last)
        elif code is not None and status in (401, 403, 404):
            self._give_up(code)
            return False
        elif status == 413 or (code is not None and status == 400):
            self._refused(lines, status, code)
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
        return head.encode("ascii") + b',"records":[' + b",".join(lines) + b"]}"

    def _accepted(self, first, lines, answer, is_last):
        mark, refused = _acknowledgement(answer)
        # The server acknowledges more than this batch if it has applied an earlier, longer batch whose answer was lost.
        if not first + len(lines) - 1 <= mark <= self._backlog.last:
            raise Unreachable("the mark %d belongs to no batch" % mark)

        self._backlog.accept(mark, sum(1 for item in refused if not item.get("partly")))
        for item in refused:
            warn("the server refuses %s" % item.get("why"))
        self._batch_records = min(BATCH_RECORDS, self._batch_records * 2)
        self.is_done = self.is_done or is_last

    def _refused(self, lines, status, code):
        """Halves the batch size until the refused record is alone in its batch, and gives up only that record."""
        if len(lines) > 1:
            self._batch_records = max(1, len(lines) // 2)
            return
        if not lines or code is None:
            raise Unreachable("status %d" % status)
        self._backlog.give_up(1)
        warn("the server refuses a record (%s): %.100s" % (code, lines[0].decode("ascii", "replace")))

    def _missed(self, first, answer):
        """Counts the records as lost that, by this answer, the server lacks before the batch.

        Raises Unreachable for any other answer with status 409.
        """
        error = answer.get("error") if isinstance(answer, dict) else None
        mark = ((error or {}).get("args") or {}).get("mark")
        if not isinstance(mark, int) or first - 1 - mark <= self._backlog.lost:
            raise Unreachable("status 409")
        self._backlog.rewind(mark)

    def _give_up(self, code):
        """Ends sending: the server refuses the run or the token. `hagane sync` can send the records later."""
        self._is_given_up = True
        warn("the server takes no records of this run: %s" % code)


def _acknowledgement(answer):
    """Returns the number up to which all records are durable, and the refused records of the batch as dicts.

    Raises Unreachable for an answer of another program.
    """
    mark = answer.get("ack") if isinstance(answer, dict) else None
    refused = answer.get("refused") if isinstance(answer, dict) else None
    if not isinstance(mark, int) or not isinstance(refused, list) or not all(isinstance(item, dict) for item in refused):
        raise Unreachable("the answer has no mark")
    return mark, refused


def _code_of(answer):
    """Returns the error code in an answer of Hagane; None for any other answer."""
    error = answer.get("error") if isinstance(answer, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and isinstance(error.get("args"), dict) else None
