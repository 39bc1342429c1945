"""When did it start: the joint estimate of a system's series, with its deployments, and what people say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.operations.conftest import Import
from tocsin.errors import BadInput, NotAllowed
from tocsin.model.instant import When, to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations import command, deployments, incidents, start, systems, undo, verification
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

AddSamples = Callable[[Signal, NDArray[np.int64], NDArray[np.float64]], int]

STEP = timedelta(minutes=10)
BEGIN = datetime(2026, 10, 19, 12, tzinfo=UTC)
CHANGED = BEGIN + 1000 * STEP
SAMPLES = 1300
FOUND = BEGIN + 1200 * STEP


def noise(rng: np.random.Generator, ar: float = 0.5) -> NDArray[np.float64]:
    values = np.zeros(SAMPLES + 100)
    for i, one in enumerate(rng.standard_normal(SAMPLES + 99), 1):
        values[i] = ar * values[i - 1] + one * np.sqrt(1 - ar**2)
    return values[100:]


@pytest.fixture
def system(store: Store, author: Author) -> str:
    with store.write() as write:
        return systems.ensure_in(write, author, "loans").id


@pytest.fixture
def measured(system: str, add_samples: AddSamples) -> dict[str, str]:
    """Four series every ten minutes: two changed at CHANGED, two never did; the signals' ids by name."""
    rng = np.random.default_rng(8)
    times = to_us(BEGIN) + np.arange(SAMPLES) * (STEP // timedelta(microseconds=1))
    ids = {}
    for number, (name, size) in enumerate({"errors": 1.5, "refusals": 1.0, "cpu": 0, "memory": 0}.items()):
        values = noise(rng)
        values[1000:] += size
        signal = Signal(system, name)
        add_samples(signal, times + number * 60_000_000, values)
        ids[name] = signal.id
    return ids


def test_the_joint_start_is_dated_and_says_which_series_changed(
    store: Store, measured: dict[str, str]
) -> None:
    view = finish(start.estimate(store, "loans"))
    assert view.when is not None
    assert view.when.low <= CHANGED <= view.when.high + STEP
    assert view.when.high - view.when.low < 60 * STEP
    assert {one.signal.name for one in view.series if one.chance > 0.9} == {"errors", "refusals"}
    assert "2 of 4 series changed then" in view.evidence
    assert np.all(np.diff(view.times_us) > 0)
    seconds = np.diff(view.times_us).mean() / 1e6
    assert float(view.density.sum()) * seconds == pytest.approx(1, abs=0.1)


def test_where_nothing_changed_there_is_no_evidence(store: Store, measured: dict[str, str]) -> None:
    view = finish(start.estimate(store, "loans", signals=[measured["cpu"], measured["memory"]]))
    assert view.when is None
    assert view.odds <= 0
    assert view.evidence == "No evidence of a change in 2 series."


def test_the_nearest_deployment_is_told_with_its_distance(
    store: Store, author: Author, measured: dict[str, str]
) -> None:
    for name, at in (("scorer", CHANGED - timedelta(days=3)), ("prompt", CHANGED - timedelta(minutes=7))):
        deployments.record(store, author, "loans", name, "2", since=When(at))
    view = finish(start.estimate(store, "loans"))
    assert view.when is not None
    assert [one.deployment.name for one in view.nearest] == ["prompt", "scorer"]
    assert view.nearest[0].inside
    assert view.nearest[0].away == CHANGED - timedelta(minutes=7) - view.when.at
    assert not view.nearest[1].inside


def test_the_history_tells_what_was_known_then(store: Store, measured: dict[str, str]) -> None:
    view = finish(start.estimate(store, "loans"))
    instants = [at for at, _ in view.history]
    assert instants == sorted(instants)
    for at, when in (view.history[0], view.history[3]):
        then = finish(start.estimate(store, "loans", since=BEGIN, until=at))
        assert (then.when is None) == (when is None)
        if when is not None and then.when is not None:
            assert abs(then.when.at - when.at) <= 2 * STEP
    last = view.history[-1][1]
    assert last == view.when


@pytest.fixture
def incident(store: Store, author: Author, measured: dict[str, str]) -> str:
    found = incidents.declare(store, author, title="Loans refused", system="loans", detected=FOUND)
    return found.reference


def test_an_incident_is_dated_from_the_past_before_it_was_detected(store: Store, incident: str) -> None:
    view = finish(start.of_incident(store, incident))
    assert view.when is not None
    assert view.when.low <= CHANGED <= view.when.high + STEP
    assert view.when.high <= FOUND


def test_accepting_sets_the_start_by_the_same_entry(store: Store, author: Author, incident: str) -> None:
    view = finish(start.of_incident(store, incident))
    id = store.new_id()
    for _ in range(2):  # a retry says it once
        start.judge(store, author, view, "accepted", incident=incident, reason="Fits the logs.", id=id)
    assert incidents.get(store, incident).start == view.when
    said = start.judged(store, incident=incident)
    assert [(one.said.verdict, one.said.evidence, one.counts) for one in said] == [
        ("accepted", view.evidence, True)
    ]
    assert verification.verify(store).ok


def test_undoing_takes_the_judgement_and_the_start_back(store: Store, author: Author, incident: str) -> None:
    before = When(FOUND - timedelta(hours=3))
    incidents.set_fields(store, author, incident, {"start": before})
    chosen = When(CHANGED, CHANGED - STEP, CHANGED + STEP)
    view = finish(start.of_incident(store, incident))
    entry = start.judge(store, author, view, "adjusted", incident=incident, chosen=chosen)
    assert incidents.get(store, incident).start == chosen
    undone = undo.undo(store, author, entry.id)
    assert incidents.get(store, incident).start == before
    assert [one.counts for one in start.judged(store, incident=incident)] == [False]
    undo.undo(store, author, undone.id)
    assert incidents.get(store, incident).start == chosen


def test_a_judgement_under_a_later_estimate_is_not_undone(
    store: Store, author: Author, incident: str
) -> None:
    entry = start.judge(store, author, When(CHANGED), "accepted", incident=incident)
    incidents.set_fields(store, author, incident, {"start": When(CHANGED - STEP)})
    with pytest.raises(NotAllowed):
        undo.undo(store, author, entry.id)


def test_rejecting_leaves_the_start_alone(store: Store, author: Author, incident: str) -> None:
    start.judge(store, author, When(CHANGED), "rejected", incident=incident, reason="A test ran then.")
    assert incidents.get(store, incident).start is None
    view = command.look(store, incident)
    assert view is not None
    log = [line.text for line in view.lines]
    assert "Rejected the estimated start: A test ran then." in log


def test_a_system_alone_is_judged_too(store: Store, author: Author, measured: dict[str, str]) -> None:
    view = finish(start.estimate(store, "loans"))
    entry = start.judge(store, author, view, "accepted")
    assert [one.entry for one in start.judged(store, system="loans")] == [entry.id]
    undo.undo(store, author, entry.id)
    assert [one.counts for one in start.judged(store, system="loans")] == [False]


@pytest.mark.parametrize(
    ("estimate", "verdict", "chosen"),
    [
        (None, "accepted", None),
        (When(CHANGED), "adjusted", None),
        (When(CHANGED), "believed", None),
        (None, "adjusted", When(datetime(2027, 1, 1, tzinfo=UTC))),
    ],
)
def test_what_makes_no_judgement_is_refused(
    store: Store, author: Author, incident: str, estimate: When | None, verdict: str, chosen: When | None
) -> None:
    with pytest.raises(BadInput):
        start.judge(store, author, estimate, verdict, incident=incident, chosen=chosen)


def test_an_older_change_and_the_recovery_do_not_hide_the_start(
    store: Store, author: Author, system: str, add_samples: AddSamples
) -> None:
    values = noise(np.random.default_rng(3))
    for at, size in ((200, 5.0), (1000, 3.0), (1150, -3.0)):
        values[at:] += size
    add_samples(
        Signal(system, "errors"),
        to_us(BEGIN) + np.arange(SAMPLES) * (STEP // timedelta(microseconds=1)),
        values,
    )
    found = BEGIN + 1080 * STEP
    incident = incidents.declare(store, author, title="T", system="loans", detected=found)
    view = finish(start.of_incident(store, incident.id))
    assert view.when is not None
    assert abs(view.when.at - CHANGED) <= 10 * STEP
    assert view.when.high - view.when.low < 40 * STEP


def test_a_system_without_series_is_dated_by_its_decisions(store: Store, run: Import) -> None:
    rng = np.random.default_rng(4)
    rows = ["id,time,decision,amount"]
    for i in range(2000):
        at = BEGIN + timedelta(minutes=i)
        refused = rng.random() < (0.1 if i < 1300 else 0.3)
        rows.append(f"{i},{at.isoformat()},{'no' if refused else 'yes'},{rng.lognormal(3, 1):.2f}")
    run("\n".join(rows), name="decisions.csv", record="decisions")
    view = finish(start.estimate(store, "shop"))
    assert view.when is not None
    assert abs(view.when.at - BEGIN - timedelta(minutes=1300)) < timedelta(minutes=90)
    assert view.series[0].signal.metric.startswith("decision = ")
    assert "1 of 3 series changed then" in view.evidence
