"""The command line: parse arguments, call one operation, print. Exit 0 done, 1 failed, 2 wrong usage."""

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from tocsin import __version__
from tocsin.cli.options import harmless, print_json
from tocsin.errors import UserError

# Each module offers register(subparsers). Imported in this order, which is the order of --help.
_COMMANDS = (
    "console_command",
    "demo_command",
    "drill_command",
    "incident_command",
    "role_command",
    "handover_command",
    "observe_command",
    "timeline_command",
    "import_command",
    "signals_command",
    "coverage_command",
    "serving_command",
    "sources_command",
    "sync_command",
    "detect_command",
    "detectors_command",
    "alerts_command",
    "alarms_command",
    "decisions_command",
    "compare_command",
    "performance_command",
    "segments_command",
    "fairness_command",
    "spotcheck_command",
    "oversight_command",
    "behaviour_command",
    "start_command",
    "playbook_command",
    "examples_command",
    "triage_command",
    "matrix_command",
    "clocks_command",
    "duties_command",
    "filing_command",
    "notice_command",
    "due_command",
    "fact_command",
    "escalation_command",
    "roster_command",
    "contact_command",
    "channel_command",
    "containment_command",
    "freeze_command",
    "update_command",
    "wording_command",
    "policy_command",
    "regimes_command",
    "letters_command",
    "personal_command",
    "report_command",
    "document_command",
    "store_command",
    "doctor",
)

_LONGEST = 2000  # characters of an error told


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parser().parse_args(argv)
    try:
        return int(args.run(args))
    except UserError as error:
        if getattr(args, "json", False):
            print_json({"error": {"what": error.what, "where": error.where, "hint": error.hint}})
        told = f"tocsin: {error}"  # a name out of a file can be a megabyte
        print(harmless(told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("tocsin: stopped; what was reported as saved is saved.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe went away; Python would complain about it at exit
        return 1


@cache
def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands. Without a command the console opens."""
    from tocsin.cli.console_command import run as open_console

    root = argparse.ArgumentParser(
        prog="tocsin",
        description="Incident command console for AI systems.",
        epilog="`tocsin COMMAND --help` tells a command's options and the keys of its JSON. With --json, one "
        "that fails prints {error: {what, where, hint}} instead, and exits with 1.",
    )
    root.add_argument("--version", action="version", version=f"tocsin {__version__}")
    root.set_defaults(run=open_console, store=None)
    subparsers = root.add_subparsers(metavar="COMMAND", title="commands")
    for name in _COMMANDS:
        import_module(f"tocsin.cli.{name}").register(subparsers)
    return root
