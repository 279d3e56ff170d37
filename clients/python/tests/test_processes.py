"""Tests of child processes, and of the ways in which a script can end."""

import os
import sys
import time
import unittest

from .support import Case, read_spools

START = "import multiprocessing, os, sys, threading, time\nimport hagane\n"


class Processes(Case):
    def setUp(self):
        Case.setUp(self)
        self.start_server()

    def ends(self):
        return [(record["v"], record["m"]) for record in self.ledger.of_kind("s")]

    def assert_children(self, children, per_child):
        """Checks that the values of each child arrived in order and that all writers are closed."""
        for child in range(children):
            self.assertEqual(self.ledger.values("c%d" % child), list(range(per_child)))
        self.assert_each_once(self.ledger)
        self.assertEqual([writer["closed"] for writer in self.ledger.writers.values()], [True] * len(self.ledger.writers))
        self.assert_nothing_spooled()


@unittest.skipUnless(hasattr(os, "fork"), "this system cannot fork")
class Children(Processes):
    def test_forks_while_threads_log_lose_no_record(self):
        _, err = self.succeed(START + """
experiment = hagane.Experiment()
is_over = False
def work():
    while not is_over:
        experiment.log_metrics(parent=1)
        time.sleep(0.0002)
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
pids = []
for child in range(6):
    time.sleep(0.1)
    pid = os.fork()
    if pid == 0:
        # New threads are the first to log here, all at once.
        def log(at):
            experiment.log_metrics({"c%d" % child: at}, step=at)
        workers = [threading.Thread(target=log, args=(at,)) for at in range(8)]
        [worker.start() for worker in workers]
        [worker.join() for worker in workers]
        experiment.end()
        os._exit(0)
    pids.append(pid)
for pid in pids:
    assert os.waitpid(pid, 0)[1] == 0
is_over = True
[thread.join() for thread in threads]
""", self.managed_env())

        self.assertEqual(err, "")
        for child in range(6):
            self.assertEqual(sorted(self.ledger.values("c%d" % child)), list(range(8)))
        self.assertEqual(len(self.ledger.writers), 7)
        self.assert_each_once(self.ledger)
        self.assert_nothing_spooled()

    def test_the_sending_thread_imports_no_module(self):
        # A fork during such an import would leave the child with an import lock that is never released.
        for host in (self.server.url, "https://\u92fc.example:1", "https://localhost:1", "http://a..b:1", "http://x:y"):
            out, _ = self.succeed(START + """
experiment = hagane.Experiment()
loaded = set(sys.modules)
experiment.log_metrics(x=1)
experiment._writer.close(2)
print(sorted(set(sys.modules) - loaded))
""", self.managed_env(HAGANE_HOST=host, PYTHONIOENCODING="utf-8"))
            self.assertEqual((host, out), (host, "[]\n"))

    def test_an_https_server_costs_a_python_without_ssl_a_warning_and_no_record(self):
        out, err = self.succeed("import sys\nsys.modules['ssl'] = None\n" + START + """
experiment = hagane.Experiment()
experiment.log_metrics(x=1)
print(experiment._writer.close(2))
""", self.managed_env(HAGANE_HOST=self.server.url.replace("http:", "https:")))
        self.assertNotIn("Traceback", err)

    def test_a_forked_child_that_exits_delivers_its_records(self):
        for env in (self.managed_env(), self.env()):
            self.ledger.records.clear()
            self.ledger.writers.clear()
            self.succeed(START + """
experiment = hagane.Experiment()
experiment.log_metrics(parent=0)
if os.fork() == 0:
    for at in range(20):
        experiment.log_metrics(c0=at)
    sys.exit(3)
os.wait()
experiment.log_metrics(parent=1)
""", env)
            self.assert_children(1, 20)
            self.assertEqual(self.ledger.values("parent"), [0, 1])
            steps = [record["s"] for record in self.ledger.of_kind("m") if "c0" in record["v"]]
            self.assertEqual(steps, list(range(20)))

        self.assertEqual(self.ends(), [("succeeded", "")])

    def test_a_forked_child_that_fails_does_not_end_the_run(self):
        self.succeed(START + """
experiment = hagane.Experiment()
if os.fork() == 0:
    experiment.log_metrics(c0=0)
    raise ValueError("in the child")
os.wait()
""", self.env())
        self.assert_children(1, 1)
        self.assertEqual(self.ends(), [("succeeded", "")])


