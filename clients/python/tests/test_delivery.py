"""Tests of the delivery to a server with faults, in this process."""

import io
import itertools
import os
import socket
import threading
import time
from unittest import mock

from hagane import _backlog, _messages, _sender, _spool, _writer
from hagane._settings import Settings
from hagane._writer import new_uuid

from .support import Case, put_values


class Delivery(Case):
    def setUp(self):
        Case.setUp(self)
        self.start_server()

        told = mock.patch.object(_writer, "print_line")
        self.told = told.start()
        self.addCleanup(told.stop)

        self.warned = set()
        for patch in (mock.patch.object(_messages, "_warned", self.warned), mock.patch.object(_messages, "print_line")):
            patch.start()
            self.addCleanup(patch.stop)
        for name, value in (("FIRST_FLUSH_S", 0.05), ("FLUSH_S", 0.05), ("BACKOFF_S", (0.05, 0.1))):
            patch = mock.patch.object(_sender, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def assert_delivered(self, count):
        self.assertEqual(self.ledger.values("x"), list(range(count)))
        self.assert_each_once(self.ledger)

    def warnings(self, text):
        return [message for message in self.warned if text in message]

    def spooled_numbers(self):
        """Returns the meta file and {number: value} of the only writer on disk."""
        ((meta, records),) = self.spools().values()
        self.assertEqual((meta["run"], meta["attempt"], meta["pid"]), (self.run_id, 1, os.getpid()))
        self.assertEqual(meta["hostname"], socket.gethostname())
        return meta, dict((number, record["v"]["x"]) for number, record in records.items())

    def test_a_spool_that_is_unreadable_for_a_while_loses_no_record(self):
        writer = self.writer()
        put_values(writer, range(3))
        self.wait_until(lambda: writer.delivery["sent"] == 3)

        away = self.spool_dir + ".away"
        for turn, (break_it, mend_it) in enumerate((
            (lambda: os.rename(self.spool_dir, away), lambda: os.rename(away, self.spool_dir)),
            (self.refuse_reading, self.allow_reading),
        )):
            start = 3 + 10 * turn
            self.server.fault = "error"
            put_values(writer, range(start, start + 10))
            break_it()
            self.server.fault = None
            time.sleep(0.3)
            self.assertEqual(writer.delivery["dropped"], 0)
            mend_it()
            self.wait_until(lambda: writer.delivery["sent"] == start + 10)

        self.assert_delivered(23)
        writer.close()
        self.assert_nothing_spooled()

    def refuse_reading(self):
        def refuse(path, mode="r"):
            if mode == "r":
                raise OSError(24, "Too many open files")
            return io.FileIO(path, mode)

        self.refusal = mock.patch.object(_spool, "FileIO", refuse)
        self.refusal.start()

    def allow_reading(self):
        self.refusal.stop()

    def test_lost_answers_duplicate_no_record(self):
        for fault in ("lose", "cut"):
            self.ledger.records.clear()
            writer = self.writer()
            put_values(writer, range(50))
            self.wait_until(lambda: writer.delivery["sent"] == 50)

            for round_ in range(1, 4):
                self.server.fault_count = 2
                self.server.fault = fault
                put_values(writer, range(50 * round_, 50 * round_ + 50))
                self.wait_until(lambda: writer.delivery["sent"] == 50 * round_ + 50)

            self.server.fault_count = 2
            self.server.fault = fault
            put_values(writer, range(200, 210))
            writer.close()
            self.assert_delivered(210)
            self.assertEqual(writer.delivery, {"sent": 210, "pending": 0, "dropped": 0})

        self.assertGreater(self.ledger.duplicates, 0)
        self.assert_nothing_spooled()

    def test_all_records_arrive_after_temporary_faults(self):
        for fault in ("error", "page", "cut", "lose"):
            self.ledger.records.clear()
            writer = self.writer()
            self.server.fault_count = 3
            self.server.fault = fault
            put_values(writer, range(2500))
            self.wait_until(lambda: writer.delivery["sent"] == 2500)
            writer.close()
            self.assert_delivered(2500)
        self.assert_nothing_spooled()

    def test_all_records_arrive_when_the_server_stops_and_restarts(self):
        writer = self.writer()
        sent = 0
        for _ in range(3):
            put_values(writer, range(sent, sent + 100))
            sent += 100
            self.wait_until(lambda: writer.delivery["sent"] == sent)
            self.server.stop()
            put_values(writer, range(sent, sent + 100))
            sent += 100
            self.wait_until(lambda: self.spools() and writer.delivery["pending"] == 100)
            time.sleep(0.1)
            self.server.start()

        writer.close()
        self.assert_delivered(600)
        self.assert_nothing_spooled()

    def test_all_records_are_on_disk_if_the_server_is_never_reached(self):
        self.server.stop()
        with mock.patch.object(_spool, "SEGMENT_BYTES", 2000):
            writer = self.writer()
            for at in range(20):
                put_values(writer, range(at * 50, at * 50 + 50))
                time.sleep(0.03)
            started = time.time()
            writer.close()

        self.assertLess(time.time() - started, 3)
        meta, values = self.spooled_numbers()
        self.assertTrue(meta["closed"])
        self.assertEqual(values, dict((number, number - 1) for number in range(1, 1001)))
        self.assertGreater(len(os.listdir(self.spool_dir)), 3)
        self.assertEqual(writer.delivery, {"sent": 0, "pending": 1000, "dropped": 0})
        self.assertEqual(self.told.call_count, 1)

    def test_a_writer_stops_sending_when_its_token_is_refused(self):
        writer = self.writer()
        put_values(writer, range(100))
        self.wait_until(lambda: writer.delivery["sent"] == 100)

        self.server.fault = "denied"
        put_values(writer, range(100, 200))
        self.wait_until(lambda: self.server.fault_count is None and self.spools())
        time.sleep(0.3)
        requests = self.server.requests

        put_values(writer, range(200, 300))
        started = time.time()
        writer.close()

        self.assertLess(time.time() - started, 3)
        self.assertLessEqual(self.server.requests, requests + 1)
        self.assert_delivered(100)
        meta, values = self.spooled_numbers()
        self.assertTrue(meta["closed"])
        self.assertEqual(dict((number, value) for number, value in values.items() if number > 100), dict((n, n - 1) for n in range(101, 301)))

    def test_batches_that_are_too_large_are_halved(self):
        self.server.fault = "too_large"
        self.server.records_max = 30
        writer = self.writer()
        put_values(writer, range(500))
        self.wait_until(lambda: writer.delivery["sent"] == 500)

        self.server.records_max = 0
        put_values(writer, [500])
        self.wait_until(lambda: writer.delivery["dropped"] == 1)

        self.server.fault = None
        put_values(writer, [501])
        writer.close()

        self.assertEqual(self.ledger.values("x"), list(range(500)) + [501])
        self.assertEqual(writer.delivery, {"sent": 501, "pending": 0, "dropped": 1})
        self.assertEqual([found["lost"] for found in self.ledger.writers.values()], [1])
        self.assertEqual(len(self.warnings('(too_large): {"k":"m","s":500')), 1)

    @mock.patch.object(_sender, "BACKOFF_S", (0.01,))
    def test_answers_of_another_program_delete_no_record(self):
        writer = self.writer()
        put_values(writer, range(10))
        self.wait_until(lambda: writer.delivery["sent"] == 10)

        bodies = (b"", b"<html>Bad Request</html>", b"{}", b"[]", b"5", b'{"error": "no"}', b'{"error": {"code": 400}}', b'{"ack": 20}')
        marks = (b'{"ack": 999999, "refused": []}', b'{"ack": true, "refused": []}', b'{"ack": 5, "refused": []}', b'{"ack": 20, "refused": [1]}')
        answers = [(status, body) for status in (200, 201, 302, 400, 401, 403, 404, 405, 409, 413, 422, 501) for body in bodies]
        answers += [(200, body) for body in marks]
        put_values(writer, range(10, 20))

        for answer in answers:
            self.server.fault = answer
            requests = self.server.requests
            self.wait_until(lambda: self.server.requests > requests + 1)
            self.assertEqual((answer, writer.delivery), (answer, {"sent": 10, "pending": 10, "dropped": 0}))

        self.server.fault = None
        writer.close()
        self.assert_delivered(20)
        self.assertEqual(self.warned, set())

    def test_an_answer_of_another_program_does_not_confirm_the_creation_of_a_run(self):
        for answer in ((200, b"{}"), (200, b"<html>"), (201, b'{"id": "other"}'), (404, b"no"), (400, b"{}")):
            self.server.fault = answer
            writer = _writer.Writer(Settings(self.env()), new_uuid(), 1, {"kind": "experiment", "name": None, "command": "", "host": None})
            put_values(writer, range(3))
            requests = self.server.requests
            self.wait_until(lambda: self.server.requests > requests + 1)
            self.server.fault = None
            writer.close()
            self.assertEqual((answer, writer.delivery), (answer, {"sent": 3, "pending": 0, "dropped": 0}))

    def test_a_refused_token_prints_a_warning_with_the_reason(self):
        self.server.fault = "denied"
        writer = self.writer()
        put_values(writer, range(3))
        writer.close()
        self.assertEqual(writer.delivery, {"sent": 0, "pending": 3, "dropped": 0})
        self.assertEqual(self.warned, {"the server takes no records of this run: unauthenticated"})

    def test_records_that_a_restored_server_has_lost_count_as_dropped(self):
        writer = self.writer()
        put_values(writer, range(10))
        self.wait_until(lambda: writer.delivery["sent"] == 10)
        with self.ledger.lock:
            del self.ledger.records[4:]
            list(self.ledger.writers.values())[0]["mark"] = 4
        put_values(writer, range(10, 20))
        writer.close()
        self.assertEqual(self.ledger.values("x"), [0, 1, 2, 3] + list(range(10, 20)))
        self.assertEqual(writer.delivery, {"sent": 14, "pending": 0, "dropped": 6})

    def test_close_returns_after_its_timeout_if_the_server_never_answers(self):
        self.server.fault = "silent"
        writer = self.writer()
        put_values(writer, range(10))
        self.wait_until(lambda: self.server.requests > 0)
        # Records are written to disk while the sending thread waits for an answer.
        put_values(writer, range(10, 20))
        self.wait_until(lambda: self.spools() and len(self.spooled_numbers()[1]) == 20, 5)
        started = time.time()
        writer.close(1.0)

        self.assertLess(time.time() - started, 5)
        meta, values = self.spooled_numbers()
        self.assertTrue(meta["closed"])
        self.assertEqual(len(values), 20)

    def test_close_returns_after_its_timeout_if_no_connection_is_accepted(self):
        full = socket.socket()
        self.addCleanup(full.close)
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = "http://127.0.0.1:%d" % full.getsockname()[1]
        writer = self.writer(HAGANE_HOST=url)
        put_values(writer, range(10))
        time.sleep(0.2)
        started = time.time()
        writer.close(1.0)

        self.assertLess(time.time() - started, 5)
        self.assertEqual(len(self.spooled_numbers()[1]), 10)

    def test_malformed_addresses_keep_the_records_pending(self):
        for host in ("http://127.0.0.1:port", "http://[::1", "http://127.0.0.1:0", "://"):
            writer = self.writer(HAGANE_HOST=host, HAGANE_SPOOL=os.path.join(self.folder, "%d" % (abs(hash(host)))))
            put_values(writer, range(3))
            writer.close(0.3)
            self.assertEqual(writer.delivery, {"sent": 0, "pending": 3, "dropped": 0})

    def test_an_address_needs_no_scheme(self):
        writer = self.writer(HAGANE_HOST=self.server.url[7:])
        put_values(writer, range(3))
        writer.close()
        self.assert_delivered(3)

    def test_a_writer_finds_an_address_that_is_written_after_its_start(self):
        token = os.path.join(self.folder, "token")
        state = os.path.join(self.folder, "server.json")
        writer = self.writer(HAGANE_HOST="", HAGANE_TOKEN="")
        put_values(writer, range(3))
        for path, text in ((token, "secret\n"), (state, "{"), (state, "[]"), (state, '{"url": "%s"}' % self.server.url)):
            with open(path, "w") as file:
                file.write(text)
            time.sleep(0.15)
        self.wait_until(lambda: writer.delivery["sent"] == 3)

    def test_records_are_delivered_from_memory_if_the_spool_cannot_be_created(self):
        with open(self.spool_dir, "w"):
            pass
        writer = self.writer()
        put_values(writer, range(3000))
        writer.close()
        self.assert_delivered(3000)
        self.assertEqual((self.told.call_count, len(self.warnings("wait in memory"))), (0, 1))

    def test_a_disk_that_fails_now_and_then_loses_no_record(self):
        turns = itertools.count()

        class File(io.FileIO):
            def write(self, data):
                if next(turns) % 5 > 1:
                    io.FileIO.write(self, memoryview(data)[: len(data) // 2])
                    raise OSError(28, "No space left on device")
                return io.FileIO.write(self, data)

        self.server.stop()
        writer = self.writer()
        with mock.patch.object(_spool, "FileIO", File), mock.patch.object(_backlog, "DISK_RETRY_S", 0):
            put_values(writer, range(12))
            self.assertEqual(writer.delivery["pending"], 12)
            _, values = self.spooled_numbers()
            # Each record on disk has its own number.
            self.assertEqual(values, dict((number, number - 1) for number in values))
            self.assertLess(len(values), 12)
            self.server.start()
            writer.close()

        self.assert_delivered(12)
        self.assert_nothing_spooled()

    def test_records_are_dropped_and_counted_if_disk_and_memory_are_full(self):
        self.server.stop()
        patches = [(_backlog, "MEMORY_BYTES_MAX", 10000), (_backlog, "SPOOL_BYTES_MAX", 20000), (_spool, "SEGMENT_BYTES", 5000)]
        for module, name, value in patches:
            patch = mock.patch.object(module, name, value)
            patch.start()
            self.addCleanup(patch.stop)

        writer = self.writer()
        put_values(writer, range(2000))
        counts = writer.delivery

        self.assertGreater(counts["dropped"], 0)
        self.assertEqual((counts["sent"], counts["pending"] + counts["dropped"]), (0, 2000))
        self.assertEqual(len(self.warnings("dropped")), 1)

        self.server.start()
        self.wait_until(lambda: writer.delivery["sent"] == counts["pending"])
        put_values(writer, [2000])
        writer.close()

        values = self.ledger.values("x")
        self.assertEqual(values, sorted(set(values)))
        self.assertEqual((len(values), values[-1]), (counts["pending"] + 1, 2000))
        self.assert_each_once(self.ledger)
        self.assert_nothing_spooled()

    def test_records_that_are_stored_nowhere_count_as_dropped_after_close(self):
        with open(self.spool_dir, "w"):
            pass
        self.server.stop()
        for offline in ("", "1"):
            writer = self.writer(HAGANE_OFFLINE=offline)
            put_values(writer, range(10))
            self.assertEqual(writer.delivery, {"sent": 0, "pending": 10, "dropped": 0})
            writer.close(0.5)
            self.assertEqual(writer.delivery, {"sent": 0, "pending": 0, "dropped": 10})
            self.assertIn("0 pending (hagane sync sends them), 10 dropped", self.told.call_args[0][0])

    def test_close_writes_records_from_memory_to_a_disk_that_has_room_again(self):
        with open(self.spool_dir, "w"):
            pass
        writer = self.writer(HAGANE_OFFLINE="1")
        put_values(writer, range(10))
        os.remove(self.spool_dir)
        writer.close()
        meta, values = self.spooled_numbers()
        self.assertEqual((meta["closed"], values), (True, dict((number, number - 1) for number in range(1, 11))))

    def test_records_of_a_removed_segment_count_as_lost(self):
        self.server.stop()
        with mock.patch.object(_spool, "SEGMENT_BYTES", 500):
            writer = self.writer()
            for at in range(10):
                put_values(writer, range(at * 10, at * 10 + 10))
                self.wait_until(lambda: writer.delivery["pending"] == at * 10 + 10)

            segments = sorted(name for name in os.listdir(self.spool_dir) if name.endswith(".jsonl"))
            self.assertGreater(len(segments), 4)
            os.remove(os.path.join(self.spool_dir, segments[2]))
            with open(os.path.join(self.spool_dir, segments[3]), "wb"):
                pass
            self.server.start()
            writer.close()

        values = self.ledger.values("x")
        counts = writer.delivery
        self.assertEqual(values, sorted(set(values)))
        self.assertEqual((counts["sent"], counts["pending"], counts["dropped"]), (len(values), 0, 100 - len(values)))
        self.assertIn(99, values)
        self.assertLess(counts["dropped"], 50)
        self.assertEqual([found["lost"] for found in self.ledger.writers.values()], [counts["dropped"]])
        self.assert_nothing_spooled()

    def test_100000_waiting_records_are_delivered(self):
        count = 100000
        self.server.stop()
        writer = self.writer()
        for at in range(0, count, 1000):
            put_values(writer, range(at, at + 1000))
        self.wait_until(lambda: writer.delivery["pending"] == count, 60)
        self.server.start()
        self.wait_until(lambda: writer.delivery["sent"] == count, 60)
        writer.close()
        self.assert_delivered(count)
        self.assert_nothing_spooled()

    def test_close_delivers_the_records_if_no_thread_can_be_started(self):
        original = threading.Thread.start

        def start(thread):
            if thread.name == "hagane-send":
                raise RuntimeError("can't start new thread")
            original(thread)

        with mock.patch.object(threading.Thread, "start", start):
            writer = self.writer()
            put_values(writer, range(10))
            writer.close()

        self.assert_delivered(10)
        self.assert_nothing_spooled()

    def test_records_logged_during_close_are_delivered(self):
        writer = self.writer()
        done = threading.Event()
        counts = []

        def work():
            count = 0
            while not done.is_set():
                writer.put(("m", count, 0.5, {"x": count}))
                count += 1
                time.sleep(0.0005)
            counts.append(count)

        thread = threading.Thread(target=work)
        thread.start()

        for _ in range(5):
            time.sleep(0.05)
            writer.close()

        done.set()
        thread.join()
        writer.close()

        self.assertEqual(sorted(self.ledger.values("x")), list(range(counts[0])))
        self.assert_each_once(self.ledger)
        self.assert_nothing_spooled()

    def test_an_offline_writer_sends_no_request(self):
        writer = self.writer(HAGANE_OFFLINE="1")
        put_values(writer, range(100))
        started = time.time()
        writer.close()
        self.assertLess(time.time() - started, 3)
        meta, values = self.spooled_numbers()
        self.assertTrue(meta["closed"])
        self.assertEqual(values, dict((number, number - 1) for number in range(1, 101)))
        self.assertEqual((self.server.requests, self.told.call_count), (0, 0))

    def test_a_run_that_cannot_be_created_keeps_its_records_in_the_spool(self):
        self.server.fault = "denied"
        create = {"kind": "experiment", "name": None, "command": "", "host": None}
        writer = _writer.Writer(Settings(self.env()), self.run_id, 1, create)
        put_values(writer, range(5))
        writer.close()
        meta, values = self.spooled_numbers()
        self.assertEqual((meta["create"], len(values)), (create, 5))
