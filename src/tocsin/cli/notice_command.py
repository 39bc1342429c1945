"""`tocsin notice INCIDENT REGIME/STAGE -o FILE` writes a notice, its worksheet or internal copy as PDF."""

import argparse
from pathlib import Path

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.filing import Fill, Filled
from tocsin.model.journal import DocumentExported
from tocsin.operations import notice
from tocsin.operations.times import parse_until
from tocsin.store.folder import Store

_KEYS = """A notice says DRAFT until a second person approved it (`tocsin filing`), then AS FILED;
--as-filed refuses to write a draft. --set changes what is printed, and nothing on record. --outside replaces
persons and what was marked personal, --internal is the copy with approvals, origins, evidence and decisions.
The same entry gives the same file.

JSON keys: path, sha256, unsigned (before a signature, else empty), as_of (the entry), entry (that of the
export), incident (its id), standing, filing."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "notice", _notice, "write the notice of a duty as PDF", writes=True)
    parser.epilog = _KEYS
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("duty", metavar="REGIME/STAGE", help="as `tocsin duties INCIDENT` lists them")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the PDF to write")
    parser.add_argument(
        "--filing", metavar="ID", default="", help="which; default the open one, else the last"
    )
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--paper", choices=("a4", "letter"), default="a4")
    parser.add_argument("--as-filed", action="store_true", help="refuse to write a draft")
    parser.add_argument("--as-of", metavar="ENTRY", help="id of the entry up to which the journal counts")
    parser.add_argument("--no-chart", action="store_true", help="leave the figures out")
    parser.add_argument("--record", action="store_true", help="carry the incident as JSON; with --internal")
    options.sign_options(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--worksheet", action="store_true", help="in the order of the authority's form")
    which.add_argument("--outside", action="store_true", help="persons and what is personal replaced")
    which.add_argument("--internal", action="store_true", help="the copy that stays inside")


def _notice(args: argparse.Namespace) -> int:
    if args.internal and args.set:
        raise BadInput("the internal copy shows what is on record; --set would change it.", where="--set")
    printing = Printing(
        Paper.LETTER if args.paper == "letter" else Paper.A4,
        Standing.AS_FILED if args.as_filed else Standing.DRAFT,
        outside=args.outside,
        record=args.record,
    )
    with options.opened(args) as store:
        entry = notice.export(
            store,
            options.author(store, args),
            args.incident,
            args.duty,
            args.output,
            filing=args.filing,
            set=typed_fields(store, args),
            printing=printing,
            worksheet=args.worksheet,
            inside=args.internal,
            as_of=args.as_of,
            charts=not args.no_chart,
            signer=options.signer(args),
        )
        body = entry.body
        assert isinstance(body, DocumentExported)
        if args.json:
            options.print_json(
                {
                    "path": body.path,
                    "sha256": body.sha256,
                    "unsigned": body.unsigned,
                    "as_of": body.as_of,
                    "entry": entry.id,
                    "incident": entry.incident,
                    "standing": body.standing,
                    "filing": body.filing or None,
                }
            )
        else:
            options.say(f"{body.standing}, written to {body.path}, SHA-256 {body.sha256[:16]}…")
    return 0


def typed_fields(store: Store, args: argparse.Namespace) -> dict[str, Filled]:
    """Return what the options say of fields: --set, --estimate, --opinion, --unknown, --not-applicable.

    Raises BadInput for one without a field or a value, and for a field said twice.
    """
    found: dict[str, Filled] = {}
    for option, fill in (("set", Fill.VALUE), ("estimate", Fill.ESTIMATE), ("opinion", Fill.OPINION),
                         ("unknown", Fill.UNKNOWN), ("not_applicable", Fill.NOT_APPLICABLE)):  # fmt: skip
        for text in getattr(args, option, ()):
            name, equals, value = text.partition("=")
            name = name.strip()
            if not name or (not equals and fill is not Fill.UNKNOWN):
                raise BadInput("write FIELD=VALUE.", where=text[:60])
            if name in found:
                raise BadInput("this field is said twice.", where=name)
            found[name] = _filled(store, fill, value)
    return found


def _filled(store: Store, fill: Fill, value: str) -> Filled:
    if fill is Fill.UNKNOWN:
        if not value.strip():
            return Filled(fill=fill)
        expected = parse_until(value, now=store.now(), zone=store.zone)
        return Filled(fill=fill, expected=expected.replace(second=0, microsecond=0))
    if fill is Fill.NOT_APPLICABLE:
        return Filled(fill=fill, reason=value)
    return Filled(value, fill)
