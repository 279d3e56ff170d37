"""The public classes and functions of the client."""

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

# Largest number of metrics in one record.
RECORD_POINTS_MAX = 1000
# Largest nesting of lists and dicts in the value of a parameter.
PARAM_LEVELS_MAX = 20
MESSAGE_CHARS_MAX = 5000
# Larger integers become floats: the server stores metrics as float64, which is exact only up to here.
_INTEGER_MAX = 2 ** 53

_settings = Settings()
_managed_writer = None
# Argument of the last sys.exit of the main thread.
_exit_code = None


def _never_raise(method):
    """Makes a method print each exception as a warning and return None: tracking must not end a training."""

    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # pylint: disable=broad-except
            warn("%s: %s" % (method.__name__, _text(error)))
            return None

    return guarded


def _text(value):
    """Returns the text of a value, cut to MESSAGE_CHARS_MAX; the name of its type if `str` fails."""
    try:
        return str(value)[:MESSAGE_CHARS_MAX]
    except Exception:  # pylint: disable=broad-except
        return type(value).__name__


class _Run(object):
    """The run of this process: the one that Hagane started, or a new one in a script started by hand."""

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
        """Registers handlers that record how the script ends: nothing else observes a script started by hand."""
        pid = os.getpid()
        previous = sys.excepthook

        def on_error(kind, error, trace):
            if os.getpid() == pid:
                self._end_by(kind, error)
            previous(kind, error, trace)

        def on_exit():
            # In a worker process of multiprocessing (Python 3.12 or
            # earlier), its exception is still being handled here.
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

        # With this empty record, the run is created even if the script logs nothing.
        self._writer.put(("p", {"k": "p", "v": {}}))

    def _end_by(self, kind, error):
        """Records that the script ended by an exception. `sys.exit()` and `sys.exit(0)` count as success."""
        if kind is SystemExit and error is not None and error.code in (None, 0):
            self._end("succeeded")
        else:
            self._end("failed", "%s: %s" % (kind.__name__, _text(error)))

    def _end(self, status, message=""):
        """Records how the run ended, if this script created it. Only the first call has an effect."""
        # A forked child must not end the run of its parent.
        if self._status is None and not _settings.is_managed and self._pid == os.getpid():
            self._status = status
            self._writer.put(("s", {"k": "s", "v": status, "m": message}))

    @_never_raise
    def end(self):
        """Ends a run that this script created, as succeeded, and sends the remaining records.

        Waits about 8 seconds at most; records that could not be sent stay on disk for `hagane sync`. If Hagane started
        the run, or the run has already ended, this only sends records.
        """
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
        """Records values of metrics: `log_metrics(loss=0.3)` or `log_metrics({"val/loss": 0.3}, step=10)`.

        metrics: dict of values by name; keyword arguments add to it. A name has 1 to 250 characters. A value is a
            number, or a scalar of numpy or torch. NaN and infinite values are recorded. None is left out without a
            warning. Other values and bad names are left out with a warning, and the rest is recorded.
        step: any finite number, which need not increase. By default 0, 1, 2, ... for the calls of this process without
            a step. With a step that is not a finite number, nothing is recorded, and a warning is printed.

        The time of the values is the time of the call.
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
        """Records parameters: `log_params(lr=0.1)` or `log_params({"layers": [64, 32]})`.

        params: dict of values by name; keyword arguments add to it. A name has 1 to 250 characters. A value is a text,
            a number, a boolean, None, a scalar of numpy or torch, or a list, tuple or dict of up to 20 levels. Other
            values are recorded as their text. NaN, infinities and all digits of integers are kept.

        A later value of a name replaces the earlier one. A name or value that cannot be recorded is left out with a
        warning, and the others are recorded.
        """
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

        # Parameters that are too long together for one record may fit if each has a record of its own.
        for part in [found] if size < LINE_CHARS_MAX else [{name: value} for name, value in found.items()]:
            if part:
                self._writer.put(("p", {"k": "p", "v": part}))

    @_never_raise
    def log_tags(self, *tags):
        """Adds tags to the run: `log_tags("a", "b")`, `log_tags(["a", "b"])` or `log_tags("a, b")`.

        A tag has up to 250 characters. A longer tag is left out with a warning, an empty one without.
        """
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
        """Copies a file into the outputs folder of the run and records its size and SHA-256.

        path: path of the file. If this is the path of the copy itself, nothing is copied.
        name: path of the copy, relative to the outputs folder and inside it; by default the file's own name.

        Returns the path of the copy; None, after a warning, if the file cannot be recorded. In a script started by hand
        there is no outputs folder: the file is recorded where it is, and `path` is returned.
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
        """Calls `log_artifact` for each file in a folder and its subfolders.

        Names of the copies begin with the name of the folder: `log_artifacts("out/charts")` makes `charts/a.png`.
        """
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
        """Records a hash of data as the parameter `data_ref.NAME`: 12 hexadecimal digits of the MD5 of `str(data)`.

        data_name: the NAME of the parameter. Other keyword arguments have no effect.
        """
        digest = hashlib.md5(str(data).encode("utf-8", "replace")).hexdigest()[:12]
        self.log_params({"data_ref.%s" % data_name: digest})

    @property
    def outputs_store(self):
        """For scripts written for Polyaxon: `upload_file` is `log_artifact`, and `upload_dir` is `log_artifacts`."""
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
        """Returns names and ids of the run as Polyaxon passes them to an experiment; {} outside of one."""
        return _mapping(os.environ.get("POLYAXON_EXPERIMENT_INFO"))

    @staticmethod
    def get_job_info():
        """Returns names and ids of the run as Polyaxon passes them to a job; {} outside of one."""
        return _mapping(os.environ.get("POLYAXON_JOB_INFO"))

    def log_succeeded(self):
        """The same as `end`. Whether a run that Hagane started has succeeded depends on its exit status only."""
        self.end()

    def log_failed(self, message="", **_ignored):
        """Ends a run that this script created, as failed, and sends the remaining records.

        message: the reason, cut to 5,000 characters. Whether a run that Hagane started has failed depends on its exit
            status only. Other keyword arguments have no effect.
        """
        self._end("failed", _text(message))
        self.end()

    succeeded = log_succeeded
    failed = log_failed

    @property
    def delivery(self):
        """Numbers of records logged here: `sent` (durable on the server), `pending` (kept here) and `dropped` (lost).
        """
        return self._writer.delivery

    @property
    def params(self):
        """Parameters with which the run was started, by name; {} in a script started by hand."""
        return get_params()

    @property
    def outputs_path(self):
        """Path of the run's outputs folder, the same for each attempt; None in a script started by hand."""
        return get_outputs_path()

    @property
    def checkpoint_dir(self):
        """Path of the folder for checkpoints, the same for each attempt; None in a script started by hand.

        Only a trial that trains from scratch at each rung has another folder for each rung.
        """
        return get_checkpoint_dir()

    @property
    def attempt(self):
        """Number of this attempt of the run, from 1."""
        return _settings.attempt

    @property
    def resumed(self):
        """Whether `checkpoint_dir` may have a checkpoint of an earlier attempt or of the run that this one resumes."""
        return bool(os.environ.get("HAGANE_RESUMED"))


