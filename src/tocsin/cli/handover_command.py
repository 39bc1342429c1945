"""`tocsin handover prepare|show|confirm|cancel INCIDENT`, and `tocsin briefing INCIDENT -o FILE`."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from tocsin.cli import options
from tocsin.errors import BadInput, NotFound
from tocsin.model import handover as rules
from tocsin.model.briefing import BLOCKS
from tocsin.model.document import Printing
from tocsin.model.handover import Handover, State
from tocsin.model.incident import ROLES
from tocsin.model.instant import iso
from tocsin.model.journal import DocumentExported
from tocsin.operations import briefing, documents, handover
from tocsin.operations.progress import finish
from tocsin.operations.times import parse_near
from tocsin.store.folder import Store

_KEYS = f"""A hand-over is prepared with a briefing, drafted from what is on record, and confirmed by the
outgoing and the incoming person, each with --by NAME. The incoming person answers every open question of the
briefing. With the second confirmation the role passes.

Blocks of a briefing: {", ".join(BLOCKS)}.

JSON keys of a hand-over: id, role, outgoing, incoming, state (open, passed, cancelled, overtaken or taken
back), prepared, by, confirmed (side to time), effective, questions (a list), answers (question to answer),
briefing (block to text), reason. `show` prints a list of them."""
_BRIEFING_KEYS = """The briefing of a hand-over, by default the newest that waits or took place; where there
is none, a draft from the journal. The same entry gives the same file.

JSON keys: path, sha256, as_of (the entry), entry (that of the export), incident (its id)."""


def register(subparsers: options.Subparsers) -> None:
    """Add both commands."""
    group = subparsers.add_parser("handover", help="hand a role over with a briefing", epilog=_KEYS)
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    prepare = _on_incident(verbs, "prepare", _prepare, "prepare a hand-over, with a briefing")
    prepare.add_argument("role", choices=ROLES)
    prepare.add_argument("person", metavar="PERSON", help="who takes the role over")
    prepare.add_argument("--at", metavar="TIME", help="when it is to take place; default when both confirmed")
    prepare.add_argument("--set", action="append", default=[], metavar="BLOCK=TEXT",
                         help="write a block of the briefing instead of the draft")  # fmt: skip
    confirm = _on_incident(verbs, "confirm", _confirm, "confirm for the side that --by names")
    confirm.add_argument("--answer", action="append", default=[], metavar="TEXT",
                         help="answer to the next open question, in their order")  # fmt: skip
    confirm.add_argument("--effective", metavar="TIME", help="when the role passes; default now")
    cancel = _on_incident(verbs, "cancel", _cancel, "cancel a hand-over that waits")
    cancel.add_argument("--reason", default="")
    for parser in (confirm, cancel):
        parser.add_argument("--handover", default="", metavar="ENTRY", help="default: the one that waits")
    show = options.command(verbs, "show", _show, "tell of the hand-overs of an incident")
    show.add_argument("incident", metavar="INCIDENT", help="reference or id")
    for parser in verbs.choices.values():
        parser.epilog = _KEYS
    _register_briefing(subparsers)


def _register_briefing(subparsers: options.Subparsers) -> None:
    parser = options.command(
        subparsers, "briefing", _briefing, "write a hand-over's briefing as PDF", writes=True
    )
    parser.epilog = _BRIEFING_KEYS
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the PDF to write")
    parser.add_argument("--handover", default="", metavar="ENTRY", help="id of the hand-over")
    parser.add_argument("--as-of", metavar="ENTRY", help="id of the entry up to which the journal counts")
    options.paper_option(parser)


def _on_incident(verbs: options.Subparsers, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True)
    parser.add_argument("incident", metavar="INCIDENT", help="reference or id")
    return parser


def _prepare(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        told = finish(briefing.readings(store, args.incident))
        blocks = briefing.with_readings(briefing.draft(store, args.incident).blocks, told)
        for pair in args.set:
            block, equals, text = pair.partition("=")
            if not equals:
                raise BadInput("write BLOCK=TEXT.", where=pair)
            blocks[block] = text
        planned = _near(store, args.at)
        entry = handover.prepare(store, by, args.incident, args.role, args.person, blocks, planned=planned)
        return _report(store, args, entry.id)


def _confirm(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        waiting = _waiting(store, args)
        if len(args.answer) > len(waiting.questions):
            raise BadInput(
                f"the briefing has {len(waiting.questions)} open questions.", where=args.answer[-1]
            )
        answers = dict(zip(waiting.questions, args.answer, strict=False))
        at = _near(store, args.effective)
        handover.confirm(store, by, args.incident, waiting.id, answers=answers, effective=at)
        return _report(store, args, waiting.id)


def _near(store: Store, text: str | None) -> datetime | None:
    return None if text is None else parse_near(text, now=store.now(), zone=store.zone)


def _cancel(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        id = _waiting(store, args).id
        handover.cancel(store, by, args.incident, id, reason=args.reason)
        return _report(store, args, id)


def _waiting(store: Store, args: argparse.Namespace) -> Handover:
    found = handover.listed(store, args.incident)
    open_ = [one for one in found if one.state is State.OPEN]
    chosen = next((one for one in found if one.id == args.handover), None) if args.handover else None
    if chosen is None and (args.handover or not open_):
        what = "there is no such hand-over." if args.handover else "no hand-over waits."
        raise NotFound(
            what, where=args.handover or args.incident, hint="`tocsin handover prepare` makes one."
        )
    return chosen or open_[-1]


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = handover.listed(store, args.incident)
        if args.json:
            options.print_json([as_json(one) for one in found])
            return 0
        for one in found:
            _say(one)
        if not found:
            options.say("No role was handed over in this incident.")
    return 0


def _say(one: Handover) -> None:
    options.show(f"{one.id}  {one.role}: {one.outgoing} to {one.person}, {one.state}")
    for side in rules.SIDES:
        at = one.confirmed.get(side)
        options.show(
            f"  {side:<8}  {one.name(side)}: {'confirmed ' + iso(at) if at else 'not yet confirmed'}"
        )
    if one.effective is not None:
        options.show(f"  effective {iso(one.effective)}")
    for number, question in enumerate(one.questions, start=1):
        options.show(f"  {number}. {question}  {one.answers.get(question, '')}")


def _report(store: Store, args: argparse.Namespace, id: str) -> int:
    one = next(each for each in handover.listed(store, args.incident) if each.id == id)
    if args.json:
        options.print_json(as_json(one))
    else:
        _say(one)
    return 0


def as_json(one: Handover) -> dict[str, Any]:
    """Return the stable JSON form of a hand-over."""
    return {
        "id": one.id,
        "role": one.role,
        "outgoing": one.outgoing,
        "incoming": one.person,
        "state": str(one.state),
        "prepared": one.prepared,
        "by": one.by,
        "confirmed": one.confirmed,
        "effective": one.effective,
        "questions": list(one.questions),
        "answers": one.answers,
        "briefing": one.briefing,
        "reason": one.reason,
    }


def _briefing(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        by = options.author(store, args)
        entry = documents.export(
            store, by, args.incident, args.output, args.as_of, kind="handover", item=args.handover,
            printing=Printing(options.paper(args)),
        )  # fmt: skip
        body = entry.body
        assert isinstance(body, DocumentExported)
        if args.json:
            told = {"path": body.path, "sha256": body.sha256, "as_of": body.as_of}
            options.print_json({**told, "entry": entry.id, "incident": entry.incident})
        else:
            options.say(f"Written to {body.path}, SHA-256 {body.sha256[:16]}…")
    return 0
