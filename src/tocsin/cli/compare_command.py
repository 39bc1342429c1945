"""`tocsin compare --decisions FILE --baseline A..B --window C..D`: every input, the most changed first."""

import argparse
import math
from typing import Any

import msgspec

from tocsin.cli import logs, options
from tocsin.operations.compare import Comparison, Feature, compare

_MORE = f"""{logs.SPANS}

A column changed when its q-value is at most --fdr and the change has a size: PSI 0.1 above chance, KS (or
the share of one word) 0.1, five points of missing values, 1 % of new words, or it is gone, come or of
another kind.

JSON: baseline and window (since, until, rows), fdr, tested, changed (names), features: a list, the most
changed first, of name, role, kind (numbers or words), changed, why (a list of words), psi (over the
baseline's deciles, or words), noise (what PSI comes to by chance), js (distance to base 2), ks, wasserstein
(in the column's unit), chi2, p, q, missing (before, after), new (share of words the baseline has not), moved
(the word whose share changed most, its share before, after), rows (before, after; with a value), schema
(empty, gone, come or kind), edges_or_labels, before, after (shares, for drawing). What does not apply is
null. With --row-order since and until are numbers of rows."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "compare", run, "compare two windows of decisions, column by column")
    parser.epilog = _MORE
    logs.add_options(parser)
    parser.add_argument("--baseline", metavar="A..B", required=True, help="what was normal")
    parser.add_argument("--window", metavar="C..D", required=True, help="what is looked at")
    parser.add_argument(
        "--fdr", type=float, default=0.05, metavar="Q", help="false discoveries among changes"
    )


def run(args: argparse.Namespace) -> int:
    """Compare, and print the columns in the order of change."""
    baseline, window = logs.span(args.baseline, args), logs.span(args.window, args)
    loaded = logs.load(args)
    found = compare(loaded.table, loaded.roles, baseline, window, fdr=args.fdr)
    if args.json:
        options.print_json(as_json(found, rows=args.row_order))
        return 0
    for one in found.features:
        _show(one)
    before, after = found.rows
    options.say(f"{len(found.changed)} of {len(found.features)} columns changed.")
    options.say(f"{before:,} decisions before, {after:,} now.")
    return 0


def as_json(found: Comparison, *, rows: bool = False) -> dict[str, Any]:
    """Return the stable JSON form of a comparison."""
    before, after = found.rows
    return {
        "baseline": {**logs.span_json(found.baseline, rows=rows), "rows": before},
        "window": {**logs.span_json(found.window, rows=rows), "rows": after},
        "fdr": found.fdr,
        "tested": len(found.features),
        "changed": [one.name for one in found.changed],
        "features": [logs.plain(msgspec.to_builtins(one)) for one in found.features],
    }


def _show(one: Feature) -> None:
    mark = "changed" if one.changed else ""
    if math.isnan(one.psi):
        options.show(f"{one.name:<30} {mark:<8} no value in one of the two  {'; '.join(one.why)}")
        return
    size = f"KS {one.ks:.3f}" if one.ks is not None else f"JS {one.js:.3f}"
    options.show(f"{one.name:<30} {mark:<8} PSI {one.psi:.3f}  {size}  q {one.q:.2g}  {'; '.join(one.why)}")
