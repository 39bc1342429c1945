"""Declaring, grading, moving, staffing and joining incidents, on a real store."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, operators, roles, systems
from tocsin.operations.alerts import joinable
from tocsin.operations.verification import verify
from tocsin.store import alerts, journal
from tocsin.store.folder import Store

OTHER = Author("Operator B")


def stored_alert(
    store: Store, severity: AlertSeverity, id: str = "a1", metric: str = "approval rate"
) -> Alert:
    start = When(
        store.now() - timedelta(hours=5), store.now() - timedelta(hours=9), store.now() - timedelta(hours=2)
    )
    alert = Alert(id, "scorer", f"sig-{id}", metric, True, severity, "departure", "1", "fell to 0.31",
                  0.31, 0.48, store.now() - timedelta(hours=1), start)  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, key=id)
    return alert


def test_two_fields_are_enough_and_the_author_commands(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="Declines doubled", system="scorer")
    assert made.reference == "INC-2026-WR-0001"
    assert made.commander == author.name
    assert made.status == "open"
    assert made.severity == "SEV-1"
    assert systems.name_of(store, made.system) == "scorer"
    assert made.detected == store.now()


def test_references_count_within_the_year_of_the_home_zone(
    store: Store, clock: ManualClock, author: Author
) -> None:
    incidents.declare(store, author, title="one", system="s")
    second = incidents.declare(store, author, title="two", system="s")
    clock.set_wall(clock.now().replace(month=12, day=31, hour=23, minute=30))
    third = incidents.declare(store, author, title="three", system="s")
    assert second.reference == "INC-2026-WR-0002"
    assert third.reference == "INC-2027-WR-0001", "it is past midnight in Berlin"


@pytest.mark.parametrize(
    ("severity", "level"),
    [(AlertSeverity.CRITICAL, "SEV-1"), (AlertSeverity.HIGH, "SEV-2"), (AlertSeverity.LOW, "SEV-4")],
)
def test_an_alert_gives_severity_time_and_start(
    store: Store, author: Author, severity: AlertSeverity, level: str
) -> None:
    alert = stored_alert(store, severity)
    made = incidents.declare(store, author, title="from an alert", system="s", alert_ids=[alert.id])
    assert (made.severity, made.detected, made.start) == (level, alert.time, alert.start)
    assert [copied for _, copied in made.alerts] == [alert]


def test_an_alert_found_in_old_data_starts_no_clock_in_the_past(store: Store, author: Author) -> None:
    old = replace(stored_alert(store, AlertSeverity.HIGH), id="old", raised=store.now())
    old = replace(old, time=store.now() - timedelta(days=4000), start=None)
    with store.signals.write() as connection:
        alerts.add(connection, old, key="old")
    made = incidents.declare(store, author, title="t", system="s", alert_ids=["old"])
    assert made.detected == store.now()


def test_of_two_alerts_the_graver_counts(store: Store, author: Author) -> None:
    ids = [stored_alert(store, AlertSeverity.LOW, "a1").id, stored_alert(store, AlertSeverity.HIGH, "a2").id]
    made = incidents.declare(store, author, title="both", system="s", alert_ids=ids)
    assert made.severity == "SEV-2"


def test_declaring_twice_with_one_id_declares_once(store: Store, author: Author) -> None:
    id = store.new_id()
    first = incidents.declare(store, author, title="once", system="s", id=id)
    again = incidents.declare(store, author, title="once", system="s", id=id)
    assert again.reference == first.reference
    assert len(incidents.listed(store)) == 1


@pytest.mark.parametrize(
    ("title", "system", "severity"),
    [("", "s", None), ("t", " ", None), ("x" * 201, "s", None), ("t", "s", "SEV-9")],
)
def test_poor_words_declare_nothing(
    store: Store, author: Author, title: str, system: str, severity: str | None
) -> None:
    with pytest.raises(BadInput):
        incidents.declare(store, author, title=title, system=system, severity=severity)
    assert incidents.listed(store) == []


def test_a_detection_that_lies_ahead_is_refused(store: Store, author: Author) -> None:
    with pytest.raises(BadInput, match="ahead"):
        incidents.declare(store, author, title="t", system="s", detected=store.now() + timedelta(days=1))


def test_an_unknown_alert_is_named(store: Store, author: Author) -> None:
    with pytest.raises(NotFound, match="no such alert"):
        incidents.declare(store, author, title="t", system="s", alert_ids=["none"])


def test_moves_follow_each_other_with_their_own_time(
    store: Store, clock: ManualClock, author: Author
) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    clock.advance(hours=1)
    at = clock.now() - timedelta(minutes=20)
    incidents.move(store, author, made.id, "contained", at=at)
    incidents.move(store, author, made.id, "resolved")
    incidents.move(store, author, made.id, "closed", note="a test")
    state = incidents.get(store, made.reference)
    assert state.status == "closed"
    assert state.reached("contained") == at
    incidents.move(store, author, made.id, "re-opened")
    assert incidents.get(store, made.id).status == "re-opened"
    with pytest.raises(NotAllowed, match="cannot become"):
        incidents.move(store, author, made.id, "re-opened")


def test_a_move_before_the_move_it_follows_is_refused(
    store: Store, clock: ManualClock, author: Author
) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    contained = clock.now() - timedelta(hours=1)  # contained before it was declared, as happens
    incidents.move(store, author, made.id, "contained", at=contained)
    with pytest.raises(BadInput, match="only later"):
        incidents.move(store, author, made.id, "resolved", at=contained - timedelta(minutes=1))
    incidents.move(store, author, made.id, "resolved", at=contained)


def test_the_reference_after_9999_is_a_free_one(store: Store, author: Author) -> None:
    first = incidents.declare(store, author, title="t", system="s")
    with store.journal.write() as connection:
        connection.execute(text("UPDATE incident SET reference = 'INC-2026-WR-9999'"))
    found = [incidents.declare(store, author, title="t", system="s").reference for _ in range(2)]
    assert found == ["INC-2026-WR-10000", "INC-2026-WR-10001"]
    assert first.reference == "INC-2026-WR-0001"


def test_a_move_that_lies_ahead_is_refused(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    with pytest.raises(BadInput, match="ahead"):
        incidents.move(store, author, made.id, "contained", at=store.now() + timedelta(hours=1))


def test_fields_are_set_and_the_earlier_value_stays_in_the_journal(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="t", system="s", severity="sev-2")
    incidents.set_fields(store, author, made.id, {"impact": " 300 people ", "severity": "SEV-1"})
    incidents.set_fields(store, OTHER, made.id, {"impact": "340 people"})
    state = incidents.get(store, made.id)
    assert (state.text("impact"), state.severity) == ("340 people", "SEV-1")
    assert not state.fields["impact"].conflict
    with store.journal.read() as connection:
        said = [e.body.fields for e in journal.entries(connection, kinds=["fields.set"])]  # type: ignore[union-attr]
    assert {"impact": "300 people", "severity": "SEV-1"} in said


@pytest.mark.parametrize(
    "values", [{"colour": "red"}, {"severity": "P0"}, {"start": "yesterday"}, {"title": ""}]
)
def test_a_field_that_cannot_be_set_says_so(store: Store, author: Author, values: dict[str, str]) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    with pytest.raises(BadInput):
        incidents.set_fields(store, author, made.id, dict(values))


def test_handing_over_replaces_the_commander(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    roles.assume_role(store, author, made.id, "commander", OTHER.name)
    state = incidents.get(store, made.id)
    assert state.commander == OTHER.name
    assert not state.roles["commander"].conflict


def test_an_alert_joins_an_open_incident_once(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    alert = stored_alert(store, AlertSeverity.HIGH)
    incidents.add_alert(store, author, made.id, alert.id)
    with pytest.raises(NotAllowed, match="already"):
        incidents.add_alert(store, author, made.id, alert.id)
    assert [copied for _, copied in incidents.get(store, made.id).alerts] == [alert]


def test_no_alert_joins_an_incident_that_is_over(store: Store, author: Author) -> None:
    alert = stored_alert(store, AlertSeverity.HIGH)
    closed = incidents.declare(store, author, title="t", system="s")
    incidents.move(store, author, closed.id, "closed", note="a test")
    drill = incidents.declare(store, author, title="t", system="s")
    incidents.withdraw(store, author, drill.id, "a drill")
    for over in (closed, drill):
        with pytest.raises(NotAllowed, match="open incident"):
            incidents.add_alert(store, author, over.id, alert.id)


def test_the_alerts_to_choose_from_are_those_it_lacks_its_own_system_first(
    store: Store, author: Author
) -> None:
    held, other = (stored_alert(store, AlertSeverity.HIGH, id) for id in ("held", "other"))
    made = incidents.declare(store, author, title="t", system="another", alert_ids=[held.id])
    own = replace(other, id="own", system=made.system, time=store.now() - timedelta(days=9))
    with store.signals.write() as connection:
        alerts.add(connection, own, key="own")
    assert [one.id for one in joinable(store, made)] == ["own", "other"]


@pytest.mark.parametrize("role", ["cook", ""])
def test_there_are_three_roles_each_held_by_somebody(store: Store, author: Author, role: str) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    with pytest.raises(BadInput, match="role"):
        roles.assume_role(store, author, made.id, role, "Operator B")
    with pytest.raises(BadInput, match="name"):
        roles.assume_role(store, author, made.id, "technical", " ")
    assert list(incidents.get(store, made.id).roles) == ["commander"]


def test_what_is_too_long_or_steers_a_terminal_is_refused(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    with pytest.raises(BadInput):
        incidents.declare(store, author, title="t\x1b[2J", system="s")
    with pytest.raises(BadInput):
        incidents.declare(store, author, title="t", system="s", channel="x" * 201)
    with pytest.raises(BadInput, match="20,000"):
        incidents.set_fields(store, author, made.id, {"impact": "x" * 20_001})
    with pytest.raises(BadInput, match="20,000"):
        incidents.move(store, author, made.id, "contained", note="x" * 20_001)
    assert incidents.listed(store) == [made]


def test_a_refused_declaration_adds_no_system(store: Store, author: Author) -> None:
    with pytest.raises(BadInput):
        incidents.declare(store, author, title="t", system="mistyped", severity="SEV-0")
    assert systems.names(store) == []


def test_duplicates_are_linked_and_both_kept(store: Store, author: Author) -> None:
    first = incidents.declare(store, author, title="one", system="s")
    second = incidents.declare(store, author, title="the same", system="s")
    incidents.link(store, author, second.id, first.reference)
    assert [(link.other, link.relation) for link in incidents.get(store, second.id).links] == [
        (first.id, "duplicate of")
    ]
    assert len(incidents.listed(store)) == 2
    with pytest.raises(BadInput, match="itself"):
        incidents.link(store, author, first.id, first.id)


def test_a_withdrawn_declaration_stays_readable(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="was a drill", system="s")
    incidents.withdraw(store, author, made.id, "meant for the drill store")
    assert incidents.get(store, made.id).withdrawn == "meant for the drill store"
    with pytest.raises(NotAllowed, match="already"):
        incidents.withdraw(store, author, made.id, "again")


def test_operators_are_added_once_and_named(store: Store) -> None:
    by = operators.author(store, "  Operator   C ")
    assert by == Author("Operator C")
    operators.author(store, "Operator C")
    assert operators.names(store).count("Operator C") == 1
    assert operators.author(store, None).kind == "account"
    with pytest.raises(BadInput):
        operators.author(store, "two\nlines\x00")


def test_a_store_of_many_commands_verifies(store: Store, author: Author) -> None:
    made = incidents.declare(store, author, title="t", system="s")
    for number in range(20):
        incidents.set_fields(store, author, made.id, {"impact": f"{number} people"})
    found = verify(store)
    assert found.ok
    assert found.differences == ()
