"""`tocsin contact set|list`: how people are reached, and who holds a title."""

import argparse

from tocsin.cli import options
from tocsin.model.arrangement import ContactSet
from tocsin.operations import contacts

_CONTACT_KEYS = "JSON: a list of name, phone, email, person, zone; `set` prints the one set."


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("contact", help="how people are reached, and who holds a title")
    verbs = group.add_subparsers(metavar="VERB", required=True)
    setting = options.command(
        verbs, "set", _set_contact, "set a contact; with a name alone, remove it", writes=True
    )
    setting.add_argument("name", metavar="NAME", help='a person, or a title such as "CISO"')
    setting.add_argument("--person", metavar="NAME", default="", help="who holds the title")
    setting.add_argument("--phone", metavar="NUMBER", default="")
    setting.add_argument("--email", metavar="ADDRESS", default="")
    setting.add_argument("--zone", metavar="ZONE", default="", help="where the person is")
    listing = options.command(verbs, "list", _contacts, "list the contacts")
    for parser in (setting, listing):
        parser.epilog = _CONTACT_KEYS


def _set_contact(args: argparse.Namespace) -> int:
    with options.opened(args, create=True) as store:
        said = {"phone": args.phone, "email": args.email, "person": args.person, "zone": args.zone}
        contacts.save(store, options.author(store, args), args.name, **said)
        if args.json:
            options.print_json(contacts.checked(args.name, **said))
            return 0
    gone = not any((args.phone, args.email, args.person))
    options.say("It is there no more." if gone else "It is set.")
    return 0


def _contacts(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = contacts.listed(store)
    if args.json:
        options.print_json(found)
        return 0
    for one in found:
        options.show(_contact(one))
    if not found:
        options.say("No contact. `tocsin contact set NAME --phone NUMBER` sets one.")
    return 0


def _contact(one: ContactSet) -> str:
    parts = (one.person, one.phone, one.email, one.zone)
    return f"{one.name}: {', '.join(part for part in parts if part)}"
