"""`tocsin alerts` lists what was found or imported, shows the review queue, snoozes and accepts."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.model.alert import Alert
from tocsin.model.candidate import Cause
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.judgement import AlertsAccepted, AlertsSnoozed
from tocsin.operations import alerts, normals, queue
from tocsin.operations.queue import QueueView, Waiting, lines_below
from tocsin.operations.times import parse_until
from tocsin.store import systems
from tocsin.store.folder import Store

KEYS = """JSON: a list of detected, severity (critical, high, medium, low), detector, version, message,
value, threshold, time, start {at, earliest, latest, zone}, ended, state (lasting, ended, snoozed, accepted),
urgent, system, system_id, signal, metric, labels, effect, p_value, windows (a list of name, since, until,
samples), raised (when it was found here; null for an imported one), baseline, source, id. time is when
the departure was established, in the samples' own time; start its estimated beginning with 90 % bounds; ended
is null while it lasts; effect is in standard deviations of the baseline; p_value the chance that a week
without change goes as far. Times are ISO 8601 in UTC; null when unknown."""
_QUEUE_KEYS = """With --queue: now, candidates (a list, most urgent first, of id, system, system_id, title,
message, severity, urgent, start, ended, layers, alerts (ids), cause {text, type, deployment (id), before_s},
null where nothing speaks for one, incident (the reference of an open one it is likely part of, or null)),
snoozed (a list of the same with until, reason, by), history (how many
alerts are over, accepted or measured long ago), left_out (how many wait beyond these)."""
_IDS = "ids of alerts, or of candidates as --queue shows them"


def register(subparsers: options.Subparsers) -> None:
    """Add the command with what is done about alerts."""
    listing = options.command(subparsers, "alerts", _list, "list the alerts, or what waits for a look")
    listing.epilog = f"{KEYS}\n\n{_QUEUE_KEYS}"
    listing.add_argument("--system", metavar="S", help="only this AI system: its name, an alias or its id")
    listing.add_argument("--queue", action="store_true", help="related ones as one, with their likely cause")
    verbs = listing.add_subparsers(metavar="WHAT")
    snooze = _verb(verbs, "snooze", _snooze, "let them neither interrupt nor wait until a time")
    snooze.add_argument("--until", required=True, metavar="TIME", help="4 h, 09:00, tomorrow 09:00, ISO 8601")
    accept = _verb(verbs, "accept", _accept, "accept what they found as the new normal")
    accept.add_argument(
        "--since", metavar="TIME", help="when the new baseline begins; default when they had started"
    )
    for parser in (snooze, accept):
        parser.add_argument("--reason", required=True)
    _verb(verbs, "wake", _wake, "bring snoozed ones back")


def _verb(verbs: options.Subparsers, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True, nested=True)
    parser.add_argument("ids", metavar="ID", nargs="+", help=_IDS)
    parser.epilog = "JSON: id (of the journal entry), alerts (ids), reason, and until, or since and signals."
    return parser


def show(store: Store, found: list[Alert], *, as_document: bool) -> None:
    """Print alerts in the order given."""
    with store.journal.read() as connection:
        names = {system.id: system.name for system in systems.list_all(connection)}
        said = normals.verdicts(connection)
    states = [_state(alert, said, store) for alert in found]
    if as_document:
        options.print_json(
            [_as_json(alert, state, names) for alert, state in zip(found, states, strict=True)]
        )
        return
    zone = ZoneInfo(store.zone)
    for alert, state in zip(found, states, strict=True):
        options.show(
            f"{alert.time.astimezone(zone):%Y-%m-%d %H:%M %Z}  {alert.severity:<8}  {state:<8}  "
            f"{names.get(alert.system, alert.system)}: {alert.message}"
        )


def _state(alert: Alert, said: normals.Verdicts, store: Store) -> str:
    if alert.id in said.accepted:
        return "accepted"
    if said.asleep(alert.id, store.now()):
        return "snoozed"
    return "lasting" if alert.ended is None else "ended"


def _as_json(alert: Alert, state: str, names: dict[str, str]) -> dict[str, Any]:
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
        "state": state,
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


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        if args.queue:
            _show_queue(store, queue.look(store, args.system), args.json)
            return 0
        found = alerts.list_all(store, system=args.system)
        show(store, found, as_document=args.json)
        if not found:
            options.say("No alerts.")
        return 0


def _show_queue(store: Store, view: QueueView, as_document: bool) -> None:
    if as_document:
        options.print_json(_queue_json(view))
        return
    for one in view.candidates:
        _show_candidate(store, one, "urgent" if one.candidate.urgent else "review")
    for asleep in view.snoozed:
        until = asleep.until.astimezone(ZoneInfo(store.zone))
        _show_candidate(store, asleep.waiting, "asleep")
        options.show(f"    until {until:%Y-%m-%d %H:%M %Z}: {asleep.reason} ({asleep.author})")
    if not view.candidates:
        options.say("Nothing waits for a look.")
    if view.history:
        many = "1 alert is" if view.history == 1 else f"{view.history} alerts are"
        options.say(f"{many} history; `tocsin alerts` lists them.")


def _show_candidate(store: Store, one: Waiting, how: str) -> None:
    known = one.candidate
    state = how if known.ended is None else "over"
    options.show(
        f"{_stamp(store, known.start)}  {known.severity:<8}  {state:<6}  {one.system}: {known.name}: "
        f"{known.message}"
    )
    options.show("  ".join(filter(None, ("  ", known.id, *lines_below(one)))))


def _stamp(store: Store, start: When) -> str:
    return f"since {start.at.astimezone(ZoneInfo(store.zone)):%Y-%m-%d %H:%M %Z}"


def _queue_json(view: QueueView) -> dict[str, Any]:
    return {
        "now": view.now,
        "candidates": [_candidate_json(one) for one in view.candidates],
        "snoozed": [
            {**_candidate_json(one.waiting), "until": one.until, "reason": one.reason, "by": one.author}
            for one in view.snoozed
        ],
        "history": view.history,
        "left_out": view.left_out,
    }


def _candidate_json(one: Waiting) -> dict[str, Any]:
    known = one.candidate
    return {
        "id": known.id,
        "system": one.system,
        "system_id": known.system,
        "title": known.title,
        "message": known.message,
        "severity": known.severity,
        "urgent": known.urgent,
        "start": known.start,
        "ended": known.ended,
        "layers": list(dict.fromkeys(known.layers)),
        "alerts": known.ids,
        "cause": _cause_json(known.cause),
        "incident": one.incident.reference if one.incident else None,
    }


def _cause_json(cause: Cause | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    return {
        "text": cause.text,
        "type": cause.type,
        "deployment": cause.deployment.id if cause.deployment else None,
        "before_s": None if cause.before is None else cause.before.total_seconds(),
    }


def _snooze(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        until = parse_until(args.until, now=store.now(), zone=store.zone)
        entry = queue.snooze(store, options.author(store, args), args.ids, until, args.reason)
        return _snoozed(args, entry, f"snoozed until {until:%Y-%m-%d %H:%MZ}")


def _wake(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        return _snoozed(args, queue.wake(store, options.author(store, args), args.ids), "woken")


def _snoozed(args: argparse.Namespace, entry: Entry, said: str) -> int:
    body = entry.body
    assert isinstance(body, AlertsSnoozed)
    told = {"id": entry.id, "alerts": body.alerts, "until": body.until, "reason": body.reason}
    return _done(args, told, said)


def _accept(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        since = None if args.since is None else options.instant(store, args.since)
        entry = queue.accept(store, options.author(store, args), args.ids, args.reason, since=since)
        body = entry.body
        assert isinstance(body, AlertsAccepted)
        told = {"since": body.since, "signals": body.signals, "reason": body.reason}
        anew = f"{len(body.signals)} baselines begin anew at {body.since:%Y-%m-%d %H:%MZ}"
        said = f"accepted; {anew if body.signals else 'decisions since then are their baseline'}"
        return _done(args, {"id": entry.id, "alerts": body.alerts, **told}, said)


def _done(args: argparse.Namespace, told: dict[str, Any], said: str) -> int:
    if args.json:
        options.print_json(told)
    options.say(f"{len(told['alerts'])} alerts {said}; `tocsin incident undo {told['id']}` takes it back.")
    return 0
