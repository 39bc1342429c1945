"""`tocsin observe TEXT --system NAME` reports what somebody noticed; the rest follows it up."""

import argparse
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput, UserError
from tocsin.model.evidence import Evidence
from tocsin.model.instant import iso
from tocsin.model.observation import CHANNELS, INTERNAL, Observation
from tocsin.operations import evidence, incidents, observations, systems
from tocsin.operations.times import parse_instant, parse_when
from tocsin.store.folder import Store

_KEYS = """It waits in the review queue of the wall and starts no clock; `tocsin incident declare
--observation ID` makes an incident of it. --attach puts files into the store under their SHA-256.

JSON keys: id, system, text, channel, noticed_by, happened {at, earliest, latest, zone}, learned, recorded,
author, incident (its reference, or empty), withdrawn (the reason, or empty), evidence (a list of entry, name,
size, sha256), not_attached (a list of file, error). --list prints a list of them, without not_attached;
--save prints path."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "observe", _run, "report what somebody noticed", writes=True)
    parser.epilog = _KEYS
    parser.add_argument("text", metavar="TEXT", nargs="?", default="", help="what was noticed")
    parser.add_argument("--system", metavar="NAME", help="the AI system it is about; added when new")
    parser.add_argument("--happened", metavar="TIME", help="when it was so: 14:20, or a range 13:00..14:00")
    parser.add_argument("--learned", metavar="TIME", help="when we came to know of it; default now")
    parser.add_argument("--channel", default=INTERNAL, help=f"one of {', '.join(CHANNELS)}")
    parser.add_argument("--who", default="", help="who noticed it")
    parser.add_argument("--attach", metavar="FILE", nargs="+", type=Path, default=[], help="evidence")
    parser.add_argument("--list", action="store_true", help="list what was reported")
    parser.add_argument("--waiting", action="store_true", help="with --list: only what nobody dealt with")
    parser.add_argument("--withdraw", metavar="ID", help="take one off the queue; TEXT is the reason")
    parser.add_argument("--join", metavar="ID", help="take one into the open incident TEXT")
    parser.add_argument("--save", metavar="ENTRY", help="copy attached evidence to the file TEXT")


def _run(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        if args.list:
            return _list(store, args)
        if args.save:
            return _save(store, args)
        if args.withdraw:
            observations.withdraw(store, options.author(store, args), args.withdraw, args.text)
            return _tell(store, args, observations.get(store, args.withdraw), [], "Withdrawn.")
        if args.join:
            found = observations.join(store, options.author(store, args), args.text, args.join)
            return _tell(store, args, found, [], f"On the timeline of {args.text}.")
        return _report(store, args)


def _report(store: Store, args: argparse.Namespace) -> int:
    if not args.system:
        raise BadInput("the system is missing.", hint="Say --system NAME.")
    for path in args.attach:
        evidence.checked(path)  # so that a wrong name is told before anything is written
    now, by = store.now(), options.author(store, args)
    found = observations.report(
        store,
        by,
        system=args.system,
        text=args.text,
        channel=args.channel,
        noticed_by=args.who,
        happened=parse_when(args.happened, now=now, zone=store.zone) if args.happened else None,
        learned=parse_instant(args.learned, now=now, zone=store.zone) if args.learned else None,
    )
    failed = []
    for path in args.attach:
        try:
            options.with_bar(evidence.attach(store, by, found.id, path))
        except UserError as error:
            failed.append({"file": str(path), "error": str(error)})
            options.say(f"tocsin: not attached: {error}")
    return _tell(store, args, found, failed, "Saved; it waits in the review queue.")


def _tell(
    store: Store, args: argparse.Namespace, found: Observation, failed: list[dict[str, str]], done: str
) -> int:
    if args.json:
        options.print_json({**_json(store, found), "not_attached": failed})
    else:
        options.say(f"{done} {found.id}")
    return 1 if failed else 0


def _list(store: Store, args: argparse.Namespace) -> int:
    found = observations.listed(store, waiting=args.waiting)
    if args.json:
        options.print_json([_json(store, one.observation, one.reference) for one in found])
        return 0
    for one in found:
        seen = one.observation
        state = "withdrawn" if seen.withdrawn else one.reference or "waiting"
        options.show(f"{seen.id}  {iso(seen.learned)}  {state}  {one.system}: {seen.text}")
        for file in evidence.of(store, seen.id):
            options.show(f"    {file.name}  {file.size:,} bytes  {file.sha256[:12]}  entry {file.entry}")
    if not found:
        options.say("Nothing was reported, or nothing waits.")
    return 0


def _save(store: Store, args: argparse.Namespace) -> int:
    if not args.text:
        raise BadInput("say where to: --save ENTRY FILE.")
    path = options.with_bar(evidence.save_copy(store, args.save, Path(args.text)))
    if args.json:
        options.print_json({"path": str(path)})
    else:
        options.say(f"Written to {path}.")
    return 0


def _json(store: Store, found: Observation, reference: str = "") -> dict[str, Any]:
    return {
        "id": found.id,
        "system": systems.name_of(store, found.system),
        "text": found.text,
        "channel": found.channel,
        "noticed_by": found.noticed_by,
        "happened": found.happened,
        "learned": found.learned,
        "recorded": found.recorded_at,
        "author": found.author,
        "incident": reference or _reference(store, found.incident),
        "withdrawn": found.withdrawn,
        "evidence": [_file(one) for one in evidence.of(store, found.id)],
    }


def _reference(store: Store, incident: str) -> str:
    return incidents.get(store, incident).reference if incident else ""


def _file(one: Evidence) -> dict[str, Any]:
    return {"entry": one.entry, "name": one.name, "size": one.size, "sha256": one.sha256}
