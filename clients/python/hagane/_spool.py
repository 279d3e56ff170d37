"""Records on disk until the server has made them durable.

A writer owns `WRITER.meta.json` and segments `WRITER.FIRST.jsonl`: a line with the number of the first record, then one
record a line. A line that a kill cut short has no line end and does not count.
"""

import json
import os
import socket

SEGMENT_BYTES = 1000000
SPOOL_BYTES_MAX = 2000000000


class _Segment(object):
    def __init__(self, first, size):
        self.first = first
        self.last = first - 1
        self.size = size


class Spool(object):
    """Not thread-safe: its backlog guards it."""

    def __init__(self, folder, writer, meta):
        self._folder = folder
        self._writer = writer
        self._meta = meta
        self._segments = []
        self._file = None
        self._has_meta = False

    def append(self, first, lines):
        """Adds records numbered from `first`, all or none. Raises OSError when the disk takes no more."""
        if sum(segment.size for segment in self._segments) > SPOOL_BYTES_MAX:
            raise OSError("the spool is full")
        # A record's number is its place in the segment, so a segment has no holes.
        if self._file is None or self._segments[-1].size > SEGMENT_BYTES or self._segments[-1].last != first - 1:
            self._roll(first)
        segment = self._segments[-1]
        data = ("\n".join(lines) + "\n").encode("utf-8")
        try:
            _write_all(self._file, data)
        except OSError:
            self._cut(segment)
            raise
        segment.size += len(data)
        segment.last = first + len(lines) - 1

    def acknowledge(self, mark):
        """Deletes what lies at or below the mark, segment by segment."""
        while self._segments and self._segments[0].last <= mark:
            segment = self._segments.pop(0)
            if not self._segments:
                self._close_file()
            _remove(self._path(segment.first))

    def read(self, first):
        """The records of the segment that holds record `first`, from it on; an empty list when there is none."""
        for segment in self._segments:
            if segment.first <= first <= segment.last:
                try:
                    with open(self._path(segment.first), "rb") as file:
                        lines = file.read(segment.size).decode("utf-8").split("\n")[1:-1]
                except (OSError, ValueError):
                    return []
                return lines[first - segment.first :]
        return []

    def first_after(self, number):
        """Number of the first record of the next segment past `number`; None when there is no further one."""
        return next((segment.first for segment in self._segments if segment.first > number), None)

    def finish(self, is_complete):
        """Leaves nothing behind when all was delivered, otherwise a note for `hagane sync`."""
        self._close_file()
        if not is_complete:
            self._write_meta(True)
        elif self._has_meta:
            _remove(self._meta_path())

    def _roll(self, first):
        self._close_file()
        if not self._has_meta:
            self._write_meta(False)
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        file = open(self._path(first), "wb", 0)
        head = ('{"first":%d}\n' % first).encode("ascii")
        try:
            _write_all(file, head)
        except OSError:
            file.close()
            _remove(self._path(first))
            raise
        self._file = file
        self._segments.append(_Segment(first, len(head)))

    def _cut(self, segment):
        """Takes back what a failed write left at the end of the open segment, and closes it."""
        try:
            self._file.truncate(segment.size)
        except OSError:
            pass
        self._close_file()
        if segment.last < segment.first:
            self._segments.remove(segment)
            _remove(self._path(segment.first))

    def _close_file(self):
        if self._file is not None:
            self._file.close()
        self._file = None

    def _write_meta(self, is_closed):
        meta = dict(self._meta, writer=self._writer, pid=os.getpid(), hostname=socket.gethostname(), closed=is_closed)
        # Written aside and then renamed: a kill leaves the old note or the new one, never half of one.
        aside = self._meta_path() + ".tmp"
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            with open(aside, "wb") as file:
                file.write(json.dumps(meta).encode("ascii"))
            os.rename(aside, self._meta_path())
            self._has_meta = True
        except OSError:
            _remove(aside)

    def _meta_path(self):
        return os.path.join(self._folder, self._writer + ".meta.json")

    def _path(self, first):
        return os.path.join(self._folder, "%s.%015d.jsonl" % (self._writer, first))


def _write_all(file, data):
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass
