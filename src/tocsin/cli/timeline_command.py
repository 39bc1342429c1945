"""`tocsin timeline export INCIDENT FILE` writes an incident's timeline for other tools."""

import argparse
from pathlib import Path

from tocsin.cli import options
from tocsin.model.journal import DocumentExported
from tocsin.operations import timeline_export

_KEYS = """What it writes can be read by Timesketch, and back by `tocsin import FILE --incident INCIDENT`:
lanes, texts, times with their bounds, and authors are the same. `tocsin import` brings the messages of a chat
to a timeline in the same way.

JSON keys: path, sha256, as_of (the last entry that counts), entry (that of the export), incident (its id)."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommand."""
    group = subparsers.add_parser("timeline", help="write an incident's timeline for other tools")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    export = options.command(verbs, "export", _export, "write an incident's timeline to a file", writes=True)
    export.epilog = _KEYS
    export.add_argument("incident", metavar="INCIDENT", help="reference or id")
    export.add_argument("file", metavar="FILE", type=Path, help="the file to write")
    formats = timeline_export.FORMATS
    export.add_argument("--format", choices=formats, help=f"default: by the file's name, else {formats[0]}")


def _export(args: argparse.Namespace) -> int:
    form = args.format or timeline_export.format_of(args.file)
    with options.opened(args) as store:
        by = options.author(store, args)
        entry = timeline_export.export(store, by, args.incident, args.file, form)
        body = entry.body
        assert isinstance(body, DocumentExported)
        if args.json:
            told = {"path": body.path, "sha256": body.sha256, "as_of": body.as_of}
            options.print_json({**told, "entry": entry.id, "incident": entry.incident})
        else:
            options.say(f"Written to {body.path}, SHA-256 {body.sha256[:16]}…")
    return 0
