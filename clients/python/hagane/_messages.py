"""Messages of the client to the person who runs the program: lines on standard error."""

import os
import sys

WARNINGS_MAX = 20

_warned = set()


def tell(message):
    """Writes a line on standard error, if there is one."""
    try:
        sys.stderr.write("hagane: %s\n" % message)
        # Before Python 3.9 it waits in a buffer, which a worker that leaves by os._exit throws away.
        sys.stderr.flush()
    except Exception:  # pylint: disable=broad-except
        pass


def warn(message):
    """Writes a line once, and no more than twenty different ones: a training may repeat a mistake at every step."""
    if message not in _warned and len(_warned) < WARNINGS_MAX:
        _warned.add(message)
        tell(message)


def debug(error):
    if os.environ.get("HAGANE_DEBUG"):
        tell("%r" % (error,))
