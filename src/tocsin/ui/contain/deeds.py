"""What an operator does on the screen "Contain": what is asked, and what is then written."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tocsin.errors import BadInput
from tocsin.model.containment import Option
from tocsin.model.containment_effect import Verdict
from tocsin.model.freeze import Flagged
from tocsin.model.journal import Entry
from tocsin.operations import containment, containment_options, freeze
from tocsin.operations.containment_view import ContainView, Pulled
from tocsin.operations.times import parse_instant
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.text import visible

_WHEN = "now, or 14:20, or 2026-11-02 14:20"
_WORKED = (("yes", "it works"), ("no", "it does not work"))


class ContainDeeds:
    """Asks and writes for the incident of the view shown last."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.view: ContainView | None = None

    def confirm(self, one: Pulled | None) -> None:
        """Ask whether a pull worked; what the live signal shows stands above."""
        view = self._ready()
        if view is None or one is None:
            return
        if one.pull.released is not None:
            self._desk.tell("It was put back already.")
            return
        works = "no" if one.effect.verdict is Verdict.NOT_YET else "yes"
        hint = "what you saw; what the live signal shows is recorded with it"
        if not one.effect.samples:
            hint = "what you saw: no live signal tells"
        blanks = [Blank("worked", "Seen", works, choices=_WORKED), Blank("seen", "How", hint=hint)]
        title = f"{one.pull.body.name}: {one.effect.verdict}"
        self._ask.ask(title, blanks, "Record", partial(self._confirm, view, one))

    def release(self, one: Pulled | None) -> None:
        """Ask how a pull was put back."""
        view = self._ready()
        if view is None or one is None or one.pull.released is not None:
            return
        blank = Blank("note", "Note", hint=visible(one.pull.body.undo) or "how it was put back")
        title = f"Put back: {one.pull.body.name}"
        self._ask.ask(title, [blank], "Put back", partial(self._release, view, one))

    def contained(self) -> None:
        """Say that the incident is contained since its confirmed pull took effect; Ctrl Z takes it back."""
        view = self._ready()
        if view is None:
            return
        if view.contained_at is None:
            self._desk.tell("No confirmed pull says that it is contained. C confirms one.")
            return
        self._write(
            partial(containment.contain, self._desk.store, self._desk.author, view.incident.id), "Contained"
        )

    def turn_freeze(self) -> None:
        """Ask why the change freeze is lifted, or declare one."""
        view = self._ready()
        if view is None:
            return
        if view.freeze.standing is not None:
            blank = Blank("reason", "Reason", hint="why deployments may go on")
            self._ask.ask("Lift the change freeze", [blank], "Lift", partial(self._freeze, view, freeze.lift))
        else:
            blank = Blank("reason", "Reason", hint="may stay empty: nothing but the roll-back is deployed")
            title = "Declare a change freeze"
            self._ask.ask(title, [blank], "Declare", partial(self._freeze, view, freeze.declare))

    def allow(self, one: Flagged | None) -> None:
        """Ask why a deployment seen in the freeze was meant."""
        view = self._ready()
        if view is None or one is None:
            return
        if one.allowed is not None:
            self._desk.tell("It is allowed already.")
            return
        proposed = f"the roll-back to {one.deployment.version}" if one.rolls_back else ""
        blank = Blank("reason", "Reason", proposed, hint="the roll-back itself, or why else it was meant")
        title = f"Allow {one.deployment.title} in the change freeze"
        self._ask.ask(title, [blank], "Allow", partial(self._allow, view, one))

    def rehearse(self, option: Option | None) -> None:
        """Ask how a rehearsal went."""
        if self._ready() is None or option is None:
            return
        blanks = [
            Blank("worked", "It", "yes", choices=(("yes", "worked"), ("no", "did not work"))),
            Blank("minutes", "Minutes", hint=f"how long it took; {option.minutes} are expected"),
            Blank("at", "At", hint=_WHEN),
            Blank("note", "Note", hint="what was learned"),
        ]
        self._ask.ask(f"Rehearsed: {option.name}", blanks, "Record", partial(self._rehearse, option))

    def _ready(self) -> ContainView | None:
        if self._desk.store.read_only:
            self._desk.tell("This store can only be read here.", trouble=True)
            return None
        if self.view is not None and self.view.incident.withdrawn:
            self._desk.tell("This incident is withdrawn.")
            return None
        return self.view

    def _confirm(self, view: ContainView, one: Pulled, answers: Answers) -> None:
        store, author, worked = self._desk.store, self._desk.author, answers["worked"] == "yes"
        call = partial(
            containment.confirm, store, author, view.incident.id, one.pull.id, worked, answers["seen"]
        )
        self._write(call, "Confirmed" if worked else "Recorded")

    def _release(self, view: ContainView, one: Pulled, answers: Answers) -> None:
        store, author = self._desk.store, self._desk.author
        call = partial(containment.release, store, author, view.incident.id, one.pull.id, answers["note"])
        self._write(call, "Put back")

    def _freeze(self, view: ContainView, turn: Callable[..., Entry], answers: Answers) -> None:
        store, author = self._desk.store, self._desk.author
        said = "Change freeze lifted" if turn is freeze.lift else "Change freeze declared"
        self._write(partial(turn, store, author, view.incident.id, answers["reason"]), said)

    def _allow(self, view: ContainView, one: Flagged, answers: Answers) -> None:
        store, author = self._desk.store, self._desk.author
        call = partial(freeze.allow, store, author, view.incident.id, one.deployment.id, answers["reason"])
        self._write(call, "Allowed")

    def _rehearse(self, option: Option, answers: Answers) -> None:
        store, author, typed = self._desk.store, self._desk.author, answers["at"].strip()

        def call() -> Entry:
            at = parse_instant(typed, now=store.now(), zone=store.zone) if typed not in ("", "now") else None
            return containment_options.rehearse(
                store, author, option.id, answers["worked"] == "yes", minutes=_minutes(answers["minutes"]),
                note=answers["note"], at=at,
            )  # fmt: skip

        self._write(call, "Rehearsal recorded")

    def _write(self, call: Callable[[], Any], said: str) -> None:
        write(self._desk, self._ask, call, said)


def _minutes(typed: str) -> float | None:
    """Return how long something took. Raises BadInput for what is no number."""
    if not typed.strip():
        return None
    try:
        return float(typed.replace(",", "."))
    except ValueError as error:
        raise BadInput("this is no number of minutes.", where=typed[:40]) from error
