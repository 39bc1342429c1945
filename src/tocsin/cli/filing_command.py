"""`tocsin filing INCIDENT list|show|open|edit|review|approve|return|file ...`: notices, draft to filed."""

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tocsin.cli import options
from tocsin.cli.notice_command import typed_fields
from tocsin.errors import BadInput, NotFound
from tocsin.model.filing import Fill, Filled
from tocsin.model.filing_fields import FieldView
from tocsin.model.filings import ATTACHMENTS, HOW, PHASES, Filing, State, filings
from tocsin.model.instant import iso
from tocsin.operations import filings as filing
from tocsin.operations import incidents
from tocsin.operations.filings_view import FilingView
from tocsin.store.folder import Store

_FILING = """JSON keys: filing, duty, phase, state (draft, in review, approved, filed), digest, follows,
opened_by, opened_at, asked_by, approved_by, approved_at, filed_by, filed_at, how, receipt, late_reasons,
attachments."""
_SHOW = """JSON keys: those of `filing list`, with due, late (null where the law gives no number), may (step
to why not), notes, and fields: a list of field, label, citation, required, fill, value, expected, reason,
origin, own, needed, missing, changed, by."""
_MADE = "JSON keys: entry (its id), incident, filing, state."
_NAME = "REGIME/STAGE or the id of a filing"


def register(subparsers: options.Subparsers) -> None:
    """Add the command; the incident is named before what is done in it."""
    group = subparsers.add_parser("filing", help="notices of an incident: draft, review, approve, file")
    group.add_argument("incident", metavar="INCIDENT", help="reference or id")
    verbs = group.add_subparsers(metavar="WHAT", required=True)
    options.command(verbs, "list", _list, "every notice begun or filed").epilog = _FILING
    show = options.command(verbs, "show", _show, "a notice field by field, and what may be done next")
    show.add_argument("notice", metavar="NOTICE", help=_NAME)
    show.epilog = _SHOW
    begin = _step(verbs, "open", _open, "begin a notice for a duty", "REGIME/STAGE")
    begin.add_argument("--phase", choices=tuple(PHASES), default="", help="default: as the stage is")
    begin.add_argument("--follows", metavar="FILING", default="", help="default: the last one filed")
    edit = _step(verbs, "edit", _edit, "set fields; what was approved is a draft again", _NAME)
    edit.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    edit.add_argument("--estimate", action="append", default=[], metavar="FIELD=VALUE")
    edit.add_argument("--opinion", action="append", default=[], metavar="FIELD=VALUE")
    edit.add_argument("--unknown", action="append", default=[], metavar="FIELD[=TIME]", help="expected then")
    edit.add_argument("--not-applicable", action="append", default=[], metavar="FIELD=REASON")
    edit.add_argument("--entries", action="append", default=[], metavar="FIELD=ENTRY,...",
                      help="the text of these entries of the timeline")  # fmt: skip
    edit.add_argument(
        "--attach", action="append", default=[], metavar="SHA256", help="evidence that goes along"
    )
    review = _step(
        verbs, "review", _review, "ask a second person to look; what the record fills is frozen", _NAME
    )
    review.add_argument("--note", default="")
    approve = _step(verbs, "approve", _approve, "approve the contents, as a second person", _NAME)
    approve.add_argument("--note", default="")
    seen = "of the contents looked at, from `show --json`; others are refused"
    approve.add_argument("--digest", metavar="SHA256", default="", help=seen)
    _step(verbs, "return", _return, "send it back to draft", _NAME).add_argument("reason")
    file = _step(verbs, "file", _file, "record that an approved notice went out", _NAME)
    _sent(file)
    file.add_argument("--attachment", metavar="SHA256", default="", help="the receipt, among the evidence")
    file.add_argument("--note", default="", help="why it went out before it was approved")
    told = _step(verbs, "told", _told, "record a notice given without a form", "REGIME/STAGE")
    told.add_argument("note", help="what was said, and to whom")
    _sent(told)
    correct = _step(verbs, "correct", _correct, "set right what was recorded of a filing", _NAME)
    correct.add_argument("reason")
    _sent(correct)
    correct.add_argument("--attachment", metavar="SHA256", default="")
    _step(verbs, "withdraw", _withdraw, "it did not go out", _NAME).add_argument("reason")


