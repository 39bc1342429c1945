"""Calls recorded, who took over, and what was arranged beforehand: rosters, contacts, channels."""

from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.incident import Incident
from tocsin.model.ladder import State
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import channels, command, contacts, escalation, incidents, people, roster, undo
from tocsin.store.folder import Store

HEAD = "rota,person,begins,ends\n"


def declared(store: Store, author: Author, severity: str = "SEV-1") -> Incident:
    return incidents.declare(store, author, title="Loans refused", system="credit", severity=severity)


def rostered(store: Store, author: Author, folder: Path, *rows: str) -> roster.Preview:
    file = folder / "roster.csv"
    file.write_text(HEAD + "\n".join(rows))
    found = roster.preview(store, file)
    roster.take(store, author, found)
    return found


def test_a_call_without_a_name_is_about_whom_to_call_now_and_keeps_the_number(
    store: Store, author: Author, clock: ManualClock, tmp_path: Path
) -> None:
    rostered(store, author, tmp_path, "on call,Operator B,2026-11-02 08:00,2026-11-03 08:00")
    contacts.save(store, author, "Operator B", phone="+49 30 1")
    known = declared(store, author)
    escalation.record_call(store, author, known.id, "answered", note=" on the way ")
    [said] = escalation.look(store, known.id).standing.history
    assert (said.body.target, said.body.person, said.body.number) == ("on call", "Operator B", "+49 30 1")
    assert (said.body.step, said.body.run, said.body.note) == ("first", known.id, "on the way")
    view = command.look(store, known.id)
    assert view is not None
    assert next(one.text for one in view.actions if one.id == "call") == "Who takes over? Operator B answered"


