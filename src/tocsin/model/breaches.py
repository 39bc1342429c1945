"""The register of personal-data breaches: every one, told to an authority or not, with facts and reasons.

Art. 33(5) GDPR and UK GDPR ask for the facts, the effects and the remedial action of every breach, in a form
that lets the authority check compliance; other laws ask for a record alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.clock_state import State as Clock
from tocsin.model.dossier import Dossier, text, texts
from tocsin.model.incident_fields import CONSEQUENCES, IMPACT, REMEDIATION
from tocsin.model.law import DutyLine
from tocsin.model.law_tables import duty_table
from tocsin.model.report import AsOf
from tocsin.model.sheet import (
    Block,
    Cells,
    Digest,
    Events,
    Facts,
    Note,
    Part,
    Quiet,
    Section,
    State,
    Strong,
    Table,
)

TITLE = "Register of personal-data breaches"
BREACH = "personal_data_breach"
ABOUT = "Kept under Art. 33(5) GDPR and UK GDPR and laws that ask for a record alike"
# Answers that say what a breach was and why it was told or not, in this order.
ASKED = ("personal_data_breach", "breach_risk", "individuals_exception", "people_affected")


@dataclass(frozen=True, slots=True)
class Decided:
    """What was answered or ruled about a breach: by whom, when, and with which reason."""

    what: str
    said: str
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach: its incident, what was decided about it, and the duties of data protection law."""

    dossier: Dossier
    decided: tuple[Decided, ...]
    duties: tuple[DutyLine, ...]


def sections(breaches: Sequence[Breach], as_of: AsOf) -> tuple[Section, ...]:
    """Return the table of all breaches, then each by itself."""
    first = Section(
        "All breaches",
        (
            Table(
                ("Reference", "Breach", "Aware", "Authority", "Persons affected"),
                (2, 3.2, 2.1, 2, 2),
                tuple(_row(one) for one in breaches),
                "No incident in this store was found to be a breach of personal data.",
            ),
            Note("An incident stands here once somebody answered that personal data were breached."),
            Facts((("As of entry", Digest(as_of.entry)), ("SHA-256", Digest(as_of.sha256)))),
        ),
    )
    return (first, *(_section(one) for one in breaches))


def _row(one: Breach) -> tuple[Cells, ...]:
    known = one.dossier.incident
    return (
        (Strong(known.reference), State(known.status)),
        known.title,
        one.dossier.reached("awareness") or Quiet("not stated"),
        _told([duty for duty in one.duties if not duty.individual]),
        _told([duty for duty in one.duties if duty.individual]),
    )


def _told(duties: Sequence[DutyLine]) -> Cells:
    """Return whether those of one kind were told, and else why not."""
    filed = [duty for duty in duties if duty.filed is not None]
    if filed:
        first = min(filed, key=lambda duty: (duty.filed, duty.id))
        return "told", first.filed, Quiet(first.name)
    owed = [duty for duty in duties if duty.owed]
    over = [duty for duty in owed if duty.settled]
    left = [duty for duty in owed if not duty.settled]
    if left and not (over and all(duty.state == Clock.WAITING for duty in left)):  # for the one that is over
        return "owed, not yet told", left[0].due
    if over:
        return over[0].state, Quiet(over[0].name)
    open_ = [duty for duty in duties if duty.verdict == "undecided"]
    if open_:
        return "undecided", Quiet(open_[0].because)
    excluded = [duty for duty in duties if duty.verdict == "does not apply"]
    return ("not told", Quiet(excluded[0].because)) if excluded else Quiet("no duty is known")


def _section(one: Breach) -> Section:
    return Section(f"{one.dossier.incident.reference}: {one.dossier.incident.title}", tuple(_blocks(one)))


def _blocks(one: Breach) -> Iterator[Block]:
    dossier = one.dossier
    known = dossier.incident
    pairs: tuple[tuple[str, Cells], ...] = (
        ("System", dossier.system),
        ("Status", State(known.status)),
        ("Estimated start", known.start),
        ("Detected", known.detected),
        ("Aware of the breach", dossier.reached("awareness") or Quiet("not stated")),
        ("Contained", dossier.reached("contained")),
    )
    yield Facts(pairs)
    yield Part("Facts")
    yield text(known, "impact")
    yield Events(tuple(line for line in dossier.lines if line.lane in ("happened", "detected", "decided")))
    yield Part("Effects")
    yield texts(known, {**IMPACT, **CONSEQUENCES})
    yield Part("Remedial action")
    yield texts(known, {"remediation": "Remediation", **REMEDIATION, "prevention": "Prevention"})
    yield Part("Decisions and reasons")
    yield Table(
        ("Decision", "Reason", "By"),
        (3, 4, 2),
        tuple(((Strong(each.what), each.said), each.reason, (each.by, each.at)) for each in one.decided),
        "No decision is on record.",
    )
    yield Part("Notices")
    yield duty_table(dossier.law)
    not_owed = tuple(_not_owed(one.duties))
    if not_owed:
        yield Table(("Not told", "Why"), (3, 5), not_owed)


def _not_owed(duties: Sequence[DutyLine]) -> Iterator[tuple[Cells, ...]]:
    """Yield, law by law, what is not owed or undecided and why; the same reason is said once."""
    seen: set[tuple[str, str]] = set()
    for duty in duties:
        reason = f"{duty.because[:1].upper()}{duty.because[1:]}"
        if duty.verdict != "applies" and (duty.regime, reason) not in seen:
            seen.add((duty.regime, reason))
            alike = [one.name for one in duties if (one.regime, one.because) == (duty.regime, duty.because)]
            yield (Strong(duty.regime), Quiet(", ".join(alike))), reason
