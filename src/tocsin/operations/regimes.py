"""The law as data, in force in a store: adopted by people, with public holidays written out, kept whole.

In force is the newest adoption that nobody undid, else what is shipped. The first thing anybody writes about
a duty adopts that, so that a document made as of an entry finds its rules in the journal. A team's own
regimes stay when newer shipped ones are adopted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.filing import RegimesAdopted
from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.regime import Question, Regime, Rules
from tocsin.operations.timeline import checked_text
from tocsin.policy import regimes
from tocsin.policy.expand import written_out
from tocsin.policy.regimes import Examined, load_shipped, text_of
from tocsin.store import journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

__all__ = ["Entry", "Examined", "load_shipped", "text_of"]  # for those above, besides what is below

SUBJECT = "regimes"
AS_SHIPPED = "as shipped, at the first entry about a duty"
TEAM = "team"
# What is in force, by the hash of the newest entry about it: 400 kB of JSON are read once.
_READ: dict[str, tuple[Rules, Entry | None]] = {}
_MOST_READ = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """The rules in force, and the entry that adopted them; None for those shipped that nobody adopted."""

    rules: Rules
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What other rules say otherwise of a regime: it is added, changed or gone."""

    regime: str
    title: str
    what: str


def current(connection: Connection) -> Rules:
    """Return the rules in force. Those shipped, that nobody adopted, come without public holidays: at once.

    Nobody has answered or filed anything then, so that nothing counts by them.
    """
    return look(connection).rules


def rules(store: Store) -> Rules:
    """Return the rules in force with public holidays written out, whoever adopted them: to calculate by."""
    with store.journal.read() as connection:
        found = look(connection)
    return found.rules if found.entry is not None else _shipped(store.zone, store.now().year)


def shipped(regime: str, state: str, year: int | None = None) -> Rules:
    """Return the rules as shipped, where there is no store, with the calendars that one regime counts by.

    `state` (ISO 3166) is the member state of filing, `year` the one whose public holidays matter.
    """
    rules = regimes.load_shipped()
    found = rules.regime(regime)
    days = {f"eu:{state}", *(one.calendar for one in (found.stages if found else ()))}
    return written_out(rules, "UTC", datetime(year or rules.as_of.year, 7, 1, tzinfo=UTC), days)


def look(connection: Connection, last: Entry | None = None) -> Standing:
    """Return the rules in force, now or when an entry was written, with the entry that adopted them."""
    newest = journal.newest_about(connection, SUBJECT, last)
    if not newest:
        return Standing(regimes.load_shipped())
    if newest not in _READ:
        about = journal.entries(connection, subject=SUBJECT)
        found = _newest(one for one in about if last is None or one.order <= last.order)
        if found[1] is None:  # every adoption was undone, and answers may count by them all the same
            found = _shipped("UTC", found[0].as_of.year), None
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        _READ[newest] = found
    held, entry = _READ[newest]
    return Standing(held, entry)


def as_of(connection: Connection, last: Entry) -> Rules:
    """Return the rules in force when an entry was written."""
    return look(connection, last).rules


def make_ready(store: Store) -> None:
    """Work out what the first write about a duty adopts: the better part of a second, in no transaction."""
    rules(store)


def in_force(write: Write, author: Author) -> Rules:
    """Return the rules in force, adopting those shipped when nobody adopted any yet; see `make_ready`."""
    found = look(write.connection)
    if found.entry is not None:
        return found.rules
    store = write.store
    whole = _shipped(store.zone, store.now().year)
    write.add(author, RegimesAdopted(whole, AS_SHIPPED), subject=SUBJECT)
    return whole


def adopt(
    store: Store, author: Author, rules: Rules, reason: str, *, held: Rules | None = None, id: str = ""
) -> Entry:
    """Let rules count from now on, for open incidents too, with public holidays as they are known today.

    `held` are those they were made of: an adoption is of all rules, so one made of others would silently take
    back what somebody adopted meanwhile. Raises BadInput for rules that cannot be used and without a reason,
    NotAllowed when they are in force, and when others than those held are.
    """
    reason = checked_text(reason)
    regimes.refuse(list(regimes.problems(rules)), "")
    whole = written_out(rules, store.zone, store.now())
    with store.write() as write:
        if id and (done := journal.find(write.connection, id)) is not None:
            return done
        now = look(write.connection)
        if now.entry is not None and now.rules == whole:
            raise NotAllowed("these rules are in force already.", where=f"as of {rules.as_of}")
        if now.entry is not None and held is not None and held != now.rules:
            raise NotAllowed("somebody has just adopted other rules.", where=now.entry.author.name,
                             hint="Look at them, and make the change again.")  # fmt: skip
        return write.add(author, RegimesAdopted(whole, reason), subject=SUBJECT, id=id)


