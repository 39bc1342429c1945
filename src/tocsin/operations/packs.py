"""The packs there are: shipped, of a team's own in a folder, and in the journal; and a folder made of one."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput, NotFound
from tocsin.model.arrangement import PolicyChosen
from tocsin.model.calendar import Calendar
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry, PolicyFrozen
from tocsin.model.severity import Scheme
from tocsin.operations import policies
from tocsin.paths import resource
from tocsin.policy import write as writing
from tocsin.policy.expand import as_written
from tocsin.policy.files import NAME, PACK
from tocsin.policy.freeze import freeze
from tocsin.policy.load import Examined, examine, load, load_shipped, shipped
from tocsin.store import incidents, journal
from tocsin.store.folder import Store

IN_FORCE = "in-force"
_SHORTEST = 6  # digits of a SHA-256 that name a pack in the journal


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack there is. `sha256` names one in the journal, empty for a shipped one nobody has used.

    `in_force` holds for the one that new incidents get, `open` counts the open incidents that it rules.
    `chosen` is when it was chosen, by `by`, for `reason`.
    """

    scheme: Scheme
    shipped: bool = False
    in_force: bool = False
    sha256: str = ""
    open: int = 0
    chosen: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PacksView:
    """The packs there are, the one in force first, and the incident in hand with the pack it froze."""

    now: datetime
    packs: tuple[Pack, ...]
    incident: Incident | None = None
    scheme: Scheme | None = None


def look(store: Store, incident: str = "") -> PacksView:
    """Return the packs, and an incident by reference or id with what rules it. Raises NotFound."""
    found = tuple(listed(store))
    if not incident:
        return PacksView(store.now(), found)
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        return PacksView(store.now(), found, known, policies.of(connection, known.policy))


def listed(store: Store) -> list[Pack]:
    """Return the pack in force, then others of the journal, the newest first, then shipped ones nobody used.

    Frozen forms of one pack, which differ in their holidays and zones only, are one.
    """
    now = _key(policies.ruling(store).scheme, store.zone)
    found: dict[str, Pack] = {}
    for pack in _kept(store):
        key = _key(pack.scheme, store.zone)
        found[key] = _joined(found[key], pack) if key in found else pack
    packs = [found[key] for key in reversed(found)]
    for scheme in (load_shipped(name) for name in shipped()):
        key = _key(scheme, store.zone)
        if key in found:
            packs = [replace(one, shipped=True, scheme=scheme) if one is found[key] else one for one in packs]
        else:
            packs.append(Pack(scheme, shipped=True))
    packs = [replace(one, in_force=_key(one.scheme, store.zone) == now) for one in packs]
    return sorted(packs, key=lambda one: not one.in_force)


def named(store: Store | None, name: str) -> Scheme:
    """Return a pack by its shipped name, its folder, the beginning of its SHA-256, or `in-force`.

    Raises NotFound, and BadInput for a folder that makes no pack.
    """
    if name in shipped():
        return load_shipped(name)
    if store is not None and name == IN_FORCE:
        return policies.current(store)[0]
    folder = Path(name)
    if folder.is_dir() or folder.name == PACK:
        return load(folder.parent if folder.name == PACK else folder)
    if store is not None and len(name) >= _SHORTEST:
        with store.journal.read() as connection:
            kept = [e.body for e in journal.entries(connection, kinds=["policy.frozen"])]
            shas = [
                b.sha256 for b in kept if isinstance(b, PolicyFrozen) and b.sha256.startswith(name.lower())
            ]
            if shas:
                return as_written(policies.of(connection, shas[-1]))
    raise NotFound(
        "there is no such pack.",
        where=name,
        hint=f"Name a folder, {IN_FORCE}, or one of {', '.join(shipped())}.",
    )


def check(name: str) -> Examined:
    """Return everything that is wrong with a shipped pack or a folder."""
    if name in shipped():
        return examine(resource(f"policies/{name}"))
    folder = Path(name)
    return examine(folder.parent if folder.name == PACK else folder)


def new(folder: Path, scheme: Scheme, *, id: str = "") -> Scheme:
    """Write a pack into a new folder, under its name unless `id` says another, to be changed and used.

    Raises BadInput when something is there already.
    """
    id = id or folder.absolute().name
    if not NAME.fullmatch(id):
        raise BadInput(
            "a pack is called by lower-case letters, digits, - and _.",
            where=id[:60],
            hint="Name the folder so, or give --id.",
        )
    made = policies.checked(replace(as_written(scheme), id=id))
    writing.write(made, folder)
    return made


def _kept(store: Store) -> list[Pack]:
    """Every pack the journal holds, the oldest first."""
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=["policy.frozen"])
        ruled = [one.policy for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        kept = [entry.body.sha256 for entry in entries if isinstance(entry.body, PolicyFrozen)]
        schemes = [as_written(policies.of(connection, sha256)) for sha256 in kept]
    chosen = {e.body.sha256: e for e in policies.history(store)[::-1] if isinstance(e.body, PolicyChosen)}
    return [
        _with_choice(Pack(scheme, sha256=sha256, open=ruled.count(sha256)), chosen.get(sha256))
        for scheme, sha256 in zip(schemes, kept, strict=True)
    ]


def _with_choice(pack: Pack, entry: Entry | None) -> Pack:
    if entry is None or not isinstance(entry.body, PolicyChosen):
        return pack
    return replace(pack, chosen=entry.recorded_at, by=entry.author.name, reason=entry.body.reason)


def _joined(former: Pack, later: Pack) -> Pack:
    """Two frozen forms of one pack: what was chosen is what people wrote."""
    choice = later if later.chosen else former
    return replace(choice, sha256=later.sha256, open=former.open + later.open)


def _key(scheme: Scheme, home: str) -> str:
    """What tells packs apart, whatever was worked out for them: a zone that is the home zone is "home"."""
    plain = as_written(scheme)
    others = {name: _at_home(one, home) for name, one in plain.calendars.items()}
    return freeze(replace(plain, calendar=_at_home(plain.calendar, home), calendars=others))[0]


def _at_home(calendar: Calendar, home: str) -> Calendar:
    return replace(calendar, zone="") if calendar.zone == home else calendar
