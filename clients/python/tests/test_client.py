"""Tests of the client in scripts that run in processes of their own."""

import ast
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from .faulty_server import TOKEN, FaultyServer

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = os.path.join(ROOT, "hagane")
RUN = "11111111-2222-4333-8444-555555555555"
START = "import os, sys, time\nfrom hagane import Experiment\n"
ENDLESS = """
experiment = Experiment()
for index in range(100000):
    experiment.log_metrics(value=index)
    print(time.time())
    sys.stdout.flush()
    time.sleep(0.01)
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hagane-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.scripts = 0
        self.server = FaultyServer()
        self.addCleanup(self.server.stop)
        self.spool = os.path.join(self.folder, "spool")
        self.outputs = os.path.join(self.folder, "outputs")

    def env(self, **more):
        env = dict((name, value) for name, value in os.environ.items() if not name.startswith("HAGANE_"))
        env.update(PYTHONPATH=ROOT, HOME=self.folder, PYTHONWARNINGS="ignore", PYTHONDONTWRITEBYTECODE="1")
        env.update(HAGANE_HOST=self.server.url, HAGANE_TOKEN=TOKEN, HAGANE_RUN_ID=RUN, HAGANE_ATTEMPT="2")
        env.update(HAGANE_SPOOL=self.spool, HAGANE_OUTPUTS=self.outputs)
        env.update(more)
        return dict((name, value) for name, value in env.items() if value is not None)

    def start(self, script, **env):
        self.scripts += 1
        path = os.path.join(self.folder, "train%d.py" % self.scripts)
        with open(path, "w") as file:
            file.write(START + textwrap.dedent(script))
        process = subprocess.Popen(
            [sys.executable, path], env=self.env(**env), cwd=self.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
        )
        self.addCleanup(_reap, process)
        return process

    def finish(self, process, code=0):
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, err)
        return out, err

    def run_script(self, script, code=0, **env):
        return self.finish(self.start(script, **env), code)

    def run_alone(self, script, code=0, **env):
        """Runs a script as if started by hand, on the machine of a server."""
        data = os.path.join(self.folder, "data")
        os.makedirs(data, exist_ok=True)
        with open(os.path.join(data, "server.json"), "w") as file:
            json.dump({"url": self.server.url}, file)
        with open(os.path.join(data, "token"), "w") as file:
            file.write(TOKEN + "\n")

        alone = dict.fromkeys(("HAGANE_HOST", "HAGANE_TOKEN", "HAGANE_RUN_ID", "HAGANE_ATTEMPT", "HAGANE_SPOOL", "HAGANE_OUTPUTS"))
        alone.update(HAGANE_DATA=data)
        alone.update(env)
        self.spool = os.path.join(data, "spool")
        return self.run_script(script, code, **alone)

    def spooled(self):
        """Returns {writer: {"meta": meta file, "records": [(number, record)] in order}}."""
        found = {}
        for name in sorted(os.listdir(self.spool) if os.path.isdir(self.spool) else []):
            path = os.path.join(self.spool, name)
            entry = found.setdefault(name.split(".")[0], {"meta": None, "records": []})
            with open(path, "rb") as file:
                data = file.read().decode("utf-8")
            if name.endswith(".meta.json"):
                entry["meta"] = json.loads(data)
                continue

            lines = data.split("\n")[:-1]
            if not lines:
                continue  # the segment was created just now and is still empty
            first = json.loads(lines[0])["first"]
            self.assertEqual(int(name.split(".")[1]), first)
            entry["records"].extend((first + index, json.loads(line)) for index, line in enumerate(lines[1:]))

        return found

    def assert_clean(self):
        self.assertEqual(self.spooled(), {})
        self.assertEqual(self.server.problems, [])
        self.assertEqual([writer["lost"] for writer in self.server.writers.values() if writer["lost"]], [])

    def only_writer(self):
        self.assertEqual(len(self.server.writers), 1)
        return list(self.server.writers.values())[0]


class Records(Case):
    def test_all_records_arrive_once_and_in_order(self):
        out, err = self.run_script("""
            experiment = Experiment()
            experiment.log_params({"rate": 0.1}, layers=3, name="net", sizes=(1, 2))
            experiment.log_tags("a, b", "c")
            for step in range(100):
                experiment.log_metrics({"val/loss": 1.0 / (step + 1)}, step=step, accuracy=step)
            with open("weights.bin", "wb") as file:
                file.write(b"weights")
            print(experiment.log_artifact("weights.bin", "models/best.bin"))
        """)
        writer = self.only_writer()
        records = writer["records"]

        self.assertEqual(err, "")
        self.assertEqual((writer["run"], writer["attempt"], writer["closed"], writer["mark"]), (RUN, 2, True, 103))
        self.assertEqual(records[0], {"k": "p", "v": {"rate": 0.1, "layers": 3, "name": "net", "sizes": [1, 2]}})
        self.assertEqual(records[1], {"k": "g", "v": ["a", "b", "c"]})
        self.assertEqual([record["s"] for record in records[2:102]], list(range(100)))
        self.assertEqual(records[3]["v"], {"val/loss": 0.5, "accuracy": 1})

        copy = os.path.join(self.outputs, "models", "best.bin")
        self.assertEqual(out.strip(), copy)
        expected = {"k": "a", "name": "models/best.bin", "path": copy, "size": 7, "sha256": hashlib.sha256(b"weights").hexdigest()}
        self.assertEqual(records[102], expected)
        self.assert_clean()

    def test_log_metrics_keeps_scalars_and_non_finite_values_and_leaves_out_texts(self):
        _, err = self.run_script("""
            class Scalar(object):
                def __init__(self, value):
                    self.value = value
                def item(self):
                    if isinstance(self.value, Exception):
                        raise self.value
                    return self.value
            nan, inf = float("nan"), float("inf")
            experiment = Experiment()
            experiment.log_metrics(nan=nan, high=inf, low=-inf, zero=-0.0, big=2 ** 70)
            experiment.log_metrics(scalar=Scalar(0.5), whole=Scalar(7), odd=Scalar(nan), none=None, big=2 ** 70, yes=True)
            experiment.log_metrics(text="much", good=1.0)
            experiment.log_metrics(text="much")
            experiment.log_metrics(only=None)
            experiment.log_metrics(step=Scalar(12), good=2.0)
            experiment.log_metrics(step=nan, good=3.0)
        """)
        values = [record["v"] for record in self.server.metrics()]

        self.assertEqual(values[0], {"nan": "NaN", "high": "Infinity", "low": "-Infinity", "zero": 0.0, "big": 2 ** 70})
        self.assertEqual(str(values[0]["zero"]), "-0.0")
        self.assertEqual(values[1], {"scalar": 0.5, "whole": 7, "odd": "NaN", "big": float(2 ** 70), "yes": 1.0})
        self.assertEqual(values[2:], [{"good": 1.0}, {"good": 2.0}])
        self.assertEqual(self.server.metrics()[3]["s"], 12)
        self.assertRegex(err, r"\Ahagane: text .*\nhagane: .*good left out.*nan\n\Z")
        self.assert_clean()

    def test_a_bad_value_does_not_affect_the_other_values_of_its_call(self):
        _, err = self.run_script("""
            class Matrix(object):
                def item(self):
                    raise RuntimeError("a tensor with 4 elements")
            Experiment().log_metrics(matrix=Matrix(), good=1.0)
        """)
        self.assertEqual([record["v"] for record in self.server.metrics()], [{"good": 1.0}])
        self.assertIn("4 elements", err)

    def test_the_default_step_counts_calls(self):
        self.run_script("""
            experiment = Experiment()
            for index in range(5):
                experiment.log_metrics(index=index)
        """)
        self.assertEqual([(record["s"], record["v"]["index"]) for record in self.server.metrics()], [(i, i) for i in range(5)])

    def test_eight_threads_log_without_loss(self):
        self.run_script("""
            import threading
            experiment = Experiment()
            def work(worker):
                for index in range(500):
                    experiment.log_metrics(value=worker * 500 + index)
            threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        """)

        self.assertEqual(sorted(self.server.values("value")), list(range(4000)))
        self.assert_clean()

    def test_logging_continues_after_end(self):
        self.run_script("""
            first = Experiment()
            first.log_metrics(value=0)
            first.end()
            second = Experiment()
            second.log_metrics(value=1)
            second.log_metrics(value=2)
        """)
        self.assertEqual([(record["s"], record["v"]["value"]) for record in self.server.metrics()], [(0, 0), (1, 1), (2, 2)])
        self.assertTrue(all(writer["closed"] for writer in self.server.writers.values()))
        self.assert_clean()

    def test_an_exit_handler_can_log_the_first_record(self):
        self.run_script("""
            import atexit
            experiment = Experiment()
            atexit.register(lambda: experiment.log_metrics(value=1))
        """)
        self.assertEqual(self.server.values("value"), [1])

    def test_an_artifact_outside_the_outputs_folder_is_refused(self):
        _, err = self.run_script("""
            experiment = Experiment()
            assert experiment.log_artifact(__file__, "../x") is None
            assert experiment.log_artifact("missing.bin") is None
            experiment.log_metrics(value=1)
        """)
        self.assertIn("../x", err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "x")))
        self.assertEqual([record["k"] for record in self.server.records()], ["m"])

    def test_logging_works_without_standard_error(self):
        self.run_script("""
            sys.stderr = None
            experiment = Experiment()
            experiment.log_metrics(text="much")
            experiment.log_metrics(value=1)
        """)
        self.assertEqual(self.server.values("value"), [1])


@unittest.skipUnless(hasattr(os, "fork"), "this system cannot fork")
class Children(Case):
    def test_each_forked_child_logs_as_its_own_writer(self):
        self.run_script("""
            experiment = Experiment()
            experiment.log_metrics(parent=0)
            time.sleep(0.5)
            pids = []
            for child in range(4):
                pid = os.fork()
                if pid == 0:
                    for index in range(50):
                        experiment.log_metrics(child=child * 50 + index)
                    experiment.end()
                    os._exit(0)
                pids.append(pid)
                experiment.log_metrics(parent=child + 1)
            for pid in pids:
                assert os.waitpid(pid, 0)[1] == 0
            experiment.log_metrics(parent=5)
        """)

        self.assertEqual(sorted(self.server.values("child")), list(range(200)))
        self.assertEqual(self.server.values("parent"), list(range(6)))
        self.assertEqual(len(self.server.writers), 5)
        self.assertTrue(all(writer["closed"] for writer in self.server.writers.values()))
        self.assert_clean()

    def test_forked_workers_of_multiprocessing_deliver_all_records(self):
        self.run_script("""
            import multiprocessing
            experiment = Experiment()
            experiment.log_metrics(parent=0)
            def work(child):
                for index in range(50):
                    experiment.log_metrics(child=child * 50 + index)
            context = multiprocessing.get_context("fork")
            processes = [context.Process(target=work, args=(child,)) for child in range(3)]
            [process.start() for process in processes]
            [process.join() for process in processes]
            assert [process.exitcode for process in processes] == [0, 0, 0]
        """)

        self.assertEqual(sorted(self.server.values("child")), list(range(150)))
        self.assertEqual(self.server.values("parent"), [0])
        self.assert_clean()

    def test_a_child_does_not_end_the_run_of_its_parent(self):
        self.run_alone("""
            experiment = Experiment()
            pid = os.fork()
            if pid == 0:
                experiment.log_metrics(child=1)
                experiment.end()
                os._exit(0)
            os.waitpid(pid, 0)
            experiment.log_metrics(parent=1)
            raise ValueError("late")
        """, 1)

        self.assertEqual([record["v"] for record in self.server.records() if record["k"] == "s"], ["failed"])
        self.assertEqual((self.server.values("child"), self.server.values("parent")), ([1], [1]))


class StartedByHand(Case):
    def ends(self):
        return [(record["v"], record["m"]) for record in self.server.records() if record["k"] == "s"]

    def test_a_script_started_by_hand_creates_a_run_that_succeeds(self):
        self.run_alone("""
            experiment = Experiment("first try")
            experiment.log_metrics(value=1)
        """)
        self.assertEqual(len(self.server.created), 1)
        run, created = list(self.server.created.items())[0]
        self.assertEqual((created["kind"], created["name"], created["host"]["workDir"]), ("experiment", "first try", os.path.realpath(self.folder)))
        self.assertEqual(self.only_writer()["run"], run)
        self.assertEqual((self.server.values("value"), self.ends()), ([1], [("succeeded", "")]))
        self.assert_clean()

    def test_a_script_can_report_how_its_run_ended(self):
        self.run_alone("Experiment().log_failed(message='no data')")
        self.run_alone("Experiment().succeeded()")
        self.assertEqual(self.ends(), [("failed", "no data"), ("succeeded", "")])

    def test_an_exception_ends_the_run_as_failed(self):
        _, err = self.run_alone("""
            experiment = Experiment()
            experiment.log_metrics(value=1)
            raise ValueError("no data")
        """, 1)
        self.assertEqual(self.ends(), [("failed", "ValueError: no data")])
        self.assertIn("Traceback (most recent call last)", err)
        self.assertIn("ValueError: no data", err)

    def test_an_exception_without_a_text_ends_the_run_as_failed(self):
        _, err = self.run_alone("""
            class Odd(Exception):
                def __str__(self):
                    raise RuntimeError("never")
            experiment = Experiment()
            raise Odd()
        """, 1)
        self.assertEqual([status for status, _ in self.ends()], ["failed"])
        self.assertIn("Odd", err)

    def test_a_with_block_ends_its_run(self):
        self.run_alone("""
            with Experiment() as experiment:
                experiment.log_metrics(value=1)
            try:
                with Experiment() as experiment:
                    raise KeyError("x")
            except KeyError:
                pass
            with Experiment() as experiment:
                sys.exit(0)
        """)

        self.assertEqual(len(self.server.created), 3)
        self.assertEqual(self.ends(), [("succeeded", ""), ("failed", "KeyError: 'x'"), ("succeeded", "")])
        self.assert_clean()

    def test_records_stay_in_the_spool_without_a_server(self):
        started = time.time()
        _, err = self.run_alone("Experiment().log_metrics(value=1)", HAGANE_DATA=os.path.join(self.folder, "none"))
        self.assertLess(time.time() - started, 3)
        self.assertIn("pending", err)
        self.spool = os.path.join(self.folder, "none", "spool")
        (entry,) = self.spooled().values()
        self.assertEqual(entry["meta"]["create"]["kind"], "experiment")
        self.assertEqual([record["k"] for _, record in entry["records"]], ["p", "m", "s"])

    def test_an_offline_script_only_writes_to_the_spool(self):
        _, err = self.run_alone("""
            experiment = Experiment()
            for index in range(10):
                experiment.log_metrics(value=index)
        """, HAGANE_OFFLINE="1")
        self.assertEqual((err, self.server.requests), ("", 0))
        (entry,) = self.spooled().values()
        self.assertEqual([record["v"]["value"] for _, record in entry["records"] if record["k"] == "m"], list(range(10)))
        self.assertTrue(entry["meta"]["closed"])


class Faults(Case):
    def kill(self, process):
        """Kills an endless script. Returns how many of its records were older than two seconds."""
        killed_at = time.time()
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        lines = [line for line in out.split("\n")[:-1] if float(line) < killed_at - 2]
        self.assertGreater(len(lines), 5)
        return len(lines)

    def test_a_killed_script_leaves_its_records_in_the_spool(self):
        process = self.start(ENDLESS)
        time.sleep(1.5)
        self.server.switch("down")
        time.sleep(2.5)
        old = self.kill(process)

        (writer, entry), = self.spooled().items()
        delivered = self.server.writers[writer]
        numbered = dict(enumerate(delivered["records"], 1))

        # A segment is deleted as a whole, so its first records may be on the server too, with the same numbers.
        self.assertEqual([record for number, record in entry["records"] if number in numbered and numbered[number] != record], [])

        numbered.update(entry["records"])
        values = [record["v"]["value"] for _, record in sorted(numbered.items())]
        self.assertEqual(values, list(range(len(values))))
        self.assertEqual(sorted(numbered), list(range(1, len(numbered) + 1)))
        self.assertGreaterEqual(len(values), old)
        self.assertFalse(entry["meta"]["closed"])

    def test_records_stay_in_the_spool_if_the_server_is_down(self):
        self.server.switch("down")
        process = self.start("""
            experiment = Experiment()
            for index in range(30000):
                experiment.log_metrics(value=index)
            print(time.time())
        """)
        out, err = self.finish(process)

        self.assertLess(time.time() - float(out), 3)
        self.assertIn("30000 pending", err)

        (writer, entry), = self.spooled().items()
        meta = entry["meta"]
        self.assertEqual((meta["run"], meta["attempt"], meta["writer"], meta["pid"], meta["closed"]), (RUN, 2, writer, process.pid, True))
        self.assertEqual([number for number, _ in entry["records"]], list(range(1, 30001)))
        self.assertEqual([record["v"] for _, record in entry["records"]], [{"value": index} for index in range(30000)])
        self.assertGreater(len(os.listdir(self.spool)), 2)

    def test_a_server_that_never_answers_costs_no_record_and_little_time(self):
        self.server.switch("mute")
        patient = self.start("""
            experiment = Experiment()
            experiment.log_metrics(value=1)
            print(time.time())
        """)
        other = os.path.join(self.folder, "other")
        killed = self.start(ENDLESS, HAGANE_SPOOL=other)
        time.sleep(4.5)
        old = self.kill(killed)
        out, err = self.finish(patient)

        self.assertLess(time.time() - float(out), 12)
        self.assertIn("1 pending", err)
        self.assertEqual(len(self.spooled()), 1)

        # Records are written to disk while the client waits for an answer.
        self.spool = other
        (entry,) = self.spooled().values()
        values = [record["v"]["value"] for _, record in entry["records"]]

        self.assertEqual(values, list(range(len(values))))
        self.assertGreaterEqual(len(values), old)

    def test_an_answer_500_keeps_the_record_in_the_spool(self):
        self.server.switch("error")
        _, err = self.run_script("Experiment().log_metrics(value=1)")
        self.assertIn("1 pending", err)
        (entry,) = self.spooled().values()
        self.assertEqual([record["v"] for _, record in entry["records"]], [{"value": 1}])

    def test_records_arrive_when_the_server_starts_after_the_script(self):
        self.server.switch("down")
        process = self.start("""
            experiment = Experiment()
            for index in range(250):
                experiment.log_metrics(value=index)
                time.sleep(0.01)
        """)
        time.sleep(1.2)
        self.server.switch(None)
        self.finish(process)

        self.assertEqual(self.server.values("value"), list(range(250)))
        self.assertTrue(self.only_writer()["closed"])
        self.assert_clean()

    def test_lost_answers_duplicate_no_record(self):
        self.server.switch("lose")
        self.run_script("""
            experiment = Experiment()
            for index in range(5000):
                experiment.log_metrics(value=index)
                if index % 1000 == 0:
                    time.sleep(0.4)
        """)
        self.assertEqual(self.server.values("value"), list(range(5000)))
        self.assertGreater(self.server.duplicates, 0)
        self.assert_clean()

    def test_a_lost_last_answer_duplicates_no_record(self):
        self.server.switch("lose")
        self.server.requests = 1
        self.run_script("Experiment().log_metrics(value=1)")
        self.assertEqual((self.server.values("value"), self.server.duplicates), ([1], 1))
        self.assert_clean()

    def test_an_answer_401_keeps_the_records_in_the_spool(self):
        self.server.switch("unauthorized")
        _, err = self.run_script("""
            experiment = Experiment()
            experiment.log_metrics(value=1)
            time.sleep(0.6)
            experiment.log_metrics(value=2)
        """)
        self.assertIn("2 pending", err)
        (entry,) = self.spooled().values()
        self.assertEqual([record["v"]["value"] for _, record in entry["records"]], [1, 2])

    def test_records_are_delivered_from_memory_if_the_spool_cannot_be_written(self):
        with open(self.spool, "w") as file:
            file.write("in the way")
        _, err = self.run_script("""
            experiment = Experiment()
            for index in range(3000):
                experiment.log_metrics(value=index)
        """)
        self.assertEqual((err.count("\n"), self.server.values("value")), (1, list(range(3000))))
        self.assertIn("records wait in memory", err)

    def test_records_of_a_deleted_spool_count_as_lost_and_later_ones_arrive(self):
        self.server.switch("down")
        process = self.start("""
            experiment = Experiment()
            for index in range(60000):
                experiment.log_metrics(value=index)
            sys.stdin.readline()
            experiment.log_metrics(value=60000)
        """)
        deadline = time.time() + 120
        while sum(len(entry["records"]) for entry in self.spooled().values()) < 60000 and time.time() < deadline:
            time.sleep(0.3)

        shutil.rmtree(self.spool)
        os.makedirs(self.spool)
        self.server.switch(None)
        _, err = process.communicate("go\n", timeout=30)
        self.assertEqual(process.returncode, 0, err)

        values = self.server.values("value")
        self.assertEqual(values, sorted(set(values)))
        self.assertIn(" 0 pending", err)
        self.assertTrue(self.only_writer()["closed"])
        self.assertEqual(self.only_writer()["lost"] + len(values), 60001)

    def test_200000_waiting_records_are_delivered_with_bounded_memory(self):
        self.server.switch("down")
        process = self.start("""
            experiment = Experiment()
            for index in range(200000):
                experiment.log_metrics(value=index)
                if index % 20000 == 0:
                    time.sleep(0.1)
            print("logged")
            sys.stdout.flush()
            sys.stdin.readline()
            experiment.end()
            try:
                import resource
                print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            except ImportError:
                print(0)
        """)
        self.assertEqual(process.stdout.readline(), "logged\n")

        self.server.switch(None)
        deadline = time.time() + 40
        while sum(writer["mark"] for writer in list(self.server.writers.values())) < 200000 and time.time() < deadline:
            time.sleep(0.1)
        out, err = process.communicate("go\n", timeout=60)

        self.assertEqual((process.returncode, err), (0, ""))
        self.assertTrue(self.server.values("value") == list(range(200000)))
        self.assert_clean()

        kilobytes = int(out) if sys.platform != "darwin" else int(out) // 1024
        self.assertLess(kilobytes, 400000)


class Package(Case):
    def test_import_has_no_side_effect(self):
        heavy = ("http.client", "urllib.request", "uuid", "ssl", "subprocess", "asyncio")
        out, _ = self.run_script("""
            import threading
            print(threading.active_count(), [name for name in %r if name in sys.modules])
        """ % (heavy,))
        self.assertEqual(out.strip(), "1 []")
        self.assertEqual(os.listdir(self.folder), ["train1.py"])
        self.assertEqual(self.server.requests, 0)

    def test_files_are_ascii_and_valid_python_3_6(self):
        for folder in (PACKAGE, os.path.join(ROOT, "tests")):
            for name in os.listdir(folder):
                if name.endswith(".py"):
                    with open(os.path.join(folder, name), "rb") as file:
                        text = file.read().decode("ascii")
                    if sys.version_info >= (3, 8):
                        ast.parse(text, feature_version=(3, 6))


def _reap(process):
    if process.poll() is None:
        process.kill()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()


if __name__ == "__main__":
    unittest.main()