class _OutputsStore(object):
    def __init__(self, run):
        self.upload_file = run.log_artifact
        self.upload_dir = run.log_artifacts


class Experiment(_Run):
    """A run for a training: records its parameters, metrics, tags and files.

    Inside a run that Hagane started, this is that run. In a script started by hand, it is a new run. The new run ends
    with `end`, with its `with` block or with the script: failed after an exception or `sys.exit(1)`, else succeeded.

    name: name of the new run, cut to 250 characters. It has no effect inside a run that Hagane started. Other keyword
        arguments have no effect.

    The attribute `run_id` is the id of the run, a UUID. Methods that record raise no exceptions: they print each
    mistake once on standard error.
    """

    _kind = "experiment"


class Job(_Run):
    """A run for other work, such as making a data set. It has all methods of Experiment."""

    _kind = "job"


def get_outputs_path():
    """Returns the path of the run's outputs folder, created if needed; None in a script started by hand."""
    return _folder("HAGANE_OUTPUTS")


def get_checkpoint_dir():
    """Returns the path of the folder for checkpoints, created if needed; None in a script started by hand."""
    return _folder("HAGANE_CHECKPOINT_DIR")


def get_data_paths():
    """Returns a dict of folders for data sets by name; {} in a script started by hand. Does not create the folders."""
    return _mapping(os.environ.get("HAGANE_DATA_PATHS"))


