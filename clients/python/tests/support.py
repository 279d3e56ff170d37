"""Shared parts of the tests: a folder and a fake server for each test, scripts in processes, a reader of the spool."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from hagane._settings import Settings
from hagane._writer import Writer, new_uuid

from .fake_server import TOKEN, FakeServer

CLIENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hagane-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.spool_dir = os.path.join(self.folder, "spool")
        self.run_id = new_uuid()

    def start_server(self):
        self.server = FakeServer()
        self.addCleanup(self.server.stop)
        self.ledger = self.server.ledger
        return self.server

    def env(self, **more):
        """Returns the variables of a client, with the address of the fake server if it was started."""
        env = {"HAGANE_DATA": self.folder, "HAGANE_SPOOL": self.spool_dir, "HAGANE_TOKEN": TOKEN}
        server = getattr(self, "server", None)
        if server is not None:
            env["HAGANE_HOST"] = server.url
        env.update(more)
        return env

    def managed_env(self, **more):
        """Returns the variables of a client inside a run that Hagane started."""
        outputs = os.path.join(self.folder, "outputs")
        return self.env(HAGANE_RUN_ID=self.run_id, HAGANE_ATTEMPT="1", HAGANE_OUTPUTS=outputs, **more)

    def writer(self, **more):
        writer = Writer(Settings(self.env(**more)), self.run_id, 1)
        self.addCleanup(writer.close, 0.1)
        return writer

    def script(self, code, env, wait=True):
        """Runs a script; returns (exit status, output, errors, seconds), or the process if not waiting."""
        # Each script has its own file: one that is still starting must not read the code of the next one.
        handle, path = tempfile.mkstemp(prefix="script", suffix=".py", dir=self.folder)
        with os.fdopen(handle, "w") as file:
            file.write(code)

        base = {"PATH": os.environ.get("PATH", ""), "HOME": self.folder, "PYTHONPATH": CLIENT, "PYTHONWARNINGS": "ignore"}
        started = time.time()
        process = subprocess.Popen(
            [sys.executable, path], env=dict(base, **env), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True
        )

        if not wait:
            self.addCleanup(_end_process, process)
            return process

        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise

        return process.returncode, out, err, time.time() - started

    def succeed(self, code, env):
        status, out, err, _ = self.script(code, env)
        self.assertEqual(status, 0, err)
        return out, err

    def wait_until(self, condition, timeout_s=20):
        deadline = time.time() + timeout_s
        while not condition():
            self.assertLess(time.time(), deadline, "it did not happen in time")
            time.sleep(0.02)

    def assert_nothing_spooled(self):
        names = os.listdir(self.spool_dir) if os.path.isdir(self.spool_dir) else []
        self.assertEqual(names, [])

    def assert_each_once(self, ledger):
        """Checks that the records of each writer arrived in order, without a gap or a repeat."""
        numbers = {}
        for _, writer, number, _ in ledger.records:
            numbers.setdefault(writer, []).append(number)
        for found in numbers.values():
            self.assertEqual(found, list(range(1, len(found) + 1)))

    def spools(self):
        return read_spools(self.spool_dir)


def put_values(writer, values, name="x"):
    """Logs a metric once for each value. The value is also the step."""
    for value in values:
        writer.put(("m", value, 1.5, {name: value}))


def read_spools(folder):
    """Reads all spools by the rules of `hagane sync`. Returns {writer: (meta, {number: record})}."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    spools = {}

    for name in names:
        if name.endswith(".meta.json"):
            with open(os.path.join(folder, name)) as file:
                meta = json.load(file)
            records = {}
            for segment in names:
                if segment.startswith(meta["writer"] + ".") and segment.endswith(".jsonl"):
                    for number, record in _read_segment(os.path.join(folder, segment)):
                        if number in records:
                            raise AssertionError("record %d lies there twice" % number)
                        records[number] = record
            spools[meta["writer"]] = (meta, records)

    return spools


def _read_segment(path):
    with open(path, "rb") as file:
        lines = file.read().decode("utf-8").split("\n")[:-1]
    if not lines:
        return []
    first = json.loads(lines[0])["first"]
    if not path.endswith(".%015d.jsonl" % first):
        raise AssertionError("the name of %s does not say its first record" % path)
    return [(first + at, json.loads(line)) for at, line in enumerate(lines[1:])]


def _end_process(process):
    if process.poll() is None:
        process.kill()
    # Python 3.6 cannot communicate with a process a second time.
    if not process.stdout.closed:
        process.communicate()
