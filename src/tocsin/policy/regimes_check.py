"""What must hold of rules, whether they come from files or out of the journal."""

from collections.abc import Iterator, Mapping
from itertools import chain

from tocsin.model import counting, facts
from tocsin.model.calendar import Offset
from tocsin.model.counting import NO_NUMBER
from tocsin.model.incident_fields import FIELDS
from tocsin.model.regime import Field, Question, Regime, Rules, Stage
from tocsin.policy.check import Problem, span, twice, unknown
from tocsin.policy.regimes_build import CONFIRM
from tocsin.policy.regimes_needs import near, needs, never, questions
from tocsin.policy.regimes_tables import ID, REQUIRED

Found = Iterator[tuple[str, str]]
_DOCUMENTS = ("", "notice", "letter")
_ENABLED = ("yes", "no", "confirm")
_BASIS = ("", "P", "S", "G", "P/G", "S/G", "P/S")
AUDIENCES = ("regulator", "individual", "public", "business_partner", "internal")


def problems(rules: Rules, files: Mapping[str, str] | None = None) -> Iterator[Problem]:
    """Yield everything wrong with rules. `files` names the file of a regime or question by its id."""
    where = files or {}
    by_id = {one.id: one for one in rules.questions}
    for key, reason in twice("regimes", (one.id for one in rules.regimes)):
        yield Problem("", key, reason)
    for question in rules.questions:
        file = where.get(question.id, "questions.toml")
        yield from (Problem(file, key, reason) for key, reason in questions(question))
    yield from (
        Problem("questions.toml", *one) for one in twice("questions", (q.id for q in rules.questions))
    )
    for regime in rules.regimes:
        file = where.get(regime.id, "")
        found = chain(_regime(regime, by_id), _stages(regime, rules, by_id), _fields(regime, by_id))
        yield from (Problem(file, f"{regime.id}{key}", reason) for key, reason in found)
    for id_ in _circle(rules):
        regime_id = id_.partition("/")[0]
        yield Problem(where.get(regime_id, ""), id_, "counts from itself, round a circle of stages")


def _regime(regime: Regime, by_id: Mapping[str, Question]) -> Found:
    if not ID.fullmatch(regime.id) or ":" in regime.id:
        yield ".id", f"{regime.id!r:.60} is not made of letters, digits, - _ and ."
    yield from unknown(".enabled", [regime.enabled], _ENABLED)
    if regime.enabled == "confirm" and f"{CONFIRM}{regime.id}" not in by_id:
        yield ".enabled", f"there is no question {CONFIRM}{regime.id}"
    if regime.enabled == "confirm" and not regime.confirm:
        yield ".confirm", "says nothing; it is the reason for asking"
    if not regime.needs:
        yield ".needs", "is empty: a regime that asks nothing would apply to everybody"
    if regime.applies_from and regime.applies_until and regime.applies_until < regime.applies_from:
        yield ".applies_until", "is before applies_from"
    if regime.zone and not _zone(regime.zone):
        yield ".zone", f"{regime.zone!r:.60} is no time zone, such as Europe/Paris"
    yield from needs(".needs", regime.needs, by_id)
    yield from twice(".portal", regime.portal)
    yield from unknown(".portal", regime.portal, [one.id for one in regime.fields])
    stages = _stage_ids(regime)
    for name, members in regime.groups.items():
        yield from unknown(f".groups.{name}", members, stages)
        if name in stages:
            yield f".groups.{name}", "is the name of a stage as well"
        if not name.startswith("any_") and not name.endswith("_latest"):
            yield f".groups.{name}", "begins with any_ (the earliest counts) or ends in _latest (the newest)"
        if not members:
            yield f".groups.{name}", "names no stage"


def _stages(regime: Regime, rules: Rules, by_id: Mapping[str, Question]) -> Found:
    yield from twice(".stages", (one.id for one in regime.stages))
    for stage in regime.stages:
        key = f".stages.{stage.id}"
        if not ID.fullmatch(stage.id) or ":" in stage.id:
            yield f"{key}.id", f"{stage.id!r:.60} is not made of letters, digits, - _ and ."
        yield from unknown(f"{key}.document", [stage.document], _DOCUMENTS)
        yield from unknown(f"{key}.basis", [stage.basis], _BASIS)
        yield from unknown(f"{key}.audience", [stage.audience], AUDIENCES)
        yield from _anchor(f"{key}.from", stage.anchor, rules)
        yield from _counted(key, stage)
        if stage.calendar and stage.calendar not in rules.calendars:
            known = ", ".join(one for one in rules.calendars if ":" not in one)
            yield f"{key}.calendar", f"there is no calendar {stage.calendar!r:.60}; there are {known}"
        if bool(stage.not_after) != bool(stage.not_after_from):
            yield f"{key}.not_after", "goes together with not_after_from"
        elif stage.not_after_from:
            yield from _anchor(f"{key}.not_after_from", stage.not_after_from, rules)
        if stage.when and not stage.needs:
            yield f"{key}.needs", "is empty, while `when` narrows the stage: name the questions that decide"
        yield from needs(f"{key}.needs", stage.needs, by_id)
        yield from never(f"{key}.needs", regime.needs, stage.needs, by_id)
        yield from unknown(f"{key}.settled_by", stage.settled_by, set(_stage_ids(regime)) - {stage.id})
        if stage.repeats and stage.counting in NO_NUMBER:
            yield f"{key}.repeats", f"{stage.counting} has no number to count anew"
        if stage.document and not regime.fields_of(stage.id):
            yield f"{key}.document", "it is a document, and no field belongs to it"


