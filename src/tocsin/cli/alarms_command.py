"""`tocsin alarms` lists what demands that somebody acts now, acknowledges one, shelves one."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.errors import NotFound
from tocsin.model.alarms import Standing
from tocsin.model.journal import Entry
from tocsin.operations import alarms
from tocsin.operations.times import parse_until
from tocsin.store.folder import Store

_KEYS = """JSON: now, wakes (when the next one changes by itself, or null) and alarms (a list, sounding ones
first) of id, priority (urgent, warning, notice), state (new, sounds again, acknowledged, shelved, or over,
not acknowledged), title, detail, since, until (when a shelved one comes back or an acknowledged one
sounds again), over, by, said, incident (its id; empty for a finding), about (ids of alerts or of a clock)."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command with what is done about alarms."""
    listing = options.command(subparsers, "alarms", _list, "list what demands that somebody acts now")
    listing.epilog = _KEYS
    verbs = listing.add_subparsers(metavar="WHAT")
    for name, run, help in (
        ("acknowledge", _acknowledge, "silence one that was heard, until it has stood too long"),
        ("shelve", _shelve, "silence one until a time, for a reason"),
    ):
        parser = options.command(verbs, name, run, help, writes=True, nested=True)
        parser.epilog = "JSON: entry (the id of what was written) and alarm (its id)."
        parser.add_argument("id", metavar="ID", help="as `tocsin alarms --json` shows it")
        if name == "shelve":
            parser.add_argument("--until", required=True, metavar="TIME", help="30 min, 4 h, 09:00, ISO 8601")
            parser.add_argument("--reason", required=True)
        else:
            parser.add_argument("--note", default="")


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        view = alarms.look(store)
        if args.json:
            listed = [_as_json(one) for one in view.standing]
            options.print_json({"now": view.now, "wakes": view.wakes, "alarms": listed})
            return 0
        zone = ZoneInfo(store.zone)
        for one in view.standing:
            since = one.alarm.since.astimezone(zone)
            by = f" ({one.by})" if one.by else ""
            options.show(f"{one.alarm.priority.name.lower():<8} {one.state}{by}: {one.alarm.title}")
            options.show(f"    since {since:%Y-%m-%d %H:%M %Z} · {one.alarm.detail}")
            options.show(f"    {one.alarm.id}")
        if not view.standing:
            options.say("No alarm stands.")
    return 0


def _acknowledge(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        alarm = _standing(store, args.id).alarm
        return _done(
            args, alarms.acknowledge(store, options.author(store, args), alarm, args.note), "acknowledged"
        )


def _shelve(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        until = parse_until(args.until, now=store.now(), zone=store.zone)
        alarm = _standing(store, args.id).alarm
        entry = alarms.shelve(store, options.author(store, args), alarm, until, args.reason)
        return _done(args, entry, "shelved")


def _standing(store: Store, id: str) -> Standing:
    for one in alarms.look(store).standing:
        if one.alarm.id == id:
            return one
    raise NotFound("no such alarm stands.", where=id, hint="`tocsin alarms` lists them.")


def _done(args: argparse.Namespace, entry: Entry, what: str) -> int:
    if args.json:
        options.print_json({"entry": entry.id, "alarm": args.id})
    else:
        options.say(f"{what}: {args.id}")
    return 0


def _as_json(one: Standing) -> dict[str, Any]:
    return {
        "id": one.alarm.id,
        "priority": one.alarm.priority.name.lower(),
        "state": one.state,
        "title": one.alarm.title,
        "detail": one.alarm.detail,
        "since": one.alarm.since,
        "until": one.until,
        "over": one.alarm.over,
        "by": one.by,
        "said": one.said,
        "incident": one.alarm.incident,
        "about": one.alarm.about,
    }
