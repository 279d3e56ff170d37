"""Records as the server reads them: one line of JSON each."""

import json
import math

# The server takes batches of 8 MB; a record that fills one alone could never be delivered.
LINE_CHARS_MAX = 7000000

encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=str).encode


def to_line(record):
    """The line of a record, or None when there is no way to write it down."""
    try:
        line = _metrics_line(record) if record[0] == "m" else encode(record[1])
        if "\\ud" in line:
            line = _whole_characters(line)
    except Exception:  # pylint: disable=broad-except
        return None
    return line if len(line) <= LINE_CHARS_MAX else None


def _metrics_line(record):
    _, step, at, values = record
    message = {"k": "m", "s": step, "t": at, "v": values}
    try:
        numbers = (step, at) + tuple(values.values())
        total = sum(numbers)
        # Of finite numbers Python's spelling is JSON's, and a filled-in form costs a third of the encoder.
        return _form(tuple(values)) % numbers if total - total == 0 else encode(message)
    except ValueError:
        # JSON has no NaN and no infinities.
        message["v"] = dict((name, _finite(value)) for name, value in values.items())
        message["s"] = step if math.isfinite(step) else 0
        return encode(message)


def _whole_characters(line):
    """Names of files that are no UTF-8 come as halves of characters, which no database takes."""
    text = json.dumps(json.loads(line), ensure_ascii=False)
    return encode(json.loads(text.encode("utf-8", "replace").decode("utf-8")))


_forms = {}
_FORMS_MAX = 1000


def _form(names):
    form = _forms.get(names)
    if form is None:
        if len(_forms) >= _FORMS_MAX:
            _forms.clear()
        fields = ",".join(encode(name).replace("%", "%%") + ":%r" for name in names)
        form = _forms[names] = '{"k":"m","s":%r,"t":%r,"v":{' + fields + "}}"
    return form


def _finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    return value
