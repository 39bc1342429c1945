"""`tocsin segments --decisions FILE`: which part of the decisions became worse than the rest."""

import argparse
import math
from typing import Any

from tocsin.cli import logs, options
from tocsin.detectors.base import Span
from tocsin.detectors.table import Table
from tocsin.errors import BadInput
from tocsin.model.instant import from_us, iso
from tocsin.operations import segments, segments_inside
from tocsin.operations.segments import SegmentChange, SegmentsView
from tocsin.operations.segments_inside import Inside

_SHOWN = 8  # inputs told of each finding
_MORE = f"""{logs.SPANS}
Without --baseline and --window: the newest two weeks and the six before; of a shorter log its last fifth and
what came before.

Every value of every input and every pair of values is compared with its own baseline and with all other rows;
false discoveries are at most --fdr. Overlapping segments are folded into the one that explains them.

JSON: measured (what the rate is of), worse, baseline and window (since, until, rows), fdr, tested, untested
(pairs with too few rows), left_out (pairs of columns with too many values), overall, findings and inside:
segments of where (a list of column, value), rows (before, after), rate (before, after), change, low, high
(95 % interval of the change), rest (the change of all other rows), p, q, explains (how many overlapping
segments are folded into it). Those of inside also have under (the index of their finding) and within (wholly
inside it).
Findings also have changed (the inputs that changed there), weights (of inputs in the score: name, value,
before, after, change, low, high, p, q, moved, changed) and values (name, psi, ks, q, changed). What does not
apply is null. With --row-order since and until are numbers of rows."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "segments", run, "find the segments that became worse than the rest")
    parser.epilog = _MORE
    logs.add_options(parser)
    parser.add_argument("--rate", metavar="COLUMN[=VALUE]", default="", help="what is measured")
    parser.add_argument(
        "--worse", choices=("lower", "higher", "either"), default="", help="which way is worse"
    )
    parser.add_argument("--baseline", metavar="A..B", help="what was normal")
    parser.add_argument("--window", metavar="C..D", help="what is looked at")
    parser.add_argument(
        "--fdr", type=float, default=0.05, metavar="Q", help="false discoveries among findings"
    )
    parser.add_argument(
        "--least", type=int, default=50, metavar="N", help="rows a segment needs in each window"
    )


def run(args: argparse.Namespace) -> int:
    """Scan, and print the findings with what is folded into each."""
    spans = windows(args)
    loaded = logs.load(args)
    table, roles = loaded.table, loaded.roles
    baseline, window = spans or segments.usual_windows(table)
    found = segments.scan(
        table, roles, baseline, window, fdr=args.fdr, rate=args.rate, worse=args.worse, least=args.least
    )
    causes = [segments_inside.explain(table, roles, one.where, baseline, window) for one in found.findings]
    what = segments.measured(table, roles, args.rate, args.worse)
    told = {
        "measured": what.name,
        "worse": what.worse,
        "baseline": span_json(table, baseline, rows=args.row_order),
        "window": span_json(table, window, rows=args.row_order),
    }
    if args.json:
        options.print_json(told | as_json(found, causes))
        return 0
    options.show(f"{what.name}: {_span(told['baseline'])} against {_span(told['window'])}")
    _show(found, causes)
    return 0


def windows(args: argparse.Namespace) -> tuple[Span, Span] | None:
    """Return the windows that the options name, None when they name none. Raises BadInput for one alone."""
    if (args.baseline is None) != (args.window is None):
        raise BadInput("name both --baseline and --window, or neither.")
    return None if args.baseline is None else (logs.span(args.baseline, args), logs.span(args.window, args))


def span_json(table: Table, span: Span, *, rows: bool = False) -> dict[str, Any]:
    """Return a window as JSON: the first instant, the one after the last, and how many rows there are."""
    part = table.between(span).times_us
    ends = [max(span[0], int(part[0])), min(span[1], int(part[-1]) + 1)] if len(part) else list(span)
    since, until = ends if rows else (from_us(end) for end in ends)
    return {"since": since, "until": until, "rows": len(part)}


def as_json(found: SegmentsView, causes: list[Inside]) -> dict[str, Any]:
    """Return the stable JSON form of a scan."""
    return {
        "fdr": found.fdr,
        "tested": found.tested,
        "untested": found.untested,
        "left_out": found.left_out,
        "overall": _segment(found.overall),
        "findings": [
            _segment(one) | _cause(cause) for one, cause in zip(found.findings, causes, strict=True)
        ],
        "inside": [_segment(one) | {"under": one.under, "within": one.within} for one in found.inside],
    }


def plain(value: float) -> float | None:
    """Return null for what is no number, which JSON does not have."""
    return value if math.isfinite(value) else None


def _segment(one: SegmentChange) -> dict[str, Any]:
    return {
        "where": [{"column": column, "value": value} for column, value in one.where],
        "rows": one.rows,
        "rate": [plain(rate) for rate in one.rate],
        "change": plain(one.change),
        "low": plain(one.low),
        "high": plain(one.high),
        "rest": plain(one.rest),
        "p": plain(one.p),
        "q": plain(one.q),
        "explains": one.explains,
    }


def _cause(cause: Inside) -> dict[str, Any]:
    return {
        "changed": cause.named,
        "weights": [
            {"name": one.name, "value": one.value, "before": one.weight[0], "after": one.weight[1],
             "change": one.change, "low": one.low, "high": one.high, "p": one.p, "q": one.q,
             "moved": one.moved, "changed": one.changed}
            for one in cause.weights[:_SHOWN]
        ],
        "values": [
            {"name": one.name, "psi": plain(one.psi), "ks": one.ks, "q": plain(one.q), "changed": one.changed}
            for one in cause.values[:_SHOWN]
        ],
    }  # fmt: skip


def _show(found: SegmentsView, causes: list[Inside]) -> None:
    for number, (one, cause) in enumerate(zip(found.findings, causes, strict=True)):
        folded = f"  explains {one.explains} others" if one.explains else ""
        options.show(f"{_line(one)}  q {one.q:.2g}{folded}")
        for other in (other for other in found.inside if other.under == number):
            options.show(f"    {_line(other)}  {'inside it' if other.within else 'overlaps it'}")
        for weight in (weight for weight in cause.weights if weight.changed):
            name = f"{weight.name} = {weight.value}" if weight.value else weight.name
            before, after = weight.weight
            options.show(f"    weight of {name} in {cause.score}: {before:.3g} before, {after:.3g} now")
        for value in (value for value in cause.values if value.changed):
            options.show(f"    {value.name} there: {'; '.join(value.why)}")
    options.show(_line(found.overall))
    options.say(
        f"{len(found.findings)} found of {found.tested:,} tested, false discoveries at most "
        f"{100 * found.fdr:g} %; {found.untested:,} had too few rows."
    )


def _line(one: SegmentChange) -> str:
    name = " & ".join(f"{column} = {value}" for column, value in one.where) or "all rows"
    if not all(one.rows):
        return f"{name}  {one.rows[0]:,} and {one.rows[1]:,} rows with a known rate: nothing to compare"
    before, after = one.rate
    return (
        f"{name}  {one.rows[0]:,} and {one.rows[1]:,} rows  {before:.4g} to {after:.4g}  "
        f"change {one.change:+.4f} ({one.low:+.4f} to {one.high:+.4f})"
    )


def _span(told: Any) -> str:
    ends = (told["since"], told["until"])
    since, until = (end if isinstance(end, int) else iso(end.replace(microsecond=0)) for end in ends)
    return f"{since} to {until} ({told['rows']:,} rows)"
