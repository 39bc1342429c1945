"""What commands on decision logs share: --decisions FILE or --system S, and spans A..B of times or rows."""

import argparse
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.cli.decisions_command import said_roles
from tocsin.detectors.base import Span
from tocsin.errors import BadInput
from tocsin.importers.base import Options, mapping
from tocsin.importers.times import UNITS_PER_SECOND
from tocsin.model.decision import ROLES, Roles
from tocsin.model.instant import from_us, to_us
from tocsin.now import SystemClock
from tocsin.operations import decisions
from tocsin.operations.decisions import EVER, Loaded
from tocsin.operations.times import parse_instant, parse_span
from tocsin.store.folder import checked_zone

SPANS = """A..B is from A to before B: times like 2026-11-02 or 2026-11-02T14:20Z, or with --row-order numbers
of rows, from 1. Either may be left out: ..B begins with the first decision, A.. ends with the last."""
_DIGITS = 18  # of a row's number, which is held in 64 bits
_HINT = "Write 2026-10-01..2026-11-01, or with --row-order 1..25001."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which decisions are meant, and what their columns mean."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--decisions", metavar="FILE", type=Path, help="a decision log, read and not stored")
    source.add_argument("--system", metavar="S", help="the logs imported for this system")
    parser.add_argument(
        "--outcomes", metavar="FILE", type=Path, help="of FILE: what turned out, joined by the decisions' ids"
    )
    parser.add_argument(
        "--row-order", action="store_true", help="of FILE: go by the order of rows, not by time"
    )
    parser.add_argument(
        "--tz", metavar="ZONE", default="", help="of FILE: zone of times without one, else UTC"
    )
    parser.add_argument("--time-unit", choices=tuple(UNITS_PER_SECOND), default="", help="of numeric times")
    parser.add_argument("--map", metavar="KEY=COLUMN,...", default="", help="of FILE: as of `tocsin import`")
    parser.add_argument(
        "--set",
        metavar="ROLE=COLUMN",
        action="append",
        default=[],
        help=f"what a column means: {', '.join(ROLES)}",
    )
    parser.add_argument("--favourable", metavar="V", default="", help="the decision a person hopes for")


def load(args: argparse.Namespace) -> Loaded:
    """Return the decisions that the options mean, with the roles as --set has them."""
    if args.decisions is None:
        with options.opened(args) as store:
            loaded = options.with_bar(decisions.load_system(store, args.system), quiet=args.json)
    else:
        said = Options(zone=args.tz, time_unit=args.time_unit, mapping=mapping(args.map))
        work = decisions.load_file(
            args.decisions, options=said, row_order=args.row_order, outcomes=args.outcomes
        )
        loaded = options.with_bar(work, quiet=args.json)
    if loaded.left:
        options.say(f"Left out, for too many different words in them: {', '.join(loaded.left)}.")
    if loaded.rejected:
        options.say(f"{loaded.rejected:,} rows were set aside.")
    roles = Roles(said_roles(args.set, loaded.roles.columns), args.favourable or loaded.roles.favourable)
    for name in (name for told in roles.columns.values() for name in told):
        if name not in loaded.table.columns:
            there = ", ".join(list(loaded.table.columns)[:20])
            raise BadInput("the decisions have no such column.", where=name, hint=f"There are {there}.")
    return replace(loaded, roles=roles)


def span(text: str, args: argparse.Namespace) -> Span:
    """Return the span that A..B means, in UTC microseconds or rows. Raises BadInput."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not dots:
        raise BadInput("this is no span.", where=text, hint=_HINT)
    found = _rows(first, last) if args.row_order else _times(first, last, args.tz or "UTC")
    if found[0] >= found[1]:
        raise BadInput("a span goes from earlier to later.", where=text, hint=_HINT)
    return found


def span_json(span: Span, *, rows: bool) -> dict[str, Any]:
    """Return a span as JSON has it: instants, or numbers of rows; null for an open end."""
    ends = [None if end in EVER else end if rows else from_us(end) for end in span]
    return {"since": ends[0], "until": ends[1]}


def plain(value: Any) -> Any:
    """Return a value with null for what is no number, which JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def _times(first: str, last: str, zone: str) -> Span:
    checked_zone(zone)
    now = SystemClock().now()
    if first and last:
        since, until = parse_span(first, last, now=now, zone=zone)
        return to_us(since), to_us(until)
    low, high = (to_us(parse_instant(text, now=now, zone=zone)) if text else None for text in (first, last))
    return EVER[0] if low is None else low, EVER[1] if high is None else high


def _rows(first: str, last: str) -> Span:
    for text in (first, last):
        if text and (not text.isdecimal() or len(text) > _DIGITS):
            raise BadInput("with --row-order a span is of numbers of rows.", where=text, hint=_HINT)
    return int(first or EVER[0]), int(last or EVER[1])