def get_params():
    """Returns the parameters with which the run was started, by name; {} in a script started by hand."""
    return _mapping(os.environ.get("HAGANE_PARAMS") or _params_file())


def get_log_level():
    """Returns `logging.level` of the document, such as "INFO"; None in a script started by hand."""
    return os.environ.get("HAGANE_LOG_LEVEL") or None


def _folder(name):
    """Returns the path in an environment variable, and creates this folder; None if the variable is not set."""
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
    # `read` raises ValueError if the file is not UTF-8.
    except (OSError, ValueError) as error:
        warn("the parameters cannot be read: %s" % error)
        return ""


def _mapping(text):
    """Returns the JSON object in a text; an empty dict if there is none."""
    try:
        value = json.loads(text or "{}", parse_int=_integer)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _integer(digits):
    try:
        return int(digits)
    except ValueError:
        # By default, Python 3.11 and later converts no more than 4300 digits. The parameter stays a text.
        return digits


def _creation(kind, name):
    """Returns the request that creates a run for this script, as a dict without the id."""
    try:
        work_dir = os.getcwd()
    except OSError:
        # The working directory has been deleted.
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
    """Replaces `sys.exit` to store the argument of the main thread: exit handlers cannot read the exit status."""
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
    """Whether a value can be recorded as a metric without conversion."""
    kind = type(value)
    return kind is float or (kind is int and -_INTEGER_MAX <= value <= _INTEGER_MAX)


# Names of metrics that passed the check, so that each is checked once.
_good_names = set()
_GOOD_NAMES_MAX = 10000
_FLOATS = frozenset([float])
_NUMBERS = frozenset([float, int])


def _are_plain(values):
    """Whether all values can be recorded without conversion and all names have passed the check before."""
    kinds = set(map(type, values.values()))
    if not _good_names.issuperset(values):
        return False
    return _FLOATS.issuperset(kinds) or (_NUMBERS.issuperset(kinds) and all(map(_is_plain, values.values())))


def _to_numbers(values):
    """Returns the values that can be recorded, as int or float, by name.

    Warns about each bad name and value; leaves out None without a warning.
    """
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
    """Returns a value as int or float. Raises TypeError, or the error of the conversion, if it is no number."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int)) and -_INTEGER_MAX <= value <= _INTEGER_MAX:
        return int(value)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError("a %s is no number" % type(value).__name__)
    return float(value)


def _to_step(step, values):
    """Returns a step as a finite number. Raises ValueError, with the names of the metrics that are left out."""
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
    """Returns a name as text. Raises ValueError for a name that the server refuses."""
    name = str(name)
    problem = problem_of_name(name)
    if problem is not None:
        raise ValueError("its name %s" % problem)
    return name


def _short(name):
    """Returns a name for a message: at most 60 characters, printable."""
    text = _text(name)
    text = text if len(text) <= 60 else text[:57] + "..."
    return text if text and text.isprintable() else repr(text)


def _parts(values):
    """Splits metrics into dicts of at most RECORD_POINTS_MAX."""
    items = list(values.items())
    return [dict(items[at : at + RECORD_POINTS_MAX]) for at in range(0, len(items), RECORD_POINTS_MAX)]


# By default, Python 3.11 and later prints no integer of more
# than 4300 decimal digits. An integer of 14,000 bits has fewer.
_DECIMAL_BITS_MAX = 14000


def _to_json(value, levels):
    """Returns the value of a parameter as JSON can represent it. Raises ValueError if the server would refuse it.

    levels: how many levels of lists and dicts the value may have.
    """
    if isinstance(value, float):
        # JSON has no NaN and no infinities. The server reads these objects as floats.
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
    """Returns the text unchanged. Raises ValueError if it has a NUL character, which the server refuses."""
    if "\0" in text:
        raise ValueError("it has a NUL character")
    return text


def _hash(path):
    """Returns the size of a file in bytes and its SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    size = 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1048576), b""):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
