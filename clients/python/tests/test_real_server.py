"""Tests of one scenario with the fake server, and with the real one if HAGANE_TEST_SERVER is set."""

import json
import os
import unittest
import urllib.parse
import urllib.request

from .fake_server import TOKEN
from .support import Case

SCENARIO = """
import os, sys, threading
import hagane
experiment = hagane.Experiment(name="scenario")
print(experiment.run_id)
experiment.log_params({"lr": 0.1}, layers=[1, 2], text="t")
experiment.log_params(lr=0.2)
experiment.log_tags("a,b", "c")
experiment.log_metrics({"odd": float("nan")}, step=1)
experiment.log_metrics({"odd": float("inf")}, step=2)
experiment.log_metrics({"odd": float("-inf")}, step=3)
experiment.log_metrics({"odd": 2 ** 70}, step=4)
experiment.log_metrics({"odd": -0.5}, step=5.5)
with open("model.bin", "wb") as file:
    file.write(b"weights")
experiment.log_artifact("model.bin", "models/best.bin")
def work(name):
    for at in range(1000):
        experiment.log_metrics({name: at}, step=at)
threads = [threading.Thread(target=work, args=("thread/%d" % n,)) for n in range(8)]
[thread.start() for thread in threads]
if hasattr(os, "fork"):
    pid = os.fork()
    if pid == 0:
        for at in range(100):
            experiment.log_metrics(child=at)
        experiment.end()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
[thread.join() for thread in threads]
experiment.log_params(huge="x" * 6000000)
experiment.log_metrics(last=1)
experiment.end()
assert experiment.delivery["pending"] == experiment.delivery["dropped"] == 0, experiment.delivery
raise SystemExit(0)
"""


class Scenario(object):
    def test_a_script_with_threads_and_a_fork_delivers_all_records(self):
        run, _ = self.succeed(SCENARIO, self.scenario_env())
        self.check(run.strip())
        self.assert_nothing_spooled()

    def check(self, run):
        odd = self.points(run, "odd")
        self.assertEqual([step for step, _ in odd], [1, 2, 3, 4, 5.5])
        self.assertEqual([value for _, value in odd], ["NaN", "Infinity", "-Infinity", 2.0 ** 70, -0.5])
        for n in range(8):
            self.assertEqual(self.points(run, "thread/%d" % n), [(at, at) for at in range(1000)])
        if hasattr(os, "fork"):
            self.assertEqual(self.points(run, "child"), [(at, at) for at in range(100)])
        self.assertEqual(self.points(run, "last")[-1][1], 1)


class AgainstTheFake(Scenario, Case):
    def scenario_env(self):
        self.start_server()
        return self.env()

    def points(self, run, name):
        records = [record for found, _, _, record in self.ledger.records if found == run and record["k"] == "m"]
        return [(record["s"], record["v"][name]) for record in records if name in record["v"]]


@unittest.skipUnless(os.environ.get("HAGANE_TEST_SERVER") and os.environ.get("HAGANE_TEST_TOKEN"), "HAGANE_TEST_SERVER and HAGANE_TEST_TOKEN name no server")
class AgainstTheRealServer(Scenario, Case):
    def setUp(self):
        Case.setUp(self)
        self.url = os.environ.get("HAGANE_TEST_SERVER")
        self.token = os.environ.get("HAGANE_TEST_TOKEN")

    def scenario_env(self):
        return self.env(HAGANE_HOST=self.url, HAGANE_TOKEN=self.token)

    def get(self, path):
        request = urllib.request.Request(self.url.rstrip("/") + "/api/v1" + path, headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read().decode("utf-8"))

    def points(self, run, name):
        points = self.get("/runs/%s/metrics/%s" % (run, urllib.parse.quote(name, "")))
        return [(point["step"], point["value"]) for point in points]

    def check(self, run):
        Scenario.check(self, run)
        found = self.get("/runs/" + run)
        self.assertEqual((found["name"], found["kind"], found["phase"]), ("scenario", "experiment", "succeeded"))
        self.assertEqual((found["params"]["lr"], found["params"]["layers"], found["params"]["text"]), (0.2, [1, 2], "t"))
        self.assertEqual(sorted(found["tags"]), ["a", "b", "c"])
        (artifact,) = self.get("/runs/%s/artifacts" % run)
        self.assertEqual((artifact["path"], artifact["sizeBytes"], artifact["kind"]), ("models/best.bin", 7, "logged"))

    def test_a_job_that_raises_an_exception_fails(self):
        status, run, err, _ = self.script("import hagane\nprint(hagane.Job().run_id)\nraise ValueError('no data')\n", self.scenario_env())
        self.assertEqual(status, 1, err)
        found = self.get("/runs/" + run.strip())
        self.assertEqual((found["kind"], found["phase"], found["reason"]), ("job", "failed", "Reported"))

    def test_a_wrong_token_keeps_the_records_in_the_spool(self):
        env = self.env(HAGANE_HOST=self.url, HAGANE_TOKEN=TOKEN)
        _, err = self.succeed("import hagane\nhagane.Experiment().log_metrics(x=1)\n", env)
        self.assertIn("3 pending", err)
        ((meta, records),) = self.spools().values()
        self.assertEqual((len(records), meta["closed"]), (3, True))
