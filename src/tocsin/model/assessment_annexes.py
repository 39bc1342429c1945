"""The annexes of an impact assessment: methods, data with its SHA-256, segments, spot checks, versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.blast_radius import Radius
from tocsin.model.deployment import Deployment
from tocsin.model.dossier import Dossier
from tocsin.model.sheet import Block, Cells, Digest, Part, Points, Quiet, Strong, Table


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


def methods(radius: Radius) -> Iterator[Block]:
    """Yield how each figure was come by, and what it rests on."""
    yield Points(
        (
            "The start is an interval: where series were searched for a change, each position of a step or a "
            "ramp was weighed with the noise estimated along, and the bounds hold 90 % of the weight.",
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


def data(dossier: Dossier, brought: tuple[Brought, ...]) -> Iterator[Block]:
    """Yield the signals drawn and the imports of the system."""
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


def segments(radius: Radius) -> Table:
    """Return the decisions by segment and group, those the incident names marked."""
    return Table(
        ("Column", "Value", "Decisions", "Share", "Named"),
        (2, 3, 1.5, 1.1, 1.2),
        tuple(
            (one.column, one.value, number(one.count), f"{one.share:.1%}", "yes" if one.hit else None)
            for one in radius.parts
        ),
        _sentence(radius.rests.get("parts") or radius.rests.get("decisions") or "not known"),
    )


def spot_checks(sampled: tuple[Sampled, ...]) -> Table:
    """Return the spot checks of the system, newest first."""
    return Table(
        ("Decisions of", "Population", "Drawn", "Judged", "Wrong", "Error rate"),
        (3, 1.3, 1, 1, 1, 2.2),
        tuple(
            (
                (one.since, Quiet("until"), one.until, *(Quiet(each) for each in one.strata)),
                (number(one.population), Quiet(one.method)),
                number(one.drawn),
                (number(one.reviewed), Quiet(f"{one.unsure} unsure")),
                number(one.wrong),
                error_rate(one),
            )
            for one in sampled
        ),
        "No spot check was drawn from this system's decisions.",
    )


def versions(dossier: Dossier) -> Table:
    """Return what served, from when until when."""
    return Table(
        ("Version", "Kind", "From", "Until", "Source"),
        (3, 1.3, 2.5, 2, 1.4),
        tuple(_version(one, dossier.deployed) for one in dossier.deployed),
        "No deployment of this system is known.",
    )


def _version(one: Deployment, every: tuple[Deployment, ...]) -> tuple[Cells, ...]:
    owned = {True: "vendor's", False: "our own", None: ""}[one.vendor]
    pinned = {True: "pinned", False: "not pinned", None: ""}[one.pinned]
    more = tuple(Quiet(each) for each in (owned, pinned) if each)
    return (Strong(one.title), *more), one.kind, one.began, _until(one, every), one.source or "by hand"


def _until(one: Deployment, every: tuple[Deployment, ...]) -> Cells:
    """Return until when a version served: as told, else until the next of its slot began."""
    if one.until is not None:
        return one.until
    after = [each.began.at for each in every if each.key == one.key and each.began.at > one.began.at]
    return min(after) if after else Quiet("serves still")


def error_rate(one: Sampled) -> Cells:
    """Return the share of errors with the bounds of its interval."""
    if one.rate is None:
        return Quiet("no telling yet")
    rate, low, high = one.rate
    return f"{rate:.1%}", Quiet(f"{low:.1%} to {high:.1%}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def number(value: int) -> str:
    """Return a whole number with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")
