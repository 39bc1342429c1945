"""Detection in decision logs: found once and dated, extended by later looks, silent where nothing changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.detectors.base import DAY, Finding, Log
from tocsin.detectors.distributions_detectors import InputsDetector, OutputsDetector
from tocsin.detectors.performance_detector import PerformanceDetector
from tocsin.detectors.table import Decisions
from tocsin.importers.base import Options
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import from_us
from tocsin.model.operator import Author
from tocsin.operations import alerts, budget, decisions, queue
from tocsin.operations import detect_logs as module
from tocsin.operations.detect_logs import LogsDetected, detect_logs, looks
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
PER_DAY = 60
Log_ = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No parameters."""


class Telling:
    """A detector that finds what the amounts of the window say: "a" above 5, "b" above 50."""

    name, title, release, parameters = "telling", "Telling", "1", Nothing()
    needs = Log((), 7 * DAY, 28 * DAY, DAY, 20)

    def __init__(self) -> None:
        self.seen: list[Decisions] = []

    def find(self, decisions: Decisions) -> list[Finding]:
        self.seen.append(decisions)
        table = decisions.table
        now = table.numbers("amount")[table.times_us >= decisions.window[0]]
        before = table.numbers("amount")[table.times_us < decisions.window[0]]
        risen = float(now.mean() - before.mean())
        last = int(table.times_us[-1])
        return [told(name, risen, limit, last) for name, limit in (("a", 5.0), ("b", 50.0)) if risen > limit]


def told(name: str, value: float, limit: float, last: int) -> Finding:
    return Finding(
        AlertSeverity.HIGH, f"{name} rose", value, limit, last, last - DAY, last - 2 * DAY, last, None, False,
        value, 0.001, "", (), name, {"layer": "behaviour"},
    )  # fmt: skip


