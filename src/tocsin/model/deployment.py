"""What ran when: versions of something, served from and to, and which served at an instant (domain.md C7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from tocsin.model.decoding import converted
from tocsin.model.fields import Fields, value_of
from tocsin.model.incident import set_fields, standing
from tocsin.model.instant import When
from tocsin.model.journal import DeploymentRecorded, Entry, FieldsSet, Withdrawn

KINDS = ("model", "prompt", "index", "feature pipeline", "configuration")
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version in service. `kind` is one of KINDS.

    `at` is when it began to serve, at the latest; `earliest` is the other bound where only an interval is
    known, None where `at` is exact. `until` is None while it serves, or until the next of the same system,
    kind, name and slot. `slot` tells several of one name apart: an alias (`@champion`) or a stage.
    `pinned` and `vendor` are None where the source does not say. `source` is empty for one a person recorded.
    """

    id: str
    system: str
    at: datetime
    name: str
    version: str
    kind: str = "model"
    until: datetime | None = None
    vendor: bool | None = None
    pinned: bool | None = None
    slot: str = ""
    earliest: datetime | None = None
    source: str = ""

    @property
    def began(self) -> When:
        """When it began to serve: exact, or the interval in which it must have, where no time is likelier."""
        if self.earliest is None or self.earliest >= self.at:
            return When(self.at)
        return When(self.earliest + (self.at - self.earliest) / 2, self.earliest, self.at)

    @property
    def key(self) -> tuple[str, str, str]:
        """What only one version serves at a time: kind, name and slot."""
        return self.kind, self.name, self.slot

    @property
    def title(self) -> str:
        """Name, slot and version, as a mark or a line shows them."""
        return " ".join(filter(None, (self.name, self.slot, self.version)))


@dataclass(frozen=True, slots=True)
class Serving:
    """What served under one kind, name and slot at an instant.

    `candidates` are the versions it can have been, in the order they began; `sure` tells that it was the one
    there is. Several, or one that is not sure, mean that the instant lies in an interval of beginning.
    """

    kind: str
    name: str
    slot: str
    candidates: tuple[Deployment, ...]
    sure: bool


def settled(deployments: Iterable[Deployment]) -> list[Deployment]:
    """Return what the deployments of one system tell together, in the order they began.

    Two things follow from several about the same slot. A version seen again, which can have served all the
    while, is no new deployment. And one that began in an interval did so after the other was last seen.
    """
    kept: list[Deployment] = []
    for group in _by_key(deployments).values():
        own: list[Deployment] = []
        seen: list[datetime] = []  # when each of them served for certain, newest last
        for one in group:
            if own and _goes_on(own[-1], one):
                own[-1] = replace(own[-1], until=one.until or own[-1].until)
                seen[-1] = one.at
            else:
                own.append(_after(one, own[-1].until, seen[-1]) if own else one)
                seen.append(one.at)
        kept += own
    return sorted(kept, key=_order)


def serving(deployments: Iterable[Deployment], at: datetime) -> tuple[Serving, ...]:
    """Return what served at an instant, by kind, name and slot; nothing of those that did not serve.

    One serves from its beginning until its `until`, or until the next of its slot. Where an interval leaves
    it open which one it was, all that it can have been are there.
    """
    found = []
    for key, group in _by_key(settled(deployments)).items():
        candidates = [one for one, after in _pairs(group) if _may_serve(one, after, at)]
        sure = len(candidates) == 1 and candidates[0].at <= at
        if candidates:
            found.append(Serving(*key, tuple(candidates), sure))
    return tuple(sorted(found, key=lambda one: (_RANK.get(one.kind, len(KINDS)), one.name, one.slot)))


def _may_serve(one: Deployment, after: Deployment | None, at: datetime) -> bool:
    begun = one.earliest < at or one.at <= at if one.earliest is not None else one.at <= at
    replaced = after is not None and after.at <= at
    return begun and not replaced and (one.until is None or at < one.until)


def _goes_on(last: Deployment, one: Deployment) -> bool:
    """Whether a later one can be the last one seen again: the same version, no end, no certain beginning."""
    same = last.version == one.version and (last.until is None or last.until > one.at)
    return same and one.earliest is not None and one.earliest <= last.at


def _after(one: Deployment, ended: datetime | None, seen: datetime) -> Deployment:
    """Let one that began in an interval begin after the one before it ended, or was last seen."""
    if one.earliest is None:
        return one
    low = seen if ended is None or ended > one.at else max(ended, seen)
    return replace(one, earliest=max(one.earliest, low))


def _by_key(deployments: Iterable[Deployment]) -> dict[tuple[str, str, str], list[Deployment]]:
    groups: dict[tuple[str, str, str], list[Deployment]] = {}
    for one in sorted(deployments, key=_order):
        groups.setdefault(one.key, []).append(one)
    return groups


def _pairs(group: Sequence[Deployment]) -> Iterable[tuple[Deployment, Deployment | None]]:
    return zip(group, (*group[1:], None), strict=True)


def _order(one: Deployment) -> tuple[datetime, datetime, str]:
    return one.at, one.began.low, one.id


@dataclass(frozen=True, slots=True)
class Recorded:
    """A deployment as a person recorded it and as corrections leave it; what was said before stays readable.

    Fields: `name`, `version`, `kind`, `slot`, `at` (When), `until`, `vendor`, `pinned`.
    """

    id: str
    system: str
    author: str
    recorded_at: datetime
    fields: Fields = field(default_factory=dict)
    withdrawn: str = ""
    edits: int = 0

    @property
    def began(self) -> When:
        """Since when it serves, as now believed."""
        return converted(value_of(self.fields, "at"), When)

    @property
    def deployment(self) -> Deployment:
        """The same as a deployment."""
        began, until = self.began, value_of(self.fields, "until")
        return Deployment(
            id=self.id,
            system=self.system,
            at=began.high,
            name=str(value_of(self.fields, "name")),
            version=str(value_of(self.fields, "version")),
            kind=str(value_of(self.fields, "kind")),
            until=None if until is None else converted(until, datetime),
            vendor=value_of(self.fields, "vendor"),
            pinned=value_of(self.fields, "pinned"),
            slot=str(value_of(self.fields, "slot", "")),
            earliest=began.low if began.is_range else None,
        )


def fold(entries: Iterable[Entry]) -> Recorded | None:
    """Return the deployment that the journal entries of one subject describe; None when it was undone."""
    state: Recorded | None = None
    for entry in standing(entries):
        match entry.body:
            case DeploymentRecorded() as body:
                state = _recorded(entry, body)
            case FieldsSet() as body if state is not None:
                fields = set_fields(state.fields, entry, body.fields)
                state = replace(state, fields=fields, edits=state.edits + 1)
            case Withdrawn() as body if state is not None:
                state = replace(state, withdrawn=body.reason)
    return state


def fold_all(entries: Iterable[Entry]) -> list[Recorded]:
    """Return the deployments recorded by hand, from all entries about them in the journal's order."""
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.subject, []).append(entry)
    return [state for own in about.values() if (state := fold(own)) is not None]


def _recorded(entry: Entry, body: DeploymentRecorded) -> Recorded:
    stated: dict[str, Any] = {
        "name": body.name,
        "version": body.version,
        "kind": body.kind,
        "slot": body.slot,
        "at": msgspec.to_builtins(entry.happened),
        "until": None if body.until is None else msgspec.to_builtins(body.until),
        "vendor": body.vendor,
        "pinned": body.pinned,
    }
    fields = set_fields({}, entry, stated)
    return Recorded(entry.id, body.system, entry.author.name, entry.recorded_at, fields)
