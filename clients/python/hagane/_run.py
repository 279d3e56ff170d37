"""What a training script uses."""

import atexit
import functools
import hashlib
import json
import os
import shutil
import sys
import time

from ._settings import Settings
from ._writer import Writer, new_uuid

_settings = Settings()
_managed_writer = None
_warned = set()


def _never_raise(method):
    """Tracking must not end a training: a mistake is told once on standard error."""

    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # pylint: disable=broad-except
            _warn("%s: %s" % (method.__name__, error))
            return None

    return guarded


def _warn(message):
    if message not in _warned and len(_warned) < 20:
        _warned.add(message)
        sys.stderr.write("hagane: %s\n" % message)


class _Run(object):
    """A run as its own script sees it.

    name: shown instead of a number; only used when the script creates a run of its own.
    """

    _kind = "experiment"

    def __init__(self, name=None, **_ignored):
        global _managed_writer
        self._status = None
        if _settings.is_managed:
            if _managed_writer is None:
                _managed_writer = Writer(_settings, _settings.run_id, _settings.attempt)
                atexit.register(_managed_writer.close)
            self.run_id = _settings.run_id
            self._writer = _managed_writer
        else:
            self.run_id = new_uuid()
            self._writer = Writer(_settings, self.run_id, 1, _creation(self._kind, name))
            self._own_end()

    def _own_end(self):
        """Without an executor the script itself says how it ended."""
        previous = sys.excepthook

        def on_error(kind, error, trace):
            self._end("failed", "%s: %s" % (kind.__name__, error))
            previous(kind, error, trace)

        sys.excepthook = on_error
        pid = os.getpid()
        atexit.register(lambda: os.getpid() == pid and self.end())
        self._writer.put(("p", {"k": "p", "v": {}}))

    def _end(self, status, message=""):
        if self._status is None and not _settings.is_managed:
            self._status = status
            self._writer.put(("s", {"k": "s", "v": status, "m": message}))

    @_never_raise
    def end(self):
        """Ends a run that this script created; inside a run started by Hagane it only delivers what is left."""
        self._end("succeeded")
        self._writer.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _trace):
        if kind is not None:
            self._end("failed", "%s: %s" % (kind.__name__, error))
        if not _settings.is_managed:
            self.end()
        return False

    @_never_raise
    def log_metrics(self, metrics=None, step=None, **values):
        """Records numbers at one moment: `log_metrics(loss=0.3)` or `log_metrics({"val/loss": 0.3}, step=10)`.

        step: any number; the count of this process's calls when left out. NaN and infinities are kept. Values may be
        numpy or torch scalars; None is left out.
        """
        now = time.time()
        if metrics is not None:
            values = dict(metrics, **values)
        if step is None:
            step = self._writer.next_step()
        elif type(step) is not int:
            step = _to_number("step", step)
        for name, value in values.items():
            if type(value) is not float and type(value) is not int:
                values = _to_numbers(values)
                break
        if values:
            self._writer.put(("m", step, now, values))

    @_never_raise
    def log_params(self, params=None, **values):
        """Records parameters; a later value of a name replaces the earlier one."""
        merged = dict(params or {}, **values)
        self._writer.put(("p", {"k": "p", "v": dict((str(name), _to_json(value)) for name, value in merged.items())}))

    @_never_raise
    def log_tags(self, *tags):
        """Adds tags: several texts, one list, or one text with commas."""
        if len(tags) == 1 and not isinstance(tags[0], str):
            tags = tags[0]
        found = [part.strip() for tag in tags for part in str(tag).split(",")]
        self._writer.put(("g", {"k": "g", "v": [tag for tag in found if tag]}))

    @_never_raise
    def log_artifact(self, path, name=None):
        """Keeps a file with the run: copies it into the outputs path and records its size and hash.

        name: where it lies below the outputs path; the file's own name when left out. Returns the path of the copy.
        """
        name = str(name or os.path.basename(path))
        target = path
        outputs = get_outputs_path()
        if outputs is not None:
            target = os.path.join(outputs, name)
            if os.path.commonpath([os.path.realpath(outputs), os.path.realpath(target)]) != os.path.realpath(outputs):
                raise ValueError("%s leads out of the outputs path" % name)
            if os.path.realpath(target) != os.path.realpath(path):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(path, target)
        size, digest = _hash(target)
        self._writer.put(("a", {"k": "a", "name": name, "path": os.path.abspath(target), "size": size, "sha256": digest}))
        return target

    def log_output(self, path, name=None):
        """The same as `log_artifact`."""
        return self.log_artifact(path, name)

    @property
    def delivery(self):
        """Counts of records: sent (durable on the server), pending, dropped."""
        return self._writer.delivery

    @property
    def params(self):
        """Parameters of the run; empty outside of one."""
        return get_params()

    @property
    def outputs_path(self):
        """Folder for files to keep, the same for every attempt; None outside of a run."""
        return get_outputs_path()

    @property
    def checkpoint_dir(self):
        """Folder for checkpoints, the same for every attempt; None outside of a run."""
        return get_checkpoint_dir()

    @property
    def attempt(self):
        """Which try of the run this is, from 1."""
        return _settings.attempt

    @property
    def resumed(self):
        """Whether an earlier attempt may have left a checkpoint."""
        return bool(os.environ.get("HAGANE_RESUMED"))


class Experiment(_Run):
    """A training whose parameters and metrics are recorded."""

    _kind = "experiment"


class Job(_Run):
    """Any other work, such as making a data set."""

    _kind = "job"


def get_outputs_path():
    """Folder for files to keep; None outside of a run."""
    return _folder("HAGANE_OUTPUTS")


def get_checkpoint_dir():
    """Folder for checkpoints; None outside of a run."""
    return _folder("HAGANE_CHECKPOINT_DIR")


def get_data_paths():
    """Folders for data sets by name; empty outside of a run."""
    return _json("HAGANE_DATA_PATHS")


def get_params():
    """Parameters of the run by name; empty outside of one."""
    return _json("HAGANE_PARAMS")


def _folder(name):
    path = os.environ.get(name) or None
    if path is not None:
        os.makedirs(path, exist_ok=True)
    return path


def _json(name):
    try:
        return json.loads(os.environ.get(name) or "{}")
    except ValueError:
        return {}


def _creation(kind, name):
    host = {
        "workDir": os.getcwd(),
        "python": {"executable": sys.executable or "python", "version": "%d.%d.%d" % sys.version_info[:3]},
        "path": "",
        "git": None,
    }
    return {"kind": kind, "name": name, "command": " ".join(sys.argv)[:10000], "host": host}


def _to_numbers(values):
    numbers = {}
    for name, value in values.items():
        if value is None:
            continue
        try:
            numbers[str(name)] = _to_number(name, value)
        except (TypeError, ValueError) as error:
            _warn(str(error))
    return numbers


def _to_number(name, value):
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        number = float(value) if not isinstance(value, int) or abs(value) > 2 ** 53 else int(value)
        return number
    if hasattr(value, "__float__") and not isinstance(value, str):
        return float(value)
    raise TypeError("%s is not a number: %r" % (name, value))


def _to_json(value):
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return value
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return dict((str(key), _to_json(item)) for key, item in value.items())
    if hasattr(value, "item"):
        try:
            return _to_json(value.item())
        except (TypeError, ValueError):
            pass
    return str(value)


def _hash(path):
    digest = hashlib.sha256()
    size = 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1048576), b""):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
