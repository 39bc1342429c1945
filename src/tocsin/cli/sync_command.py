"""`tocsin sync`: asks the live sources, once or until it is stopped."""

import argparse
import sys
import threading
from collections.abc import Callable, Sequence

import msgspec

from tocsin.cli import options
from tocsin.cli.sources_command import as_json, held_secrets, line
from tocsin.errors import BadInput, NotFound
from tocsin.model.source import LiveSource
from tocsin.operations import operators, rounds, sources, sync
from tocsin.operations.sources import Status
from tocsin.store.folder import Store

_MORE = """Without --once it goes on until Ctrl C, each source on its own rhythm; a console that is open does
the same by itself. Exit code 1 when a source failed in its last round.

JSON: with --once the list that `tocsin sources list --json` prints; else one such object a line, after each
round of a source."""
_LOOK_S = 0.5


def register(subparsers: options.Subparsers) -> None:
    """Add the command."""
    parser = options.command(subparsers, "sync", run, "ask the live sources what is new")
    parser.epilog = _MORE
    parser.add_argument("names", metavar="NAME", nargs="*", help="only these sources")
    parser.add_argument("--once", action="store_true", help="one round of each, then end")


def run(args: argparse.Namespace) -> int:
    """Ask the sources named, or all."""
    with options.opened(args) as store:
        store.refuse_read_only()
        chosen = [sources.get(store, name) for name in args.names] or sources.list_all(store)
        if not chosen:
            raise NotFound("there is no source to ask.", hint="`tocsin sources add` makes one.")
        ask = secrets_of(chosen)
        if args.once:
            return _once(store, chosen, ask, as_document=args.json)
        return _on_and_on(store, chosen, ask, args)


def secrets_of(chosen: Sequence[LiveSource]) -> Callable[[str], str | None]:
    """Look up every secret before the threads begin, so that a passphrase is asked for once."""
    names = [name for one in chosen for name in rounds.secret_names(one)]
    held = held_secrets() if names else None
    known = {name: held.get(name) for name in names} if held else {}

    def ask(name: str) -> str | None:
        if name not in known:
            hint = "End `tocsin sync` and start it again, which asks for the passphrase."
            raise BadInput("its password or token was entered after `tocsin sync` began.", hint=hint)
        return known[name]

    return ask


def _once(
    store: Store, chosen: Sequence[LiveSource], ask: Callable[[str], str | None], *, as_document: bool
) -> int:
    problems = sync.once_all(store, chosen, operators.account(), ask=ask, stop=threading.Event())
    found = [one for one in sources.status(store) if one.source in chosen]
    if as_document:
        options.print_json([as_json(store, one) for one in found])
    else:
        for one in found:
            options.show(line(one))
    for problem in problems:
        options.say(problem)
    return 1 if problems or any(one.state.error for one in found) else 0


def _on_and_on(
    store: Store, chosen: Sequence[LiveSource], ask: Callable[[str], str | None], args: argparse.Namespace
) -> int:
    syncing = sync.Syncing(store, operators.account(), ask=ask, names=args.names)
    syncing.start()
    told: dict[str, Status] = {}
    try:
        while not syncing.wait(_LOOK_S):
            for one in sources.status(store):
                if args.names and one.source.name not in args.names:
                    continue
                before = told.get(one.source.name)
                if one.state.last_try is None or (before and before.state.last_try == one.state.last_try):
                    continue
                told[one.source.name] = one
                if args.json:
                    sys.stdout.write(msgspec.json.encode(as_json(store, one)).decode() + "\n")
                    sys.stdout.flush()
                elif before is None or before.state.error != one.state.error:
                    options.show(line(one))
    except KeyboardInterrupt:
        options.say("stopping")
    finally:
        syncing.stop()
    names = {one.name for one in chosen}
    return 1 if any(one.state.error for name, one in told.items() if name in names) else 0
