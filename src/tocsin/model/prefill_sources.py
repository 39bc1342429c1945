"""The sources a field of a notice may name, each a function of the record: one table, told in `SOURCES`."""

from collections.abc import Iterator

from tocsin.model import containment, freeze, prefill_times, preservation
from tocsin.model.answers import question_of
from tocsin.model.answers import said as words_of
from tocsin.model.classification import said
from tocsin.model.filing import Fill
from tocsin.model.filings import INITIAL, PHASES, State
from tocsin.model.incident import CONTAINED, RESOLVED
from tocsin.model.incident_fields import FIELDS, IMPACT, REMEDIATION
from tocsin.model.prefill_record import Piece, Record, Source, of_item, origin, stamp, when_words
from tocsin.model.regime import Kind, Needs
from tocsin.model.situation import pull_words

_CONTACTS = ("dpo_name", "dpo_email", "dpo_phone")


def _field(name: str, sure: Fill = Fill.VALUE) -> Source:
    """What a person put into a field of the incident."""
    return lambda record, _: _of_field(record, name, sure)


def _any_field(record: Record, name: str) -> Iterator[Piece]:
    yield from _of_field(record, name, Fill.VALUE)


def _of_field(record: Record, name: str, sure: Fill) -> Iterator[Piece]:
    incident = record.incident
    if name == "start" or not (text := incident.text(name)):
        return
    heads = incident.fields[name].heads
    entry = record.entries.get(heads[0].entry)
    # Two people set it without knowing of each other: nobody has settled which it is.
    fill = Fill.ESTIMATE if len(heads) > 1 and sure is Fill.VALUE else sure
    yield Piece(said(name, text), fill, origin(FIELDS.get(name, name), entry, record.zone))


def _reference(record: Record, _: str) -> Iterator[Piece]:
    yield Piece(record.incident.reference, origin=("Incident reference",))


def _status(record: Record, _: str) -> Iterator[Piece]:
    moves = record.incident.moves
    entry = record.entries.get(moves[-1].entry) if moves else None
    yield Piece(record.incident.status.capitalize(), origin=origin("Status", entry, record.zone))


def _description(record: Record, _: str) -> Iterator[Piece]:
    yield from _field("title")(record, "")
    for label, pieces in (
        ("Began", prefill_times.start(record, "")),
        ("Detected", prefill_times.detected(record, "")),
        ("Noticed by", _field("channel")(record, "")),
        ("Affected", _field("scope", Fill.ESTIMATE)(record, "")),
        ("Impact", _impact(record, "")),
    ):
        yield from prefill_times.labelled(label, pieces)


def _impact(record: Record, _: str) -> Iterator[Piece]:
    for name in ("impact", *IMPACT):
        yield from _of_field(record, name, Fill.VALUE)


def _remediation(record: Record, _: str) -> Iterator[Piece]:
    for name in ("remediation", *REMEDIATION):
        yield from _of_field(record, name, Fill.VALUE)


def _cause(record: Record, _: str) -> Iterator[Piece]:
    """The root cause where it is established; else what is suspected, which is an opinion."""
    found = list(_field("root_cause")(record, ""))
    if not found:
        found = list(prefill_times.labelled("Suspected cause",
                               _field("hypothesis", Fill.OPINION)(record, "")))  # fmt: skip
    yield from found


def _related(record: Record, _: str) -> Iterator[Piece]:
    yield from (Piece(one, origin=("Linked incidents",)) for one in record.related)


def _measures(record: Record, _: str) -> Iterator[Piece]:
    """What was pulled to contain it, frozen and done, oldest first, each with its time."""
    incident = record.incident
    found = [
        (
            pull.at,
            Piece(
                f"{stamp(pull.at, record.zone)}: {pull.body.name}, {pull_words(pull, record.now)}",
                origin=origin("Containment", record.entries.get(pull.id), record.zone),
            ),
        )
        for pull in containment.pulls(incident)
    ]
    found += [
        (one.begin, Piece(f"{stamp(one.begin, record.zone)}: change freeze", origin=("Change freeze",)))
        for one in freeze.spans(incident)
    ]
    found += [(one.happened.at, of_item(one, record.zone)) for one in record.items if one.lane == "done"]
    yield from (piece for _, piece in sorted(found, key=lambda one: one[0]))


