"""`tocsin options` registers ways to contain a system; `tocsin contain` pulls, confirms, puts them back."""

import argparse
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput
from tocsin.model import containment
from tocsin.model.containment import KINDS, Option, Pull
from tocsin.model.containment_effect import Effect, words
from tocsin.model.incident import Incident
from tocsin.operations import containment as operations
from tocsin.operations import containment_options as registry
from tocsin.operations import incidents, systems
from tocsin.operations.times import parse_instant
from tocsin.store.folder import Store

_OPTION_KEYS = f"""JSON keys of an option: id, system, name, kind, who (a list), how, minutes, takes_offline,
signal (an id, empty when none is named), undo, readiness (never rehearsed, rehearsed, rehearsed long ago, did
not work when rehearsed), rehearsed (null, or at, by, worked, minutes, note). Times are ISO 8601 in UTC.

Kinds:
{chr(10).join(f"  {kind:<17} {title}" for kind, title in KINDS.items())}"""
_PULL_KEYS = """`tocsin contain INCIDENT OPTION` pulls an option of the incident's system, by name or id;
`tocsin contain confirm INCIDENT OPTION --worked|--failed` says what came of it, `tocsin contain release
INCIDENT OPTION` that it was put back, `tocsin contain show INCIDENT` how all pulls stand, `tocsin contain
done INCIDENT` moves the incident to contained at the time the confirmed pull took effect.

JSON keys: incident, status, pulls (a list of id, option, name, at, by, minutes, state, due, takes_offline,
override, exception, live {verdict, words, samples, inside, low, high, middle, newest, since, silent}, worked,
seen, released), offers_contained (a time, or null). state is running, over time, confirmed, did not work or
released; verdict is what the live signal shows. Times are ISO 8601 in UTC."""
_VERBS = ("confirm", "release", "show", "done")


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    group = subparsers.add_parser("options", help="ways to contain a system, known beforehand")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    listing = options.command(verbs, "list", _list, "list the ways to contain, the fastest first")
    listing.add_argument("--system", default="", help="of this system only")
    _register_stating(verbs)
    rehearse = options.command(verbs, "rehearse", _rehearse, "record that one was tried", writes=True)
    remove = options.command(verbs, "remove", _remove, "say that one is there no more", writes=True)
    for parser in (rehearse, remove):
        parser.add_argument("option", metavar="OPTION", help="its id or name")
        parser.add_argument("--system", default="", help="of this system, where several have the name")
    rehearse.add_argument("--failed", action="store_true", help="it did not work")
    rehearse.add_argument("--minutes", type=float, help="how long it took")
    rehearse.add_argument("--note", default="")
    rehearse.add_argument("--at", metavar="TIME", help="when it was tried; default now")
    remove.add_argument("reason")
    for parser in verbs.choices.values():
        parser.epilog = _OPTION_KEYS
    _register_contain(subparsers)


def _register_stating(verbs: options.Subparsers) -> None:
    add = options.command(verbs, "add", _add, "register a way to contain a system", writes=True)
    add.add_argument("name", metavar="NAME")
    add.add_argument("--system", required=True)
    change = options.command(verbs, "change", _change, "change what is said of one", writes=True)
    change.add_argument("option", metavar="OPTION", help="its id or name")
    change.add_argument("--system", default="", help="of this system, where several have the name")
    change.add_argument("--name")
    for parser, new in ((add, True), (change, False)):
        parser.add_argument("--kind", choices=KINDS, required=new)
        parser.add_argument("--who", action="append", required=new, metavar="NAME",
                            help="who may pull it: a person, a role or a title; may be repeated")  # fmt: skip
        parser.add_argument("--how", required=new, help="what to do, step by step")
        parser.add_argument("--minutes", type=int, required=new, help="how long that takes")
        parser.add_argument("--takes-offline", action=argparse.BooleanOptionalAction,
                            help="it takes something offline: evidence comes first")  # fmt: skip
        parser.add_argument("--signal", help="the signal that shows whether it worked, by id or name")
        parser.add_argument("--undo", help="how things are put back")


