"""What is asked on the matrix, and then written: another level, other words in a cell, another pack."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tocsin.errors import UserError
from tocsin.model.matrix import responses, tellings
from tocsin.model.severity import ClockRule, Level, Scheme
from tocsin.model.urgency import Watched
from tocsin.operations import matrix, policies, policies_applied, triage
from tocsin.operations.policies_applied import Change
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.matrix.table import ESCALATE, MEANING, RESPOND, ROUTE, Cell

_SPAN = "15 min, 2 h, 4 business hours, 5 business days; empty for none"
_NAMES = "names with commas between"


@dataclass(frozen=True, slots=True)
class Where:
    """A cell that is edited: its level, what of it, and the kind of its route."""

    level: str
    kind: str
    route: str = ""


class MatrixDeeds:
    """Asks over the screen. `drafted(scheme)` gets a pack that was edited and is not in force yet."""

    def __init__(self, desk: Desk, ask: Ask, drafted: Callable[[Scheme], None]) -> None:
        self._desk, self._ask, self._drafted = desk, ask, drafted

    def grade(self, one: Watched, level: str) -> None:
        """Ask why an incident is of another level, then re-grade it."""
        if not self._may():
            return
        known = one.incident
        levels = tuple((each.id, f"{each.id}: {each.meaning}") for each in one.scheme.levels)
        blanks = [Blank("reason", "Reason", hint=f"why it is no longer {known.severity}"),
                  Blank("level", "Level", level, choices=levels)]  # fmt: skip
        title = f"Re-grade {known.reference}: {known.severity} becomes {level}"
        self._ask.ask(title, blanks, "Re-grade", partial(self._grade, known.id, self._desk.store.new_id()))

    def edit(self, scheme: Scheme, where: Where, cell: Cell) -> None:
        """Ask for other words of a cell; the answer is a draft of the pack."""
        level = scheme.level(where.level)
        if not self._may() or level is None or where.kind not in (MEANING, RESPOND, ESCALATE, ROUTE):
            self._desk.tell("This cell is not part of the pack.")
            return
        title, blanks = _asked(scheme, where, level, cell)
        self._ask.ask(title, blanks, "Draft", partial(self._edit, scheme, where))

    def put_in_force(self, draft: Scheme, edited: str, changes: int) -> None:
        """Ask why a draft is to rule new incidents; it would change so many clocks of open ones.

        `edited` is the version it was begun from: somebody else's newer one is not overwritten.
        """
        if self._may():
            kept = (
                f"; {changes} clocks of open incidents stay until their commander applies it"
                if changes
                else ""
            )
            blanks = [Blank("reason", "Reason", hint=f"why the rules change{kept}")]
            title = f"Put {draft.title}, version {draft.version}, in force for new incidents"
            take = partial(self._choose, draft, edited, self._desk.store.new_id())
            self._ask.ask(title, blanks, "Put in force", take)

    def apply(self, one: Change, sha256: str) -> None:
        """Ask why the pack in force is to rule an incident that froze another."""
        if self._may():
            blanks = [Blank("reason", "Reason", hint="why its running clocks are to change")]
            title = f"Apply the pack in force to {one.reference}: its running clocks count by it from now on"
            self._ask.ask(
                title, blanks, "Apply", partial(self._apply, one, sha256, self._desk.store.new_id())
            )

    def _grade(self, incident: str, id: str, answers: Answers) -> None:
        desk, level = self._desk, answers["level"]
        call = partial(triage.regrade, desk.store, desk.author, incident, level, answers["reason"], id=id)
        self._write(call, f"Severity {level}; Ctrl Z takes it back")

    def _edit(self, scheme: Scheme, where: Where, answers: Answers) -> None:
        try:
            draft = matrix.edited(scheme, where.level, where.kind, answers, where.route)
        except UserError as error:
            self._ask.refuse(str(error))
            return
        self._ask.done()
        self._drafted(draft)

    def _choose(self, draft: Scheme, edited: str, id: str, answers: Answers) -> None:
        desk = self._desk
        call = partial(
            policies.choose, desk.store, desk.author, draft, answers["reason"], instead_of=edited, id=id
        )
        self._write(call, f"{draft.title}, version {draft.version}, is in force; Ctrl Z takes it back")

    def _apply(self, one: Change, sha256: str, id: str, answers: Answers) -> None:
        desk = self._desk
        level = one.to_level if one.to_level != one.level else ""
        call = partial(policies_applied.apply, desk.store, desk.author, one.incident, sha256,
                       answers["reason"], level=level, id=id)  # fmt: skip
        self._write(call, f"The pack in force rules {one.reference}")

    def _write(self, call: Callable[[], Any], said: str) -> None:
        write(self._desk, self._ask, call, said)

    def _may(self) -> bool:
        if self._desk.store.read_only:
            self._desk.tell("This store can only be read here.", trouble=True)
        return not self._desk.store.read_only


def _asked(scheme: Scheme, where: Where, level: Level, cell: Cell) -> tuple[str, list[Blank]]:
    if where.kind == MEANING:
        return f"Definition of {level.id}", [
            Blank("meaning", "Meaning", level.meaning),
            Blank("found_by", "Found by", level.found_by),
        ]
    if where.kind in (RESPOND, ESCALATE):
        rules = (responses if where.kind == RESPOND else tellings)(scheme)
        within = [Blank(rule.id, rule.name, _span(rule, level.id), _SPAN) for rule in rules]
        if where.kind == RESPOND:
            return f"Response at {level.id}", within
        names = Blank("to", "Call", ", ".join(level.escalate_to), _NAMES)
        return f"Escalation at {level.id}", [*within, names, Blank("forum", "In", level.forum, "war room")]
    assert cell.route is not None
    serves = "yes" if level.id in cell.route.levels else "no"
    choices = (("yes", f"takes over at {level.id}"), ("no", f"does not take over at {level.id}"))
    return f"{cell.route.title} at {level.id}", [
        Blank("to", "Leads to", ", ".join(cell.route.to), _NAMES),
        Blank("serves", "It", serves, choices=choices),
    ]


def _span(rule: ClockRule, level: str) -> str:
    offset = rule.offset(level)
    return offset.words if offset else ""