def _lane(*lanes: str) -> Source:
    def source(record: Record, _: str) -> Iterator[Piece]:
        kept = [one for one in record.items if not lanes or one.lane in lanes]
        yield from (of_item(one, record.zone) for one in sorted(kept, key=lambda one: one.happened.at))

    return source


def _system_name(record: Record, _: str) -> Iterator[Piece]:
    yield Piece(record.system, origin=("System of the incident",))


def _served(record: Record, _: str) -> Iterator[Piece]:
    """The version somebody stated, and what the deployments say served when it began."""
    yield from prefill_times.labelled("Affected version", _field("version")(record, ""))
    for one in record.served:
        since = f"{one.kind} {one.title}, in service since {when_words(one.began, record.zone)}"
        sure = Fill.ESTIMATE if one.began.is_range else Fill.VALUE
        yield Piece(since, sure, (f"Deployment{f', {one.source}' if one.source else ''} · {one.id}",))


def _system(record: Record, _: str) -> Iterator[Piece]:
    yield from _system_name(record, "")
    yield from _served(record, "")


def _evidence(record: Record, _: str) -> Iterator[Piece]:
    for one in record.evidence:
        where = (f"Evidence, {one.author}, {stamp(one.at, record.zone)} · {one.entry}",)
        yield Piece(f"{one.name}, {one.size} bytes, SHA-256 {one.sha256}", origin=where)


def _alerts(record: Record, _: str) -> Iterator[Piece]:
    for entry, alert in record.incident.alerts:
        words = f"{stamp(alert.time, record.zone)}: {alert.message}"
        yield Piece(words, origin=(f"Alert, {alert.detector} {alert.version} · {entry}",))


def _answer(record: Record, question: str) -> Iterator[Piece]:
    answer = record.answers.get(question)
    if answer is None or not answer.values:
        return
    asked = question_of(record.rules, question)
    at = "" if answer.at is None else f", {stamp(answer.at, record.zone)}"
    where = f"Answer to “{asked.text if asked else question}”, {answer.by}{at}"
    words = words_of(asked, answer.values) if asked else ", ".join(answer.values)
    yield Piece(words, origin=(where,))


def _contact(record: Record, _: str) -> Iterator[Piece]:
    """Who answers questions: as the organisation answered, else who has the role of compliance."""
    named = list(_answer(record, "contact_point"))  # in full already
    found = named or [piece for question in _CONTACTS for piece in _answer(record, question)]
    yield from found or _role(record, "compliance")


def _role(record: Record, role: str) -> Iterator[Piece]:
    if person := record.incident.staff.get(role, ""):
        yield Piece(person, origin=(f"Role of {role}",))


def _classification(record: Record, _: str) -> Iterator[Piece]:
    """The answers that made the duty apply."""
    needs: Needs = {**record.regime.needs, **record.stage.needs}
    for question in needs:
        asked = question_of(record.rules, question)
        yield from prefill_times.labelled(asked.text if asked else question, _answer(record, question))


def _preservation(record: Record, _: str) -> Iterator[Piece]:
    """What changed the system since the detection, or that nothing did."""
    filed = record.filing.filed.at if record.filing and record.filing.filed else record.now
    found = preservation.alterations(record.incident, record.deployed, filed)
    if not found:
        yield Piece("The system was not altered between the detection and this report.",
                    origin=("Containment and deployments on record",))  # fmt: skip
    for one in found:
        yield Piece(f"{stamp(one.at, record.zone)}: {one.what}", origin=("Containment, deployments",))


