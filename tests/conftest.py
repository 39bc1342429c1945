"""What every test may ask for: a clock that stands still, a store of its own, the real data; no screen."""

import gc
import itertools
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from tocsin.cli.libraries import require_qt
from tocsin.errors import Missing
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store, create_store, open_store

# Set before anything imports Qt: the tests need no screen, and never take the one of whoever runs them.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
try:
    require_qt(window=False)
except Missing as missing:
    pytest.exit(str(missing), returncode=1)

# The programs that tests start read what was compiled before instead of compiling it all again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No deadline, because a busy machine is no fault of the code; a fixed seed, because a red test must stay red.
settings.register_profile("tocsin", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("tocsin")

# Nor a short wait for a screen: what never comes is red all the same, and what comes late is not.
PATIENCE_MS = 60_000
for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive):
    assert wait.__kwdefaults__["timeout"] < PATIENCE_MS
    wait.__kwdefaults__["timeout"] = PATIENCE_MS

STARTED = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
SHARED_DATA = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def pytest_collection_finish() -> None:
    """Take the collector in hand: running in a worker thread it would destroy Qt objects there."""
    _collect()


def _collect(*, whole: bool = True) -> None:
    """Collect, and set aside what lives on, so that the next collection looks at one test's objects only.

    `whole` looks at what was set aside before, too, which takes seconds.
    """
    gc.disable()  # a console that was closed hands it back to Python
    if whole:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Give back what was set aside, so that the interpreter ends as any."""
    gc.unfreeze()


_tests = itertools.count(1)


@pytest.fixture(autouse=True)
def _collect_on_main_thread() -> Iterator[None]:
    yield
    _collect(whole=next(_tests) % 500 == 0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, which lies beside the checkout and not inside it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}; name its folder in TOCSIN_SHARED_DATA")
    return SHARED_DATA


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 13:37:12 UTC on 2 November 2026 until it is moved."""
    return ManualClock(STARTED)


@pytest.fixture
def author() -> Author:
    """Whoever writes when a test does not care who."""
    return Author("Operator A")


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Any, ...]]:
    """A store nobody has written in, to be copied, and how the chance stands after its making."""
    path, chance = tmp_path_factory.mktemp("new") / "war-room.tocsin", random.Random(7)
    clock, author = ManualClock(STARTED), Author("Operator A")
    create_store(
        path, code="WR", zone="Europe/Berlin", clock=clock, author=author, random=chance.randbytes
    ).close()
    return path, chance.getstate()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock, new_store: tuple[Path, tuple[Any, ...]]) -> Iterator[Store]:
    """A new store on a real disk, site WR in Berlin; its ids and salts are the same in every run."""
    made, state = new_store
    path, chance = tmp_path / made.name, random.Random()
    chance.setstate(state)
    shutil.copytree(made, path)
    opened = open_store(path, clock=clock, random=chance.randbytes)
    yield opened
    opened.close()


AddSamples = Callable[[Signal, NDArray[np.int64], NDArray[np.float64]], int]


@pytest.fixture
def add_samples(store: Store, author: Author) -> AddSamples:
    """A function that stores samples (times in UTC microseconds, values) as one complete import."""

    def add(signal: Signal, times_us: NDArray[np.int64], values: NDArray[np.float64]) -> int:
        with store.signals.write() as connection:
            number = imports.begin(
                connection,
                id=store.new_id(),
                source="test",
                sha256="",
                importer="test",
                record="samples",
                system=signal.system,
                author=author,
                started=store.now(),
            )
            one = series.ensure(connection, signal)
            samples.append(connection, one, times_us, values, number)
            imports.complete(connection, number, imports.Counts(), {}, store.now())
        return one

    return add
