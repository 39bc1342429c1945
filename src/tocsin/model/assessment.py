"""The impact assessment (I1 to I3): when it began, which decisions, whom it harmed, what is owed; annexes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tocsin.model.assessment_annexes import (
    Brought,
    Sampled,
    data,
    error_rate,
    methods,
    number,
    segments,
    spot_checks,
    versions,
)
from tocsin.model.blast_radius import Radius
from tocsin.model.dossier import Dossier, text, texts
from tocsin.model.incident_fields import IMPACT
from tocsin.model.law_tables import duty_table, open_law
from tocsin.model.sheet import (
    Blank,
    Block,
    Cells,
    Facts,
    Graph,
    Note,
    Part,
    Prose,
    Quiet,
    Section,
    Strong,
    Table,
)

TITLE = "Impact assessment"
_NEAR = 12


def sections(
    dossier: Dossier,
    radius: Radius,
    brought: tuple[Brought, ...],
    sampled: tuple[Sampled, ...],
    *,
    inside: bool = True,
) -> tuple[Section, ...]:
    """Return the sections and annexes of the assessment; not `inside` without what is undecided in law."""
    undecided = tuple(open_law(dossier.law)) if inside else ()
    return (
        Section("Findings", tuple(_findings(dossier, radius, sampled))),
        Section("When it began", tuple(_start(dossier))),
        Section("Which decisions, and whom", tuple(_reach(dossier, radius, sampled))),
        Section("Harm", (_said(dossier, "harm"),)),
        Section("Reversibility", (_said(dossier, "reversibility"),)),
        Section("Correction required", (_said(dossier, "correction"),)),
        Section("Notices owed", (_owed(dossier), *undecided)),
        Section("Methodology", tuple(methods(radius)), annex=True),
        Section("Signals and data used", tuple(data(dossier, brought)), annex=True),
        Section("Segments", (segments(radius),), annex=True),
        Section("Spot checks", (spot_checks(sampled),), annex=True),
        Section("Versions that served", (versions(dossier),), annex=True),
    )


def _findings(dossier: Dossier, radius: Radius, sampled: tuple[Sampled, ...]) -> Iterator[Block]:
    incident = dossier.incident
    checked = _of_the_time(radius, sampled)
    owed = [one for one in dossier.law.duties if one.owed]
    pairs: list[tuple[str, Cells]] = [
        ("System", dossier.system),
        ("Version", incident.text("version") or None),
        ("Affected from", incident.start if incident.start else Quiet("no start is estimated")),
        ("Affected until", radius.until if radius.contained else Quiet("not yet contained")),
        ("Decisions", _count(radius)),
        ("People", Quiet("not known") if radius.people is None else number(radius.people)),
        ("Error rate", error_rate(checked) if checked else Quiet("no spot check was drawn of that time")),
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
    checked = _of_the_time(radius, sampled)
    if radius.decisions is not None and checked is not None and checked.rate is not None:
        rate, low, high = checked.rate
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


def _owed(dossier: Dossier) -> Table:
    """Return the notices that somebody gets, also those that may be made; nothing that stays inside."""
    kept = tuple(one for one in dossier.law.duties if one.counts and not one.inside)
    return duty_table(replace(dossier.law, duties=kept))


def _of_the_time(radius: Radius, sampled: tuple[Sampled, ...]) -> Sampled | None:
    """Return the newest spot check of decisions of the time that is assessed."""
    return next((one for one in sampled if one.since < radius.until and one.until > radius.begin), None)


def _said(dossier: Dossier, name: str) -> Block:
    if dossier.incident.text(name).strip():
        return text(dossier.incident, name)
    return Table(("Not yet assessed",), (1,), ((Blank(4),),))


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
