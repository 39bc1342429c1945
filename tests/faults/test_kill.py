"""Pull the plug in the middle of writing: whatever was acknowledged is there, and the chain holds."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tocsin.now import ManualClock
from tocsin.store import journal, projections
from tocsin.store.folder import Store, open_store

WRITER = Path(__file__).with_name("writer.py")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


def started(store: Store, count: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, str(WRITER), str(store.path), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed(process: "subprocess.Popen[str]", after_s: float) -> list[str]:
    """Let it write for a while after its first entry, kill it, and return what it had acknowledged."""
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(after_s)  # the moment of death is the point of the test, not a wait for a result
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    process.stdout.close()
    return [line for line in (first + rest).split("\n")[:-1] if len(line) == 36]


def assert_whole(store: Store, acknowledged: list[str]) -> None:
    reopened = open_store(store.path, clock=store.clock)
    try:
        assert reopened.journal.is_sound()
        with reopened.journal.read() as connection:
            assert journal.verify(connection) is None
            assert projections.differences(projections.stored(connection), journal.entries(connection)) == []
            stored = {entry.id for entry in journal.entries(connection)}
        assert [id for id in acknowledged if id not in stored] == []
    finally:
        reopened.close()


def test_nothing_acknowledged_is_lost(store: Store) -> None:
    random.seed(11)
    acknowledged: list[str] = []
    for _ in range(8):
        acknowledged += killed(started(store), random.uniform(0.0, 0.1))
        assert_whole(store, acknowledged)
    assert len(acknowledged) > 8


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_in_a_thousand_kills(store: Store) -> None:
    random.seed(12)
    acknowledged: list[str] = []
    for _ in range(1000):
        acknowledged += killed(started(store), random.uniform(0.0, 0.2))
    assert_whole(store, acknowledged)


def test_two_processes_write_one_chain(store: Store, clock: ManualClock) -> None:
    writers = [started(store, 60), started(store, 60)]
    outputs = [writer.communicate(timeout=120)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert_whole(store, [id for output in outputs for id in output])
    with store.journal.read() as connection:
        assert [e.seq for e in journal.entries(connection)] == list(range(1, 122))
