"""Stored text read by several threads at once, each type for the first time."""

import subprocess
import sys

import msgspec
import pytest

from tocsin.model.decoding import converted, decoded
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.operations import incidents
from tocsin.store.folder import Store

RACE = """
import sys, threading
from tocsin.model.decoding import decoded
from tocsin.model.incident import Incident

sys.setswitchinterval(1e-6)
together = threading.Barrier(6)

def read():
    together.wait()
    for _ in range(3):
        decoded(sys.argv[1], Incident)

threads = [threading.Thread(target=read) for _ in range(6)]
for one in threads:
    one.start()
for one in threads:
    one.join()
"""


def test_threads_that_read_a_type_for_the_first_time_do_not_crash(store: Store) -> None:
    known = incidents.declare(store, Author("Operator A"), title="Scorer declines", system="scorer")
    text = msgspec.json.encode(known).decode()
    for _ in range(4):
        assert subprocess.run([sys.executable, "-c", RACE, text], check=False, timeout=60).returncode == 0


def test_what_does_not_fit_is_refused_both_ways() -> None:
    at = "2026-11-21T22:00:00Z"
    assert decoded(f'{{"at": "{at}"}}', When) == converted({"at": at}, When)
    with pytest.raises(msgspec.ValidationError):
        decoded("{}", When)
    with pytest.raises(msgspec.ValidationError):
        converted({}, When)