def test_those_the_level_names_stay_to_be_told_until_somebody_reached_them(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = declared(store, author)
    escalation.acknowledge(store, author, known.id, person="Operator B")

    def told() -> list[tuple[str, timedelta]]:
        view = command.look(store, known.id)
        assert view is not None
        return [(one.text, one.due - clock.now()) for one in view.actions if one.id == "call" and one.due]

    assert told() == [("Tell VP Engineering, Legal and CISO", timedelta(minutes=30))]
    for target in ("Legal", "CISO", "VP Engineering"):
        escalation.record_call(store, author, known.id, "answered", target=target)
    assert told() == []


def test_somebody_the_step_does_not_name_can_be_called_too(store: Store, author: Author) -> None:
    known = declared(store, author)
    escalation.record_call(store, author, known.id, "answered", person="Operator X", target="neighbour")
    [said] = escalation.look(store, known.id).standing.history
    assert (said.body.target, said.body.person) == ("neighbour", "Operator X")
    with pytest.raises(BadInput, match="called, answered or no answer"):
        escalation.record_call(store, author, known.id, "busy")


def test_a_retry_records_once_and_a_wrong_key_is_undone(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = declared(store, author)
    clock.advance(minutes=6)
    id = store.new_id()
    for _ in range(2):
        entry = escalation.record_call(store, author, known.id, "no answer", id=id)
    assert len(escalation.look(store, known.id).standing.history) == 1
    undo.undo(store, author, entry.id)
    assert escalation.look(store, known.id).standing.history == ()


def test_whoever_takes_over_stops_it_once_and_a_regrading_begins_it_anew(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = declared(store, author, "SEV-2")
    escalation.acknowledge(store, author, known.id)
    with pytest.raises(NotAllowed, match="has acknowledged already"):
        escalation.acknowledge(store, author, known.id, person="Operator C")
    clock.advance(minutes=1)
    incidents.set_fields(store, author, known.id, {"severity": "SEV-1"})
    again = escalation.look(store, known.id).standing
    assert again.state is State.RUNNING
    assert again.began == clock.now()
    incidents.move(store, author, known.id, "resolved")
    with pytest.raises(NotAllowed, match="the incident is resolved"):
        escalation.acknowledge(store, author, known.id)


def test_incidents_that_call_come_first_the_nearest_next_step_before_all(
    store: Store, author: Author, clock: ManualClock
) -> None:
    calm = declared(store, author, "SEV-4")
    later = declared(store, author, "SEV-2")
    clock.advance(minutes=1)
    sooner = declared(store, author, "SEV-1")
    escalation.record_call(store, author, later.id, "no answer", target="on call")
    order = [view.incident.id for view in escalation.open_ones(store)]
    assert order[-1] == calm.id
    assert set(order[:2]) == {sooner.id, later.id}


def test_a_new_roster_replaces_what_comes_and_keeps_who_was_on_duty(
    store: Store, author: Author, tmp_path: Path, clock: ManualClock
) -> None:
    rostered(store, author, tmp_path, "on call,Operator A,2026-11-01 08:00,2026-11-08 08:00")
    found = rostered(
        store, author, tmp_path,
        "on call,Operator B,2026-11-02 08:00,2026-11-03 08:00",
        "On  Call,Operator C,2026-11-03 07:00,2026-11-05 08:00",
    )  # fmt: skip
    assert [(one.rota, len(one.shifts)) for one in found.rosters] == [("on call", 2)]
    file = tmp_path / "again.csv"
    file.write_text(HEAD + "on call,Operator B,2026-11-02 08:00,2026-11-03 08:00\n")
    roster.take(store, author, roster.preview(store, file))
    rota = roster.get(store, "ON CALL")
    assert rota.on_duty(clock.now() - timedelta(days=1)) == ("Operator A",)
    assert rota.on_duty(clock.now()) == ("Operator B",)
    assert rota.on_duty(clock.now() + timedelta(days=3)) == ()
    roster.remove(store, author, "on call")
    with pytest.raises(NotFound):
        roster.get(store, "on call")


def test_two_at_once_and_nobody_are_told_before_a_roster_counts(
    store: Store, author: Author, tmp_path: Path
) -> None:
    found = rostered(
        store, author, tmp_path,
        "on call,Operator A,2026-11-01 08:00,2026-11-02 09:00",
        "on call,Operator B,2026-11-02 08:00,2026-11-02 20:00",
        "on call,Operator A,2026-11-03 08:00,2026-11-04 08:00",
    )  # fmt: skip
    [overlap], [gap] = found.overlaps["on call"], found.gaps["on call"]
    assert overlap.persons == ("Operator A", "Operator B")
    assert gap.ends - gap.begins == timedelta(hours=12)


@pytest.mark.parametrize(
    "said",
    [
        {"phone": "ring me"},
        {"phone": "+49 30 1\r\nTo: x"},
        {"phone": "1" * 41},
        {"email": "nobody"},
        {"email": "a@example.org, b@example.org"},
        {"email": "a@example.org\nBcc: b@example.org"},
        {"email": "<a@example.org>"},
        {"email": f"{'a' * 250}@example.org"},
        {"zone": "Mars/Olympus"},
        {"person": "x" * 81},
    ],
)
def test_a_contact_that_cannot_be_dialled_or_written_to_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        contacts.checked("Operator A", **said)


def test_a_contact_without_anything_is_there_no_more(store: Store, author: Author) -> None:
    contacts.save(store, author, "Operator  A", phone="+49 (0)30 1234-5 ext 6", email="o'a+duty@ex-ample.org")
    assert contacts.get(store, "operator a").phone == "+49 (0)30 1234-5 ext 6"
    with pytest.raises(BadInput):
        contacts.save(store, author, "Operator A", phone="ring me")
    assert contacts.get(store, "Operator A").phone
    contacts.save(store, author, "Operator A")
    assert contacts.listed(store) == []


@pytest.mark.parametrize(
    ("kind", "place", "settings"),
    [
        ("webhook", "http://chat.example.org/hook", {}),
        ("webhook", "https://user:pw@chat.example.org/hook", {}),
        ("webhook", "ftp://chat.example.org", {}),
        ("webhook", "https://chat.example.org/hook", {"secret": "maybe"}),
        ("webhook", "https://chat.example.org/hook", {"user": "duty"}),
        ("webhook", "https://chat.example.org/hook", {"colour": "red"}),
        ("smtp", "mail.example.org", {"from": "a@example.org"}),
        ("smtp", "mail.example.org:587", {}),
        ("smtp", "mail.example.org:587", {"from": "a@example.org", "tls": "none"}),
        ("smtp", "mail.example.org:587", {"from": "a@example.org\r\nBcc: b@example.org"}),
        ("smtp", "mail.example.org:587", {"from": "a@example.org", "to": "b@example.org; c@example.org"}),
        ("smtp", "mail.example.org:587", {"from": "a@example.org", "user": "duty"}),
        ("smtp", "mail.example.org:99999", {"from": "a@example.org"}),
        ("pigeon", "roof", {}),
    ],
)
def test_a_channel_that_would_leak_or_cannot_work_is_refused(
    kind: str, place: str, settings: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        channels.checked("out", kind, place, settings)


def test_a_channel_set_anew_is_the_same_and_removing_it_is_undone(
    store: Store, author: Author, clock: ManualClock
) -> None:
    channels.save(store, author, "out", "webhook", "https://chat.example.org/a", {})
    since = channels.get(store, "out").since
    clock.advance(hours=1)
    channels.save(store, author, "out", "webhook", "https://chat.example.org/b", {})
    assert channels.get(store, "out").since == since
    entry = channels.remove(store, author, "out")
    assert channels.listed(store) == []
    undo.undo(store, author, entry.id)
    assert channels.get(store, "out").place == "https://chat.example.org/b"


def test_the_words_of_the_rules_that_lead_to_nobody_are_told(
    store: Store, author: Author, tmp_path: Path
) -> None:
    before = people.look(store).unnamed
    assert {"on call", "CISO", "platform team", "VP Engineering"} <= set(before)
    contacts.save(store, author, "ciso", phone="+49 30 1")
    rostered(store, author, tmp_path, "On Call,Operator B,2026-11-02 08:00,2026-11-03 08:00")
    view = people.look(store)
    assert set(before) - set(view.unnamed) == {"CISO", "on call"}
    assert view.rotas[0].rota.on_duty(store.now()) == ("Operator B",)
