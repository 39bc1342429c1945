"""`tocsin examples` keeps cases that show a fault, tried on versions; `verify-fix` says if a fix holds."""

import argparse
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.examples import Column, Table
from tocsin.model.response import ExampleResult
from tocsin.operations import examples, fix_verification
from tocsin.operations.examples import Imported
from tocsin.operations.examples_file import NAMES
from tocsin.operations.fix_verification import FixView
from tocsin.store.folder import Store

_COLUMN = "version, at, passed, failed, missing, whole (passes all of them)"
_TABLE = f"""examples (a list of id, input, expected, observed, note), versions (a list of {_COLUMN}),
ordered, first_failing, last_good, fixed_by (the first version after it that passes all; null when there is
none), cells (a list of example, version, passed, tried, output)"""
_FILES = f"""A file is CSV, JSON (a list of objects) or JSON Lines, in UTF-8, with columns such as
{", ".join(NAMES)}. Every row is counted: read = stored + refused."""
_FIX = """JSON keys: verified (true once it was), can_be_verified, version, fixed (since when it serves),
quiet (how long it has to be quiet), reasons (why it is not verified), watches (a list of title, state: quiet,
waiting, spoke, no data or unknown, why, since, until). Times are ISO 8601 in UTC; null when there is none."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    group = subparsers.add_parser("examples", help="cases that show a fault, tried on versions")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    one = options.command(verbs, "list", _list, "show the examples against versions")
    one.epilog = f"JSON keys: {_TABLE}."
    add = options.command(verbs, "add", _add, "add one example", writes=True)
    imported = options.command(verbs, "import", _import, "add the examples of a file", writes=True)
    result = options.command(verbs, "result", _result, "record how a version did", writes=True)
    for parser in (one, add, imported, result):
        parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    add.epilog = f"JSON keys: {_TABLE}."
    add.add_argument("input", metavar="INPUT", help="what went in")
    for name, help in (("expected", "what should come out"), ("observed", "what came out"),
                       ("note", "a remark"), ("name", "its id; default the next number")):  # fmt: skip
        add.add_argument(f"--{name}", metavar="TEXT", default="", help=help)
    imported.epilog = f"{_FILES}\n\nJSON keys: read, stored, refused (a list of row, why)."
    imported.add_argument("file", metavar="FILE", type=Path)
    result.epilog = (
        f"{_FILES}\n\nJSON keys: with --file read, stored, refused (a list of row, why); else\n{_TABLE}."
    )
    result.add_argument("version", metavar="VERSION", nargs="?", default="", help="of the model, say v15")
    result.add_argument("--passed", metavar="ID", nargs="+", default=[], help="examples that came out right")
    result.add_argument("--failed", metavar="ID", nargs="+", default=[], help="examples that did not")
    result.add_argument("--file", metavar="FILE", type=Path, help="a file of results")
    _register_fix(subparsers)


def _register_fix(subparsers: options.Subparsers) -> None:
    fix = options.command(
        subparsers, "verify-fix", _verify, "say that a fix holds in production", writes=True
    )
    fix.epilog = f"""The detectors that raised the incident must have had data and stayed quiet, for as long
