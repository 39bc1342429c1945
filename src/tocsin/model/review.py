"""The post-incident review (L1 to L3): blameless, of what happened, how it was met and what is learned."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tocsin.model.clocks import State as Clock
from tocsin.model.containment import KINDS, Pull
from tocsin.model.dossier import Dossier, clock_lines, span, spans, text, texts, titled
from tocsin.model.incident import CLOSED, RESOLVED
from tocsin.model.incident_fields import (
    AI_QUESTIONS,
    CONSEQUENCES,
    GOVERNANCE_QUESTIONS,
    IMPACT,
    REMEDIATION,
)
from tocsin.model.law_tables import duty_table, open_law
from tocsin.model.report import Line, checklist
from tocsin.model.sheet import (
    Blank,
    Block,
    Cells,
    Checks,
    Events,
    Facts,
    Graph,
    Note,
    Part,
    Points,
    Prose,
    Quiet,
    Running,
    Section,
    State,
    Strong,
    Table,
)

TITLE = "Post-incident review"
BLAMELESS = (
    "This review looks for what in systems, data and procedures let it happen and let it last. It judges no "
    "person: people stand here by the role they had. What they wrote at the time stands as they wrote it."
)
_MET = (Clock.MET, Clock.WAIVED, Clock.NOT_APPLICABLE)


def sections(dossier: Dossier) -> tuple[Section, ...]:
    """Return the sections of the review."""
    return (
        Section("Summary", tuple(_summary(dossier))),
        Section("Impact", _impact(dossier)),
        Section("Timeline", (Events(tuple(_by_role(dossier))),)),
        Section("Detection gap", tuple(_gap(dossier))),
        Section("How it was met", tuple(_response(dossier))),
        Section("Causes", tuple(_causes(dossier))),
        Section("Diagnosis, layer by layer", (_diagnosis(dossier),)),
        Section("Questions to an AI system", (_asked(dossier, AI_QUESTIONS, _on_record(dossier)),)),
        Section("Questions of governance", (_asked(dossier, GOVERNANCE_QUESTIONS, _on_record(dossier)),)),
        Section("Duties", (duty_table(dossier.law), *open_law(dossier.law))),
        Section("Actions", tuple(_actions(dossier))),
    )


def role_of(dossier: Dossier) -> Mapping[str, str]:
    """Return what each person is called in a review: the role they had, else a responder by number."""
    called: dict[str, str] = {}
    taken = [(said.body.person, said.body.role) for said in dossier.incident.conduct.assumed]
    for person, role in (*taken, *((who, role) for role, who in sorted(dossier.incident.staff.items()))):
        called.setdefault(person, role)
    others = [line.author for line in dossier.lines if line.author and line.author not in called]
    others += [dossier.incident.author] if dossier.incident.author not in called else []
    machines = {f"{alert.detector} {alert.version}" for _, alert in dossier.incident.alerts}
    people = [one for one in dict.fromkeys(others) if one not in machines]
    return called | {one: f"responder {number}" for number, one in enumerate(people, 1)}


def _by_role(dossier: Dossier) -> Iterator[Line]:
    called = role_of(dossier)
    for line in dossier.lines:
        yield Line(
            line.happened, line.lane, line.text, called.get(line.author, line.author), line.learned,
            line.written, line.edits, line.withdrawn, line.conflict,
        )  # fmt: skip


def _summary(dossier: Dossier) -> Iterator[Block]:
    incident = dossier.incident
    yield Note(BLAMELESS)
    pairs: list[tuple[str, Cells]] = [
        ("System", dossier.system),
        ("Version", incident.text("version") or None),
        ("Estimated start", incident.start),
        ("Detected", incident.detected),
        ("Noticed by", incident.channel or None),
        ("Contained", dossier.reached("contained")),
        ("Resolved", incident.reached(RESOLVED)),
        ("Closed", incident.reached(CLOSED)),
    ]
    yield Facts(tuple(pairs))
    yield Graph(dossier.charts, 2)


def _impact(dossier: Dossier) -> tuple[Block, ...]:
    return text(dossier.incident, "impact"), texts(dossier.incident, {**IMPACT, **CONSEQUENCES})


def _gap(dossier: Dossier) -> Iterator[Block]:
    incident = dossier.incident
    start, aware = incident.start, dossier.reached("awareness")
    gap = span(start.at if start else None, incident.detected)
    earliest = span(start.low if start else None, incident.detected)
    latest = span(start.high if start else None, incident.detected)
    pairs: list[tuple[str, Cells]] = [
        ("Estimated start", start if start else Quiet("nobody has estimated one")),
        ("Detected", incident.detected),
        ("Aware in the sense of a law", aware if aware else Quiet("not stated")),
        ("Unnoticed for", gap if gap is not None else Quiet("not known")),
    ]
    if start is not None and start.is_range:
        pairs += [("At most", earliest), ("At least", latest if latest is not None else Quiet("none"))]
    yield Facts(tuple(pairs))
    yield Part("What had been seen by then")
    yield Table(
        ("Alert", "It began", "Established", "Behind by"),
        (3, 2, 2, 1.2),
        tuple(
            (
                (Strong(one.about), one.message),
                one.start,
                one.time,
                span(one.start.at if one.start else None, one.time),
            )
            for _, one in sorted(incident.alerts, key=lambda pair: (pair[1].time, pair[1].id))
        ),
        "No alert belongs to it: people noticed it.",
    )
    yield Part("Why it was not noticed sooner")
    yield _answer(incident.text("detection_gap"))


def _response(dossier: Dossier) -> Iterator[Block]:
    now = dossier.now
    yield Part("How long it took")
    yield spans(dossier)
    counted = [one for one in dossier.clocks if one.started is not None and one.state is not Clock.SUPERSEDED]
    late = [one for one in counted if one.late]
    kept = [one for one in counted if not one.late and one.state in _MET]
    left = len(counted) - len(late) - len(kept)
    yield Part("Clocks")
    yield Note(f"{len(kept)} kept, {len(late)} missed or met late, {left} still running, of {len(counted)}.")
    yield Running(clock_lines(dossier.clocks, now))
    yield Part("Containment")
    yield Table(
        ("Option", "Pulled", "Expected", "Took", "Effect"),
        (3, 2, 1, 1, 2.4),
        tuple(
            (
                (Strong(one.body.name), Quiet(KINDS.get(one.body.kind, one.body.kind))),
                one.at,
                f"{one.body.minutes} min",
                span(one.at, one.ended),
                _effect(one, now),
            )
            for one in dossier.pulls
        ),
        "No option to contain was pulled.",
    )
    yield Part("Playbook")
    yield Points(tuple(_playbook(dossier)))


def _effect(one: Pull, now: datetime) -> Cells:
    seen = one.effect.body.seen if one.effect else ""
    return (str(one.state(now)), Quiet(seen)) if seen else str(one.state(now))


def _playbook(dossier: Dossier) -> Iterator[str]:
    done = [one for one in dossier.steps if one.state == "done"]
    skipped = [one for one in dossier.steps if one.state == "skipped"]
    yield f"{len(done)} of {len(dossier.steps)} steps done, {sum(one.late for one in done)} of them late."
    for one in skipped:
        yield f"Skipped: {one.step.text}{f' ({one.note})' if one.note else ''}"


def _causes(dossier: Dossier) -> Iterator[Block]:
    incident = dossier.incident
    yield Part("Technical root cause")
    yield text(incident, "root_cause")
    if suspected := titled(incident, "hypothesis"):
        yield Note(suspected)
    yield Part("Organisational cause")
    yield _answer(incident.text("cause_organisational"))


def _diagnosis(dossier: Dossier) -> Table:
    return Table(
        ("Layer", "Finding", "What that rests on", "Found"),
        (2, 1.4, 4, 2.3),
        tuple(
            (
                Strong(one.title),
                State(one.finding) if one.finding else Quiet("not judged"),
                (one.evidence, *_questions(one.questions)),
                one.at,
            )
            for one in dossier.layers
        ),
    )


def _questions(asked: object) -> Iterator[Quiet]:
    for one in asked if isinstance(asked, tuple) else ():
        if one.finding:
            yield Quiet(f"{one.step.text}: {one.finding}{f', {one.evidence}' if one.evidence else ''}")


def _asked(dossier: Dossier, questions: Mapping[str, str], known: Mapping[str, str]) -> Table:
    """Return a sheet of questions: the answer on record, else what facts say of it and room to write."""
    rows: list[tuple[Cells, ...]] = []
    for name, question in questions.items():
        answer = dossier.incident.text(name)
        fact = Quiet(f"On record: {known.get(name) or 'nothing'}")
        rows.append((Strong(question), (answer, fact) if answer else (fact, Blank(4))))
    return Table(("Question", "Answer"), (1.0, 2.2), tuple(rows))


def _on_record(dossier: Dossier) -> dict[str, str]:
    """Return what facts already say about a question, without answering it."""
    found = {one.layer: one for one in dossier.layers}
    prompts = [one for one in dossier.deployed if one.kind == "prompt"]
    switches = [one for one in dossier.pulls if one.body.kind == "kill_switch"]
    incident = dossier.incident
    gap = span(incident.start.at if incident.start else None, incident.detected)
    return {
        "review_evaluated": _layer(found, "inputs"),
        "review_assumptions": _layer(found, "upstream"),
        "review_prompts": f"versions of prompts known to have served: {len(prompts)}" if prompts else "",
        "review_retrieval": _layer(found, "retrieval"),
        "review_kill_switch": _pulled(dossier, [one.at for one in switches]),
        "review_framework": f"noticed by {incident.channel or 'an unknown way'}"
        + (f", {gap.total_seconds() / 3600:,.1f} h after the estimated start" if gap else ""),
        "review_oversight": f"type {incident.text('type')}" if incident.text("type") == "oversight" else "",
        "review_evidence": f"{dossier.entries} entries in the journal; see the evidence index",
    }


def _pulled(dossier: Dossier, switched: list[datetime]) -> str:
    if switched:
        return f"a kill switch was pulled {len(switched)}×"
    others = ", ".join(dict.fromkeys(one.body.name for one in dossier.pulls))
    return f"no kill switch was pulled; used: {others}" if others else "no kill switch was pulled"


def _layer(found: Mapping[str, object], layer: str) -> str:
    one = found.get(layer)
    finding = getattr(one, "finding", "")
    return (
        f"layer {getattr(one, 'title', '').lower()} {finding}: {getattr(one, 'evidence', '')}"
        if finding
        else ""
    )


def _answer(said: str) -> Block:
    return Prose(said) if said.strip() else Table(("Not yet on record",), (1,), ((Blank(5),),))


def _actions(dossier: Dossier) -> Iterator[Block]:
    incident = dossier.incident
    yield Note("An action is specific, owned and dated.")
    items = checklist(incident.text("prevention"))
    yield Checks(items) if items else Note("No action is on record.")
    yield texts(incident, REMEDIATION)
    open_steps = [one for one in dossier.steps if not one.finished]
    yield Part("Steps still open")
    yield Table(
        ("Step", "Phase", "With"),
        (4, 1.4, 1.6),
        tuple(
            (one.step.text, one.step.phase, role_of(dossier).get(one.person, one.person))
            for one in open_steps
        ),
        "None.",
    )
    yield Part("Agreed")
    yield Table(
        ("Action", "Owner", "Due"), (4, 1.6, 1.4), tuple((Blank(2), Blank(2), Blank(2)) for _ in range(3))
    )
