"""`tocsin sources`: live sources added, listed, tried and removed."""

import argparse
import getpass
import sys
import threading
from typing import Any

from tocsin import plugins
from tocsin.cli import options
from tocsin.errors import BadInput, UserError
from tocsin.importers.durations import seconds
from tocsin.model.source import LiveSource
from tocsin.operations import listening, rounds, secrets, sources, systems, trial
from tocsin.operations.secrets import Secrets
from tocsin.operations.sources import Status
from tocsin.store.folder import Store

_KEYS = """JSON: a list of name, kind, place, system, every_s, settings (an object), encrypted, last_success,
last_try, next_try, newest (time of the newest sample or record), lag_s (how old that is), rows (ever stored),
failures (rounds since the last success), error (empty when the last round went well). Times are ISO 8601 in
UTC; null when unknown."""
_MORE = """Without --kind the URL is asked what it is. --set gives a setting of the kind; twice the same key
adds a line, as for several queries. A password or token is asked for, never given on the command line; it is
kept in the system's keyring, or else in a file sealed by a passphrase, and never in the store."""


def register(subparsers: options.Subparsers) -> None:
    """Add the commands."""
    group = subparsers.add_parser("sources", help="live sources: add, list, test, remove")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    add = options.command(verbs, "add", _add, "add a live source, or set one anew", writes=True)
    add.epilog = f"{_MORE}\n\nJSON: an object as `tocsin sources list` gives a list of."
    add.add_argument("name", metavar="NAME", help="small letters, digits, dots, dashes or underscores")
    add.add_argument(
        "place", metavar="URL", help="of the server; the path of a folder; an address to listen at"
    )
    add.add_argument("--system", metavar="NAME", required=True, help="the AI system its records are about")
    add.add_argument("--kind", metavar="KIND", help="prometheus, alertmanager, mlflow, folder, webhook")
    add.add_argument("--every", metavar="TIME", default="15s", help="time between two rounds (15s)")
    add.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a setting of the kind")
    add.add_argument("--ca", metavar="FILE", default="", help="certificates trusted beside the system's own")
    add.add_argument(
        "--user", metavar="NAME", default="", help="user name; without one the secret is a token"
    )
    add.add_argument(
        "--secret",
        action="store_true",
        help="ask for a password or token; of a webhook, for PagerDuty's signing secret",
    )
    listing = options.command(verbs, "list", _list, "list the live sources and how it goes with each")
    listing.epilog = _KEYS
    test = options.command(verbs, "test", _test, "ask a source, or a URL, what it is")
    test.epilog = "JSON: answers (what is there, in words)."
    test.add_argument("source", metavar="NAME|URL")
    secret = options.command(
        verbs, "secret", _secret, "enter a source's password or token anew", answers=False
    )
    secret.add_argument("name", metavar="NAME")
    kinds = options.command(verbs, "kinds", _kinds, "list the kinds of sources with their settings")
    kinds.epilog = "JSON: an object, for each kind a list of name, meaning, default of a setting."
    remove = options.command(verbs, "remove", _remove, "ask a source no more", writes=True)
    remove.epilog = "JSON: removed (the name)."
    remove.add_argument("name", metavar="NAME")


def as_json(store: Store, status: Status) -> dict[str, Any]:
    """Return the stable JSON form of a source."""
    source, state = status.source, status.state
    return {
        "name": source.name,
        "kind": source.importer.removesuffix("_api"),
        "place": source.place,
        "system": systems.name_of(store, source.system),
        "every_s": source.every_s,
        "settings": source.settings,
        "encrypted": status.encrypted,
        "last_success": state.last_success,
        "last_try": state.last_try,
        "next_try": state.next_try,
        "newest": state.newest,
        "lag_s": status.lag_s,
        "rows": state.rows,
        "failures": state.failures,
        "error": state.error,
    }


def line(status: Status) -> str:
    """Return a source and how it goes in one line for a person."""
    source, state = status.source, status.state
    words = [f"{source.name} ({source.importer.removesuffix('_api')}, {source.place})"]
    if state.last_try is None:
        words.append("not asked yet")
    elif state.error:
        words.append(
            f"{state.error} Next try {state.next_try:%H:%M:%S} UTC" if state.next_try else state.error
        )
    else:
        words.append(f"in order, {state.rows:,} {'row' if state.rows == 1 else 'rows'} stored")
    if status.lag_s is not None:
        words.append(f"newest {status.lag_s:,.0f} s old")
    if not status.encrypted:
        words.append("not encrypted")
    return "; ".join(words)


def held_secrets() -> Secrets:
    """Return where secrets are kept on this machine, asking for a passphrase if need be."""
    return secrets.opened(asked)


