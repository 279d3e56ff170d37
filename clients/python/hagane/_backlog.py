"""Numbered records that are logged and not acknowledged by the server yet."""

import collections
import errno
import sys
import threading
import time

from ._messages import warn
from ._spool import SPOOL_BYTES_MAX, DiskSegment

# Largest size of a batch, in bytes and in metric values. A batch of a single record may be larger.
BATCH_BYTES = 1000000
BATCH_POINTS = 20000
# Limit of the memory for records that the disk could not store. Above it records are dropped.
MEMORY_BYTES_MAX = 20000000
# Time after a failed write during which records go to memory and the disk is not tried again.
DISK_RETRY_S = 1.0
# Longest wait of a thread that logs while another thread writes to the disk.
LOCK_WAIT_S = 1.0
# Time that the file of a segment may be missing before its records
# are given up. A folder that is moved or remounted is back by then.
MISSING_S = 10.0
# The same limit after `seal`: a program that ends must not wait as long.
CLOSING_MISSING_S = 0.5


class Backlog(object):
    """Records that are not acknowledged yet, in segments on disk, or in memory while the disk cannot store them.

    Threads that log share a lock, which is held during disk writes. The sending thread takes no lock: it reads only
    records that are completely written, and never removes the last segment, to which other threads append.
    """

    def __init__(self, spool):
        self._spool = spool
        # Reentrant, because a signal handler may log while its own thread holds the lock.
        self._lock = threading.RLock()
        # Whether the thread that holds the lock is storing lines.
        self._is_busy = False
        self._is_sealed = False
        # Lines that were passed to `append` and are not stored yet.
        self._waiting = collections.deque()
        self._segments = []
        self._disk_retry_at = 0.0
        self._missing_since = None
        # Bytes of all records that were added to memory, and of all that were freed again. Only threads that hold the
        # lock change the first number, only the sending thread changes the second.
        self._memory_in = 0
        self._memory_out = 0
        # Number of the last record that is acknowledged or given up.
        # All records before it are acknowledged or given up, too.
        self.acked = 0
        # Numbers of records up to `acked` that the server does not have. `lost`:
        # given up by this client, or lost by the server when it was restored from a
        # backup. `refused`: refused by the server in a batch that it acknowledged.
        self.lost = 0
        self.refused = 0
        # Number of records that neither disk nor memory could store. They are not counted by `last`.
        self.dropped = 0
        # Number of records that were neither acknowledged nor on disk when the writer ended.
        self.stranded = 0

    @property
    def last(self):
        """Number of the latest record that is stored; 0 if there is none."""
        return self._segments[-1].last if self._segments else 0

    @property
    def pending(self):
        """Number of stored records that are neither acknowledged nor given up."""
        return self.last - self.acked

    @property
    def waiting(self):
        """Number of lines that are not stored yet, because a thread still waits for the disk."""
        return len(self._waiting)

    # The next methods are called by threads that log.

    def append(self, line):
        """Stores a line: on disk, or in memory if the disk fails. After `seal`, returns lines instead of storing them.

        A signal handler or a finalizer may call this method during a call of its own thread. The outer call then stores
        the line.
        """
        self._waiting.append(line)
        while self._waiting:
            if not self._lock.acquire(False) and not self._wait():
                # The thread that holds the lock stores this line too, after its own disk write.
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
        """Makes `append` return lines from now on instead of storing them.

        Has no effect if another thread holds the lock for longer than LOCK_WAIT_S.
        """
        if self._wait():
            self._is_sealed = True
            self._lock.release()

    def _wait(self):
        """Waits for the lock for at most LOCK_WAIT_S. Returns whether this thread has it now."""
        # At the end of the interpreter the thread that holds the lock may never run again: do not wait for it.
        return self._lock.acquire(True, 0 if sys.is_finalizing() else LOCK_WAIT_S)

    def _store(self, line):
        """Adds a line to the last segment or to a new one; in memory if the disk fails."""
        segment = self._segments[-1] if self._segments else None
        if isinstance(segment, DiskSegment) and segment.has_room():
            try:
                segment.append(line)
                return
            except Exception:  # pylint: disable=broad-except
                # The program may have closed all file descriptors, this one too. A new file works then.
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
        """Adds a line to memory, or drops it if the memory for records is full."""
        if self._memory_in - self._memory_out > MEMORY_BYTES_MAX:
            self.dropped += 1
            warn("records are dropped: neither disk nor memory take more")
            return

        self._memory_in += sys.getsizeof(line)
        if isinstance(segment, _MemorySegment):
            segment.lines.append(line)
        else:
            self._segments.append(_MemorySegment(self.last + 1, line))

    # The next methods are called by the sending thread.

    def take(self, records_max):
        """Returns the next batch: (number of its first record, lines, whether it has the last stored record).

        There are no lines if no record is pending. The records are kept until `accept` or `give_up`. Raises OSError
        while they cannot be read.
        """
        while self.pending:
            segment = self._segments[0]
            if self.acked < segment.last:
                lines = _batch(self._peek(segment, records_max))
                if lines:
                    return self.acked + 1, lines, self.acked + len(lines) == self.last
                # The file has lost these records: give them up and continue with the next segment.
                segment.is_damaged = True
                self.give_up(segment.last - self.acked)
            self._delete_delivered()
        return self.acked + 1, [], True

    def _peek(self, segment, records_max):
        """Returns the next records of a segment; none if its file has lost them or has been missing for MISSING_S.

        Raises OSError for failures that may end: too few file descriptors, a moved folder, changed permissions.
        """
        try:
            lines = segment.peek(records_max)
            self._missing_since = None
            return lines
        except OSError as error:
            now = time.monotonic()
            self._missing_since = self._missing_since or now
            # A missing file must not block the records after it for ever. The time is counted for all files together,
            # because usually their whole folder is missing.
            limit_s = CLOSING_MISSING_S if self._is_sealed else MISSING_S
            if error.errno != errno.ENOENT or now - self._missing_since < limit_s:
                raise
            return []

    def accept(self, mark, refused):
        """Removes the records up to number `mark`, which the server has acknowledged.

        refused: how many of them the server refused. Returns whether any of them was still pending.
        """
        count = min(mark, self.last) - self.acked
        self.refused += refused
        self._advance(count)
        return count > 0

    def give_up(self, count):
        """Gives up the next `count` records: the client never sends them again."""
        self.lost += count
        self._advance(count)

    def rewind(self, mark):
        """Counts the acknowledged records after number `mark` as lost: the server no longer has them.

        This happens after a restore from a backup. The records were deleted here when they were acknowledged.
        """
        self.lost += self.acked - mark

    def _advance(self, count):
        while count > 0:
            segment = self._segments[0]
            step = min(count, segment.last - self.acked)
            self._memory_out += segment.skip(step)
            self.acked += step
            count -= step
            self._delete_delivered()

    def _delete_delivered(self):
        """Deletes segments without pending records, except the last one."""
        while len(self._segments) > 1 and self._segments[0].last <= self.acked:
            self._segments.pop(0).remove()

    # The next methods are called at the end of the writer, after `seal`.

    def finish(self, is_complete):
        """Deletes all files if everything was delivered. Otherwise closes them and leaves them for `hagane sync`.

        is_complete: whether the server has acknowledged the last batch of the writer.
        """
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
        """Writes the records of a memory segment to disk, which may have room by now."""
        lines = segment.peek(len(segment.lines))
        try:
            if lines:
                self._spool.open_segment(segment.last + 1 - len(lines), [line + b"\n" for line in lines]).close()
        except OSError:
            self.stranded += len(lines)


class _MemorySegment(object):
    """A segment of records that the disk could not store, with the methods of DiskSegment."""

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
        """Skips the next records. Returns the bytes of memory that this frees."""
        past = self.lines[self._skipped : self._skipped + count]
        self.lines[self._skipped : self._skipped + count] = [b""] * count
        self._skipped += count
        return sum(map(sys.getsizeof, past))

    def close(self):
        pass

    def remove(self):
        pass


def _take_all(lines):
    """Removes and returns all lines of a deque, which other threads may change at the same time."""
    taken = []
    while True:
        try:
            taken.append(lines.popleft())
        except IndexError:
            return taken


def _batch(lines):
    """Returns the first lines, as many as fit into a batch. Returns at least one, unless `lines` is empty."""
    batch = []
    size = 0
    points = 0

    for line in lines:
        size += len(line)
        # An upper bound of the number of metric values: in JSON, each follows a colon.
        points += line.count(b":")
        if batch and (size > BATCH_BYTES or points > BATCH_POINTS):
            break
        batch.append(line)

    return batch