@pytest.fixture
def log(store: Store, author: Author, tmp_path: Path) -> Log_:
    """Import days of decisions: their amounts by day, from a day on."""

    def add(amounts: list[float], first: int = 0, **columns: list[float]) -> None:
        rng = np.random.default_rng(first)
        rows = [",".join(["id,time,amount", *columns])]
        for day, amount in enumerate(amounts):
            for i in range(PER_DAY):
                at = BEGIN + timedelta(days=first + day, minutes=i * (1440 // PER_DAY))
                more = "".join(f",{int(rng.random() < values[day])}" for values in columns.values())
                rows.append(f"{first + day}-{i},{at:%Y-%m-%dT%H:%M:%SZ},{amount + rng.normal():.3f}{more}")
        file = tmp_path / f"log{first}.csv"
        file.write_text("\n".join(rows) + "\n")
        finish(ingest(store, author, file, system="shop", options=Options(record="decisions")))

    return add


def run(store: Store, *parts: object, among: tuple[object, ...] = (), **said: object) -> LogsDetected:
    """Let detectors judge with their shares of the budget, those of which others `among` them have a part."""
    shares = budget.shares(store, among or parts)
    done = finish(detect_logs(store, parts, shares, **said))  # type: ignore[arg-type]
    assert not done.problems
    return done


def test_looks_are_counted_back_from_the_newest() -> None:
    needs = Log((), 7 * DAY, 28 * DAY, DAY, 20)
    span = (0, 40 * DAY)
    first = looks(needs, span, None)
    assert [one.end_us for one in first] == [k * DAY + 1 for k in range(14, 41)]
    assert looks(needs, span, 40 * DAY) == []
    assert looks(needs, (0, 41 * DAY - 2), 40 * DAY) == []
    assert [one.end_us for one in looks(needs, (0, 41 * DAY), 40 * DAY)] == [41 * DAY + 1]
    assert looks(needs, (0, 13 * DAY), None) == []
    far = looks(needs, (0, 400 * DAY), None)
    assert {one.step_us for one in far} == {7 * DAY}
    assert far[-1].end_us == 400 * DAY + 1


def test_a_look_gets_the_window_and_its_past(store: Store, log: Log_) -> None:
    log([0.0] * 40)
    part = Telling()
    run(store, part)
    newest = part.seen[-1]
    assert newest.window[1] - newest.window[0] == 7 * DAY
    assert newest.window[0] - newest.baseline[0] == 28 * DAY
    assert newest.table.times_us[-1] == newest.window[1] - 1
    assert newest.table.times_us[0] >= newest.baseline[0]
    share = budget.shares(store, [part]).of_log(store_system(store), part)
    assert newest.chance == pytest.approx(1 - np.exp(-share / 7))


def store_system(store: Store) -> str:
    return decisions.logs(store, "shop")[0].system


def test_what_goes_on_is_one_alert(store: Store, log: Log_) -> None:
    log([0.0] * 30 + [10.0] * 4)
    part = Telling()
    [raised] = run(store, part).raised
    assert (raised.signal, raised.metric, raised.labels) == ("", "a", {"layer": "behaviour"})
    assert raised.ended is None
    assert run(store, part) == LogsDetected()  # nothing new, no look
    log([10.0] * 3, first=34)
    done = run(store, part)
    assert (done.raised, [one.id for one in done.changed]) == ([], [raised.id])
    assert done.changed[0].time == raised.time
    log([0.0] * 30, first=37)
    [ended] = run(store, part).changed
    assert (ended.id, ended.metric) == (raised.id, "a")
    assert ended.ended is not None
    assert [one.id for one in alerts.list_all(store)] == [raised.id]


def test_all_at_once_or_day_by_day_find_the_same(store: Store, log: Log_, tmp_path: Path) -> None:
    log([0.0] * 30)
    for day in range(30, 36):
        log([10.0], first=day)
        run(store, Telling())
    [by_day] = alerts.list_all(store)
    assert by_day.metric == "a"
    assert BEGIN + timedelta(days=33) <= by_day.time < BEGIN + timedelta(days=36)


def test_older_decisions_that_come_late_are_looked_at(store: Store, log: Log_) -> None:
    log([0.0] * 20)
    log([0.0] * 20, first=40)
    part = Telling()
    run(store, part)
    assert not alerts.list_all(store)
    log([60.0] * 10, first=25)
    done = run(store, part)
    assert {one.metric for one in done.raised} == {"a", "b"}
    assert done.looks > 20


def test_an_older_departure_that_comes_late_leaves_the_later_one_alone(store: Store, log: Log_) -> None:
    log([0.0] * 30)
    log([0.0] * 25 + [10.0] * 5, first=50)
    [later] = run(store, Telling()).raised
    log([10.0] * 7 + [0.0] * 13, first=30)
    run(store, Telling())
    older, same = sorted(alerts.list_all(store), key=lambda one: one.time)
    assert (same.id, same.ended) == (later.id, None)
    assert abs(same.time - later.time) <= timedelta(days=2)  # judged anew, with what came late as its past
    assert older.ended is not None
    assert older.time < BEGIN + timedelta(days=40) < older.ended + timedelta(days=7)


def test_of_too_many_decisions_a_part_is_judged(
    store: Store, log: Log_, monkeypatch: pytest.MonkeyPatch
) -> None:
    log([0.0] * 30 + [10.0] * 4)
    monkeypatch.setattr(module, "_MOST_CELLS", 35 * PER_DAY)  # a third of what a look is about
    part = Telling()
    assert [one.metric for one in run(store, part).raised] == ["a"]
    rows = len(part.seen[-1].table)
    assert 0.2 * 34 * PER_DAY < rows < 0.5 * 34 * PER_DAY
    assert (np.diff(part.seen[-1].table.times_us) >= 0).all()


def test_what_was_accepted_is_found_anew_only_beyond_what_came_since(
    store: Store, log: Log_, author: Author
) -> None:
    log([0.0] * 30 + [10.0] * 10)
    part = Telling()
    [raised] = run(store, part).raised
    queue.accept(store, author, [raised.id], reason="another season", since=BEGIN + timedelta(days=30))
    log([10.0] * 3, first=40)
    assert run(store, part).raised == []
    log([30.0] * 5, first=43)
    done = run(store, part)
    assert [one.metric for one in done.raised] == ["a"]
    assert done.raised[0].id != raised.id


def test_since_leaves_the_past_unjudged(store: Store, log: Log_) -> None:
    log([0.0] * 20 + [10.0] * 7 + [0.0] * 40)
    assert not run(store, Telling(), since=BEGIN + timedelta(days=60)).raised


@pytest.mark.parametrize("how", ["raises", "tells of no time there is"])
def test_a_detector_that_breaks_harms_no_other(store: Store, log: Log_, how: str) -> None:
    class Broken(Telling):
        name = "broken"

        def find(self, decisions: Decisions) -> list[Finding]:
            if how == "raises":
                raise RuntimeError("no idea")
            return [replace(one, time_us=2**62) for one in super().find(decisions)]

    log([0.0] * 30 + [10.0] * 4)
    parts = [Broken(), Telling()]
    done = finish(detect_logs(store, parts, budget.shares(store, parts)))  # type: ignore[arg-type]
    assert [one.metric for one in done.raised] == ["a"]
    assert len(done.problems) == 1
    assert "broken broke" in done.problems[0]


def test_roles_that_nobody_has_are_not_asked_for(store: Store, log: Log_) -> None:
    class Needy(Telling):
        name = "needy"
        needs = Log(("reviewer",), 7 * DAY, 28 * DAY, DAY, 20)

    log([0.0] * 40)
    part = Needy()
    run(store, part)
    assert part.seen == []


def test_inputs_and_decisions_that_changed_are_told_apart(store: Store, log: Log_) -> None:
    quiet = [0.3] * 40
    log([0.0] * 30 + [1.0] * 10, y_pred=quiet, flag=[0.1] * 30 + [0.5] * 10)
    done = run(store, InputsDetector())
    assert {one.metric for one in done.raised} == {"amount distribution", "flag distribution"}
    assert all(abs(started(one) - (BEGIN + timedelta(days=30))) < timedelta(hours=12) for one in done.raised)
    log([0.0] * 5, first=40, y_pred=[0.9] * 5)
    assert {one.metric for one in run(store, OutputsDetector()).raised} == {"y_pred distribution"}


# --- the car loans: inputs shift in the middle of the analysis, and accuracy falls without labels ----------

PARTS = (InputsDetector(), OutputsDetector(), PerformanceDetector())
MANY = tuple(
    Telling() for _ in range(20)
)  # with so many beside it each may raise one false alarm in 20 weeks


def loans(store: Store, author: Author, folder: Path, *parts: str) -> None:
    for part in parts:
        file = folder / f"synthetic_car_loan_{part}.csv"
        options = Options(record="decisions", at=BEGIN if part == "analysis_target" else None)
        finish(ingest(store, author, file, system="loans", options=options))


def change(store: Store) -> tuple[datetime, timedelta]:
    """When it changed (row 25,000 of the analysis), and how long one chunk of 5,000 rows is."""
    table, _ = decisions.of_system(store, "loans", columns=["y_pred"])
    at = from_us(int(table.times_us[75_000]))
    return at, from_us(int(table.times_us[80_000])) - at


def test_car_loans_are_found_and_dated_without_labels_and_confirmed_by_them(
    store: Store, author: Author, shared_data: Path
) -> None:
    folder = shared_data / "nannyml_car_loan"
    loans(store, author, folder, "reference", "analysis")
    at, chunk = change(store)
    found = {one.metric: one for one in run(store, *PARTS, among=MANY).raised}
    assert set(found) == {
        "car_value distribution",
        "loan_length distribution",
        "repaid_loan_on_prev_car distribution",
        "salary_range distribution",
        "y_pred_proba distribution",
        "accuracy, estimated",
    }
    assert all(abs(started(one) - at) < chunk / 10 for one in found.values())
    value = found["car_value distribution"].start
    assert value is not None
    assert value.low <= at <= value.high
    assert value.high - value.low < chunk / 100  # 50 rows
    assert found["accuracy, estimated"].value == pytest.approx(0.913, abs=0.04)  # of a week of 1,155 rows
    # Months later it is known who paid back; what was judged is looked at again.
    loans(store, author, folder, "analysis_target")
    raised = run(store, *PARTS, among=MANY).raised
    realised = [one for one in raised if at < one.time < at + chunk]
    assert [one.metric for one in realised] == ["accuracy, realised"]
    assert abs(started(realised[0]) - at) < chunk
    assert realised[0].value == pytest.approx(0.914, abs=0.02)


def started(alert: Alert) -> datetime:
    assert alert.start is not None
    return alert.start.at
