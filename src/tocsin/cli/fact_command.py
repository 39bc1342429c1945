"""`tocsin fact INCIDENT FACT --at TIME` states a moment clocks count from; without a fact it lists them."""

import argparse
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.errors import Missing
from tocsin.model.facts import STATED, lies_ahead
from tocsin.operations import facts
from tocsin.operations.times import parse_instant
from tocsin.store.folder import Store


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(
        subparsers, "fact", _run, "state a moment that clocks count from, or list those known", writes=True
    )
    parser.epilog = (
        "JSON keys: id, title, at, by, evidence; a list of them without FACT, else the one stated. "
        f"Facts to state: {', '.join(STATED)}, submission:REGIME/STAGE, and FACT@REGIME where one regime "
        "means it otherwise. The rest follow from what is done."
    )
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("fact", metavar="FACT", nargs="?", help="such as awareness; without it, list them")
    parser.add_argument("--at", metavar="TIME", help="when it came true; default now")
    parser.add_argument("--evidence", default="", help="what it rests on")


def _run(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        return _list(store, args) if args.fact is None else _state(store, args)


def _list(store: Store, args: argparse.Namespace) -> int:
    if args.at is not None or args.evidence:
        raise Missing("name the fact to state.", hint="Such as awareness; `tocsin fact --help` lists them.")
    found = facts.listed(store, args.incident)
    if args.json:
        options.print_json([_as_json(one) for one in found])
        return 0
    for one in found:
        at = f"{one.at.astimezone(ZoneInfo(store.zone)):%Y-%m-%d %H:%M:%S %Z}"
        options.show(f"{at:<26} {one.id:<24} {one.title}{_source(one)}")
    return 0


def _state(store: Store, args: argparse.Namespace) -> int:
    now = store.now()
    if args.at is None:
        at = now
    elif lies_ahead(args.fact.strip()):
        at = parse_instant(args.at, now=now, zone=store.zone)
    else:
        at = options.instant(store, args.at)
    by = options.author(store, args)
    facts.state(store, by, args.incident, args.fact, at, args.evidence)
    stated = next(one for one in facts.listed(store, args.incident) if one.id == args.fact.strip())
    if args.json:
        options.print_json(_as_json(stated))
    else:
        when = f"{stated.at.astimezone(ZoneInfo(store.zone)):%Y-%m-%d %H:%M %Z}"
        options.say(f"{stated.title.capitalize()}: {when}.")
    return 0


def _source(one: facts.Known) -> str:
    evidence = f": {one.evidence}" if one.evidence else ""
    return f" · {one.by}{evidence}" if one.by else ""


def _as_json(one: facts.Known) -> dict[str, object]:
    return {"id": one.id, "title": one.title, "at": one.at, "by": one.by, "evidence": one.evidence}
