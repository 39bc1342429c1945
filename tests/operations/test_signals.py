"""Placing signals: one entry for many, kept over a lost signals.db, undone as it came."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.operations.conftest import Import
from tocsin.errors import BadInput, NotFound
from tocsin.importers.base import Options
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import Pulse
from tocsin.model.instant import iso
from tocsin.model.journal import SignalsPlaced
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Placement, Signal, placed
from tocsin.now import ManualClock
from tocsin.operations import signals, stores, systems, wall
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.operations.undo import undo
from tocsin.store import alerts, journal
from tocsin.store.folder import Store


def csv(store: Store, metric: str = "latency", *, minutes: int = 30) -> str:
    times = [store.now() - timedelta(minutes=i) for i in reversed(range(minutes))]
    rows = [f"{iso(at)},{at.minute}" for at in times]
    return "\n".join([f"time,{metric}", *rows])


def listed(store: Store) -> dict[str, signals.Listed]:
    return {one.signal.metric: one for one in signals.look(store).rows}


def where(store: Store, metric: str) -> tuple[str, str, str, str]:
    one = listed(store)[metric]
    return one.system, one.signal.layer.value, one.signal.segment, one.signal.group


@pytest.fixture
def two(store: Store, run: Import) -> dict[str, str]:
    """Ids of two signals of the system "shop", by metric."""
    for metric in ("latency", "accuracy"):
        run(csv(store, metric), name=f"{metric}.csv")
    return {metric: one.id for metric, one in listed(store).items()}


def reopened(store: Store, clock: ManualClock) -> Iterator[Store]:
    store.close()
    again = stores.open_or_create(store.path, clock=clock, create=False)
    yield again
    again.close()


def test_many_are_placed_by_one_entry(store: Store, author: Author, two: dict[str, str]) -> None:
    entry = signals.place(store, author, two.values(), layer="Cost", segment="region NE", group="over 60")
    assert isinstance(entry.body, SignalsPlaced)
    assert {where(store, metric) for metric in two} == {("shop", "cost", "region NE", "over 60")}
    assert {metric: one.id for metric, one in listed(store).items()} == two, "the id stays"
    with store.journal.read() as connection:
        assert len(journal.entries(connection, kinds=["signals.placed"])) == 1


def test_undo_brings_back_what_the_importer_proposed(
    store: Store, author: Author, two: dict[str, str]
) -> None:
    before = where(store, "latency")
    first = signals.place(store, author, [two["latency"]], layer="safety", segment="a", system="other")
    later = signals.place(store, author, [two["latency"]], segment="b")
    assert where(store, "latency") == ("other", "safety", "b", "")
    undo(store, author, first.id)
    assert where(store, "latency") == ("shop", before[1], "b", "")
    undone = undo(store, author, later.id)
    assert where(store, "latency") == before
    undo(store, author, undone.id)
    assert where(store, "latency") == ("shop", before[1], "b", "")


def test_losing_the_measurements_loses_no_placement(
    store: Store, author: Author, clock: ManualClock, two: dict[str, str]
) -> None:
    signals.place(store, author, [two["latency"]], layer="oversight", system="assistant")
    text = csv(store)
    store.close()
    (store.path / "signals.db").unlink()
    again = stores.open_or_create(store.path, clock=clock, create=False)
    try:
        file = store.path.parent / "latency.csv"
        file.write_text(text)
        finish(ingest(again, author, file, system="shop", options=Options()))
        assert where(again, "latency")[:2] == ("assistant", "oversight")
        assert listed(again)["latency"].id == two["latency"]
    finally:
        again.close()


def test_a_crash_before_it_was_carried_out_is_made_good_at_the_next_opening(
    store: Store, author: Author, clock: ManualClock, two: dict[str, str]
) -> None:
    with store.write() as write:
        write.add(author, SignalsPlaced((two["latency"],), layer="fairness"))
    assert where(store, "latency")[1] == "infrastructure"
    for again in reopened(store, clock):
        assert where(again, "latency")[1] == "fairness"
        assert signals.apply(again) == 0


def test_what_comes_later_lands_in_the_signal_that_was_moved(
    store: Store, author: Author, two: dict[str, str], clock: ManualClock, run: Import
) -> None:
    signals.place(store, author, [two["latency"]], system="assistant")
    clock.advance(minutes=10)
    report = run(csv(store, minutes=40), name="more.csv")
    assert (report.stored, report.already) == (10, 30)
    assert listed(store)["latency"].samples == 40
    assert where(store, "latency")[0] == "assistant"


def test_a_move_onto_a_signal_of_the_same_name_is_refused(
    store: Store, author: Author, two: dict[str, str]
) -> None:
    twin = _copy(store, author, "accuracy")
    with pytest.raises(BadInput, match="already"):
        signals.place(store, author, [two["accuracy"]], system="twin")
    with pytest.raises(BadInput, match="several of them are accuracy"):
        signals.place(store, author, [two["accuracy"], twin], system="third")
    assert systems.find(store, "third") is None, "what is refused adds no system"
    signals.place(store, author, two.values(), system="shop")  # they are there: nothing moves
    assert where(store, "latency")[0] == "shop"


def _copy(store: Store, author: Author, metric: str) -> str:
    """Import samples of the same name into another system; return the id."""
    file = store.path.parent / "copy.csv"
    file.write_text(csv(store, metric))
    finish(ingest(store, author, file, system="twin", options=Options()))
    return next(one.id for one in signals.look(store, "twin").rows)


def test_alerts_of_ours_go_with_their_signal(store: Store, author: Author, two: dict[str, str]) -> None:
    id = two["latency"]
    shop = systems.find(store, "shop")
    assert shop is not None
    found = Alert("a", shop.id, id, "latency", True, AlertSeverity.HIGH, "departure", "1", "fell", 1.0, 2.0,
                  store.now())  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, found, "k", series=id)
    entry = signals.place(store, author, [id], system="assistant", layer="safety")
    [row] = [row for row in wall.look(store).rows if row.system.name == "assistant"]
    assert [cell.alert.id for cell in row.cells if cell.alert] == ["a"]
    assert next(cell for cell in row.cells if cell.alert).layer is Layer.SAFETY
    with store.signals.read() as connection:
        assert [a.id for a in alerts.list_all(connection, row.system.id)] == ["a"]
    undo(store, author, entry.id)
    with store.signals.read() as connection:
        assert [a.id for a in alerts.list_all(connection, shop.id)] == ["a"]


@pytest.mark.parametrize(
    "said", [{}, {"layer": "clouds"}, {"segment": "a\u202eb"}, {"group": "x" * 300}, {"system": " "}]
)
def test_what_makes_no_sense_is_refused(
    store: Store, author: Author, two: dict[str, str], said: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        signals.place(store, author, two.values(), **said)
    with pytest.raises(NotFound):
        signals.place(store, author, ["nobody"], layer="cost")
    assert signals.placements(store) == {}


def test_a_placement_says_only_what_it_names() -> None:
    base = Signal("s", "m", layer=Layer.COST, segment="a", group="g")
    moved = placed(base, Placement(segment=""))
    assert (moved.layer, moved.segment, moved.group, moved.proposal) == (Layer.COST, "", "g", base)
    assert placed(moved, Placement(layer=Layer.SAFETY)).segment == "a"
    assert placed(moved, None) is base
    assert placed(base, Placement(layer=Layer.COST)) is base
    assert placed(base, Placement(system="t")).id == base.id


def test_the_list_tells_how_much_there_is_and_whether_it_comes(
    store: Store, two: dict[str, str], clock: ManualClock
) -> None:
    one = listed(store)["latency"]
    assert (one.samples, one.rhythm_us, one.last, one.pulse) == (30, 60_000_000, 37.0, Pulse.ON_TIME)
    clock.advance(minutes=2, seconds=50)
    assert listed(store)["latency"].pulse is Pulse.ON_TIME
    clock.advance(minutes=1)
    assert listed(store)["latency"].pulse is Pulse.LATE
    clock.advance(minutes=3)
    assert listed(store)["latency"].pulse is Pulse.SILENT
    assert signals.look(store, "shop").rows == signals.look(store).rows
    with pytest.raises(NotFound):
        signals.look(store, "nobody")
