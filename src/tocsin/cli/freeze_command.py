"""`tocsin freeze` declares, lifts, shows a change freeze; `tocsin blast-radius` tells how far it reaches."""

import argparse
from dataclasses import asdict
from typing import Any

from tocsin.cli import options
from tocsin.model.blast_radius import Radius
from tocsin.model.freeze import Flagged, Span
from tocsin.operations import blast_radius, freeze, incidents
from tocsin.operations.freeze import FreezeView
from tocsin.store.folder import Store

_KEYS = """JSON keys: incident, standing (whether one stands), wanted (the level asks for one, and there
never was one), spans (a list of begin, end, by, reason, why_ended, lifted_by), flagged (a list of id, title,
kind, began {at, earliest, latest}, sure, rolls_back, allowed, allowed_by; allowed is the reason, empty while
nobody allowed it). Times are ISO 8601 in UTC, null when unknown."""
_RADIUS_KEYS = """JSON keys: incident, reference, system, now, begin, earliest, latest, until, contained,
decisions {least, at, most}, parts (a list of column, value, count, share, hit), groups (column to number of
values), people, per_hour, ahead (a list of hours, decisions, hit), off {share, faulty}, shared (a list of
system, name, what, by), newest (the last decision in the log), rests (what each figure rests on, by its key,
or why it is not known). Times are ISO 8601 in UTC, null when not known. `least` counts from the latest bound
of the start, `most` from the earliest; `hit` are the parts that the incident's alerts or its scope name."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    group = subparsers.add_parser("freeze", help="the change freeze of an incident", epilog=_KEYS)
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    declare = options.command(verbs, "declare", _declare, "declare a change freeze", writes=True)
    lift = options.command(verbs, "lift", _lift, "lift it", writes=True)
    allow = options.command(verbs, "allow", _allow, "say that a deployment in it was meant", writes=True)
    show = options.command(verbs, "show", _show, "show it, and what was deployed in it")
    for parser in (declare, lift, allow, show):
        parser.epilog = _KEYS
        parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    declare.add_argument("reason", nargs="?", default="")
    lift.add_argument("reason")
    allow.add_argument("deployment", metavar="DEPLOYMENT", help="its id or title, as `freeze show` has them")
    allow.add_argument("reason", help="the roll-back itself, or why else")
    radius = options.command(subparsers, "blast-radius", _radius, "tell how far an incident reaches")
    radius.epilog = _RADIUS_KEYS
    radius.add_argument("incident", metavar="INCIDENT", help="reference or id")


def _declare(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        freeze.declare(store, options.author(store, args), args.incident, args.reason)
        return _print(store, args)


def _lift(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        freeze.lift(store, options.author(store, args), args.incident, args.reason)
        return _print(store, args)


def _allow(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        author = options.author(store, args)
        freeze.allow(store, author, args.incident, args.deployment, args.reason)
        return _print(store, args)


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        return _print(store, args)


def _print(store: Store, args: argparse.Namespace) -> int:
    view = freeze.look(store, args.incident)
    if args.json:
        options.print_json(_json(view, incidents.get(store, args.incident).reference))
        return 0
    for span in view.spans:
        options.show(_words(span))
    for one in view.flagged:
        options.show(f"    {_flag(one)}  {one.deployment.id}")
    if not view.spans:
        asked = " The level asks for one." if view.wanted else ""
        options.say(f"No change freeze was declared.{asked}")
    return 0


def _words(span: Span) -> str:
    ended = f"until {span.end:%Y-%m-%d %H:%M} UTC: {span.why_ended}" if span.end else "stands"
    by = f", lifted by {span.lifted_by}" if span.lifted_by else ""
    return f"change freeze since {span.begin:%Y-%m-%d %H:%M} UTC, {ended}{by}"


def _flag(one: Flagged) -> str:
    began = f"{one.deployment.kind}  {one.deployment.title}  {one.deployment.began.at:%Y-%m-%d %H:%M} UTC"
    if one.allowed is not None:
        return f"allowed  {began}  ({one.allowed.body.reason}, {one.allowed.by})"
    sure = "FLAGGED" if one.sure else "flagged, perhaps"
    return f"{sure}  {began}{'  (may be the roll-back)' if one.rolls_back else ''}"


def _json(view: FreezeView, reference: str) -> dict[str, Any]:
    names = ("begin", "end", "by", "reason", "why_ended", "lifted_by")
    return {
        "incident": reference,
        "standing": view.standing is not None,
        "wanted": view.wanted,
        "spans": [{name: getattr(one, name) for name in names} for one in view.spans],
        "flagged": [
            {
                "id": one.deployment.id,
                "title": one.deployment.title,
                "kind": one.deployment.kind,
                "began": {
                    "at": one.deployment.began.at,
                    "earliest": one.deployment.began.earliest,
                    "latest": one.deployment.began.latest,
                },
                "sure": one.sure,
                "rolls_back": one.rolls_back,
                "allowed": one.allowed.body.reason if one.allowed else "",
                "allowed_by": one.allowed.by if one.allowed else "",
            }
            for one in view.flagged
        ],
    }


def _radius(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = options.with_bar(blast_radius.look(store, args.incident), quiet=args.json)
        if args.json:
            options.print_json(asdict(found))
        else:
            _tell(found)
    return 0


def _tell(found: Radius) -> None:
    rests = found.rests
    options.show(f"{found.reference}  {found.system}")
    if found.decisions is not None:
        some = found.decisions
        bounds = f" ({some.least:,} to {some.most:,})" if some.least != some.most else ""
        options.show(f"decisions   {some.at:,}{bounds}  {rests['decisions']}")
        options.show(f"per hour    {found.per_hour:,.0f}  {rests['per_hour']}")
    else:
        options.show(f"decisions   {rests['decisions']}")
    for part in found.parts:
        mark = "*" if part.hit else " "
        options.show(f"          {mark} {part.column} {part.value}  {part.count:,}  {part.share:.1%}")
    options.show(f"people      {'' if found.people is None else f'{found.people:,}  '}{rests['people']}")
    for one in found.ahead:
        hit = "" if one.hit is None else f", {one.hit:,} of them hit"
        options.show(f"+{one.hours:<3} h      {one.decisions:,} more{hit}")
    options.show(f"ahead       {rests['ahead']}")
    off = "" if found.off is None else f"{found.off.share:.0%} off {', '.join(found.off.faulty)}  "
    options.show(f"traffic     {off}{rests['off']}")
    for each in found.shared:
        options.show(f"shares      {each.what} {each.by} with {each.name}")
