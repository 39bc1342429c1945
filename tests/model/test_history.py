"""Does the history of an entry say who wrote what when, with what was undone since."""

from datetime import UTC, datetime

from tocsin.model.history import estimates, versions
from tocsin.model.instant import When
from tocsin.model.journal import KIND_OF, Body, Entry, FieldsSet, TimelineAdded, Undone, Withdrawn
from tocsin.model.operator import Author

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def life(*bodies: Body) -> list[Entry]:
    return [
        Entry(
            f"e{n}",
            "s",
            n,
            n,
            Author(f"Operator {n}"),
            KIND_OF[type(body)],
            "i",
            "t",
            When(NOON),
            NOON,
            (f"e{n - 1}",) if n else (),
            body,
            "",
            "",
        )
        for n, body in enumerate(bodies)
    ]


def test_every_wording_stays_readable_with_its_author() -> None:
    found = versions(life(TimelineAdded("done", "Restarted"), FieldsSet({"text": "Restarted the queue"})))
    assert [(v.author, v.deed, v.item.text if v.item else "") for v in found] == [
        ("Operator 0", "written", "Restarted"),
        ("Operator 1", "corrected", "Restarted the queue"),
    ]
    assert found[1].changed == ("text",)


def test_an_undone_correction_no_longer_counts_and_the_text_is_back() -> None:
    found = versions(life(TimelineAdded("done", "first"), FieldsSet({"text": "second"}), Undone("e1")))
    assert [v.deed for v in found] == ["written", "corrected", "undone"]
    assert [v.counts for v in found] == [True, False, True]
    assert found[2].item is not None
    assert found[2].item.text == "first"


def test_what_was_brought_back_counts_again() -> None:
    bodies = TimelineAdded("done", "first"), FieldsSet({"text": "second"}), Undone("e1"), Undone("e2")
    found = versions(life(*bodies))
    assert found[-1].deed == "brought back"
    assert found[-1].item is not None
    assert found[-1].item.text == "second"
    assert found[1].counts


def test_while_its_writing_is_undone_it_reads_as_nothing() -> None:
    assert versions(life(TimelineAdded("done", "first"), Undone("e0")))[-1].item is None


def test_a_retraction_carries_its_reason() -> None:
    last = versions(life(TimelineAdded("done", "first"), Withdrawn("t", "wrong system")))[-1]
    assert last.deed == "retracted"
    assert last.item is not None
    assert last.item.withdrawn == "wrong system"


def test_the_start_was_estimated_by_these_people_and_one_took_theirs_back() -> None:
    first, second = ({"at": f"2026-11-02T0{hour}:00:00Z", "zone": "UTC"} for hour in (3, 5))
    found = estimates(
        life(
            FieldsSet({"start": first}), FieldsSet({"title": "x"}), FieldsSet({"start": second}), Undone("e2")
        )
    )
    assert [(e.author, e.start.at.hour, e.counts) for e in found] == [
        ("Operator 0", 3, True),
        ("Operator 2", 5, False),
    ]