as the rules say, since the fix serves.\n\n{_FIX}"""
    fix.add_argument("incident", metavar="INCIDENT", help="reference or id")
    fix.add_argument(
        "--version", metavar="VERSION", default="", help="default: the one that the examples validate"
    )
    fix.add_argument("--since", metavar="TIME", help="since when it serves; default: its deployment")
    fix.add_argument(
        "--stated", metavar="TEXT", default="", help="what was seen of what cannot be seen from here"
    )
    fix.add_argument("--look", action="store_true", help="only say how it stands")


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        return _tell(store, args)


def _add(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        said = {name: getattr(args, name) for name in ("expected", "observed", "note", "name")}
        examples.add(store, options.author(store, args), args.incident, args.input, **said)
        return _tell(store, args)


def _import(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        return _tell_import(args, examples.import_examples(store, by, args.incident, args.file))


def _result(args: argparse.Namespace) -> int:
    if (args.file is None) == (not args.passed and not args.failed):
        raise BadInput("give either --file, or --passed and --failed.")
    with options.opened(args) as store:
        by = options.author(store, args)
        if args.file is not None:
            done = examples.import_results(store, by, args.incident, args.file, version=args.version)
            return _tell_import(args, done)
        results = [ExampleResult(id, True) for id in args.passed]
        results += [ExampleResult(id, False) for id in args.failed]
        examples.record(store, by, args.incident, args.version, results)
        return _tell(store, args)


def _verify(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        at = None if args.since is None else options.instant(store, args.since)
        if not args.look:
            by = options.author(store, args)
            work = fix_verification.verify(store, by, args.incident, args.version, at=at, stated=args.stated)
            options.with_bar(work, quiet=args.json)
        view = fix_verification.look(store, args.incident, args.version, at=at, stated=args.stated)
        if args.json:
            options.print_json(_fix_json(view))
            return 0
        for one in view.watches:
            options.show(f"{one.quiet:<8} {one.watch.title}: {one.why}")
        for reason in view.reasons if args.look else ():
            options.show(f"not yet: {reason}")
        if view.verified is not None:
            options.say(f"Version {view.verified.version} is verified: {view.verified.evidence}.")
    return 0


def _tell(store: Store, args: argparse.Namespace) -> int:
    table = examples.look(store, args.incident)
    if args.json:
        options.print_json(_json(table))
        return 0
    for one in table.examples:
        cells = " ".join(f"{_cell(table, one.id, column.version):>12}" for column in table.columns)
        options.show(f"{one.id:<14} {one.input.splitlines()[0][:50]:<52} {cells}")
    if table.columns:
        options.show(f"{'':<67} {' '.join(f'{column.version:>12}' for column in table.columns)}")
    for words, column in (("fails first", table.first_failing), ("fixed by", table.first_passing)):
        if column is not None:
            options.say(f"{words}: {column.version}, {column.words}.")
    if not table.examples:
        options.say("No examples.")
    return 0


def _cell(table: Table, example: str, version: str) -> str:
    tries = table.cells.get((example, version))
    if tries is None:
        return "—"
    word = "pass" if tries.good else "FAIL"
    return word if tries.tried == 1 else f"{word} {tries.passed}/{tries.tried}"


def _tell_import(args: argparse.Namespace, done: Imported) -> int:
    refused = [{"row": one.row, "why": one.why} for one in done.refused]
    if args.json:
        options.print_json({"read": done.read, "stored": done.stored, "refused": refused})
    else:
        for one in done.refused:
            options.show(f"row {one.row}: {one.why}")
        options.say(f"{done.read} read, {done.stored} stored, {len(refused)} refused.")
    return 0 if done.stored else 1


def _json(table: Table) -> dict[str, Any]:
    return {
        "examples": list(table.examples),
        "versions": [_column(one) for one in table.columns],
        "ordered": table.ordered,
        "first_failing": table.first_failing and table.first_failing.version,
        "last_good": table.last_good and table.last_good.version,
        "fixed_by": table.first_passing and table.first_passing.version,
        "cells": [
            {"example": example, "version": version, "passed": tries.passed, "tried": tries.tried,
             "output": tries.output}
            for (example, version), tries in table.cells.items()
        ],
    }  # fmt: skip


def _column(one: Column) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("version", "at", "passed", "failed", "missing", "whole")}


def _fix_json(view: FixView) -> dict[str, Any]:
    return {
        "verified": view.verified is not None,
        "can_be_verified": not view.reasons,
        "version": view.version,
        "fixed": view.fixed,
        "quiet": view.quiet,
        "reasons": view.reasons,
        "watches": [
            {"title": one.watch.title, "state": one.quiet, "why": one.why, "since": one.since,
             "until": one.until}
            for one in view.watches
        ],
    }  # fmt: skip
