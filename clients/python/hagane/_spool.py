"""Records on disk until the server has made them durable.

A writer owns `WRITER.meta.json` and segments `WRITER.FIRST.jsonl`: a line with the number of the first record, then one
record a line. A line that a kill cut short has no line end and does not count.
"""

import json
import os
import socket

SEGMENT_BYTES = 1000000
SPOOL_BYTES_MAX = 2000000000


class Spool(object):
    """Not thread-safe: one thread owns it."""

    def __init__(self, folder, writer, meta):
        self._folder = folder
        self._writer = writer
        self._meta = meta
        self._segments = []
        self._file = None
        self._file_bytes = 0
        self._total_bytes = 0
        self._has_meta = False

    def append(self, first, lines):
        """Adds records numbered from `first`. Raises OSError when the disk takes no more."""
        if self._total_bytes > SPOOL_BYTES_MAX:
            raise OSError("the spool is full")
        if self._file is None or self._file_bytes > SEGMENT_BYTES:
            self._roll(first)
        data = ("\n".join(lines) + "\n").encode("utf-8")
        self._file.write(data)
        self._file_bytes += len(data)
        self._total_bytes += len(data)
        self._segments[-1][1] = first + len(lines) - 1

    def acknowledge(self, mark):
        """Deletes what lies at or below the mark, segment by segment."""
        while self._segments and self._segments[0][1] <= mark:
            first, _ = self._segments.pop(0)
            if not self._segments:
                self._close_file()
            path = self._path(first)
            try:
                self._total_bytes -= os.path.getsize(path)
                os.remove(path)
            except OSError:
                pass

    def read(self, first):
        """The records of the segment that holds record `first`, from it on; an empty list when there is none."""
        for start, last in self._segments:
            if start <= first <= last:
                with open(self._path(start), "rb") as file:
                    lines = file.read().decode("utf-8").split("\n")[1:-1]
                return lines[first - start :]
        return []

    def finish(self, is_complete, is_closed):
        """Leaves nothing behind when all was delivered, otherwise a note for `hagane sync`."""
        self._close_file()
        if not is_complete:
            self._write_meta(is_closed)
        elif self._has_meta:
            try:
                os.remove(self._meta_path())
            except OSError:
                pass

    def _roll(self, first):
        self._close_file()
        if not self._has_meta:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            self._write_meta(False)
        self._segments.append([first, first - 1])
        self._file = open(self._path(first), "wb", 0)
        head = ('{"first":%d}\n' % first).encode("ascii")
        self._file.write(head)
        self._file_bytes = len(head)

    def _close_file(self):
        if self._file is not None:
            self._file.close()
        self._file = None

    def _write_meta(self, is_closed):
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            meta = dict(self._meta, writer=self._writer, pid=os.getpid(), hostname=socket.gethostname(), closed=is_closed)
            with open(self._meta_path(), "w") as file:
                json.dump(meta, file)
            self._has_meta = True
        except OSError:
            pass

    def _meta_path(self):
        return os.path.join(self._folder, self._writer + ".meta.json")

    def _path(self, first):
        return os.path.join(self._folder, "%s.%015d.jsonl" % (self._writer, first))
