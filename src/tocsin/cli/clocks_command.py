"""`tocsin clocks INCIDENT` lists deadlines at any instant; `tocsin clock met|waive` marks one."""

import argparse
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.clocks import ClockState, State
from tocsin.operations import clocks
from tocsin.operations.times import parse_instant
from tocsin.store.folder import Store

_KEYS = """JSON: a list, nearest first, of name, state, due, basis, id, level, started, met_at, ended,
stopped, late, reason, by. state is running, due soon, overdue, waiting (its start has not come), met, waived,
not applicable or superseded (the level changed). stopped is when the incident was closed over a clock. Times
are ISO 8601 in UTC; null when there is none."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    listing = options.command(subparsers, "clocks", _list, "list an incident's clocks, nearest first")
    listing.epilog = _KEYS
    listing.add_argument("incident", metavar="INCIDENT", help="reference or id")
    listing.add_argument("--at", metavar="TIME", help="as they stood or will stand then; default now")
    group = subparsers.add_parser("clock", help="mark one of an incident's clocks")
    verbs = group.add_subparsers(metavar="HOW", required=True)
    for verb, state, help in (
        ("met", State.MET, "it was done"),
        ("waive", State.WAIVED, "it need not be done, for a reason"),
        ("not-applicable", State.NOT_APPLICABLE, "it never applied, for a reason"),
    ):
        _register_mark(verbs, verb, state, help)


def _register_mark(verbs: options.Subparsers, verb: str, state: State, help: str) -> None:
    parser = options.command(verbs, verb, _mark, help, writes=True)
    parser.epilog = "JSON keys: as of `tocsin clocks`, for the clock marked."
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("clock", metavar="CLOCK", help="the clock's id, as `tocsin clocks` shows it")
    parser.add_argument("--reason", default="", required=state is not State.MET)
    parser.add_argument("--at", metavar="TIME", help="when it really was; default now")
    parser.set_defaults(state=state)


def as_json(clock: ClockState) -> dict[str, Any]:
    """Return the stable JSON form of a clock."""
    return {
        "name": clock.name,
        "state": clock.state,
        "due": clock.due,
        "basis": clock.basis,
        "id": clock.id,
        "level": clock.level,
        "started": clock.started,
        "met_at": clock.met_at,
        "ended": clock.ended,
        "stopped": clock.stopped,
        "late": clock.late,
        "reason": clock.reason,
        "by": clock.by,
    }


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        now = store.now()
        at = None if args.at is None else parse_instant(args.at, now=now, zone=store.zone)
        found = clocks.listed(store, args.incident, at=at)
        if args.json:
            options.print_json([as_json(clock) for clock in found])
            return 0
        for clock in found:
            left = clock.left(at or now)
            options.show(
                f"{clock.id:<13} {clock.state:<14} {_due(store, clock):<22} {_words(left):<14} {clock.basis}"
            )
        if not found:
            options.say("No clock runs.")
    return 0


def _mark(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        at = None if args.at is None else options.instant(store, args.at)
        by = options.author(store, args)
        clocks.mark(store, by, args.incident, args.clock, args.state, reason=args.reason, at=at)
        marked = next(one for one in clocks.listed(store, args.incident) if one.id == args.clock)
        if args.json:
            options.print_json(as_json(marked))
        else:
            late = f", late by {_words(marked.left(store.now())).removeprefix('-')}" if marked.late else ""
            options.say(f"{marked.name}: {marked.state}{late}.")
    return 0


def _due(store: Store, clock: ClockState) -> str:
    if clock.due is None:
        return "no due time yet"
    return f"{clock.due.astimezone(ZoneInfo(store.zone)):%Y-%m-%d %H:%M %Z}"


def _words(left: timedelta | None) -> str:
    """Hours, minutes and seconds, with a minus once it is past."""
    if left is None:
        return ""
    seconds = abs(int(left.total_seconds()))
    sign = "-" if left < timedelta() else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
