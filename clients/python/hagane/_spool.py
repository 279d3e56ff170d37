"""Files that keep records on disk until the server has acknowledged them.

A writer has a file `WRITER.meta.json`, which names its run and its process, and segments `WRITER.FIRST.jsonl`. FIRST is
the number of the first record, with 15 digits. A segment has the line `{"first":FIRST}` and then one record per line. A
last line without a line end was cut off by a kill; readers skip it.
"""

import json
import os
import socket

# The interpreter removes the function `open` at its end, before it runs the last finalizers, which may log.
from io import FileIO

# Size of a segment at which the next segment begins.
SEGMENT_BYTES = 1000000
# Largest size of all segments of one writer together.
SPOOL_BYTES_MAX = 2000000000
# Size of one read from a segment, unless the next record is longer.
READ_BYTES = 256000

_encode = json.JSONEncoder().encode


class Spool(object):
    """The files of one writer. `meta`: fields of its meta file besides those about the writer and the process."""

    def __init__(self, folder, writer, meta):
        self._folder = folder
        self._writer = writer
        self._meta = meta

    def open_segment(self, first, lines):
        """Creates the segment that begins with record number `first`. Raises OSError if the disk cannot store it.

        lines: at least one record, each with its line end.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        # Only the meta file names the run of these records. The program may have deleted the folder with all its files.
        if not os.path.exists(self._meta_path()):
            self._write_meta(False)

        return DiskSegment(os.path.join(self._folder, "%s.%015d.jsonl" % (self._writer, first)), first, lines)

    def close(self):
        """Marks the writer as closed in its meta file: `hagane sync` may send its remaining records."""
        try:
            self._write_meta(True)
        except OSError:
            # Readers also treat a writer as closed when its process has ended.
            pass

    def remove(self):
        """Deletes the meta file."""
        remove(self._meta_path())

    def _write_meta(self, is_closed):
        meta = dict(self._meta, writer=self._writer, hostname=socket.gethostname(), closed=is_closed, **_identity())

        # Write a temporary file and rename it: after a kill the meta file is the old or the new one, never a part.
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
    """A file of records. Threads that log append to its end; the sending thread reads and skips at its beginning.

    They need no lock between them: the sending thread reads only up to `end`, which moves after a record is written.
    """

    def __init__(self, path, first, lines):
        head = b'{"first":%d}\n' % first
        self._path = path
        # Number of the last record before this file.
        self.before = first - 1
        # Position of the first record that is not skipped.
        self._start = len(head)
        # (size of the file, number of its last record). One assignment sets both, so that an exception from a signal
        # handler cannot separate them.
        self.end = (0, self.before)
        # Sizes of the next records that `peek` has returned: `skip` need not read them again.
        self._sizes = []
        # Whether the sending thread has found that the file lost records. No more records are appended to such a file.
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
        """Writes `count` records with their line ends. A write that fails leaves the file as before, and closed."""
        size, last = end = self.end
        try:
            written = self._file.write(data)
            if written < len(data):
                # A short write raises no exception. Writing the rest succeeds or raises the exception with the reason.
                _write_all(self._file, data[written:])
            self.end = (size + len(data), last + count)
        finally:
            if self.end is end:
                self._cut(size)

    def _cut(self, size):
        """Cuts the file to `size`, before the remains of a failed write, and closes it. Deletes an empty file."""
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
        """Returns the next records, without line ends; none if the file no longer contains them.

        Raises OSError if the file cannot be read now.
        """
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
        """Skips the next records. Returns the bytes of memory that this frees: 0 for a file.

        Raises OSError as `peek` does.
        """
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
    """Deletes a file if it can be deleted."""
    try:
        os.remove(path)
    except OSError:
        pass


def _read(file, count):
    """Reads `count` bytes; fewer only at the end of the file."""
    parts = []
    while count > 0:
        part = file.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _write_all(file, data):
    """Writes all of `data`, in several calls where a call writes only a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _identity():
    """Returns fields that identify this process. The pid alone may later belong to another process.

    startedAt: start of the process in clock ticks since the boot. boot: id of the boot.
    """
    identity = {"pid": os.getpid()}

    try:
        with FileIO("/proc/self/stat") as file:
            identity["startedAt"] = file.read().rpartition(b")")[2].split()[19].decode("ascii")
        with FileIO("/proc/sys/kernel/random/boot_id") as file:
            identity["boot"] = file.read().decode("ascii").strip()
    except (OSError, IndexError):
        # Only Linux has these files.
        pass

    return identity
