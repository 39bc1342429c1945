"""`tocsin` and `tocsin console`: open the window on a store."""

import argparse
import gc

from tocsin import paths
from tocsin.cli import options


def register(subparsers: options.Subparsers) -> None:
    """Add the command; without any command the console opens too."""
    options.command(
        subparsers, "console", run, "open the console (also without a command)", writes=True, answers=False
    )


def run(args: argparse.Namespace) -> int:
    """Open the console; a missing system library is named, not thrown."""
    from tocsin.cli.libraries import require_qt

    require_qt()
    # The console collects on the interface thread (ui/jobs.Collector); collecting already while its modules
    # are loaded would cost a tenth of the start.
    gc.disable()
    from tocsin.now import SystemClock
    from tocsin.ui.console import open_console

    path = args.store or paths.default_store()
    return open_console(path, SystemClock(), operator=getattr(args, "by", None) or "")