def _counted(key: str, stage: Stage) -> Found:
    rule, offset = stage.counting, stage.offset
    if not counting.known(rule):
        yield (
            f"{key}.counting",
            f"there is no counting rule {rule!r:.60}; there are {', '.join(counting.names())}",
        )
        return
    if rule in NO_NUMBER and offset is not None:
        yield f"{key}.offset", f"{rule} has no number; a target of our own is `house`"
    if rule not in NO_NUMBER and offset is None:
        yield f"{key}.offset", f"is missing: {rule} counts {', '.join(counting.units(rule))}"
    if rule not in NO_NUMBER and offset is not None:
        yield from _fits(f"{key}.offset", rule, offset)
        if stage.not_after is not None:
            yield from _fits(f"{key}.not_after", rule, stage.not_after)
    if stage.house is not None:
        yield from span(f"{key}.house", stage.house)
        if offset is not None:
            yield f"{key}.house", "the law gives a number; that is the target"


def _fits(key: str, rule: str, offset: Offset) -> Found:
    if offset.unit not in counting.units(rule):
        yield key, f"{rule} counts {', '.join(counting.units(rule))}, not {offset.unit.value}"
    yield from span(key, offset)


def _anchor(key: str, anchor: str, rules: Rules) -> Found:
    stem, colon, rest = anchor.partition(":")
    if not colon:
        if anchor not in facts.TITLES:
            yield key, f"{anchor!r:.60} is no fact that clocks count from{near(anchor, facts.TITLES)}"
        return
    if f"{stem}:" not in (facts.SUBMISSION, facts.DUE):
        yield key, f"{anchor!r:.100} is neither a fact nor submission:REGIME/STAGE nor due:REGIME/STAGE"
        return
    regime_id, _, name = rest.partition("/")
    regime = rules.regime(regime_id)
    if regime is None or (regime.stage(name) is None and name not in regime.groups):
        there = [f"{one.id}/{name}" for one in rules.regimes for name in (*_stage_ids(one), *one.groups)]
        yield key, f"there is no stage or group {rest!r:.100}{near(rest, there)}"
    elif f"{stem}:" == facts.DUE and regime.stage(name) is None:
        yield key, "only a stage has a due time, a group has none"


def _stage_ids(regime: Regime) -> list[str]:
    return [one.id for one in regime.stages]


def _fields(regime: Regime, by_id: Mapping[str, Question]) -> Found:
    yield from twice(".fields", (one.id for one in regime.fields))
    stages = _stage_ids(regime)
    for field in regime.fields:
        key = f".fields.{field.id}"
        if not ID.fullmatch(field.id) or ":" in field.id:
            yield f"{key}.id", f"{field.id!r:.60} is not made of letters, digits, - _ and ."
        if not field.stages:
            yield f"{key}.stages", "names no stage"
        yield from unknown(f"{key}.stages", field.stages, stages)
        yield from unknown(f"{key}.required", [field.required], REQUIRED)
        yield from unknown(f"{key}.basis", [field.basis], _BASIS)
        yield from needs(f"{key}.needs", field.needs, by_id)
        yield from _sources(f"{key}.source", field, by_id)


def _sources(key: str, field: Field, by_id: Mapping[str, Question]) -> Found:
    from tocsin.model.prefill_sources import SOURCES

    for source in field.source.split():
        stem, colon, rest = source.partition(":")
        if f"{stem}{colon}" not in SOURCES:
            yield key, f"{source!r:.60} is none of {', '.join(sorted(SOURCES))}{near(source, SOURCES)}"
        if colon and stem == "answer" and rest not in by_id:
            yield key, f"there is no question {rest!r:.60}{near(rest, by_id)}"
        if colon and stem == "fact" and rest not in facts.TITLES:
            yield key, f"there is no fact {rest!r:.60}"
        if colon and stem == "field" and rest not in FIELDS:
            yield key, f"an incident has no field {rest!r:.60}"


def _circle(rules: Rules) -> list[str]:
    """Return the stages that wait for each other in a circle, and so never begin."""
    left = {
        f"{regime.id}/{stage.id}": [_ways(anchor, rules) for anchor in (stage.anchor, stage.not_after_from)]
        for regime in rules.regimes
        for stage in regime.stages
    }
    while free := [
        id_ for id_, waits in left.items() if all(not ways or ways - left.keys() for ways in waits)
    ]:
        for id_ in free:
            del left[id_]
    return sorted(left)


def _ways(anchor: str, rules: Rules) -> set[str]:
    """The stages an anchor waits for, any of which will do; none where it is a fact."""
    rest = anchor.partition(":")[2]
    regime_id, _, name = rest.partition("/")
    regime = rules.regime(regime_id)
    if regime is None:
        return set()
    return {f"{regime_id}/{one}" for one in regime.groups.get(name, (name,))}


def _zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
