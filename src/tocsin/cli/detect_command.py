"""`tocsin detect` judges what has arrived."""

import argparse

from tocsin.cli import alerts_command, options
from tocsin.operations import detect


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    run = options.command(subparsers, "detect", _detect, "judge the samples that have not been judged yet")
    shows = "Shows the alerts this run raised or changed; `tocsin alerts` lists all of them."
    run.epilog = f"{shows}\n\n{alerts_command.KEYS}"
    run.add_argument("--system", metavar="S", help="only this AI system: its name, an alias or its id")
    run.add_argument(
        "--since", metavar="T", help="judge what was never judged from then on; before it is only its past"
    )


def _detect(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        since = None if args.since is None else options.instant(store, args.since)
        done = options.with_bar(detect.detect(store, system=args.system, since=since), quiet=args.json)
        for problem in done.problems:
            options.say(problem)
        alerts_command.show(store, [*done.raised, *done.changed], as_document=args.json)
        options.say(
            f"{done.series} series, {done.judged} new samples judged, {len(done.raised)} alerts raised, "
            f"{len(done.changed)} changed."
        )
        return 1 if done.problems else 0
