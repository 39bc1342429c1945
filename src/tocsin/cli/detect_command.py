"""`tocsin detect` judges what has arrived; `tocsin alerts` lists what was found or imported."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.alert import Alert
from tocsin.operations import alerts, detect
from tocsin.store import systems
from tocsin.store.folder import Store

_KEYS = """JSON: a list of detected, severity (critical, high, medium, low), detector, version, message,
value, threshold, time, start {at, earliest, latest, zone}, ended, urgent, system, system_id, signal, metric,
labels, effect, p_value, windows (a list of name, since, until, samples), raised (when it was found here; null
for an imported one), baseline, source, id. time is when
the departure was established, in the samples' own time; start its estimated beginning with 90 % bounds; ended
is null while it lasts; effect is in standard deviations of the baseline; p_value the chance that a week
without change goes as far. Times are ISO 8601 in UTC; null when unknown."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    run = options.command(subparsers, "detect", _detect, "judge the samples that have not been judged yet")
    listing = options.command(subparsers, "alerts", _alerts, "list the alerts, newest first")
    run.epilog = f"Shows the alerts this run raised or changed; `tocsin alerts` lists all of them.\n\n{_KEYS}"
    listing.epilog = _KEYS
    for parser in (run, listing):
        parser.add_argument("--system", metavar="S", help="only this AI system: its name, an alias or its id")


def as_json(alert: Alert, names: dict[str, str]) -> dict[str, Any]:
    """Return the stable JSON form of an alert; `names` are the systems' names by id."""
    return {
        "detected": alert.detected,
        "severity": alert.severity,
        "detector": alert.detector,
        "version": alert.version,
        "message": alert.message,
        "value": alert.value,
        "threshold": alert.threshold,
        "time": alert.time,
        "start": alert.start,
        "ended": alert.ended,
        "urgent": alert.urgent,
        "system": names.get(alert.system, alert.system),
        "system_id": alert.system,
        "signal": alert.signal,
        "metric": alert.metric,
        "labels": alert.labels,
        "effect": alert.effect,
        "p_value": alert.p_value,
        "windows": alert.windows,
        "raised": alert.raised,
        "baseline": alert.baseline,
        "source": alert.source,
        "id": alert.id,
    }


def _detect(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        done = options.with_bar(detect.detect(store, system=args.system), quiet=args.json)
        for problem in done.problems:
            options.say(problem)
        _show(store, [*done.raised, *done.changed], args.json)
        options.say(
            f"{done.series} series, {done.judged} new samples judged, {len(done.raised)} alerts raised, "
            f"{len(done.changed)} changed."
        )
        return 1 if done.problems else 0


def _alerts(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = alerts.list_all(store, system=args.system)
        _show(store, found, args.json)
        if not found:
            options.say("No alerts.")
        return 0


def _show(store: Store, found: list[Alert], as_document: bool) -> None:
    with store.journal.read() as connection:
        names = {system.id: system.name for system in systems.list_all(connection)}
    if as_document:
        options.print_json([as_json(alert, names) for alert in found])
        return
    for alert in found:
        local = alert.time.astimezone(ZoneInfo(store.zone))
        state = "lasting" if alert.ended is None else "ended"
        options.show(
            f"{local:%Y-%m-%d %H:%M %Z}  {alert.severity:<8}  {state:<7}  "
            f"{names.get(alert.system, alert.system)}: {alert.message}"
        )
