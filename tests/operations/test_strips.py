"""Live charts: which signals, which stretch, what was usual before the start."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.importers.base import Options
from tocsin.model.incident import Incident
from tocsin.model.instant import When, from_us
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import alerts, incidents, progress, systems
from tocsin.operations.detect import detect
from tocsin.operations.ingest import ingest
from tocsin.operations.strips import Learnt, StripsView, look
from tocsin.store.folder import Store

SHIFT = datetime(2026, 10, 30, tzinfo=UTC)


def _bring(store: Store, author: Author, folder: Path, name: str, rows: list[tuple[datetime, float]]) -> None:
    lines = [f"time,{name}", *(f"{at.isoformat()},{value:.6g}" for at, value in rows)]
    file = folder / f"{name}-{rows[0][0]:%m%d%H%M}.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    progress.finish(ingest(store, author, file, system="scorer", options=Options()))


def _rows(clock: ManualClock, days: int, shift: float) -> list[tuple[datetime, float]]:
    random = np.random.default_rng(3)
    first = clock.now() - timedelta(days=days)
    at = [first + timedelta(minutes=15 * i) for i in range(days * 96 + 1)]
    return [(t, 0.6 + random.normal(0, 0.01) + (shift if t >= SHIFT else 0.0)) for t in at]


@pytest.fixture
def declared(store: Store, author: Author, clock: ManualClock, tmp_path: Path) -> Incident:
    """An incident declared from the alert about one of two signals; that one fell on 30 October."""
    _bring(store, author, tmp_path, "approval_rate", _rows(clock, 20, -0.2))
    _bring(store, author, tmp_path, "accuracy", _rows(clock, 20, 0.0))
    progress.finish(detect(store))
    found = [alert.id for alert in alerts.list_all(store) if alert.metric == "approval_rate"]
    return incidents.declare(store, author, title="Declines", system="scorer", alert_ids=found)


def _look(store: Store, incident: Incident, **choice: str) -> StripsView:
    view = look(store, incident.id, Learnt(), pixels=400, **choice)
    assert view is not None
    return view


def test_no_samples_no_charts(store: Store, author: Author) -> None:
    known = incidents.declare(store, author, title="Harm", system="scorer")
    assert look(store, known.id, Learnt(), pixels=400) is None


def test_the_alerted_signal_comes_first_and_carries_its_alert(store: Store, declared: Incident) -> None:
    view = _look(store, declared)
    assert [curve.signal.metric for curve in view.curves] == ["approval_rate", "accuracy"]
    assert view.curves[0].alert is not None
    assert view.curves[1].alert is None


def test_the_band_is_what_was_usual_before_the_start(store: Store, declared: Incident) -> None:
    curve = _look(store, declared).curves[0]
    assert curve.band is not None
    assert abs(float(np.median(curve.band.centre)) - 0.6) < 0.02
    assert curve.last < float(curve.band.low.min())


def test_the_range_fits_the_incident_and_something_before_it(store: Store, declared: Incident) -> None:
    view = _look(store, declared)
    assert view.range == "1 week"
    assert view.start is not None
    assert view.stretch.start < view.start.low < view.stretch.end


def test_a_chosen_range_is_taken_and_holds_the_newest_sample(store: Store, declared: Incident) -> None:
    for name, span in (("24 h", timedelta(hours=24)), ("6 weeks", timedelta(weeks=6))):
        stretch = _look(store, declared, range=name).stretch
        assert stretch.end - stretch.start == span
        assert stretch.end >= store.now()
    whole = _look(store, declared, range="all")
    assert whole.stretch.end - whole.stretch.start == timedelta(days=20)


def test_a_new_sample_is_the_last_value_of_the_next_look(
    store: Store, author: Author, declared: Incident, clock: ManualClock, tmp_path: Path
) -> None:
    clock.advance(minutes=15)
    _bring(store, author, tmp_path, "approval_rate", [(clock.now(), 0.123)])
    curve = _look(store, declared).curves[0]
    assert curve.last == 0.123
    assert from_us(curve.newest_us) == clock.now()


def test_a_silence_is_a_gap(store: Store, author: Author, clock: ManualClock, tmp_path: Path) -> None:
    rows = [row for row in _rows(clock, 6, 0.0) if not 2 <= (clock.now() - row[0]).days < 4]
    _bring(store, author, tmp_path, "accuracy", rows)
    known = incidents.declare(store, author, title="Harm", system="scorer")
    assert np.isnan(_look(store, known, range="1 week").curves[0].low).any()


def test_a_baseline_is_found_once_while_the_start_stands(
    store: Store, author: Author, declared: Incident
) -> None:
    learnt = Learnt()
    look(store, declared.id, learnt, pixels=400)
    first = dict(learnt.baselines)
    look(store, declared.id, learnt, pixels=400)
    assert learnt.baselines == first
    incidents.set_fields(store, author, declared.id, {"start": When(SHIFT - timedelta(days=2))})
    look(store, declared.id, learnt, pixels=400)
    assert len(learnt.baselines) == 2 * len(first)


def test_signals_of_other_systems_are_left_out(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    systems.ensure(store, author, "router")
    other = incidents.declare(store, author, title="Slow", system="router")
    assert look(store, other.id, Learnt(), pixels=400) is None