def _phase(record: Record, _: str) -> Iterator[Piece]:
    phase = PHASES.get(record.phase, PHASES[INITIAL])
    yield Piece(f"{phase}: {record.stage.name}", origin=("Phase of this filing",))


def _undetermined(record: Record, _: str) -> Iterator[Piece]:
    filled = record.filing.fields if record.filing else {}
    labels = {one.id: one.label for one in record.regime.fields}
    open_ = [labels[name] for name, one in filled.items() if one.fill is Fill.UNKNOWN and name in labels]
    if open_:
        yield Piece(f"Not yet determined: {'; '.join(open_)}", origin=("Fields not known yet",))


def _authority_reference(record: Record, _: str) -> Iterator[Piece]:
    """The number the authority gave the first filing of this regime."""
    own = [one for one in record.filings if one.duty.startswith(f"{record.regime.id}/")]
    for one in own:
        if one.filed is not None and one.filed.body.receipt:
            yield Piece(one.filed.body.receipt, origin=(f"Receipt of the filing · {one.filed.entry}",))
            return


def _others(record: Record, _: str) -> Iterator[Piece]:
    yield from _filed(record, people=False)


def _people(record: Record, _: str) -> Iterator[Piece]:
    yield from _filed(record, people=True)
    for made in record.incident.conduct.letters:
        words = f"{made.body.letters} letters made {stamp(made.at, record.zone)}"
        yield Piece(words, origin=origin("Letters", record.entries.get(made.entry), record.zone))


def _filed(record: Record, *, people: bool) -> Iterator[Piece]:
    """Notices that went out: to persons, or to authorities of other regimes."""
    for one in record.filings:
        found = record.rules.stage(one.duty)
        if one.state is not State.FILED or one.filed is None or found is None:
            continue
        regime, stage = found
        persons = regime.kind is Kind.INDIVIDUAL or stage.audience in ("individual", "public")
        if persons is not people or (not people and regime.id == record.regime.id):
            continue
        receipt = f", receipt {one.filed.body.receipt}" if one.filed.body.receipt else ""
        words = f"{stage.name} ({regime.title}), {stamp(one.filed.at, record.zone)}{receipt}"
        yield Piece(words, origin=(f"Filing · {one.filed.entry}",))


def _late(record: Record, _: str) -> Iterator[Piece]:
    """Nothing fills reasons for lateness but a person."""
    yield from ()


SOURCES: dict[str, Source] = {
    "incident.reference": _reference,
    "incident.title": _field("title"),
    "incident.description": _description,
    "incident.severity": _field("severity"),
    "incident.type": _field("type"),
    "incident.category": _field("category"),
    "incident.channel": _field("channel"),
    "incident.scope": _field("scope", Fill.ESTIMATE),
    "incident.impact": _impact,
    "incident.cause": _cause,
    "incident.root_cause": _field("root_cause"),
    "incident.remediation": _remediation,
    "incident.prevention": _field("prevention"),
    "incident.status": _status,
    "incident.related": _related,
    "field:": _any_field,
    "times.all": prefill_times.times,
    "times.start": prefill_times.start,
    "times.detected": prefill_times.detected,
    "times.aware": prefill_times.aware,
    "times.contained": prefill_times.reached(CONTAINED),
    "times.resolved": prefill_times.reached(RESOLVED),
    "times.duration": prefill_times.duration,
    "fact:": prefill_times.fact,
    "measures": _measures,
    "chronology": _lane(),
    "timeline.told": _lane("told"),
    "decisions": _lane("decided"),
    "system": _system,
    "system.name": _system_name,
    "system.version": _served,
    "evidence": _evidence,
    "alerts": _alerts,
    "contact": _contact,
    "role:": _role,
    "answer:": _answer,
    "classification": _classification,
    "preservation": _preservation,
    "filing.phase": _phase,
    "filing.undetermined": _undetermined,
    "filing.late": _late,
    "filing.authority_reference": _authority_reference,
    "filings.others": _others,
    "filings.people": _people,
}
