"""`tocsin fairness --decisions FILE`: rates by protected group, four fifths, gaps, calibration."""

import argparse
import math
from typing import Any

from tocsin.cli import logs, options
from tocsin.detectors.fairness import LEAST, Gap, GroupRates
from tocsin.detectors.fairness_calibration import Bin, Calibration
from tocsin.detectors.fairness_ratio import Impact
from tocsin.detectors.proportions import Rate
from tocsin.operations import fairness
from tocsin.operations.fairness import FairnessView

_MORE = f"""{logs.SPANS}

The favourable decision is said with --favourable, 1 where decisions are 1 and 0. A ratio under four fifths is
named only where the rates differ beyond chance (Fisher's exact test, held over all groups by Holm) and the
group has --least rows.

JSON: a list, one for each column of groups, of column, rows, favourable, positive (which decision counts as
one that goes with outcome 1), reference, small (groups of too few rows), groups (group, rows, favoured,
true_positive, false_positive, false_negative, correct: each events, rows, rate, low, high, or null), impacts
(group, ratio, low, high, p, adjusted, verdict: reference, within, under, unsure or too few), gaps (measure,
difference, low, high, ratio, ratio_low, ratio_high, lowest, highest: the groups at the ends) and calibration
(group, rows, gap, low, high, bins: since, until, score, outcome). Bounds are 95 %, those of gaps for all
pairs of groups together. What does not apply is null."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "fairness", run, "compare how decisions treat protected groups")
    parser.epilog = _MORE
    logs.add_options(parser)
    parser.add_argument(
        "--by", metavar="COLUMN", default="", help="the column of groups; else all of that role"
    )
    parser.add_argument("--reference", metavar="GROUP", default="", help="else the group most often favoured")
    parser.add_argument("--window", metavar="C..D", help="only these decisions")
    parser.add_argument(
        "--least", type=int, default=LEAST, metavar="N", help="rows of a group that decides anything"
    )


def run(args: argparse.Namespace) -> int:
    """Report, one column of groups after the other."""
    span = None if args.window is None else logs.span(args.window, args)
    loaded = logs.load(args)
    views = fairness.report(
        loaded.table, loaded.roles, by=args.by, reference=args.reference, span=span, least=args.least
    )
    if args.json:
        options.print_json([as_json(view) for view in views])
        return 0
    for view in views:
        _show(view)
    return 0


def as_json(view: FairnessView) -> dict[str, Any]:
    """Return the stable JSON form of fairness by one column."""
    return {
        "column": view.audit.column,
        "rows": view.rows,
        "favourable": view.favourable,
        "positive": view.positive,
        "reference": view.audit.reference,
        "small": view.audit.small,
        "groups": [_group(one) for one in view.audit.groups],
        "impacts": [_impact(one) for one in view.audit.impacts],
        "gaps": [_gap(one) for one in view.audit.gaps],
        "calibration": [_calibration(one) for one in view.calibration],
    }


def _group(one: GroupRates) -> dict[str, Any]:
    return {
        "group": one.group,
        "rows": one.rows,
        "favoured": _rate(one.favoured),
        "true_positive": _rate(one.true_positive),
        "false_positive": _rate(one.false_positive),
        "false_negative": _rate(one.false_negative),
        "correct": _rate(one.correct),
    }


def _impact(one: Impact) -> dict[str, Any]:
    return {
        "group": one.group, "ratio": _plain(one.ratio), "low": _plain(one.low), "high": _plain(one.high),
        "p": one.p, "adjusted": one.adjusted, "verdict": one.verdict,
    }  # fmt: skip


def _gap(one: Gap) -> dict[str, Any]:
    return {
        "measure": one.measure, "difference": one.difference, "low": one.low, "high": one.high,
        "ratio": _plain(one.ratio), "ratio_low": _plain(one.ratio_low), "ratio_high": _plain(one.ratio_high),
        "lowest": one.lowest, "highest": one.highest,
    }  # fmt: skip


def _calibration(one: Calibration) -> dict[str, Any]:
    return {
        "group": one.group, "rows": one.rows, "gap": _plain(one.gap), "low": _plain(one.low),
        "high": _plain(one.high), "bins": [_bin(each) for each in one.bins],
    }  # fmt: skip


def _bin(one: Bin) -> dict[str, Any]:
    return {
        "since": one.since, "until": _plain(one.until), "score": one.score, "outcome": _rate(one.outcome),
    }  # fmt: skip


def _rate(one: Rate | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "events": one.events, "rows": one.rows, "rate": _plain(one.rate), "low": _plain(one.low),
        "high": _plain(one.high),
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


_VERDICTS = {
    "reference": "the reference",
    "within": "within four fifths",
    "under": "UNDER FOUR FIFTHS",
    "unsure": "under four fifths, but it may be chance",
    "too few": "too few rows to tell",
}


def _show(view: FairnessView) -> None:
    options.show(f"by {view.audit.column}, {view.rows:,} decisions; favourable: {view.favourable}")
    rates = {one.group: one for one in view.audit.groups}
    for one in view.audit.impacts:
        group = rates[one.group]
        ratio = f"ratio {one.ratio:.3f} ({one.low:.3f} to {one.high:.3f})"
        options.show(
            f"  {one.group:<20} {group.rows:>8,} rows  favoured {_words(group.favoured)}  {ratio}  "
            f"p {one.adjusted:.2g}  {_VERDICTS[one.verdict]}"
        )
        if group.false_positive is not None and group.false_negative is not None:
            options.show(
                f"  {'':<20} wrongly “{view.positive}” {_words(group.false_positive)}, "
                f"wrongly not {_words(group.false_negative)}"
            )
    for gap in view.audit.gaps:
        options.show(
            f"  {gap.measure:<20} difference {gap.difference:.3f} ({gap.low:.3f} to {gap.high:.3f})  "
            f"ratio {gap.ratio:.3f} ({gap.ratio_low:.3f} to {gap.ratio_high:.3f})  "
            f"{gap.lowest} against {gap.highest}"
        )
    for mean in (one for one in view.calibration if math.isfinite(one.gap)):
        options.show(
            f"  {mean.group:<20} outcome less score {mean.gap:+.3f} ({mean.low:+.3f} to {mean.high:+.3f})"
        )


def _words(one: Rate) -> str:
    return f"{100 * one.rate:.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})" if one.rows else "unknown"
