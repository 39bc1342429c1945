"""`tocsin roster import|list|on-duty|remove`: who is on duty when."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.roster import Rota, Stretch
from tocsin.operations import roster
from tocsin.operations.times import parse_instant
from tocsin.store.folder import Store

_AHEAD = timedelta(days=7)
_MOST_TOLD = 20
_ROTA_KEYS = """JSON: a list of rota, zone, source, begins, ends, on_duty (names), until (when the present
ones hand over), next (names), gaps (of the coming week: a list of begins, ends). Times are ISO 8601 in UTC;
null when unknown."""
_IMPORT_KEYS = """JSON: rotas (a list of rota, zone, shifts, begins, ends, gaps, overlaps: lists of begins,
ends, persons), refused (a list of line, reason), notes (what the clocks did to hand-overs), stored."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("roster", help="who is on duty: import, list, on-duty")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    read = options.command(verbs, "import", _import, "take a roster from CSV or iCalendar", writes=True)
    read.epilog = _IMPORT_KEYS
    read.add_argument("file", metavar="FILE", type=Path)
    read.add_argument("--rota", metavar="NAME", default="", help="the rota, where the file names none")
    read.add_argument(
        "--zone", metavar="ZONE", default="", help="of times that state none; default the store's"
    )
    read.add_argument("--dry-run", action="store_true", help="tell what it says, and set nothing")
    listing = options.command(verbs, "list", _rotas, "list the rotas")
    duty = options.command(verbs, "on-duty", _on_duty, "say who is on duty")
    duty.add_argument("rota", metavar="ROTA", nargs="?", default="")
    duty.add_argument("--at", metavar="TIME", help="then; default now")
    remove = options.command(verbs, "remove", _remove_rota, "let a rota be there no more", writes=True)
    remove.add_argument("rota", metavar="ROTA")
    remove.epilog = "JSON: removed (the name)."
    for parser in (listing, duty):
        parser.epilog = _ROTA_KEYS


def rota_json(rota: Rota, store: Store) -> dict[str, Any]:
    """Return the stable JSON form of a rota as it stands now."""
    return _rota_at(rota, store, None)


def _rota_at(rota: Rota, store: Store, at: str | None) -> dict[str, Any]:
    now = store.now() if at is None else parse_instant(at, now=store.now(), zone=store.zone)
    present, after = rota.stretch(now), rota.after(now)
    return {
        "rota": rota.name,
        "zone": rota.zone,
        "source": rota.source,
        "begins": rota.begins,
        "ends": rota.ends,
        "on_duty": rota.on_duty(now),
        "until": present.ends if present else None,
        "next": after.persons if after else (),
        "gaps": [_span(gap) for gap in rota.gaps(now, now + _AHEAD)],
    }


def _span(one: Stretch) -> dict[str, Any]:
    return {"begins": one.begins, "ends": one.ends}


def _import(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        by = options.author(store, args)
        found = roster.preview(store, args.file, rota=args.rota, zone=args.zone)
        if not args.dry_run:
            roster.take(store, by, found)
        if args.json:
            options.print_json(_preview_json(found, stored=not args.dry_run))
            return 0
        _tell(store, found)
    options.say("Nothing was set: a dry run." if args.dry_run else "It is set.")
    return 0


def _preview_json(found: roster.Preview, *, stored: bool) -> dict[str, Any]:
    rotas = [
        {
            "rota": one.rota,
            "zone": one.zone,
            "shifts": len(one.shifts),
            "begins": min(shift.begins for shift in one.shifts),
            "ends": max(shift.ends for shift in one.shifts),
            "gaps": found.gaps[one.rota],
            "overlaps": found.overlaps[one.rota],
        }
        for one in found.rosters
    ]
    return {"rotas": rotas, "refused": found.refused, "notes": found.notes, "stored": stored}


def _tell(store: Store, found: roster.Preview) -> None:
    for one in found.rosters:
        gaps, overlaps = found.gaps[one.rota], found.overlaps[one.rota]
        options.show(f"{one.rota}: {len(one.shifts)} shifts in {one.zone}")
        for word, spans in (("nobody", gaps), ("two at once", overlaps)):
            for span in spans[:_MOST_TOLD]:
                who = f": {', '.join(span.persons)}" if span.persons else ""
                options.show(
                    f"  {word} from {_time(store, span.begins)} until {_time(store, span.ends)}{who}"
                )
            if len(spans) > _MOST_TOLD:
                options.show(f"  and {len(spans) - _MOST_TOLD} times more")
    for note in found.notes[:_MOST_TOLD]:
        options.show(f"  {note}")
    for refused in found.refused[:_MOST_TOLD]:
        options.show(f"  line {refused.line} is refused: {refused.reason}")
    if len(found.refused) > _MOST_TOLD:
        options.show(f"  and {len(found.refused) - _MOST_TOLD} lines more")


def _rotas(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = roster.listed(store)
        if args.json:
            options.print_json([rota_json(one, store) for one in found])
            return 0
        for one in found:
            until = f", until {_time(store, one.ends)}" if one.ends else ""
            options.show(f"{one.name}: {_who(one.on_duty(store.now()))} now{until}")
        if not found:
            options.say("No rota. `tocsin roster import FILE` takes one.")
    return 0


def _on_duty(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = [roster.get(store, args.rota)] if args.rota else roster.listed(store)
        told = [_rota_at(one, store, args.at) for one in found]
        if args.json:
            options.print_json(told)
            return 0
        for one in told:
            until = f" until {_time(store, one['until'])}, then {_who(one['next'])}" if one["until"] else ""
            options.show(f"{one['rota']}: {_who(one['on_duty'])}{until}")
    return 0


def _remove_rota(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        roster.remove(store, options.author(store, args), args.rota)
        if args.json:
            options.print_json({"removed": args.rota})
    options.say(f"{args.rota} is there no more.")
    return 0


def _who(names: Any) -> str:
    return ", ".join(names) if names else "nobody"


def _time(store: Store, at: Any) -> str:
    return f"{at.astimezone(ZoneInfo(store.zone)):%Y-%m-%d %H:%M %Z}"
