"""`tocsin import FILE... --system NAME` takes in what monitoring tools export, plain or packed."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli import options
from tocsin.errors import UserError
from tocsin.importers.base import RECORDS, Options, mapping
from tocsin.importers.times import UNITS_PER_SECOND
from tocsin.model.operator import Author
from tocsin.operations import incidents, operators, remembered, timeline_import
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.store.folder import Store

_SHOWN = 10
_MORE = """Times without a zone are read as UTC unless --tz says otherwise. Times that are bare numbers need
--time-unit. --map says what is made of which column, where the header leaves it open: KEY=COLUMN, a
constant KEY='words', or columns combined, KEY={host}: {text}. The keys are
  samples      time, value (COLUMN[,COLUMN...]), metric, unit, segment, group, system, label.NAME;
               decimal=comma, shape=wide or long
  alerts       time, severity, message, metric, value, threshold, detector, start, ended, updated, label.NAME
  deployments  time, name, version, kind, slot, vendor, pinned, until, earliest
  messages     time, text, author, channel, thread, tags, extra.NAME
  decisions    time, id (id=# numbers the rows), column.NAME (a column of the log under this name)
               and id and system for alerts, deployments and messages; a file with the ids of decisions that
               are in, and columns they have not, tells what turned out of them and is joined (--at: when)
  JSON         these too, fields written as model.version or choices[0].text; records=PATH says where the
               records are
A file is taken as a whole or not at all; single bad rows are set aside with line and reason, and over a
tenth of them refuse the file. What was there already is counted and changes nothing.

JSON: read, stored, already, rejected, missing (numbers; read is their sum), assumed (an object: what the file
does not say, and what was taken instead), files (a list, one a file: source, importer, record, records (an
object: how many of each kind were met, values of samples, else rows), system, series, first, last, rejects
with line and reason, dry_run, id of the journal entry, error or null, and the same counts; with --incident
also timeline: added, already, ahead). Times are ISO 8601 in UTC. Exit code 1 when a file was refused; the
others are in."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "import", run, "import monitoring data from files", writes=True)
    parser.epilog = _MORE
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a file, an archive or a folder")
    parser.add_argument(
        "--system", metavar="NAME", required=True, help="the AI system it is about; added when new"
    )
    parser.add_argument(
        "--as", dest="record", choices=RECORDS, default="", help="what is wanted of it; samples of a table"
    )
    parser.add_argument(
        "--format", metavar="NAME", default="", help="who reads it, where the content leaves it open"
    )
    parser.add_argument("--at", metavar="TIME", help="when it was measured, where the file does not say")
    parser.add_argument(
        "--tz", metavar="ZONE", default="", help="zone of times without one, as Europe/Berlin"
    )
    parser.add_argument("--time-unit", choices=tuple(UNITS_PER_SECOND), default="", help="of numeric times")
    parser.add_argument("--map", metavar="KEY=COLUMN,...", default="", help="which column is what")
    parser.add_argument(
        "--incident", metavar="INCIDENT", default="", help="bring the messages to the timeline of this one"
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell what would happen")


def run(args: argparse.Namespace) -> int:
    """Import each file; one that is refused does not keep the others out."""
    files: list[dict[str, Any]] = []
    with options.opened(args, create=True) as store:
        at = options.instant(store, args.at) if args.at else None
        if args.incident:
            incidents.get(store, args.incident)  # so that a wrong reference is told before anything is read
        chosen = Options(args.record, args.tz, args.time_unit, mapping(args.map), at, args.format)
        for path in args.files:
            files.append(_one(store, args, path, _as_last_time(store, args, path, chosen)))
    if args.json:
        options.print_json(_totals(files))
    return 1 if any(file["error"] for file in files) else 0


def _as_last_time(store: Store, args: argparse.Namespace, path: Path, chosen: Options) -> Options:
    """Return what was said of the last file like this one, where nothing was said of this."""
    last = remembered.options_for(store, path, args.system) if chosen == Options() else None
    if last is None:
        return chosen
    options.say(f"{path.name}: read as the last file like it ({', '.join(remembered.in_words(last))})")
    return last


def _one(store: Store, args: argparse.Namespace, path: Path, chosen: Options) -> dict[str, Any]:
    by = operators.account() if args.dry_run else options.author(store, args)
    work = ingest(store, by, path, system=args.system, options=chosen, dry_run=args.dry_run)
    try:
        report = options.with_bar(work)
    except UserError as error:
        options.say(f"tocsin: {error}")
        return {"source": str(path), "error": str(error)}
    _tell(report)
    told = {**msgspec.to_builtins(report), "error": None}
    del told["messages"]
    if args.incident and report.messages:
        told["timeline"] = _take(store, by, args.incident, report)
    return told


def _take(store: Store, by: Author, incident: str, report: ImportReport) -> dict[str, int]:
    """Bring the messages of an import to an incident's timeline."""
    taken = options.with_bar(timeline_import.take(store, by, incident, report.messages, source=report.source))
    left = f", {taken.ahead:,} lie in the future and were left out" if taken.ahead else ""
    options.say(f"  timeline: {taken.added:,} added, {taken.already:,} there already{left}")
    return {"added": taken.added, "already": taken.already, "ahead": taken.ahead}


def _tell(report: ImportReport) -> None:
    would = "would be " if report.dry_run else ""
    options.say(
        f"{report.source}: {report.read:,} read, {report.stored:,} {would}stored, "
        f"{report.already:,} already there, {report.rejected:,} rejected, {report.missing:,} without a value"
    )
    if kinds := [f"{count:,} {kind}" for kind, count in report.records.items() if count]:
        options.say(f"  holds {', '.join(kinds)}")
    for what, value in report.assumed.items():
        options.say(f"  {what}: {value}")
    if report.series:
        names = ", ".join(report.series[:_SHOWN]) + (" ..." if len(report.series) > _SHOWN else "")
        options.say(f"  {len(report.series)} series, {report.first} to {report.last}: {names}")
    for reject in report.rejects[:_SHOWN]:
        options.say(f"  line {reject.line}: {reject.reason}")
    if report.rejected > _SHOWN:
        options.say("  ... --json lists more of them")


def _totals(files: list[dict[str, Any]]) -> dict[str, Any]:
    counts = ("read", "stored", "already", "rejected", "missing")
    totals: dict[str, Any] = {name: sum(file.get(name, 0) for file in files) for name in counts}
    assumed: dict[str, str] = {}
    for file in files:
        assumed.update(file.get("assumed", {}))
    return {**totals, "assumed": assumed, "files": files}
