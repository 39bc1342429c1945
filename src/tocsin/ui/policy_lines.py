"""What the policy sheet says of packs, of mistakes in a folder, and of clocks that would change."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.model import closure
from tocsin.model.calendar import Calendar
from tocsin.model.clocks import ClockState, State
from tocsin.model.severity import Scheme
from tocsin.operations.packs import Pack, PacksView
from tocsin.operations.policies import words
from tocsin.operations.policies_applied import Change
from tocsin.policy.load import Examined
from tocsin.ui.lines import PlainLine
from tocsin.ui.palette import Tone
from tocsin.ui.times import short_stamp

_TONES = {"begins": Tone.BLUE, "ends": Tone.GREY, "moves": Tone.ORANGE, "reads otherwise": Tone.GREY}
_ICONS = {"begins": "clock", "ends": "close", "moves": "triangle", "reads otherwise": "circle"}


def pack_lines(packs: Iterable[Pack]) -> Iterator[PlainLine]:
    """Yield a line for each pack: title and version, whether it is in force, and whose it is."""
    for pack in packs:
        scheme = pack.scheme
        state = "in force" if pack.in_force else f"{pack.open} open" if pack.open else ""
        whose = "shipped" if pack.shipped else "in the journal" if pack.sha256 else "from a folder"
        tone, icon = (Tone.GREEN, "check") if pack.in_force else (Tone.GREY, "circle")
        yield PlainLine(key(pack), words(scheme), state, f"{scheme.id} · {whose}", tone, icon, fact=pack)


def key(pack: Pack) -> str:
    """Return what tells a pack from the others of the list."""
    return pack.sha256 or f"{pack.scheme.id} {pack.scheme.version} {'shipped' if pack.shipped else 'folder'}"


def change_lines(changes: Iterable[Change], zone: ZoneInfo, now: datetime) -> Iterator[PlainLine]:
    """Yield a line for each clock that would change: whose, which, and its due times."""
    for one in changes:
        level = one.level if one.level == one.to_level else f"{one.level} becomes {one.to_level}"
        due = f"{_due(one.before, zone, now)} → {_due(one.after, zone, now)}"
        late = one.after is not None and one.after.state is State.OVERDUE
        tone, icon = (Tone.RED, "hexagon") if late else (_TONES[one.what], _ICONS[one.what])
        below = f"{one.what}{', overdue at once' if late else ''} · {level} · {one.title}"
        yield PlainLine(
            f"{one.incident} {one.clock}", f"{one.reference} · {one.name}", due, below, tone, icon
        )


def counted(changes: Sequence[Change]) -> str:
    """Return how much would change, as the head of the list."""
    clocks, of = len(changes), len({one.incident for one in changes})
    what = f"{clocks} clock{'' if clocks == 1 else 's'}"
    return f"Applied, it would change {what} of {of} open incident{'' if of == 1 else 's'}:"


def problem_lines(found: Examined) -> Iterator[PlainLine]:
    """Yield a line for each mistake in a folder: file and key, and the reason."""
    for number, one in enumerate(found.problems):
        place = f"{one.file} · {one.key}" if one.key else one.file
        yield PlainLine(str(number), place, "", one.reason, Tone.RED)


def about(pack: Pack, zone: ZoneInfo, now: datetime) -> str:
    """Return who chose a pack and why, and what it holds."""
    scheme = pack.scheme
    because = f": {pack.reason}" if pack.reason else ""
    chosen = f"Chosen {short_stamp(pack.chosen, zone, now)} by {pack.by}{because}. " if pack.chosen else ""
    parts = (
        (len(scheme.clocks), "clocks"),
        (len(scheme.routes), "routes"),
        (len(scheme.escalation), "steps of escalation"),
        (len(scheme.playbooks), "playbooks"),
        (len(scheme.updates), "templates"),
    )
    held = ", ".join(f"{count} {noun}" for count, noun in parts)
    levels = ", ".join(level.id for level in scheme.levels)
    return f"{chosen}{levels}: {held}. {_calendar(scheme)}{_closing(scheme)}"


def ruling(view: PacksView) -> str:
    """Return what rules the incident in hand."""
    if view.incident is None or view.scheme is None:
        return "No incident in hand: a pack is used for incidents declared from now on."
    one = view.incident
    ruled = f"{one.reference} is ruled by {words(view.scheme)}, as it froze it"
    return f"{ruled}. Only {one.commander}, who commands, can let another pack count."


def _calendar(scheme: Scheme) -> str:
    places = {"-".join(filter(None, (one.country, one.subdivision))) for one in _calendars(scheme)} - {""}
    return f"Holidays of {', '.join(sorted(places))}. " if places else ""


def _calendars(scheme: Scheme) -> list[Calendar]:
    return [scheme.calendar, *scheme.calendars.values()]


def _closing(scheme: Scheme) -> str:
    titles = [closure.TITLES[id_].lower() for id_ in scheme.closure if id_ in closure.TITLES]
    return f"Before closing: {'; '.join(titles)}." if titles else ""


def _due(clock: ClockState | None, zone: ZoneInfo, now: datetime) -> str:
    if clock is None or clock.state is State.SUPERSEDED:
        return "none"
    if clock.due is None:
        return "counts up" if clock.counts_up else str(clock.state)
    return str(clock.state) if clock.state is State.MET else short_stamp(clock.due, zone, now)
