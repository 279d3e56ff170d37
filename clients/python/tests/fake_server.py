"""The server of `faulty_server` as `test_client` sees it."""

from . import faulty_server
from .faulty_server import TOKEN

__all__ = ["TOKEN", "FakeServer"]

_FAULTS = {None: None, "mute": "silent", "error": "error", "unauthorized": "denied", "lose": "lose"}


class FakeServer(faulty_server.FakeServer):
    """`switch`: None, down, mute, error, unauthorized, or lose (each second request is applied and not answered)."""

    def switch(self, name):
        if name == "down":
            self.stop()
            return
        if self.is_stopped:
            self.start()
        self.fault = _FAULTS[name]
        self.fault_count = None

    def next_fault(self):
        fault = faulty_server.FakeServer.next_fault(self)
        return None if fault == "lose" and self.requests % 2 else fault

    @property
    def created(self):
        return self.ledger.runs

    @property
    def duplicates(self):
        return self.ledger.duplicates

    @property
    def problems(self):
        return self.ledger.problems

    @property
    def writers(self):
        """By writer: its run, attempt, mark, lost, closed and records."""
        found = {}
        for (run, writer_id), writer in self.ledger.writers.items():
            records = [record for _, other, _, record in self.ledger.records if other == writer_id]
            found[writer_id] = dict(writer, run=run, records=records)
        return found

    def records(self):
        return [record for _, _, _, record in self.ledger.records]

    def metrics(self):
        return self.ledger.of_kind("m")

    def values(self, name):
        return self.ledger.values(name)
