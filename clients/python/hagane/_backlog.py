"""Numbered records between the program and the server."""

import collections
import itertools
import threading

BATCH_CHARS = 1000000
BATCH_POINTS = 20000
MEMORY_RECORDS = 50000
MEMORY_CHARS = 20000000


class Backlog(object):
    """What is not acknowledged yet: all of it on disk while the disk takes it, its oldest part in memory too.

    One thread keeps and another sends; the lock is never held while anything but the disk is waited for. Memory holds
    the records from `acked + 1` on without a hole, or nothing.
    """

    def __init__(self, spool, has_memory):
        self._spool = spool
        self._has_memory = has_memory
        self._memory = collections.deque()
        self._memory_chars = 0
        self._lock = threading.Lock()
        self._next = 1
        self.acked = 0
        # Numbered, but never to arrive: `lost` ones the server was not given, `refused` ones it did not take.
        self.lost = 0
        self.refused = 0
        # Never numbered.
        self.dropped = 0

    @property
    def pending(self):
        return self._next - 1 - self.acked

    def keep(self, lines):
        """Numbers the lines and stores them; counts them as dropped when neither disk nor memory takes them."""
        with self._lock:
            is_in_memory = self._has_memory and self._has_room(lines) and self.acked + len(self._memory) == self._next - 1
            try:
                self._spool.append(self._next, lines)
            except OSError:
                if not is_in_memory:
                    self.dropped += len(lines)
                    return
            if is_in_memory:
                self._remember(lines)
            self._next += len(lines)

    def take(self, records_max):
        """The next batch as (first number, lines, whether nothing is left after it). It stays until `accept`."""
        with self._lock:
            while not self._memory and self.acked < self._next - 1:
                self._refill()
            lines = _batch(self._memory, records_max)
            return self.acked + 1, lines, self.acked + len(lines) == self._next - 1

    def accept(self, mark, refused):
        """The server has made everything up to the mark durable. Returns whether that is news."""
        with self._lock:
            count = min(mark, self._next - 1) - self.acked
            self.refused += refused
            self._forget(count)
            return count > 0

    def give_up(self, count):
        """Leaves the next records out for good."""
        with self._lock:
            self.lost += count
            self._forget(count)

    def rewind(self, mark):
        """The server has gone back in time, from a backup perhaps; what it acknowledged then is deleted here."""
        with self._lock:
            self.lost += self.acked - mark

    def stop_sending(self):
        """Nothing will be sent any more: the disk alone keeps what is left."""
        with self._lock:
            self._has_memory = False
            self._memory.clear()
            self._memory_chars = 0

    def finish(self, is_complete):
        with self._lock:
            self._spool.finish(is_complete and self.acked == self._next - 1)

    def _has_room(self, lines):
        return len(self._memory) + len(lines) <= MEMORY_RECORDS and self._memory_chars <= MEMORY_CHARS

    def _remember(self, lines):
        self._memory.extend(lines)
        self._memory_chars += sum(map(len, lines))

    def _forget(self, count):
        for _ in range(min(count, len(self._memory))):
            self._memory_chars -= len(self._memory.popleft())
        self.acked += max(0, count)
        self._spool.acknowledge(self.acked)

    def _refill(self):
        lines = self._spool.read(self.acked + 1)
        if lines:
            self._remember(lines)
            return
        # The disk did not keep them: say so, and go on with what it has.
        following = self._spool.first_after(self.acked + 1) or self._next
        self.lost += following - 1 - self.acked
        self.acked = following - 1
        self._spool.acknowledge(self.acked)


def _batch(memory, records_max):
    lines = []
    chars = 0
    points = 0
    for line in itertools.islice(memory, records_max):
        chars += len(line)
        points += line.count(":")
        if lines and (chars > BATCH_CHARS or points > BATCH_POINTS):
            break
        lines.append(line)
    return lines
