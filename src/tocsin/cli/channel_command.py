"""`tocsin channel add|list|remove|test`: ways messages go out by themselves."""

import argparse
import threading
from typing import Any

from tocsin.cli import options
from tocsin.cli.sources_command import asked, held_secrets
from tocsin.errors import BadInput
from tocsin.operations import channels, sending
from tocsin.operations.channels import Channel

_CHANNEL_KEYS = "JSON: a list of name, kind, place, settings (an object), since; `add` prints the one set."


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("channel", help="ways messages go out by themselves: webhook, smtp")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    add = options.command(verbs, "add", _add_channel, "add a channel, or set one anew", writes=True)
    add.epilog = f"{_settings()}\n\n{_CHANNEL_KEYS}"
    add.add_argument("name", metavar="NAME", help="small letters, digits, dots, dashes or underscores")
    add.add_argument("kind", choices=channels.KINDS)
    add.add_argument("place", metavar="URL|HOST:PORT")
    add.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a setting of the kind")
    listing = options.command(verbs, "list", _channels, "list the channels")
    listing.epilog = _CHANNEL_KEYS
    remove = options.command(verbs, "remove", _remove_channel, "send nothing by it any more", writes=True)
    remove.add_argument("name", metavar="NAME")
    remove.epilog = "JSON: removed (the name)."
    test = options.command(verbs, "test", _test, "send a message that says it is a test")
    test.add_argument("name", metavar="NAME")
    test.add_argument("--to", metavar="ADDRESS", default="", help="to whom, for mail")
    test.epilog = "JSON: said (what came of it, in words)."


def _add_channel(args: argparse.Namespace) -> int:
    settings: dict[str, str] = {}
    for pair in args.set:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("--set is KEY=VALUE, such as from=duty@example.org.", where=pair)
        settings[key.strip()] = value
    checked = channels.checked(args.name, args.kind, args.place, settings)
    with options.opened(args, create=True) as store:
        if settings.get("secret", "no") != "no":
            name = channels.secret_name(args.name, checked.place)
            held_secrets().put(name, asked("Password, token or end of the URL: "))
        channels.save(store, options.author(store, args), args.name, args.kind, args.place, settings)
        if args.json:
            options.print_json(_channel_json(channels.get(store, args.name)))
            return 0
    options.say(f"{args.name} is set. `tocsin channel test {args.name}` tries it.")
    return 0


def _channels(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = channels.listed(store)
    if args.json:
        options.print_json([_channel_json(one) for one in found])
        return 0
    for one in found:
        options.show(f"{one.name} ({one.kind}): {one.place}")
    if not found:
        options.say("No channel: nothing goes out by itself.")
    return 0


def _channel_json(one: Channel) -> dict[str, Any]:
    return {
        "name": one.name, "kind": one.kind, "place": one.place, "settings": one.settings, "since": one.since
    }  # fmt: skip


def _remove_channel(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        channel = channels.get(store, args.name)
        if channel.needs_secret:  # first: a wrong passphrase must not leave it behind
            held_secrets().remove(channel.secret_name)
        channels.remove(store, options.author(store, args), args.name)
        if args.json:
            options.print_json({"removed": args.name})
    options.say(f"{args.name} is there no more.")
    return 0


def _test(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        channel = channels.get(store, args.name)
        ask = held_secrets().get if channel.needs_secret else (lambda _name: None)
        said = sending.trial(store, channel, ask, threading.Event(), to=args.to)
    if args.json:
        options.print_json({"said": said})
    else:
        options.show(said)
    return 0


def _settings() -> str:
    lines = ["Settings (--set KEY=VALUE). A secret is asked for, never given on the command line."]
    for kind, known in channels.SETTINGS.items():
        lines += [f"  {kind} {name}: {meaning}" for name, meaning in known.items()]
    return "\n".join(lines)
