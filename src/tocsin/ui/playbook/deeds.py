"""What an operator does with a step or a layer: what is asked for, and what is then written."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tocsin.model.playbook import ASK, FINDINGS, LAYERS, PHASES, SUSPECTED
from tocsin.model.steps import ACKNOWLEDGED, StepState, phase_now, preserved
from tocsin.operations import diagnosis, playbook
from tocsin.operations.playbook import PlaybookView
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk

_READ_ONLY = "This store can only be read here."
_FOUND = tuple((each, each) for each in FINDINGS)


class Deeds:
    """Asks and writes for the step and the incident of the view shown last."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.view: PlaybookView | None = None

    def assign(self, one: StepState) -> None:
        """Ask who is to do it."""
        if (view := self._ready()) is not None:
            blank = Blank("person", "Who", one.person or self._desk.operator, "name", known=view.people)
            self._ask.ask(f"Who does it? {one.step.text}", [blank], "Assign", partial(self._assign, one))

    def acknowledge(self, one: StepState) -> None:
        """Say that it is being worked on: by whom it was given to, else by who is at the desk."""
        if (view := self._ready()) is not None:
            said = f"{one.person or self._desk.author.name} works on it"
            call = partial(playbook.acknowledge, *self._where(view), one.step.id, person=one.person)
            write(self._desk, self._ask, call, said)

    def done(self, one: StepState) -> None:
        """Say that it is done, asking only for what is missing."""
        if (view := self._ready()) is None:
            return
        if one.step.kind == ASK:
            self.find(one)
            return
        blanks = []
        if one.step.evidence and not (one.evidence or one.files):
            blanks.append(
                Blank("evidence", "Rests on", hint="what you saw, or where it lies (E attaches a file)")
            )
        if one.step.takes_offline and preserved(view.incident, view.scheme):
            hint = "evidence is not preserved yet: say why this cannot wait"
            blanks.append(Blank("note", "Why now", hint=hint))
        if blanks:
            self._ask.ask(f"Done: {one.step.text}", blanks, "Done", partial(self._done, one))
        else:
            self._done(one, {})

    def find(self, one: StepState) -> None:
        """Ask for the finding that answers a question."""
        if self._ready() is None or one.step.kind != ASK:
            return
        blanks = [Blank("finding", "It is", one.finding or SUSPECTED, choices=_FOUND),
                  Blank("evidence", "Rests on", hint="what you compared, and what it showed")]  # fmt: skip
        self._ask.ask(one.step.text, blanks, "Answer", partial(self._done, one))

    def skip(self, one: StepState) -> None:
        """Ask why it is left out."""
        if self._ready() is not None:
            blank = Blank("reason", "Reason", hint="why nobody needs to do it")
            self._ask.ask(f"Skip: {one.step.text}", [blank], "Skip", partial(self._skip, one))

    def reopen(self, one: StepState) -> None:
        """Make it open again."""
        if (view := self._ready()) is not None:
            call = partial(playbook.reopen, *self._where(view), one.step.id)
            write(self._desk, self._ask, call, "Open again")

    def task(self) -> None:
        """Ask for a task nobody planned for."""
        if (view := self._ready()) is None:
            return
        phases = tuple((each, each) for each in PHASES)
        blanks = [Blank("text", "Task", hint="what is to be done"),
                  Blank("person", "Who", "", "name", known=view.people),
                  Blank("minutes", "Minutes", "", "its time box, such as 5"),
                  Blank("phase", "Phase", phase_now(view.incident), choices=phases)]  # fmt: skip
        # Its id is made before, so that sending it again stores it once.
        self._ask.ask("New task", blanks, "Add", partial(self._add, self._desk.store.new_id()))

    def layer(self, layer: str) -> None:
        """Ask how a layer stands."""
        if (view := self._ready()) is None:
            return
        now = next((one.finding for one in view.layers if one.layer == layer), "")
        blanks = [Blank("finding", "It is", now or SUSPECTED, choices=_FOUND),
                  Blank("evidence", "Rests on", hint="what you compared, and what it showed")]  # fmt: skip
        self._ask.ask(f"Layer: {LAYERS[layer]}", blanks, "Judge", partial(self._judge, layer))

    def attach(self, one: StepState, paths: Sequence[Path]) -> None:
        """Attach files to a step, off the interface thread."""
        if (view := self._ready()) is None:
            return
        for path in paths:
            call = partial(playbook.attach, *self._where(view), one.step.id, path)
            self._desk.long_work(
                call, f"Attaching {path.name}", lambda _entry: self._desk.tell("File attached")
            )

    def press(self, key: str, one: StepState | None) -> bool:
        """Do what a key means for a step; return whether it means anything."""
        deeds: dict[str, Callable[[StepState], None]] = {
            "A": self.assign, "K": self.acknowledge, "D": self.done, "S": self.skip, "F": self.find,
            "R": self.reopen,
        }  # fmt: skip
        if key not in deeds:
            return False
        if one is not None:
            deeds[key](one)
        return True

    def next(self, one: StepState) -> None:
        """Do what usually comes next: take it up, then finish it."""
        if one.finished:
            return
        if one.step.kind == ASK:
            self.find(one)
        elif one.state == ACKNOWLEDGED:
            self.done(one)
        else:
            self.acknowledge(one)

    def _where(self, view: PlaybookView) -> tuple[Any, Any, str]:
        return self._desk.store, self._desk.author, view.incident.id

    def _ready(self) -> PlaybookView | None:
        if self._desk.store.read_only:
            self._desk.tell(_READ_ONLY, trouble=True)
            return None
        return self.view

    def _assign(self, one: StepState, answers: Answers) -> None:
        assert self.view is not None
        person = answers["person"]
        call = partial(playbook.assign, *self._where(self.view), one.step.id, person)
        write(self._desk, self._ask, call, f"Given to {person}")

    def _done(self, one: StepState, answers: Answers) -> None:
        assert self.view is not None
        finding, evidence, note = (answers.get(key, "") for key in ("finding", "evidence", "note"))
        where = (*self._where(self.view), one.step.id)
        call = partial(playbook.done, *where, finding=finding, evidence=evidence, note=note)
        write(self._desk, self._ask, call, finding.capitalize() or "Done")

    def _skip(self, one: StepState, answers: Answers) -> None:
        assert self.view is not None
        call = partial(playbook.skip, *self._where(self.view), one.step.id, answers["reason"])
        write(self._desk, self._ask, call, "Skipped")

    def _add(self, id: str, answers: Answers) -> None:
        assert self.view is not None
        minutes = answers["minutes"].strip().removesuffix("min").removesuffix("m").strip()
        if minutes and not minutes.isdecimal():
            self._ask.refuse("The time box is a number of minutes.")
            return
        call = partial(
            playbook.add_task,
            *self._where(self.view),
            answers["text"],
            person=answers["person"].strip(),
            minutes=int(minutes) if minutes else None,
            phase=answers["phase"],
            id=id,
        )
        write(self._desk, self._ask, call, "Task added")

    def _judge(self, layer: str, answers: Answers) -> None:
        assert self.view is not None
        call = partial(diagnosis.judge, *self._where(self.view), layer, answers["finding"],
                       evidence=answers["evidence"])  # fmt: skip
        write(self._desk, self._ask, call, f"{LAYERS[layer]}: {answers['finding']}")
