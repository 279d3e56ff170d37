"""What a training script uses."""

import atexit
import functools
import hashlib
import io
import json
import os
import shutil
import sys
import threading
import time

from ._messages import warn
from ._records import LINE_CHARS_MAX, NAME_UNITS_MAX, cut_text, encode, problem_of_name
from ._settings import Settings
from ._writer import Writer, call_at_worker_end, new_uuid

RECORD_POINTS_MAX = 1000
PARAM_LEVELS_MAX = 20
MESSAGE_CHARS_MAX = 5000
# Larger integers lose digits in a float64 anyway; the largest ones do not fit at all.
_INTEGER_MAX = 2 ** 53

_settings = Settings()
_managed_writer = None
_exit_code = None


def _never_raise(method):
    """Tracking must not end a training: a mistake is told once on standard error."""

    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # pylint: disable=broad-except
            warn("%s: %s" % (method.__name__, _text(error)))
            return None

    return guarded


def _text(value):
    try:
        return str(value)[:MESSAGE_CHARS_MAX]
    except Exception:  # pylint: disable=broad-except
        return type(value).__name__


class _Run(object):
    """A run as its own script sees it.

    name: shown instead of a number; only used when the script creates a run of its own.
    """

    _kind = "experiment"

    def __init__(self, name=None, **_ignored):
        global _managed_writer
        self._status = None
        self._pid = os.getpid()
        if _settings.is_managed:
            if _managed_writer is None:
                _managed_writer = Writer(_settings, _settings.run_id, _settings.attempt)
            self.run_id = _settings.run_id
            self._writer = _managed_writer
        else:
            self.run_id = new_uuid()
            self._writer = Writer(_settings, self.run_id, 1, _creation(self._kind, name))
            self._own_end()

    def _own_end(self):
        """Without an executor the script itself says how it ended."""
        pid = os.getpid()
        previous = sys.excepthook

        def on_error(kind, error, trace):
            if os.getpid() == pid:
                self._end_by(kind, error)
            previous(kind, error, trace)

        def on_exit():
            # In a worker process an error is still on its way up here.
            kind, error, _ = sys.exc_info()
            if os.getpid() == pid:
                if kind is not None:
                    self._end_by(kind, error)
                elif _exit_code not in (None, 0):
                    self._end("failed", "exit %s" % _text(_exit_code))
                self.end()

        sys.excepthook = on_error
        _watch_exit()
        if not call_at_worker_end(on_exit, 200):
            atexit.register(on_exit)
        self._writer.put(("p", {"k": "p", "v": {}}))

    def _end_by(self, kind, error):
        if kind is SystemExit and error is not None and error.code in (None, 0):
            self._end("succeeded")
        else:
            self._end("failed", "%s: %s" % (kind.__name__, _text(error)))

    def _end(self, status, message=""):
        # A forked child says nothing about how the run of its parent ends.
        if self._status is None and not _settings.is_managed and self._pid == os.getpid():
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
            self._end_by(kind, error)
        if not _settings.is_managed:
            self.end()
        return False

    @_never_raise
    def log_metrics(self, metrics=None, step=None, **values):
        """Records numbers at one moment: `log_metrics(loss=0.3)` or `log_metrics({"val/loss": 0.3}, step=10)`.

        step: any finite number; the count of this process's calls when left out. NaN and infinite values are kept. Values
        may be numpy or torch scalars; None is left out, and so is, with a warning, what is no number.
        """
        now = time.time()
        if metrics is not None:
            values = dict(metrics, **values)
        if step is None:
            step = self._writer.next_step()
        elif not _is_plain(step) or step - step != 0:
            step = _to_step(step, values)
        if not _are_plain(values):
            values = _to_numbers(values)
        if len(values) > RECORD_POINTS_MAX:
            for part in _parts(values):
                self._writer.put(("m", step, now, part))
        elif values:
            self._writer.put(("m", step, now, values))

    @_never_raise
    def log_params(self, params=None, **values):
        """Records parameters; a later value of a name replaces the earlier one. What cannot be kept is left out alone."""
        found = {}
        size = 0
        for name, value in dict(params or {}, **values).items():
            try:
                name = _to_name(name)
                value = _to_json(value, PARAM_LEVELS_MAX)
                size += len(encode(value)) + len(encode(name)) + 2
                found[name] = value
            except Exception as error:  # pylint: disable=broad-except
                warn("%s is left out: %s" % (_short(name), _text(error)))
        # Too much for one record may fit in several.
        for part in [found] if size < LINE_CHARS_MAX else [{name: value} for name, value in found.items()]:
            if part:
                self._writer.put(("p", {"k": "p", "v": part}))

    @_never_raise
    def log_tags(self, *tags):
        """Adds tags: several texts, one list, or one text with commas."""
        if len(tags) == 1 and isinstance(tags[0], (list, tuple, set, frozenset)):
            tags = tags[0]
        found = []
        for tag in [part.strip() for tag in tags for part in str(tag).split(",")]:
            problem = problem_of_name(tag) if tag else None
            if problem is not None:
                warn("tag %s is left out: it %s" % (_short(tag), problem))
            elif tag:
                found.append(tag)
        self._writer.put(("g", {"k": "g", "v": found}))

    @_never_raise
    def log_artifact(self, path, name=None):
        """Keeps a file with the run: copies it into the outputs path and records its size and hash.

        name: where it lies below the outputs path; the file's own name when left out. Returns the path of the copy.
        """
        name = _to_name(os.path.normpath(str(name or os.path.basename(path))))
        if os.path.isabs(name) or name.split(os.sep)[0] in (os.pardir, os.curdir):
            raise ValueError("%s leads out of the outputs path" % name)
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

    @_never_raise
    def log_artifacts(self, folder):
        """Keeps every file of a folder with the run, below the folder's own name."""
        top = os.path.abspath(folder)
        for place, _, names in os.walk(top):
            for name in sorted(names):
                path = os.path.join(place, name)
                self.log_artifact(path, os.path.relpath(path, os.path.dirname(top)))

    def log_outputs(self, folder):
        """The same as `log_artifacts`."""
        return self.log_artifacts(folder)

    @_never_raise
    def log_data_ref(self, data, data_name="data", **_ignored):
        """Records which data were used: the parameter `data_ref.NAME` with twelve characters of a hash of their text."""
        digest = hashlib.md5(str(data).encode("utf-8", "replace")).hexdigest()[:12]
        self.log_params({"data_ref.%s" % data_name: digest})

    @property
    def outputs_store(self):
        """The object that scripts for Polyaxon upload files to: `upload_file` and `upload_dir` keep them with the run."""
        return _OutputsStore(self)

    def get_outputs_path(self):
        """The same as `outputs_path`."""
        return get_outputs_path()

    @staticmethod
    def get_params():
        """The same as `params`."""
        return get_params()

    @staticmethod
    def get_experiment_info():
        """Names and ids of the run as Polyaxon gives them to an experiment; empty outside of one."""
        return _mapping(os.environ.get("POLYAXON_EXPERIMENT_INFO"))

    @staticmethod
    def get_job_info():
        """Names and ids of the run as Polyaxon gives them to a job; empty outside of one."""
        return _mapping(os.environ.get("POLYAXON_JOB_INFO"))

    def log_succeeded(self):
        """The same as `end`: how a run that Hagane started ends is told by its exit status."""
        self.end()

    def log_failed(self, message="", **_ignored):
        """Ends a run that this script created as failed; inside a run started by Hagane the exit status tells."""
        self._end("failed", _text(message))
        self.end()

    succeeded = log_succeeded
    failed = log_failed

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