def correct(store: Store, author: Author, path: Path, reason: str, *, id: str = "") -> Entry:
    """Adopt the rules in force with the regimes of a team's file in them: new ones, or in place of others.

    Raises BadInput telling everything wrong with the file, NotAllowed when nothing would change.
    """
    held = rules(store)
    return adopt(store, author, corrected(held, path), reason, held=held, id=id)


def corrected(held: Rules, path: Path) -> Rules:
    """Return rules with the regimes of a team's file in them. Raises BadInput telling everything wrong."""
    found = regimes.examine(path, held)
    regimes.refuse(found.problems, str(path))
    return regimes.merged(held, found.regimes, found.questions)


def offered(store: Store) -> Rules | None:
    """Return the shipped rules with the team's own in them, when they are newer than those in force."""
    with store.journal.read() as connection:
        held = current(connection)
    return renewed(held) if regimes.load_shipped().as_of > held.as_of else None


def renewed(held: Rules) -> Rules:
    """Return the shipped rules with the team's own of those held in them."""
    return with_teams(regimes.load_shipped(), held)


def examine(path: Path, held: Rules) -> Examined:
    """Return what a team's file holds, with everything wrong with it among these rules."""
    return regimes.examine(path, held)


def with_teams(shipped: Rules, held: Rules) -> Rules:
    """Return the shipped rules with the regimes of a team, and the questions that only it asks."""
    known = {one.id for one in shipped.questions}
    own = [one for one in held.regimes if one.origin == TEAM]
    return regimes.merged(shipped, own, [one for one in held.questions if one.id not in known])


def own_questions(held: Rules, regime: Regime) -> tuple[Question, ...]:
    """Return the questions of a team's that a regime needs: they go with it into a file."""
    parts = [regime.needs, *(one.needs for one in regime.stages), *(one.needs for one in regime.fields)]
    needed = {id_ for needs in parts for id_ in needs}
    known = {one.id for one in regimes.load_shipped().questions}
    return tuple(one for one in held.questions if one.id in needed - known)


def without(held: Rules, regime: str) -> Rules:
    """Return rules with a team's regime taken out, the shipped one in its place where there is one.

    Raises BadInput when there is none of the team's of this name.
    """
    own = held.regime(regime)
    if own is None or own.origin != TEAM:
        raise BadInput("there is no regime of the team's of this name.", where=regime)
    shipped = regimes.load_shipped().regime(regime)
    left = tuple(shipped if one.id == regime else one for one in held.regimes)
    return replace(held, regimes=tuple(one for one in left if one is not None))


def differences(before: Rules, after: Rules) -> tuple[Difference, ...]:
    """Return which regimes other rules add, change or lack."""
    old, new = ({one.id: one for one in some.regimes} for some in (before, after))
    found = [Difference(id_, one.title, "gone") for id_, one in old.items() if id_ not in new]
    for id_, one in new.items():
        if old.get(id_) != one:
            found.append(Difference(id_, one.title, "changed" if id_ in old else "added"))
    return tuple(found)


def history(store: Store) -> list[Entry]:
    """Return every adoption that nobody undid, the newest first."""
    with store.journal.read() as connection:
        return _adoptions(journal.entries(connection, subject=SUBJECT))[::-1]


def _newest(entries: Iterable[Entry]) -> tuple[Rules, Entry | None]:
    found = _adoptions(entries)
    if not found:
        return regimes.load_shipped(), None
    body = found[-1].body
    assert isinstance(body, RegimesAdopted)
    return body.rules, found[-1]


def _adoptions(entries: Iterable[Entry]) -> list[Entry]:
    return [one for one in standing(entries) if isinstance(one.body, RegimesAdopted)]


@lru_cache
def _shipped(zone: str, year: int) -> Rules:
    """The rules as shipped with public holidays around a year; nearly a second of work the first time."""
    return written_out(regimes.load_shipped(), zone, datetime(year, 7, 1, tzinfo=UTC))
