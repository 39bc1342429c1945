"""What the sheets of deployments offer, and how they read times, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput
from tocsin.model.deployment import Recorded
from tocsin.model.instant import When
from tocsin.model.operator import System
from tocsin.operations import deployments, freeze, incidents, systems
from tocsin.operations.times import parse_when
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.times import stamp

UNSAID = "not said"
RUN_BY: dict[str, bool | None] = {UNSAID: None, "us": False, "a vendor": True}
PINNED: dict[str, bool | None] = {UNSAID: None, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the sheet offers: the systems, the name of the one in hand, and names that served before.

    `frozen` says by a system's name that its change freeze stands.
    """

    systems: tuple[System, ...]
    system: str
    names: tuple[str, ...]
    frozen: Mapping[str, str] = field(default_factory=dict)


def read_time(typed: str, desk: Desk, *, empty: str = "") -> str:
    """Return how a time that is being typed is understood, in words."""
    zone = ZoneInfo(desk.store.zone)
    try:
        when = parse_when(typed, now=desk.store.now(), zone=desk.store.zone) if typed.strip() else None
    except BadInput as error:
        return error.what
    if when is None:
        return empty
    return between(when, zone) if when.is_range else stamp(when.at, zone)


def between(when: When, zone: ZoneInfo) -> str:
    """Return the bounds of a range: between Wed 28 Oct 2026, 03:10 CET and 05:20 CET."""
    low, high = stamp(when.low, zone), stamp(when.high, zone)
    of_day, _, time = high.rpartition(", ")
    return f"between {low} and {time if low.startswith(of_day) else high}"


def said(words_of: dict[str, bool | None], value: bool | None) -> str:
    """Return the word that stands for a value."""
    return next(word for word, meant in words_of.items() if meant is value)


def recorded(store: Store, id: str) -> tuple[Recorded | None, str, str]:
    """Return one recorded by hand (None for an imported one), the name of its system, and its flags."""
    known = next((one for one in deployments.recorded(store) if one.id == id), None)
    return known, systems.name_of(store, known.system) if known else "", flags(store, id)


def offer(store: Store, incident: str) -> Offer:
    """Return what the sheet offers while an incident is in hand; empty: none is."""
    known = tuple(systems.names(store))
    about = incidents.get(store, incident).system if incident else known[0].id if len(known) == 1 else ""
    name = next((one.name for one in known if one.id == about), "")
    served = deployments.of_system(store, about) if about else []
    return Offer(
        known, name, tuple(dict.fromkeys(one.name for one in reversed(served))), _frozen(store, known)
    )


def flags(store: Store, id: str) -> str:
    """Return what is said of a deployment that began in a change freeze, empty for another."""
    found = freeze.of_deployment(store, id)
    told = [
        f"Allowed in the change freeze of {one.reference}: {flag.allowed.body.reason}"
        if flag.allowed is not None
        else f"Flagged: {'' if flag.sure else 'perhaps '}in the change freeze of {one.reference}"
        for one, flag in found
    ]
    return "\n".join(told)


def _frozen(store: Store, known: Iterable[System]) -> dict[str, str]:
    names = {one.id: one.name for one in known}
    zone = ZoneInfo(store.zone)
    return {
        names[system]: f"A change freeze stands since {stamp(span.begin, zone)} ({one.reference}): "
        "what begins now is flagged, until somebody allows it."
        for system, (one, span) in freeze.by_system(store).items()
        if system in names
    }
