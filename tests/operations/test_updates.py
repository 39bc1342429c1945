"""Status updates from draft to record: figures of the store, what changed since, clocks, corrections."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.clocks import State
from tocsin.model.incident import CONTAINED, RESOLVED, Incident
from tocsin.model.instant import When
from tocsin.model.journal import AlertAdded, DocumentExported
from tocsin.model.operator import Author
from tocsin.model.response import OptionPulled, PullConfirmed, UpdateTold
from tocsin.now import ManualClock
from tocsin.operations import (
    clocks,
    command,
    deployments,
    documents,
    incidents,
    playbook,
    policies,
    roles,
    timeline_view,
    undo,
    update_paper,
    updates,
)
from tocsin.operations.ingest import ImportReport
from tocsin.operations.verification import verify
from tocsin.policy.load import load_shipped
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
LOG = "id,time,region,decision\n" + "".join(
    f"{n},2026-11-0{1 + n % 2}T0{n % 10}:00:00Z,{('north', 'south')[n % 2]},1\n" for n in range(10)
)


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="Scorer declines", system="shop", severity="SEV-1")


def told(store: Store, incident: Incident) -> list[UpdateTold]:
    return [one.body for one in updates.listed(store, incident.id) if isinstance(one.body, UpdateTold)]


def tell(store: Store, author: Author, incident: Incident, audience: str = "leadership") -> str:
    draft = updates.draft(store, incident.id, audience)
    return updates.tell(store, author, incident.id, audience, draft.text, to=draft.to).id


def test_a_draft_holds_figures_of_the_store(
    store: Store, author: Author, incident: Incident, run: Import, clock: ManualClock
) -> None:
    """Counted by hand: of ten decisions, odd ones on the second of November, in the south."""
    run(LOG, name="log.csv", record="decisions")
    assert "- Decisions: not known yet" in updates.draft(store, incident.id).text, "nobody said since when"
    alert = Alert("a1", incident.system, "", "rate", True, AlertSeverity.HIGH, "d", "1", "south is worse",
                  1.0, 2.0, clock.now(), labels={"region": "south", "layer": "quality"})  # fmt: skip
    with store.write() as write:
        write.add(author, AlertAdded(alert), incident=incident.id, subject=incident.id)
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)
    values = {"start": When(start + timedelta(hours=1), start, start + timedelta(hours=2))}
    incidents.set_fields(store, author, incident.id, dict(values))
    text = updates.draft(store, incident.id).text
    # Of the first day 4, 6 and 8 o'clock count, of the second all five.
    assert (
        "- Decisions: 8 in the logs from 1 Nov, 05:00 CET to 2 Nov, 10:00 CET, of these 5 with region south"
        in text
    )
    assert "- Who is affected: region south" in text
    assert "south is worse" in updates.draft(store, incident.id, "teams").text


def test_a_damaged_log_leaves_a_draft_without_figures(
    store: Store, author: Author, incident: Incident, run: Import
) -> None:
    run(LOG, name="log.csv", record="decisions")
    incidents.set_fields(store, author, incident.id, {"start": When(datetime(2026, 11, 1, tzinfo=UTC))})
    for file in (store.path / "imports").glob("*.parquet"):
        file.write_bytes(b"gone")
    assert "- Decisions: not known yet" in updates.draft(store, incident.id).text


def test_what_was_done_is_told_in_the_words_of_each_audience(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    with store.write() as write:
        pull = write.add(author, OptionPulled("o1", "Flag scorer-off", 5, kind="kill_switch"),
                         incident=incident.id, subject=incident.id)  # fmt: skip
    inside, outside = (updates.draft(store, incident.id, one).text for one in ("leadership", "users"))
    assert "- Flag scorer-off, 14:37 CET: pulled, not yet confirmed to work" in inside
    assert "- Under way: seeing whether Flag scorer-off works" in inside
    assert "We have switched the AI function off." in outside
    assert "Flag scorer-off" not in outside, "names of the house mean nothing outside"
    with store.write() as write:
        write.add(author, PullConfirmed(pull.id, worked=False), incident=incident.id, subject=incident.id)
    assert "did not work" in updates.draft(store, incident.id).text
    assert "switched" not in updates.draft(store, incident.id, "users").text
    incidents.move(store, author, incident.id, CONTAINED)
    assert "- Contained at 14:37 CET" in updates.draft(store, incident.id).text


def test_a_step_stays_done_whatever_is_noted_later_and_a_task_is_under_way(
    store: Store, author: Author, incident: Incident
) -> None:
    first, *_ = playbook.look(store, incident.id).steps
    playbook.done(store, author, incident.id, first.step.id, evidence="seen on the chart")
    tell(store, author, incident)
    playbook.note(store, author, incident.id, first.step.id, note="the chart is in the log")
    playbook.add_task(store, author, incident.id, "Call the vendor", person="Operator B")
    draft = updates.draft(store, incident.id)
    assert f"- {first.step.text}, 14:37 CET" in draft.text
    assert "- Under way: Call the vendor (Operator B)" in draft.text
    assert draft.changes == ()


def test_a_freeze_that_ended_with_the_incident_is_told_no_more(
    store: Store, author: Author, incident: Incident
) -> None:
    tell(store, author, incident)
    assert "Change freeze since 14:37 CET" in updates.draft(store, incident.id).text
    incidents.move(store, author, incident.id, RESOLVED)
    draft = updates.draft(store, incident.id)
    assert "Change freeze since" not in draft.text
    assert [change.words for change in draft.changes if change.key == "freeze"] == [
        "Change freeze: ended (was declared)"
    ]


def test_the_changes_are_those_since_this_audience_was_told(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    tell(store, author, incident)
    assert updates.draft(store, incident.id).changes == ()
    assert "- Nothing has changed" in updates.draft(store, incident.id).text
    clock.advance(minutes=2)
    incidents.set_fields(store, author, incident.id, {"impact": "40 letters late", "severity": "SEV-2"})
    roles.assume_role(store, author, incident.id, "technical", "Operator B")
    draft = updates.draft(store, incident.id)
    found = {change.key: change for change in draft.changes}
    assert found["level"].words == "Severity: SEV-2 (was SEV-1)"
    assert found["impact"].words == "Impact: 40 letters late"
    assert found["role:technical"].after == "Operator B"
    assert (draft.number, draft.last) == (2, store.now() - timedelta(minutes=2))
    assert "- Severity: SEV-2 (was SEV-1)" in draft.text
    assert updates.draft(store, incident.id, "teams").number == 1, "teams were not told"
    assert updates.draft(store, incident.id, "teams").changes == ()


def test_telling_meets_the_clock_and_begins_it_anew(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    clock.advance(minutes=20)
    draft = updates.draft(store, incident.id)
    assert draft.due is not None
    assert draft.due.due == incident.declared + timedelta(minutes=30)
    assert draft.next_due == store.now() + timedelta(minutes=30)
    tell(store, author, incident)
    [update] = [one for one in clocks.listed(store, incident.id) if one.rule == "update"]
    assert (update.state, update.due) == (State.RUNNING, draft.next_due)
    assert told(store, incident)[0].next_due == draft.next_due
    incidents.move(store, author, incident.id, RESOLVED)
    assert updates.draft(store, incident.id).due is None, "nothing is due once it is resolved"


def test_an_audience_has_the_clock_that_telling_it_meets(
    store: Store, author: Author, clock: ManualClock
) -> None:
    """Where the pack asks to tell users and leadership apart, neither is taken for the other."""
    policies.choose(store, author, load_shipped("severity-1-3"), "for this test")
    one = incidents.declare(store, author, title="t", system="shop", severity="Severity 1")

    def due(audience: str) -> str:
        found = updates.draft(store, one.id, audience).due
        return found.rule if found else ""

    assert {name: due(name) for name in ("users", "leadership", "teams", "public")} == {
        "users": "tell_users", "leadership": "update", "teams": "update", "public": "",
    }  # fmt: skip
    before = updates.draft(store, one.id, "leadership").due
    clock.advance(minutes=1)
    tell(store, author, one, "public")
    assert updates.draft(store, one.id, "leadership").due == before, "those inside were not told"
    tell(store, author, one, "users")
    assert due("users") == ""
    assert updates.draft(store, one.id, "leadership").due == before


def test_a_snooze_moves_the_clock_and_is_an_entry(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    until = store.now() + timedelta(minutes=50)
    updates.snooze(store, author, incident.id, until, "all are in the call")
    draft = updates.draft(store, incident.id)
    assert draft.due is not None
    assert draft.due.due == until
    assert draft.history[0].body.reason == "all are in the call"
    for bad in (store.now(), store.now() + timedelta(days=8)):
        with pytest.raises(BadInput, match="at most a week"):
            updates.snooze(store, author, incident.id, bad, "r")
    with pytest.raises(BadInput):
        updates.snooze(store, author, incident.id, until, " ")


def test_a_breach_needs_a_reason_which_is_kept(store: Store, author: Author, incident: Incident) -> None:
    deployments.record(store, author, "shop", "Acme-2", "1", vendor=True)
    text = "Acme-2 failed. An AI model declined 40 people. We have switched it off."
    with pytest.raises(NotAllowed, match=r"No blaming of the vendor.*rule vendor"):
        updates.tell(store, author, incident.id, "public", text, to="status page")
    assert told(store, incident) == []
    reasons = {"vendor": "they said so themselves", "jargon": "not broken, not kept"}
    updates.tell(store, author, incident.id, "public", text, to="status page", reasons=reasons)
    assert told(store, incident)[0].breaches == {"vendor": "they said so themselves"}
    updates.tell(store, author, incident.id, "leadership", text, to="board")
    assert told(store, incident)[0].breaches == {}, "inside a vendor may be named"


def test_it_stands_in_log_timeline_and_report_until_it_is_withdrawn(
    store: Store, author: Author, incident: Incident
) -> None:
    entry = tell(store, author, incident)
    words = "Status update to VP Engineering, Legal, CISO: SEV-1 INC-2026-WR-0001: Scorer declines"
    view = command.look(store, incident.id)
    assert view is not None
    assert words in [line.text for line in view.lines]
    marks = timeline_view.look(store, incident.id).marks
    assert [mark.text for mark in marks if mark.lane == "told"] == [words]
    lines = [line for line in documents.build(store, incident.id).timeline if line.lane == "told"]
    assert [(line.text, line.withdrawn) for line in lines] == [(words, "")]
    updates.withdraw(store, author, entry, "it never went out")
    lines = [line for line in documents.build(store, incident.id).timeline if line.lane == "told"]
    assert [(line.text, line.withdrawn) for line in lines] == [(words, "it never went out")]
    view = command.look(store, incident.id)
    assert view is not None
    assert "Withdrew a status update: it never went out" in [line.text for line in view.lines]
    assert updates.listed(store, incident.id)[0].withdrawn == "it never went out"
    assert updates.draft(store, incident.id).number == 1
    with pytest.raises(NotFound, match="withdrawn"):
        updates.withdraw(store, author, entry, "again")
    assert verify(store).ok


def test_what_was_told_is_not_undone(store: Store, author: Author, incident: Incident) -> None:
    with pytest.raises(NotAllowed, match="withdrawn with a reason"):
        undo.undo(store, author, tell(store, author, incident))


def test_a_record_is_corrected_and_stays_readable(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    entry = tell(store, author, incident)
    at = store.now()
    clock.advance(minutes=5)
    incidents.set_fields(store, author, incident.id, {"impact": "40 letters late"})
    new = updates.correct(store, author, entry, "it was the board", to="board", by="call")
    first, second = updates.listed(store, incident.id)
    assert isinstance(first.body, UpdateTold)
    assert (first.entry, first.at, first.body.to, first.body.by) == (new.id, at, "board", "call")
    assert (first.body.corrects, first.body.reason) == (entry, "it was the board")
    assert (second.entry, second.withdrawn) == (entry, "it was the board")
    [update] = [one for one in clocks.listed(store, incident.id) if one.rule == "update"]
    assert update.due == at + timedelta(minutes=30), "it was told when it was told"
    changed = updates.draft(store, incident.id).changes
    assert [one.words for one in changed] == ["Impact: 40 letters late"], "the board has not heard of it"
    with pytest.raises(BadInput, match="nothing to correct"):
        updates.correct(store, author, new.id, "why")


def test_nothing_was_told_before_the_incident_was_noticed(
    store: Store, author: Author, incident: Incident
) -> None:
    """A mistyped year would let the next update be overdue by as much."""
    early = incident.detected - timedelta(days=365)
    with pytest.raises(BadInput, match="before the incident was noticed"):
        updates.tell(store, author, incident.id, "leadership", "Held.", to="board", at=early)
    entry = tell(store, author, incident)
    with pytest.raises(BadInput, match="before the incident was noticed"):
        updates.correct(store, author, entry, "it was earlier", at=early)
    assert [one.to for one in told(store, incident)] == [updates.draft(store, incident.id).to]
    updates.correct(store, author, entry, "in minutes", at=incident.detected - timedelta(seconds=40))


def test_a_correction_that_goes_out_names_what_it_corrects(
    store: Store, author: Author, incident: Incident
) -> None:
    first = tell(store, author, incident)
    with pytest.raises(BadInput):
        updates.tell(store, author, incident.id, "leadership", "It is 40.", to="board", corrects=first)
    updates.tell(
        store, author, incident.id, "leadership", "It is 40.", to="board", corrects=first, reason="miscounted"
    )
    assert [(one.corrects, one.reason) for one in told(store, incident)] == [(first, "miscounted"), ("", "")]


def test_a_retry_tells_once(store: Store, author: Author, incident: Incident) -> None:
    id = store.new_id()
    for _ in range(2):
        updates.tell(store, author, incident.id, "leadership", "Words", to="board", id=id)
    assert len(told(store, incident)) == 1


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"to": " "}, "Say whom"),
        ({"text": " "}, "empty"),
        ({"text": "x" * 20_001}, "20,000"),
        ({"to": "x" * 501}, "500"),
        ({"by": "x" * 501}, "500"),
        ({"audience": "nobody"}, "no such audience"),
        ({"at": datetime(2030, 1, 1, tzinfo=UTC)}, "lies ahead"),
        ({"incident": "INC-0"}, "no such incident"),
        ({"corrects": "nothing", "reason": "r"}, "no update that was told"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    store: Store, author: Author, incident: Incident, values: dict[str, object], what: str
) -> None:
    given = {"incident": incident.id, "audience": "leadership", "text": "Words", "to": "board", **values}
    with pytest.raises((BadInput, NotFound), match=what):
        updates.tell(store, author, **given)  # type: ignore[arg-type]
    assert told(store, incident) == []


def test_nothing_is_told_of_a_withdrawn_incident(store: Store, author: Author, incident: Incident) -> None:
    incidents.withdraw(store, author, incident.id, "a test")
    with pytest.raises(NotAllowed, match="withdrawn"):
        updates.tell(store, author, incident.id, "leadership", "Words", to="board")


def test_the_next_actions_ask_for_an_update_and_know_who_was_told(
    store: Store, author: Author, incident: Incident
) -> None:
    incidents.set_fields(store, author, incident.id, {"type": "bias"})
    assert updates.draft(store, incident.id, "teams").to == "ethics committee, legal"
    view = command.look(store, incident.id)
    assert view is not None
    [update] = [one for one in view.actions if one.place == "update:leadership"]
    assert (update.done, update.due) == (False, incident.declared + timedelta(minutes=30))
    assert not next(one for one in view.actions if one.id == "route:fairness").done
    tell(store, author, incident, "teams")
    view = command.look(store, incident.id)
    assert view is not None
    assert next(one for one in view.actions if one.id == "route:fairness").done


def test_paper_leaves_and_is_recorded_and_is_no_report(
    store: Store, author: Author, incident: Incident
) -> None:
    tell(store, author, incident)
    draft = updates.draft(store, incident.id)
    made = update_paper.sheet(store, draft, draft.text, by="Operator A")
    path = update_paper.default_path(store, made)
    entry = update_paper.save(store, author, incident.id, made, path)
    assert isinstance(entry.body, DocumentExported)
    assert entry.body.document == "status update (Leadership)"
    assert path.read_bytes() == update_paper.pdf(made)
    assert incidents.get(store, incident.id).exports == (), "the report is still asked for"
    gone = update_paper.sheet(store, draft, draft.history[0].body.text, told=draft.history[0])  # type: ignore[union-attr]
    assert (gone.told, gone.to) == (store.now(), "VP Engineering, Legal, CISO")
    assert update_paper.default_path(store, gone) != path
    with pytest.raises(BadInput, match="not a place"):
        update_paper.save(store, author, incident.id, replace(made), store.path / "journal.db")
