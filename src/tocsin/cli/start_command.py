"""`tocsin start-estimate` tells when it began, from all series of a system, and records what people say."""

import argparse
import math
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.instant import When, from_us
from tocsin.operations import incidents, start, systems
from tocsin.operations.start import Nearby, SeriesStart, StartView
from tocsin.operations.times import parse_when
from tocsin.store.folder import Store

_SHOWN = 6
_MORE = """The joint estimate counts every series of the system: each changed at that time or not at
all, and those whose noise moves together count once. Searched are 28 days before the newest sample, or
before an incident was first alerted or detected and until it was contained, a week at most; --since and
--until say otherwise. With --accept, --reject or --set the judgement goes to the journal; accepted or
set it becomes the start of the incident.

JSON: system, system_id, incident (reference or null), when {at, earliest, latest, zone} (90 % bounds;
null where there is no evidence of a change), odds (natural logarithm; no evidence at or below 0),
evidence (in words), found (the first alert about it), series (a list, likeliest first) of signal (its
id), name, when, odds, chance (that it changed then), share (how much it counts), ramp_s (how long the
change took; 0 for a step), nearest (a list) of deployment (its id), kind, name, slot, version, from,
earliest, away_s (negative before the start), inside (whether it can have begun within the bounds),
history (a list) of until, when (what the samples until then tell), density (a list of time,
per_second), judged (the journal entry, or null), verdict (or null). Times are ISO 8601 in UTC. Exit
code 0, also where there is no evidence."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(
        subparsers,
        "start-estimate",
        _estimate,
        "estimate when it started, and record a judgement",
        writes=True,
    )
    parser.epilog = _MORE
    parser.add_argument("incident", metavar="INCIDENT", nargs="?", default="", help="reference or id")
    parser.add_argument("--system", metavar="S", help="an AI system instead: its name, an alias or its id")
    parser.add_argument("--since", metavar="TIME", help="search from here on")
    parser.add_argument("--until", metavar="TIME", help="search up to here")
    said = parser.add_mutually_exclusive_group()
    said.add_argument("--accept", action="store_true", help="accept the estimate")
    said.add_argument("--reject", action="store_true", help="reject the estimate")
    said.add_argument(
        "--set", metavar="EARLIEST..LATEST", help="say when it began instead: a range, or one time"
    )
    parser.add_argument("--reason", default="", help="why, for the journal")


def _estimate(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        verdict = _verdict(args)
        chosen = parse_when(args.set, now=store.now(), zone=store.zone) if args.set else None
        view = options.with_bar(_work(store, args), quiet=args.json)
        entry = None
        if verdict:
            entry = start.judge(
                store,
                options.author(store, args),
                view,
                verdict,
                incident=args.incident,
                system="" if args.incident else view.system,
                chosen=chosen,
                reason=args.reason,
            )
        if args.json:
            reference = incidents.get(store, args.incident).reference if args.incident else None
            told = {**as_json(store, view), "incident": reference}
            options.print_json({**told, "judged": entry.id if entry else None, "verdict": verdict or None})
            return 0
        _show(store, view)
        if entry is not None:
            options.say(f"{verdict.capitalize()}; recorded as {entry.id}.")
        return 0


def _verdict(args: argparse.Namespace) -> str:
    if bool(args.incident) == bool(args.system):
        raise BadInput("name an incident, or a system with --system.", hint="tocsin start-estimate --help")
    if args.set:
        return "adjusted"
    return "accepted" if args.accept else "rejected" if args.reject else ""


def _work(store: Store, args: argparse.Namespace) -> start.Work:
    since, until = (
        None if text is None else options.instant(store, text) for text in (args.since, args.until)
    )
    if args.incident:
        return start.of_incident(store, args.incident, since=since, until=until)
    return start.estimate(store, args.system, since=since, until=until)


def as_json(store: Store, view: StartView) -> dict[str, Any]:
    """Return the stable JSON form, without what belongs to a judgement."""
    return {
        "system": systems.name_of(store, view.system),
        "system_id": view.system,
        "when": view.when,
        "odds": view.odds if math.isfinite(view.odds) else None,
        "evidence": view.evidence,
        "found": view.found,
        "series": [_series(one) for one in view.series],
        "nearest": [_nearby(one) for one in view.nearest],
        "history": [{"until": at, "when": when} for at, when in view.history],
        "density": [
            {"time": from_us(int(at)), "per_second": float(chance)}
            for at, chance in zip(view.times_us, view.density, strict=True)
        ],
    }


def _series(one: SeriesStart) -> dict[str, Any]:
    return {
        "signal": one.signal.id,
        "name": one.signal.name,
        "when": one.when,
        "odds": one.odds,
        "chance": one.chance,
        "share": one.share,
        "ramp_s": one.ramp_us / 1e6,
    }


def _nearby(one: Nearby) -> dict[str, Any]:
    return {
        "deployment": one.deployment.id,
        "kind": one.deployment.kind,
        "name": one.deployment.name,
        "slot": one.deployment.slot,
        "version": one.deployment.version,
        "from": one.deployment.at,
        "earliest": one.deployment.earliest,
        "away_s": one.away.total_seconds(),
        "inside": one.inside,
    }


def _show(store: Store, view: StartView) -> None:
    zone = ZoneInfo(store.zone)
    if view.when is None:
        options.show(view.evidence)
        return
    options.show(f"Began {_range(view.when, zone)} (90 %), likeliest {_local(view.when.at, zone)}.")
    options.show(view.evidence)
    for one in view.series[:_SHOWN]:
        own = "no evidence alone" if one.when is None else _range(one.when, zone)
        options.show(f"  {one.chance:4.0%}  {one.signal.name}  {own}")
    for near in view.nearest:
        inside = ", within the interval" if near.inside else ""
        options.show(f"  {_away(near.away)}: {near.deployment.kind} {near.deployment.title}{inside}")
    if view.found is not None:
        options.show(f"The first alert about it was at {_local(view.found, zone)}.")


def _away(away: timedelta) -> str:
    seconds = abs(away).total_seconds()
    length = f"{seconds / 86400:.1f} d" if seconds >= 172_800 else f"{seconds / 3600:.1f} h"
    length = f"{seconds / 60:.0f} min" if seconds < 7200 else length
    return f"{length} {'before' if away < timedelta(0) else 'after'}"


def _range(when: When, zone: ZoneInfo) -> str:
    return f"{_local(when.low, zone)} .. {_local(when.high, zone)}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
