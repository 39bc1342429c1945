"""Slow answers: at once for another subject, rested for new evidence, never an older one over a newer."""

import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from tocsin.errors import BadInput
from tocsin.now import ManualClock
from tocsin.operations.progress import Progress
from tocsin.ui.desk import Desk
from tocsin.ui.signals.slow import Slow, State
from tocsin.ui.signals.under_way import UnderWay

Answer = Generator[Progress, None, str]


@pytest.fixture
def slow(desk: Desk) -> Slow:
    return Slow(desk, desk)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Closed; what waits at it goes on once the test opens it, or ends."""
    made = threading.Event()
    yield made
    made.set()


def quick(words: str) -> Answer:
    yield Progress(0, 1, "thinking")
    return words


def held(words: str, gate: threading.Event) -> Answer:
    yield Progress(1, 4, "waiting")
    gate.wait(10)
    return words  # in the very step in which it may have been let go


def answered(slow: Slow, words: str) -> Callable[[], bool]:
    return lambda: slow.state is State.ANSWERED and slow.answer == words


def test_another_subject_is_answered_at_once_and_the_older_answer_never_comes(
    qtbot: QtBot, slow: Slow, gate: threading.Event
) -> None:
    seen: list[str | None] = []
    slow.changed.connect(lambda: seen.append(slow.answer))
    slow.want("one", 1, partial(held, "about one", gate))
    qtbot.waitUntil(lambda: slow.progress is not None)
    assert slow.state is State.RUNNING
    slow.want("other", 1, partial(quick, "about the other"))
    gate.set()
    qtbot.waitUntil(answered(slow, "about the other"))
    slow.want("one", 1, partial(quick, "again about one"))
    assert slow.answer is None, "an answer about something else is not shown meanwhile"
    qtbot.waitUntil(answered(slow, "again about one"))
    assert "about one" not in seen


def test_the_same_evidence_is_not_looked_at_twice_and_new_evidence_waits_for_the_rest(
    qtbot: QtBot, slow: Slow, clock: ManualClock
) -> None:
    slow.want("one", 1, partial(quick, "first"))
    qtbot.waitUntil(answered(slow, "first"))
    slow.want("one", 1, partial(quick, "the same again"))
    assert slow.state is State.ANSWERED
    slow.want("one", 2, partial(quick, "second"))
    assert slow.state is State.ANSWERED, "it rests"
    clock.advance(minutes=5)
    slow.want("one", 3, partial(quick, "third"))
    qtbot.waitUntil(answered(slow, "third"))


def test_a_person_stops_it_and_tries_again(qtbot: QtBot, slow: Slow, gate: threading.Event) -> None:
    line = UnderWay(slow, "searching")
    qtbot.addWidget(line)
    assert line.isHidden()
    slow.want("one", 1, partial(held, "found", gate))
    qtbot.waitUntil(lambda: slow.progress is not None)
    assert not line.isHidden()
    assert line.words.text() == "Waiting …"
    line.button.click()
    assert slow.state is State.STOPPED
    gate.set()
    slow.want("one", 2, partial(quick, "newer"))
    assert slow.state is State.STOPPED, "what was stopped stays so until asked"
    line.button.click()
    qtbot.waitUntil(answered(slow, "newer"))
    assert line.isHidden()


def test_asked_again_it_does_not_wait_for_an_older_run_nor_show_it(
    qtbot: QtBot, slow: Slow, gate: threading.Event
) -> None:
    seen: list[str | None] = []
    slow.changed.connect(lambda: seen.append(slow.answer))
    slow.want("one", 1, partial(held, "older", gate))
    qtbot.waitUntil(lambda: slow.progress is not None)
    slow.want("one", 2, partial(quick, "chosen by a person"))
    slow.again()
    gate.set()
    qtbot.waitUntil(answered(slow, "chosen by a person"))
    assert "older" not in seen


def test_a_refusal_says_why_and_the_last_answer_stays(qtbot: QtBot, slow: Slow, clock: ManualClock) -> None:
    def refuse() -> Answer:
        yield Progress(0, 1)
        raise BadInput("there is nothing to tell by.")

    slow.want("one", 1, partial(quick, "first"))
    qtbot.waitUntil(answered(slow, "first"))
    clock.advance(minutes=5)
    slow.want("one", 2, refuse)
    qtbot.waitUntil(lambda: slow.state is State.FAILED)
    assert "nothing to tell by" in slow.trouble
    assert slow.answer == "first"
