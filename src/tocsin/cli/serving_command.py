"""`tocsin serving SYSTEM` and `tocsin deployment add|correct|withdraw|list`: what ran when."""

import argparse
from datetime import datetime
from typing import Any

from tocsin.cli import options
from tocsin.errors import NotFound
from tocsin.model.deployment import KINDS, Deployment, Recorded, Serving
from tocsin.model.instant import When
from tocsin.operations import deployments, systems
from tocsin.operations.times import parse_instant, parse_when
from tocsin.store.folder import Store

_KEYS = """JSON keys of a deployment: id, kind, name, slot, version, from (at the latest), earliest (null when
`from` is exact), until (null when only the next of its slot ends it), vendor, pinned (true, false, or null
when nobody said), source (empty when a person recorded it). Times are ISO 8601 in UTC."""
_SERVING_KEYS = f"""JSON: system, at, serving (a list). Of each: kind, name, slot, sure, versions (a list of
deployments). Where it is open which version served, all that it can have been are there and sure is false; a
single one that is not sure may not have begun yet.

{_KEYS}"""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    serving = options.command(subparsers, "serving", _serving, "tell what served in a system at an instant")
    serving.epilog = _SERVING_KEYS
    serving.add_argument("system", metavar="SYSTEM")
    serving.add_argument("--at", metavar="TIME", help="the instant; default now")
    group = subparsers.add_parser("deployment", help="record what ran when, and list it", epilog=_KEYS)
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    _register_adding(verbs)
    _register_correcting(verbs)
    listing = options.command(verbs, "list", _list, "list what ran in a system, oldest first")
    listing.add_argument("system", metavar="SYSTEM")
    for parser in verbs.choices.values():
        parser.epilog = _KEYS


def _register_adding(verbs: options.Subparsers) -> None:
    add = options.command(verbs, "add", _add, "record a deployment", writes=True)
    add.add_argument("system", metavar="SYSTEM")
    add.add_argument("name", metavar="NAME", help="what it is called, such as the model's name")
    add.add_argument("version", metavar="VERSION")
    add.add_argument("--kind", default=KINDS[0], choices=KINDS)
    _describing(add)


def _register_correcting(verbs: options.Subparsers) -> None:
    correct = options.command(verbs, "correct", _correct, "correct one recorded by hand", writes=True)
    correct.add_argument("deployment", metavar="ID")
    correct.add_argument("--name")
    correct.add_argument("--version")
    correct.add_argument("--kind", choices=KINDS)
    _describing(correct)
    withdraw = options.command(verbs, "withdraw", _withdraw, "withdraw one recorded by hand", writes=True)
    withdraw.add_argument("deployment", metavar="ID")
    withdraw.add_argument("reason")


def _describing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--slot", help="tells several of one name apart, such as @champion or a region")
    parser.add_argument("--at", metavar="TIME", help="since when it serves: an instant or a range A..B")
    parser.add_argument("--until", metavar="TIME", help="until when, where nothing followed it")
    parser.add_argument(
        "--vendor", action=argparse.BooleanOptionalAction, help="whether somebody else runs it"
    )
    parser.add_argument(
        "--pinned", action=argparse.BooleanOptionalAction, help="whether this version was asked for"
    )


def _serving(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        at = options.instant(store, args.at)
        found = deployments.serving(store, args.system, at)
        if args.json:
            name = systems.name_of(store, args.system)
            told = [_serving_json(one) for one in found]
            options.print_json({"system": name, "at": at, "serving": told})
            return 0
        for one in found:
            for each in one.candidates:
                doubt = "" if one.sure else "  (or not yet)" if len(one.candidates) == 1 else "  (either)"
                options.show(f"{_line(each)}{doubt}")
        if not found:
            options.say("Nothing is known to have served then.")
    return 0


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        known = systems.find(store, args.system)
        if known is None:
            raise NotFound("there is no such system.", where=args.system)
        found = deployments.of_system(store, known.id)
        if args.json:
            options.print_json([_json(one) for one in found])
            return 0
        for one in found:
            options.show(f"{_line(one)}  {one.source or one.id}")
        if not found:
            options.say("No deployment of this system is known. `tocsin deployment add` records one.")
    return 0


def _add(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        entry = deployments.record(
            store,
            options.author(store, args),
            args.system,
            args.name,
            args.version,
            kind=args.kind,
            slot=args.slot or "",
            since=_when(store, args.at),
            until=_until(store, args.until),
            vendor=args.vendor,
            pinned=args.pinned,
        )
        return _print(store, args, entry.id, "Recorded.")


def _correct(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        said: dict[str, Any] = {
            "name": args.name,
            "version": args.version,
            "kind": args.kind,
            "slot": args.slot,
            "at": _when(store, args.at),
            "until": _until(store, args.until),
            "vendor": args.vendor,
            "pinned": args.pinned,
        }
        values = {name: value for name, value in said.items() if value is not None}
        deployments.correct(store, options.author(store, args), args.deployment, **values)
        return _print(store, args, args.deployment, "Corrected; what was said before stays in the journal.")


def _withdraw(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        deployments.withdraw(store, options.author(store, args), args.deployment, args.reason)
        return _print(store, args, args.deployment, "Withdrawn; it stays readable in the journal.")


def _print(store: Store, args: argparse.Namespace, id: str, done: str) -> int:
    if args.json:
        known: Recorded = next(one for one in deployments.recorded(store) if one.id == id)
        options.print_json({**_json(known.deployment), "withdrawn": known.withdrawn})
    else:
        options.say(f"{done} Its id is {id}.")
    return 0


def _when(store: Store, text: str | None) -> When | None:
    return None if text is None else parse_when(text, now=store.now(), zone=store.zone)


def _until(store: Store, text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text, now=store.now(), zone=store.zone)


def _line(one: Deployment) -> str:
    began = f"{one.at:%Y-%m-%d %H:%M:%S}Z"
    if one.earliest is not None:
        began = f"{one.earliest:%Y-%m-%d %H:%M:%S}Z .. {began}"
    until = f" until {one.until:%Y-%m-%d %H:%M:%S}Z" if one.until is not None else ""
    return f"{one.kind}  {one.title}  since {began}{until}"


def _serving_json(one: Serving) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "slot": one.slot,
        "sure": one.sure,
        "versions": [_json(each) for each in one.candidates],
    }


def _json(one: Deployment) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "slot": one.slot,
        "version": one.version,
        "from": one.at,
        "earliest": one.earliest,
        "until": one.until,
        "vendor": one.vendor,
        "pinned": one.pinned,
        "source": one.source,
    }
