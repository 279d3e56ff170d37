"""Records as the server reads them: one line of JSON each."""

import json
from json import loads

# The server takes batches of 8 MB; a record that fills one alone could never be delivered.
LINE_CHARS_MAX = 7000000
NAME_UNITS_MAX = 250

encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=str).encode


def to_line(record):
    """The line of a record, with its end. Raises ValueError when there is no way to write it down."""
    line = _metrics_line(*record) if record[0] == "m" else encode(record[1])
    if "\\ud" in line:
        line = _whole_characters(line)
    if len(line) > LINE_CHARS_MAX:
        raise ValueError("it has %d characters, and %d are taken: %.60s" % (len(line), LINE_CHARS_MAX, line))
    return line.encode("ascii") + b"\n"


def problem_of_name(name):
    """Why the server refuses a name of a metric, a parameter, a tag or a file; None when it takes it."""
    if not name:
        return "is empty"
    if "\0" in name:
        return "has a NUL character"
    # The server counts as JavaScript does: a character beyond the first 65,536 takes two.
    if len(name) * 2 > NAME_UNITS_MAX and units_of(name) > NAME_UNITS_MAX:
        return "has %d characters, and %d are taken" % (units_of(name), NAME_UNITS_MAX)
    return None


def units_of(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_text(text, units_max):
    """The text without what no database takes, as long as the server allows."""
    text = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return text.encode("utf-16-le")[: units_max * 2].decode("utf-16-le", "ignore")


def _metrics_line(_, step, at, values):
    numbers = (step, at) + tuple(values.values())
    total = sum(numbers)
    if total - total == 0:
        # Of finite numbers Python's spelling is JSON's, and a filled-in form costs a third of the encoder.
        names = tuple(values)
        return (_forms.get(names) or _form(names)) % numbers
    # JSON has no NaN and no infinities.
    return encode({"k": "m", "s": step, "t": at, "v": dict((name, _finite(value)) for name, value in values.items())})


def _whole_characters(line):
    """Names of files that are no UTF-8 come as halves of characters, which no database takes: their bytes stand as `\\xE9`."""
    text = json.JSONEncoder(ensure_ascii=False).encode(loads(line))
    text = "".join("\\\\x%02X" % (ord(char) - 0xDC00) if "\udc80" <= char <= "\udcff" else char for char in text)
    return encode(loads(text.encode("utf-8", "replace").decode("utf-8")))


_forms = {}
_FORMS_MAX = 1000


def _form(names):
    if len(_forms) >= _FORMS_MAX:
        _forms.clear()
    fields = ",".join(encode(name).replace("%", "%%") + ":%r" for name in names)
    form = _forms[names] = '{"k":"m","s":%r,"t":%r,"v":{' + fields + "}}"
    return form


def _finite(value):
    if isinstance(value, float) and value - value != 0:
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    return value
