"""Settings from the process environment: the run of this process, and how to reach the server."""

import json
import os


class Settings(object):
    """Values of the `HAGANE_...` variables, read when the object is created.

    run_id: id of the run that this process belongs to; None in a script started by hand.
    attempt: number of the attempt, from 1.
    is_offline: whether records are only written to disk and never sent.
    data_dir: data directory of the server on this machine, an absolute path.
    spool_dir: folder for records that the server has not acknowledged yet, an absolute path.
    """

    def __init__(self, env=None):
        env = os.environ if env is None else env
        self.run_id = env.get("HAGANE_RUN_ID") or None
        self.attempt = _to_int(env.get("HAGANE_ATTEMPT"), 1)
        self.is_offline = (env.get("HAGANE_OFFLINE") or "").lower() in ("1", "true", "yes")
        self.data_dir = env.get("HAGANE_DATA") or os.path.join(
            env.get("XDG_DATA_HOME") or os.path.join(env.get("HOME") or os.path.expanduser("~"), ".local", "share"), "hagane"
        )
        # Absolute paths, because the program may change its working directory later.
        self.data_dir = _absolute(self.data_dir)
        self.spool_dir = _absolute(env.get("HAGANE_SPOOL") or os.path.join(self.data_dir, "spool"))
        self._host = env.get("HAGANE_HOST") or None
        self._token = env.get("HAGANE_TOKEN") or None

    @property
    def is_managed(self):
        """Whether this process belongs to a run that Hagane started."""
        return self.run_id is not None

    def server(self):
        """Returns (URL, token) of the server; None if one is missing or the client is offline.

        HAGANE_HOST and HAGANE_TOKEN take precedence over the files `server.json` and `token` of the data directory.
        Call this before each connection: a server may restart at another address.
        """
        if self.is_offline:
            return None

        host, token = self._host, self._token
        if host is None:
            state = _read_json(os.path.join(self.data_dir, "server.json"))
            host = state.get("url") if isinstance(state, dict) else None
        if token is None:
            token = (_read_text(os.path.join(self.data_dir, "token")) or "").strip()

        return (host.rstrip("/"), token) if host and token else None


def _to_int(text, default):
    try:
        return int(text)
    except (TypeError, ValueError):
        return default


def _absolute(path):
    try:
        return os.path.abspath(path)
    except OSError:
        # The working directory no longer exists.
        return path


def _read_text(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8")
    except (OSError, ValueError):
        return None


def _read_json(path):
    try:
        return json.loads(_read_text(path) or "null")
    except ValueError:
        return None
