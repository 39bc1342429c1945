"""Detectors in force: which judge, with which parameters, as of which version, and who changed them why."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from tocsin import plugins
from tocsin.detectors.base import OneSeries, version
from tocsin.errors import BadInput, NotFound
from tocsin.model.journal import Entry
from tocsin.model.judgement import BudgetSet, DetectorSet
from tocsin.model.operator import Author
from tocsin.store import journal
from tocsin.store.folder import Store

SETTINGS = ("detector.set", "budget.set")
_LONGEST_REASON = 500
_TRUTHS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
Value = float | str | bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be set of a detector; `least` and `most` bound a number, both inclusive."""

    name: str
    value: Any
    default: Any
    unit: str
    says: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """One detector as it stands. `part` is None and `broken` says why where it cannot be used.

    `kind` is "series" or "decisions"; `changed` is the entry that set it last, None at its defaults.
    """

    name: str
    title: str
    package: str
    kind: str
    enabled: bool
    version: str
    parameters: tuple[Parameter, ...]
    changed: Entry | None
    part: Any
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """All detectors as of one version: `number` counts every setting ever made, of budgets too."""

    number: int
    last: Entry | None
    detectors: tuple[Known, ...]


def list_all(store: Store) -> Listing:
    """Return every detector in the order they judge, with the parameters in force."""
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=SETTINGS)
    last = {e.body.detector: e for e in entries if isinstance(e.body, DetectorSet)}
    known = [_known(plugin, last.get(plugin.name)) for plugin in plugins.found(plugins.DETECTORS)]
    known.sort(key=lambda one: (one.kind == "decisions", getattr(one.part, "order", 0), one.name))
    return Listing(len(entries), entries[-1] if entries else None, tuple(known))


def in_force(store: Store) -> list[Any]:
    """Return the enabled detectors, of series and of decision logs, in the order they judge."""
    return [one.part for one in list_all(store).detectors if one.enabled and one.part is not None]


def get(store: Store, name: str) -> Known:
    """Return one detector as it stands. Raises NotFound."""
    for one in list_all(store).detectors:
        if one.name == name:
            return one
    raise NotFound("there is no such detector.", where=name, hint="`tocsin detectors list` names them.")


def history(store: Store, name: str) -> list[Entry]:
    """Return every setting of a detector, the oldest first."""
    with store.journal.read() as connection:
        return journal.entries(connection, subject=name, kinds=("detector.set",))


def set_parameters(
    store: Store,
    author: Author,
    name: str,
    values: Mapping[str, str | Value],
    *,
    enabled: bool | None = None,
    reason: str = "",
    defaults: bool = False,
    id: str = "",
) -> Known:
    """Set parameters of a detector from now on; the others stay, or go back to their `defaults` first.

    What was judged before stays judged. Raises NotFound, and BadInput for an unknown name, a wrong type or a
    value out of bounds.
    """
    known = get(store, name)
    if known.part is None:
        raise BadInput(f"the detector cannot be used: {known.broken}.", where=name)
    if len(reason) > _LONGEST_REASON:
        raise BadInput(f"a reason has at most {_LONGEST_REASON} characters.", where=name)
    there = {one.name: one for one in known.parameters}
    kept = {} if defaults else {p.name: p.value for p in known.parameters if p.value != p.default}
    for key, value in values.items():
        if key not in there:
            names = ", ".join(there) or "none"
            raise BadInput(f"{name} has no parameter “{key}”.", where=name, hint=f"It has: {names}.")
        kept[key] = _checked(name, there[key], value)
    changed = {key: value for key, value in kept.items() if value != there[key].default}
    _made(known.part, changed)
    body = DetectorSet(name, changed, known.enabled if enabled is None else enabled, reason.strip())
    with store.write() as write:
        write.add(author, body, subject=name, id=id or store.new_id())
    return get(store, name)


