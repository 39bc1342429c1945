"""`tocsin document INCIDENT KIND -o FILE` writes any document as PDF; `tocsin document --list` tells them."""

import argparse
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput, NotFound
from tocsin.model.document import Printing, Standing
from tocsin.model.journal import DocumentExported, Entry
from tocsin.operations import documents
from tocsin.operations.documents import KINDS, STORE

_KEYS = """A document is as of an entry: the newest it tells of, or the one named; the same entry gives the
same file. Every page says DRAFT, or AS FILED where that is asked for. With --outside persons are numbered,
what is marked personal is left out, and what is internal is not in it. With --record the incident goes along
as JSON.

JSON keys: path, sha256, unsigned (before a signature, else empty), as_of (the entry), entry (that of the
export), incident (its id, or empty), document, paper, standing. With --list: id, title, of (incident or
store), outside."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "document", _document, "write a document as PDF", writes=True)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    kinds = "\n".join(f"  {one.id:<11} {one.title}" for one in KINDS.values())
    parser.epilog = f"Kinds:\n{kinds}\n\n{_KEYS}"
    parser.add_argument("incident", nargs="?", default="", metavar="INCIDENT",
                        help="reference or id; of a document of the store, its kind instead")  # fmt: skip
    parser.add_argument("kind", nargs="?", default="", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="the PDF to write")
    parser.add_argument("--list", action="store_true", dest="listing", help="list the kinds there are")
    parser.add_argument("--as-of", metavar="ENTRY", help="id of the entry up to which the journal counts")
    parser.add_argument("--item", default="", metavar="ENTRY", help="of a handover sheet: which hand-over")
    add_printing(parser)
    options.sign_options(parser)


def add_printing(parser: argparse.ArgumentParser) -> None:
    """Add the options of how a document is printed."""
    options.paper_option(parser)
    parser.add_argument("--as-filed", action="store_true", help="every page says AS FILED instead of DRAFT")
    parser.add_argument("--outside", action="store_true", help="for readers outside: redacted")
    parser.add_argument("--record", action="store_true", help="attach the incident as JSON (PDF/A-3b)")


def printing(args: argparse.Namespace) -> Printing:
    """Return how a document is to be printed."""
    standing = Standing.AS_FILED if args.as_filed else Standing.DRAFT
    return Printing(options.paper(args), standing, args.outside, args.record)


def _document(args: argparse.Namespace) -> int:
    if args.listing:
        return _list(args)
    incident, kind = _asked(args)
    if args.output is None:
        raise BadInput("say where it is to be written.", where=kind, hint="Add -o FILE.pdf.")
    with options.opened(args) as store:
        by = options.author(store, args)
        entry = documents.export(
            store, by, incident, args.output, args.as_of, kind=kind, printing=printing(args), item=args.item,
            signer=options.signer(args),
        )  # fmt: skip
        report(args, entry)
    return 0


def _asked(args: argparse.Namespace) -> tuple[str, str]:
    """Return incident and kind; of a document of the store no incident."""
    one = KINDS.get(args.kind or args.incident)
    if one is not None and one.of == STORE and not (args.incident and args.kind):
        return "", one.id
    if not args.incident or not args.kind:
        raise BadInput("say of which incident, and which document.", where=args.incident or "document",
                       hint="tocsin document INC-2026-WR-0001 report -o FILE.pdf")  # fmt: skip
    if one is None:
        raise NotFound("there is no such document.", where=args.kind, hint=f"There are: {', '.join(KINDS)}.")
    return ("" if one.of == STORE else args.incident), one.id


def _list(args: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = [
        {"id": one.id, "title": one.title, "of": one.of, "outside": one.outside} for one in KINDS.values()
    ]
    if args.json:
        options.print_json(rows)
        return 0
    for row in rows:
        outside = "also for outside" if row["outside"] else "inside only"
        options.show(f"{row['id']:<11} {row['title']:<34} of the {row['of']}, {outside}")
    return 0


def report(args: argparse.Namespace, entry: Entry) -> None:
    """Tell of an export: where it is and its SHA-256."""
    body = entry.body
    assert isinstance(body, DocumentExported)
    if args.json:
        told = {"path": body.path, "sha256": body.sha256, "unsigned": body.unsigned, "as_of": body.as_of}
        more = {"document": body.document, "paper": body.paper, "standing": body.standing}
        options.print_json({**told, "entry": entry.id, "incident": entry.incident, **more})
    else:
        options.say(f"Written to {body.path}, SHA-256 {body.sha256[:16]}…")
