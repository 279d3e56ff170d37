"""Tests that all records of a process are on the server or on disk, however it ends."""

import os
import sys
import unittest

from hagane._backlog import Backlog
from hagane._spool import Spool

from .support import Case

START = "import atexit, multiprocessing, os, signal, sys, threading, time\n"
EXPERIMENT = "from hagane import Experiment\nexperiment = Experiment()\n"
LOG = "for at in range(100): experiment.log_metrics(step=at, x=at)\n"
WORK = "def work(at): experiment.log_metrics(step=at, x=at)\n"
SIGNALS = "os.kill(os.getpid(), signal.%s)\ntime.sleep(30)\n"

# Scripts that log the values 0 to 99 and end in different ways.
ENDINGS = {
    "os._exit": EXPERIMENT + LOG + "os._exit(0)\n",
    "SIGTERM": EXPERIMENT + LOG + SIGNALS % "SIGTERM",
    "SIGKILL": EXPERIMENT + LOG + SIGNALS % "SIGKILL",
    "a segmentation fault": EXPERIMENT + LOG + "import ctypes\nctypes.string_at(0)\n",
    "os.abort": EXPERIMENT + LOG + "os.abort()\n",
    "another program in its place": EXPERIMENT + LOG + "os.execv(sys.executable, [sys.executable, '-c', ''])\n",
    "a forked child that leaves by os._exit": EXPERIMENT + """
for at in range(50): experiment.log_metrics(step=at, x=at)
if os.fork() == 0:
    for at in range(50, 100): experiment.log_metrics(step=at, x=at)
    os._exit(0)
os.wait()
""",
    "a thread that ends the process while others log": EXPERIMENT + """
ready = threading.Barrier(4)
def log(first):
    for at in range(first, first + 25): experiment.log_metrics(step=at, x=at)
    if ready.wait() == 0: os._exit(0)
    time.sleep(30)
for first in (0, 25, 50, 75): threading.Thread(target=log, args=(first,)).start()
""",
    "exit handlers registered before the import": "atexit.register(lambda: [work(at) for at in range(100)])\n" + EXPERIMENT + WORK,
    "a finalizer at the end of the interpreter": EXPERIMENT + """
class Last(object):
    def __del__(self):
        for at in range(100): experiment.log_metrics(step=at, x=at)
last = Last()
""",
    "a finalizer after other records": EXPERIMENT + """
for at in range(99): experiment.log_metrics(step=at, x=at)
class Last(object):
    def __init__(self): self.me = self
    def __del__(self): experiment.log_metrics(step=99, x=99)
last = Last()
""",
    "a generator that is left open": EXPERIMENT + """
def values():
    try:
        while True: yield 1
    finally:
        for at in range(100): experiment.log_metrics(step=at, x=at)
generator = values()
next(generator)
""",
}
for method in ("fork", "spawn", "forkserver"):
    ENDINGS["a pool of %s that is cut short" % method] = EXPERIMENT + WORK + """
if __name__ == "__main__":
    with multiprocessing.get_context(%r).Pool(3) as pool: pool.map(work, range(100))
""" % method
    ENDINGS["workers of %s with an experiment of the script" % method] = EXPERIMENT + """
def many(first):
    for at in range(first, first + 50): experiment.log_metrics(step=at, x=at)
if __name__ == "__main__":
    context = multiprocessing.get_context(%r)
    workers = [context.Process(target=many, args=(first,)) for first in (0, 50)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert [worker.exitcode for worker in workers] == [0, 0]
""" % method

# Endings after which all records are on the server and none is left for `hagane sync`.
DELIVERED = ["workers of %s with an experiment of the script" % method for method in ("fork", "spawn", "forkserver")]


