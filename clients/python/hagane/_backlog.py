"""Numbered records between the program and the server."""

import collections
import errno
import sys
import threading
import time

from ._messages import warn
from ._spool import SPOOL_BYTES_MAX, DiskSegment

BATCH_BYTES = 1000000
BATCH_POINTS = 20000
MEMORY_BYTES_MAX = 20000000
DISK_RETRY_S = 1.0
LOCK_WAIT_S = 1.0
# A folder that is moved away or mounted again comes back within this.
MISSING_S = 10.0
# At the end of a program nobody waits for it so long.
CLOSING_MISSING_S = 0.5


class Backlog(object):
    """Records that are not acknowledged yet: segments on disk, and in memory where the disk takes no more.

    Threads that log take turns by a lock, which is held while the disk is written to. The thread that sends takes none:
    it reads what those have finished, and the last segment stays where it is.
    """

    def __init__(self, spool):
        self._spool = spool
        self._lock = threading.RLock()
        self._is_busy = False
        self._is_sealed = False
        self._waiting = collections.deque()
        self._segments = []
        self._disk_retry_at = 0.0
        self._missing_since = None
        # Records that came into memory, and that left it: one thread writes each count.
        self._memory_in = 0
        self._memory_out = 0
        self.acked = 0
        # Numbered, but never to arrive: `lost` ones the server was not given, `refused` ones it did not take.
        self.lost = 0
        self.refused = 0
        # Never numbered.
        self.dropped = 0
        # Kept nowhere when the writer ended.
        self.stranded = 0

    @property
    def last(self):
        """Number of the latest record."""
        return self._segments[-1].last if self._segments else 0

    @property
    def pending(self):
        return self.last - self.acked

    @property
    def waiting(self):
        """Lines that are not stored yet, because another thread waits for the disk."""
        return len(self._waiting)

    # For those who log.

    def append(self, line):
        """Stores a line, on disk when this returns. Returns lines that came after `seal`: none as a rule.

        A signal handler or a finalizer may come here amid a call of its own thread: that call stores its line.
        """
        self._waiting.append(line)
        while self._waiting:
            if not self._lock.acquire(False) and not self._wait():
                # The thread that waits for the disk stores this line as well.
                return ()
            try:
                if self._is_busy:
                    return ()
                self._is_busy = True
                try:
                    while self._waiting and not self._is_sealed:
                        self._store(self._waiting.popleft())
                finally:
                    self._is_busy = False
                if self._is_sealed:
                    return _take_all(self._waiting)
            finally:
                self._lock.release()
        return ()

    def seal(self):
        """Nothing is added from here on."""
        if self._wait():
            self._is_sealed = True
            self._lock.release()

    def _wait(self):
        # At the end of the interpreter a thread that holds the lock may stand still for good.
        return self._lock.acquire(True, 0 if sys.is_finalizing() else LOCK_WAIT_S)

    def _store(self, line):
        segment = self._segments[-1] if self._segments else None
        if isinstance(segment, DiskSegment) and segment.has_room():
            try:
                segment.append(line)
                return
            except Exception:  # pylint: disable=broad-except
                # A program may have closed all files it did not know: a new one does as well.
                pass
        if time.monotonic() >= self._disk_retry_at:
            try:
                self._open_segment(segment, line)
                return
            except Exception as error:  # pylint: disable=broad-except
                self._disk_retry_at = time.monotonic() + DISK_RETRY_S
                warn("records wait in memory, since the disk does not take them: %s" % error)
        self._remember(segment, line)

    def _open_segment(self, segment, line):
        if segment is not None:
            segment.close()
        if sum(segment.bytes_on_disk for segment in self._segments[:]) > SPOOL_BYTES_MAX:
            raise OSError("the spool holds %d MB" % (SPOOL_BYTES_MAX // 1000000))
        self._segments.append(self._spool.open_segment(self.last + 1, [line]))

    def _remember(self, segment, line):
        if self._memory_in - self._memory_out > MEMORY_BYTES_MAX:
            self.dropped += 1
            warn("records are dropped: neither disk nor memory take more")
            return
        self._memory_in += sys.getsizeof(line)
        if isinstance(segment, _MemorySegment):
            segment.lines.append(line)
        else:
            self._segments.append(_MemorySegment(self.last + 1, line))

    # For the one who sends.

    def take(self, records_max):
        """The next batch as (first number, lines, whether nothing is left after it). It stays until `accept`."""
        while self.pending:
            segment = self._segments[0]
            if self.acked < segment.last:
                lines = _batch(self._peek(segment, records_max))
                if lines:
                    return self.acked + 1, lines, self.acked + len(lines) == self.last
                # The disk did not keep them: say so, and go on with what it has.
                segment.is_damaged = True
                self.give_up(segment.last - self.acked)
            self._forget_past()
        return self.acked + 1, [], True

    def _peek(self, segment, records_max):
        """Raises OSError while a segment cannot be read: files run out, folders are moved and rights change for a while."""
        try:
            lines = segment.peek(records_max)
            self._missing_since = None
            return lines
        except OSError as error:
            now = time.monotonic()
            self._missing_since = self._missing_since or now
            # A file that stays away must not hold up the records after it. All files of a folder are away together.
            limit_s = CLOSING_MISSING_S if self._is_sealed else MISSING_S
            if error.errno != errno.ENOENT or now - self._missing_since < limit_s:
                raise
            return []

    def accept(self, mark, refused):
        """The server has made everything up to the mark durable. Returns whether that is news."""
        count = min(mark, self.last) - self.acked
        self.refused += refused
        self._advance(count)
        return count > 0

    def give_up(self, count):
        """Leaves the next records out for good."""
        self.lost += count
        self._advance(count)

    def rewind(self, mark):
        """The server has gone back in time, from a backup perhaps; what it acknowledged then is deleted here."""
        self.lost += self.acked - mark

    def _advance(self, count):
        while count > 0:
            segment = self._segments[0]
            step = min(count, segment.last - self.acked)
            self._memory_out += segment.skip(step)
            self.acked += step
            count -= step
            self._forget_past()

    def _forget_past(self):
        while len(self._segments) > 1 and self._segments[0].last <= self.acked:
            self._segments.pop(0).remove()

    # At the end, when nobody else is there any more.

    def finish(self, is_complete):
        """Leaves nothing behind when all was delivered, otherwise files and a note for `hagane sync`."""
        if is_complete and not self.pending:
            for segment in self._segments:
                segment.remove()
            self._spool.remove()
            return
        for segment in self._segments:
            segment.close()
            if isinstance(segment, _MemorySegment):
                self._rescue(segment)
            elif not segment.exists():
                self.stranded += max(0, segment.last - max(self.acked, segment.before))
        self._spool.close()

    def _rescue(self, segment):
        """The disk may have room by now."""
        lines = segment.peek(len(segment.lines))
        try:
            if lines:
                self._spool.open_segment(segment.last + 1 - len(lines), [line + b"\n" for line in lines]).close()
        except OSError:
            self.stranded += len(lines)


class _MemorySegment(object):
    """Records that the disk did not take."""

    bytes_on_disk = 0

    def __init__(self, first, line):
        self._first = first
        self._skipped = 0
        self.lines = [line]

    @property
    def last(self):
        return self._first + len(self.lines) - 1

    def peek(self, records_max):
        return [line[:-1] for line in self.lines[self._skipped : self._skipped + records_max]]

    def skip(self, count):
        """Returns how many bytes of memory are free again."""
        past = self.lines[self._skipped : self._skipped + count]
        self.lines[self._skipped : self._skipped + count] = [b""] * count
        self._skipped += count
        return sum(map(sys.getsizeof, past))

    def close(self):
        pass

    def remove(self):
        pass


def _take_all(lines):
    taken = []
    while True:
        try:
            taken.append(lines.popleft())
        except IndexError:
            return taken


def _batch(lines):
    batch = []
    size = 0
    points = 0
    for line in lines:
        size += len(line)
        points += line.count(b":")
        if batch and (size > BATCH_BYTES or points > BATCH_POINTS):
            break
        batch.append(line)
    return batch