def as_of(listing: Listing) -> str:
    """Return in words which version of the settings is in force, and who changed it last and why."""
    if listing.last is None:
        return "detectors as of version 0: nothing has been changed"
    body = listing.last.body
    reason = body.reason if isinstance(body, DetectorSet | BudgetSet) else ""
    who, when = listing.last.author.name, listing.last.recorded_at
    because = f" because: {reason}" if reason else ""
    return f"detectors as of version {listing.number}, changed at {when:%Y-%m-%d %H:%M} UTC by {who}{because}"


def _known(plugin: plugins.Plugin, entry: Entry | None) -> Known:
    if plugin.part is None:
        return Known(plugin.name, plugin.name, plugin.package, "", False, "", (), entry, None, plugin.broken)
    wanted = entry.body if entry is not None and isinstance(entry.body, DetectorSet) else None
    part, broken = plugin.part, ""
    if wanted is not None and wanted.parameters:
        try:
            part = _made(plugin.part, wanted.parameters)
        except BadInput as error:
            broken = f"{error.what} Its defaults are used."
    kind = "series" if isinstance(getattr(part, "needs", None), OneSeries) else "decisions"
    enabled = bool(getattr(part, "default", True)) if wanted is None else wanted.enabled
    return Known(
        plugin.name,
        part.title,
        plugin.package,
        kind,
        enabled,
        version(part),
        parameters_of(part),
        entry,
        part,
        broken,
    )


def parameters_of(part: Any) -> tuple[Parameter, ...]:
    """Return what may be set of a detector, with the values it has."""
    held = getattr(part, "parameters", None)
    if held is None or not hasattr(type(held), "__dataclass_fields__"):
        return ()
    plain = type(held)()
    return tuple(
        Parameter(
            one.name,
            getattr(held, one.name),
            getattr(plain, one.name),
            str(one.metadata.get("unit", "")),
            str(one.metadata.get("says", "")),
            one.metadata.get("least", 0.0 if _is_number(getattr(plain, one.name)) else None),
            one.metadata.get("most"),
        )
        for one in fields(held)
    )


def _made(part: Any, values: Mapping[str, Value]) -> Any:
    """Return the detector with these parameters, others at their defaults. Raises BadInput."""
    plain = type(part.parameters)()
    there = {one.name: one for one in parameters_of(part)}
    if unknown := [name for name in values if name not in there]:
        raise BadInput(f"it has no parameter “{unknown[0]}”.", where=part.name)
    # What the journal holds is checked too: bounds can be narrower than when it was set.
    typed = {name: _checked(part.name, there[name], value) for name, value in values.items()}
    try:
        return type(part)(replace(plain, **typed))
    except (TypeError, ValueError) as error:
        raise BadInput(f"these parameters do not go together: {error}.", where=part.name) from error


def _checked(detector: str, known: Parameter, value: str | Value) -> Value:
    """Return a value of the parameter's type, within its bounds."""
    where = f"{detector}.{known.name}"
    if isinstance(known.default, bool):
        truth = value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
        if truth is None:
            raise BadInput("this is yes or no.", where=where)
        return truth
    if not _is_number(known.default):
        return str(value)
    try:
        number = float(value)
    except ValueError:
        raise BadInput(f"“{value}” is no number.", where=where, hint=_bounds(known)) from None
    if math.isfinite(number) and _is_whole(known.default) and number != math.floor(number):
        raise BadInput("this is a whole number.", where=where, hint=_bounds(known))
    low, high = known.least, known.most
    if (
        not math.isfinite(number)
        or (low is not None and number < low)
        or (high is not None and number > high)
    ):
        raise BadInput(f"{number:g} is out of bounds.", where=where, hint=_bounds(known))
    return int(number) if _is_whole(known.default) else number


def _bounds(known: Parameter) -> str:
    low = "" if known.least is None else f"at least {known.least:g}"
    high = "" if known.most is None else f"at most {known.most:g}"
    told = " and ".join(part for part in (low, high) if part)
    return f"{known.says.capitalize()}; {told} {known.unit}." if told else f"{known.says.capitalize()}."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
