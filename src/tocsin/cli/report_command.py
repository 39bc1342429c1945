"""`tocsin report INCIDENT -o FILE` writes an incident's report as PDF."""

import argparse
from pathlib import Path

from tocsin.cli import options
from tocsin.model.document import Printing, Standing
from tocsin.model.journal import DocumentExported
from tocsin.operations import documents

_KEYS = """A report is as of an entry: the incident's last one that is not an export, or the one named.
The same entry gives the same file.

JSON keys: path, sha256, as_of (the entry), entry (that of the export), incident (its id)."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "report", _report, "write an incident's report as PDF", writes=True)
    parser.epilog = _KEYS
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the PDF to write")
    parser.add_argument("--as-of", metavar="ENTRY", help="id of the entry up to which the journal counts")
    parser.add_argument("--as-filed", action="store_true", help="every page says AS FILED instead of DRAFT")
    options.paper_option(parser)
    options.sign_options(parser)


def _report(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        standing = Standing.AS_FILED if args.as_filed else Standing.DRAFT
        entry = documents.export(
            store,
            by,
            args.incident,
            args.output,
            args.as_of,
            printing=Printing(options.paper(args), standing),
            signer=options.signer(args),
        )
        body = entry.body
        assert isinstance(body, DocumentExported)
        if args.json:
            options.print_json(
                {
                    "path": body.path,
                    "sha256": body.sha256,
                    "as_of": body.as_of,
                    "entry": entry.id,
                    "incident": entry.incident,
                }
            )
        else:
            options.say(f"Written to {body.path}, SHA-256 {body.sha256[:16]}…")
    return 0
