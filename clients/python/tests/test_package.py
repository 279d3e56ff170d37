"""Tests of the files of the package and of the effects of its import."""

import glob
import os
import py_compile
import sys

from .support import CLIENT, Case

UNWANTED = ("http.client", "urllib", "urllib.request", "urllib.parse", "uuid", "ssl", "subprocess", "asyncio", "multiprocessing")


class Package(Case):
    def test_every_file_compiles(self):
        files = glob.glob(os.path.join(CLIENT, "hagane", "*.py"))
        self.assertGreater(len(files), 4)
        for path in files:
            py_compile.compile(path, cfile=os.path.join(self.folder, "out.pyc"), doraise=True)

    def test_files_are_ascii(self):
        for path in glob.glob(os.path.join(CLIENT, "*", "*.py")):
            with open(path, "rb") as file:
                file.read().decode("ascii")

    def test_import_has_no_side_effects(self):
        code = (
            "import sys, threading, os\n"
            "before = (set(sys.modules), sys.excepthook, sys.exit)\n"
            "import hagane\n"
            "assert threading.active_count() == 1\n"
            "assert (sys.excepthook, sys.exit) == before[1:]\n"
            "unwanted = [name for name in %r if name in sys.modules and name not in before[0]]\n"
            "assert not unwanted, unwanted\n"
            "assert not os.path.exists(%r)\n" % (UNWANTED, self.spool_dir)
        )
        _, err = self.succeed(code, self.managed_env())

        self.assertEqual(err, "")

    def test_a_managed_run_without_records_starts_no_thread_and_writes_no_file(self):
        self.succeed("import threading, hagane\nhagane.Experiment()\nassert threading.active_count() == 1\n", self.managed_env())
        self.assert_nothing_spooled()

    def test_the_client_works_in_a_removed_working_directory(self):
        code = "import os\nos.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')\nimport hagane\nhagane.Experiment().log_metrics(x=1)\n"
        self.start_server()
        self.succeed(code, self.env())
        self.assertEqual(self.ledger.values("x"), [1])

    def test_this_interpreter_is_supported(self):
        self.assertGreaterEqual(sys.version_info[:2], (3, 6))
