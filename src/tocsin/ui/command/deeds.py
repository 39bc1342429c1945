"""What an operator does to an incident from the command screen: what is asked, and what is then written."""

from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.model import callouts
from tocsin.model.alert import Alert
from tocsin.model.clocks import ClockState, State
from tocsin.model.incident import CLOSED, CONTAINED, FIELDS, FOLLOWS, REOPENED, RESOLVED, ROLES
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.roles import vacancies
from tocsin.operations import alerts, clocks, documents, incidents, roles, triage
from tocsin.operations.callouts import call as call_mark
from tocsin.operations.command import CommandView
from tocsin.operations.times import parse_instant, parse_when
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.header import MOVES
from tocsin.ui.desk import Desk
from tocsin.ui.times import stamp

_SAID = {CONTAINED: "Contained", RESOLVED: "Resolved", CLOSED: "Closed", REOPENED: "Re-opened"}
_WHEN = "now, or 14:20, or 2026-11-02 14:20"
_RANGE = "14:20, or a range 2026-11-01 08:00..2026-11-02 14:20"
_HINTS = {
    "impact": "How many users, which decisions, what it means for the business",
    "root_cause": "Model, data, infrastructure or pipeline: what broke, and why it could",
    "remediation": "What was repaired at once, what follows soon, what takes longer",
    "prevention": "What keeps it from coming back: specific, owned, dated",
}


def write(desk: Desk, ask: Ask, call: Callable[[], Any], said: str) -> None:
    """Write, closing the strip that asked, or showing there why not; without one the status bar tells."""
    if not ask.isVisible():
        desk.write(call, said=said)
        return
    job = desk.write(call, lambda _entry: ask.done(), said=said)
    job.refused.connect(lambda error: ask.refuse(str(error)))
    job.broke.connect(lambda _error: ask.refuse("A fault of the program; it was logged."))


