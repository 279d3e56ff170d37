"""Records on disk until the server has made them durable.

A writer owns `WRITER.meta.json` and segments `WRITER.FIRST.jsonl`: a line with the number of the first record, then one
record a line. A line that a kill cut short has no line end and does not count.
"""

import json
import os
import socket

# The function `open` is gone when the interpreter ends, before the last finalizers of a program log.
from io import FileIO

SEGMENT_BYTES = 1000000
SPOOL_BYTES_MAX = 2000000000
READ_BYTES = 256000

_encode = json.JSONEncoder().encode


class Spool(object):
    """The files of one writer. Raises OSError where the disk takes no more."""

    def __init__(self, folder, writer, meta):
        self._folder = folder
        self._writer = writer
        self._meta = meta

    def open_segment(self, first, lines):
        """A new file with at least one record in it."""
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        # Without its note nobody knows whose records these are. A program may have emptied the folder meanwhile.
        if not os.path.exists(self._meta_path()):
            self._write_meta(False)
        return DiskSegment(os.path.join(self._folder, "%s.%015d.jsonl" % (self._writer, first)), first, lines)

    def close(self):
        """Says that the writer is done: what is left belongs to `hagane sync`."""
        try:
            self._write_meta(True)
        except OSError:
            # The end of this process says the same.
            pass

    def remove(self):
        remove(self._meta_path())

    def _write_meta(self, is_closed):
        meta = dict(self._meta, writer=self._writer, hostname=socket.gethostname(), closed=is_closed, **_identity())
        # Written aside and then renamed: a kill leaves the old note or the new one, never half of one.
        aside = self._meta_path() + ".tmp"
        try:
            with FileIO(aside, "w") as file:
                _write_all(file, _encode(meta).encode("ascii"))
            os.rename(aside, self._meta_path())
        except OSError:
            remove(aside)
            raise

    def _meta_path(self):
        return os.path.join(self._folder, self._writer + ".meta.json")


class DiskSegment(object):
    """A file of records. Those who log add at its end, the one who sends reads and skips at its beginning.

    No lock lies between them: a record counts once `end` has moved, and only then is it read.
    """

    def __init__(self, path, first, lines):
        head = b'{"first":%d}\n' % first
        self._path = path
        # Number of the last record before this file.
        self.before = first - 1
        self._start = len(head)
        # Size and number of the last record, in one value: an exception from a signal handler falls before or after both.
        self.end = (0, self.before)
        # Sizes of the records at the beginning that were read and not skipped: skipping them needs no file.
        self._sizes = []
        # Whether the one who reads has found records missing: nothing is added to such a file.
        self.is_damaged = False
        self._file = FileIO(path, "w")
        self.append(head + b"".join(lines), len(lines))

    @property
    def last(self):
        return self.end[1]

    @property
    def bytes_on_disk(self):
        return self.end[0]

    def has_room(self):
        return self._file is not None and not self.is_damaged and self.end[0] < SEGMENT_BYTES

    def append(self, data, count=1):
        size, last = end = self.end
        try:
            written = self._file.write(data)
            if written < len(data):
                # It says why it takes no more when it is asked again.
                _write_all(self._file, data[written:])
            self.end = (size + len(data), last + count)
        finally:
            if self.end is end:
                self._cut(size)

    def _cut(self, size):
        """Takes back what a failed write left at the end, and closes the file."""
        try:
            self._file.truncate(size)
        except (OSError, ValueError):
            pass
        self.close()
        if size == 0:
            remove(self._path)

    def close(self):
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError:
            pass

    def peek(self, records_max):
        """The next records that are not skipped yet; none when the disk has not kept them. Raises OSError when it cannot be read now."""
        left = self.end[0] - self._start
        with FileIO(self._path) as file:
            file.seek(self._start)
            data = _read(file, min(left, READ_BYTES))
            if b"\n" not in data:
                data += _read(file, left - len(data))
        lines = data.split(b"\n")[:-1][:records_max]
        self._sizes = [len(line) + 1 for line in lines]
        return lines

    def skip(self, count):
        """Returns how many bytes of memory are free again. Raises OSError as `peek` does."""
        while count > 0 and not self.is_damaged:
            if not self._sizes and not self.peek(count):
                break
            sizes, self._sizes = self._sizes[:count], self._sizes[count:]
            self._start += sum(sizes)
            count -= len(sizes)
        return 0

    def remove(self):
        self.close()
        remove(self._path)

    def exists(self):
        return os.path.exists(self._path)


def remove(path):
    try:
        os.remove(path)
    except OSError:
        pass


def _read(file, count):
    """Fewer bytes only at the end of the file."""
    parts = []
    while count > 0:
        part = file.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _write_all(file, data):
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _identity():
    """The process as the kernel knows it: a number alone may later belong to another process."""
    identity = {"pid": os.getpid()}
    try:
        with FileIO("/proc/self/stat") as file:
            identity["startedAt"] = file.read().rpartition(b")")[2].split()[19].decode("ascii")
        with FileIO("/proc/sys/kernel/random/boot_id") as file:
            identity["boot"] = file.read().decode("ascii").strip()
    except (OSError, IndexError):
        # Not every system shows it.
        pass
    return identity
