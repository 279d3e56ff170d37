"""What importing costs and does."""

import glob
import os
import py_compile
import sys

from .support import CLIENT, Case

UNWANTED = ("http.client", "urllib", "urllib.request", "urllib.parse", "uuid", "ssl", "subprocess", "asyncio", "multiprocessing")


class Package(Case):
    def test_every_file_compiles_here(self):
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

    def test_a_managed_run_that_logs_nothing_starts_nothing(self):
        self.succeed("import threading, hagane\nhagane.Experiment()\nassert threading.active_count() == 1\n", self.managed_env())
        self.assert_nothing_spooled()

    def test_import_survives_a_working_directory_that_is_gone(self):
        code = "import os\nos.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')\nimport hagane\nhagane.Experiment().log_metrics(x=1)\n"
        self.start_server()
        self.succeed(code, self.env())
        self.assertEqual(self.ledger.values("x"), [1])

    def test_interpreter_is_one_the_client_supports(self):
        self.assertGreaterEqual(sys.version_info[:2], (3, 6))