class Deeds:
    """Asks and writes for the incident of the view shown last."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.view: CommandView | None = None
        self.people: tuple[str, ...] = ()

    def move(self, status: str) -> None:
        """Ask when the incident came to a status, and write it. Does nothing where it cannot follow."""
        view = self._ready()
        if view is None or status not in FOLLOWS[view.incident.status]:
            return
        blanks = [Blank("at", "At", hint=_WHEN), Blank("note", "Note", hint="what was done, in a line")]
        self._ask.ask(
            f"{MOVES[status][0]} {view.incident.reference}",
            blanks,
            MOVES[status][0],
            partial(self._move, status),
        )

    def title(self) -> None:
        """Ask for another title."""
        if (view := self._ready()) is not None:
            blank = Blank("title", "Title", view.incident.title)
            self._ask.ask("Title of the incident", [blank], "Save", self._set)

    def severity(self, level: str = "") -> None:
        """Ask to confirm or change the level, `level` being a proposal."""
        if (view := self._ready()) is None:
            return
        levels = tuple((level.id, f"{level.id}: {level.meaning}") for level in view.scheme.levels)
        blanks = [Blank("severity", "Level", level or view.incident.severity, choices=levels),
                  Blank("reason", "Reason", hint="why it is another level; none to confirm")]  # fmt: skip
        title = f"Confirm or change the severity of {view.incident.reference}"
        self._ask.ask(title, blanks, "Confirm", self._grade)

    def start(self, text: str = "") -> None:
        """Ask for the estimated start, `text` being a proposal."""
        if self._ready() is not None:
            blank = Blank("start", "Began", text, _RANGE)
            self._ask.ask("Estimated start: an instant, or a range it lies in", [blank], "Save", self._begin)

    def roles(self, role: str = "") -> None:
        """Ask who holds the roles, one or all of them, those that are needed and nobody has first."""
        if (view := self._ready()) is None:
            return
        vacant = [one.role.id for one in vacancies(view.incident, view.scheme)]
        asked = (role,) if role else sorted(ROLES, key=lambda each: each not in vacant)
        blanks = [
            Blank(
                each,
                each.capitalize(),
                view.incident.staff.get(each, ""),
                "name",
                known=self.people,
            )
            for each in asked
        ]
        self._ask.ask("Who does what", blanks, "Save", self._staff)

    def text(self, field: str) -> None:
        """Ask for one of the report's texts."""
        if (view := self._ready()) is not None:
            blank = Blank(field, FIELDS[field], view.incident.text(field), _HINTS.get(field, ""), long=True)
            self._ask.ask(FIELDS[field], [blank], "Save", self._set)

    def met(self, clock: ClockState) -> None:
        """Mark a clock as met now; one key, undone with Ctrl Z."""
        view = self._ready()
        if view is None:
            return
        if clock.ended is not None:
            self._desk.tell(f"{clock.name} is {clock.state} already.")
            return
        self._write(partial(self._mark, view, clock, State.MET, ""), f"{clock.name} met")

    def waive(self, clock: ClockState) -> None:
        """Ask why a clock is waived, or does not apply."""
        if self._ready() is None or clock.ended is not None:
            return
        choices = ((State.WAIVED.value, "waived"), (State.NOT_APPLICABLE.value, "does not apply here"))
        blanks = [Blank("reason", "Reason", hint="why nobody needs to meet it"),
                  Blank("state", "It is", State.WAIVED.value, choices=choices)]  # fmt: skip
        self._ask.ask(f"Waive the clock {clock.name}", blanks, "Waive", partial(self._waive, clock))

    def alert(self) -> None:
        """Ask which alert belongs to this incident too."""
        if (view := self._ready()) is not None:
            call = partial(alerts.joinable, self._desk.store, view.incident)
            self._desk.read(call, partial(self._ask_alert, view.incident.id))

    def link(self) -> None:
        """Ask which incident this one duplicates or belongs to."""
        if (view := self._ready()) is None:
            return
        others = [one for one in view.open if one.id != view.incident.id]
        blanks = [Blank("relation", "This one is", incidents.RELATIONS[0],
                        choices=tuple((each, each) for each in incidents.RELATIONS)),
                  Blank("other", "Incident", hint="reference, such as INC-2026-WR-0007",
                        known=tuple(one.reference for one in others))]  # fmt: skip
        self._ask.ask("Link to another incident; both are kept", blanks, "Link", self._link)

    def withdraw(self) -> None:
        """Ask why the declaration is withdrawn."""
        if (view := self._ready()) is not None:
            title = f"Withdraw {view.incident.reference}: it stays readable"
            self._ask.ask(title, [Blank("reason", "Reason")], "Withdraw", self._withdraw)

    def withdraw_export(self) -> None:
        """Ask which exported report is withdrawn, and why."""
        if (view := self._ready()) is None:
            return
        zone = ZoneInfo(self._desk.store.zone)
        choices = tuple(
            (line.id, f"exported {stamp(line.at, zone)}, {line.author}")
            for line in view.lines
            if line.id in view.incident.exports
        )
        if not choices:
            self._desk.tell("No exported report stands.")
            return
        blanks = [Blank("reason", "Reason"), Blank("export", "Report", choices=choices)]
        self._ask.ask("Withdraw an exported report", blanks, "Withdraw", self._withdraw_export)

    def carry_on(self) -> None:
        """Call the mark that the deputy's card is about: things go on as they are."""
        view, store = self._ready(), self._desk.store
        if view is not None and callouts.due(view.incident, view.scheme, store.now()) is not None:
            call = partial(call_mark, store, self._desk.author, view.incident.id)
            self._write(call, "Carrying on")

    def _ready(self) -> CommandView | None:
        if self._desk.store.read_only:
            self._desk.tell("This store can only be read here.", trouble=True)
            return None
        return self.view if self.view is not None and not self.view.incident.withdrawn else None

    def _write(self, call: Callable[[], Any], said: str) -> None:
        write(self._desk, self._ask, call, said)

    def _known(self) -> CommandView:
        assert self.view is not None
        return self.view

    def _set_values(self, view: CommandView, values: dict[str, str | When]) -> Entry:
        return incidents.set_fields(self._desk.store, self._desk.author, view.incident.id, values)

    def _set(self, answers: Answers) -> None:
        self._write(partial(self._set_values, self._known(), dict(answers)), "Saved")

    def _grade(self, answers: Answers) -> None:
        view, level = self._known(), answers["severity"]
        store, author, reason = self._desk.store, self._desk.author, answers["reason"]
        said = "Severity confirmed" if level == view.incident.severity else f"Severity {level}"
        self._write(partial(triage.regrade, store, author, view.incident.id, level, reason), said)

    def _begin(self, answers: Answers) -> None:
        view, store, author = self._known(), self._desk.store, self._desk.author

        def call() -> Entry:
            when = parse_when(answers["start"], now=store.now(), zone=store.zone)
            return incidents.set_fields(store, author, view.incident.id, {"start": when})

        self._write(call, "Start estimated")

    def _move(self, status: str, answers: Answers) -> None:
        view, store, author = self._known(), self._desk.store, self._desk.author
        typed, note = answers["at"].strip(), answers["note"]

        def call() -> Entry:
            at = parse_instant(typed, now=store.now(), zone=store.zone) if typed not in ("", "now") else None
            return incidents.move(store, author, view.incident.id, status, at=at, note=note)

        self._write(call, _SAID[status])

    def _staff(self, answers: Answers) -> None:
        view, store, author = self._known(), self._desk.store, self._desk.author
        changed = {
            role: " ".join(name.split())
            for role, name in answers.items()
            if " ".join(name.split()) != view.incident.staff.get(role, "")
        }
        if not changed:
            self._ask.done()
            return
        said = "; ".join(f"{role}: {person or 'nobody'}" for role, person in changed.items())
        self._write(partial(roles.staff, store, author, view.incident.id, changed), said)

    def _mark(self, view: CommandView, clock: ClockState, state: State, reason: str) -> Entry:
        return clocks.mark(
            self._desk.store, self._desk.author, view.incident.id, clock.id, state, reason=reason
        )

    def _waive(self, clock: ClockState, answers: Answers) -> None:
        state = State(answers["state"])
        self._write(
            partial(self._mark, self._known(), clock, state, answers["reason"]), f"{clock.name} {state}"
        )

    def _ask_alert(self, incident: str, found: list[Alert]) -> None:
        if self.view is None or self.view.incident.id != incident:
            return
        if not found:
            self._desk.tell("There is no other alert.")
            return
        choices = tuple((one.id, f"{one.severity}: {one.message}") for one in found)
        self._ask.ask("Add an alert to the incident", [Blank("alert", "Alert", choices=choices)], "Add",
                      partial(self._join, incident))  # fmt: skip

    def _join(self, incident: str, answers: Answers) -> None:
        call = partial(incidents.add_alert, self._desk.store, self._desk.author, incident, answers["alert"])
        self._write(call, "Alert added")

    def _link(self, answers: Answers) -> None:
        view, store, author = self._known(), self._desk.store, self._desk.author
        other, relation = answers["other"].strip(), answers["relation"]
        self._write(partial(incidents.link, store, author, view.incident.id, other, relation), "Linked")

    def _withdraw_export(self, answers: Answers) -> None:
        store, author = self._desk.store, self._desk.author
        call = partial(documents.withdraw, store, author, answers["export"], answers["reason"])
        self._write(call, "Withdrawn")

    def _withdraw(self, answers: Answers) -> None:
        view, store, author = self._known(), self._desk.store, self._desk.author
        self._write(
            partial(incidents.withdraw, store, author, view.incident.id, answers["reason"]), "Withdrawn"
        )
