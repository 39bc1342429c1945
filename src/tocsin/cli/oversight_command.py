"""`tocsin oversight`: how reviewers decide, by reviewer, team or any column, and whether that collapsed."""

import argparse
from dataclasses import replace
from typing import Any

from tocsin.cli import logs, options
from tocsin.cli.decisions_command import said_roles
from tocsin.detectors.oversight import Found, message
from tocsin.detectors.oversight_change import Shift
from tocsin.detectors.oversight_measures import FLOOR_S, SECONDS
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.model.instant import from_us, iso
from tocsin.operations import oversight
from tocsin.operations.decisions import Loaded
from tocsin.operations.oversight import Collapse, Report, Standing

_KEYS = f"""Roles: final and recommendation (override rate), reviewed (review rate), review_seconds (quick
reviews, review seconds), verdict (agreement with spot checks; of --system from its spot checks), reviewer,
team. With --window the rows before it are the baseline.

{logs.SPANS}

JSON: rows, overall and groups (lists of by, who, measure, level (rows, value, low, high), change, low, high,
p, q); with --window also shifts (a list of by, who, measure, before, after, change, low, high, p, q, trend_p,
trend_q) and found (a list of message, by, who, measure, gradual, start (at, earliest, latest)). Intervals are
of 95 %. A share's change is against all other rows, or after less before; that of review seconds (geometric
means) after over before. q is p held against every comparison made (Benjamini and Hochberg). null where
unknown."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "oversight", _oversight, "how people review decisions")
    parser.epilog = _KEYS
    logs.add_options(parser)
    parser.add_argument("--by", metavar="COLUMN", action="append", default=[], help="groups; may come again")
    parser.add_argument(
        "--where", metavar="COLUMN=VALUE", action="append", default=[], help="only these rows"
    )
    parser.add_argument("--window", metavar="A..B", help="did it become worse then?")
    parser.add_argument("--floor", metavar="S", type=float, default=FLOOR_S, help="a quicker review is quick")
    parser.add_argument("--chance", metavar="P", type=float, default=0.05, help="of one false find (0.05)")
    parser.add_argument(
        "--some", action="store_true", help="compare final and recommendation as above 0 or not"
    )


def _oversight(args: argparse.Namespace) -> int:
    loaded = _loaded(args)
    table, roles = loaded.table, loaded.roles
    for word in args.where:
        column, equals, value = word.partition("=")
        if not equals:
            raise BadInput("this is not COLUMN=VALUE.", where=word)
        table = oversight.where(table, column.strip(), value.strip())
    told = oversight.report(table, roles, by=args.by, floor_s=args.floor, some=args.some)
    change = None
    if args.window:
        window = logs.span(args.window, args)
        change = oversight.collapse(table, roles, window, chance=args.chance, floor_s=args.floor)
    if args.json:
        options.print_json(as_json(told, change, rows=args.row_order))
    else:
        for line in lines(told, change):
            options.show(line)
    return 0


def _loaded(args: argparse.Namespace) -> Loaded:
    if args.system is None:
        return logs.load(args)
    with options.opened(args) as store:
        loaded = options.with_bar(oversight.of_system(store, args.system), quiet=args.json)
    roles = Roles(said_roles(args.set, loaded.roles.columns), loaded.roles.favourable)
    return replace(loaded, roles=roles)


def as_json(told: Report, change: Collapse | None, *, rows: bool) -> dict[str, Any]:
    """Return the stable JSON form; with `rows` instants are numbers of rows."""
    found: dict[str, Any] = {"rows": told.rows, "overall": told.overall, "groups": told.groups}
    if change is not None:
        found["shifts"] = change.shifts
        found["found"] = [_found(one, rows=rows) for one in change.found]
    return found


def _found(one: Found, *, rows: bool) -> dict[str, Any]:
    shift, start = one.shift, None
    if one.onset is not None:
        at = {"at": one.onset.at_us, "earliest": one.onset.earliest_us, "latest": one.onset.latest_us}
        start = at if rows else {name: from_us(us) for name, us in at.items()}
    return {"message": message(shift, gradual=one.gradual), "by": shift.by, "who": shift.who,
            "measure": shift.measure, "gradual": one.gradual, "start": start}  # fmt: skip


def lines(told: Report, change: Collapse | None) -> list[str]:
    """Return it in lines for a person."""
    found = [f"{told.rows:,} decisions"] + [_line(one) for one in told.overall]
    found += [f"  {one.by} {one.who}: {_line(one)}" for one in told.groups]
    if change is not None:
        found.append(f"{len(change.shifts)} levels compared; became worse:")
        found += [f"  {_told(one.shift, one)}" for one in change.found] or ["  nothing"]
    return found


def _line(one: Standing) -> str:
    level = one.level
    if not level.rows:
        return f"{one.measure} unknown"
    if one.measure == SECONDS:
        return f"{one.measure} {level.value:.1f} s ({level.low:.1f} to {level.high:.1f}, {level.rows:,} rows)"
    words = f"{one.measure} {level.value:.1%} ({level.low:.1%} to {level.high:.1%}, {level.rows:,} rows)"
    if one.q == one.q:
        words += f"; {one.change:+.1%} against the rest ({one.low:+.1%} to {one.high:+.1%}), q {one.q:.2g}"
    return words


def _told(shift: Shift, one: Found) -> str:
    words = f"{message(shift, gradual=one.gradual)}, q {min(shift.q, shift.trend_q):.2g}"
    return words + (f", since {iso(from_us(one.onset.at_us))}" if one.onset else "")