class _OutputsStore(object):
    def __init__(self, run):
        self.upload_file = run.log_artifact
        self.upload_dir = run.log_artifacts


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
    return _mapping(os.environ.get("HAGANE_DATA_PATHS"))


def get_params():
    """Parameters that the run was given, by name; empty outside of one. What scripts log is not among them."""
    return _mapping(os.environ.get("HAGANE_PARAMS") or _params_file())


def get_log_level():
    """`logging.level` of the document; None outside of a run."""
    return os.environ.get("HAGANE_LOG_LEVEL") or None


def _folder(name):
    path = os.environ.get(name) or None
    if path is not None:
        try:
            os.makedirs(path, exist_ok=True)
        except OSError as error:
            warn(str(error))
    return path


def _params_file():
    try:
        with io.open(os.environ.get("HAGANE_PARAMS_FILE") or os.devnull, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        warn("the parameters cannot be read: %s" % error)
        return ""


def _mapping(text):
    try:
        value = json.loads(text or "{}", parse_int=_integer)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _integer(digits):
    try:
        return int(digits)
    except ValueError:
        # More digits than Python turns into a number by itself: 4300 unless told otherwise.
        return digits


def _creation(kind, name):
    try:
        work_dir = os.getcwd()
    except OSError:
        # It has been deleted.
        work_dir = "?"
    host = {
        "workDir": cut_text(work_dir, 4096),
        "python": {"executable": cut_text(sys.executable or "python", 4096), "version": "%d.%d.%d" % sys.version_info[:3]},
        "path": "",
        "git": None,
    }
    command = " ".join(_text(part) for part in getattr(sys, "argv", None) or [])
    name = None if name is None else cut_text(_text(name), NAME_UNITS_MAX)
    return {"kind": kind, "name": name, "command": cut_text(command, 10000), "host": host}


def _watch_exit():
    """Remembers what the main thread gave to `sys.exit`: nothing else tells exit handlers how the script ended."""
    if getattr(sys.exit, "is_watched", False):
        return
    original = sys.exit

    def exit_watched(*args):
        global _exit_code
        if threading.current_thread() is threading.main_thread():
            _exit_code = args[0] if args else None
        original(*args)

    exit_watched.is_watched = True
    sys.exit = exit_watched


def _is_plain(value):
    kind = type(value)
    return kind is float or (kind is int and -_INTEGER_MAX <= value <= _INTEGER_MAX)


# Names that the server takes, so that each is looked at once.
_good_names = set()
_GOOD_NAMES_MAX = 10000
_FLOATS = frozenset([float])
_NUMBERS = frozenset([float, int])


def _are_plain(values):
    """Whether all can be recorded as they are, with names seen before: what a training logs at nearly every step."""
    kinds = set(map(type, values.values()))
    if not _good_names.issuperset(values):
        return False
    return _FLOATS.issuperset(kinds) or (_NUMBERS.issuperset(kinds) and all(map(_is_plain, values.values())))


def _to_numbers(values):
    numbers = {}
    for name, value in values.items():
        if value is None:
            continue
        try:
            numbers[_to_name(name)] = _to_number(value)
        except Exception as error:  # pylint: disable=broad-except
            warn("%s is left out: %s" % (_short(name), _text(error)))
    if len(_good_names) > _GOOD_NAMES_MAX:
        _good_names.clear()
    _good_names.update(numbers)
    return numbers


def _to_number(value):
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int)) and -_INTEGER_MAX <= value <= _INTEGER_MAX:
        return int(value)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError("a %s is no number" % type(value).__name__)
    return float(value)


