"""`tocsin incident declare|list|show|set|move|assign|alert|link|withdraw|undo|log|correct|retract`."""

import argparse
from typing import Any

import msgspec

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model import incident as states
from tocsin.model.incident import FIELDS, Incident
from tocsin.model.instant import When
from tocsin.model.observation import CHANNELS
from tocsin.model.timeline import LANES, Item
from tocsin.operations import documents, evidence, incidents, queue, roles, systems, timeline, undo
from tocsin.operations.times import parse_when
from tocsin.store.folder import Store

_KEYS = """JSON keys of an incident: id, reference, title, status, severity, system, system_id, commander,
roles (an object: role to person), detected, declared, start {at, earliest, latest, zone}, contained,
resolved, closed, version, impact, root_cause, remediation, prevention, alerts (a list as of `tocsin alerts`,
without the names of systems), links (a list of other, relation), withdrawn (the reason, or empty). `show`
adds timeline (a list of id, lane, text, happened, learned, author, edits, withdrawn) and
evidence (a list of entry, subject, incident, sha256, size, name, author, at); `list` prints a list;
what changes an incident prints it as it then is. Times are ISO 8601 in UTC; null when unknown."""
_OTHER_KEYS = {
    **dict.fromkeys(("log", "correct", "retract"), "JSON keys: id (of the journal entry)."),
    "undo": "JSON keys: id (of the entry that undoes), undone.",
}


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("incident", help="declare, read and change incidents", epilog=_KEYS)
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    _register_reading(verbs)
    _register_declaring(verbs)
    _register_changing(verbs)
    _register_timeline(verbs)
    for name, parser in verbs.choices.items():
        parser.epilog = _OTHER_KEYS.get(name, _KEYS)


def _register_reading(verbs: options.Subparsers) -> None:
    listing = options.command(verbs, "list", _list, "list the incidents")
    listing.add_argument("--open", action="store_true", help="leave out closed ones")
    show = options.command(verbs, "show", _show, "show one incident with its timeline")
    show.add_argument("incident", metavar="INCIDENT", help="reference or id")


def _register_declaring(verbs: options.Subparsers) -> None:
    declare = options.command(verbs, "declare", _declare, "declare an incident", writes=True)
    declare.add_argument("--title", required=True)
    declare.add_argument("--system", required=True, help="the AI system affected")
    declare.add_argument("--severity", help="default: what the alerts say, or the gravest")
    declare.add_argument(
        "--alert",
        action="append",
        default=[],
        metavar="ID",
        help="an alert that belongs to it, or a candidate",
    )
    declare.add_argument(
        "--observation",
        action="append",
        default=[],
        metavar="ID",
        help="what it is declared from, as reported",
    )
    declare.add_argument("--detected", metavar="TIME", help="when it was noticed; default now")
    declare.add_argument("--channel", default="", help=f"how it was noticed: {', '.join(CHANNELS)}")


def _register_changing(verbs: options.Subparsers) -> None:
    setting = _on_incident(verbs, "set", _set, "set fields")
    setting.add_argument("fields", nargs="+", metavar="FIELD=VALUE", help=", ".join(FIELDS))
    move = _on_incident(verbs, "move", _move, "move to another status")
    move.add_argument("status", choices=[states.CONTAINED, states.RESOLVED, states.CLOSED, states.REOPENED])
    move.add_argument("--at", metavar="TIME", help="when it really was; default now")
    move.add_argument("--note", default="")
    role = _on_incident(verbs, "assign", _assign, "give a role to a person")
    role.add_argument("role", choices=states.ROLES)
    role.add_argument("person", metavar="PERSON")
    alert = _on_incident(verbs, "alert", _alert, "add an alert, or all of a candidate, to an open incident")
    alert.add_argument("alert", metavar="ALERT", help="its id, or that of a candidate")
    link = _on_incident(verbs, "link", _link, "link to another incident; both are kept")
    link.add_argument("other", metavar="OTHER")
    link.add_argument("--relation", default=incidents.RELATIONS[0], choices=incidents.RELATIONS)
    withdraw = _on_incident(verbs, "withdraw", _withdraw, "withdraw the declaration, or an exported report")
    withdraw.add_argument("reason")
    withdraw.add_argument(
        "--export", metavar="ENTRY", help="the entry of the export, as `tocsin report` tells it"
    )
    undoing = options.command(verbs, "undo", _undo, "undo an entry of your own", writes=True)
    undoing.add_argument("entry", metavar="ENTRY", help="the entry's id")


def _register_timeline(verbs: options.Subparsers) -> None:
    log = _on_incident(verbs, "log", _log, "add a line; /decide, /tell ... choose the lane, @14:20 the time")
    log.add_argument("text", metavar="TEXT")
    log.add_argument("--lane", choices=LANES)
    log.add_argument("--at", metavar="TIME", help="when it happened: an instant or a range A..B")
    log.add_argument("--learned", metavar="TIME", help="when we came to know of it")
    correct = options.command(verbs, "correct", _correct, "correct a timeline entry", writes=True)
    correct.add_argument("item", metavar="ENTRY")
    correct.add_argument("--text")
    correct.add_argument("--lane", choices=LANES)
    correct.add_argument("--at", metavar="TIME")
    correct.add_argument("--learned", metavar="TIME")
    retract = options.command(verbs, "retract", _retract, "retract a timeline entry", writes=True)
    retract.add_argument("item", metavar="ENTRY")
    retract.add_argument("reason")


def _on_incident(verbs: options.Subparsers, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True)
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    return parser