def _register_contain(subparsers: options.Subparsers) -> None:
    contain = options.command(
        subparsers, "contain", _contain, "pull a way to contain an incident", writes=True
    )
    contain.usage = (
        "tocsin contain INCIDENT OPTION [options]\n"
        "       tocsin contain confirm INCIDENT OPTION (--worked | --failed) [--seen TEXT]\n"
        "       tocsin contain release INCIDENT OPTION [--note TEXT]\n"
        "       tocsin contain show|done INCIDENT"
    )
    contain.epilog = _PULL_KEYS
    contain.add_argument("words", nargs="+", metavar="WORD", help="see above; an option by its name or id")
    contain.add_argument("--override", default="", metavar="REASON", help="why evidence cannot come first")
    contain.add_argument("--exception", default="", metavar="REASON", help="why you, who may not, pull it")
    contain.add_argument("--at", metavar="TIME", help="when it was pulled; default now")
    said = contain.add_mutually_exclusive_group()
    said.add_argument("--worked", action="store_true")
    said.add_argument("--failed", action="store_true")
    contain.add_argument("--seen", default="", help="what was seen; what the live signal shows comes with it")
    contain.add_argument("--note", default="", help="how it was put back")


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = registry.of_system(store, args.system)
        if args.json:
            options.print_json([_option_json(store, one) for one in found])
            return 0
        for one in found:
            offline = ", takes offline" if one.takes_offline else ""
            options.show(f"{systems.name_of(store, one.system)}  {one.name}  ({KINDS[one.kind]}{offline})")
            options.show(
                f"    {one.minutes} min · {', '.join(one.who)} · {_rehearsed(store, one)} · {one.id}"
            )
        if not found:
            options.say("No way to contain is registered. `tocsin options add` registers one.")
    return 0


