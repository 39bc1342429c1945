"""`tocsin update draft|tell|show|correct|withdraw|snooze|list|names`: status updates."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.cli import options
from tocsin.cli.wording_command import breach_json, read_text, say_breaches
from tocsin.errors import BadInput, NotFound
from tocsin.model import wording
from tocsin.model.response import UpdateTold
from tocsin.model.situation import moment
from tocsin.model.update_copies import FORMS, TEXT, copy
from tocsin.model.updates import PLACEHOLDERS, UpdateSheet
from tocsin.model.wording import RULES, Breach
from tocsin.operations import update_paper, updates
from tocsin.operations.times import parse_until
from tocsin.operations.updates import Draft, Told
from tocsin.store.folder import Store

_PDF = "pdf"
_KEYS = {
    "draft": "JSON keys: incident, audience, to, number (of the update), text (as it is edited), copy (in "
    "the format asked for), changes (a list of label, before, after), due (the next update as things stand), "
    "next_due (the one after this), breaches (a list of rule, title, start, end, reason), path (of a PDF).",
    "list": "JSON: a list, newest first, of entry, audience (null for one put off), number, at, by, to, way, "
    "text, breaches (rule to reason), next_due, corrects, until, reason, withdrawn.",
    "show": "JSON keys: as of `tocsin update list`, with copy (in the format asked for) and path (of a PDF).",
    "names": "JSON: an object, name to {filled, unknown}.",
}
_MADE = "JSON keys: entry (its id), incident."


def register(subparsers: options.Subparsers) -> None:
    """Add the command with its own subcommands."""
    group = subparsers.add_parser("update", help="status updates: draft, tell, put off, list")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    draft = _on_incident(verbs, "draft", _draft, "draft an update from what is known; a PDF is written")
    draft.add_argument("--format", choices=(*FORMS, _PDF), default=TEXT)
    draft.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: the store's exports")
    tell = _on_incident(verbs, "tell", _tell, "record an update as told; without a text, the draft")
    tell.add_argument("--to", default="", help="whom it went to; default as the pack says")
    tell.add_argument("--way", default="", help="by what way: mail, call, page ...")
    tell.add_argument("--file", metavar="FILE", help="the text as it was told, - for standard input")
    tell.add_argument("--at", metavar="TIME", help="when it was told; default now")
    tell.add_argument("--anyway", action="append", default=[], metavar="RULE=REASON",
                      help=f"why a rule of wording is broken: {', '.join(RULES)}")  # fmt: skip
    tell.add_argument("--corrects", default="", metavar="ENTRY", help="the update that this one sets right")
    tell.add_argument("--reason", default="", help="why it is corrected")
    correct = options.command(verbs, "correct", _correct, "correct what was recorded", writes=True)
    correct.add_argument("entry", metavar="ENTRY")
    correct.add_argument("reason")
    correct.add_argument("--to", default="")
    correct.add_argument("--way", default="")
    correct.add_argument("--at", metavar="TIME")
    correct.add_argument("--file", metavar="FILE", help="the words as they really went, - for standard input")
    withdraw = options.command(verbs, "withdraw", _withdraw, "take the record of an update back", writes=True)
    withdraw.add_argument("entry", metavar="ENTRY")
    withdraw.add_argument("reason")
    snooze = _on_incident(verbs, "snooze", _snooze, "put the next update off", audience=False)
    snooze.add_argument("until", metavar="UNTIL", help="20 min, 15:30")
    snooze.add_argument("reason")
    listing = options.command(verbs, "list", _list, "what was told to whom, newest first")
    listing.add_argument("incident", metavar="INCIDENT", help="reference or id")
    show = options.command(verbs, "show", _show, "an update as it was told; a PDF is written", writes=True)
    show.add_argument("incident", metavar="INCIDENT", help="reference or id")
    show.add_argument("entry", metavar="ENTRY", help="as `tocsin update list` tells it")
    show.add_argument("--format", choices=(*FORMS, _PDF), default=TEXT)
    show.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: the store's exports")
    for parser in (draft, show):
        options.paper_option(parser)
        options.sign_options(parser)
    options.command(verbs, "names", _names, "the names a template may have, and what fills them")
    for name, parser in verbs.choices.items():
        parser.epilog = _KEYS.get(name, _MADE)


def _on_incident(
    verbs: options.Subparsers, name: str, run: Any, help: str, *, audience: bool = True
) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True)
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    if audience:
        parser.add_argument("--audience", default="", help="leadership, teams ...; default the pack's first")
    return parser


def _draft(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = updates.draft(store, args.incident, args.audience)
        by = options.author(store, args)
        made = update_paper.sheet(store, found, found.text, by=by.name)
        path = _written(store, args, made, found.incident.id) if args.format == _PDF else None
        copied = "" if path else copy(found.text, args.format)
        if args.json:
            options.print_json(
                {**_as_json(found), "copy": copied, "path": None if path is None else str(path)}
            )
        elif path:
            options.say(f"Written to {path}.")
        else:
            options.show(copied.rstrip("\n"))
            say_breaches(found.text, _breaches(found))
    return 0


def _written(store: Store, args: argparse.Namespace, made: UpdateSheet, incident: str) -> Path:
    path: Path = args.output or update_paper.default_path(store, made)
    update_paper.save(
        store,
        options.author(store, args),
        incident,
        made,
        path,
        paper=options.paper(args),
        signer=options.signer(args),
    )
    return path


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        told = next((one for one in updates.listed(store, args.incident) if one.entry == args.entry), None)
        if told is None or not isinstance(told.body, UpdateTold):
            raise NotFound("no such update was told in this incident.", where=args.entry)
        found = updates.draft(store, args.incident, told.body.audience)
        made = update_paper.sheet(store, found, told.body.text, told=told)
        path = _written(store, args, made, found.incident.id) if args.format == _PDF else None
        copied = "" if path else copy(told.body.text, args.format)
        if args.json:
            options.print_json(
                {**_told_json(told), "copy": copied, "path": None if path is None else str(path)}
            )
        elif path:
            options.say(f"Written to {path}.")
        else:
            options.show(copied.rstrip("\n"))
    return 0


def _tell(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        found = updates.draft(store, args.incident, args.audience)
        entry = updates.tell(
            store,
            by,
            found.incident.id,
            found.audience,
            read_text(args.file) if args.file else found.text,
            to=args.to or found.to,
            by=args.way,
            at=_at(store, args.at),
            reasons=dict(_reason(one) for one in args.anyway),
            corrects=args.corrects,
            reason=args.reason,
        )
        next_due = f" Next due {moment(found.next_due, store.zone, found.now)}." if found.next_due else ""
        _done(args, entry.id, entry.incident, f"Recorded as told to {args.to or found.to}.{next_due}")
    return 0


def _correct(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        text = read_text(args.file) if args.file else ""
        at = _at(store, args.at)
        entry = updates.correct(store, by, args.entry, args.reason, to=args.to, by=args.way, at=at, text=text)
        _done(args, entry.id, entry.incident, "Corrected; what was recorded before stays readable.")
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        entry = updates.withdraw(store, options.author(store, args), args.entry, args.reason)
        _done(args, entry.id, entry.incident, "Withdrawn.")
    return 0


def _snooze(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        until = parse_until(args.until, now=store.now(), zone=store.zone)
        entry = updates.snooze(store, options.author(store, args), args.incident, until, args.reason)
        _done(args, entry.id, entry.incident, f"Put off until {moment(until, store.zone, store.now())}.")
    return 0


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = updates.listed(store, args.incident)
        if args.json:
            options.print_json([_told_json(one) for one in found])
            return 0
        for one in found:
            options.show(_told_line(one, store.zone))
        if not found:
            options.say("Nobody has been told.")
    return 0


def _names(args: argparse.Namespace) -> int:
    if args.json:
        options.print_json({n: {"filled": p.filled, "unknown": p.unknown} for n, p in PLACEHOLDERS.items()})
        return 0
    for name, placeholder in PLACEHOLDERS.items():
        options.show(f"{{{name}}}".ljust(18) + f"{placeholder.filled} (else: {placeholder.unknown})")
    return 0


def _breaches(found: Draft) -> tuple[Breach, ...]:
    return wording.breaches(found.text, outside=found.template.outside, vendors=found.vendors)


def _as_json(found: Draft) -> dict[str, Any]:
    return {
        "incident": found.incident.id,
        "audience": found.audience,
        "to": found.to,
        "number": found.number,
        "text": found.text,
        "changes": [{"label": c.label, "before": c.before, "after": c.after} for c in found.changes],
        "due": found.due.due if found.due else None,
        "next_due": found.next_due,
        "breaches": [breach_json(one) for one in _breaches(found)],
    }


def _told_json(one: Told) -> dict[str, Any]:
    told = one.body if isinstance(one.body, UpdateTold) else None
    return {
        "entry": one.entry,
        "audience": told.audience if told else None,
        "number": one.number or None,
        "at": one.at,
        "by": one.by,
        "to": told.to if told else None,
        "way": told.by if told else None,
        "text": told.text if told else None,
        "breaches": told.breaches if told else {},
        "next_due": told.next_due if told else None,
        "corrects": told.corrects if told else "",
        "until": None if isinstance(one.body, UpdateTold) else one.body.until,
        "reason": one.body.reason,
        "withdrawn": one.withdrawn,
    }


def _told_line(one: Told, zone: str) -> str:
    at = f"{one.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
    if isinstance(one.body, UpdateTold):
        way = f" by {one.body.by}" if one.body.by else ""
        words = f"{one.body.audience} {one.number}: to {one.body.to}{way}"
    else:
        words = f"put off until {moment(one.body.until, zone, one.at)}: {one.body.reason}"
    withdrawn = f" (withdrawn: {one.withdrawn})" if one.withdrawn else ""
    return f"{at}  {one.by}  {words}{withdrawn}  {one.entry}"


def _reason(text: str) -> tuple[str, str]:
    rule, equals, reason = text.partition("=")
    if not equals or rule not in RULES:
        raise BadInput("this is not RULE=REASON.", where=text, hint=f"Rules: {', '.join(RULES)}.")
    return rule, reason


def _at(store: Store, text: str | None) -> datetime | None:
    return None if text is None else options.instant(store, text)


def _done(args: argparse.Namespace, entry: str, incident: str, said: str) -> None:
    if args.json:
        options.print_json({"entry": entry, "incident": incident})
    else:
        options.say(said)