@unittest.skipUnless(hasattr(os, "fork"), "this system cannot fork")
class Endings(Case):
    def test_every_record_is_on_the_server_or_on_the_disk(self):
        for name, code in ENDINGS.items():
            with self.subTest(name):
                self.start_server()
                self.spool_dir = os.path.join(self.folder, name.replace(" ", "-"))
                self.script(START + code, self.managed_env())
                spooled = [record["v"]["x"] for _, records in self.spools().values() for record in records.values()]
                self.assertEqual(sorted(set(self.ledger.values("x") + spooled)), list(range(100)))
                self.assert_each_once(self.ledger)
                if name in DELIVERED:
                    self.assertEqual(sorted(self.ledger.values("x")), list(range(100)))
                    self.assert_nothing_spooled()

    def test_a_run_created_in_a_worker_of_a_forkserver_ends(self):
        self.start_server()
        self.succeed(START + """
if __name__ != "__main__":
    from hagane import Experiment
    experiment = Experiment(name="of the worker")
    experiment.log_metrics(x=1)
def work(): pass
if __name__ == "__main__":
    worker = multiprocessing.get_context("forkserver").Process(target=work)
    worker.start()
    worker.join()
""", self.env())

        self.assertEqual(self.ledger.values("x"), [1])
        self.assertEqual([record["v"] for record in self.ledger.of_kind("s")], ["succeeded"])
        self.assert_nothing_spooled()


class RecordsOnDisk(Case):
    def backlog(self):
        return Backlog(Spool(self.spool_dir, "w", {"run": self.run_id, "attempt": 1, "create": None}))

    def values(self):
        return [record["x"] for _, record in sorted(self.spools()["w"][1].items())]

    def test_another_process_can_read_a_record_when_append_returns(self):
        backlog = self.backlog()
        for at in range(50):
            backlog.append(b'{"x":%d}\n' % at)
            self.assertEqual(self.values(), list(range(at + 1)))
        meta = self.spools()["w"][0]
        self.assertEqual((meta["pid"], meta["closed"]), (os.getpid(), False))

    def test_a_signal_handler_can_log_during_a_call_without_waiting(self):
        backlog = self.backlog()
        backlog.append(b'{"x":0}\n')
        segment = backlog._segments[0]
        store = segment.append

        def interrupted(line):
            segment.append = store
            # A signal handler would do this while the line is written.
            backlog.append(b'{"x":2}\n')
            self.assertEqual(self.values(), [0])
            store(line)

        segment.append = interrupted
        backlog.append(b'{"x":1}\n')
        self.assertEqual(self.values(), [0, 1, 2])

    def test_an_interrupted_call_loses_only_its_own_record(self):
        backlog = self.backlog()
        backlog.append(b'{"x":0}\n')
        segment = backlog._segments[0]
        file = segment._file

        class Interrupted(object):
            def write(self, data):
                file.write(data[:3])
                raise KeyboardInterrupt()

            truncate, close = file.truncate, file.close

        segment._file = Interrupted()
        self.assertRaises(KeyboardInterrupt, backlog.append, b'{"x":1}\n')

        backlog.append(b'{"x":2}\n')
        self.assertEqual(self.values(), [0, 2])
        self.assertEqual((backlog.last, backlog.dropped), (2, 0))

    def test_a_program_that_closes_all_file_descriptors_loses_no_record(self):
        backlog = self.backlog()
        for at in range(3):
            if at == 2:
                os.close(backlog._segments[0]._file.fileno())
            backlog.append(b'{"x":%d}\n' % at)
        self.assertEqual((self.values(), len(backlog._segments)), ([0, 1, 2], 2))

    def test_a_record_that_is_written_in_pieces_is_complete(self):
        backlog = self.backlog()
        backlog.append(b'{"x":0}\n')
        segment = backlog._segments[0]
        file = segment._file

        class Slow(object):
            def write(self, data):
                return file.write(data[:3])

        segment._file = Slow()
        backlog.append(b'{"x":1}\n')
        self.assertEqual(self.values(), [0, 1])

    def test_append_returns_lines_that_come_after_seal(self):
        backlog = self.backlog()
        backlog.append(b'{"x":0}\n')
        backlog.seal()
        self.assertEqual(backlog.append(b'{"x":1}\n'), [b'{"x":1}\n'])
        self.assertEqual(self.values(), [0])


if sys.platform == "linux":

    class Identity(Case):
        def test_the_meta_file_identifies_its_process(self):
            self.succeed("import os, hagane\nhagane.Experiment().log_metrics(x=1)\nos._exit(0)\n", self.managed_env(HAGANE_OFFLINE="1"))
            ((meta, _),) = self.spools().values()
            with open("/proc/sys/kernel/random/boot_id") as file:
                self.assertEqual(meta["boot"], file.read().strip())
            self.assertRegex(meta["startedAt"], r"\A[0-9]+\Z")