def _to_step(step, values):
    try:
        number = _to_number(step)
        if number - number == 0:
            return number
        problem = "it is %r" % number
    except Exception as error:  # pylint: disable=broad-except
        problem = _text(error)
    names = ", ".join(_short(name) for name in list(values)[:5])
    raise ValueError("%s left out, a step is a finite number: %s" % (names + (", ..." if len(values) > 5 else ""), problem))


def _to_name(name):
    name = str(name)
    problem = problem_of_name(name)
    if problem is not None:
        raise ValueError("its name %s" % problem)
    return name


def _short(name):
    text = _text(name)
    text = text if len(text) <= 60 else text[:57] + "..."
    return text if text and text.isprintable() else repr(text)


def _parts(values):
    items = list(values.items())
    return [dict(items[at : at + RECORD_POINTS_MAX]) for at in range(0, len(items), RECORD_POINTS_MAX)]


# Python 3.11 and later refuse to write an integer of more than 4300 decimal digits.
_DECIMAL_BITS_MAX = 14000


def _to_json(value, levels):
    if isinstance(value, float):
        # JSON has no NaN and no infinities: the server reads these as floats.
        return value if value - value == 0 else {"$float": "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")}
    if isinstance(value, int) and value.bit_length() > _DECIMAL_BITS_MAX:
        return hex(value)
    if isinstance(value, str):
        return _checked(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (list, tuple, dict)) and levels == 0:
        raise ValueError("it has more than %d levels" % PARAM_LEVELS_MAX)
    if isinstance(value, (list, tuple)):
        return [_to_json(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return dict((_checked(str(key)), _to_json(item, levels - 1)) for key, item in value.items())
    if hasattr(value, "item"):
        try:
            return _to_json(value.item(), levels)
        except Exception:  # pylint: disable=broad-except
            pass
    return _checked(str(value))


def _checked(text):
    if "\0" in text:
        raise ValueError("it has a NUL character")
    return text


def _hash(path):
    digest = hashlib.sha256()
    size = 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1048576), b""):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
