"""Do the lanes keep order, stop where asked, and speak on the interface thread only."""

import gc
import threading
import weakref
from collections.abc import Generator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tocsin.errors import BadInput
from tocsin.ui.jobs import Collector, Job, Jobs, State


def steps(count: int, log: list[str], gate: threading.Event | None = None) -> Generator[int, None, str]:
    try:
        for number in range(count):
            log.append(f"step {number}")
            yield number
            if gate is not None:
                gate.wait(5)
    finally:
        log.append("closed")
    return "all"


def ended(qtbot: QtBot, job: Job) -> Job:
    with qtbot.waitSignal(job.ended):
        job.start()
    return job


def test_the_answer_comes_on_the_interface_thread(qtbot: QtBot, jobs: Jobs) -> None:
    job, seen = jobs.command(threading.get_ident), list[tuple[int, int]]()
    job.succeeded.connect(lambda result: seen.append((result, threading.get_ident())))
    assert ended(qtbot, job).state is State.DONE
    assert seen[0][1] == threading.get_ident()
    assert seen[0][0] != threading.get_ident()


def test_a_refusal_is_shown_and_a_fault_is_logged(
    qtbot: QtBot, jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise BadInput("the title is empty.")

    said = list[str]()
    job = jobs.command(refuse)
    job.refused.connect(lambda error: said.append(str(error)))
    job.broke.connect(lambda _: said.append("broke"))
    assert ended(qtbot, job).state is State.REFUSED
    broken = jobs.command(lambda: 1 // 0)
    broken.broke.connect(lambda error: said.append(type(error).__name__))
    assert ended(qtbot, broken).state is State.BROKEN
    assert said == ["the title is empty.", "ZeroDivisionError"]
    assert "ZeroDivisionError" in caplog.text


def test_steps_report_and_their_result_is_returned(qtbot: QtBot, jobs: Jobs) -> None:
    log, seen, results = list[str](), list[int](), list[str]()
    job = jobs.bulk(lambda: steps(4, log))
    job.progressed.connect(seen.append)
    job.succeeded.connect(results.append)
    ended(qtbot, job)
    assert results == ["all"]
    assert log == ["step 0", "step 1", "step 2", "step 3", "closed"]
    assert seen == sorted(set(seen))
    assert seen[-1] == 3


def test_what_comes_meanwhile_runs_between_two_steps(qtbot: QtBot, jobs: Jobs) -> None:
    log, gate = list[str](), threading.Event()
    long = jobs.bulk(lambda: steps(3, log, gate))
    with qtbot.waitSignal(long.progressed):
        long.start()
    short = jobs.bulk(lambda: log.append("short"))
    short.start()
    gate.set()
    qtbot.waitUntil(lambda: long.state is State.DONE)
    assert log.index("short") < log.index("step 2")


def test_a_command_does_not_wait_for_an_import(qtbot: QtBot, jobs: Jobs) -> None:
    gate = threading.Event()
    long = jobs.bulk(lambda: steps(2, [], gate))
    with qtbot.waitSignal(long.progressed):
        long.start()
    assert ended(qtbot, jobs.command(lambda: "saved")).state is State.DONE
    assert long.state is State.RUNNING
    gate.set()
    qtbot.waitUntil(lambda: long.state is State.DONE)


def test_cancel_closes_the_generator_at_its_next_step(qtbot: QtBot, jobs: Jobs) -> None:
    log, gate = list[str](), threading.Event()
    job = jobs.bulk(lambda: steps(1000, log, gate))
    with qtbot.waitSignal(job.progressed):
        job.start()
    job.cancel()
    with qtbot.waitSignal(job.ended):
        gate.set()
    assert job.state is State.CANCELLED
    assert log[-1] == "closed"
    assert len(log) < 5


def test_closing_finishes_commands_and_stops_imports(qtbot: QtBot, tmp_path: Path) -> None:
    lanes, log, saved = Jobs(), list[str](), list[int]()
    endless = lanes.bulk(lambda: steps(10**9, log))
    with qtbot.waitSignal(endless.progressed):
        endless.start()
    for number in range(20):
        lanes.command(lambda number=number: saved.append(number)).start()  # type: ignore[misc]
    lanes.close()
    assert saved == list(range(20))
    assert log[-1] == "closed"
    late = lanes.command(lambda: saved.append(99))
    late.start()
    assert late.state is State.CANCELLED
    assert not [t for t in threading.enumerate() if t.name.startswith(("journal", "bulk", "read"))]


def test_the_collector_runs_here_and_finds_circles(qtbot: QtBot) -> None:
    class Node:
        """Something that can point at itself."""

    alive = list[int]()
    node = Node()
    node.self = node  # type: ignore[attr-defined]
    weakref.finalize(node, lambda: alive.append(threading.get_ident()))
    del node
    collector = Collector()
    assert not gc.isenabled()
    for _ in range(40):
        _waste = [[] for _ in range(2 * gc.get_threshold()[0])]  # type: ignore[var-annotated]
        collector.collect()
    assert alive == [threading.get_ident()]
