"""The pack in force is frozen once, incidents keep what they froze, only a commander lets another count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.calendar import Offset, Unit
from tocsin.model.clocks import State
from tocsin.model.incident import Incident
from tocsin.model.journal import PolicyFrozen
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, incidents, policies, policies_applied, roles, undo
from tocsin.policy.edit import with_offset
from tocsin.policy.load import load_shipped
from tocsin.store import journal
from tocsin.store.folder import Store

OTHER = Author("Operator B")


def frozen(store: Store) -> list[PolicyFrozen]:
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=["policy.frozen"])
    return [entry.body for entry in entries if isinstance(entry.body, PolicyFrozen)]


def declared(store: Store, author: Author, severity: str = "SEV-2") -> Incident:
    return incidents.declare(store, author, title="Scores fell", system="loans", severity=severity)


def tighter(hours: int = 1):  # type: ignore[no-untyped-def]
    return with_offset(load_shipped(), "contain", "SEV-2", Offset(hours * 45, Unit.MINUTES))


def test_the_pack_in_force_is_frozen_once_however_often_it_is_used(store: Store, author: Author) -> None:
    for _ in range(2):
        with store.write() as write:
            scheme, sha256 = policies.in_force(write, author)
    assert [(body.pack, body.version, body.sha256) for body in frozen(store)] == [("sev-1-4", "1", sha256)]
    assert policies.scheme(store, sha256) == scheme
    assert replace(scheme, calendar=load_shipped().calendar) == load_shipped()
    assert (scheme.calendar.zone, bool(scheme.calendar.offsets)) == ("Europe/Berlin", True)
    assert policies.current(store) == (load_shipped(), sha256)


def test_a_changed_pack_is_frozen_beside_the_first(store: Store, author: Author) -> None:
    changed = replace(load_shipped(), version="2")
    with store.write() as write:
        first = policies.freeze_into(write, author, load_shipped())
        second = policies.freeze_into(write, author, changed)
    assert policies.scheme(store, first) == load_shipped()
    assert policies.scheme(store, second) == changed
    assert len(frozen(store)) == 2


def test_a_pack_the_journal_lacks_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        policies.scheme(store, "0" * 64)


def test_a_pack_chosen_rules_new_incidents_and_leaves_open_ones_as_they_are(
    store: Store, author: Author
) -> None:
    before = declared(store, author)
    ticking = clocks.listed(store, before.id)
    policies.choose(store, author, load_shipped("p0-p2"), "the regulator reads P0 to P2")
    after = declared(store, author, "P1")
    assert policies.scheme(store, after.policy).id == "p0-p2"
    assert incidents.get(store, before.id).policy == before.policy
    assert clocks.listed(store, before.id) == ticking
    entry = policies.ruling(store).entry
    assert entry is not None
    assert (entry.author, getattr(entry.body, "reason", "")) == (author, "the regulator reads P0 to P2")
    with pytest.raises(NotAllowed, match="in force already"):
        policies.choose(store, author, load_shipped("p0-p2"))
    undo.undo(store, author, entry.id)
    assert policies.current(store)[0] == load_shipped()


def test_a_retry_chooses_once(store: Store, author: Author) -> None:
    id = store.new_id()
    first = policies.choose(store, author, load_shipped("p1-p4"), id=id)
    assert policies.choose(store, author, load_shipped("p1-p4"), id=id) == first
    assert len(policies.history(store)) == 1


def test_a_pack_with_a_mistake_is_not_chosen(store: Store, author: Author) -> None:
    with pytest.raises(BadInput, match=r"pack\.toml: due_soon: 9 is not a share"):
        policies.choose(store, author, replace(load_shipped(), due_soon=9))
    assert policies.history(store) == []


def test_public_holidays_are_written_out_when_an_incident_freezes_them(
    store: Store, author: Author, clock: ManualClock
) -> None:
    shipped = load_shipped()
    berlin = replace(shipped.calendar, country="DE", subdivision="BE")
    policies.choose(store, author, replace(shipped, calendar=berlin, version="2"))
    known = declared(store, author)
    days = policies.scheme(store, known.policy).calendar.public
    assert {date(2025, 12, 25), date(2027, 3, 8), date(2036, 10, 3)} <= days  # Women's Day is Berlin's own
    assert min(days).year == 2025
    assert max(days).year == 2036
    clock.set_wall(datetime(2026, 12, 22, 9, 0, tzinfo=UTC))
    incidents.move(store, author, known.id, "resolved")
    (review,) = [one for one in clocks.listed(store, known.id) if one.id == "review"]
    # 23, 24, 28, 29, 30 December: the 25th is a holiday, the 26th and 27th a weekend.
    assert review.due == datetime(2026, 12, 30, 16, 0, tzinfo=UTC)
    assert policies.current(store)[0].calendar == berlin


def test_a_preview_says_which_clocks_of_which_incidents_would_move_and_applying_moves_just_those(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known, milder = declared(store, author), declared(store, author, "SEV-3")
    clock.advance(minutes=10)
    changed = tighter()
    found = policies_applied.preview(store, changed)
    assert [(one.incident, one.clock, one.what) for one in found] == [(known.id, "contain", "moves")]
    (change,) = found
    assert change.before is not None
    assert change.after is not None
    assert change.before.due == known.detected + timedelta(minutes=60)
    assert change.after.due == known.detected + timedelta(minutes=45)
    before = {one.id: one.due for one in clocks.listed(store, known.id)}
    assert before["contain"] == change.before.due  # a preview changes nothing

    policies.choose(store, author, changed, "we are faster now")
    _, sha256 = policies.current(store)
    policies_applied.apply(store, author, known.id, sha256, "contain sooner")
    after = {one.id: one.due for one in clocks.listed(store, known.id)}
    assert after == {**before, "contain": change.after.due}
    assert incidents.get(store, known.id).policy == sha256
    assert incidents.get(store, milder.id).policy == milder.policy
    assert policies_applied.preview_of(store, known.id, changed) == ()


def test_clocks_that_ended_stay_as_they_ended_under_the_former_pack(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = declared(store, author)
    clock.advance(minutes=50)
    incidents.move(store, author, known.id, "contained")
    assert policies_applied.preview_of(store, known.id, tighter()) == ()
    harder = replace(tighter(), clocks=tuple(replace(rule, met_by=()) for rule in tighter().clocks
                                             if not rule.repeats), version="2")  # fmt: skip
    told = {one.clock for one in policies_applied.preview_of(store, known.id, harder)}
    assert not told & {"respond", "contain"}  # met once, they are met, whatever would meet them now
    policies.choose(store, author, tighter())
    policies_applied.apply(store, author, known.id, policies.current(store)[1], "the newest rules")
    (contain,) = [one for one in clocks.listed(store, known.id) if one.id == "contain"]
    assert (contain.state, contain.late, contain.due) == (
        State.MET,
        False,
        known.detected + timedelta(minutes=60),
    )


def test_only_the_commander_applies_a_pack_and_says_why(store: Store, author: Author) -> None:
    known = declared(store, author)
    policies.choose(store, author, tighter())
    _, sha256 = policies.current(store)
    with pytest.raises(NotAllowed, match="only Operator A commands"):
        policies_applied.apply(store, OTHER, known.id, sha256, "because")
    with pytest.raises(BadInput):
        policies_applied.apply(store, author, known.id, sha256, "  ")
    roles.assume_role(store, author, known.id, "commander", OTHER.name)
    policies_applied.apply(store, OTHER, known.id, sha256, "because")
    with pytest.raises(NotAllowed, match="rules it already"):
        policies_applied.apply(store, OTHER, known.id, sha256, "because")


def test_a_pack_of_other_levels_asks_which_one_it_is_and_says_what_would_become_of_each_clock(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = declared(store, author, "SEV-3")
    clock.advance(minutes=5)
    found = policies_applied.preview(store, load_shipped("p0-p2"))
    assert {one.to_level for one in found} == {"P2"}
    told = {one.clock: one.what for one in found}
    assert (told["assess"], told["investigate"]) == ("begins", "ends")
    policies.choose(store, author, load_shipped("p0-p2"))
    _, sha256 = policies.current(store)
    with pytest.raises(BadInput, match=r"no level SEV-3.*Perhaps P2"):
        policies_applied.apply(store, author, known.id, sha256, "one scheme for all")
    policies_applied.apply(store, author, known.id, sha256, "one scheme for all", level="P2")
    now = incidents.get(store, known.id)
    assert (now.severity, now.policy) == ("P2", sha256)
    states = {one.id: one for one in clocks.listed(store, known.id)}
    assert states["assess"].due == known.detected + timedelta(hours=48)
    gone = [one for one in states.values() if one.rule == "investigate"]
    assert {one.state for one in gone} == {State.SUPERSEDED}


def test_an_incident_that_is_over_keeps_its_rules(store: Store, author: Author) -> None:
    known = declared(store, author)
    policies.choose(store, author, tighter())
    incidents.withdraw(store, author, known.id, "a test alert")
    assert policies_applied.preview(store, tighter(2)) == ()
    with pytest.raises(NotAllowed, match="withdrawn"):
        policies_applied.apply(store, author, known.id, policies.current(store)[1], "because")


def test_what_somebody_else_put_in_force_meanwhile_is_not_overwritten(store: Store, author: Author) -> None:
    shipped = load_shipped()
    policies.choose(store, OTHER, tighter(), "sooner", instead_of="1")
    mine = with_offset(shipped, "escalate", "SEV-1", Offset(20, Unit.MINUTES))
    further = with_offset(mine, "escalate", "SEV-2", Offset(1, Unit.HOURS))
    for draft in (mine, further):  # one of the same version as theirs, one of a later
        with pytest.raises(NotAllowed, match=r"1\+1 is in force meanwhile, and says something else"):
            policies.choose(store, author, draft, "mine", instead_of="1")
    assert policies.current(store)[0] == tighter()
    policies.choose(store, author, shipped, "as it was")  # without a claim, any pack may be chosen
    policies.choose(store, author, further, "mine", instead_of="1")


def test_a_level_of_another_pack_declares_the_freeze_it_asks_for(store: Store, author: Author) -> None:
    known = declared(store, author, "SEV-3")
    assert not known.conduct.freezes
    policies_applied.apply(store, author, known.id, load_shipped("p1-p4"), "one scheme", level="P2")
    assert len(incidents.get(store, known.id).conduct.freezes) == 1
