"""The wall in one look over a real store: cells, curves, the matrix and the queue."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.errors import NotFound
from tocsin.importers.base import Options
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import State
from tocsin.model.instant import When, iso, to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Signal
from tocsin.now import ManualClock
from tocsin.operations import deployments, incidents, queue, systems, undo, wall
from tocsin.operations.declaring import prepare
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import alerts, samples, series
from tocsin.store.folder import Store


def send(
    store: Store, author: Author, folder: Path, metric: str, until: datetime, *, hours: int = 48, gap: int = 0
) -> None:
    """Import a value every ten minutes up to `until`; the `gap` values before the last hour are missing."""
    count = hours * 6
    rows = [(until - timedelta(minutes=10 * (count - 1 - i)), i) for i in range(count)]
    kept = [row for row in rows if not count - 6 - gap <= row[1] < count - 6]
    file = folder / f"{metric}.csv"
    file.write_text(f"time,{metric}\n" + "".join(f"{iso(at)},{value % 7}\n" for at, value in kept))
    finish(ingest(store, author, file, system="scorer", options=Options()))


def raise_alert(
    store: Store, metric: str, *, severity: AlertSeverity = AlertSeverity.HIGH, ended: bool = False
) -> Alert:
    known = systems.find(store, "scorer")
    assert known is not None
    with store.signals.read() as connection:
        signal = next((s.id for _, s in series.list_all(connection) if s.metric == metric), "")
    time = store.now() - timedelta(hours=3)
    found = Alert(
        store.new_id(), known.id, signal, metric, True, severity, "departure", "1", "it fell", 1.0, 2.0, time,
        ended=time + timedelta(hours=1) if ended else None,
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, found, found.id, series=signal)
    return found


def waiting(view: wall.WallView) -> set[str]:
    return {id for one in view.queue.candidates for id in one.candidate.ids}


def cell(store: Store, layer: Layer) -> wall.Cell:
    [row] = wall.look(store).rows
    return next(one for one in row.cells if one.layer is layer)


@pytest.fixture
def accuracy(store: Store, author: Author, clock: ManualClock, tmp_path: Path) -> str:
    send(store, author, tmp_path, "accuracy", clock.now())
    return "accuracy"


def test_an_empty_store_has_nothing_but_the_matrix(store: Store) -> None:
    view = wall.look(store)
    assert (view.rows, view.watched, view.queue.candidates) == ((), (), ())
    assert view.matrix.columns[0].level.id == "SEV-1"


def test_a_layer_with_samples_is_steady_and_the_others_are_blind(store: Store, accuracy: str) -> None:
    [row] = wall.look(store).rows
    assert row.system.name == "scorer"
    states = {one.layer: one.state for one in row.cells}
    assert states.pop(Layer.QUALITY) is State.STEADY
    assert set(states.values()) == {State.BLIND}


def test_the_curve_covers_the_range_and_no_more(store: Store, accuracy: str) -> None:
    found = cell(store, Layer.QUALITY)
    assert found.curve.size == 2 * wall.COLUMNS
    assert np.isfinite(found.curve).all()
    assert (found.curve.min(), found.curve.max()) == (0, 6)
    [row] = wall.look(store, timedelta(days=7)).rows
    longer = next(one for one in row.cells if one.layer is Layer.QUALITY)
    assert np.isnan(longer.curve).mean() == pytest.approx(5 / 7, abs=0.03)


def test_a_gap_far_longer_than_usual_is_left_open(
    store: Store, author: Author, clock: ManualClock, tmp_path: Path
) -> None:
    send(store, author, tmp_path, "accuracy", clock.now(), gap=36)
    curve = cell(store, Layer.QUALITY).curve
    assert np.isnan(curve).mean() == pytest.approx(6 / 24, abs=0.03)
    assert np.isfinite(curve[-2:]).all()


def test_a_signal_that_stops_coming_is_silent(store: Store, clock: ManualClock, accuracy: str) -> None:
    clock.advance(minutes=50)
    assert cell(store, Layer.QUALITY).state is State.STEADY
    clock.advance(minutes=1)
    silent = cell(store, Layer.QUALITY)
    assert (silent.state, silent.silent) == (State.SILENT, True)
    assert np.isfinite(silent.curve[-2:]).all()  # its last day is shown, up to its last sample


def test_a_lasting_alert_shows_in_its_cell_until_it_ends(store: Store, accuracy: str) -> None:
    raise_alert(store, accuracy, ended=True)
    assert cell(store, Layer.QUALITY).state is State.STEADY
    lasting = raise_alert(store, accuracy, severity=AlertSeverity.MEDIUM)
    found = cell(store, Layer.QUALITY)
    assert (found.state, found.alert, found.tone, found.incident) == (State.WATCH, lasting, 2, "")


def test_an_alert_without_samples_shows_too(store: Store, accuracy: str) -> None:
    raise_alert(store, "impact_ratio")
    found = cell(store, Layer.FAIRNESS)
    assert (found.state, found.signals, found.curve.size) == (State.SHIFTED, 0, 0)


def test_declaring_takes_an_alert_out_of_the_queue_and_into_the_matrix(
    store: Store, author: Author, accuracy: str
) -> None:
    lasting, over = raise_alert(store, accuracy), raise_alert(store, accuracy, ended=True)
    assert waiting(wall.look(store)) == {lasting.id, over.id}
    declared = incidents.declare(store, author, title="t", system="scorer", alert_ids=[lasting.id])
    view = wall.look(store)
    assert waiting(view) == {over.id}
    assert [one.incident.id for one in view.watched] == [declared.id]
    assert cell(store, Layer.QUALITY).incident == declared.id
    quality = [route.kind for route in view.matrix.routes].index("quality")
    assert [one.id for one in view.matrix.columns[1].spots[quality].incidents] == [declared.id]


def test_a_withdrawn_incident_gives_its_alerts_back(store: Store, author: Author, accuracy: str) -> None:
    lasting = raise_alert(store, accuracy)
    declared = incidents.declare(store, author, title="t", system="scorer", alert_ids=[lasting.id])
    incidents.withdraw(store, author, declared.id, "a drill")
    view = wall.look(store)
    assert waiting(view) == {lasting.id}
    assert view.watched == ()


def test_preparing_proposes_the_gravest_unless_the_alert_says_less(store: Store, accuracy: str) -> None:
    nothing = prepare(store)
    assert (nothing.level, nothing.system, nothing.why) == ("SEV-1", "", "the gravest while unsure")
    found = raise_alert(store, accuracy, severity=AlertSeverity.MEDIUM)
    known = prepare(store, found.id)
    assert (known.level, known.system, known.alert) == ("SEV-3", "scorer", found)
    with pytest.raises(NotFound):
        prepare(store, "no such alert")


def test_declaring_twice_under_one_id_declares_once(store: Store, author: Author) -> None:
    id = store.new_id()
    first = incidents.declare(store, author, title="t", system="s", id=id)
    again = incidents.declare(store, author, title="t", system="s", id=id)
    assert again == first
    assert [one.reference for one in incidents.listed(store)] == [first.reference]


def test_samples_of_a_second_import_within_the_first_are_in_the_curve(
    store: Store, author: Author, clock: ManualClock, tmp_path: Path, accuracy: str
) -> None:
    [(number, _)] = _numbered(store)
    peak = clock.now() - timedelta(hours=5, minutes=5)
    file = tmp_path / "late.csv"
    file.write_text(f"time,accuracy\n{iso(peak)},99\n")
    finish(ingest(store, author, file, system="scorer", options=Options()))
    since = to_us(clock.now() - timedelta(hours=24))
    with store.signals.read() as connection:
        assert not samples.newest(connection, [number], since)[number].whole
        assert samples.newest(connection, [number], to_us(peak) + 1)[number].whole
    assert cell(store, Layer.QUALITY).curve.max() == pytest.approx(99)


def _numbered(store: Store) -> list[tuple[int, Signal]]:
    with store.signals.read() as connection:
        return series.list_all(connection)


def test_a_version_that_began_to_serve_is_marked_on_the_curve(
    store: Store, author: Author, clock: ManualClock, accuracy: str
) -> None:
    for hours in (6, 30):
        since = When(clock.now() - timedelta(hours=hours))
        deployments.record(store, author, "scorer", "scorer", f"v{hours}", since=since)
    assert cell(store, Layer.QUALITY).marks == (pytest.approx(0.75),)
    clock.advance(days=3)
    silent = cell(store, Layer.QUALITY)
    assert silent.silent
    # The curve now ends with the last sample.
    assert silent.marks == (pytest.approx(0.75, abs=0.01),)


def test_what_was_accepted_or_measured_long_ago_colours_no_cell(
    store: Store, author: Author, clock: ManualClock, accuracy: str
) -> None:
    lasting = raise_alert(store, accuracy)
    entry = queue.accept(store, author, [lasting.id], "meant")
    assert cell(store, Layer.QUALITY).state is State.STEADY
    undo.undo(store, author, entry.id)
    assert cell(store, Layer.QUALITY).state is State.SHIFTED
    clock.advance(days=6)
    assert cell(store, Layer.QUALITY).state is State.SHIFTED
    clock.advance(days=2)
    assert cell(store, Layer.QUALITY).state is State.SILENT
    assert wall.look(store).queue.history == 1