def _add(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        entry = registry.register(
            store,
            options.author(store, args),
            args.system,
            args.name,
            kind=args.kind,
            who=args.who,
            how=args.how,
            minutes=args.minutes,
            takes_offline=bool(args.takes_offline),
            signal=args.signal or "",
            undo=args.undo or "",
        )
        return _print_option(store, args, entry.subject, "Registered.")


def _change(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        names = ("name", "kind", "who", "how", "minutes", "takes_offline", "signal", "undo")
        values = {name: value for name in names if (value := getattr(args, name)) is not None}
        known = registry.get(store, args.option, _system(store, args.system))
        registry.change(store, options.author(store, args), known.id, **values)
        return _print_option(store, args, known.id, "Changed; what was said before stays in the journal.")


def _rehearse(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        known = registry.get(store, args.option, _system(store, args.system))
        at = None if args.at is None else parse_instant(args.at, now=store.now(), zone=store.zone)
        author = options.author(store, args)
        registry.rehearse(
            store, author, known.id, not args.failed, minutes=args.minutes, note=args.note, at=at
        )
        return _print_option(store, args, known.id, "Recorded.")


def _remove(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        known = registry.get(store, args.option, _system(store, args.system))
        registry.remove(store, options.author(store, args), known.id, args.reason)
        if args.json:
            options.print_json(_option_json(store, known))
        else:
            options.say(f"{known.name} is removed; it stays readable in the journal.")
    return 0


def _contain(args: argparse.Namespace) -> int:
    verb = args.words[0] if args.words[0] in _VERBS else "pull"
    rest = args.words[1:] if verb != "pull" else args.words
    if len(rest) != (1 if verb in ("show", "done") else 2):
        raise BadInput("this is not a way to contain.", where=" ".join(args.words), hint="See --help.")
    with options.opened(args) as store:
        said = _done(store, args, verb, rest)
        known = incidents.get(store, rest[0])
        if args.json:
            options.print_json(_json(store, known))
            return 0
        if said:
            options.say(said)
        for pull in containment.pulls(known):
            _show(store, known, pull)
        if not containment.pulls(known):
            options.say("Nothing was pulled.")
        if offered := containment.offers_contained(known):
            at = operations.effective(offered)
            options.say(f"`tocsin contain done {known.reference}` moves it to contained at {at:%H:%M} UTC.")
    return 0


def _done(store: Store, args: argparse.Namespace, verb: str, rest: list[str]) -> str:
    """Do what was asked for, and return what to say of it."""
    if verb == "show":
        return ""
    author = options.author(store, args)
    if verb == "done":
        operations.contain(store, author, rest[0])
        return "Contained."
    if verb == "confirm":
        if not args.worked and not args.failed:
            raise BadInput("say --worked or --failed.")
        operations.confirm(store, author, rest[0], rest[1], args.worked, args.seen)
        return "Recorded."
    if verb == "release":
        operations.release(store, author, rest[0], rest[1], args.note)
        return "Put back."
    at = None if args.at is None else parse_instant(args.at, now=store.now(), zone=store.zone)
    operations.pull(store, author, rest[0], rest[1], override=args.override, exception=args.exception, at=at)
    return "Pulled; confirm it on the live signal with `tocsin contain confirm`."


def _show(store: Store, known: Incident, pull: Pull) -> None:
    options.show(
        f"{pull.body.name}  {pull.state(store.now())}  pulled {pull.at:%Y-%m-%d %H:%M} UTC by {pull.said.by}"
    )
    options.show(
        f"    {pull.effect.body.seen if pull.effect else words(_live(store, known, pull), pull.at, 'UTC')}"
    )


def _live(store: Store, known: Incident, pull: Pull) -> Effect:
    return operations.effect(store, known.id, pull.id)[2]


def _system(store: Store, name: str) -> str:
    known = systems.find(store, name) if name else None
    return known.id if known else name


def _rehearsed(store: Store, one: Option) -> str:
    last = one.rehearsed
    return f"{one.readiness(store.now())}{f' {last.at:%Y-%m-%d}' if last else ''}"


def _print_option(store: Store, args: argparse.Namespace, id: str, done: str) -> int:
    if args.json:
        options.print_json(_option_json(store, registry.get(store, id)))
    else:
        options.say(f"{done} Its id is {id}.")
    return 0


def _option_json(store: Store, one: Option) -> dict[str, Any]:
    last = one.rehearsed
    names = ("id", "name", "kind", "who", "how", "minutes", "takes_offline", "signal", "undo")
    told = {name: getattr(one, name) for name in names}
    tried = None if last is None else {
        name: getattr(last, name) for name in ("at", "by", "worked", "minutes", "note")
    }  # fmt: skip
    readiness = one.readiness(store.now())
    return told | {"system": systems.name_of(store, one.system), "readiness": readiness, "rehearsed": tried}


def _json(store: Store, known: Incident) -> dict[str, Any]:
    offered = containment.offers_contained(known)
    return {
        "incident": known.reference,
        "status": known.status,
        "pulls": [_pull_json(store, known, pull) for pull in containment.pulls(known)],
        "offers_contained": operations.effective(offered) if offered else None,
    }


def _pull_json(store: Store, known: Incident, pull: Pull) -> dict[str, Any]:
    live = _live(store, known, pull)
    numbers = ("low", "high", "middle")
    seen = {name: value if (value := getattr(live, name)) == value else None for name in numbers}
    told = {
        name: getattr(live, name) for name in ("verdict", "samples", "inside", "newest", "since", "silent")
    }
    body = pull.body
    return {
        "id": pull.id,
        "option": body.option,
        "name": body.name,
        "at": pull.at,
        "by": pull.said.by,
        "minutes": body.minutes,
        "state": pull.state(store.now()),
        "due": pull.due,
        "takes_offline": body.takes_offline,
        "override": body.override,
        "exception": body.exception,
        "live": told | seen | {"words": words(live, pull.at, store.zone)},
        "worked": pull.effect.body.worked if pull.effect else None,
        "seen": pull.effect.body.seen if pull.effect else "",
        "released": pull.released.at if pull.released else None,
    }