def as_json(store: Store, incident: Incident) -> dict[str, Any]:
    """Return the stable JSON form of an incident."""
    times = {name: incident.reached(name) for name in (states.CONTAINED, states.RESOLVED, states.CLOSED)}
    texts = {
        name: incident.text(name) for name in ("version", "impact", "root_cause", "remediation", "prevention")
    }
    return {
        "id": incident.id,
        "reference": incident.reference,
        "title": incident.title,
        "status": incident.status,
        "severity": incident.severity,
        "system": systems.name_of(store, incident.system),
        "system_id": incident.system,
        "commander": incident.commander,
        "roles": dict(sorted(incident.staff.items())),
        "detected": incident.detected,
        "declared": incident.declared,
        "start": incident.start,
        **times,
        **texts,
        "alerts": [alert for _, alert in incident.alerts],
        "links": [{"other": link.other, "relation": link.relation} for link in incident.links],
        "withdrawn": incident.withdrawn,
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "lane": item.lane,
        "text": item.text,
        "happened": item.happened,
        "learned": item.learned,
        "author": item.author,
        "edits": item.edits,
        "withdrawn": item.withdrawn,
    }


def _report(store: Store, args: argparse.Namespace, incident: str, done: str) -> int:
    known = incidents.get(store, incident)
    if args.json:
        options.print_json(as_json(store, known))
    else:
        options.say(f"{known.reference}: {done}")
    return 0


def _list(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        found = incidents.listed(store, with_closed=not args.open)
        if args.json:
            options.print_json([as_json(store, incident) for incident in found])
            return 0
        for one in found:
            options.show(f"{one.reference}  {one.severity:<6}  {one.status:<9}  {one.title}")
        if not found:
            options.say("No incident was declared in this store.")
    return 0


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        one = incidents.get(store, args.incident)
        items = timeline.listed(store, one.id)
        if args.json:
            files = [msgspec.to_builtins(file) for file in evidence.of_incident(store, one.id)]
            told = {"timeline": [_item_json(item) for item in items], "evidence": files}
            options.print_json({**as_json(store, one), **told})
            return 0
        options.show(f"{one.reference}  {one.severity}  {one.status}  {one.title}")
        options.show(f"system {systems.name_of(store, one.system)}, commander {one.commander}")
        for item in items:
            mark = " (retracted)" if item.withdrawn else ""
            options.show(f"{item.happened.at:%Y-%m-%d %H:%M:%S}Z  {item.lane:<8}  {item.text}{mark}")
    return 0


def _declare(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        detected = None if args.detected is None else options.instant(store, args.detected)
        one = incidents.declare(
            store,
            options.author(store, args),
            title=args.title,
            system=args.system,
            severity=args.severity,
            alert_ids=[alert.id for alert in queue.found_of(store, args.alert)] if args.alert else (),
            observation_ids=args.observation,
            detected=detected,
            channel=args.channel,
        )
        return _report(store, args, one.id, f"declared as {one.severity}; {one.commander} commands.")


def _set(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        values: dict[str, str | When] = {}
        for pair in args.fields:
            name, equals, value = pair.partition("=")
            if not equals:
                raise BadInput("write FIELD=VALUE.", where=pair)
            is_time = name == "start"
            values[name] = parse_when(value, now=store.now(), zone=store.zone) if is_time else value
        incidents.set_fields(store, options.author(store, args), args.incident, values)
        return _report(store, args, args.incident, f"{', '.join(values)} set.")


def _move(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        at = None if args.at is None else options.instant(store, args.at)
        incidents.move(store, options.author(store, args), args.incident, args.status, at=at, note=args.note)
        return _report(store, args, args.incident, f"{args.status}.")


def _assign(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        roles.assume_role(store, by, args.incident, args.role, args.person)
        return _report(store, args, args.incident, f"{args.role}: {args.person}.")


def _alert(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        ids = [alert.id for alert in queue.found_of(store, [args.alert])]
        incidents.add_alerts(store, options.author(store, args), args.incident, ids)
        return _report(store, args, args.incident, "alert added." if len(ids) == 1 else "alerts added.")


def _link(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        incidents.link(store, options.author(store, args), args.incident, args.other, args.relation)
        return _report(store, args, args.incident, f"{args.relation} {args.other}.")


def _withdraw(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        if args.export is None:
            incidents.withdraw(store, by, args.incident, args.reason)
        else:
            documents.withdraw(store, by, args.export, args.reason)
        return _report(store, args, args.incident, "withdrawn.")


def _undo(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        entry = undo.undo(store, options.author(store, args), args.entry)
        if args.json:
            options.print_json({"id": entry.id, "undone": args.entry})
        else:
            options.say("Undone.")
    return 0


def _log(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        happened = None if args.at is None else parse_when(args.at, now=store.now(), zone=store.zone)
        learned = None if args.learned is None else options.instant(store, args.learned)
        lane, typed, text = timeline.parse_line(args.text, now=store.now(), zone=store.zone)
        entry = timeline.add(
            store,
            options.author(store, args),
            args.incident,
            text,
            lane=args.lane or lane,
            happened=happened or typed,
            learned=learned,
        )
        return _print_entry(args, entry.id, "Saved.")


def _correct(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        happened = None if args.at is None else parse_when(args.at, now=store.now(), zone=store.zone)
        learned = None if args.learned is None else options.instant(store, args.learned)
        entry = timeline.correct(
            store,
            options.author(store, args),
            args.item,
            text=args.text,
            lane=args.lane,
            happened=happened,
            learned=learned,
        )
        return _print_entry(args, entry.id, "Corrected; the earlier words stay in the journal.")


def _retract(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        entry = timeline.retract(store, options.author(store, args), args.item, args.reason)
        return _print_entry(args, entry.id, "Retracted; it stays readable.")


def _print_entry(args: argparse.Namespace, id: str, done: str) -> int:
    if args.json:
        options.print_json({"id": id})
    else:
        options.say(done)
    return 0
