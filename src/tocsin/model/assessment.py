"""The impact assessment (I1 to I3): when it began, which decisions, whom it harmed, what is owed; annexes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.blast_radius import Radius
from tocsin.model.deployment import Deployment
from tocsin.model.dossier import Dossier, text, texts
from tocsin.model.incident_fields import IMPACT
from tocsin.model.law_tables import duty_table, open_law
from tocsin.model.sheet import (
    Blank,
    Block,
    Cells,
    Digest,
    Facts,
    Graph,
    Note,
    Part,
    Points,
    Prose,
    Quiet,
    Section,
    Strong,
    Table,
)

TITLE = "Impact assessment"
_NEAR = 12


@dataclass(frozen=True, slots=True)
class Brought:
    """One import the assessment rests on; `sha256` is empty for what a live source sent in a day."""

    source: str
    importer: str
    record: str
    stored: int
    by: str
    at: datetime
    sha256: str
    entry: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """A spot check and what it says of the decisions it was drawn from.

    `rate` is the share of errors with the bounds of its interval, None where there is no telling.
    """

    since: datetime
    until: datetime
    population: int
    drawn: int
    reviewed: int
    wrong: int
    unsure: int
    rate: tuple[float, float, float] | None
    method: str
    strata: tuple[str, ...] = ()


def sections(
    dossier: Dossier, radius: Radius, brought: tuple[Brought, ...], sampled: tuple[Sampled, ...]
) -> tuple[Section, ...]:
    """Return the sections and annexes of the assessment."""
    return (
        Section("Findings", tuple(_findings(dossier, radius, sampled))),
        Section("When it began", tuple(_start(dossier))),
        Section("Which decisions, and whom", tuple(_reach(dossier, radius, sampled))),
        Section("Harm", (_said(dossier, "harm"),)),
        Section("Reversibility", (_said(dossier, "reversibility"),)),
        Section("Correction required", (_said(dossier, "correction"),)),
        Section("Notices owed", (duty_table(dossier.law), *open_law(dossier.law))),
        Section("Methodology", tuple(_methods(radius, sampled)), annex=True),
        Section("Signals and data used", tuple(_data(dossier, brought)), annex=True),
        Section("Segments", (_segments(radius),), annex=True),
        Section("Spot checks", tuple(_spot_checks(sampled)), annex=True),
        Section("Versions that served", (_versions(dossier),), annex=True),
    )


def _findings(dossier: Dossier, radius: Radius, sampled: tuple[Sampled, ...]) -> Iterator[Block]:
    incident = dossier.incident
    owed = [one for one in dossier.law.duties if one.verdict == "applies" and not one.optional]
    pairs: list[tuple[str, Cells]] = [
        ("System", dossier.system),
        ("Version", incident.text("version") or None),
        ("Affected from", incident.start if incident.start else Quiet("no start is estimated")),
        ("Affected until", radius.until if radius.contained else Quiet("not yet contained")),
        ("Decisions", _count(radius)),
        ("People", Quiet("not known") if radius.people is None else number(radius.people)),
        ("Error rate", _rate(sampled[0]) if sampled else Quiet("no spot check was drawn")),
        ("Notices owed", f"{len(owed)}, of them filed {sum(one.filed is not None for one in owed)}"),
    ]
    yield Facts(tuple(pairs))
    yield text(incident, "impact")


def _start(dossier: Dossier) -> Iterator[Block]:
    incident, said = dossier.incident, dossier.start_said
    start = incident.start
    if start is None:
        yield Note("Nobody has estimated a start. Everything below counts from the detection.")
    else:
        pairs: list[tuple[str, Cells]] = [
            ("Estimate", start.at),
            ("Not before", start.low),
            ("Not after", start.high),
            ("Detected", incident.detected),
        ]
        yield Facts(tuple(pairs))
    if said is not None:
        body = said.body
        yield Facts((("Method", body.evidence or Quiet("stated by a person")), ("Judged", body.verdict),
                     ("By", (said.by, said.at)), ("Computed as", body.estimate)))  # fmt: skip
        if body.reason:
            yield Prose(body.reason)
    elif start is not None:
        yield Note("The estimate was stated by a person or taken from an alert; nobody judged one computed.")
    yield Graph(dossier.charts, 4)
    yield Part("Deployments about that time")
    yield _near(dossier)


def _near(dossier: Dossier) -> Table:
    """Return the deployments nearest to the start, in the order of time."""
    start = dossier.incident.start
    about = start.at if start else dossier.incident.detected
    nearest = sorted(dossier.deployed, key=lambda one: (abs(one.began.at - about), one.id))[:_NEAR]
    rows = tuple(
        (
            (Strong(one.title), Quiet(one.kind)),
            one.began,
            Quiet("before" if one.began.at <= about else "after"),
        )
        for one in sorted(nearest, key=lambda one: (one.began.at, one.id))
    )
    return Table(("Version", "Began to serve", "The start"), (3, 3, 1), rows, "No deployment is known.")


def _reach(dossier: Dossier, radius: Radius, sampled: tuple[Sampled, ...]) -> Iterator[Block]:
    rests = radius.rests
    rows: list[tuple[Cells, ...]] = [
        (Strong("Decisions in the time"), _count(radius), _basis(rests, "decisions")),
        (
            Strong("People"),
            Quiet("not known") if radius.people is None else number(radius.people),
            _basis(rests, "people"),
        ),
    ]
    if radius.decisions is not None and sampled and sampled[0].rate is not None:
        rate, low, high = sampled[0].rate
        wrong = f"about {number(round(rate * radius.decisions.at))}"
        between = (
            f"{number(round(low * radius.decisions.least))} to {number(round(high * radius.decisions.most))}"
        )
        why = Quiet("by the error rate of the newest spot check, if it holds for all")
        rows.append((Strong("Of these wrong"), (wrong, Quiet(between)), why))
    rows += [
        (Strong(f"{part.column}: {part.value}"), f"{number(part.count)} ({part.share:.1%})",
         Quiet("named by an alert or the scope; " + str(rests.get("parts", ""))))
        for part in radius.hit
    ]  # fmt: skip
    yield Table(("What", "How many", "How estimated"), (2.2, 2.2, 4), tuple(rows))
    if scope := dossier.incident.text("scope"):
        yield Part("Scope, as stated")
        yield Prose(scope)
    yield Part("As people assessed it")
    yield texts(dossier.incident, IMPACT)


def _said(dossier: Dossier, name: str) -> Block:
    if dossier.incident.text(name).strip():
        return text(dossier.incident, name)
    return Table(("Not yet assessed",), (1,), ((Blank(4),),))


def _methods(radius: Radius, sampled: tuple[Sampled, ...]) -> Iterator[Block]:
    yield Points(
        (
            "The start is an interval: where series were searched for a change, each position of a step or a "
            "ramp was weighed with the noise estimated along, and the bounds hold 95 % of the weight.",
            "Decisions are counted in the decision logs named in Annex B, from the estimated start until it "
            "was contained, and again from both bounds of the start: hence the least and the most.",
            "People are different values of the column that names whom a decision is about.",
            "Segments are values of the columns of the log said to be segments or groups. Marked are those "
            "that an alert or the scope of the incident names.",
            "Error rates are those of random samples, weighted by stratum, with a 95 % interval (Wilson).",
            "Only what the store held when the entry named in the footer was written is counted.",
        )
    )
    yield Table(
        ("Figure", "What it rests on"),
        (1.2, 4),
        tuple((Strong(_FIGURES[name]), said) for name, said in radius.rests.items() if name in _FIGURES),
    )


_FIGURES = {
    "span": "Time counted",
    "decisions": "Decisions",
    "people": "People",
    "parts": "Segments",
    "off": "Traffic off the version",
}


def _data(dossier: Dossier, brought: tuple[Brought, ...]) -> Iterator[Block]:
    charts = dossier.charts
    yield Part("Signals")
    yield Table(
        ("Signal", "Segment", "Unit", "Samples drawn"),
        (3, 3, 1.4, 1.4),
        tuple(
            (Strong(one.name), one.segment, one.unit, number(one.samples))
            for one in (charts.strips if charts else ())
        ),
        "No signal of this incident has samples.",
    )
    yield Part("Imports")
    yield imports_table(brought)


def imports_table(brought: tuple[Brought, ...]) -> Table:
    """Return what was imported for a system, each with its SHA-256."""
    return Table(
        ("Source and SHA-256", "Records", "Read by", "When and by whom"),
        (4.4, 1.4, 1.3, 2.6),
        tuple(
            (
                (Strong(one.source), Digest(one.sha256) if one.sha256 else Quiet("live source: no file")),
                (one.record, Quiet(f"{number(one.stored)} stored")),
                one.importer,
                (one.at, Quiet(one.by)),
            )
            for one in brought
        ),
        "Nothing was imported for this system.",
    )


def _segments(radius: Radius) -> Table:
    return Table(
        ("Column", "Value", "Decisions", "Share", "Named"),
        (2, 3, 1.5, 1.1, 1.2),
        tuple(
            (one.column, one.value, number(one.count), f"{one.share:.1%}", "yes" if one.hit else None)
            for one in radius.parts
        ),
        _sentence(radius.rests.get("parts") or radius.rests.get("decisions") or "not known"),
    )


def _spot_checks(sampled: tuple[Sampled, ...]) -> Iterator[Block]:
    yield Table(
        ("Decisions of", "Population", "Drawn", "Judged", "Wrong", "Error rate"),
        (3, 1.3, 1, 1, 1, 2.2),
        tuple(
            (
                (one.since, Quiet("until"), one.until, *(Quiet(each) for each in one.strata)),
                (number(one.population), Quiet(one.method)),
                number(one.drawn),
                (number(one.reviewed), Quiet(f"{one.unsure} unsure")),
                number(one.wrong),
                _rate(one),
            )
            for one in sampled
        ),
        "No spot check was drawn from this system's decisions.",
    )


def _versions(dossier: Dossier) -> Table:
    return Table(
        ("Version", "Kind", "From", "Until", "Source"),
        (3, 1.3, 2.5, 2, 1.4),
        tuple(_version(one) for one in dossier.deployed),
        "No deployment of this system is known.",
    )


def _version(one: Deployment) -> tuple[Cells, ...]:
    owned = {True: "vendor's", False: "our own", None: ""}[one.vendor]
    pinned = {True: "pinned", False: "not pinned", None: ""}[one.pinned]
    more = tuple(Quiet(each) for each in (owned, pinned) if each)
    return (Strong(one.title), *more), one.kind, one.began, one.until, one.source or "by hand"


def _count(radius: Radius) -> Cells:
    if radius.decisions is None:
        return Quiet("not known")
    found = radius.decisions
    said = number(found.at)
    return (
        said if found.least == found.most else (said, Quiet(f"{number(found.least)} to {number(found.most)}"))
    )


def _basis(rests: Mapping[str, str], name: str) -> Quiet:
    return Quiet(rests.get(name, ""))


def _rate(one: Sampled) -> Cells:
    if one.rate is None:
        return Quiet("no telling yet")
    rate, low, high = one.rate
    return f"{rate:.1%}", Quiet(f"{low:.1%} to {high:.1%}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def number(value: int) -> str:
    """Return a whole number with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")
