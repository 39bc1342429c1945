"""Who has which role: assumed, given back, several at once, in the past; one commander whatever happens."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tocsin.errors import BadInput, NotAllowed, UserError
from tocsin.model import roles as rules
from tocsin.model.handover import SIDES, State, standing
from tocsin.model.incident import ROLES, Incident
from tocsin.model.journal import Entry, RoleAssumed, Undone
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import handover, incidents, policies, roles, undo
from tocsin.operations.verification import verify
from tocsin.store import journal
from tocsin.store.folder import Store, create_store

A, B, C = (Author(f"Operator {letter}") for letter in "ABC")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def incident(store: Store) -> Incident:
    return incidents.declare(store, A, title="Declines doubled", system="scorer")


def held(store: Store, incident: Incident, role: str, at: datetime) -> str:
    return rules.holder(roles.look(store, incident.id).ledger, role, at)


def test_who_declares_commands_from_that_instant_on(store: Store, incident: Incident) -> None:
    [only] = roles.look(store, incident.id).ledger
    assert (only.role, only.person, only.assumed, only.relinquished) == (
        "commander", "Operator A", incident.declared, None,
    )  # fmt: skip
    assert held(store, incident, "commander", incident.declared - MINUTE) == ""


def test_whoever_assumes_a_role_ends_the_tenure_before(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    clock.advance(minutes=10)
    roles.assume_role(store, A, incident.id, "commander", B.name)
    changed = store.now()
    clock.advance(minutes=10)
    assert held(store, incident, "commander", changed - MINUTE) == A.name
    assert held(store, incident, "commander", changed) == B.name
    assert held(store, incident, "commander", store.now()) == B.name


def test_a_role_is_given_back_and_then_nobody_has_it(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    roles.assume_role(store, A, incident.id, "technical", C.name)
    clock.advance(minutes=5)
    entry = roles.relinquish(store, C, incident.id, "technical", reason="End of the shift")
    assert incidents.get(store, incident.id).staff == {"commander": A.name}
    assert held(store, incident, "technical", store.now() - MINUTE) == C.name
    assert held(store, incident, "technical", store.now()) == ""
    with pytest.raises(NotAllowed, match="nobody has"):
        roles.relinquish(store, C, incident.id, "technical")
    undo.undo(store, C, entry.id)
    assert held(store, incident, "technical", store.now()) == C.name


def test_nobody_gives_command_back(store: Store, incident: Incident) -> None:
    with pytest.raises(NotAllowed, match="always commands"):
        roles.relinquish(store, A, incident.id, "commander")


def test_undoing_the_first_assumption_leaves_command_with_who_declared(
    store: Store, incident: Incident
) -> None:
    first = incident.conduct.assumed[0]
    undo.undo(store, A, first.entry)
    known = incidents.get(store, incident.id)
    assert known.commander == A.name
    assert rules.holder(rules.ledger(known), "commander", store.now()) == A.name


def test_a_time_in_the_past_counts_and_one_before_the_tenure_or_ahead_does_not(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    clock.advance(minutes=30)
    really = store.now() - 20 * MINUTE
    roles.assume_role(store, A, incident.id, "commander", B.name, at=really)
    assert held(store, incident, "commander", really) == B.name
    for wrong in (really - MINUTE, store.now() + 10 * MINUTE):
        with pytest.raises(BadInput):
            roles.assume_role(store, A, incident.id, "commander", C.name, at=wrong)
    roles.assume_role(store, A, incident.id, "commander", C.name, at=really)
    tenures = [one for one in roles.look(store, incident.id).ledger if one.role == "commander"]
    assert [one.person for one in tenures] == [A.name, B.name, C.name]
    assert tenures[1].assumed == tenures[1].relinquished, "two at one instant: the later word holds"


def test_several_roles_are_given_at_once_or_none(store: Store, incident: Incident) -> None:
    done = roles.staff(store, A, incident.id, {"commander": A.name, "technical": "Operator  C", "scribe": ""})
    assert [entry.kind for entry in done] == ["role.assumed"], "who has a role already keeps it"
    with pytest.raises(BadInput):
        roles.staff(store, A, incident.id, {"scribe": B.name, "technical": "x" * 99})
    with pytest.raises(NotAllowed):
        roles.staff(store, A, incident.id, {"scribe": B.name, "commander": ""})
    assert incidents.get(store, incident.id).staff == {"commander": A.name, "technical": C.name}
    roles.staff(store, A, incident.id, {"technical": ""})
    assert incidents.get(store, incident.id).staff == {"commander": A.name}


def test_a_role_that_the_rules_ask_for_is_missed_from_then_on(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    scheme = policies.scheme(store, incident.policy)
    needed = {role.id: role for role in rules.needed(scheme, incident.severity)}
    assert "technical" in needed, "the shipped rules ask for a technical lead at the gravest level"
    by_role = {one.role.id: one for one in roles.look(store, incident.id).vacancies}
    missing = by_role["technical"]
    assert missing.since == incident.declared
    assert missing.due == incident.declared + needed["technical"].minutes * MINUTE
    told = [missing.told(missing.since + n * MINUTE) for n in (-1, 0, 1, 2, 3, 4, 10)]
    assert told == [0, 0, 0, 1, 1, 2, 5]
    roles.assume_role(store, A, incident.id, "technical", C.name)
    clock.advance(minutes=7)
    roles.relinquish(store, A, incident.id, "technical")
    again = {one.role.id: one for one in roles.look(store, incident.id).vacancies}["technical"]
    assert again.since == store.now()
    incidents.move(store, A, incident.id, "closed", note="a test")
    assert roles.look(store, incident.id).vacancies == ()


def test_a_person_with_many_roles_and_a_commander_with_many_people_are_hints(
    store: Store, incident: Incident
) -> None:
    roles.staff(store, A, incident.id, {"scribe": A.name, "technical": A.name})
    [hint] = roles.look(store, incident.id).hints
    assert hint == "Operator A has 3 roles: commander, scribe, technical"


def undisturbed(entries: list[Entry]) -> list[Entry]:
    """Return the entries that count, found the slow way: whether a counting one undoes it."""

    def counts(entry: Entry) -> bool:
        undoing = [one for one in entries if isinstance(one.body, Undone) and one.body.entry == entry.id]
        return not any(counts(one) for one in undoing)

    return [entry for entry in entries if counts(entry)]


class Commands(RuleBasedStateMachine):
    """Random commands on a real store, against a ledger kept by brute force: a list of (from, who)."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = ManualClock(datetime(2026, 11, 2, 13, tzinfo=UTC))
        path = Path(self.folder.name) / "machine.tocsin"
        self.store = create_store(path, code="WR", zone="Europe/Berlin", clock=self.clock, author=A)
        self.mine: list[tuple[Author, str]] = []  # entries that may be undone, by whom

    def teardown(self) -> None:
        assert verify(self.store).ok
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def declare(self) -> None:
        self.id = incidents.declare(self.store, A, title="Declines doubled", system="scorer").id

    def known(self) -> Incident:
        return incidents.get(self.store, self.id)

    @rule(minutes=st.integers(0, 600))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule(hours=st.integers(-30, 30))
    def the_clock_is_set(self, hours: int) -> None:
        self.clock.set_wall(self.clock.now() + timedelta(hours=hours))

    @rule(
        by=st.sampled_from([A, B, C]),
        role=st.sampled_from(["commander", "commander", "technical"]),
        person=st.sampled_from([A, B, C]),
        ago=st.none() | st.integers(-3, 240),
    )
    def assume(self, by: Author, role: str, person: Author, ago: int | None) -> None:
        at = None if ago is None else self.store.now() - ago * MINUTE
        try:
            entry = roles.assume_role(self.store, by, self.id, role, person.name, at=at)
        except UserError:
            return
        self.mine.append((by, entry.id))

    @rule(by=st.sampled_from([A, B, C]), role=st.sampled_from(["commander", "technical"]))
    def relinquish(self, by: Author, role: str) -> None:
        try:
            entry = roles.relinquish(self.store, by, self.id, role)
        except NotAllowed:
            return
        assert role != "commander"
        self.mine.append((by, entry.id))

    @rule(
        by=st.sampled_from([A, B, C]),
        role=st.sampled_from(["commander", "technical"]),
        person=st.sampled_from([A, B, C]),
        ahead=st.none() | st.none() | st.integers(-60, 60),
    )
    def prepare(self, by: Author, role: str, person: Author, ahead: int | None) -> None:
        planned = None if ahead is None else self.store.now() + ahead * MINUTE
        briefing = {"situation": "As it is", "questions": "Who looks at it?"}
        try:
            handover.prepare(self.store, by, self.id, role, person.name, briefing, planned=planned)
        except UserError:
            return

    @precondition(lambda self: standing(self.known()) is not None)
    @rule(
        side=st.sampled_from([*SIDES, *SIDES, "neither"]),
        answers=st.sampled_from([True, True, False]),
        ago=st.none() | st.none() | st.integers(-3, 240),
    )
    def confirm(self, side: str, answers: bool, ago: int | None) -> None:
        waiting = standing(self.known())
        assert waiting is not None
        names = (waiting.outgoing, waiting.person)
        wanted = waiting.name(side) if side in SIDES else ""
        by = next(one for one in (A, B, C) if one.name == wanted or not (wanted or one.name in names))
        given = {"Who looks at it?": "Operator C"} if answers else {}
        at = None if ago is None else self.store.now() - ago * MINUTE
        try:
            done = handover.confirm(self.store, by, self.id, waiting.id, answers=given, effective=at)
        except UserError:
            return
        assert by.name in (waiting.outgoing, waiting.person)
        assert answers or by.name == waiting.outgoing
        self.mine += [(by, entry.id) for entry in done if undo.may_undo(entry)]
        if len(done) == 2:
            event("a hand-over passed")
            assert self.known().staff[waiting.role] == waiting.person

    @rule(role=st.sampled_from(["commander", "technical"]), person=st.sampled_from([A, B, C]))
    def hand_over(self, role: str, person: Author) -> None:
        """All of it in one go, as most are: random steps alone seldom come to the end of one."""
        self.prepare(A, role, person, None)
        for side in SIDES:
            if (one := standing(self.known(), role)) is not None and one.person == person.name:
                self.confirm(side, True, None)

    @precondition(lambda self: standing(self.known()) is not None)
    @rule()
    def cancel(self) -> None:
        handover.cancel(self.store, B, self.id)

    @precondition(lambda self: self.mine)
    @rule(which=st.integers(0, 30))
    def undo(self, which: int) -> None:
        by, entry = self.mine[which % len(self.mine)]
        try:
            done = undo.undo(self.store, by, entry)
        except NotAllowed:
            return
        self.mine.append((by, done.id))  # undoing that again is redo

    @invariant()
    def exactly_one_commands_at_every_instant(self) -> None:
        known = self.known()
        tenures = [one for one in rules.ledger(known) if one.role == "commander"]
        assert tenures[0].assumed == known.declared
        for one, following in pairwise(tenures):
            assert one.relinquished == following.assumed, "a gap or an overlap"
            assert one.assumed <= following.assumed
        assert tenures[-1].relinquished is None
        assert tenures[-1].person == known.commander
        edges = {one.assumed for one in tenures}
        for edge in edges:
            for at in (edge, edge - timedelta(microseconds=1), edge + timedelta(days=400)):
                if at >= known.declared:
                    assert sum(one.holds(at) for one in tenures) == 1

    @invariant()
    def no_role_is_held_twice_and_who_has_one_is_who_the_incident_says(self) -> None:
        known = self.known()
        tenures = rules.ledger(known)
        for role in ROLES:
            own = [one for one in tenures if one.role == role]
            now = [one.person for one in own if one.relinquished is None]
            assert now == ([known.staff[role]] if role in known.staff else [])
            for one, following in pairwise(own):
                assert one.relinquished is not None
                assert one.relinquished <= following.assumed
        assert not any(register.conflict for register in known.roles.values())

    @invariant()
    def the_ledger_says_what_the_entries_say_one_by_one(self) -> None:
        """An oracle of its own: the entries nobody undid, in order, each from its own time on or later."""
        with self.store.journal.read() as connection:
            entries = journal.entries(connection, subject=self.id)
        expected = [(self.known().declared, A.name)]
        for entry in undisturbed(entries):
            if isinstance(entry.body, RoleAssumed) and entry.body.role == "commander":
                when = entry.occurred.at if entry.occurred else entry.recorded_at
                if entry.body.person != expected[-1][1]:
                    expected.append((max(when, expected[-1][0]), entry.body.person))
        tenures = [one for one in rules.ledger(self.known()) if one.role == "commander"]
        assert [(one.assumed, one.person) for one in tenures] == expected

    @invariant()
    def a_hand_over_that_passed_gave_the_role(self) -> None:
        known = self.known()
        for one in handover.listed(self.store, self.id):
            took = [tenure for tenure in rules.ledger(known) if tenure.handover == one.id]
            assert bool(took) == (one.state is State.PASSED)
            if took:
                assert len(one.confirmed) == 2
                assert took[0].person == one.person


Commands.TestCase.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestCommands = Commands.TestCase
