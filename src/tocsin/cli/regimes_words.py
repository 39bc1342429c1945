"""Regimes in words and as JSON, for `tocsin regimes`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin.model.facts import title
from tocsin.model.regime import Regime, Rules, Stage
from tocsin.operations.duties import DutyView
from tocsin.operations.regimes_preview import Change

_ENABLED = {"yes": "by default", "no": "never by itself", "confirm": "once confirmed"}
_SURE = {"P": "read in the legal text", "S": "read in a page or copy", "G": "general knowledge"}

_SURE_WIDTH, _STATUS_WIDTH = 28, 60


def line(regime: Regime) -> str:
    """Return a regime on a line of a list."""
    origin = " team" if regime.origin == "team" else ""
    kind = regime.kind.value.replace("_", " ")
    told = f"{regime.id:<26} {regime.jurisdiction:<13} {kind:<18} {_ENABLED.get(regime.enabled, ''):<15}"
    sure = f"sure: {_cut(regime.confidence or 'not said', _SURE_WIDTH):<{_SURE_WIDTH}}"
    return f"{told} as of {regime.as_of}  {sure}{origin}  {_cut(regime.status, _STATUS_WIDTH)}"


def as_json(regime: Regime) -> dict[str, Any]:
    """Return the stable JSON form of a regime in a list."""
    return {
        "id": regime.id,
        "title": regime.title,
        "jurisdiction": regime.jurisdiction,
        "kind": regime.kind.value,
        "enabled": regime.enabled,
        "status": regime.status,
        "pending": regime.pending,
        "as_of": regime.as_of,
        "sureness": regime.confidence,
        "applies_from": regime.applies_from,
        "applies_until": regime.applies_until,
        "origin": regime.origin,
        "stages": [stage.id for stage in regime.stages],
        "fields": len(regime.fields),
    }


def whole(regime: Regime) -> Any:
    """Return the whole regime as JSON: its stages with offsets in words, its fields, its sources."""
    found = msgspec.to_builtins(regime, str_keys=True)
    for told, stage in zip(found["stages"], regime.stages, strict=True):
        for name in ("offset", "not_after", "house"):
            span = getattr(stage, name)
            told[name] = None if span is None else span.words
    return found


def lines(regime: Regime, rules: Rules) -> Iterator[str]:
    """Yield what a regime says, for a person to read."""
    yield f"{regime.title} ({regime.id}), {regime.jurisdiction}, rules as of {regime.as_of}"
    for name, text in (
        ("citation", regime.citation),
        ("kind", f"{regime.kind.value.replace('_', ' ')}; applies {_ENABLED.get(regime.enabled, '')}"),
        ("confirm", regime.confirm),
        ("in force", _dates(regime)),
        ("status", regime.status),
        ("pending", regime.pending),
        ("sure", regime.confidence),
        ("who", regime.who),
        ("authority", regime.authority),
        ("trigger", regime.trigger),
        ("thresholds", regime.thresholds),
        ("exemptions", regime.exemptions),
        ("format", regime.format),
        ("sanctions", regime.sanctions),
        ("notes", regime.notes),
        ("needs", _needs(regime.needs, rules)),
        ("origin", regime.origin),
    ):
        if text:
            yield f"  {name:<11} {text}"
    for stage in regime.stages:
        yield ""
        yield from _stage(regime, stage, rules)
    if regime.sources:
        yield ""
        yield from (f"source      {one}" for one in regime.sources)


def change(one: Change, zone: ZoneInfo) -> str:
    """Return on a line what becomes of a duty."""
    before, after = _duty(one.before, zone), _duty(one.after, zone)
    return f"{one.reference:<14} {one.duty:<36} {one.what:<15} {before} → {after}"


def change_as_json(one: Change) -> dict[str, Any]:
    """Return the stable JSON form of a duty that would change."""
    return {
        "incident": one.incident,
        "reference": one.reference,
        "duty": one.duty,
        "name": one.name,
        "what": one.what,
        "before": _as_json(one.before),
        "after": _as_json(one.after),
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _stage(regime: Regime, stage: Stage, rules: Rules) -> Iterator[str]:
    sure = _SURE.get(stage.basis, stage.basis)
    yield f"{regime.id}/{stage.id}: {stage.name}"
    yield f"  {'when':<11} {_span(stage)} ({stage.counting}{f', {stage.calendar}' if stage.calendar else ''})"
    for name, text in (
        ("standard", stage.standard),
        ("only", stage.when),
        ("needs", _needs(stage.needs, rules)),
        ("to", f"{stage.recipient.replace('_', ' ')} ({stage.audience.replace('_', ' ')})"),
        ("citation", f"{stage.citation}{f'  [{sure}]' if sure else ''}"),
        ("note", stage.note),
    ):
        if text:
            yield f"  {name:<11} {text}"
    for field in regime.fields_of(stage.id):
        needed = "" if field.required == "true" else f" ({field.required.replace('_', ' ')})"
        yield f"    - {field.label}{needed}  {field.citation}"


def _span(stage: Stage) -> str:
    anchor = title(stage.anchor)
    if stage.offset is None:
        house = f", house target {stage.house.words}" if stage.house else ""
        return f"no number, counted up from {anchor}{house}"
    cap = f", not after {stage.not_after.words} from {title(stage.not_after_from)}" if stage.not_after else ""
    return f"{stage.offset.words} from {anchor}{cap}"


def _dates(regime: Regime) -> str:
    begins = f"from {regime.applies_from}" if regime.applies_from else ""
    ends = f" until {regime.applies_until}" if regime.applies_until else ""
    return f"{begins}{ends}".strip()


def _needs(needs: dict[str, tuple[str, ...]], rules: Rules) -> str:
    told = []
    for id_, answers in needs.items():
        question = rules.question(id_)
        titles = {one.id: one.title for one in question.choices} if question else {}
        told.append(f"{id_}: {' or '.join(titles.get(one, one) for one in answers)}")
    return "; ".join(told)


def _duty(view: DutyView | None, zone: ZoneInfo) -> str:
    if view is None or not view.duty.applies:
        return "none"
    at: datetime | None = view.plan_to or view.keep_until
    return f"{view.state} {at.astimezone(zone):%Y-%m-%d %H:%M}" if at else view.state


def _as_json(view: DutyView | None) -> dict[str, Any] | None:
    if view is None or not view.duty.applies:
        return None
    return {"state": view.state, "plan_to": view.plan_to, "legal_outer": view.legal_outer}
