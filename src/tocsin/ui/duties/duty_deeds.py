"""What people decide about a duty itself: rule on it by hand, and state the fact it counts from."""

from functools import partial

from tocsin.errors import BadInput
from tocsin.model import facts
from tocsin.operations import duties
from tocsin.operations import facts as stating
from tocsin.operations.duties import DutiesView
from tocsin.operations.times import parse_instant
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.command.deeds import write
from tocsin.ui.desk import Desk
from tocsin.ui.duties.words import Row

_WHEN = "now, or 14:20, or 2026-11-02 14:20"
_ALL, _OWN = "", "own"


class DutyDeeds:
    """Asks and writes for the incident of the view shown last."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.view: DutiesView | None = None

    def rule(self, row: Row | None) -> None:
        """Ask whether a duty applies after all, or does not, and why."""
        if row is None or not self._ready():
            return
        duty = row.view.duty
        blanks = [
            Blank("applies", "It", value="no" if duty.applies else "yes",
                  choices=(("yes", "applies"), ("no", "does not apply"))),
            Blank("reason", "Because", hint="who decided on what ground; counsel, if asked"),
        ]  # fmt: skip
        title = f"Rule on: {duty.stage.name}, {duty.regime.title} {duty.stage.citation}"
        self._ask.ask(title, blanks, "Rule", partial(self._ruled, duty.id, self._desk.store.new_id()))

    def state(self, row: Row | None) -> None:
        """Ask when the fact a duty counts from came true."""
        view = self.view
        if row is None or view is None or not self._ready():
            return
        fact = row.view.waits_for or row.view.duty.stage.anchor
        base = fact.partition("@")[0]
        if base.startswith(facts.SUBMISSION):
            before = base.removeprefix(facts.SUBMISSION)
            self._desk.tell(f"It counts from the filing of {before}: mark that one as filed.", trouble=True)
            return
        if not facts.may_be_stated(base):
            self._desk.tell(f"{facts.title(base).capitalize()} follows from what is done here.", trouble=True)
            return
        regime = row.view.duty.regime
        blanks = [
            Blank("at", "When", hint=_WHEN),
            Blank("evidence", "Evidence", hint="what it rests on: who told whom, minutes, a message"),
            Blank("scope", "Counts for", choices=((_ALL, "every law that counts from it"),
                                                  (_OWN, f"{regime.title} only"))),
        ]  # fmt: skip
        title = facts.title(base)
        self._ask.ask(f"State: {title}, {row.view.duty.stage.name}", blanks, "State",
                      partial(self._stated, base, regime.id, self._desk.store.new_id()))  # fmt: skip

    def _ruled(self, duty: str, id: str, given: Answers) -> None:
        assert self.view is not None
        call = partial(duties.rule, self._desk.store, self._desk.author, self.view.incident.id, duty,
                       given["applies"] == "yes", given["reason"], id=id)  # fmt: skip
        write(self._desk, self._ask, call, "Ruled")

    def _stated(self, fact: str, regime: str, id: str, given: Answers) -> None:
        assert self.view is not None
        store, typed = self._desk.store, given["at"].strip()
        try:
            at = (
                store.now()
                if typed in ("", "now")
                else parse_instant(typed, now=store.now(), zone=store.zone)
            )
        except BadInput as error:
            self._ask.refuse(str(error))
            return
        named = f"{fact}@{regime}" if given["scope"] == _OWN else fact
        call = partial(stating.state, store, self._desk.author, self.view.incident.id, named, at,
                       given["evidence"], id=id)  # fmt: skip
        write(self._desk, self._ask, call, f"Stated: {facts.title(fact)}")

    def _ready(self) -> bool:
        if self._desk.store.read_only:
            self._desk.tell("This store can only be read here.", trouble=True)
        return self.view is not None and not self._desk.store.read_only
