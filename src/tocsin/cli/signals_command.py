"""`tocsin signals list` shows every signal; `tocsin signals place` says where signals belong."""

import argparse
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.errors import NotFound
from tocsin.model.instant import from_us
from tocsin.model.signal import Layer
from tocsin.operations import signals
from tocsin.operations.signals import Listed
from tocsin.store.folder import Store

_LAYERS = ", ".join(layer.value for layer in Layer)
_SHORTEST_ID = 8
_KEYS = """JSON: a list by system, layer and name, of signal (its id), system, system_id, name, metric,
labels, unit, layer, segment, group, state (on time, late, silent: see `tocsin coverage --help`), samples,
first, newest, last (the newest value), rhythm_s (the usual interval, null for fewer than four samples),
placed (whether a person put it where it is) and proposed (layer, segment, group, system_id as the importer
had it). Times are ISO 8601 in UTC."""
_PLACE = f"""SIGNAL is an id or its beginning, or a pattern of the name as `tocsin signals list` shows it,
with * for anything, in quotes: 'latency*'. Layers are {_LAYERS}.
An empty --segment or --group takes it away. All of it is one entry of the journal; what comes in later for
these signals follows it.

{_KEYS} Of the signals placed."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    group = subparsers.add_parser("signals", help="list the signals, or say where they belong")
    verbs = group.add_subparsers(metavar="HOW", required=True)
    listing = options.command(verbs, "list", _list, "list every signal with its place and whether it comes")
    listing.epilog = _KEYS
    placing = options.command(verbs, "place", _place, "say where signals belong", writes=True)
    placing.epilog = _PLACE
    placing.add_argument("signals", metavar="SIGNAL", nargs="+", help="ids or patterns")
    placing.add_argument("--layer", metavar="LAYER")
    placing.add_argument("--segment", metavar="TEXT", help="the part of users or inputs they are about")
    placing.add_argument("--group", metavar="TEXT", help="the protected group they are about")
    placing.add_argument("--to-system", metavar="NAME", help="move them to this system; added when new")
    for parser in (listing, placing):
        parser.add_argument("--system", metavar="S", help="only those of this system: name, alias or id")


def as_json(one: Listed) -> dict[str, Any]:
    """Return the stable JSON form of a signal."""
    signal = one.signal
    proposal = signal.proposal or signal
    return {
        "signal": one.id,
        "system": one.system,
        "system_id": signal.system,
        "name": signal.name,
        "metric": signal.metric,
        "labels": signal.labels,
        "unit": signal.unit,
        "layer": signal.layer,
        "segment": signal.segment,
        "group": signal.group,
        "state": one.pulse,
        "samples": one.samples,
        "first": from_us(one.first_us),
        "newest": from_us(one.newest_us),
        "last": one.last,
        "rhythm_s": None if one.rhythm_us is None else one.rhythm_us / 1e6,
        "placed": signal.proposal is not None,
        "proposed": {
            "layer": proposal.layer,
            "segment": proposal.segment,
            "group": proposal.group,
            "system_id": proposal.system,
        },
    }


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        rows = signals.look(store, args.system).rows
        _show(store, rows, args.json)
        if not rows:
            options.say("No signals. `tocsin import` brings some in.")
    return 0


def _place(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        ids = _chosen(signals.look(store, args.system).rows, args.signals)
        by = options.author(store, args)
        entry = signals.place(
            store, by, ids, layer=args.layer, segment=args.segment, group=args.group, system=args.to_system
        )
        placed = [one for one in signals.look(store).rows if one.id in ids]
        _show(store, placed, args.json)
        options.say(f"{len(ids)} signals placed; `tocsin incident undo {entry.id}` takes it back.")
    return 0


def _chosen(known: tuple[Listed, ...], wanted: list[str]) -> set[str]:
    """Return the ids of the signals meant. Raises NotFound for a word that means none."""
    ids: set[str] = set()
    for word in wanted:
        found = {one.id for one in known if _means(word, one)}
        if not found:
            raise NotFound("this is no signal.", where=word, hint="`tocsin signals list` shows them.")
        ids |= found
    return ids


def _means(word: str, one: Listed) -> bool:
    by_id = len(word) >= _SHORTEST_ID and one.id.startswith(word)
    return by_id or word == one.signal.name or fnmatchcase(one.signal.name, word)


def _show(store: Store, rows: list[Listed] | tuple[Listed, ...], as_document: bool) -> None:
    if as_document:
        options.print_json([as_json(one) for one in rows])
        return
    zone = ZoneInfo(store.zone)
    for one in rows:
        signal = one.signal
        newest = f"{from_us(one.newest_us).astimezone(zone):%Y-%m-%d %H:%M %Z}"
        about = " ".join(filter(None, (signal.unit, signal.segment, signal.group)))
        options.show(
            f"{one.id[:12]}  {one.pulse:<6}  {newest}  {one.system} · {signal.layer} · {signal.name} {about}"
        )