class Workers(Processes):
    WORK = """
def work(child):
    experiment = hagane.Experiment()
    for at in range(20):
        experiment.log_metrics({"c%d" % child: at})
if __name__ == "__main__":
    multiprocessing.set_start_method(os.environ["METHOD"])
    workers = [multiprocessing.Process(target=work, args=(child,)) for child in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert [worker.exitcode for worker in workers] == [0, 0]
"""

    def test_workers_of_each_start_method_deliver_their_records(self):
        import multiprocessing

        for method in multiprocessing.get_all_start_methods():
            self.ledger.records.clear()
            self.ledger.writers.clear()
            self.succeed(START + self.WORK, self.managed_env(METHOD=method))
            self.assertEqual(len(self.ledger.writers), 2, method)
            self.assert_children(2, 20)

    def test_a_spawned_worker_can_log_to_the_experiment_of_its_parent(self):
        self.succeed(START + """
def work(experiment, child):
    for at in range(20):
        experiment.log_metrics({"c%d" % child: at})
if __name__ == "__main__":
    experiment = hagane.Experiment()
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(experiment, child)) for child in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert [worker.exitcode for worker in workers] == [0, 0]
    experiment.log_metrics(parent=1)
""", self.env())

        self.assertEqual(len(self.ledger.runs), 1)
        self.assertEqual(set(run for run, _ in self.ledger.writers), set(self.ledger.runs))
        self.assert_children(2, 20)
        self.assertEqual((self.ledger.values("parent"), self.ends()), ([1], [("succeeded", "")]))

    @unittest.skipUnless(hasattr(os, "fork"), "this system cannot fork")
    def test_a_worker_can_create_its_own_run(self):
        self.succeed(START + """
def work(child):
    experiment = hagane.Experiment(name="w%d" % child)
    experiment.log_metrics({"c%d" % child: 0})
    if child == 1:
        raise ValueError("one")
context = multiprocessing.get_context("fork")
workers = [context.Process(target=work, args=(child,)) for child in range(2)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
""", self.env())

        self.assert_children(2, 1)
        self.assertEqual(len(self.ledger.runs), 2)

        # From Python 3.13 on, the exit handlers of a worker run when its exception is no longer available.
        if sys.version_info < (3, 13):
            self.assertEqual(sorted(self.ends()), [("failed", "ValueError: one"), ("succeeded", "")])


