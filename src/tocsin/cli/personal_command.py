"""`tocsin personal mark|list|legend INCIDENT`: what documents for outsiders leave out, and who is who."""

import argparse

from tocsin.cli import options
from tocsin.operations import redaction


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("personal", help="what documents for outsiders leave out")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    mark = options.command(verbs, "mark", _mark, "mark a text, or a passage of it, as personal", writes=True)
    mark.add_argument("incident", metavar="INCIDENT", help="reference or id")
    mark.add_argument("target", metavar="TARGET", help="id of a timeline entry, or field:NAME")
    mark.add_argument("--passage", default="", metavar="TEXT", help="only this; default all of it")
    mark.add_argument("--reason", default="", metavar="WHY")
    mark.epilog = "JSON keys: entry (its id), incident."
    listing = options.command(verbs, "list", _list, "list what was marked")
    listing.add_argument("incident", metavar="INCIDENT", help="reference or id")
    listing.epilog = "JSON: a list of entry, at, by, target, passage, reason."
    legend = options.command(verbs, "legend", _legend, "tell who is called what; for inside only")
    legend.add_argument("incident", metavar="INCIDENT", help="reference or id")
    legend.epilog = "JSON: an object, pseudonym to name."


def _mark(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        entry = redaction.mark(
            store, by, args.incident, args.target, passage=args.passage, reason=args.reason
        )
    if args.json:
        options.print_json({"entry": entry.id, "incident": entry.incident})
    else:
        options.say("Marked. Documents for outsiders leave it out; what was sent already is not changed.")
    return 0


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = redaction.marks(store, args.incident)
    if args.json:
        options.print_json(
            [
                {"entry": one.entry, "at": one.at, "by": one.by, "target": one.body.target,
                 "passage": one.body.passage, "reason": one.body.reason}
                for one in found
            ]
        )  # fmt: skip
        return 0
    for one in found:
        why = f": {one.body.reason}" if one.body.reason else ""
        options.show(f"{one.body.target}: {one.body.passage or 'all of it'} ({one.by}{why})")
    if not found:
        options.say("Nothing is marked as personal.")
    return 0


def _legend(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = redaction.legend(store, args.incident)
    if args.json:
        options.print_json(dict(found))
        return 0
    for pseudonym, name in found:
        options.show(f"{pseudonym}  {name}")
    return 0