def _add(args: argparse.Namespace) -> int:
    settings = {key: value for key, value in (("ca", args.ca), ("user", args.user)) if value}
    for pair in args.set:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("--set is KEY=VALUE, such as query=up.", where=pair)
        settings[key.strip()] = f"{settings[key.strip()]}\n{value}" if key.strip() in settings else value
    secret = None
    if args.secret:
        secret = asked("Password or token: ")
        if args.kind != sources.WEBHOOK:
            settings["secret"] = "yes"
    with options.opened(args, create=True) as store:
        importer = sources.kind(args.kind) if args.kind else _recognised(store, args.place, settings, secret)
        by = options.author(store, args)
        sources.check_new(args.name, importer, args.place, seconds(args.every), settings)
        system = systems.ensure(store, by, args.system)
        source = sources.save(
            store, by, LiveSource(args.name, importer, args.place, system.id, seconds(args.every), settings)
        )
        _keep(store, source, secret)
        [status] = [one for one in sources.status(store) if one.source.name == source.name]
        if args.json:
            options.print_json(as_json(store, status))
        options.say(f"{source.name} is set: {importer.removesuffix('_api')} at {source.place}.")
        if importer == "prometheus_api" and not settings.get("query"):
            options.say('It is asked for nothing yet: set it anew with --set "query=PROMQL" for each query.')
        if not status.encrypted:
            options.say("What it sends is not encrypted on the way.")
    return 0


def _keep(store: Store, source: LiveSource, secret: str | None) -> None:
    """Keep what was entered; a webhook gets a token of ours, which is shown this once."""
    if source.importer == sources.WEBHOOK:
        held, token = held_secrets(), listening.new_token(store)
        held.put(listening.token_name(source), token)
        if secret is not None:
            held.put(listening.signing_name(source), secret)
        options.say(f"Senders must send this token (Authorization: Bearer TOKEN): {token}")
    elif secret is not None:
        held_secrets().put(sources.secret_name(source), secret)


def _recognised(store: Store, place: str, settings: dict[str, str], secret: str | None) -> str:
    way = sources.http(store, place, settings, secret, threading.Event())
    try:
        name, words = sources.recognise(way)
    finally:
        way.close()
    options.say(f"{words} answers there.")
    return name


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = sources.status(store)
        if args.json:
            options.print_json([as_json(store, one) for one in found])
            return 0
        for one in found:
            options.show(line(one))
        if not found:
            options.say("No sources.")
    return 0


def _test(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        known = [one for one in sources.list_all(store) if one.name == args.source]
        words = _tried(store, known[0]) if known else _tried_url(store, args.source)
    if args.json:
        options.print_json({"answers": words})
    else:
        options.show(words)
    return 0


def _tried(store: Store, source: LiveSource) -> str:
    secret = None
    if sources.needs_secret(source):
        secret = held_secrets().get(sources.secret_name(source))
        if secret is None:
            raise UserError(
                "its secret is not known here.", where=source.name, hint="`tocsin sources secret`"
            )
    return trial.trial(store, source, secret, threading.Event())


def _tried_url(store: Store, url: str) -> str:
    if "://" not in url:
        sources.get(store, url)
    way = sources.http(store, url, {}, None, threading.Event())
    try:
        return f"{sources.recognise(way)[1]} answers there."
    finally:
        way.close()


def _secret(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        source = sources.get(store, args.name)
        webhook = source.importer == sources.WEBHOOK
        _keep(store, source, None if webhook else asked("Password or token: "))
    options.say("It is kept.")
    return 0


def _remove(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        source = sources.get(store, args.name)
        for name in rounds.secret_names(source):  # first: a wrong passphrase must not leave them behind
            held_secrets().remove(name)
        sources.remove(store, options.author(store, args), args.name)
        if args.json:
            options.print_json({"removed": args.name})
    options.say(f"{args.name} is asked no more; what it sent stays.")
    return 0


def asked(question: str) -> str:
    """Return what a person types unseen, or the next line of a pipe. Raises BadInput when there is none."""
    if sys.stdin is not None and sys.stdin.isatty():
        answer = getpass.getpass(question)
    else:
        answer = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
    if not answer:
        raise BadInput(
            "nothing was entered.", hint="Type it when asked, or send it as a line on standard input."
        )
    return answer


def _kinds(args: argparse.Namespace) -> int:
    names = [one.name for one in plugins.live()] + [sources.FOLDER, sources.WEBHOOK]
    known = {name.removesuffix("_api"): sources.settings_of(name) for name in names}
    if args.json:
        options.print_json(known)
        return 0
    for name, settings in known.items():
        options.show(name)
        for one in settings:
            options.show(f"  {one.name:<11} {one.meaning}" + (f" ({one.default})" if one.default else ""))
    return 0
