"""The facts clocks count from and are met by: their ids, titles, and when they came true in an incident.

The ids of anchors are those of the regulations' file. What a regime calls awareness is a finding of its own:
a person states it, nothing derives it from detection.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tocsin.model.conduct import Said
from tocsin.model.incident import CLOSED, CONTAINED, REOPENED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.response import FixVerified, UpdateTold

# Read off the entries of an incident.
DERIVED: dict[str, str] = {
    "incident_occurred": "estimated start",
    "detection": "detection",
    "declared": "declaration",
    "graded": "re-grading",
    "triaged": "triage",
    "acknowledged": "acknowledged escalation",
    "contained": "containment",
    "resolution": "resolution",
    "verified": "verified fix",
    "closed": "closing",
    "update": "status update",
}

# What a person states, with evidence.
STATED: dict[str, str] = {
    "awareness": "awareness",
    "awareness_high_risk": "awareness of a likely high risk",
    "awareness_suspicion": "reasonable grounds to suspect",
    "awareness_belief": "reasonable grounds to believe",
    "awareness_weakness": "awareness of the control weakness",
    "awareness_remedial": "awareness that remedial action is needed",
    "noticing": "noticing",
    "knowledge": "knowledge of a reportable situation",
    "knowledge_personal_data": "knowledge that personal data were affected",
    "discovery": "discovery",
    "classification_major": "classification as major",
    "determination_material": "determination of materiality",
    "determination_incident": "determination of a reportable incident",
    "determination_rrosh": "determination of a real risk of significant harm",
    "determination_serious_injury": "determination of a risk of serious injury",
    "reasonable_belief": "reasonable belief",
    "risk_belief": "reason to consider a risk",
    "assessment_made": "assessment of notifiability",
    "threshold_met": "reporting threshold met",
    "significant_change": "significant change since the last report",
    "material_change": "material change",
    "new_information": "new information",
    "info_determined": "missing information determined",
    "payment_made": "ransom paid",
    "outside_tolerance": "outside tolerance",
    "recovery": "recovery of regular activities",
    "handled": "incident handled",
    "fix_available": "corrective measure available",
    "fsca_planned": "field safety action decided",
    "late_expected": "foreseeing that a limit will be missed",
    "reclassified": "reclassification as not major",
    "adverse_action": "adverse action",
    "before_adverse_action": "planned adverse action",
    "application_complete": "completed application received",
    "counteroffer": "counteroffer notified",
    "error_discovered": "error in a notice discovered",
    "request_received": "request of a person",
    "authority_request": "request of an authority",
    "decision_made": "decision",
    "interaction": "first interaction",
    "collection": "collection of the data",
    "obtained_data": "data obtained elsewhere",
    "log_created": "log entry",
    "placed_on_market": "placing on the market",
    "publication": "public notice",
    "use_planned": "planned first use",
    "end_of_calendar_year": "end of the calendar year",
    "april_15": "15 April",
}
TITLES = DERIVED | STATED

# Dates that are known beforehand; no other fact lies ahead.
AHEAD = frozenset({"use_planned", "before_adverse_action", "end_of_calendar_year", "april_15"})

# What an organisation finds out, sooner or later; the rest may never come (a ransom paid, a request).
FINDINGS = frozenset({
    "awareness", "awareness_high_risk", "awareness_suspicion", "awareness_belief", "noticing", "knowledge",
    "knowledge_personal_data", "discovery", "classification_major", "determination_material",
    "determination_incident", "determination_rrosh", "determination_serious_injury", "reasonable_belief",
    "assessment_made", "adverse_action", "before_adverse_action", "application_complete",
})  # fmt: skip

# Chained anchors: the filing of an earlier notice, the end or the due time of another clock.
SUBMISSION, MET, DUE, UPDATE = "submission:", "met:", "due:", "update:"
AT = "@"  # a fact as one regime means it, such as awareness@eu-gdpr-33
_CHAINED = {SUBMISSION: "submission of", MET: "end of", DUE: "due time of", UPDATE: "status update for"}

MOVES = {CONTAINED: "contained", RESOLVED: "resolution", CLOSED: "closed"}


def title(fact: str) -> str:
    """Return what a fact is called; of one nobody named, its id in words."""
    stem, colon, rest = fact.partition(":")
    if colon and f"{stem}:" in _CHAINED:
        return f"{_CHAINED[f'{stem}:']} {rest.replace('_', ' ')}"
    base, at, regime = fact.partition(AT)
    return f"{TITLES.get(base, base.replace('_', ' '))}{f' ({regime})' if at else ''}"


def known(fact: str, clocks: Iterable[str] = ()) -> bool:
    """Whether clocks may count from a fact or be met by it; to `clocks` others may be chained."""
    stem, colon, rest = fact.partition(":")
    if not colon:
        return fact in TITLES
    return bool(rest) and (f"{stem}:" in (SUBMISSION, UPDATE) or (f"{stem}:" in _CHAINED and rest in clocks))


def may_be_stated(fact: str) -> bool:
    """Whether a person may say when a fact came true; the others follow from what is done."""
    base, at, regime = fact.partition(AT)
    if base in STATED:
        return bool(regime) or not at
    return fact.startswith(SUBMISSION) and len(fact) > len(SUBMISSION)


def lies_ahead(fact: str) -> bool:
    """Whether a fact is a date that is known beforehand."""
    return fact.partition(AT)[0] in AHEAD


def submissions(incident: Incident) -> dict[str, list[datetime]]:
    """Return when each duty was filed, by REGIME/STAGE, oldest first, as notices and people say it.

    Of a filing corrected the correction counts; a statement by hand, or a clock marked met by hand, stands
    beside what was filed here.
    """
    conduct = incident.conduct
    corrected = {said.body.corrects for said in conduct.filed if said.body.corrects}
    found: dict[str, list[datetime]] = {}
    for said in conduct.filed:
        if said.entry not in corrected:
            found.setdefault(said.body.duty, []).append(said.at)
    stated = {one.body.fact: one.at for one in conduct.facts if one.body.fact.startswith(SUBMISSION)}
    for fact, at in stated.items():
        found.setdefault(fact.removeprefix(SUBMISSION), []).append(at)
    for mark in _marked(incident):
        found.setdefault(mark.clock, []).append(mark.at)
    return {duty: sorted(times) for duty, times in found.items()}


def facts(incident: Incident) -> dict[str, datetime]:
    """Return the instants known of an incident by the fact's id, without what a re-opening undid.

    Of what was stated the newest statement counts; a duty was submitted when it was filed first. Without
    chained facts of clocks.
    """
    conduct = incident.conduct
    found = {said.body.fact: said.at for said in conduct.facts}
    if conduct.filed or _marked(incident):
        found |= {f"{SUBMISSION}{duty}": times[0] for duty, times in submissions(incident).items()}
    found |= {"detection": incident.detected, "declared": incident.declared}
    if incident.start is not None:
        found["incident_occurred"] = incident.start.at
    changes = levels(incident)[1:]
    if changes:
        found["graded"] = changes[0].at
    if conduct.triages:
        found["triaged"] = conduct.triages[0].at
    for said in tellings(incident):  # the one written last, also when the machine's clock was set back
        found["update"] = found[f"{UPDATE}{said.body.audience}"] = said.at
    if conduct.acknowledged:
        found["acknowledged"] = conduct.acknowledged[-1].at
    undone = reopenings(incident.moves)
    reopened = undone[-1][1] if undone else None
    for move in incident.moves[sum(len(moves) + 1 for moves, _ in undone) :]:
        found.setdefault(MOVES[move.status], move.at)
    for checked in conduct.verified:
        if reopened is None or checked.at > reopened:
            found["verified"] = checked.at
    return found


def _marked(incident: Incident) -> list[Mark]:
    """The marks by which people said that a duty was done; the ids of duties have a slash in them."""
    return [mark for mark in incident.marks if mark.state == "met" and "/" in mark.clock]


def verified(incident: Incident) -> Said[FixVerified] | None:
    """Return the newest verification of a fix that stands; what was verified before a re-opening does not."""
    said = incident.conduct.verified
    return said[-1] if said and "verified" in facts(incident) else None


def events(incident: Incident) -> Iterator[tuple[str, datetime]]:
    """Yield every instant at which a fact came true, also those that a re-opening took back."""
    conduct = incident.conduct
    yield "detection", incident.detected
    yield "declared", incident.declared
    yield from (("graded", grade.at) for grade in levels(incident)[1:])
    yield from (("triaged", said.at) for said in conduct.triages)
    yield from (("acknowledged", said.at) for said in conduct.acknowledged)
    yield from (("verified", said.at) for said in conduct.verified)
    for told in tellings(incident):
        yield "update", told.at
        yield f"{UPDATE}{told.body.audience}", told.at
    yield from {said.body.fact: (said.body.fact, said.at) for said in conduct.facts}.values()
    if conduct.filed or _marked(incident):
        yield from (
            (f"{SUBMISSION}{duty}", at) for duty, all_ in submissions(incident).items() for at in all_
        )
    yield from ((MOVES[move.status], move.at) for move in incident.moves if move.status in MOVES)


def tellings(incident: Incident) -> list[Said[UpdateTold]]:
    """Return the status updates told, as they were written; a correction stands where the first did."""
    told: dict[str, Said[UpdateTold]] = {}
    for said in incident.conduct.updates:
        corrected = next((first for first, one in told.items() if one.entry == said.body.corrects), None)
        told[corrected or said.entry] = said
    return list(told.values())


def levels(incident: Incident) -> list[Grade]:
    """Return the levels given, without those that only repeat the one before."""
    given: list[Grade] = []
    for grade in incident.grades:
        if not given or grade.level != given[-1].level:
            given.append(grade)
    return given


def reopenings(moves: tuple[Move, ...]) -> tuple[tuple[tuple[Move, ...], datetime], ...]:
    """Return each re-opening with the moves it took back: those since the one before."""
    found, since = [], 0
    for i, move in enumerate(moves):
        if move.status == REOPENED:
            found.append((moves[since:i], move.at))
            since = i + 1
    return tuple(found)
