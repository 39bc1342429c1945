"""`tocsin spotcheck`: draw a sample of decisions, record verdicts, and tell what they show."""

import argparse
from datetime import datetime
from typing import Any

from tocsin.cli import options
from tocsin.detectors.proportions import Rate
from tocsin.detectors.sampling import Estimate
from tocsin.model.spotcheck import VERDICTS, SpotCheck
from tocsin.operations import spotcheck, systems
from tocsin.operations.spotcheck_report import Report
from tocsin.operations.times import parse_instant, parse_span
from tocsin.store.folder import Store

_DRAW = """Each combination of values of the columns of --strata gives at least one decision, the others in
proportion. The seed is stored; --seed draws the same of the same decisions again.

JSON: id (of the draw), system, since, until (not in it), seed, population (decisions drawn from), by (columns
of the strata), method, drawn (ids in the order of review), strata (the stratum of each), sizes (decisions by
stratum). Times are ISO 8601 in UTC."""
_LIST = """JSON: a list of id, system, since, until, drawn, reviewed (how many), author, at."""
_QUEUE = """JSON: a list of decision (its id), stratum, cells (an object: column to text; empty where the
log is gone)."""
_RECORD = """A later verdict of the same person takes the place of the former.

JSON: id (of the journal entry), draw, decision, verdict, note."""
_REPORT = """A rate is an object of events, rows, rate, low, high. errors and exact have effective (how many
rows of a simple random sample would say as much) in place of events; they estimate the rate of all decisions
drawn from, errors with Wilson's interval, exact with that of Clopper and Pearson, over what is settled: right
or wrong by all who are sure. at_most is the rate if all that is unsure or disputed were wrong; precision half
the width of the interval.

JSON: id, system, confidence, drawn, reviewed, right, wrong, unsure, disputed, left, errors, exact, at_most,
precision, strata (a list of label, size, drawn, errors), reviewers (a list of name, reviewed, unsure, errors,
seconds (median)), agreement (a list of first, second, alike, kappa). null where nothing is settled yet."""
_SIZE = """The least number whose Wilson interval at the expected rate reaches no further each way than the
precision.

JSON: size."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    group = subparsers.add_parser("spotcheck", help="people check a random sample of decisions")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    drawing = options.command(verbs, "draw", _draw, "draw a random sample of decisions", writes=True)
    drawing.epilog = _DRAW
    drawing.add_argument("--system", metavar="S", required=True, help="its name, an alias or its id")
    drawing.add_argument("--since", metavar="T", help="decisions from then on")
    drawing.add_argument("--until", metavar="T", help="decisions before then")
    drawing.add_argument("--share", metavar="X", type=float, help="of the decisions, 0 to 1 (0.01)")
    drawing.add_argument("--size", metavar="N", type=int, help="how many, in place of a share")
    drawing.add_argument("--strata", metavar="COLUMN[,COLUMN]", default="", help="draw from each value")
    drawing.add_argument("--seed", metavar="N", type=int, help="of an earlier draw, to draw it again")
    listing = options.command(verbs, "list", _list, "list the spot checks, the newest first")
    listing.epilog = _LIST
    listing.add_argument("--system", metavar="S", default="", help="only of this AI system")
    queue = options.command(verbs, "queue", _queue, "show the decisions that wait for a review")
    queue.epilog = _QUEUE
    queue.add_argument("--most", metavar="N", type=int, default=1, help="so many of them (1)")
    queue.add_argument("--reviewer", metavar="NAME", help="those that this person has not judged")
    record = options.command(verbs, "record", _record, "record a verdict", writes=True)
    record.epilog = _RECORD
    report = options.command(verbs, "report", _report, "tell what the verdicts show")
    report.epilog = _REPORT
    report.add_argument("--confidence", metavar="X", type=float, default=0.95, help="of the intervals (0.95)")
    for parser in (queue, record, report):
        parser.add_argument("draw", metavar="DRAW", help="the id of a draw")
    record.add_argument("decision", metavar="DECISION", help="the id of a drawn decision")
    record.add_argument("verdict", choices=VERDICTS)
    record.add_argument("--note", metavar="TEXT", default="")
    _register_size(verbs)


def _register_size(verbs: options.Subparsers) -> None:
    size = options.command(verbs, "size", _size, "tell how many decisions a wished precision needs")
    size.epilog = _SIZE
    size.add_argument("--precision", metavar="X", type=float, required=True, help="either way, as 0.02")
    size.add_argument("--rate", metavar="X", type=float, default=0.05, help="of errors expected (0.05)")
    size.add_argument("--confidence", metavar="X", type=float, default=0.95, help="0.95")
    size.add_argument("--population", metavar="N", type=int, help="how many decisions there are")


def _span(
    since: str | None, until: str | None, *, now: datetime, zone: str
) -> tuple[datetime | None, datetime | None]:
    if since and until:
        return parse_span(since, until, now=now, zone=zone)
    first, last = (parse_instant(text, now=now, zone=zone) if text else None for text in (since, until))
    return first, last


def _draw(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        since, until = _span(args.since, args.until, now=store.now(), zone=store.zone)
        by = tuple(name for name in (part.strip() for part in args.strata.split(",")) if name)
        entry = spotcheck.draw(
            store, options.author(store, args), args.system, since=since, until=until, share=args.share,
            size=args.size, by=by, seed=args.seed,
        )  # fmt: skip
        check = spotcheck.get(store, entry.id)
        drawn = check.drawn
        if args.json:
            keys = ("since", "until", "seed", "population", "by", "method", "drawn", "strata", "sizes")
            told = {key: getattr(drawn, key) for key in keys}
            options.print_json({"id": check.id, "system": systems.name_of(store, drawn.system), **told})
            return 0
        parts = f" from {len(drawn.sizes)} strata" if drawn.by else ""
        options.show(check.id)
        options.say(
            f"{len(drawn.drawn):,} of {drawn.population:,} decisions drawn{parts}, seed {drawn.seed}. "
            f"`tocsin spotcheck queue {check.id}` shows the first."
        )
    return 0


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = spotcheck.listed(store, args.system)
        if args.json:
            options.print_json([_listed(store, check) for check in found])
            return 0
        for check in found:
            told = _listed(store, check)
            options.show(f"{check.id}  {told['system']}: {told['reviewed']} of {told['drawn']} reviewed")
        if not found:
            options.say("No spot checks. `tocsin spotcheck draw` draws one.")
    return 0


def _listed(store: Store, check: SpotCheck) -> dict[str, Any]:
    drawn = check.drawn
    return {
        "id": check.id, "system": systems.name_of(store, drawn.system), "since": drawn.since,
        "until": drawn.until, "drawn": len(drawn.drawn), "reviewed": len(check.verdicts),
        "author": check.author, "at": check.at,
    }  # fmt: skip


def _queue(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        waiting = spotcheck.queue(store, args.draw, reviewer=args.reviewer, most=max(args.most, 0))
        if args.json:
            cases = [
                {"decision": case.decision, "stratum": case.stratum, "cells": dict(case.cells)}
                for case in waiting
            ]
            options.print_json(cases)
            return 0
        for case in waiting:
            options.show(f"{case.decision}  ({case.stratum})")
            for column, text in case.cells:
                options.show(f"  {column}: {text}")
        if not waiting:
            options.say("Nothing waits; `tocsin spotcheck report` tells what was found.")
    return 0


def _record(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        entry = spotcheck.record(store, by, args.draw, args.decision, args.verdict, args.note)
        if args.json:
            said = {"draw": args.draw, "decision": args.decision, "verdict": args.verdict, "note": args.note}
            options.print_json({"id": entry.id, **said})
        else:
            options.say(f"Saved; `tocsin incident undo {entry.id}` takes it back.")
    return 0


def _report(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        told = spotcheck.report(store, args.draw, confidence=args.confidence)
        if args.json:
            options.print_json(as_json(told, systems.name_of(store, told.check.drawn.system)))
        else:
            for line in lines(told):
                options.show(line)
    return 0


def _size(args: argparse.Namespace) -> int:
    rows = spotcheck.size_for(args.precision, args.rate, args.confidence, args.population)
    if args.json:
        options.print_json({"size": rows})
    else:
        options.show(f"{rows:,}")
    return 0


def as_json(told: Report, system: str) -> dict[str, Any]:
    """Return the stable JSON form of a report."""
    counts = ("confidence", "drawn", "reviewed", "right", "wrong", "unsure", "disputed", "left")
    return {
        "id": told.check.id,
        "system": system,
        **{name: getattr(told, name) for name in counts},
        "errors": told.errors,
        "exact": told.exact,
        "at_most": told.at_most,
        "precision": told.precision,
        "strata": told.strata,
        "reviewers": told.reviewers,
        "agreement": told.agreement,
    }


def lines(told: Report) -> list[str]:
    """Return a report in lines for a person."""
    head = f"{told.reviewed} of {told.drawn} reviewed: {told.right} right, {told.wrong} wrong"
    head += f", {told.unsure} unsure, {told.disputed} disputed."
    if told.errors is None:
        return [head, "No error rate yet: nothing is settled."]
    found = [head, f"error rate {_percent(told.errors)}"]
    if told.at_most is not None and told.at_most > told.errors.rate:
        found.append(f"{told.at_most:.1%} if all that is unsure or disputed were wrong")
    if len(told.strata) > 1:
        found += [f"  {part.label}: {_percent(part.errors)} of {part.size:,}" for part in told.strata]
    for one in told.reviewers:
        took = "" if one.seconds is None else f", {one.seconds:.0f} s each"
        found.append(f"  {one.name}: {one.reviewed} reviewed{took}, errors {_percent(one.errors)}")
    for both in told.agreement:
        found.append(
            f"  {both.first} and {both.second} agree: {_percent(both.alike)}, kappa {both.kappa:.2f}"
        )
    return found


def _percent(rate: Rate | Estimate) -> str:
    if not rate.rows:
        return "unknown, none settled"
    return f"{rate.rate:.1%} ({rate.low:.1%} to {rate.high:.1%}, {rate.rows} settled)"
