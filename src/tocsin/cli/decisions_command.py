"""`tocsin decisions list|roles`: the decision logs of a system, and what their columns mean."""

import argparse
from collections.abc import Mapping
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model.decision import ROLES, Roles, likely_roles
from tocsin.model.instant import from_us, iso
from tocsin.operations import decisions

_LIST = """JSON: a list of system, file (its name in the store's imports folder), rows, first, last,
columns, and joins (whether it tells of decisions in the others what turned out later). Times are ISO 8601
in UTC."""
_ROLES = f"""Roles are
{chr(10).join(f"  {role:<15} {meaning}" for role, (meaning, _) in ROLES.items())}
--set names one role each: --set group=race,sex gives it two columns (group and segment only), --set group=
takes it away; the other roles stay as they are. Without --set the roles in force are shown.

JSON: system, roles (an object: role to a list of columns), favourable (the value of the decision that a
person hopes for, or empty), said (whether a person set them; else they follow from the columns' names),
columns (all there are), and id of the journal entry when something was set."""


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("decisions", help="decision logs, and what their columns mean")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    listing = options.command(verbs, "list", _list, "list the decision logs of a system")
    listing.epilog = _LIST
    roles = options.command(verbs, "roles", _roles, "show or say what the columns mean", writes=True)
    roles.epilog = _ROLES
    roles.add_argument("--set", metavar="ROLE=COLUMN", action="append", default=[], help="may come again")
    roles.add_argument("--favourable", metavar="V", help="the value of the decision a person hopes for")
    for parser in (listing, roles):
        parser.add_argument("--system", metavar="S", required=True, help="its name, an alias or its id")


def said_roles(words: list[str], before: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the roles as words like group=race,sex change those before. Raises BadInput."""
    found = dict(before)
    for word in words:
        role, equals, columns = word.partition("=")
        if not equals:
            raise BadInput("this is not ROLE=COLUMN.", where=word, hint=f"Roles are {', '.join(ROLES)}.")
        if role.strip() not in ROLES:
            raise BadInput(
                "there is no such role.", where=role.strip(), hint=f"Roles are {', '.join(ROLES)}."
            )
        named = tuple(name for name in (part.strip() for part in columns.split(",")) if name)
        if run_on := [name for name in named if name.partition("=")[0] in ROLES and "=" in name]:
            raise BadInput("each role has a --set of its own.", where=word, hint=f"Write --set {run_on[0]}.")
        found = {one: tuple(n for n in told if n not in named) for one, told in found.items()}
        found[role.strip()] = named
    return {role: told for role, told in found.items() if told}


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = [*decisions.logs(store, args.system), *decisions.told_later(store, args.system)]
    rows: list[dict[str, Any]] = [
        {"system": args.system, "file": log.file, "rows": log.rows, "first": from_us(log.first_us),
         "last": from_us(log.last_us), "columns": log.columns, "joins": log.joins}
        for log in found
    ]  # fmt: skip
    if args.json:
        options.print_json(rows)
        return 0
    for log in found:
        span = f"{iso(from_us(log.first_us))} to {iso(from_us(log.last_us))}"
        options.show(f"{log.file}  {log.rows:,} decisions  {span}  {', '.join(log.columns)}")
    if not found:
        options.say("No decision logs. `tocsin import --as decisions` brings one in.")
    return 0


def _roles(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        before, entry = decisions.roles_of(store, args.system), ""
        if args.set or args.favourable is not None:
            favourable = before.favourable if args.favourable is None else args.favourable
            wanted = Roles(said_roles(args.set, before.columns), favourable)
            by = options.author(store, args)
            entry = decisions.set_roles(store, by, args.system, wanted).id
        _show(args, decisions.said_roles(store, args.system), decisions.columns_of(store, args.system), entry)
        if entry:
            options.say(f"Saved; `tocsin incident undo {entry}` takes it back.")
    return 0


def _show(args: argparse.Namespace, said: Roles | None, columns: tuple[str, ...], entry: str) -> None:
    roles = likely_roles(columns) if said is None else said
    if args.json:
        told: dict[str, Any] = {"system": args.system, "roles": roles.columns, "said": said is not None,
                                "favourable": roles.favourable, "columns": columns}  # fmt: skip
        options.print_json(told | ({"id": entry} if entry else {}))
        return
    meant = {name: role for role, told in roles.columns.items() for name in told}
    for name in columns:
        options.show(f"{meant.get(name, ''):<15} {name}")
    if roles.favourable:
        options.show(f"{'favourable':<15} {roles.favourable}")
