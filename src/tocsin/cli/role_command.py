"""`tocsin role show|assume|relinquish INCIDENT`: who holds an incident's threads, and since when."""

import argparse
from typing import Any

from tocsin.cli import options
from tocsin.model import roles as rules
from tocsin.model.incident import ROLES
from tocsin.model.instant import iso
from tocsin.operations import roles
from tocsin.store.folder import Store

_KEYS = """Somebody always commands: that role is assumed by another or handed over (`tocsin handover`).

JSON keys: incident (its id), commander, ledger (a list of role, person, assumed, relinquished or null, entry,
handover), vacancies (roles the rules ask for and nobody has: role, title, since, due), hints (a list of
texts). With --at, `holders` tells who had which role at that instant. Times are ISO 8601 in UTC."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser(
        "role", help="who holds an incident's threads, and since when", epilog=_KEYS
    )
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    show = options.command(verbs, "show", _show, "tell who has and had which role")
    show.add_argument("incident", metavar="INCIDENT", help="reference or id")
    show.add_argument("--at", metavar="TIME", help="who had which role then; default now")
    assume = _on_incident(verbs, "assume", _assume, "give a role to a person")
    assume.add_argument("person", metavar="PERSON")
    relinquish = _on_incident(verbs, "relinquish", _relinquish, "give a role back; nobody has it then")
    relinquish.add_argument("--reason", default="")
    for parser in verbs.choices.values():
        parser.epilog = _KEYS


def _on_incident(verbs: options.Subparsers, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True)
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--at", metavar="TIME", help="when it really was; default now")
    return parser


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        return _print(store, args)


def _assume(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        at = None if args.at is None else options.instant(store, args.at)
        by = options.author(store, args)
        roles.assume_role(store, by, args.incident, args.role, args.person, at=at)
        return _done(store, args, f"{args.role}: {args.person}.")


def _relinquish(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        at = None if args.at is None else options.instant(store, args.at)
        by = options.author(store, args)
        roles.relinquish(store, by, args.incident, args.role, reason=args.reason, at=at)
        return _done(store, args, f"{args.role}: nobody.")


def _done(store: Store, args: argparse.Namespace, said: str) -> int:
    if args.json:
        args.at = None
        return _print(store, args)
    options.say(f"{args.incident}: {said}")
    return 0


def _print(store: Store, args: argparse.Namespace) -> int:
    found = roles.look(store, args.incident)
    at = options.instant(store, args.at)
    if args.json:
        options.print_json(as_json(found) | {"holders": _holders(found, at) if args.at else None})
        return 0
    wide = max(map(len, found.titles.values()))
    for one in found.ledger:
        if args.at is None or one.holds(at):
            until = f" until {iso(one.relinquished)}" if one.relinquished else ""
            options.show(f"{found.titles[one.role]:<{wide}}  {one.person}, since {iso(one.assumed)}{until}")
    if args.at is None:
        for vacancy in found.vacancies:
            title = vacancy.role.title or vacancy.role.id
            options.show(f"{title:<{wide}}  nobody, since {iso(vacancy.since)}, needed by {iso(vacancy.due)}")
        for hint in found.hints:
            options.say(f"Hint: {hint}.")
    return 0


def _holders(found: roles.Staffing, at: Any) -> dict[str, str]:
    held = {role: rules.holder(found.ledger, role, at) for role in ROLES}
    return {role: person for role, person in held.items() if person}


def as_json(found: roles.Staffing) -> dict[str, Any]:
    """Return the stable JSON form of who does what."""
    return {
        "incident": found.incident.id,
        "commander": found.incident.commander,
        "ledger": [
            {
                "role": one.role,
                "person": one.person,
                "assumed": one.assumed,
                "relinquished": one.relinquished,
                "entry": one.entry,
                "handover": one.handover,
            }
            for one in found.ledger
        ],
        "vacancies": [
            {"role": one.role.id, "title": one.role.title, "since": one.since, "due": one.due}
            for one in found.vacancies
        ],
        "hints": list(found.hints),
    }