class EndsOfScripts(Processes):
    def end_of(self, code, status):
        self.ledger.records.clear()
        found, _, err, _ = self.script(START + "experiment = hagane.Experiment()\nexperiment.log_metrics(x=1)\n" + code, self.env())
        self.assertEqual(found, status, err)
        self.assertEqual(self.ledger.values("x"), [1])
        ((status, message),) = self.ends()
        return status, message, err

    def test_the_exit_status_or_exception_of_a_script_decides_how_its_run_ends(self):
        self.assertEqual(self.end_of("", 0)[:2], ("succeeded", ""))
        self.assertEqual(self.end_of("sys.exit()", 0)[:2], ("succeeded", ""))
        self.assertEqual(self.end_of("sys.exit(0)", 0)[:2], ("succeeded", ""))
        self.assertEqual(self.end_of("sys.exit(4)", 4)[:2], ("failed", "exit 4"))
        self.assertEqual(self.end_of("sys.exit('no data')", 1)[:2], ("failed", "exit no data"))
        self.assertEqual(self.end_of("with experiment:\n    sys.exit(4)", 4)[:2], ("failed", "SystemExit: 4"))

        status, message, err = self.end_of("raise ValueError('x' * 100000)", 1)
        self.assertEqual((status, message[:14]), ("failed", "ValueError: xx"))
        self.assertIn("Traceback", err)
        self.assertLess(len(message), 10000)
        self.assert_nothing_spooled()

    def test_an_excepthook_of_the_program_still_runs(self):
        code = "def hook(*args):\n    print('mine')\nsys.excepthook = hook\nexperiment = hagane.Experiment()\nraise ValueError('x')\n"
        status, out, _, _ = self.script(START + code, self.env())
        self.assertEqual((status, out), (1, "mine\n"))
        self.assertEqual(self.ends(), [("failed", "ValueError: x")])

    def test_a_process_that_is_cut_off_leaves_all_records_on_disk(self):
        self.server.fault = "silent"
        # The script waits until its last record is on disk: a fixed time could be too short on a busy machine.
        code = START + """
experiment = hagane.Experiment()
for at in range(500):
    experiment.log_metrics(x=at)
folder = os.environ["HAGANE_SPOOL"]
def is_last_on_disk():
    names = os.listdir(folder) if os.path.isdir(folder) else []
    # Only segments: a meta file is written under another name, and may be renamed between listing and opening.
    return any('"x":499' in open(os.path.join(folder, name)).read() for name in names if name.endswith(".jsonl"))
deadline = time.time() + 60
while not is_last_on_disk() and time.time() < deadline:
    time.sleep(0.05)
exec(os.environ["LAST"])
"""
        lasts = ("os._exit(5)", "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 15)")
        folders = [os.path.join(self.folder, "spool%d" % at) for at in range(3)]
        scripts = [self.script(code, self.managed_env(LAST=last, HAGANE_SPOOL=folder), wait=False) for last, folder in zip(lasts, folders)]

        for script, folder, status in zip(scripts, folders, (5, -9, -15)):
            _, err = script.communicate()
            self.assertEqual(script.returncode, status, err)
            ((meta, records),) = read_spools(folder).values()
            self.assertEqual([records[number]["v"]["x"] for number in sorted(records)], list(range(500)))
            self.assertEqual((meta["closed"], meta["run"], meta["create"]), (False, self.run_id, None))

    def test_end_takes_less_than_a_second_if_the_server_is_down(self):
        self.server.stop()
        code = START + "experiment = hagane.Experiment()\nexperiment.log_metrics(x=1)\ntime.sleep(0.5)\nstarted = time.time()\nexperiment.end()\nprint(time.time() - started)"
        out, _ = self.succeed(code, self.managed_env())
        self.assertLess(float(out), 1)

    @unittest.skipUnless(os.name == "posix", "needs limits of POSIX")
    def test_a_limit_of_file_sizes_loses_no_record(self):
        code = START + """
import resource
limit = int(os.environ["LIMIT"])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
experiment = hagane.Experiment()
for at in range(2000):
    experiment.log_metrics(x=at)
    if at % 500 == 0:
        time.sleep(0.1)
"""

        for limit, told in (("30000", r"\A\Z"), ("100", r"\Ahagane: records wait in memory, since the disk does not take them: .*\n\Z")):
            self.ledger.records.clear()
            self.ledger.writers.clear()
            _, err = self.succeed(code, self.managed_env(LIMIT=limit))
            self.assertRegex(err, told)
            self.assertEqual(self.ledger.values("x"), list(range(2000)))
            self.assert_nothing_spooled()

    def test_a_script_that_ends_at_once_delivers_its_record(self):
        started = time.time()
        self.succeed(START + "hagane.Experiment().log_metrics(x=1)", self.managed_env())
        self.assertEqual(self.ledger.values("x"), [1])
        self.assertLess(time.time() - started, 20)
