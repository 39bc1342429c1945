"""`tocsin clocks INCIDENT` lists deadlines at any instant; `tocsin clock` marks, pauses or resumes one."""

import argparse
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.clocks import ClockState, State
from tocsin.operations import clocks
from tocsin.operations.times import parse_instant
from tocsin.store.folder import Store

_KEYS = """JSON: a list, nearest first, of name, state, due, basis, id, rule, level, started, met_at, ended,
stopped, late, reason, by. state is running, due soon, overdue, paused, waiting (its start has not come), met,
waived, not applicable or superseded (the level or the pack changed). stopped is when the incident was closed
over a clock. left_s is how many seconds are left, negative when late; legal_outer is what the law still takes
where it rolls to a working day, why says how it was counted. due_today is what this machine's newer data of
time zones would say: it is not applied. counts_up has no due time, elapsed_s says how long it has been and
house_target is no duty. paused is since when it stands still. repeats: rounds were met, late_rounds of them
late; note is a remark. Times are ISO 8601 in UTC; null when there is none."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    listing = options.command(subparsers, "clocks", _list, "list an incident's clocks, nearest first")
    listing.epilog = _KEYS
    listing.add_argument("incident", metavar="INCIDENT", help="reference or id")
    listing.add_argument("--at", metavar="TIME", help="as they stood or will stand then; default now")
    group = subparsers.add_parser("clock", help="mark, pause or resume one of an incident's clocks")
    verbs = group.add_subparsers(metavar="HOW", required=True)
    for verb, state, help in (
        ("met", State.MET, "it was done"),
        ("waive", State.WAIVED, "it need not be done, for a reason"),
        ("not-applicable", State.NOT_APPLICABLE, "it never applied, for a reason"),
    ):
        parser = _register_one(verbs, verb, _mark, help, needs_reason=state is not State.MET)
        parser.set_defaults(state=state)
    _register_one(verbs, "pause", _pause, "it stands still, for a reason", needs_reason=True)
    _register_one(verbs, "resume", _resume, "it goes on", needs_reason=False)


def _register_one(
    verbs: options.Subparsers,
    verb: str,
    run: Callable[[argparse.Namespace], int],
    help: str,
    *,
    needs_reason: bool,
) -> argparse.ArgumentParser:
    parser = options.command(verbs, verb, run, help, writes=True)
    parser.epilog = "JSON keys: as of `tocsin clocks`, for the clock named."
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("clock", metavar="CLOCK", help="the clock's id, as `tocsin clocks` shows it")
    parser.add_argument("--reason", default="", required=needs_reason)
    parser.add_argument("--at", metavar="TIME", help="when it really was; default now")
    return parser


def as_json(clock: ClockState, now: datetime) -> dict[str, Any]:
    """Return the stable JSON form of a clock at an instant."""
    left, elapsed = clock.left(now), clock.elapsed(now)
    return {
        "name": clock.name,
        "state": clock.state,
        "due": clock.due,
        "basis": clock.basis,
        "id": clock.id,
        "rule": clock.rule,
        "level": clock.level,
        "started": clock.started,
        "met_at": clock.met_at,
        "ended": clock.ended,
        "stopped": clock.stopped,
        "late": clock.late,
        "reason": clock.reason,
        "by": clock.by,
        "left_s": None if left is None else left.total_seconds(),
        "legal_outer": clock.outer or clock.due,
        "why": clock.why,
        "due_today": clock.due_today,
        "counts_up": clock.counts_up,
        "elapsed_s": None if elapsed is None else elapsed.total_seconds(),
        "house_target": clock.target,
        "paused": clock.paused,
        "pausable": clock.pausable,
        "repeats": clock.repeats,
        "rounds": clock.rounds,
        "late_rounds": clock.late_rounds,
        "note": clock.note,
    }


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        now = store.now()
        at = None if args.at is None else parse_instant(args.at, now=now, zone=store.zone)
        found = clocks.listed(store, args.incident, at=at)
        if args.json:
            options.print_json([as_json(clock, at or now) for clock in found])
            return 0
        wide = max([13, *(len(clock.id) for clock in found)])  # duties have long ids
        for clock in found:
            figure = _figure(clock, at or now)
            options.show(
                f"{clock.id:<{wide}} {clock.state:<14} {_due(store, clock):<22} {figure:<14} {clock.basis}"
            )
            for remark in _remarks(store, clock):
                options.show(f"{'':<{wide + 15}} {remark}")
        if not found:
            options.say("No clock runs.")
    return 0


def _mark(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by, at = options.author(store, args), _at(store, args)
        clocks.mark(store, by, args.incident, args.clock, args.state, reason=args.reason, at=at)
        return _tell(store, args)


def _pause(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        clocks.pause(store, by, args.incident, args.clock, args.reason, at=_at(store, args))
        return _tell(store, args)


def _resume(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        clocks.resume(store, by, args.incident, args.clock, args.reason, at=_at(store, args))
        return _tell(store, args)


def _at(store: Store, args: argparse.Namespace) -> datetime | None:
    return None if args.at is None else options.instant(store, args.at)


def _tell(store: Store, args: argparse.Namespace) -> int:
    """Say how the clock stands now."""
    now = store.now()
    one = next(each for each in clocks.listed(store, args.incident) if each.id == args.clock)
    if args.json:
        options.print_json(as_json(one, now))
        return 0
    left = one.left(now)
    words = [f"{one.name}: {one.state}"]
    if one.state is State.MET and left is not None:
        words.append(f"late by {_words(-left)}" if one.late else f"early by {_words(left)}")
    elif one.paused is not None and left is not None:
        words.append(f"{_words(left)} left")
    elif one.due is not None and one.ended is None:
        words.append(f"due {_due(store, one)}")
    options.say(f"{', '.join(words)}.")
    return 0


def _figure(clock: ClockState, now: datetime) -> str:
    """What is left; how long it has been, where nothing runs out."""
    if clock.counts_up:
        elapsed = clock.elapsed(now)
        return "" if elapsed is None else f"+{_words(elapsed)}"
    return _words(clock.left(now))


def _remarks(store: Store, clock: ClockState) -> list[str]:
    said = [clock.note] if clock.note else []
    if clock.target is not None:
        said.append(f"house target {_stamp(store, clock.target)}: no duty")
    if clock.outer is not None:
        said.append(f"at the latest {_stamp(store, clock.outer)}: {clock.why}")
    if clock.due_today is not None:
        said.append(f"by today's time-zone data {_stamp(store, clock.due_today)}; not applied")
    if clock.rounds:
        said.append(f"met {clock.rounds} ×, {clock.late_rounds} late")
    return said


def _due(store: Store, clock: ClockState) -> str:
    if clock.due is None:
        return "no due time" if clock.counts_up or clock.paused else "no due time yet"
    return _stamp(store, clock.due)


def _stamp(store: Store, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(store.zone)):%Y-%m-%d %H:%M %Z}"


def _words(left: timedelta | None) -> str:
    """Hours, minutes and seconds, from a hundred hours on days and hours; with a minus once it is past."""
    if left is None:
        return ""
    seconds = abs(int(left.total_seconds()))
    sign = "-" if left < timedelta() else ""
    if seconds >= 100 * 3600:
        return f"{sign}{seconds // 86400} d {seconds // 3600 % 24:02d} h"
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
