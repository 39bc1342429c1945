"""`tocsin behaviour`: did answers change between two versions or spans, in which task, better or worse?"""

import argparse
from typing import Any

from tocsin.cli import logs, options
from tocsin.detectors.behaviour_change import ALL, Shift
from tocsin.operations import behaviour
from tocsin.operations.behaviour import Behaviour

_KEYS = f"""--before and --after name two versions (values of the column with the role version) or two spans.
Roles: prompt and answer; task, version, reference or correct (is it right?), score, refused or answered,
tokens. The same prompts are compared with each other. Without a flag, an answer declines by a rule on its
words; where all references are few and short, the choice an answer makes is compared with its reference.

{logs.SPANS}

JSON: before, after, rows (before and after), prompts (asked in both), versions (of each side), tasks (a list
of task ("all" is all of them), changed, verdict (better, worse, mixed, differently, no change)), shifts (a
list of task, measure, share (whether values are shares), before, after, change, low, high, p, q, changed,
direction (better, worse, more, less, unclear, same), pairs, rows, method). Intervals are of 95 % and of the
change; for "same answer" and "similarity", where nothing was asked twice before, they are of the value after,
and before, change, p and q are null. changed is q <= --fdr."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(
        subparsers, "behaviour", _behaviour, "did answers change between versions or dates?"
    )
    parser.epilog = _KEYS
    logs.add_options(parser)
    parser.add_argument("--before", metavar="V|A..B", required=True, help="a version, or a span")
    parser.add_argument("--after", metavar="V|A..B", required=True, help="another")
    parser.add_argument(
        "--fdr", metavar="X", type=float, default=0.05, help="false discoveries allowed (0.05)"
    )


def _behaviour(args: argparse.Namespace) -> int:
    loaded = logs.load(args)
    if ".." in args.before and ".." in args.after:
        spans = logs.span(args.before, args), logs.span(args.after, args)
        told = behaviour.compare_windows(loaded.table, loaded.roles, *spans, fdr=args.fdr)
    else:
        sides = args.before, args.after
        told = behaviour.compare_versions(loaded.table, loaded.roles, *sides, fdr=args.fdr)
    if args.json:
        options.print_json(as_json(told))
    else:
        for line in lines(told):
            options.show(line)
    return 0


def as_json(told: Behaviour) -> dict[str, Any]:
    """Return the stable JSON form."""
    return {
        "before": told.before,
        "after": told.after,
        "rows": told.rows,
        "prompts": told.prompts,
        "versions": told.versions,
        "tasks": told.tasks,
        "shifts": [_shift(told, one) for one in told.shifts],
    }


def _shift(told: Behaviour, one: Shift) -> dict[str, Any]:
    moved = one.moved
    return {
        "task": one.task, "measure": one.measure, "share": one.share, "before": moved.before,
        "after": moved.after, "change": moved.change, "low": moved.low, "high": moved.high, "p": moved.p,
        "q": one.q, "changed": told.changed(one), "direction": one.direction, "pairs": moved.pairs,
        "rows": moved.rows, "method": moved.method,
    }  # fmt: skip


def lines(told: Behaviour) -> list[str]:
    """Return it in lines for a person."""
    found = [f"{told.before} to {told.after}: {told.rows[0]:,} and {told.rows[1]:,} answers, "
             f"{told.prompts:,} prompts asked in both"]  # fmt: skip
    for answer in told.tasks:
        found.append(f"{'all tasks' if answer.task == ALL else answer.task}: {answer.verdict}")
        found += [f"  {_line(told, one)}" for one in told.shifts if one.task == answer.task]
    return found


def _line(told: Behaviour, one: Shift) -> str:
    moved = one.moved
    scale, unit = (100, " %") if one.share else (1, "")
    if moved.change != moved.change:
        bounds = f"{scale * moved.low:.3g} to {scale * moved.high:.3g}{unit}"
        return f"{one.measure} to those before: {scale * moved.after:.3g}{unit} ({bounds})"
    mark = one.direction if told.changed(one) else "no change"
    return (
        f"{one.measure}: {scale * moved.before:.3g} to {scale * moved.after:.3g}{unit}, "
        f"{scale * moved.change:+.3g} ({scale * moved.low:+.3g} to {scale * moved.high:+.3g}), "
        f"q {one.q:.2g}: {mark}"
    )
