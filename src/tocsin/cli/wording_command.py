"""`tocsin wording check FILE` says where a message breaks the rules of wording; - is standard input."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput, StoreProblem
from tocsin.model import wording
from tocsin.model.wording import RULES, Breach

_KEYS = "JSON keys: breaches (a list of rule, title, start, end, reason). Exit 1 where there is one."


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    group = subparsers.add_parser("wording", help="check a message before it is sent")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    check = options.command(verbs, "check", _check, "say where a message breaks the rules of wording")
    check.epilog = _KEYS
    check.add_argument("file", metavar="FILE", help="the message as text, - for standard input")
    check.add_argument("--inside", action="store_true", help="it stays inside: plain words, no promises")
    check.add_argument("--vendor", action="append", default=[], metavar="NAME", help="not to be blamed")


def _check(args: argparse.Namespace) -> int:
    text = read_text(args.file)
    found = wording.breaches(text, outside=not args.inside, vendors=args.vendor)
    if args.json:
        options.print_json({"breaches": [breach_json(one) for one in found]})
    elif found:
        say_breaches(text, found)
    else:
        options.say("No rule of wording is broken.")
    return 1 if found else 0


def say_breaches(text: str, found: Sequence[Breach]) -> None:
    """Tell a person what is wrong and where, on standard error."""
    for one in found:
        line = text.count("\n", 0, one.start) + 1
        where = "missing" if one.is_missing else f"line {line}, {text[one.start : one.end]!r}"
        options.say(f"{RULES[one.rule]} ({one.rule}; {where}): {one.reason}")


def breach_json(one: Breach) -> dict[str, Any]:
    """Return the stable JSON form of a breach."""
    return {
        "rule": one.rule,
        "title": RULES[one.rule],
        "start": one.start,
        "end": one.end,
        "reason": one.reason,
    }


def read_text(name: str) -> str:
    """Return the text of a file, of standard input for -. Raises StoreProblem and BadInput."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise StoreProblem(f"cannot be read: {error.strerror}.", where=name) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}.", where=name) from error
