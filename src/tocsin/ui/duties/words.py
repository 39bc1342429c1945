"""What a duty says of itself on the screen: its figure, its state, and all there is to know of it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.model import clocks
from tocsin.model.duties import Verdict, needs_of
from tocsin.model.duty_clocks import short
from tocsin.model.facts import SUBMISSION, title
from tocsin.model.filings import Filing, State
from tocsin.operations.duties import DutiesView, DutyView
from tocsin.ui.command import clock_words
from tocsin.ui.duties.law_words import allowed, asked_when, corrected, sureness
from tocsin.ui.palette import Tone
from tocsin.ui.times import short_stamp, stamp

_STATES = {State.DRAFT: Tone.ORANGE, State.IN_REVIEW: Tone.BLUE, State.APPROVED: Tone.BLUE}
NOTICE, LETTER = "notice", "letter"


@dataclass(frozen=True, slots=True)
class Row:
    """A duty in the list: with its clock, its newest filing, and how many drafts that has seen.

    `missing` are the answers that decide it and are not given yet.
    """

    view: DutyView
    filing: Filing | None = None
    drafts: int = 0
    missing: int = 0

    @property
    def id(self) -> str:
        """The duty's id, REGIME/STAGE."""
        return self.view.duty.id

    @property
    def open(self) -> bool:
        """Whether there is something left to do: it applies, or has to be decided."""
        return self.view.duty.verdict is not Verdict.DOES_NOT


def rows(view: DutiesView, filings: Sequence[Filing]) -> list[Row]:
    """Return a row for each duty, in the order of the view."""
    newest = {one.duty: one for one in filings}
    missing = Counter(duty for on in view.deciding.values() for duty in on)
    edits = Counter(said.body.filing for said in view.incident.conduct.edits)
    return [
        Row(one, filing, edits[filing.id] if filing else 0, missing[one.duty.id])
        for one in view.rows
        for filing in (newest.get(one.duty.id),)
    ]


def listed(found: Sequence[Row], *, every: bool) -> list[Row]:
    """Return what the list shows: what applies, and what but one answer decides."""
    if every:
        return list(found)
    regimes = {one.view.duty.regime.id for one in found if one.view.duty.applies}
    return [one for one in found if one.filing is not None or one.view.duty.applies or _near(one, regimes)]


def _near(row: Row, regimes: Collection[str]) -> bool:
    """Whether a duty is nearly decided: its regime applies in part, or one answer is missing of several."""
    duty = row.view.duty
    if duty.verdict is not Verdict.UNDECIDED or not duty.counts:
        return False
    return duty.regime.id in regimes or (row.missing == 1 and len(needs_of(duty.regime, duty.stage)) > 1)


def figure(row: Row, now: datetime) -> str:
    """Return what stands large at the right."""
    clock = row.view.clock
    if clock is None or not row.open:
        return "—"
    return clock_words.figure(clocks.at(clock, now), now)


def tone(row: Row, now: datetime) -> Tone:
    """Return the tone of a duty: that of its clock, orange while it has to be decided."""
    if row.view.duty.verdict is Verdict.UNDECIDED:
        return Tone.ORANGE
    if row.view.clock is None or row.view.duty.verdict is Verdict.DOES_NOT:
        return Tone.GREY
    return clock_words.tone_of(clocks.at(row.view.clock, now))


def state(row: Row, zone: ZoneInfo, now: datetime) -> tuple[str, Tone]:
    """Return in a word how far it is, and in which tone."""
    duty, filing = row.view.duty, row.filing
    if filing is not None and filing.filed is not None:
        return f"filed {short_stamp(filing.filed.at, zone, now)} ✓", Tone.GREEN
    if filing is not None:
        count = f" {row.drafts}" if filing.state is State.DRAFT and row.drafts else ""
        return f"{filing.state}{count}", _STATES[filing.state]
    if duty.verdict is Verdict.UNDECIDED:
        return "decide", Tone.ORANGE
    if duty.verdict is Verdict.DOES_NOT:
        return "does not apply", Tone.GREY
    if row.view.waits_for.startswith(SUBMISSION):
        return "waits for the filing before", Tone.GREY
    if row.view.waits_for:
        return f"waits for {title(row.view.waits_for)}", Tone.ORANGE
    if duty.stage.document == NOTICE:
        return "not begun", Tone.GREY
    return "letters" if duty.stage.document == LETTER else "no form", Tone.GREY


