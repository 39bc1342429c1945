"""`tocsin performance --decisions FILE --baseline A..B --window C..D`: realised and estimated accuracy."""

import argparse
from typing import Any

import msgspec

from tocsin.cli import logs, options
from tocsin.operations.performance import Performed, performance

_MORE = f"""{logs.SPANS}

Realised accuracy is the share that was right of the decisions whose outcome is known. Estimated accuracy
needs no outcome: it is the mean chance to be right, as the scores say, checked and where needed calibrated on
the baseline's outcomes. It sees that inputs came to be others, not that the same inputs came to mean
something else.

JSON: baseline and window, and parts (a list), each since, until, rows, realised (null, or events, rows,
rate, low, high: Wilson; exact: the bounds of Clopper and Pearson; 95 %) and estimated (null, or rows,
accuracy, low, high, how: scores or calibrated); calibration (of the scores in the baseline: rows, error, z,
p, or null). With --row-order since and until are numbers of rows."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(
        subparsers, "performance", run, "how often decisions were right, known or estimated"
    )
    parser.epilog = _MORE
    logs.add_options(parser)
    parser.add_argument("--baseline", metavar="A..B", required=True, help="what scores are checked on")
    parser.add_argument("--window", metavar="C..D", required=True, help="what is looked at")
    parser.add_argument(
        "--parts", metavar="N", type=int, default=1, help="the window in N parts of equal size"
    )


def run(args: argparse.Namespace) -> int:
    """Print accuracy for the baseline, the window and its parts."""
    baseline, window = logs.span(args.baseline, args), logs.span(args.window, args)
    loaded = logs.load(args)
    found = performance(loaded.table, loaded.roles, baseline, window, parts=args.parts)
    if args.json:
        checked = None if found.calibration is None else msgspec.to_builtins(found.calibration)
        told = {
            "baseline": _as_json(found.baseline, args.row_order),
            "window": _as_json(found.window, args.row_order),
            "parts": [_as_json(one, args.row_order) for one in found.parts],
            "calibration": logs.plain(checked),
        }
        options.print_json(told)
        return 0
    _show("baseline", found.baseline)
    _show("window", found.window)
    for number, one in enumerate(found.parts if args.parts > 1 else (), 1):
        _show(f"  part {number}", one)
    return 0


def _as_json(one: Performed, rows: bool) -> dict[str, Any]:
    estimated = None if one.estimated is None else msgspec.to_builtins(one.estimated)
    if estimated is not None:
        del estimated["calibration"]
    known = None if one.realised is None else {**msgspec.to_builtins(one.realised), "exact": one.exact}
    return {
        **logs.span_json(one.span, rows=rows),
        "rows": one.rows,
        "realised": known,
        "estimated": logs.plain(estimated),
    }


def _show(name: str, one: Performed) -> None:
    parts = [f"{name:<12} {one.rows:>9,} decisions"]
    if one.realised is not None:
        known = one.realised
        parts.append(f"realised {known.rate:.2%} ({known.low:.2%} to {known.high:.2%}, {known.rows:,} known)")
    if one.estimated is not None:
        told = one.estimated
        parts.append(f"estimated {told.accuracy:.2%} ({told.low:.2%} to {told.high:.2%}, {told.how})")
    options.show("  ".join(parts))
