"""Encoding of tracking records for the server: one line of JSON each."""

import json
from json import loads

# The server accepts batches of up to 8 MB. A record that does not fit into one could never be delivered.
LINE_CHARS_MAX = 7000000
# Longest name, in UTF-16 code units, as the server counts.
NAME_UNITS_MAX = 250

encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=str).encode


def to_line(record):
    """Returns the JSON of a record with a line end, as bytes. Raises ValueError if it cannot be encoded or is too long.

    record: ("m", step, time in seconds since 1970, {metric: number}) for metrics, (kind, JSON object) for other kinds.
    """
    line = _metrics_line(*record) if record[0] == "m" else encode(record[1])
    if "\\ud" in line:
        line = _whole_characters(line)
    if len(line) > LINE_CHARS_MAX:
        raise ValueError("it has %d characters, and %d are taken: %.60s" % (len(line), LINE_CHARS_MAX, line))
    return line.encode("ascii") + b"\n"


def problem_of_name(name):
    """Returns why the server refuses a name of a metric, a parameter, a tag or a file; None if it accepts the name.

    The reason is the end of a sentence, such as "is empty".
    """
    if not name:
        return "is empty"
    if "\0" in name:
        return "has a NUL character"
    # A character has at most two code units, so that a name of half the limit needs no exact count.
    if len(name) * 2 > NAME_UNITS_MAX and units_of(name) > NAME_UNITS_MAX:
        return "has %d characters, and %d are taken" % (units_of(name), NAME_UNITS_MAX)
    return None


def units_of(text):
    """Returns the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_text(text, units_max):
    """Returns the text cut to `units_max` UTF-16 code units, without characters that the server refuses.

    NUL characters are removed, and lone surrogates become "?".
    """
    text = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return text.encode("utf-16-le")[: units_max * 2].decode("utf-16-le", "ignore")


def _metrics_line(_, step, at, values):
    """Returns the JSON of a metrics record. `at` is in seconds since 1970."""
    numbers = (step, at) + tuple(values.values())

    # NaN and infinities make the sum NaN or infinite.
    total = sum(numbers)
    if total - total == 0:
        # Python's `repr` of a finite number is valid JSON. Filling in
        # a template takes a third of the time of the JSON encoder.
        names = tuple(values)
        return (_forms.get(names) or _form(names)) % numbers

    # JSON has no NaN and no infinities. The server accepts strings such as "NaN" for them.
    return encode({"k": "m", "s": step, "t": at, "v": dict((name, _finite(value)) for name, value in values.items())})


def _whole_characters(line):
    """Returns the line without lone surrogates, which the server refuses.

    Python represents each byte of a file name that is not UTF-8 as a surrogate, U+DC80 to U+DCFF. Such a surrogate
    becomes text like `\\xE9`, any other one "?".
    """
    text = json.JSONEncoder(ensure_ascii=False).encode(loads(line))
    text = "".join("\\\\x%02X" % (ord(char) - 0xDC00) if "\udc80" <= char <= "\udcff" else char for char in text)
    return encode(loads(text.encode("utf-8", "replace").decode("utf-8")))


# Templates of metrics records by the tuple of metric names: a training logs the same names again and again.
_forms = {}
_FORMS_MAX = 1000


def _form(names):
    """Creates the template for a tuple of metric names. Its placeholders are step, time and one value per name."""
    if len(_forms) >= _FORMS_MAX:
        _forms.clear()
    fields = ",".join(encode(name).replace("%", "%%") + ":%r" for name in names)
    form = _forms[names] = '{"k":"m","s":%r,"t":%r,"v":{' + fields + "}}"
    return form


def _finite(value):
    """Returns the string that stands for NaN or an infinity, and any other value unchanged."""
    if isinstance(value, float) and value - value != 0:
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    return value