def second(row: Row) -> str:
    """Return the line below the name."""
    duty = row.view.duty
    optional = "optional · " if duty.optional else ""
    if duty.applies:
        return f"{optional}{short(duty.regime)} {duty.stage.citation} · {allowed(duty.stage)}"
    return f"{short(duty.regime)} {duty.stage.citation} · {duty.because}"


def details(row: Row, zone: ZoneInfo, now: datetime) -> str:
    """Return all there is to know of a duty, part by part."""
    duty, clock = row.view.duty, row.view.clock
    regime, stage = duty.regime, duty.stage
    lines = [f"{stage.name} · {stage.citation}"]
    if clock is not None:
        current = clocks.at(clock, now)
        lines += [f"Plan to {stamp(clock.due, zone)}." if clock.due else clock_words.said(current, zone, now)]
        if clock.outer is not None and clock.outer != clock.due:
            lines.append(f"At the latest {stamp(clock.outer, zone)}: not to be planned for.")
        lines.append(clock.why)
    if row.view.waits_for and not row.view.waits_for.startswith(SUBMISSION):
        lines.append(f"It waits for {title(row.view.waits_for)}: state it with F.")
    if row.view.keep_until is not None:
        lines.append(f"To be kept until {stamp(row.view.keep_until, zone)}.")
    lines += [stage.standard and f"The rule says: {stage.standard}.", stage.note]
    lines.append(f"To: {stage.recipient.replace('_', ' ')}")
    found = ["\n".join(line for line in lines if line), f"{duty.verdict.capitalize()}: {duty.because}"]
    for head, text in (
        ("Status", regime.status), ("Pending", regime.pending), ("Sanctions", regime.sanctions),
        ("Exemptions", regime.exemptions), ("Notes", regime.notes),
    ):  # fmt: skip
        found += [f"{head}: {text}"] if text else []
    own = corrected(regime)
    found.append(
        f"How sure: {sureness(regime, stage)} · rule as of {regime.as_of}{f' · {own}' if own else ''}"
    )
    found.append(asked_when(regime))
    found += ["Sources:\n" + "\n".join(regime.sources)] if regime.sources else []
    return "\n\n".join(found)


def left_out(found: Sequence[Row], shown: Sequence[Row]) -> str:
    """Return in words what the list leaves out: what does not apply and why, what is undecided,
    by the question that decides."""
    seen = {one.id for one in shown}
    rest = [one.view.duty for one in found if one.id not in seen]
    open_: dict[str, list[str]] = {}
    shut: dict[str, str] = {}
    for duty in rest:
        if duty.verdict is Verdict.UNDECIDED:
            names = open_.setdefault(duty.because.removeprefix("Undecided: "), [])
            names += [] if duty.regime.title in names else [duty.regime.title]
        else:
            shut.setdefault(duty.regime.title, duty.because)
    parts = []
    if open_:
        parts.append("Undecided:\n" + "\n".join(f"•  {why} {', '.join(on)}" for why, on in open_.items()))
    if shut:
        parts.append("Does not apply:\n" + "\n".join(f"•  {name}: {why}" for name, why in shut.items()))
    return "\n\n".join(parts)


def no_form(row: Row | None) -> str:
    """Return why there is no form for a duty, empty where there is one."""
    if row is None:
        return "Choose a duty at the left."
    duty = row.view.duty
    if row.filing is not None:
        return ""
    if duty.verdict is Verdict.DOES_NOT:
        return f"It does not apply.\n\n{duty.because}\n\nJ rules otherwise, with a reason."
    if duty.verdict is Verdict.UNDECIDED:
        return f"It is not decided whether it applies.\n\n{duty.because}\n\nEnter answers that question."
    if duty.stage.document == LETTER and not duty.regime.fields_of(duty.stage.id):
        return "Each person gets a letter of their own.\n\nB makes them from a list of persons."
    if not duty.stage.document:
        return "It is not a document: something to be done, decided or kept.\n\nC works out when it is due."
    return ""