def _step(
    verbs: options.Subparsers, name: str, run: Callable[[argparse.Namespace], int], help: str, notice: str
) -> argparse.ArgumentParser:
    parser = options.command(verbs, name, run, help, writes=True)
    parser.add_argument("notice", metavar="NOTICE", help=notice)
    parser.epilog = _MADE
    return parser


def _sent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--how", default="", help=f"{', '.join(HOW)}, or in own words")
    parser.add_argument("--at", metavar="TIME", help="when it went out; default now")
    parser.add_argument("--receipt", default="", help="the authority's number")
    parser.add_argument("--late", default="", metavar="REASONS", help="asked for after the deadline")


def _list(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        found = filings(incidents.get(store, args.incident))
        if args.json:
            options.print_json([filing_json(one) for one in found])
            return 0
        for one in found:
            options.show(f"{one.state.value:10} {one.duty}  {PHASES.get(one.phase, one.phase)}  {one.id}")
        if not found:
            options.say("No notice was begun. `tocsin duties INCIDENT` lists the duties.")
    return 0


def _show(args: argparse.Namespace) -> int:
    with options.opened(args) as store:
        view = _view(store, args)
        if args.json:
            options.print_json(view_json(view))
            return 0
        state = view.filing.state.value if view.filing else "not begun"
        options.show(
            f"{view.stage.name} ({view.regime.title}): {state}, {view.empty} of {len(view.fields)} empty"
        )
        for one in view.fields:
            mark = "!" if one.missing else " "
            options.show(f"{mark} {one.field.id:16} {one.field.label}, {one.field.citation}")
            if text := _said(one):
                options.show(f"    {text}")
    return 0


def _said(one: FieldView) -> str:
    """What stands in a field, in a line."""
    filled = one.filled
    if filled is None:
        return ""
    if filled.fill is Fill.UNKNOWN:
        by = f", expected by {iso(filled.expected)}" if filled.expected else ""
        return f"not known yet{by}{f': {filled.reason}' if filled.reason else ''}"
    if filled.fill is Fill.NOT_APPLICABLE:
        return f"not applicable: {filled.reason}"
    sure = "" if filled.fill is Fill.VALUE else f" ({filled.fill.value})"
    text = " / ".join(filled.value.splitlines())
    return f"{text[:160]}{'…' if len(text) > 160 else ''}{sure}"


def _open(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.open(
        store, by, args.incident, args.notice, phase=args.phase, follows=args.follows))  # fmt: skip


def _edit(args: argparse.Namespace) -> int:
    def edit(store: Store, by: Any) -> Any:
        fields = typed_fields(store, args)
        for text in args.entries:
            name, _, ids = text.partition("=")
            fields[name] = filing.choose(store, args.incident, ids.split(","))
        if args.attach:
            fields[ATTACHMENTS] = Filled("\n".join(args.attach))
        return filing.edit(store, by, _id(store, args), fields)

    return _do(args, edit)


def _review(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.ask_review(store, by, _id(store, args), args.note))


def _approve(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.approve(
        store, by, _id(store, args), args.note, digest=args.digest))  # fmt: skip


def _return(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.give_back(store, by, _id(store, args), args.reason))


def _file(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.file(
        store, by, _id(store, args), how=args.how, at=_at(store, args), receipt=args.receipt,
        attachment=args.attachment, late=args.late, note=args.note))  # fmt: skip


def _told(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.told(
        store, by, args.incident, args.notice, args.note, how=args.how or "telephone", at=_at(store, args),
        receipt=args.receipt, late=args.late))  # fmt: skip


def _correct(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.correct(
        store, by, _record(store, args), args.reason, how=args.how, at=_at(store, args),
        receipt=args.receipt, attachment=args.attachment, late=args.late))  # fmt: skip


def _withdraw(args: argparse.Namespace) -> int:
    return _do(args, lambda store, by: filing.withdraw(store, by, _record(store, args), args.reason))


def _do(args: argparse.Namespace, step: Callable[[Store, Any], Any]) -> int:
    with options.opened(args) as store:
        entry = step(store, options.author(store, args))
        known = incidents.get(store, entry.incident)
        names = {entry.id, getattr(entry.body, "filing", ""), getattr(entry.body, "entry", "")}
        found = next((one for one in filings(known) if one.id in names), None)
        state = found.state.value if found else "withdrawn"
        if args.json:
            id_ = found.id if found else None
            options.print_json({"entry": entry.id, "incident": known.id, "filing": id_, "state": state})
        else:
            options.say(f"{state.capitalize()}: {found.duty if found else args.notice}")
    return 0


def _view(store: Store, args: argparse.Namespace) -> FilingView:
    if "/" in args.notice:
        return filing.look(store, args.incident, args.notice)
    found = _known(store, args)
    return filing.look(store, args.incident, found.duty, found.id)


def _known(store: Store, args: argparse.Namespace, among: Sequence[State] = tuple(State)) -> Filing:
    """The filing named by its id, or the newest of the duty named that is in one of these states."""
    found = [one for one in filings(incidents.get(store, args.incident))
             if args.notice in (one.id, one.duty) and one.state in among]  # fmt: skip
    if not found:
        raise NotFound("the incident has no such notice.", where=args.notice,
                       hint="`tocsin filing INCIDENT list` shows them; `open` begins one.")  # fmt: skip
    return found[-1]


def _id(store: Store, args: argparse.Namespace) -> str:
    """The filing named; of a duty the one that is open, and where none is the last, which says why not."""
    try:
        return _known(store, args, (State.DRAFT, State.IN_REVIEW, State.APPROVED)).id
    except NotFound:
        return _known(store, args).id


def _record(store: Store, args: argparse.Namespace) -> str:
    found = _known(store, args, (State.FILED,)) if "/" in args.notice else _known(store, args)
    if found.filed is None:
        raise BadInput(f"this notice is {found.state}; there is no record of a filing.", where=args.notice)
    return found.filed.entry


def _at(store: Store, args: argparse.Namespace) -> datetime | None:
    return None if args.at is None else options.instant(store, args.at)


def filing_json(one: Filing) -> dict[str, Any]:
    """Return the stable JSON form of a filing."""
    filed = one.filed
    return {
        "filing": one.id, "duty": one.duty, "phase": one.phase, "state": one.state.value,
        "digest": one.digest, "follows": one.follows, "opened_by": one.opened_by, "opened_at": one.opened_at,
        "asked_by": one.asked.by if one.asked else None,
        "approved_by": one.approved.by if one.approved else None,
        "approved_at": one.approved.at if one.approved else None,
        "filed_by": filed.by if filed else None, "filed_at": filed.at if filed else None,
        "how": filed.body.how if filed else None, "receipt": filed.body.receipt if filed else None,
        "late_reasons": filed.body.late if filed else None, "attachments": one.attachments,
    }  # fmt: skip


def view_json(view: FilingView) -> dict[str, Any]:
    """Return the stable JSON form of a notice field by field."""
    begun = filing_json(view.filing) if view.filing else {"filing": None, "duty": view.duty, "state": None}
    return {
        **begun,
        "phase": view.phase,
        "due": view.clock.due if view.clock else None,
        "late": view.late,
        "may": view.may,
        "notes": view.notes,
        "fields": [field_json(one) for one in view.fields],
    }


def field_json(one: FieldView) -> dict[str, Any]:
    """Return the stable JSON form of one field."""
    filled = one.filled
    return {
        "field": one.field.id, "label": one.field.label, "citation": one.field.citation,
        "required": one.field.required, "fill": filled.fill.value if filled else None,
        "value": filled.value if filled else "", "expected": filled.expected if filled else None,
        "reason": filled.reason if filled else "", "origin": filled.origin if filled else (),
        "own": one.own is not None, "needed": one.needed, "missing": one.missing, "changed": one.changed,
        "by": one.by,
    }  # fmt: skip
