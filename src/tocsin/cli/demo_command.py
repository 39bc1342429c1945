"""`tocsin demo`: the console on a demonstration; with --headless, the same path without a display."""

import argparse
import tempfile
from pathlib import Path

from tocsin.cli import options
from tocsin.errors import BadInput


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    demo = options.command(subparsers, "demo", run, "open the console on a demonstration")
    demo.add_argument(
        "--headless",
        metavar="DIR",
        type=Path,
        help="need no display: leave screenshots and the report in DIR",
    )
    demo.epilog = (
        "Without --store the demonstration lies in a temporary folder and is gone when the console closes. "
        "JSON keys with --headless: files (a list of paths)."
    )


def run(args: argparse.Namespace) -> int:
    """Build the demonstration and show it."""
    from tocsin.cli.libraries import require_qt

    require_qt(window=args.headless is None)
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-", ignore_cleanup_errors=True) as temporary:
        work = Path(temporary)
        path = args.store or work / "demonstration.tocsin"
        if path.exists():
            raise BadInput(
                "there is something already.", where=str(path), hint="Name a store that does not exist."
            )
        _build(path, work)
        return _walk(path, args) if args.headless else _open(path)


def _build(path: Path, work: Path) -> None:
    from tocsin.now import SystemClock
    from tocsin.operations import demo

    options.say("Building the demonstration: signals imported, departures looked for, incidents declared.")
    options.with_bar(demo.build(path, SystemClock(), work))


def _open(path: Path) -> int:
    from tocsin.now import SystemClock
    from tocsin.operations import demo
    from tocsin.ui.console import open_console

    return open_console(path, SystemClock(), operator=demo.story().operators[0])


def _walk(path: Path, args: argparse.Namespace) -> int:
    import os

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from tocsin.now import SystemClock
    from tocsin.ui.tour import walk

    made = walk(path, args.headless, SystemClock())
    if args.json:
        options.print_json({"files": [str(file) for file in made]})
    for file in () if args.json else made:
        print(file)
    return 0
