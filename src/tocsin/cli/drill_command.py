"""`tocsin drill SCENARIO` opens the console on a scripted incident; --score tells how it went."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.drill import Score
from tocsin.operations import drill

_FASTEST = 120.0
_MORE = """Without SCENARIO the drills there are are listed. A drill has a store of its own, marked on every
screen and page; nothing leaves it and no figure counts it. Its clock runs SPEED times as
fast; it ends by itself, with a score sheet. The store is kept where --store says, else in a temporary folder
that is gone when the console closes.

JSON without SCENARIO: a list of id, title, type, system, minutes. With --score: scenario, began, at, passed,
marks (a list of title, passed (null: nothing to judge by), said, took_s, target_s) and missed (deadlines)."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "drill", _drill, "practise on a scripted incident", writes=True)
    parser.epilog = _MORE
    parser.add_argument("scenario", metavar="SCENARIO", nargs="?", help="one of those listed, or a TOML file")
    parser.add_argument("--speed", type=float, default=10.0, help="how many times as fast; default 10")
    parser.add_argument("--score", action="store_true", help="tell how the drill of --store went")
    parser.add_argument(
        "-o", dest="file", type=Path, metavar="FILE", help="with --score: a score sheet as PDF"
    )
    options.paper_option(parser)


def _drill(args: argparse.Namespace) -> int:
    if args.score:
        return _score(args)
    if args.scenario is None:
        return _list(args)
    if not 1 <= args.speed <= _FASTEST:
        raise BadInput(f"a drill runs 1 to {_FASTEST:g} times as fast.", where=f"--speed {args.speed:g}")
    return _open(args)


def _list(args: argparse.Namespace) -> int:
    found = drill.scenarios()
    if args.json:
        keys = ("id", "title", "type", "system", "minutes")
        options.print_json([{key: getattr(one, key) for key in keys} for one in found])
        return 0
    for one in found:
        options.show(f"{one.id:<14} {one.title} ({one.minutes:g} min)")
    return 0


def _score(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = drill.scored(store)
        if args.file is not None:
            drill.write_sheet(store, found, args.file, options.paper(args))
    if args.json:
        options.print_json(as_json(found))
        return 0
    options.show(f"{found.scenario.title}: {found.passed} of {found.judged} reached")
    for one in found.marks:
        word = {True: "reached", False: "missed", None: "-"}[one.passed]
        took = "" if one.took is None else f" after {one.took.total_seconds() / 60:.0f} min"
        target = "" if one.target is None else f" (target {one.target.total_seconds() / 60:.0f} min)"
        options.show(f"  {word:<8} {one.title}{took}{target}: {one.said}")
    for line in found.missed:
        options.show(f"  deadline {line}")
    return 0


def as_json(found: Score) -> dict[str, Any]:
    """Return the stable JSON form of a score."""
    marks = [
        {
            "title": one.title,
            "passed": one.passed,
            "said": one.said,
            "took_s": None if one.took is None else one.took.total_seconds(),
            "target_s": None if one.target is None else one.target.total_seconds(),
        }
        for one in found.marks
    ]
    return {"scenario": found.scenario.id, "began": found.began, "at": found.at, "passed": found.passed,
            "marks": marks, "missed": found.missed}  # fmt: skip


def _open(args: argparse.Namespace) -> int:
    from tocsin.cli.libraries import require_qt
    from tocsin.now import FastClock, SystemClock

    require_qt(window=True)
    told, clock = drill.scenario(args.scenario), SystemClock()
    with tempfile.TemporaryDirectory(prefix="tocsin-drill-", ignore_cleanup_errors=True) as temporary:
        work = Path(temporary)
        path = args.store or work / f"{told.id}.tocsin"
        if path.exists():
            raise BadInput(
                "there is something already.", where=str(path), hint="Name a store that does not exist."
            )
        options.say(f"Preparing the drill: {told.title}.")
        began = options.with_bar(drill.build(path, told, args.scenario, clock, work))
        from tocsin.ui.console import open_console

        return open_console(path, FastClock(clock, began, args.speed), operator=args.by or "")
