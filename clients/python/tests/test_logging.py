"""Tests of which records the calls of a script make, and which values they refuse."""

import hashlib
import io
import json
import math
import os
import sys
import tempfile
import threading
from unittest import mock

from hagane import _messages, _run
from hagane._settings import Settings

from .support import Case


class Scalar(object):
    """Behaves like a scalar of numpy or torch."""

    def __init__(self, value):
        self.value = value

    def item(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def __repr__(self):
        raise RuntimeError("has no text")


class Logging(Case):
    def setUp(self):
        Case.setUp(self)
        self.start_server()
        self.errors = io.StringIO()
        env = self.managed_env()
        os.makedirs(env["HAGANE_OUTPUTS"])
        self.outputs = env["HAGANE_OUTPUTS"]

        for patch in (
            mock.patch.object(_run, "_settings", Settings(env)),
            mock.patch.object(_run, "_managed_writer", None),
            mock.patch.object(_messages, "_warned", set()),
            mock.patch.dict(os.environ, env),
            mock.patch.object(sys, "stderr", self.errors),
        ):
            patch.start()
            self.addCleanup(patch.stop)

        self.experiment = _run.Experiment()

    def logged(self):
        """Ends the run. Returns the metrics records that the server received."""
        self.experiment.end()
        self.assert_each_once(self.ledger)
        return self.ledger.of_kind("m")

    def warnings(self):
        """Returns the warnings of the client, without those of Python about files that other tests left open."""
        return [line for line in self.errors.getvalue().splitlines() if line.startswith("hagane: ")]

    def test_records_of_all_kinds_arrive_once_and_in_order(self):
        source = os.path.join(self.folder, "model.bin")
        with open(source, "wb") as file:
            file.write(b"weights")

        self.experiment.log_params({"lr": 0.1}, layers=[1, 2], path=None)
        self.experiment.log_metrics(loss=0.5)
        self.experiment.log_tags("a, b", "c")
        copy = self.experiment.log_artifact(source, "models/best.bin")
        self.experiment.log_metrics({"loss": 0.25, "val/loss": 1}, step=7)
        self.experiment.end()

        records = [record for _, _, _, record in self.ledger.records]
        self.assertEqual([record["k"] for record in records], ["p", "m", "g", "a", "m"])
        self.assertEqual(records[0]["v"], {"lr": 0.1, "layers": [1, 2], "path": None})
        self.assertEqual((records[1]["v"], records[1]["s"]), ({"loss": 0.5}, 0))
        self.assertEqual(records[2]["v"], ["a", "b", "c"])
        self.assertEqual((records[4]["v"], records[4]["s"]), ({"loss": 0.25, "val/loss": 1}, 7))
        self.assertEqual(copy, os.path.join(self.outputs, "models", "best.bin"))
        digest = hashlib.sha256(b"weights").hexdigest()
        self.assertEqual(records[3], {"k": "a", "name": "models/best.bin", "path": copy, "size": 7, "sha256": digest})
        self.assertEqual(self.experiment.delivery, {"sent": 5, "pending": 0, "dropped": 0})
        self.assertTrue(list(self.ledger.writers.values())[0]["closed"])
        self.assert_nothing_spooled()
        self.assertEqual(self.warnings(), [])

    def test_metrics_keep_nan_infinities_and_negative_zero(self):
        self.experiment.log_metrics(nan=float("nan"), up=float("inf"), down=float("-inf"), zero=-0.0, one=1)
        values = self.logged()[0]["v"]
        self.assertEqual((values["nan"], values["up"], values["down"], values["one"]), ("NaN", "Infinity", "-Infinity", 1))
        self.assertEqual(math.copysign(1, values["zero"]), -1)
        self.assertEqual(self.warnings(), [])

    def test_metrics_may_be_scalars_of_other_libraries(self):
        from decimal import Decimal
        from fractions import Fraction

        self.experiment.log_metrics(a=Scalar(0.5), b=Scalar(3), c=Scalar(float("nan")), d=True, e=Decimal("0.25"), f=Fraction(1, 2), g=Scalar(True))
        self.assertEqual(self.logged()[0]["v"], {"a": 0.5, "b": 3, "c": "NaN", "d": 1, "e": 0.25, "f": 0.5, "g": 1})
        self.assertEqual(self.warnings(), [])

    def test_a_metric_that_is_none_is_left_out_without_a_warning(self):
        self.experiment.log_metrics(a=None, b=1)
        self.experiment.log_metrics(a=None)
        self.assertEqual([record["v"] for record in self.logged()], [{"b": 1}])
        self.assertEqual(self.warnings(), [])

    def test_a_metric_that_is_no_number_is_left_out_with_one_warning(self):
        for text in ("low", "high", "higher"):
            self.experiment.log_metrics(grade=text, loss=1.0)
        self.assertEqual([record["v"] for record in self.logged()], [{"loss": 1.0}] * 3)
        self.assertEqual(len(self.warnings()), 1)

    def test_a_metric_that_cannot_be_converted_does_not_affect_the_others(self):
        bad = [Scalar(RuntimeError("3 elements")), Scalar("text"), object(), 1j, [1, 2], {"a": 1}, b"1"]
        for at, value in enumerate(bad):
            self.experiment.log_metrics({"bad%d" % at: value, "good": at})
        self.assertEqual([record["v"] for record in self.logged()], [{"good": at} for at in range(len(bad))])
        self.assertEqual(len(self.warnings()), len(bad))

    def test_large_integers_become_floats_or_are_left_out(self):
        self.experiment.log_metrics(a=2 ** 53, b=2 ** 70, c=-(10 ** 30))
        self.experiment.log_metrics(d=10 ** 400, e=1)
        self.experiment.log_metrics(f=10 ** 5000, g=1)
        self.assertEqual([record["v"] for record in self.logged()], [{"a": 2 ** 53, "b": 2.0 ** 70, "c": -1e30}, {"e": 1}, {"g": 1}])
        self.assertEqual(len(self.warnings()), 2)

    def test_names_of_metrics_become_texts_and_bad_ones_are_left_out(self):
        self.experiment.log_metrics({1: 0.5, (1, 2): 2, "": 3, "x" * 251: 4, "y" * 250: 5})
        self.assertEqual(self.logged()[0]["v"], {"1": 0.5, "(1, 2)": 2, "y" * 250: 5})
        self.assertEqual(len(self.warnings()), 2)

    def test_a_missing_step_is_counted_and_a_bad_step_is_refused(self):
        for step in (None, None, 10, Scalar(11), 2.5, float("nan"), None):
            self.experiment.log_metrics(step=step, x=1)
        self.experiment.log_metrics(step="ten", x=1)
        self.experiment.log_metrics(step=10 ** 400, x=1)
        self.assertEqual([record["s"] for record in self.logged()], [0, 1, 10, 11, 2.5, 2])
        self.assertEqual(len(self.warnings()), 3)

    def test_the_default_step_continues_after_end(self):
        self.experiment.log_metrics(x=1)
        self.experiment.end()
        again = _run.Experiment()
        again.log_metrics(x=2)
        again.end()
        self.assertEqual([(record["s"], record["v"]["x"]) for record in self.ledger.of_kind("m")], [(0, 1), (1, 2)])
        self.assertEqual(again.delivery, {"sent": 2, "pending": 0, "dropped": 0})

    def test_a_record_of_many_metrics_is_split(self):
        self.experiment.log_metrics(dict(("m%d" % at, at) for at in range(2500)), step=3)
        records = self.logged()
        self.assertEqual([len(record["v"]) for record in records], [1000, 1000, 500])
        self.assertEqual(set(record["s"] for record in records), {3})

    def test_params_of_many_types_are_recorded(self):
        loop = []
        loop.append(loop)
        self.experiment.log_params({"a": float("nan"), "b": {1: {2}}, "c": Scalar(4), 5: os.sep, "d": (1, None), "e": 10 ** 30, "x" * 300: 1})
        self.experiment.log_params(loop=loop)
        self.experiment.log_params(unprintable=Scalar(ValueError()))
        self.experiment.log_params(7)
        self.experiment.log_params(last=1)
        self.experiment.end()

        first, last = self.ledger.of_kind("p")
        self.assertEqual(first["v"], {"a": {"$float": "NaN"}, "b": {"1": "{2}"}, "c": 4, "5": "/", "d": [1, None], "e": 10 ** 30})
        self.assertEqual(last["v"], {"last": 1})
        self.assertEqual(len(self.warnings()), 4)

    def test_params_keep_infinities_and_all_digits_of_integers(self):
        self.experiment.log_params(low=-float("inf"), top=[Scalar(float("inf"))], seed=2 ** 63 - 1, long=10 ** 400, longer=2 ** 20000)
        self.experiment.end()
        found = self.ledger.of_kind("p")[-1]["v"]
        self.assertEqual((found["low"], found["top"]), ({"$float": "-Infinity"}, [{"$float": "Infinity"}]))
        self.assertEqual((found["seed"], found["long"], found["longer"]), (2 ** 63 - 1, 10 ** 400, hex(2 ** 20000)))

    def test_lone_surrogates_are_replaced(self):
        self.experiment.log_metrics({"a\ud800": 1, "b": float("nan")})
        self.experiment.log_params(path="\udcff/x", face="\U0001f600", text="\\ud800")
        self.experiment.end()
        self.assertEqual(self.ledger.of_kind("m")[0]["v"], {"a?": 1, "b": "NaN"})
        self.assertEqual(self.ledger.of_kind("p")[0]["v"], {"path": "\\xFF/x", "face": "\U0001f600", "text": "\\ud800"})

    def test_tags_may_be_a_list_a_number_or_a_text_with_commas(self):
        self.experiment.log_tags(["a", "b,c"])
        self.experiment.log_tags(5)
        self.experiment.log_tags()
        self.experiment.end()
        self.assertEqual([record["v"] for record in self.ledger.of_kind("g")], [["a", "b", "c"], ["5"], []])

    def test_artifacts_cannot_leave_the_outputs_folder(self):
        source = os.path.join(self.folder, "x")
        with open(source, "w") as file:
            file.write("x")
        os.symlink(self.folder, os.path.join(self.outputs, "link"))

        for name in ("../x", "a/../../x", "/tmp/x", "..", ".", "link/y"):
            self.assertIsNone(self.experiment.log_artifact(source, name), name)
        self.assertIsNone(self.experiment.log_artifact(os.path.join(self.folder, "missing")))
        self.assertIsNone(self.experiment.log_artifact(self.folder))

        with mock.patch.dict(os.environ, {"HAGANE_OUTPUTS": ""}):
            self.assertIsNone(self.experiment.log_artifact(source, "../x"))
        self.experiment.end()

        self.assertEqual(self.ledger.records, [])
        self.assertEqual(len(self.warnings()), 7)

    def test_an_artifact_may_already_be_in_the_outputs_folder(self):
        path = os.path.join(self.outputs, "model.bin")
        with open(path, "w") as file:
            file.write("abc")
        self.assertEqual(self.experiment.log_artifact(path), path)
        self.experiment.end()
        self.assertEqual(self.ledger.of_kind("a")[0]["name"], "model.bin")

    def test_a_bad_name_is_left_out_with_a_warning_that_contains_it(self):
        bad = {"": "is empty", "nul\0name": "NUL", "\U0001f600" * 200: "400 characters", "\u640d\u5931" * 126: "252 characters"}
        for name in bad:
            for _ in range(3):
                self.experiment.log_metrics({name: 1.0, "beside": 2.0})
            self.experiment.log_params({name: 1, "seed": 7})
            self.experiment.log_tags([name, "tag"])

        self.experiment.end()
        self.assertEqual([record["v"] for record in self.ledger.of_kind("m")], [{"beside": 2.0}] * 12)
        self.assertEqual([record["v"] for record in self.ledger.of_kind("p")], [{"seed": 7}] * 4)
        self.assertEqual([record["v"] for record in self.ledger.of_kind("g")], [["tag"]] * 4)

        for name, why in bad.items():
            shown = [line for line in self.warnings() if _run._short(name) in line and why in line]
            # An empty tag is left out without a warning.
            self.assertEqual(len(shown), 2 if name else 1, (name, self.warnings()))

        self.assertEqual(self.experiment.delivery["dropped"], 0)

    def test_names_of_250_characters_are_recorded(self):
        names = ["\U0001f600" * 125, "\u92fc" * 250, "x" * 250]
        for name in names:
            self.experiment.log_metrics({name: 1})
            self.experiment.log_metrics({name: 2})
        self.assertEqual([record["v"] for record in self.logged()], [{name: value} for name in names for value in (1, 2)])
        self.assertEqual(self.warnings(), [])

    def test_a_bad_param_is_left_out_with_a_warning_that_contains_its_name(self):
        deep = []
        for _ in range(20):
            deep = [deep]
        bad = {"pad_token": "a\0b", "inside": {"a": ["\0"]}, "key": {"\0": 1}, "deep": deep, "text": Scalar(ValueError())}
        for name, value in bad.items():
            self.experiment.log_params({"seed": 7, name: value, "lr": 0.1})
            self.assertEqual(len([line for line in self.warnings() if "hagane: %s is left out: " % name in line]), 1)
        self.experiment.end()
        self.assertEqual([record["v"] for record in self.ledger.of_kind("p")], [{"seed": 7, "lr": 0.1}] * len(bad))

    def test_a_param_too_long_for_a_record_does_not_affect_the_others(self):
        self.experiment.log_params(a=1, text="x" * 8000000, b="y" * 5000000)
        self.experiment.end()
        self.assertEqual([sorted(record["v"]) for record in self.ledger.of_kind("p")], [["a"], ["b"]])
        self.assertEqual(self.experiment.delivery, {"sent": 2, "pending": 0, "dropped": 1})
        self.assertIn('"text"', self.warnings()[0])

    def test_a_step_that_is_not_finite_is_refused_with_the_names_of_its_metrics(self):
        for step in (float("nan"), float("inf"), float("-inf"), Scalar(float("nan")), "ten", 10 ** 400):
            self.experiment.log_metrics(loss=1.0, step=step)
            self.assertIn("loss left out, a step is a finite number", self.warnings()[-1])
        self.experiment.log_metrics(loss=2.0, step=1)
        self.assertEqual([(record["s"], record["v"]) for record in self.logged()], [(1, {"loss": 2.0})])

    def test_calls_of_the_polyaxon_client_work(self):
        folder = os.path.join(self.folder, "charts")
        os.makedirs(os.path.join(folder, "deep"))
        for name in ("a.txt", os.path.join("deep", "b.txt")):
            with open(os.path.join(folder, name), "w") as file:
                file.write(name)

        env = {"POLYAXON_EXPERIMENT_INFO": '{"experiment_name": "hagane.default.3"}', "HAGANE_LOG_LEVEL": "DEBUG", "HAGANE_PARAMS": '{"lr": 1}'}
        with mock.patch.dict(os.environ, env):
            self.assertEqual(self.experiment.get_experiment_info(), {"experiment_name": "hagane.default.3"})
            self.assertEqual((_run.get_log_level(), self.experiment.get_params()), ("DEBUG", {"lr": 1}))

        self.assertEqual((_run.Experiment.get_job_info(), self.experiment.get_outputs_path()), ({}, self.outputs))

        self.experiment.log_data_ref([1, 2], data_name="train")
        self.experiment.outputs_store.upload_file(os.path.join(folder, "a.txt"))
        self.experiment.outputs_store.upload_dir(folder)
        self.experiment.log_succeeded()

        self.assertEqual(self.ledger.of_kind("p")[0]["v"], {"data_ref.train": hashlib.md5(b"[1, 2]").hexdigest()[:12]})
        names = [record["name"] for record in self.ledger.of_kind("a")]
        self.assertEqual(names, ["a.txt", os.path.join("charts", "a.txt"), os.path.join("charts", "deep", "b.txt")])
        self.assertEqual((self.ledger.of_kind("s"), self.warnings()), ([], []))

    def test_records_that_the_server_refuses_are_counted_and_cause_warnings(self):
        self.experiment.log_metrics({"refuse-me": 1})
        self.experiment.log_metrics({"refuse-me": 1})
        self.experiment.log_metrics({"refuse-part": 1})
        self.experiment.log_metrics(x=1)
        self.experiment.end()
        self.assertEqual(self.experiment.delivery, {"sent": 2, "pending": 0, "dropped": 2})
        told = [line for line in self.warnings() if "the server refuses" in line]
        self.assertEqual(told, ['hagane: the server refuses metric "refuse-me": it may not', 'hagane: the server refuses metric "refuse-part": it may not'])

    def test_a_record_that_is_too_long_is_dropped_alone(self):
        self.experiment.log_metrics(x=1)
        self.experiment.log_params(text="x" * 8000000)
        self.experiment.log_metrics(x=2)
        self.experiment.end()
        self.assertEqual(self.ledger.values("x"), [1, 2])
        self.assertEqual(self.experiment.delivery, {"sent": 2, "pending": 0, "dropped": 1})

    def test_logging_works_without_standard_error(self):
        with mock.patch.object(sys, "stderr", None):
            self.experiment.log_metrics(x="text")
            self.experiment.log_metrics(x=1)
            self.experiment.log_params(text="x" * 8000000)
            self.experiment.end()
        self.assertEqual(self.ledger.values("x"), [1])

    def test_eight_threads_log_without_loss(self):
        def work(name):
            for at in range(1000):
                self.experiment.log_metrics({name: at})

        threads = [threading.Thread(target=work, args=("t%d" % n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        records = self.logged()
        self.assertEqual(len(records), 8000)
        self.assertEqual(sorted(record["s"] for record in records), list(range(8000)))
        for n in range(8):
            self.assertEqual(self.ledger.values("t%d" % n), list(range(1000)))
        self.assertEqual(len(self.ledger.writers), 1)

    def test_folders_and_params_come_from_the_process_environment(self):
        env = {"HAGANE_PARAMS": '{"lr": 0.1}', "HAGANE_DATA_PATHS": '{"data": "/d"}', "HAGANE_RESUMED": "1"}
        with mock.patch.dict(os.environ, env):
            self.assertEqual(self.experiment.params, {"lr": 0.1})
            self.assertEqual(_run.get_data_paths(), {"data": "/d"})
            self.assertTrue(self.experiment.resumed)

        path = os.path.join(tempfile.mkdtemp(), "params.json")
        with io.open(path, "w", encoding="utf-8") as file:
            file.write('{"text": "\u00e9", "seed": 12345678901234567890, "rate": 1.0, "top": Infinity, "long": %s}' % ("9" * 5000))
        with mock.patch.dict(os.environ, {"HAGANE_PARAMS_FILE": path}):
            params = self.experiment.params
            self.assertEqual([params["text"], params["seed"], params["top"]], ["\u00e9", 12345678901234567890, float("inf")])
            self.assertIs(type(params["rate"]), float)
            self.assertEqual(str(params["long"])[-4:], "9999")

        with mock.patch.dict(os.environ, {"HAGANE_PARAMS_FILE": path + "x"}):
            self.assertEqual(self.experiment.params, {})
        with io.open(path, "wb") as file:
            file.write(b"\xff\xfe")
        with mock.patch.dict(os.environ, {"HAGANE_PARAMS_FILE": path}):
            self.assertEqual(self.experiment.params, {})
        with mock.patch.dict(os.environ, {"HAGANE_PARAMS": "[", "HAGANE_OUTPUTS": __file__ + "/x"}):
            self.assertEqual(self.experiment.params, {})
            self.assertEqual(self.experiment.outputs_path, __file__ + "/x")

        self.assertEqual(json.dumps(self.experiment.attempt), "1")
