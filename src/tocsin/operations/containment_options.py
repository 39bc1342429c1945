"""Ways to contain a system: registered beforehand, changed, rehearsed, removed (C1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.arrangement import OptionRegistered, OptionRehearsed, OptionRemoved
from tocsin.model.containment import KINDS, Option, fold, options
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations import systems
from tocsin.operations.operators import checked_name
from tocsin.operations.timeline import checked_text
from tocsin.store import journal, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_LONGEST = 120  # characters of a name
_LONGEST_TEXT = 4000
_MOST_PEOPLE = 40
_MOST_MINUTES = 7 * 24 * 60


def register(
    store: Store,
    author: Author,
    system: str,
    name: str,
    *,
    kind: str,
    who: Sequence[str],
    how: str,
    minutes: int,
    takes_offline: bool = False,
    signal: str = "",
    undo: str = "",
    id: str = "",
) -> Entry:
    """Register a way to contain a system, named by name, alias or id, which is added when new.

    `signal` is the id or the name of one of its signals. Raises BadInput, and NotAllowed when the system has
    an option of that name.
    """
    body = OptionRegistered(
        system="",
        name=_checked_line(name),
        kind=checked_kind(kind),
        who=_people(who),
        how=_text("how it is pulled", how),
        minutes=_minutes(minutes),
        takes_offline=takes_offline,
        undo=_text("how it is put back", undo) if undo.strip() else "",
    )
    known = systems.find(store, system)
    chosen = _signal(store, known.id, signal).id if known and signal else ""
    if signal and not known:
        raise NotFound("this system has no signal yet.", where=signal)
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        of = systems.ensure_in(write, author, system)
        _check_name(write.connection, of.id, body.name)
        return write.add(author, replace(body, system=of.id, signal=chosen), id=id)


def change(store: Store, author: Author, option: str, **values: Any) -> Entry:
    """Change what is given of an option, by id: name, kind, who, how, minutes, takes_offline, signal, undo.

    What was said before stays in the journal. Raises BadInput and NotFound.
    """
    if not values:
        raise BadInput("nothing to change was given.", where=option)
    stated = {name: _value(name, value) for name, value in values.items()}
    if stated.get("signal"):
        stated["signal"] = _signal(store, get(store, option).system, stated["signal"]).id
    with store.write() as write:
        known = _get(write.connection, option)
        _check_name(write.connection, known.system, stated.get("name", known.name), but=known.id)
        body = OptionRegistered(known.system, known.name, known.kind, known.who, known.how, known.minutes,
                                known.takes_offline, known.signal, known.undo)  # fmt: skip
        return write.add(author, replace(body, **stated), subject=known.id)


def remove(store: Store, author: Author, option: str, reason: str) -> Entry:
    """Say that a way to contain is there no more, and why. Raises NotFound."""
    body = OptionRemoved(checked_text(reason))
    with store.write() as write:
        return write.add(author, body, subject=_get(write.connection, option).id)


def rehearse(
    store: Store,
    author: Author,
    option: str,
    worked: bool,
    *,
    minutes: float | None = None,
    note: str = "",
    at: datetime | None = None,
    id: str = "",
) -> Entry:
    """Record that an option was tried while nothing burned, now or at a time past. Raises BadInput."""
    if minutes is not None and not 0 <= minutes <= _MOST_MINUTES:
        raise BadInput("it took between 0 minutes and a week.", where=str(minutes))
    if at is not None and at > store.now():
        raise BadInput(
            "this time lies ahead.", where=at.isoformat(), hint="A rehearsal is recorded after it."
        )
    body = OptionRehearsed(worked, minutes, checked_text(note) if note.strip() else "")
    occurred = None if at is None else When(at, zone=store.zone)
    with store.write() as write:
        return write.add(author, body, subject=_get(write.connection, option).id, occurred=occurred, id=id)


def of_system(store: Store, system: str = "") -> list[Option]:
    """Return the options of a system, by name, alias or id, or of all. Raises NotFound."""
    known = systems.find(store, system) if system else None
    if system and known is None:
        raise NotFound(
            "there is no such system.", where=system, hint="`tocsin coverage` shows those there are."
        )
    with store.journal.read() as connection:
        return options(entries(connection), known.id if known else "")


def get(store: Store, option: str, system: str = "") -> Option:
    """Return an option by id, or by its name among those of a system id. Raises NotFound."""
    with store.journal.read() as connection:
        return find(connection, option, system)


def find(connection: Connection, option: str, system: str = "") -> Option:
    """Do the same on an open connection."""
    there = options(entries(connection), system)
    found = [one for one in there if option == one.id]
    found = found or [one for one in there if option.casefold() == one.name.casefold()]
    if len(found) != 1:
        names = ", ".join(one.name for one in there) or "none is registered"
        raise NotFound("there is no such option." if not found else "several options have this name.",
                       where=option, hint=f"There are: {names}.")  # fmt: skip
    return found[0]


def entries(connection: Connection) -> list[Entry]:
    """Return every entry about an option, in the journal's order."""
    subjects = {entry.subject: None for entry in journal.entries(connection, kinds=["option.registered"])}
    return [entry for subject in subjects for entry in journal.entries(connection, subject=subject)]


