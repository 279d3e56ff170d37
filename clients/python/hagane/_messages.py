"""Messages for the person who runs the program, as lines on standard error."""

import os
import sys

# Largest number of different warnings that one process prints.
WARNINGS_MAX = 20

_warned = set()


def print_line(message):
    """Prints a line on standard error. Does nothing if the process has no standard error."""
    try:
        sys.stderr.write("hagane: %s\n" % message)
        # Before Python 3.9 standard error has a buffer, and a worker process that ends by os._exit discards it.
        sys.stderr.flush()
    except Exception:  # pylint: disable=broad-except
        pass


def warn(message):
    """Prints a message once, and at most WARNINGS_MAX messages: a training may repeat a mistake at every step."""
    if message not in _warned and len(_warned) < WARNINGS_MAX:
        _warned.add(message)
        print_line(message)


def debug(error):
    """Prints an error that the client handles itself, if HAGANE_DEBUG is set."""
    if os.environ.get("HAGANE_DEBUG"):
        print_line("%r" % (error,))