def signals_of(store: Store, system: str) -> list[Signal]:
    """Return the signals of a system, by id, to choose one that shows whether an option worked."""
    with store.signals.read() as connection:
        return [signal for _, signal in series.list_all(connection, system)]


def checked_kind(kind: str) -> str:
    """Return the kind. Raises BadInput for one there is not."""
    if kind not in KINDS:
        raise BadInput("there is no such kind of option.", where=kind, hint=f"Kinds: {', '.join(KINDS)}.")
    return kind


def _get(connection: Connection, option: str) -> Option:
    known = fold(journal.entries(connection, subject=option)) if option else None
    if known is None:
        raise NotFound("there is no such option.", where=option, hint="`tocsin options list` shows them.")
    if known.removed:
        raise NotAllowed(f"this option was removed: {known.removed}", where=known.name)
    return known


def _check_name(connection: Connection, system: str, name: str, but: str = "") -> None:
    for one in options(entries(connection), system):
        if one.name.casefold() == name.casefold() and one.id != but:
            raise NotAllowed("this system has an option of that name.", where=name, hint="Change that one.")


def _signal(store: Store, system: str, named: str) -> Signal:
    there = signals_of(store, system)
    found = [one for one in there if named == one.id] or [
        one for one in there if named in (one.name, one.metric)
    ]
    if len(found) != 1:
        some = ", ".join(one.name for one in there[:20]) or "it has none"
        raise NotFound("this system has no such signal." if not found else "several signals have this name.",
                       where=named, hint=f"Signals: {some}.")  # fmt: skip
    return found[0]


def _value(name: str, value: Any) -> Any:
    match name:
        case "name":
            return _checked_line(value)
        case "kind":
            return checked_kind(value)
        case "who":
            return _people(value)
        case "how":
            return _text("how it is pulled", value)
        case "undo":
            return _text("how it is put back", value) if value.strip() else ""
        case "minutes":
            return _minutes(value)
        case "takes_offline":
            return bool(value)
        case "signal":
            return str(value)
        case _:
            raise BadInput("an option has no such field.", where=name)


def _people(who: Sequence[str]) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(checked_name(one) for one in who if one.strip()))
    if not named or len(named) > _MOST_PEOPLE:
        raise BadInput(
            f"name 1 to {_MOST_PEOPLE} people, roles or titles who may pull it.",
            hint="`anybody` lets everybody.",
        )
    return named


def _minutes(minutes: int) -> int:
    if not 0 < minutes <= _MOST_MINUTES:
        raise BadInput("it takes between 1 minute and a week.", where=str(minutes))
    return int(minutes)


def _text(what: str, text: str) -> str:
    if not text.strip():
        raise BadInput(f"say {what}.", hint="Whoever pulls it reads this on the worst day.")
    if len(text.strip()) > _LONGEST_TEXT:
        raise BadInput(f"{what} is told in at most {_LONGEST_TEXT:,} characters.")
    return checked_text(text)


def _checked_line(name: str) -> str:
    line = " ".join(name.split())
    if not line or len(line) > _LONGEST or not line.isprintable():
        raise BadInput(f"an option's name is one line of 1 to {_LONGEST} characters.", where=repr(line[:60]))
    return line
